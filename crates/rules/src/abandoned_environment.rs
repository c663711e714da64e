//! `abandoned-environment`: nothing of an application in an environment changes or is used any more, and it is still paid for.

use crate::words;
use std::collections::BTreeMap;
use tagledger_engine::{Attributed, ChargedFor, Check, Context, Explanation, Family, Hit, JudgedRow, Rule, RuleMeta, Spend, Stand, Subject};
use tagledger_model::{Amount, Level, Money, Suggestion, Text, Timestamp, Verdict};
use tagledger_taxonomy::{KeyId, OptionShape, RuleOption};

pub struct AbandonedEnvironment;

/// The options: for how long nothing happened, and which cost of use counts as nothing.
const AFTER: &str = "after";
const FLOOR: &str = "floor";

const DAY: i64 = 86_400;
const DAYS: i64 = 30;

/// Days at the end of a bill in which something must have cost something to be still paid for: bills are late, and charges by the month lie on its first day.
const STILL: i64 = 31;

static META: RuleMeta = RuleMeta {
    id: "abandoned-environment",
    family: Family::Orphaned,
    level: Level::Warn,
    since: "0.1.0",
    summary: "Nothing of an application in an environment changes or is used, and it is still paid for",
    options: &[RuleOption { name: AFTER, shape: OptionShape::Duration, beside: None }, RuleOption { name: FLOOR, shape: OptionShape::Amount, beside: None }],
    page: include_str!("../pages/abandoned-environment.md"),
};

impl Rule for AbandonedEnvironment {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let (Some(spend), Some(environment), Some(application)) = (cx.spend, cx.key("Environment"), cx.key("Application")) else { return Vec::new() };
        let setting = cx.setting(META.id);
        let judge = Judge {
            spend,
            keys: [application.id, environment.id],
            now: cx.now,
            days: setting.and_then(|setting| setting.seconds(AFTER)).map_or(DAYS, |seconds| (seconds / DAY).max(1)),
            floor: setting.and_then(|setting| setting.amount(FLOOR)).unwrap_or(Amount(1_000_000_000_000)),
        };
        vec![Check::Rows { key: None, rows: cx.stands().iter().filter_map(|stand| judge.row(stand)).collect() }]
    }

    fn explain(&self, _: &Hit<'_>) -> Explanation {
        words::summary(&META)
    }
}

struct Judge<'a> {
    spend: &'a Spend,
    /// Application and Environment.
    keys: [KeyId; 2],
    now: Timestamp,
    days: i64,
    floor: Amount,
}

/// What the bill says of a stand.
struct Billed {
    /// It cost something lately.
    still: bool,
    /// The most that use cost in any currency, in the days that are looked at; none where the bill does not say what use is, or not of everything, or not for so long.
    used: Option<Amount>,
    /// The days that were looked at.
    from: i64,
    to: i64,
}

