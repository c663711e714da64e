//! What has to be allowed: the policy of what the collectors call, and nothing else, and what rolls it out to the accounts of an organisation.

use crate::live::costs::COST_EXPLORER;
use crate::live::{ABOVE, AGGREGATED, COLLECTORS, ROLE_NAME, settings};
use serde_json::{Value, json};
use tagledger_collect::{CollectorInfo, Operation, Permissions, Settings};

/// The policy; with accounts beside the caller's own also the caller's part of it, and the role of the others.
pub(crate) fn documents(settings: &Settings) -> Vec<Permissions> {
    let is_above = |info: &&&CollectorInfo| ABOVE.iter().chain(&AGGREGATED).any(|above| above.id == info.id);
    let member: Vec<&CollectorInfo> = COLLECTORS.iter().filter(|info| !is_above(info)).copied().collect();
    let role = settings.section(settings::ROLE);
    let name = role.and_then(|role| role.text("name")).unwrap_or(ROLE_NAME);
    let external_id = role.and_then(|role| role.text("external_id"));
    let document = |name, summary: &str, value: &Value| Permissions { name, summary: summary.to_owned(), text: format!("{value:#}\n") };
    let mut documents = vec![
        document(
            "policy",
            "What has to be allowed in every account that is asked, the caller's own among them.",
            &policy(&[statement("Tagledger", &member, "*")]),
        ),
        document(
            "organization",
            "What the caller needs beside it to ask an organisation: to list it, and to assume the role of its accounts.",
            &policy(&[
                statement("TagledgerOrganization", &ABOVE[1..], "*"),
                statement("TagledgerRole", &ABOVE[..1], &format!("arn:*:iam::*:role/{}", name.trim_start_matches('/'))),
            ]),
        ),
        document(
            "trust",
            "The trust policy of the role in an account; CALLER is the account that asks.",
            &trust(&json!("arn:aws:iam::CALLER:root"), external_id),
        ),
        document(
            "stackset",
            "A CloudFormation template that makes the role: `aws cloudformation create-stack-set --stack-set-name tagledger --permission-model SERVICE_MANAGED \
             --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false --capabilities CAPABILITY_NAMED_IAM --template-body file://stackset.json \
             --parameters ParameterKey=Caller,ParameterValue=ACCOUNT`, then `create-stack-instances` for the units that are asked.",
            &template(name, external_id, &member),
        ),
    ];
    documents.push(document(
        "costs",
        "What the caller needs beside it, or alone, for a bill at cost-explorer://.",
        &policy(&[allow("TagledgerCosts", COST_EXPLORER.operations.iter(), "*")]),
    ));
    if settings.has(settings::AGGREGATOR) {
        let summary = "What the caller needs beside it to read what an aggregator of AWS Config has gathered.";
        documents.push(document("aggregator", summary, &policy(&[statement("TagledgerAggregator", &AGGREGATED, "*")])));
    }
    documents
}

/// Every call reads, and none of them can be narrowed to resources that a scan knows beforehand.
fn statement(id: &str, collectors: &[&CollectorInfo], on: &str) -> Value {
    allow(id, collectors.iter().flat_map(|info| info.operations), on)
}

fn allow<'a>(id: &str, operations: impl Iterator<Item = &'a Operation>, on: &str) -> Value {
    let mut actions: Vec<&str> = operations.map(|operation| operation.permission).collect();
    actions.sort_unstable();
    actions.dedup();
    json!({"Sid": id, "Effect": "Allow", "Action": actions, "Resource": on})
}

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn trust(caller: &Value, external_id: Option<&str>) -> Value {
    let mut statement = json!({"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "sts:AssumeRole"});
    if let Some(id) = external_id {
        statement["Condition"] = json!({"StringEquals": {"sts:ExternalId": id}});
    }
    policy(&[statement])
}

/// A stack set does not reach the account that manages it: there the policy is attached by hand.
fn template(name: &str, external_id: Option<&str>, collectors: &[&CollectorInfo]) -> Value {
    let (path, name) = name.rsplit_once('/').map_or(("/".to_owned(), name), |(path, name)| (format!("/{}/", path.trim_matches('/')).replace("//", "/"), name));
    let caller = json!({"Fn::Sub": "arn:${AWS::Partition}:iam::${Caller}:root"});
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Lets tagledger read resources and their tags in this account",
        "Parameters": {"Caller": {"Type": "String", "AllowedPattern": "[0-9]{12}", "Description": "The account that asks"}},
        "Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {
            "RoleName": name,
            "Path": path,
            "AssumeRolePolicyDocument": trust(&caller, external_id),
            "Policies": [{"PolicyName": "tagledger", "PolicyDocument": policy(&[statement("Tagledger", collectors, "*")])}],
        }}},
        "Outputs": {"Role": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}},
    })
}
