//! Reading taxonomy.yaml: every mistake in one go, each with its place and what to write instead.

mod costs;
mod environments;
mod keys;
mod policy;
mod shares;
#[cfg(test)]
mod tests;

use crate::yaml::{self, At, Fields, LoadError, Node, Reader, Word, suggest};
use crate::{Domain, Key, Register, RuleOption, Spelt, Taxonomy, fold, registers};
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use tagledger_model::{Diagnostic, Severity};

/// What the program knows and a taxonomy may name. The caller passes it in, because clouds and rules live in other crates.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The rules.
    pub rules: &'a [KnownRule<'a>],
    /// The clouds.
    pub clouds: &'a [KnownCloud<'a>],
}

/// A rule and the options that may stand beside its level.
#[derive(Debug, Clone, Copy)]
pub struct KnownRule<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its options, without `level`.
    pub options: &'a [RuleOption],
}

/// A cloud and the containers that `stages:` may name.
#[derive(Debug, Clone, Copy)]
pub struct KnownCloud<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its words for containers.
    pub containers: &'a [&'a str],
}

impl<'a> Known<'a> {
    /// The cloud of that name; else a mistake.
    fn check_cloud(&self, reader: &mut Reader<'_>, word: Word<'_>) -> Option<&'a KnownCloud<'a>> {
        let found = self.clouds.iter().find(|c| c.id == word.text);
        if found.is_none() {
            let help = suggest(word.text, "clouds", self.clouds.iter().map(|c| c.id));
            reader.error(word.at, format!("Unknown cloud `{}`", word.text.escape_debug()), help);
        }
        found
    }
}

/// A valid taxonomy.
#[derive(Debug)]
pub struct Loaded {
    /// The taxonomy.
    pub taxonomy: Taxonomy,
    /// What is probably not meant, in the order of the file.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a taxonomy and its side files from disk.
pub fn load(path: &Path, known: &Known<'_>) -> Result<Loaded, LoadError> {
    parse(path, &yaml::text(path)?, known, &|side| std::fs::read_to_string(side))
}

/// Reads a taxonomy from its text. `path` is what diagnostics call it, and what side files are relative to;
/// `read_side_file` fetches those.
pub fn parse(path: &Path, text: &str, known: &Known<'_>, read_side_file: &dyn Fn(&Path) -> io::Result<String>) -> Result<Loaded, LoadError> {
    let text = yaml::without_mark(text);
    let mut reader = Reader::new(path);
    let mut side = SideFiles { base: path.parent().unwrap_or(Path::new("")).to_owned(), fetch: read_side_file, found: Vec::new() };
    let taxonomy = match yaml::tree(text) {
        Ok(root) => compile(&mut reader, path, text, root.as_ref(), known, &mut side),
        Err(why) => {
            reader.error(why.at, why.message, why.help);
            None
        }
    };
    let diagnostics = ordered(reader.found, side.found);
    match taxonomy {
        Some(taxonomy) if diagnostics.iter().all(|d| d.severity == Severity::Warning) => Ok(Loaded { taxonomy, warnings: diagnostics }),
        _ => Err(LoadError::Mistakes { path: path.to_owned(), text: text.to_owned(), diagnostics }),
    }
}

/// In the order in which a person mends them: the taxonomy, then each side file, top to bottom. What an alias repeats is said once.
fn ordered(mut own: Vec<Diagnostic>, mut side: Vec<Diagnostic>) -> Vec<Diagnostic> {
    own.sort_by_key(|d| (d.place.line, d.place.column));
    side.sort_by(|a, b| (&a.place.file, a.place.line, a.place.column).cmp(&(&b.place.file, b.place.line, b.place.column)));
    own.append(&mut side);
    own.dedup();
    own
}

fn compile(reader: &mut Reader<'_>, path: &Path, text: &str, root: Option<&Node>, known: &Known<'_>, side: &mut SideFiles<'_>) -> Option<Taxonomy> {
    let Some(root) = root.filter(|n| !n.is_null()) else {
        reader.error(
            At { line: 1, column: 1, width: 0 },
            "The taxonomy is empty",
            "Begin with `version: 1` and `keys:`; the reference taxonomy.yaml shows every field",
        );
        return None;
    };
    let mut fields = reader.fields(root, "the taxonomy")?;
    version(reader, &mut fields);
    let (keys_node, at) = (fields.take("keys"), fields.at);
    let keys = keys::read(reader, keys_node, at, known, side);
    let taxonomy = Taxonomy {
        path: path.to_owned(),
        text: text.to_owned(),
        requirements: fields.take("requirements").map(|n| policy::requirements(reader, n, &keys, known)).unwrap_or_default(),
        stages: fields.take("stages").map(|n| environments::stages(reader, n, &keys, known)).unwrap_or_default(),
        stage_from_name: fields.take("stage_from_name").and_then(|n| reader.flag(n, "`stage_from_name`")).unwrap_or(false),
        rules: fields.take("rules").map(|n| policy::rules(reader, n, &keys, known)).unwrap_or_default(),
        waivers: fields.take("waivers").map(|n| policy::waivers(reader, n, &keys, known)).unwrap_or_default(),
        environments: fields.take("environments").map(|n| environments::environments(reader, n, &keys)).unwrap_or_default(),
        lifetime_keys: fields.take("lifetime_keys").map(|n| names(reader, n, "`lifetime_keys`")).unwrap_or_default(),
        version_keys: fields.take("version_keys").map(|n| names(reader, n, "`version_keys`")).unwrap_or_default(),
        grace: fields.take("grace").and_then(|n| reader.seconds(n, "`grace`")).unwrap_or(0),
        retention: fields.take("retention").map(|n| environments::retention(reader, n, &keys)).unwrap_or_default(),
        residency: fields.take("residency").map(|n| environments::residency(reader, n, &keys)).unwrap_or_default(),
        costs: fields.take("costs").map(|n| costs::read(reader, n, &keys, side)).unwrap_or_default(),
        keys,
    };
    fields.finish(reader);
    Some(taxonomy)
}

fn version(reader: &mut Reader<'_>, fields: &mut Fields<'_>) {
    let node = fields.need(reader, "version", "Write `version: 1` in its first line");
    if let Some(word) = node.and_then(|n| reader.word(n, "`version`")).filter(|w| w.text != "1") {
        reader.error(word.at, format!("Version `{}` of the taxonomy is not known", word.text.escape_debug()), "Write `version: 1`");
    }
}

/// A list of tag keys that stand beside the taxonomy's own.
fn names(reader: &mut Reader<'_>, node: &Node, what: &str) -> Vec<Spelt> {
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for word in reader.words(node, what) {
        if seen.insert(fold(word.text)) {
            names.push(reader.spelt(word));
        } else {
            reader.warning(
                word.at,
                format!("`{}` adds nothing to {what}", word.text.escape_debug()),
                "Take it away; case and the characters - _ . : / and space do not count",
            );
        }
    }
    names
}

/// Fetches side files, and keeps what is wrong inside them.
struct SideFiles<'a> {
    base: PathBuf,
    fetch: &'a dyn Fn(&Path) -> io::Result<String>,
    found: Vec<Diagnostic>,
}

