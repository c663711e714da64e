//! A taxonomy as an initiative of Azure Policy: one template for a management group, with the definitions that the initiative is made of.
//!
//! Rules: <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule>; what a template has to escape:
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions#escape-characters>.

mod rules;

use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use tagledger_collect::{AllowedValues, AskedOf, GuardrailFiles, GuardrailFormat, GuardrailKey, Guardrails, Settings};

pub(crate) static FORMAT: GuardrailFormat = GuardrailFormat {
    name: "azure-policy",
    summary: "An initiative of Azure Policy with its definitions, as a template for a management group: \
              `az deployment mg create --management-group-id GROUP --location REGION --template-file azure-policy.json`, \
              then `az policy assignment create --policy-set-definition tagledger`.",
    joined_by: None,
    write,
};

/// The name of the initiative, and what the names of its definitions begin with.
const NAME: &str = "tagledger";
const API_VERSION: &str = "2021-06-01";
const DEFINITION: &str = "Microsoft.Authorization/policyDefinitions";
const INITIATIVE: &str = "Microsoft.Authorization/policySetDefinitions";

/// Definitions of Azure's own that write a tag which is missing and leave one that is there alone:
/// <https://learn.microsoft.com/azure/governance/policy/samples/built-in-policies#tags>.
const FROM_GROUP: &str = "ea3f2387-9b95-492a-a190-fcdc54f7b070";
const FROM_SUBSCRIPTION: &str = "40df99da-1232-49b1-a39a-6da8d878f469";

/// Resource groups and subscriptions: kinds that the mode for resources does not look at.
const CONTAINERS: [&str; 2] = ["microsoft.resources/subscriptions", "microsoft.resources/subscriptions/resourcegroups"];

/// What an initiative may refer to, by <https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits>.
const MOST_REFERENCES: usize = 1_000;
/// Forms that are listed one by one for one key.
const MOST_FORMS: usize = 100;

/// The definitions and references so far.
#[derive(Default)]
struct Initiative {
    definitions: Vec<Value>,
    names: Vec<String>,
    references: Vec<Value>,
}

fn write(wanted: &Guardrails, _settings: &Settings) -> GuardrailFiles {
    let (mut out, mut initiative) = (GuardrailFiles::default(), Initiative::default());
    for key in &wanted.keys {
        required(key, &mut initiative);
        allowed(key, &mut initiative, &mut out.notes);
        inherited(key, wanted.enforce, &mut initiative, &mut out.notes);
    }
    if wanted.keys.iter().any(|key| matches!(key.allowed, AllowedValues::Values(_))) {
        out.notes.push("Azure Policy compares values without case, so that another case of a listed value passes".to_owned());
    }
    if initiative.references.len() > MOST_REFERENCES {
        out.refused.push(format!("the initiative would refer to {} definitions; Azure takes {MOST_REFERENCES}", initiative.references.len()));
    }
    let text = format!("{:#}\n", template(initiative, wanted.enforce));
    out.files.push(("azure-policy.json".to_owned(), text));
    out
}

impl Initiative {
    /// Refers to a definition of ours, which is added when it is named for the first time.
    fn refer(&mut self, definition: &Definition, reference: &str, parameters: &Value) {
        let name = format!("{NAME}-{}", definition.name);
        if !self.names.contains(&name) {
            self.definitions.push(definition.resource(&name));
            self.names.push(name.clone());
        }
        self.refer_to(&format!("[extensionResourceId(managementGroup().id, '{DEFINITION}', '{name}')]"), reference, parameters);
    }

    /// Refers to a definition of Azure's own.
    fn refer_built_in(&mut self, id: &str, reference: &str, parameters: &Value) {
        self.refer_to(&format!("[tenantResourceId('{DEFINITION}', '{id}')]"), reference, parameters);
    }

    fn refer_to(&mut self, id: &str, reference: &str, parameters: &Value) {
        self.references.push(json!({"policyDefinitionId": id, "policyDefinitionReferenceId": reference, "parameters": parameters}));
    }
}

/// A definition: a rule with what it takes.
struct Definition {
    name: String,
    title: String,
    description: &'static str,
    /// `Indexed` for resources that can carry tags, `All` for what they lie in as well.
    mode: &'static str,
    parameters: Value,
    condition: Value,
}

impl Definition {
    fn resource(&self, name: &str) -> Value {
        let mut parameters = self.parameters.clone();
        parameters["effect"] = effect("What becomes of a resource that breaks the rule.");
        json!({
            "type": DEFINITION,
            "apiVersion": API_VERSION,
            "name": name,
            "properties": {
                "policyType": "Custom",
                "mode": self.mode,
                "displayName": self.title,
                "description": self.description,
                "metadata": {"category": "Tags"},
                "parameters": parameters,
                "policyRule": escaped(&json!({"if": self.condition, "then": {"effect": "[parameters('effect')]"}})),
            },
        })
    }
}

/// A key's name as part of an id: two keys have two of them.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else {
            // Writing to a string cannot fail.
            let _written = write!(slug, "-{:x}-", u32::from(c));
        }
    }
    slug
}

fn effect(description: &str) -> Value {
    json!({
        "type": "String",
        "metadata": {"displayName": "Effect", "description": description},
        "allowedValues": ["Audit", "Deny", "Disabled"],
        "defaultValue": "Audit",
    })
}

