//! Clouds asked themselves: the program, real sockets, the vendor's own SDK, and servers that answer as the cloud does.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tagledger_tests::{Call, Desk, root, skipped};

/// A server that ends with the test that started it.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn python() -> Option<std::ffi::OsString> {
    let python = std::env::var_os("TAGLEDGER_TEST_PYTHON");
    if python.is_none() {
        skipped("TAGLEDGER_TEST_PYTHON names no Python; `cargo xtask test` makes one");
    }
    python
}

impl Server {
    /// The loopback server of our own, with this estate.
    fn of(estate: &Value) -> Option<Self> {
        let mut child = Command::new(python()?).arg(root().join("tests/servers/aws.py")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(estate.to_string().as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Some(Self { child, port: line.trim().parse().unwrap() })
    }

    /// The emulator, empty.
    fn moto() -> Option<Self> {
        let python = python()?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(python);
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]).env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false");
        let server = Self { child: command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), port };
        let patience = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < patience, "moto did not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A scan against it.
    fn scan(&self, desk: &Desk, more: &str) -> Call {
        let call = desk.call(&format!("scan --cloud aws --out run --now 2026-11-01 {more}"));
        let call = call.env("AWS_ENDPOINT_URL", self.url()).env("AWS_ACCESS_KEY_ID", "AKIDTEST").env("AWS_SECRET_ACCESS_KEY", "secret");
        let call = call.env("AWS_REGION", "eu-west-1").env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_MAX_ATTEMPTS", "4");
        call.env("AWS_CONFIG_FILE", "none").env("AWS_SHARED_CREDENTIALS_FILE", "none")
    }

    /// What was called, and where.
    fn calls(&self) -> Vec<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        serde_json::from_str(text.split("\r\n\r\n").nth(1).unwrap()).unwrap()
    }
}

const ACCOUNT: &str = "111122223333";
const TAXONOMY: &str = "version: 1\nkeys:\n  Environment: { required: true, values: { production: [prod] } }\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk
}

fn queue(region: &str, name: &str) -> String {
    format!("arn:aws:sqs:{region}:{ACCOUNT}:{name}")
}

/// Two Regions with 250 queues each: tagged, stripped of their tags, and never tagged, which the Tagging API does not list.
fn estate(explorer: bool, weather: &Value) -> Value {
    let mut regions = json!({});
    for region in ["eu-west-1", "us-east-1"] {
        let one = |n: usize| {
            let tags = if n.is_multiple_of(5) { json!({}) } else { json!({"Environment": "prod"}) };
            json!({"arn": queue(region, &format!("q{n}")), "type": "sqs:queue", "tags": tags})
        };
        let all: Vec<Value> = (0..250).map(one).collect();
        // Every tenth was never tagged; every other fifth was, once.
        let tagged: Vec<Value> = (0..250).filter(|n: &usize| !n.is_multiple_of(10)).map(one).collect();
        let view = |name: &str, properties: Value| json!({"arn": format!("arn:aws:resource-explorer-2:{region}:{ACCOUNT}:view/{name}/1"), "properties": properties, "resources": all});
        let views = json!({"type": "LOCAL", "views": [view("bare", json!([])), view("tags", json!(["tags"]))]});
        regions[region] = json!({"tagged": tagged, "explorer": if explorer { views } else { json!(null) }});
    }
    json!({"account": ACCOUNT, "regions": regions, "weather": weather})
}

/// Outcome by collector and Region.
fn ledger(report: &Value) -> BTreeMap<(String, String), (String, u64)> {
    let word = |row: &Value, name: &str| row[name].as_str().unwrap_or("-").to_owned();
    let rows = report["coverage"].as_array().unwrap().iter();
    rows.map(|row| ((word(row, "collector"), word(row, "region")), (word(row, "outcome"), row["count"].as_u64().unwrap()))).collect()
}

fn missing(report: &Value) -> usize {
    report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "missing-required-key" && f["verdict"] == "violated").count()
}

const TAGGING: &str = "aws.resourcegroupstaggingapi";
const EXPLORER: &str = "aws.resource-explorer-2";

