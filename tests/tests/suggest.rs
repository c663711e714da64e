//! `taxonomy suggest`: what a taxonomy lacks, from the tags of a run, and that taking it over helps.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::Stdio;
use tagledger_tests::{Call, Desk, is_invisible, python};

const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, aliases: [env], values: { production: [prod], test: [] } }
  Owner: { required: true }
";

/// Machines of a person's own inventory, each with what it costs.
const MACHINES: [(&str, &str, i32); 12] = [
    ("Enviroment=production;Owner=jane", "EUR", 100),
    ("enviroment=production;Owner=jane", "EUR", 50),
    ("ENVIROMENT=prod;Owner=jane", "EUR", 10),
    ("env=productoin;Owner=joe", "EUR", 400),
    ("env=Productoin;Owner=joe", "EUR", 1),
    ("Environment=sandbox;Owner=joe", "EUR", 30),
    ("Environment=sandbox;app-owner=joe", "EUR", 20),
    ("Environment=test;app-owner=ann", "EUR", 5),
    ("Environment=test;Owner=ann;team=red", "EUR", 7),
    ("Environment=test;Owner=ann;Team=red", "EUR", 7),
    ("Environment=test;Owner=ann;TEAM=blue", "EUR", 7),
    ("Environment=test;Owner=ann;team=blue;Name=alone", "EUR", 7),
];

fn desk() -> Desk {
    let desk = Desk::new();
    let (mut inventory, mut bill) = (
        Vec::new(),
        "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ServiceName,ResourceId,Tags\n"
            .to_owned(),
    );
    for (at, (tags, currency, cost)) in MACHINES.iter().enumerate() {
        let tags: serde_json::Map<String, Value> =
            tags.split(';').map(|tag| tag.split_once('=').unwrap()).map(|(key, value)| (key.to_owned(), json!(value))).collect();
        inventory.push(json!({"cloud": "onprem", "scope": "dc-1", "kind": "vm", "id": format!("vm-{at}"), "taggable": "yes", "tags": tags}).to_string());
        writeln!(bill, "{cost},{cost},{cost},{cost},{currency},2026-10-01T00:00:00Z,onprem,dc-1,Machines,vm-{at},").unwrap();
    }
    desk.put("inventory.jsonl", inventory.join("\n"));
    desk.put("bill.csv", bill);
    desk.put("taxonomy.yaml", TAXONOMY);
    desk
}

fn scan(desk: &Desk, run: &str) -> Call {
    desk.call(&format!("scan --from inventory.jsonl --bill bill.csv --now 2026-11-01 --history none --format none --out {run}"))
}

fn proposals(desk: &Desk) -> Vec<Value> {
    let text = desk.call("taxonomy suggest run --format json").exits(0).out;
    serde_json::from_str::<Value>(&text).unwrap()["proposals"].as_array().unwrap().clone()
}

#[test]
fn what_is_proposed_has_its_counts_and_its_money_dearest_first() {
    let desk = desk();
    scan(&desk, "run").exits(1);
    let brief = |proposal: &Value| {
        let of = |name: &str| proposal[name].as_str().unwrap_or("-").to_owned();
        format!(
            "{} {} {} {}: {} for {}",
            of("proposes"),
            of("key"),
            of("text"),
            of("value"),
            proposal["resources"],
            proposal["cost"][0]["amount"].as_str().unwrap()
        )
    };
    let found: Vec<String> = proposals(&desk).iter().map(brief).collect();
    let expected = [
        "value-alias Environment Productoin production: 2 for 401.00",
        "key-alias Environment ENVIROMENT -: 3 for 160.00",
        "value Environment sandbox -: 2 for 50.00",
        "key - team -: 4 for 28.00",
        "key-alias Owner app-owner -: 2 for 25.00",
    ];
    assert_eq!(found, expected);
    let spellings = &proposals(&desk)[3]["spellings"];
    let spellings: Vec<(&str, u64)> = spellings.as_array().unwrap().iter().map(|s| (s["text"].as_str().unwrap(), s["resources"].as_u64().unwrap())).collect();
    assert_eq!(spellings, [("team", 2), ("TEAM", 1), ("Team", 1)]);
    let table = desk.call("taxonomy suggest run").exits(0).out;
    for line in [
        "Environment: Productoin → production",
        "2 resources, 401.00 EUR; one letter from `production`",
        "also productoin (1)",
        "app-owner → Owner",
        "5 proposals for taxonomy.yaml",
    ] {
        assert!(table.contains(line), "{line} is not in {table}");
    }
    assert!(!table.contains("Name"), "a key that one resource carries is none: {table}");
}

