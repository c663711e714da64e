//! Bills in a cloud's own form, told onto FOCUS by data.

/// A form of bill that a cloud writes, and where each FOCUS column is found in it.
///
/// Names of columns are compared without case and without `_`, `/` and blanks, so that one mapping serves a report as CSV (`lineItem/UnblendedCost`) and
/// the same as a table (`line_item_unblended_cost`). A name with a dot is a member of a nested column: `invoice.month`.
#[derive(Debug)]
pub struct BillMapping {
    /// What people call it, with its article: `an AWS Cost and Usage Report`.
    pub name: &'static str,
    /// What its rows' provider is called.
    pub provider: &'static str,
    /// It is this form when the file has all of these columns.
    pub known_by: &'static [&'static str],
    /// FOCUS columns of text and time, each with the columns that may hold it: the first that has a value in the row counts.
    pub columns: &'static [(&'static str, &'static [&'static str])],
    /// FOCUS columns of cost, each with how a row's amount is found: the first case that holds says it.
    pub costs: &'static [(&'static str, &'static [CostCase])],
    /// What rows are charged for, apart from use; the first whose conditions hold counts.
    pub kinds: &'static [ChargeKind],
    /// Where its tags are.
    pub tags: BillTags,
    /// Makes of a resource's id and its name, which two columns of `ResourceId` hold in this order, the id by which it is known elsewhere; none where the id is that.
    pub known_as: Option<fn(&str, &str) -> Option<String>>,
    /// A file holds either what was paid for commitments or what that is worth to what they cover, and nothing says which.
    pub ledgers_apart: bool,
}

/// What rows are charged for that are no use of anything.
#[derive(Debug)]
pub struct ChargeKind {
    /// The word in reports: `tax`, `credit`, `commitment fee`.
    pub kind: &'static str,
    /// It holds when all of these do.
    pub when: &'static [When],
    /// The terms of the row's BilledCost and EffectiveCost that are of this kind, where the rest of it is not; none: all of the row is.
    pub part: &'static [Term],
}

impl ChargeKind {
    /// A kind that all of a row is of.
    pub const fn of(kind: &'static str, when: &'static [When]) -> Self {
        Self { kind, when, part: &[] }
    }
}

/// One way in which a row's cost is found.
#[derive(Debug)]
pub struct CostCase {
    /// It holds when all of these do.
    pub when: &'static [When],
    /// The columns that are added up; none of them: the row costs nothing.
    pub terms: &'static [Term],
    /// Pairs of columns as whose first to their second the amount is what it comes to: a cost after discounts and the same before them. The first pair counts
    /// that the row fills and whose second is not zero; without one the amount stays as it is.
    pub ratio: &'static [(&'static str, &'static str)],
    /// The amount counts nothing in this measure, and how much that was is told beside the total: what a commitment was bought for, which the
    /// rows that it covers carry.
    pub set_aside: bool,
}

/// A condition on a row.
#[derive(Debug)]
pub enum When {
    /// The column holds one of these words, without regard to case.
    Is(&'static str, &'static [&'static str]),
    /// The column's text has one of these in it, without regard to case.
    Has(&'static str, &'static [&'static str]),
    /// The column holds anything.
    Filled(&'static str),
    /// The file has the column.
    With(&'static str),
    /// The file does not have the column.
    Without(&'static str),
}

/// A part of a sum. Several names of one column are told in order; the first that the file has counts, on every row.
#[derive(Debug)]
pub enum Term {
    /// Added.
    Plus(&'static [&'static str]),
    /// Added, from the first of several columns that the row fills.
    PlusFilled(&'static [&'static str]),
    /// Taken away.
    Minus(&'static [&'static str]),
    /// A list of records, of whose member each is added: `credits`, `amount`.
    PlusEach(&'static str, &'static str),
}

/// Where the tags of a row are.
#[derive(Debug)]
pub struct BillTags {
    /// Columns that hold all of them, as text, as a map or as a list of keys and values; the first that the file has counts.
    pub whole: &'static [&'static str],
    /// Beginnings of the names of columns that hold one key each, where the file has none of the above.
    pub spread: &'static [&'static str],
    /// Schemes before the user's own keys, which are taken off.
    pub schemes: &'static [&'static str],
}
