//! Puts the short part of the report together from what each room found.

use crate::bill_notes::{bill_notes, named};
use crate::costs::{costs, sliced};
use crate::exit;
use crate::history::{Places, State};
use crate::seen::{Judged, judge};
use std::collections::{BTreeMap, BTreeSet};
use tagledger_collect::Imported;
use tagledger_cost::{Aggregate, Billing, Cube, MonthDays};
use tagledger_engine::{Audit, Context, Counts, FindingSource, Prices};
use tagledger_model::{Coverage, Level, Month, Outcome, Taggable, Text, Timestamp};
use tagledger_report::{
    CloudCounts, Compliance, CoverageRow, Exit, FamilySummary, InventoryCounts, KeyInfo, MoneyRow, RuleSummary, SCHEMA_VERSION, Seen, Summary, grouped, plural,
};
use tagledger_taxonomy::{KeyState, Lender};

/// A bill that was read and attributed.
pub(crate) struct Billed<'a> {
    pub billing: &'a Billing<'a>,
    pub aggregate: &'a Aggregate,
    pub cube: &'a Cube,
    pub priced: Option<Month>,
    /// The newest month, where it is not over or the bill ends before it does.
    pub open: Option<Month>,
    /// What days say of the last month that is over, where the bill does not hold all of it.
    pub partial: Option<&'a MonthDays>,
    /// Providers of which the bill holds nothing after a day of the priced month, with that day, in days since 1970.
    pub early: &'a [(Text, i64)],
    /// The moment of the audit, where findings are priced.
    pub now: Option<Timestamp>,
}

impl<'a> Billed<'a> {
    /// One by which nothing is priced, and of whose days nothing is known.
    pub fn unpriced(billing: &'a Billing<'a>, aggregate: &'a Aggregate, cube: &'a Cube, now: Timestamp) -> Self {
        Self { billing, aggregate, cube, priced: None, open: open_month(aggregate, now, |_| false), partial: None, early: &[], now: None }
    }
}

/// What the exit code depends on.
#[derive(Clone, Copy)]
pub(crate) struct ExitRules {
    pub fail_on: Level,
    pub fail_on_undetermined: bool,
    pub allow_partial: bool,
}

/// Everything the summary is made of.
pub(crate) struct Parts<'a> {
    pub cx: Context<'a>,
    pub audit: &'a Audit,
    pub findings: &'a FindingSource<'a>,
    pub imported: &'a Imported,
    /// What earlier runs knew, where there is a history.
    pub known: Option<&'a State>,
    pub billed: Option<&'a Billed<'a>>,
    pub exit: ExitRules,
}

/// The summary, and which places were seen whole and in part.
pub(crate) fn summary(parts: &Parts<'_>) -> (Summary, Places) {
    let taxonomy = parts.cx.taxonomy();
    let mut coverage: Vec<Coverage> = parts.imported.coverage.iter().cloned().chain(unseen(parts)).collect();
    // In whatever order files name their scopes, and clouds answer.
    coverage.sort_by(|a, b| {
        let place = |row: &'_ Coverage| (row.file.is_none(), row.file.clone(), row.cloud.clone(), row.scope.clone(), row.region.clone(), row.collector.clone());
        place(a).cmp(&place(b))
    });
    let Judged { made_up_for, mut seen, whole, partly, .. } = judge(&coverage, parts.cx.inventory);
    seen.no_longer = parts.known.map_or(0, |known| known.no_longer.len() as u64);
    let rules = rules(parts);
    let summary = Summary {
        schema: SCHEMA_VERSION.to_owned(),
        tool: concat!("tagledger ", env!("CARGO_PKG_VERSION")).to_owned(),
        started: parts.cx.now.to_string(),
        taxonomy: taxonomy.path.display().to_string(),
        inputs: parts.imported.files.clone(),
        bills: parts.billed.map(|b| b.aggregate.files.clone()).unwrap_or_default(),
        exit: exit_of(parts, &seen),
        inventory: counts(&parts.cx),
        keys: taxonomy.keys.iter().map(|k| KeyInfo { name: k.name.clone(), required: k.required }).collect(),
        at_stake: money(&parts.findings.at_stake()),
        families: families(parts),
        compliance: compliance(parts, &rules),
        rules,
        seen,
        coverage: coverage.iter().zip(made_up_for).map(|(row, made_up_for)| coverage_row(row, made_up_for)).collect(),
        environments: crate::environments::environments(&parts.cx, parts.findings),
        history: None,
        runs: Vec::new(),
        costs: parts.billed.map(|b| costs(b, &sliced(b), None)),
        notes: notes(parts),
    };
    (summary, Places { whole, partly })
}

