//! What became of findings between two states.

use super::Source;
use super::state::{Known, Looked, Standing, State};
use crate::failure::Failure;
use crate::rows::each_finding;
use tagledger_engine::FindingSource;
use tagledger_model::Finding;
use tagledger_report::Changes;
use tagledger_report::diff::Change;

/// What became of a finding that was open before, by how it stands after; none where it is still open.
pub(crate) fn fate(now: Option<Standing>, after: &State, before: &State, known: &Known) -> Option<Change> {
    match now {
        Some(Standing::Open) => None,
        Some(Standing::Waived) => Some(Change::Waived),
        Some(Standing::Undetermined) => Some(Change::Unclear),
        None => Some(went(after, before, known)),
    }
}

/// What became of a finding that is not there any more.
fn went(after: &State, before: &State, known: &Known) -> Change {
    match after.looked_at(before, known) {
        Looked::Away => Change::NotSeen,
        Looked::AtPlace if known.is_about_resource => Change::Gone,
        Looked::AtPlace | Looked::AtResource => Change::Fixed,
    }
}

/// The open findings of a state that changed, in words, run by run and in the order of each.
pub(crate) fn words_of(
    state: &State,
    sources: &[Source<'_>],
    change: impl Fn(u64, &Known) -> Option<Change>,
    mut each: impl FnMut(Change, Finding),
) -> Result<(), Failure> {
    for at in &state.used {
        each_finding(&sources[*at].table("findings")?, &sources[*at].name(), |finding| {
            let known = finding.fingerprint.number().and_then(|number| Some((number, state.findings.get(&number)?)));
            if let Some(change) =
                known.filter(|(_, known)| known.source == *at && known.standing == Standing::Open).and_then(|(number, known)| change(number, known))
            {
                each(change, finding);
            }
        })?;
    }
    Ok(())
}

/// Counts what became of the open findings of before, and of now.
pub(super) fn count(findings: &FindingSource<'_>, before: &State, here: &State) -> Changes {
    let mut changes = Changes::default();
    let mut standings = std::collections::HashMap::new();
    for (number, verdict, waived, seen) in findings.known_since() {
        let standing = match (verdict, waived) {
            (tagledger_model::Verdict::Violated, false) => Standing::Open,
            (tagledger_model::Verdict::Violated, true) => Standing::Waived,
            (tagledger_model::Verdict::Undetermined, _) => Standing::Undetermined,
        };
        standings.insert(number, standing);
        if standing == Standing::Open {
            *match before.findings.get(&number).map(|known| known.standing) {
                Some(Standing::Open) => &mut changes.still,
                Some(_) => &mut changes.reopened,
                None if seen.is_new => &mut changes.new,
                None => &mut changes.first_looked_at,
            } += 1;
        }
    }
    for (number, known) in before.findings.iter().filter(|(_, known)| known.standing == Standing::Open) {
        let slot = match fate(standings.get(number).copied(), here, before, known) {
            Some(Change::Fixed) => &mut changes.fixed,
            Some(Change::Gone) => &mut changes.gone,
            Some(Change::Waived) => &mut changes.waived,
            Some(Change::Unclear) => &mut changes.unclear,
            Some(Change::NotSeen) => &mut changes.not_seen,
            Some(Change::New | Change::Reopened | Change::FirstLookedAt) | None => continue,
        };
        *slot += 1;
    }
    changes
}
