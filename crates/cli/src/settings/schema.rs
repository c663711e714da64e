//! The JSON Schema of the file, for editors, made from the same tables as it is read by.

use super::SCAN;
use super::engine::ENGINE;
use super::notify::NOTIFY;
use crate::clouds;
use serde_json::{Map, Value, json};
use tagledger_collect::{Form, SECRET, Setting, Shape};

/// The JSON Schema (draft 2020-12) of tagledger.yaml.
pub(crate) fn schema() -> String {
    let clouds = clouds::live().map(|cloud| (cloud.id().to_string(), map(cloud.settings(), "How it is asked. Nothing: the caller's own account.")));
    let clouds: Map<String, Value> = clouds.collect();
    tagledger_taxonomy::schema_text(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tagledger settings",
        "description": "What a scan is told once instead of by flags every time. A flag counts more than the file, and so does an environment variable.",
        "type": "object",
        "required": ["version"],
        "additionalProperties": false,
        "properties": {
            "version": {"description": "The version of this file's form: 1.", "const": 1},
            "clouds": {
                "description": "The clouds to ask, each with what it is told.",
                "type": ["object", "null"],
                "additionalProperties": false,
                "properties": clouds,
            },
            "engine": map(ENGINE, "What adds up a bill that is too large to move, where it lies (`cost --engine`). Secrets are never in this file."),
            "notify": map(NOTIFY, "Who is told of a run, of what, and how. Secrets are never in this file: it says which variables or files hold them."),
            "scan": map(SCAN, "What a scan reads, and how. Paths are relative to the folder of this file."),
        },
    }))
}

fn map(table: &[Setting], summary: &str) -> Value {
    let fields: Map<String, Value> = table.iter().map(|setting| (setting.name.to_owned(), field(setting))).collect();
    // A name with nothing after it is as good as not given.
    json!({"description": summary, "type": ["object", "null"], "additionalProperties": false, "properties": fields})
}

fn field(setting: &Setting) -> Value {
    let mut field = match &setting.shape {
        Shape::Text(form) => text(form, true),
        Shape::Texts(form) => json!({"type": ["array", "null"], "uniqueItems": true, "items": text(form, false)}),
        Shape::Flag => json!({"type": ["boolean", "null"]}),
        Shape::Count(range) => json!({"type": ["integer", "null"], "minimum": range.start(), "maximum": range.end()}),
        Shape::Choice(words) => json!({"enum": words.iter().map(|word| json!(word)).chain([Value::Null]).collect::<Vec<_>>()}),
        Shape::Section(table) => map(table, ""),
        Shape::Sections(table) => json!({"type": ["array", "null"], "items": map(table, "")}),
        Shape::Secret => {
            let mut field = map(SECRET, "");
            field["minProperties"] = json!(1);
            field["maxProperties"] = json!(1);
            field
        }
    };
    field["description"] = json!(setting.summary);
    field
}

/// Numbers and truth values are taken as they are written, like everywhere in the files of this program.
fn text(form: &Form, may_be_null: bool) -> Value {
    let types = ["string", "number", "boolean"].into_iter().chain(may_be_null.then_some("null"));
    json!({"type": types.collect::<Vec<_>>(), "pattern": form.pattern})
}
