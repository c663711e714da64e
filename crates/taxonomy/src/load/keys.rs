//! `keys:`: names, values, patterns, and the side files they name.

use super::{Known, SideFiles};
use crate::yaml::{At, Fields, Node, Reader, Shape, Word, suggest};
use crate::{Bindings, Domain, Key, Lender, MAX_KEYS, Register, Value, fold};
use regex::Regex;
use std::collections::{BTreeMap, HashMap};

/// A name under which a key is found, folded, and whose it is.
type Names = HashMap<String, (usize, String)>;

/// Reads all keys. A key with mistakes is still there, so that what names it is not called unknown as well.
pub(super) fn read(reader: &mut Reader<'_>, node: Option<&Node>, at: At, known: &Known<'_>, side: &mut SideFiles<'_>) -> Vec<Key> {
    let entries = node.map_or_else(Vec::new, |node| reader.entries(node, "`keys`"));
    if node.is_none_or(|n| matches!(&n.shape, Shape::Map(entries) if entries.is_empty())) {
        reader.error(node.map_or(at, |n| n.at), "The taxonomy has no keys", "Declare at least one, e.g. `keys: { Environment: { required: true } }`");
    }
    let mut names = Names::new();
    let mut keys = Vec::new();
    for (index, (name, node)) in entries.into_iter().enumerate() {
        if index == MAX_KEYS {
            reader.error(name.at, format!("More than {MAX_KEYS} keys"), "Keep the keys that somebody reports by; a tag needs no key here to exist");
        }
        claim(reader, &mut names, index, name.text, name, "name");
        keys.push(key(reader, (index, name, node), &mut names, known, side));
    }
    keys.truncate(MAX_KEYS);
    keys
}

fn key(reader: &mut Reader<'_>, (index, name, node): (usize, Word<'_>, &Node), names: &mut Names, known: &Known<'_>, side: &mut SideFiles<'_>) -> Key {
    let mut key = Key {
        name: name.text.to_owned(),
        required: false,
        aliases: Vec::new(),
        domain: Domain::Any,
        inherit: Vec::new(),
        bindings: Bindings::None,
        default: None,
        spelling: BTreeMap::new(),
        register: None,
        place: reader.place(name.at),
    };
    // `Owner:` with nothing below it is a key with every default.
    if node.is_null() {
        return key;
    }
    let Some(mut fields) = reader.fields(node, "a key") else { return key };
    key.required = fields.take("required").and_then(|n| reader.flag(n, "`required`")).unwrap_or(false);
    for alias in fields.take("aliases").map(|n| reader.words(n, "`aliases`")).unwrap_or_default() {
        if claim(reader, names, index, name.text, alias, "alias") {
            key.aliases.push(reader.spelt(alias));
        }
    }
    key.domain = domain(reader, &mut fields, &key.name);
    key.register = register(reader, &mut fields, &key, side);
    key.inherit = fields.take("inherit").map(|n| inherit(reader, n)).unwrap_or_default();
    key.bindings = fields.take("bindings").and_then(|n| bindings(reader, n)).unwrap_or_default();
    key.default = fields.take("default").and_then(|n| default(reader, n, &key));
    for (cloud, spelling) in fields.take("spelling").map(|n| reader.entries(n, "`spelling`")).unwrap_or_default() {
        known.check_cloud(reader, cloud);
        if let Some(spelling) = reader.word(spelling, "A spelling") {
            // An override that differs from the name in case or punctuation only is what the field is for.
            if fold(spelling.text) == fold(name.text) || claim(reader, names, index, name.text, spelling, "cloud spelling") {
                key.spelling.insert(cloud.text.to_owned(), spelling.text.to_owned());
            }
        }
    }
    fields.finish(reader);
    key
}

