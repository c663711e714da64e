//! The lines that give a block of HCL the tags it lacks.
//!
//! Lines are added where a map or a list ends, where that is possible. Where it is not, the attribute or the block is written anew as a whole.

use super::literal::Shape;
use super::{STEP, Tag, blocks, nested};
use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Attribute, Block, Body};
use std::ops::Range;
use tagledger_model::{TagPlace, TagSyntax};

/// The lines of HCL to write into a block so that it has these tags too; `text` are all the lines of the block, and nothing else.
///
/// None where nothing can be said about the block: it is no resource of HCL, its tags are written in a way that is not understood, they are there
/// already, or the lines would have to repeat what else the block holds, which may be a secret.
pub fn patch_block(text: &str, at: &TagPlace, tags: &[(String, Option<String>)]) -> Option<String> {
    let edit = edit(text, at, tags)?;
    // A suggestion that breaks the file would be worse than none.
    parse_body(&edit.applied(text)).ok()?;
    Some(edit.lines)
}

/// What is written instead of a range of the block; an empty range is the beginning of a line.
#[derive(Debug)]
struct Edit {
    range: Range<usize>,
    lines: String,
}

impl Edit {
    fn insert(at: usize, lines: &[String]) -> Self {
        Self { range: at..at, lines: lines.join("\n") }
    }

    fn applied(&self, text: &str) -> String {
        let (before, after) = (text.get(..self.range.start).unwrap_or_default(), text.get(self.range.end..).unwrap_or_default());
        let end = if self.range.is_empty() { "\n" } else { "" };
        format!("{before}{}{end}{after}", self.lines)
    }
}

fn edit(text: &str, at: &TagPlace, missing: &[Tag]) -> Option<Edit> {
    let block = resource(text)?;
    let path: Vec<&str> = at.attribute.split('.').collect();
    let (name, outer) = path.split_last()?;
    let (within, left) = descend(&block, outer);
    // What is an attribute cannot be opened as a block.
    if missing.is_empty() || left.first().is_some_and(|name| within.body.has_attribute(name)) {
        return None;
    }
    let shape = match at.syntax {
        TagSyntax::HclMap => Shape::Map,
        TagSyntax::KeyValueList => Shape::List,
        TagSyntax::HclBlocks => {
            let is_new = |(key, _): &&Tag| !within.body.get_blocks(name).any(|b| b.body.get_attribute("key").and_then(|a| a.value.as_str()) == Some(key));
            let missing: Vec<Tag> = missing.iter().filter(is_new).cloned().collect();
            return if missing.is_empty() { None } else { add(text, within, left, |indent| blocks(name, &missing, indent)) };
        }
        TagSyntax::Map => return None,
    };
    match within.body.get_attribute(name).filter(|_| left.is_empty()) {
        Some(attribute) => change(text, attribute, shape, missing),
        None => add(text, within, left, |indent| shape.attribute(name, missing, indent)),
    }
}

/// The one resource that a text is. A call of a module is none: nobody knows which of its inputs becomes a tag.
fn resource(text: &str) -> Option<Block> {
    let mut blocks = parse_body(text).ok()?.into_blocks();
    blocks.next().filter(|block| block.has_ident("resource") && blocks.next().is_none())
}

/// Goes down nested blocks as far as they are written; gives the innermost of them and the names that are left.
fn descend<'b, 'p, 't>(block: &'b Block, path: &'p [&'t str]) -> (&'b Block, &'p [&'t str]) {
    let (mut block, mut path) = (block, path);
    while let [name, rest @ ..] = path {
        let Some(inner) = inner(&block.body, name) else { break };
        (block, path) = (inner, rest);
    }
    (block, path)
}

/// The first nested block of a name, also where it is written as `dynamic "name" { content { … } }`.
fn inner<'b>(body: &'b Body, name: &str) -> Option<&'b Block> {
    let dynamic = || body.blocks().find(|b| b.has_ident("dynamic") && b.has_exact_labels(&[name]))?.body.get_blocks("content").next();
    body.blocks().find(|b| b.has_ident(name)).or_else(dynamic)
}

/// Changes an attribute that is there.
fn change(text: &str, attribute: &Attribute, shape: Shape, missing: &[Tag]) -> Option<Edit> {
    let name = attribute.key.as_str();
    let (whole, value) = (attribute.span()?, attribute.value.span()?);
    let indent = indent_before(text, whole.start).unwrap_or_default();
    let rewritten = |new: String| Some(Edit { range: whole.start - indent.len()..value.end, lines: format!("{indent}{name} = {new}") });
    let written = text.get(value.clone())?;
    if attribute.value.is_null() {
        return rewritten(shape.literal(&[], missing, indent));
    }
    if shape.is_literal(&attribute.value) {
        return match shape.insertion(text, &attribute.value, missing) {
            Some((at, lines)) => Some(Edit::insert(at, &lines)),
            None => rewritten(shape.rewritten(text, &attribute.value, missing, indent)?),
        };
    }
    let (join, more) = (shape.join(), shape.literal(&[], missing, indent));
    match &attribute.value {
        Expression::FuncCall(call) if !call.name.is_namespaced() && call.name.name.as_str() == join && !call.args.expand_final() => {
            let last = call.args.iter().last().filter(|last| shape.is_literal(last));
            if let Some((at, lines)) = last.and_then(|last| shape.insertion(text, last, missing)) {
                return Some(Edit::insert(at, &lines));
            }
            let arguments = written.strip_suffix(')')?.trim_end().trim_end_matches(',');
            let edit = rewritten(format!("{arguments}, {more})"))?;
            // A comment at the end of the arguments would swallow what is added to them.
            if parse_body(&edit.applied(text)).is_ok() { Some(edit) } else { rewritten(format!("{join}({written}, {more})")) }
        }
        Expression::Variable(_)
        | Expression::Traversal(_)
        | Expression::FuncCall(_)
        | Expression::Conditional(_)
        | Expression::ForExpr(_)
        | Expression::Parenthesis(_) => rewritten(format!("{join}({written}, {more})")),
        _ => None,
    }
}

/// Adds lines at the end of a block, within nested blocks that are not there yet.
fn add(text: &str, block: &Block, outer: &[&str], lines: impl Fn(&str) -> Vec<String>) -> Option<Edit> {
    let span = block.span()?;
    let brace = span.end.checked_sub(1)?;
    let is_one_line = !text.get(span.clone())?.contains('\n');
    let base = indent_before(text, if is_one_line { span.start } else { brace })?;
    let first = block.body.iter().find_map(|s| indent_before(text, s.span()?.start)).filter(|_| !is_one_line);
    let inside = first.map_or_else(|| format!("{base}{STEP}"), str::to_owned);
    let added = nested(outer, &inside, lines);
    if !is_one_line {
        return Some(Edit::insert(brace - base.len(), &added));
    }
    // A block that holds something on its one line would have to be written anew, with what may be a secret in it.
    if block.body.iter().next().is_some() {
        return None;
    }
    let head = text.get(span.start..brace)?;
    let head = head.get(..=head.rfind('{')?)?;
    Some(Edit { range: span.start - base.len()..span.end, lines: format!("{base}{head}\n{}\n{base}}}", added.join("\n")) })
}

/// The white space before an offset, where there is nothing else on the line.
pub(super) fn indent_before(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let line = before.get(before.rfind('\n').map_or(0, |end| end + 1)..)?;
    line.chars().all(|c| c == ' ' || c == '\t').then_some(line)
}

#[cfg(test)]
mod tests;
