//! Blob Storage, as Azurite speaks it.

use super::{call, copies, laid, on_disk, rows, said, script};
use tagledger_tests::{Desk, Server};

const ACCOUNT: &str = "tester";
/// What Azurite is told that the key of the account is.
const KEY: &str = "dGVzdGVyJ3MgcHJpdmF0ZSBrZXksIG9mIG5vIHVzZSBhbnl3aGVyZSBlbHNl";

#[test]
fn a_container_is_read_and_only_what_changed_is_fetched_again() {
    let Some(azurite) = Server::azurite(ACCOUNT, KEY) else { return };
    let desk = laid();
    let upload = || script("seed_blobs.py", &[&azurite.url(), ACCOUNT, KEY, desk.path("store/finops").to_str().unwrap(), "finops"], &[]);
    if upload().is_none() {
        return;
    }
    let cost = |desk: &Desk, bill: &str, key: &str| {
        let call = call(desk, &format!("cost --format json --bill {bill}")).env("AZURE_STORAGE_ENDPOINT", format!("{}/{ACCOUNT}", azurite.url()));
        call.env("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT).env("AZURE_STORAGE_ACCOUNT_KEY", key)
    };
    let read = |bill: &str| said(&cost(&desk, bill, KEY).exits(0).out);
    assert_eq!(read("az://finops/exports/cur/"), on_disk(&desk, "exports/cur"));
    let file = "exports/cur/data/BILLING_PERIOD=2026-10/cur-00002.csv";
    assert_eq!(read(&format!("az://finops/{file}")), on_disk(&desk, file));
    // What was kept is read again without a question: it is changed here and nowhere else, so that it shows.
    let copy = tagledger_tests::contents(&desk.path("cache")).into_keys().find(|name| name.contains("2026-10/cur-00002")).unwrap();
    desk.put(&format!("cache/{copy}"), rows("2026-10", &["0.000000000004"]));
    assert!(read("az://finops/exports/cur/").to_string().contains("15.75000000001"));
    // Written anew, it is fetched.
    desk.put(&format!("store/finops/{file}"), rows("2026-10", &["0.000000000005"]));
    upload();
    assert_eq!(read("az://finops/exports/cur/"), on_disk(&desk, "exports/cur"));
    assert_eq!(copies(&desk).len(), 6);

    let done = cost(&desk, "az://nobodys/cur/", KEY).exits(2);
    assert!(done.err.contains("az://nobodys/cur/: there is no such bucket or container"), "{}", done.err);
    let done = cost(&desk, "az://finops/exports/cur/", "d3Jvbmc=").exits(2);
    assert!(done.err.contains("az://finops/exports/cur/: these credentials may not list what is there"), "{}", done.err);
}
