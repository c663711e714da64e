//! Bad weather: a clear error or the right total, never a wrong one.

use super::{REST, address, laid, runs, table};
use std::process::Stdio;
use tagledger_tests::{Call, Desk, Server, python, signal};

/// `cost` of the bill on the desk, by an engine.
fn asks(desk: &Desk, server: &Server, more: &[&str]) -> Call {
    desk.call(&format!("cost --quiet --engine {} {REST}", address(server))).with(["--table", &table(desk, "text.parquet")]).with(more)
}

/// How often the engine was called so.
fn calls(desk: &Desk, name: &str) -> usize {
    std::fs::read_to_string(desk.path("calls.log")).unwrap_or_default().lines().filter(|line| *line == name).count()
}

/// The desk, with what the files say.
fn calm() -> Option<(Desk, String)> {
    let (desk, bill) = laid()?;
    let files = desk.call(&format!("cost {REST} --bill {bill}")).exits(0).out;
    Some((desk, files))
}

#[test]
fn what_breaks_on_the_way_is_read_on_or_asked_anew() {
    let Some((desk, files)) = calm() else { return };
    let log = format!("log={}", desk.path("calls.log").display());
    for (faults, executed, attached, anew) in [
        // A proxy goes away, or a server ends the stream because it has lasted long enough: the operation goes on.
        (&["break=0"][..], 1, 1, false),
        (&["end=0"], 1, 1, false),
        // The operation is gone with the connection.
        (&["break=1", "forget"], 2, 1, true),
        (&["end=1", "forget"], 2, 1, true),
        // It is answered from its beginning once more, whatever was asked.
        (&["break=1", "replay"], 2, 1, true),
    ] {
        let _gone = std::fs::remove_file(desk.path("calls.log"));
        let Some(server) = Server::spark(&[faults, &[&log]].concat()) else { return };
        let done = asks(&desk, &server, &[]).exits(0);
        assert_eq!(done.out, files, "{faults:?}");
        assert_eq!(done.err.contains("asked anew, and what had come is thrown away"), anew, "{faults:?}: {}", done.err);
        assert_eq!((calls(&desk, "ExecutePlan"), calls(&desk, "ReattachExecute")), (executed, attached), "{faults:?}");
    }
}

#[test]
fn a_connection_that_is_cut_costs_nothing() {
    let Some((desk, files)) = calm() else { return };
    // Somewhere in the answer, whose messages have more bytes than all before.
    let Some(server) = Server::spark(&["sever=6000"]) else { return };
    assert_eq!(asks(&desk, &server, &[]).exits(0).out, files);
    let Some(server) = Server::spark(&["sever=6000", "always"]) else { return };
    let done = asks(&desk, &server, &[]).exits(4);
    assert!(done.out.is_empty() && done.err.contains("the answer was lost 3 times") && done.err.contains("Nothing of it counts"), "{}", done.err);
}

#[test]
fn what_does_not_come_whole_is_no_report() {
    let Some((desk, _)) = calm() else { return };
    for (faults, code, words) in [
        (&["end=1", "always", "forget"][..], 4, &["the answer was lost 3 times", "the stream ended before the result was complete"][..]),
        (&["fail=1"], 4, &["killed by an administrator"]),
        (&["double"], 2, &["its column `EffectiveCost` is Float64", "DECIMAL(38, 12)"]),
    ] {
        let Some(server) = Server::spark(faults) else { return };
        let done = asks(&desk, &server, &[]).exits(code);
        assert!(done.out.is_empty() && words.iter().all(|word| done.err.contains(word)), "{faults:?}: {}", done.err);
    }
}

