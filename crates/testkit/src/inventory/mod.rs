//! The estate's inventory in the clouds' own export formats.

mod aws;
mod azure;
mod gcp;

use crate::{
    estate::Estate,
    output::Layout,
    tag::{Meaning, Tag},
};
use std::{io, path::Path};

pub(crate) use aws::{Explored, Reported, TaggedPair};
pub(crate) use azure::ArgResource;
pub(crate) use gcp::{Asset, Project, folder_number};

/// Resources in one file at most.
pub(crate) const CHUNK: u64 = 50_000;

/// Writes `inventory/` below the folder.
pub fn write(estate: &Estate, folder: &Path) -> io::Result<()> {
    let folder = folder.join("inventory");
    aws::write(estate, &folder.join("aws"))?;
    azure::write(estate, &folder.join("azure"))?;
    gcp::write(estate, &folder.join("gcp"))
}

/// Small estates look as on a terminal, large ones are compact.
fn layout(estate: &Estate, blanks: usize) -> Layout {
    if estate.is_small() { Layout::Indented(blanks) } else { Layout::Compact }
}

/// `name.json`, or `name-0001.json` when there are several.
fn chunk_name(name: &str, chunk: usize, chunks: u64, ending: &str) -> String {
    if chunks <= 1 { format!("{name}.{ending}") } else { format!("{name}-{:04}.{ending}", chunk + 1) }
}

/// True when somebody, not the platform, wrote a tag.
pub(crate) fn has_user_tag(tags: &[Tag]) -> bool {
    tags.iter().any(|t| t.meaning != Meaning::Vendor)
}

fn pairs(tags: &[Tag]) -> Vec<(&str, &str)> {
    tags.iter().map(|t| (t.key.as_str(), t.value.as_str())).collect()
}
