//! Hits become findings: words, price, waiver, in the order in which people read them.

use crate::check::{Hit, Rule, Table};
use crate::context::Context;
use crate::evaluate::{Audit, HitRow};
use sha2::{Digest, Sha256};
use tagledger_model::{Amount, Finding, Fingerprint, Level, Money, Place, Text, Timestamp, Verdict, Waived};
use tagledger_taxonomy::KeyId;

/// What each resource cost in the priced month, per currency, by resource row.
#[derive(Debug, Default)]
pub struct Prices {
    /// One entry per currency: its code and a cost for every resource row.
    pub currencies: Vec<(Text, Vec<Amount>)>,
}

impl Prices {
    /// What a resource cost: the currencies in which it cost something.
    pub fn of(&self, row: u32) -> Vec<Money> {
        let some = |(currency, by_row): &(Text, Vec<Amount>)| {
            by_row.get(row as usize).filter(|a| **a != Amount::ZERO).map(|a| Money { currency: currency.clone(), amount: *a })
        };
        self.currencies.iter().filter_map(some).collect()
    }

    /// The largest amount in any currency, only for putting findings in order.
    fn weight(&self, row: u32) -> i128 {
        self.currencies.iter().filter_map(|(_, by_row)| by_row.get(row as usize)).map(|a| a.0).max().unwrap_or(0)
    }
}

/// Stable name of a finding: 16 hexadecimal digits of SHA-256 over cloud, canonical id, rule and key.
pub fn fingerprint(cloud: &str, id: &str, rule: &str, key: Option<&str>) -> Fingerprint {
    let mut hasher = Sha256::new();
    for part in [cloud, id, rule, key.unwrap_or("")] {
        hasher.update(part.as_bytes());
        // A byte that no part can hold keeps ("ab","c") and ("a","bc") apart.
        hasher.update([0xff]);
    }
    let digest = hasher.finalize();
    let mut text = Text::with_capacity(16);
    for byte in &digest[..8] {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
    Fingerprint(text)
}

/// The findings of an audit, made one by one, as often as asked.
pub struct FindingSource<'a> {
    cx: Context<'a>,
    rules: &'a [&'a dyn Rule],
    audit: &'a Audit,
    prices: &'a Prices,
    order: Vec<u32>,
    environment: Option<KeyId>,
    application: Option<KeyId>,
}

impl<'a> FindingSource<'a> {
    /// Puts the hits in order: not waived before waived, violated before undetermined, higher level first, then the most
    /// expensive first, then as read.
    pub fn new(cx: Context<'a>, rules: &'a [&'a dyn Rule], audit: &'a Audit, prices: &'a Prices) -> Self {
        let mut source =
            Self { cx, rules, audit, prices, order: Vec::new(), environment: cx.taxonomy().key("Environment"), application: cx.taxonomy().key("Application") };
        let mut keyed: Vec<_> = (0_u32..)
            .zip(&audit.hits)
            .map(|(number, hit)| {
                let price = if audit.checks[hit.check as usize].table == Table::Resources { prices.weight(hit.row) } else { 0 };
                let level = std::cmp::Reverse(source.level(hit));
                ((hit.waiver != u32::MAX, hit.verdict, level, std::cmp::Reverse(price), hit.row, hit.check), number)
            })
            .collect();
        keyed.sort_unstable();
        source.order = keyed.into_iter().map(|(_, number)| number).collect();
        source
    }

    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// True without findings.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The finding at a position in the order.
    pub fn get(&self, position: usize) -> Finding {
        self.word(&self.audit.hits[self.order[position] as usize])
    }

    /// The row that the finding at a position is about, and the table it is a row of.
    pub fn subject(&self, position: usize) -> (Table, u32) {
        let hit = &self.audit.hits[self.order[position] as usize];
        (self.audit.checks[hit.check as usize].table, hit.row)
    }

    /// The fingerprint that a scan gives the same finding, where a planned resource shows the id of what exists already.
    pub fn live_fingerprint(&self, position: usize) -> Option<Fingerprint> {
        let hit = &self.audit.hits[self.order[position] as usize];
        let check = &self.audit.checks[hit.check as usize];
        let resource = (check.table == Table::Resources).then(|| self.cx.inventory.resource(hit.row))?;
        let key = check.key.map(|k| self.cx.taxonomy().keys[k.index()].name.as_str());
        Some(fingerprint(resource.cloud().as_str(), resource.live_id()?, self.rules[check.rule].meta().id, key))
    }

    /// All findings in order.
    pub fn iter(&self) -> impl Iterator<Item = Finding> + '_ {
        self.order.iter().map(|number| self.word(&self.audit.hits[*number as usize]))
    }

