//! `untagged-spend`: money of a scope that nobody owns on a key that every resource must carry.

use crate::words;
use std::collections::BTreeMap;
use tagledger_engine::{Attributed, Check, Context, Explanation, Family, Hit, JudgedRow, Rule, RuleMeta, Spend, Subject};
use tagledger_model::{Amount, Level, Money, Month, Suggestion, Text, Verdict};
use tagledger_taxonomy::{KeyId, OptionShape, RuleOption};

pub struct UntaggedSpend;

/// The option that says how much a month may belong to nobody.
const ABOVE: &str = "above";

static META: RuleMeta = RuleMeta {
    id: "untagged-spend",
    family: Family::Spend,
    level: Level::Warn,
    since: "0.1.0",
    summary: "Money was spent that nobody owns",
    options: &[RuleOption { name: ABOVE, shape: OptionShape::Amount, beside: None }],
    page: include_str!("../pages/untagged-spend.md"),
};

impl Rule for UntaggedSpend {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let Some((spend, month)) = cx.spend.and_then(|spend| Some((spend, spend.month?))) else { return Vec::new() };
        let above = cx.setting(META.id).and_then(|setting| setting.amount(ABOVE)).unwrap_or(Amount::ZERO);
        // A key that is asked of some kinds only is not missing where nobody asks for it, and the bill does not say of which kind its rows are.
        let is_narrowed = |key: KeyId| cx.taxonomy().requirements.iter().any(|requirement| requirement.key == key);
        let required = cx.keys().filter(|columns| columns.key.required && !is_narrowed(columns.id));
        required.map(|columns| Check::Rows { key: Some(columns.id), rows: rows(spend, month, (columns.id, &columns.key.name), above) }).collect()
    }

    fn explain(&self, _: &Hit<'_>) -> Explanation {
        words::summary(&META)
    }
}

/// Spend of one scope in one currency.
#[derive(Default)]
struct Sums {
    all: Amount,
    /// By why it is nobody's, and whether that is still open.
    nobodys: BTreeMap<(bool, &'static str), Amount>,
    name: Option<Text>,
}

impl Sums {
    fn of(&self, is_open: bool) -> Amount {
        self.nobodys.iter().filter(|((open, _), _)| *open == is_open).map(|(_, amount)| *amount).sum()
    }
}

fn rows(spend: &Spend, month: Month, (key, name): (KeyId, &str), above: Amount) -> Vec<JudgedRow> {
    let mut scopes: BTreeMap<(&str, &Text), BTreeMap<&Text, Sums>> = BTreeMap::new();
    for line in spend.lines.iter().filter(|line| line.month == month) {
        let sums = scopes.entry((line.cloud.as_str(), &line.scope)).or_default().entry(&line.currency).or_default();
        sums.all += line.amount;
        sums.name = sums.name.take().or_else(|| line.scope_name.clone());
        if let Some(Attributed::Nobody { why, open }) = line.of(key) {
            *sums.nobodys.entry((*open, why)).or_default() += line.amount;
        }
    }
    scopes.into_iter().map(|((cloud, scope), sums)| row(cloud, scope, &sums, month, name, above)).collect()
}

fn row(cloud: &str, scope: &Text, sums: &BTreeMap<&Text, Sums>, month: Month, key: &str, above: Amount) -> JudgedRow {
    let nobodys = |is_open: bool| -> Vec<Money> {
        let all = sums.iter().map(|(currency, sums)| Money { currency: (*currency).clone(), amount: sums.of(is_open) });
        all.filter(|money| money.amount > Amount::ZERO).collect()
    };
    let is_above = |of: &dyn Fn(&Sums) -> Amount| sums.values().any(|sums| of(sums) > above);
    let verdict = if is_above(&|sums| sums.of(false)) {
        Some(Verdict::Violated)
    } else {
        is_above(&|sums| sums.of(false) + sums.of(true)).then_some(Verdict::Undetermined)
    };
    let name = sums.values().find_map(|sums| sums.name.clone());
    let money = nobodys(verdict == Some(Verdict::Undetermined));
    // What is said to be nobody's is the sum of its parts, credits among them.
    let parts = |is_open: bool| -> Vec<String> {
        let all = sums.iter().flat_map(|(currency, sums)| sums.nobodys.iter().map(move |((open, why), amount)| (currency, *open, why, amount)));
        let own = all.filter(|(_, open, _, amount)| *open == is_open && **amount != Amount::ZERO);
        own.map(|(currency, _, why, amount)| format!("{} {currency} {why}", amount.grouped())).collect()
    };
    let (closed, open) = (parts(false), parts(true));
    let is_shown = |currency: &Text| money.iter().any(|money| money.currency == *currency);
    let whole: Vec<String> =
        sums.iter().filter(|(currency, _)| is_shown(currency)).map(|(currency, sums)| format!("{} {currency}", sums.all.grouped())).collect();
    let shown: Vec<String> = money.iter().map(|money| format!("{} {}", money.amount.grouped(), money.currency)).collect();
    let who = match (&name, scope.is_empty()) {
        (Some(name), _) => format!("{name} ({scope})"),
        (None, true) => "no account".to_owned(),
        (None, false) => scope.to_string(),
    };
    let message = if verdict == Some(Verdict::Undetermined) {
        format!("Whose {} of {who} in {month} is by {key} nobody has read ({})", shown.join(" + "), open.join(", "))
    } else {
        let unread = if open.is_empty() { String::new() } else { format!("; beside it nobody has read {}", open.join(", ")) };
        format!("{} of the {} of {who} in {month} has no {key}: {}{unread}", shown.join(" + "), whole.join(" + "), closed.join(", "))
    };
    JudgedRow {
        verdict,
        said: Explanation {
            message,
            evidence: Some(words::evidence_of("spend", Some(&[closed, open].concat().join(", ")))),
            suggestion: Some(Suggestion::Other {
                text: format!("Tag what costs most first: `tagledger cost --by {key}` and the findings of its resources say what that is"),
            }),
            ..Explanation::default()
        },
        subject: Subject {
            cloud: cloud.into(),
            scope: scope.clone(),
            kind: "spend",
            id: if scope.is_empty() { Text::const_new("-") } else { scope.clone() },
            name,
            ..Subject::default()
        },
        money,
    }
}
