//! All checks over one table run in one lazy pass; rows that break a rule become hits, and every row is counted.

use crate::check::{Check, JudgedRow, Rule, Table};
use crate::context::Context;
use crate::waive::{WaiverUse, Waivers};
use crate::{EngineError, frame};
use polars::prelude::*;
use rustc_hash::FxHashMap;
use tagledger_model::{Level, Place, Verdict};
use tagledger_taxonomy::KeyId;

/// One check as it ran.
#[derive(Debug, Clone)]
pub struct CheckRun {
    /// Position of its rule in the list given to [`audit`].
    pub rule: usize,
    /// Level the rule ran at.
    pub level: Level,
    /// Table.
    pub table: Table,
    /// Key.
    pub key: Option<KeyId>,
    /// The line of the taxonomy that demands it.
    pub demanded_by: Option<Place>,
    /// Rows judged.
    pub population: u64,
}

/// A row that breaks a rule, or could not be judged: numbers only, words come later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HitRow {
    pub check: u32,
    pub row: u32,
    pub verdict: Verdict,
    /// The waiver that covers it; `u32::MAX` for none.
    pub waiver: u32,
}

/// Resources judged, by slice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Judged by at least one rule at level warn or above.
    pub population: u64,
    /// Without a violated hit, waived or not, and not undetermined.
    pub passed: u64,
    /// With a violated hit that no waiver covers.
    pub violated: u64,
    /// Not violated, but not judged to the end either.
    pub undetermined: u64,
    /// Every violated hit is waived.
    pub waived: u64,
}

/// The result of an audit.
#[derive(Debug, Default)]
pub struct Audit {
    /// Checks in the order they ran.
    pub checks: Vec<CheckRun>,
    pub(crate) hits: Vec<HitRow>,
    /// Resources by scope row.
    pub by_scope: FxHashMap<u32, Counts>,
    /// Resources by key.
    pub by_key: Vec<(KeyId, Counts)>,
    /// Resources over all.
    pub total: Counts,
    /// What became of each waiver.
    pub waivers: Vec<WaiverUse>,
    /// Rows that rules put together themselves: those that are hits.
    pub(crate) rows: Vec<JudgedRow>,
}

/// Rows below which a plan is evaluated as it is written.
const FEW: usize = 20_000;

const JUDGED: u8 = 1;
const VIOLATED: u8 = 2;
const UNDETERMINED: u8 = 4;
const WAIVED: u8 = 8;

/// Runs the rules. A rule whose level is off does not run.
pub fn audit(cx: &Context<'_>, rules: &[&dyn Rule]) -> Result<Audit, EngineError> {
    let mut prepared: Vec<(usize, Level, Check)> = Vec::new();
    for (position, rule) in rules.iter().enumerate() {
        let level = cx.taxonomy().rules.get(rule.meta().id).and_then(|s| s.level).unwrap_or(rule.meta().level);
        if level > Level::Off {
            prepared.extend(rule.checks(cx).into_iter().map(|c| (position, level, c)));
        }
    }
    let mut audit = Audit::default();
    let mut judged: Vec<(usize, BooleanChunked)> = Vec::new();
    run_table(Table::Resources, cx.inventory.frame(), &prepared, &mut audit, &mut judged)?;
    run_table(Table::Scopes, frame::scopes(cx.inventory)?, &prepared, &mut audit, &mut judged)?;
    run_table(Table::Groups, frame::groups(cx.inventory)?, &prepared, &mut audit, &mut judged)?;
    for (position, level, check) in &mut prepared {
        if let Check::Rows { key, rows } = check {
            audit.list(*position, *level, *key, std::mem::take(rows));
        }
    }
    let mut waivers = Waivers::new(cx, rules);
    waivers.cover(&audit.checks, &audit.rows, &mut audit.hits);
    audit.waivers = waivers.into_uses(&audit.checks);
    count(cx, &mut audit, &judged);
    for (position, level, check) in &prepared {
        if let Check::Waivers { judge } = check {
            let number = crate::intern::number(audit.checks.len());
            let population = audit.waivers.len() as u64;
            audit.checks.push(CheckRun { rule: *position, level: *level, table: Table::Waivers, key: None, demanded_by: None, population });
            for (row, (waiver, became)) in (0_u32..).zip(cx.taxonomy().waivers.iter().zip(&audit.waivers)) {
                if let Some(verdict) = judge(waiver, became, cx.now) {
                    audit.hits.push(HitRow { check: number, row, verdict, waiver: u32::MAX });
                }
            }
        }
    }
    Ok(audit)
}

impl Audit {
    /// Enters the rows of a rule that has put them together itself.
    fn list(&mut self, rule: usize, level: Level, key: Option<KeyId>, rows: Vec<JudgedRow>) {
        let check = crate::intern::number(self.checks.len());
        self.checks.push(CheckRun { rule, level, table: Table::Rows, key, demanded_by: None, population: rows.len() as u64 });
        for row in rows {
            if let Some(verdict) = row.verdict {
                self.hits.push(HitRow { check, row: crate::intern::number(self.rows.len()), verdict, waiver: u32::MAX });
                self.rows.push(row);
            }
        }
    }
}

