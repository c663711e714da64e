//! The JSON Schema of `report.json`, made from the types that are written.

use crate::Summary;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use tagledger_model::Finding;

/// `report.schema.json`, ending in a line break. Properties are sorted, so that the text does not depend on how `serde_json` was built.
pub fn json_schema() -> String {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let findings = generator.subschema_for::<Vec<Finding>>().to_value();
    let mut root = generator.into_root_schema_for::<Summary>();
    let object = root.ensure_object();
    object.insert("title".into(), json!("Tagledger report"));
    object.insert("description".into(), json!("What report.json holds: the summary of a run and its findings. Amounts are decimal text."));
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        let mut findings = findings;
        findings["description"] = json!("Violated before undetermined before waived, higher level first, then most expensive first, then by id.");
        properties.insert("findings".into(), findings);
        properties.insert("schema".into(), json!({ "const": crate::SCHEMA_VERSION, "description": "Version of the document's shape." }));
    }
    if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
        required.push(json!("findings"));
    }
    format!("{:#}\n", sorted(root.to_value()))
}

pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().map(|(k, v)| (k, sorted(v))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}
