//! What templates say, by templates of our own.

use super::*;
use crate::{PlanFile, READERS};
use tagledger_model::Further;

fn read(text: &str, options: &Options<'_>) -> Reading {
    let file = PlanFile::from_bytes("t.yaml", text.as_bytes().to_vec()).unwrap();
    let mut out = Reading::default();
    crate::read(&file, options, &mut out).unwrap();
    out
}

fn bucket(tags: &str) -> RawResource {
    read(&format!("Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags: {tags}\n"), &Options::default()).resources.remove(0)
}

#[track_caller]
fn says(resource: &RawResource, tags: &[&str], further: Further) {
    let mut shown: Vec<String> = resource.tags.known().unwrap().iter().map(|t| format!("{}={}", t.key, t.value.known().map_or("?", Text::as_str))).collect();
    shown.sort();
    assert_eq!((shown, resource.further.clone()), (tags.iter().map(|t| (*t).to_owned()).collect(), further));
}

#[test]
fn tags_through_functions_and_conditions() {
    let perhaps = |keys: &[&str]| Further::Keys(keys.iter().map(|k| Text::new(k)).collect());
    says(
        &bucket("[{Key: A, Value: x}, {Key: B, Value: !Ref P}, {Key: C, Value: !Sub plain}, {Key: D, Value: !Sub 'x${P}'}]"),
        &["A=x", "B=?", "C=plain", "D=?"],
        Further::None,
    );
    says(&bucket("!Ref Tags"), &[], Further::Any);
    says(&bucket("!If [c, [{Key: A, Value: x}, {Key: B, Value: y}], [{Key: A, Value: x}]]"), &["A=x"], perhaps(&["B"]));
    says(&bucket("!If [c, [{Key: A, Value: x}], [{Key: A, Value: z}]]"), &["A=?"], Further::None);
    says(&bucket("[!If [c, {Key: A, Value: x}, !Ref 'AWS::NoValue'], {Key: B, Value: y}]"), &["B=y"], perhaps(&["A"]));
    says(&bucket("[{Key: A, Value: !If [c, x, x]}, {Key: B, Value: !If [c, x, !Ref 'AWS::NoValue']}]"), &["A=x"], perhaps(&["B"]));
    says(&bucket("[{Key: !Ref K, Value: x}, {Key: B, Value: y}]"), &["B=y"], Further::Any);
    says(&bucket("[{Fn::Transform: {Name: M}}]"), &[], Further::Any);
    says(&bucket("[]"), &[], Further::None);
    // What the deploy looks up in another service.
    says(&bucket("[{Key: A, Value: '{{resolve:ssm:/env:1}}'}, {Key: B, Value: !Sub '{{resolve:ssm:/b}}'}]"), &["A=?", "B=?"], Further::None);
}

#[test]
fn what_is_brought_in_from_elsewhere_may_hold_tags_or_resources() {
    let text = "Resources:
  Beside: {Type: 'AWS::S3::Bucket', 'Fn::Transform': {Name: 'AWS::Include'}}
  Within: {Type: 'AWS::S3::Bucket', Properties: {'Fn::Transform': {Name: 'AWS::Include'}, Tags: [{Key: A, Value: x}]}}
  Fn::Transform: {Name: 'AWS::Include'}
";
    let reading = read(text, &Options::default());
    says(&reading.resources[0], &[], Further::Any);
    says(&reading.resources[1], &["A=x"], Further::Any);
    assert_eq!((reading.resources.len(), &*reading.gaps), (2, &["t.yaml:4: Fn::Transform brings in resources that the template does not show".to_owned()][..]));
}

#[test]
fn every_shape_and_what_cannot_carry_tags() {
    let text = "Resources:
  Map: {Type: 'AWS::SSM::Parameter', Properties: {Tags: {A: x}}}
  Pool: {Type: 'AWS::Cognito::UserPool', Properties: {UserPoolTags: {A: x}}}
  Zone: {Type: 'AWS::Route53::HostedZone', Properties: {HostedZoneTags: [{Key: A, Value: x}]}}
  Group: {Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: {Tags: [{Key: A, Value: x, PropagateAtLaunch: true}]}}
  Launch: {Type: 'AWS::EC2::LaunchTemplate', Properties: {TagSpecifications: [{ResourceType: launch-template, Tags: [{Key: A, Value: x}]}]}}
  Ips: {Type: 'AWS::CloudFront::AnycastIpList', Properties: {Tags: {Items: [{Key: A, Value: x}]}}}
  New: {Type: 'AWS::New::Thing', Properties: {Tags: [{Key: A, Value: x}]}}
  Policy: {Type: 'AWS::S3::BucketPolicy', Properties: {}}
  Custom: {Type: 'Custom::Thing', Properties: {Tags: [{Key: A, Value: x}]}}
  Odd: {Type: 'AWS::New::Other'}
";
    let reading = read(text, &Options::default());
    for resource in &reading.resources[..7] {
        says(resource, &["A=x"], Further::None);
        assert_eq!(resource.taggable, Taggable::Yes);
    }
    let rest: Vec<Taggable> = reading.resources[7..].iter().map(|r| r.taggable).collect();
    assert_eq!(rest, [Taggable::No, Taggable::No, Taggable::Unknown]);
    let place = reading.resources[2].origin.planned().unwrap();
    assert_eq!((place.place.as_ref().unwrap().line, place.tags_at.as_ref().unwrap().attribute.as_str()), (4, "HostedZoneTags"));
}

