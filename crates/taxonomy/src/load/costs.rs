//! `costs:`: the attribution ladder.

use super::keys::check_value;
use super::policy::{amount, find_key};
use crate::yaml::{Fields, Node, Reader, Shape, suggest};
use crate::{Budget, Costs, Key, Period, Rung};

/// The words of a ladder. `assign` and `split` have a place in it, and nothing to do as long as their lists must be empty.
const RUNGS: [(&str, Option<Rung>); 7] = [
    ("row", Some(Rung::Row)),
    ("resource", Some(Rung::Resource)),
    ("group", Some(Rung::Group)),
    ("scope", Some(Rung::Scope)),
    ("stage", Some(Rung::Stage)),
    ("assign", None),
    ("split", None),
];

impl Default for Costs {
    fn default() -> Self {
        Self { ladder: RUNGS.iter().filter_map(|(_, rung)| *rung).collect(), budgets: Vec::new() }
    }
}

/// Reads `costs:`.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node, keys: &[Key]) -> Costs {
    let Some(mut fields) = reader.fields(node, "`costs`") else { return Costs::default() };
    let mut costs = fields.take("ladder").map_or_else(Costs::default, |node| ladder(reader, node));
    let items = fields.take("budgets").map(|node| reader.items(node, "`budgets`")).unwrap_or_default();
    costs.budgets = items.iter().filter_map(|item| budget(reader, item, keys)).collect();
    let later = [("assign", "Assigning costs by hand"), ("splits", "Splitting shared costs")];
    for (name, what) in later {
        not_yet(reader, &mut fields, name, what);
    }
    fields.finish(reader);
    costs
}

fn ladder(reader: &mut Reader<'_>, node: &Node) -> Costs {
    let mut named = Vec::new();
    let mut ladder = Vec::new();
    for word in reader.words(node, "`ladder`") {
        let Some((name, rung)) = RUNGS.iter().find(|(name, _)| *name == word.text) else {
            let help = suggest(word.text, "rungs", RUNGS.iter().map(|(name, _)| *name));
            reader.error(word.at, format!("`{}` is no rung of the ladder", word.text.escape_debug()), help);
            continue;
        };
        if named.contains(name) {
            reader.error(word.at, format!("`{name}` is on the ladder twice"), "Keep the first; a rung leaves nothing that it could claim again");
            continue;
        }
        named.push(name);
        ladder.extend(*rung);
    }
    if ladder.is_empty() && matches!(&node.shape, Shape::List(items) if items.len() == named.len()) {
        reader.error(node.at, "No rung of the ladder can claim any cost", "Name at least one of row, resource, group, scope, stage");
    }
    Costs { ladder, ..Costs::default() }
}

fn budget(reader: &mut Reader<'_>, node: &Node, keys: &[Key]) -> Option<Budget> {
    let mut fields = reader.fields(node, "a budget")?;
    let at = fields.at;
    let key = fields.need(reader, "key", "Name the key whose value may cost so much").and_then(|n| reader.word(n, "`key`"));
    let key = key.and_then(|word| find_key(reader, keys, word));
    let value = fields.need(reader, "value", "Name a value of the key, or a pattern such as `*`").and_then(|n| reader.word(n, "`value`"));
    if let (Some(key), Some(word)) = (key, value.filter(|word| !word.text.contains(['*', '?']))) {
        check_value(reader, &keys[key.index()], word);
    }
    let per = fields.need(reader, "per", "Write `per: month` or `per: day`").and_then(|n| reader.word(n, "`per`")).and_then(|word| {
        let found = [Period::Month, Period::Day].into_iter().find(|period| period.word() == word.text);
        if found.is_none() {
            reader.error(word.at, format!("`{}` is no time that a budget is for", word.text.escape_debug()), "Write month or day");
        }
        found
    });
    let limit = fields.need(reader, "limit", "Say how much it may cost, e.g. `limit: 500`").and_then(|n| reader.word(n, "`limit`")).and_then(|word| {
        let limit = amount(word.text);
        if limit.is_none() {
            reader.error(word.at, format!("`{}` is no amount", word.text.escape_debug()), "Write a number such as 500 or 0.50; `currency` stands beside it");
        }
        limit
    });
    let currency = fields.need(reader, "currency", "Name the currency as the bill does, e.g. `currency: EUR`").and_then(|n| reader.word(n, "`currency`"));
    fields.finish(reader);
    let (value, currency) = (value?.text.to_owned(), currency?.text.to_owned());
    Some(Budget { key: key?, value, per: per?, limit: limit?, currency, place: reader.place(at) })
}

/// A file that asks for what this version cannot do would be believed; so it is refused.
fn not_yet(reader: &mut Reader<'_>, fields: &mut Fields<'_>, name: &'static str, what: &str) {
    let Some(node) = fields.take(name) else { return };
    let empty = matches!(&node.shape, Shape::List(items) if items.is_empty());
    if !empty {
        reader.error(node.at, format!("{what} is not part of this version"), format!("Write `{name}: []`"));
    }
}
