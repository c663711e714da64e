//! Rates of exchange from a dated file, for whoever wants one currency. Each row of the bill is converted by itself, so that every sum is one of converted rows;
//! what was converted, and at which rate, is told.

use crate::CostError;
use std::path::Path;
use tagledger_model::{Amount, Month, Rounded, Text, Timestamp};

/// The rates into one currency.
#[derive(Debug, Clone)]
pub struct Rates {
    /// The file, as the user named it.
    pub file: String,
    /// The currency that everything is converted to.
    pub to: Text,
    /// By currency, the oldest first.
    all: Vec<(Text, Rate)>,
}

/// What one unit of a currency is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// The day that it is of.
    pub day: i64,
    /// Units of the other currency.
    pub rate: Amount,
    /// Who says so; empty where the file does not say.
    pub source: Text,
}

const COLUMNS: [&str; 4] = ["date", "from", "to", "rate"];

impl Rates {
    /// Reads a file of CSV with the columns date, from, to, rate, and source where there is one: every mistake has its line.
    pub fn read(path: &Path, to: &str) -> Result<Self, CostError> {
        let shown = path.display().to_string();
        let at = |line: u64, column: &str, what: String| CostError::At { path: shown.clone(), line, column: column.to_owned(), what };
        let file = std::fs::File::open(path).map_err(|source| CostError::Io { path: shown.clone(), source })?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(file);
        let unread = |error: csv::Error| at(error.position().map_or(1, csv::Position::line), "1", format!("no CSV: {error}"));
        let header = reader.headers().map_err(unread)?.clone();
        let place = |name: &str| header.iter().position(|own| own.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
        let missing: Vec<&str> = COLUMNS.into_iter().filter(|name| place(name).is_none()).collect();
        if !missing.is_empty() {
            return Err(at(1, "1", format!("no column {}; a file of rates has date, from, to, rate, and source if you like", missing.join(", "))));
        }
        let (mut all, to) = (Vec::new(), Text::from(to.trim().to_ascii_uppercase()));
        for record in reader.records() {
            let record = record.map_err(unread)?;
            let line = record.position().map_or(1, csv::Position::line);
            if record.len() > header.len() {
                let what = format!("the row has {} cells where the header has {}; a number has a point and no comma", record.len(), header.len());
                return Err(at(line, "1", what));
            }
            let cell = |name: &str| place(name).and_then(|at| record.get(at)).unwrap_or_default();
            if !cell("to").eq_ignore_ascii_case(&to) {
                continue;
            }
            let day = Timestamp::parse(cell("date")).ok_or_else(|| at(line, "date", format!("`{}` is no date; write 2026-10-31", cell("date"))))?;
            let no_rate = || at(line, "rate", format!("`{}` is no rate; write a number above 0 with at most 12 digits after the point", cell("rate")));
            let (rate, rounded) = Amount::parse(cell("rate")).map_err(|_| no_rate())?;
            if rate <= Amount::ZERO || rounded == Rounded::Rounded {
                return Err(no_rate());
            }
            all.push((Text::new(cell("from")), Rate { day: day.days(), rate, source: Text::new(cell("source")) }));
        }
        if all.is_empty() {
            return Err(CostError::File { path: shown, what: format!("no rate into {to}") });
        }
        all.sort_by_cached_key(|(from, rate)| (rate.day, from.to_lowercase()));
        if let Some(twice) =
            all.iter().zip(all.iter().skip(1)).find(|(one, next)| one.1.day == next.1.day && one.0.eq_ignore_ascii_case(&next.0) && one.1.rate != next.1.rate)
        {
            let what =
                format!("two rates from {} to {to} on {}: {} and {}", twice.0.0, Timestamp(twice.0.1.day * 86_400).day(), twice.0.1.rate, twice.1.1.rate);
            return Err(CostError::File { path: shown, what });
        }
        Ok(Self { file: shown, to, all })
    }

    /// The rate of a month: the last one up to its end.
    pub fn of(&self, currency: &str, month: Month) -> Option<&Rate> {
        let end = month.next().start().days();
        self.all.iter().rev().find(|(from, rate)| rate.day < end && from.eq_ignore_ascii_case(currency)).map(|(_, rate)| rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Rates, CostError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rates.csv");
        std::fs::write(&path, text).unwrap();
        Rates::read(&path, "EUR")
    }

    #[test]
    fn a_month_has_the_last_rate_up_to_its_end() {
        let rates = read(
            "\u{feff}Date,From,To,Rate,Source\n2026-10-31,USD,EUR,0.92,ECB\n2026-09-30, USD ,EUR,0.9,\n2026-10-01,USD,GBP,0.8,\n2026-11-01,USD,EUR,0.95,\n",
        )
        .unwrap();
        let of = |month: &str| rates.of("usd", Month::parse(month).unwrap()).map(|rate| rate.rate.to_string());
        assert_eq!((of("2026-08"), of("2026-09"), of("2026-10"), of("2027-03")), (None, Some("0.90".into()), Some("0.92".into()), Some("0.95".into())));
        assert_eq!(rates.of("CHF", Month::parse("2026-10").unwrap()), None);
    }

    #[test]
    fn mistakes_have_their_line() {
        let said = |text: &str| read(text).unwrap_err().to_string();
        assert!(said("date,from,rate\n").contains("rates.csv:1:1: no column to; a file of rates has date"));
        assert!(said("date,from,to,rate\n31.10.2026,USD,EUR,1\n").contains("rates.csv:2:date: `31.10.2026` is no date"));
        for rate in ["0", "-1", "x", "", "1.0000000000001"] {
            assert!(said(&format!("date,from,to,rate\n2026-10-31,USD,EUR,{rate}\n")).contains("rates.csv:2:rate: "), "{rate}");
        }
        assert!(said("date,from,to,rate\n2026-10-31,USD,GBP,1\n").ends_with("no rate into EUR"));
        for between in ["", "2026-10-31,GBP,EUR,1\n"] {
            let two = said(&format!("date,from,to,rate\n2026-10-31,USD,EUR,1\n{between}2026-10-31,usd,EUR,2\n"));
            assert!(two.ends_with("two rates from USD to EUR on 2026-10-31: 1.00 and 2.00"), "{two}");
        }
    }
}
