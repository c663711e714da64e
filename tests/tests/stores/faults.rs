//! What goes wrong on the way, made to go wrong by a server of ours: nothing that was read by half is counted or kept.

use super::{call, copies, laid, on_disk, said};
use std::process::{Child, Stdio};
use tagledger_tests::{Call, Desk, Server};

const EXPORT: &str = "s3://finops/exports/cur/";

fn server(desk: &Desk, faults: &[&str]) -> Option<Server> {
    let store = desk.path("store");
    let arguments: Vec<&str> = std::iter::once(store.to_str().unwrap()).chain(faults.iter().copied()).collect();
    Server::script("objects.py", &arguments, "")
}

fn cost(desk: &Desk, server: &Server) -> Call {
    server.is_asked_by(call(desk, &format!("cost -q --format json --bill {EXPORT}")))
}

#[test]
fn a_transfer_that_breaks_off_goes_on_or_ends_the_run() {
    let desk = laid();
    let Some(flaky) = server(&desk, &["cur-00001=once"]) else { return };
    assert_eq!(said(&cost(&desk, &flaky).exits(0).out), on_disk(&desk, "exports/cur"), "asked again from where it broke off");
    let desk = laid();
    let broken = server(&desk, &["2026-10/cur-00001=break"]).unwrap();
    let done = cost(&desk, &broken).exits(2);
    assert!(done.out.is_empty());
    assert!(done.err.contains("s3://finops/exports/cur/data/BILLING_PERIOD=2026-10/cur-00001.csv.gz: breaks off after "), "{}", done.err);
    assert!(!copies(&desk).iter().any(|copy| copy.contains("2026-10/cur-00001")), "{:?}", copies(&desk));
    let sound = server(&desk, &[]).unwrap();
    assert_eq!(said(&cost(&desk, &sound).exits(0).out), on_disk(&desk, "exports/cur"));
}

#[test]
fn an_object_that_is_denied_and_a_store_that_does_not_answer_end_the_run() {
    let desk = laid();
    let Some(strict) = server(&desk, &["data/BILLING_PERIOD=2026-09/cur-00002.csv=deny"]) else { return };
    let done = cost(&desk, &strict).exits(2);
    assert!(done.err.contains("s3://finops/exports/cur/data/BILLING_PERIOD=2026-09/cur-00002.csv: these credentials may not read it"), "{}", done.err);
    let url = strict.url();
    drop(strict);
    let done = asked_at(&desk, &url).exits(2);
    assert!(done.err.contains(&format!("{EXPORT}: what is there cannot be listed")) && done.err.to_lowercase().contains("refused"), "{}", done.err);
}

/// A call at an address at which nobody listens.
fn asked_at(desk: &Desk, url: &str) -> Call {
    call(desk, &format!("cost -q --format json --bill {EXPORT}"))
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "AKIDTEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "eu-west-1")
}

#[test]
fn a_run_that_is_killed_while_it_fetches_leaves_nothing_that_is_believed() {
    let desk = laid();
    let Some(slow) = server(&desk, &["2026-10/cur-00001=hold"]) else { return };
    let mut killed = slow.holds(cost(&desk, &slow));
    killed.kill().unwrap();
    killed.wait().unwrap();
    let reading = |desk: &Desk| desk.names().iter().any(|name| name.starts_with("cache/.reading"));
    assert!(reading(&desk));
    assert_eq!(said(&cost(&desk, &slow).exits(0).out), on_disk(&desk, "exports/cur"));
    assert!(!reading(&desk), "the next run takes away what the killed one left");
}

#[test]
fn runs_at_the_same_time_share_the_copies() {
    let desk = laid();
    let Some(store) = server(&desk, &[]) else { return };
    let expected = on_disk(&desk, "exports/cur");
    let begin = || -> Child { cost(&desk, &store).0.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap() };
    let children: Vec<Child> = (0..5).map(|_| begin()).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(said(&String::from_utf8(output.stdout).unwrap()), expected);
    }
    assert_eq!(copies(&desk).len(), 6);
}

#[test]
fn a_large_object_comes_in_pieces() {
    let desk = Desk::laid();
    let row = "1.000000000001,EUR,2026-10-01,AWS,111122223333,\n";
    let count = (17 << 20) / row.len();
    desk.put("store/finops/exports/cur/large.csv", format!("{}{}", super::HEAD, row.repeat(count)));
    let Some(store) = server(&desk, &[]) else { return };
    assert_eq!(said(&cost(&desk, &store).exits(0).out), on_disk(&desk, "exports/cur"));
    let log = store.get("/-/log");
    let pieces = log.as_array().unwrap().iter().filter(|line| line[0] == "GET" && line[2] == 206).count();
    assert_eq!(pieces, 2, "{log}");
}
