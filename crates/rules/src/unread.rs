//! A tag whose value was not read leaves every rule about values without an answer. One of them says so; to the others it is neither a pass nor a failure.

use tagledger_engine::{Context, Expr, KeyColumns, any};
use tagledger_model::Level;
use tagledger_taxonomy::{Domain, Key};

/// Says of two tags that they may disagree, before anything is asked of the value of either.
const OF_TWO: &str = "conflicting-keys";

/// Rules about the value of one tag, the sharper question first.
const OF_ONE: [&str; 6] = ["unknown-value", "application-unknown", "cost-center-closed", "owner-gone", "empty-value", "nonstandard-value"];

/// Which rows a rule about values judges: those with a tag about the key, but for values that were not read, of which another rule says so.
pub(crate) fn judged(cx: &Context<'_>, key: &KeyColumns<'_>, rule: &str) -> Expr {
    key.is_present().and(key.is_value_unread().not().or(told(cx, key, rule)))
}

/// Where a value was not read, and this is the rule that says so.
pub(crate) fn told(cx: &Context<'_>, key: &KeyColumns<'_>, rule: &str) -> Expr {
    let of_one = is_teller(cx, key.key, rule, &OF_ONE).then(|| key.is_value_unread().and(key.may_conflict().not()));
    let all: Vec<&str> = [OF_TWO].into_iter().chain(OF_ONE).collect();
    let of_two = is_teller(cx, key.key, rule, &all).then(|| key.may_conflict());
    any(of_one.into_iter().chain(of_two))
}

/// Whether a rule is the one of these that speaks: of those that run and could be broken by a value of this key, the one at the highest level, so that what
/// may break the strictest is not told as less; of equals the first.
fn is_teller(cx: &Context<'_>, key: &Key, rule: &str, rules: &[&str]) -> bool {
    let mut best: Option<(Level, &str)> = None;
    for id in rules.iter().filter(|id| may_break(key, id)) {
        let Some(level) = level(cx, id).filter(|level| *level > Level::Off) else { continue };
        if best.is_none_or(|(highest, _)| level > highest) {
            best = Some((level, id));
        }
    }
    best.is_some_and(|(_, id)| id == rule)
}

/// The level that a rule runs at.
fn level(cx: &Context<'_>, rule: &str) -> Option<Level> {
    cx.setting(rule).and_then(|setting| setting.level).or_else(|| Some(crate::find(rule)?.meta().level))
}

/// Whether any value of a key could break a rule.
fn may_break(key: &Key, rule: &str) -> bool {
    let has = |file: &str| key.register.as_ref().is_some_and(|register| register.word == file);
    match rule {
        "unknown-value" => !matches!(key.domain, Domain::Any),
        "application-unknown" => has("catalogue"),
        "cost-center-closed" => has("register"),
        "owner-gone" => has("directory"),
        _ => true,
    }
}
