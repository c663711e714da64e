//! Streaming the records of a JSON export, whatever its wrapping: a top-level array, an envelope with a list in it,
//! one record a line, or several envelopes one after the other (pages appended to one file).

use crate::{Document, ReadError};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::{fmt, marker::PhantomData};

/// The beginning of a file: enough to tell which export it is.
#[derive(Debug, Default, Clone)]
pub struct Sample {
    /// Keys of the top-level object up to and including its first list, with scalar values kept; empty for an array or a CSV file.
    pub envelope: Map<String, Value>,
    /// The name of the list in the envelope.
    pub list: Option<String>,
    /// The first record of the list or array; of a file with one record a line, the first line.
    pub record: Option<Map<String, Value>>,
    /// True when the file begins with `[`.
    pub is_array: bool,
    /// The column names, when the file is no JSON but CSV.
    pub csv_header: Vec<String>,
    /// Where and how the JSON breaks before the end of its first record.
    pub broken: Option<Broken>,
}

/// A place in a file at which its JSON breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Bytes before it.
    pub offset: usize,
    /// True when the file just ends there: an export that was cut off.
    pub is_cut_off: bool,
    /// What is wrong and what to do.
    pub what: String,
}

impl Broken {
    fn of(error: &serde_json::Error, text: &[u8]) -> Self {
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or(&said);
        let what = if error.is_eof() {
            format!("the JSON ends too early ({said}); the export was cut off, write it again")
        } else {
            format!("not the JSON that was expected here: {said}")
        };
        Self { offset: offset_of(text, error.line(), error.column()), is_cut_off: error.is_eof(), what }
    }
}

impl Sample {
    /// Looks at the beginning of a document. Broken JSON gives what was seen before the break.
    pub fn of(document: &Document) -> Self {
        let mut sample = Self::default();
        let bytes = document.bytes();
        match bytes.iter().find(|b| !b.is_ascii_whitespace()) {
            Some(b'[') => sample.is_array = true,
            Some(b'{') => {}
            _ => {
                let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
                sample.csv_header = reader.headers().map(|h| h.iter().map(str::to_owned).collect()).unwrap_or_default();
                return sample;
            }
        }
        // The peek ends by an error on purpose, so that a large file is not read to its end.
        let stopped = Peek(&mut sample).deserialize(&mut serde_json::Deserializer::from_slice(bytes));
        sample.broken = stopped.err().filter(|e| !e.is_data()).map(|e| Broken::of(&e, bytes));
        if sample.record.is_none() && sample.list.is_none() && !sample.is_array {
            sample.record = Some(sample.envelope.clone());
        }
        sample
    }

    /// True when the first record has all these members.
    pub fn record_has(&self, members: &[&str]) -> bool {
        self.record.as_ref().is_some_and(|r| members.iter().all(|m| r.contains_key(*m)))
    }

    /// A text member of the first record.
    pub fn record_text(&self, member: &str) -> Option<&str> {
        self.record.as_ref()?.get(member)?.as_str()
    }

    /// What was found, for a message about a file that nothing recognises.
    pub fn describe(&self) -> String {
        let names = |keys: Vec<&String>| {
            let shown: Vec<String> = keys.iter().take(8).map(|k| format!("`{}`", k.chars().take(40).collect::<String>().escape_debug())).collect();
            if keys.len() > 8 { format!("{} and {} more", shown.join(", "), keys.len() - 8) } else { shown.join(", ") }
        };
        if !self.csv_header.is_empty() {
            return format!("a text file whose first line reads {}", names(self.csv_header.iter().collect()));
        }
        if let Some(broken) = &self.broken {
            return format!("broken JSON ({})", broken.what);
        }
        match (&self.list, &self.record) {
            (Some(list), Some(record)) => format!("an object with the list `{list}` of records with {}", names(record.keys().collect())),
            (Some(list), None) => format!("an object with the empty list `{list}`"),
            (None, Some(record)) => format!("{} with {}", if self.is_array { "an array of records" } else { "a record" }, names(record.keys().collect())),
            (None, None) => if self.is_array { "an array without records" } else { "no JSON object" }.to_owned(),
        }
    }
}

/// Fills a sample, then stops.
struct Peek<'s>(&'s mut Sample);

const STOP: &str = "seen enough";

impl<'de> DeserializeSeed<'de> for Peek<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Peek<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if let Some(Value::Object(record)) = seq.next_element()? {
            self.0.record = Some(record);
        }
        Err(A::Error::custom(STOP))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let mut list = false;
            let value = map.next_value_seed(Member { sample: self.0, list: &mut list, key: &key })?;
            if list {
                self.0.list = Some(key);
                return Err(A::Error::custom(STOP));
            }
            self.0.envelope.insert(key, value);
        }
        Ok(())
    }
}

/// A member of the envelope: a list of objects ends the peek, anything else is kept.
struct Member<'s, 'k> {
    sample: &'s mut Sample,
    list: &'k mut bool,
    key: &'k str,
}

