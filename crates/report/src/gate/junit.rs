//! JUnit XML: a suite for each module, a case for each resource, and a first one that says whether the check could see everything. Several systems
//! take a file without a case for an error, so it is always there.

use super::group::{Group, groups};
use super::{Gate, GateFormat, GateOptions, GateResource, Standing};
use crate::inert::is_invisible;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{self, Write};

/// One XML document.
pub(super) struct JUnit;

impl GateFormat for JUnit {
    fn id(&self) -> &'static str {
        "junit"
    }

    fn write(&self, gate: &Gate, _: &GateOptions, out: &mut dyn Write) -> io::Result<()> {
        let by_resource: HashMap<*const GateResource, Group<'_>> =
            groups(gate, Standing::is_open).into_iter().map(|group| (std::ptr::from_ref(group.resource), group)).collect();
        let mut suites: BTreeMap<&str, Vec<&GateResource>> = BTreeMap::new();
        for resource in &gate.resources {
            suites.entry(resource.module.as_deref().unwrap_or("(root)")).or_default().push(resource);
        }
        let mut body = String::new();
        let mut sums = whole(&mut body, gate);
        for (name, resources) in &suites {
            let (mut cases, mut own) = (String::new(), Sums::default());
            for resource in resources {
                case(&mut cases, &mut own, name, resource, by_resource.get(&std::ptr::from_ref(*resource)), gate);
            }
            suite(&mut body, name, own, &cases);
            sums.add(own);
        }
        write!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tagledger\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n{body}</testsuites>\n",
            sums.tests, sums.failures, sums.errors
        )
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
    }
}

fn suite(body: &mut String, name: &str, sums: Sums, cases: &str) {
    let _ = writeln!(
        body,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n{cases}  </testsuite>",
        xml(name),
        sums.tests,
        sums.failures,
        sums.errors,
        sums.skipped
    );
}

/// The check itself: it errs where the plans leave something open as a whole, or where it could not be done.
fn whole(body: &mut String, gate: &Gate) -> Sums {
    let mut why: Vec<&str> = gate.gaps.iter().map(String::as_str).collect();
    if gate.exit.code >= 2 {
        why.insert(0, &gate.exit.why);
    }
    let case = "    <testcase classname=\"(check)\" name=\"everything could be read\"";
    let sums = Sums { tests: 1, errors: usize::from(!why.is_empty()), ..Sums::default() };
    let cases = match why.first() {
        None => format!("{case}/>\n"),
        Some(first) => format!("{case}>\n      <error message=\"{}\" type=\"coverage\">{}</error>\n    </testcase>\n", xml(first), xml(&why.join("\n"))),
    };
    suite(body, "(check)", sums, &cases);
    sums
}

fn case(cases: &mut String, sums: &mut Sums, suite: &str, resource: &GateResource, group: Option<&Group<'_>>, gate: &Gate) {
    sums.tests += 1;
    let _ = write!(cases, "    <testcase classname=\"{}\" name=\"{}\"", xml(suite), xml(&resource.address));
    let said = group.map_or_else(Vec::new, |group| group.said(gate));
    let lines = |standing: Standing| {
        let of = said.iter().filter(|said| said.standing() == standing);
        of.map(|said| format!("[{}] {}", said.rules.join(", "), said.message)).collect::<Vec<_>>()
    };
    let (failing, open) = (lines(Standing::Failing), lines(Standing::Undetermined));
    let _ = if !failing.is_empty() {
        sums.failures += 1;
        let place = resource.place.iter().map(|place| format!("at {place}"));
        let text = failing.iter().cloned().chain(place).collect::<Vec<_>>().join("\n");
        writeln!(cases, ">\n      <failure message=\"{}\" type=\"tags\">{}</failure>\n    </testcase>", xml(&failing[0]), xml(&text))
    } else if resource.taggable == "no" {
        sums.skipped += 1;
        writeln!(cases, ">\n      <skipped message=\"cannot carry tags\"/>\n    </testcase>")
    } else if !open.is_empty() {
        sums.skipped += 1;
        writeln!(cases, ">\n      <skipped message=\"undetermined: {}\"/>\n    </testcase>", xml(&open.join("; ")))
    } else {
        writeln!(cases, "/>")
    };
}

/// Text for XML 1.0, which forbids most control characters even in escaped form.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if is_invisible(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
