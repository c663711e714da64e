//! `fix`: the script that a run suggests. It is read by a shell, carried out against the emulator, and the next scan has nothing left to say of it.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::Value;
use std::process::Command;
use tagledger_tests::{Desk, Server, python, skipped};

const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, aliases: [env, stage], values: { production: [prod, prd], test: [] }, inherit: [resource_group] }
  Owner: { aliases: [team] }
stages:
  - { environment: production, aws: { accounts: [\"123456789012\"] } }
";

/// Twenty-one secrets of one spelling, one that has both spelt otherwise and text that is not for a shell, and one that is right.
const SEED: &str = "
import boto3, sys
secrets = boto3.client('secretsmanager', endpoint_url=sys.argv[1], region_name='eu-west-1', aws_access_key_id='a', aws_secret_access_key='b')
def make(name, **tags):
    secrets.create_secret(Name=name, SecretString='-', Tags=[{'Key': key.replace('_', ' '), 'Value': value} for key, value in tags.items()])
for n in range(21):
    make(f's{n:02}', env='prd', team='jane')
make('odd', stage='test', team=\"x'; touch pwned; $(touch pwned) #\", a_b='c')
make('fine', Environment='test', Owner='jane')
";

/// Rules of which something is violated.
fn broken(report: &Value) -> Vec<String> {
    let mut all: Vec<String> =
        report["findings"].as_array().unwrap().iter().filter(|f| f["verdict"] == "violated").map(|f| f["rule"].as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

fn is_read_by_a_shell(desk: &Desk, script: &str) {
    let path = desk.put("script.sh", script);
    let output = Command::new("bash").arg("-n").arg(path).output().unwrap();
    assert!(output.status.success(), "{}\n{script}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_the_script_does_the_next_scan_does_not_find_any_more() {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    let Some(moto) = Server::moto() else { return };
    assert!(python().unwrap().args(["-c", SEED, &moto.url()]).status().unwrap().success());
    let scan = |out: &str| {
        let call = desk.call(&format!("scan --cloud aws --region eu-west-1 --out {out} --now 2026-11-01 --allow-partial"));
        moto.is_asked_by(call).env("AWS_MAX_ATTEMPTS", "1").done().ends(&[0, 1])
    };
    scan("before");
    let before = broken(&desk.report("before"));
    assert_eq!(before.iter().filter(|rule| *rule == "nonstandard-key").count(), 44, "{before:?}");
    let script = desk.call("fix --run before").exits(0).out;
    is_read_by_a_shell(&desk, &script);
    // As many at once as one call takes, and each change once.
    let calls: Vec<&str> = script.lines().filter(|line| line.starts_with("tagging ")).collect();
    assert_eq!(calls.len(), 6, "{script}");
    assert_eq!(calls.iter().map(|line| line.matches("arn:aws:secretsmanager").count()).max(), Some(20));
    assert!(script.contains("--tags Environment=production") && script.contains("--tag-keys env"), "{script}");
    // What is only likely is no command: that the stage of its account is what the odd one should be.
    assert!(script.contains("# What follows is only likely") && !calls.iter().any(|line| line.contains("odd") && line.contains("production")), "{script}");

    let has_aws = Command::new("aws").arg("--version").output().is_ok_and(|output| output.status.success());
    if !has_aws {
        return skipped("the aws command line is not installed");
    }
    let mut shell = Command::new("bash");
    shell
        .arg(desk.path("script.sh"))
        .current_dir(desk.path("."))
        .env("AWS_ENDPOINT_URL", moto.url())
        .env("AWS_ACCESS_KEY_ID", "a")
        .env("AWS_SECRET_ACCESS_KEY", "b");
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("ErrorCode"), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(!desk.path("pwned").exists(), "nothing of a tag is run");
    // A call ends well though a resource was refused; the script does not, and takes nothing away.
    let head = script.split("\n# 123456789012").next().unwrap();
    let queue = "tagging tag-resources --resource-arn-list arn:aws:sqs:eu-west-1:123456789012:none --tags A=b --region eu-west-1; echo reached";
    desk.put("refused.sh", format!("{head}\n{queue}\n"));
    let mut refused = Command::new("bash");
    refused.arg(desk.path("refused.sh")).envs([("AWS_ENDPOINT_URL", moto.url().as_str()), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")]);
    let output = refused.output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("Refused, and nothing after it was done:\n{"), "{output:?}");
    scan("after");
    let after = broken(&desk.report("after"));
    assert!(!after.iter().any(|rule| rule == "nonstandard-key" || rule == "nonstandard-value"), "{after:?}");
    assert_eq!(after.iter().filter(|rule| *rule == "stage-mismatch").count(), before.iter().filter(|rule| *rule == "stage-mismatch").count(), "{after:?}");
    assert!(!desk.call("fix --run after").exits(0).out.lines().any(|line| line.starts_with("tagging ")));
}

#[test]
fn each_cloud_has_its_script_and_its_own_command_line() {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk.put(
        "inventory.ndjson",
        r#"{"cloud":"azure","scope":"s-1","kind":"resource_group","id":"/subscriptions/s-1/resourceGroups/rg","name":"rg","tags":{"Environment":"test"}}
{"cloud":"azure","scope":"s-1","kind":"microsoft.compute/disks","id":"/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.Compute/disks/d1","group":"/subscriptions/s-1/resourceGroups/rg","tags":{"ENVIRONMENT":"Prod"}}
{"cloud":"azure","scope":"s-1","kind":"microsoft.compute/disks","id":"/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.Compute/disks/d2","group":"/subscriptions/s-1/resourceGroups/rg","tags":{"Environment":""}}
{"cloud":"azure","scope":"s-1","kind":"microsoft.compute/disks","id":"/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.Compute/disks/d3","group":"/subscriptions/s-1/resourceGroups/rg","tags":{"env":"","team":"ghp_0123456789abcdefghijABCDEFGHIJ012345"}}
{"cloud":"gcp","scope":"shop","kind":"compute.googleapis.com/Disk","id":"//compute.googleapis.com/projects/shop/zones/z/disks/d1","tags":{"env":"prd"}}
{"cloud":"gcp","scope":"shop","kind":"dns.googleapis.com/ManagedZone","id":"//dns.googleapis.com/projects/shop/managedZones/z1","tags":{"env":"prd"}}
{"cloud":"onprem","scope":"dc","kind":"vm","id":"vm-1","tags":{"env":"prd"}}
"#,
    );
    desk.call("scan --from inventory.ndjson --out run --now 2026-11-01 --allow-partial").done().ends(&[0, 1]);
    desk.call("fix --run run --out scripts").exits(0);
    let (azure, gcp) = (desk.text("scripts/fix-azure.sh"), desk.text("scripts/fix-gcp.sh"));
    for script in [&azure, &gcp] {
        is_read_by_a_shell(&desk, script);
    }
    // A change of case alone is written after the old spelling is gone; what the group lends takes the place of nothing.
    let (gone, written) =
        (azure.find("--operation Delete --tags ENVIRONMENT").unwrap(), azure.find("--operation Merge --tags Environment=production").unwrap());
    assert!(gone < written && azure.contains("disks/d2 --operation Merge --tags Environment=test"), "{azure}");
    // Empty under another name: what is lent is written under the right one. What looked like a credential was left out, and is not written anywhere.
    assert!(azure.contains("disks/d3 --operation Merge --tags Environment=test") && azure.contains("disks/d3 --operation Delete --tags env"), "{azure}");
    assert!(!azure.contains("redacted") && !azure.contains("ghp_"), "{azure}");
    assert!(gcp.contains("gcloud compute disks add-labels d1 --zone=z --project=shop --labels=environment=production"), "{gcp}");
    assert!(gcp.contains("# There is no command for //dns.googleapis.com/projects/shop/managedZones/z1"), "{gcp}");
    assert_eq!(desk.call("fix --run run --cloud gcp --rule nonstandard-key").exits(0).out.matches("gcloud").count(), 2);
    assert!(desk.call("fix --run run --cloud oracle").exits(2).err.contains("known aws, azure, gcp"));
    assert!(desk.call("fix --run run --rule nonstandard").exits(2).err.contains("no such rule"));
}

#[test]
fn what_most_of_a_stack_say_is_a_comment_and_no_command() {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", "version: 1\nkeys: { Owner: { required: true } }\n");
    let volume = |n: u32, owner: &str| {
        format!(
            "azure,sub-a,microsoft.compute/disks,/subscriptions/sub-a/resourcegroups/rg/providers/microsoft.compute/disks/d{n},/subscriptions/sub-a/resourcegroups/rg,{owner}\n"
        )
    };
    let all: String = [volume(1, "jane"), volume(2, "jane"), volume(3, "jane"), volume(4, "omar"), volume(5, "")].concat();
    desk.put("a.csv", format!("cloud,scope,kind,id,group,tag:Owner\n{all}"));
    desk.call("scan -q --from a.csv --out run --now 2026-11-01 --format none").exits(1);
    let script = desk.call("fix --run run").exits(0).out;
    assert!(script.contains("/disks/d5: Owner has no value; 3 of 4 in the group /subscriptions/sub-a/resourcegroups/rg that have one say jane"), "{script}");
    assert!(script.lines().filter(|line| line.contains("jane")).all(|line| line.starts_with('#')), "{script}");
    // Where they are of two minds, nobody is quoted.
    desk.put("a.csv", format!("cloud,scope,kind,id,group,tag:Owner\n{all}{}{}", volume(6, "omar"), volume(7, "omar")));
    desk.call("scan -q --from a.csv --out run --now 2026-11-01 --format none").exits(1);
    assert!(!desk.call("fix --run run").exits(0).out.contains("have one say"));
}