impl Judge<'_> {
    fn is_of(&self, keys: &[(KeyId, Attributed)], stand: [&Text; 2]) -> bool {
        self.keys.iter().zip(stand).all(|(key, value)| keys.iter().any(|(other, whose)| other == key && matches!(whose, Attributed::To(to) if to == value)))
    }

    fn billed(&self, stand: [&Text; 2]) -> Option<Billed> {
        let (first, last) = self.spend.covered?;
        let from = last - self.days + 1;
        let (mut still, mut used, mut unsaid) = (false, BTreeMap::<&Text, Amount>::new(), BTreeMap::<&Text, Amount>::new());
        for line in self.spend.days.iter().filter(|line| self.is_of(&line.keys, stand)) {
            still |= line.amount > Amount::ZERO && line.day > last - STILL;
            match line.charged {
                ChargedFor::Use if line.day >= from => *used.entry(&line.currency).or_default() += line.amount,
                ChargedFor::Unsaid if line.day >= from => *unsaid.entry(&line.currency).or_default() += line.amount,
                _ => {}
            }
        }
        let most = |sums: &BTreeMap<&Text, Amount>| sums.values().copied().max().unwrap_or_default();
        // What is more than the floor is use enough, whatever the rest is; less is little only where all of it is known.
        let knows = self.spend.knows_use && first <= from && (most(&used) > self.floor || most(&unsaid) <= self.floor);
        Some(Billed { still, used: knows.then(|| most(&used)), from, to: last })
    }

    /// Judges a stand; none for one that no key names, and for one that costs nothing any more.
    fn row(&self, stand: &Stand) -> Option<JudgedRow> {
        let (application, environment) = (stand.application.as_ref()?, stand.environment.as_ref()?);
        let billed = self.billed([application, environment]).filter(|billed| billed.still)?;
        let quiet_since = stand.changed.filter(|at| at.0 <= self.now.0 - self.days * DAY);
        let changed_lately = stand.changed.is_some() && quiet_since.is_none();
        let is_idle = stand.idle == stand.resources;
        let verdict = match billed.used {
            _ if changed_lately => None,
            Some(used) if used > self.floor => None,
            // Nobody knows that nothing changed.
            _ if quiet_since.is_none() => Some(Verdict::Undetermined),
            Some(_) => Some(Verdict::Violated),
            // What is all stopped and detached is not used, whatever the bill says of it.
            None if is_idle => Some(Verdict::Violated),
            None => Some(Verdict::Undetermined),
        };
        let day = |day: i64| Timestamp(day * DAY).day();
        let quiet = quiet_since.map_or_else(|| "nobody knows when anything changed".to_owned(), |at| format!("nothing changed since {}", at.day()));
        let unused = match billed.used {
            Some(used) if used == Amount::ZERO => format!("nothing was charged for use from {} to {}", day(billed.from), day(billed.to)),
            Some(used) => format!("no more than {} was charged for use from {} to {}", used.grouped(), day(billed.from), day(billed.to)),
            None if is_idle => "everything is stopped or detached".to_owned(),
            None => format!("the bill does not say what was charged for use in the last {}", words::days(self.days)),
        };
        let money = self.money([application, environment]);
        let cost: Vec<String> = money.iter().map(|money| format!("{} {}", money.amount.grouped(), money.currency)).collect();
        let month = self.spend.month.map(|month| format!(" in {month}")).unwrap_or_default();
        let count = if stand.resources == 1 { "1 resource".to_owned() } else { format!("{} resources", stand.resources) };
        let cost = if cost.is_empty() { String::new() } else { format!("; {count} cost {}{month}", cost.join(" + ")) };
        let message = match verdict {
            Some(Verdict::Undetermined) => format!("Whether {application} in {environment} is abandoned cannot be said: {quiet}, and {unused}{cost}"),
            _ => format!("{application} in {environment} looks abandoned: {quiet}, and {unused}{cost}"),
        };
        Some(JudgedRow {
            verdict,
            money,
            said: Explanation {
                message,
                evidence: Some(words::evidence_of("last change", stand.changed.map(Timestamp::day).as_deref())),
                suggestion: Some(Suggestion::Other {
                    text: format!("Ask its owner ({}); then delete it, or say under `environments` what {environment} is for", owners(stand)),
                }),
                ..Explanation::default()
            },
            subject: Subject {
                cloud: Text::const_new("-"),
                kind: "environment",
                id: Text::from(format!("{application} in {environment}")),
                environment: Some(environment.clone()),
                application: Some(application.clone()),
                ..Subject::default()
            },
        })
    }

    /// What it cost in the last full month.
    fn money(&self, stand: [&Text; 2]) -> Vec<Money> {
        let mut sums = BTreeMap::<&Text, Amount>::new();
        for line in self.spend.lines.iter().filter(|line| Some(line.month) == self.spend.month && self.is_of(&line.keys, stand)) {
            *sums.entry(&line.currency).or_default() += line.amount;
        }
        sums.into_iter().filter(|(_, amount)| *amount != Amount::ZERO).map(|(currency, amount)| Money { currency: currency.clone(), amount }).collect()
    }
}

/// The Owners that most of its resources name.
fn owners(stand: &Stand) -> String {
    let mut all: Vec<(&Text, &u64)> = stand.owners.iter().collect();
    all.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), (*name).clone()));
    let names: Vec<&str> = all.iter().take(3).map(|(name, _)| name.as_str()).collect();
    if names.is_empty() { "nobody is named".to_owned() } else { names.join(", ") }
}
