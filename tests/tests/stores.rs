//! Bills straight from object stores: the same to the digit as from disk, fetched once, and never half.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "stores/blobs.rs"]
mod blobs;
#[path = "stores/cloud_storage.rs"]
mod cloud_storage;
#[path = "stores/faults.rs"]
mod faults;
#[path = "stores/passes.rs"]
mod passes;
#[path = "stores/s3.rs"]
mod s3;

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::io::Write;
use tagledger_tests::{Call, Desk, contents, python, root};

const HEAD: &str = "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,Tags\n";

/// Rows of one account in a month; the first is for the shop in production.
fn rows(month: &str, amounts: &[&str]) -> String {
    let tags = |first: bool| if first { r#""{""env"":""prod"",""Application"":""shop""}""# } else { "" };
    let row = |(at, amount): (usize, &&str)| format!("{amount},EUR,{month}-01,AWS,111122223333,{}\n", tags(at == 0));
    std::iter::once(HEAD.to_owned()).chain(amounts.iter().enumerate().map(row)).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A desk with an export of two months in `store/finops/exports/cur`, as Data Exports lay one out, and what an earlier delivery left behind.
fn laid() -> Desk {
    let desk = Desk::laid();
    let below = "store/finops/exports/cur";
    for (month, amounts) in [("2026-09", ["1.000000000001", "2.5"]), ("2026-10", ["4.000000000002", "8.25"])] {
        let data = format!("{below}/data/BILLING_PERIOD={month}");
        desk.put(&format!("{data}/cur-00001.csv.gz"), gzip(&rows(month, &amounts)));
        desk.put(&format!("{data}/cur-00002.csv"), rows(month, &["0.000000000003"]));
        desk.put(&format!("{data}/cur-00000.csv"), rows(month, &["1000"]));
        manifest(&desk, month, &["cur-00001.csv.gz", "cur-00002.csv"]);
    }
    desk.put(&format!("{below}/notes.txt"), "nobody's bill");
    desk
}

fn manifest(desk: &Desk, month: &str, files: &[&str]) {
    let names: Vec<String> = files.iter().map(|file| format!("s3://finops/exports/cur/data/BILLING_PERIOD={month}/{file}")).collect();
    let text = serde_json::json!({ "dataFiles": names }).to_string();
    desk.put(&format!("store/finops/exports/cur/metadata/BILLING_PERIOD={month}/cur-Manifest.json"), text);
}

/// A call that keeps its copies on the desk.
fn call(desk: &Desk, words: &str) -> Call {
    desk.call(words).env("TAGLEDGER_BILL_CACHE", desk.path("cache"))
}

/// Months, totals and cells of a bill.
fn said(done: &str) -> Value {
    let cost: Value = serde_json::from_str(done).unwrap();
    serde_json::json!([cost["totals"], cost["cells"], cost["rows"]])
}

fn on_disk(desk: &Desk, bill: &str) -> Value {
    said(&desk.call(&format!("cost --format json --bill store/finops/{bill}")).exits(0).out)
}

/// Names of the copies, without their folder and their versions.
fn copies(desk: &Desk) -> Vec<String> {
    let files = contents(&desk.path("cache")).into_keys().filter(|name| !name.ends_with('/'));
    files.map(|name| name.split_once('/').unwrap().1.rsplit_once('@').unwrap().0.to_owned()).collect()
}

/// What a script beside the servers prints.
fn script(name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Option<String> {
    let mut command = python()?;
    let output = command.arg(root().join("tests/servers").join(name)).args(arguments).envs(environment.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}