impl<'de> DeserializeSeed<'de> for Member<'_, '_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_, '_> {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        match seq.next_element::<Value>()? {
            None => {
                *self.list = true;
                self.sample.list = Some(self.key.to_owned());
                Err(A::Error::custom(STOP))
            }
            Some(Value::Object(record)) => {
                self.sample.record = Some(record);
                self.sample.list = Some(self.key.to_owned());
                Err(A::Error::custom(STOP))
            }
            Some(first) => {
                let mut all = vec![first];
                while let Some(next) = seq.next_element()? {
                    all.push(next);
                }
                Ok(Value::Array(all))
            }
        }
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, value)) = map.next_entry()? {
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

impl Document {
    /// Hands each record to `each`, typed as `R`: every element of a top-level array, of the lists named `lists` in a
    /// top-level object, or every top-level object without such a list. Several documents may follow one another. What else an envelope
    /// holds goes to `rest`, once for each envelope.
    ///
    /// A file that breaks in the middle is an error with the place: half an export is not an inventory.
    pub fn records<R: DeserializeOwned>(&self, lists: &[&str], each: &mut dyn FnMut(R), rest: &mut dyn FnMut(Map<String, Value>)) -> Result<(), ReadError> {
        let bytes = self.bytes();
        let mut at = 0;
        while let Some(skip) = bytes[at..].iter().position(|b| !b.is_ascii_whitespace()) {
            at += skip;
            // One record a line is the common shape of large files: a line is a cheap, exact boundary to try first.
            let line_end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
            let line = &bytes[at..line_end];
            let one_line = line_end < bytes.len() && line[0] == b'{' && line.trim_ascii_end().last() == Some(&b'}');
            let chunk = if one_line { line } else { &bytes[at..] };
            let mut stream = serde_json::Deserializer::from_slice(chunk);
            let seed = Wrapped { lists, each, rest, kind: PhantomData::<R> };
            match seed.deserialize(&mut stream) {
                Ok(()) => at += if one_line { line_end - at } else { consumed(&mut stream, chunk) },
                Err(e) => {
                    let broken = Broken::of(&e, chunk);
                    return Err(self.error_at(at + broken.offset, broken.what));
                }
            }
        }
        Ok(())
    }
}

/// How many bytes of the chunk a finished document took: `end` complains about the first byte after it.
fn consumed(stream: &mut serde_json::Deserializer<serde_json::de::SliceRead<'_>>, chunk: &[u8]) -> usize {
    match stream.end() {
        Ok(()) => chunk.len(),
        Err(e) => offset_of(chunk, e.line(), e.column()),
    }
}

/// The byte offset of serde_json's line and column (a column counts bytes read, so the byte complained about is one before).
fn offset_of(chunk: &[u8], line: usize, column: usize) -> usize {
    let start = if line <= 1 { 0 } else { memchr::memchr_iter(b'\n', chunk).nth(line - 2).map_or(chunk.len(), |n| n + 1) };
    (start + column.saturating_sub(1)).min(chunk.len())
}

struct Wrapped<'f, R> {
    lists: &'f [&'f str],
    each: &'f mut dyn FnMut(R),
    rest: &'f mut dyn FnMut(Map<String, Value>),
    kind: PhantomData<R>,
}

impl<'de, R: DeserializeOwned> DeserializeSeed<'de> for Wrapped<'_, R> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        if self.lists.is_empty() {
            // Without an envelope to look for, an object is a record, and an array holds records.
            return d.deserialize_any(Bare { each: self.each });
        }
        d.deserialize_any(self)
    }
}

impl<'de, R: DeserializeOwned> Visitor<'de> for Wrapped<'_, R> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array of records")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        // An array of pages, as `jq -s` makes of several files, or an array of records.
        while let Some(()) = seq.next_element_seed(Wrapped { lists: self.lists, each: &mut *self.each, rest: &mut *self.rest, kind: PhantomData::<R> })? {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut rest = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if self.lists.contains(&key.as_str()) {
                map.next_value_seed(List { each: &mut *self.each })?;
            } else {
                rest.insert(key, map.next_value()?);
            }
        }
        (self.rest)(rest);
        Ok(())
    }
}

struct List<'f, R> {
    each: &'f mut dyn FnMut(R),
}

impl<'de, R: DeserializeOwned> DeserializeSeed<'de> for List<'_, R> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de, R: DeserializeOwned> Visitor<'de> for List<'_, R> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(record) = seq.next_element()? {
            (self.each)(record);
        }
        Ok(())
    }
}

struct Bare<'f, R> {
    each: &'f mut dyn FnMut(R),
}

impl<'de, R: DeserializeOwned> DeserializeSeed<'de> for Bare<'_, R> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de, R: DeserializeOwned> Visitor<'de> for Bare<'_, R> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record or an array of records")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(record) = seq.next_element()? {
            (self.each)(record);
        }
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        (self.each)(R::deserialize(serde::de::value::MapAccessDeserializer::new(map))?);
        Ok(())
    }
}
