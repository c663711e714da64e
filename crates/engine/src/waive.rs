//! Waivers: which hit is an accepted exception, and which waiver covers nothing.

use crate::check::{JudgedRow, Rule, Table};
use crate::context::Context;
use crate::evaluate::{CheckRun, HitRow};
use crate::facts::CloudFacts;
use crate::finding::fingerprint;
use crate::frame::is_seen;
use crate::inventory::ScopeRow;
use rustc_hash::FxHashMap;
use tagledger_model::{Taggable, Text};
use tagledger_taxonomy::{KeyState, Waiver};
use wildmatch::WildMatch;

/// What became of a waiver.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WaiverUse {
    /// Hits it covers.
    pub used: u64,
    /// Of a waiver that covers none: where something that it names may be that was not seen, in words.
    pub unseen: Vec<Text>,
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

impl Compiled<'_> {
    /// Whether it is about what a rule finds of a key, or of none.
    fn is_about(&self, rule: &str, key: Option<&str>) -> bool {
        self.rule.matches(rule) && self.key.as_ref().is_none_or(|pattern| key.is_some_and(|key| pattern.matches(key)))
    }

    /// Whether its patterns over ids, scopes and kinds fit a row; a fingerprint names one finding alone, and is not asked here.
    fn names(&self, on: &Named<'_>) -> bool {
        let is_resource = |p: &WildMatch| on.ids.iter().flatten().any(|id| p.matches(id));
        let is_scope = |p: &WildMatch| p.matches(on.scope) || on.scope_name.is_some_and(|name| p.matches(name));
        let is_kind = |p: &WildMatch| on.kind.into_iter().chain(on.shared).any(|kind| p.matches(kind));
        self.resource.as_ref().is_none_or(is_resource) && self.scope.as_ref().is_none_or(is_scope) && self.kind.as_ref().is_none_or(is_kind)
    }

    /// Whether something that it names may lie in a scope of which not all was seen. Ids, kinds and fingerprints lie anywhere; a pattern of scopes leaves
    /// out those whose names are known and do not match.
    fn may_reach(&self, cx: &Context<'_>, cloud: &str, scope: &str) -> bool {
        let (Some(pattern), Some(row)) = (&self.scope, described(cx, cloud, scope)) else { return true };
        pattern.matches(scope) || row.name.as_ref().is_some_and(|name| pattern.matches(name))
    }
}

/// The row of a scope, where a source describes it.
fn described<'a>(cx: &Context<'a>, cloud: &str, scope: &str) -> Option<&'a ScopeRow> {
    let is = |row: &&ScopeRow| row.described && row.id == scope && cx.inventory.clouds()[usize::from(row.cloud)].id.as_str() == cloud;
    cx.inventory.scopes().iter().find(is)
}

/// A scope in words, e.g. "account shop (111122223333)".
fn place(cx: &Context<'_>, cloud: &str, scope: &str) -> Text {
    if scope == "*" {
        return Text::const_new("a source that names no scope");
    }
    let noun = cx.inventory.clouds().iter().find(|known| known.id.as_str() == cloud).map_or("scope", CloudFacts::noun_of_scope);
    match described(cx, cloud, scope).and_then(|row| row.name.as_ref()) {
        Some(name) => Text::from(format!("{noun} {name} ({scope})")),
        None => Text::from(format!("{noun} {scope}")),
    }
}

/// What a waiver may name of a row.
#[derive(Default)]
struct Named<'a> {
    cloud: &'a str,
    /// The canonical id, the one that is shown, and that of what a plan changes.
    ids: [Option<Text>; 3],
    kind: Option<&'a str>,
    /// The shared kind.
    shared: Option<&'a str>,
    /// The scope of a group: a bare name is told from others by it.
    group_scope: Option<Text>,
    scope: &'a str,
    scope_name: Option<&'a Text>,
}

