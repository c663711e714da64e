//! Who uses whom. A resource is unused only when nothing in its subscription names it, and a group is empty only when nothing lies in it: both are known
//! when everything was read.

use crate::row::Row;
use crate::{ID, arm};
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use tagledger_collect::{CollectorInfo, Found};
use tagledger_model::{CloudId, Fact, Facts, Further, Observed, Origin, RawResource, Taggable, Text};

/// What rows have said so far.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// Digests of the ids of what is used, and of groups in which something lies: they are many.
    used: HashSet<u64>,
    hasher: RandomState,
    /// What says of itself that nothing uses it.
    unused: Vec<Unused>,
    groups: Vec<Unused>,
}

/// A resource that may turn out to be used.
#[derive(Debug)]
struct Unused {
    id: Text,
    kind: Text,
    proof: Fact<bool>,
}

impl Usage {
    /// Notes what a row names, and takes back what it says of not being used until the end.
    pub fn take(&mut self, row: &Row, kind: &Text, facts: Option<&mut Facts>) {
        let id = row.id.to_lowercase();
        if *kind == arm::GROUP {
            self.groups.push(Unused { id, kind: kind.clone(), proof: Fact::new(false, "resources", "none") });
            return;
        }
        if let Some(group) = arm::group(&id) {
            self.used.insert(self.hasher.hash_one(group));
        }
        for id in row.proof.uses.iter().flat_map(|text| ids(text)) {
            self.used.insert(self.hasher.hash_one(id.as_str()));
        }
        if let Some(facts) = facts
            && let Some(proof) = facts.attached.take_if(|attached| !attached.value)
        {
            self.unused.push(Unused { id, kind: kind.clone(), proof });
        }
    }

    /// What nothing uses, as facts alone: the rows themselves were handed over already. `has_groups`: all groups are known.
    pub fn unused(self, info: &'static CollectorInfo, has_groups: bool, is_known: impl Fn(&str) -> bool) -> Vec<Found> {
        let Self { used, hasher, unused, groups } = self;
        let groups = if has_groups { groups } else { Vec::new() };
        let all = unused.into_iter().chain(groups).filter(|one| arm::subscription(&one.id).is_some_and(&is_known));
        let judged = all.map(|one| {
            let is_used = used.contains(&hasher.hash_one(one.id.as_str()));
            let proof = if is_used { Fact::new(true, "named by", "another resource") } else { one.proof };
            Found::Resource(RawResource {
                cloud: CloudId::new(ID),
                scope: arm::subscription(&one.id).map(Text::new).unwrap_or_default(),
                region: None,
                group: arm::group(&one.id).map(Text::new),
                kind: one.kind,
                name: None,
                tags: Observed::Unknown,
                further: Further::None,
                taggable: Taggable::Unknown,
                created: None,
                changed: None,
                facts: Some(Box::new(Facts { attached: Some(proof), ..Facts::default() })),
                origin: Origin::Live { collector: info.id },
                id: arm::native_id(one.id),
            })
        });
        judged.collect()
    }
}

/// The ids in a text, in lower case: parted by commas, or somewhere in JSON. What names a part of a balancer or a gateway names it.
fn ids(text: &str) -> impl Iterator<Item = Text> {
    let whole = |id: &str| {
        let id = id.to_lowercase();
        let end = ["/backendaddresspools/", "/inboundnatpools/"].iter().filter_map(|part| id.find(part)).min();
        Text::new(&id[..end.unwrap_or(id.len())])
    };
    text.split([',', '"']).filter(|part| part.starts_with("/subscriptions/")).map(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Proof;

    static INFO: CollectorInfo = CollectorInfo { id: "azure.test", summary: "", operations: &[], rank: 0, blind_spot: None, whole: true };

    const GROUP: &str = "/subscriptions/s/resourceGroups/Größe";

    fn row(id: &str, uses: &str) -> Row {
        Row { id: Text::new(id), proof: Proof { uses: Some(Text::new(uses)), ..Proof::default() }, ..Row::default() }
    }

    fn judged(usage: Usage, has_groups: bool) -> Vec<(Text, bool)> {
        let told = |found: Found| match found {
            Found::Resource(resource) => (resource.id.canonical, resource.facts.unwrap().attached.unwrap().value),
            other => panic!("{other:?}"),
        };
        usage.unused(&INFO, has_groups, |subscription| subscription == "s").into_iter().map(told).collect()
    }

    #[test]
    fn what_another_row_names_is_used_whichever_comes_first_and_whatever_its_case() {
        for swapped in [false, true] {
            let pool = "{\"id\":\"/subscriptions/S/resourceGroups/GRÖSSE/providers/Microsoft.Network/loadBalancers/lb/backendAddressPools/p\"}"
                .replace("GRÖSSE", "GRÖßE");
            let balancer = format!("{GROUP}/providers/Microsoft.Network/loadBalancers/LB");
            let mut rows = [
                (row(&balancer, ""), "microsoft.network/loadbalancers"),
                (row(&format!("{GROUP}/providers/x/scaleSets/v"), &pool), "x/scalesets"),
                (row(&format!("{GROUP}/providers/x/y/free"), ""), "x/y"),
                (row("/subscriptions/other/resourceGroups/g/providers/x/y/narrow", ""), "x/y"),
            ];
            if swapped {
                rows.reverse();
            }
            let mut usage = Usage::default();
            for (row, kind) in &rows {
                let mut facts = Facts { attached: Some(Fact::new(false, "f", "none")), ..Facts::default() };
                usage.take(row, &Text::new(kind), Some(&mut facts));
                assert_eq!(facts.attached, None, "nothing is said before the end");
            }
            let mut told = judged(usage, true);
            told.sort();
            let group = "/subscriptions/s/resourcegroups/größe/providers";
            let named = [("microsoft.network/loadbalancers/lb", true), ("x/scalesets/v", false), ("x/y/free", false)];
            assert_eq!(told, named.map(|(id, used)| (Text::from(format!("{group}/{id}")), used)));
        }
    }

    #[test]
    fn a_group_is_empty_when_nothing_lies_in_it_and_all_groups_are_known() {
        let usage = || {
            let mut usage = Usage::default();
            usage.take(&row(GROUP, ""), &Text::const_new(arm::GROUP), None);
            usage.take(&row("/subscriptions/s/resourceGroups/Empty", ""), &Text::const_new(arm::GROUP), None);
            usage.take(&row(&format!("{GROUP}/providers/x/y/z"), ""), &Text::const_new("x/y"), None);
            usage
        };
        let (full, empty) = ("/subscriptions/s/resourcegroups/größe", "/subscriptions/s/resourcegroups/empty");
        assert_eq!(judged(usage(), true), [(Text::new(full), true), (Text::new(empty), false)]);
        assert_eq!(judged(usage(), false), []);
    }
}
