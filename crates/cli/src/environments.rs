//! The audit of environments: every one that resources, money or the register name, what it is for, and whether anybody knows.

use crate::assemble::money;
use std::collections::{BTreeMap, BTreeSet};
use tagledger_engine::{Attributed, Context, FindingSource, Spend, Stand, Table};
use tagledger_model::{Amount, Money, Month, Text, Timestamp, Verdict};
use tagledger_report::EnvironmentRow;
use tagledger_taxonomy::{Environment, KeyId, Register};

/// Owners that a row names.
const MOST_OWNERS: usize = 3;

const DAY: i64 = 86_400;

/// Every environment, in the order of the words; at last, what is in none.
pub(crate) fn environments(cx: &Context<'_>, findings: &FindingSource<'_>) -> Vec<EnvironmentRow> {
    let Some(key) = cx.taxonomy().key("Environment") else { return Vec::new() };
    let mut stands: BTreeMap<Option<Text>, Vec<Stand>> = BTreeMap::new();
    for stand in cx.stands() {
        stands.entry(stand.environment.clone()).or_default().push(stand);
    }
    let (costs, expired, containers) = (costs(cx.spend, key), expired(findings), containers(cx));
    let register = &cx.taxonomy().environments;
    let named = register.keys().map(|name| Some(Text::new(name))).chain(costs.keys().cloned()).chain(containers.keys().map(|name| Some(name.clone())));
    let all: BTreeSet<Option<Text>> = stands.keys().cloned().chain(named).collect();
    let (nameless, named): (Vec<_>, Vec<_>) = all.into_iter().partition(Option::is_none);
    let row = |name: Option<Text>| {
        let registered = name.as_ref().and_then(|name| register.get(name.as_str()));
        let here = stands.get(&name).map(Vec::as_slice).unwrap_or_default();
        let count = |of: fn(&Stand) -> u64| here.iter().map(of).sum::<u64>();
        let resources = count(|stand| stand.resources);
        let expired = expired.get(&name).copied().unwrap_or(0);
        let newest = here.iter().filter_map(|stand| stand.changed).max();
        let spent: Vec<Money> = costs.get(&name).cloned().unwrap_or_default();
        let (verdict, why) = verdict(cx, name.as_ref(), registered, (resources, expired));
        EnvironmentRow {
            environment: name.as_ref().map(ToString::to_string),
            verdict: verdict.to_owned(),
            why,
            registered: registered.is_some(),
            purpose: registered.and_then(|one| one.purpose.clone()),
            owner: registered.and_then(|one| one.owner.clone()),
            owners: owners(here),
            containers: name.as_ref().and_then(|name| containers.get(name)).copied().unwrap_or(0),
            applications: here.iter().filter(|stand| stand.application.is_some()).count() as u64,
            resources,
            expired,
            changed: newest.map(Timestamp::day),
            lifetime_days: registered.and_then(|one| one.lifetime).map(|seconds| u64::try_from(seconds / DAY).unwrap_or(0)),
            per_day: money(&per_day(&spent, cx.spend.and_then(|spend| spend.month))),
            cost: money(&spent),
        }
    };
    named.into_iter().chain(nameless).map(row).collect()
}

/// What each environment cost in the last full month, by currency.
fn costs(spend: Option<&Spend>, key: KeyId) -> BTreeMap<Option<Text>, Vec<Money>> {
    let mut all: BTreeMap<Option<Text>, BTreeMap<Text, Amount>> = BTreeMap::new();
    for (spend, line) in spend.into_iter().flat_map(|spend| spend.lines.iter().map(move |line| (spend, line))) {
        if Some(line.month) == spend.month {
            let whose = match line.of(key) {
                Some(Attributed::To(value)) => Some(value.clone()),
                _ => None,
            };
            *all.entry(whose).or_default().entry(line.currency.clone()).or_default() += line.amount;
        }
    }
    all.into_iter().map(|(name, sums)| (name, sums.into_iter().map(|(currency, amount)| Money { currency, amount }).collect())).collect()
}