/// What a waiver may name of a resource.
fn on_resource<'a>(cx: &Context<'a>, row: u32) -> Named<'a> {
    let resource = cx.inventory.resource(row);
    let (cloud, kind, scope) = (resource.cloud_facts(), resource.kind(), resource.scope());
    Named {
        cloud: cloud.id.as_str(),
        ids: [Some(resource.canonical()), Some(resource.id()), resource.live_id().cloned()],
        kind: Some(kind.as_str()),
        shared: cloud.kinds.find(kind).map(|known| known.shared),
        group_scope: None,
        scope: &scope.id,
        scope_name: scope.name.as_ref(),
    }
}

/// What a waiver may name of a scope.
fn on_scope<'a>(cx: &Context<'a>, row: u32) -> Named<'a> {
    let scope = &cx.inventory.scopes()[row as usize];
    Named {
        cloud: cx.inventory.clouds()[usize::from(scope.cloud)].id.as_str(),
        ids: [Some(scope.id.clone()), None, None],
        scope: &scope.id,
        scope_name: scope.name.as_ref(),
        ..Named::default()
    }
}

/// What a waiver may name of a group.
fn on_group<'a>(cx: &Context<'a>, row: u32) -> Named<'a> {
    let group = &cx.inventory.groups()[row as usize];
    let scope = on_scope(cx, group.scope);
    Named { ids: [Some(group.id.clone()), None, None], kind: Some(&group.kind), group_scope: scope.ids[0].clone(), ..scope }
}

/// The waivers of a taxonomy, ready to match.
pub(crate) struct Waivers<'a> {
    cx: Context<'a>,
    rule_ids: Vec<&'static str>,
    compiled: Vec<Compiled<'a>>,
    uses: Vec<WaiverUse>,
    /// Resources whose tags, or values of them, no source read, where there is any waiver.
    unread: Vec<u32>,
}

impl<'a> Waivers<'a> {
    pub fn new(cx: &Context<'a>, rules: &[&dyn Rule]) -> Self {
        let taxonomy = cx.inventory.taxonomy();
        let compiled: Vec<_> = taxonomy.waivers.iter().map(Compiled::new).collect();
        let is_unread = |row: &u32| match cx.inventory.own_states(*row) {
            Some(own) => own.iter().any(KeyState::is_unread),
            None => cx.inventory.resource(*row).taggable() != Taggable::No,
        };
        let rows = if compiled.is_empty() { 0 } else { u32::try_from(cx.inventory.len()).unwrap_or(u32::MAX) };
        let unread = (0..rows).filter(is_unread).collect();
        Self { unread, cx: *cx, rule_ids: rules.iter().map(|r| r.meta().id).collect(), uses: vec![WaiverUse::default(); compiled.len()], compiled }
    }

    /// Marks every hit that a waiver covers; the first waiver of the file counts. An expired waiver covers nothing.
    pub fn cover(&mut self, checks: &[CheckRun], rows: &[JudgedRow], hits: &mut [HitRow]) {
        let mut by_check: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        for (number, check) in (0_u32..).zip(checks) {
            let speaks = |one: &Compiled<'_>| one.waiver.expires_at > self.cx.now && self.is_about(one, check);
            let candidates: Vec<usize> = (0..self.compiled.len()).filter(|i| speaks(&self.compiled[*i])).collect();
            if !candidates.is_empty() {
                by_check.insert(number, candidates);
            }
        }
        for hit in hits {
            let Some(candidates) = by_check.get(&hit.check) else { continue };
            let check = &checks[hit.check as usize];
            if let Some(position) = candidates.iter().find(|i| self.covers(**i, check, rows, hit)) {
                hit.waiver = crate::intern::number(*position);
                self.uses[*position].used += 1;
            }
        }
    }

    fn is_about(&self, one: &Compiled<'_>, check: &CheckRun) -> bool {
        one.is_about(self.rule_ids[check.rule], check.key.map(|k| self.cx.taxonomy().keys[k.index()].name.as_str()))
    }

