//! What a route is told when there is no run to tell of: that a night failed, in words that somebody else found.

use crate::gather::message_name;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Version of the document's shape; a receiver checks it first.
pub const ALARM_SCHEMA_VERSION: &str = "tagledger.alarm/1";

/// Bytes of text, at most: the end of a log has what went wrong, and nobody reads more in a message.
const MOST: usize = 4000;

/// One alarm to one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Alarm {
    /// `tagledger.alarm/1`.
    pub schema: String,
    /// The same for the same text, moment and route, however often it is sent.
    pub id: String,
    /// The route.
    pub route: String,
    /// Program and version.
    pub tool: String,
    /// When it was raised, RFC 3339, UTC.
    pub at: String,
    /// What happened: a line, or the end of a log whose first line is the title.
    pub text: String,
}

impl Alarm {
    /// For a route, raised at this moment. Of a long text the first line is kept, and the end.
    pub fn new(text: &str, at: &str, route: &str, tool: &str) -> Self {
        let text = shortened(text.trim());
        let id = message_name(Sha256::new().chain_update(&text).chain_update([0]).chain_update(at).chain_update([0]).chain_update(route));
        Self { schema: ALARM_SCHEMA_VERSION.to_owned(), id, route: route.to_owned(), tool: tool.to_owned(), at: at.to_owned(), text }
    }
}

fn shortened(text: &str) -> String {
    if text.len() <= MOST {
        return text.to_owned();
    }
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first: String = first.chars().take(MOST / 8).collect();
    let from = rest.len().saturating_sub(MOST - first.len());
    let from = (from..=rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
    // A line that was cut in its middle would read as if it began there.
    let whole = rest[from..].split_once('\n').map_or(&rest[from..], |(_, whole)| whole);
    format!("{first}\n…\n{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_the_title_and_the_end_are_kept() {
        let lines: Vec<String> = (0..2000).map(|n| format!("line {n} ä")).collect();
        let alarm = Alarm::new(&lines.join("\n"), "2026-11-01T00:00:00Z", "r", "t");
        assert!(alarm.text.starts_with("line 0 ä\n…\nline ") && alarm.text.ends_with("\nline 1999 ä"), "{}", alarm.text);
        assert!(alarm.text.len() <= MOST + 10);
        let again = Alarm::new(&lines.join("\n"), "2026-11-01T00:00:00Z", "r", "t");
        assert_eq!(alarm, again);
        assert_ne!(alarm.id, Alarm::new("x", "2026-11-01T00:00:00Z", "r", "t").id);
        assert!(Alarm::new(&"ä".repeat(9000), "", "", "").text.len() < MOST);
    }
}
