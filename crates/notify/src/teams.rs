//! Microsoft Teams: a message with one Adaptive Card, as its Workflows take it
//! (<https://learn.microsoft.com/power-automate/teams/send-a-message-in-teams>, <https://adaptivecards.io/explorer/TextRun.html>).
//!
//! All text stands in runs of a `RichTextBlock`, which know no Markdown: what a cloud said is shown as it is. Only a `TextBlock` would make links of it.

use crate::words::{Item, Words};
use serde_json::{Value, json};

/// Bytes of a message: about 28 KB are taken, and what they are counted in is not said, so some are left over.
const BYTES: usize = 24 * 1024;

/// The body of the call: as many findings as there is room for.
pub(crate) fn body(words: &Words) -> Value {
    let mut shown = words.items.len();
    loop {
        let body = with(words, shown);
        // Counted as UTF-16, which is how Teams counts a message's size elsewhere, or as UTF-8, whichever is more.
        let text = body.to_string();
        if shown == 0 || text.len().max(text.encode_utf16().count()) <= BYTES {
            return body;
        }
        shown -= 1;
    }
}

fn with(words: &Words, shown: usize) -> Value {
    let mut blocks = vec![block(&[run(&words.title, &json!({ "size": "large", "weight": "bolder" }))], "none", false)];
    blocks.extend(words.facts.iter().map(|fact| block(&[run(fact, &json!({}))], "small", false)));
    blocks.extend(words.items[..shown].iter().flat_map(item));
    blocks.extend(words.rest(shown).map(|rest| block(&[run(&rest, &json!({}))], "medium", true)));
    blocks.push(block(&[run(&words.foot, &json!({ "size": "small", "isSubtle": true }))], "medium", false));
    let actions: Vec<Value> = words.link.iter().map(|link| json!({ "type": "Action.OpenUrl", "title": "Open the report", "url": link })).collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": { "width": "Full" },
                "body": blocks,
                "actions": actions,
            },
        }],
    })
}

fn item(item: &Item) -> Vec<Value> {
    let head = block(&[run(&item.head, &json!({ "weight": "bolder" }))], "medium", true);
    std::iter::once(head).chain(item.lines.iter().map(|line| block(&[run(line, &json!({}))], "none", false))).collect()
}

fn block(runs: &[Value], spacing: &str, separator: bool) -> Value {
    json!({ "type": "RichTextBlock", "inlines": runs, "spacing": spacing, "separator": separator })
}

fn run(text: &str, look: &Value) -> Value {
    let mut run = json!({ "type": "TextRun", "text": text });
    for (name, value) in look.as_object().into_iter().flatten() {
        run[name] = value.clone();
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::hostile;

    /// Every element of the card by its type.
    fn types(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("type").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|value| types(value, found));
            }
            Value::Array(all) => all.iter().for_each(|value| types(value, found)),
            _ => {}
        }
    }

    #[test]
    fn nothing_that_a_cloud_said_is_read_as_markdown() {
        let text = "[click](javascript:alert) **bold** <at>everyone</at>";
        let body = body(&Words::of(&hostile(text)));
        let mut found = Vec::new();
        types(&body, &mut found);
        found.sort();
        found.dedup();
        assert_eq!(found, ["Action.OpenUrl", "AdaptiveCard", "RichTextBlock", "TextRun", "message"], "a TextBlock, or a FactSet, would read Markdown");
        let card = &body["attachments"][0]["content"];
        assert_eq!(body["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
        assert!(card["body"].as_array().unwrap().iter().any(|block| block["inlines"][0]["text"] == text), "as it is: {card:#}");
        assert!(card["msteams"].get("entities").is_none(), "without entities nobody is mentioned");
    }

    #[test]
    fn a_card_stays_within_the_limit_and_says_what_it_leaves_out() {
        let mut words = Words::of(&hostile("漢字"));
        let item = Item { head: "漢".repeat(400), lines: vec!["x".repeat(400); 5] };
        words.items = vec![item; 60];
        let body = body(&words).to_string();
        assert!(body.len() <= BYTES && body.len() > BYTES / 2, "{}", body.len());
        assert!(body.contains("findings more in the report."));
    }
}
