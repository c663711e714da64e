//! What scans know of each other: a history on disk and in an object store, what is new and fixed, since when, and what cannot be said.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::Value;
use std::process::{Child, Stdio};
use tagledger_tests::{Call, Decimal, Desk, Server, engines, python, root};

const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, values: { production: [prod], test: [] } }
  Owner: { required: true }
grace: 2d
";

const WAIVERS: &str = "waivers: [{ rule: missing-required-key, resource: 'waived-*', reason: r, owner: o, expires: 2099-01-01 }]\n";

/// Machines of a scope; `tags` as in `Environment=production`.
fn machines(scope: &str, all: &[(&str, &[&str])]) -> String {
    let row = |(id, tags): &(&str, &[&str])| {
        let tags: serde_json::Map<String, Value> = tags.iter().filter_map(|tag| tag.split_once('=')).map(|(k, v)| (k.to_owned(), v.into())).collect();
        format!("onprem,{scope},vm,{id},yes,\"{}\"\n", Value::Object(tags).to_string().replace('"', "\"\""))
    };
    std::iter::once("cloud,scope,kind,id,taggable,tags\n".to_owned()).chain(all.iter().map(row)).collect()
}

const BOTH: &[&str] = &["Environment=production", "Owner=jane"];
const ONE: &[&str] = &["Environment=production"];

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk
}

/// A scan of one file into the history, on a day of November.
fn night(desk: &Desk, day: u32, file: &str) -> Call {
    desk.call(&format!("scan -q --from {file} --now 2026-11-{day:02}T01:00:00Z --out run{day} --history history --format json"))
}

fn report(call: Call, codes: &[i32]) -> Value {
    serde_json::from_str(&call.done().ends(codes).out).unwrap()
}

/// New, first looked at, fixed or gone, still there, not seen; nothing else, unless `others` says so.
fn counts(report: &Value) -> [u64; 5] {
    assert_eq!(others(report), [0, 0, 0]);
    let of = |name: &str| report["history"][name].as_u64().unwrap();
    [of("new"), of("first_looked_at"), of("fixed") + of("gone"), of("still"), of("not_seen")]
}

/// Open again, waived, undetermined now.
fn others(report: &Value) -> [u64; 3] {
    ["reopened", "waived", "unclear"].map(|name| report["history"][name].as_u64().unwrap())
}

fn finding<'r>(report: &'r Value, resource: &str) -> &'r Value {
    report["findings"].as_array().unwrap().iter().find(|f| f["resource"] == resource).unwrap_or_else(|| panic!("nothing about {resource}"))
}