fn run_table(
    table: Table,
    frame: DataFrame,
    prepared: &[(usize, Level, Check)],
    audit: &mut Audit,
    judged: &mut Vec<(usize, BooleanChunked)>,
) -> Result<(), EngineError> {
    let mut columns = Vec::new();
    let first = audit.checks.len();
    for (rule, level, check) in prepared {
        let Check::Columns { table: of, key, population, violated, demanded_by } = check else { continue };
        if *of != table {
            continue;
        }
        let number = audit.checks.len();
        columns.push(population.clone().cast(DataType::Boolean).alias(format!("p{number}")));
        columns.push(violated.clone().cast(DataType::Boolean).alias(format!("v{number}")));
        audit.checks.push(CheckRun { rule: *rule, level: *level, table, key: *key, demanded_by: demanded_by.clone(), population: 0 });
    }
    if columns.is_empty() || frame.height() == 0 {
        return Ok(());
    }
    let height = frame.height();
    // Rewriting a plan costs more than evaluating it over few rows; only what makes it valid is left then.
    let lazy = if height < FEW { frame.lazy().with_optimizations(OptFlags::TYPE_COERCION | OptFlags::TYPE_CHECK) } else { frame.lazy() };
    let result = lazy.select(columns).collect()?;
    for number in first..audit.checks.len() {
        let (population, violated) = (result.column(&format!("p{number}"))?.bool()?, result.column(&format!("v{number}"))?.bool()?);
        // A literal condition yields one row for all.
        let (population, violated) = (population.new_from_index_if_one(height), violated.new_from_index_if_one(height));
        let check = crate::intern::number(number);
        for (row, (asked, broken)) in (0_u32..).zip(population.iter().zip(violated.iter())) {
            if asked != Some(true) {
                continue;
            }
            audit.checks[number].population += 1;
            let verdict = match broken {
                Some(false) => continue,
                Some(true) => Verdict::Violated,
                None => Verdict::Undetermined,
            };
            crate::intern::room(&mut audit.hits, 1);
            audit.hits.push(HitRow { check, row, verdict, waiver: u32::MAX });
        }
        if table == Table::Resources && audit.checks[number].level >= Level::Warn {
            judged.push((number, population));
        }
    }
    Ok(())
}

/// Spreads a column of one value over all rows.
trait Spread {
    fn new_from_index_if_one(&self, height: usize) -> BooleanChunked;
}

impl Spread for BooleanChunked {
    fn new_from_index_if_one(&self, height: usize) -> BooleanChunked {
        if self.len() == 1 && height != 1 { self.new_from_index(0, height) } else { self.clone() }
    }
}

/// Counts resources by scope, by key and over all. Each resource counts once in a slice, whatever number of rules it breaks.
fn count(cx: &Context<'_>, audit: &mut Audit, judged: &[(usize, BooleanChunked)]) {
    let rows = cx.inventory.len();
    let mut by_key: std::collections::BTreeMap<Option<KeyId>, Vec<u8>> = std::collections::BTreeMap::new();
    for (number, population) in judged {
        let flags = by_key.entry(audit.checks[*number].key).or_insert_with(|| vec![0; rows]);
        for (flag, asked) in flags.iter_mut().zip(population.iter()) {
            *flag |= u8::from(asked == Some(true)) * JUDGED;
        }
    }
    for hit in &audit.hits {
        let check = &audit.checks[hit.check as usize];
        if check.table != Table::Resources || check.level < Level::Warn {
            continue;
        }
        if let Some(flags) = by_key.get_mut(&check.key) {
            flags[hit.row as usize] |= match (hit.verdict, hit.waiver) {
                (Verdict::Undetermined, _) => UNDETERMINED,
                (Verdict::Violated, u32::MAX) => VIOLATED,
                (Verdict::Violated, _) => WAIVED,
            };
        }
    }
    let mut all = vec![0_u8; rows];
    for (key, flags) in &by_key {
        let mut counts = Counts::default();
        for (total, flag) in all.iter_mut().zip(flags) {
            *total |= flag;
            counts.add(*flag);
        }
        audit.by_key.extend(key.map(|k| (k, counts)));
    }
    for (row, flag) in (0_u32..).zip(&all) {
        audit.total.add(*flag);
        audit.by_scope.entry(cx.inventory.scope_of(row)).or_default().add(*flag);
    }
}

impl Counts {
    fn add(&mut self, flag: u8) {
        if flag & JUDGED == 0 {
            return;
        }
        self.population += 1;
        let slot = match flag {
            f if f & VIOLATED != 0 => &mut self.violated,
            f if f & WAIVED != 0 => &mut self.waived,
            f if f & UNDETERMINED != 0 => &mut self.undetermined,
            _ => &mut self.passed,
        };
        *slot += 1;
    }

    /// The same counts added up.
    pub fn plus(self, other: Self) -> Self {
        Self {
            population: self.population + other.population,
            passed: self.passed + other.passed,
            violated: self.violated + other.violated,
            undetermined: self.undetermined + other.undetermined,
            waived: self.waived + other.waived,
        }
    }
}
