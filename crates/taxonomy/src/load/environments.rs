//! What hangs on the values of Environment and DataClass: `stages:`, `environments:`, `retention:`, `residency:`.

use super::keys::check_value;
use super::{Known, KnownCloud};
use crate::yaml::{At, Node, Reader, Shape, Word, suggest};
use crate::{Environment, Key, Retention, Stage, StageContainer, fold};
use std::collections::{BTreeMap, HashMap};

/// Seconds that a resource may live in an ephemeral environment that gives no lifetime: a week.
const EPHEMERAL: i64 = 7 * 86_400;

/// The key that a section is about; a mistake when there is none.
fn section_key<'k>(reader: &mut Reader<'_>, keys: &'k [Key], name: &str, section: &str, at: At) -> Option<&'k Key> {
    let found = keys.iter().find(|k| k.name == name);
    if found.is_none() && !keys.is_empty() {
        let help = match keys.iter().find(|k| fold(&k.name) == fold(name)) {
            Some(near) => format!("Rename the key `{}` to `{name}`", near.name),
            None => format!("Declare `{name}` under `keys`, or take `{section}` away"),
        };
        reader.error(at, format!("`{section}` needs a key named {name}"), help);
    }
    found
}

/// Reads `stages:`.
pub(super) fn stages(reader: &mut Reader<'_>, node: &Node, keys: &[Key], known: &Known<'_>) -> Vec<Stage> {
    let items = reader.items(node, "`stages`");
    let key = if items.is_empty() { None } else { section_key(reader, keys, "Environment", "stages", node.at) };
    let stages: Vec<Stage> = items.iter().filter_map(|item| stage(reader, item, key, known)).collect();
    shadowed(reader, &stages);
    stages
}

fn stage(reader: &mut Reader<'_>, node: &Node, key: Option<&Key>, known: &Known<'_>) -> Option<Stage> {
    let mut fields = reader.fields(node, "a stage")?;
    let at = fields.at;
    let named = fields.need(reader, "environment", "Name the Environment that these containers are for, or several");
    if let Some(none) = named.filter(|n| matches!(&n.shape, Shape::List(items) if items.is_empty())) {
        reader.error(none.at, "This stage is for no Environment", "Name one, or several that share these containers");
    }
    let words = named.map(|n| reader.word_or_words(n, "`environment`")).unwrap_or_default();
    for (at, word) in words.iter().enumerate() {
        if let Some(key) = key {
            check_value(reader, key, *word);
        }
        if words[..at].iter().any(|other| other.text == word.text) {
            reader.error(word.at, format!("`{}` is named twice", word.text.escape_debug()), "Take one of the two away");
        }
    }
    let clouds = fields.rest(reader);
    if clouds.is_empty() {
        reader.error(at, "This stage names no container", "Add a cloud with its containers, e.g. `<cloud>: { <kind of container>: [\"prod-*\"] }`");
    }
    let mut containers = Vec::new();
    for (cloud, node) in clouds {
        let found = known.check_cloud(reader, cloud);
        for (kind, patterns) in reader.entries(node, "a cloud of a stage") {
            check_container(reader, found, kind);
            let patterns = reader.words(patterns, &format!("`{}`", kind.text.escape_debug())).into_iter().map(|w| reader.spelt(w)).collect();
            containers.push(StageContainer { cloud: cloud.text.to_owned(), kind: kind.text.to_owned(), patterns });
        }
    }
    let environments: Vec<String> = words.into_iter().map(|word| word.text.to_owned()).collect();
    (!environments.is_empty()).then(|| Stage { environments, containers, place: reader.place(at) })
}

fn check_container(reader: &mut Reader<'_>, cloud: Option<&KnownCloud<'_>>, kind: Word<'_>) {
    if let Some(cloud) = cloud.filter(|c| !c.containers.contains(&kind.text)) {
        let help = suggest(kind.text, &format!("containers of {}", cloud.id), cloud.containers.iter().copied());
        reader.error(kind.at, format!("`{}` is no kind of container of {}", kind.text.escape_debug(), cloud.id), help);
    }
}

/// The first match wins, so that the same pattern in a later entry can never count.
fn shadowed(reader: &mut Reader<'_>, stages: &[Stage]) {
    let mut seen: HashMap<(&str, &str, String), &Stage> = HashMap::new();
    for stage in stages {
        for container in &stage.containers {
            for pattern in &container.patterns {
                let first = seen.entry((&container.cloud, &container.kind, pattern.text.to_lowercase())).or_insert(stage);
                if first.environments != stage.environments {
                    let at = At { line: pattern.place.line as usize, column: pattern.place.column as usize, width: 0 };
                    let message = format!("`{}` is declared for {} already", pattern.text.escape_debug(), first.environments.join(" and "));
                    reader.warning(at, message, format!("The entry in line {} comes first and wins; keep one of the two", first.place.line));
                }
            }
        }
    }
}

