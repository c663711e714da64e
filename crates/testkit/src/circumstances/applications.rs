//! The catalogue of applications, and those that it does not know.

use crate::calendar::{DAY, date};
use crate::random::Rng;

/// An application as tags spell it.
#[derive(Debug, Clone)]
pub struct Application {
    /// As tags spell it.
    pub text: String,
    /// Its line in the catalogue; none for a slip, and for a spelling that differs from an entry in its case alone.
    pub line: Option<Line>,
    /// It counts at the moment of the audit.
    pub counts: bool,
    /// Only the resources of one stand carry it.
    pub is_of_a_stand: bool,
}

/// Days between which an application counts, both included.
#[derive(Debug, Clone, Copy, Default)]
pub struct Line {
    /// The first.
    pub from: Option<i64>,
    /// The last.
    pub to: Option<i64>,
}

/// Applications of stands.
pub const STANDS: usize = 15;

/// All applications: what tags say at random, then one for each stand.
pub fn roll(rng: &mut Rng, today: i64) -> Vec<Application> {
    let mut some_days = || i64::try_from(rng.below(900)).unwrap_or(0);
    let line = |from: Option<i64>, to: Option<i64>| Some(Line { from, to });
    let listed = [
        ("webshop", line(None, None), true),
        ("crm", line(None, Some(today)), true),
        ("faxgate", line(Some(today - 4_000), Some(today - 1)), false),
        ("ledger", line(Some(today), None), true),
        ("newsroom", line(Some(today + 1), None), false),
        ("archive", line(None, Some(today - 1 - some_days())), false),
        ("shop-api", line(Some(today - some_days()), Some(today + some_days())), true),
        ("shop-ui", line(None, Some(today + 1)), true),
        ("Portal", line(Some(today - 1), None), true),
        ("future", line(Some(today + 2 + some_days()), None), false),
        // Ids are compared without case, and a slip is none of them.
        ("WebShop", None, true),
        ("portal", None, true),
        ("webshpo", None, false),
        ("crmm", None, false),
        ("FaxGate", None, false),
    ];
    let general = listed.map(|(text, line, counts)| Application { text: text.to_owned(), line, counts, is_of_a_stand: false });
    let stand = |at: usize| Application { text: format!("stand-{at:02}"), line: Some(Line::default()), counts: true, is_of_a_stand: true };
    general.into_iter().chain((0..STANDS).map(stand)).collect()
}

/// The application of a stand, by position.
pub fn of_stand(applications: &[Application], stand: usize) -> usize {
    applications.iter().position(|one| one.is_of_a_stand).unwrap_or(0) + stand
}

/// The catalogue as a file.
pub fn catalogue(applications: &[Application]) -> String {
    let day = |day: Option<i64>| day.map_or_else(String::new, |day| date(day * DAY));
    let line = |one: &Application| one.line.map(|line| format!("{},\"{}, or so\",,{},{}\n", one.text, one.text.to_uppercase(), day(line.from), day(line.to)));
    std::iter::once("id,name,owner,valid_from,valid_to\n".to_owned()).chain(applications.iter().filter_map(line)).collect()
}
