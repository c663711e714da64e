//! `unknown-value`: a taxonomy key says something that the taxonomy does not know.

use crate::unread;
use crate::words::{self, KeyHit};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, KeyColumns, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};
use tagledger_taxonomy::{Domain, Value, fold};

pub struct UnknownValue;

static META: RuleMeta = RuleMeta {
    id: "unknown-value",
    family: Family::Untagged,
    level: Level::Error,
    since: "0.1.0",
    summary: "A value is not one that the taxonomy knows",
    options: &[],
    page: include_str!("../pages/unknown-value.md"),
};

impl Rule for UnknownValue {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let check = |key: KeyColumns<'_>| Check::Columns {
            table: Table::Resources,
            key: Some(key.id),
            population: unread::judged(cx, &key, META.id).and(key.is_empty().fill_null(false).not()),
            // Two tags that disagree are one finding, of `conflicting-keys`.
            violated: key.is_unrecognised().and(key.is_conflicting().not()),
            demanded_by: Some(key.key.place.clone()),
        };
        cx.keys().map(check).collect()
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(at) = KeyHit::of(hit) else { return words::summary(&META) };
        if !hit.is_violated() {
            return Explanation { message: at.value_unread("it is a known one"), evidence: Some(at.evidence()), ..Explanation::default() };
        }
        let (name, raw) = (at.key.name(), at.raw_value());
        let (message, value) = match &at.key.declaration().domain {
            Domain::Values(values) => match nearest(&words::plain(&at.resource, raw), values) {
                Some(near) => (format!("{name} `{raw}` is not a known value (nearest: {near})"), Some(at.key.value_spelling(near))),
                None => (format!("{name} `{raw}` is not a known value (known: {})", listed(values)), None),
            },
            Domain::Pattern { text, .. } => (format!("{name} `{raw}` does not match `{text}`"), None),
            Domain::Any => (format!("{name} `{raw}` is not a known value"), None),
        };
        Explanation {
            message,
            evidence: Some(at.evidence()),
            provenance: at.own(),
            suggestion: Some(Suggestion::SetTag { key: at.key.spelling().to_string(), value }),
            ..Explanation::default()
        }
    }
}

/// The value that was probably meant: the one with the nearest spelling, when it is near enough.
fn nearest<'v>(said: &str, values: &'v [Value]) -> Option<&'v str> {
    let said = fold(said);
    // The distance is quadratic in the length, and a longer text is no slip of the finger.
    if said.is_empty() || said.len() > 64 {
        return None;
    }
    let distance = |spelling: &String| {
        let spelling = fold(spelling);
        let distance = strsim::damerau_levenshtein(&said, &spelling);
        let begins = said.len().min(spelling.len()) >= 3 && (said.starts_with(&spelling) || spelling.starts_with(&said));
        (begins || distance <= (said.len().max(spelling.len()) / 3).max(1)).then_some(distance)
    };
    let spellings = values.iter().flat_map(|value| std::iter::once(&value.name).chain(&value.aliases).map(move |s| (s, value.name.as_str())));
    spellings.filter_map(|(spelling, name)| Some((distance(spelling)?, name))).min().map(|(_, name)| name)
}

/// The values, as many as a line can take.
fn listed(values: &[Value]) -> String {
    const SHOWN: usize = 12;
    let mut names: Vec<&str> = values.iter().map(|value| value.name.as_str()).collect();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    if more == 0 { names.join(", ") } else { format!("{}, and {more} more", names.join(", ")) }
}