/// Reads `environments:`.
pub(super) fn environments(reader: &mut Reader<'_>, node: &Node, keys: &[Key]) -> BTreeMap<String, Environment> {
    let (data, environment) = (keys.iter().find(|k| k.name == "DataClass"), keys.iter().find(|k| k.name == "Environment"));
    named(reader, node, keys, "Environment", "environments", |reader, node| {
        let mut fields = reader.fields(node, "an environment")?;
        let held = fields.take("data").map(|n| (n.at, reader.words(n, "`data`")));
        if let Some((at, words)) = &held {
            let key = data.or_else(|| section_key(reader, keys, "DataClass", "data", *at));
            for (key, word) in key.into_iter().flat_map(|key| words.iter().map(move |word| (key, word))) {
                check_value(reader, key, *word);
            }
        }
        let after = fields.take("after").map(|n| reader.words(n, "`after`")).unwrap_or_default();
        for (key, word) in environment.iter().flat_map(|key| after.iter().map(move |word| (key, word))) {
            check_value(reader, key, *word);
        }
        let ephemeral = fields.take("ephemeral").and_then(|n| reader.flag(n, "`ephemeral`")).unwrap_or(false);
        let lifetime = fields.take("lifetime").and_then(|n| reader.seconds(n, "`lifetime`"));
        let environment = Environment {
            after: after.iter().map(|word| word.text.to_owned()).collect(),
            purpose: fields.take("purpose").and_then(|n| reader.word(n, "`purpose`")).map(|w| w.text.to_owned()),
            owner: fields.take("owner").and_then(|n| reader.word(n, "`owner`")).map(|w| w.text.to_owned()),
            releases_only: fields.take("releases_only").and_then(|n| reader.flag(n, "`releases_only`")).unwrap_or(false),
            data: held.map(|(_, words)| words.into_iter().map(|w| w.text.to_owned()).collect()).unwrap_or_default(),
            regions: fields.take("regions").map(|n| regions(reader, n, "No region is allowed for this environment")).unwrap_or_default(),
            lifetime: lifetime.or(ephemeral.then_some(EPHEMERAL)),
            ephemeral,
        };
        fields.finish(reader);
        Some(environment)
    })
}

/// Reads `retention:`.
pub(super) fn retention(reader: &mut Reader<'_>, node: &Node, keys: &[Key]) -> BTreeMap<String, Retention> {
    named(reader, node, keys, "Environment", "retention", |reader, node| {
        let mut fields = reader.fields(node, "a retention")?;
        let at = fields.at;
        let min = fields.take("min").map(|n| reader.seconds(n, "`min`"));
        let max = fields.take("max").map(|n| reader.seconds(n, "`max`"));
        fields.finish(reader);
        match (min, max) {
            (None, None) => reader.error(at, "This retention says nothing", "Give `min`, `max` or both, e.g. `{ min: 30d, max: 400d }`"),
            (Some(Some(min)), Some(Some(max))) if min > max => reader.error(at, "`min` is longer than `max`", "Swap the two"),
            _ => {}
        }
        Some(Retention { min: min.flatten(), max: max.flatten() })
    })
}

/// Reads `residency:`.
pub(super) fn residency(reader: &mut Reader<'_>, node: &Node, keys: &[Key]) -> BTreeMap<String, Vec<String>> {
    named(reader, node, keys, "DataClass", "residency", |reader, node| Some(regions(reader, node, "No region is allowed for this data")))
}

/// Region patterns, at least one.
fn regions(reader: &mut Reader<'_>, node: &Node, message: &str) -> Vec<String> {
    let regions = reader.words(node, "a list of regions");
    if matches!(&node.shape, Shape::List(items) if items.is_empty()) {
        reader.error(node.at, message, "Name region patterns, e.g. `[eu-*]`, or take the line away");
    }
    regions.into_iter().map(|w| w.text.to_owned()).collect()
}

/// A map from values of a key to something.
fn named<T>(
    reader: &mut Reader<'_>,
    node: &Node,
    keys: &[Key],
    key: &str,
    section: &str,
    mut read: impl FnMut(&mut Reader<'_>, &Node) -> Option<T>,
) -> BTreeMap<String, T> {
    let entries = reader.entries(node, &format!("`{section}`"));
    let key = if entries.is_empty() { None } else { section_key(reader, keys, key, section, node.at) };
    let mut out = BTreeMap::new();
    for (name, node) in entries {
        if let Some(key) = key {
            check_value(reader, key, name);
        }
        if let Some(value) = read(reader, node) {
            out.insert(name.text.to_owned(), value);
        }
    }
    out
}
