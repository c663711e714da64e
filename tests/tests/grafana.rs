//! The dashboard for Grafana: read by Grafana's own types, its queries answered by a real Prometheus that scraped a run.

use serde_json::Value;
use tagledger_testkit::{Estate, Spec};
use tagledger_tests::{Desk, python, root, skipped};

fn installed(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[test]
fn every_environment_has_its_own_view() {
    let Some(prometheus) = installed("prometheus") else {
        return skipped("there is no Prometheus on PATH; `cargo xtask test` installs one on Debian");
    };
    let desk = Desk::new();
    Estate::new(Spec::new(300, 9)).write(&desk.path("estate")).unwrap();
    desk.call("scan --from estate/inventory --bill estate/bill --taxonomy estate/taxonomy.yaml --now 2026-11-01 --out run --format none --history none")
        .exits(1);
    let Some(mut python) = python() else { return };
    let script = root().join("tests/tests/grafana/ask.py");
    let files = [root().join("deploy/grafana/dashboard.json"), desk.path("run/openmetrics.txt"), desk.path(".")];
    let output = python.arg(script).arg(prometheus).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    let report = desk.report("run");
    let environments: Vec<&Value> = report["environments"].as_array().unwrap().iter().filter(|row| row["environment"].is_string()).collect();
    let names = seen["values"]["environment"].as_array().unwrap();
    for row in &environments {
        assert!(names.contains(&row["environment"]), "{} cannot be chosen", row["environment"]);
    }
    let answers = seen["answers"].as_array().unwrap();
    let cents = |text: &str| (text.parse::<f64>().unwrap() * 100.0).round();
    // A query that never finds anything is a mistake in it; of one environment there may be none in a currency.
    let mut panels = std::collections::BTreeMap::<&str, usize>::new();
    for answer in answers {
        *panels.entry(answer["panel"].as_str().unwrap()).or_default() += answer["found"].as_array().unwrap().len();
    }
    assert!(panels.len() > 10 && panels.values().all(|found| *found > 0), "{panels:?}");
    let bill = |currency: &str| {
        let answer = answers.iter().find(|a| a["panel"] == "Bill of the last full month" && a["currency"] == currency).unwrap();
        cents(answer["found"][0]["value"].as_str().unwrap())
    };
    let costs = &report["costs"];
    let at = costs["months"].as_array().unwrap().iter().position(|month| *month == costs["priced_month"]).unwrap();
    for total in costs["totals"].as_array().unwrap() {
        let currency = total["currency"].as_str().unwrap();
        #[expect(clippy::float_cmp, reason = "whole cents")]
        let is_same = bill(currency) == cents(total["by_month"][at].as_str().unwrap());
        assert!(is_same, "{currency}: {}", bill(currency));
        for row in &environments {
            let name = row["environment"].as_str().unwrap();
            let title = "Cost of $environment";
            let answer = answers.iter().find(|a| a["panel"] == title && a["currency"] == currency && a["environment"] == name).unwrap();
            let shown = answer["found"][0]["value"].as_str().map(cents);
            let known = row["cost"].as_array().unwrap().iter().find(|m| m["currency"] == currency).map(|m| cents(m["amount"].as_str().unwrap()));
            assert_eq!(shown, known, "{name} in {currency}: {answer}");
        }
    }
}
