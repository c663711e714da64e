//! Waivers: which hit is an accepted exception, and which waiver covers nothing.

use crate::check::{Rule, Table};
use crate::context::Context;
use crate::evaluate::{CheckRun, HitRow};
use crate::finding::fingerprint;
use rustc_hash::FxHashMap;
use tagledger_taxonomy::Waiver;
use wildmatch::WildMatch;

/// What became of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WaiverUse {
    /// Hits it covers.
    pub used: u64,
}

/// A waiver with its patterns.
struct Compiled<'a> {
    waiver: &'a Waiver,
    rule: WildMatch,
    key: Option<WildMatch>,
    resource: Option<WildMatch>,
    scope: Option<WildMatch>,
    kind: Option<WildMatch>,
}

impl<'a> Compiled<'a> {
    fn new(waiver: &'a Waiver) -> Self {
        let exact = |pattern: &Option<String>| pattern.as_deref().map(WildMatch::new);
        let caseless = |pattern: &Option<String>| pattern.as_deref().map(WildMatch::new_case_insensitive);
        Self {
            waiver,
            rule: WildMatch::new(&waiver.rule),
            key: exact(&waiver.key),
            // A resource id is matched exactly as it is spelt.
            resource: exact(&waiver.resource),
            scope: caseless(&waiver.scope),
            kind: caseless(&waiver.kind),
        }
    }
}

/// The waivers of a taxonomy, ready to match.
pub(crate) struct Waivers<'a> {
    cx: Context<'a>,
    rule_ids: Vec<&'static str>,
    compiled: Vec<Compiled<'a>>,
    uses: Vec<WaiverUse>,
}

impl<'a> Waivers<'a> {
    pub fn new(cx: &Context<'a>, rules: &[&dyn Rule]) -> Self {
        let taxonomy = cx.inventory.taxonomy();
        let compiled: Vec<_> = taxonomy.waivers.iter().map(Compiled::new).collect();
        Self { cx: *cx, rule_ids: rules.iter().map(|r| r.meta().id).collect(), uses: vec![WaiverUse::default(); compiled.len()], compiled }
    }

    /// Marks every hit that a waiver covers; the first waiver of the file counts. An expired waiver covers nothing.
    pub fn cover(&mut self, checks: &[CheckRun], hits: &mut [HitRow]) {
        let mut by_check: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        for (number, check) in (0_u32..).zip(checks) {
            let key = check.key.map(|k| self.cx.taxonomy().keys[k.index()].name.as_str());
            let speaks = |one: &Compiled<'_>| {
                let about = |pattern: &WildMatch| key.is_some_and(|key| pattern.matches(key));
                one.rule.matches(self.rule_ids[check.rule]) && one.waiver.expires_at > self.cx.now && one.key.as_ref().is_none_or(about)
            };
            let candidates: Vec<usize> = (0..self.compiled.len()).filter(|i| speaks(&self.compiled[*i])).collect();
            if !candidates.is_empty() {
                by_check.insert(number, candidates);
            }
        }
        for hit in hits {
            let Some(candidates) = by_check.get(&hit.check) else { continue };
            let check = &checks[hit.check as usize];
            if let Some(position) = candidates.iter().find(|i| self.covers(**i, check, hit)) {
                hit.waiver = crate::intern::number(*position);
                self.uses[*position].used += 1;
            }
        }
    }

    fn covers(&self, position: usize, check: &CheckRun, hit: &HitRow) -> bool {
        let one = &self.compiled[position];
        let inventory = self.cx.inventory;
        let (cloud, canonical, shown, live, kind, scope) = match check.table {
            Table::Resources => {
                let resource = inventory.resource(hit.row);
                (resource.cloud_facts(), resource.canonical(), resource.id(), resource.live_id(), Some(resource.kind()), resource.scope())
            }
            Table::Scopes => {
                let scope = &inventory.scopes()[hit.row as usize];
                (&inventory.clouds()[usize::from(scope.cloud)], &scope.id, &scope.id, None, None, scope)
            }
            Table::Groups => {
                let group = &inventory.groups()[hit.row as usize];
                (&inventory.clouds()[usize::from(group.cloud)], &group.id, &group.id, None, Some(&group.kind), &inventory.scopes()[group.scope as usize])
            }
            Table::Waivers => return false,
        };
        if let Some(wanted) = &one.waiver.fingerprint {
            let key = check.key.map(|k| self.cx.taxonomy().keys[k.index()].name.as_str());
            // What a plan changes may be waived under its address, or under the id by which a scan knows it.
            let is = |id: &str| fingerprint(cloud.id.as_str(), id, self.rule_ids[check.rule], key).0.as_str() == wanted;
            return is(canonical) || live.is_some_and(|id| is(id));
        }
        let is_resource = |p: &WildMatch| p.matches(shown) || p.matches(canonical) || live.is_some_and(|id| p.matches(id));
        let is_scope = |p: &WildMatch| p.matches(&scope.id) || scope.name.as_deref().is_some_and(|name| p.matches(name));
        let is_kind = |p: &WildMatch| kind.is_some_and(|kind| p.matches(kind) || cloud.kinds.find(kind).is_some_and(|known| p.matches(known.shared)));
        one.resource.as_ref().is_none_or(is_resource) && one.scope.as_ref().is_none_or(is_scope) && one.kind.as_ref().is_none_or(is_kind)
    }

    pub fn into_uses(self) -> Vec<WaiverUse> {
        self.uses
    }
}
