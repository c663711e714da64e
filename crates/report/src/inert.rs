//! Makes the text of clouds harmless, one rule per kind of output.
//!
//! Tag keys and values, names and ids are written by anyone with an account: a cell that a spreadsheet would run,
//! an escape sequence that moves a terminal's cursor, a bidi override that makes one id look like another, a closing
//! script tag. Escaping of HTML itself is the template engine's work.

use std::borrow::Cow;
pub(crate) use tagledger_model::is_invisible;
use unicode_width::UnicodeWidthChar;

/// Combining marks that one letter may carry; stacks of more paint over the lines above.
const MARKS: usize = 3;

/// For a terminal and for text inside HTML: what cannot be seen becomes `�`, so that a reader sees that something was there.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        if is_invisible(c) {
            out.push('\u{fffd}');
            marks = 0;
        } else if c.width() == Some(0) {
            marks += 1;
            if marks <= MARKS {
                out.push(c);
            }
        } else {
            out.push(c);
            marks = 0;
        }
    }
    Cow::Owned(out)
}

/// For a cell of a CSV file: controls and other invisible characters are spelt out, and what a spreadsheet would run as a formula gets a `'` in front.
pub(crate) fn cell(text: &str) -> Cow<'_, str> {
    // Nothing but a dash is what stands for nothing.
    if text == "-" {
        return Cow::Borrowed(text);
    }
    // Nearly every cell is printable ASCII that no spreadsheet mistakes for anything: one look at its bytes suffices.
    let harmless = text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b';');
    let first = text.bytes().find(|b| *b != b' ');
    if harmless && !first.is_some_and(|b| matches!(b, b'=' | b'+' | b'-' | b'@')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    // A spreadsheet whose list separator is `;` splits there whatever the quotes say, so each part is the start of a cell.
    for (i, part) in text.split(';').enumerate() {
        if i > 0 {
            out.push(';');
        }
        if is_formula(part) {
            out.push('\'');
        }
        for c in part.chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if is_invisible(c) => out.extend(c.escape_unicode()),
                c => out.push(c),
            }
        }
    }
    Cow::Owned(out)
}

/// Whether a spreadsheet could take it for a formula: `=`, `+`, `-`, `@` (also full width), tab or carriage return first, unless it is a plain number.
fn is_formula(text: &str) -> bool {
    if text.starts_with(['\t', '\r']) {
        return true;
    }
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || is_invisible(c));
    text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) && !is_number(text)
}

/// `-12.5`, `+3`, `1e-7`.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    [whole, fraction, exponent].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// For JSON inside `<script type="application/json">`: nothing in it can close the element, open a comment or end a line of script.
pub(crate) fn script_json(json: &str) -> Cow<'_, str> {
    if !json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + json.len() / 64);
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_control_no_override_and_no_stack_of_marks() {
        assert_eq!(visible("a\u{1b}[31mred\u{7}\r\nb\u{9b}2J"), "a�[31mred���b�2J");
        assert_eq!(visible("x\u{202e}gpj.exe\u{2069}\u{200f}\u{feff}"), "x�gpj.exe���");
        assert_eq!(visible(&format!("e{}", "\u{301}".repeat(40))), "e\u{301}\u{301}\u{301}");
        assert_eq!(visible("Zürich 東京"), "Zürich 東京");
    }

    #[test]
    fn a_spreadsheet_runs_nothing() {
        for (hostile, inert) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("  @SUM(1)", "'  @SUM(1)"),
            ("\t=1+1", "'\\t=1+1"),
            ("\rx", "'\\rx"),
            ("+1-2", "'+1-2"),
            ("\u{feff}=1", "'\\u{feff}=1"),
            ("＝1+1", "'＝1+1"),
            ("a;=1+1", "a;'=1+1"),
            ("one\ntwo\u{1b}[0m", "one\\ntwo\\u{1b}[0m"),
            ("\u{202e}txt", "\\u{202e}txt"),
        ] {
            assert_eq!(cell(hostile), inert);
        }
        for plain in ["-", "-12.5", "+3", "1e-7", "-0.000000000001", "a=b", "x-y", "", "naïve"] {
            assert_eq!(cell(plain), plain);
        }
    }

    #[test]
    fn script_data_cannot_leave_its_element() {
        assert_eq!(script_json(r#""</script><!--&\#""#), r#""\u003c/script\u003e\u003c!--\u0026\#""#);
        assert_eq!(script_json("\u{2028}\u{2029}"), "\\u2028\\u2029");
    }
}
