//! A file as the documents in it: decoded, without what a wrapper printed before them, and with a name for each common mistake.

#[cfg(test)]
mod tests;

use crate::PlanError;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file that was read, as UTF-8 text.
#[derive(Debug)]
pub struct PlanFile {
    /// The path as the user named it; `-` for standard input.
    pub path: Arc<str>,
    pub(crate) text: String,
}

/// What kind of text a document is.
#[derive(Debug)]
pub enum Form<'t> {
    /// A JSON object: its members, unparsed.
    Object(BTreeMap<Cow<'t, str>, &'t RawValue>),
    /// A JSON array, unparsed.
    Array,
    /// One JSON object a line, each an event with a `sequence`: a log that is read as a whole.
    Events,
    /// Anything else: YAML, if it is anything.
    Text,
}

/// One document of a file.
#[derive(Debug)]
pub struct Document<'t> {
    /// The file.
    pub path: &'t Arc<str>,
    /// The document's own text.
    pub text: &'t str,
    /// The line of the file on which it begins, from 1.
    pub line: usize,
    /// What it is.
    pub form: Form<'t>,
}

impl<'t> Document<'t> {
    /// A member of a JSON object, unparsed.
    pub fn member(&self, name: &str) -> Option<&'t RawValue> {
        if let Form::Object(members) = &self.form { members.get(name).copied() } else { None }
    }

    /// Whether it is a JSON object with such a member.
    pub fn has(&self, name: &str) -> bool {
        self.member(name).is_some()
    }
}

/// Larger than any real plan by far.
const MOST_BYTES: u64 = 4 << 30;

/// Reads a file, or standard input for `-`.
pub fn open(path: &std::path::Path) -> Result<PlanFile, PlanError> {
    // Whoever reads a report of a pipeline knows files by where they are in the repository, not by where that was checked out.
    let here = std::env::current_dir().ok().filter(|_| path.is_absolute());
    let below = here.and_then(|here| path.strip_prefix(here).ok()).filter(|below| !below.as_os_str().is_empty());
    let shown = below.unwrap_or(path).display().to_string();
    let io = |source| PlanError::Io { path: shown.clone(), source };
    let mut bytes = Vec::new();
    if shown == "-" {
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes).map_err(io)?;
    } else {
        let size = std::fs::metadata(path).map_err(io)?.len();
        if size > MOST_BYTES {
            return Err(PlanError::File { path: shown, what: "the file is larger than 4 GiB: no plan is".to_owned() });
        }
        bytes = std::fs::read(path).map_err(io)?;
    }
    PlanFile::from_bytes(&shown, bytes)
}

impl PlanFile {
    /// The same from bytes that are already in memory.
    pub fn from_bytes(path: &str, bytes: Vec<u8>) -> Result<Self, PlanError> {
        let refuse = |what: &str| Err(PlanError::File { path: path.to_owned(), what: what.to_owned() });
        if bytes.is_empty() {
            return refuse("the file is empty (0 bytes); the command that wrote it probably failed");
        }
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"tfplan") {
            return refuse(BINARY);
        }
        let text = match &bytes[..] {
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
            [a, 0, b, 0, ..] if a.is_ascii() && b.is_ascii() => utf16(&bytes, u16::from_le_bytes),
            [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
            _ => match String::from_utf8(bytes) {
                Ok(text) => Some(text),
                Err(error) => {
                    let (line, column) = place(error.as_bytes(), error.utf8_error().valid_up_to());
                    return Err(PlanError::At { path: path.to_owned(), line, column, what: "this byte is not UTF-8; write the file as UTF-8".to_owned() });
                }
            },
        };
        match text {
            Some(text) if crate::arm::is_template(&text) => Ok(Self { path: path.into(), text: crate::arm::strict(text) }),
            Some(text) => Ok(Self { path: path.into(), text }),
            None => refuse("the file claims an encoding (by its first bytes) that the rest does not keep; write it as UTF-8"),
        }
    }

