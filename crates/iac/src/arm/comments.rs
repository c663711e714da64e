//! Templates are JSON with comments, and with texts over several lines: what strict readers of JSON refuse is taken out, and lines stay where they
//! are. <https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax#comments-and-metadata>

/// Whether a text may be a template: it names the schema near its beginning.
pub(crate) fn is_template(text: &str) -> bool {
    let head = &text.as_bytes()[..text.len().min(8_192)];
    memchr::memmem::find(head, b"eploymentTemplate.json").is_some()
}

/// The same text as strict JSON. Comments become blanks; a line break within a text moves behind it, so that only its own lines are told wrong.
pub(crate) fn strict(text: String) -> String {
    if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' => string(rest, &mut out),
            '/' if rest.starts_with("//") => blank(rest, rest.find('\n').unwrap_or(rest.len()), &mut out),
            '/' if rest.starts_with("/*") => blank(rest, rest.find("*/").map_or(rest.len(), |at| at + 2), &mut out),
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

fn blank(text: &str, length: usize, out: &mut String) -> usize {
    out.extend(text[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
    length
}

/// A text up to its closing quote. One that nothing closes stays as it is, so that its mistake is found where it stands.
fn string(text: &str, out: &mut String) -> usize {
    let (mut breaks, mut escaped, begin) = (0, false, out.len());
    for (at, c) in text.char_indices() {
        match c {
            '\n' => {
                breaks += 1;
                out.push(' ');
            }
            '\r' | '\t' => out.push(' '),
            c => out.push(c),
        }
        if at > 0 && c == '"' && !escaped {
            out.extend(std::iter::repeat_n('\n', breaks));
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    out.truncate(begin);
    out.push_str(text);
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_breaks_go_and_lines_stay() {
        let text = "// head\n{ /* a\n \"b\": */ \"c\": \"[union(\n  x)]\", // tail \"\n \"u\": \"http://x/*\", \"e\": \"a\\\"//b\" }";
        let value: serde_json::Value = serde_json::from_str(&strict(text.to_owned())).unwrap();
        assert_eq!(value, serde_json::json!({"c": "[union(   x)]", "u": "http://x/*", "e": "a\"//b"}));
        let line = |text: &str, word: &str| text[..text.find(word).unwrap()].matches('\n').count();
        assert_eq!(line(&strict(text.to_owned()), "\"u\""), line(text, "\"u\""));
        for broken in ["\"", "/*", "//", "{\"a", "/"] {
            assert!(!strict(broken.to_owned()).contains("//"));
        }
        assert_eq!(strict("{\"a\": \"b\nc".to_owned()), "{\"a\": \"b\nc");
    }
}
