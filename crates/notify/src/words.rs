//! The message in words, for people: the same whatever the channel, which only lays it out and makes it inert.

use crate::alarm::Alarm;
use crate::news::{News, Told};
use tagledger_model::{Amount, Money};
use tagledger_report::diff::Change;
use tagledger_report::{exact, grouped, plural, visible};

/// Characters of one text of a finding, at most: ids are shorter, and what is longer was written to be long.
const MOST: usize = 400;
/// Characters of a title, at most.
const TITLE: usize = 140;

/// All of it. Nothing that cannot be seen is left in it, and each text is one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    /// One line.
    pub title: String,
    /// Sentences about the run.
    pub facts: Vec<String>,
    /// The findings.
    pub items: Vec<Item>,
    /// Findings of the route that are not among them.
    pub not_listed: u64,
    /// Where the report is.
    pub link: Option<String>,
    /// Who sent it, of which run, to which route.
    pub foot: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// Money, rule, level, whether it is new.
    pub head: String,
    /// What is wrong, where, whose, what to do: one line each.
    pub lines: Vec<String>,
}

impl Words {
    pub fn of(news: &News) -> Self {
        let day = news.started.get(..10).unwrap_or(&news.started);
        Self {
            title: clip(&format!("Tagledger {day}: {}", headline(news)), TITLE),
            facts: facts(news).iter().map(|fact| clip(fact, MOST)).collect(),
            items: news.findings.iter().map(item).collect(),
            not_listed: news.not_listed,
            link: news.report_url.clone(),
            foot: clip(&format!("{} · run of {} · route {}", news.tool, news.started, news.route), MOST),
        }
    }

    /// An alarm: its first line is the title.
    pub fn of_alarm(alarm: &Alarm) -> Self {
        let (title, rest) = alarm.text.split_once('\n').unwrap_or((&alarm.text, ""));
        let facts: Vec<String> = rest.lines().filter(|line| !line.trim().is_empty()).map(|line| clip(line, MOST)).collect();
        Self {
            title: clip(&format!("Tagledger: {title}"), TITLE),
            // A message needs a body.
            facts: if facts.is_empty() { vec![clip(title, MOST)] } else { facts },
            items: Vec::new(),
            not_listed: 0,
            link: None,
            foot: clip(&format!("{} · {} · route {}", alarm.tool, alarm.at, alarm.route), MOST),
        }
    }

    /// What is said of findings that are not among the first `shown`.
    pub fn rest(&self, shown: usize) -> Option<String> {
        let rest = self.not_listed + self.items.len().saturating_sub(shown) as u64;
        (rest > 0).then(|| format!("{} more in the report.", plural(rest, "finding")))
    }
}

/// One line, in which everything can be seen, of so many characters at most.
fn clip(text: &str, most: usize) -> String {
    let seen = visible(text);
    if seen.chars().count() <= most { seen.into_owned() } else { seen.chars().take(most - 1).chain(['…']).collect() }
}

/// `1,234.50 USD + 3.00 EUR`: side by side, never added.
fn money(all: &[Money]) -> String {
    all.iter().map(Money::to_string).collect::<Vec<_>>().join(" + ")
}

fn headline(news: &News) -> String {
    let fresh = news.counts.fresh();
    let mut words = match (fresh, news.counts.still) {
        (0, _) if !news.findings.is_empty() => format!("nothing new, {} still open", plural(news.findings.len() as u64 + news.not_listed, "finding")),
        (0, _) => "nothing new".to_owned(),
        (fresh, _) if news.since.is_none() => format!("{} in the first run", plural(fresh, "finding")),
        (fresh, _) => format!("{} new finding{}", grouped(fresh), if fresh == 1 { "" } else { "s" }),
    };
    if !news.at_stake.is_empty() {
        words = format!("{words}, {} a month", money(&news.at_stake));
    }
    if news.is_complete { words } else { format!("{words}; coverage is incomplete") }
}

fn facts(news: &News) -> Vec<String> {
    let mut facts = vec![format!("{} (exit {}).", capital(news.exit.why.trim_end_matches('.')), news.exit.code)];
    if !news.is_complete {
        facts.push(format!("Coverage is incomplete. {}.", news.seen));
    }
    facts.push(format!("{}.", counts(news)));
    for total in &news.totals {
        let digits = |text: &str| Amount::of_sum(text).map_or_else(|_| text.to_owned(), exact);
        let (report, currency) = (digits(&total.report), &total.currency);
        facts.push(if total.equal {
            format!("Costs come to {report} {currency}, to the last digit what the bill says.")
        } else {
            format!("Costs come to {report} {currency}, and the bill says {} {currency}: they differ.", digits(&total.bill))
        });
    }
    if let Some(month) = news.priced_month.as_ref().filter(|_| !news.at_stake.is_empty()) {
        facts.push(format!("What these findings are about cost {} in {month}, each resource counted once.", money(&news.at_stake)));
    }
    facts
}

