//! `assign:` and `splits:` of `costs:`.

use super::SideFiles;
use super::keys::check_value;
use super::policy::{amount, find_key};
use crate::yaml::{Fields, Node, Reader, Word, suggest};
use crate::{Assign, Domain, Key, KeyId, Selector, Split, SplitBy, Usage};
use std::collections::BTreeSet;
use tagledger_model::{Diagnostic, Month, Place};
use wildmatch::WildMatch;

/// How costs may be shared.
const WAYS: [&str; 4] = ["even", "cost", "fixed", "usage"];

/// Reads one entry of `assign`.
pub(super) fn assign(reader: &mut Reader<'_>, node: &Node, keys: &[Key]) -> Option<Assign> {
    let mut fields = reader.fields(node, "an assignment")?;
    let at = fields.at;
    let (key, value) = key_and_value(reader, &mut fields, "value", keys);
    let mut pattern = |name: &'static str, reader: &mut Reader<'_>| {
        let word = fields.take(name).and_then(|node| reader.word(node, "a pattern"))?;
        Some(WildMatch::new_case_insensitive(word.text))
    };
    let (scope, service, resource, charge) = (pattern("scope", reader), pattern("service", reader), pattern("resource", reader), pattern("charge", reader));
    let cloud = fields.take("cloud").and_then(|node| reader.word(node, "`cloud`")).map(|word| word.text.to_owned());
    fields.finish(reader);
    let costs = Selector { cloud, scope, service, resource, charge };
    let selects = costs.cloud.is_some() || [&costs.scope, &costs.service, &costs.resource, &costs.charge].iter().any(|pattern| pattern.is_some());
    if !selects {
        reader.error(at, "This assignment does not say which costs it is for", "Name at least one of cloud, scope, service, resource, charge");
    }
    Some(Assign { key: key?, value: value?, costs, place: reader.place(at) })
}

fn key_and_value(reader: &mut Reader<'_>, fields: &mut Fields<'_>, name: &'static str, keys: &[Key]) -> (Option<KeyId>, Option<String>) {
    let key = fields.need(reader, "key", "Name a key of this taxonomy").and_then(|n| reader.word(n, "`key`"));
    let key = key.and_then(|word| find_key(reader, keys, word));
    let value = fields.need(reader, name, "Name a value of the key").and_then(|n| reader.word(n, "a value"));
    (key, value.and_then(|word| known(reader, keys, key, word)))
}

/// A value, if the key knows it.
fn known(reader: &mut Reader<'_>, keys: &[Key], key: Option<KeyId>, word: Word<'_>) -> Option<String> {
    key.is_none_or(|key| check_value(reader, &keys[key.index()], word)).then(|| word.text.to_owned())
}

/// Reads one entry of `splits`.
pub(super) fn split(reader: &mut Reader<'_>, node: &Node, keys: &[Key], side: &mut SideFiles<'_>) -> Option<Split> {
    let mut fields = reader.fields(node, "a split")?;
    let at = fields.at;
    let key = fields.need(reader, "key", "Name a key of this taxonomy").and_then(|n| reader.word(n, "`key`"));
    let key = key.and_then(|word| find_key(reader, keys, word));
    let unattributed = fields.take("unattributed").and_then(|node| reader.flag(node, "`unattributed`")).unwrap_or(false);
    let from = fields.take("from").and_then(|node| reader.word(node, "`from`"));
    match (from, unattributed) {
        (None, false) => reader.error(at, "This split does not say what is shared", "Write `from: <value>`, or `unattributed: true`"),
        (Some(word), true) => reader.error(word.at, "This split is of a value and of what has none", "Make two splits of it"),
        _ => {}
    }
    let from = from.and_then(|word| known(reader, keys, key, word));
    let to = fields.take("to").map(|node| reader.words(node, "`to`")).unwrap_or_default();
    let to: Vec<String> = to.into_iter().filter_map(|word| known(reader, keys, key, word)).collect();
    let way = fields.need(reader, "by", "Write even, cost, fixed or usage").and_then(|n| reader.word(n, "`by`"));
    let by = way.and_then(|word| by(reader, &mut fields, word, keys, key, side));
    if matches!(by, Some(SplitBy::Even)) && to.is_empty() {
        reader.error(at, "An even split needs to know between whom", "Name the values: `to: [webshop, billing]`");
    }
    fields.finish(reader);
    if let Some(own) = from.as_ref().filter(|own| to.contains(own)) {
        reader.error(at, format!("`{}` would be shared with itself", own.escape_debug()), "Leave it out of `to`");
    }
    Some(Split { key: key?, from, to, by: by?, place: reader.place(at) })
}