#[test]
fn a_finding_is_as_old_as_the_first_run_that_had_it_and_a_new_one_warns_for_a_while() {
    let desk = desk();
    desk.put("taxonomy.yaml", format!("{TAXONOMY}{WAIVERS}"));
    desk.put("a.csv", machines("dc", &[("vm-1", BOTH), ("vm-2", ONE), ("vm-3", ONE), ("waived-1", ONE)]));
    let first = report(night(&desk, 1, "a.csv"), &[1]);
    assert_eq!(first["history"]["since"], Value::Null);
    assert_eq!(counts(&first), [0, 2, 0, 0, 0], "nobody had looked before");
    assert_eq!(finding(&first, "vm-2")["level"], "error", "it may be old: grace is for what is known to be new");

    // vm-1 loses its owner, vm-2 gets one, vm-3 goes, vm-4 comes.
    desk.put("a.csv", machines("dc", &[("vm-1", ONE), ("vm-2", BOTH), ("vm-4", ONE), ("waived-1", ONE)]));
    let second = report(night(&desk, 2, "a.csv"), &[0]);
    assert_eq!((counts(&second), &second["history"]["since"]), ([2, 0, 2, 0, 0], &"2026-11-01T01:00:00Z".into()));
    for id in ["vm-1", "vm-4"] {
        assert_eq!((&finding(&second, id)["level"], &finding(&second, id)["first_seen"]), (&"warn".into(), &"2026-11-02T01:00:00Z".into()), "{id}");
    }
    // Sums by rule tell them apart from those at the rule's own level.
    let rule = second["rules"].as_array().unwrap().iter().find(|r| r["rule"] == "missing-required-key").unwrap();
    assert_eq!((&rule["level"], &rule["violated"], &rule["in_grace"]), (&"error".into(), &2.into(), &2.into()));
    let metrics = desk.call("report --from run2 --format openmetrics").exits(0).out;
    let metric =
        |level: &str| metrics.lines().find(|l| l.contains("missing-required-key") && l.contains(&format!("level=\"{level}\",verdict=\"violated\""))).unwrap();
    assert!(metric("error").ends_with(" 0") && metric("warn").ends_with(" 2"), "{metrics}");
    assert!(desk.call("report --from run2").exits(0).out.contains("Young, and so warnings for now: 2 of missing-required-key"));
    assert_eq!(finding(&second, "waived-1")["first_seen"], "2026-11-01T01:00:00Z");

    let fourth = report(night(&desk, 4, "a.csv"), &[1]);
    assert_eq!(counts(&fourth), [0, 0, 0, 2, 0]);
    assert_eq!(
        (&finding(&fourth, "vm-1")["level"], &finding(&fourth, "vm-1")["first_seen"]),
        (&"error".into(), &"2026-11-02T01:00:00Z".into()),
        "the grace is over"
    );

    let said = desk.call("diff 2026-11-01 2026-11-02 --history history --format csv").exits(0).out;
    let mut changes: Vec<(String, String)> =
        said.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()).map(|c| (c[0].to_owned(), c[9].to_owned())).collect();
    changes.sort();
    let expected = [("fixed", "vm-2"), ("gone", "vm-3"), ("new", "vm-1"), ("new", "vm-4")];
    assert_eq!(changes, expected.map(|(change, id)| (change.to_owned(), id.to_owned())));
    let folders = desk.call("diff run1 run2 --format csv").exits(0).out;
    assert_eq!(folders, said, "two folders say the same without a history");
    let document: Value = serde_json::from_str(&desk.call("diff --history history --format json").exits(0).out).unwrap();
    assert_eq!((&document["schema"], &document["still"]), (&"tagledger.diff/1".into(), &2.into()), "the newest run against what was known before it");
    let explained = desk.call(&format!("explain --run run4 {}", finding(&fourth, "vm-1")["fingerprint"].as_str().unwrap())).exits(0).out;
    assert!(explained.contains("first seen    2026-11-02T01:00:00Z"), "{explained}");
}

#[test]
fn a_history_changes_no_other_byte_of_a_report() {
    let desk = desk();
    desk.put("a.csv", machines("dc", &[("vm-1", BOTH), ("vm-2", ONE)]));
    let call = |out: &str, rest: &str| desk.call(&format!("scan -q --from a.csv --now 2026-11-01 --out {out} --format csv {rest}")).exits(1).out;
    let without = call("plain", "");
    assert_eq!(call("kept", "--history history").replace("2026-11-01T00:00:00Z", ""), without);
    assert!(!desk.path("plain").parent().unwrap().join("reports").exists(), "--out without --history keeps none");
    desk.call("scan -q --from a.csv --now 2026-11-01 --format none").exits(1);
    assert!(desk.path("reports/history/_runs/date=2026-11-01").is_dir(), "a scan without a place has its history beside it");
    desk.call("scan -q --from a.csv --now 2026-11-02 --format none --history none").exits(1);
    assert!(!desk.path("reports/history/_runs/date=2026-11-02").exists());
}

#[test]
fn scans_of_different_places_share_a_history_and_none_calls_fixed_what_it_did_not_see() {
    let desk = desk();
    desk.put("a.csv", machines("dc-a", &[("vm-a", ONE)]));
    desk.put("b.csv", machines("dc-b", &[("vm-b", ONE)]));
    report(night(&desk, 1, "a.csv"), &[1]);
    let other = report(night(&desk, 2, "b.csv"), &[1]);
    assert_eq!((counts(&other), &other["history"]["since"]), ([0, 1, 0, 0, 0], &Value::Null), "nobody had looked there");
    let again = report(night(&desk, 3, "a.csv"), &[1]);
    assert_eq!((counts(&again), &again["history"]["since"]), ([0, 0, 0, 1, 0], &"2026-11-01T01:00:00Z".into()));
    let days = desk.call("diff 2026-11-01 2026-11-02 --history history").exits(0).said();
    assert!(days.contains("0 fixed 1 not seen: nobody looked, so they may well be there"), "{days}");
}

