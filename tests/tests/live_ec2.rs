//! EC2 and Elastic Load Balancing, asked by the services' own calls: an emulator that others wrote, seeded by the vendor's own client for Python.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use tagledger_tests::{Desk, Server, python, records, root};

/// Scans it, and reads what the run says.
fn scan(server: &Server) -> Run {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", "version: 1\nkeys:\n  Environment: { required: true, values: { production: [prod] } }\n");
    let call = desk.call("scan --cloud aws --out run --region eu-west-1 --now 2026-11-01");
    server.is_asked_by(call.env("AWS_MAX_ATTEMPTS", "1")).exits(1);
    let report = desk.report("run");
    let word = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = report["coverage"].as_array().unwrap().iter();
    let coverage = rows.map(|row| (word(row, "collector"), (word(row, "outcome"), row["count"].as_u64().unwrap(), word(row, "why"))));
    let found = records(&desk.text("run/resources.csv")).into_iter().map(|row| (row["id"].clone(), row));
    Run { coverage: coverage.collect(), resources: found.collect() }
}

struct Run {
    /// Outcome, count and reason by collector.
    coverage: BTreeMap<String, (String, u64, String)>,
    resources: BTreeMap<String, BTreeMap<String, String>>,
}

impl Run {
    /// Standing of Environment.
    fn standing(&self, id: &str) -> &str {
        &self.resources[id]["Environment_standing"]
    }
}

const TAGGING: &str = "aws.resourcegroupstaggingapi";
const LOAD_BALANCERS: &str = "aws.elasticloadbalancingv2.describe-load-balancers";

/// Each collector with the beginnings of what only it lists, after the account.
const COLLECTORS: &[(&str, &[&str])] = &[
    ("aws.ec2.describe-volumes", &["volume/"]),
    ("aws.ec2.describe-snapshots", &["snapshot/"]),
    ("aws.ec2.describe-instances", &["instance/"]),
    ("aws.ec2.describe-images", &["image/"]),
    ("aws.ec2.describe-addresses", &["elastic-ip/"]),
    ("aws.ec2.describe-network-interfaces", &["network-interface/"]),
    ("aws.ec2.describe-nat-gateways", &["natgateway/"]),
    (LOAD_BALANCERS, &["loadbalancer/app/", "targetgroup/"]),
    ("aws.elasticloadbalancing.describe-load-balancers", &["loadbalancer/old-"]),
];

fn lists(id: &str) -> &'static str {
    let resource = id.splitn(6, ':').last().unwrap();
    COLLECTORS.iter().find(|(_, starts)| starts.iter().any(|start| resource.starts_with(start))).unwrap().0
}

#[test]
fn what_was_never_tagged_is_found_by_the_services_own_calls() {
    let Some(server) = Server::moto() else { return };
    let seed = python().unwrap().arg(root().join("tests/servers/seed_ec2.py")).arg(server.url()).stderr(Stdio::inherit()).output().unwrap();
    let truth: BTreeMap<String, bool> = serde_json::from_slice(&seed.stdout).unwrap();
    assert!(truth.len() > 40);
    everything_is_found(&scan(&server), &truth);

    // ELB of 2012 are the classic balancers, of 2015 all others.
    let refused = ["DescribeTags@2015-12-01=deny", "DescribeTargetHealth@2015-12-01=deny", "DescribeTags@2012-06-01=deny", "DescribeAddresses@2016-11-15=deny"];
    nothing_is_lost_that_was_not_refused(&scan(&server.but(&refused).unwrap()), &truth);
    let refused = ["DescribeTargetHealth@2015-12-01=deny", "DescribeLoadBalancers@2012-06-01=deny"];
    each_refusal_names_its_permission(&scan(&server.but(&refused).unwrap()));
}

fn everything_is_found(run: &Run, truth: &BTreeMap<String, bool>) {
    let own: BTreeSet<&str> = COLLECTORS.iter().map(|(collector, _)| *collector).collect();
    let sources = |id: &str| run.resources[id]["sources"].split([' ', ',', ';', '+']).map(str::to_owned).collect::<BTreeSet<_>>();
    let found: BTreeSet<&String> = run.resources.keys().filter(|id| sources(id).iter().any(|source| own.contains(source.as_str()))).collect();
    assert_eq!(found, truth.keys().collect());
    for (id, tagged) in truth {
        let row = &run.resources[id];
        assert!(sources(id).contains(lists(id)), "{id} is from {}", row["sources"]);
        // The emulator lists these whether they were tagged or not, and never an address.
        let is_odd = id.contains(":loadbalancer/") || id.contains(":elastic-ip/");
        assert!(is_odd || sources(id).contains(TAGGING) == *tagged, "{id} is from {}", row["sources"]);
        assert_eq!((run.standing(id), row["Environment"].as_str()), if *tagged { ("canonical", "production") } else { ("absent", "") }, "{id}");
        assert_eq!(row["taggable"], "yes", "{} is no kind of the table", row["kind"]);
        let has_age = !["elastic-ip/", "network-interface/", "targetgroup/"].iter().any(|part| id.contains(part));
        assert_eq!(!row["created"].is_empty(), has_age, "{id} was made {}", row["created"]);
    }
    for (collector, _) in COLLECTORS {
        let count = truth.keys().filter(|id| lists(id) == *collector).count() as u64;
        assert_eq!(run.coverage[*collector], ("complete".to_owned(), count, String::new()), "{collector}");
    }
}

fn nothing_is_lost_that_was_not_refused(run: &Run, truth: &BTreeMap<String, bool>) {
    let (outcome, count, why) = &run.coverage[LOAD_BALANCERS];
    assert_eq!((outcome.as_str(), *count), ("partial", 25));
    // Of several refusals one is told; the next scan tells the next.
    assert!(why.contains("permission elasticloadbalancing:DescribeTargetHealth is missing"), "{why}");
    let (outcome, count, why) = &run.coverage["aws.elasticloadbalancing.describe-load-balancers"];
    assert!((outcome.as_str(), *count) == ("partial", 2) && why.contains("permission elasticloadbalancing:DescribeTags is missing"), "{outcome} {count} {why}");
    let (outcome, _, why) = &run.coverage["aws.ec2.describe-addresses"];
    assert!(outcome == "denied" && why.contains("ec2:DescribeAddresses"), "{outcome} {why}");
    for (id, tagged) in truth.iter().filter(|(id, _)| id.contains(":targetgroup/")) {
        // The Tagging API knows those that are tagged; of the others nobody was told.
        assert_eq!(run.standing(id), if *tagged { "canonical" } else { "undetermined" }, "{id}");
    }
    assert!(truth.keys().filter(|id| !id.contains(":elastic-ip/")).all(|id| run.resources.contains_key(id)));
}

fn each_refusal_names_its_permission(run: &Run) {
    let (outcome, count, why) = &run.coverage[LOAD_BALANCERS];
    assert!((outcome.as_str(), *count) == ("partial", 25) && why.contains("elasticloadbalancing:DescribeTargetHealth"), "{outcome} {count} {why}");
    let (outcome, count, why) = &run.coverage["aws.elasticloadbalancing.describe-load-balancers"];
    assert!((outcome.as_str(), *count) == ("denied", 0) && why.contains("elasticloadbalancing:DescribeLoadBalancers"), "{outcome} {count} {why}");
}
