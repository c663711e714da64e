//! `tagledger.yaml`: what is said about mistakes in it, what counts more than what, and the documents that it shapes.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::{Value, json};
use tagledger_tests::{Desk, Done, root, tagledger};

/// Places and sentences of what is wrong, in the order in which it is said.
fn mistakes(done: &Done) -> Vec<String> {
    done.err.lines().filter(|line| line.contains(": error: ")).map(|line| line.trim_start_matches("tagledger.yaml:").replace(" error: ", " ")).collect()
}

#[test]
fn every_mistake_is_named_at_once_with_its_place_and_its_mend() {
    let desk = Desk::new();
    desk.put(
        "tagledger.yaml",
        "version: 2
clouds:
  aws:
    organisation: true
    regions: [eu-central-1, eu_west_1, eu-central-1]
    accounts: [\"111122223333\", 4444]
    skip_accounts: [\"111122223333\"]
    role: { nam: x, external_id: \"\" }
    pace: documentd
    resource_explorer_view: [arn]
  gcp: { projects: [Shop_1], searches_per_minute: 400, pace: none }
  awz:
  aws:
scan:
  concurency: 3
  concurrency: 257
  bill: bills/
reports: here
",
    );
    let done = desk.call("settings check").exits(2);
    assert_eq!(
        mistakes(&done),
        [
            "1:10: Version `2` of the settings is not known",
            "4:5: Unknown field `organisation` in `aws`",
            "5:29: `eu_west_1` does not fit `regions`",
            "5:40: `regions` names `eu-central-1` twice",
            "6:32: `4444` does not fit `accounts`",
            "7:5: `accounts` and `skip_accounts` both name 111122223333",
            "8:13: Unknown field `nam` in `role`",
            "8:34: `external_id` is empty",
            "9:11: `pace` cannot be `documentd`",
            "10:29: `resource_explorer_view` must be one value, not a list",
            "11:21: `Shop_1` does not fit `projects`",
            "11:30: `searches_per_minute` is given, and `pace: none` says that no rate is kept",
            "12:3: Unknown cloud `awz`",
            "13:3: `aws` is given twice in `clouds`",
            "15:3: Unknown field `concurency` in `scan`",
            "16:16: `concurrency` cannot be `257`",
            "17:9: `bill` must be a list, not `bills/`",
            "18:1: Unknown field `reports` in the settings",
        ]
    );
    let help = |said: &str| assert!(done.err.contains(&format!("= help: {said}")), "{said}\n{}", done.err);
    for said in [
        "Did you mean `organization`?",
        "Write a Region such as eu-central-1",
        "Write an account id of twelve digits, in quotes",
        "Take it out of one of them",
        "Did you mean `documented`?",
        "Did you mean `aws`?",
        "Write a whole number from 1 to 256",
        "Write a list: `[bills/]`",
    ] {
        help(said);
    }
    // The line itself, and what is wrong in it underlined.
    assert!(done.err.contains("4 |     organisation: true\n  |     ^^^^^^^^^^^^\n"), "{}", done.err);
    assert_eq!((done.err.lines().last(), done.out.as_str()), (Some("18 mistakes; nothing was done"), ""));
    // A scan says the same, and asks nobody.
    assert_eq!(mistakes(&desk.call("scan --cloud aws --out run").exits(2)).len(), 18);
    assert_eq!(desk.names().into_iter().collect::<Vec<_>>(), ["tagledger.yaml"]);
}

#[test]
fn a_file_that_is_none_is_said_to_be_none() {
    let desk = Desk::new();
    for (text, said) in [
        ("", "1:1: The settings are empty"),
        ("# soon\n", "1:1: The settings are empty"),
        ("- aws\n", "1:1: The settings must be a map, not a list"),
        ("clouds: { aws: }\n", "1:1: No `version` in the settings"),
        ("version: 1\nclouds: [aws]\n", "2:9: `clouds` must be a map, not a list"),
        ("version: 1\nscan: { from: [a, [b]] }\n", "2:19: An entry of `from` must be one value, not a list"),
        ("version: 1\nclouds:\n\taws:\n", "3:1: A tab is used to indent"),
        ("version: 1\n---\nversion: 1\n", "2:1: A second YAML document starts here"),
    ] {
        desk.put("tagledger.yaml", text);
        assert_eq!(mistakes(&desk.call("settings check").exits(2)), [said], "{text:?}");
    }
    desk.put("tagledger.yaml", b"version: 1 # caf\xe9\n");
    assert!(mistakes(&desk.call("settings check").exits(2))[0].contains("1:17: The file is not UTF-8"));
    let done = desk.call("settings check nowhere.yaml").exits(2);
    assert!(done.err.contains("nowhere.yaml: cannot be read"), "{}", done.err);
    // Several files, all mistakes of all of them.
    desk.put("a.yaml", "version: 3\n");
    desk.put("b.yaml", "version: 1\nclouds: { aws: { regions: [eu-west-1] } }\n");
    desk.put("c.yaml", "version: 4\n");
    let done = desk.call("settings check a.yaml b.yaml c.yaml").exits(2);
    assert!(done.err.contains("a.yaml:1:10") && done.err.contains("c.yaml:1:10"), "{}", done.err);
    assert_eq!(done.out, "b.yaml: valid; asks aws\n");
}

#[test]
fn the_example_shows_every_setting_and_is_valid() {
    let path = root().join("examples/live/tagledger.yaml");
    let done = tagledger(["settings", "check"]).with([&path]).exits(0);
    assert!(
        done.out.ends_with("valid; asks aws and azure and gcp, reads 1 export and 1 bill, has bills added up by sc://spark.example.com:15002/;use_ssl=true, tells platform and checkout and siem and finops\n"),
        "{}",
        done.out
    );
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("# yaml-language-server: $schema=../../tagledger.schema.json\n"));
    let schema: Value = serde_json::from_str(&tagledger(["settings", "schema"]).exits(0).out).unwrap();
    let shown = |name: &str| text.lines().any(|line| line.trim_start_matches([' ', '#']).starts_with(&format!("{name}:")));
    let mut open = vec![&schema];
    let mut seen = 0;
    while let Some(form) = open.pop() {
        for (name, field) in form["properties"].as_object().into_iter().flatten() {
            assert!(shown(name), "{name} is not in the example");
            assert!(field["description"].as_str().is_some_and(|text| !text.is_empty()), "{name} has no description");
            seen += 1;
            open.extend([field, &field["items"]]);
        }
    }
    assert!(seen > 15, "{seen}");
    // What is commented out is right, too.
    let desk = Desk::new();
    let all: String =
        text.lines().map(|line| line.replacen("    # accounts", "    accounts", 1).replacen("    # resource_e", "    resource_e", 1) + "\n").collect();
    desk.put("tagledger.yaml", all);
    desk.call("settings check").exits(0);
}

/// A desk whose settings name every file by another name than a flag would.
fn laid() -> Desk {
    let desk = Desk::laid();
    for (name, folder) in [("taxonomy.yaml", "set"), ("inventory.csv", "set/in"), ("bill.csv", "set/bills")] {
        desk.put(&format!("{folder}/{name}"), desk.text(name));
    }
    desk.put("set/taxonomy.yaml", desk.text("taxonomy.yaml").replace("aliases: [env]", "aliases: [stage]"));
    desk.put("set/tagledger.yaml", "version: 1\nscan: { taxonomy: taxonomy.yaml, from: [in], bill: [\"bills/*.csv\"] }\n");
    desk
}

#[test]
fn a_flag_beats_the_environment_and_that_the_file_and_that_the_default() {
    let desk = laid();
    let read = |run: &str| {
        let report = desk.report(run);
        [report["taxonomy"].clone(), report["inputs"][0].clone(), report["bills"][0].clone()].map(|v| v.as_str().unwrap_or("-").to_owned())
    };
    let scan = "scan --now 2026-11-01 --allow-partial --out";
    // Paths are relative to the folder of the file.
    desk.call(&format!("{scan} a --config set/tagledger.yaml")).exits(0);
    assert_eq!(read("a"), ["set/taxonomy.yaml", "set/in/inventory.csv", "set/bills/bill.csv"]);
    desk.call(&format!("{scan} b")).env("TAGLEDGER_CONFIG", "set/tagledger.yaml").env("TAGLEDGER_TAXONOMY", "taxonomy.yaml").exits(0);
    assert_eq!(read("b"), ["taxonomy.yaml", "set/in/inventory.csv", "set/bills/bill.csv"]);
    let flags = "--from inventory.csv --bill bill.csv --taxonomy set/taxonomy.yaml --config set/tagledger.yaml";
    desk.call(&format!("{scan} c {flags}")).env("TAGLEDGER_CONFIG", "nowhere.yaml").env("TAGLEDGER_TAXONOMY", "taxonomy.yaml").exits(0);
    assert_eq!(read("c"), ["set/taxonomy.yaml", "inventory.csv", "bill.csv"]);
    // Without a file, nothing of it: the defaults.
    desk.call(&format!("{scan} d --from inventory.csv")).exits(0);
    assert_eq!(read("d"), ["taxonomy.yaml", "inventory.csv", "-"]);
    // In the working directory it needs no name; a source that is named is the only one, and the bill still comes from the file.
    desk.put("tagledger.yaml", "version: 1\nscan: { from: [set/in], bill: [bill.csv] }\n");
    desk.call(&format!("{scan} e")).exits(0);
    assert_eq!(read("e"), ["taxonomy.yaml", "set/in/inventory.csv", "bill.csv"]);
    desk.call(&format!("{scan} f --from inventory.csv")).exits(0);
    assert_eq!(read("f"), ["taxonomy.yaml", "inventory.csv", "bill.csv"]);
}

#[test]
fn what_cannot_be_meant_is_refused_before_anybody_is_asked() {
    let desk = Desk::laid();
    for (words, said) in [
        ("scan", "nothing to scan: name exports with --from, a cloud with --cloud, or both in tagledger.yaml"),
        ("scan --from inventory.csv --region eu-west-1", "--region is about clouds that are asked, and none is"),
        ("scan --from inventory.csv --profile x", "--profile is about clouds"),
        ("scan --from inventory.csv --resume", "--resume is about clouds"),
        ("scan --cloud aws --region eu_west_1", "--region eu_west_1: write a Region such as eu-central-1"),
        ("scan --cloud aws --concurrency 0", "0 is not in 1..=256"),
        ("scan --cloud azure --region eu-west-1", "--region: azure cannot be told that"),
        ("scan --cloud gdp", "gdp: no cloud that can be asked live; known aws, azure, gcp"),
        ("scan --from inventory.csv --config nowhere.yaml", "nowhere.yaml: cannot be read"),
    ] {
        let done = desk.call(words).exits(2);
        assert!(done.err.contains(said), "{words}: {}", done.err);
    }
    assert_eq!(desk.names().len(), 3, "{:?}", desk.names());
}

/// A document of `permissions aws`.
fn document(desk: &Desk, words: &str) -> Value {
    serde_json::from_str(&desk.call(&format!("permissions aws {words}")).exits(0).out).unwrap()
}

#[test]
fn permissions_are_documents_with_the_names_of_the_settings() {
    let desk = Desk::laid();
    desk.put("o.yaml", "version: 1\nclouds: { aws: { role: { name: audit/reader, external_id: \"47:11\" } } }\n");
    let plain = desk.call("permissions aws").exits(0);
    let policy: Value = serde_json::from_str(&plain.out).unwrap();
    assert_eq!(policy, document(&desk, "policy"));
    assert!(plain.err.contains("organization, trust, stackset") && plain.err.contains("--list"), "{}", plain.err);
    let actions = policy["Statement"][0]["Action"].as_array().unwrap();
    assert!(actions.contains(&json!("tag:GetResources")) && !actions.contains(&json!("sts:AssumeRole")));
    assert!(
        actions.iter().all(|action| ["Get", "List", "Describe", "Search", "BatchGet", "Select"]
            .iter()
            .any(|verb| action.as_str().unwrap().contains(&format!(":{verb}"))))
    );

    let organization = document(&desk, "organization --config o.yaml");
    assert_eq!(organization["Statement"][1]["Action"], json!(["sts:AssumeRole"]));
    assert_eq!(organization["Statement"][1]["Resource"], "arn:*:iam::*:role/audit/reader");
    assert_eq!(document(&desk, "organization")["Statement"][1]["Resource"], "arn:*:iam::*:role/tagledger");
    assert_eq!(document(&desk, "trust --config o.yaml")["Statement"][0]["Condition"], json!({"StringEquals": {"sts:ExternalId": "47:11"}}));
    assert_eq!(document(&desk, "trust")["Statement"][0].get("Condition"), None);

    let list = desk.call("permissions aws --list").exits(0).out;
    assert_eq!(list.lines().map(|line| line.split_whitespace().next().unwrap()).collect::<Vec<_>>(), ["policy", "organization", "trust", "stackset", "costs"]);
    let done = desk.call("permissions aws stackst").exits(2);
    assert!(done.err.contains("Did you mean `stackset`?"), "{}", done.err);
    let done = desk.call("permissions aws everything").exits(2);
    assert!(done.err.contains("policy, organization, trust, stackset"), "{}", done.err);
    assert!(desk.call("permissions moon").exits(2).err.contains("known aws"));
}

#[test]
fn the_template_of_the_role_is_read_by_our_own_reader() {
    let desk = Desk::laid();
    desk.put("o.yaml", "version: 1\nclouds: { aws: { role: { name: audit/reader, external_id: \"47:11\" } } }\n");
    let template = desk.call("permissions aws stackset --config o.yaml").exits(0).out;
    let document: Value = serde_json::from_str(&template).unwrap();
    let role = &document["Resources"]["Role"]["Properties"];
    assert_eq!((role["RoleName"].as_str(), role["Path"].as_str()), (Some("reader"), Some("/audit/")));
    assert_eq!(role["Policies"][0]["PolicyDocument"]["Statement"], self::document(&desk, "policy")["Statement"]);
    assert_eq!(role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"], "47:11");
    desk.put("stackset.json", template);
    let checked = desk.call("check stackset.json --format json").done();
    let gate: Value = serde_json::from_str(&checked.out).unwrap();
    let resources = gate["resources"].as_array().unwrap();
    assert_eq!((resources.len(), resources[0]["kind"].as_str()), (1, Some("AWS::IAM::Role")), "{}", checked.out);
}
