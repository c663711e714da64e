//! Waivers, each decided first and then written down.

use super::{Exceptions, Excused, Resource, Scope};
use crate::calendar::{DAY, date};
use crate::random::Rng;
use std::fmt::Write as _;

/// A waiver.
#[derive(Debug, Clone)]
pub(super) struct Waiver {
    /// Pattern over rules.
    rule: String,
    resource: Option<String>,
    scope: Option<String>,
    kind: Option<String>,
    key: Option<String>,
    pub reason: String,
    /// The first second at which it counts no more; the start of a day.
    ends: i64,
}

impl Waiver {
    pub fn counts(&self, now: i64) -> bool {
        self.ends > now
    }

    pub fn covers(&self, finding: &Excused, resource: &Resource, scope: &Scope) -> bool {
        fits(&self.rule, &finding.rule) && self.key.as_ref().is_none_or(|key| finding.key != "-" && fits(key, &finding.key)) && self.names(resource, scope)
    }

    /// Its patterns over ids, scopes and kinds fit.
    pub fn names(&self, resource: &Resource, scope: &Scope) -> bool {
        let is = |pattern: &Option<String>, texts: &[&str]| pattern.as_ref().is_none_or(|pattern| texts.iter().any(|text| fits(pattern, text)));
        let caseless = |pattern: &Option<String>, texts: &[&str]| {
            let lower: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
            pattern.as_ref().is_none_or(|pattern| lower.iter().any(|text| fits(&pattern.to_lowercase(), text)))
        };
        let name = scope.name.as_deref();
        let scopes: Vec<&str> = std::iter::once(scope.id.as_str()).chain(name).collect();
        is(&self.resource, &[&resource.id]) && caseless(&self.scope, &scopes) && caseless(&self.kind, &[resource.kind])
    }

    /// Whether something that it names may lie in a scope.
    pub fn may_lie_in(&self, scope: &Scope) -> bool {
        let Some(pattern) = self.scope.as_ref().filter(|_| scope.is_described) else { return true };
        let pattern = pattern.to_lowercase();
        fits(&pattern, &scope.id.to_lowercase()) || scope.name.as_ref().is_some_and(|name| fits(&pattern, &name.to_lowercase()))
    }

    /// What reports call it.
    pub fn shown(&self) -> String {
        let mut shown = self.rule.clone();
        for (name, text) in [("", &self.resource), ("scope=", &self.scope), ("kind=", &self.kind)] {
            if let Some(text) = text {
                let _infallible = write!(shown, " {name}{text}");
            }
        }
        shown
    }

    pub fn written(&self) -> String {
        let mut out = format!("  - rule: \"{}\"\n", self.rule);
        for (name, text) in [("resource", &self.resource), ("scope", &self.scope), ("kind", &self.kind), ("key", &self.key)] {
            if let Some(text) = text {
                let _infallible = writeln!(out, "    {name}: {text:?}");
            }
        }
        let last = date(self.ends - DAY);
        let _infallible = writeln!(out, "    reason: \"{}\"\n    owner: linda.berg@example.com\n    expires: {last}", self.reason);
        out
    }
}

impl Exceptions {
    /// Some waivers of each sort, no two of which go by one name.
    pub(super) fn roll_waivers(&self, rng: &mut Rng) -> Vec<Waiver> {
        let mut all: Vec<Waiver> = Vec::new();
        for number in 0..14 {
            let mut waiver = Waiver {
                rule: (*rng.pick(&["missing-required-key", "missing-*", "repeated-key", "*required-key", "mis?ing-required-key"])).to_owned(),
                resource: None,
                scope: None,
                kind: None,
                key: rng.chance(200).then(|| (*rng.pick(&["Cost*", "Owner", "?wner", "CostCenter"])).to_owned()),
                reason: format!("reason {number}"),
                ends: self.ends(rng),
            };
            // Of narrow ones many, of wide ones few: a wide one leaves nothing for those behind it.
            match rng.below(10) {
                0..=3 => waiver.resource = Some(self.a_resource(rng)),
                4..=6 => waiver.scope = Some(self.a_scope(rng)),
                7 => waiver.kind = Some((*rng.pick(&["ec2:*", "EC2:volume", "microsoft.*/disks", "storage.googleapis.com/bucket", "lambda:*"])).to_owned()),
                8 => (waiver.scope, waiver.resource) = (Some(self.a_scope(rng)), Some(self.a_resource(rng))),
                _ => (waiver.scope, waiver.kind) = (Some(self.a_scope(rng)), Some("*/disks".to_owned())),
            }
            if all.iter().all(|other| other.shown() != waiver.shown()) {
                all.push(waiver);
            }
        }
        all
    }

    /// The end of its last day: today's, yesterday's, or any other's.
    fn ends(&self, rng: &mut Rng) -> i64 {
        let today = self.now.div_euclid(DAY) * DAY;
        match rng.below(8) {
            0 => today,
            1 => today + DAY,
            2 => today - DAY * (1 + i64::try_from(rng.below(300)).unwrap_or(0)),
            _ => today + DAY * (2 + i64::try_from(rng.below(300)).unwrap_or(0)),
        }
    }

    fn a_resource(&self, rng: &mut Rng) -> String {
        let Some(resource) = (!self.resources.is_empty()).then(|| rng.pick(&self.resources)) else { return "*nothing*".to_owned() };
        match rng.below(6) {
            0 => format!("{}-gone", resource.id),
            // Ids are not compared without case.
            1 => resource.id.to_uppercase(),
            2 => format!("{}*", &resource.id[..resource.id.len() - 1]),
            3 => "*/bucket-?".to_owned(),
            _ => resource.id.clone(),
        }
    }

    fn a_scope(&self, rng: &mut Rng) -> String {
        let scope = rng.pick(&self.scopes);
        match (rng.below(6), scope.name.as_ref()) {
            (0, _) => "nowhere-*".to_owned(),
            (1 | 2, Some(name)) => name.to_uppercase(),
            (3, Some(name)) => format!("{}*", &name[..2]),
            (4, _) => "sandbox-*".to_owned(),
            _ => scope.id.clone(),
        }
    }
}

/// `*` is any text, `?` any letter.
fn fits(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => fits(&pattern[1..], text) || text.chars().next().is_some_and(|first| fits(pattern, &text[first.len_utf8()..])),
        (Some('?'), Some(first)) => fits(&pattern[1..], &text[first.len_utf8()..]),
        (Some(wanted), Some(first)) if wanted == first => fits(&pattern[wanted.len_utf8()..], &text[first.len_utf8()..]),
        _ => false,
    }
}
