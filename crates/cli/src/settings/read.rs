//! Reading the file by the tables.

use super::engine::{self, ENGINE};
use super::notify::{self, NOTIFY};
use super::{File, SCAN};
use crate::clouds;
use std::path::Path;
use tagledger_collect::{Cloud, Form, SECRET, Setting, Settings, Shape, Value};
use tagledger_taxonomy::LoadError;
use tagledger_taxonomy::yaml::{self, At, Fields, Node, Reader, Word, suggest};

pub(super) fn read(path: &Path) -> Result<File, LoadError> {
    read_text(path, &yaml::text(path)?)
}

/// The same from text that is no file yet; `path` is what its mistakes call it.
pub(super) fn read_text(path: &Path, text: &str) -> Result<File, LoadError> {
    let mut reader = Reader::new(path);
    let mut shown = text.to_owned();
    let file = match yaml::tree(text) {
        Ok(root) => {
            let notify = root.as_ref().and_then(|root| notify::field(root, "notify"));
            if let Some((_, node)) = notify {
                notify::mask(node, NOTIFY, &mut shown);
            }
            if let Some((_, node)) = root.as_ref().and_then(|root| notify::field(root, "engine")) {
                notify::mask(node, ENGINE, &mut shown);
                engine::mask(node, &mut shown);
            }
            compile(&mut reader, path, root.as_ref())
        }
        Err(why) => {
            reader.error(why.at, why.message, why.help);
            None
        }
    };
    let mut diagnostics = reader.found;
    // In the order in which a person mends them. What an alias repeats is said once.
    diagnostics.sort_by_key(|d| (d.place.line, d.place.column));
    diagnostics.dedup();
    match file {
        Some(file) if diagnostics.is_empty() => Ok(file),
        _ => Err(LoadError::Mistakes { path: path.to_owned(), text: shown, diagnostics }),
    }
}

fn compile(reader: &mut Reader<'_>, path: &Path, root: Option<&Node>) -> Option<File> {
    let Some(root) = root.filter(|node| !node.is_null()) else {
        let help = "Begin with `version: 1` and `clouds:`; examples/live/tagledger.yaml shows every field";
        reader.error(At { line: 1, column: 1, width: 0 }, "The settings are empty", help);
        return None;
    };
    let mut fields = reader.fields(root, "the settings")?;
    version(reader, &mut fields);
    let clouds = fields.take("clouds").map(|node| clouds(reader, node)).unwrap_or_default();
    let notify = fields.take("notify").map(|node| {
        let settings = section(reader, node, "`notify`", NOTIFY);
        notify::judge(reader, node, &settings);
        settings
    });
    let scan = fields.take("scan").map(|node| section(reader, node, "`scan`", SCAN)).unwrap_or_default();
    let engine = fields.take("engine").filter(|node| !node.is_null()).map(|node| {
        let settings = section(reader, node, "`engine`", ENGINE);
        engine::judge(reader, node, &settings);
        settings
    });
    fields.finish(reader);
    Some(File { path: path.to_owned(), clouds, scan, notify, engine })
}

fn version(reader: &mut Reader<'_>, fields: &mut Fields<'_>) {
    let node = fields.need(reader, "version", "Write `version: 1` in its first line");
    if let Some(word) = node.and_then(|node| reader.word(node, "`version`")).filter(|word| word.text != "1") {
        reader.error(word.at, format!("Version `{}` of the settings is not known", word.text.escape_debug()), "Write `version: 1`");
    }
}

fn clouds(reader: &mut Reader<'_>, node: &Node) -> Vec<(&'static dyn Cloud, Settings)> {
    let mut found = Vec::new();
    for (name, node) in reader.entries(node, "`clouds`") {
        let Some(cloud) = cloud(reader, name) else { continue };
        // A name alone asks for what needs no settings.
        let settings = if node.is_null() { Settings::default() } else { section(reader, node, &format!("`{}`", name.text), cloud.settings()) };
        if let Some(conflict) = cloud.conflict(&settings) {
            reader.error(place_of(node, conflict.setting).unwrap_or(name.at), conflict.what, conflict.mend);
        }
        found.push((cloud, settings));
    }
    found
}

