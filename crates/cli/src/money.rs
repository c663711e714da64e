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
    /// The last month that is over, where the bill does not hold all of it.
    partial: Option<Month>,
    /// What days say of the priced month and of later ones.
    days: Vec<MonthDays>,
}

impl Money {
    /// Reads it. Where days show that the bill does not hold all of the last month that is over, and that it does of one before, that one counts instead, and the bill
    /// is read again, since what resources cost is added up for one month only.
    pub fn read(found: &Bills, billing: &mut Billing<'_>, now: Timestamp, quiet: bool) -> Result<Self, Failure> {
        let keys = daily_keys(&billing.taxonomy);
        let mut money = Self::before(now.month(), found, billing, &keys, quiet)?;
        let Some(partial) = money.month.filter(|month| *month < now.month() && matches!(money.extent(*month), Extent::EndsEarly | Extent::BeginsLate)) else {
            return Ok(money);
        };
        money.partial = (money.extent(partial) == Extent::EndsEarly).then_some(partial);
        if let Some(whole) = last_whole(&money.aggregate.months(), partial, found, billing)? {
            money = Self::before(whole.next(), found, billing, &keys, quiet)?;
            money.partial = Some(partial);
        }
        Ok(money)
    }

    fn before(before: Month, found: &Bills, billing: &mut Billing<'_>, keys: &[KeyId], quiet: bool) -> Result<Self, Failure> {
        billing.price_before = Some(before);
        let aggregate = read_bill(found.bill(), billing, quiet)?;
        let cube = Cube::new(&aggregate, billing)?;
        let month = priced_month(&aggregate, before);
        let mut spend = cube.spend(billing, month);
        let days = match month.filter(|_| !keys.is_empty()) {
            Some(month) => read_days(found.bill(), billing, keys, month, &mut spend)?,
            None => Vec::new(),
        };
        spend.cost_keys.clone_from(&found.keys);
        Ok(Self { aggregate, cube, spend, month, partial: None, days })
    }

    fn extent(&self, month: Month) -> Extent {
        extent(&self.days, month)
    }

    /// What reports say of it.
    pub fn billed<'m>(&'m self, billing: &'m Billing<'m>, now: Timestamp) -> Billed<'m> {
        let open = open_month(&self.aggregate, now, |month| self.extent(month) == Extent::EndsEarly);
        let partial = self.partial.or(open.filter(|_| open == self.month));
        let early = self.days.iter().find(|days| Some(days.month) == self.month && open != self.month).map_or(&[][..], |days| &days.early);
        Billed { billing, aggregate: &self.aggregate, cube: &self.cube, priced: self.month, open, partial, early }
    }
}

fn extent(days: &[MonthDays], month: Month) -> Extent {
    days.iter().find(|days| days.month == month).map_or(Extent::Unsaid, |days| days.extent)
}

/// The month before a partial one that the bill holds whole: the nearest of a few, with no gap between. None where days do not tell.
fn last_whole(months: &[Month], partial: Month, found: &Bills, billing: &Billing<'_>) -> Result<Option<Month>, Failure> {
    const BACK: i32 = 3;
    let candidates: Vec<Month> = (1..=BACK).map(|back| Month(partial.0 - back)).take_while(|month| months.contains(month)).collect();
    let Some(oldest) = candidates.last() else { return Ok(None) };
    let days = read_days(found.bill(), billing, &[], *oldest, &mut Spend::default())?;
    let mut told = candidates.into_iter().take_while(|month| extent(&days, *month) != Extent::Unsaid);
    Ok(told.find(|month| extent(&days, *month) == Extent::Whole))
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
