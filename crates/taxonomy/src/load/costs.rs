//! `costs:`: the attribution ladder.

use super::keys::check_value;
use super::policy::{amount, find_key};
use super::{SideFiles, shares};
use crate::yaml::{Node, Reader, suggest};
use crate::{Budget, Costs, Key, Period, Rung};

/// The words of a ladder. `split` is its end: it shares what the others have given.
const RUNGS: [(&str, Option<Rung>); 7] = [
    ("row", Some(Rung::Row)),
    ("resource", Some(Rung::Resource)),
    ("group", Some(Rung::Group)),
    ("scope", Some(Rung::Scope)),
    ("stage", Some(Rung::Stage)),
    ("assign", Some(Rung::Assign)),
    ("split", None),
];

impl Default for Costs {
    fn default() -> Self {
        Self { ladder: RUNGS.iter().filter_map(|(_, rung)| *rung).collect(), assign: Vec::new(), splits: Vec::new(), budgets: Vec::new() }
    }
}

/// Reads `costs:`.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node, keys: &[Key], side: &mut SideFiles<'_>) -> Costs {
    let Some(mut fields) = reader.fields(node, "`costs`") else { return Costs::default() };
    let ladder_node = fields.take("ladder");
    let mut costs = ladder_node.map_or_else(Costs::default, |node| ladder(reader, node));
    let items = fields.take("budgets").map(|node| reader.items(node, "`budgets`")).unwrap_or_default();
    costs.budgets = items.iter().filter_map(|item| budget(reader, item, keys)).collect();
    let assign_node = fields.take("assign");
    let items = assign_node.map(|node| reader.items(node, "`assign`")).unwrap_or_default();
    costs.assign = items.iter().filter_map(|item| shares::assign(reader, item, keys)).collect();
    let split_node = fields.take("splits");
    let items = split_node.map(|node| reader.items(node, "`splits`")).unwrap_or_default();
    let splits = items.iter().filter_map(|item| shares::split(reader, item, keys, side)).collect();
    costs.splits = shares::ordered(reader, splits);
    // A list that nothing asks for would be believed.
    if let Some(words) = ladder_node {
        let named: Vec<&str> = reader.words(words, "`ladder`").iter().map(|word| word.text).collect();
        let unclaimed = costs.ladder.iter().all(|rung| *rung == Rung::Assign) && costs.assign.is_empty();
        if unclaimed && named.iter().all(|word| RUNGS.iter().any(|(name, _)| name == word)) {
            reader.error(words.at, "No rung of the ladder can claim any cost", "Name at least one of row, resource, group, scope, stage");
        }
        for (node, list, rung, used) in [(assign_node, "assign", "assign", costs.assign.is_empty()), (split_node, "splits", "split", costs.splits.is_empty())] {
            if let Some(node) = node.filter(|_| !used && !named.contains(&rung)) {
                reader.error(node.at, format!("`{list}` has entries, and `{rung}` is not on the ladder"), format!("Add `{rung}` to `ladder`"));
            }
        }
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
        if named.contains(&"split") {
            reader.error(word.at, format!("`{name}` stands after `split`"), "Let `split` be the last; it shares what all others have given");
        }
        named.push(name);
        ladder.extend(*rung);
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
    let (value, currency) = (value?.text.to_owned(), currency?.text.trim().to_ascii_uppercase());
    Some(Budget { key: key?, value, per: per?, limit: limit?, currency, place: reader.place(at) })
}
