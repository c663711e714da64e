//! Plans and templates, as `check` reads them.

use crate::{door, found, world};
use tagledger_fuzz::{Said, Target};
use tagledger_iac::{Options, PlanError, PlanFile, Reading};

pub static PLAN: Target = Target {
    name: "plan",
    samples: || {
        [world::samples("tests/plans", ".json"), vec![world::sample("tests/plans/others/pulumi.json"), world::sample("tests/plans/others/whatif.json")]]
            .concat()
    },
    words: &[
        "format_version",
        "resource_changes",
        "configuration",
        "planned_values",
        "actions",
        "create",
        "delete",
        "update",
        "no-op",
        "before",
        "after",
        "after_unknown",
        "before_sensitive",
        "after_sensitive",
        "tags",
        "tags_all",
        "labels",
        "terraform_labels",
        "effective_labels",
        "module.",
        "[\"a\"]",
        "mode",
        "managed",
        "data",
        "provider_name",
        "aws_autoscaling_group",
        "google_compute_instance",
        "azurerm_resource_group",
        "steps",
        "newState",
        "urn:pulumi:",
        "changes",
        "changeType",
        "resourceId",
        "sequence",
        "timestamp",
    ],
    is_packed: false,
    law: read,
    door: check,
};

/// One of each language: the tags of all sorts that its reader follows.
const CLOUDFORMATION: &str = "AWSTemplateFormatVersion: '2010-09-09'
Parameters: { Env: { Type: String, Default: test } }
Mappings: { M: { a: { b: c } } }
Conditions: { C: !Equals [!Ref Env, test] }
Resources:
  B: &b
    Type: AWS::S3::Bucket
    Condition: C
    Properties:
      Tags:
        - { Key: Environment, Value: !Ref Env }
        - !If [C, { Key: Application, Value: !Sub '${Env}-x' }, !Ref AWS::NoValue]
  D: *b
  G:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { Tags: [{ Key: a, Value: !FindInMap [M, a, b], PropagateAtLaunch: true }] }
  F: { Type: AWS::Serverless::Function, Properties: { Tags: { <<: { a: b }, c: d } } }
  N: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: x, Tags: [] } }
";

const JSON_TEMPLATE: &str = "{\"Resources\": {\"T\": {\"Type\": \"AWS::DynamoDB::Table\", \"Metadata\": {\"aws:cdk:path\": \"S/T/Resource\"}, \
\"Properties\": {\"Tags\": [{\"Key\": \"Owner\", \"Value\": {\"Fn::Join\": [\"-\", [\"a\", {\"Ref\": \"AWS::Region\"}]]}}]}}}}";

const ARM: &str = "// A comment.
{
  \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",
  \"parameters\": {\"tags\": {\"type\": \"object\", \"defaultValue\": {\"D\": \"1\"}}},
  \"variables\": {\"v\": {\"Owner\": \"[parameters('tags').D]\"}, \"loop\": \"[variables('loop')]\"},
  /* and another */
  \"resources\": [
    {\"type\": \"Microsoft.Web/sites\", \"name\": \"[concat('a', copyIndex())]\", \"copy\": {\"name\": \"c\", \"count\": 3}, \"tags\": \"[union(variables('v'), createObject('A', 'x'))]\"},
    {\"type\": \"Microsoft.Storage/storageAccounts\", \"name\": \"s\", \"tags\": {\"A\": \"[if(equals(1, 1), 'x', 'y')]\"}}
  ]
}
";

const CROSSPLANE: &str = "apiVersion: s3.aws.upbound.io/v1beta1
kind: Bucket
metadata: { name: b, annotations: { a: b } }
spec: { forProvider: { region: eu-west-1, tags: { Environment: production } } }
---
apiVersion: v1
kind: List
items:
  - apiVersion: compute.cnrm.cloud.google.com/v1beta1
    kind: ComputeDisk
    metadata: { name: d, namespace: n, labels: { app: shop } }
";

pub static TEMPLATE: Target = Target {
    name: "template",
    samples: || {
        let own = [CLOUDFORMATION, JSON_TEMPLATE, ARM, CROSSPLANE].map(|text| text.as_bytes().to_vec());
        [own.to_vec(), vec![world::sample("tests/plans/others/k8s.yaml"), world::sample("tests/plans/others/arm.json")]].concat()
    },
    words: &[
        "Resources",
        "Type",
        "Properties",
        "Tags",
        "Key",
        "Value",
        "Condition",
        "DeletionPolicy",
        "!If ",
        "!Ref ",
        "!Sub ",
        "!FindInMap ",
        "Fn::If",
        "Fn::Join",
        "AWS::NoValue",
        "AWS::EC2::Instance",
        "AWS::EC2::LaunchTemplate",
        "TagSpecifications",
        "Transform",
        "$schema",
        "deploymentTemplate.json#",
        "resources",
        "parameters",
        "variables",
        "copy",
        "count",
        "[concat(",
        "[parameters('tags')]",
        "[variables('v')]",
        "createObject(",
        "apiVersion",
        "kind",
        "metadata",
        "labels",
        "spec",
        "forProvider",
        "items",
        "---\n",
        "<<: *b",
        "&b ",
        "*b",
        "? ",
        "|\n",
        ">-\n",
    ],
    is_packed: false,
    law: read,
    door: check,
};

/// A plan of bytes.
pub fn read_with(input: &[u8], options: &Options<'_>) -> Result<Said, String> {
    let read = || -> Result<Reading, String> {
        let mut out = Reading::default();
        let done = PlanFile::from_bytes("plan", input.to_vec()).and_then(|file| tagledger_iac::read(&file, options, &mut out));
        match done {
            Ok(_) => Ok(out),
            Err(PlanError::At { line, column, what, .. }) => Err(match found::at(input, line, column, &what) {
                Ok(()) => format!("at: {what}"),
                Err(law) => format!("broken: {law}"),
            }),
            Err(PlanError::File { what, .. }) if !what.trim().is_empty() => Err(format!("file: {what}")),
            Err(error) => Err(format!("broken: {error}")),
        }
    };
    let made = |reading: &Reading| {
        (
            reading.resources.len() + reading.containers.len() + reading.unseen.len() + reading.gaps.len() + reading.notes.len(),
            format!("{:?}{:?}", reading.gaps.first(), reading.notes.first()),
        )
    };
    let said = found::repeated(input, made, read)?;
    said.answer.strip_prefix("broken: ").map_or(Ok(said.clone()), |law| Err(law.to_owned()))
}

fn read(input: &[u8]) -> Result<Said, String> {
    let kinds = world::clouds().iter().map(|c| (c.id(), c.kinds())).collect();
    read_with(input, &Options { kinds, source_root: Some(world::folder()), ..Options::default() })
}

/// `check` in one of its formats.
fn check(folder: &std::path::Path, input: &[u8]) -> Result<(), String> {
    door::put(folder, "taxonomy.yaml", world::sample("tests/tests/check/doors.yaml"));
    door::put(folder, "plan", input);
    let format = door::one_of(input, &["text", "json", "sarif", "github", "gitlab", "junit", "markdown"]);
    let done = door::ends(folder, &format!("check plan --all --format {format}"), &[0, 1])?;
    if done.code != 2 && matches!(format, "json" | "sarif" | "gitlab") { door::is_json(&done) } else { Ok(()) }
}
