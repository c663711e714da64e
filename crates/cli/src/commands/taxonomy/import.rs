//! `taxonomy import`: a taxonomy from guardrails that a cloud has already.

use crate::args::TaxonomyImport;
use crate::clouds;
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::log;
use crate::yaml::{comment, quoted};
use std::fmt::Write as _;
use std::path::Path;
use tagledger_collect::{FoundAsked, FoundKey, FoundKeys};
use tagledger_taxonomy::{MAX_KEYS, fold};

pub(super) fn run(args: &TaxonomyImport) -> Result<Code, Failure> {
    let (name, paths) = args.policies.named();
    let sources = clouds::all().into_iter().flat_map(|cloud| cloud.guardrail_sources().iter().map(move |source| (cloud.id(), source)));
    let found = sources.into_iter().find(|(_, source)| source.name == name);
    let (cloud, source) = found.ok_or_else(|| Failure::Usage(format!("{name}: nobody reads it")))?;
    let mut files = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::Usage(format!("{}: cannot be read: {error}", path.display())))?;
        files.push((path.display().to_string(), text));
    }
    let mut found = (source.read)(&files).map_err(|error| Failure::Usage(error.to_string()))?;
    tidy(&mut found);
    if found.keys.is_empty() {
        return Err(Failure::Usage(format!("{}: no key is in it that a taxonomy could have", files.first().map_or("", |(name, _)| name))));
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let text = written(&found, cloud.as_str(), &names);
    // What is written has to be what `check` accepts, whatever stood in the policy.
    crate::taxonomy::parse(args.out.as_deref().unwrap_or(Path::new("taxonomy.yaml")), &text)?;
    for note in &found.notes {
        // There is nobody to tell when standard error is gone.
        log::note(note);
    }
    let Some(out) = &args.out else {
        super::super::print(text.as_bytes())?;
        return Ok(exit::CLEAN);
    };
    crate::output::new_file(out, text.as_bytes())?;
    super::super::print(format!("{}: {} written; `tagledger taxonomy check {0}` holds it to the form\n", out.display(), keys(found.keys.len())).as_bytes())?;
    Ok(exit::CLEAN)
}

fn keys(count: usize) -> String {
    tagledger_report::plural(count as u64, "key")
}

/// What a taxonomy compares as one is one.
fn tidy(found: &mut FoundKeys) {
    let mut seen: Vec<(String, String)> = Vec::new();
    let first = |seen: &mut Vec<(String, String)>, text: &str| -> Result<(), String> {
        let folded = fold(text);
        if folded.is_empty() {
            return Err("holds no letter or digit".to_owned());
        }
        if let Some((_, before)) = seen.iter().find(|(known, _)| *known == folded) {
            return Err(format!("is the same as `{before}`, because case and the characters - _ . : / and space do not count"));
        }
        seen.push((folded, text.to_owned()));
        Ok(())
    };
    let notes = &mut found.notes;
    // Of two keys that are one here, the one of which the policy says something stays.
    found.keys.sort_by_key(|key| key.values.is_empty() && key.asked == FoundAsked::Nothing);
    found.keys.retain(|key| first(&mut seen, &key.name).map_err(|why| notes.push(format!("the key `{}` {why}: it is left out", key.name))).is_ok());
    found.keys.sort_by(|a, b| a.name.cmp(&b.name));
    for key in &mut found.keys {
        let mut seen = Vec::new();
        // A star makes the values a pattern, which is compared as it stands.
        if !key.values.iter().any(|value| value.contains('*')) {
            let name = &key.name;
            key.values.retain(|value| first(&mut seen, value).map_err(|why| notes.push(format!("{name}: the value `{value}` {why}: it is left out"))).is_ok());
        }
    }
    for key in found.keys.drain(MAX_KEYS.min(found.keys.len())..) {
        notes.push(format!("the key `{}` is left out, because a taxonomy has at most {MAX_KEYS}", key.name));
    }
}

fn written(found: &FoundKeys, cloud: &str, files: &[&str]) -> String {
    let mut text = format!("# Written by `tagledger taxonomy import` from {}.\n", comment(&files.join(", ")));
    text.push_str(
        "# What a policy cannot say is yours to add: aliases, other spellings of values, inherit, stages; `tagledger taxonomy suggest` proposes some.\n",
    );
    for note in &found.notes {
        // Writing to a string cannot fail.
        let _written = writeln!(text, "# note: {}", comment(note));
    }
    text.push_str("version: 1\nkeys:\n");
    for key in &found.keys {
        let _written = writeln!(text, "  {}:", quoted(&key.name));
        if key.asked != FoundAsked::Nothing {
            text.push_str("    required: true\n");
        }
        values(key, &mut text);
    }
    let asked: Vec<&FoundKey> = found.keys.iter().filter(|key| key.asked != FoundAsked::Nothing).collect();
    if !asked.is_empty() {
        text.push_str("# The policy asks these keys of this cloud only; take an entry away to ask its key everywhere.\nrequirements:\n");
        for key in asked {
            let kinds = if let FoundAsked::Kinds(kinds) = &key.asked {
                format!(", kinds: [{}]", kinds.iter().map(|kind| quoted(kind)).collect::<Vec<_>>().join(", "))
            } else {
                String::new()
            };
            let _written = writeln!(text, "  - {{ key: {}, clouds: [{cloud}]{kinds} }}", quoted(&key.name));
        }
    }
    text
}

fn values(key: &FoundKey, text: &mut String) {
    if key.values.is_empty() {
        return;
    }
    if key.values.iter().any(|value| value.contains('*')) {
        let one = |value: &String| value.split('*').map(escaped).collect::<Vec<_>>().join(".*");
        let all: Vec<String> = key.values.iter().map(one).collect();
        let _written = writeln!(text, "    pattern: {}", quoted(&all.join("|")));
        return;
    }
    text.push_str("    values:\n");
    for value in &key.values {
        let _written = writeln!(text, "      {}: []", quoted(value));
    }
}

/// A text as a regular expression that matches it alone.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if regex_syntax::is_meta_character(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
