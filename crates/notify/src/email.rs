//! E-mail: a message in plain text and in HTML (RFC 5322, RFC 2046).
//!
//! What a cloud said is one line of visible characters by then, so that no header can be made of it; in HTML it is escaped.

use crate::clock::Clock;
use crate::route::Mail;
use crate::words::Words;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use std::fmt::Write;

/// The message of a route; an error says what of the addresses is none.
pub(crate) fn message(id: &str, words: &Words, mail: &Mail, clock: &dyn Clock) -> Result<lettre::Message, String> {
    let from = mailbox(&mail.from)?;
    // Always the same for the same run and route: a mailbox that has it already knows it again.
    let name = format!("<{id}@{}>", from.email.domain());
    let mut builder = lettre::Message::builder().from(from).subject(&words.title).date(clock.now()).message_id(Some(name));
    for to in &mail.to {
        builder = builder.to(mailbox(to)?);
    }
    // No holiday note is sent to a program.
    let builder = header(builder, "Auto-Submitted", "auto-generated");
    // A boundary by chance would make other bytes of the same message.
    let parts = MultiPart::alternative().boundary(id).singlepart(SinglePart::plain(text(words))).singlepart(SinglePart::html(html(words)));
    builder.multipart(parts).map_err(|error| error.to_string())
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|error| format!("{text}: {error}"))
}

fn header(builder: MessageBuilder, name: &'static str, value: &str) -> MessageBuilder {
    builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()))
}

fn text(words: &Words) -> String {
    let mut out = format!("{}\n\n", words.title);
    for fact in &words.facts {
        let _written = writeln!(out, "{fact}");
    }
    for item in &words.items {
        let _written = writeln!(out, "\n* {}", item.head);
        for line in &item.lines {
            let _written = writeln!(out, "  {line}");
        }
    }
    if let Some(rest) = words.rest(words.items.len()) {
        let _written = writeln!(out, "\n{rest}");
    }
    if let Some(link) = &words.link {
        let _written = writeln!(out, "\nThe report: {link}");
    }
    // By this line mail programs know where a signature begins.
    let _written = writeln!(out, "\n-- \n{}", words.foot);
    out
}

fn html(words: &Words) -> String {
    let mut out =
        String::from("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"></head>\n<body style=\"font-family:sans-serif;max-width:60em\">\n");
    let _written = writeln!(out, "<h1 style=\"font-size:1.3em\">{}</h1>", escaped(&words.title));
    for fact in &words.facts {
        let _written = writeln!(out, "<p style=\"margin:0.3em 0\">{}</p>", escaped(fact));
    }
    if !words.items.is_empty() {
        out.push_str("<ol>\n");
        for item in &words.items {
            let lines: Vec<String> = item.lines.iter().map(|line| escaped(line)).collect();
            let _written = writeln!(out, "<li style=\"margin:0.8em 0\"><strong>{}</strong><br>\n{}</li>", escaped(&item.head), lines.join("<br>\n"));
        }
        out.push_str("</ol>\n");
    }
    if let Some(rest) = words.rest(words.items.len()) {
        let _written = writeln!(out, "<p>{}</p>", escaped(&rest));
    }
    if let Some(link) = &words.link {
        let _written = writeln!(out, "<p><a href=\"{}\">Open the report</a></p>", escaped(link));
    }
    let _written = writeln!(out, "<p style=\"color:#666;font-size:0.85em\">{}</p>\n</body></html>", escaped(&words.foot));
    out
}

/// For text and for values in double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::tests::Told;
    use crate::route::Tls;
    use crate::words::tests::hostile;

    fn mail() -> Mail {
        Mail {
            host: "smtp.example.com".into(),
            port: 587,
            tls: Tls::StartTls,
            login: None,
            from: "Tagledger <tagledger@example.com>".into(),
            to: vec!["finops@example.com".into(), "Jané Doe <jane@example.com>".into()],
            ca: None,
        }
    }

    #[test]
    fn headers_are_ours_whatever_a_cloud_said() {
        let news = hostile("x\r\nBcc: everybody@example.com\r\n\r\n<script>alert(1)</script>");
        let words = Words::of(&news);
        let sent = message(&news.id, &words, &mail(), &Told::at(1_700_000_000)).unwrap();
        let text = String::from_utf8(sent.formatted()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ");
        let mut names: Vec<&str> = unfolded.lines().map(|line| line.split_once(':').unwrap().0).collect();
        names.sort_unstable();
        assert_eq!(names, ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"]);
        assert!(unfolded.contains("Date: Tue, 14 Nov 2023 22:13:20 +0000") && unfolded.contains(&format!("Message-ID: <{}@example.com>", news.id)), "{head}");
        assert_eq!(sent.envelope().to().len(), 2, "nobody else gets it");
        let html = html(&words);
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;"), "{html}");
        assert!(html.contains("href=\"https://reports.example.com/a?b=1&amp;c=2\""));
    }
}
