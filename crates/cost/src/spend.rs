//! The cube as rules ask for it: whose each part is, and in which scope of the inventory.

use crate::billing::Billing;
use crate::cube::Cube;
use crate::ladder::{Basis, Reason};
use crate::owners::NONE;
use std::collections::{BTreeMap, BTreeSet};
use tagledger_engine::{Attributed, Spend, SpendLine};
use tagledger_model::{Amount, CloudId, Month, Text};

impl Cube {
    /// The cube as rules ask for it; `month` is the last one that is over.
    pub fn spend(&self, billing: &Billing<'_>, month: Option<Month>) -> Spend {
        let line = |cell: &crate::CubeCell| {
            let place = Scoped::of(billing, &cell.provider, &cell.scope);
            SpendLine {
                month: cell.month,
                currency: cell.currency.clone(),
                cloud: place.cloud,
                scope: place.scope,
                scope_name: place.name,
                service: cell.service.clone(),
                keys: self.keys.iter().copied().zip(cell.keys.iter().map(|(value, basis)| attributed(value.as_ref(), *basis))).collect(),
                amount: cell.amount,
            }
        };
        let on_bill = self.on_bill.iter().filter(|one| Some(one.month) == month).cloned().collect();
        Spend { month, lines: self.cells.iter().map(line).collect(), on_bill, ..Spend::default() }
    }
}

/// What accounts cost that the inventory does not have, and which they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlooked {
    /// Currency.
    pub currency: Text,
    /// Sum of the measure.
    pub amount: Amount,
    /// The accounts as the bill calls them.
    pub scopes: BTreeSet<Text>,
}

impl Cube {
    /// What of a month is of accounts that the inventory does not have: nobody has looked there. Nothing where there is no inventory, or accounts are not kept apart.
    pub fn unlooked(&self, billing: &Billing<'_>, month: Month) -> Vec<Unlooked> {
        let Some(owners) = billing.owners.filter(|_| billing.dimensions.scope && billing.dimensions.provider) else { return Vec::new() };
        let is_seen = |cell: &crate::CubeCell| owners.scope(billing.cloud_at(billing.clouds.position(&cell.provider)), &cell.scope) != NONE;
        let mut all: BTreeMap<&Text, (Amount, BTreeSet<Text>)> = BTreeMap::new();
        for cell in self.cells.iter().filter(|cell| cell.month == month && !cell.scope.is_empty() && !is_seen(cell)) {
            let slot = all.entry(&cell.currency).or_default();
            slot.0 += cell.amount;
            slot.1.insert(cell.scope.clone());
        }
        all.into_iter().map(|(currency, (amount, scopes))| Unlooked { currency: currency.clone(), amount, scopes }).collect()
    }
}

/// Where a row of the bill belongs.
pub(crate) struct Scoped {
    pub cloud: CloudId,
    pub scope: Text,
    pub name: Option<Text>,
}

impl Scoped {
    pub fn of(billing: &Billing<'_>, provider: &str, account: &str) -> Self {
        let at = billing.clouds.position(provider);
        let cloud = billing.clouds.known.get(at).map_or_else(|| CloudId::new("-"), |(facts, _)| facts.id.clone());
        let row = billing.owners.map_or(NONE, |owners| owners.scope(billing.cloud_at(at), account));
        let known = billing.owners.filter(|_| row != NONE && !account.is_empty()).map(|owners| &owners.inventory().scopes()[row as usize]);
        match known.zip(billing.owners) {
            Some((scope, owners)) => {
                let cloud = owners.inventory().clouds()[usize::from(scope.cloud)].id.clone();
                Self { cloud, scope: scope.id.clone(), name: scope.name.clone() }
            }
            None => Self { cloud, scope: crate::cube::account(account), name: None },
        }
    }
}

/// Whose a part is.
pub(crate) fn attributed(value: Option<&Text>, basis: Basis) -> Attributed {
    match (value, basis) {
        (Some(value), _) => Attributed::To(value.clone()),
        (None, Basis::Unattributed(reason)) => Attributed::Nobody {
            why: basis.words().trim_start_matches("unattributed: "),
            // What the inventory does not hold, and what was not read, may well carry the tag.
            open: matches!(reason, Reason::NotInInventory | Reason::Undetermined),
        },
        (None, other) => Attributed::Nobody { why: other.words(), open: false },
    }
}
