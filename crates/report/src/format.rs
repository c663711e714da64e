//! What every format can do, and the one list of formats.

use crate::{Report, csv, html, json, openmetrics, xlsx};
use std::io::{self, Write};

/// Every format, by id. A new one is a new file and a line here.
pub static FORMATS: &[&dyn Format] = &[&csv::Csv, &html::Html, &json::Json, &openmetrics::OpenMetrics, &xlsx::Xlsx];

/// Where a format's files go.
pub trait Sink {
    /// Opens one file by its name, e.g. `findings.csv`. A format closes one file before it opens the next.
    fn file(&mut self, name: &str) -> io::Result<Box<dyn Write + '_>>;
}

/// One output format.
pub trait Format: Sync {
    /// The word for `--format`.
    fn id(&self) -> &'static str;
    /// Whether every scan writes it; others are made of a stored run when somebody asks.
    fn is_in_every_run(&self) -> bool {
        true
    }
    /// Writes the whole report.
    fn write(&self, report: &Report<'_>, out: &mut dyn Sink) -> io::Result<()>;
}

#[cfg(test)]
mod tests {
    use super::FORMATS;

    #[test]
    fn the_list_is_sorted_and_each_word_is_there_once() {
        let ids: Vec<&str> = FORMATS.iter().map(|f| f.id()).collect();
        assert!(ids.windows(2).all(|w| w[0] < w[1]), "{ids:?}");
    }
}
