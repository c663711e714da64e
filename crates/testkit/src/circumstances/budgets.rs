//! Budgets, each set to what was spent, or just below it.

use super::Circumstances;
use super::charges::CENT;
use super::spend::{Periods, Whose};
use super::words::{DEMO, ENVIRONMENTS, PRODUCTION};
use crate::money::{ONE, Units};

/// A budget.
#[derive(Debug, Clone)]
pub struct Budget {
    /// It is about Environment, else about Application.
    pub is_of_environment: bool,
    /// Whose.
    pub of: Of,
    /// It is for a day, else for a month.
    pub is_daily: bool,
    /// How much.
    pub limit: Units,
    /// Currency.
    pub currency: &'static str,
}

/// Which values a budget is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// This one.
    One(String),
    /// Those that begin so.
    Beginning(&'static str),
    /// Each that no budget before it is for.
    Any,
}

impl Of {
    /// It is for this value.
    pub fn is_for(&self, value: &str) -> bool {
        match self {
            Self::One(one) => one == value,
            Self::Beginning(start) => value.starts_with(start),
            Self::Any => true,
        }
    }

    /// As the taxonomy has it.
    pub fn pattern(&self) -> String {
        match self {
            Self::One(one) => one.clone(),
            Self::Beginning(start) => format!("{start}*"),
            Self::Any => "*".to_owned(),
        }
    }
}

/// The most that a value cost in any period, for certain and perhaps.
fn most(periods: &Periods, value: &str, currency: &str) -> (Units, Units) {
    let of = |sums: &super::spend::Sums| {
        let known = sums.by_value.get(value).copied().unwrap_or(0);
        (known, known + sums.open)
    };
    let each = || periods.values().filter_map(|period| period.get(currency)).map(of);
    (each().map(|one| one.0).max().unwrap_or(0), each().map(|one| one.1).max().unwrap_or(0))
}

impl Circumstances {
    /// Sets all budgets by what is spent.
    pub(super) fn set_budgets(&self) -> Vec<Budget> {
        let mut all = Vec::new();
        let mut turn = usize::try_from(self.seed % 5).unwrap_or(0);
        for is_daily in [false, true] {
            for is_of_environment in [true, false] {
                let periods = self.periods(is_of_environment, is_daily);
                let values: Vec<String> = if is_of_environment {
                    ENVIRONMENTS.iter().map(|word| word.0.to_owned()).collect()
                } else {
                    self.applications.iter().filter(|one| !one.is_of_a_stand).map(|one| one.text.clone()).collect()
                };
                for (at, value) in values.into_iter().enumerate() {
                    let (known, perhaps) = most(&periods, &value, "EUR");
                    turn += 1;
                    // What is certain is held against its limit to the last digit, what may be likewise; some are nowhere near.
                    let limit = match (is_of_environment && !is_daily, at) {
                        (true, PRODUCTION) => known - 1,
                        (true, DEMO) => perhaps + 1_000 * ONE,
                        _ => [known, known - 1, perhaps, perhaps - 1, perhaps + CENT][turn % 5],
                    };
                    let has_own = is_of_environment || at % 3 != 2;
                    if has_own && limit > 0 {
                        all.push(Budget { is_of_environment, of: Of::One(value), is_daily, limit, currency: "EUR" });
                    }
                }
                if !is_of_environment {
                    all.push(Budget { is_of_environment, of: Of::Beginning("shop"), is_daily, limit: 20 * ONE, currency: "EUR" });
                    all.push(Budget { is_of_environment, of: Of::Beginning("c"), is_daily, limit: 5 * ONE, currency: "USD" });
                    // Behind those before it this one never counts for what they are for.
                    all.push(Budget { is_of_environment, of: Of::Any, is_daily, limit: 70 * ONE, currency: "EUR" });
                }
            }
        }
        let (known, _) = most(&self.periods(true, false), ENVIRONMENTS[DEMO].0, "USD");
        all.push(Budget { is_of_environment: true, of: Of::One(ENVIRONMENTS[DEMO].0.to_owned()), is_daily: false, limit: known.max(CENT), currency: "USD" });
        all
    }

    /// What is spent by period, currency and value: in the months that are judged, or on the days of their bill.
    pub(super) fn periods(&self, is_of_environment: bool, is_daily: bool) -> Periods {
        let mut periods = Periods::new();
        for charge in self.charges.iter().filter(|charge| charge.month >= self.last_month()) {
            let period = if is_daily { charge.day() } else { Some(charge.month.0) };
            let Some(period) = period else { continue };
            let sums = periods.entry(period).or_default().entry(charge.currency).or_default();
            match self.whose(charge, is_of_environment) {
                Whose::To(value) => *sums.by_value.entry(value).or_default() += charge.amount,
                Whose::Nobody { is_open: true } => sums.open += charge.amount,
                Whose::Nobody { is_open: false } => {}
            }
        }
        periods
    }
}
