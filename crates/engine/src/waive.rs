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

/// The waivers of a taxonomy, ready to match.
pub(crate) struct Waivers<'a> {
    cx: Context<'a>,
    rule_ids: Vec<&'static str>,
    compiled: Vec<(&'a Waiver, Option<WildMatch>)>,
    uses: Vec<WaiverUse>,
}

impl<'a> Waivers<'a> {
    pub fn new(cx: &Context<'a>, rules: &[&dyn Rule]) -> Self {
        let taxonomy = cx.inventory.taxonomy();
        // A resource id is matched exactly as it is spelt, with `*` and `?`.
        let compiled: Vec<_> = taxonomy.waivers.iter().map(|w| (w, w.resource.as_deref().map(WildMatch::new))).collect();
        Self { cx: *cx, rule_ids: rules.iter().map(|r| r.meta().id).collect(), uses: vec![WaiverUse::default(); compiled.len()], compiled }
    }

    /// Marks every hit that a waiver covers; the first waiver of the file counts. An expired waiver covers nothing.
    pub fn cover(&mut self, checks: &[CheckRun], hits: &mut [HitRow]) {
        let mut by_check: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        for (number, check) in (0_u32..).zip(checks) {
            let key = check.key.map(|k| self.cx.taxonomy().keys[k.index()].name.as_str());
            let speaks = |w: &Waiver| {
                (w.rule == "*" || w.rule == self.rule_ids[check.rule]) && w.expires_at > self.cx.now && w.key.as_deref().is_none_or(|k| Some(k) == key)
            };
            let candidates: Vec<usize> = (0..self.compiled.len()).filter(|i| speaks(self.compiled[*i].0)).collect();
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
        let (waiver, pattern) = &self.compiled[position];
        let (cloud, canonical, shown, live) = match check.table {
            Table::Resources => {
                let resource = self.cx.inventory.resource(hit.row);
                (resource.cloud().as_str(), resource.canonical(), resource.id(), resource.live_id())
            }
            Table::Scopes => {
                let scope = &self.cx.inventory.scopes()[hit.row as usize];
                (self.cx.inventory.clouds()[usize::from(scope.cloud)].id.as_str(), &scope.id, &scope.id, None)
            }
            Table::Waivers => return false,
        };
        if let Some(wanted) = &waiver.fingerprint {
            let key = check.key.map(|k| self.cx.taxonomy().keys[k.index()].name.as_str());
            // What a plan changes may be waived under its address, or under the id by which a scan knows it.
            let is = |id: &str| fingerprint(cloud, id, self.rule_ids[check.rule], key).0.as_str() == wanted;
            return is(canonical) || live.is_some_and(|id| is(id));
        }
        pattern.as_ref().is_some_and(|p| p.matches(shown) || p.matches(canonical) || live.is_some_and(|id| p.matches(id)))
    }

    pub fn into_uses(self) -> Vec<WaiverUse> {
        self.uses
    }
}
