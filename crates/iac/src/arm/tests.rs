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
    says(&json!("[reference('x').tags]"), &[], Further::Any);
    says(&json!("[variables('loop')]"), &[], Further::Any);
    says(&json!("[variables('nowhere')]"), &[], Further::Any);
    says(&json!(null), &[], Further::None);
    says(&json!({"[parameters('env')]": "x", "[[K]": "[[v]", "N": 5}), &["N=5", "[K]=[v]"], Further::Any);
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
