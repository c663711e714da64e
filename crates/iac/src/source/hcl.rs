//! Blocks of HCL.

use super::Block;
use super::directory::{Name, What};
use super::lines::Lines;
use hcl_edit::Span;
use hcl_edit::parser::parse_body;
use hcl_edit::structure::Block as HclBlock;
use std::path::Path;
use tagledger_model::Text;

/// Every resource and module call of a file.
pub(super) fn blocks(text: &str, file: &Path) -> Result<Vec<(Name, Block)>, String> {
    let body = parse_body(text).map_err(|error| format!("line {}: {}", error.location().line(), error.message()))?;
    let lines = Lines::new(text);
    let found = body.blocks().filter_map(|block| {
        let name = name(block)?;
        let span = block.span()?;
        let ((line, column), (end_line, _)) = (lines.at(span.start), lines.at(span.end.saturating_sub(1)));
        let source = block.body.get_attribute("source").and_then(|a| a.value.as_str()).filter(|_| name.0 == What::Module).map(Text::new);
        Some((name, Block { file: file.to_owned(), line, column, end_line, source }))
    });
    Ok(found.collect())
}

fn name(block: &HclBlock) -> Option<Name> {
    match (block.ident.as_str(), block.labels.as_slice()) {
        ("resource", [kind, name]) => Some((What::Resource, kind.as_str().into(), name.as_str().into())),
        ("module", [name]) => Some((What::Module, name.as_str().into(), Text::default())),
        _ => None,
    }
}
