//! What is in a folder that is read whole.

use crate::CostError;
use crate::deliveries;
use std::path::{Path, PathBuf};

/// The files of a folder, as far as its manifests list them.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, CostError> {
    let mut found = Found::default();
    walk(folder, &mut found, &mut Vec::new())?;
    deliveries::none_packed(&found.packed)?;
    deliveries::listed(found.data, &found.manifests)
}

/// What is in a folder that is read whole.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub data: Vec<PathBuf>,
    pub manifests: Vec<PathBuf>,
    /// Files that may be data, and cannot be read.
    pub packed: Vec<PathBuf>,
}

impl Found {
    /// Of files that are not here yet, those that would be found in a folder.
    pub fn of<'f>(folder: &Path, files: impl Iterator<Item = &'f PathBuf>) -> Self {
        let mut found = Self::default();
        for file in files {
            let names = file.strip_prefix(folder).into_iter().flat_map(Path::iter);
            if !names.into_iter().any(|name| is_hidden(&name.to_string_lossy())) {
                found.add(file.clone());
            }
        }
        found
    }

    fn add(&mut self, file: PathBuf) {
        let name = file.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        if deliveries::is_manifest(&name) {
            self.manifests.push(file);
        } else if deliveries::is_data(&name) {
            self.data.push(file);
        } else if deliveries::is_packed(&name) {
            self.packed.push(file);
        }
    }
}

/// True for the names of files and folders that engines keep for themselves.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name.starts_with('_')
}

fn walk(folder: &Path, found: &mut Found, above: &mut Vec<PathBuf>) -> Result<(), CostError> {
    let io = |source| CostError::Io { path: folder.display().to_string(), source };
    let real = folder.canonicalize().map_err(io)?;
    // A link to a folder above would lead round for ever.
    if above.contains(&real) {
        return Ok(());
    }
    above.push(real);
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).map_err(io)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>().map_err(io)?;
    entries.sort();
    for entry in entries {
        if entry.file_name().is_some_and(|name| is_hidden(&name.to_string_lossy())) {
            continue;
        }
        if entry.is_dir() {
            walk(&entry, found, above)?;
        } else {
            found.add(entry);
        }
    }
    above.pop();
    Ok(())
}