impl SideFiles<'_> {
    fn read(&mut self, reader: &mut Reader<'_>, word: &'static str, name: Word<'_>, key: &Key) -> Option<Register> {
        let (path, text) = self.text(reader, name)?;
        // An id that the key itself refuses can never be the value of a tag.
        let refused = |id: &str| match &key.domain {
            Domain::Any => None,
            Domain::Pattern { text, regex } => (!regex.is_match(id)).then(|| format!("The pattern of {} is `{text}`", key.name)),
            Domain::Values(values) => (!values.iter().any(|v| v.name == id)).then(|| format!("Add it to the values of {}", key.name)),
        };
        let rows: BTreeMap<_, _> = registers::read(&path, &text, &refused, &mut self.found);
        Some(Register { word, path, rows })
    }

    /// A side file's path and text.
    fn text(&mut self, reader: &mut Reader<'_>, name: Word<'_>) -> Option<(PathBuf, String)> {
        let path = self.base.join(name.text);
        match (self.fetch)(&path) {
            Ok(text) => Some((path, text)),
            Err(error) => {
                let shown = path.display();
                let (message, help) = match error.kind() {
                    io::ErrorKind::NotFound => (format!("`{shown}` does not exist"), "The path is relative to the folder of the taxonomy"),
                    io::ErrorKind::InvalidData => (format!("`{shown}` is not UTF-8"), "Save it as UTF-8, in a spreadsheet as `CSV UTF-8`"),
                    _ => (format!("`{shown}` cannot be read: {error}"), "Name a CSV file that can be read"),
                };
                reader.error(name.at, message, help);
                None
            }
        }
    }
}
