//! `openmetrics.txt`: the report's numbers as gauges, for Prometheus and whatever else reads its text. One run is one scrape: a node exporter's folder of text
//! files, or any web server, hands the file over.
//! <https://prometheus.io/docs/specs/om/open_metrics_spec/>
//!
//! | metric | labels | meaning |
//! |---|---|---|
//! | `tagledger_run_timestamp_seconds` | | when the run started |
//! | `tagledger_exit_code` | | how it ended: 0 clean, 1 findings, 3 incomplete coverage |
//! | `tagledger_resources` | cloud | resources, each once |
//! | `tagledger_findings` | rule, family, level, verdict | open findings: `violated`, `undetermined`, and what a waiver covers, `waived` |
//! | `tagledger_compliance_ratio` | by, name | share of what was judged without a violated finding, by rule, key, scope or cloud |
//! | `tagledger_coverage_places` | state | places by how they were seen: `whole`, `listed`, `partial`, `denied`, `failed`, `skipped` |
//! | `tagledger_coverage_scopes_no_longer_seen` | | scopes that runs of the last week looked at beside these, and this run did not |
//! | `tagledger_environment_resources` | environment | resources in each environment; empty for what is in none |
//! | `tagledger_environment_cost` | environment, currency, month | what each cost in the last full month |
//! | `tagledger_cost` | environment, application, currency, measure, month | the same by Environment and Application, or the two keys that the report is sliced by; empty for what is unattributed |
//! | `tagledger_bill` | currency, measure, month | the bill's own sum of that month |
//! | `tagledger_charges` | kind, currency, measure, month | what of it is charged for what |
//! | `tagledger_at_stake` | family, currency, month | what resources with violated findings cost, each once in a family |
//!
//! Amounts have all of their digits; a reader makes doubles of them.

use crate::count::amount;
use crate::pivot::shown_month;
use crate::{Costs, Format, Report, Sink, Summary};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use tagledger_model::{Amount, Timestamp};

/// One text file.
#[derive(Debug)]
pub(crate) struct OpenMetrics;

impl Format for OpenMetrics {
    fn id(&self) -> &'static str {
        "openmetrics"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn Sink) -> io::Result<()> {
        let text = text(report.summary)?;
        out.file("openmetrics.txt")?.write_all(text.as_bytes())
    }
}

/// The metrics, family after family, and the series that there are.
#[derive(Default)]
struct Text {
    out: String,
    series: HashMap<String, usize>,
}

impl Text {
    fn family(&mut self, name: &str, help: &str, unit: Option<&str>) {
        self.line(&format!("# TYPE {name} gauge"));
        if let Some(unit) = unit {
            self.line(&format!("# UNIT {name} {unit}"));
        }
        self.line(&format!("# HELP {name} {help}"));
    }

    fn gauge(&mut self, name: &str, labels: &[(&str, &str)], value: &str) {
        let mut pairs: Vec<String> = labels.iter().map(|(label, text)| format!("{label}=\"{}\"", escaped(text))).collect();
        // Names that differ in what cannot be seen become one series here. Twice the same would make a reader refuse the whole file.
        let count = self.series.entry(format!("{name} {}", pairs.join(","))).or_default();
        *count += 1;
        if *count > 1 {
            pairs.push(format!("again=\"{count}\""));
        }
        let labels = if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) };
        // A run that is read back may hold anything where an amount should be.
        let value = if value.parse::<f64>().is_ok() { value } else { "NaN" };
        self.line(&format!("{name}{labels} {value}"));
    }

    fn line(&mut self, line: &str) {
        // Writing to a string cannot fail.
        let _written = writeln!(self.out, "{line}");
    }
}

