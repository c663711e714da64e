//! The terminal's summary over a rich and hostile report.

#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "../examples/sample/fixture.rs"]
mod fixture;

use tagledger_report::{CoverageRow, Report, Summary, TerminalOptions, terminal};
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

/// A big organisation: 300 accounts × 17 Regions × 12 sources, of which much was refused.
fn ledger() -> Vec<CoverageRow> {
    let mut rows = Vec::new();
    for (account, region, source) in (0..300_u64).flat_map(|a| (0..17).flat_map(move |r| (0..12).map(move |s| (a, r, s)))) {
        let (outcome, why) = match (account, region, source) {
            (7, ..) => ("denied", Some(format!("permission service-{source}:List is missing"))),
            (20..40, 5, 2) => ("failed", Some(format!("HTTP 500, request {account}"))),
            (_, 3, 0) => ("failed", Some("no answer: timed out".to_owned())),
            (_, _, 1) => ("partial", Some("what was never tagged is not listed".to_owned())),
            _ => ("complete", None),
        };
        rows.push(CoverageRow {
            cloud: "aws".into(),
            scope: format!("{:012}", 111_100_000_000 + account),
            region: Some(format!("eu-central-{region}")),
            collector: format!("aws.service-{source}"),
            made_up_for: outcome == "partial",
            outcome: outcome.into(),
            why,
            ..CoverageRow::default()
        });
    }
    let skipped = |n: u64| CoverageRow {
        cloud: "aws".into(),
        scope: format!("closed-{n}"),
        outcome: "skipped".into(),
        why: Some("suspended".into()),
        ..CoverageRow::default()
    };
    rows.extend((0..9).map(skipped));
    rows
}

#[test]
fn the_ledger_of_a_big_organisation_stays_short() {
    for width in [80, 160] {
        let text = print(false, width, false, |s| s.coverage = ledger());
        let section = text.split("\nCOVERAGE").nth(1).unwrap().split("\nNOTES").next().unwrap();
        assert!(section.lines().count() <= 45, "{width}: {section}");
        let parts: &[&str] = if width == 80 {
            &["no answer: timed out", "and 296", "111100000007 (17 Regions)", "and 10 more", "suspended", "5,083 rows of sources"]
        } else {
            &["service-10:List is", "missing; and 10 more", "12 sources", "closed-0, aws closed-1, aws closed-2 and 6 more", "18 rows for other reasons"]
        };
        for part in parts {
            assert!(section.contains(part), "{width}: `{part}` in\n{section}");
        }
        assert!(!section.contains("never tagged"), "what another source makes up for is only counted: {section}");
    }
}