/// Makes a name the key's own. False when it must not be.
fn claim(reader: &mut Reader<'_>, names: &mut Names, index: usize, key: &str, word: Word<'_>, what: &str) -> bool {
    let folded = fold(word.text);
    let shown = word.text.escape_debug();
    if folded.is_empty() {
        reader.error(
            word.at,
            format!("The {what} `{shown}` holds nothing to compare"),
            "Use letters or digits; case and the characters - _ . : / and space do not count",
        );
        return false;
    }
    let Some((owner, of)) = names.get(&folded) else {
        names.insert(folded, (index, format!("the {what} `{}` of {key}", word.text)));
        return true;
    };
    if *owner == index {
        // A cloud may well use an alias, and two clouds the same spelling.
        if what != "cloud spelling" {
            reader.warning(
                word.at,
                format!("The {what} `{shown}` adds nothing to {of}"),
                "Take it away; case and the characters - _ . : / and space do not count",
            );
        }
        return what == "cloud spelling";
    }
    reader.error(
        word.at,
        format!("The {what} `{shown}` of {key} is the same as {of}"),
        "Keep one of the two; case and the characters - _ . : / and space do not count",
    );
    false
}

fn domain(reader: &mut Reader<'_>, fields: &mut Fields<'_>, key: &str) -> Domain {
    let (list, pattern) = (fields.take("values"), fields.take("pattern"));
    if let (Some(_), Some(pattern)) = (list, pattern) {
        reader.error(
            pattern.at,
            format!("{key} has both `values` and `pattern`"),
            "Keep `values` where all values are known, `pattern` where only their form is",
        );
    }
    match (list, pattern) {
        (Some(list), _) => values(reader, list, key),
        (None, Some(node)) => reader.word(node, "`pattern`").and_then(|word| pattern_of(reader, word)).unwrap_or(Domain::Any),
        (None, None) => Domain::Any,
    }
}

fn values(reader: &mut Reader<'_>, node: &Node, key: &str) -> Domain {
    let entries = reader.entries(node, "`values`");
    if entries.is_empty() && matches!(node.shape, Shape::Map(_)) {
        reader.error(node.at, format!("{key} allows no value at all"), "Name the values, or take `values` away");
    }
    let mut values = Vec::new();
    // Canonical names first: an alias that is another value's name is the alias' mistake, wherever it stands.
    let mut names = Names::new();
    let mut kept = Vec::new();
    for (index, (name, aliases)) in entries.into_iter().enumerate() {
        if claim(reader, &mut names, index, key, name, "value") {
            kept.push((index, name, aliases));
        }
    }
    for (index, name, aliases) in kept {
        let aliases = if aliases.is_null() { Vec::new() } else { reader.words(aliases, &format!("the spellings of `{}`", name.text.escape_debug())) };
        let own = format!("{key}={}", name.text);
        let aliases = aliases.into_iter().filter(|a| claim(reader, &mut names, index, &own, *a, "spelling")).map(|a| a.text.to_owned());
        let aliases = aliases.collect();
        values.push(Value { name: name.text.to_owned(), aliases, place: reader.place(name.at) });
    }
    Domain::Values(values)
}

fn pattern_of(reader: &mut Reader<'_>, word: Word<'_>) -> Option<Domain> {
    // The bare pattern goes first: its errors point into what the user wrote.
    let anchored = Regex::new(word.text).and_then(|_| Regex::new(&format!(r"\A(?:{})\z", word.text)));
    match anchored {
        Ok(regex) => Some(Domain::Pattern { text: word.text.to_owned(), regex }),
        Err(error) => {
            let (offset, reason) = regex_error(&error.to_string());
            // Only where text and source are the same characters is the offset one of the source.
            let length = word.text.chars().count();
            let start = match word.at.width.checked_sub(length) {
                Some(0) => Some(0),
                Some(2) => Some(1),
                _ => None,
            };
            let at = match (start, offset) {
                (Some(start), Some(offset)) if offset < length => At { column: word.at.column + start + offset, width: 1, ..word.at },
                _ => word.at,
            };
            reader.error(
                at,
                format!("The pattern does not compile: {reason}"),
                "The syntax is that of Rust's regex crate, without look-around and back references",
            );
            None
        }
    }
}

/// Where, in characters, a one-line pattern is wrong, and why. The regex crate says both only in its printed form:
/// the pattern indented by four blanks, a line with carets below it, and `error: …`.
fn regex_error(printed: &str) -> (Option<usize>, String) {
    let lines: Vec<&str> = printed.lines().collect();
    let caret = lines.iter().find(|l| l.trim_start().starts_with('^')).and_then(|l| l.find('^')).and_then(|at| at.checked_sub(4));
    let reason = lines.iter().rev().find_map(|l| l.strip_prefix("error: ")).or(lines.last().copied()).unwrap_or(printed);
    (caret, reason.trim_end_matches('.').to_owned())
}

