//! `inactive-cost-key`: resources carry a key, and no row of their cloud's bill does.

use crate::words;
use std::collections::BTreeMap;
use tagledger_engine::{Check, Context, CostKeyStatus, Explanation, Family, Hit, JudgedRow, KeyColumns, KeyOnBill, Part, Rule, RuleMeta, Spend, Subject};
use tagledger_model::{CloudId, Level, Money, Month, OntoBill, Suggestion, TagGrammar, Text, Verdict};
use tagledger_taxonomy::KeyId;

pub struct InactiveCostKey;

/// Spellings that are named, and that one call takes.
const MOST: usize = 20;

static META: RuleMeta = RuleMeta {
    id: "inactive-cost-key",
    family: Family::Untagged,
    level: Level::Warn,
    since: "0.1.0",
    summary: "Resources carry a key, and no row of the bill does",
    options: &[],
    page: include_str!("../pages/inactive-cost-key.md"),
};

impl Rule for InactiveCostKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let Some((spend, month)) = cx.spend.and_then(|spend| Some((spend, spend.month?))) else { return Vec::new() };
        cx.keys().map(|columns| Check::Rows { key: Some(columns.id), rows: rows(cx, spend, month, &columns) }).collect()
    }

    fn explain(&self, _: &Hit<'_>) -> Explanation {
        words::summary(&META)
    }
}

/// The clouds of which rows or resources have the key.
fn rows(cx: &Context<'_>, spend: &Spend, month: Month, key: &KeyColumns<'_>) -> Vec<JudgedRow> {
    let mut clouds: BTreeMap<&CloudId, Vec<&KeyOnBill>> = BTreeMap::new();
    // How tags get onto the bill of a cloud that nobody knows, nobody can say.
    for one in spend.on_bill.iter().filter(|one| one.key == key.id && one.cloud.as_str() != "-") {
        clouds.entry(&one.cloud).or_default().push(one);
    }
    // What a cloud says of its tags counts more than what rows show.
    for told in spend.cost_keys.iter().filter(|one| one.key == key.id) {
        clouds.entry(&told.cloud).or_default();
    }
    let told = |cloud: &CloudId| spend.cost_keys.iter().filter(|one| one.key == key.id && one.cloud == *cloud).collect::<Vec<_>>();
    clouds.into_iter().map(|(cloud, of)| row(cx, (cloud, &of, &told(cloud)), month, key)).collect()
}

fn row(cx: &Context<'_>, (cloud, of, told): (&CloudId, &[&KeyOnBill], &[&CostKeyStatus]), month: Month, key: &KeyColumns<'_>) -> JudgedRow {
    let rows = |part: fn(&KeyOnBill) -> Part| of.iter().map(|one| part(one).rows).sum::<u64>();
    let (tagged, unread) = (rows(|one| one.gap), rows(|one| one.unread));
    // Of one cloud and month all say the same.
    let is_carried = of.first().and_then(|one| one.is_carried);
    let is_inactive = !told.is_empty() && told.iter().all(|tag| !tag.is_active);
    let verdict = match is_carried {
        Some(true) => None,
        _ if is_inactive => (!spellings(cx, cloud, key.id).is_empty()).then_some(Verdict::Violated),
        _ if !told.is_empty() => None,
        _ if tagged + unread == 0 => None,
        Some(false) if tagged > 0 => Some(Verdict::Violated),
        _ => Some(Verdict::Undetermined),
    };
    let part = |one: &KeyOnBill| if tagged > 0 { one.gap } else { one.unread };
    let sums = || of.iter().filter(|one| part(one).rows > 0).map(|one| Money { currency: one.currency.clone(), amount: part(one).amount });
    let cost = sums().map(|money| format!("{} {}", money.amount.grouped(), money.currency)).collect::<Vec<_>>().join(" + ");
    let said = |verdict| if is_inactive { inactive(cx, cloud, key, told) } else { said(cx, cloud, key, verdict, &Gap { month, cost, tagged }) };
    JudgedRow {
        verdict,
        money: sums().filter(|money| money.amount.0 > 0).collect(),
        said: verdict.map_or_else(Explanation::default, said),
        subject: Subject { cloud: Text::new(cloud.as_str()), kind: "spend", id: Text::new(cloud.as_str()), ..Subject::default() },
    }
}

/// What is to be said of.
struct Gap {
    month: Month,
    cost: String,
    /// Rows of resources that carry the key.
    tagged: u64,
}

