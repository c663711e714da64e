//! `nonstandard-key`: a taxonomy key is there under another spelling than this cloud's.

use crate::words::{self, KeyHit};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, KeyColumns, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};

pub struct NonstandardKey;

static META: RuleMeta = RuleMeta {
    id: "nonstandard-key",
    family: Family::Untagged,
    level: Level::Warn,
    since: "0.1.0",
    summary: "A key is spelt otherwise than it should be",
    options: &[],
    page: include_str!("../pages/nonstandard-key.md"),
};

impl Rule for NonstandardKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let check = |key: KeyColumns<'_>| Check::Columns {
            table: Table::Resources,
            key: Some(key.id),
            population: key.is_present(),
            // To rename one of two tags that disagree, or may disagree, would settle by accident which of them is right.
            violated: key.is_key_nonstandard().and(key.is_conflicting().fill_null(true).not()),
            demanded_by: Some(key.key.place.clone()),
        };
        cx.keys().map(check).collect()
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(at) = KeyHit::of(hit) else { return words::summary(&META) };
        let (raw, should) = (at.raw_key(), at.key.spelling());
        Explanation {
            message: format!("The key `{raw}` should be `{should}`"),
            evidence: Some(at.evidence()),
            provenance: at.own(),
            suggestion: Some(Suggestion::RenameTag { from: raw.to_string(), to: should.to_string() }),
            ..Explanation::default()
        }
    }
}
