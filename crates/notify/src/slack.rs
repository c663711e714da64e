//! Slack: Block Kit for an incoming webhook (<https://docs.slack.dev/reference/block-kit/blocks>).
//!
//! What a cloud said stands in `plain_text` only, which Slack shows as it is: no link, no mention, no formatting, no emoji. `&`, `<` and `>` are escaped
//! everywhere, because `<!channel>` wakes everybody.

use crate::words::Words;
use serde_json::{Value, json};

/// Blocks of a message.
const BLOCKS: usize = 50;
/// Characters of a section's text.
const SECTION: usize = 3000;
/// Characters of a header.
const HEADER: usize = 150;
/// Blocks that are no findings: header, facts, divider, what is not listed, link, foot.
const OTHERS: usize = 6;

/// The body of the call.
pub(crate) fn body(words: &Words) -> Value {
    let shown = words.items.len().min(BLOCKS - OTHERS);
    let mut blocks = vec![json!({ "type": "header", "text": plain(&words.title, HEADER) }), section(&words.facts.join("\n"))];
    if shown > 0 {
        blocks.push(json!({ "type": "divider" }));
    }
    for item in &words.items[..shown] {
        let lines: Vec<&str> = std::iter::once(item.head.as_str()).chain(item.lines.iter().map(String::as_str)).collect();
        blocks.push(section(&lines.join("\n")));
    }
    blocks.extend(words.rest(shown).map(|rest| section(&rest)));
    if let Some(link) = &words.link {
        // The address is the settings' own; whatever could end it is a part of no address.
        let link = escaped(link, SECTION - 32).replace('|', "%7C");
        blocks.push(json!({ "type": "section", "text": { "type": "mrkdwn", "verbatim": true, "text": format!("<{link}|Open the report>") } }));
    }
    blocks.push(json!({ "type": "context", "elements": [plain(&words.foot, SECTION)] }));
    // The text stands in notifications, and wherever blocks cannot be shown.
    json!({ "text": escaped(&words.title, SECTION), "blocks": blocks, "unfurl_links": false, "unfurl_media": false })
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": plain(text, SECTION) })
}

fn plain(text: &str, most: usize) -> Value {
    json!({ "type": "plain_text", "text": escaped(text, most), "emoji": false })
}

/// Escaped, and of so many characters at most once it is.
fn escaped(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut length = 0;
    for c in text.chars() {
        let mut buffer = [0; 4];
        let one: &str = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            _ => c.encode_utf8(&mut buffer),
        };
        length += one.chars().count();
        if length >= most {
            out.push('…');
            break;
        }
        out.push_str(one);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Item;
    use crate::words::tests::hostile;

    fn texts(value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(map) => {
                if let (Some(kind), Some(text)) = (map.get("type").and_then(Value::as_str), map.get("text").and_then(Value::as_str)) {
                    found.push((kind.to_owned(), text.to_owned()));
                }
                map.values().for_each(|value| texts(value, found));
            }
            Value::Array(all) => all.iter().for_each(|value| texts(value, found)),
            _ => {}
        }
    }

    #[test]
    fn nobody_is_mentioned_and_nothing_becomes_a_link() {
        let body = body(&Words::of(&hostile("<!channel> @here <https://evil.example|click> & *bold* :tada:")));
        assert!(!body["text"].as_str().unwrap().contains('<'), "{body}");
        let mut found = Vec::new();
        texts(&body["blocks"], &mut found);
        assert!(found.len() > 4);
        for (kind, text) in found {
            if kind == "mrkdwn" {
                assert_eq!(text, "<https://reports.example.com/a?b=1&amp;c=2|Open the report>");
            } else {
                assert!(kind == "plain_text" && !text.contains(['<', '>']), "{kind}: {text}");
            }
        }
        assert!(body.to_string().contains("&lt;!channel&gt; @here"));
    }

    #[test]
    fn a_message_stays_within_the_limits() {
        let item = Item { head: "&".repeat(400), lines: vec!["&".repeat(400); 5] };
        let mut words = Words::of(&hostile("x"));
        (words.items, words.title) = (vec![item; 100], "&".repeat(140));
        let body = body(&words);
        let blocks = body["blocks"].as_array().unwrap();
        assert_eq!(blocks.len(), BLOCKS);
        assert!(body.to_string().contains("56 findings more in the report."));
        let mut found = Vec::new();
        texts(&body["blocks"], &mut found);
        assert!(found.iter().all(|(_, text)| text.chars().count() <= SECTION));
        assert!(blocks[0]["text"]["text"].as_str().unwrap().chars().count() <= HEADER);
    }
}