fn said(cx: &Context<'_>, cloud: &CloudId, key: &KeyColumns<'_>, verdict: Verdict, gap: &Gap) -> Explanation {
    let (name, Gap { month, cost, tagged }) = (&key.key.name, gap);
    let grammar = cx.inventory.clouds().iter().find(|facts| facts.id == *cloud).map_or(&TagGrammar::ANY, |facts| facts.grammar);
    match verdict {
        Verdict::Violated => {
            let spellings = spellings(cx, cloud, key.id);
            let shown: Vec<String> = spellings.iter().take(MOST).map(|key| format!("`{key}`")).collect();
            let more = spellings.len() - shown.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            Explanation {
                message: format!(
                    "{name} is a {} of resources that cost {cost} in {month}, and no row of the bill of {cloud} carries it; spelt {}{more}",
                    grammar.noun,
                    shown.join(", ")
                ),
                evidence: Some(words::evidence_of(&format!("bill rows with {name}"), Some(&format!("0, beside {tagged} of resources that carry it")))),
                suggestion: Some(Suggestion::Other { text: mend(&grammar.onto_bill, &spellings) }),
                ..Explanation::default()
            }
        }
        Verdict::Undetermined if *tagged > 0 => Explanation {
            message: format!(
                "{name} is a {} of resources that cost {cost} in {month}, and whether the bill of {cloud} carries it cannot be said: it does not show the {0}s of all its rows",
                grammar.noun
            ),
            suggestion: Some(Suggestion::Other { text: format!("Export the bill with its {}s", grammar.noun) }),
            ..Explanation::default()
        },
        Verdict::Undetermined => Explanation {
            message: format!(
                "No row of the bill of {cloud} in {month} is known to carry {name}, and whether the resources that cost {cost} carry it cannot be said: their {}s were not read, or disagree",
                grammar.noun
            ),
            ..Explanation::default()
        },
    }
}

/// The cloud itself says that none of the key's tags reaches the bill.
fn inactive(cx: &Context<'_>, cloud: &CloudId, key: &KeyColumns<'_>, told: &[&CostKeyStatus]) -> Explanation {
    let grammar = cx.inventory.clouds().iter().find(|facts| facts.id == *cloud).map_or(&TagGrammar::ANY, |facts| facts.grammar);
    let tags: Vec<Text> = told.iter().map(|one| one.tag.clone()).collect();
    let shown: Vec<String> = tags.iter().take(MOST).map(|tag| format!("`{tag}`")).collect();
    Explanation {
        message: format!("{} is a {} of resources of {cloud}, and none of its spellings reaches the bill: {}", key.key.name, grammar.noun, shown.join(", ")),
        evidence: told.first().map(|one| words::evidence_of(&one.tag, Some(&one.said))),
        suggestion: Some(Suggestion::Other { text: mend(&grammar.onto_bill, &tags) }),
        ..Explanation::default()
    }
}

/// How the key is spelt on resources of the cloud, the most frequent spelling first.
fn spellings(cx: &Context<'_>, cloud: &CloudId, key: KeyId) -> Vec<Text> {
    let mut counts: BTreeMap<&Text, u64> = BTreeMap::new();
    for row in 0..u32::try_from(cx.inventory.len()).unwrap_or(u32::MAX) {
        let resource = cx.inventory.resource(row);
        let own = resource.key(key);
        if let Some(tag) = own.own_tag().filter(|_| resource.cloud() == cloud && own.own().value > 0) {
            *counts.entry(&tag.key).or_default() += 1;
        }
    }
    let mut all: Vec<(&Text, u64)> = counts.into_iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    all.into_iter().map(|(key, _)| key.clone()).collect()
}

/// What to do, with the command where there is one.
fn mend(onto: &OntoBill, spellings: &[Text]) -> String {
    // Whoever tags a resource chooses the key: what a shell or the command's own grammar could take for something else is left to a person.
    let is_plain = |key: &&Text| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_.:/+-@".contains(c));
    let command = onto.command.and_then(|(call, each)| {
        let keys: Vec<String> = spellings.iter().filter(is_plain).take(MOST).map(|key| each.replace("{key}", key)).collect();
        (!keys.is_empty()).then(|| format!("{call} {}", keys.join(" ")))
    });
    command.map_or_else(|| onto.mend.to_owned(), |command| format!("{}: `{command}`", onto.mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_keys_reach_a_command() {
        let onto = OntoBill { in_short: "", mend: "Do it", command: Some(("do", "k={key}")) };
        let spelt = |keys: &[&str]| mend(&onto, &keys.iter().map(|key| Text::new(key)).collect::<Vec<_>>());
        assert_eq!(spelt(&["app:id", "cost-center"]), "Do it: `do k=app:id k=cost-center`");
        assert_eq!(spelt(&["$(reboot)", "a b", "a,b=c", "`x`", "é", "", "App"]), "Do it: `do k=App`");
        assert_eq!(spelt(&["a;b"]), "Do it");
        assert_eq!(mend(&TagGrammar::ANY.onto_bill, &[Text::new("App")]), TagGrammar::ANY.onto_bill.mend);
        let many: Vec<String> = (0..30).map(|at| format!("k{at}")).collect();
        assert_eq!(spelt(&many.iter().map(String::as_str).collect::<Vec<_>>()).matches("k=").count(), MOST);
    }
}
