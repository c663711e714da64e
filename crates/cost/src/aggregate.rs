//! The aggregate of a bill: what is left when every row that could never be told apart has been added up, exactly.

use crate::Measure;
use tagledger_model::{Amount, Month, Standing, Text};

/// Sums of the four measures, in the order of `Measure::ALL`.
pub type Sums = [Amount; 4];

/// What a row's tags say about one key: the code of a canonical value, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Said {
    /// Code of the value; 0 for none.
    pub value: u32,
    /// Standing.
    pub standing: Standing,
}

/// Where rows of a group belong, apart from their tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Context {
    /// Billing month.
    pub month: Month,
    /// Word number of the currency.
    pub currency: u32,
    /// Word number of the provider.
    pub provider: u32,
    /// Word number of the sub-account.
    pub account: u32,
    /// Word number of the containers around the sub-account, as the bill tells them, where something asks for them.
    pub ancestors: u32,
    /// Word number of the service.
    pub service: u32,
    /// Word number of the category of the charge, where something asks for it.
    pub charge: u32,
    /// Word number of the assignments whose resource the row's is, where there are any.
    pub named: u32,
    /// Word number of the day, where days are kept apart.
    pub day: u32,
}

/// Which resource a row is about, as far as attribution can tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OwnerKind {
    /// The row names no resource.
    NoId,
    /// The row names a resource that the inventory does not hold, in this group (`u32::MAX` for none).
    Unknown {
        /// Group row.
        group: u32,
    },
    /// A resource whose own tags stand like those of every other one of the same state.
    Known {
        /// Index into `Aggregate::tag_states`. Keys that the row's own tags answer are left out of it.
        state: u32,
        /// Group row.
        group: u32,
        /// Tags of its kind never reach the bill.
        is_mute: bool,
    },
    /// Not looked up: the row's own tags answer every key.
    NotNeeded,
}

/// Rows that differ in nothing that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Index into `Aggregate::contexts`.
    pub context: u32,
    /// Index into `Aggregate::tag_states`.
    pub tags: u32,
    /// Index into `Aggregate::owners`.
    pub owner: u32,
    /// Bill rows.
    pub rows: u64,
    /// Sums.
    pub sums: Sums,
}

/// Sums of one month and currency, added up on their own, beside the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Billing month.
    pub month: Month,
    /// Word number of the currency.
    pub currency: u32,
    /// Bill rows.
    pub rows: u64,
    /// Sums.
    pub sums: Sums,
}

/// Purchases of commitments in the cost that is spread over what they cover, or the other way round: to count both would count twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetAside {
    /// Word number of the currency.
    pub currency: u32,
    /// Bill rows.
    pub rows: u64,
    /// Their sum in the measure.
    pub amount: Amount,
}

/// What is charged for something else than use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// Billing month.
    pub month: Month,
    /// Word number of the currency.
    pub currency: u32,
    /// What it is charged for: `tax`, `credit`, `commitment fee`.
    pub kind: &'static str,
    /// Bill rows; none where it is a part of rows that are charged for use.
    pub rows: u64,
    /// Sums.
    pub sums: Sums,
}

/// What was converted from one currency to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Converted {
    /// Billing month.
    pub month: Month,
    /// Word number of the currency that it was in.
    pub from: u32,
    /// Bill rows.
    pub rows: u64,
    /// The measure's sum before.
    pub before: Amount,
    /// The measure's sum of the converted rows.
    pub after: Amount,
}

/// What was billed on an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invoice {
    /// Billing month.
    pub month: Month,
    /// Word number of the currency.
    pub currency: u32,
    /// Word number of who issues it.
    pub issuer: u32,
    /// Word number of its id; none where rows name no invoice, as those of an open month and of a bill without such a column.
    pub id: u32,
    /// Bill rows.
    pub rows: u64,
    /// Sum of BilledCost.
    pub billed: Amount,
}

