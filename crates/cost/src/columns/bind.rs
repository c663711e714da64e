//! From a file's header to what each column is made of.

use super::{BoundCase, BoundTerm, Columns, Header, Holds, kinds, partition};
use crate::focus::{Column, Measure, same_name};
use std::path::Path;
use tagledger_model::{BillMapping, ChargeKind, CostCase, Term, When};

/// Purchases of commitments, whose cost the rows that they cover carry: FOCUS wants nothing there, and some exports say it all the same.
const PURCHASE: &[When] = &[When::Is("ChargeCategory", &["Purchase"]), When::Filled("CommitmentDiscountId")];

/// The column of Google's own view in FOCUS that names the project, there and in what an engine added up.
const PROJECT: &[&str] = &["x_Project.Id", "x_ProjectId"];

impl Columns {
    /// Finds the columns of a file's header.
    pub fn of(header: Header, path: &Path, mappings: &[&'static BillMapping]) -> Self {
        let is_focus = Measure::ALL.iter().any(|measure| header.first(measure.wanted().names()).is_some());
        let is_known = |mapping: &&&BillMapping| mapping.known_by.iter().all(|name| header.find(name).is_some());
        let mapping = mappings.iter().filter(|_| !is_focus).find(is_known).copied();
        let at = Column::ALL.into_iter().map(|column| (column, mapping.map_or_else(|| focus(&header, column), |m| mapped(&header, m, column)))).collect();
        let costs = Measure::ALL.map(|measure| match mapping {
            Some(mapping) => {
                let cases = mapping.costs.iter().find(|(name, _)| *name == measure.column()).map_or(&[][..], |(_, cases)| *cases);
                bound(&header, cases)
            }
            None => focus_cost(&header, measure),
        });
        let whole = mapping.is_some_and(|mapping| header.first(mapping.tags.whole).is_some());
        let spread = mapping.filter(|_| !whole).map_or_else(Vec::new, |mapping| spread(&header, mapping.tags.spread));
        let kinds = mapping.map_or(kinds::FOCUS, |mapping| mapping.kinds).iter().filter_map(|kind| bound_kind(&header, kind)).collect();
        // A table of FOCUS with this column is of the cloud whose form knows how to read the two.
        let knows = |mapping: &&&BillMapping| header.first(PROJECT).is_some() && mapping.known_as.is_some();
        let known_as = mapping.or_else(|| mappings.iter().find(knows).copied()).and_then(|mapping| mapping.known_as);
        Self { mapping, at, costs, kinds, spread, known_as, schemes: None, month: partition(path), header }
    }
}

fn focus(header: &Header, column: Column) -> Vec<usize> {
    // No bill of anybody else says how many rows a row stands for; ours that were added up elsewhere do.
    if column == Column::Rows {
        return header.first(&[crate::lake::ROWS]).into_iter().collect();
    }
    if column == Column::ResourceId && header.first(PROJECT).is_some() {
        return header.all(&["ResourceId", "ResourceName"]);
    }
    let found = header.all(column.names());
    // Names of one column mostly come one at a time; which of them a row fills matters only where versions overlap.
    if matches!(column, Column::Provider | Column::ConsumedUnit | Column::SubAccountId) { found } else { found.into_iter().take(1).collect() }
}

fn mapped(header: &Header, mapping: &BillMapping, column: Column) -> Vec<usize> {
    if column == Column::Tags {
        return header.first(mapping.tags.whole).into_iter().collect();
    }
    let found = mapping.columns.iter().find(|(focus, _)| *focus == column.focus()).map_or_else(Vec::new, |(_, names)| header.all(names));
    // What is the column of tags itself stands beside nothing.
    let is_tags = |at: &usize| column == Column::FurtherTags && header.first(mapping.tags.whole) == Some(*at);
    found.into_iter().filter(|at| !is_tags(at)).collect()
}

fn focus_cost(header: &Header, measure: Measure) -> Vec<BoundCase> {
    let Some(at) = header.first(measure.wanted().names()) else { return Vec::new() };
    let terms = || Ok(vec![BoundTerm { at: vec![at], minus: false, member: None }]);
    let purchase = (measure == Measure::Effective).then(|| when(header, PURCHASE)).flatten();
    let aside = purchase.map(|when| BoundCase { when, terms: terms(), ratio: Vec::new(), set_aside: true });
    aside.into_iter().chain([BoundCase { when: Vec::new(), terms: terms(), ratio: Vec::new(), set_aside: false }]).collect()
}

/// The conditions; none where the file cannot fulfil them.
fn when(header: &Header, all: &'static [When]) -> Option<Vec<(usize, Holds)>> {
    let is_such = |when: &When| match when {
        When::With(column) => header.find(column).is_some(),
        When::Without(column) => header.find(column).is_none(),
        _ => true,
    };
    // Columns of FOCUS had other names in other versions.
    let find = |name: &str| header.find(name).or_else(|| Column::ALL.into_iter().find(|column| column.focus() == name).and_then(|c| header.first(c.names())));
    let of_row = |when: &'static When| match when {
        When::Is(column, words) => Some(find(column).map(|at| (at, Holds::Is(words)))),
        When::Has(column, parts) => Some(find(column).map(|at| (at, Holds::Has(parts)))),
        When::Filled(column) => Some(find(column).map(|at| (at, Holds::Something))),
        When::With(_) | When::Without(_) => None,
    };
    if all.iter().all(is_such) { all.iter().filter_map(of_row).collect() } else { None }
}