/// A label's value: three characters have a spelling of their own, and whatever cannot be seen becomes `�`.
fn escaped(text: &str) -> String {
    crate::inert::visible(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn text(summary: &Summary) -> io::Result<String> {
    let mut out = Text::default();
    run(summary, &mut out);
    findings(summary, &mut out);
    seen(summary, &mut out);
    environments(summary, &mut out);
    if let Some(costs) = &summary.costs {
        money(summary, costs, &mut out)?;
    }
    out.line("# EOF");
    Ok(out.out)
}

fn run(summary: &Summary, out: &mut Text) {
    out.family("tagledger_run_timestamp_seconds", "When the run started.", Some("seconds"));
    let started = Timestamp::parse(&summary.started).map_or(0, |at| at.0);
    out.gauge("tagledger_run_timestamp_seconds", &[], &started.to_string());
    out.family("tagledger_exit_code", "How the run ended: 0 clean, 1 findings, 3 incomplete coverage.", None);
    out.gauge("tagledger_exit_code", &[], &summary.exit.code.to_string());
    out.family("tagledger_resources", "Resources, each once.", None);
    for cloud in &summary.inventory.clouds {
        out.gauge("tagledger_resources", &[("cloud", &cloud.cloud)], &cloud.resources.to_string());
    }
}

fn findings(summary: &Summary, out: &mut Text) {
    out.family("tagledger_findings", "Open findings, and those that a waiver covers.", None);
    for rule in &summary.rules {
        let level = rule.level.as_str();
        let all =
            [(level, "violated", rule.violated.saturating_sub(rule.in_grace)), (level, "undetermined", rule.undetermined), (level, "waived", rule.waived)];
        for (level, verdict, count) in all.into_iter().chain((rule.in_grace > 0).then_some(("warn", "violated", rule.in_grace))) {
            let labels = [("rule", rule.rule.as_str()), ("family", &rule.family), ("level", level), ("verdict", verdict)];
            out.gauge("tagledger_findings", &labels, &count.to_string());
        }
    }
    out.family("tagledger_compliance_ratio", "Share of what was judged without a violated finding.", Some("ratio"));
    for slice in &summary.compliance {
        let judged = slice.population.saturating_sub(slice.undetermined);
        // A share of nothing is no number.
        if judged > 0 {
            let share = slice.passed as f64 / judged as f64;
            out.gauge("tagledger_compliance_ratio", &[("by", &slice.by), ("name", &slice.name)], &format!("{share:.6}"));
        }
    }
}

fn seen(summary: &Summary, out: &mut Text) {
    let seen = &summary.seen;
    out.family("tagledger_coverage_places", "Accounts, subscriptions and projects, in their Regions, by how they were seen.", None);
    let states = [
        ("whole", seen.whole),
        ("listed", seen.listed),
        ("partial", seen.partial),
        ("denied", seen.denied),
        ("failed", seen.failed),
        ("skipped", seen.skipped),
    ];
    for (state, count) in states {
        out.gauge("tagledger_coverage_places", &[("state", state)], &count.to_string());
    }
    out.family("tagledger_coverage_scopes_no_longer_seen", "Scopes that runs of the last week looked at beside these, and this run did not.", None);
    out.gauge("tagledger_coverage_scopes_no_longer_seen", &[], &seen.no_longer.to_string());
}

fn environments(summary: &Summary, out: &mut Text) {
    out.family("tagledger_environment_resources", "Resources in each environment; empty for what is in none.", None);
    for row in &summary.environments {
        let name = row.environment.as_deref().unwrap_or_default();
        out.gauge("tagledger_environment_resources", &[("environment", name)], &row.resources.to_string());
    }
}

fn money(summary: &Summary, costs: &Costs, out: &mut Text) -> io::Result<()> {
    let month = costs.priced_month.as_deref().unwrap_or_default();
    out.family("tagledger_environment_cost", "What each environment cost in the last full month.", None);
    for row in &summary.environments {
        for money in &row.cost {
            let labels = [("environment", row.environment.as_deref().unwrap_or_default()), ("currency", &money.currency), ("month", month)];
            out.gauge("tagledger_environment_cost", &labels, &money.amount);
        }
    }
    let shown = shown_month(costs).unwrap_or_default();
    out.family("tagledger_cost", "Cost of the month by the keys of the report; empty for what is unattributed.", None);
    let mut names: Vec<String> = Vec::new();
    for key in &costs.by {
        // Letters that no label may have make two keys one name.
        let name = label(key);
        names.push(if names.contains(&name) { format!("{name}_{}", names.len() + 1) } else { name });
    }
    for cell in costs.cells.iter().filter(|cell| cell.month == shown) {
        let values = names.iter().map(String::as_str).zip(cell.values.iter().map(|value| value.as_deref().unwrap_or_default()));
        let labels: Vec<(&str, &str)> = values.chain([("currency", cell.currency.as_str()), ("measure", &costs.measure), ("month", shown)]).collect();
        out.gauge("tagledger_cost", &labels, &cell.amount);
    }
    out.family("tagledger_bill", "The bill's own sum of the month.", None);
    for total in &costs.totals {
        for (of, sum) in costs.months.iter().zip(&total.by_month).filter(|(of, _)| *of == shown) {
            out.gauge("tagledger_bill", &[("currency", &total.currency), ("measure", &costs.measure), ("month", of)], sum);
        }
    }
    out.family("tagledger_charges", "What of the month is charged for what.", None);
    for row in costs.charges.iter().filter(|row| row.month == shown) {
        let labels = [("kind", row.kind.as_str()), ("currency", &row.currency), ("measure", &costs.measure), ("month", shown)];
        out.gauge("tagledger_charges", &labels, &row.amount);
    }
    out.family("tagledger_at_stake", "What resources with violated findings cost in the last full month, each once in a family.", None);
    for family in &summary.families {
        for money in &family.at_stake {
            // Text that is no amount would be no metric.
            let sum: Amount = amount(&money.amount)?;
            out.gauge("tagledger_at_stake", &[("family", &family.family), ("currency", &money.currency), ("month", month)], &sum.to_string());
        }
    }
    Ok(())
}

/// A key as the name of a label: letters, digits and `_`, in small letters.
fn label(key: &str) -> String {
    let name: String = key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) || ["currency", "measure", "month"].contains(&name.as_str()) { format!("key_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_in_its_label() {
        assert_eq!(escaped("a\"} 1\\c"), "a\\\"} 1\\\\c");
        assert!(!escaped("a\nb").contains('\n'));
        let mut text = Text::default();
        for (name, value) in [("a\u{feff}", "1"), ("a\u{200b}", "2"), ("b", "1\n# EOF")] {
            text.gauge("m", &[("name", name)], value);
        }
        assert_eq!(text.out, "m{name=\"a�\"} 1\nm{name=\"a�\",again=\"2\"} 2\nm{name=\"b\"} NaN\n");
        assert_eq!((label("CostCenter"), label("1st-key"), label("Month")), ("costcenter".into(), "key_1st_key".into(), "key_month".into()));
    }
}