    /// Whether it holds placeholders that another tool fills first, as the templates of a chart do.
    pub fn has_placeholders(&self) -> bool {
        self.text.contains("{{")
    }

    /// The documents in the file. JSON texts may follow one another; what a wrapper printed on the lines before the first is skipped.
    pub fn documents(&self) -> Result<Vec<Document<'_>>, PlanError> {
        let start = self.after_noise();
        let text = &self.text[start..];
        if !text.trim_start().starts_with(['{', '[']) {
            return Ok(vec![Document { path: &self.path, text: &self.text, line: 1, form: Form::Text }]);
        }
        let mut documents = Vec::new();
        let mut at = start + (text.len() - text.trim_start().len());
        while at < self.text.len() {
            let rest = &self.text[at..];
            let line = memchr::memchr_iter(b'\n', &self.text.as_bytes()[..at]).count() + 1;
            let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
            match stream.next() {
                None => break,
                Some(Ok(IgnoredAny)) => {}
                // A template may begin like JSON and be YAML; a wrapper may print a line behind the plan.
                Some(Err(_)) if documents.is_empty() && looks_like_yaml(&self.text) => {
                    return Ok(vec![Document { path: &self.path, text: &self.text, line: 1, form: Form::Text }]);
                }
                // What a wrapper printed between two plans, or behind the last, ends where the next one begins.
                Some(Err(_)) if !documents.is_empty() && !rest.starts_with(['{', '[']) => match next_object(rest) {
                    Some(further) => {
                        at += further;
                        continue;
                    }
                    None => break,
                },
                Some(Err(error)) => return Err(self.broken(at, &error)),
            }
            let end = at + stream.byte_offset();
            let own = &self.text[at..end];
            let form = if own.starts_with('{') { Form::Object(serde_json::from_str(own).map_err(|error| self.broken(at, &error))?) } else { Form::Array };
            if let Form::Object(members) = &form
                && documents.is_empty()
                && members.contains_key("sequence")
                && members.contains_key("timestamp")
            {
                return Ok(vec![Document { path: &self.path, text: &self.text[at..], line, form: Form::Events }]);
            }
            documents.push(Document { path: &self.path, text: own, line, form });
            at = end + (self.text[end..].len() - self.text[end..].trim_start().len());
        }
        Ok(documents)
    }

    /// Where the text begins behind lines such as `[command]/usr/bin/terraform show -json` or `WARNING: A new release is available`, which wrappers
    /// and tools print first.
    fn after_noise(&self) -> usize {
        let trimmed = self.text.trim_start();
        let is_json = trimmed.starts_with('{') || (trimmed.starts_with('[') && !trimmed.starts_with("[command]"));
        if is_json || looks_like_yaml(&self.text) {
            return 0;
        }
        let mut at = 0;
        for line in self.text.split_inclusive('\n').take(MOST_NOISE) {
            if line.starts_with('{') {
                return at;
            }
            at += line.len();
        }
        0
    }

    fn broken(&self, at: usize, error: &serde_json::Error) -> PlanError {
        let chunk = &self.text.as_bytes()[at..];
        let start = if error.line() <= 1 { 0 } else { memchr::memchr_iter(b'\n', chunk).nth(error.line() - 2).map_or(chunk.len(), |n| n + 1) };
        let (line, column) = place(self.text.as_bytes(), at + (start + error.column().saturating_sub(1)).min(chunk.len()));
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or(&said);
        let what = if error.is_eof() {
            format!("the JSON ends too early ({said}); the file was cut off, write it again")
        } else {
            format!("this is not the JSON of a plan ({said})")
        };
        PlanError::At { path: self.path.to_string(), line, column, what }
    }
}

/// Lines that may stand before a plan.
const MOST_NOISE: usize = 50;

/// Where the next line begins that may be an object.
fn next_object(text: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), b"\n{").map(|at| at + 1)
}