fn by(reader: &mut Reader<'_>, fields: &mut Fields<'_>, way: Word<'_>, keys: &[Key], key: Option<KeyId>, side: &mut SideFiles<'_>) -> Option<SplitBy> {
    let [within, weights, usage_file] = ["where", "weights", "usage"].map(|name| fields.take(name));
    for (node, name, of) in [(within, "where", "cost"), (weights, "weights", "fixed"), (usage_file, "usage", "usage")] {
        if let Some(node) = node.filter(|_| way.text != of && WAYS.contains(&way.text)) {
            reader.error(node.at, format!("`{name}` has nothing to say by {}", way.text), format!("Write `by: {of}`, or take `{name}` away"));
        }
    }
    match way.text {
        "even" => Some(SplitBy::Even),
        "cost" => {
            let within = within.map(|node| reader.entries(node, "`where`")).unwrap_or_default();
            if let Some((word, _)) = within.get(1) {
                reader.error(word.at, "`where` names more than one key", "Keep one");
            }
            let within = within.first().and_then(|(name, node)| {
                let key = find_key(reader, keys, *name)?;
                let value = reader.word(node, "a value").and_then(|word| known(reader, keys, Some(key), word))?;
                Some((key, value))
            });
            Some(SplitBy::Cost(within))
        }
        "fixed" => {
            let Some(node) = weights else {
                reader.error(way.at, "A fixed split needs weights", "Say how much each gets: `weights: { webshop: 60, billing: 40 }`");
                return None;
            };
            let mut all = Vec::new();
            for (name, node) in reader.entries(node, "`weights`") {
                let value = known(reader, keys, key, name);
                let weight = reader.word(node, "a weight").and_then(|word| {
                    let weight = amount(word.text);
                    if weight.is_none() {
                        reader.error(word.at, format!("`{}` is no weight", word.text.escape_debug()), "Write a number of zero or more");
                    }
                    weight
                });
                all.extend(value.zip(weight));
            }
            Some(SplitBy::Fixed(all))
        }
        "usage" => {
            let Some(node) = usage_file else {
                reader.error(
                    way.at,
                    "A split by usage needs a file",
                    "Name a CSV file with the columns value, weight and, where it differs, month: `usage: usage.csv`",
                );
                return None;
            };
            let word = reader.word(node, "`usage`")?;
            let (path, text) = side.text(reader, word)?;
            Some(SplitBy::Usage(usage(&path, &text, key.map(|key| &keys[key.index()]), side)))
        }
        other => {
            reader.error(way.at, format!("`{}` is no way to share costs", other.escape_debug()), suggest(other, "ways", WAYS));
            None
        }
    }
}

/// A value as the taxonomy writes it, whatever spelling of it a file has; none where it is none.
fn named(key: Option<&Key>, text: &str) -> Option<String> {
    let values = match key.map(|key| &key.domain) {
        Some(Domain::Values(values)) => values,
        Some(Domain::Pattern { regex, .. }) => return Some(text.to_owned()).filter(|text| regex.is_match(text)),
        _ => return Some(text.to_owned()).filter(|text| !text.is_empty()),
    };
    values.iter().find(|value| value.is_called(text)).map(|value| value.name.clone())
}

