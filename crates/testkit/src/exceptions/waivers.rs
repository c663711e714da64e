//! Waivers over what these estates hold.

use super::Exceptions;
use crate::random::Rng;
use crate::waiver::{Waiver, ends};

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
                ends: ends(self.now, rng),
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
