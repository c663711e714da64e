//! What to write into the source so that missing tags are there.

mod block;
mod literal;

pub use block::patch_block;

use std::fmt::Write as _;
use tagledger_model::{TagPlace, TagSyntax};

/// A key and the value it should have; none where a person has to choose.
type Tag = (String, Option<String>);

/// How much deeper the inside of a block stands.
const STEP: &str = "  ";

/// Lines of source that set tags at their place; a tag without a value gets a mark that a person has to replace. None where the
/// source's language is not known.
///
/// This is for resources whose block is not known; with the block, `patch_block` knows what is there already.
pub fn patch(at: &TagPlace, tags: &[(String, Option<String>)]) -> Option<String> {
    let path: Vec<&str> = at.attribute.split('.').collect();
    let (name, outer) = path.split_last()?;
    let lines = match at.syntax {
        _ if tags.is_empty() => return None,
        TagSyntax::HclMap => nested(outer, "", |indent| literal::Shape::Map.attribute(name, tags, indent)),
        TagSyntax::HclBlocks => nested(outer, "", |indent| blocks(name, tags, indent)),
        TagSyntax::KeyValueList | TagSyntax::Map => return None,
    };
    Some(lines.join("\n") + "\n")
}

/// Lines within blocks that are opened around them.
fn nested(outer: &[&str], indent: &str, lines: impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let at = |depth: usize| format!("{indent}{}", STEP.repeat(depth));
    let mut out: Vec<String> = outer.iter().enumerate().map(|(depth, name)| format!("{}{name} {{", at(depth))).collect();
    out.extend(lines(&at(outer.len())));
    out.extend((0..outer.len()).rev().map(|depth| format!("{}}}", at(depth))));
    out
}

/// Tags as blocks of their own, as autoscaling groups have them.
fn blocks(name: &str, tags: &[Tag], indent: &str) -> Vec<String> {
    let block = |tag: &Tag| {
        let (key, value, comment) = pair(tag);
        [
            format!("{indent}{name} {{"),
            format!("{indent}{STEP}key                 = {key}"),
            format!("{indent}{STEP}value               = {value}{comment}"),
            format!("{indent}{STEP}propagate_at_launch = true"),
            format!("{indent}}}"),
        ]
    };
    tags.iter().flat_map(block).collect()
}

/// Key and value of a tag, both quoted, and the comment after them.
fn pair((key, value): &Tag) -> (String, String, &'static str) {
    match value {
        Some(value) => (quoted(key), quoted(value), ""),
        None => (quoted(key), quoted(&format!("<{key}>")), " # choose one"),
    }
}

/// A text as HCL quotes it. What cannot be seen is escaped, so that nobody can hide something in a line that is to be copied.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            // Doubled, these two begin no template.
            '$' | '%' if letters.peek() == Some(&'{') => out.extend([letter, letter]),
            _ if is_invisible(letter) => {
                let code = u32::from(letter);
                let _ = if code < 0x1_0000 { write!(out, "\\u{code:04x}") } else { write!(out, "\\U{code:08x}") };
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Control characters, unusual spaces, and marks of direction.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || (letter.is_whitespace() && letter != ' ')
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(attribute: &str, syntax: TagSyntax, tags: &[(&str, Option<&str>)]) -> Option<String> {
        let tags: Vec<_> = tags.iter().map(|(k, v)| ((*k).to_owned(), v.map(str::to_owned))).collect();
        patch(&TagPlace { attribute: attribute.into(), syntax }, &tags)
    }

    #[test]
    fn maps_blocks_and_nested_maps() {
        assert_eq!(
            written("tags", TagSyntax::HclMap, &[("Owner", None), ("a:b", Some("x${y}\""))]).unwrap(),
            "tags = {\n  Owner = \"<Owner>\" # choose one\n  \"a:b\" = \"x$${y}\\\"\"\n}\n"
        );
        assert_eq!(
            written("settings.user_labels", TagSyntax::HclMap, &[("env", Some("prod"))]).unwrap(),
            "settings {\n  user_labels = {\n    env = \"prod\"\n  }\n}\n"
        );
        assert!(written("tag", TagSyntax::HclBlocks, &[("K", Some("v"))]).unwrap().starts_with("tag {\n  key                 = \"K\"\n"));
        assert_eq!(written("tags", TagSyntax::HclMap, &[("for", Some("x"))]).unwrap(), "tags = {\n  \"for\" = \"x\"\n}\n");
        assert_eq!(written("Tags", TagSyntax::KeyValueList, &[("K", None)]), None);
        assert_eq!(written("tags", TagSyntax::HclMap, &[]), None);
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(quoted("a\u{202e}b\u{0}\t\u{e0041}"), r#""a\u202eb\u0000\t\U000e0041""#);
        assert_eq!(quoted("${a} %{b} $c $${d"), r#""$${a} %%{b} $c $$${d""#);
    }
}
