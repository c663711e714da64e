//! What templates and answers of what-if say, by ones of our own.

use crate::{Options, PlanError, PlanFile, Reading};
use serde_json::{Value, json};
use tagledger_model::{Action, Further, Observed, RawResource, Text};

fn try_read(plan: &Value, options: &Options<'_>) -> Result<Reading, PlanError> {
    let file = PlanFile::from_bytes("main.json", plan.to_string().into_bytes())?;
    let mut out = Reading::default();
    crate::read(&file, options, &mut out)?;
    Ok(out)
}

fn read(plan: &Value) -> Reading {
    try_read(plan, &Options::default()).unwrap()
}

fn template(resources: &Value) -> Value {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "parameters": {"tags": {"type": "object", "defaultValue": {"D": "1"}}, "env": {"type": "string"}},
        "variables": {"team": "core", "common": {"Owner": "[variables('team')]", "Stage": "[parameters('env')]"}, "nested": {"tags": {"N": "1"}}, "loop": "[variables('loop')]"},
        "resources": resources
    })
}

fn shown(resource: &RawResource) -> (Vec<String>, Further) {
    let mut tags: Vec<String> = resource.tags.known().unwrap().iter().map(|t| format!("{}={}", t.key, t.value.known().map_or("?", Text::as_str))).collect();
    tags.sort();
    (tags, resource.further.clone())
}

#[track_caller]
fn says(tags: &Value, expected: &[&str], further: Further) {
    let read = read(&template(&json!([{"type": "Microsoft.Web/sites", "name": "a", "location": "x", "tags": tags}])));
    assert_eq!(shown(&read.resources[0]), (expected.iter().map(|t| (*t).to_owned()).collect(), further), "{tags}");
}

#[test]
fn expressions_are_followed_as_far_as_no_deploy_can_change_them() {
    says(&json!("[variables('common')]"), &["Owner=core", "Stage=?"], Further::None);
    says(&json!("[VARIABLES('NESTED').tags]"), &["N=1"], Further::None);
    says(&json!("[variables('nested')['tags']]"), &["N=1"], Further::None);
    // Whoever deploys may hand over another object, whatever the default is.
    says(&json!("[parameters('tags')]"), &[], Further::Any);
    // Of two objects with one key the last counts, and one that is not known may hold it.
    says(
        &json!("[union(variables('common'), createObject('Owner', 'web', 'X', concat('a', variables('team'))))]"),
        &["Owner=web", "Stage=?", "X=acore"],
        Further::None,
    );
    says(&json!("[union(variables('nested').tags, parameters('tags'))]"), &["N=?"], Further::Any);
    says(&json!("[union(parameters('tags'), variables('nested').tags)]"), &["N=1"], Further::Any);
    says(&json!("[if(equals(parameters('env'), 'x'), variables('nested').tags, createObject('M', '1'))]"), &[], Further::Keys(vec!["N".into(), "M".into()]));
    says(&json!("[if(true(), variables('nested').tags, createObject('N', '2'))]"), &["N=?"], Further::None);
    says(&json!("[shallowMerge(createArray(variables('nested').tags, createObject('N', '2')))]"), &["N=2"], Further::None);
    says(&json!("[coalesce(tryGet(variables('nested'), 'labels'), createObject('F', format('{0}-{1}', variables('team'), 1)))]"), &["F=core-1"], Further::None);
    says(&json!("[coalesce(tryGet(parameters('tags'), 'x'), createObject('F', '1'))]"), &[], Further::Any);
    says(&json!("[tryGet(variables('nested'), 'labels')]"), &[], Further::None);
    says(&json!("[reference('x').tags]"), &[], Further::Any);
    says(&json!("[variables('loop')]"), &[], Further::Any);
    says(&json!("[variables('nowhere')]"), &[], Further::Any);
    says(&json!(null), &[], Further::None);
    says(&json!({"[parameters('env')]": "x", "[[K]": "[[v]", "N": 5, "Z": null}), &["N=5", "[K]=[v]"], Further::Any);
}

#[test]
fn groups_lend_to_what_is_deployed_into_them_and_scopes_are_kept() {
    let inner = json!({"resources": [{"type": "Microsoft.Web/sites", "name": "in", "location": "x"}]});
    let deployment = json!({"type": "Microsoft.Resources/deployments", "name": "d", "resourceGroup": "[variables('team')]",
        "properties": {"expressionEvaluationOptions": {"scope": "inner"}, "template": inner}});
    let group = json!({"type": "Microsoft.Resources/resourceGroups", "name": "core", "location": "x", "tags": {"A": "1"}});
    let linked = json!({"type": "Microsoft.Resources/deployments", "name": "l", "properties": {"templateLink": {"uri": "https://x"}}});
    let options = Options { scope: Some("11111111-2222-3333-4444-555555555555".into()), ..Options::default() };
    let read = try_read(&template(&json!([deployment, group, linked])), &options).unwrap();
    assert_eq!(read.containers.len(), 1);
    assert_eq!(read.resources[0].group.as_ref(), Some(&read.containers[0].id));
    assert_eq!(read.resources[0].origin.planned().unwrap().address, "Microsoft.Resources/deployments/d > Microsoft.Web/sites/in");
    assert!(read.gaps.len() == 1 && read.gaps[0].contains("lies elsewhere"), "{:?}", read.gaps);
}

