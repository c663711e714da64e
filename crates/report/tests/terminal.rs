//! The terminal's summary over a rich and hostile report.

#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "../examples/sample/fixture.rs"]
mod fixture;

use tagledger_report::{Report, Summary, TerminalOptions, terminal};
use unicode_width::UnicodeWidthStr;

fn print(hostile: bool, width: usize, colour: bool, change: impl Fn(&mut Summary)) -> String {
    let (mut summary, lists) = fixture::sample(300, hostile);
    change(&mut summary);
    let mut out = Vec::new();
    terminal(&Report { summary: &summary, rows: &lists }, TerminalOptions { width, colour }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn it_fits_and_says_what_matters() {
    for width in [80, 100, 120, 160] {
        for hostile in [false, true] {
            let text = print(hostile, width, false, |_| ());
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {} {line}", line.width());
            }
            assert!(text.contains("(exit 1)") && text.contains("unattributed") && text.contains("(equal)") && text.contains("denied"), "{text}");
        }
    }
    assert!(print(false, 120, false, |_| ()).contains("aws * eu-central-1"), "the Region stands beside the scope");
    assert!(print(false, 400, false, |_| ()).lines().all(|l| l.width() <= 160));
}

#[test]
fn nothing_from_a_cloud_reaches_the_terminal_raw() {
    let text = print(true, 80, false, |_| ());
    let raw = text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}'));
    assert_eq!(raw, None, "{text}");
}

#[test]
fn colour_is_added_and_changes_nothing_else() {
    let coloured = print(true, 80, true, |_| ());
    let mut plain = String::new();
    let mut parts = coloured.split("\u{1b}[");
    plain.push_str(parts.next().unwrap());
    for part in parts {
        plain.push_str(part.split_once('m').unwrap().1);
    }
    assert_eq!(plain, print(true, 80, false, |_| ()));
}

#[test]
fn sums_that_differ_are_said_loudly() {
    let text = print(false, 80, false, |s| {
        let total = &mut s.costs.as_mut().unwrap().totals[0];
        (total.bill, total.equal) = ("1.00".into(), false);
    });
    assert!(text.contains("≠ bill 1.00 USD (NOT EQUAL"), "{text}");
}

#[test]
fn a_run_without_a_bill_speaks_of_no_cost() {
    let text = print(false, 80, false, |s| s.costs = None);
    assert!(!text.contains("COST") && !text.contains("EXPENSIVE") && text.contains("RULES"), "{text}");
}
