//! `nonstandard-value`: a value is understood, and spelt otherwise than it should be.

use crate::unread;
use crate::words::{self, KeyHit};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, KeyColumns, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};

pub struct NonstandardValue;

static META: RuleMeta = RuleMeta {
    id: "nonstandard-value",
    family: Family::Untagged,
    level: Level::Info,
    since: "0.1.0",
    summary: "A value is spelt otherwise than it should be",
    options: &[],
    page: include_str!("../pages/nonstandard-value.md"),
};

impl Rule for NonstandardValue {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let check = |key: KeyColumns<'_>| Check::Columns {
            table: Table::Resources,
            key: Some(key.id),
            population: unread::judged(cx, &key, META.id),
            violated: key.is_value_nonstandard(),
            demanded_by: Some(key.key.place.clone()),
        };
        cx.keys().map(check).collect()
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(at) = KeyHit::of(hit) else { return words::summary(&META) };
        let Some(value) = at.key.own_value().filter(|_| hit.is_violated()) else {
            return Explanation { message: at.value_unread("it is spelt as it should be"), evidence: Some(at.evidence()), ..Explanation::default() };
        };
        let should = at.key.value_spelling(&value);
        Explanation {
            message: format!("{} `{}` should be `{should}`", at.key.name(), at.raw_value()),
            evidence: Some(at.evidence()),
            provenance: at.own(),
            suggestion: Some(Suggestion::SetTag { key: at.raw_key().to_string(), value: Some(should) }),
            ..Explanation::default()
        }
    }
}
