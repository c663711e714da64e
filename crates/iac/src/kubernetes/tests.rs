//! What manifests say, by ones of our own.

use super::controllers::Controller;
use super::manifest::Manifest;
use crate::{Options, PlanError, PlanFile, Reading};
use tagledger_model::{Further, RawResource, Taggable, Text};

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

/// Manifests of an abbreviated kind (`container.kcc/ContainerNodePool`), with the rest of each.
fn manifests(all: &[(&str, &str)]) -> String {
    let one = |(kind, rest): &(&str, &str)| {
        let (group, kind) = kind.split_once('/').unwrap();
        let group = group.replace("kcc", "cnrm.cloud.google.com").replace("XP", "upbound.io");
        format!("apiVersion: {group}/v1beta1\nkind: {kind}\n{rest}\n")
    };
    all.iter().map(one).collect::<Vec<_>>().join("---\n")
}

/// What each of them can carry, which tags it shows, and whether it may have others.
fn judged(all: &[(&str, &str)]) -> Vec<(Taggable, String, bool)> {
    let read = try_read(&manifests(all)).unwrap();
    read.resources.iter().map(|r| (r.taggable, shown(r).join(" "), r.further != Further::None)).collect()
}

fn row(taggable: Taggable, tags: &str) -> (Taggable, String, bool) {
    (taggable, tags.to_owned(), false)
}

