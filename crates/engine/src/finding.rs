//! Hits become findings: words, price, waiver, in the order in which people read them.

mod stakes;

pub use stakes::{FamilyCounts, RuleCounts};

use crate::check::{Hit, JudgedRow, Rule, Table};
use crate::context::Context;
use crate::evaluate::{Audit, HitRow};
use crate::past::{Asked, FirstSeen, Past};
use sha2::{Digest, Sha256};
use tagledger_model::{Amount, CloudId, Finding, Fingerprint, Level, Money, Text, Timestamp, Verdict, Waived};
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
    /// The name of each hit as a number, and since when it is known; empty without a history.
    seen: Vec<(u64, FirstSeen)>,
    environment: Option<KeyId>,
    application: Option<KeyId>,
    owner: Option<KeyId>,
}

impl<'a> FindingSource<'a> {
    /// Puts the hits in order: not waived before waived, violated before undetermined, higher level first, then the most
    /// expensive first, then by cloud, scope and id.
    ///
    /// With a past, each finding is as old as that says.
    pub fn new(cx: Context<'a>, rules: &'a [&'a dyn Rule], audit: &'a Audit, prices: &'a Prices, past: Option<&Past>) -> Self {
        let [environment, application, owner] = ["Environment", "Application", "Owner"].map(|name| cx.taxonomy().key(name));
        let mut source = Self { cx, rules, audit, prices, order: Vec::new(), seen: Vec::new(), environment, application, owner };
        if let Some(past) = past {
            source.seen = audit.hits.iter().map(|hit| source.first_seen(hit, past)).collect();
        }
        source.order = source.in_order();
        source
    }

    /// The hits in the order in which they are shown.
    fn in_order(&self) -> Vec<u32> {
        let price = |hit: &HitRow| match self.audit.checks[hit.check as usize].table {
            Table::Resources => self.prices.weight(hit.row),
            Table::Rows => self.audit.rows[hit.row as usize].money.iter().map(|money| money.amount.0).max().unwrap_or(0),
            Table::Scopes | Table::Groups | Table::Waivers => 0,
        };
        // Each price as its rank, so that what a hit is ordered by fits into one number: there may be millions of them.
        let mut dearest: Vec<i128> = self.audit.hits.iter().map(price).filter(|price| *price != 0).chain([0]).collect();
        dearest.sort_unstable_by(|one, other| other.cmp(one));
        dearest.dedup();
        let mut keys: Vec<u128> = (0_u32..)
            .zip(&self.audit.hits)
            .map(|(number, hit)| {
                let rank = dearest.partition_point(|other| *other > price(hit));
                let parts = [
                    (u128::from(hit.waiver != u32::MAX), 1),
                    (hit.verdict as u128, 1),
                    (Level::Error as u128 - self.level(number as usize) as u128, 2),
                    (rank as u128, 32),
                    (self.place(hit).into(), 32),
                    (hit.check.into(), 28),
                    (number.into(), 32),
                ];
                parts.into_iter().fold(0, |key, (part, bits)| key << bits | part)
            })
            .collect();
        keys.sort_unstable();
        keys.into_iter().map(|key| u32::try_from(key & u128::from(u32::MAX)).unwrap_or_default()).collect()
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
        self.word(self.order[position] as usize)
    }

    /// The row that the finding at a position is about, and the table it is a row of.
    pub fn subject(&self, position: usize) -> (Table, u32) {
        let hit = &self.audit.hits[self.order[position] as usize];
        (self.audit.checks[hit.check as usize].table, hit.row)
    }

    /// The rows of the findings of one rule that no waiver covers, and the table that they are of; in no order.
    pub fn rows_of(&self, rule: &str, verdict: Verdict) -> impl Iterator<Item = (Table, u32)> + '_ {
        let position = self.rules.iter().position(|one| one.meta().id == rule);
        let check = |hit: &HitRow| &self.audit.checks[hit.check as usize];
        self.open(verdict)
            .map(|number| &self.audit.hits[number])
            .filter(move |hit| Some(check(hit).rule) == position)
            .map(move |hit| (check(hit).table, hit.row))
    }

    /// The Environment that a resource is in.
    pub fn environment_of(&self, row: u32) -> Option<Text> {
        self.cx.inventory.resource(row).environment()
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
        self.order.iter().map(|number| self.word(*number as usize))
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

    /// With a past, each finding's fingerprint as a number, its verdict, whether it is waived, and since when it is known; in no order.
    pub fn known_since(&self) -> impl Iterator<Item = (u64, Verdict, bool, FirstSeen)> + '_ {
        self.seen.iter().zip(&self.audit.hits).map(move |((number, seen), hit)| (*number, hit.verdict, hit.waiver != u32::MAX, *seen))
    }

