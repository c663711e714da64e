//! JUnit XML: a suite for each module, a case for each resource. Several systems take a file without a case for an error, so there is always one.

use super::group::groups;
use super::{Gate, GateFinding, GateFormat, GateOptions, GateResource, Standing};
use crate::inert::is_invisible;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// One XML document.
pub(super) struct JUnit;

impl GateFormat for JUnit {
    fn id(&self) -> &'static str {
        "junit"
    }

    fn write(&self, gate: &Gate, _: &GateOptions, out: &mut dyn Write) -> io::Result<()> {
        let by_resource: BTreeMap<(usize, &str), Vec<&GateFinding>> =
            groups(gate, Standing::is_open).into_iter().map(|g| ((g.resource.input, g.resource.address.as_str()), g.findings)).collect();
        let mut suites: BTreeMap<&str, Vec<&GateResource>> = BTreeMap::new();
        for resource in &gate.resources {
            suites.entry(resource.module.as_deref().unwrap_or("(root)")).or_default().push(resource);
        }
        let mut body = String::new();
        let mut sums = Sums::default();
        for (name, resources) in &suites {
            let (mut cases, mut own) = (String::new(), Sums::default());
            for resource in resources {
                let findings = by_resource.get(&(resource.input, resource.address.as_str())).map_or(&[][..], Vec::as_slice);
                case(&mut cases, &mut own, name, resource, findings);
            }
            suite(&mut body, name, own, &cases);
            sums.add(own);
        }
        if suites.is_empty() {
            let own = Sums { tests: 1, ..Sums::default() };
            suite(&mut body, "(root)", own, "    <testcase classname=\"(root)\" name=\"no resource to judge\"/>\n");
            sums.add(own);
        }
        write!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tagledger\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n{body}</testsuites>\n",
            sums.tests, sums.failures
        )
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.skipped += other.skipped;
    }
}

fn suite(body: &mut String, name: &str, sums: Sums, cases: &str) {
    let _ = writeln!(
        body,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n{cases}  </testsuite>",
        xml(name),
        sums.tests,
        sums.failures,
        sums.skipped
    );
}

fn case(cases: &mut String, sums: &mut Sums, suite: &str, resource: &GateResource, findings: &[&GateFinding]) {
    sums.tests += 1;
    let _ = write!(cases, "    <testcase classname=\"{}\" name=\"{}\"", xml(suite), xml(&resource.address));
    let lines = |standing: Standing| {
        let of = findings.iter().filter(|f| f.standing == standing);
        of.map(|f| format!("[{}] {}", f.finding.rule, f.finding.message)).collect::<Vec<_>>()
    };
    let (failing, open) = (lines(Standing::Failing), lines(Standing::Undetermined));
    let _ = if !failing.is_empty() {
        sums.failures += 1;
        writeln!(cases, ">\n      <failure message=\"{}\" type=\"tags\">{}</failure>\n    </testcase>", xml(&failing[0]), xml(&failing.join("\n")))
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
