//! `missing-required-key`: a key that the taxonomy asks for is not there, and nothing lends it.

use crate::words::{self, KeyHit};
use tagledger_engine::{Check, Context, Explanation, Family, Hit, KeyColumns, Rule, RuleMeta, Table};
use tagledger_model::{Level, Standing, Suggestion};

pub struct MissingRequiredKey;

static META: RuleMeta = RuleMeta {
    id: "missing-required-key",
    family: Family::Untagged,
    level: Level::Error,
    since: "0.1.0",
    summary: "A required key is missing",
    options: &[],
    page: include_str!("../pages/missing-required-key.md"),
};

impl Rule for MissingRequiredKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let check = |key: KeyColumns<'_>| {
            // A tag that is there is not missing, whatever is wrong with it: other rules say that.
            Check::Columns {
                table: Table::Resources,
                key: Some(key.id),
                population: key.is_asked().and(cx.may_be_taggable()),
                violated: cx.is_taggable().and(key.is_missing()).and(key.is_present().not()),
                demanded_by: Some(key.key.place.clone()),
            }
        };
        cx.keys().filter(|key| key.key.required).map(check).collect()
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(at) = KeyHit::of(hit) else { return words::summary(&META) };
        if !hit.is_violated() {
            return Explanation { message: unseen(&at), ..Explanation::default() };
        }
        Explanation {
            message: format!("`{}` is missing", at.key.spelling()),
            evidence: Some(words::evidence_of(at.key.spelling(), None)),
            suggestion: Some(Suggestion::SetTag { key: at.key.spelling().to_string(), value: at.likely_value() }),
            ..Explanation::default()
        }
    }
}

fn unseen(at: &KeyHit<'_>) -> String {
    let (key, noun, lenders) = (at.key.spelling(), at.resource.cloud_facts().grammar.noun, at.lenders());
    let lent_unread = at.key.effective().standing == Standing::Undetermined;
    if at.resource.tags().is_some() && at.key.own().standing == Standing::Undetermined {
        return format!("Whether it has `{key}` depends on something that only the deploy decides");
    }
    match (at.resource.tags().is_some(), lent_unread, lenders.as_slice()) {
        (false, _, _) => format!("The {noun}s of this resource were not read, so whether `{key}` is missing cannot be said"),
        (true, true, [lender]) => format!("It has no `{key}`, and the {noun}s of {lender} were not read, so whether it lends one cannot be said"),
        (true, true, [_, _, ..]) => {
            let lenders = lenders.join(" and ");
            format!("It has no `{key}`, and the {noun}s of {lenders} were not all read, so whether one of them lends it cannot be said")
        }
        _ => format!("It has no `{key}`, and whether `{}` can carry {noun}s is not known", at.resource.kind()),
    }
}
