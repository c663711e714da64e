//! Who owns a bill row: its id, as bills write ids, is matched with the inventory.
//!
//! Bills write a resource's full id in one cloud and a bare name in another, change its case, put a project's number for its id,
//! or name a part of a resource. Nothing here asks which cloud it is: every match is tried by the shape of the id.

use rustc_hash::FxHashMap;
use tagledger_engine::Inventory;
use tagledger_model::Text;

/// "Nothing found".
pub(crate) const NONE: u32 = u32::MAX;

/// An index over an inventory for the ids that bills write.
pub struct Owners<'i> {
    inventory: &'i Inventory,
    /// Lower-cased canonical id → resource; `NONE` where two differ only by case.
    by_id: FxHashMap<Text, u32>,
    /// Scope row and last part of the id → resource; `NONE` where it is not unique.
    by_name: FxHashMap<(u32, Text), u32>,
    groups: FxHashMap<Text, u32>,
    scopes: FxHashMap<Text, u32>,
}

/// What an id says on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    /// Resource row.
    pub resource: u32,
    /// Group row, of the resource or named within the id.
    pub group: u32,
}

impl Owner {
    pub const NOBODY: Self = Self { resource: NONE, group: NONE };
}

fn last_part(id: &str) -> &str {
    id.rsplit(['/', ':']).next().unwrap_or(id)
}

impl<'i> Owners<'i> {
    /// Indexes an inventory.
    pub fn new(inventory: &'i Inventory) -> Self {
        let rows = inventory.len();
        let mut by_id = FxHashMap::with_capacity_and_hasher(rows, rustc_hash::FxBuildHasher);
        let mut by_name = FxHashMap::with_capacity_and_hasher(rows, rustc_hash::FxBuildHasher);
        for row in 0..u32::try_from(rows).unwrap_or(u32::MAX) {
            let id = inventory.id(row).to_lowercase();
            by_name.entry((inventory.scope_of(row), Text::new(last_part(&id)))).and_modify(|r| *r = NONE).or_insert(row);
            by_id.entry(id).and_modify(|r| *r = NONE).or_insert(row);
        }
        let groups = (0_u32..).zip(inventory.groups()).map(|(row, g)| (g.id.to_lowercase(), row)).collect();
        let mut scopes = FxHashMap::default();
        for (row, scope) in (0_u32..).zip(inventory.scopes()).filter(|(_, s)| !s.merged) {
            for id in scope.aliases.iter().chain([&scope.id]) {
                scopes.insert(id.to_lowercase(), row);
            }
        }
        Self { inventory, by_id, by_name, groups, scopes }
    }

    /// The inventory.
    pub fn inventory(&self) -> &'i Inventory {
        self.inventory
    }

    /// The scope that a bill's sub-account id means: by itself or, for a path, by its last part.
    pub(crate) fn scope(&self, sub_account: &str) -> u32 {
        let id = Text::new(sub_account.trim()).to_lowercase();
        self.scopes.get(&id).or_else(|| self.scopes.get(last_part(&id))).copied().unwrap_or(NONE)
    }

    /// The resource that a bill row is about, given the scope that the row names.
    pub(crate) fn resource(&self, scope: u32, id: &str) -> Owner {
        let id = Text::new(id.trim()).to_lowercase();
        let found = self.by_id.get(&id).copied().or_else(|| self.by_alias(&id)).or_else(|| self.by_parent(&id));
        // A bare id counts only within its own scope.
        let bare = || if scope == NONE { None } else { self.by_name.get(&(scope, Text::new(last_part(&id)))).copied() };
        let resource = found.filter(|r| *r != NONE).or_else(bare).unwrap_or(NONE);
        let group = if resource == NONE { self.group_in(&id) } else { self.inventory.group_of(resource).unwrap_or(NONE) };
        Owner { resource, group }
    }

    /// The id with every part that is another id of a scope put right.
    fn by_alias(&self, id: &str) -> Option<u32> {
        let mut changed = false;
        let parts: Vec<&str> = id
            .split('/')
            .map(|part| match self.scopes.get(part) {
                Some(row) => {
                    let own = self.inventory.scopes()[*row as usize].id.as_str();
                    changed |= own != part;
                    own
                }
                None => part,
            })
            .collect();
        if changed { self.by_id.get(parts.join("/").as_str()).copied() } else { None }
    }

    /// A path names a part of a resource when its last pair of parts is cut off and the rest is one.
    fn by_parent(&self, id: &str) -> Option<u32> {
        let start = id.find("/providers/")? + "/providers/".len();
        let mut rest = id;
        loop {
            rest = rest.rsplit_once('/')?.0.rsplit_once('/')?.0;
            // What is left must still name a kind and a resource below the provider.
            if rest.len() <= start || rest[start..].matches('/').count() < 2 {
                return None;
            }
            if let Some(row) = self.by_id.get(rest) {
                return Some(*row);
            }
        }
    }

    /// The longest beginning of a path that is a known group.
    fn group_in(&self, id: &str) -> u32 {
        let mut rest = id;
        while let Some((shorter, _)) = rest.rsplit_once('/') {
            if let Some(row) = self.groups.get(shorter) {
                return *row;
            }
            rest = shorter;
        }
        NONE
    }
}

impl std::fmt::Debug for Owners<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owners").field("resources", &self.by_id.len()).finish_non_exhaustive()
    }
}
