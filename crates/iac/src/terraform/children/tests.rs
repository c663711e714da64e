//! What resources make beside themselves, by plans of our own.

use crate::{Lacks, Options, PlanFile, Reading};
use serde_json::{Value, json};
use tagledger_model::{Further, Text};

/// A plan with one resource that is made, whose source sets these attributes, and whose provider has a default tag `D`.
fn read(kind: &str, after: &Value, unknown: &Value, expressions: &Value) -> Reading {
    let provider = kind.split('_').next().unwrap();
    let name = if provider == "azurerm" { "azurerm" } else { provider };
    read_plan(&json!({
        "resource_changes": [{
            "address": format!("{kind}.a"), "mode": "managed", "type": kind, "provider_name": format!("registry.terraform.io/hashicorp/{name}"),
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}
        }],
        "configuration": {
            "provider_config": {name: {"name": name, "expressions": {"default_tags": [{"tags": {"constant_value": {"D": "1"}}}]}}},
            "root_module": {"resources": [{"address": format!("{kind}.a"), "provider_config_key": name, "expressions": expressions}]}
        }
    }))
}

fn read_plan(plan: &Value) -> Reading {
    let file = PlanFile::from_bytes("plan.json", plan.to_string().into_bytes()).unwrap();
    let mut out = Reading::default();
    crate::read(&file, &Options::default(), &mut out).unwrap();
    out
}

/// Address, keys, further keys and patch place of every child that is judged.
fn judged(reading: &Reading) -> Vec<(String, String, Further, Option<String>)> {
    let child = |r: &tagledger_model::RawResource| {
        let planned = r.origin.planned().unwrap();
        let mut keys: Vec<&str> = r.tags.known().unwrap().iter().map(|tag| tag.key.as_str()).collect();
        keys.sort_unstable();
        (planned.address.to_string(), keys.join(" "), r.further.clone(), planned.tags_at.as_ref().map(|at| at.attribute.to_string()))
    };
    reading.resources.iter().skip(1).map(child).collect()
}

fn lacking(reading: &Reading) -> Vec<(&'static str, Lacks)> {
    reading.unseen.iter().map(|u| (u.what, u.lacks.clone())).collect()
}

fn of(address: &str, keys: &str, further: Further, at: Option<&str>) -> (String, String, Further, Option<String>) {
    (address.to_owned(), keys.to_owned(), further, at.map(str::to_owned))
}

fn keys(all: &[&str]) -> Vec<Text> {
    all.iter().map(|key| Text::new(key)).collect()
}

#[test]
fn volumes_that_nobody_tagged_are_told_and_not_judged() {
    let perhaps = |unknown: &Value, expressions: &Value| {
        let reading = read("aws_instance", &json!({"tags": {"A": "1"}, "volume_tags": null}), unknown, expressions);
        assert_eq!(judged(&reading), []);
        lacking(&reading)
    };
    // Default tags may reach them, by the provider's version.
    assert_eq!(perhaps(&json!({"root_block_device": true}), &json!({})), [("volumes", Lacks::AllBut(keys(&["D"])))]);
    // Old providers mark `volume_tags` whether or not anybody set them.
    let marked = |expressions: &Value| lacking(&read("aws_instance", &json!({"tags": {}}), &json!({"volume_tags": true}), expressions));
    assert_eq!(marked(&json!({})), [("volumes", Lacks::AllBut(keys(&["D"])))]);
    assert_eq!(marked(&json!({"volume_tags": {"references": ["x"]}})), [("volumes", Lacks::Unknown)]);
    // A launch template may have tags for them.
    let templated = read("aws_instance", &json!({"volume_tags": null, "launch_template": [{"name": "x"}]}), &json!({}), &json!({}));
    assert_eq!((judged(&templated).len(), lacking(&templated)), (0, vec![]));
    // A plan trimmed by hand does not say that there is nothing.
    assert_eq!(lacking(&read("aws_instance", &json!({"tags": {}}), &json!({}), &json!({}))), []);
}

#[test]
fn volumes_with_tags_are_resources() {
    let whole = read("aws_instance", &json!({"volume_tags": {"A": "1"}, "root_block_device": [{"tags": {}}]}), &json!({}), &json!({"volume_tags": {}}));
    assert_eq!(judged(&whole), [of("aws_instance.a.volume_tags", "A", Further::None, Some("volume_tags"))]);
    assert_eq!(lacking(&whole), []);
    let alone = read("aws_instance", &json!({"volume_tags": {"A": "1"}}), &json!({}), &json!({"volume_tags": {}}));
    assert_eq!(judged(&alone), [of("aws_instance.a.volume_tags", "A", Further::Keys(keys(&["D"])), Some("volume_tags"))]);
    let after = json!({"volume_tags": null, "root_block_device": [{"tags": {"A": "1"}}], "ebs_block_device": [{"device_name": "f", "tags": {}}, {"device_name": "g", "tags": null}]});
    let marks = json!({"root_block_device": [{"tags_all": true}], "ebs_block_device": [{"tags_all": true, "tags": {"B": true}}, {"tags_all": true}]});
    let blocks = read("aws_instance", &after, &marks, &json!({"ebs_block_device": [{"tags": {}}, {}]}));
    let each = [
        of("aws_instance.a.root_block_device[0]", "A D", Further::None, Some("root_block_device.tags")),
        // A line for one of two blocks would be written into the first.
        of("aws_instance.a.ebs_block_device[\"f\"]", "B D", Further::None, None),
    ];
    assert_eq!((judged(&blocks), lacking(&blocks)), (each.to_vec(), vec![("volumes", Lacks::AllBut(keys(&["D"])))]));
    // Versions without `tags_all` in a block have no default tags there.
    let old = read("aws_instance", &json!({"volume_tags": null, "root_block_device": [{"tags": {"A": "1"}}]}), &json!({}), &json!({}));
    assert_eq!(judged(&old)[0].1, "A");
    // An empty map is the user's where the source sets it, and the state's where not.
    let empty = |expressions: &Value| judged(&read("aws_instance", &json!({"root_block_device": [{"tags": {}}]}), &json!({}), expressions)).len();
    assert_eq!((empty(&json!({"root_block_device": [{"tags": {}}]})), empty(&json!({"root_block_device": [{}]}))), (1, 0));
    // A secret stays one.
    let mut secret = json!({"resource_changes": [{"address": "aws_instance.a", "change": {"actions": ["create"], "after": {"root_block_device": [{"tags": {"A": "hush"}}]}}}]});
    secret["resource_changes"][0]["change"]["after_sensitive"] = json!({"root_block_device": [{"tags": {"A": true}}]});
    assert_eq!(read_plan(&secret).resources[1].tags.known().unwrap()[0].value.known(), None);
}

