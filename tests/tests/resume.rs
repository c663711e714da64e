//! What lies beside a run while it is made, and what is said about it: `scan --resume` and what killed scans leave. Nobody is asked here; scans that
//! are killed and gone on with are in `live.rs`.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::fs::File;
use tagledger_tests::{Call, Desk};

const KEPT: &str = ".run.collected";

/// A live scan by nobody: it ends before anything is asked.
fn scan(desk: &Desk, words: &str) -> Call {
    let call = desk.call(&format!("scan --cloud aws --region eu-west-1 --now 2026-11-01 {words}")).env("AWS_EC2_METADATA_DISABLED", "true");
    let call = call.env("AWS_CONFIG_FILE", "none").env("AWS_SHARED_CREDENTIALS_FILE", "none").env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"].into_iter().fold(call, |call, name| call.env(name, ""))
}

fn head(started: &str) -> String {
    format!("{{\"layout\":2,\"started\":{started}}}\n")
}

/// Seconds since 1970, so many hours ago.
fn ago(hours: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    (now - hours * 3600).to_string()
}

#[test]
fn a_scan_that_could_not_begin_leaves_nothing() {
    let desk = Desk::laid();
    let before = desk.names();
    let done = scan(&desk, "--out run").exits(2);
    assert!(done.err.contains("no credentials"), "{}", done.err);
    assert_eq!(desk.names(), before);
    let done = scan(&desk, "--out run --resume").exits(2);
    assert!(done.err.starts_with("run: nothing was kept to go on from; everything is asked for\n"), "{}", done.err);
    assert_eq!(desk.names(), before);
}

#[test]
fn what_was_kept_is_gone_on_with_for_a_day() {
    let desk = Desk::laid();
    desk.put(KEPT, head(&ago(2)));
    let done = scan(&desk, "--out run --resume").exits(2);
    assert!(done.err.starts_with("going on from what has been collected since 20"), "{}", done.err);
    assert!(desk.path(KEPT).exists(), "a scan that fails again takes nothing away");
    desk.put(KEPT, head(&ago(25)));
    let done = scan(&desk, "--out run --resume").exits(2);
    assert!(done.err.contains("is older than a day: everything is asked for anew"), "{}", done.err);
    desk.put(KEPT, "{\"layout\":99}\n");
    let done = scan(&desk, "--out run --resume").exits(2);
    assert!(done.err.contains("nothing was kept"), "{}", done.err);
    // Without a name, the newest of those below reports/ is meant.
    desk.put("reports/.b.collected", head(&ago(1)));
    desk.put("reports/.a.collected", head(&ago(30)));
    let new = File::options().append(true).open(desk.path("reports/.b.collected")).unwrap();
    new.set_modified(std::time::SystemTime::now() + std::time::Duration::from_mins(1)).unwrap();
    let done = scan(&desk, "--resume").exits(2);
    assert!(done.err.starts_with("going on from"), "{}", done.err);
}

#[test]
fn a_file_that_cannot_be_written_is_named_before_anybody_is_asked() {
    let desk = Desk::laid();
    std::fs::create_dir(desk.path(KEPT)).unwrap();
    let done = scan(&desk, "--out run").exits(4);
    assert!(done.err.contains(&format!("error: ./{KEPT}: cannot be written")), "{}", done.err);
    std::fs::remove_dir(desk.path(KEPT)).unwrap();
    // Two scans into one file would take each other's pages for their own.
    let held = File::create(desk.path(KEPT)).unwrap();
    held.lock().unwrap();
    for words in ["--out run", "--out run --resume"] {
        let done = scan(&desk, words).exits(4);
        assert!(done.err.contains("another scan with this --out is running"), "{}", done.err);
    }
    // A run that cannot stand where it is asked for is refused before an hour of asking.
    desk.put("full/of.txt", "mine");
    assert!(scan(&desk, "--out full").exits(2).err.contains("full: holds files that are no run"));
}

#[test]
fn what_a_killed_scan_left_half_written_is_taken_away_by_the_next() {
    let desk = Desk::laid();
    desk.put(".run.partial-4711/findings.csv", "half");
    desk.put(".other.partial-4711/findings.csv", "half");
    desk.call("scan --from inventory.csv --now 2026-11-01 --out run").exits(0);
    let hidden: Vec<String> = desk.names().into_iter().filter(|name| name.starts_with('.')).collect();
    assert_eq!(hidden, [".other.partial-4711/", ".other.partial-4711/findings.csv"]);
    // Killed between two renames: the run that stood there is not lost.
    std::fs::rename(desk.path("run"), desk.path(".run.replaced")).unwrap();
    desk.call("scan --from nowhere --now 2026-11-01 --out run").exits(2);
    desk.call("scan --from inventory.csv --now 2026-11-01 --out run").exits(0);
    assert!(!desk.path(".run.replaced").exists() && desk.path("run/run.json").exists());
}
