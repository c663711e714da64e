//! The hand that walks the tree: takes fields, checks shapes, and writes down every mistake instead of stopping.

use super::{At, Node, Shape};
use crate::{Spelt, duration, fold};
use std::path::Path;
use tagledger_model::{Diagnostic, Place, Severity};

/// Collects what is wrong with one file.
#[derive(Debug)]
pub struct Reader<'a> {
    file: &'a Path,
    /// What was found wrong so far, in the order in which it was noticed.
    pub found: Vec<Diagnostic>,
    /// Which fields were asked of which form: tests hold this to the schema.
    #[cfg(test)]
    pub(crate) asked: std::collections::BTreeMap<String, std::collections::BTreeSet<&'static str>>,
}

/// A scalar and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Word<'n> {
    /// As it is written.
    pub text: &'n str,
    /// Where it stands.
    pub at: At,
}

impl<'a> Reader<'a> {
    /// Of a file, as the user named it.
    pub fn new(file: &'a Path) -> Self {
        Self {
            file,
            found: Vec::new(),
            #[cfg(test)]
            asked: std::collections::BTreeMap::new(),
        }
    }

    /// A place in this file.
    pub fn place(&self, at: At) -> Place {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place { file: self.file.to_owned(), line: number(at.line), column: number(at.column) }
    }

    /// A word with its place.
    pub fn spelt(&self, word: Word<'_>) -> Spelt {
        Spelt { text: word.text.to_owned(), place: self.place(word.at) }
    }

    /// Writes a mistake down. Every one comes with what to do about it.
    pub fn error(&mut self, at: At, message: impl Into<String>, help: impl Into<String>) {
        let mut message = message.into();
        // Sentences often begin with the name of a form, which stands in lower case elsewhere.
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let diagnostic = Diagnostic { width: at.width, ..Diagnostic::error(self.place(at), message).with_help(help) };
        self.found.push(diagnostic);
    }

    /// Writes down what can be used and is probably not meant.
    pub fn warning(&mut self, at: At, message: impl Into<String>, help: impl Into<String>) {
        self.error(at, message, help);
        if let Some(last) = self.found.last_mut() {
            last.severity = Severity::Warning;
        }
    }

    fn wrong_type(&mut self, node: &Node, what: &str, wanted: &str, help: String) {
        self.error(node.at, format!("{what} must be {wanted}, not {}", node.described()), help);
    }

    /// Text that is not empty. Numbers and truth values are taken as they are written.
    pub fn word<'n>(&mut self, node: &'n Node, what: &str) -> Option<Word<'n>> {
        match &node.shape {
            Shape::Scalar { text, .. } if !node.is_null() => {
                if text.trim().is_empty() {
                    self.error(node.at, format!("{what} is empty"), "Write a value, or take the line away");
                    return None;
                }
                Some(Word { text, at: node.at })
            }
            Shape::List(items) if items.len() == 1 => {
                self.wrong_type(node, what, "one value", "Take the brackets away".to_owned());
                None
            }
            _ => {
                self.wrong_type(node, what, "one value", "Write one word, or text in quotes".to_owned());
                None
            }
        }
    }

    /// The items of a list.
    pub fn items<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.shape {
            Shape::List(items) => items,
            Shape::Scalar { text, .. } => {
                let help = if text.is_empty() { "Write a list: `[…]`".to_owned() } else { format!("Write a list: `[{}]`", text.escape_debug()) };
                self.wrong_type(node, what, "a list", help);
                &[]
            }
            Shape::Map(_) => {
                self.wrong_type(node, what, "a list", "Begin each entry with `- `".to_owned());
                &[]
            }
        }
    }

    /// The words of a list.
    pub fn words<'n>(&mut self, node: &'n Node, what: &str) -> Vec<Word<'n>> {
        let entry = format!("An entry of {what}");
        let items = self.items(node, what);
        items.iter().filter_map(|item| self.word(item, &entry)).collect()
    }

    /// The words of a list that may also be one word alone.
    pub fn word_or_words<'n>(&mut self, node: &'n Node, what: &str) -> Vec<Word<'n>> {
        match node.shape {
            Shape::List(_) => self.words(node, what),
            _ => self.word(node, what).into_iter().collect(),
        }
    }

    /// `true` or `false`.
    pub fn flag(&mut self, node: &Node, what: &str) -> Option<bool> {
        let flag = node.flag();
        if flag.is_none() {
            self.wrong_type(node, what, "true or false", "Write `true` or `false`, without quotes".to_owned());
        }
        flag
    }

    /// Seconds of a duration.
    pub fn seconds(&mut self, node: &Node, what: &str) -> Option<i64> {
        let word = self.word(node, what)?;
        let seconds = duration::duration_seconds(word.text);
        if seconds.is_none() {
            let help = if word.text.bytes().all(|b| b.is_ascii_digit()) {
                format!("Add a unit of s, m, h, d, w: `{}d`", word.text)
            } else {
                "Write a whole number and a unit: 30s, 15m, 24h, 7d or 4w".to_owned()
            };
            self.error(word.at, format!("`{}` is no duration", word.text.escape_debug()), help);
        }
        seconds
    }

    /// The entries of a map whose keys the user chooses. A key given twice is a mistake, and its first value counts.
    pub fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(Word<'n>, &'n Node)> {
        let Shape::Map(pairs) = &node.shape else {
            self.wrong_type(node, what, "a map", "Write `name: value` lines below it, or `{ name: value }`".to_owned());
            return Vec::new();
        };
        let mut entries: Vec<(Word<'n>, &'n Node)> = Vec::with_capacity(pairs.len());
        let mut lines = std::collections::HashMap::new();
        for (key, value) in pairs {
            let Some(word) = self.word(key, &format!("A name in {what}")) else { continue };
            if let Some(line) = lines.get(word.text) {
                self.error(
                    word.at,
                    format!("`{}` is given twice in {what}", word.text.escape_debug()),
                    format!("It stands in line {line} already; keep one of the two"),
                );
            } else {
                lines.insert(word.text, word.at.line);
                entries.push((word, value));
            }
        }
        entries
    }

    /// The fields of a map whose names are ours; none, and a mistake, when it is no map.
    pub fn fields<'n>(&mut self, node: &'n Node, form: &'n str) -> Option<Fields<'n>> {
        let entries = self.entries(node, form);
        matches!(node.shape, Shape::Map(_)).then(|| Fields { form, at: node.at, entries, asked: Vec::new() })
    }

    /// Remembers what was asked, for the test that compares it with the schema.
    fn note(&mut self, form: &str, asked: &[&'static str]) {
        #[cfg(test)]
        self.asked.entry(form.to_owned()).or_default().extend(asked);
        #[cfg(not(test))]
        let _ = (self, form, asked);
    }
}