pub(crate) fn money(all: &[tagledger_model::Money]) -> Vec<MoneyRow> {
    all.iter().map(|m| MoneyRow { currency: m.currency.to_string(), amount: m.amount.to_string() }).collect()
}

fn families(parts: &Parts<'_>) -> Vec<FamilySummary> {
    let family = |counts: tagledger_engine::FamilyCounts| FamilySummary {
        family: counts.family.word().to_owned(),
        resources: counts.resources,
        at_stake: money(&counts.at_stake),
    };
    parts.findings.by_family().into_iter().map(family).collect()
}

fn rules(parts: &Parts<'_>) -> Vec<RuleSummary> {
    let mut rows: Vec<RuleSummary> = parts
        .findings
        .by_rule()
        .into_iter()
        .filter_map(|count| {
            let meta = tagledger_rules::find(count.rule)?.meta();
            Some(RuleSummary {
                rule: count.rule.to_owned(),
                family: meta.family.word().to_owned(),
                summary: meta.summary.to_owned(),
                level: count.level.word().to_owned(),
                population: count.population,
                violated: count.violated,
                in_grace: count.in_grace,
                undetermined: count.undetermined,
                waived: count.waived,
                at_stake: money(&count.at_stake),
            })
        })
        .collect();
    rows.sort_by(|a, b| b.violated.cmp(&a.violated).then_with(|| a.rule.cmp(&b.rule)));
    rows
}

fn counts(cx: &Context<'_>) -> InventoryCounts {
    let inventory = cx.inventory;
    let mut counts = InventoryCounts { resources: inventory.len() as u64, ..InventoryCounts::default() };
    let mut clouds: BTreeMap<String, CloudCounts> = BTreeMap::new();
    let mut slot = |cloud: &str, resources: u64, scopes: u64| {
        let entry = clouds.entry(cloud.to_owned()).or_insert_with(|| CloudCounts { cloud: cloud.to_owned(), resources: 0, scopes: 0 });
        entry.resources += resources;
        entry.scopes += scopes;
    };
    for row in 0..u32::try_from(inventory.len()).unwrap_or(u32::MAX) {
        let view = inventory.resource(row);
        match view.taggable() {
            Taggable::Yes => counts.taggable += 1,
            Taggable::No => counts.not_taggable += 1,
            Taggable::Unknown => counts.taggable_unknown += 1,
        }
        slot(view.cloud().as_str(), 1, 0);
    }
    for scope in inventory.scopes().iter().filter(|s| !s.merged && !s.id.is_empty()) {
        counts.scopes += 1;
        slot(inventory.clouds()[usize::from(scope.cloud)].id.as_str(), 0, 1);
    }
    counts.clouds = clouds.into_values().collect();
    counts
}