#[test]
fn what_launches_from_a_template_or_a_group() {
    let specifications = json!({"tag_specifications": [{"resource_type": "instance", "tags": {"A": "1"}}, {"resource_type": "network-interface", "tags": {}}]});
    let template = read("aws_launch_template", &specifications, &json!({}), &json!({}));
    assert_eq!(judged(&template), [of("aws_launch_template.a.tag_specifications[0]", "A", Further::Any, None)]);
    assert_eq!(lacking(&template), [("volumes", Lacks::AllBut(vec![]))]);
    let open = read("aws_launch_template", &json!({}), &json!({"tag_specifications": true}), &json!({}));
    assert_eq!(lacking(&open), []);
    let tag = |key: &str, hands_on: Value| json!({"key": key, "value": "1", "propagate_at_launch": hands_on});
    let group = |name: &str, tags: Value| lacking(&read("aws_autoscaling_group", &json!({name: tags}), &json!({}), &json!({})));
    assert_eq!(group("tag", json!([tag("A", json!(true)), tag("B", json!(false))])), [("instances", Lacks::These(keys(&["B"])))]);
    assert_eq!(group("tags", json!([tag("A", json!("true")), tag("B", json!("false"))])), [("instances", Lacks::These(keys(&["B"])))]);
    assert_eq!(group("tag", json!([tag("A", json!(true)), tag("B", Value::Null)])), []);
}

#[test]
fn tasks_and_node_pools() {
    let service = |word: Value, unknown: Value| lacking(&read("aws_ecs_service", &json!({"tags": {}, "propagate_tags": word}), &unknown, &json!({}))).len();
    assert_eq!([service(Value::Null, json!({})), service(json!("NONE"), json!({})), service(json!("SERVICE"), json!({}))], [1, 1, 0]);
    assert_eq!([service(json!("TASK_DEFINITION"), json!({})), service(Value::Null, json!({"propagate_tags": true}))], [0, 0]);
    let azure = |tags: Value| read("azurerm_kubernetes_cluster", &json!({"tags": {"A": "1"}, "default_node_pool": [{"tags": tags}]}), &json!({}), &json!({}));
    assert_eq!(
        judged(&azure(json!({"B": "1"}))),
        [of("azurerm_kubernetes_cluster.a.default_node_pool[0]", "B", Further::None, Some("default_node_pool.tags"))]
    );
    assert_eq!(lacking(&azure(Value::Null)), [("node pools", Lacks::AllBut(vec![]))]);
    let written = json!({"node_config": [{}], "node_pool": [{}]});
    let google = |removed: bool, expressions: &Value| {
        let pool = json!([{"node_config": [{"resource_labels": {"c": "1"}}]}]);
        let after =
            json!({"resource_labels": {"a": "1"}, "remove_default_node_pool": removed, "node_config": [{"resource_labels": {"b": "1"}}], "node_pool": pool});
        let reading = read("google_container_cluster", &after, &json!({}), expressions);
        assert_eq!(lacking(&reading), []);
        judged(&reading)
    };
    let pool = of("google_container_cluster.a.node_pool[0]", "a c", Further::None, Some("node_pool.node_config.resource_labels"));
    let first = of("google_container_cluster.a.node_config[0]", "a b", Further::None, Some("node_config.resource_labels"));
    assert_eq!(google(false, &written), [pool.clone(), first]);
    assert_eq!(google(true, &written), [pool]);
    // Blocks that only the state has are what other resources make.
    assert_eq!(google(false, &json!({})), []);
}

#[test]
fn a_child_answers_for_its_own_tags() {
    let plan = |before: Value, after: Value| {
        let side = |own: &str, child: Value| json!({"id": "i", "tags": {"A": own}, "root_block_device": [child]});
        let change = json!({"actions": ["update"], "before": side("1", before), "after": side("2", after), "after_unknown": {}});
        let reading = read_plan(&json!({"resource_changes": [{"address": "aws_instance.a[\"k\"]", "previous_address": "aws_instance.b", "change": change}]}));
        let planned = reading.resources[1].origin.planned().unwrap();
        let shown = judged(&reading)[0].1.clone();
        (planned.action.word(), planned.previous.as_ref().map(ToString::to_string), shown)
    };
    let previous = || Some("aws_instance.b.root_block_device[0]".to_owned());
    let old = json!({"tags": {"A": "1"}, "tags_all": {"A": "1"}});
    assert_eq!(plan(old.clone(), old.clone()), ("update", previous(), "A".to_owned()));
    // The merged attribute is a copy of the state's.
    assert_eq!(plan(old, json!({"tags": {"B": "1"}, "tags_all": {"A": "1"}})), ("retag", previous(), "B".to_owned()));
}
