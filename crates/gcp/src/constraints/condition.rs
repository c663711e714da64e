//! What a label may say, in the Common Expression Language.

use serde_json::json;
use tagledger_collect::{AllowedValues, Pattern};

/// Most times that a regular expression of RE2 repeats something.
const MOST_TIMES: u32 = 1_000;

/// Whether it can be said.
pub(super) enum Said {
    /// There is nothing to say.
    Nothing,
    /// Like so.
    Condition(String),
    /// No, because.
    Impossible(String),
}

/// The condition that a value is allowed.
pub(super) fn of_values(allowed: &AllowedValues, value: &str) -> Said {
    match allowed {
        AllowedValues::Any => Said::Nothing,
        AllowedValues::Values(values) => Said::Condition(format!("{value} in {}", json!(values))),
        AllowedValues::Pattern { text, form } => {
            let mut expression = String::new();
            match print(form, &mut expression) {
                Some(()) => Said::Condition(format!("{value}.matches({})", json!(format!("^(?:{expression})$")))),
                None => Said::Impossible(format!("the pattern `{text}` repeats more often than RE2 does")),
            }
        }
    }
}

/// A pattern as a regular expression that any engine reads the same: literals, ranges, groups and counts.
fn print(form: &Pattern, out: &mut String) -> Option<()> {
    match form {
        Pattern::Text(text) => text.chars().for_each(|c| literal(c, out)),
        Pattern::OneOf(_) if form.is_any_character() => out.push('.'),
        Pattern::OneOf(ranges) => {
            out.push('[');
            for (from, to) in ranges {
                in_class(*from, out);
                if from != to {
                    out.push('-');
                    in_class(*to, out);
                }
            }
            out.push(']');
        }
        Pattern::Sequence(parts) => parts.iter().try_for_each(|part| grouped(part, matches!(part, Pattern::Either(_)), out))?,
        Pattern::Either(parts) => {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    out.push('|');
                }
                print(part, out)?;
            }
        }
        Pattern::Repeat { of, least, most } => {
            if *least > MOST_TIMES || most.is_some_and(|most| most > MOST_TIMES) {
                return None;
            }
            let is_one = matches!(&**of, Pattern::OneOf(_)) || matches!(&**of, Pattern::Text(text) if text.chars().count() == 1);
            grouped(of, !is_one, out)?;
            match (least, most) {
                (0, None) => out.push('*'),
                (1, None) => out.push('+'),
                (0, Some(1)) => out.push('?'),
                (least, None) => out.extend(["{", &least.to_string(), ",}"]),
                (least, Some(most)) if least == most => out.extend(["{", &least.to_string(), "}"]),
                (least, Some(most)) => out.extend(["{", &least.to_string(), ",", &most.to_string(), "}"]),
            }
        }
    }
    Some(())
}

fn grouped(form: &Pattern, group: bool, out: &mut String) -> Option<()> {
    if group {
        out.push_str("(?:");
    }
    print(form, out)?;
    if group {
        out.push(')');
    }
    Some(())
}

fn literal(c: char, out: &mut String) {
    if r"\.+*?()|[]{}^$".contains(c) {
        out.push('\\');
    }
    out.push(c);
}

fn in_class(c: char, out: &mut String) {
    if r"\]^-[".contains(c) {
        out.push('\\');
    }
    out.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(form: &Pattern) -> Option<String> {
        let mut out = String::new();
        print(form, &mut out).map(|()| out)
    }

    #[test]
    fn a_pattern_is_printed_with_groups_where_they_are_needed() {
        let text = |text: &str| Pattern::Text(text.to_owned());
        let either = Pattern::Either(vec![text("a.b"), text("c")]);
        let repeat = Pattern::Repeat { of: Box::new(either), least: 2, most: Some(3) };
        let class = Pattern::OneOf(vec![('-', '-'), ('0', '9'), ('a', 'z')]);
        let some = Pattern::Repeat { of: Box::new(class), least: 1, most: None };
        assert_eq!(printed(&Pattern::Sequence(vec![repeat, some])).as_deref(), Some(r"(?:a\.b|c){2,3}[\-0-9a-z]+"));
        let often = Pattern::Repeat { of: Box::new(text("ab")), least: 0, most: Some(1_001) };
        assert_eq!(printed(&often), None);
    }
}
