//! A regular expression taken apart, so that a cloud can say it in its own way; and the same where values are written in the label encoding.

use regex_syntax::hir::{Class, Hir, HirKind, Look};
use tagledger_collect::Pattern;
use tagledger_taxonomy::encode_label;

/// What a pattern of the taxonomy matches as a whole; none for one that asks for more than characters, such as the edge of a word.
pub(super) fn of(pattern: &str) -> Option<Pattern> {
    let parsed = regex_syntax::parse(pattern).ok()?;
    // The whole value is meant in any case: anchors at the ends say nothing more.
    match parsed.kind() {
        HirKind::Concat(parts) => {
            let (mut parts, is) = (parts.as_slice(), |hir: &Hir, look: Look| matches!(hir.kind(), HirKind::Look(found) if *found == look));
            if let [first, rest @ ..] = parts
                && is(first, Look::Start)
            {
                parts = rest;
            }
            if let [rest @ .., last] = parts
                && is(last, Look::End)
            {
                parts = rest;
            }
            parts.iter().map(from).collect::<Option<Vec<_>>>().map(Pattern::Sequence)
        }
        _ => from(&parsed),
    }
}

fn from(hir: &Hir) -> Option<Pattern> {
    Some(match hir.kind() {
        HirKind::Empty => Pattern::Text(String::new()),
        HirKind::Literal(literal) => Pattern::Text(String::from_utf8(literal.0.to_vec()).ok()?),
        HirKind::Class(Class::Unicode(class)) => Pattern::OneOf(class.ranges().iter().map(|range| (range.start(), range.end())).collect()),
        HirKind::Class(Class::Bytes(class)) => {
            // Patterns are over text, so that bytes beyond ASCII cannot stand there.
            Pattern::OneOf(class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect())
        }
        HirKind::Look(_) => return None,
        HirKind::Repetition(repetition) => Pattern::Repeat { of: Box::new(from(&repetition.sub)?), least: repetition.min, most: repetition.max },
        HirKind::Capture(capture) => from(&capture.sub)?,
        HirKind::Concat(parts) => Pattern::Sequence(parts.iter().map(from).collect::<Option<_>>()?),
        HirKind::Alternation(parts) => Pattern::Either(parts.iter().map(from).collect::<Option<_>>()?),
    })
}

/// The form of the labels that stand for values of a form; none where that would take too long a list.
pub(super) fn encoded(form: &Pattern) -> Option<Pattern> {
    let all = |parts: &[Pattern]| parts.iter().map(encoded).collect::<Option<Vec<_>>>();
    Some(match form {
        // A text that does not fit a label becomes a hash, which no other part may follow.
        Pattern::Text(text) => Pattern::Text(Some(encode_label(text)).filter(|label| !label.contains("__h"))?),
        Pattern::OneOf(ranges) => one_of(form.is_any_character(), ranges)?,
        Pattern::Sequence(parts) => Pattern::Sequence(all(parts)?),
        Pattern::Either(parts) => Pattern::Either(all(parts)?),
        Pattern::Repeat { of, least, most } => Pattern::Repeat { of: Box::new(encoded(of)?), least: *least, most: *most },
    })
}

/// One character: itself where a label can hold it, else the digits that stand for it.
fn one_of(is_any: bool, ranges: &[(char, char)]) -> Option<Pattern> {
    let hex = || Pattern::OneOf(vec![('0', '9'), ('a', 'f')]);
    if is_any {
        // What a label cannot hold does not stand in one either, so that any character may stay any.
        let escape = Pattern::Sequence(vec![Pattern::Text("__".to_owned()), hex(), hex()]);
        return Some(Pattern::Either(vec![escape, Pattern::OneOf(ranges.to_vec())]));
    }
    let (mut plain, mut escapes) = (Vec::<(char, char)>::new(), Vec::new());
    for c in ranges.iter().flat_map(|(from, to)| *from..=*to) {
        let label = encode_label(c.encode_utf8(&mut [0; 4]));
        if label.chars().eq([c]) {
            match plain.last_mut() {
                Some((_, to)) if u32::from(*to) + 1 == u32::from(c) => *to = c,
                _ => plain.push((c, c)),
            }
        } else if c.is_ascii_graphic() || c == ' ' {
            escapes.push(Pattern::Text(label));
        } else if !c.is_ascii() {
            // Letters of other scripts in capitals: each is some bytes, and they are too many to list.
            return None;
        }
    }
    let plain = (!plain.is_empty()).then_some(Pattern::OneOf(plain));
    let mut parts: Vec<Pattern> = plain.into_iter().chain(escapes).collect();
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Pattern::Either(parts)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Pattern {
        Pattern::Text(text.to_owned())
    }

    #[test]
    fn a_pattern_is_taken_apart_and_anchors_fall_away() {
        let digits = Pattern::Repeat { of: Box::new(Pattern::OneOf(vec![('0', '9')])), least: 4, most: Some(4) };
        for pattern in ["CC-[0-9]{4}", "^CC-[0-9]{4}$", "CC-([0-9]{4})"] {
            assert_eq!(of(pattern), Some(Pattern::Sequence(vec![text("CC-"), digits.clone()])), "{pattern}");
        }
        assert_eq!(of("a\\b-"), None, "the edge of a word is no character");
        assert_eq!(of("(x"), None);
    }

    #[test]
    fn what_a_label_cannot_hold_is_said_by_its_digits() {
        let capital = Pattern::OneOf(vec![('A', 'A'), ('a', 'z')]);
        assert_eq!(encoded(&capital), Some(Pattern::Either(vec![Pattern::OneOf(vec![('a', 'z')]), text("__41")])));
        assert_eq!(encoded(&text("a.B")), Some(text("a__2e__42")));
        assert_eq!(encoded(&Pattern::OneOf(vec![('Ä', 'Ä')])), None);
        assert_eq!(encoded(&text(&"A".repeat(40))), None, "it would become a hash");
    }
}
