//! Findings in, one message's content for a route out: what it asked for is counted, and only what it will list is held.

mod dearest;

use crate::news::{Away, Counts, News, SCHEMA_VERSION, Told, Total};
use crate::route::{Channel, Route, When};
use dearest::Dearest;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use tagledger_model::{Amount, Finding, Level, Money, Text, Verdict};
use tagledger_report::Summary;
use tagledger_report::diff::Change;

/// What a message is called: receivers know one that they have by it.
pub(crate) fn message_name(of: Sha256) -> String {
    of.finalize()[..16].iter().fold("tagledger_".to_owned(), |mut id, byte| {
        // Writing to a string cannot fail.
        let _written = write!(id, "{byte:02x}");
        id
    })
}

/// The run that routes are told of.
#[derive(Debug)]
pub struct Run<'a> {
    summary: &'a Summary,
    levels: HashMap<&'a str, Level>,
    report_url: Option<String>,
    /// Whether what became of earlier findings is known.
    knows_away: bool,
    /// A digest of the summary: what tells one run from every other.
    digest: Sha256,
}

impl<'a> Run<'a> {
    /// A run by its summary. `knows_away` says whether findings that are not open any more will be handed over as well.
    pub fn new(summary: &'a Summary, report_url: Option<String>, knows_away: bool) -> Self {
        let level = |word: &str| Level::from_word(word).unwrap_or(Level::Off);
        let levels = summary.rules.iter().map(|rule| (rule.rule.as_str(), level(&rule.level))).collect();
        // A summary is plain text and numbers: it always has a JSON form.
        let digest = Sha256::new_with_prefix(serde_json::to_vec(summary).unwrap_or_default());
        Self { summary, levels, report_url, knows_away, digest }
    }

    /// What a message of this run to this route is called, always the same.
    fn id(&self, route: &str) -> String {
        message_name(self.digest.clone().chain_update([0]).chain_update(route))
    }

    /// The level that counts for routing. A finding that is young has its level lowered for a while; whoever is told of errors wants to know of it now,
    /// and not when it is no news any more.
    fn level(&self, finding: &Finding) -> Level {
        self.levels.get(finding.rule.as_str()).copied().unwrap_or(Level::Off).max(finding.level)
    }
}

/// What one route will be told.
#[derive(Debug)]
pub struct Gather<'r> {
    run: &'r Run<'r>,
    route: &'r Route,
    counts: Counts,
    away: Away,
    fresh: Dearest,
    still: Dearest,
    priced: HashSet<u64>,
    stake: BTreeMap<Text, Amount>,
}

impl<'r> Gather<'r> {
    /// For a route, with nothing in it.
    pub fn new(run: &'r Run<'r>, route: &'r Route) -> Self {
        let most = match &route.channel {
            Channel::Webhook { most, .. } => *most,
            Channel::Slack(_) | Channel::Teams(_) | Channel::Email(_) => route.top,
        };
        let (fresh, still) = (Dearest::new(most), Dearest::new(most));
        Self { run, route, counts: Counts::default(), away: Away::default(), fresh, still, priced: HashSet::new(), stake: BTreeMap::new() }
    }

    /// Takes a finding of the run, or of an earlier one that is not open any more. `change` says what became of it; none where it was open and is.
    pub fn take(&mut self, finding: &Finding, change: Option<Change>) {
        if self.run.level(finding) < self.route.filter.level || !self.route.filter.admits(finding) {
            return;
        }
        let is_open = finding.verdict == Verdict::Violated && finding.waived.is_none();
        let away = match change {
            Some(Change::Fixed) => Some(&mut self.away.fixed),
            Some(Change::Gone) => Some(&mut self.away.gone),
            Some(Change::Waived) => Some(&mut self.away.waived),
            Some(Change::Unclear) => Some(&mut self.away.unclear),
            Some(Change::NotSeen) => Some(&mut self.away.not_seen),
            Some(Change::New | Change::FirstLookedAt | Change::Reopened) | None => None,
        };
        if let Some(count) = away {
            *count += 1;
            return;
        }
        if !is_open {
            return;
        }
        *match change {
            Some(Change::New) => &mut self.counts.new,
            Some(Change::FirstLookedAt) => &mut self.counts.first_looked_at,
            Some(Change::Reopened) => &mut self.counts.reopened,
            _ => &mut self.counts.still,
        } += 1;
        if change.is_none() && self.route.when == When::New {
            return;
        }
        self.price(finding);
        let list = if change.is_some() { &mut self.fresh } else { &mut self.still };
        list.take(finding, || Told { change, finding: finding.clone() });
    }

    /// Each resource is paid for once, however much is wrong with it.
    fn price(&mut self, finding: &Finding) {
        let number = BuildHasherDefault::<DefaultHasher>::default().hash_one((finding.cloud.as_str(), finding.resource.as_str()));
        if finding.money.is_empty() || finding.is_sum() || !self.priced.insert(number) {
            return;
        }
        for money in &finding.money {
            *self.stake.entry(money.currency.clone()).or_default() += money.amount;
        }
    }

    /// What the route is told; none where it asked to be left alone.
    pub fn news(self) -> Option<News> {
        let (run, route, summary) = (self.run, self.route, self.run.summary);
        let is_complete = summary.seen.gaps() == 0;
        let told = match route.when {
            When::New => self.counts.fresh(),
            When::Always => self.counts.fresh() + self.counts.still,
        };
        if route.when == When::New && told == 0 && (is_complete || route.findings_only) {
            return None;
        }
        let mut findings = self.fresh.list();
        findings.extend(self.still.list());
        findings.truncate(match &route.channel {
            Channel::Webhook { most, .. } => *most,
            Channel::Slack(_) | Channel::Teams(_) | Channel::Email(_) => route.top,
        });
        let costs = summary.costs.as_ref();
        let total = |total: &tagledger_report::CurrencyTotal| Total {
            currency: total.currency.clone(),
            report: total.report.clone(),
            bill: total.bill.clone(),
            equal: total.equal,
        };
        Some(News {
            schema: SCHEMA_VERSION.to_owned(),
            id: run.id(&route.name),
            route: route.name.clone(),
            tool: summary.tool.clone(),
            started: summary.started.clone(),
            exit: summary.exit.clone(),
            is_complete,
            seen: summary.seen.sentence(),
            since: summary.history.as_ref().and_then(|changes| changes.since.clone()),
            totals: costs.map(|costs| costs.totals.iter().map(total).collect()).unwrap_or_default(),
            priced_month: costs.and_then(|costs| costs.priced_month.clone()),
            counts: Counts { away: run.knows_away.then_some(self.away), ..self.counts },
            at_stake: self.stake.into_iter().map(|(currency, amount)| Money { currency, amount }).collect(),
            not_listed: told.saturating_sub(findings.len() as u64),
            findings,
            report_url: run.report_url.clone(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
