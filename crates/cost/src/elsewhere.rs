//! Files that lie elsewhere: which of them are a bill is told by their names and by the manifests among them, before all are brought here.

use crate::source::Found;
use crate::{CostError, deliveries};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The files of a bill that are not here yet, by the paths that they will have here.
#[derive(Debug, Default)]
pub struct Elsewhere {
    /// Files that were named.
    named: BTreeSet<PathBuf>,
    /// Folders that are read whole.
    folders: BTreeMap<PathBuf, Found>,
}

impl Elsewhere {
    /// Whether the file of such a name is worth knowing of: data of a bill, a manifest, or what may be data and cannot be read.
    pub fn may_be_bill(name: &str) -> bool {
        let name = name.to_lowercase();
        deliveries::is_manifest(&name) || deliveries::is_data(&name) || deliveries::is_packed(&name)
    }

    /// What was named, a file or a folder, of all `files` at or below it. A pattern goes on from there, part by part: what it hits may be a file, or a folder that is
    /// read whole.
    pub fn of(root: &Path, pattern: Option<&str>, files: &[PathBuf]) -> Result<Self, CostError> {
        let refused = |path: &Path, what: String| CostError::File { path: path.display().to_string(), what };
        let mut all = Self::default();
        let Some(pattern) = pattern else {
            if files.iter().any(|file| file == root) {
                all.named.insert(root.to_owned());
                return Ok(all);
            }
            all.folders.insert(root.to_owned(), Found::of(root, files.iter()));
            if all.folders.values().all(|found| found.data.is_empty()) {
                return Err(refused(root, "nothing there is a .csv, .csv.gz or .parquet file".to_owned()));
            }
            return Ok(all);
        };
        let whole = root.join(pattern);
        let part = |part: &str| match part {
            "**" => Err(refused(&whole, "`**` is no pattern of an address; name the folder, which is read whole".to_owned())),
            other => glob::Pattern::new(other).map_err(|e| refused(&whole, format!("the pattern cannot be read: {e}"))),
        };
        let parts = pattern.split('/').filter(|part| !part.is_empty()).map(part).collect::<Result<Vec<_>, _>>()?;
        let mut hits: BTreeMap<PathBuf, Vec<&PathBuf>> = BTreeMap::new();
        for file in files {
            let Ok(below) = file.strip_prefix(root) else { continue };
            let names: Vec<&str> = below.iter().filter_map(|name| name.to_str()).collect();
            if names.len() < parts.len() || !names.iter().zip(&parts).all(|(name, part)| part.matches(name)) {
                continue;
            }
            if names.len() == parts.len() {
                all.named.insert(file.clone());
            } else {
                let hit = names.iter().take(parts.len()).fold(root.to_owned(), |path, name| path.join(name));
                hits.entry(hit).or_default().push(file);
            }
        }
        all.folders = hits.into_iter().map(|(hit, files)| (hit.clone(), Found::of(&hit, files.into_iter()))).collect();
        if all.paths().is_empty() {
            return Err(refused(&whole, "nothing matches the pattern".to_owned()));
        }
        Ok(all)
    }

    /// The manifests, which have to be here before it is known what else is wanted.
    pub fn manifests(&self) -> Vec<PathBuf> {
        self.folders.values().flat_map(|found| found.manifests.iter().cloned()).collect()
    }

    /// The files that are read, now that the manifests are here.
    pub fn wanted(&self) -> Result<Vec<PathBuf>, CostError> {
        let mut wanted: Vec<PathBuf> = self.named.iter().cloned().collect();
        for found in self.folders.values() {
            deliveries::none_packed(&found.packed)?;
            wanted.extend(deliveries::listed(found.data.clone(), &found.manifests)?);
        }
        Ok(wanted)
    }

