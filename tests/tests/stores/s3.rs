//! S3, as moto speaks it; what was asked for is what moto's own log says.

use super::{call, copies, laid, manifest, on_disk, rows, said, script};
use serde_json::Value;
use std::fs;
use tagledger_tests::{Desk, Done, Server};

struct Store {
    moto: Server,
    desk: Desk,
}

impl Store {
    fn new() -> Option<Self> {
        let desk = laid();
        let moto = Server::moto_logs(fs::File::create(desk.path("log")).unwrap())?;
        let store = Self { moto, desk };
        store.upload();
        Some(store)
    }

    fn environment(&self) -> [(String, String); 5] {
        [
            ("AWS_ENDPOINT_URL", self.moto.url()),
            ("AWS_ACCESS_KEY_ID", "AKIDTEST".into()),
            ("AWS_SECRET_ACCESS_KEY", "secret".into()),
            ("AWS_REGION", "eu-west-1".into()),
            ("AWS_DEFAULT_REGION", "eu-west-1".into()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
    }

    /// Makes the bucket what the desk has.
    fn upload(&self) {
        let environment = self.environment();
        let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        script("seed_objects.py", &[self.desk.path("store/finops").to_str().unwrap(), "finops"], &environment).unwrap();
    }

    fn call(&self, words: &str) -> Done {
        self.moto.is_asked_by(call(&self.desk, words)).done()
    }

    fn cost(&self, bill: &str) -> Value {
        said(&self.call(&format!("cost --format json --bill {bill}")).ends(&[0]).out)
    }

    #[track_caller]
    fn refused(&self, bill: &str, words: &[&str]) {
        let done = self.call(&format!("cost --bill {bill}")).ends(&[2]);
        assert!(done.out.is_empty());
        for word in words {
            assert!(done.err.contains(word), "`{word}` is missing:\n{}", done.err);
        }
    }

    /// What a piece of work fetched, by the keys.
    fn fetched<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<String>) {
        let before = self.desk.text("log").len();
        let done = work();
        let log = self.desk.text("log");
        let keys = log[before..].lines().filter_map(|line| line.split_once("\"GET /finops/")?.1.split_once(" HTTP").map(|(key, _)| key));
        let mut keys: Vec<String> = keys.filter(|key| !key.contains('?')).map(|key| key.replace("%3D", "=")).collect();
        keys.sort();
        (done, keys)
    }
}

const EXPORT: &str = "s3://finops/exports/cur/";

fn key(month: &str, file: &str) -> String {
    let tree = if file.ends_with("json") { "metadata" } else { "data" };
    format!("exports/cur/{tree}/BILLING_PERIOD={month}/{file}")
}

#[test]
fn an_export_is_the_same_to_the_digit_and_only_what_changed_is_fetched_again() {
    let Some(store) = Store::new() else { return };
    let all: Vec<String> =
        ["2026-09", "2026-10"].iter().flat_map(|month| ["cur-00001.csv.gz", "cur-00002.csv", "cur-Manifest.json"].map(|f| key(month, f))).collect();
    let mut sorted = all.clone();
    sorted.sort();
    let (cost, fetched) = store.fetched(|| store.cost(EXPORT));
    assert_eq!(cost, on_disk(&store.desk, "exports/cur"));
    assert!(cost.to_string().contains("15.750000000009"), "{cost}");
    assert_eq!((fetched, copies(&store.desk)), (sorted.clone(), sorted.clone()), "what the manifests do not list is not fetched");
    assert_eq!(store.fetched(|| store.cost(EXPORT)), (cost, Vec::new()));

    // The open month is delivered anew, in another number of files.
    let data = |file: &str| format!("store/finops/{}", key("2026-10", file));
    store.desk.put(&data("cur-00002.csv"), rows("2026-10", &["16.5"]));
    store.desk.put(&data("cur-00003.csv"), rows("2026-10", &["32.125"]));
    manifest(&store.desk, "2026-10", &["cur-00002.csv", "cur-00003.csv"]);
    store.upload();
    let (cost, fetched) = store.fetched(|| store.cost(EXPORT));
    assert_eq!(cost, on_disk(&store.desk, "exports/cur"));
    assert_eq!(fetched, ["cur-00002.csv", "cur-00003.csv", "cur-Manifest.json"].map(|file| key("2026-10", file)));
    assert!(!copies(&store.desk).contains(&key("2026-10", "cur-00001.csv.gz")), "what is not read any more is not kept");
    assert_eq!(copies(&store.desk).len(), 6);

    // The older month is gone.
    for tree in ["data", "metadata"] {
        fs::remove_dir_all(store.desk.path(&format!("store/finops/exports/cur/{tree}/BILLING_PERIOD=2026-09"))).unwrap();
    }
    store.upload();
    let (cost, fetched) = store.fetched(|| store.cost(EXPORT));
    assert_eq!((&cost, fetched), (&on_disk(&store.desk, "exports/cur"), Vec::new()));
    assert!(cost.to_string().contains("48.625") && copies(&store.desk).iter().all(|copy| !copy.contains("2026-09")));
}

#[test]
fn an_address_may_name_a_file_or_be_a_pattern() {
    let Some(store) = Store::new() else { return };
    let (october, september) = ("exports/cur/data/BILLING_PERIOD=2026-10", "exports/cur/data/BILLING_PERIOD=2026-09");
    for bill in
        [format!("{october}/cur-00002.csv"), format!("{september}/*.gz"), "exports/cur/data/*-10/cur-0000[12].*".to_owned(), "exports/cur/data/*-09".to_owned()]
    {
        assert_eq!(store.cost(&format!("s3://finops/{bill}")), on_disk(&store.desk, &bill), "{bill}");
    }
    // Files of one folder that are named one by one are parts of one bill, and what is here may stand beside.
    let two = format!("s3://finops/{october}/cur-00001.csv.gz s3://finops/{october}/cur-00002.csv store/finops/{september}/cur-00002.csv");
    assert!(store.cost(&two).to_string().contains("12.250000000008"), "{}", store.cost(&two));
    store.refused(
        &format!("{EXPORT} s3://finops/{october}/cur-00002.csv"),
        &["s3://finops/exports/cur/data/BILLING_PERIOD=2026-10/cur-00002.csv", "named before"],
    );
    store.refused("s3://finops/exports/cur/*/*-09", &["BILLING_PERIOD=2026-09/cur-Manifest.json: the manifest lists", "which is not here"]);
    store.refused("s3://finops/exports/*/nothing*", &["s3://finops/exports/*/nothing*: nothing matches the pattern"]);
}

#[test]
fn what_cannot_be_read_is_named_by_its_address() {
    let Some(store) = Store::new() else { return };
    store.refused("s3://nobodys/cur/", &["s3://nobodys/cur/: there is no such bucket or container", "NoSuchBucket"]);
    store.refused("s3://finops/other/", &["s3://finops/other: nothing there is a .csv, .csv.gz or .parquet file"]);
    manifest(&store.desk, "2026-10", &["cur-00001.csv.gz", "cur-00004.csv"]);
    store.desk.put("store/finops/bad/x.csv", rows("2026-10", &["1", "2"]).replace("2,EUR", "two,EUR"));
    store.desk.put("store/finops/bad/y.parquet", "PAR1 nonsense");
    store.upload();
    store.refused(
        EXPORT,
        &["s3://finops/exports/cur/metadata/BILLING_PERIOD=2026-10/cur-Manifest.json: the manifest lists s3://finops/exports/cur/data/BILLING_PERIOD=2026-10/cur-00004.csv"],
    );
    store.refused("s3://finops/bad/x.csv", &["s3://finops/bad/x.csv:3:EffectiveCost"]);
    store.refused("s3://finops/bad/y.parquet", &["s3://finops/bad/y.parquet: the file is no readable Parquet"]);
    // From here on moto asks whose key it is.
    let script = "import sys, urllib.request as r
r.urlopen(r.Request(sys.argv[1] + '/moto-api/reset-auth', b'0', {'Content-Type': 'text/plain'}, method='POST'))";
    assert!(tagledger_tests::python().unwrap().args(["-c", script, &store.moto.url()]).status().unwrap().success());
    store.refused(EXPORT, &["s3://finops/exports/cur/: these credentials may not list what is there", "InvalidAccessKeyId"]);
}

#[test]
fn a_scan_takes_addresses_from_its_settings_and_names_them_in_the_report() {
    let Some(store) = Store::new() else { return };
    store.desk.put("tagledger.yaml", "version: 1\nscan: { from: [inventory.csv], bill: ['s3://finops/exports/cur'], bill_cache: deep/kept, history: none }\n");
    let scan = store.desk.call("scan -q --now 2026-11-01 --out run --format none").env("TAGLEDGER_QUIET", "true");
    store.moto.is_asked_by(scan).done().ends(&[0, 1, 3]);
    let report = store.desk.report("run");
    let bills: Vec<&str> = report["bills"].as_array().unwrap().iter().map(|bill| bill.as_str().unwrap()).collect();
    assert_eq!(bills.len(), 4, "{bills:?}");
    assert_eq!(bills[0], "s3://finops/exports/cur/data/BILLING_PERIOD=2026-09/cur-00001.csv.gz");
    assert!(store.desk.path("deep/kept").is_dir() && !report.to_string().contains("deep/kept"));
    let left: Vec<String> = store.desk.names().into_iter().filter(|name| name.starts_with("deep/kept/.reading")).collect();
    assert!(left.is_empty(), "{left:?}");
}