/// Reads a file of usage, and writes every mistake down.
fn usage(path: &std::path::Path, text: &str, key: Option<&Key>, side: &mut SideFiles<'_>) -> Vec<Usage> {
    let mut csv = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes());
    let header = csv.headers().cloned().unwrap_or_default();
    let at = |name: &str| header.iter().position(|column| column.eq_ignore_ascii_case(name));
    let mut error = |line: u64, message: String, help: &str| {
        let place = Place { file: path.to_owned(), line: u32::try_from(line).unwrap_or(u32::MAX), column: 0 };
        side.found.push(Diagnostic::error(place, message).with_help(help));
    };
    let (Some(value), Some(weight)) = (at("value"), at("weight")) else {
        error(1, "The columns value and weight are not both there".to_owned(), "Begin with the line `value,weight` or `value,weight,month`");
        return Vec::new();
    };
    let mut rows = Vec::new();
    for record in csv.records() {
        let record = match record {
            Ok(record) => record,
            Err(broken) => {
                error(broken.position().map_or(0, csv::Position::line), format!("The row cannot be read: {broken}"), "Save it as UTF-8");
                break;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let field = |at: usize| record.get(at).unwrap_or_default();
        if record.len() > header.len() {
            let what = format!("This row has {} cells, the first line {}", record.len(), header.len());
            error(line, what, "A number has a point and no comma; put text that holds a comma in quotes");
            continue;
        }
        let Some(named) = named(key, field(value)) else {
            let shown = field(value).escape_debug().to_string();
            error(line, format!("`{shown}` is no value of {}", key.map_or("this key", |key| &key.name)), "Write one of its values, or add it to the taxonomy");
            continue;
        };
        let month = at("month").map(field).filter(|text| !text.is_empty());
        match (amount(field(weight)), month.map(Month::parse)) {
            (None, _) => error(line, format!("`{}` is no weight", field(weight).escape_debug()), "Write a number of zero or more"),
            (_, Some(None)) => error(line, format!("`{}` is no month", month.unwrap_or_default().escape_debug()), "Write it as 2026-11"),
            (Some(_), month) if rows.iter().any(|row: &Usage| row.value == named && row.month == month.flatten()) => {
                error(line, format!("`{named}` is named twice for one month"), "Write its weight once, or a month for each");
            }
            (Some(weight), month) => rows.push(Usage { value: named, month: month.flatten(), weight }),
        }
    }
    rows
}

/// In an order in which nothing is shared on before it has all arrived; what goes round in a circle is an error.
pub(super) fn ordered(reader: &mut Reader<'_>, mut splits: Vec<Split>) -> Vec<Split> {
    let mut order: Vec<Split> = Vec::new();
    let mut seen = BTreeSet::new();
    for split in &splits {
        if !seen.insert((split.key, split.from.clone())) {
            let at = at(&split.place);
            reader.error(at, format!("`{split}` is shared twice"), "Keep one of the two; nothing is left to share after the first");
        }
    }
    while !splits.is_empty() {
        // What is unattributed is nobody's target, so it never waits.
        let waits = |split: &Split| splits.iter().any(|other| other.key == split.key && split.from.as_ref().is_some_and(|from| gives_to(other, from)));
        let Some(next) = splits.iter().position(|split| !waits(split)) else {
            let names: Vec<String> = splits.iter().map(ToString::to_string).collect();
            reader.error(
                at(&splits[0].place),
                format!("These splits go round in a circle: {}", names.join(", ")),
                "Take one of them out of the other's `to` or weights",
            );
            break;
        };
        order.push(splits.remove(next));
    }
    order
}

/// Whether a value gets a part of what a split shares.
fn gives_to(split: &Split, value: &String) -> bool {
    let is_weighed = match &split.by {
        // What is itself shared on is nobody's direct cost, and is given nothing by it.
        SplitBy::Even | SplitBy::Cost(_) => false,
        SplitBy::Fixed(weights) => weights.iter().any(|(of, _)| of == value),
        SplitBy::Usage(lines) => lines.iter().any(|line| line.value == *value),
    };
    split.to.contains(value) || (split.to.is_empty() && is_weighed)
}

fn at(place: &Place) -> crate::yaml::At {
    crate::yaml::At { line: usize::try_from(place.line).unwrap_or(1), column: usize::try_from(place.column).unwrap_or(1), width: 0 }
}
