//! A site of runs: a folder for each night, a page over all of them, fit for any static host.

use serde_json::json;
use tagledger_testkit::{Estate, Spec};
use tagledger_tests::{Desk, contents, drive};

fn night(desk: &Desk, now: &str, out: &str) {
    desk.call("scan --from estate/inventory --bill estate/bill --taxonomy estate/taxonomy.yaml --format none --history none")
        .with(["--now", now, "--out", out])
        .exits(1);
}

#[test]
fn it_grows_night_by_night_and_keeps_what_it_has() {
    let desk = Desk::new();
    Estate::new(Spec::new(150, 3)).write(&desk.path("estate")).unwrap();
    night(&desk, "2026-11-01", "reports/one");
    desk.call("report --from reports/one --site site").exits(0);
    let first = contents(&desk.path("site/20261101T000000Z"));
    assert!(["report.html", "findings.csv", "report.xlsx", "openmetrics.txt"].iter().all(|name| first.contains_key(*name)), "{:?}", first.keys());
    // The run is gone from where it was written, and stays on the site.
    std::fs::remove_dir_all(desk.path("reports/one")).unwrap();
    night(&desk, "2026-11-02", "reports/two");
    night(&desk, "2026-11-03", "reports/three");
    desk.put("reports/torn/run.json", "{");
    let said = desk.call("report --from reports --site site").exits(0).err;
    assert!(said.contains("torn") && said.contains("is left out") && said.lines().count() == 1, "{said}");
    assert_eq!(contents(&desk.path("site/20261101T000000Z")), first);
    assert!(desk.text("site/latest.html").contains("url=20261103T000000Z/report.html"));
    let page = contents(&desk.path("site"));
    desk.call("report --from reports/two --site site").exits(0);
    assert_eq!(contents(&desk.path("site")), page, "adding a run again changes nothing");
    let address = |name: &str| format!("file://{}/{name}", desk.path("site").canonicalize().unwrap().display());
    std::fs::create_dir_all(desk.path("pictures")).unwrap();
    let steps = json!([
        {"do": "open", "url": address("index.html")}, {"do": "axe"}, {"do": "all", "of": "tbody th a"}, {"do": "count", "of": "polyline"},
        {"do": "click", "on": "tbody th a"}, {"do": "title"},
        {"do": "size", "width": 390, "height": 844}, {"do": "open", "url": address("index.html")}, {"do": "axe"}, {"do": "overflow"},
        {"do": "screenshot", "name": "site.png"},
    ]);
    let Some(seen) = drive(&desk.path("pictures"), &steps) else { return };
    assert_eq!((&seen[1], &seen[8], &seen[9]), (&json!([]), &json!([]), &json!(0)));
    assert_eq!(seen[2], json!(["2026-11-03 00:00", "2026-11-02 00:00", "2026-11-01 00:00"]));
    assert!(seen[3].as_u64().unwrap() >= 4);
    assert_eq!(seen[5], "Tagledger report, 2026-11-03T00:00:00Z");
}

#[test]
fn what_is_no_run_is_said() {
    let desk = Desk::laid();
    let said = desk.call("report --from nowhere --site site").exits(2).err;
    assert!(said.contains("nowhere") && said.contains("is no run"), "{said}");
    assert!(!desk.path("site").exists());
}