    fn covers<'r>(&'r self, position: usize, check: &CheckRun, rows: &'r [JudgedRow], hit: &HitRow) -> bool {
        let one = &self.compiled[position];
        let on = match check.table {
            Table::Resources => on_resource(&self.cx, hit.row),
            Table::Scopes => on_scope(&self.cx, hit.row),
            Table::Groups => on_group(&self.cx, hit.row),
            Table::Rows => {
                let subject = &rows[hit.row as usize].subject;
                let ids = [Some(subject.id.clone()), None, None];
                Named {
                    cloud: &subject.cloud,
                    ids,
                    kind: Some(subject.kind),
                    scope: &subject.scope,
                    // What the bill says of a scope is waived by the name that a source gives it as well as by its id.
                    scope_name: subject.name.as_ref().or_else(|| described(&self.cx, &subject.cloud, &subject.scope)?.name.as_ref()),
                    shared: None,
                    group_scope: None,
                }
            }
            Table::Waivers => return false,
        };
        if let Some(wanted) = &one.waiver.fingerprint {
            let key = check.key.map(|k| self.cx.taxonomy().keys[k.index()].name.as_str());
            // What a plan changes may be waived under its address, or under the id by which a scan knows it; the spelling that is shown names nothing.
            let is = |id: &Text| fingerprint(on.cloud, id, self.rule_ids[check.rule], key).0.as_str() == wanted;
            if let (Some(scope), Some(id)) = (&on.group_scope, on.ids[0].as_ref().filter(|id| !id.contains('/'))) {
                return is(&Text::from(format!("{scope}/{id}")));
            }
            return on.ids[0].as_ref().is_some_and(is) || on.ids[2].as_ref().is_some_and(is);
        }
        one.names(&on)
    }

    /// What became of each, once every hit of these checks was looked at.
    pub fn into_uses(mut self, checks: &[CheckRun]) -> Vec<WaiverUse> {
        let mut uses = std::mem::take(&mut self.uses);
        for (one, became) in self.compiled.iter().zip(&mut uses).filter(|(_, became)| became.used == 0) {
            let unseen = self.cx.unseen.into_iter().flatten().filter(|(cloud, scope)| one.may_reach(&self.cx, cloud, scope));
            became.unseen = unseen.map(|(cloud, scope)| place(&self.cx, cloud, scope)).collect();
            // What was not read of something may break what the waiver excuses; of anything else it may not.
            let resources = self.unread.iter().map(|row| on_resource(&self.cx, *row));
            for on in resources.chain(self.unread_containers(one, checks)).filter(|on| one.names(on)) {
                let place = place(&self.cx, on.cloud, on.scope);
                if !became.unseen.contains(&place) {
                    became.unseen.push(place);
                }
            }
        }
        uses
    }

    /// Scopes and groups whose own tags were not read, where the waiver is about a rule that judges them.
    fn unread_containers<'s>(&'s self, one: &Compiled<'_>, checks: &[CheckRun]) -> impl Iterator<Item = Named<'a>> + use<'s, 'a> {
        let (cx, inventory) = (&self.cx, self.cx.inventory);
        let rows = |table: Table, count: usize| {
            let is_judged = checks.iter().any(|check| check.table == table && self.is_about(one, check));
            0..if is_judged { crate::intern::number(count) } else { 0 }
        };
        let is_asked = move |row: &u32| is_seen(&inventory.scopes()[*row as usize]);
        let scopes = rows(Table::Scopes, inventory.scopes().len()).filter(move |row| is_asked(row) && inventory.scope_states(*row).is_none());
        let groups = rows(Table::Groups, inventory.groups().len());
        let groups = groups.filter(move |row| is_asked(&inventory.groups()[*row as usize].scope) && inventory.group_states(*row).is_none());
        scopes.map(|row| on_scope(cx, row)).chain(groups.map(|row| on_group(cx, row)))
    }
}
