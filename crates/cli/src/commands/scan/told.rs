//! What a scan says of its run on standard error, where standard output does not: the line that an unattended night leaves in a log.

use crate::log;
use std::path::Path;
use tagledger_model::Amount;
use tagledger_report::{Summary, plural};

/// Tells of a run that stands.
pub(super) fn written(summary: &Summary, out: &Path, is_shown: bool) {
    let count = |of: fn(&tagledger_report::RuleSummary) -> u64| summary.rules.iter().map(of).sum::<u64>();
    let totals = summary.costs.iter().flat_map(|costs| &costs.totals);
    let digits = |text: &str| if log::is_json() { text.to_owned() } else { Amount::of_sum(text).map_or_else(|_| text.to_owned(), Amount::grouped) };
    let cost = totals.map(|total| format!("{} {}", digits(&total.bill), total.currency)).collect::<Vec<_>>().join(", ");
    let (n, seen, changes) = (&summary.inventory, &summary.seen, summary.history.as_ref());
    let mut words = vec![
        format!("{}: {} (exit {})", out.display(), summary.exit.why.trim_end_matches('.'), summary.exit.code),
        format!("{} in {}", plural(n.resources, "resource"), plural(n.scopes, "scope")),
        seen.sentence(),
    ];
    words.extend(changes.map(tagledger_report::Changes::sentence));
    words.extend(Some(format!("Cost: {cost}")).filter(|_| !cost.is_empty()));
    if !log::is_json() {
        if is_shown {
            log::say(&format!("{}.", words.join(". ")));
        }
        return;
    }
    tracing::info!(
        event = "run.written",
        message = words.join(". "),
        out = %out.display(),
        exit_code = summary.exit.code,
        resources = n.resources,
        scopes = n.scopes,
        violated = count(|rule| rule.violated),
        undetermined = count(|rule| rule.undetermined),
        waived = count(|rule| rule.waived),
        places = seen.places,
        places_not_whole = seen.gaps(),
        new = changes.map(|changes| changes.new),
        fixed = changes.map(|changes| changes.fixed),
        cost = Some(cost).filter(|cost| !cost.is_empty()),
    );
}
