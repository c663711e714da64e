//! The document as JSON, for programs.

use super::{GATE_SCHEMA, Gate, GateFormat, GateOptions};
use schemars::generate::SchemaSettings;
use serde_json::json;
use std::io::{self, Write};

/// One JSON document.
pub(super) struct Json;

impl GateFormat for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn write(&self, gate: &Gate, _: &GateOptions, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, gate)?;
        out.write_all(b"\n")
    }
}

/// `check.schema.json`, ending in a line break.
pub fn gate_json_schema() -> String {
    let mut root = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Gate>();
    let object = root.ensure_object();
    object.insert("title".into(), json!("Tagledger check"));
    if let Some(properties) = object.get_mut("properties").and_then(serde_json::Value::as_object_mut) {
        properties.insert("schema".into(), json!({ "const": GATE_SCHEMA, "description": "Version of the document's shape." }));
    }
    format!("{:#}\n", crate::schema::sorted(root.to_value()))
}
