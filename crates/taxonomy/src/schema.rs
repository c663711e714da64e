//! The JSON Schema of taxonomy.yaml, for editors.

use crate::file::TaxonomyFile;
use serde_json::{Map, Value};

/// The JSON Schema (draft 2020-12) of taxonomy.yaml, made from the types in `file`. It is committed beside the
/// reference taxonomy, whose first line names it, so that editors complete and check the file.
pub fn schema() -> String {
    schema_text(schemars::schema_for!(TaxonomyFile).into())
}

/// A schema as it is committed: pretty, its fields sorted, ending in a line break.
pub fn schema_text(schema: Value) -> String {
    // The alternate form of a JSON value is its pretty one.
    format!("{:#}\n", sorted(schema))
}

/// Sorts the fields of every object, so that the text does not depend on whether some crate of the build asked
/// serde_json to keep insertion order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(fields.into_iter().map(|(name, value)| (name, sorted(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}
