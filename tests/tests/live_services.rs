//! Services asked by their own calls: what was never tagged is found, what they say of tags is right, and what they refuse is said.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tagledger_tests::{Desk, Server, python, root};

/// The emulator with the estate of `seed_services.py`.
fn moto() -> Option<Server> {
    let server = Server::moto()?;
    assert!(python()?.arg(root().join("tests/servers/seed_services.py")).arg(server.url()).status().unwrap().success());
    Some(server)
}

fn scan(server: &Server, regions: &str) -> Value {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", "version: 1\nkeys:\n  Environment: { required: true, values: { prod: [] } }\n");
    let call = desk.call(&format!("scan --cloud aws --out run --now 2026-11-01 {regions}")).env("AWS_MAX_ATTEMPTS", "1");
    server.is_asked_by(call).exits(1);
    desk.report("run")
}

/// Kind and name of the resources that the required key was judged on so.
fn judged(report: &Value, verdict: &str) -> BTreeSet<(String, String)> {
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "missing-required-key" && f["verdict"] == verdict);
    findings.map(|finding| (text(finding, "kind"), text(finding, "name"))).collect()
}

/// Outcome, count and reason by collector, of rows that saw anything or are not complete.
fn ledger(report: &Value) -> BTreeMap<String, (String, u64, String)> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = report["coverage"].as_array().unwrap().iter();
    let rows = rows.map(|row| (text(row, "collector"), (text(row, "outcome"), row["count"].as_u64().unwrap(), text(row, "why"))));
    rows.filter(|(_, (outcome, count, _))| outcome != "complete" || *count > 0).collect()
}

/// Of each kind what has no tag: never had one, or not any more. The names of distributions are the emulator's own.
fn bare() -> BTreeSet<(String, String)> {
    let both = [
        ("rds:db", "i-"),
        ("rds:cluster", "c-"),
        ("rds:snapshot", "s-"),
        ("rds:cluster-snapshot", "cs-"),
        ("logs:log-group", "/app/"),
        ("lambda:function", "function-"),
        ("s3:bucket", "bucket-"),
        ("dynamodb:table", "table-"),
        ("ecs:cluster", "cluster-"),
        ("eks:cluster", "eks-"),
        ("sqs:queue", "queue-"),
        ("sns:topic", "topic-"),
        ("secretsmanager:secret", "secret/"),
    ];
    let both = both.iter().flat_map(|(kind, name)| ["never", "stripped"].map(|how| ((*kind).to_owned(), format!("{name}{how}"))));
    let one = [("ecs:service", "service-never"), ("eks:nodegroup", "group-never")].map(|(kind, name)| (kind.to_owned(), name.to_owned()));
    both.chain(one).collect()
}

/// Three of each of fourteen kinds, but two node groups; fifty more log groups; twelve services.
const ALL: u64 = 14 * 3 + 2 + 50 + 12;

#[test]
fn every_service_shows_what_was_never_tagged_and_what_it_refuses_is_said() {
    let Some(server) = moto() else { return };
    let report = scan(&server, "--region eu-west-1 --region us-east-1");
    assert_eq!(report["inventory"]["resources"].as_u64(), Some(ALL));
    let (distributions, others): (Vec<_>, BTreeSet<_>) = {
        let (some, others): (BTreeSet<_>, BTreeSet<_>) = judged(&report, "violated").into_iter().partition(|(kind, _)| kind == "cloudfront:distribution");
        (some.into_iter().collect(), others)
    };
    assert_eq!((others, distributions.len()), (bare(), 2));
    assert_eq!(judged(&report, "undetermined"), BTreeSet::new());
    let counts: BTreeMap<String, u64> = ledger(&report).into_iter().filter(|(_, row)| row.0 == "complete").map(|(name, row)| (name, row.1)).collect();
    let expected = [
        ("aws.cloudfront.list-distributions", 3),
        ("aws.dynamodb.list-tables", 3),
        ("aws.ecs.list-clusters", 15),
        ("aws.eks.list-clusters", 5),
        ("aws.lambda.list-functions", 3),
        ("aws.logs.describe-log-groups", 53),
        ("aws.rds.describe-db-cluster-snapshots", 3),
        ("aws.rds.describe-db-clusters", 3),
        ("aws.rds.describe-db-instances", 3),
        ("aws.rds.describe-db-snapshots", 3),
        ("aws.s3.list-buckets", 3),
        ("aws.secretsmanager.list-secrets", 3),
        ("aws.sns.list-topics", 3),
        ("aws.sqs.list-queues", 3),
    ];
    assert_eq!(counts, expected.map(|(name, count)| (name.to_owned(), count)).into());
    refused(&server);
}

/// What is refused leaves unknown tags, never a resource less; what is refused only once leaves nothing.
fn refused(server: &Server) {
    let rules = ["Logs_20140328.ListTagsForResource=deny", "?tagging=deny", ".DescribeServices=deny", ".ListQueueTags=throttle"];
    let report = scan(&server.but(&rules).unwrap(), "--region eu-west-1 --region us-east-1");
    assert_eq!(report["inventory"]["resources"].as_u64(), Some(ALL));
    let ledger = ledger(&report);
    let denied = |count: u64, permission: &str| ("partial".to_owned(), count, format!("permission {permission} is missing"));
    assert_eq!(ledger["aws.logs.describe-log-groups"], denied(53, "logs:ListTagsForResource"));
    assert_eq!(ledger["aws.s3.list-buckets"], denied(3, "s3:GetBucketTagging"));
    assert_eq!(ledger["aws.ecs.list-clusters"], denied(15, "ecs:DescribeServices"));
    assert_eq!(ledger["aws.sqs.list-queues"], ("complete".to_owned(), 3, String::new()));
    let hidden: BTreeSet<(String, String)> =
        bare().into_iter().filter(|(kind, _)| ["logs:log-group", "s3:bucket", "ecs:service"].contains(&kind.as_str())).collect();
    assert_eq!(judged(&report, "undetermined"), hidden);
    let seen: BTreeSet<(String, String)> = judged(&report, "violated").into_iter().filter(|(kind, _)| kind != "cloudfront:distribution").collect();
    assert_eq!(seen, bare().difference(&hidden).cloned().collect());
}