/// The piece laid over the taxonomy, as somebody would paste it: what it names takes the place of what is there.
fn pasted(desk: &Desk, piece: &str) -> Option<()> {
    const PASTE: &str = "import sys, yaml\n\
        def over(old, new):\n    \
        return {**old, **{k: over(old[k], v) if k not in ('aliases', 'values') and isinstance(v, dict) and isinstance(old.get(k), dict) else v for k, v in new.items()}}\n\
        print(yaml.safe_dump(over(yaml.safe_load(open(sys.argv[1])), yaml.safe_load(open(sys.argv[2])))))";
    let piece = desk.put("piece.yaml", piece);
    let done = python()?.args(["-c", PASTE]).arg(desk.path("taxonomy.yaml")).arg(piece).stderr(Stdio::inherit()).output().unwrap();
    assert!(done.status.success());
    desk.put("taxonomy.yaml", done.stdout);
    Some(())
}

#[test]
fn a_taxonomy_that_takes_it_over_knows_the_tags() {
    let desk = desk();
    scan(&desk, "run").exits(1);
    let piece = desk.call("taxonomy suggest run --format yaml").exits(0).out;
    for line in [
        "- \"ENVIROMENT\" # 3 resources, 160.00 EUR: one letter from `environment`; also Enviroment (1), enviroment (1)",
        "\"sandbox\": [] # 2 resources",
        "\"team\": {} # 4 resources",
        "- \"env\"\n",
    ] {
        assert!(piece.contains(line), "{line} is not in {piece}");
    }
    let Some(()) = pasted(&desk, &piece) else { return };
    desk.call("taxonomy check").exits(0);
    scan(&desk, "again").exits(0);
    let left = desk.call("taxonomy suggest again").exits(0).out;
    assert!(left.contains("nothing to propose"), "{left}");
    // The newest run below reports/ is the one that is looked at when none is named.
    desk.call("scan --from inventory.jsonl --now 2026-11-01 --history none --format none --out reports/now").exits(0);
    assert_eq!(desk.call("taxonomy suggest").exits(0).out, left);
}

#[test]
fn hostile_tags_are_inert_in_every_format() {
    let desk = Desk::new();
    let hostile = "Envi\u{1b}[2Jroment\u{202e}\"}]\n- x: &y\u{85}z";
    let machine = |at: usize| json!({"cloud": "onprem", "scope": "dc-1", "kind": "vm", "id": format!("vm-{at}"), "taggable": "yes", "tags": {hostile: "a", "Environment": format!("{hostile}{hostile}")}});
    desk.put("inventory.jsonl", (0..4).map(|at| machine(at).to_string()).collect::<Vec<_>>().join("\n"));
    desk.put("taxonomy.yaml", TAXONOMY);
    desk.call("scan --from inventory.jsonl --now 2026-11-01 --history none --format none --out run").exits(1);
    for format in ["terminal", "yaml", "json"] {
        let text = desk.call(&format!("taxonomy suggest run --format {format}")).exits(0).out;
        assert!(text.chars().all(|c| c == '\n' || !is_invisible(c)), "{format}: {text:?}");
    }
    let told: Vec<String> = proposals(&desk).iter().map(|proposal| proposal["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, [hostile.to_owned(), format!("{hostile}{hostile}")], "a reader gets back what stood there");
    let piece = desk.call("taxonomy suggest run --format yaml").exits(0).out;
    if pasted(&desk, &piece).is_some() {
        desk.call("taxonomy check").exits(0);
    }
}

#[test]
fn a_run_without_tags_says_so() {
    let desk = desk();
    scan(&desk, "run").exits(1);
    std::fs::remove_file(desk.path("run/tags.parquet")).unwrap();
    assert!(desk.call("taxonomy suggest run").exits(2).err.contains("scan anew"));
    desk.put("run/tags.parquet", "PAR1");
    assert!(desk.call("taxonomy suggest run").exits(2).err.contains("tags.parquet: is damaged"));
}