#[test]
fn lines_are_those_of_the_template() {
    let text = serde_json::to_string_pretty(&template(&json!([{"type": "Microsoft.Web/sites", "name": "a", "location": "x"}]))).unwrap();
    let file = PlanFile::from_bytes("t/main.json", text.clone().into_bytes()).unwrap();
    let mut out = Reading::default();
    crate::read(&file, &Options::default(), &mut out).unwrap();
    let place = out.resources[0].origin.planned().unwrap().place.clone().unwrap();
    let line = text.lines().nth(place.line as usize - 1).unwrap();
    assert!(line.trim() == "{" && text.lines().nth(place.line as usize).unwrap().contains("location"), "{place}");
}

#[test]
fn what_if_says_what_is_and_will_be() {
    let id = |name: &str| format!("/subscriptions/AAAA/resourceGroups/RG/providers/Microsoft.Storage/storageAccounts/{name}");
    let change = |name: &str, kind: &str, before: Value, after: Value| json!({"resourceId": id(name), "changeType": kind, "before": before, "after": after});
    let with = |tags: Value| json!({"type": "Microsoft.Storage/storageAccounts", "location": "x", "tags": tags});
    let read = read(&json!({"status": "Succeeded", "error": null, "properties": {
        "changes": [
            change("new", "Create", json!(null), with(json!({"A": "x", "B": "[reference('y')]"}))),
            change("tagged", "Modify", with(json!({"A": "1"})), with(json!({}))),
            change("sized", "Modify", with(json!(null)), with(json!({}))),
            change("gone", "Delete", with(json!({})), json!(null)),
            change("odd", "Unsupported", json!(null), json!(null)),
            {"resourceId": "/subscriptions/AAAA/resourceGroups/RG", "changeType": "NoChange", "after": {"tags": {"G": "1"}}}
        ],
        "potentialChanges": [change("maybe", "Create", json!(null), with(json!({})))]
    }}));
    let actions: Vec<Action> = read.resources.iter().map(|r| r.origin.planned().unwrap().action).collect();
    assert_eq!(actions, [Action::Create, Action::Retag, Action::Update, Action::Create, Action::Keep, Action::Create]);
    assert_eq!(shown(&read.resources[0]), (vec!["A=x".to_owned(), "B=?".to_owned()], Further::None));
    assert_eq!([3, 5].map(|at| read.resources[at].further.clone()), [Further::Any, Further::Any]);
    assert_eq!(read.resources[1].origin.planned().unwrap().id.as_ref().unwrap().canonical, id("tagged").to_lowercase());
    assert_eq!((read.containers.len(), read.resources[0].group.as_ref()), (1, Some(&read.containers[0].id)));
    assert!(matches!(&read.containers[0].tags, Observed::Known(tags) if tags.len() == 1));
}

#[test]
fn a_failed_what_if_is_refused() {
    let failed = json!({"status": "Failed", "error": {"code": "InvalidTemplate", "message": "no such parameter"}, "changes": null});
    let said = try_read(&failed, &Options::default()).unwrap_err().to_string();
    assert!(said.contains("no such parameter") && said.starts_with("main.json:1:1"), "{said}");
}

#[test]
fn what_a_module_is_not_handed_is_null_where_it_may_be() {
    let inner = json!({"parameters": {"tags": {"type": "object", "nullable": true}, "must": {"type": "object"}}, "resources": [
        {"type": "Microsoft.Web/sites", "name": "a", "tags": "[parameters('tags')]"},
        {"type": "Microsoft.Web/sites", "name": "b", "tags": "[parameters('must')]"}
    ]});
    let module =
        json!({"type": "Microsoft.Resources/deployments", "name": "d", "properties": {"expressionEvaluationOptions": {"scope": "inner"}, "template": inner}});
    let read = read(&template(&json!([module])));
    assert_eq!(read.resources.iter().map(|r| r.further.clone()).collect::<Vec<_>>(), [Further::None, Further::Any]);
}

