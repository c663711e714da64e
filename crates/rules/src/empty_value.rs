//! `empty-value`: a taxonomy key is there with nothing in it.

use crate::unread;
use crate::words::{self, KeyHit};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, KeyColumns, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};

pub struct EmptyValue;

static META: RuleMeta = RuleMeta {
    id: "empty-value",
    family: Family::Untagged,
    level: Level::Error,
    since: "0.1.0",
    summary: "A key is there with nothing in it",
    options: &[],
    page: include_str!("../pages/empty-value.md"),
};

impl Rule for EmptyValue {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let check = |key: KeyColumns<'_>| Check::Columns {
            table: Table::Resources,
            key: Some(key.id),
            population: unread::judged(cx, &key, META.id),
            // An empty value gives way to any other, so two tags that disagree are not empty.
            violated: key.is_empty().and(key.is_conflicting().not()),
            demanded_by: Some(key.key.place.clone()),
        };
        cx.keys().map(check).collect()
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(at) = KeyHit::of(hit) else { return words::summary(&META) };
        if !hit.is_violated() {
            return Explanation { message: at.value_unread("it is empty"), evidence: Some(at.evidence()), ..Explanation::default() };
        }
        // What is used instead of the empty value, and who says so.
        let lent = at.key.value().zip(at.provenance());
        let message = match &lent {
            Some((value, lender)) => format!("`{}` is empty, so {value} is used, from the {lender}", at.raw_key()),
            None => format!("`{}` is empty", at.raw_key()),
        };
        Explanation {
            message,
            evidence: Some(at.evidence()),
            provenance: lent.map(|(_, lender)| lender).or_else(|| at.own()),
            suggestion: Some(Suggestion::SetTag { key: at.key.spelling().to_string(), value: at.likely_value() }),
            ..Explanation::default()
        }
    }
}
