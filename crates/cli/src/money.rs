//! The bill of a scan: read, attributed, and added up by the month that findings are priced by.

use crate::assemble::{Billed, open_month, priced_month};
use crate::bills::Bills;
use crate::commands::scan::read_bill;
use crate::failure::Failure;
use tagledger_cost::{Aggregate, Billing, Cube, Extent, MonthDays, read_days};
use tagledger_engine::Spend;
use tagledger_model::{Level, Month, Timestamp};
use tagledger_taxonomy::{KeyId, Period, Taxonomy};

/// A bill as a scan needs it.
pub(crate) struct Money {
    pub aggregate: Aggregate,
    pub cube: Cube,
    pub spend: Spend,
    /// The month that findings are priced by: the last one that is over and, as far as days tell, is held whole.
    pub month: Option<Month>,
    /// What days say of the last month that is over, where the bill does not hold all of it.
    partial: Option<MonthDays>,
    /// What days say of the priced month and of later ones.
    days: Vec<MonthDays>,
}

impl Money {
    /// Reads it. Where days show that the bill does not hold all of the last month that is over, and that it does of one before, that one counts instead, and the bill
    /// is read again, since what resources cost is added up for one month only.
    pub fn read(found: &Bills, billing: &mut Billing<'_>, now: Timestamp, quiet: bool) -> Result<Self, Failure> {
        let keys = daily_keys(&billing.taxonomy);
        let mut money = Self::before(now.month(), found, billing, &keys, quiet)?;
        let Some(last) = money.days.first().filter(|days| Some(days.month) == money.month && days.month < now.month()).cloned() else { return Ok(money) };
        let is_short = match last.extent {
            Extent::Unsaid | Extent::Whole => return Ok(money),
            Extent::EndsEarly => true,
            Extent::Few | Extent::BeginsLate => false,
        };
        if let Some(whole) = last_whole(&money.aggregate.months(), last.month, found, billing)? {
            money = Self::before(whole.next(), found, billing, &keys, quiet)?;
            money.partial = Some(last);
        } else if is_short {
            money.partial = Some(last);
        }
        Ok(money)
    }

    fn before(before: Month, found: &Bills, billing: &mut Billing<'_>, keys: &[KeyId], quiet: bool) -> Result<Self, Failure> {
        billing.price_before = Some(before);
        let aggregate = read_bill(found.bill(), billing, quiet)?;
        let cube = Cube::new(&aggregate, billing)?;
        let month = priced_month(&aggregate, before);
        let mut spend = cube.spend(billing, month);
        // Where no rule asks for single days, how far they reach is asked all the same.
        let mut unasked = Spend::default();
        let daily = if keys.is_empty() { &mut unasked } else { &mut spend };
        let days = month.map_or_else(|| Ok(Vec::new()), |month| read_days(found.bill(), billing, keys, month, daily))?;
        spend.cost_keys.clone_from(&found.keys);
        Ok(Self { aggregate, cube, spend, month, partial: None, days })
    }

    /// What reports say of it.
    pub fn billed<'m>(&'m self, billing: &'m Billing<'m>, now: Timestamp) -> Billed<'m> {
        let days = |month: Month| self.days.iter().find(|days| days.month == month);
        let is_cut = |month: Month| self.partial.as_ref().is_some_and(|days| days.month == month && days.extent != Extent::BeginsLate);
        let open = open_month(&self.aggregate, now, |month| is_cut(month) || days(month).is_some_and(|days| days.extent == Extent::EndsEarly));
        let early = self.month.filter(|_| open != self.month).and_then(days).map_or(&[][..], |days| &days.early);
        Billed { billing, aggregate: &self.aggregate, cube: &self.cube, priced: self.month, open, partial: self.partial.as_ref(), early, now: Some(now) }
    }
}

/// The month before a partial one that the bill holds whole: the nearest of a few, with no gap between. None where days do not tell.
fn last_whole(months: &[Month], partial: Month, found: &Bills, billing: &Billing<'_>) -> Result<Option<Month>, Failure> {
    const BACK: i32 = 3;
    let candidates: Vec<Month> = (1..=BACK).map(|back| Month(partial.0 - back)).take_while(|month| months.contains(month)).collect();
    let Some(oldest) = candidates.last() else { return Ok(None) };
    let days = read_days(found.bill(), billing, &[], *oldest, &mut Spend::default())?;
    let extent = |month: &Month| days.iter().find(|days| days.month == *month).map_or(Extent::Unsaid, |days| days.extent);
    let mut told = candidates.into_iter().take_while(|month| !matches!(extent(month), Extent::Unsaid | Extent::Few));
    Ok(told.find(|month| extent(month) == Extent::Whole))
}

/// The keys by which rules ask for single days of the bill; none where nobody asks.
fn daily_keys(taxonomy: &Taxonomy) -> Vec<KeyId> {
    let is_on = |rule: &str| taxonomy.rules.get(rule).and_then(|setting| setting.level) != Some(Level::Off);
    let mut keys: Vec<KeyId> = Vec::new();
    if is_on("over-budget") {
        keys.extend(taxonomy.costs.budgets.iter().filter(|budget| budget.per == Period::Day).map(|budget| budget.key));
    }
    if is_on("abandoned-environment") || is_on("spend-without-resource") {
        keys.extend(["Environment", "Application"].iter().filter_map(|name| taxonomy.key(name)));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}