fn open(taggable: Taggable, tags: &str) -> (Taggable, String, bool) {
    (taggable, tags.to_owned(), true)
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
spec: {projectRef: {external: data}}
";
    let read = try_read(text).unwrap();
    let found: Vec<(Taggable, Vec<String>, &str)> = read.resources.iter().map(|r| (r.taggable, shown(r), r.scope.as_str())).collect();
    assert_eq!(
        found,
        [
            (Taggable::Yes, vec!["env=prod".to_owned()], "shop-prod"),
            (Taggable::No, Vec::new(), "unknown"),
            (Taggable::Yes, vec!["env=prod".to_owned()], "data")
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

#[test]
fn config_connector_has_labels_where_its_table_says() {
    let labels = "metadata: {name: n, labels: {env: prod}}";
    let found = judged(&[
        ("container.kcc/ContainerNodePool", labels),
        ("container.kcc/ContainerNodePool", "spec: {nodeConfig: {resourceLabels: {env: prod}}}"),
        ("managedkafka.kcc/ManagedKafkaCluster", labels),
        ("workstations.kcc/WorkstationCluster", "spec: {labels: [{key: env, value: prod}, {key: owner, value: a}]}"),
        ("sql.kcc/SQLInstance", labels),
        ("monitoring.kcc/MonitoringNotificationChannel", "metadata: {labels: {env: prod}}\nspec: {labels: {email_address: a@b.c}}"),
    ]);
    let yes = |tags| row(Taggable::Yes, tags);
    assert_eq!(found, [yes(""), yes("env=prod"), yes(""), yes("env=prod owner=a"), yes("env=prod"), yes("env=prod")]);
    let nothing = [
        "iam.kcc/IAMServiceAccount",
        "iam.kcc/IAMPolicyMember",
        "iam.kcc/IAMPolicy",
        "iam.kcc/IAMPartialPolicy",
        "iam.kcc/IAMCustomRole",
        "serviceusage.kcc/Service",
        "serviceusage.kcc/ServiceIdentity",
        "resourcemanager.kcc/Folder",
        "logging.kcc/LoggingLogSink",
        "compute.kcc/ComputeSecurityPolicy",
        "cloudidentity.kcc/CloudIdentityGroup",
    ];
    for kind in nothing {
        assert_eq!(judged(&[(kind, "metadata: {labels: {env: prod}}\nspec: {labels: {a: b}}")]), [row(Taggable::No, "")], "{kind}");
    }
}

#[test]
fn config_connector_leaves_open_what_nobody_knows() {
    let found = judged(&[
        ("new.kcc/NewThing", "metadata: {labels: {env: prod}}"),
        ("new.kcc/NewThing", "metadata: {labels: {env: prod}}\nspec: {labels: {a: b}}"),
        // Its versions differ in which of the two counts.
        ("secretmanager.kcc/SecretManagerSecret", "metadata: {labels: {env: prod, a: b}}\nspec: {labels: {a: b}}"),
        ("secretmanager.kcc/SecretManagerSecret", "metadata: {labels: {env: prod}}"),
    ]);
    assert_eq!(found, [open(Taggable::Unknown, ""), row(Taggable::Yes, "a=b"), open(Taggable::Yes, "a=b"), row(Taggable::Yes, "env=prod")]);
}

#[test]
fn crossplane_has_tags_where_its_tables_say() {
    let tags = |at: &str| format!("spec: {{forProvider: {{{at}}}}}");
    let kinds = [
        ("autoscaling.aws.XP/AutoscalingGroup", "tag: [{key: a, value: b, propagateAtLaunch: true}]"),
        ("ec2.aws.m.XP/VPC", "tags: {a: b}"),
        ("elbv2.aws.XP/LB", "tags: {a: b}"),
        ("azure.XP/ResourceGroup", "tags: {a: b}"),
        ("web.azure.m.XP/LinuxWebApp", "tags: {a: b}"),
        ("container.gcp.XP/Cluster", "resourceLabels: {a: b}"),
        ("container.gcp.XP/NodePool", "nodeConfig: {resourceLabels: {a: b}}"),
        ("container.gcp.XP/NodePool", "nodeConfig: [{resourceLabels: {a: b}}]"),
        ("sql.gcp.m.XP/DatabaseInstance", "settings: {userLabels: {a: b}}"),
        ("monitoring.gcp.XP/NotificationChannel", "labels: {email: x}, userLabels: {a: b}"),
        ("cloudrun.gcp.XP/Service", "metadata: [{labels: {a: b}}]"),
        ("notebooks.gcp.XP/Instance", "labels: {a: b}"),
        ("eks.aws.XP/IdentityProviderConfig", "tags: {a: b}"),
    ];
    for (kind, at) in kinds {
        assert_eq!(judged(&[(kind, &tags(at))]), [row(Taggable::Yes, "a=b")], "{kind}");
        assert_eq!(judged(&[(kind, "metadata: {labels: {a: b}}\nspec: {forProvider: {x: y}}")]), [row(Taggable::Yes, "")], "{kind}");
    }
    for kind in ["iam.aws.XP/RolePolicyAttachment", "network.azure.XP/Subnet", "compute.gcp.m.XP/Network", "cloudidentity.gcp.XP/Group"] {
        assert_eq!(judged(&[(kind, &tags("region: x"))]), [row(Taggable::No, "")], "{kind}");
    }
    let new = judged(&[("new.aws.XP/Thing", &tags("region: x")), ("new.aws.XP/Thing", &tags("tags: {a: b}")), ("ec2.aws.XP/VPC", &tags("tags: $filled"))]);
    assert_eq!(new, [row(Taggable::Unknown, ""), row(Taggable::Yes, "a=b"), open(Taggable::Yes, "")]);
}

#[test]
fn older_providers_of_crossplane_count_for_what_they_show() {
    let kinds = [
        ("s3.aws.crossplane.io/Bucket", "{forProvider: {tagging: {tagSet: [{key: a, value: b}]}}}"),
        ("database.aws.crossplane.io/RDSInstance", "{forProvider: {tags: [{key: a, value: b}]}}"),
        ("kms.aws.crossplane.io/Key", "{forProvider: {tags: [{tagKey: a, tagValue: b}]}}"),
        ("eks.aws.crossplane.io/NodeGroup", "{forProvider: {tags: {a: b}, labels: {c: d}}}"),
        ("network.azure.crossplane.io/VirtualNetwork", "{tags: {a: b}}"),
        ("cache.azure.crossplane.io/Redis", "{forProvider: {tags: {a: b}}}"),
        ("storage.gcp.crossplane.io/Bucket", "{labels: {a: b}}"),
        ("compute.gcp.jet.crossplane.io/Address", "{forProvider: {labels: {a: b}}}"),
    ];
    for (kind, spec) in kinds {
        assert_eq!(judged(&[(kind, &format!("spec: {spec}"))]), [row(Taggable::Yes, "a=b")], "{kind}");
        assert_eq!(judged(&[(kind, "spec: {forProvider: {region: x}}")]), [open(Taggable::Unknown, "")], "{kind}");
    }
}

#[test]
fn terraform_names_are_those_of_the_kind_or_none() {
    let name = |text: &str| {
        let documents = crate::template::parse(text).unwrap();
        let mut all = Vec::new();
        Manifest::collect(&documents[0], &mut all);
        (Controller::of(all[0].group(), &all[0].kind).unwrap().terraform)(&all[0])
    };
    let of = |kind: &str| name(&manifests(&[(kind, "spec: {}")])).join(" ");
    for (kind, terraform) in [
        ("rds.aws.XP/Instance", "awsdbinstance"),
        ("rds.aws.XP/Cluster", "awsrdscluster"),
        ("cloudwatchlogs.aws.m.XP/Group", "awscloudwatchloggroup"),
        ("ec2.aws.XP/Instance", "awsinstance"),
        ("elbv2.aws.XP/LB", "awslb"),
        ("connect.aws.XP/Instance", "awsconnectinstance"),
        ("verifiedaccess.aws.XP/Instance", "awsverifiedaccessinstance"),
        ("new.aws.XP/Instance", ""),
        ("ec2.aws.XP/VerifiedAccessInstance", ""),
        ("lightsail.aws.XP/KeyPair", "awslightsailkeypair"),
        ("s3.aws.XP/Bucket", "awss3bucket"),
        ("devtestlab.azure.XP/LinuxVirtualMachine", "azurermdevtestlinuxvirtualmachine"),
        ("compute.azure.XP/LinuxVirtualMachine", "azurermlinuxvirtualmachine"),
        ("azure.XP/ResourceGroup", "azurermresourcegroup"),
        ("compute.gcp.XP/Instance", "googlecomputeinstance"),
        ("cloudrun.gcp.XP/V2Service", "googlecloudrunv2service"),
        ("ec2.aws.crossplane.io/VPC", "awsvpc"),
        ("database.aws.crossplane.io/RDSInstance", ""),
        ("sql.kcc/SQLInstance", "googlesqldatabaseinstance"),
        ("run.kcc/RunService", "googlecloudrunv2service"),
        ("compute.kcc/ComputeDisk", "googlecomputedisk"),
    ] {
        assert_eq!(of(kind), terraform, "{kind}");
    }
    let at = |kind: &str, location: &str| name(&manifests(&[(kind, &format!("spec: {{location: {location}}}"))])).remove(0);
    assert_eq!(at("compute.kcc/ComputeAddress", "global"), "googlecomputeglobaladdress");
    assert_eq!(at("compute.kcc/ComputeDisk", "us-west1"), "googlecomputeregiondisk");
    assert_eq!(at("compute.kcc/ComputeDisk", "us-west1-a"), "googlecomputedisk");
}

#[test]
fn what_makes_nothing_is_no_resource() {
    for rest in [
        "spec: {managementPolicies: [Observe, LateInitialize]}",
        "spec: {managementPolicies: []}",
        "spec: {managementPolicies: [Update, Delete]}",
        "spec: {managementPolicy: ObserveOnly}",
        "metadata: {annotations: {crossplane.io/paused: \"true\"}}",
    ] {
        assert_eq!(judged(&[("ec2.aws.XP/VPC", rest)]), [], "{rest}");
    }
    for rest in ["spec: {managementPolicies: ['*']}", "spec: {managementPolicies: [Create, Observe]}", "spec: {managementPolicies: }", "spec: {}"] {
        assert_eq!(judged(&[("ec2.aws.XP/VPC", rest)]).len(), 1, "{rest}");
    }
    for kind in ["ProviderConfig", "ClusterProviderConfig", "ProviderConfigUsage", "StoreConfig"] {
        assert_eq!(judged(&[(&format!("aws.m.XP/{kind}"), "spec: {}")]), [], "{kind}");
    }
    let deployments = try_read(&manifests(&[
        ("resources.azure.XP/ResourceGroupTemplateDeployment", "spec: {}"),
        ("resources.azure.m.XP/SubscriptionTemplateDeployment", "spec: {}"),
    ]))
    .unwrap();
    assert!(deployments.resources.is_empty() && deployments.gaps.len() == 2 && deployments.gaps[1].starts_with("all.yaml:5: a Subscription"));
}

#[test]
fn quotes_lists_and_values_that_are_not_set() {
    let quoted = try_read("\"apiVersion\": \"ec2.aws.upbound.io/v1beta1\"\n'kind': 'VPC'\n").unwrap();
    assert_eq!(quoted.resources.len(), 1);
    let flow = try_read("# one line\n{apiVersion: ec2.aws.upbound.io/v1beta1, kind: VPC}\n").unwrap();
    assert_eq!(flow.resources.len(), 1);
    let nulls = "spec: {forProvider: {tags: {a: b, Owner: , Team: ~, Cost: null}}}";
    assert_eq!(judged(&[("ec2.aws.XP/VPC", nulls)]), [row(Taggable::Yes, "a=b")]);
    assert_eq!(judged(&[("ec2.aws.XP/VPC", "spec: {forProvider: {tags: ~}}")]), [row(Taggable::Yes, "")]);
    let lists = "apiVersion: v1
kind: List
items:
- apiVersion: ec2.aws.upbound.io/v1beta1
  kind: VPCList
  items:
  - metadata: {name: a}
  - {apiVersion: ec2.aws.upbound.io/v1beta2, kind: Subnet, metadata: {name: b}}
- apiVersion: v1
  kind: List
  items: [{apiVersion: s3.aws.upbound.io/v1beta1, kind: Bucket, metadata: {name: c}}]
---
apiVersion: ec2.aws.upbound.io/v1beta1
kind: ManagedPrefixList
metadata: {name: d}
";
    let read = try_read(lists).unwrap();
    let addresses: Vec<&str> = read.resources.iter().map(|r| r.origin.planned().unwrap().address.as_str()).collect();
    assert_eq!(
        addresses,
        [
            "ec2.aws.upbound.io/v1beta1/VPC//a",
            "ec2.aws.upbound.io/v1beta2/Subnet//b",
            "s3.aws.upbound.io/v1beta1/Bucket//c",
            "ec2.aws.upbound.io/v1beta1/ManagedPrefixList//d"
        ]
    );
}

#[test]
fn groups_of_unknown_controllers_are_named_once() {
    let beside = [
        ("platform.acme.io/XNetwork", "spec: {}"),
        ("platform.acme.io/XDatabase", "spec: {}"),
        ("s3.services.k8s.aws/Bucket", "spec: {}"),
        ("network.azure.com/VirtualNetwork", "spec: {}"),
        ("networking.k8s.io/Ingress", "spec: {}"),
        ("apps/Deployment", "spec: {}"),
        ("pkg.crossplane.io/Provider", "spec: {}"),
        ("protection.crossplane.io/Usage", "spec: {}"),
        ("core.kcc/ConfigConnector", "spec: {}"),
    ];
    let ours = ("ec2.aws.XP/VPC", "spec: {}");
    let read = try_read(&manifests(&[&beside[..], &[ours]].concat())).unwrap();
    let note = "all.yaml: manifests of network.azure.com, platform.acme.io, s3.services.k8s.aws were passed over";
    assert!(read.notes.len() == 1 && read.notes[0].starts_with(note), "{:?}", read.notes);
    assert!(try_read(&manifests(&[ours, ("apps/Deployment", "spec: {}")])).unwrap().notes.is_empty());
    // A manifest within another controller's is that one's.
    let within = ("kubernetes.crossplane.io/Object", "spec: {forProvider: {manifest: {apiVersion: ec2.aws.upbound.io/v1beta1, kind: VPC}}}");
    let read = try_read(&manifests(&[within])).unwrap();
    assert!(read.resources.is_empty() && read.notes[0].contains("kubernetes.crossplane.io"), "{:?}", read.notes);
}
