//! Tables of kinds: where their tags are, and what Terraform calls them.

use crate::found::Carries;
use crate::reader::squeezed;
use std::collections::HashMap;

/// What a table says of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kubernetes) struct Entry {
    /// Where its tags are.
    pub carries: Carries,
    /// Terraform's name of it, where that is not made of the group and the kind.
    pub terraform: Option<&'static str>,
}

/// Kinds by the first part of their group and their name.
pub(super) struct Table(HashMap<(&'static str, &'static str), Entry>);

impl Table {
    /// Reads a table.
    pub fn of(text: &'static str) -> Self {
        let mut all = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let [group, attribute, kinds] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
            let carries = if attribute == "-" { Carries::Nothing } else { Carries::At(attribute) };
            for kind in kinds.split(' ') {
                let (kind, terraform) = kind.split_once('=').map_or((kind, None), |(kind, name)| (kind, Some(name)));
                all.insert((group.trim_start_matches('-'), kind), Entry { carries, terraform });
            }
        }
        Self(all)
    }

    /// What is known of a kind; nothing of one that the table does not have.
    pub fn find(&self, package: &str, kind: &str) -> Option<Entry> {
        self.0.get(&(package, kind)).copied()
    }
}

impl Entry {
    /// What Terraform calls the kind, squeezed, when `usual` is what it is called by rule.
    pub fn terraform(&self, usual: &str) -> String {
        squeezed(self.terraform.unwrap_or(usual))
    }
}
