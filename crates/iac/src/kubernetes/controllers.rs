//! The controllers, and the one list of them.

mod crossplane;
mod crossplane_aws;
mod crossplane_azure;
mod crossplane_google;
mod google_config_connector;
mod table;

use super::Manifest;
use crate::found::{Carries, Found};
use table::{Entry, Table};
use tagledger_model::ScopeId;

/// The group of what composes resources from others.
pub(super) const COMPOSITIONS: &str = "apiextensions.crossplane.io";

/// Groups that configure the controllers themselves.
const CONFIGURING: &[&str] = &[
    COMPOSITIONS,
    "pkg.crossplane.io",
    "meta.pkg.crossplane.io",
    "protection.crossplane.io",
    "ops.crossplane.io",
    "secrets.crossplane.io",
    "core.cnrm.cloud.google.com",
    "customize.core.cnrm.cloud.google.com",
    "addons.cnrm.cloud.google.com",
];

/// Kinds by which a controller is told how to reach its cloud.
const CONFIGURATIONS: &[&str] = &["ProviderConfig", "ClusterProviderConfig", "ProviderConfigUsage", "StoreConfig"];

/// Tags, and where in the manifest they are.
pub(super) struct Shown {
    pub attribute: &'static str,
    pub found: Found,
}

/// A controller for one cloud.
pub(super) struct Controller {
    /// Whether a group is one of its own.
    pub has: fn(group: &str) -> bool,
    /// The cloud.
    pub cloud: &'static str,
    /// What is known of a kind; nothing for one that no table has.
    pub known: fn(manifest: &Manifest<'_>) -> Option<Entry>,
    /// What Terraform may call the kind, squeezed, the best name first. No name is better than one of another kind.
    pub terraform: fn(manifest: &Manifest<'_>) -> Vec<String>,
    /// The tags, by what is known of the kind.
    pub tags: fn(manifest: &Manifest<'_>, known: Option<Carries>) -> Shown,
    /// Whether the manifest makes anything.
    pub makes: fn(manifest: &Manifest<'_>) -> bool,
    /// Whether a kind makes resources that the manifest does not show.
    pub only_the_cloud_knows: fn(kind: &str) -> bool,
    /// The account, subscription or project.
    pub scope: fn(manifest: &Manifest<'_>, all: &[Manifest<'_>]) -> Option<ScopeId>,
}

static CONTROLLERS: &[&Controller] =
    &[&google_config_connector::CONTROLLER, &crossplane_aws::CONTROLLER, &crossplane_azure::CONTROLLER, &crossplane_google::CONTROLLER];

impl Controller {
    /// The controller of a group.
    fn of_group(group: &str) -> Option<&'static Self> {
        CONTROLLERS.iter().find(|controller| (controller.has)(group)).copied()
    }

    /// The controller of a kind; what configures a controller is no resource.
    pub fn of(group: &str, kind: &str) -> Option<&'static Self> {
        if CONFIGURATIONS.contains(&kind) { None } else { Self::of_group(group) }
    }

    /// Whether a text may hold manifests of one of them.
    pub fn is_named_in(text: &str) -> bool {
        text.contains(COMPOSITIONS) || groups(text).any(|group| Self::of_group(group).is_some())
    }
}

/// Whether nobody here knows what a controller of a group makes: it is none of Kubernetes' own, nor of those above.
pub(super) fn is_unknown(group: &str) -> bool {
    group.contains('.') && !group.ends_with(".k8s.io") && !CONFIGURING.contains(&group) && Controller::of_group(group).is_none()
}

/// The groups that the versions in a text name.
fn groups(text: &str) -> impl Iterator<Item = &str> {
    text.split("apiVersion").skip(1).filter_map(|rest| {
        let value = rest.trim_start_matches(['"', ':', ' ', '\'', '\t']);
        let group = value.split('/').next()?;
        group.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).then_some(group)
    })
}
