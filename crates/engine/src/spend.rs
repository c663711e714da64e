//! What a bill says, added up as rules ask for it. The bill itself is read in `cost`.

use tagledger_model::{Amount, CloudId, Month, Text};
use tagledger_taxonomy::KeyId;

/// Whose a unit of spend is, on one key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attributed {
    /// This canonical value's.
    To(Text),
    /// Nobody's, and why, in words. It is open where a tag that nobody has read may say whose it is.
    Nobody {
        /// Why.
        why: &'static str,
        /// Nobody has read what would say it.
        open: bool,
    },
}

/// Spend that differs in nothing that rules tell apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendLine {
    /// Billing month.
    pub month: Month,
    /// Currency.
    pub currency: Text,
    /// Cloud; `-` where the bill names none that is known.
    pub cloud: CloudId,
    /// The scope as the inventory calls it, else as the bill does.
    pub scope: Text,
    /// Its name, where the inventory has one.
    pub scope_name: Option<Text>,
    /// Service.
    pub service: Text,
    /// By key.
    pub keys: Vec<(KeyId, Attributed)>,
    /// Amount.
    pub amount: Amount,
}

impl SpendLine {
    /// Whose it is, on a key.
    pub fn of(&self, key: KeyId) -> Option<&Attributed> {
        self.keys.iter().find(|(other, _)| *other == key).map(|(_, whose)| whose)
    }
}

/// Whether a charge is for what was done or for what stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChargedFor {
    /// Something was done: requests, transfer.
    Use,
    /// Something stood there for a time, or it is no usage: a tax, a fee.
    Standing,
    /// Usage of which the bill does not say by what it is counted.
    Unsaid,
}

/// Spend of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLine {
    /// Days since 1970-01-01, UTC.
    pub day: i64,
    /// Currency.
    pub currency: Text,
    /// Cloud; `-` where the bill names none that is known.
    pub cloud: CloudId,
    /// The scope as the inventory calls it, else as the bill does.
    pub scope: Text,
    /// By key.
    pub keys: Vec<(KeyId, Attributed)>,
    /// The row names a resource that the inventory does not hold.
    pub is_ownerless: bool,
    /// What it was charged for.
    pub charged: ChargedFor,
    /// Amount.
    pub amount: Amount,
}

/// Rows of the bill, and what they cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    /// Bill rows.
    pub rows: u64,
    /// Amount.
    pub amount: Amount,
}

/// What rows of the bill say of a key, and what only their resources say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOnBill {
    /// Billing month.
    pub month: Month,
    /// Cloud; `-` where the bill names none that is known.
    pub cloud: CloudId,
    /// Currency.
    pub currency: Text,
    /// Key.
    pub key: KeyId,
    /// What the rows' own tags answer.
    pub by_row: Part,
    /// The gap: what only the resource's tag answers, on rows that could carry it and do not.
    pub gap: Part,
    /// Rows without the key, of resources whose tags were not read or disagree about it.
    pub unread: Part,
    /// Some row of the cloud carries the key in this month, whatever its value and currency; none where no row does that shows its tags, and not all do.
    pub is_carried: Option<bool>,
}

/// What a cloud says of a tag that stands for a key: whether it can reach the bill at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostKeyStatus {
    /// The cloud.
    pub cloud: CloudId,
    /// The key.
    pub key: KeyId,
    /// The tag's key as it is spelt.
    pub tag: Text,
    /// Whether it reaches the bill.
    pub is_active: bool,
    /// What the cloud says of it, in a sentence.
    pub said: String,
}

/// A bill as rules see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spend {
    /// The last month of the bill that is over.
    pub month: Option<Month>,
    /// Spend by month, in the order of the cube.
    pub lines: Vec<SpendLine>,
    /// Spend by day; empty where the bill says no days.
    pub days: Vec<DayLine>,
    /// The first and the last day that the bill covers: a correction of a day before its months, or a day after them, says nothing of the days between.
    pub covered: Option<(i64, i64)>,
    /// How rows and resources stand on the keys, in that month.
    pub on_bill: Vec<KeyOnBill>,
    /// What clouds say of tags that stand for keys, where they were asked.
    pub cost_keys: Vec<CostKeyStatus>,
    /// Whether the bill says what was charged for use.
    pub knows_use: bool,
}

impl Spend {
    /// The newest month of the bill.
    pub fn newest(&self) -> Option<Month> {
        self.lines.iter().map(|line| line.month).max()
    }
}