/// One row of the bill in the last table, so often, each time of another resource whose id is long: as a lake would have it, and as text, where nothing is shared.
const MANY: &str = "
import duckdb, sys
times, length = int(sys.argv[1]), int(sys.argv[2])
row = \"SELECT * FROM 'text.parquet' LIMIT 1\"
id = f\"repeat(md5(i::VARCHAR), {length // 32})\"
duckdb.sql(f\"COPY (SELECT b.* REPLACE ({id} AS ResourceId, '1.5' AS EffectiveCost) FROM ({row}) b, range({times}) r(i)) TO 'many.parquet' (ROW_GROUP_SIZE 4096)\")
";

#[test]
fn an_answer_larger_than_memory_is_read_as_it_comes() {
    let Some((desk, _)) = laid() else { return };
    // 205 MB of ids, where the program may have less than that for everything.
    let Some(()) = runs(&desk, python(), MANY, &["200000", "1024"]) else { return };
    let Some(server) = Server::spark(&[]) else { return };
    let words = format!("cost --quiet --engine {} --taxonomy estate/taxonomy.yaml --format csv", address(&server));
    let asked = || desk.call(&words).with(["--table", &table(&desk, "many.parquet")]);
    let done = asked().within_memory(190).exits(0);
    assert!(done.out.lines().any(|line| line.ends_with(",300000.00,200000")), "{}", done.out);
    // Where even that is not there the program ends, and nothing of what it had added up is shown.
    let done = asked().within_memory(60).exits(-1);
    assert!(done.out.is_empty() && done.err.contains("memory allocation of"), "{}{}", done.out, done.err);
    // Whoever would have fewer groups is told how many there are, before any of them comes.
    let done = asked().with(["--max-groups", "100000"]).exits(2);
    assert!(done.out.is_empty() && done.err.contains("200000"), "{}", done.err);
}

#[test]
fn what_is_not_there_is_named() {
    let Some((desk, _)) = calm() else { return };
    let Some(server) = Server::spark(&[]) else { return };
    let call = |table: &str| desk.call(&format!("cost --quiet --engine {} {REST}", address(&server))).with(["--table", table]).exits(2).err;
    let said = call("finops.nowhere");
    assert!(said.contains("cannot answer") && said.contains("nowhere"), "{said}");
    let said = call(&format!("parquet.`{}`", desk.path("nowhere").display()));
    assert!(said.contains("there are no files at its path"), "{said}");
    let said = call(&format!("(SELECT 'EUR' AS BillingCurrency, {}.EffectiveCost FROM {0}) AS bill", table(&desk, "text.parquet")).replacen(
        &format!("{}.", table(&desk, "text.parquet")),
        "",
        1,
    ));
    assert!(said.contains("no column for BillingPeriodStart"), "{said}");
    let said = call(&format!("(SELECT Nothing AS EffectiveCost FROM {}) AS bill", table(&desk, "text.parquet")));
    assert!(said.contains("cannot answer") && said.contains("Nothing"), "{said}");
    let said = asks(&desk, &server, &["--max-groups", "7"]).exits(2).err;
    let found: u64 = said.split("the bill comes to ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().parse().unwrap();
    assert!(found > 7 && said.contains("at most 7 were allowed") && said.contains("--max-groups"), "{said}");
    asks(&desk, &server, &["--max-groups", &found.to_string()]).exits(0);
}

#[test]
fn text_that_is_no_number_is_no_cost() {
    let Some((desk, _)) = calm() else { return };
    let Some(server) = Server::spark(&[]) else { return };
    let bill = format!("(SELECT BillingCurrency, BillingPeriodStart, 'twelve' AS EffectiveCost FROM {}) AS bill", table(&desk, "text.parquet"));
    let done = desk.call(&format!("cost --quiet --engine {} {REST}", address(&server))).with(["--table", &bill]).done();
    assert!(matches!(done.code, 2 | 4) && done.out.is_empty() && done.err.contains("twelve"), "{done:?}");
}

#[test]
fn nobody_there_is_said_soon() {
    let desk = Desk::laid();
    let said = desk.call("cost --quiet --engine sc://127.0.0.1:1 --table finops.focus").exits(4).err;
    assert!(said.contains("sc://127.0.0.1:1 cannot be reached") && said.contains("use_ssl"), "{said}");
}

#[test]
fn a_token_goes_to_whom_it_is_for_and_nowhere_else() {
    let Some((desk, files)) = calm() else { return };
    let Some(server) = Server::spark(&["token=right-one"]) else { return };
    let with = |token: &str| asks(&desk, &server, &[]).env("SPARK_CONNECT_AUTHENTICATE_TOKEN", token);
    assert_eq!(with("right-one").exits(0).out, files);
    let said = with("wrong-one").exits(2).err;
    assert!(said.contains("refuses the token") && said.contains("token_from") && !said.contains("wrong-one"), "{said}");
    let said = asks(&desk, &server, &[]).exits(2).err;
    assert!(said.contains("wants a token"), "{said}");
    // Anybody on the way could read it.
    let remote = desk.call(&format!("cost --quiet --engine sc://spark.example.com --table t {REST}")).env("SPARK_CONNECT_AUTHENTICATE_TOKEN", "right-one");
    let said = remote.exits(2).err;
    assert!(said.contains("use_ssl=true") && !said.contains("right-one"), "{said}");
    let said = desk.call(&format!("cost --quiet --engine sc://127.0.0.1:1/;token=right-one --table t {REST}")).exits(2).err;
    assert!(said.contains("token_from"), "{said}");
}

#[test]
fn tls_is_held_to_the_authority() {
    let Some((desk, files)) = calm() else { return };
    let ca = desk.path("ca.pem");
    let Some(server) = Server::spark(&[&format!("tls={}", ca.display()), "token=right-one"]) else { return };
    let call = |host: &str| {
        let call = desk.call(&format!("cost --quiet --engine sc://{host}:{}/;use_ssl=true {REST}", server.port));
        call.with(["--table", &table(&desk, "text.parquet")]).env("SPARK_CONNECT_AUTHENTICATE_TOKEN", "right-one")
    };
    assert_eq!(call("localhost").env("SSL_CERT_FILE", &ca).exits(0).out, files);
    let said = call("localhost").exits(4).err;
    assert!(said.contains("cannot be reached"), "{said}");
    let said = asks(&desk, &server, &[]).exits(4).err;
    assert!(said.contains("cannot be reached") && said.contains("use_ssl"), "{said}");
}

#[cfg(unix)]
#[test]
fn whoever_interrupts_ends_the_question_there_too() {
    let Some((desk, _)) = calm() else { return };
    let log = format!("log={}", desk.path("calls.log").display());
    let Some(server) = Server::spark(&["hold", &log]) else { return };
    let child = asks(&desk, &server, &[]).0.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while calls(&desk, "ExecutePlan") == 0 {
        std::thread::yield_now();
    }
    signal(&child, "INT");
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!((done.status.code(), done.stdout.len()), (Some(4), 0), "{said}");
    assert!(said.contains("the engine is told to end the question") && said.contains("nothing was reported"), "{said}");
    assert_eq!(calls(&desk, "Interrupt"), 1);
}