#[test]
fn where_a_source_has_a_blind_spot_only_what_was_seen_again_can_be_fixed() {
    let desk = desk();
    let volume = |id: &str, tags: &[&str]| {
        let tags: Vec<Value> =
            tags.iter().map(|tag| tag.split_once('=').unwrap()).map(|(key, value)| serde_json::json!({"Key": key, "Value": value})).collect();
        serde_json::json!({"ResourceARN": format!("arn:aws:ec2:eu-west-1:111111111111:volume/{id}"), "Tags": tags})
    };
    let night = |day: u32, volumes: &[Value]| {
        desk.put("tags.json", serde_json::json!({ "ResourceTagMappingList": volumes }).to_string());
        report(night(&desk, day, "tags.json"), &[0, 1, 3])
    };
    night(1, &[volume("vol-1", ONE), volume("vol-2", ONE), volume("vol-3", BOTH)]);
    let second = night(2, &[volume("vol-1", BOTH), volume("vol-3", ONE), volume("vol-4", ONE)]);
    // vol-1 was mended, vol-2 was not listed again, vol-3 was seen to have an owner before, and of vol-4 nobody knows how long it has been there.
    assert_eq!(counts(&second), [1, 1, 1, 0, 1]);
    let third = night(3, &[volume("vol-1", BOTH), volume("vol-3", ONE), volume("vol-4", ONE)]);
    assert_eq!(counts(&third), [0, 0, 0, 2, 1], "what a newer run saw mended is not mended again");
    let fourth = night(4, &[volume("vol-1", ONE), volume("vol-3", ONE), volume("vol-4", ONE)]);
    assert_eq!(counts(&fourth), [1, 0, 0, 2, 1]);
    let again = fourth["findings"].as_array().unwrap().iter().find(|f| f["resource"].as_str().unwrap().ends_with("vol-1")).unwrap();
    assert_eq!(again["first_seen"], "2026-11-04T01:00:00Z", "two runs had looked and not found it");
}

#[test]
fn what_was_not_judged_is_neither_fixed_nor_new() {
    let desk = desk();
    let volume = |rest: &str| format!("cloud,scope,kind,id,taggable,tag:Environment,tag:Owner,attached\naws,1,ec2:volume,vol-1,yes,test,jane,{rest}\n");
    desk.put("a.csv", volume("no"));
    assert_eq!(counts(&report(night(&desk, 1, "a.csv"), &[0, 1])), [0, 1, 0, 0, 0]);
    desk.put("a.csv", volume(""));
    assert_eq!(counts(&report(night(&desk, 2, "a.csv"), &[0, 1])), [0, 0, 0, 0, 1], "nobody showed whether it is attached");
    desk.put("a.csv", volume("yes"));
    assert_eq!(counts(&report(night(&desk, 3, "a.csv"), &[0, 1])), [0; 5]);

    // A rule that is off says nothing, and one that is switched on says what may be old.
    let off = format!("{TAXONOMY}rules: {{ missing-required-key: off }}\n");
    desk.put("a.csv", machines("dc", &[("vm-1", ONE)]));
    night(&desk, 4, "a.csv").exits(1);
    desk.put("taxonomy.yaml", &off);
    assert_eq!(counts(&report(night(&desk, 5, "a.csv"), &[0])), [0, 0, 0, 0, 1]);
    desk.put("taxonomy.yaml", TAXONOMY);
    assert_eq!(counts(&report(night(&desk, 6, "a.csv"), &[1])), [0, 1, 0, 0, 0]);

    // Open, undetermined, waived: each is said, and the sums agree.
    desk.put("a.csv", "cloud,scope,kind,id,taggable,tags\nonprem,dc,vm,vm-1,yes,\n");
    let unread = report(night(&desk, 7, "a.csv"), &[0, 1, 3]);
    assert_eq!(others(&unread), [0, 0, 1]);
    desk.put("a.csv", machines("dc", &[("vm-1", ONE), ("waived-1", ONE)]));
    let read = report(night(&desk, 8, "a.csv"), &[1]);
    assert_eq!((others(&read), &read["history"]["still"]), ([1, 0, 0], &0.into()));
    desk.put("taxonomy.yaml", format!("{TAXONOMY}{WAIVERS}"));
    assert_eq!(others(&report(night(&desk, 9, "a.csv"), &[1])), [0, 1, 0]);
    let days = desk.call("diff 2026-11-08 2026-11-09 --history history --format json").exits(0).out;
    let days: Value = serde_json::from_str(&days).unwrap();
    let gone: u64 = days["totals"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|t| ["fixed", "gone", "waived", "unclear", "not_seen"].contains(&t["change"].as_str().unwrap()))
        .map(|t| t["findings"].as_u64().unwrap())
        .sum();
    assert_eq!(days["from"]["open"].as_u64().unwrap(), gone + days["still"].as_u64().unwrap(), "{days}");
}

