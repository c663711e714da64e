use crate::exports::tests::read;
use tagledger_model::{Observed, RawTag};

const ID: &str = "azure.account.list";

fn account(id: &str, state: &str) -> String {
    format!(
        "{{\"cloudName\": \"AzureCloud\", \"homeTenantId\": \"t\", \"id\": \"{id}\", \"isDefault\": false, \"managedByTenants\": [], \"name\": \"Sub <{id}>\", \"state\": \"{state}\", \"tenantId\": \"t\"}}"
    )
}

#[test]
fn subscriptions_are_scopes_whose_tags_are_not_known() {
    let states = ["Enabled", "Warned", "PastDue", "Disabled", "Deleted", "disabled"];
    let text = format!("[{}]", states.map(|state| account("0000-AB", state)).join(",\n"));
    let seen = read(ID, &text).unwrap();
    assert_eq!(seen.scopes.iter().map(|s| s.active).collect::<Vec<_>>(), [true, true, true, false, false, false]);
    assert!(seen.scopes.iter().all(|s| s.id == "0000-ab" && s.tags == Observed::Unknown && s.name.as_deref() == Some("Sub <0000-AB>")));
    assert!(seen.resources.is_empty() && seen.incomplete.is_empty());
}

#[test]
fn the_managers_own_answer_knows_the_tags() {
    let value = r#"{"id": "/subscriptions/0000-AB", "subscriptionId": "0000-AB", "displayName": "Prod", "state": "Enabled", "tenantId": "t", "tags": {"Environment": "prod"}}"#;
    let seen = read(ID, &format!("{{\"value\": [{value}, {}], \"nextLink\": \"x\"}}", value.replace(r#"{"Environment": "prod"}"#, "null"))).unwrap();
    assert_eq!((seen.scopes[0].id.as_str(), seen.scopes[0].name.as_deref()), ("0000-ab", Some("Prod")));
    assert_eq!(seen.scopes[0].tags, Observed::Known(vec![RawTag::own("Environment", "prod")]));
    assert_eq!(seen.scopes[1].tags, Observed::Known(vec![]));
    assert_eq!(seen.incomplete.len(), 1);
}

#[test]
fn tenants_without_subscriptions_are_no_scopes_and_lines_are_read() {
    let tenant = account("t", "Enabled").replace("Sub <t>", super::TENANT);
    let seen = read(ID, &format!("{}\n{tenant}\n", account("0000-ab", "Enabled"))).unwrap();
    assert_eq!(seen.scopes.len(), 1);
}

#[test]
fn a_broken_file_names_the_place() {
    let whole = format!("[{},\n{}]", account("a", "Enabled"), account("b", "Enabled"));
    let error = read(ID, &whole[..whole.len() - 9]).unwrap_err().to_string();
    assert!(error.starts_with("azure.json:2:") && error.contains("cut off"), "{error}");
}
