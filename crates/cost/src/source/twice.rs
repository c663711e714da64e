//! Files whose rows are in others: which may be, and that none is.

use super::Opened;
use crate::copies::{self, Copies};
use crate::{CostError, Measure};
use std::collections::BTreeMap;
use std::path::Path;
use tagledger_model::Month;

/// Refuses a file whose rows are in others.
pub(super) fn no_copies_of_rows(copies: &Copies, paths: &[&Path], opened: &[Opened], measure: Measure) -> Result<(), CostError> {
    let file = |at: usize| (paths[at], opened[at].as_open());
    let suspected = copies.suspected(paths);
    let Some(copy) = copies::proven(&suspected, &file, measure)? else { return Ok(()) };
    let one = &suspected[copy.number];
    let others: Vec<&Path> = one.others.iter().map(|at| paths[*at]).collect();
    Err(copies::refused(paths[one.file], &others, &one.days, &copy))
}

/// Which files might hold what another one holds: those of which no partition says that they are of another month.
pub(super) fn may_be_copies(opened: &[Opened]) -> Vec<bool> {
    let months: Vec<Option<Month>> = opened.iter().map(|file| file.columns().month).collect();
    let mut count = BTreeMap::<Option<Month>, usize>::new();
    for month in &months {
        *count.entry(*month).or_default() += 1;
    }
    let nameless = count.get(&None).copied().unwrap_or_default();
    months.iter().map(|month| if month.is_none() { opened.len() > 1 } else { count[month] > 1 || nameless > 0 }).collect()
}