/// What begins and ends like an expression is none for whoever reads it next: the expressions of a rule are for Azure Policy, and not for whoever
/// deploys the template.
fn escaped(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with('[') && text.ends_with(']') => Value::String(format!("[{text}")),
        Value::Array(values) => values.iter().map(escaped).collect(),
        Value::Object(fields) => Value::Object(fields.iter().map(|(name, value)| (name.clone(), escaped(value))).collect()),
        other => other.clone(),
    }
}

/// A word of a taxonomy as the value of a parameter: it is text for whoever deploys the template, and for Azure Policy as well.
fn given(value: &Value) -> Value {
    json!({ "value": escaped(&escaped(value)) })
}

fn by_initiative(parameter: &str) -> Value {
    json!({ "value": format!("[[parameters('{parameter}')]") })
}

fn required(key: &GuardrailKey, initiative: &mut Initiative) {
    let (types, containers): (Vec<&str>, Vec<&str>) = match &key.asked {
        AskedOf::Nothing => return,
        AskedOf::Everything => (Vec::new(), CONTAINERS.to_vec()),
        AskedOf::Kinds(kinds) => kinds.iter().copied().partition(|kind| !CONTAINERS.contains(kind)),
    };
    if key.asked == AskedOf::Everything || !types.is_empty() {
        let lenders = [(key.group_lends, "group"), (key.scope_lends, "subscription")];
        let lenders: Vec<&str> = lenders.into_iter().filter_map(|(lends, word)| lends.then_some(word)).collect();
        let parameters = json!({"tagName": given(&json!(key.spelling)), "types": given(&json!(types)), "lenders": given(&json!(lenders)), "effect": by_initiative("requiredEffect")});
        initiative.refer(&rules::required(), &format!("required-{}", slug(&key.name)), &parameters);
    }
    if !containers.is_empty() {
        let parameters = json!({"tagName": given(&json!(key.spelling)), "types": given(&json!(containers)), "effect": by_initiative("requiredEffect")});
        initiative.refer(&rules::groups_required(), &format!("required-of-groups-{}", slug(&key.name)), &parameters);
    }
}

fn allowed(key: &GuardrailKey, initiative: &mut Initiative, notes: &mut Vec<String>) {
    let reference = format!("values-{}", slug(&key.name));
    match &key.allowed {
        AllowedValues::Any => {}
        AllowedValues::Values(values) => {
            let parameters = json!({"tagName": given(&json!(key.spelling)), "values": given(&json!(values)), "effect": by_initiative("valuesEffect")});
            initiative.refer(&rules::values(), &reference, &parameters);
        }
        AllowedValues::Pattern { text, form } => match rules::forms(form, MOST_FORMS) {
            Some(forms) => {
                if forms.iter().any(rules::Form::has_no_case) {
                    notes.push(format!("{}: Azure Policy compares what has an open end without case, so that another case of `{text}` passes", key.name));
                }
                let parameters = json!({"tagName": given(&json!(key.spelling)), "effect": by_initiative("valuesEffect")});
                initiative.refer(&rules::form(key, &forms), &reference, &parameters);
            }
            None => notes.push(format!("{}: the pattern `{text}` cannot be said by `match` and `like` of Azure Policy, so that it takes any value", key.name)),
        },
    }
}

/// Writes a tag onto resources, so only when guardrails may do more than report.
fn inherited(key: &GuardrailKey, enforce: bool, initiative: &mut Initiative, notes: &mut Vec<String>) {
    let lenders = [(key.group_lends, FROM_GROUP, "group"), (key.scope_lends, FROM_SUBSCRIPTION, "subscription")];
    let lenders: Vec<_> = lenders.into_iter().filter(|(lends, ..)| *lends).collect();
    if lenders.is_empty() {
        return;
    }
    if !enforce {
        notes.push(format!("{}: with --enforce the initiative also writes the value that the {} lends onto resources without one", key.name, words(&lenders)));
        return;
    }
    for (_, id, lender) in lenders {
        initiative.refer_built_in(id, &format!("from-{lender}-{}", slug(&key.name)), &json!({"tagName": given(&json!(key.spelling))}));
    }
}

fn words(lenders: &[(bool, &str, &str)]) -> String {
    lenders.iter().map(|(_, _, word)| *word).collect::<Vec<_>>().join(" or ")
}

fn template(initiative: Initiative, enforce: bool) -> Value {
    let ids: Vec<String> = initiative.names.iter().map(|name| format!("[extensionResourceId(managementGroup().id, '{DEFINITION}', '{name}')]")).collect();
    let mut parameters = Map::new();
    for (name, description) in [
        ("requiredEffect", "What becomes of a resource without a tag that it must carry."),
        ("valuesEffect", "What becomes of a tag with a value that is not known."),
    ] {
        let is_used = initiative.references.iter().any(|reference| reference["parameters"]["effect"]["value"] == format!("[[parameters('{name}')]"));
        if is_used {
            let mut parameter = effect(description);
            if enforce {
                parameter["defaultValue"] = json!("Deny");
            }
            parameters.insert(name.to_owned(), parameter);
        }
    }
    let mut resources = initiative.definitions;
    resources.push(json!({
        "type": INITIATIVE,
        "apiVersion": API_VERSION,
        "name": NAME,
        "dependsOn": ids,
        "properties": {
            "policyType": "Custom",
            "displayName": "Tags as the taxonomy has them",
            "description": "Written by tagledger from the taxonomy: which tags there must be, and what they may say.",
            "metadata": {"category": "Tags"},
            "parameters": parameters,
            "policyDefinitions": initiative.references,
        },
    }));
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-08-01/managementGroupDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": resources,
    })
}