/// A month's money by the days of the month, rounded down at the twelfth digit.
fn per_day(money: &[Money], month: Option<Month>) -> Vec<Money> {
    let Some(month) = month else { return Vec::new() };
    let first = |month: Month| month.start().days();
    let days = i128::from((first(month.next()) - first(month)).max(1));
    money.iter().map(|money| Money { currency: money.currency.clone(), amount: Amount(money.amount.0 / days) }).collect()
}

/// Resources whose time is over, by the environment that they are in.
fn expired(findings: &FindingSource<'_>) -> BTreeMap<Option<Text>, u64> {
    let mut counts = BTreeMap::new();
    for row in findings.rows_of("expired", Verdict::Violated).filter(|(table, _)| *table == Table::Resources).map(|(_, row)| row) {
        *counts.entry(findings.environment_of(row)).or_default() += 1;
    }
    counts
}

/// Accounts, subscriptions, projects and groups that are for one environment.
fn containers(cx: &Context<'_>) -> BTreeMap<Text, u64> {
    let inventory = cx.inventory;
    let scopes = (0_u32..).zip(inventory.scopes()).filter(|(_, scope)| !scope.merged).filter_map(|(row, _)| inventory.scope_stage(row));
    let mut counts = BTreeMap::new();
    for name in scopes.filter_map(|stage| stage.environment()) {
        *counts.entry(Text::new(name)).or_default() += 1;
    }
    counts
}

/// The Owners that most resources name.
fn owners(stands: &[Stand]) -> Vec<String> {
    let mut counts: BTreeMap<&Text, u64> = BTreeMap::new();
    for (owner, count) in stands.iter().flat_map(|stand| &stand.owners) {
        *counts.entry(owner).or_default() += count;
    }
    let mut all: Vec<(&Text, u64)> = counts.into_iter().collect();
    all.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    all.into_iter().take(MOST_OWNERS).map(|(name, _)| name.to_string()).collect()
}

/// Keep, expired, or nobody knows, and why.
fn verdict(cx: &Context<'_>, name: Option<&Text>, registered: Option<&Environment>, (resources, expired): (u64, u64)) -> (&'static str, String) {
    const NOBODY: &str = "nobody knows";
    if name.is_none() {
        return (NOBODY, "nothing says which environment this is".to_owned());
    }
    if resources > 0 && expired == resources {
        return ("expired", "the time of each of its resources is over".to_owned());
    }
    let Some(known) = registered else { return (NOBODY, "it is not in the register".to_owned()) };
    match (&known.purpose, &known.owner) {
        (None, _) => (NOBODY, "the register does not say what it is for".to_owned()),
        (_, None) => (NOBODY, "the register names nobody for it".to_owned()),
        (Some(_), Some(owner)) => match directory(cx).map(|directory| stands(directory, owner, cx.now)) {
            Some(false) => (NOBODY, format!("{owner}, who answers for it, is not in {} any more", shown(cx))),
            _ => ("keep", "it has a purpose, and somebody answers for it".to_owned()),
        },
    }
}

fn directory<'a>(cx: &Context<'a>) -> Option<&'a Register> {
    cx.taxonomy().keys.iter().filter_map(|key| key.register.as_ref()).find(|register| register.word == "directory")
}

fn shown(cx: &Context<'_>) -> String {
    directory(cx).map(|directory| directory.path.display().to_string()).unwrap_or_default()
}

fn stands(directory: &Register, owner: &str, now: Timestamp) -> bool {
    let row = directory.rows.iter().find(|(id, _)| id.to_lowercase() == owner.to_lowercase()).map(|(_, row)| row);
    row.is_some_and(|row| row.valid_to.is_none_or(|end| end > now) && row.valid_from.is_none_or(|begin| begin <= now))
}