#[test]
fn what_is_about_a_whole_bill_is_as_old_as_the_first_run_that_had_it() {
    let desk = desk();
    desk.put("a.csv", "cloud,scope,kind,id,tag:Environment,tag:Owner\naws,111122223333,vm,i-1,production,jane\n");
    let row = "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ResourceId,Tags\n5,USD,2026-10-01,AWS,111122223333,i-1,\"{\"\"Environment\"\":\"\"production\"\"}\"\n";
    desk.put("bill.csv", row);
    let night = |day: u32| {
        let words = format!("scan -q --from a.csv --bill bill.csv --now 2026-11-{day:02}T01:00:00Z --out run{day} --history history --format json");
        report(desk.call(&words), &[0, 1])
    };
    let first = night(1);
    assert_eq!((first["history"]["first_looked_at"].as_u64(), finding(&first, "aws")["rule"].as_str()), (Some(1), Some("inactive-cost-key")));
    assert_eq!(counts(&night(2)), [0, 0, 0, 1, 0]);
    assert_eq!(finding(&night(3), "aws")["first_seen"], "2026-11-01T01:00:00Z");
    desk.put("bill.csv", row.replace("production\"\"}", "production\"\",\"\"Owner\"\":\"\"jane\"\"}"));
    assert_eq!(counts(&night(4)), [0, 0, 1, 0, 0]);
}

#[test]
fn a_history_does_not_lie_in_the_run_that_the_next_one_replaces() {
    let desk = desk();
    desk.put("a.csv", machines("dc", &[("vm-1", ONE)]));
    for at in ["run/history", "run", "../x/../run/h"] {
        let done = desk.call(&format!("scan -q --from a.csv --out run --history {at}")).done();
        assert!(at.contains("..") || (done.code == 2 && done.err.contains("name a folder beside it")), "{at}: {}", done.err);
    }
    desk.call("scan -q --from a.csv --out deep/run --history deep/../beside --now 2026-11-01 --format none").exits(1);
    assert!(desk.path("beside/_runs").is_dir());
    desk.call("scan -q --from a.csv --out deep/run --history beside --now 2027-11-01 --history-days 30 --format none").exits(1);
    let kept = desk.call("trend --history beside --format csv").exits(0).out;
    assert!(kept.contains("2026-11-01"), "an audit of a moment to come is no reason to forget: {kept}");
}