#[test]
fn what_was_never_tagged_is_seen_where_a_view_includes_tags() {
    let desk = desk();
    let Some(server) = Server::of(&estate(true, &json!({}))) else { return };
    server.scan(&desk, "--cloud aws").exits(1);
    let report = desk.report("run");
    assert_eq!((report["inventory"]["resources"].as_u64(), missing(&report)), (Some(500), 100));
    let ledger = ledger(&report);
    for region in ["eu-west-1", "us-east-1"] {
        assert_eq!(ledger[&(TAGGING.to_owned(), region.to_owned())], ("partial".to_owned(), 225));
        assert_eq!(ledger[&(EXPLORER.to_owned(), region.to_owned())], ("complete".to_owned(), 250));
    }
    // What the Tagging API never lists is made up for by the view.
    assert!(!report["exit"]["why"].as_str().unwrap().contains("incomplete"), "{}", report["exit"]["why"]);
    // A cloud that is named twice is asked once.
    assert_eq!(server.calls().iter().filter(|call| call.starts_with("GetCallerIdentity")).count(), 1);
    // Every call is one that the policy allows, and every one that it allows was made.
    let policy: Value = serde_json::from_str(&desk.call("permissions aws").exits(0).out).unwrap();
    let mut called: Vec<String> = server.calls().iter().map(|call| permission(call.split('@').next().unwrap()).to_owned()).collect();
    called.sort();
    called.dedup();
    assert_eq!(json!(called), policy["Statement"][0]["Action"]);
}

fn permission(operation: &str) -> &str {
    match operation {
        "GetCallerIdentity" => "sts:GetCallerIdentity",
        "GetResources" => "tag:GetResources",
        "listRegions" => "account:ListRegions",
        "ListResources" => "resource-explorer-2:Search",
        "ListViews" => "resource-explorer-2:ListViews",
        "GetView" => "resource-explorer-2:GetView",
        "GetIndex" => "resource-explorer-2:GetIndex",
        other => panic!("{other} is nobody's"),
    }
}

#[test]
fn without_a_view_the_ledger_says_what_was_not_seen() {
    let desk = desk();
    let Some(server) = Server::of(&estate(false, &json!({}))) else { return };
    server.scan(&desk, "").exits(1);
    let report = desk.report("run");
    assert_eq!((report["inventory"]["resources"].as_u64(), missing(&report)), (Some(450), 50));
    let ledger = ledger(&report);
    assert_eq!(ledger[&(EXPLORER.to_owned(), "eu-west-1".to_owned())].0, "skipped");
    assert!(report["exit"]["why"].as_str().unwrap().contains("coverage is incomplete in 2 places"), "{}", report["exit"]["why"]);
}

#[test]
fn an_account_is_called_clean_only_where_all_of_it_was_seen() {
    for (explorer, code) in [(true, 0), (false, 3)] {
        let mut estate = estate(explorer, &json!({}));
        for region in estate["regions"].as_object_mut().unwrap().values_mut() {
            region["tagged"].as_array_mut().unwrap().retain(|queue| queue["tags"] != json!({}));
            if explorer {
                region["explorer"]["views"][1]["resources"] = region["tagged"].clone();
            }
        }
        let desk = desk();
        let Some(server) = Server::of(&estate) else { return };
        server.scan(&desk, "").exits(code);
        assert_eq!(desk.report("run")["inventory"]["resources"].as_u64(), Some(400));
    }
}

/// One index gathers two of three Regions, through a view that sees another account's queue too.
fn gathered() -> Value {
    let mut estate = estate(true, &json!({}));
    let regions = estate["regions"].as_object_mut().unwrap();
    let view = |region: &Value| region["explorer"]["views"][1].clone();
    let (mut whole, there) = (view(&regions["eu-west-1"]), view(&regions["us-east-1"]));
    let resources = whole["resources"].as_array_mut().unwrap();
    resources.extend(there["resources"].as_array().unwrap().iter().cloned());
    resources.push(json!({"arn": "arn:aws:sqs:eu-west-1:999988887777:theirs", "type": "sqs:queue", "tags": {}}));
    regions["eu-west-1"]["explorer"] = json!({"type": "AGGREGATOR", "gathers": ["us-east-1"], "views": [whole]});
    regions["us-east-1"]["explorer"] = json!({"type": "LOCAL", "views": []});
    regions.insert("ap-south-1".to_owned(), json!({"tagged": [], "explorer": null}));
    estate
}

