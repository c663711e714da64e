//! Which column of a file holds what: FOCUS under any of its names, or a cloud's own form by its mapping.
//!
//! A form is told by the columns that are present, never by a file's name.

mod bind;
mod kinds;
mod rows;

pub(crate) use kinds::FOCUS as FOCUS_KINDS;
pub(crate) use rows::{Fault, RowTags, Rows, SORT, member_of};

use crate::focus::{Column, Measure, is_null, same_name};
use crate::rounding::COMPARED;
use std::path::Path;
use tagledger_model::{BillMapping, Month, Timestamp};

/// The columns of a file: the name of each, with the position of the one at the top that it is in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    /// Names; a member of a nested column after a dot.
    names: Vec<(String, usize)>,
    /// Names of those at the top.
    pub top: Vec<String>,
}

impl Header {
    /// The columns of a flat file.
    pub fn flat(top: Vec<String>) -> Self {
        Self { names: top.iter().cloned().zip(0..).collect(), top }
    }

    /// Columns, each with the names of its members.
    pub fn nested(all: Vec<(String, Vec<String>)>) -> Self {
        let mut header = Self::default();
        for (at, (name, members)) in all.into_iter().enumerate() {
            header.names.extend(members.iter().map(|member| (format!("{name}.{member}"), at)));
            header.names.push((name.clone(), at));
            header.top.push(name);
        }
        header
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|(other, _)| same_name(other, name))
    }

    fn first(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.find(name))
    }

    fn all(&self, names: &[&str]) -> Vec<usize> {
        let mut found: Vec<usize> = names.iter().filter_map(|name| self.find(name)).collect();
        found.dedup();
        found
    }
}

/// What a cost is added up from: where, how, and the member of a list that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BoundTerm {
    /// Columns of the file; the first of them that holds an amount in a row counts.
    at: Vec<usize>,
    minus: bool,
    member: Option<&'static str>,
}

/// A condition on a column that was found.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Holds {
    /// One of these words.
    Is(&'static [&'static str]),
    /// A text with one of these in it.
    Has(&'static [&'static str]),
    /// Anything.
    Something,
}

impl Holds {
    fn fits(self, text: &str) -> bool {
        let has = |part: &&str| text.as_bytes().windows(part.len()).any(|at| at.eq_ignore_ascii_case(part.as_bytes()));
        !is_null(text)
            && match self {
                Self::Is(words) => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
                Self::Has(parts) => parts.iter().any(has),
                Self::Something => true,
            }
    }
}

/// A case whose columns were found.
#[derive(Debug, Clone)]
pub(crate) struct BoundCase {
    /// Columns and what they must hold.
    when: Vec<(usize, Holds)>,
    /// The terms, or the name of the column that the file lacks.
    terms: Result<Vec<BoundTerm>, &'static str>,
    /// Columns as whose first to their second the amount is.
    ratio: Vec<(usize, usize)>,
    set_aside: bool,
}

impl BoundCase {
    /// True where it is about all of a row rather than a part of its cost.
    pub fn is_of_whole_rows(&self) -> bool {
        self.terms.as_ref().is_ok_and(Vec::is_empty)
    }
}

/// Where each wanted column stands in a file.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    header: Header,
    mapping: Option<&'static BillMapping>,
    /// Each column with those that may hold it.
    at: Vec<(Column, Vec<usize>)>,
    costs: [Vec<BoundCase>; 4],
    /// What rows are charged for apart from use; of one without terms all is.
    pub kinds: Vec<(&'static str, BoundCase)>,
    /// Columns that hold one tag each, with its key.
    spread: Vec<(usize, String)>,
    /// Makes of an id and a name the id by which a resource is known elsewhere.
    known_as: Option<fn(&str, &str) -> Option<String>>,
    /// Schemes before the user's own keys, where they are not those of its form.
    pub schemes: Option<&'static [&'static str]>,
    /// The month that the file's hive partition names; it counts where the file has no column for it.
    pub month: Option<Month>,
}

