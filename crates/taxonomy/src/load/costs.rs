//! `costs:`: the attribution ladder.

use crate::yaml::{Fields, Node, Reader, Shape, suggest};
use crate::{Costs, Rung};

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
        Self { ladder: RUNGS.iter().filter_map(|(_, rung)| *rung).collect() }
    }
}

/// Reads `costs:`.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Costs {
    let Some(mut fields) = reader.fields(node, "`costs`") else { return Costs::default() };
    let costs = fields.take("ladder").map_or_else(Costs::default, |node| ladder(reader, node));
    let later = [("assign", "Assigning costs by hand"), ("splits", "Splitting shared costs"), ("budgets", "Keeping budgets")];
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
    Costs { ladder }
}

/// A file that asks for what this version cannot do would be believed; so it is refused.
fn not_yet(reader: &mut Reader<'_>, fields: &mut Fields<'_>, name: &'static str, what: &str) {
    let Some(node) = fields.take(name) else { return };
    let empty = matches!(&node.shape, Shape::List(items) if items.is_empty());
    if !empty {
        reader.error(node.at, format!("{what} is not part of this version"), format!("Write `{name}: []`"));
    }
}