/// A bill, added up.
#[derive(Debug, Clone, Default)]
pub struct Aggregate {
    /// Words: currencies, providers, sub-accounts, services.
    pub words: Vec<Text>,
    /// Distinct contexts.
    pub contexts: Vec<Context>,
    /// Distinct answers of tags, of rows and of resources, one entry per wanted key.
    pub tag_states: Vec<Vec<Said>>,
    /// Distinct owners.
    pub owners: Vec<OwnerKind>,
    /// Groups, in no order.
    pub groups: Vec<Group>,
    /// The bill's own sums, by month and currency, sorted.
    pub totals: Vec<Totals>,
    /// What was billed by invoice, where the bill says which; sorted.
    pub invoices: Vec<Invoice>,
    /// What is charged for something else than use, where that is added up; sorted.
    pub charges: Vec<Charge>,
    /// What was converted, where a file of rates says so; sorted.
    pub converted: Vec<Converted>,
    /// Per (month, currency word): the measure's sum by resource row.
    pub by_resource: Vec<((Month, u32), Vec<Amount>)>,
    /// Which measures every file of the bill holds, in the order of `Measure::ALL`.
    pub measures: [bool; 4],
    /// Whether every file of the bill says in which unit something was consumed or priced.
    pub knows_units: bool,
    /// Months and providers (word numbers) of rows of which the bill does not show the tags: their file has none, or their text could not be read.
    pub untold: Vec<(Month, u32)>,
    /// Counts of what had to be put right.
    pub repairs: Repairs,
    /// What counts nothing in the measure, because other rows carry it, by currency.
    pub set_aside: Vec<SetAside>,
    /// What the files are beside FOCUS: the names of clouds' own forms, each once.
    pub forms: Vec<&'static str>,
    /// Files, in order.
    pub files: Vec<String>,
}

impl Aggregate {
    /// A word by its number.
    pub fn word(&self, number: u32) -> &Text {
        static EMPTY: Text = Text::const_new("");
        self.words.get(number as usize).unwrap_or(&EMPTY)
    }

    /// Bill rows.
    pub fn rows(&self) -> u64 {
        self.totals.iter().map(|t| t.rows).sum()
    }

    /// Months, oldest first.
    pub fn months(&self) -> Vec<Month> {
        let mut months: Vec<Month> = self.totals.iter().map(|t| t.month).collect();
        months.sort_unstable();
        months.dedup();
        months
    }

    /// The bill's own sum of a measure by month and currency word.
    pub fn total(&self, measure: Measure, month: Month, currency: u32) -> Amount {
        let at = measure.position();
        self.totals.iter().filter(|t| t.month == month && t.currency == currency).map(|t| t.sums[at]).sum()
    }

    /// Currency words, in alphabetical order.
    pub fn currencies(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self.totals.iter().map(|t| t.currency).collect();
        all.sort_by(|a, b| self.word(*a).cmp(self.word(*b)));
        all.dedup();
        all
    }
}

/// What had to be put right while reading; every one of these is said in the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repairs {
    /// Amounts with more than 12 digits after the point, rounded half to even.
    pub rounded: u64,
    /// Rows whose tag text could not be read; they are treated as not tagged by the row.
    pub malformed_tags: u64,
    /// Rows without an amount in the measure; counted as nothing.
    pub without_amount: u64,
    /// Rows whose EffectiveCost is a whole number although their BilledCost is not.
    pub integral_effective: u64,
    /// Rows with a BilledCost that is no whole number.
    pub fractional_billed: u64,
    /// Files without a column for tags: their rows are attributed by their resource, or not at all.
    pub files_without_tags: u64,
    /// FOCUS files that do not say which purchases are of commitments, so that these cannot be set aside.
    pub files_without_commitments: u64,
}

impl Repairs {
    /// The counts of two parts.
    pub fn plus(self, other: Self) -> Self {
        Self {
            rounded: self.rounded + other.rounded,
            malformed_tags: self.malformed_tags + other.malformed_tags,
            without_amount: self.without_amount + other.without_amount,
            integral_effective: self.integral_effective + other.integral_effective,
            fractional_billed: self.fractional_billed + other.fractional_billed,
            files_without_tags: self.files_without_tags + other.files_without_tags,
            files_without_commitments: self.files_without_commitments + other.files_without_commitments,
        }
    }
}
