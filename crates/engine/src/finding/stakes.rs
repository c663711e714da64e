//! What each rule found, and the money at stake.

use super::FindingSource;
use crate::check::{Family, Table};
use std::collections::BTreeMap;
use tagledger_model::{Level, Money, Verdict};

impl FindingSource<'_> {
    /// Per rule that ran: level, population, and hits that are violated, undetermined and waived, with the cost of the
    /// resources violated, each resource once; of a rule that judges a bill key by key, that of the key with most of it.
    pub fn by_rule(&self) -> Vec<RuleCounts> {
        let mut counts: Vec<RuleCounts> = Vec::new();
        for (position, rule) in self.rules.iter().enumerate() {
            let mut runs = self.audit.checks.iter().filter(|c| c.rule == position).peekable();
            if let Some(first) = runs.peek() {
                counts.push(RuleCounts { rule: rule.meta().id, level: first.level, population: runs.map(|c| c.population).sum(), ..RuleCounts::default() });
            }
        }
        let mut seen: Vec<Vec<u64>> = vec![Vec::new(); counts.len()];
        // Of rows that a rule puts together, those of one check are apart; those of another key are of the same money.
        let mut by_check: BTreeMap<(usize, u32), Vec<Money>> = BTreeMap::new();
        for (number, hit) in self.audit.hits.iter().enumerate() {
            let check = &self.audit.checks[hit.check as usize];
            let id = self.rules[check.rule].meta().id;
            let Some(at) = counts.iter().position(|c| c.rule == id) else { continue };
            let count = &mut counts[at];
            match (hit.waiver, hit.verdict) {
                (u32::MAX, Verdict::Violated) => {
                    count.violated += 1;
                    count.in_grace += u64::from(self.level(number) < check.level);
                    if check.table == Table::Resources && first_time(&mut seen[at], hit.row) {
                        add(&mut count.at_stake, self.prices.of(hit.row));
                    } else if check.table == Table::Rows {
                        add(by_check.entry((at, hit.check)).or_default(), self.audit.rows[hit.row as usize].money.clone());
                    }
                }
                (u32::MAX, Verdict::Undetermined) => count.undetermined += 1,
                _ => count.waived += 1,
            }
        }
        for ((at, _), sums) in by_check {
            for money in sums {
                match counts[at].at_stake.iter_mut().find(|most| most.currency == money.currency) {
                    Some(most) => most.amount = most.amount.max(money.amount),
                    None => counts[at].at_stake.push(money),
                }
            }
        }
        counts
    }

    /// What the resources with violated, not waived findings cost in the priced month, each resource once.
    pub fn at_stake(&self) -> Vec<Money> {
        let (mut seen, mut sums): (Vec<u64>, Vec<Money>) = (Vec::new(), Vec::new());
        for hit in self.audit.hits.iter().filter(|h| h.waiver == u32::MAX && h.verdict == Verdict::Violated) {
            if self.audit.checks[hit.check as usize].table == Table::Resources && first_time(&mut seen, hit.row) {
                add(&mut sums, self.prices.of(hit.row));
            }
        }
        sums
    }

    /// Of each family of rules about resources: how many have a violated finding that no waiver covers, and what they cost, each once.
    pub fn by_family(&self) -> Vec<FamilyCounts> {
        let mut all: Vec<(FamilyCounts, Vec<u64>)> = Vec::new();
        for hit in self.audit.hits.iter().filter(|h| h.waiver == u32::MAX && h.verdict == Verdict::Violated) {
            let check = &self.audit.checks[hit.check as usize];
            if check.table != Table::Resources {
                continue;
            }
            let family = self.rules[check.rule].meta().family;
            let at = all.iter().position(|(counts, _)| counts.family == family).unwrap_or_else(|| {
                all.push((FamilyCounts { family, resources: 0, at_stake: Vec::new() }, Vec::new()));
                all.len() - 1
            });
            let (counts, seen) = &mut all[at];
            if first_time(seen, hit.row) {
                counts.resources += 1;
                add(&mut counts.at_stake, self.prices.of(hit.row));
            }
        }
        all.sort_by_key(|(counts, _)| counts.family as u8);
        all.into_iter().map(|(counts, _)| counts).collect()
    }
}

/// What the rules of a family found together.
#[derive(Debug, Clone)]
pub struct FamilyCounts {
    /// The family.
    pub family: Family,
    /// Resources with a violated finding that no waiver covers.
    pub resources: u64,
    /// What they cost in the priced month.
    pub at_stake: Vec<Money>,
}

/// Adds amounts to sums, currency by currency.
fn add(sums: &mut Vec<Money>, amounts: Vec<Money>) {
    for money in amounts {
        match sums.iter_mut().find(|m| m.currency == money.currency) {
            Some(sum) => sum.amount += money.amount,
            None => sums.push(money),
        }
    }
}

/// True the first time a row is asked for; the set is a bit per row.
fn first_time(seen: &mut Vec<u64>, row: u32) -> bool {
    let (word, bit) = (row as usize / 64, 1_u64 << (row % 64));
    if seen.len() <= word {
        seen.resize(word + 1, 0);
    }
    let new = seen[word] & bit == 0;
    seen[word] |= bit;
    new
}

/// What one rule found.
#[derive(Debug, Clone)]
pub struct RuleCounts {
    /// Rule id.
    pub rule: &'static str,
    /// Level it ran at.
    pub level: Level,
    /// Rows judged.
    pub population: u64,
    /// Violated, not waived.
    pub violated: u64,
    /// Of these, those that are a warning for now, because their resource or they themselves are young.
    pub in_grace: u64,
    /// Undetermined, not waived.
    pub undetermined: u64,
    /// Waived.
    pub waived: u64,
    /// Cost of the violated resources in the priced month.
    pub at_stake: Vec<Money>,
}

impl Default for RuleCounts {
    fn default() -> Self {
        Self { rule: "", level: Level::Off, population: 0, violated: 0, in_grace: 0, undetermined: 0, waived: 0, at_stake: Vec::new() }
    }
}
