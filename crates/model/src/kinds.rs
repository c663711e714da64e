//! The table of resource kinds of one cloud.

use crate::Taggable;
use std::collections::HashMap;

/// One kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The cloud's own name, as inventories spell it, in lower case.
    pub native: &'static str,
    /// The name shared by all clouds, `family.thing`: `storage.bucket`, `compute.disk`, `database.sql`.
    pub shared: &'static str,
    /// The Terraform resource type, where there is one.
    pub terraform: Option<&'static str>,
    /// Whether it can carry tags.
    pub taggable: Taggable,
}

/// All kinds that a cloud's crate knows.
#[derive(Debug, Default)]
pub struct Kinds {
    by_native: HashMap<&'static str, Kind>,
    /// Of several kinds with one Terraform type the first of the table counts.
    by_terraform: HashMap<&'static str, &'static str>,
    /// Lines of kinds without a shared name, searched when asked: they are many, and few are asked for.
    others: &'static str,
}

impl Kinds {
    /// Reads a table: one kind a line, columns parted by tabs: native, shared, terraform or `-`, `yes`/`no`.
    /// Lines that start with `#` are comments; a line of another shape is left out (each crate's tests hold its table to the shape).
    pub fn from_table(table: &'static str) -> Self {
        let (mut by_native, mut by_terraform) = (HashMap::new(), HashMap::new());
        for line in table.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
            let columns: Vec<&'static str> = line.split('\t').collect();
            if let [native, shared, terraform, taggable] = columns[..] {
                let terraform = (terraform != "-").then_some(terraform);
                let taggable = if taggable == "yes" { Taggable::Yes } else { Taggable::No };
                if let Some(terraform) = terraform {
                    by_terraform.entry(terraform).or_insert(native);
                }
                by_native.insert(native, Kind { native, shared, terraform, taggable });
            }
        }
        Self { by_native, by_terraform, others: "" }
    }

    /// The same with a table of kinds that have no shared name: a namespace a line, then the types in it that can carry tags and those that
    /// cannot, names parted by spaces and columns by tabs, all in lower case; `-` for none.
    pub fn and_taggable(self, others: &'static str) -> Self {
        Self { others, ..self }
    }

    /// Whether a kind can carry tags, as far as the tables know; the name without case.
    pub fn taggable(&self, native: &str) -> Option<Taggable> {
        if let Some(kind) = self.find(native) {
            return Some(kind.taggable);
        }
        if self.others.is_empty() {
            return None;
        }
        let name = native.to_ascii_lowercase();
        let (namespace, kind) = name.split_once('/')?;
        let lines = self.others.lines().filter_map(|line| line.strip_prefix(namespace)?.strip_prefix('\t')?.split_once('\t'));
        let has = |names: &str| names.split(' ').any(|name| name == kind);
        lines.into_iter().find_map(|(yes, no)| if has(yes) { Some(Taggable::Yes) } else { has(no).then_some(Taggable::No) })
    }

    /// The kind by the cloud's own name, without case.
    pub fn find(&self, native: &str) -> Option<&Kind> {
        self.by_native.get(native).or_else(|| self.by_native.get(native.to_ascii_lowercase().as_str()))
    }

    /// The kind that Terraform calls so.
    pub fn by_terraform(&self, terraform: &str) -> Option<&Kind> {
        self.by_terraform.get(terraform).and_then(|native| self.by_native.get(native))
    }

    /// How many kinds the table holds.
    pub fn len(&self) -> usize {
        self.by_native.len()
    }

    /// True for an empty table.
    pub fn is_empty(&self) -> bool {
        self.by_native.is_empty()
    }

    /// All kinds, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Kind> {
        self.by_native.values()
    }
}