/// The cases whose conditions a row of this file may fulfil; none at all where the last one, which takes every other row, lacks its columns.
fn bound(header: &Header, cases: &'static [CostCase]) -> Vec<BoundCase> {
    let case = |case: &'static CostCase| {
        let when = when(header, case.when)?;
        let ratio = case.ratio.iter().filter_map(|(part, whole)| header.find(part).zip(header.find(whole))).collect();
        Some(BoundCase { when, terms: case.terms.iter().map(|term| bound_term(header, term)).collect(), ratio, set_aside: case.set_aside })
    };
    let bound: Vec<BoundCase> = cases.iter().filter_map(case).collect();
    if bound.last().is_some_and(|last| last.when.is_empty() && last.terms.is_ok()) { bound } else { Vec::new() }
}

fn bound_term(header: &Header, term: &Term) -> Result<BoundTerm, &'static str> {
    let one = |name: &str| header.find(name).into_iter().collect();
    let first = |names: &[&str]| header.first(names).into_iter().collect();
    let (at, minus, member, name): (Vec<usize>, _, _, _) = match term {
        Term::Plus(names) => (first(names), false, None, names.first()),
        // The last is the one that every such file should have.
        Term::PlusFilled(names) => (header.all(names), false, None, names.last()),
        Term::Minus(names) => (first(names), true, None, names.first()),
        Term::PlusEach(list, member) => (one(list), false, Some(*member), Some(list)),
    };
    if at.is_empty() { Err(name.copied().unwrap_or_default()) } else { Ok(BoundTerm { at, minus, member }) }
}

/// A kind that rows of this file can be of.
fn bound_kind(header: &Header, kind: &'static ChargeKind) -> Option<(&'static str, BoundCase)> {
    let terms: Result<Vec<BoundTerm>, _> = kind.part.iter().map(|term| bound_term(header, term)).collect();
    Some((kind.kind, BoundCase { when: when(header, kind.when)?, terms: Ok(terms.ok()?), ratio: Vec::new(), set_aside: false }))
}

/// Columns that hold one key each.
fn spread(header: &Header, beginnings: &[&str]) -> Vec<(usize, String)> {
    let key = |name: &str| {
        beginnings.iter().find_map(|beginning| {
            let (start, key) = (name.get(..beginning.len())?, name.get(beginning.len()..)?);
            (same_name(start, beginning) && !key.is_empty()).then(|| key.to_owned())
        })
    };
    header.names.iter().enumerate().filter_map(|(at, (name, _))| Some((at, key(name.trim())?))).collect()
}
