//! The order in which rows are shown: by cloud, scope and id, whatever the order in which sources named them.

use crate::inventory::Inventory;
use std::cmp::Ordering;
use tagledger_model::Text;

/// Rows in their order, and the place of each row in it.
#[derive(Debug, Default)]
pub(crate) struct Order {
    pub rows: Vec<u32>,
    pub places: Vec<u32>,
}

impl Order {
    fn of<K: Ord>(count: usize, key: impl Fn(u32) -> K) -> Self {
        Self::by(count, |one, other| key(one).cmp(&key(other)))
    }

    fn by(count: usize, order: impl Fn(u32, u32) -> Ordering) -> Self {
        let mut rows: Vec<u32> = (0..crate::intern::number(count)).collect();
        rows.sort_by(|one, other| order(*one, *other));
        let mut places = vec![0; count];
        for (place, row) in (0_u32..).zip(&rows) {
            places[*row as usize] = place;
        }
        Self { rows, places }
    }

    pub fn resources(inventory: &Inventory) -> Self {
        let parts = &inventory.parts;
        // Small numbers decide first: ids are compared within a scope only.
        let (clouds, scopes) = (Self::clouds(inventory), &inventory.scope_order().places);
        let resources = &parts.resources;
        let place = |row: u32| {
            let common = resources.at(row as usize);
            (clouds[usize::from(common.cloud)], scopes[common.scope as usize])
        };
        Self::by(resources.len(), |one, other| place(one).cmp(&place(other)).then_with(|| resources.names.order(one, other)))
    }

    pub fn scopes(inventory: &Inventory) -> Self {
        let (clouds, scopes) = (Self::clouds(inventory), &inventory.parts.scopes);
        Self::of(scopes.len(), |row| (clouds[usize::from(scopes[row as usize].cloud)], &scopes[row as usize].id))
    }

    pub fn groups(inventory: &Inventory) -> Self {
        let (scopes, groups) = (&inventory.scope_order().places, &inventory.parts.groups);
        Self::of(groups.len(), |row| (scopes[groups[row as usize].scope as usize], &groups[row as usize].id))
    }

    /// The place of each cloud by its name.
    fn clouds(inventory: &Inventory) -> Vec<u32> {
        let names: Vec<Text> = inventory.clouds().iter().map(|cloud| Text::new(cloud.id.as_str())).collect();
        Self::of(names.len(), |row| &names[row as usize]).places
    }
}
