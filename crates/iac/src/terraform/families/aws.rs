//! Plans with the providers `aws` and `awscc`.
//!
//! `tags_all` holds own tags and the provider's `default_tags` together; `awscc` has none, and its `tags` are a list or a map of the type's
//! own. Default tags do not reach auto scaling groups: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#default_tags-configuration-block>.

use super::super::change::Change;
use super::{Family, Lies, Reach, TagsAt, aws_children, constant, text};
use serde_json::{Map, Value};
use tagledger_model::{NativeId, ScopeId, TagSyntax, Text};

pub(super) static FAMILY: Family = Family {
    cloud: "aws",
    providers: &["aws", "awscc"],
    places: &[
        TagsAt { own: "tags", merged: &["tags_all"], syntax: TagSyntax::HclMap, defaults: Reach::Always, types: &[] },
        TagsAt { own: "tag", merged: &[], syntax: TagSyntax::HclBlocks, defaults: Reach::Never, types: &[] },
        // `awscc` calls them as CloudFormation does.
        of_cloud_control("access_point_tags"),
        of_cloud_control("backup_plan_tags"),
        of_cloud_control("backup_vault_tags"),
        of_cloud_control("bot_alias_tags"),
        of_cloud_control("bot_tags"),
        of_cloud_control("file_system_tags"),
        of_cloud_control("framework_tags"),
        of_cloud_control("health_check_tags"),
        of_cloud_control("hosted_zone_tags"),
        of_cloud_control("identity_pool_tags"),
        of_cloud_control("pipeline_tags"),
        of_cloud_control("report_plan_tags"),
        of_cloud_control("tiering_configuration_tags"),
        of_cloud_control("user_pool_tags"),
    ],
    // One tag of a group that something else has made is no resource.
    never: &["aws_inspector_resource_group", "aws_autoscaling_group_tag"],
    except: &[],
    defaulting: &["aws"],
    no_defaults: &["aws_autoscaling_group"],
    defaults_stand_in: false,
    partial: &[],
    defaults: &[("default_tags", Some("tags"))],
    live_id,
    scope,
    children: aws_children::children,
    lies: |_, _, _| Lies::Nowhere,
    group: |_, _| None,
    names_type: |_, _| None,
    container: |_, _| None,
};

/// A place of the provider `awscc`, which has no default tags.
const fn of_cloud_control(own: &'static str) -> TagsAt {
    TagsAt { own, merged: &[], syntax: TagSyntax::HclMap, defaults: Reach::Never, types: &[] }
}

fn live_id(_: &str, before: &Map<String, Value>) -> Option<NativeId> {
    text(before.get("arn")).filter(|arn| arn.starts_with("arn:")).map(NativeId::exact)
}

/// The account of the resource's own ARN, else the one that the provider is held to or assumes a role in.
fn scope(change: &Change, provider: Option<&Value>, variables: &Map<String, Value>) -> Option<ScopeId> {
    let of_arn = |arn: &str| arn.split(':').nth(4).filter(|account| account.len() == 12).map(Text::new);
    if let Some(account) = change.live_id.as_ref().and_then(|id| of_arn(&id.canonical)) {
        return Some(account);
    }
    let provider = provider?;
    let allowed = constant(provider.get("allowed_account_ids"), variables).and_then(Value::as_array);
    if let Some([Value::String(account)]) = allowed.map(Vec::as_slice) {
        return Some(Text::new(account));
    }
    let role = provider.get("assume_role").and_then(|role| role.get(0)).and_then(|role| role.get("role_arn"));
    text(constant(role, variables)).and_then(of_arn)
}