fn counts(news: &News) -> String {
    let counts = &news.counts;
    let mut words = vec![format!("{} new", grouped(counts.new))];
    let mut also = |count: u64, word: &str| {
        if count > 0 {
            words.push(format!("{} {word}", grouped(count)));
        }
    };
    also(counts.reopened, "open again");
    also(counts.first_looked_at, "where nobody had looked before");
    if let Some(away) = counts.away.filter(|_| news.since.is_some()) {
        also(away.fixed, "fixed");
        also(away.gone, "gone with their resources");
        also(away.waived, "waived");
        also(away.unclear, "undetermined now");
        also(away.not_seen, "not seen again, nor their places whole");
    }
    words.push(format!("{} still open", grouped(counts.still)));
    let since = news.since.as_ref().map_or_else(|| "In the first run".to_owned(), |since| format!("Since {since}"));
    format!("{since}: {}", words.join(", "))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn item(told: &Told) -> Item {
    let f = &told.finding;
    let change = match told.change {
        None => "still open",
        Some(Change::FirstLookedAt) => "first looked at",
        Some(change) => change.word(),
    };
    let price = if f.money.is_empty() { None } else { Some(format!("{} a month", money(&f.money))) };
    let head: Vec<String> = price.into_iter().chain([f.rule.to_string(), f.level.word().to_owned(), change.to_owned()]).collect();
    let named = |key: &str, value: Option<&str>| value.map_or_else(|| format!("no {key}"), |value| format!("{key} {value}"));
    let name = f.name.as_ref().filter(|name| **name != f.resource).map(|name| format!(" “{name}”")).unwrap_or_default();
    let whose =
        [named("Environment", f.environment.as_deref()), named("Application", f.application.as_deref()), named("Owner", f.owner.as_deref())].join(" · ");
    let mut lines = vec![f.message.clone(), format!("{} {}{name}, in {} {}", f.kind, f.resource, f.cloud, f.scope), whose];
    lines.extend(f.suggestion.as_ref().map(|todo| format!("To do: {todo}")));
    lines.push(format!("tagledger explain {}", f.fingerprint.0));
    Item { head: clip(&head.join(" · "), MOST), lines: lines.iter().map(|text| clip(text, MOST)).collect() }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::gather::tests::{finding, news_of, route, summary};
    use crate::news::Total;
    use tagledger_model::Finding;

    /// News with one finding whose every word is this text.
    pub(crate) fn hostile(text: &str) -> News {
        let all = Finding {
            rule: "missing-required-key".into(),
            resource: text.into(),
            kind: text.into(),
            scope: text.into(),
            name: Some(format!("{text}.").into()),
            environment: Some(text.into()),
            application: Some(text.into()),
            owner: Some(text.into()),
            message: text.to_owned(),
            suggestion: Some(tagledger_model::Suggestion::Other { text: text.to_owned() }),
            ..finding(text, None, &[("1.5", text)])
        };
        let mut news = news_of(&summary(), &route(), &[(all, Some(Change::New))]).unwrap();
        news.report_url = Some("https://reports.example.com/a?b=1&c=2".to_owned());
        news
    }

    #[test]
    fn the_words_say_what_is_new_what_it_costs_and_that_the_sum_is_the_bill() {
        let new = [(finding("vm-1", Some("production"), &[("1234.5", "EUR"), ("3", "USD")]), Some(Change::New)), (finding("vm-2", None, &[]), None)];
        let mut news = news_of(&summary(), &route(), &new).unwrap();
        news.priced_month = Some("2026-10".to_owned());
        let total =
            |currency: &str, bill: &str, equal| Total { currency: currency.to_owned(), report: "12345.000000000001".to_owned(), bill: bill.to_owned(), equal };
        news.totals = vec![total("EUR", "12345.000000000001", true), total("USD", "1.00", false)];
        let words = Words::of(&news);
        assert_eq!(words.title, "Tagledger 2026-11-02: 1 new finding, 1,234.50 EUR + 3.00 USD a month");
        assert_eq!(
            words.facts,
            [
                "3 violated findings at level error or above (exit 1).",
                "Since 2026-11-01T01:00:00Z: 1 new, 1 still open.",
                "Costs come to 12,345.000000000001 EUR, to the last digit what the bill says.",
                "Costs come to 12,345.000000000001 USD, and the bill says 1.00 USD: they differ.",
                "What these findings are about cost 1,234.50 EUR + 3.00 USD in 2026-10, each resource counted once.",
            ]
        );
        assert_eq!(words.items[0].head, "1,234.50 EUR + 3.00 USD a month · missing-required-key · error · new");
        assert_eq!(
            words.items[0].lines,
            [
                "Owner is missing",
                "vm vm-1, in onprem dc-1",
                "Environment production · Application shop · Owner jane",
                "To do: set Owner",
                "tagledger explain 0123456789abcdef"
            ]
        );
        assert_eq!((words.rest(1), words.rest(0).as_deref()), (None, Some("1 finding more in the report.")));
    }

    #[test]
    fn each_text_is_one_line_of_what_can_be_seen_and_is_not_too_long() {
        let words = Words::of(&hostile(&format!("a\r\nBcc: x\u{202e}{}", "y".repeat(9999))));
        for text in words.items[0].lines.iter().chain([&words.title, &words.items[0].head]) {
            assert!(!text.contains(['\r', '\n', '\u{202e}']), "{text}");
        }
        assert!(words.items[0].lines.iter().all(|text| text.chars().count() <= MOST));
    }
}
