//! How a bill is to be read, and what its names for clouds mean.

use crate::{Dimensions, Measure, Owners, Rates};
use std::sync::Arc;
use tagledger_engine::CloudFacts;
use tagledger_model::{BillMapping, CloudId, Month};
use tagledger_taxonomy::{Assign, Dictionary, KeyId, Rung, Taxonomy};

/// The clouds as bills know them.
#[derive(Debug, Clone)]
pub struct Clouds {
    /// Each cloud with its names in the provider column.
    pub known: Vec<(CloudFacts, &'static [&'static str])>,
    /// Bills in a cloud's own form, beside FOCUS.
    pub mappings: Vec<&'static BillMapping>,
}

impl Clouds {
    /// The short name of the cloud that a provider name means.
    pub fn id(&self, provider: &str) -> Option<&CloudId> {
        self.known.get(self.position(provider)).map(|(cloud, _)| &cloud.id)
    }

    /// Position of the cloud that a provider name means; the number of clouds for one that is not known.
    pub(crate) fn position(&self, provider: &str) -> usize {
        self.known.iter().position(|(_, names)| names.iter().any(|n| n.eq_ignore_ascii_case(provider.trim()))).unwrap_or(self.known.len())
    }
}

/// How a bill is to be read.
#[derive(Debug, Clone)]
pub struct Billing<'a> {
    /// The taxonomy.
    pub taxonomy: Arc<Taxonomy>,
    /// Value codes, shared with the inventory.
    pub dictionary: Dictionary,
    /// Clouds and their names in bills.
    pub clouds: Clouds,
    /// The inventory, when there is one.
    pub owners: Option<&'a Owners<'a>>,
    /// The measure that is attributed.
    pub measure: Measure,
    /// Read the other three measures too, for the totals.
    pub all_measures: bool,
    /// Keys to attribute by.
    pub keys: Vec<KeyId>,
    /// Keep provider, sub-account and service apart in the cube.
    pub dimensions: Dimensions,
    /// Add up what each resource cost.
    pub price_resources: bool,
    /// The month of the audit: resources are priced by the last month of the bill before it, else by the last one.
    pub price_before: Option<Month>,
    /// Keep the days of this month and of later ones apart, and what was charged for use.
    pub days_from: Option<Month>,
    /// Convert every row into one currency.
    pub rates: Option<Rates>,
    /// Read the bill's tags with these schemes taken off user keys.
    pub prefixes: &'static [&'static str],
}

impl Billing<'_> {
    /// The cloud that a provider name means, as an inventory numbers it; one that there is none of for a provider that is not known.
    pub(crate) fn cloud_of(&self, provider: &str) -> u8 {
        self.cloud_at(self.clouds.position(provider))
    }

    /// The same by its position among the clouds that bills name. Behind these an inventory numbers whatever else turned up in it, which no provider's
    /// name means.
    #[inline]
    pub(crate) fn cloud_at(&self, position: usize) -> u8 {
        u8::try_from(position).ok().filter(|_| position < self.clouds.known.len()).unwrap_or(u8::MAX)
    }

    /// True when attribution looks at sub-accounts.
    #[inline]
    pub(crate) fn needs_account(&self) -> bool {
        let ladder = &self.taxonomy.costs.ladder;
        self.dimensions.scope
            || (self.owners.is_some() && ladder.contains(&Rung::Scope))
            || (ladder.contains(&Rung::Stage) && (self.owners.is_some() || self.tells_stages()))
            || self.assigned().any(|assign| assign.costs.scope.is_some() || assign.costs.cloud.is_some())
    }

    /// True when what the bill itself says of an account may tell its stage: `stages:` and names speak for what no inventory knows.
    fn tells_stages(&self) -> bool {
        let is_told = !self.taxonomy.stages.is_empty() || self.taxonomy.stage_from_name;
        is_told && self.taxonomy.key("Environment").is_some_and(|key| self.keys.contains(&key))
    }

    /// True when attribution looks at the containers around sub-accounts, as the bill tells them.
    #[inline]
    pub(crate) fn needs_ancestors(&self) -> bool {
        self.taxonomy.costs.ladder.contains(&Rung::Stage) && self.tells_stages()
    }

    /// The assignments that are asked, of the keys that are wanted.
    pub(crate) fn assigned(&self) -> impl Iterator<Item = &Assign> + '_ {
        let costs = &self.taxonomy.costs;
        costs.assign.iter().filter(|assign| costs.ladder.contains(&Rung::Assign) && self.keys.contains(&assign.key))
    }

    /// True when services are kept apart.
    pub(crate) fn needs_service(&self) -> bool {
        self.dimensions.service || self.assigned().any(|assign| assign.costs.service.is_some())
    }

    /// True when categories of charges are kept apart.
    pub(crate) fn needs_charge(&self) -> bool {
        self.dimensions.charge || self.assigned().any(|assign| assign.costs.charge.is_some())
    }

    /// True when what a row says of its scope's tags counts: where no inventory knows better, and scopes have a say at all.
    pub(crate) fn takes_scope_tags(&self) -> bool {
        self.owners.is_none() && self.taxonomy.costs.ladder.contains(&Rung::Scope)
    }

    /// True when an assignment asks for the resource.
    pub(crate) fn needs_named(&self) -> bool {
        self.assigned().any(|assign| assign.costs.resource.is_some())
    }

    /// True when kinds of charges are added up: not where days or single resources are all that is asked for.
    pub(crate) fn adds_charges(&self) -> bool {
        self.days_from.is_none() && !self.keys.is_empty()
    }

    /// True when invoices are added up: what was billed is read.
    pub(crate) fn adds_invoices(&self) -> bool {
        self.all_measures || self.measure == Measure::Billed
    }

    /// The measures that are read.
    pub(crate) fn measures(&self) -> impl Iterator<Item = Measure> + '_ {
        Measure::ALL.into_iter().filter(|m| self.all_measures || *m == self.measure)
    }
}