fn compliance(parts: &Parts<'_>, rules: &[RuleSummary]) -> Vec<Compliance> {
    let (inventory, taxonomy) = (parts.cx.inventory, parts.cx.taxonomy());
    let row = |by: &str, name: String, c: Counts| Compliance {
        by: by.to_owned(),
        name,
        population: c.population,
        passed: c.passed,
        violated: c.violated,
        undetermined: c.undetermined,
        waived: c.waived,
    };
    let mut rows: Vec<Compliance> = rules
        .iter()
        .map(|r| {
            let passed = r.population - r.violated - r.undetermined - r.waived;
            row("rule", r.rule.clone(), Counts { population: r.population, passed, violated: r.violated, undetermined: r.undetermined, waived: r.waived })
        })
        .collect();
    rows.extend(parts.audit.by_key.iter().map(|(key, counts)| row("key", taxonomy.keys[key.index()].name.clone(), *counts)));
    let mut clouds: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut scopes: BTreeMap<(&str, &str), Compliance> = BTreeMap::new();
    for (scope, counts) in &parts.audit.by_scope {
        let scope = &inventory.scopes()[*scope as usize];
        let cloud = inventory.clouds()[usize::from(scope.cloud)].id.as_str();
        let total = clouds.entry(cloud).or_default();
        *total = total.plus(*counts);
        let name = scope.name.as_ref().map_or_else(|| scope.id.to_string(), |n| format!("{n} ({})", scope.id));
        scopes.insert((cloud, &scope.id), row("scope", name, *counts));
    }
    rows.extend(scopes.into_values());
    rows.extend(clouds.into_iter().map(|(cloud, counts)| row("cloud", cloud.to_owned(), counts)));
    rows
}

/// What no file's own row can say: scopes that a source names as active and of which none holds a resource, resources
/// whose tags, or values of them, no source read, and scopes whose unread tags leave a key undetermined that they might lend.
fn unseen(parts: &Parts<'_>) -> Vec<Coverage> {
    let inventory = parts.cx.inventory;
    let mut resources = vec![(0_u64, 0_u64, 0_u64); inventory.scopes().len()];
    for row in 0..u32::try_from(inventory.len()).unwrap_or(u32::MAX) {
        let slot = &mut resources[inventory.scope_of(row) as usize];
        // That a scope is there says nothing about what is in it.
        slot.0 += u64::from(!inventory.resource(row).is_scope());
        slot.1 += u64::from(inventory.own_states(row).is_none() && inventory.resource(row).taggable() != Taggable::No);
        slot.2 += u64::from(inventory.own_states(row).is_some_and(|own| own.iter().any(KeyState::is_unread)));
    }
    let lending = parts.findings.scopes_left_undetermined();
    // Of a scope that was asked itself its own rows say what was seen; an empty one is no gap.
    let asked: BTreeSet<(&str, &str)> =
        parts.imported.coverage.iter().filter(|row| row.file.is_none()).map(|row| (row.cloud.as_str(), row.scope.as_str())).collect();
    let mut rows = Vec::new();
    for ((scope, (seen, unread, veiled)), number) in inventory.scopes().iter().zip(resources).zip(0_u32..) {
        let mut row = |count: u64, why: String| {
            rows.push(Coverage {
                cloud: inventory.clouds()[usize::from(scope.cloud)].id.clone(),
                scope: scope.id.clone(),
                region: None,
                collector: "import".into(),
                file: None,
                blind: false,
                whole: false,
                outcome: Outcome::Partial { count, why },
            });
        };
        let is_asked = asked.contains(&(inventory.clouds()[usize::from(scope.cloud)].id.as_str(), scope.id.as_str()));
        if scope.described && scope.active && !scope.merged && seen == 0 && !is_asked {
            row(0, "nothing that was read holds a resource of it; it is empty, or something is left to read".to_owned());
        }
        for (what, count) in [("tags", unread), ("values of tags", veiled)].into_iter().filter(|(_, count)| *count > 0) {
            row(seen, format!("the {what} of {} were not read", plural(count, "resource")));
        }
        if let Some(keys) = lending.get(&number) {
            row(seen, format!("its own tags were not read, and it may lend {} to resources that lack it", keys.join(" and ")));
        }
    }
    rows
}