fn register(reader: &mut Reader<'_>, fields: &mut Fields<'_>, key: &Key, side: &mut SideFiles<'_>) -> Option<Register> {
    let mut found: Option<(&'static str, &Node)> = None;
    for word in ["catalogue", "directory", "register"] {
        let Some(node) = fields.take(word) else { continue };
        if let Some((first, _)) = found {
            reader.error(node.at, format!("{} has both `{first}` and `{word}`", key.name), "Keep one file; all three words read the same form");
        } else {
            found = Some((word, node));
        }
    }
    let (word, node) = found?;
    let path = reader.word(node, &format!("`{word}`"))?;
    side.read(reader, word, path, key)
}

fn inherit(reader: &mut Reader<'_>, node: &Node) -> Vec<Lender> {
    const WORDS: [(&str, Lender); 2] = [("resource_group", Lender::ResourceGroup), ("scope", Lender::Scope)];
    let mut named = Vec::new();
    for word in reader.words(node, "`inherit`") {
        match WORDS.iter().find(|(known, _)| *known == word.text) {
            Some((_, lender)) if named.contains(lender) => reader.warning(word.at, format!("`{}` is given twice in `inherit`", word.text), "Take one away"),
            Some((_, lender)) => named.push(*lender),
            None => {
                let help = suggest(word.text, "containers that lend", WORDS.iter().map(|(known, _)| *known));
                reader.error(word.at, format!("`{}` cannot lend a value", word.text.escape_debug()), help);
            }
        }
    }
    // The nearest container wins, in whatever order they are listed.
    WORDS.iter().map(|(_, lender)| *lender).filter(|lender| named.contains(lender)).collect()
}

fn bindings(reader: &mut Reader<'_>, node: &Node) -> Option<Bindings> {
    const WORDS: [(&str, Bindings); 3] = [("none", Bindings::None), ("direct", Bindings::Direct), ("effective", Bindings::Effective)];
    let word = reader.word(node, "`bindings`")?;
    let found = WORDS.iter().find(|(known, _)| *known == word.text).map(|(_, bindings)| *bindings);
    if found.is_none() {
        let help = suggest(word.text, "choices", WORDS.iter().map(|(known, _)| *known));
        reader.error(word.at, format!("`{}` does not say which bound tags speak", word.text.escape_debug()), help);
    }
    found
}

fn default(reader: &mut Reader<'_>, node: &Node, key: &Key) -> Option<String> {
    let word = reader.word(node, "`default`")?;
    if !check_value(reader, key, word) {
        return None;
    }
    if let Some(register) = key.register.as_ref().filter(|r| !r.rows.contains_key(word.text)) {
        let help = suggest(word.text, "ids", register.rows.keys().map(String::as_str));
        reader.error(word.at, format!("`{}` is not in `{}`", word.text.escape_debug(), register.path.display()), help);
    }
    Some(word.text.to_owned())
}

/// True when a word is an allowed value of a key, in its canonical spelling; else a mistake.
pub(super) fn check_value(reader: &mut Reader<'_>, key: &Key, word: Word<'_>) -> bool {
    let shown = word.text.escape_debug();
    match &key.domain {
        Domain::Any => true,
        Domain::Pattern { regex, .. } if regex.is_match(word.text) => true,
        Domain::Pattern { text, .. } => {
            reader.error(word.at, format!("`{shown}` is not a value of {}", key.name), format!("A value must match `{text}` as a whole"));
            false
        }
        Domain::Values(values) if values.iter().any(|v| v.name == word.text) => true,
        Domain::Values(values) => {
            if let Some(value) = values.iter().find(|value| value.is_called(word.text)) {
                reader.error(word.at, format!("`{shown}` is another spelling of {}={}", key.name, value.name), format!("Write `{}`", value.name));
            } else {
                let help = suggest(word.text, "values", values.iter().map(|v| v.name.as_str()));
                reader.error(word.at, format!("`{shown}` is not a value of {}", key.name), help);
            }
            false
        }
    }
}