#[test]
fn a_damaged_run_is_named_and_passed_over() {
    let desk = desk();
    desk.put("a.csv", machines("dc", &[("vm-1", ONE)]));
    for day in 1..=3 {
        night(&desk, day, "a.csv").exits(1);
    }
    let table = |day: u32| {
        let folder = std::fs::read_dir(desk.path(&format!("history/findings/date=2026-11-{day:02}"))).unwrap().next().unwrap().unwrap().path();
        folder.join("findings.parquet")
    };
    std::fs::write(table(3), "PAR1 nonsense").unwrap();
    let record = std::fs::read_dir(desk.path("history/_runs/date=2026-11-02")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(record, "{").unwrap();
    let fourth = report(night(&desk, 4, "a.csv"), &[1]);
    assert_eq!((counts(&fourth), &fourth["history"]["since"]), ([0, 0, 0, 1, 0], &"2026-11-01T01:00:00Z".into()), "the first run still speaks");
    assert_eq!(finding(&fourth, "vm-1")["first_seen"], "2026-11-01T01:00:00Z");
    let notes = fourth["notes"].to_string();
    assert!(notes.contains("20261102T010000Z") && notes.contains("its record cannot be read"), "{notes}");
    assert!(notes.contains("20261103T010000Z") && notes.contains("are not what was written: the file is damaged"), "{notes}");
    let trend = desk.call("trend --history history").exits(0).said();
    assert!(trend.contains("2026-11-01 01:00") && trend.contains("2026-11-04 01:00") && trend.contains("passed over: 20261102T010000Z"), "{trend}");
}

#[test]
fn scans_at_the_same_time_all_stand_and_old_runs_go_when_they_are_told_to() {
    let desk = desk();
    desk.put("a.csv", machines("dc", &[("vm-1", ONE)]));
    night(&desk, 1, "a.csv").exits(1);
    let begin = |n: u32| -> Child {
        let mut call = desk.call(&format!("scan -q --from a.csv --now 2026-11-10T01:00:00Z --out at-once-{n} --history history --format none"));
        call.0.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..6).map(begin).collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
    let runs = || -> Value { serde_json::from_str(&desk.call("trend --history history --format json").exits(0).out).unwrap() };
    assert_eq!(runs()["runs"].as_array().unwrap().len(), 7);
    let day = desk.call("diff 2026-11-01 2026-11-10 --history history").exits(0).said();
    assert!(day.contains("1 still there"), "{day}");
    desk.call("scan -q --from a.csv --now 2026-11-12T01:00:00Z --out last --history history --history-days 5 --format none").exits(1);
    assert_eq!(runs()["runs"].as_array().unwrap().len(), 7, "the first went, the last came");
    assert!(!desk.names().iter().any(|name| name.contains("date=2026-11-01")), "{:?}", desk.names());
}

#[test]
fn a_history_that_cannot_be_reached_is_said_before_anything_is_read() {
    let desk = desk();
    desk.put("file", "");
    for (place, said) in [("ftp://x/y", "name a folder, or s3://, az:// or gs:// with a bucket"), ("file", "is a file; name a folder for the history")] {
        let done = desk.call(&format!("scan -q --from nowhere.csv --history {place}")).exits(2);
        assert!(done.err.contains(said) && !done.err.contains("nowhere"), "{}", done.err);
    }
    let done = desk.call("diff --history empty").exits(2);
    assert!(done.err.contains("empty: there is no run in this history"), "{}", done.err);
    desk.put("a.csv", machines("dc", &[("vm-1", ONE)]));
    night(&desk, 1, "a.csv").exits(1);
    let done = desk.call("diff 2026-12-24 2026-11-01 --history history").exits(2);
    assert!(
        done.err.contains(
            "`2026-12-24` is neither the folder of a run, nor a day or a run of the history history; it has runs of 1 day from 2026-11-01 to 2026-11-01"
        ),
        "{}",
        done.err
    );
    let done = desk.call("diff --history history").exits(2);
    assert!(done.err.contains("there is no run before"), "{}", done.err);
    let table = std::fs::read_dir(desk.path("history/findings/date=2026-11-01")).unwrap().next().unwrap().unwrap().path();
    let id = table.file_name().unwrap().to_str().unwrap().trim_start_matches("run=").to_owned();
    std::fs::write(table.join("findings.parquet"), "x").unwrap();
    let done = desk.call(&format!("diff {id} {id} --history history")).exits(2);
    assert!(done.err.contains("the file is damaged"), "{}", done.err);
}

#[test]
fn settings_say_where_it_is_and_how_long_runs_stay() {
    let desk = desk();
    desk.put("a.csv", machines("dc", &[("vm-1", ONE)]));
    desk.put("deep/tagledger.yaml", "version: 1\nscan: { from: [../a.csv], taxonomy: ../taxonomy.yaml, history: kept, history_days: 3 }\n");
    for day in ["2026-11-01", "2026-11-09"] {
        desk.call(&format!("scan -q --config deep/tagledger.yaml --now {day} --out run --format none")).exits(1);
    }
    let kept = desk.call("trend --config deep/tagledger.yaml --format csv").exits(0).out;
    assert!(kept.contains("2026-11-09") && !kept.contains("2026-11-01"), "{kept}");
    assert!(desk.path("deep/kept/_runs").is_dir());
}

#[test]
fn an_object_store_holds_a_history_like_a_folder() {
    let Some(cloud) = Server::moto() else { return };
    let desk = desk();
    let mut bucket = python().unwrap();
    let make = "import boto3; boto3.client('s3').create_bucket(Bucket='finops', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})";
    let keys = [
        ("AWS_ENDPOINT_URL", cloud.url()),
        ("AWS_ACCESS_KEY_ID", "AKIDTEST".into()),
        ("AWS_SECRET_ACCESS_KEY", "s".into()),
        ("AWS_REGION", "eu-west-1".into()),
    ];
    assert!(bucket.args(["-c", make]).envs(keys).env("AWS_DEFAULT_REGION", "eu-west-1").status().unwrap().success());
    desk.put("a.csv", machines("dc", &[("vm-1", ONE)]));
    let scan = |day: u32| {
        cloud.is_asked_by(
            desk.call(&format!("scan -q --from a.csv --now 2026-11-{day:02} --out run --history s3://finops/deep/tags --history-days 2 --format json")),
        )
    };
    report(scan(1), &[1]);
    desk.put("a.csv", machines("dc", &[("vm-1", ONE), ("vm-2", ONE)]));
    assert_eq!(counts(&report(scan(2), &[1])), [1, 0, 0, 1, 0]);
    assert_eq!(counts(&report(scan(9), &[1])), [0, 0, 0, 2, 0]);
    let trend = cloud.is_asked_by(desk.call("trend --history s3://finops/deep/tags --format csv")).exits(0).out;
    assert!(trend.contains("2026-11-09") && !trend.contains("2026-11-02"), "old runs go there as well: {trend}");
    let lost = cloud.is_asked_by(desk.call("trend --history s3://nobodys/tags")).exits(2);
    assert!(lost.err.contains("s3://nobodys/tags: the history cannot be read"), "{}", lost.err);
}

#[test]
fn the_queries_of_the_docs_run_over_a_history_as_it_is() {
    let Some(mut duck) = engines() else { return };
    let desk = Desk::new();
    let estate = root().join("examples/estate");
    let words = |day: u32| {
        format!(
            "scan -q --taxonomy {0}/taxonomy.yaml --from {0}/inventory --bill {0}/bill --now 2026-11-{day:02} --out run --history history --format json",
            estate.display()
        )
    };
    report(desk.call(&words(2)), &[1]);
    report(desk.call(&words(1)), &[1]);
    let second = report(desk.call(&words(3)), &[1]);
    let docs = std::fs::read_to_string(root().join("docs/history.md")).unwrap();
    let queries: Vec<&str> = docs.split("```sql duckdb\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(queries.len(), 3);
    desk.put("queries.json", serde_json::to_string(&queries).unwrap());
    let script = "
import duckdb, glob, json
for table in glob.glob('run/*.parquet'):
    for column, *_ in duckdb.sql(f\"DESCRIBE SELECT * FROM '{table}'\").fetchall():
        all, filtered = (duckdb.sql(f'SELECT count(\"{column}\") FROM \\'{table}\\' {where}').fetchall()[0][0] for where in ('', f'WHERE \"{column}\" IS NOT NULL'))
        assert all == filtered, (table, column, all, filtered)
print(json.dumps([[list(map(str, row)) for row in duckdb.sql(q).fetchall()] for q in json.load(open('queries.json'))]))";
    let output = duck.args(["-c", script]).current_dir(desk.path("run").parent().unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<Vec<Vec<String>>> = serde_json::from_slice(&output.stdout).unwrap();
    let keys: Vec<&Value> = second["compliance"].as_array().unwrap().iter().filter(|row| row["by"] == "key").collect();
    assert_eq!(answers[0].len(), 3 * keys.len(), "a row for each key and run");
    for key in keys {
        let judged = key["population"].as_u64().unwrap() - key["undetermined"].as_u64().unwrap();
        let row = [key["name"].as_str().unwrap().to_owned(), key["passed"].to_string(), judged.to_string()];
        assert_eq!(answers[0].iter().filter(|all| all[0] == "2026-11-03" && all[2..] == row).count(), 1, "{row:?}");
    }
    let open = second["findings"].as_array().unwrap().iter().filter(|f| f["verdict"] == "violated" && f.get("waived").is_none()).count();
    assert_eq!(answers[1].iter().map(|row| row[2].parse::<usize>().unwrap()).sum::<usize>(), open);
    let unattributed =
        second["costs"]["bases"].as_array().unwrap().iter().filter(|b| b["key"] == "Environment" && b["basis"].as_str().unwrap().starts_with("unattributed"));
    for currency in ["EUR", "USD"] {
        let sum = |texts: Vec<String>| texts.iter().map(|t| Decimal::parse(t)).sum::<Decimal>();
        let ours = sum(unattributed.clone().filter(|b| b["currency"] == currency).map(|b| b["amount"].as_str().unwrap().to_owned()).collect());
        let theirs = sum(answers[2].iter().filter(|row| row[0] == "2026-11-03" && row[3] == currency).map(|row| row[4].clone()).collect());
        assert_eq!(ours, theirs, "{currency}");
    }
}

#[test]
fn a_version_that_came_past_the_rehearsal_is_found_when_history_knows() {
    let desk = Desk::new();
    let register = "environments: { production: { after: [staging] } }\nversion_keys: [Version]\n";
    desk.put("taxonomy.yaml", format!("version: 1\nkeys:\n  Environment: {{ values: {{ staging: [], production: [] }} }}\n  Application: {{}}\n{register}"));
    let runs = |staging: &str, production: &str| {
        let row = |id: u32, environment: &str, version: &str| format!("aws,1,ec2:volume,vol-{id},{environment},shop,{version}\n");
        desk.put(
            "a.csv",
            format!("cloud,scope,kind,id,tag:Environment,tag:Application,tag:Version\n{}{}", row(1, "staging", staging), row(2, "production", production)),
        );
    };
    let said = |day: u32| -> Vec<(String, String)> {
        let report = report(night(&desk, day, "a.csv"), &[0]);
        let all = report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "unreleased-artifact");
        all.map(|f| (f["verdict"].as_str().unwrap().to_owned(), f["message"].as_str().unwrap().to_owned())).collect()
    };
    runs("1.5", "1.4");
    assert_eq!(said(1), [("violated".to_owned(), "shop 1.4 runs in production, and no scan ever saw it in staging".to_owned())]);
    runs("1.6", "1.5");
    assert_eq!(said(2), [], "it ran there on the first night");
    runs("1.6", "1.7");
    assert_eq!(said(3), [("violated".to_owned(), "shop 1.7 runs in production, and no scan ever saw it in staging".to_owned())]);
}

#[test]
fn an_export_that_did_not_arrive_is_missed_for_a_week() {
    let desk = desk();
    desk.put("taxonomy.yaml", TAXONOMY.to_owned() + WAIVERS);
    let both = |day: u32, codes: &[i32]| report(night(&desk, day, "estate"), codes);
    desk.put("estate/a.csv", machines("a", &[("a1", BOTH)]));
    desk.put("estate/b.csv", machines("b", &[("b1", ONE), ("b2", ONE)]));
    let first = both(1, &[1]);
    // A waiver that covers nothing is about no scope at all.
    let unused = |report: &Value| report["findings"].as_array().unwrap().iter().find(|f| f["rule"] == "waiver-unused").unwrap()["first_seen"].clone();
    assert_eq!((counts(&first), &first["seen"]["no_longer"]), ([0, 3, 0, 0, 0], &Value::Null));
    let gone = std::fs::read(desk.path("estate/b.csv")).unwrap();
    std::fs::remove_file(desk.path("estate/b.csv")).unwrap();
    for day in [2, 3] {
        let less = both(day, &[0]);
        assert_eq!((counts(&less), &less["seen"]["no_longer"]), ([0, 0, 0, 1, 2], &Value::from(1)), "day {day}");
        assert!(less["exit"]["why"].as_str().unwrap().ends_with("everything asked for was seen; 1 scope no longer looked at"), "{}", less["exit"]);
        assert!(
            less["notes"].to_string().contains("Runs of the last week looked at what this one did not: onprem b. An export may not have arrived"),
            "{}",
            less["notes"]
        );
        assert_eq!(unused(&less), unused(&first));
    }
    let said = desk.call("report --from run3").exits(0).out;
    assert!(said.contains("! no violated findings") && said.contains("1 scope no longer looked at"), "{said}");
    desk.put("estate/b.csv", gone);
    let back = both(4, &[1]);
    assert_eq!((counts(&back), &back["seen"]["no_longer"], unused(&back)), ([0, 0, 0, 3, 0], &Value::Null, unused(&first)));
    // After a week nobody misses it, and one who looks elsewhere altogether misses nothing.
    std::fs::remove_file(desk.path("estate/b.csv")).unwrap();
    assert_eq!(both(12, &[0])["seen"]["no_longer"], Value::Null);
    desk.put("other.csv", machines("c", &[("c1", BOTH)]));
    assert_eq!(report(night(&desk, 13, "other.csv"), &[0])["seen"]["no_longer"], Value::Null);
}

#[test]
fn what_is_about_no_scope_waits_for_a_run_over_all_of_them() {
    let desk = desk();
    let expired = "waivers: [{ rule: missing-required-key, resource: 'b*', reason: r, owner: o, expires: 2026-10-01 }]\n";
    desk.put("taxonomy.yaml", TAXONOMY.to_owned() + expired);
    let a = machines("a", &[("a1", BOTH)]);
    desk.put("estate/a.csv", &a);
    desk.put("estate/b.csv", machines("b", &[("b1", BOTH)]));
    let scan = |day: u32, codes: &[i32]| report(night(&desk, day, "estate"), codes);
    let since = |report: &Value| {
        let found = report["findings"].as_array().unwrap().iter().find(|f| f["rule"] == "waiver-expired").cloned();
        found.map(|f| f["first_seen"].as_str().unwrap()[..10].to_owned())
    };
    assert_eq!(since(&scan(1, &[0, 1])).as_deref(), Some("2026-11-01"));
    // Two short nights without the waiver fix nothing; then it is there again, and as old as it was.
    std::fs::remove_file(desk.path("estate/b.csv")).unwrap();
    desk.put("taxonomy.yaml", TAXONOMY);
    for day in [2, 3] {
        let short = scan(day, &[0]);
        assert_eq!((&short["history"]["fixed"], &short["history"]["not_seen"]), (&0.into(), &1.into()), "day {day}");
    }
    desk.put("estate/b.csv", machines("B", &[("b1", BOTH)]));
    desk.put("taxonomy.yaml", TAXONOMY.to_owned() + expired);
    let back = scan(4, &[0, 1]);
    assert_eq!((since(&back).as_deref(), &back["seen"]["no_longer"]), (Some("2026-11-01"), &Value::Null), "b and B are one");
    desk.put("taxonomy.yaml", TAXONOMY);
    assert_eq!(scan(5, &[0])["history"]["fixed"], 1);
}
