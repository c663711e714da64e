//! What a report says of money.

use crate::failure::Failure;
use crate::settings::File;
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};
use tagledger_cost::Rates;

#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct Money {
    /// Convert the whole bill into this currency, row by row, by --rates; without it, currencies are kept apart.
    #[arg(long, value_name = "CODE", env = "TAGLEDGER_CURRENCY")]
    pub currency: Option<String>,
    /// Dated rates, as CSV with the columns date, from, to, rate, and source if you like: a month has the last rate up to its end.
    #[arg(long, value_name = "FILE", env = "TAGLEDGER_RATES")]
    pub rates: Option<PathBuf>,
    /// Also say what the newest month will come to at its pace, and which of its last days stand out; reads the newest months of the bill a second time.
    #[arg(long, env = "TAGLEDGER_OUTLOOK")]
    pub outlook: bool,
}

impl Money {
    /// The rates, as the command line says or else the settings; none where currencies are kept apart.
    pub fn exchange(&self, file: &File) -> Result<Option<Rates>, Failure> {
        let (currency, rates) = (self.currency.clone().or_else(|| file.currency()), self.rates.clone().or_else(|| file.rates()));
        read(currency.as_deref(), rates.as_deref())
    }
}

/// The rates into a currency, by a file.
fn read(currency: Option<&str>, rates: Option<&Path>) -> Result<Option<Rates>, Failure> {
    match (currency, rates) {
        (None, None) => Ok(None),
        (Some(to), _) if to.trim().is_empty() => Err(Failure::Usage("--currency is empty; write one such as EUR".to_owned())),
        (Some(to), Some(path)) => Ok(Some(Rates::read(path, to)?)),
        (Some(to), None) => Err(Failure::Usage(format!("--currency {}: name a file of rates with --rates", to.escape_debug()))),
        (None, Some(path)) => Err(Failure::Usage(format!("--rates {}: say with --currency into which currency", path.display()))),
    }
}