fn cloud(reader: &mut Reader<'_>, name: Word<'_>) -> Option<&'static dyn Cloud> {
    match clouds::find(name.text) {
        Some(cloud) if !cloud.collectors().is_empty() => Some(cloud),
        Some(_) => {
            reader.error(name.at, format!("`{}` cannot be asked itself", name.text), "Take it out; `scan: { from: […] }` reads its exports (docs/exports.md)");
            None
        }
        None => {
            let live: Vec<_> = clouds::live().map(Cloud::id).collect();
            let help = suggest(name.text, "clouds that can be asked", live.iter().map(tagledger_model::CloudId::as_str));
            reader.error(name.at, format!("Unknown cloud `{}`", name.text.escape_debug()), help);
            None
        }
    }
}

/// Where a field of a map stands.
fn place_of(node: &Node, name: &str) -> Option<At> {
    let yaml::Shape::Map(fields) = &node.shape else { return None };
    fields.iter().map(|(key, _)| key).find(|key| matches!(&key.shape, yaml::Shape::Scalar { text, .. } if text == name)).map(|key| key.at)
}

fn section(reader: &mut Reader<'_>, node: &Node, form: &str, table: &'static [Setting]) -> Settings {
    let mut settings = Settings::default();
    let Some(mut fields) = reader.fields(node, form) else { return settings };
    for setting in table {
        if let Some(value) = fields.take(setting.name).and_then(|node| value(reader, node, setting)) {
            settings.set(setting.name, value);
        }
    }
    fields.finish(reader);
    settings
}

fn value(reader: &mut Reader<'_>, node: &Node, setting: &'static Setting) -> Option<Value> {
    let what = format!("`{}`", setting.name);
    match &setting.shape {
        Shape::Text(form) => reader.word(node, &what).and_then(|word| text(reader, word, form, &what)).map(Value::Text),
        Shape::Texts(form) => {
            let mut texts: Vec<String> = Vec::new();
            for word in reader.words(node, &what) {
                if texts.iter().any(|text| text == word.text) {
                    reader.error(word.at, format!("{what} names `{}` twice", word.text.escape_debug()), "Keep the first");
                } else {
                    texts.extend(text(reader, word, form, &what));
                }
            }
            Some(Value::Texts(texts))
        }
        Shape::Flag => reader.flag(node, &what).map(Value::Flag),
        Shape::Count(range) => {
            let word = reader.word(node, &what)?;
            let count = word.text.parse().ok().filter(|count| range.contains(count));
            if count.is_none() {
                let help = format!("Write a whole number from {} to {}", range.start(), range.end());
                reader.error(word.at, format!("{what} cannot be `{}`", word.text.escape_debug()), help);
            }
            count.map(Value::Count)
        }
        Shape::Choice(words) => {
            let word = reader.word(node, &what)?;
            let chosen = words.iter().find(|known| **known == word.text);
            if chosen.is_none() {
                let help = suggest(word.text, "words", words.iter().copied());
                reader.error(word.at, format!("{what} cannot be `{}`", word.text.escape_debug()), help);
            }
            chosen.map(|word| Value::Text((*word).to_owned()))
        }
        Shape::Section(table) => Some(Value::Section(section(reader, node, &what, table))),
        Shape::Sections(table) => {
            let entry = format!("an entry of {what}");
            let items = reader.items(node, &what);
            Some(Value::Sections(items.iter().map(|item| section(reader, item, &entry, table)).collect()))
        }
        Shape::Secret if matches!(node.shape, yaml::Shape::Map(_)) => Some(Value::Section(section(reader, node, &what, SECRET))),
        // What stands here may be the secret itself: it is not repeated.
        Shape::Secret => {
            let help = format!("Write `{}: {{ env: NAME }}` or `{0}: {{ file: PATH }}`, and change the secret if this file was shared", setting.name);
            reader.error(node.at, format!("{what} must say where the secret is, not what it is"), help);
            None
        }
    }
}

fn text(reader: &mut Reader<'_>, word: Word<'_>, form: &Form, what: &str) -> Option<String> {
    if (form.is)(word.text) {
        return Some(word.text.to_owned());
    }
    reader.error(word.at, format!("`{}` does not fit {what}", word.text.escape_debug()), format!("Write {}", form.words));
    None
}
