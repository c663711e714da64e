//! Plans with the providers `google` and `google-beta`.
//!
//! `effective_labels` holds own labels, the provider's `default_labels` and those of the service; older versions have `terraform_labels`
//! only, or neither. Not everything that is called labels is one that reaches the bill.

use super::super::change::Change;
use super::{Family, Lies, Reach, TagsAt, constant, google_children, text};
use crate::asset_links;
use serde_json::{Map, Value};
use tagledger_model::{NativeId, ScopeId, TagSyntax, Text};

pub(super) static FAMILY: Family = Family {
    cloud: "gcp",
    providers: &["google", "google-beta"],
    places: &[
        TagsAt { own: "labels", merged: &["effective_labels", "terraform_labels"], syntax: TagSyntax::HclMap, defaults: Reach::Always, types: &[] },
        TagsAt { own: "resource_labels", merged: &["effective_labels", "terraform_labels"], syntax: TagSyntax::HclMap, defaults: Reach::Merged, types: &[] },
        TagsAt { own: "user_labels", merged: &[], syntax: TagSyntax::HclMap, defaults: Reach::Never, types: &[] },
        TagsAt { own: "settings.user_labels", merged: &[], syntax: TagSyntax::HclMap, defaults: Reach::Never, types: &["google_sql_database_instance"] },
        TagsAt { own: "node_config.resource_labels", merged: &[], syntax: TagSyntax::HclMap, defaults: Reach::Never, types: &["google_container_node_pool"] },
        TagsAt {
            own: "metadata.labels",
            merged: &["metadata.effective_labels", "metadata.terraform_labels"],
            syntax: TagSyntax::HclMap,
            defaults: Reach::Always,
            types: &["google_cloud_run_service"],
        },
    ],
    never: &["google_monitoring_metric_descriptor", "google_cloud_identity_group", "google_logging_metric", "google_billing_budget"],
    // What a channel calls labels is its configuration; its `user_labels` are the user's.
    defaulting: &["google", "google-beta"],
    no_defaults: &[],
    defaults_stand_in: false,
    // What is not set comes from the template or the image, with whatever labels that has.
    partial: &["google_compute_instance_from_template", "google_compute_instance_from_machine_image"],
    except: &[("google_monitoring_notification_channel", "labels")],
    defaults: &[("default_labels", None)],
    live_id,
    scope,
    children: google_children::children,
    lies: |_, _, _| Lies::Nowhere,
    group: |_, _| None,
    names_type: |_, _| None,
    container: |_, _| None,
};

fn live_id(kind: &str, before: &Map<String, Value>) -> Option<NativeId> {
    if kind == "google_storage_bucket" {
        return text(before.get("name")).map(asset_links::bucket);
    }
    text(before.get("self_link")).and_then(asset_links::asset)
}

fn scope(change: &Change, provider: Option<&Value>, variables: &Map<String, Value>) -> Option<ScopeId> {
    change.project.clone().or_else(|| text(constant(provider?.get("project"), variables)).map(Text::new))
}