impl Columns {
    /// The cloud's own form, if it is one.
    pub fn mapping(&self) -> Option<&'static BillMapping> {
        self.mapping
    }

    /// True when the file has the column.
    pub fn has(&self, column: Column) -> bool {
        (column == Column::Provider && self.mapping.is_some_and(|mapping| !mapping.provider.is_empty()))
            || (column == Column::Tags && !self.spread.is_empty())
            || self.at.iter().any(|(c, at)| *c == column && !at.is_empty())
    }

    /// Whether the file says which purchases are of commitments: a cloud's own form does by its kinds.
    pub fn tells_commitments(&self) -> bool {
        self.mapping.is_some() || self.header.find("CommitmentDiscountId").is_some()
    }

    /// True when the file holds this measure.
    pub fn holds(&self, measure: Measure) -> bool {
        !self.costs[measure.position()].is_empty()
    }

    /// True where EffectiveCost and BilledCost are columns of their own that can be held against each other.
    pub fn may_be_rounded(&self) -> bool {
        self.mapping.is_none() && COMPARED.into_iter().all(|measure| self.holds(measure))
    }

    fn places(&self, column: Column) -> &[usize] {
        self.at.iter().find(|(c, _)| *c == column).map_or(&[], |(_, at)| at)
    }

    /// The positions at the top of all that these columns and measures are made of, in order.
    pub fn tops(&self, columns: &[Column], measures: &[Measure]) -> Vec<usize> {
        let texts = columns.iter().flat_map(|column| self.places(*column)).copied();
        let spread = self.spread.iter().filter(|_| columns.contains(&Column::Tags)).map(|(at, _)| *at);
        let kinds = self.kinds.iter().filter(|_| columns.contains(&Column::ChargeKind)).map(|(_, case)| case);
        let cases = measures.iter().flat_map(|measure| &self.costs[measure.position()]).chain(kinds);
        let terms = |case: &'_ BoundCase| case.terms.iter().flatten().flat_map(|term| term.at.iter().copied()).collect::<Vec<_>>();
        let costs = cases.flat_map(|case| {
            let ratio = case.ratio.iter().flat_map(|(part, whole)| [*part, *whole]);
            case.when.iter().map(|(at, _)| *at).chain(terms(case)).chain(ratio)
        });
        let mut tops: Vec<usize> = texts.chain(spread).chain(costs).map(|at| self.header.names[at].1).collect();
        tops.sort_unstable();
        tops.dedup();
        tops
    }

    /// The names of all columns at the top.
    pub fn tops_of_all(&self) -> &[String] {
        &self.header.top
    }

    /// The name of a column at the top.
    pub fn top(&self, at: usize) -> &str {
        &self.header.top[at]
    }

    /// What a bill must have for this measure, in words; none when nothing is missing.
    pub fn lacks(&self, measure: Measure) -> Option<String> {
        let held: Vec<&str> = Measure::ALL.iter().filter(|m| self.holds(**m)).map(|m| m.column()).collect();
        let missing: Vec<String> = [Column::BillingCurrency, Column::BillingPeriodStart]
            .into_iter()
            .filter(|c| !(self.has(*c) || *c == Column::BillingPeriodStart && self.month.is_some()))
            .map(|c| self.shown(c))
            .collect();
        if missing.is_empty() && self.holds(measure) {
            return self.twice(measure);
        }
        let listed = |names: &[String]| {
            format!("the column{} {} {} missing", if names.len() == 1 { "" } else { "s" }, names.join(", "), if names.len() == 1 { "is" } else { "are" })
        };
        Some(match self.mapping {
            Some(mapping) if missing.is_empty() => {
                format!("{} holds no {}; choose a measure that it holds with --measure ({})", mapping.name, measure.column(), held.join(", "))
            }
            Some(mapping) => format!("this is {}, but {}; export it with all its columns", mapping.name, listed(&missing)),
            None => {
                let measure = Some(measure.column().to_owned()).filter(|_| !self.holds(measure));
                let missing: Vec<String> = measure.into_iter().chain(missing).collect();
                let found: Vec<String> =
                    self.header.top.iter().take(8).map(|h| format!("`{}`", h.chars().take(40).collect::<String>().escape_debug())).collect();
                // A file whose columns are parted by something else is one column with all of their names.
                if let [only] = self.header.top.as_slice()
                    && let Some((mark, name)) =
                        [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")].into_iter().find(|(mark, _)| only.matches(*mark).count() > 2)
                {
                    return Some(format!(
                        "the columns of this file are parted by {name} (`{}`); save it with commas, and with a point before fractions",
                        mark.escape_debug()
                    ));
                }
                let more = if self.header.top.len() > 8 { format!(" and {} more", self.header.top.len() - 8) } else { String::new() };
                format!(
                    "this is no FOCUS bill: {}; found {}{more}; export the bill as FOCUS 1.0 or later, or as a cloud's own cost report, or choose a measure that it holds with --measure",
                    listed(&missing),
                    found.join(", ")
                )
            }
        })
    }

    /// A cost that stands in two columns of one name, of which nobody knows which is meant.
    fn twice(&self, measure: Measure) -> Option<String> {
        let terms = self.costs[measure.position()].iter().flat_map(|case| case.terms.iter().flatten()).flat_map(|term| &term.at);
        let names = || self.header.names.iter().map(|(name, _)| name.as_str());
        let name = terms.map(|at| self.header.names[*at].0.as_str()).find(|name| names().filter(|other| same_name(other, name)).count() > 1)?;
        Some(format!("two columns are called {name}; which of them holds the cost nobody can say: export the bill again, or leave one out"))
    }

    /// What a column is called in this file.
    pub fn shown(&self, column: Column) -> String {
        match (self.mapping, self.places(column).first()) {
            (Some(_), Some(at)) => self.header.names[*at].0.clone(),
            (Some(mapping), None) => {
                let named = mapping.columns.iter().find(|(focus, _)| *focus == column.focus()).and_then(|(_, names)| names.first());
                named.map_or_else(|| column.to_string(), |name| (*name).to_owned())
            }
            (None, _) => column.to_string(),
        }
    }

    /// What the columns of a measure are called in this file.
    fn shown_at(&self, at: usize) -> String {
        self.header.names[at].0.clone()
    }
}

/// The billing month in the path of a hive-partitioned table, which leaves the column out of its files:
/// `BillingPeriodStart=2026-10-01`, `BILLING_PERIOD=2026-10`, with `:` written as `%3A`.
fn partition(path: &Path) -> Option<Month> {
    path.components().rev().find_map(|folder| {
        let (name, value) = folder.as_os_str().to_str()?.split_once('=')?;
        let value = value.replace("%3A", ":").replace("%3a", ":").replace("%20", " ");
        let named = same_name(name, "BillingPeriodStart") || same_name(name, "BillingPeriod");
        named.then(|| Month::parse(&value).or_else(|| Timestamp::parse(&value).map(Timestamp::month)))?
    })
}
