//! Which suggestions are sure enough to stand in a script, and which are for a person to decide.

use crate::words;
use tagledger_model::{Finding, Suggestion};

/// What follows from the taxonomy alone: another spelling of a key or a value, and a value that a container lends in the place of an empty one. What is
/// only likely, such as the nearest known value or the stage of a container, is not.
pub fn is_certain(finding: &Finding) -> bool {
    match (&finding.suggestion, finding.rule.as_str()) {
        (Some(Suggestion::RenameTag { .. }), "nonstandard-key") | (Some(Suggestion::SetTag { value: Some(_), .. }), "nonstandard-value") => true,
        // Lent by a container, whose name stands there instead of the resource's own tag.
        (Some(Suggestion::SetTag { value: Some(_), .. }), "empty-value") => finding.provenance.as_deref().is_some_and(words::is_container),
        _ => false,
    }
}
