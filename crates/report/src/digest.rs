//! What one owner, or one application, has to mend: a CSV and a Markdown file, dearest first.

use crate::count::{grouped, money, plural};
use crate::gate::markdown::cell as markdown;
use crate::{MoneyRow, Sink, Summary};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use tagledger_model::{Amount, Finding, Level, Text};

/// Findings that the Markdown file shows; all are in the CSV file.
const SHOWN: usize = 200;

/// The findings of one value of a key.
#[derive(Debug, Clone, Copy)]
pub struct Digest<'a> {
    /// The key.
    pub key: &'a str,
    /// Its value; none for what has none.
    pub value: Option<&'a str>,
    /// Open findings: violated, and not waived.
    pub findings: &'a [Finding],
}

/// Puts findings in the order of a digest: dearest first, then the loudest, then as they are.
pub fn sort(findings: &mut [Finding]) {
    let weight = |f: &Finding| f.money.iter().map(|money| money.amount.0).max().unwrap_or(0);
    findings.sort_by_key(|f| (std::cmp::Reverse(weight(f)), std::cmp::Reverse(f.level)));
}

impl Digest<'_> {
    /// Writes `<name>.csv` and `<name>.md`.
    pub fn write(&self, summary: &Summary, name: &str, out: &mut dyn Sink) -> io::Result<()> {
        crate::csv::some_findings(summary, self.findings, out.file(&format!("{name}.csv"))?)?;
        let mut file = out.file(&format!("{name}.md"))?;
        self.markdown(summary, name, &mut file)?;
        file.flush()
    }

    fn markdown(&self, summary: &Summary, name: &str, out: &mut dyn Write) -> io::Result<()> {
        let who = self.value.map_or_else(|| format!("Without {}", markdown(self.key)), |value| format!("{} {}", markdown(self.key), markdown(value)));
        writeln!(out, "# {who}: what to mend\n")?;
        let errors = self.findings.iter().filter(|f| f.level == Level::Error).count() as u64;
        let resources: BTreeSet<(&str, &Text)> = self.findings.iter().filter(|f| !f.is_sum()).map(|f| (f.cloud.as_str(), &f.resource)).collect();
        let month = summary.costs.as_ref().and_then(|costs| costs.priced_month.as_deref());
        let stake = money(&self.at_stake())?;
        let stake = month.filter(|_| stake != "–").map_or_else(String::new, |month| format!(" They cost {stake} in {}.", markdown(month)));
        let counts = format!("{} on {}", plural(self.findings.len() as u64, "finding"), plural(resources.len() as u64, "resource"));
        writeln!(out, "{counts}, {} at level error, as of {}.{stake}\n", grouped(errors), markdown(&summary.started))?;
        writeln!(out, "| level | what is wrong | resource | what to do | a month |\n|---|---|---|---|---:|")?;
        for f in self.findings.iter().take(SHOWN) {
            let price: Vec<String> = f.money.iter().map(|money| format!("{} {}", money.amount.grouped(), money.currency)).collect();
            let cells = [
                f.level.word().to_owned(),
                f.message.clone(),
                f.resource.to_string(),
                f.suggestion.as_ref().map(ToString::to_string).unwrap_or_default(),
                price.join(" + "),
            ];
            writeln!(out, "| {} |", cells.iter().map(|cell| markdown(cell)).collect::<Vec<_>>().join(" | "))?;
        }
        if self.findings.len() > SHOWN {
            writeln!(out, "\n{} more are in {}.csv.", grouped((self.findings.len() - SHOWN) as u64), markdown(name))?;
        }
        writeln!(out, "\n`tagledger explain <rule>` says what a rule is for, and how to mend what it finds.")
    }

    /// What the resources cost, each once.
    fn at_stake(&self) -> Vec<MoneyRow> {
        let (mut seen, mut sums) = (BTreeSet::new(), BTreeMap::<&Text, Amount>::new());
        for f in self.findings.iter().filter(|f| !f.is_sum()) {
            if seen.insert((f.cloud.as_str(), &f.resource)) {
                for money in &f.money {
                    *sums.entry(&money.currency).or_default() += money.amount;
                }
            }
        }
        sums.into_iter().map(|(currency, amount)| MoneyRow { currency: currency.to_string(), amount: amount.to_string() }).collect()
    }
}