/// What to say about a plan that is still in Terraform's own binary form.
pub(crate) const BINARY: &str =
    "this is a binary plan, whatever its name says; run `terraform show -json <plan> > plan.json` and check that, or hand it over with --tf";

fn looks_like_yaml(text: &str) -> bool {
    // A map in one line is YAML as well, unless its keys are quoted.
    let in_one_line = |line: &str| line.starts_with("{apiVersion:") || line.starts_with("{Resources:");
    if text.lines().any(in_one_line) {
        return true;
    }
    let bare = |line: &str| -> String { line.chars().filter(|c| !matches!(c, '"' | '\'')).take(16).collect() };
    text.lines().map(bare).any(|line| line.starts_with("Resources:") || line.starts_with("apiVersion:") || line.starts_with("- apiVersion:"))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let units = bytes.chunks(2).map(|pair| <[u8; 2]>::try_from(pair).ok().map(unit)).collect::<Option<Vec<u16>>>()?;
    String::from_utf16(&units).ok().map(|text| text.trim_start_matches('\u{feff}').to_owned())
}

/// Line and column of a byte offset, both from 1.
pub(crate) fn place(bytes: &[u8], offset: usize) -> (usize, usize) {
    let before = &bytes[..offset.min(bytes.len())];
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    (memchr::memchr_iter(b'\n', before).count() + 1, String::from_utf8_lossy(&before[line_start..]).chars().count() + 1)
}

impl Document<'_> {
    /// A mistake at an offset of this document's text.
    pub fn error_at(&self, offset: usize, what: impl Into<String>) -> PlanError {
        let (line, column) = place(self.text.as_bytes(), offset);
        PlanError::At { path: self.path.to_string(), line: self.line + line - 1, column, what: what.into() }
    }

    /// A mistake that is the document's as a whole.
    pub fn error(&self, what: impl Into<String>) -> PlanError {
        PlanError::At { path: self.path.to_string(), line: self.line, column: 1, what: what.into() }
    }

    /// What to say about a document that no reader knows: the common mistakes by name, with what to run instead.
    pub fn unknown(&self) -> PlanError {
        let has = |name: &str| self.has(name);
        let what = match &self.form {
            Form::Events => "this log of events is none that Tagledger knows; see docs/check.md".to_owned(),
            Form::Array => "a JSON array is no plan; hand over the whole output of the command".to_owned(),
            Form::Text if looks_like_yaml(self.text) && self.text.contains("apiVersion") => {
                "none of these Kubernetes manifests is one that Config Connector or Crossplane makes resources of".to_owned()
            }
            Form::Text => "this is neither a plan nor a template that Tagledger knows; see docs/check.md".to_owned(),
            Form::Object(_) if has("serial") && has("lineage") => {
                "this is a state file: it says what exists, not what will; run `terraform plan -out=tfplan && terraform show -json tfplan`, and `tagledger scan` for what exists".to_owned()
            }
            Form::Object(_) if has("values") && has("terraform_version") => {
                "this is the state as `terraform show -json` prints it without a plan: it says what exists, not what will; run `terraform plan -out=tfplan && terraform show -json tfplan`".to_owned()
            }
            Form::Object(_) if has("@level") && has("@message") => {
                "these are the messages of `terraform plan -json`, which hold no tags; run `terraform plan -out=tfplan && terraform show -json tfplan`".to_owned()
            }
            Form::Object(_) if has("deployment") || has("checkpoint") => {
                "this is a state of Pulumi: it says what exists, not what will; run `pulumi preview --json`, and `tagledger scan` for what exists".to_owned()
            }
            Form::Object(_) if has("provider_schemas") => "these are provider schemas, not a plan; run `terraform show -json <plan>`".to_owned(),
            Form::Object(members) => {
                let names: Vec<String> = members.keys().take(8).map(|k| format!("`{}`", k.chars().take(40).collect::<String>().escape_debug())).collect();
                format!("this is neither a plan nor a template that Tagledger knows: it is an object with {}; see docs/check.md", names.join(", "))
            }
        };
        self.error(what)
    }
}
