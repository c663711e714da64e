//! Exports of the clouds' own command lines: each is known to one reader and to no other, goes through a scan, and several of one resource become one.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use tagledger_collect::{Cloud, Document, ExportReader, GENERIC, Sample};
use tagledger_tests::{Desk, INVENTORY, records, skipped};

const GENERIC_SAMPLES: &[(&str, &str)] = &[
    ("generic.csv", INVENTORY),
    ("generic.csv", "kind,id,scope,cloud,colour\nvm,1,a,aws,red\n"),
    ("generic.json", r#"{"cloud":"onprem","scope":"a","kind":"vm","id":"1"}"#),
    ("generic.json", "[{\"kind\": \"vm\", \"id\": \"1\", \"cloud\": \"aws\", \"scope\": \"a\", \"tags\": null}]"),
];

fn samples() -> Vec<(&'static str, &'static str)> {
    [tagledger_aws::SAMPLES, tagledger_azure::SAMPLES, tagledger_gcp::SAMPLES, GENERIC_SAMPLES].concat()
}

fn readers() -> Vec<&'static dyn ExportReader> {
    let clouds: [&'static dyn Cloud; 3] = [&tagledger_aws::AWS, &tagledger_azure::AZURE, &tagledger_gcp::GCP];
    clouds.iter().flat_map(|c| c.exports()).chain(GENERIC).copied().collect()
}

#[test]
fn every_sample_is_known_to_one_reader() {
    let mut met: BTreeMap<&str, u32> = readers().iter().map(|r| (r.info().id, 0)).collect();
    for (id, text) in samples() {
        let document = Document::from_bytes("sample", text.as_bytes().to_vec()).unwrap();
        let sample = Sample::of(&document);
        let known: Vec<&str> = readers().iter().filter(|r| r.recognises(&sample)).map(|r| r.info().id).collect();
        assert_eq!(known, [id], "{text}");
        *met.get_mut(id).unwrap() += 1;
    }
    assert!(met.values().all(|n| *n > 0), "a reader without a sample: {met:?}");
}

#[test]
fn every_sample_goes_through_a_scan() {
    for (id, text) in samples() {
        let desk = Desk::laid();
        desk.put("export", text);
        let done = desk.call("scan --from export --now 2026-11-01 --out run").done();
        assert!(matches!(done.code, 0 | 1 | 3), "{id}: {} {}", done.code, done.err);
        let report = desk.report("run");
        assert_eq!(report["coverage"][0]["collector"], id, "{text}");
        assert_eq!(report["inputs"], json!(["export"]));
        assert_eq!(report["exit"]["code"], done.code);
    }
}

/// The tags of AWS, as its command line writes them.
fn tags(all: &[(&str, &str)]) -> Value {
    all.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

fn explorer(all: &[(&str, Value)]) -> String {
    let resource = |(arn, tags): &(&str, Value)| {
        json!({"Arn": arn, "OwningAccountId": "111122223333", "Region": "eu-west-1", "ResourceType": "ec2:volume", "Service": "ec2",
            "LastReportedAt": "2026-08-01T00:00:00Z", "Properties": [{"Name": "tags", "LastReportedAt": "2026-08-01T00:00:00Z", "Data": tags}]})
    };
    json!({"Resources": all.iter().map(resource).collect::<Vec<_>>(), "ViewArn": "arn:aws:resource-explorer-2:eu-west-1:111122223333:view/all/1"}).to_string()
}

fn tagging(all: &[(&str, Value)]) -> String {
    json!({"ResourceTagMappingList": all.iter().map(|(arn, tags)| json!({"ResourceARN": arn, "Tags": tags})).collect::<Vec<_>>()}).to_string()
}

const ONE: &str = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1";
const TWO: &str = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-2";
const SCAN: &str = "scan --from in --now 2026-11-01 --out run";

fn good() -> Value {
    tags(&[("Environment", "production"), ("Application", "shop")])
}

fn resources(desk: &Desk) -> Vec<BTreeMap<String, String>> {
    records(&desk.text("run/resources.csv"))
}

#[test]
fn exports_of_one_resource_merge() {
    let desk = Desk::laid();
    desk.put("in/explorer.json", explorer(&[(ONE, tags(&[("Environment", "test")])), (TWO, good())]));
    desk.put("in/tagging.json", tagging(&[(ONE, good())]));
    desk.call(SCAN).exits(0);
    let all = resources(&desk);
    assert_eq!(all.len(), 2);
    // The Tagging API reads tags where they are kept, Resource Explorer knows them from hearsay.
    assert_eq!((all[0]["id"].as_str(), all[0]["Environment"].as_str(), all[0]["Application"].as_str()), (ONE, "production", "shop"));
    let sources: Vec<&str> = all.iter().map(|r| r["sources"].as_str()).collect();
    assert!(sources[0].contains("get-resources") && sources[0].contains("list-resources"), "{sources:?}");
    assert_eq!(sources[1], "aws.resource-explorer-2.list-resources");
    // What a person wrote down beats both.
    desk.put("in/own.csv", format!("cloud,scope,kind,id,tag:Environment,tag:Application\naws,111122223333,ec2:volume,{ONE},test,crm\n"));
    desk.call(SCAN).exits(0);
    let all = resources(&desk);
    assert_eq!((all.len(), all[0]["Environment"].as_str(), all[0]["Application"].as_str()), (2, "test", "crm"));
}

#[test]
fn duplicates_never_count_twice() {
    let desk = Desk::laid();
    for name in ["a", "b", "b/c"] {
        desk.put(&format!("in/{name}/explorer.json"), explorer(&[(ONE, tags(&[])), (ONE, tags(&[])), (TWO, good())]));
    }
    desk.put("in/d.json", format!("{}\n{}", tagging(&[(ONE, tags(&[]))]), tagging(&[(ONE, tags(&[]))])));
    desk.put(
        "bill.csv",
        format!("EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ResourceId\n5,EUR,2026-10-01,AWS,111122223333,{ONE}\n"),
    );
    desk.call(SCAN).with(["--bill", "bill.csv"]).exits(1);
    let report = desk.report("run");
    assert_eq!(report["inventory"]["resources"], 2);
    assert_eq!(report["at_stake"], json!([{"currency": "EUR", "amount": "5.00"}]));
    let missing = report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "missing-required-key").count();
    assert_eq!(missing, 2, "Environment and Application of one resource");
}

#[test]
fn ids_of_azure_have_no_case() {
    let desk = Desk::laid();
    let tags = json!({"Environment": "production", "Application": "shop"});
    let resource = |id: &str| json!({"id": id, "name": "d1", "type": "Microsoft.Compute/disks", "location": "westeurope", "resourceGroup": "rg", "tags": tags});
    let id = "/subscriptions/0000-01/resourceGroups/rg/providers/Microsoft.Compute/disks/d1";
    desk.put("in/list.json", json!([resource(id), resource(&id.to_lowercase()), resource(&id.to_uppercase())]).to_string());
    desk.call(SCAN).done();
    assert_eq!(desk.report("run")["inventory"]["resources"], 1);
}

#[test]
fn what_an_export_cannot_hold_is_said() {
    let desk = Desk::laid();
    desk.put("in/tagging.json", tagging(&[(ONE, good())]));
    let done = desk.call(SCAN).exits(3);
    assert!(done.said().contains("coverage is incomplete") && done.said().contains("never tagged"), "{}", done.out);
    let row = desk.report("run")["coverage"][0].clone();
    assert_eq!((&row["outcome"], &row["count"], &row["scope"]), (&json!("partial"), &json!(1), &json!("111122223333")));
    assert!(row["why"].as_str().unwrap().contains("list-resources"), "{row}");
    let done = desk.call(SCAN).with(["--allow-partial"]).exits(0);
    assert!(done.said().contains("as far as was seen"), "{}", done.out);
    // The export that sees all of it makes it whole.
    desk.put("in/explorer.json", explorer(&[(ONE, good())]));
    let done = desk.call(SCAN).exits(0);
    assert!(done.said().contains("everything asked for was seen"), "{}", done.out);
}

#[test]
fn a_page_that_was_not_followed_is_said() {
    let desk = Desk::laid();
    let mut page: Value = serde_json::from_str(&explorer(&[(ONE, good())])).unwrap();
    page["NextToken"] = json!("AAAA");
    desk.put("in/explorer.json", page.to_string());
    desk.call(SCAN).exits(3);
    assert_eq!(desk.report("run")["coverage"][0]["outcome"], "partial");
}

#[test]
fn accounts_that_nobody_exported_are_named_and_suspended_ones_skipped() {
    let desk = Desk::laid();
    let account = |id: &str, status: &str| json!({"Id": id, "Arn": format!("arn:aws:organizations::999900001111:account/o-abcdefghij/{id}"), "Email": "a@example.com", "Name": format!("account {id}"), "Status": status, "JoinedMethod": "CREATED"});
    desk.put("in/explorer.json", explorer(&[(ONE, good())]));
    desk.put("in/accounts.json", json!({"Accounts": [account("111122223333", "ACTIVE"), account("444455556666", "SUSPENDED")]}).to_string());
    desk.call(SCAN).exits(0);
    let outcome = |scope: &str| {
        let report = desk.report("run");
        report["coverage"].as_array().unwrap().iter().find(|c| c["scope"] == scope).map(|c| c["outcome"].as_str().unwrap().to_owned())
    };
    assert_eq!((outcome("111122223333").as_deref(), outcome("444455556666").as_deref()), (Some("complete"), Some("skipped")));
    desk.put("in/accounts.json", json!({"Accounts": [account("111122223333", "ACTIVE"), account("777788889999", "ACTIVE")]}).to_string());
    desk.call(SCAN).exits(3);
    assert_eq!(outcome("777788889999").as_deref(), Some("partial"));
}

#[test]
fn absent_null_and_empty_are_told_apart() {
    let desk = Desk::laid();
    let record = |id: &str, tags: Value| {
        let mut record = json!({"cloud": "onprem", "scope": "dc", "kind": "vm", "id": id, "taggable": "yes"});
        if !tags.is_string() {
            record["tags"] = tags;
        }
        record.to_string()
    };
    let all = [record("absent", json!("-")), record("bare", json!({})), record("blank", json!({"Environment": ""})), record("null", Value::Null)];
    desk.put("in/a.ndjson", all.join("\n"));
    desk.call(SCAN).exits(1);
    let standing: Vec<(String, String)> = resources(&desk).into_iter().map(|r| (r["id"].clone(), r["Environment_standing"].clone())).collect();
    let expected = [("absent", "undetermined"), ("bare", "absent"), ("blank", "empty"), ("null", "absent")];
    assert_eq!(standing, expected.map(|(id, standing)| (id.to_owned(), standing.to_owned())));
}

/// A child that is ended when dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// A program of the virtual environment that `TAGLEDGER_VENV` names, or of PATH.
fn installed(name: &str) -> Option<std::path::PathBuf> {
    let own = std::env::var_os("TAGLEDGER_VENV").map(|venv| std::path::PathBuf::from(venv).join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let file = own.into_iter().chain(std::env::split_paths(&path)).map(|folder| folder.join(name)).find(|file| file.is_file())?;
    // A version manager's stand-in is a file, but starts nothing.
    Command::new(&file).arg("--version").output().is_ok_and(|o| o.status.success()).then_some(file)
}

/// The real command line of AWS against moto, a server that speaks AWS's protocols: what it prints goes through a scan.
#[test]
fn the_real_command_line_of_aws_is_read() {
    let (Some(aws), Some(moto)) = (installed("aws"), installed("moto_server")) else {
        skipped("`aws` and `moto_server` are needed (TAGLEDGER_VENV names a virtual environment with awscli and moto[server])");
        return;
    };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let _server = Server(Command::new(moto).args(["-H", "127.0.0.1", "-p", &port]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let call = |words: &str| {
        let mut command = Command::new(&aws);
        command.args(words.split(' ')).args(["--output", "json", "--region", "eu-west-1", "--endpoint-url", &format!("http://127.0.0.1:{port}")]);
        command.env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing").env("AWS_EC2_METADATA_DISABLED", "true").env_remove("AWS_PROFILE");
        command.output().unwrap()
    };
    // The server needs a moment; each call of the command line is one, so no sleep is needed.
    let started = (0..40).any(|_| call("sts get-caller-identity").status.success());
    assert!(started, "moto does not answer on port {port}");
    let ok = |words: &str| {
        let output = call(words);
        assert!(output.status.success(), "aws {words}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    ok("s3api create-bucket --bucket shop-data --create-bucket-configuration LocationConstraint=eu-west-1");
    ok("s3api put-bucket-tagging --bucket shop-data --tagging TagSet=[{Key=env,Value=prod},{Key=Application,Value=shop}]");
    ok(
        "ec2 create-volume --availability-zone eu-west-1a --size 8 --tag-specifications ResourceType=volume,Tags=[{Key=Environment,Value=production},{Key=Application,Value=shop}]",
    );
    ok("sqs create-queue --queue-name jobs --tags Environment=nowhere");
    ok("organizations create-organization --feature-set ALL");
    ok("organizations create-account --email a@example.com --account-name shop-prod");
    let desk = Desk::laid();
    desk.put("in/tags.json", ok("resourcegroupstaggingapi get-resources"));
    desk.put("in/accounts.json", ok("organizations list-accounts"));
    desk.call(SCAN).exits(1);
    let report = desk.report("run");
    let readers: Vec<&str> =
        report["coverage"].as_array().unwrap().iter().filter(|c| c["file"].is_string()).map(|c| c["collector"].as_str().unwrap()).collect();
    assert!(readers.contains(&"aws.resourcegroupstaggingapi.get-resources") && readers.contains(&"aws.organizations.list-accounts"), "{readers:?}");
    let found =
        |rule: &str, part: &str| report["findings"].as_array().unwrap().iter().any(|f| f["rule"] == rule && f["resource"].as_str().unwrap().contains(part));
    assert!(found("nonstandard-key", "shop-data"), "`env` of the bucket");
    assert!(found("unknown-value", "jobs") && found("missing-required-key", "jobs"), "the queue");
    assert!(!report["findings"].as_array().unwrap().iter().any(|f| f["resource"].as_str().unwrap().contains("volume/")), "the volume is compliant");
}
