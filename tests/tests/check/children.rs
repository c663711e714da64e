//! What resources make beside themselves: judged where the plan shows it, a note where not. The plan is `tests/plans/children.json`.

use super::{found, gate};
use serde_json::{Value, json};
use tagledger_tests::{Desk, TAXONOMY, root};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk.put("plan.json", std::fs::read(root().join("tests/plans/children.json")).unwrap());
    desk
}

fn notes(gate: &Value) -> Vec<&str> {
    gate["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect()
}

#[test]
fn children_with_tags_are_judged_under_their_place() {
    let gate = gate(&desk(), "");
    let address = |f: &Value| gate["resources"][usize::try_from(f["resource"].as_u64().unwrap()).unwrap()].clone();
    let findings = gate["findings"].as_array().unwrap();
    let of = |standing: &str| -> Vec<(String, String)> {
        let all = findings.iter().filter(|f| f["standing"] == standing).map(address);
        all.map(|r| (r["address"].as_str().unwrap().to_owned(), r["action"].as_str().unwrap().to_owned())).collect()
    };
    let is = |address: &str, action: &str| (address.to_owned(), action.to_owned());
    let failing = [
        is("aws_instance.blocks[0].root_block_device[0]", "create"),
        is("aws_instance.volume.root_block_device[0]", "retag"),
        is("azurerm_kubernetes_cluster.pool.default_node_pool[0]", "create"),
    ];
    assert_eq!(of("failing"), failing, "{:?}", found(&gate));
    assert_eq!(of("undetermined"), [is("aws_launch_template.web.tag_specifications[0]", "create")]);
    // What the state says of a volume that nobody touches is debt.
    let old = |name: &str| is(&format!("aws_instance.{name}.root_block_device[0]"), "update");
    assert_eq!(of("debt"), [old("old"), old("old"), old("imported"), old("imported")]);
    let blocks = gate["resources"].as_array().unwrap().iter().find(|r| r["address"] == "aws_instance.blocks[0].root_block_device[0]").unwrap();
    assert_eq!((&blocks["block"], &blocks["kind"]), (&json!("aws_instance.blocks.root_block_device[0]"), &json!("aws_ebs_volume")));
}

#[test]
fn children_without_tags_are_notes_and_fail_nothing() {
    let desk = desk();
    let all = gate(&desk, "");
    let said = [
        "plan.json: 2 instances give their volumes no Environment, no Application (aws_instance.plain, aws_instance.blocks[0]): write `volume_tags`, or `tags` in the block of each volume",
        "plan.json: 1 instance gives its volumes tags that only the deploy knows (aws_instance.open): they are not judged",
        "plan.json: 1 launch template gives its instances no Environment, no Application (aws_launch_template.bare): write `tag_specifications` with `resource_type = \"instance\"`, unless what launches from it hands on its own tags",
        "plan.json: 1 launch template gives its volumes no Environment, no Application (aws_launch_template.bare): write `tag_specifications` with `resource_type = \"volume\"`",
        "plan.json: 1 auto scaling group gives its instances no Application (aws_autoscaling_group.web): write `propagate_at_launch = true`, unless their launch template has it",
        "plan.json: 1 service gives its tasks no Environment, no Application (aws_ecs_service.alone): write `propagate_tags = \"SERVICE\"`",
        "plan.json: 1 cluster gives its node pools no Environment, no Application (azurerm_kubernetes_cluster.plain): write `tags` in `default_node_pool`",
    ];
    assert_eq!(notes(&all)[..7], said);
    // Five that are alike are one note, and on what is only kept there is none.
    let mut plan: Value = serde_json::from_str(&std::fs::read_to_string(root().join("tests/plans/children.json")).unwrap()).unwrap();
    let one = plan["resource_changes"][0].clone();
    let named = |n: usize, action: &str| {
        let mut one = one.clone();
        one["address"] = json!(format!("aws_instance.plain[{n}]"));
        one["change"]["actions"] = json!([action]);
        one
    };
    plan["resource_changes"] = (0..5).map(|n| named(n, "create")).chain([named(5, "no-op")]).collect();
    desk.put("plan.json", plan.to_string());
    let done = desk.call("check plan.json").exits(0);
    assert!(
        done.out.contains(
            "5 instances give their volumes no Environment, no Application (aws_instance.plain[0], aws_instance.plain[1], aws_instance.plain[2] and 2 more)"
        ),
        "{}",
        done.out
    );
    assert_eq!(done.out.matches("note: ").count(), 1, "{}", done.out);
    // Default tags reach volumes, if the version is new enough: nothing is sure to be missing.
    desk.put("taxonomy.yaml", "version: 1\nkeys:\n  ManagedBy: { required: true }\n");
    assert_eq!(desk.call("check plan.json").exits(0).out.matches("note: ").count(), 0);
    // Neither is what nobody requires, what an account may lend, and what has a default.
    for key in ["Team: {}", "Team: { required: true, inherit: [scope] }", "Team: { required: true, default: shop }"] {
        desk.put("taxonomy.yaml", format!("version: 1\nkeys:\n  {key}\n"));
        let done = desk.call("check plan.json").exits(0);
        assert!(!done.out.contains("give their volumes"), "{key}: {}", done.out);
    }
}

#[test]
fn a_child_is_mended_within_the_block_that_makes_it() {
    let desk = desk();
    desk.put(
        "main.tf",
        "resource \"aws_instance\" \"blocks\" {\n  count = 1\n  root_block_device {\n    tags = {\n      Environment = \"production\"\n    }\n  }\n  ebs_block_device {\n    device_name = \"/dev/sdg\"\n  }\n}\n",
    );
    let done = desk.call("check plan.json").exits(1);
    let told = "main.tf:1:1: aws_instance.blocks[0].root_block_device[0] (create, plan.json)\n  error[missing-required-key] `Application` is missing\n";
    assert!(done.out.contains(told), "{}", done.out);
    assert!(done.out.contains("+       Application = \"<Application>\" # choose one\n"), "{}", done.out);
}

#[test]
fn templates_have_notes_as_well() {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    let tags = "Tags: [{Key: Environment, Value: prod}, {Key: Application, Value: shop}]";
    desk.put("t.yaml", format!("Resources:\n  A: {{Type: 'AWS::EC2::Instance', Properties: {{{tags}}}}}\n  S: {{Type: 'AWS::ECS::Service', Properties: {{{tags}, PropagateTags: SERVICE}}}}\n"));
    let done = desk.call("check t.yaml --format json").exits(0);
    let said = "t.yaml: 1 instance gives its volumes no Environment, no Application (A): write `PropagateTagsToVolumeOnCreation: true`";
    assert_eq!(notes(&serde_json::from_str(&done.out).unwrap()), [said]);
}
