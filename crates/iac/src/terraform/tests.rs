//! What plans say, by plans of our own.

use super::*;
use crate::PlanFile;
use serde_json::json;
use tagledger_model::Further;

fn read(plan: &Value) -> Reading {
    let file = PlanFile::from_bytes("plan.json", plan.to_string().into_bytes()).unwrap();
    let mut out = Reading::default();
    crate::read(&file, &Options::default(), &mut out).unwrap();
    out
}

fn change(after: &Value, unknown: &Value, more: Value) -> Value {
    let mut change = json!({
        "address": "aws_thing.a", "mode": "managed", "type": "aws_thing", "name": "a", "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}
    });
    if let (Some(all), Value::Object(more)) = (change.as_object_mut(), more) {
        all.extend(more);
    }
    change
}

fn one(after: &Value, unknown: &Value, configuration: &Value) -> RawResource {
    let plan = json!({"format_version": "1.2", "resource_changes": [change(after, unknown, json!({}))], "configuration": configuration});
    read(&plan).resources.remove(0)
}

fn configured(tags: bool, defaults: &Value) -> Value {
    let expressions = if tags { json!({"tags": {"references": ["local.tags"]}}) } else { json!({}) };
    json!({
        "provider_config": {"aws": {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws", "expressions": defaults}},
        "root_module": {"resources": [{"address": "aws_thing.a", "mode": "managed", "provider_config_key": "aws", "expressions": expressions}]}
    })
}

fn shown(resource: &RawResource) -> (Vec<String>, Further) {
    let mut tags: Vec<String> = resource.tags.known().unwrap().iter().map(|t| format!("{}={}", t.key, t.value.known().map_or("?", Text::as_str))).collect();
    tags.sort();
    (tags, resource.further.clone())
}

#[track_caller]
fn says(resource: &RawResource, tags: &[&str], further: Further) {
    assert_eq!(shown(resource), (tags.iter().map(|t| (*t).to_owned()).collect(), further));
}

#[test]
fn unset_is_not_unknown() {
    let bare = configured(false, &json!({}));
    // Nothing is set, and the provider marks the merged attribute all the same.
    says(&one(&json!({"tags": null}), &json!({"tags_all": true}), &bare), &[], Further::None);
    // The source sets it, and what it sets is known only after apply.
    says(&one(&json!({}), &json!({"tags": true, "tags_all": true}), &configured(true, &json!({}))), &[], Further::Any);
    // The source does not set it: a computed attribute is marked though it is empty.
    says(&one(&json!({}), &json!({"tags": true}), &bare), &[], Further::None);
    // A value that is not known yet is a tag all the same, and a null one is none.
    let some = one(&json!({"tags": {"A": "x", "N": null}}), &json!({"tags": {"B": true}, "tags_all": true}), &configured(true, &json!({})));
    says(&some, &["A=x", "B=?"], Further::None);
}

#[test]
fn defaults_are_read_or_learnt() {
    let constant = configured(false, &json!({"default_tags": [{"tags": {"constant_value": {"D": "1", "A": "no"}}}]}));
    says(&one(&json!({"tags": {"A": "x"}}), &json!({"tags_all": true}), &constant), &["A=x", "D=1"], Further::None);
    says(&one(&json!({"tags": null, "tags_all": {"M": "1"}}), &json!({}), &constant), &["M=1"], Further::None);
    let expression = json!({"default_tags": [{"tags": {"references": ["module.names.tags", "module.names"]}}]});
    says(&one(&json!({"tags": {"A": "x"}}), &json!({"tags_all": true}), &configured(false, &expression)), &["A=x"], Further::Any);
    // A sibling shows what the provider adds, but for the key that it sets itself.
    let mut configuration = configured(true, &expression);
    configuration["root_module"]["resources"].as_array_mut().unwrap().push(json!({"address": "aws_thing.b", "provider_config_key": "aws", "expressions": {}}));
    let sibling = change(&json!({"tags": {"A": "y"}, "tags_all": {"A": "y", "D": "2"}}), &json!({}), json!({"address": "aws_thing.b", "name": "b"}));
    let asked = change(&json!({"tags": {}}), &json!({"tags_all": true}), json!({}));
    let reading = read(&json!({"resource_changes": [asked, sibling], "configuration": configuration}));
    says(&reading.resources[0], &["D=2"], Further::Keys(vec!["A".into()]));
    let variable = json!({"default_tags": [{"tags": {"references": ["var.tags"]}}]});
    let plan = json!({
        "variables": {"tags": {"value": {"V": "3"}}}, "configuration": configured(false, &variable),
        "resource_changes": [change(&json!({"tags": null}), &json!({"tags_all": true}), json!({}))],
    });
    says(&read(&plan).resources[0], &["V=3"], Further::None);
}

#[test]
fn an_alias_has_its_own_defaults_and_a_module_inherits() {
    let providers = json!({
        "aws": {"name": "aws", "expressions": {}},
        "aws.west": {"name": "aws", "alias": "west", "expressions": {"default_tags": [{"tags": {"constant_value": {"W": "1"}}}]}}
    });
    let configuration = |key: &str| {
        let inner = json!({"resources": [{"address": "aws_thing.a", "provider_config_key": key, "expressions": {}}]});
        json!({"provider_config": providers, "root_module": {"module_calls": {"m": {"source": "./m", "module": inner}}}})
    };
    let asked = change(&json!({"tags": null}), &json!({"tags_all": true}), json!({"address": "module.m[\"k.1\"].aws_thing.a[0]"}));
    for (key, tags) in [("aws.west", &["W=1"][..]), ("aws", &[]), ("module.m:aws.west", &["W=1"]), ("module.x.module.m:aws.west", &["W=1"])] {
        let reading = read(&json!({"resource_changes": [asked], "configuration": configuration(key)}));
        says(&reading.resources[0], tags, Further::None);
        assert_eq!(reading.resources[0].origin.planned().unwrap().module.as_deref(), Some("module.m[\"k.1\"]"));
    }
}

#[test]
fn every_combination_of_actions_has_a_meaning() {
    let with = |actions: Value, more: Value| {
        let mut c = change(&json!({"tags": {"A": "1"}, "name": "n"}), &json!({}), json!({}));
        c["change"]["actions"] = actions;
        c["change"]["before"] = json!({"tags": {"A": "1"}, "name": "m"});
        if let (Some(all), Value::Object(more)) = (c["change"].as_object_mut(), more) {
            all.extend(more);
        }
        read(&json!({"resource_changes": [c]})).resources.first().map(|r| r.origin.planned().unwrap().action)
    };
    for (actions, action) in [
        (json!(["create"]), Some(Action::Create)),
        (json!(["delete", "create"]), Some(Action::Replace)),
        (json!(["create", "delete"]), Some(Action::Replace)),
        (json!(["create", "forget"]), Some(Action::Replace)),
        (json!(["forget", "create"]), Some(Action::Replace)),
        (json!(["update"]), Some(Action::Update)),
        (json!(["no-op"]), Some(Action::Keep)),
        (json!(["something-new"]), Some(Action::Keep)),
        (json!(["read"]), None),
        (json!(["delete"]), None),
        (json!(["forget"]), None),
    ] {
        assert_eq!(with(actions.clone(), json!({})), action, "{actions}");
    }
    assert_eq!(with(json!(["no-op"]), json!({"importing": {"id": "x"}})), Some(Action::Import));
    assert_eq!(with(json!(["update"]), json!({"before": {"tags": {}}})), Some(Action::Retag));
    assert_eq!(with(json!(["update"]), json!({"after_unknown": {"tags": {"B": true}}})), Some(Action::Retag));
    assert_eq!(with(json!(["delete"]), json!({"after": null})), None);
}

#[test]
fn other_places_of_tags() {
    let google = |kind: &str, after: Value, unknown: Value| {
        let c = change(&after, &unknown, json!({"address": format!("{kind}.a"), "type": kind, "provider_name": "registry.terraform.io/hashicorp/google"}));
        let configuration = json!({"provider_config": {"google": {"name": "google", "expressions": {}}}, "root_module": {"resources": [{"address": format!("{kind}.a"), "expressions": {}}]}});
        read(&json!({"resource_changes": [c], "configuration": configuration})).resources.remove(0)
    };
    says(
        &google("google_x", json!({"labels": {"a": "1"}, "effective_labels": {"a": "1", "goog-terraform-provisioned": "true"}}), json!({})),
        &["a=1", "goog-terraform-provisioned=true"],
        Further::None,
    );
    says(&google("google_sql_database_instance", json!({"settings": [{"user_labels": {"s": "1"}}]}), json!({})), &["s=1"], Further::None);
    says(&google("google_container_cluster", json!({"resource_labels": {"r": "1"}}), json!({})), &["r=1"], Further::None);
    says(
        &google("google_cloud_run_service", json!({"metadata": [{"labels": {"m": "1"}}]}), json!({"metadata": [{"effective_labels": true}]})),
        &["m=1"],
        Further::None,
    );
    let never = google("google_logging_metric", json!({"labels": {"no": "1"}}), json!({}));
    assert_eq!((shown(&never).0.len(), never.taggable), (0, Taggable::No));
    let group = change(
        &json!({"id": null, "name": "g", "min_size": 1, "tag": [{"key": "K", "value": "v", "propagate_at_launch": true}, {"key": "U", "value": null}]}),
        &json!({"tag": [{}, {"value": true}]}),
        json!({"type": "aws_autoscaling_group"}),
    );
    says(&read(&json!({"resource_changes": [group]})).resources[0], &["K=v", "U=?"], Further::None);
}

#[test]
fn secrets_and_types_without_tags() {
    let mut secret = change(&json!({"tags": {"A": "hush", "B": "b"}}), &json!({}), json!({}));
    secret["change"]["after_sensitive"] = json!({"tags": {"A": true}});
    says(&read(&json!({"resource_changes": [secret]})).resources[0], &["A=?", "B=b"], Further::None);
    secret["change"]["after_sensitive"] = json!(true);
    says(&read(&json!({"resource_changes": [secret]})).resources[0], &["A=?", "B=?"], Further::None);
    let whole = change(&json!({"id": "x", "policy": "p", "role": "r"}), &json!({}), json!({}));
    assert_eq!(read(&json!({"resource_changes": [whole]})).resources[0].taggable, Taggable::No);
    let trimmed = change(&json!({"policy": "p"}), &json!({}), json!({}));
    assert_eq!(read(&json!({"resource_changes": [trimmed]})).resources[0].taggable, Taggable::Unknown);
    let words = change(&json!({"id": "x", "name": "n", "tags": ["a", "b"]}), &json!({}), json!({}));
    assert_eq!(read(&json!({"resource_changes": [words]})).resources[0].taggable, Taggable::No);
}

#[test]
fn what_a_plan_leaves_out_is_a_gap() {
    let plan = json!({
        "format_version": "1.2", "complete": false, "resource_changes": [],
        "deferred_changes": [{"reason": "instance_count_unknown", "resource_change": {"address": "aws_thing.later"}}]
    });
    let gaps = read(&plan).gaps;
    assert!(gaps[0].contains("not complete") && gaps[1].contains("aws_thing.later is deferred (instance_count_unknown)"), "{gaps:?}");
    for (plan, said) in [
        (json!({"format_version": "2.0", "resource_changes": []}), "format 2.0"),
        (json!({"format_version": "1.2", "errored": true, "resource_changes": []}), "errored"),
        (json!({"resource_changes": {"a": 1}}), "a list of changes"),
        (json!({"version": 4, "serial": 1, "lineage": "x", "resources": []}), "state file"),
    ] {
        let file = PlanFile::from_bytes("p", plan.to_string().into_bytes()).unwrap();
        let error = crate::read(&file, &Options::default(), &mut Reading::default()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn a_type_that_a_trimmed_plan_does_not_describe_is_looked_up() {
    let of = |kind: &str, after: Value| {
        let change = change(&after, &json!({}), json!({"address": format!("{kind}.a"), "type": kind, "provider_name": null}));
        let read = read(&json!({"resource_changes": [change]})).resources.remove(0);
        (read.taggable, read.further, read.origin.planned().unwrap().tags_at.as_ref().map(|at| at.attribute.to_string()))
    };
    let labels = |at: &str| (Taggable::Yes, Further::None, Some(at.to_owned()));
    assert_eq!(of("aws_kinesis_stream", json!({"name": "x"})), labels("tags"));
    assert_eq!(of("google_sql_database_instance", json!({"name": "x"})), labels("settings.user_labels"));
    assert_eq!(of("azurerm_frontdoor_nosuch", json!({"name": "x"})).0, Taggable::Unknown);
    // A whole plan answers for itself.
    assert_eq!(of("aws_kinesis_stream", json!({"id": "x", "name": "x"})).0, Taggable::No);
}

/// A change of a type of a provider, `vendor/name`.
fn of(provider: &str, kind: &str, after: &Value, unknown: &Value) -> RawResource {
    let of_kind = json!({"address": format!("{kind}.a"), "type": kind, "provider_name": format!("registry.terraform.io/{provider}")});
    read(&json!({"format_version": "1.2", "resource_changes": [change(after, unknown, of_kind)]})).resources.remove(0)
}

#[test]
fn a_group_is_known_by_its_name_or_by_what_lies_in_it_or_not_yet() {
    let server = "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Sql/servers/s";
    let group = |kind: &str, after: Value, unknown: Value| {
        let provider = if kind.starts_with("azapi") { "azure/azapi" } else { "hashicorp/azurerm" };
        of(provider, kind, &after, &unknown).group.map(|group| group.to_string())
    };
    let (known, open) = (Some("/subscriptions/s/resourcegroups/rg".to_owned()), Some("/subscriptions/unknown/resourcegroups/(known after apply)".to_owned()));
    assert_eq!(group("azurerm_storage_account", json!({"resource_group_name": "RG"}), json!({})).as_deref(), Some("/subscriptions/unknown/resourcegroups/rg"));
    assert_eq!(group("azurerm_storage_account", json!({}), json!({"resource_group_name": true})), open);
    assert_eq!(group("azurerm_mssql_database", json!({"server_id": server}), json!({"sample_id": true})), known);
    assert_eq!(group("azurerm_mssql_database", json!({}), json!({"server_id": true})), open);
    assert_eq!(group("azurerm_resource_group", json!({"name": "rg"}), json!({"parent_id": true})), None);
    assert_eq!(group("azapi_resource", json!({"type": "A.B/c@1", "parent_id": "/subscriptions/S/resourceGroups/RG"}), json!({})), known);
    assert_eq!(group("azapi_resource", json!({"type": "A.B/c@1"}), json!({"parent_id": true})), open);
    assert_eq!(group("azapi_resource", json!({"type": "A.B/c@1", "parent_id": "/subscriptions/S"}), json!({})), None);
}

#[test]
fn what_is_no_resource_and_what_has_its_tags_from_elsewhere() {
    let tag = of("hashicorp/aws", "aws_autoscaling_group_tag", &json!({"id": null, "tag": [{"key": "A", "value": "x"}]}), &json!({}));
    assert_eq!(tag.taggable, Taggable::No);
    let from = of("hashicorp/google", "google_compute_instance_from_template", &json!({"labels": null}), &json!({"effective_labels": true}));
    says(&from, &[], Further::Any);
    let service = of("hashicorp/google", "google_cloud_run_service", &json!({"name": "s"}), &json!({"id": true, "metadata": true}));
    assert_eq!(service.taggable, Taggable::Yes);
    let pool = of("hashicorp/awscc", "awscc_cognito_user_pool", &json!({"user_pool_tags": {"A": "x"}}), &json!({"id": true}));
    says(&pool, &["A=x"], Further::None);
    let files = of("hashicorp/awscc", "awscc_efs_file_system", &json!({"file_system_tags": [{"key": "A", "value": "x"}]}), &json!({"id": true}));
    says(&files, &["A=x"], Further::None);
}
