//! Blocks of the JSON that stands for HCL, as generators write it.
//!
//! <https://developer.hashicorp.com/terraform/language/syntax/json>: blocks lie in objects by their word and labels, and each of these objects may
//! be a list of such objects.

use super::Block;
use super::directory::{Name, What};
use crate::template::{Node, parse};
use std::path::Path;
use tagledger_model::Text;

/// Every resource and module call of a file.
pub(super) fn blocks(text: &str, file: &Path) -> Result<Vec<(Name, Block)>, String> {
    let top = parse(text).map_err(|error| format!("line {}: {}", error.line, error.what))?;
    let mut found = Vec::new();
    for (word, value) in top.iter().flat_map(members) {
        for (label, value) in members(value).filter(|_| matches!(word.text(), Some("resource" | "module"))) {
            if word.text() == Some("module") {
                let source = value.get("source").and_then(Node::text).map(Text::new);
                found.extend(block(What::Module, label, None, value, file).map(|(name, block)| (name, Block { source, ..block })));
            } else {
                found.extend(members(value).filter_map(|(name, value)| block(What::Resource, label, Some(name), value, file)));
            }
        }
    }
    Ok(found)
}

/// A block from its last label to the end of its object.
fn block(what: What, first: &Node, second: Option<&Node>, value: &Node, file: &Path) -> Option<(Name, Block)> {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let last = second.unwrap_or(first);
    let name = (what, first.text()?.into(), second.map_or(Some(""), Node::text)?.into());
    let (line, column, end_line) = (number(last.line), number(last.column), number(value.end_line.max(last.line)));
    Some((name, Block { file: file.to_owned(), line, column, end_line, source: None }))
}

/// The members of an object, or of all the objects in a list; none of anything else.
fn members(value: &Node) -> impl Iterator<Item = (&Node, &Node)> {
    value.entries().iter().chain(value.items().iter().flat_map(Node::entries)).map(|(name, value)| (name, value))
}
