//! A page of a rule, taken apart. The form is described in pages/README.md. The end-to-end tests take their examples from here too.

use std::fmt;
use tagledger_model::{Finding, Timestamp, Verdict};

/// When examples are judged that do not say when: 2026-11-01T00:00:00Z.
const NOW: Timestamp = Timestamp(1_793_491_200);

/// The text of a fenced block, and the line of the page on which it begins.
pub struct Block {
    text: String,
    line: usize,
}

impl Block {
    /// The text alone.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text at its own place in the page, so that what a parser says about it points into the page.
    pub fn in_place(&self) -> String {
        "\n".repeat(self.line - 1) + &self.text
    }
}

/// One line of an `expect` block.
pub struct Expected {
    line: usize,
    rule: String,
    key: String,
    resource: String,
    message: String,
    mend: Option<String>,
}

impl Expected {
    fn parse(line: usize, text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split(" | ").map(str::trim).collect();
        let (rule, key, resource, message, mend) = match fields[..] {
            [rule, key, resource, message] => (rule, key, resource, message, None),
            [rule, key, resource, message, mend] => (rule, key, resource, message, Some(mend.to_owned())),
            _ => return Err(format!("{line}: `{text}` is not of the form `rule | key | resource | message | mend`")),
        };
        let owned = str::to_owned;
        Ok(Self { line, rule: owned(rule), key: owned(key), resource: owned(resource), message: owned(message), mend })
    }

    pub fn matches(&self, finding: &Finding) -> bool {
        let mend = finding.suggestion.as_ref().map(ToString::to_string);
        finding.rule == self.rule
            && finding.key.as_deref().unwrap_or("-") == self.key
            && finding.resource == self.resource
            && finding.message.contains(&self.message)
            && (self.mend.is_none() || self.mend == mend)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mend = self.mend.as_ref().map_or_else(String::new, |mend| format!(" | {mend}"));
        write!(f, "{} | {} | {} | {}{mend} (line {})", self.rule, self.key, self.resource, self.message, self.line)
    }
}

/// One example.
pub struct Example {
    pub line: usize,
    /// How the named findings end; none where there must be no finding.
    pub verdict: Option<Verdict>,
    pub now: Timestamp,
    /// Ids of scopes of which not everything was seen.
    pub unseen: Vec<String>,
    pub taxonomy: Option<Block>,
    pub inventory: Option<Block>,
    /// A FOCUS bill.
    pub bill: Option<Block>,
    pub expect: Vec<Expected>,
}

impl Example {
    fn parse(line: usize, heading: &str) -> Result<Self, String> {
        let verdict = match heading.split_once(": ") {
            Some(("Breaks", _)) => Some(Verdict::Violated),
            Some(("Undetermined", _)) => Some(Verdict::Undetermined),
            Some(("Passes", _)) => None,
            _ => return Err(format!("{line}: the heading of an example begins with `Breaks: `, `Undetermined: ` or `Passes: `")),
        };
        Ok(Self { line, verdict, now: NOW, unseen: Vec::new(), taxonomy: None, inventory: None, bill: None, expect: Vec::new() })
    }
}

/// A whole page.
#[derive(Default)]
pub struct Page {
    pub title: String,
    /// The line about family, level and version.
    pub facts: String,
    pub taxonomy: Option<Block>,
    /// Side files of the taxonomy, by name.
    pub files: Vec<(String, Block)>,
    pub examples: Vec<Example>,
}

/// Takes a page apart; a mistake in its form begins with its line.
pub fn parse(text: &str) -> Result<Page, String> {
    let line = |number: usize| text.lines().nth(number - 1).unwrap_or("").to_owned();
    let mut page = Page { title: line(1), facts: line(3), ..Page::default() };
    let mut open: Option<(String, Block)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        open = match (open.take(), line.strip_prefix("```")) {
            (Some((info, block)), Some("")) => {
                page.block(&info, block)?;
                None
            }
            (Some((info, mut block)), _) => {
                block.text.push_str(line);
                block.text.push('\n');
                Some((info, block))
            }
            (None, Some(info)) => Some((info.to_owned(), Block { text: String::new(), line: number + 1 })),
            (None, None) => {
                page.prose(number, line)?;
                None
            }
        };
    }
    match open {
        Some((info, block)) => Err(format!("{}: the block `{info}` is not closed", block.line - 1)),
        None => Ok(page),
    }
}

impl Page {
    fn prose(&mut self, number: usize, line: &str) -> Result<(), String> {
        if let Some(heading) = line.strip_prefix("### ") {
            self.examples.push(Example::parse(number, heading)?);
        } else if let Some(time) = line.strip_prefix("Judged at ") {
            let time = Timestamp::parse(time.trim_end_matches('.')).ok_or_else(|| format!("{number}: `{time}` is no time"))?;
            self.last(number)?.now = time;
        } else if let Some(scopes) = line.strip_prefix("Not seen whole: ") {
            self.last(number)?.unseen = scopes.trim_end_matches('.').split(", ").map(str::to_owned).collect();
        }
        Ok(())
    }

    fn last(&mut self, number: usize) -> Result<&mut Example, String> {
        self.examples.last_mut().ok_or_else(|| format!("{number}: there is no example yet"))
    }

    fn block(&mut self, info: &str, block: Block) -> Result<(), String> {
        let line = block.line;
        let twice = |old: Option<Block>| old.map_or(Ok(()), |_| Err(format!("{line}: this is the second block `{info}` here")));
        match (info, self.examples.last_mut()) {
            ("yaml taxonomy", None) => twice(self.taxonomy.replace(block)),
            ("yaml taxonomy", Some(example)) => twice(example.taxonomy.replace(block)),
            ("json inventory", Some(example)) => twice(example.inventory.replace(block)),
            ("csv bill", Some(example)) => twice(example.bill.replace(block)),
            ("expect", Some(example)) => {
                for (number, text) in (line..).zip(block.text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
                    example.expect.push(Expected::parse(number, text)?);
                }
                Ok(())
            }
            (info, None) if info.starts_with("csv ") && info != "csv bill" => {
                self.files.push((info.trim_start_matches("csv ").to_owned(), block));
                Ok(())
            }
            ("json inventory" | "csv bill" | "expect", None) => Err(format!("{line}: a block `{info}` belongs to an example")),
            _ => Ok(()),
        }
    }
}
