//! Whose a row is, as a number: the resource that it names, as far as attribution can tell resources apart.

use super::{Book, MEMORY, NO_WORD};
use crate::aggregate::{OwnerKind, Said};
use crate::owners::{NONE, Owner, Owners};
use tagledger_model::Standing;
use tagledger_taxonomy::KeyId;

/// A row's owner: its number for grouping, and the resource it is priced on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Owned {
    pub owner: u32,
    pub resource: u32,
}

/// The owner number of rows whose tags answer everything.
pub(super) const NOT_NEEDED: u32 = 0;
const NO_ID: u32 = 1;
const NOT_FOUND: u32 = 2;

impl Book<'_> {
    /// The number of an owner.
    pub(super) fn owner(&mut self, kind: OwnerKind) -> u32 {
        let next = u32::try_from(self.owner_list.len()).unwrap_or(u32::MAX);
        let number = *self.owner_index.entry(kind).or_insert(next);
        if number == next {
            self.owner_list.push(kind);
            let OwnerKind::Known { state, .. } = kind else {
                self.owner_answered.push(0);
                return number;
            };
            self.owner_answered.push(self.answered[state as usize]);
        }
        number
    }

    /// The owner as far as attribution still asks: keys that the row's own tags answer are left out, and so is the group
    /// when nothing is left to ask. Resources that differ in nothing else share a number.
    #[inline]
    pub(super) fn narrow(&mut self, tags: u32, owner: u32) -> u32 {
        let answered = if self.rungs_without_account > 0 { self.answered[tags as usize] } else { 0 };
        // A table for all sets of keys is small for the few keys that taxonomies have.
        if self.billing.keys.len() > 8 || owner <= NOT_FOUND {
            return owner;
        }
        let at = (owner as usize) << self.billing.keys.len() | answered as usize;
        if let Some(number) = self.narrowed.get(at).copied().filter(|n| *n != u32::MAX) {
            return number;
        }
        let kind = match self.owner_list[owner as usize] {
            OwnerKind::Known { state, group, is_mute } => {
                let mut said = self.tag_list[state as usize].clone();
                for (_, said) in said.iter_mut().enumerate().filter(|(position, _)| answered & 1 << position != 0) {
                    *said = Said { value: 0, standing: Standing::Absent };
                }
                let complete = self.rungs_without_account > 1 && answered | self.answered[state as usize] == self.all_answered;
                self.said = said;
                OwnerKind::Known { state: self.said_number(), group: if complete { NONE } else { group }, is_mute }
            }
            kind => kind,
        };
        let number = self.owner(kind);
        if self.narrowed.len() <= at {
            self.narrowed.resize(at + 1, u32::MAX);
        }
        self.narrowed[at] = number;
        number
    }

    /// True when attribution asks for the account of such a row: its tags and its resource leave a key open, or the
    /// ladder asks in another order. Rows that need none fall into fewer groups.
    #[inline]
    pub fn needs_account(&self, tags: u32, owned: Owned) -> bool {
        let mut known = 0;
        if self.rungs_without_account > 0 {
            known |= self.answered[tags as usize];
        }
        if self.rungs_without_account > 1 {
            known |= self.owner_answered[owned.owner as usize];
        }
        self.billing.dimensions.scope || (self.asks_account && known != self.all_answered)
    }

    /// True when a row with these tags needs no resource: neither for attribution nor for prices, nor because days tell what the inventory does not hold.
    #[inline]
    pub fn needs_no_owner(&self, tags: u32) -> bool {
        !self.billing.price_resources && self.billing.days_from.is_none() && self.rungs_without_account > 0 && self.answered[tags as usize] == self.all_answered
    }

    /// The owner of a row whose tags answer everything.
    pub fn not_needed() -> Owned {
        Owned { owner: NOT_NEEDED, resource: NONE }
    }

    /// The owner that a resource id names, looked up each time.
    pub fn owned(&mut self, cloud: u8, account: u32, id: Option<&str>) -> Owned {
        let Some(id) = id else { return Owned { owner: NO_ID, resource: NONE } };
        if self.billing.owners.is_none() {
            return Owned { owner: NOT_FOUND, resource: NONE };
        }
        let cloud = self.billing.cloud_at(usize::from(cloud));
        let owner = self.billing.owners.map_or(Owner::NOBODY, |o| o.resource(cloud, o.scope(cloud, &self.word_list[account as usize]), id));
        let kind = match (owner.resource, self.billing.owners) {
            (NONE, _) | (_, None) => OwnerKind::Unknown { group: owner.group },
            (row, Some(owners)) => self.known(owners, row, owner.group),
        };
        Owned { owner: self.owner(kind), resource: owner.resource }
    }

    /// The owner number of a resource.
    fn owner_of(&mut self, resource: u32) -> u32 {
        let Some(owners) = self.billing.owners else { return NOT_FOUND };
        let group = owners.inventory().group_of(resource).unwrap_or(NONE);
        let kind = self.known(owners, resource, group);
        let owner = self.owner(kind);
        self.owner_of_row[resource as usize] = owner;
        owner
    }

    /// A resource that the inventory holds, as far as attribution tells it apart.
    fn known(&mut self, owners: &Owners<'_>, row: u32, group: u32) -> OwnerKind {
        let resource = owners.inventory().resource(row);
        let is_mute = resource.cloud_facts().kinds.find(resource.kind()).is_some_and(|kind| kind.tags_on_bill == Some(false));
        OwnerKind::Known { state: self.inventory_state(owners, row), group, is_mute }
    }

    /// What a resource's own tags say about the wanted keys, as the number of a tag state.
    fn inventory_state(&mut self, owners: &Owners<'_>, row: u32) -> u32 {
        let id = owners.inventory().own_state_id(row);
        if let Some(number) = self.inventory_states.get(&id) {
            return *number;
        }
        let states = owners.inventory().own_states(row);
        let said = |key: &KeyId| {
            states.map_or(Said { value: 0, standing: Standing::Undetermined }, |s| Said { value: s[key.index()].value, standing: s[key.index()].standing })
        };
        self.said = self.billing.keys.iter().map(said).collect();
        let number = self.said_number();
        self.inventory_states.insert(id, number);
        number
    }

    /// The word for the assignments whose resource an id is: their positions.
    pub fn named(&mut self, id: &str) -> u32 {
        let digest = self.digest.of(0, id);
        if let Some(number) = self.names.get(&digest) {
            return *number;
        }
        let asked = self.billing.taxonomy.costs.assign.iter().enumerate();
        let hits = asked.filter(|(_, assign)| assign.costs.resource.is_some() && assign.costs.matches_resource(id));
        let list: Vec<String> = hits.map(|(at, _)| at.to_string()).collect();
        let number = if list.is_empty() { NO_WORD } else { self.word(&list.join(" ")) };
        if self.names.len() < MEMORY {
            self.names.insert(digest, number);
        }
        number
    }

    /// The resources that ids name exactly as the inventory writes them, one for each, with the number of the owner where there is one already.
    pub fn named_exactly<'t>(&self, ids: impl Iterator<Item = Option<(u8, &'t str)>>, found: &mut Vec<Owned>) {
        let Some(owners) = self.billing.owners else { return };
        let ids = ids.map(|id| id.map(|(cloud, id)| (self.billing.cloud_at(usize::from(cloud)), id)));
        owners.exactly_each(ids, |resources| {
            let owner = |resource: u32| self.owner_of_row.get(resource as usize).copied().unwrap_or(NONE);
            found.extend(resources.iter().map(|resource| Owned { owner: owner(*resource), resource: *resource }));
        });
    }

    /// The owner of a resource.
    pub fn owned_exactly(&mut self, resource: u32) -> Owned {
        let known = self.owner_of_row[resource as usize];
        let owner = if known == u32::MAX { self.owner_of(resource) } else { known };
        Owned { owner, resource }
    }

    /// The owner that a resource id names, remembering ids together with the account they were seen in.
    pub fn owned_remembered(&mut self, cloud: u8, account: u32, id: &str) -> Owned {
        let Some(owners) = self.billing.owners else { return Owned { owner: NOT_FOUND, resource: NONE } };
        if let Some(resource) = owners.exactly(self.billing.cloud_at(usize::from(cloud)), id) {
            return self.owned_exactly(resource);
        }
        self.owned_otherwise(cloud, account, id)
    }

    /// The same for an id that no resource has exactly.
    pub fn owned_otherwise(&mut self, cloud: u8, account: u32, id: &str) -> Owned {
        let digest = self.digest.of(account << 8 | u32::from(cloud), id);
        if let Some(owned) = self.ids.get(&digest) {
            return *owned;
        }
        let owned = self.owned(cloud, account, Some(id));
        if self.ids.len() < MEMORY {
            self.ids.insert(digest, owned);
        }
        owned
    }
}