    /// How many findings are violated, not waived, and at a level or above it.
    pub fn violated_at(&self, level: Level) -> usize {
        self.open(Verdict::Violated).filter(|number| self.level(*number) >= level).count()
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
        self.open(verdict).map(|number| self.level(number)).max()
    }

    /// The hits of a verdict that no waiver covers.
    fn open(&self, verdict: Verdict) -> impl Iterator<Item = usize> + '_ {
        self.audit.hits.iter().enumerate().filter(move |(_, hit)| hit.waiver == u32::MAX && hit.verdict == verdict).map(|(number, _)| number)
    }

    /// A rule's level, lowered to a warning for resources, and for findings, that are younger than the grace period.
    fn level(&self, number: usize) -> Level {
        let hit = &self.audit.hits[number];
        let check = &self.audit.checks[hit.check as usize];
        let grace = self.cx.taxonomy().grace;
        if check.table != Table::Resources || check.level <= Level::Warn || grace == 0 {
            return check.level;
        }
        let young = |t: Timestamp| t.0 <= self.cx.now.0 && self.cx.now.0 - t.0 < grace;
        let is_new = self.seen.get(number).is_some_and(|(_, seen)| seen.is_new && young(seen.at));
        if is_new || self.cx.inventory.resource(hit.row).created().is_some_and(young) { Level::Warn } else { check.level }
    }

    /// The place of a hit's row among those of its table, whatever the order in which sources named them.
    fn place(&self, hit: &HitRow) -> u32 {
        let inventory = self.cx.inventory;
        match self.audit.checks[hit.check as usize].table {
            Table::Resources => inventory.resource_order().places[hit.row as usize],
            Table::Scopes => inventory.scope_order().places[hit.row as usize],
            Table::Groups => inventory.group_order().places[hit.row as usize],
            Table::Rows | Table::Waivers => hit.row,
        }
    }

    /// Names a hit as its finding does, and asks the past about it.
    fn first_seen(&self, hit: &HitRow, past: &Past) -> (u64, FirstSeen) {
        let check = &self.audit.checks[hit.check as usize];
        let subject = self.subject_of(hit);
        let key = check.key.map(|k| self.cx.taxonomy().keys[k.index()].name.as_str());
        let name = fingerprint(subject.cloud.as_str(), &subject.canonical, self.rules[check.rule].meta().id, key);
        let number = name.number().unwrap_or_default();
        let resource = (check.table == Table::Resources).then(|| self.cx.inventory.resource(hit.row));
        let asked = Asked {
            cloud: subject.cloud.as_str(),
            scope: &subject.scope,
            region: resource.and_then(|resource| resource.region()).map(Text::as_str),
            id: &resource.map_or_else(|| subject.canonical.clone(), |resource| resource.id()),
            check: &format!("{} {}", self.rules[check.rule].meta().id, key.unwrap_or("-")),
        };
        (number, past.first_seen(number, &asked, self.cx.now))
    }

    /// Who and where the row of a hit is.
    fn subject_of(&self, hit: &HitRow) -> Subject {
        let inventory = self.cx.inventory;
        let cloud_of = |at: u8| inventory.clouds()[usize::from(at)].id.clone();
        match self.audit.checks[hit.check as usize].table {
            Table::Resources => {
                let resource = inventory.resource(hit.row);
                Subject { cloud: resource.cloud().clone(), scope: resource.scope().id.clone(), canonical: resource.canonical() }
            }
            Table::Scopes => {
                let scope = &inventory.scopes()[hit.row as usize];
                Subject { cloud: cloud_of(scope.cloud), scope: scope.id.clone(), canonical: scope.id.clone() }
            }
            Table::Groups => {
                let group = &inventory.groups()[hit.row as usize];
                let scope = &inventory.scopes()[group.scope as usize].id;
                // A bare name may be there in every scope; a path says where it is.
                let canonical = if group.id.contains('/') { group.id.clone() } else { Text::from(format!("{scope}/{}", group.id)) };
                Subject { cloud: cloud_of(group.cloud), scope: scope.clone(), canonical }
            }
            Table::Rows => {
                let subject = &self.audit.rows[hit.row as usize].subject;
                Subject { cloud: CloudId::new(&subject.cloud), scope: subject.scope.clone(), canonical: subject.id.clone() }
            }
            Table::Waivers => {
                let waiver = &self.cx.taxonomy().waivers[hit.row as usize];
                Subject { cloud: CloudId::new("-"), scope: Text::default(), canonical: waiver_id(waiver) }
            }
        }
    }

    fn word(&self, number: usize) -> Finding {
        let hit = &self.audit.hits[number];
        let check = &self.audit.checks[hit.check as usize];
        let (inventory, taxonomy) = (self.cx.inventory, self.cx.taxonomy());
        let rule = self.rules[check.rule];
        let resource = (check.table == Table::Resources).then(|| inventory.resource(hit.row));
        let scope = (check.table == Table::Scopes).then(|| &inventory.scopes()[hit.row as usize]);
        let waiver = (check.table == Table::Waivers).then(|| &taxonomy.waivers[hit.row as usize]);
        let became = waiver.and_then(|_| self.audit.waivers.get(hit.row as usize));
        let group = (check.table == Table::Groups).then(|| &inventory.groups()[hit.row as usize]);
        let stage = match check.table {
            Table::Scopes => Some(inventory.stage_of_scope(hit.row)),
            Table::Groups => Some(inventory.stage_of_group(hit.row)),
            Table::Resources | Table::Rows | Table::Waivers => None,
        };
        let cloud = resource.map(|r| r.cloud_facts()).or(scope.map(|s| s.cloud).or(group.map(|g| g.cloud)).map(|at| &inventory.clouds()[usize::from(at)]));
        let row = (check.table == Table::Rows).then(|| &self.audit.rows[hit.row as usize]);
        let explain = || rule.explain(&Hit { resource, scope, group, stage, cloud, waiver, became, key: check.key, verdict: hit.verdict, now: self.cx.now });
        let said = row.map_or_else(explain, |row| row.said.clone());
        let key = check.key.map(|k| taxonomy.keys[k.index()].name.as_str());
        let value = |key: Option<KeyId>| resource.zip(key).and_then(|(r, k)| r.key(k).value());
        let subject = self.subject_of(hit);
        let mut finding = Finding {
            fingerprint: fingerprint(subject.cloud.as_str(), &subject.canonical, rule.meta().id, key),
            rule: Text::new(rule.meta().id),
            level: self.level(number),
            verdict: hit.verdict,
            cloud: subject.cloud,
            scope: subject.scope,
            region: None,
            kind: Text::default(),
            resource: subject.canonical,
            name: None,
            environment: value(self.environment),
            application: value(self.application),
            owner: value(self.owner),
            key: key.map(Text::new),
            message: said.message,
            evidence: said.evidence,
            provenance: said.provenance,
            demanded_by: said.demanded_by.or_else(|| check.demanded_by.clone()),
            suggestion: said.suggestion,
            money: if resource.is_some() { self.prices.of(hit.row) } else { row.map(|row| row.money.clone()).unwrap_or_default() },
            waived: taxonomy.waivers.get(hit.waiver as usize).map(|w| Waived { reason: w.reason.clone(), owner: w.owner.clone(), expires: w.expires.clone() }),
            first_seen: self.seen.get(number).map(|(_, seen)| Text::new(seen.at.to_string())),
            age_known: self.seen.get(number).is_some_and(|(_, seen)| seen.is_new),
        };
        if let Some(resource) = resource {
            finding.region = resource.region().cloned();
            finding.kind.clone_from(resource.kind());
            finding.resource = resource.id();
            finding.name = resource.name().map(Text::new);
        } else if let Some((scope, cloud)) = scope.zip(cloud) {
            finding.kind = Text::new(cloud.noun_of_scope());
            finding.name.clone_from(&scope.name);
        } else if let Some((group, cloud)) = group.zip(cloud) {
            finding.resource.clone_from(&group.id);
            finding.kind = Text::new(cloud.noun_of(&group.kind));
            finding.name.clone_from(&group.name);
        } else if let Some(JudgedRow { subject, .. }) = row {
            finding.kind = Text::new(subject.kind);
            finding.name.clone_from(&subject.name);
            finding.environment.clone_from(&subject.environment);
            finding.application.clone_from(&subject.application);
            finding.owner.clone_from(&subject.owner);
        } else {
            finding.kind = Text::new("waiver");
            finding.demanded_by = waiver.map(|w| w.place.clone());
        }
        finding
    }
}

/// Who and where the row of a hit is.
struct Subject {
    cloud: CloudId,
    scope: Text,
    /// The form of its id that two sources agree on.
    canonical: Text,
}

impl std::fmt::Debug for FindingSource<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FindingSource").field("findings", &self.len()).finish_non_exhaustive()
    }
}

/// What a waiver covers names it: its line moves when the file is edited, its meaning does not.
fn waiver_id(waiver: &tagledger_taxonomy::Waiver) -> Text {
    let one = |(name, text): (&str, &str)| if matches!(name, "resource" | "fingerprint") { text.to_owned() } else { format!("{name}={text}") };
    Text::new(format!("{} {}", waiver.rule, waiver.names().map(one).collect::<Vec<_>>().join(" ")))
}
