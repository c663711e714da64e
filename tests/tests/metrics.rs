//! Gauges for Prometheus: read by its own parser, they say what the report says.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use tagledger_testkit::{Estate, Spec};
use tagledger_tests::{Decimal, Desk, python};

/// Every sample as the reference parser reads it: name, labels and value, in order.
fn parsed(desk: &Desk, file: &str) -> Option<Vec<Value>> {
    let script = "import json, sys\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families as read\n\
                  print(json.dumps([[s.name, s.labels, s.value] for f in read(open(sys.argv[1]).read()) for s in f.samples]))";
    let output = python()?.args(["-c", script]).arg(desk.path(file)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_gauges_say_what_the_report_says() {
    let desk = Desk::new();
    Estate::new(Spec::new(300, 7)).write(&desk.path("estate")).unwrap();
    desk.call("scan --from estate/inventory --bill estate/bill --taxonomy estate/taxonomy.yaml --now 2026-11-01 --out run --format none --history none")
        .exits(1);
    let Some(samples) = parsed(&desk, "run/openmetrics.txt") else { return };
    let report = desk.report("run");
    let of = |name: &str| samples.iter().filter(|sample| sample[0] == name).collect::<Vec<_>>();
    let value = |sample: &Value| sample[2].as_f64().unwrap();
    let violated: u64 =
        of("tagledger_findings").into_iter().filter(|sample| sample[1]["verdict"] == "violated").map(|sample| sample[2].as_u64().unwrap()).sum();
    assert_eq!(violated, report["rules"].as_array().unwrap().iter().map(|rule| rule["violated"].as_u64().unwrap()).sum::<u64>());
    assert_eq!(of("tagledger_exit_code"), [&json!(["tagledger_exit_code", {}, 1])]);
    assert_eq!(of("tagledger_run_timestamp_seconds")[0][2], 1_793_491_200);
    // Cells, environments and kinds of charges each add up to the bill, currency by currency.
    let sums = |name: &str| -> BTreeMap<String, i64> {
        let mut sums = BTreeMap::new();
        for sample in of(name) {
            *sums.entry(sample[1]["currency"].as_str().unwrap().to_owned()).or_insert(0.0) += value(sample);
        }
        #[expect(clippy::cast_possible_truncation, reason = "cents of a small estate")]
        sums.into_iter().map(|(currency, sum)| (currency, (sum * 100.0).round() as i64)).collect()
    };
    let bill = sums("tagledger_bill");
    assert!(bill.len() == 2 && bill.values().all(|cents| *cents > 0), "{bill:?}");
    for name in ["tagledger_cost", "tagledger_charges", "tagledger_environment_cost"] {
        assert_eq!(sums(name), bill, "{name}");
    }
    // Amounts have all of their digits in the text.
    let text = desk.text("run/openmetrics.txt");
    let cell =
        report["costs"]["cells"].as_array().unwrap().iter().find(|cell| cell["month"] == "2026-10" && cell["amount"].as_str().unwrap().len() > 12).unwrap();
    assert!(text.contains(cell["amount"].as_str().unwrap()));
    assert!(Decimal::parse(cell["amount"].as_str().unwrap()) != Decimal::default());
    assert_eq!(desk.call("report --from run --format openmetrics").exits(0).out, text);
}

#[test]
fn hostile_names_are_read_as_they_are() {
    let desk = Desk::laid();
    let name = "a\"} 1\\n# EOF\\";
    let record = json!({"cloud": "onprem", "scope": "dc-1", "kind": "vm", "id": "vm-1", "tags": {"Environment": "production", "Application": "shop"}});
    let scope = json!({"cloud": "onprem", "scope": name, "kind": "vm", "id": "vm-2", "tags": {"Environment": "production"}});
    desk.put("in.ndjson", format!("{record}\n{scope}\n"));
    desk.call("scan --from in.ndjson --out run --format none --history none").done().ends(&[0, 1, 3]);
    let Some(samples) = parsed(&desk, "run/openmetrics.txt") else { return };
    let scopes: Vec<&Value> = samples.iter().filter(|sample| sample[1]["by"] == "scope").map(|sample| &sample[1]["name"]).collect();
    assert!(scopes.iter().any(|scope| **scope == name), "{scopes:?}");
}