#[test]
fn stack_tags_and_globals_lie_under_the_resources_own() {
    let options = Options { stack_tags: vec![("A".into(), "stack".into()), ("S".into(), "1".into())], ..Options::default() };
    let text = "Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Tags: {A: global, G: '2'}}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Tags: {A: own}}
  P: {Type: 'AWS::IAM::Policy'}
";
    let reading = read(text, &options);
    says(&reading.resources[0], &["A=own", "G=2", "S=1"], Further::None);
    says(&reading.resources[1], &[], Further::None);
    assert_eq!(reading.resources[0].origin.planned().unwrap().reader, "sam.template");
}

#[test]
fn a_template_is_told_from_everything_else() {
    for (text, known) in [
        ("{\"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\"}}}", true),
        ("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  A: {Type: AWS::S3::Bucket}\n", true),
        ("{\"$schema\": \"https://schema.management.azure.com/x\", \"Resources\": []}", false),
        ("apiVersion: v1\nkind: Service\n", false),
        ("{\"resource_changes\": []}", false),
    ] {
        let file = PlanFile::from_bytes("t", text.as_bytes().to_vec()).unwrap();
        assert_eq!(Template.recognises(&file.documents().unwrap()[0]), known, "{text}");
        let takers = READERS.iter().filter(|r| r.recognises(&file.documents().unwrap()[0])).count();
        assert!(takers <= 1, "{text}");
    }
    let gap = read("Resources:\n  Fn::ForEach::Loop: [x, [a], {}]\n  B: {Type: AWS::S3::Bucket}\n", &Options::default());
    assert!(gap.gaps[0].contains("t.yaml:2: Fn::ForEach::Loop") && gap.resources.len() == 1);
    let file = PlanFile::from_bytes("t.yaml", b"Resources:\n  A: {Type: AWS::S3::Bucket\n  B: [\n".to_vec()).unwrap();
    assert!(crate::read(&file, &Options::default(), &mut Reading::default()).unwrap_err().to_string().starts_with("t.yaml:"));
}

#[test]
fn what_is_not_handed_on_is_told() {
    let lacking = |kind: &str, properties: &str| {
        let reading = read(&format!("Resources:\n  A: {{Type: '{kind}', Properties: {properties}}}\n"), &Options::default());
        reading.unseen.first().map(|u| (u.what, u.lacks.clone()))
    };
    let all = |what: &'static str| Some((what, crate::Lacks::AllBut(Vec::new())));
    assert_eq!(lacking("AWS::EC2::Instance", "{}"), all("volumes"));
    assert_eq!(lacking("AWS::EC2::Instance", "{PropagateTagsToVolumeOnCreation: 'false'}"), all("volumes"));
    for handed in ["{PropagateTagsToVolumeOnCreation: true}", "{PropagateTagsToVolumeOnCreation: !Ref P}", "{LaunchTemplate: {Version: 1}}"] {
        assert_eq!(lacking("AWS::EC2::Instance", handed), None, "{handed}");
    }
    assert_eq!(lacking("AWS::ECS::Service", "{PropagateTags: NONE}"), all("tasks"));
    assert_eq!((lacking("AWS::ECS::Service", "{PropagateTags: SERVICE}"), lacking("AWS::ECS::Service", "{PropagateTags: !If [a, NONE, b]}")), (None, None));
    let group = |words: [&str; 2]| {
        let tag = |key: &str, word: &str| format!("{{Key: {key}, Value: x, PropagateAtLaunch: {word}}}");
        lacking("AWS::AutoScaling::AutoScalingGroup", &format!("{{Tags: [{}, {}]}}", tag("A", words[0]), tag("B", words[1])))
    };
    assert_eq!(group(["true", "false"]), Some(("instances", crate::Lacks::These(vec!["B".into()]))));
    assert_eq!(group(["true", "!Ref P"]), None);
    assert_eq!(lacking("AWS::S3::Bucket", "{}"), None);
}

#[test]
fn an_assembly_brings_its_stacks_tags_account_and_region() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("s.template.json", r#"{"Resources": {"B": {"Type": "AWS::S3::Bucket", "Metadata": {"aws:cdk:path": "S/B/Resource"}}}}"#);
    write(
        "manifest.json",
        r#"{"version": "36.0.0", "artifacts": {"S": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1",
            "properties": {"templateFile": "s.template.json", "tags": {"Owner": "shop"}, "stackName": "Shop"}}, "Tree": {"type": "cdk:tree"}}}"#,
    );
    let file = crate::open(&folder.path().join("manifest.json")).unwrap();
    let mut out = Reading::default();
    assert_eq!(crate::read(&file, &Options::default(), &mut out).unwrap(), ["cdk.assembly"]);
    let bucket = &out.resources[0];
    says(bucket, &["Owner=shop"], Further::None);
    assert_eq!((bucket.scope.as_str(), bucket.region.as_deref(), bucket.name.as_deref()), ("111122223333", Some("eu-west-1"), Some("S/B/Resource")));
    assert_eq!(bucket.origin.planned().unwrap().address, "Shop/B");
}
