//! Costs on their own, as `tagledger cost` prints them: no audit, no findings.

use crate::{Costs, TerminalOptions};
use std::io::{self, Write};

/// The cost tables and the equality with the bill, for people.
pub fn terminal(costs: &Costs, notes: &[String], options: TerminalOptions, out: &mut dyn Write) -> io::Result<()> {
    crate::terminal::costs_alone(costs, notes, options, out)
}

/// The cells as `cost-by-….csv` holds them.
pub fn csv(costs: &Costs, out: &mut dyn Write) -> io::Result<()> {
    crate::csv::cells(costs, Box::new(out))
}