#[test]
fn variables_that_name_one_another_end() {
    let chain: serde_json::Map<String, Value> = (0..40)
        .map(|n| {
            (
                format!("a{n}"),
                json!(if n == 0 { "[createObject('A', '1')]".to_owned() } else { format!("[union(variables('a{0}'), variables('a{0}'))]", n - 1) }),
            )
        })
        .collect();
    let mut plan = template(&json!([
        {"type": "Microsoft.Web/sites", "name": "a", "tags": "[variables('a39')]"},
        {"type": "Microsoft.Web/sites", "name": "[variables('t')]", "tags": "[variables('a')]"}
    ]));
    plan["variables"] = json!(chain);
    plan["variables"]["a"] = json!("[union(variables('a'), variables('a'), variables('a'))]");
    plan["variables"]["t"] = json!("[concat(variables('t'), variables('t'), 'x')]");
    let read = read(&plan);
    assert_eq!(read.resources.iter().map(|r| r.further.clone()).collect::<Vec<_>>(), [Further::Any, Further::Any]);
}

#[test]
fn node_pools_have_their_tags_among_their_properties() {
    let pool = json!({"type": "Microsoft.ContainerService/managedClusters/agentPools", "name": "c/p", "properties": {"tags": {"A": "1"}}});
    assert_eq!(shown(&read(&template(&json!([pool]))).resources[0]).0, ["A=1"]);
    let id = "/subscriptions/a/resourceGroups/r/providers/Microsoft.ContainerService/managedClusters/c/agentPools/p";
    let change = json!({"resourceId": id, "changeType": "Create", "after": {"properties": {"tags": {"A": "1", "Z": null}}}});
    assert_eq!(shown(&read(&json!({"changes": [change]})).resources[0]).0, ["A=1"]);
}

#[test]
fn tags_that_are_resources_of_their_own_lie_over_others() {
    let id = "/subscriptions/a/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/s";
    let own = json!({"resourceId": id, "changeType": "Create", "after": {"tags": {"A": "1", "B": "1"}}});
    let over = json!({"resourceId": format!("{id}/providers/Microsoft.Resources/tags/default"), "changeType": "Create", "after": {"properties": {"tags": {"B": "2"}}}});
    let read_both = read(&json!({"changes": [over, own]}));
    assert_eq!((read_both.resources.len(), shown(&read_both.resources[0]).0), (1, vec!["A=1".to_owned(), "B=2".to_owned()]));
    let tags = json!({"type": "Microsoft.Resources/tags", "name": "default", "scope": "[resourceId('x', 's')]", "properties": {"tags": {"A": "1"}}});
    let site = json!({"type": "Microsoft.Web/sites", "name": "a"});
    let read = read(&template(&json!([tags, site])));
    assert_eq!((read.resources.len(), read.resources[0].further.clone()), (1, Further::Any));
}

#[test]
fn what_what_if_could_not_see_is_a_gap() {
    let nested = json!({"resourceId": "/subscriptions/a/resourceGroups/r/providers/Microsoft.Resources/deployments/n", "changeType": "Ignore"});
    let unresolved =
        json!({"resourceId": "[extensionResourceId('/subscriptions/a', 'Microsoft.Authorization/roleAssignments', guid('x'))]", "changeType": "Unsupported"});
    let diagnostic = json!({"level": "Warning", "code": "NestedDeploymentShortCircuited", "message": "skipped"});
    let read = read(&json!({"changes": [nested, unresolved], "diagnostics": [diagnostic]}));
    assert!(read.gaps.len() == 2 && read.gaps[0].contains("skipped") && read.gaps[1].contains("was not looked into"), "{:?}", read.gaps);
    assert_eq!(read.resources[0].kind, "microsoft.authorization/roleassignments");
}

#[test]
fn what_may_be_laid_over_leaves_open_what_is_not_seen() {
    let id = "/subscriptions/a/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/s";
    let over = json!({"resourceId": format!("{id}/providers/Microsoft.Resources/tags/default"), "changeType": "Create", "after": {"properties": {"tags": {"B": "2"}}}});
    let own = json!({"resourceId": id, "changeType": "Create", "after": {"tags": {"A": "1"}}});
    let read = read(&json!({"changes": [own], "potentialChanges": [over]}));
    assert_eq!(shown(&read.resources[0]), (vec!["A=?".to_owned()], Further::Any));
}

#[test]
fn properties_that_are_called_tags_are_the_tags_of_node_pools_only() {
    let change = |id: &str, path: &str| {
        let side = json!({"tags": {}, "properties": {"tags": {"A": "1"}}});
        let one = json!({"resourceId": format!("/subscriptions/a/resourceGroups/r/providers/{id}"), "changeType": "Modify", "before": side, "after": side, "delta": [{"path": path}]});
        read(&json!({"changes": [one]})).resources[0].origin.planned().unwrap().action
    };
    let (pool, other) = ("Microsoft.ContainerService/managedClusters/c/agentPools/p", "Microsoft.Storage/storageAccounts/s");
    assert_eq!(
        [change(pool, "properties.tags.A"), change(other, "properties.tags.A"), change(other, "tags"), change(other, "tagsOfMine")],
        [Action::Retag, Action::Update, Action::Retag, Action::Update]
    );
}