    /// Per rule that ran: level, population, and hits that are violated, undetermined and waived, with the cost of the
    /// resources violated, each resource once.
    pub fn by_rule(&self) -> Vec<RuleCounts> {
        let mut counts: Vec<RuleCounts> = Vec::new();
        for (position, rule) in self.rules.iter().enumerate() {
            let mut runs = self.audit.checks.iter().filter(|c| c.rule == position).peekable();
            if let Some(first) = runs.peek() {
                counts.push(RuleCounts { rule: rule.meta().id, level: first.level, population: runs.map(|c| c.population).sum(), ..RuleCounts::default() });
            }
        }
        let mut seen: Vec<Vec<u64>> = vec![Vec::new(); counts.len()];
        for hit in &self.audit.hits {
            let check = &self.audit.checks[hit.check as usize];
            let id = self.rules[check.rule].meta().id;
            let Some(at) = counts.iter().position(|c| c.rule == id) else { continue };
            let count = &mut counts[at];
            match (hit.waiver, hit.verdict) {
                (u32::MAX, Verdict::Violated) => {
                    count.violated += 1;
                    if check.table == Table::Resources && first_time(&mut seen[at], hit.row) {
                        add(&mut count.at_stake, self.prices.of(hit.row));
                    }
                }
                (u32::MAX, Verdict::Undetermined) => count.undetermined += 1,
                _ => count.waived += 1,
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

    /// Scopes whose own tags were not read, with the keys that this leaves undetermined on some resource of theirs.
    pub fn scopes_left_undetermined(&self) -> std::collections::BTreeMap<u32, Vec<String>> {
        let mut scopes: std::collections::BTreeMap<u32, Vec<String>> = std::collections::BTreeMap::new();
        let taxonomy = self.cx.taxonomy();
        for hit in self.audit.hits.iter().filter(|h| h.verdict == Verdict::Undetermined) {
            let check = &self.audit.checks[hit.check as usize];
            let Some(key) = check.key.filter(|_| check.table == Table::Resources).map(|k| &taxonomy.keys[k.index()]) else { continue };
            let scope = self.cx.inventory.scope_of(hit.row);
            let unread = self.cx.inventory.scope_states(scope).is_none() && self.cx.inventory.own_states(hit.row).is_some();
            if unread && key.inherit.contains(&tagledger_taxonomy::Lender::Scope) {
                let names = scopes.entry(scope).or_default();
                if !names.contains(&key.name) {
                    names.push(key.name.clone());
                }
            }
        }
        scopes
    }

    /// How many findings are violated, not waived, and at a level or above it.
    pub fn violated_at(&self, level: Level) -> usize {
        self.audit.hits.iter().filter(|h| h.waiver == u32::MAX && h.verdict == Verdict::Violated && self.level(h) >= level).count()
    }

    /// The highest level among violated, not waived findings.
    pub fn worst(&self) -> Option<Level> {
        self.worst_of(Verdict::Violated)
    }

    /// The highest level among undetermined, not waived findings.
    pub fn worst_undetermined(&self) -> Option<Level> {
        self.worst_of(Verdict::Undetermined)
    }

    fn worst_of(&self, verdict: Verdict) -> Option<Level> {
        self.audit.hits.iter().filter(|h| h.waiver == u32::MAX && h.verdict == verdict).map(|h| self.level(h)).max()
    }

    /// A rule's level, lowered to a warning for resources younger than the grace period.
    fn level(&self, hit: &HitRow) -> Level {
        let check = &self.audit.checks[hit.check as usize];
        let grace = self.cx.taxonomy().grace;
        if check.table != Table::Resources || check.level <= Level::Warn || grace == 0 {
            return check.level;
        }
        let young = |t: Timestamp| t.0 <= self.cx.now.0 && self.cx.now.0 - t.0 < grace;
        if self.cx.inventory.resource(hit.row).created().is_some_and(young) { Level::Warn } else { check.level }
    }

    fn word(&self, hit: &HitRow) -> Finding {
        let check = &self.audit.checks[hit.check as usize];
        let (inventory, taxonomy) = (self.cx.inventory, self.cx.taxonomy());
        let rule = self.rules[check.rule];
        let resource = (check.table == Table::Resources).then(|| inventory.resource(hit.row));
        let scope = (check.table == Table::Scopes).then(|| &inventory.scopes()[hit.row as usize]);
        let waiver = (check.table == Table::Waivers).then(|| &taxonomy.waivers[hit.row as usize]);
        let group = (check.table == Table::Groups).then(|| &inventory.groups()[hit.row as usize]);
        let stage = match check.table {
            Table::Scopes => Some(inventory.stage_of_scope(hit.row)),
            Table::Groups => Some(inventory.stage_of_group(hit.row)),
            Table::Resources | Table::Waivers => None,
        };
        let cloud = resource.map(|r| r.cloud_facts()).or(scope.map(|s| s.cloud).or(group.map(|g| g.cloud)).map(|at| &inventory.clouds()[usize::from(at)]));
        let said = rule.explain(&Hit { resource, scope, group, stage, cloud, waiver, key: check.key, verdict: hit.verdict, now: self.cx.now });
        let key = check.key.map(|k| taxonomy.keys[k.index()].name.as_str());
        let value = |key: Option<KeyId>| resource.zip(key).and_then(|(r, k)| r.key(k).value());
        let mut finding = Finding {
            fingerprint: Fingerprint(Text::default()),
            rule: Text::new(rule.meta().id),
            level: self.level(hit),
            verdict: hit.verdict,
            cloud: tagledger_model::CloudId::new("-"),
            scope: Text::default(),
            region: None,
            kind: Text::default(),
            resource: Text::default(),
            name: None,
            environment: value(self.environment),
            application: value(self.application),
            key: key.map(Text::new),
            message: said.message,
            evidence: said.evidence,
            provenance: said.provenance,
            demanded_by: said.demanded_by.or_else(|| check.demanded_by.clone()),
            suggestion: said.suggestion,
            money: if resource.is_some() { self.prices.of(hit.row) } else { Vec::new() },
            waived: taxonomy.waivers.get(hit.waiver as usize).map(|w| Waived { reason: w.reason.clone(), owner: w.owner.clone(), expires: w.expires.clone() }),
        };
        let canonical;
        if let Some(resource) = resource {
            finding.cloud = resource.cloud().clone();
            finding.scope.clone_from(&resource.scope().id);
            finding.region = resource.region().cloned();
            finding.kind.clone_from(resource.kind());
            finding.resource.clone_from(resource.id());
            finding.name = resource.name().cloned();
            canonical = resource.canonical().clone();
        } else if let Some(scope) = scope {
            let facts = &inventory.clouds()[usize::from(scope.cloud)];
            finding.cloud = facts.id.clone();
            finding.scope.clone_from(&scope.id);
            finding.kind = Text::new(facts.noun_of_scope());
            finding.resource.clone_from(&scope.id);
            finding.name.clone_from(&scope.name);
            canonical = scope.id.clone();
        } else if let Some(group) = group {
            let facts = &inventory.clouds()[usize::from(group.cloud)];
            finding.cloud = facts.id.clone();
            finding.scope.clone_from(&inventory.scopes()[group.scope as usize].id);
            finding.kind = Text::new(facts.noun_of(&group.kind));
            finding.resource.clone_from(&group.id);
            finding.name.clone_from(&group.name);
            canonical = group.id.clone();
        } else {
            let place = waiver.map(|w| w.place.clone()).unwrap_or_default();
            finding.kind = Text::new("waiver");
            finding.resource = waiver_id(waiver, &place);
            canonical = finding.resource.clone();
            finding.demanded_by = Some(place);
        }
        finding.fingerprint = fingerprint(finding.cloud.as_str(), &canonical, rule.meta().id, key);
        finding
    }
}

impl std::fmt::Debug for FindingSource<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FindingSource").field("findings", &self.len()).finish_non_exhaustive()
    }
}

/// What a waiver covers names it: its line moves when the file is edited, its meaning does not.
fn waiver_id(waiver: Option<&tagledger_taxonomy::Waiver>, place: &Place) -> Text {
    match waiver {
        Some(w) => {
            let one = |(name, text): (&str, &str)| if matches!(name, "resource" | "fingerprint") { text.to_owned() } else { format!("{name}={text}") };
            Text::new(format!("{} {}", w.rule, w.names().map(one).collect::<Vec<_>>().join(" ")))
        }
        None => Text::new(place.to_string()),
    }
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
    /// Undetermined, not waived.
    pub undetermined: u64,
    /// Waived.
    pub waived: u64,
    /// Cost of the violated resources in the priced month.
    pub at_stake: Vec<Money>,
}

impl Default for RuleCounts {
    fn default() -> Self {
        Self { rule: "", level: Level::Off, population: 0, violated: 0, undetermined: 0, waived: 0, at_stake: Vec::new() }
    }
}
