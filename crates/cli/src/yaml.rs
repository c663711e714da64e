//! Text in YAML that this program writes.

use serde_json::json;
use std::fmt::Write as _;

/// A text as YAML takes it anywhere. What moves a terminal or does not show is written by its number, whoever it comes from.
pub(crate) fn quoted(text: &str) -> String {
    escaped(&json!(text).to_string())
}

/// JSON, or quoted text of YAML, in which what moves a terminal or does not show is written by its number. Such characters stand within texts alone.
pub(crate) fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        let shows = matches!(c, ' '..='~' | '\n') || !c.is_control() && tagledger_report::visible(c.encode_utf8(&mut [0; 4])) != "\u{fffd}";
        if shows {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _written = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

/// Text in a comment: one line, and nothing that moves a terminal.
pub(crate) fn comment(text: &str) -> String {
    crate::failure::inert(text).replace(['\n', '\r'], " ")
}
