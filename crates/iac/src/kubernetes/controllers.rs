//! The controllers, and the one list of them.

mod crossplane_aws;
mod crossplane_azure;
mod crossplane_google;
mod google_config_connector;

use crate::found::{Carries, Found};
use crate::reader::squeezed;
use crate::template::Node;
use tagledger_model::ScopeId;

/// The group of what composes resources from others.
pub(super) const COMPOSITIONS: &str = "apiextensions.crossplane.io";

/// A controller for one cloud.
pub(super) struct Controller {
    /// Whether a group is one of its own.
    pub has: fn(group: &str) -> bool,
    /// The cloud.
    pub cloud: &'static str,
    /// What Terraform's names of the same types begin with.
    pub terraform: &'static str,
    /// What is known of a kind; nothing for one that no table has.
    pub known: fn(group: &str, kind: &str) -> Option<Carries>,
    /// Where the tags are written, and which.
    pub tags: fn(manifest: &Node, attribute: Option<&'static str>) -> (&'static str, Found),
    /// Tags in the manifest prove that the kind can carry them.
    pub shows_taggable: bool,
    /// Whether the manifest makes nothing.
    pub only_looks: fn(manifest: &Node) -> bool,
    /// The account, subscription or project.
    pub scope: fn(manifest: &Node, namespace: &str, all: &[&Node]) -> Option<ScopeId>,
}

static CONTROLLERS: &[&Controller] =
    &[&google_config_connector::CONTROLLER, &crossplane_aws::CONTROLLER, &crossplane_azure::CONTROLLER, &crossplane_google::CONTROLLER];

impl Controller {
    /// The controller of a kind; what configures a controller is no resource.
    pub fn of(group: &str, kind: &str) -> Option<&'static Self> {
        let configures = kind.contains("ProviderConfig") || kind == "StoreConfig";
        CONTROLLERS.iter().find(|controller| !configures && (controller.has)(group)).copied()
    }

    /// Whether a text may hold manifests of one of them.
    pub fn is_named_in(text: &str) -> bool {
        text.contains(COMPOSITIONS) || groups(text).any(|group| CONTROLLERS.iter().any(|controller| (controller.has)(group)))
    }
}

/// The groups that the versions in a text name.
fn groups(text: &str) -> impl Iterator<Item = &str> {
    text.split("apiVersion").skip(1).filter_map(|rest| {
        let value = rest.trim_start_matches(['"', ':', ' ', '\'', '\t']);
        let group = value.split('/').next()?;
        group.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).then_some(group)
    })
}

/// What Terraform may call a kind, squeezed: with the first part of the group or without it.
pub(super) fn terraform_names(controller: &Controller, group: &str, kind: &str) -> impl Iterator<Item = String> {
    let first = group.split('.').next().unwrap_or_default();
    let prefix = controller.terraform;
    [format!("{prefix}{first}{kind}"), format!("{prefix}{kind}")].into_iter().map(|name| squeezed(&name))
}

/// Crossplane: whether a group belongs to a cloud's provider, in any of the forms that its groups had: `ec2.aws.upbound.io`,
/// `s3.aws.m.upbound.io`, `s3.aws.crossplane.io`.
fn is_crossplane(group: &str, cloud: &str) -> bool {
    let Some(rest) = group.strip_suffix(".upbound.io").or_else(|| group.strip_suffix(".crossplane.io")) else { return false };
    let rest = rest.strip_suffix(".m").or_else(|| rest.strip_suffix(".jet")).unwrap_or(rest);
    rest == cloud || rest.strip_suffix(cloud).is_some_and(|before| before.ends_with('.'))
}

/// Crossplane: what a table of the same providers knows of a kind, by its group's first part and its name.
fn crossplane_known(package: &str, group: &str, kind: &str) -> Option<Carries> {
    let first = group.split('.').next().unwrap_or_default();
    crate::pulumi::fold(package, &format!("{first}{kind}"))
}

/// Crossplane: `spec.forProvider` counts over `spec.initProvider`. Labels of the manifest are the cluster's own.
fn crossplane_tags(manifest: &Node, attributes: &[&'static str]) -> (&'static str, Found) {
    let spec = manifest.get("spec");
    let within = |part: &str, path: &str| {
        let part = spec?.get(part)?;
        let found = path.split('.').try_fold(part, |node, name| node.items().first().unwrap_or(node).get(name))?;
        Some(super::tags_of(found))
    };
    let mut all = Found::default();
    let mut at = attributes.first().copied().unwrap_or("tags");
    for attribute in attributes {
        let (own, initial) = (within("forProvider", attribute), within("initProvider", attribute));
        if own.is_some() || initial.is_some() {
            at = attribute;
        }
        all = all.over(own.unwrap_or_default().over(initial.unwrap_or_default()));
    }
    (at, all)
}

/// Crossplane: a policy that only observes makes nothing.
fn crossplane_only_looks(manifest: &Node) -> bool {
    let policies = manifest.get("spec").and_then(|spec| spec.get("managementPolicies").or_else(|| spec.get("managementPolicy")));
    policies.is_some_and(|policies| match policies.items() {
        [] => policies.text() == Some("ObserveOnly"),
        items => items.iter().all(|item| item.text() == Some("Observe")),
    })
}
