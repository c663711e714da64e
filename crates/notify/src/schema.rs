//! The JSON Schema of the document, made from the types that are written.

use crate::news::{News, SCHEMA_VERSION};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// `notification.schema.json`, ending in a line break. Properties are sorted, so that the text does not depend on how `serde_json` was built.
pub fn json_schema() -> String {
    let mut root = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<News>();
    let object = root.ensure_object();
    object.insert("title".into(), json!("Tagledger notification"));
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("schema".into(), json!({ "const": SCHEMA_VERSION, "description": "Version of the document's shape." }));
    }
    format!("{:#}\n", sorted(root.to_value()))
}

fn sorted(value: Value) -> Value {
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_schema_is_of_this_version() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../notification.schema.json");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&path, super::json_schema()).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == super::json_schema(), "notification.schema.json is out of date; UPDATE_SCHEMA=1 writes it anew");
    }
}