#[test]
fn one_index_answers_for_the_regions_that_it_gathers_and_for_no_other() {
    let desk = desk();
    let Some(server) = Server::of(&gathered()) else { return };
    server.scan(&desk, "").exits(1);
    let report = desk.report("run");
    assert_eq!((report["inventory"]["resources"].as_u64(), report["inventory"]["scopes"].as_u64(), missing(&report)), (Some(500), Some(1), 100));
    let explored: BTreeMap<String, (String, u64)> =
        ledger(&report).into_iter().filter(|((collector, _), _)| collector == EXPLORER).map(|((_, region), row)| (region, row)).collect();
    let expected = [("-".to_owned(), ("complete".to_owned(), 500)), ("ap-south-1".to_owned(), ("skipped".to_owned(), 0))];
    assert_eq!(explored, BTreeMap::from(expected));
    assert!(report["exit"]["why"].as_str().unwrap().contains("incomplete in 1 place"), "{}", report["exit"]["why"]);
    // Whoever names a Region gets that Region; the terminal says which one it was.
    let desk = self::desk();
    let done = server.scan(&desk, "--region eu-west-1").exits(1);
    assert_eq!(desk.report("run")["inventory"]["resources"].as_u64(), Some(250));
    assert!(done.out.contains(&format!("aws {ACCOUNT} eu-west-1")), "{}", done.out);
}

#[test]
fn bad_weather_leaves_the_result_right_or_labelled() {
    let desk = desk();
    let Some(throttled) = Server::of(&estate(true, &json!({"throttle_every": 3}))) else { return };
    throttled.scan(&desk, "").exits(1);
    let report = desk.report("run");
    assert_eq!((report["inventory"]["resources"].as_u64(), missing(&report)), (Some(500), 100), "nothing is lost, and nothing doubled");
    let pages = throttled.calls().iter().filter(|call| *call == "GetResources@eu-west-1").count();
    assert_eq!(pages, 4, "three pages, one of them asked for twice");

    let weather = json!({"deny": ["GetResources@eu-west-1"], "html": ["ListViews@us-east-1", "GetResources@us-east-1"]});
    let Some(server) = Server::of(&estate(true, &weather)) else { return };
    let desk = self::desk();
    server.scan(&desk, "").exits(1);
    let report = desk.report("run");
    let ledger = ledger(&report);
    assert_eq!(ledger[&(TAGGING.to_owned(), "eu-west-1".to_owned())], ("denied".to_owned(), 0));
    assert_eq!(ledger[&(TAGGING.to_owned(), "us-east-1".to_owned())].0, "failed");
    assert_eq!(ledger[&(EXPLORER.to_owned(), "eu-west-1".to_owned())], ("complete".to_owned(), 250));
    assert_eq!(ledger[&(EXPLORER.to_owned(), "us-east-1".to_owned())].0, "failed", "ill is not off");
    assert!(report["exit"]["why"].as_str().unwrap().contains("incomplete in 3 places"), "{}", report["exit"]["why"]);
    assert!(report["coverage"].to_string().contains("permission tag:GetResources is missing") && report["coverage"].to_string().contains("HTTP 500"));
}

#[test]
fn nobody_is_told_how_to_become_somebody() {
    let desk = desk();
    let Some(server) = Server::of(&estate(true, &json!({"deny": ["GetCallerIdentity@eu-west-1"]}))) else { return };
    let done = server.scan(&desk, "").exits(2);
    assert!(done.err.contains("aws: permission sts:GetCallerIdentity is missing"), "{}", done.err);
    let done = server.scan(&desk, "").env("AWS_ACCESS_KEY_ID", "").env("AWS_SECRET_ACCESS_KEY", "").exits(2);
    assert!(done.err.contains("no credentials"), "{}", done.err);
    let done = desk.call("scan --cloud moon --out run").exits(2);
    assert!(done.err.contains("known aws"), "{}", done.err);
    assert!(!desk.path("run").exists());
}

#[test]
fn an_emulator_that_others_wrote_is_read_alike() {
    let desk = desk();
    let Some(server) = Server::moto() else { return };
    let seed = format!(
        "import boto3\nq = boto3.client('sqs', region_name='eu-west-1', endpoint_url='{}', aws_access_key_id='x', aws_secret_access_key='y')\n\
         for n in range(120): q.create_queue(QueueName='q%d' % n, tags={{'Environment': 'prod'}} if n % 2 else {{'Other': 'x'}})\n",
        server.url()
    );
    desk.put("seed.py", seed);
    assert!(Command::new(python().unwrap()).arg(desk.path("seed.py")).status().unwrap().success());
    server.scan(&desk, "--region eu-west-1").env("AWS_MAX_ATTEMPTS", "1").exits(1);
    let report = desk.report("run");
    assert_eq!((report["inventory"]["resources"].as_u64(), missing(&report)), (Some(120), 60));
    // The emulator has no Resource Explorer, and answers with a page: that is said, and nothing is called clean.
    assert_eq!(ledger(&report)[&(EXPLORER.to_owned(), "eu-west-1".to_owned())].0, "failed");
    assert!(report["exit"]["why"].as_str().unwrap().contains("incomplete in 2 places"), "{}", report["exit"]["why"]);
}
