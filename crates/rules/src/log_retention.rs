//! `log-retention`: what keeps logs keeps them for a shorter or a longer time than its Environment asks for.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table, any};
use tagledger_model::{Level, Retention as Kept, Suggestion};
use tagledger_taxonomy::Retention;

pub struct LogRetention;

const DAY: i64 = 86_400;

static META: RuleMeta = RuleMeta {
    id: "log-retention",
    family: Family::MisStaged,
    level: Level::Warn,
    since: "0.1.0",
    summary: "Logs are kept for a shorter or a longer time than their Environment asks for",
    options: &[],
    page: include_str!("../pages/log-retention.md"),
};

impl Rule for LogRetention {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn judges_facts(&self) -> bool {
        true
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        let retention = &cx.taxonomy().retention;
        if retention.is_empty() || !cx.is_known(|facts| facts.retention.is_some()) {
            return Vec::new();
        }
        // Each Environment by itself: a row is in one of them at most.
        let breaks = retention.iter().map(|(name, wanted)| {
            let short = wanted.min.map(|min| cx.keeps_less_than(whole_days(min)));
            let long = wanted.max.map(|max| cx.keeps_more_than(whole_days(max)));
            cx.judged_by_environment(|environment| Some(environment == name)).and(any(short.into_iter().chain(long)))
        });
        vec![Check::Columns {
            table: Table::Resources,
            key: None,
            // Whether a time is asked for at all cannot be said where the Environment is not known.
            population: cx
                .keeps_forever()
                .is_not_null()
                .and(cx.judged_by_kind(|_, shared| shared == Some("monitoring.logs")))
                .and(cx.judged_by_environment(|environment| Some(retention.contains_key(environment.as_str()))).fill_null(true)),
            violated: any(breaks),
            demanded_by: None,
        }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some((resource, fact)) = hit.resource.and_then(|r| Some((r, r.facts()?.retention?))) else { return words::summary(&META) };
        let kept = match fact.value {
            Kept::Forever => "for ever".to_owned(),
            Kept::Days(days) => format!("for {}", words::days(i64::from(days))),
        };
        let wanted = resource.environment().and_then(|name| resource.taxonomy().retention.get_key_value(name.as_str()));
        let (message, suggestion) = match wanted.filter(|_| hit.is_violated()) {
            Some((name, wanted)) => {
                let (asks, days) = asked(*wanted, fact.value);
                (
                    format!("It keeps logs {kept}, and {name} asks for {asks}"),
                    Some(Suggestion::Other { text: format!("Let it keep them for {}", words::days(days)) }),
                )
            }
            None => (format!("It keeps logs {kept}; which Environment it is in is not known, so whether that is right cannot be said"), None),
        };
        Explanation { message, evidence: Some(words::proof(&fact.proof)), suggestion, ..Explanation::default() }
    }
}

/// What is asked for, in words, and the days that would do.
fn asked(wanted: Retention, kept: Kept) -> (String, i64) {
    let is_short = matches!((kept, wanted.min), (Kept::Days(days), Some(min)) if i64::from(days) < whole_days(min));
    match (is_short, wanted.min.map(whole_days), wanted.max) {
        (true, Some(min), _) => (format!("{min} at least"), min),
        (_, _, Some(max)) => (format!("{} at most", whole_days(max)), whole_days(max)),
        (_, min, None) => (String::from("another time"), min.unwrap_or_default()),
    }
}

/// Services count in whole days: at least 36 hours is two of them.
const fn whole_days(seconds: i64) -> i64 {
    seconds / DAY + (seconds % DAY != 0) as i64
}