fn exit_of(parts: &Parts<'_>, seen: &Seen) -> Exit {
    let rules = parts.exit;
    let worst = parts.findings.worst().filter(|l| *l >= rules.fail_on);
    let undetermined = parts.findings.worst_undetermined().filter(|l| rules.fail_on_undetermined && *l >= rules.fail_on);
    // Files without a single resource prove nothing about an estate.
    let missing = seen.gaps() + u64::from(parts.cx.inventory.is_empty());
    let places = plural(missing, "place");
    if worst.is_some() {
        let findings = plural(parts.findings.violated_at(rules.fail_on) as u64, "violated finding");
        let gap = if missing > 0 { format!("; coverage is incomplete in {places}") } else { String::new() };
        return Exit { code: exit::FINDINGS.0, why: format!("{findings} at level {} or above{gap}", rules.fail_on.word()) };
    }
    if undetermined.is_some() {
        return Exit { code: exit::FINDINGS.0, why: format!("undetermined findings at level {} or above", rules.fail_on.word()) };
    }
    if missing > 0 && !rules.allow_partial {
        return Exit {
            code: exit::INCOMPLETE.0,
            why: format!("no violated findings at level {} or above, but coverage is incomplete in {places}", rules.fail_on.word()),
        };
    }
    Exit {
        code: exit::CLEAN.0,
        why: format!(
            "no violated findings at level {} or above{}",
            rules.fail_on.word(),
            match (missing, seen.no_longer) {
                (0, 0) => ", and everything asked for was seen".to_owned(),
                (0, _) => format!(", and everything asked for was seen; {}", seen.less()),
                _ => ", as far as was seen".to_owned(),
            }
        ),
    }
}

fn coverage_row(row: &Coverage, made_up_for: bool) -> CoverageRow {
    CoverageRow {
        cloud: row.cloud.to_string(),
        scope: row.scope.to_string(),
        region: row.region.as_ref().map(ToString::to_string),
        collector: row.collector.to_string(),
        file: row.file.clone(),
        outcome: row.outcome.word().to_owned(),
        count: row.outcome.count(),
        why: row.outcome.why().map(std::borrow::Cow::into_owned),
        made_up_for,
    }
}

/// The last month of a bill before another, by which findings are priced; where there is none, that one, and where that is not there either, the last one.
pub(crate) fn priced_month(aggregate: &Aggregate, before: Month) -> Option<Month> {
    let months = aggregate.months();
    months.iter().rev().find(|m| **m < before).or_else(|| months.iter().find(|m| **m == before)).or(months.last()).copied()
}

/// The newest month, where it is not over, or where the bill ends before it does.
pub(crate) fn open_month(aggregate: &Aggregate, now: Timestamp, ends_early: impl Fn(Month) -> bool) -> Option<Month> {
    aggregate.months().last().copied().filter(|newest| *newest >= now.month() || ends_early(*newest))
}

/// What each resource cost in a month.
pub(crate) fn prices(aggregate: &Aggregate, month: Option<Month>) -> Prices {
    let of_month = aggregate.by_resource.iter().filter(|((m, _), _)| Some(*m) == month);
    Prices { currencies: of_month.map(|((_, currency), by_row)| (aggregate.word(*currency).clone(), by_row.clone())).collect() }
}

fn notes(parts: &Parts<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(billed) = parts.billed {
        notes.extend(bill_notes(billed));
    }
    if let Some(no_longer) = parts.known.map(|known| &known.no_longer).filter(|scopes| !scopes.is_empty()) {
        notes.push(format!(
            "Runs of the last week looked at what this one did not: {}. An export may not have arrived, or nothing is left there; nothing is said here of what is",
            named(no_longer.iter().map(|(cloud, scope)| format!("{cloud} {scope}")))
        ));
    }
    let taxonomy = parts.cx.taxonomy();
    let lent: Vec<&str> = taxonomy.keys.iter().filter(|k| k.inherit.contains(&Lender::Scope)).map(|k| k.name.as_str()).collect();
    let unread = parts
        .cx
        .inventory
        .scopes()
        .iter()
        .zip(0_u32..)
        .filter(|(s, row)| !s.merged && !s.id.is_empty() && parts.cx.inventory.scope_states(*row).is_none())
        .count();
    if unread > 0 && !lent.is_empty() {
        notes.push(format!(
            "The tags of {} account{}, subscription{1} or project{1} were not in the exports; a resource there without {} may inherit it, so its absence is undetermined. Add their tags with a generic inventory (docs/inventory-format.md)",
            grouped(unread as u64),
            if unread == 1 { "" } else { "s" },
            lent.join(" or ")
        ));
    }
    notes
}
