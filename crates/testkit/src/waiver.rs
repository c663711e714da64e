//! Waivers, each decided first and then written down, and what each of them names.

use crate::calendar::{DAY, date};
use crate::random::Rng;
use std::fmt::Write as _;

/// A waiver.
#[derive(Debug, Clone, Default)]
pub struct Waiver {
    /// Pattern over rules.
    pub rule: String,
    /// Pattern over ids.
    pub resource: Option<String>,
    /// Pattern over ids and names of scopes.
    pub scope: Option<String>,
    /// Pattern over kinds.
    pub kind: Option<String>,
    /// Pattern over keys.
    pub key: Option<String>,
    /// Why; no two have one.
    pub reason: String,
    /// The first second at which it counts no more; the start of a day.
    pub ends: i64,
}

/// What a waiver may name of something.
#[derive(Debug, Clone, Default)]
pub struct On<'a> {
    /// The id as it is spelt.
    pub id: &'a str,
    /// The scope: its id, and the name that it is described with; nothing for what is of no scope.
    pub scopes: Vec<&'a str>,
    /// The cloud's own kind and the shared one.
    pub kinds: Vec<&'a str>,
}

impl Waiver {
    /// Its last day is not over.
    pub fn counts(&self, now: i64) -> bool {
        self.ends > now
    }

    /// It is about findings of this rule and key; `-` is none.
    pub fn is_about(&self, rule: &str, key: &str) -> bool {
        fits(&self.rule, rule) && self.key.as_ref().is_none_or(|pattern| key != "-" && fits(pattern, key))
    }

    /// Its patterns over ids, scopes and kinds fit.
    pub fn names(&self, on: &On<'_>) -> bool {
        let is = |pattern: &Option<String>, texts: &[&str]| pattern.as_ref().is_none_or(|pattern| texts.iter().any(|text| fits_caseless(pattern, text)));
        self.resource.as_ref().is_none_or(|pattern| fits(pattern, on.id)) && is(&self.scope, &on.scopes) && is(&self.kind, &on.kinds)
    }

    /// Whether something that it names may lie in a scope that is described so, whatever lies there.
    pub fn may_lie_in(&self, id: &str, name: Option<&str>) -> bool {
        self.scope.as_ref().is_none_or(|pattern| std::iter::once(id).chain(name).any(|text| fits_caseless(pattern, text)))
    }

    /// What reports call it.
    pub fn shown(&self) -> String {
        let mut shown = self.rule.clone();
        for (name, text) in [("", &self.resource), ("scope=", &self.scope), ("kind=", &self.kind)] {
            if let Some(text) = text {
                let _infallible = write!(shown, " {name}{text}");
            }
        }
        shown
    }

    /// Its lines in the taxonomy.
    pub fn written(&self) -> String {
        let mut out = format!("  - rule: \"{}\"\n", self.rule);
        for (name, text) in [("resource", &self.resource), ("scope", &self.scope), ("kind", &self.kind), ("key", &self.key)] {
            if let Some(text) = text {
                let _infallible = writeln!(out, "    {name}: {text:?}");
            }
        }
        let _infallible = writeln!(out, "    reason: \"{}\"\n    owner: {OWNER}\n    expires: {}", self.reason, date(self.ends - DAY));
        out
    }

    /// What a finding says that it covers: its reason, who answers for it, and its last day.
    pub fn told(&self) -> String {
        format!("{}; {OWNER}; {}", self.reason, date(self.ends - DAY))
    }
}

/// The end of a last day: today's, yesterday's, or any other's.
pub fn ends(now: i64, rng: &mut Rng) -> i64 {
    let today = now.div_euclid(DAY) * DAY;
    match rng.below(8) {
        0 => today,
        1 => today + DAY,
        2 => today - DAY * (1 + i64::try_from(rng.below(300)).unwrap_or(0)),
        _ => today + DAY * (2 + i64::try_from(rng.below(300)).unwrap_or(0)),
    }
}

/// Who answers for all of them.
const OWNER: &str = "linda.berg@example.com";

fn fits_caseless(pattern: &str, text: &str) -> bool {
    fits(&pattern.to_lowercase(), &text.to_lowercase())
}

/// `*` is any text, `?` any letter.
fn fits(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => fits(&pattern[1..], text) || text.chars().next().is_some_and(|first| fits(pattern, &text[first.len_utf8()..])),
        (Some('?'), Some(first)) => fits(&pattern[1..], &text[first.len_utf8()..]),
        (Some(wanted), Some(first)) if wanted == first => fits(&pattern[wanted.len_utf8()..], &text[first.len_utf8()..]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_whole_texts() {
        for (pattern, text) in [("*", ""), ("a*", "a"), ("*a*b", "xaxbab"), ("a?c", "aüc"), ("", "")] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("?", ""), ("a*", "ba"), ("*b", "abc"), ("a?c", "ac"), ("A", "a"), ("", "a")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
