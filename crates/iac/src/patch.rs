//! What to write into the source so that missing tags are there.

use std::fmt::Write as _;
use tagledger_model::{TagPlace, TagSyntax};

/// Lines of source that set tags at their place; a tag without a value gets a mark that a person has to replace. None where the
/// source's language is not known.
pub fn patch(at: &TagPlace, tags: &[(String, Option<String>)]) -> Option<String> {
    if tags.is_empty() {
        return None;
    }
    let mut out = String::new();
    match at.syntax {
        TagSyntax::HclMap => {
            let path: Vec<&str> = at.attribute.split('.').collect();
            let (attribute, blocks) = path.split_last()?;
            for (depth, block) in blocks.iter().enumerate() {
                let _ = writeln!(out, "{}{block} {{", "  ".repeat(depth));
            }
            let indent = "  ".repeat(blocks.len());
            let _ = writeln!(out, "{indent}{attribute} = {{");
            for (key, value) in tags {
                let _ = writeln!(out, "{indent}  {} = {}", name(key), quoted(key, value.as_deref()));
            }
            let _ = writeln!(out, "{indent}}}");
            for depth in (0..blocks.len()).rev() {
                let _ = writeln!(out, "{}}}", "  ".repeat(depth));
            }
        }
        TagSyntax::HclBlocks => {
            for (key, value) in tags {
                let _ = writeln!(
                    out,
                    "{} {{\n  key                 = \"{}\"\n  value               = {}\n  propagate_at_launch = true\n}}",
                    at.attribute,
                    escaped(key),
                    quoted(key, value.as_deref())
                );
            }
        }
        TagSyntax::KeyValueList | TagSyntax::Map => return None,
    }
    Some(out)
}

fn name(key: &str) -> String {
    // These words begin or are expressions where a key stands.
    let is_word_of_the_language = matches!(key, "for" | "null" | "true" | "false");
    let is_identifier =
        key.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_') && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_identifier && !is_word_of_the_language { key.to_owned() } else { format!("\"{}\"", escaped(key)) }
}

fn quoted(key: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => format!("\"{}\"", escaped(value)),
        None => format!("\"<{}>\" # choose one", escaped(key)),
    }
}

/// Text within quotes of HCL, where `${` and `%{` would begin a template.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t").replace("${", "$${").replace("%{", "%%{")
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
}
