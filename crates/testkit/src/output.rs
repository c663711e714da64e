//! Files of an estate: folders made, gzip without a time, JSON lists written as they come.

use flate2::{Compression, GzBuilder, write::GzEncoder};
use serde::{Serialize, ser::SerializeMap};
use serde_json::ser::{PrettyFormatter, Serializer};
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

/// A file, packed when its name ends in `.gz`.
#[derive(Debug)]
pub enum Output {
    /// As it is.
    Plain(BufWriter<File>),
    /// Packed.
    Packed(Box<GzEncoder<BufWriter<File>>>),
}

impl Output {
    /// Makes the file and the folders above it.
    pub fn create(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = BufWriter::with_capacity(1 << 18, File::create(path)?);
        if path.extension().is_some_and(|e| e == "gz") {
            return Ok(Self::Packed(Box::new(GzBuilder::new().mtime(0).write(file, Compression::new(6)))));
        }
        Ok(Self::Plain(file))
    }

    /// Writes what is left; must be called.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut file) => file.flush(),
            Self::Packed(packed) => packed.finish()?.flush(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(buf),
            Self::Packed(packed) => packed.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Packed(packed) => packed.flush(),
        }
    }
}

/// How JSON is laid out.
#[derive(Debug, Clone, Copy)]
pub enum Layout {
    /// As the command lines print it: so many blanks an indent.
    Indented(usize),
    /// Without white space.
    Compact,
}

/// A JSON list whose records are written one by one, in an envelope or bare.
#[derive(Debug)]
pub struct List {
    out: Output,
    layout: Layout,
    depth: usize,
    after: String,
    count: u64,
    buffer: Vec<u8>,
}

impl List {
    /// Opens the list; `before` and `after` are the envelope's text around `[` and `]`, empty for a bare array.
    pub fn open(path: &Path, layout: Layout, before: &str, after: &str) -> io::Result<Self> {
        let mut out = Output::create(path)?;
        out.write_all(before.as_bytes())?;
        out.write_all(b"[")?;
        Ok(Self { out, layout, depth: if before.is_empty() { 1 } else { 2 }, after: after.to_owned(), count: 0, buffer: Vec::new() })
    }

    /// Adds a record.
    pub fn push<T: Serialize>(&mut self, record: &T) -> io::Result<()> {
        if self.count > 0 {
            self.out.write_all(b",")?;
        }
        self.count += 1;
        match self.layout {
            Layout::Compact => serde_json::to_writer(&mut self.out, record)?,
            Layout::Indented(step) => {
                let blanks = " ".repeat(step);
                self.buffer.clear();
                record.serialize(&mut Serializer::with_formatter(&mut self.buffer, PrettyFormatter::with_indent(blanks.as_bytes())))?;
                let margin = format!("\n{}", " ".repeat(step * self.depth));
                self.out.write_all(margin.as_bytes())?;
                for (at, line) in self.buffer.split(|b| *b == b'\n').enumerate() {
                    if at > 0 {
                        self.out.write_all(margin.as_bytes())?;
                    }
                    self.out.write_all(line)?;
                }
            }
        }
        Ok(())
    }

    /// Closes the list and its envelope.
    pub fn close(mut self) -> io::Result<()> {
        if let (Layout::Indented(step), true) = (self.layout, self.count > 0) {
            write!(self.out, "\n{}", " ".repeat(step * (self.depth - 1)))?;
        }
        self.out.write_all(b"]")?;
        self.out.write_all(self.after.as_bytes())?;
        self.out.write_all(b"\n")?;
        self.out.finish()
    }
}

/// Text pairs as a JSON object in their own order.
#[derive(Debug)]
pub struct Pairs<'a>(pub Vec<(&'a str, &'a str)>);

impl Serialize for Pairs<'_> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Splits a range into chunks of at most that many.
pub fn chunks(range: std::ops::Range<u64>, size: u64) -> impl Iterator<Item = std::ops::Range<u64>> {
    let end = range.end;
    range.step_by(usize::try_from(size).unwrap_or(usize::MAX)).map(move |from| from..(from + size).min(end))
}
