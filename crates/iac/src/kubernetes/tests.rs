//! What manifests say, by ones of our own.

use crate::{Options, PlanError, PlanFile, Reading};
use tagledger_model::{RawResource, Taggable, Text};

fn try_read(text: &str) -> Result<Reading, PlanError> {
    let file = PlanFile::from_bytes("all.yaml", text.as_bytes().to_vec())?;
    let mut out = Reading::default();
    crate::read(&file, &Options::default(), &mut out)?;
    Ok(out)
}

fn shown(resource: &RawResource) -> Vec<String> {
    let mut tags: Vec<String> = resource.tags.known().unwrap().iter().map(|t| format!("{}={}", t.key, t.value.known().map_or("?", Text::as_str))).collect();
    tags.sort();
    tags
}

#[test]
fn config_connector_hands_labels_of_the_manifest_on() {
    let text = "apiVersion: v1
kind: Namespace
metadata: {name: shop, annotations: {cnrm.cloud.google.com/project-id: shop-prod}}
---
apiVersion: compute.cnrm.cloud.google.com/v1beta1
kind: ComputeDisk
metadata: {name: d, namespace: shop, labels: {env: prod, app.kubernetes.io/name: x}}
spec: {location: us-west1-a}
---
apiVersion: compute.cnrm.cloud.google.com/v1beta1
kind: ComputeFirewall
metadata: {name: f, labels: {env: prod}}
---
apiVersion: bigquery.cnrm.cloud.google.com/v1beta1
kind: BigQueryDataset
metadata: {name: q, labels: {env: prod}}
spec: {projectRef: {external: data}, labels: {env: test}}
";
    let read = try_read(text).unwrap();
    let found: Vec<(Taggable, Vec<String>, &str)> = read.resources.iter().map(|r| (r.taggable, shown(r), r.scope.as_str())).collect();
    assert_eq!(
        found,
        [
            (Taggable::Yes, vec!["env=prod".to_owned()], "shop-prod"),
            (Taggable::No, Vec::new(), "unknown"),
            (Taggable::Yes, vec!["env=test".to_owned()], "data")
        ]
    );
    assert_eq!(read.resources[0].origin.planned().unwrap().place.as_ref().unwrap().line, 5);
}

#[test]
fn crossplane_takes_tags_from_its_parameters_only() {
    let text = "apiVersion: v1
kind: List
items:
- apiVersion: s3.aws.upbound.io/v1beta1
  kind: Bucket
  metadata: {name: b, labels: {Owner: nobody}}
  spec: {initProvider: {tags: {A: '1', B: '1'}}, forProvider: {tags: {B: yes}}}
- apiVersion: iam.aws.m.upbound.io/v1beta1
  kind: RolePolicyAttachment
  metadata: {name: r}
- apiVersion: ec2.aws.crossplane.io/v1beta1
  kind: VPC
  metadata: {name: v}
  spec: {forProvider: {tags: [{key: A, value: x}]}}
- apiVersion: sql.gcp.upbound.io/v1beta1
  kind: DatabaseInstance
  metadata: {name: s}
  spec: {forProvider: {settings: [{userLabels: {a: b}}]}}
- apiVersion: aws.upbound.io/v1beta1
  kind: ProviderConfig
- apiVersion: ec2.aws.upbound.io/v1beta1
  kind: VPC
  metadata: {name: seen}
  spec: {managementPolicies: [Observe], forProvider: {}}
";
    let read = try_read(text).unwrap();
    let found: Vec<(Taggable, Vec<String>)> = read.resources.iter().map(|r| (r.taggable, shown(r))).collect();
    let tags = |all: &[&str]| all.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    assert_eq!(found, [(Taggable::Yes, tags(&["A=1", "B=yes"])), (Taggable::No, Vec::new()), (Taggable::Yes, tags(&["A=x"])), (Taggable::Yes, tags(&["a=b"]))]);
}

#[test]
fn what_cannot_be_opened_is_a_gap_and_a_chart_is_named() {
    let composition = "apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nmetadata: {name: c}\n";
    assert!(try_read(composition).unwrap().gaps[0].starts_with("all.yaml:1: a Composition"));
    let chart = "apiVersion: storage.cnrm.cloud.google.com/v1beta1\nkind: StorageBucket\nmetadata:\n  name: {{ .Values.name }}-x\n";
    assert!(try_read(chart).unwrap_err().to_string().contains("helm template"));
    let plain = "apiVersion: v1\nkind: ConfigMap\n";
    assert!(try_read(plain).unwrap_err().to_string().contains("none of these Kubernetes manifests"));
}
