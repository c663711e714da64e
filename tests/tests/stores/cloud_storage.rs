//! Cloud Storage, as a server of ours speaks its XML interface; boto3, which Google documents as a client of it, reads the same from that server.

use super::{call, laid, on_disk, said, script};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use tagledger_tests::{Server, contents};

#[test]
fn a_bucket_is_read_with_the_token_of_a_service_account() {
    let desk = laid();
    let store = desk.path("store");
    let Some(server) = Server::script("objects.py", &[store.to_str().unwrap()], "") else { return };
    let pem = desk.path("private.pem");
    let made =
        Command::new("openssl").args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out"]).arg(&pem).stderr(Stdio::null()).status();
    assert!(made.unwrap().success());
    let account = json!({
        "type": "service_account", "project_id": "finops", "private_key_id": "k1", "private_key": desk.text("private.pem"),
        "client_email": "tagledger@finops.iam.gserviceaccount.com", "client_id": "1",
    });
    let key = desk.put("key.json", account.to_string());
    let cost = |bill: &str| call(&desk, &format!("cost --format json --bill {bill}")).env("GOOGLE_BASE_URL", server.url()).env("GOOGLE_SERVICE_ACCOUNT", &key);
    for _ in 0..2 {
        assert_eq!(said(&cost("gs://finops/exports/cur").exits(0).out), on_disk(&desk, "exports/cur"));
    }
    let log = server.get("/-/log");
    let log: Vec<&Value> = log.as_array().unwrap().iter().collect();
    assert!(log.iter().all(|line| line[3] == "Bearer"), "{log:?}");
    let is_data = |line: &&&Value| line[1].as_str().unwrap().contains(".csv") && line[0] == "GET";
    assert_eq!(log.iter().filter(is_data).count(), 4, "{log:?}");
    let done = cost("gs://nobodys/cur/").exits(2);
    assert!(done.err.contains("gs://nobodys/cur/: there is no such bucket or container"), "{}", done.err);
}

#[test]
fn another_client_reads_the_same_from_our_server() {
    let desk = laid();
    std::fs::remove_dir_all(desk.path("store/finops/exports/cur/data/BILLING_PERIOD=2026-09")).unwrap();
    std::fs::remove_file(desk.path("store/finops/exports/cur/data/BILLING_PERIOD=2026-10/cur-00001.csv.gz")).unwrap();
    desk.put("store/finops/a & b/<c>.csv", "text");
    let store = desk.path("store");
    let Some(server) = Server::script("objects.py", &[store.to_str().unwrap()], "") else { return };
    let url = server.url();
    let environment = [("AWS_ENDPOINT_URL", url.as_str()), ("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_DEFAULT_REGION", "eu-west-1")];
    let found: Value = serde_json::from_str(&script("witness_objects.py", &["finops"], &environment).unwrap()).unwrap();
    let expected: serde_json::Map<String, Value> = contents(&desk.path("store/finops"))
        .into_iter()
        .filter(|(name, _)| !name.ends_with('/'))
        .map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap().into()))
        .collect();
    assert_eq!(found, Value::Object(expected));
}