/// A map whose field names are known: what is left over when all were asked for is a mistake.
#[derive(Debug)]
pub struct Fields<'n> {
    /// How the map is called in a sentence.
    form: &'n str,
    /// Where the map begins.
    pub at: At,
    entries: Vec<(Word<'n>, &'n Node)>,
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// The value of a field; null is as good as not given.
    pub fn take(&mut self, name: &'static str) -> Option<&'n Node> {
        self.asked.push(name);
        self.entries.iter().find(|(key, _)| key.text == name).map(|(_, value)| *value).filter(|value| !value.is_null())
    }

    /// The value of a field that must be given.
    pub fn need(&mut self, reader: &mut Reader<'_>, name: &'static str, help: &str) -> Option<&'n Node> {
        let value = self.take(name);
        // A field that is there and empty is the better place to point at.
        let at = self.entries.iter().find(|(key, _)| key.text == name).map_or(self.at, |(key, _)| key.at);
        if value.is_none() {
            reader.error(at, format!("No `{name}` in {}", self.form), help);
        }
        value
    }

    /// The entries nobody asked for, in forms where the user may add his own.
    pub fn rest(self, reader: &mut Reader<'_>) -> Vec<(Word<'n>, &'n Node)> {
        reader.note(self.form, &self.asked);
        self.entries.into_iter().filter(|(key, _)| !self.asked.contains(&key.text)).collect()
    }

    /// Reports the entries nobody asked for.
    pub fn finish(self, reader: &mut Reader<'_>) {
        let (form, asked) = (self.form, self.asked.clone());
        for (key, _) in self.rest(reader) {
            let help = suggest(key.text, "fields", asked.iter().copied());
            reader.error(key.at, format!("Unknown field `{}` in {form}", key.text.escape_debug()), help);
        }
    }
}

/// The known word nearest to one that is not known, when it is near enough to be meant.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let folded = fold(word);
    let near = |candidate: &str| {
        let other = fold(candidate);
        let distance = strsim::damerau_levenshtein(&folded, &other);
        let allowed = (folded.chars().count().max(other.chars().count()) / 3).max(1);
        let prefix = folded.len().min(other.len()) >= 3 && (folded.starts_with(&other) || other.starts_with(&folded));
        (distance <= allowed || prefix).then_some(distance)
    };
    // The distance is quadratic in the length, and nobody means a word of thousands of characters.
    if folded.is_empty() || folded.len() > 200 {
        return None;
    }
    known.into_iter().filter_map(|k| near(k).map(|d| (d, k))).min().map(|(_, k)| k)
}

/// The help for a word that is not known: the nearest known one, or all of them.
pub fn suggest<'k>(word: &str, plural: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    const SHOWN: usize = 16;
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(word, known.iter().copied()) {
        return format!("Did you mean `{near}`?");
    }
    match known.len() {
        0 => format!("There are no {plural} here"),
        n if n > SHOWN => format!("Known {plural}: {}, and {} more", known[..SHOWN].join(", "), n - SHOWN),
        _ => format!("Known {plural}: {}", known.join(", ")),
    }
}
