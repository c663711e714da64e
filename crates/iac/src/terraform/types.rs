//! Types that can carry tags, for plans that do not say so themselves.
//!
//! A plan as Terraform prints it lists every attribute of a type's schema, and nothing else is asked. What people trim by hand for a test or a
//! ticket leaves out what is null, and there a bare resource has to be told from one that cannot carry tags.

use super::families::{Family, TagsAt};

const TABLE: &str = include_str!("types.tsv");

/// The place where a type of the family has its tags.
pub(super) fn find(family: &Family, kind: &str) -> Option<&'static TagsAt> {
    let (provider, name) = kind.split_once('_')?;
    let attribute = TABLE.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let (attribute, names) = line.strip_prefix(provider)?.strip_prefix('\t')?.split_once('\t')?;
        names.split(' ').any(|known| known == name).then_some(attribute)
    })?;
    family.places.iter().find(|at| at.own == attribute)
}