    /// What `Bill::find` is to be given when all of it is here.
    pub fn paths(&self) -> Vec<PathBuf> {
        let folders = self.folders.iter().filter(|(_, found)| !found.data.is_empty()).map(|(folder, _)| folder);
        let mut paths: Vec<PathBuf> = self.named.iter().chain(folders).cloned().collect();
        paths.sort();
        paths
    }
}

/// What files are called that are here only to be read.
#[derive(Debug, Clone, Default)]
pub struct Names(Vec<(String, String)>);

impl Names {
    /// Folders, each with what it stands for.
    pub fn new(folders: &[(PathBuf, String)]) -> Self {
        Self(folders.iter().map(|(folder, shown)| (folder.display().to_string(), shown.clone())).collect())
    }

    /// A text in which the folders are called what they stand for.
    pub fn shown(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (folder, shown)| text.replace(folder, shown))
    }

    /// An error that says where a file comes from.
    pub fn told(&self, error: CostError) -> CostError {
        match error {
            CostError::Io { path, source } => CostError::Io { path: self.shown(&path), source },
            CostError::At { path, line, column, what } => CostError::At { path: self.shown(&path), line, column, what: self.shown(&what) },
            CostError::File { path, what } => CostError::File { path: self.shown(&path), what: self.shown(&what) },
            other @ CostError::Conservation { .. } => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn a_pattern_hits_files_and_folders_part_by_part() {
        let files = paths(&["r/2026-10/a.csv", "r/2026-10/deep/b.csv", "r/2026-11/c.csv", "r/2026-11/_old/d.csv", "r/2025/e.csv", "r/2026-x.csv"]);
        let wanted = |pattern: &str| Elsewhere::of(Path::new("r"), Some(pattern), &files).unwrap().wanted().unwrap();
        assert_eq!(wanted("2026-*"), paths(&["r/2026-x.csv", "r/2026-10/a.csv", "r/2026-10/deep/b.csv", "r/2026-11/c.csv"]));
        assert_eq!(wanted("*/?.csv"), paths(&["r/2025/e.csv", "r/2026-10/a.csv", "r/2026-11/c.csv"]));
        assert_eq!(wanted("2026-1[1]/"), paths(&["r/2026-11/c.csv"]));
        let said = |pattern: &str| Elsewhere::of(Path::new("r"), Some(pattern), &files).unwrap_err().to_string();
        assert_eq!(said("2024*/a.csv"), "r/2024*/a.csv: nothing matches the pattern");
        assert!(said("**/a.csv").contains("name the folder") && said("[").contains("cannot be read"));
    }

    #[test]
    fn a_name_is_a_file_or_a_folder() {
        let one = Elsewhere::of(Path::new("r/a.txt"), None, &paths(&["r/a.txt"])).unwrap();
        assert_eq!((one.wanted().unwrap(), one.paths(), one.manifests()), (paths(&["r/a.txt"]), paths(&["r/a.txt"]), Vec::new()));
        let folder = Elsewhere::of(Path::new("r"), None, &paths(&["r/.x/a.csv", "r/B.CSV.GZ", "r/notes.txt", "r/m/x-Manifest.json"])).unwrap();
        assert_eq!((folder.paths(), folder.manifests()), (paths(&["r"]), paths(&["r/m/x-Manifest.json"])));
        assert!(Elsewhere::of(Path::new("r"), None, &paths(&["r/x-manifest.json"])).unwrap_err().to_string().starts_with("r: nothing there is a .csv"));
    }

    #[test]
    fn names_stand_in_for_folders_wherever_an_error_names_one() {
        let names = Names::new(&[(PathBuf::from("/c/.r/000"), "s3://b".to_owned()), (PathBuf::from("/c/.r/001"), "gs://d".to_owned())]);
        let error = CostError::File { path: "/c/.r/000/p/a.csv".to_owned(), what: "is in /c/.r/000/p and in /c/.r/001/q".to_owned() };
        assert_eq!(names.told(error).to_string(), "s3://b/p/a.csv: is in s3://b/p and in gs://d/q");
    }
}
