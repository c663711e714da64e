//! The blocks of one folder: every file that Terraform or OpenTofu would read there.

use super::{Block, hcl, json, on_disk};
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::Path;
use tagledger_model::Text;

/// Larger than any file that a person wrote; generated ones were seen with a few MiB.
const MOST_BYTES: u64 = 64 << 20;

/// The word that a block begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    Resource,
    Module,
}

/// What names a block in its folder; a module has no second name.
pub(super) type Name = (What, Text, Text);

/// The blocks of a folder.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// Whether the folder could be read.
    pub is_there: bool,
    blocks: FxHashMap<Name, Block>,
}

impl Directory {
    /// Reads every source file of a folder; what does not parse is skipped and noted.
    pub fn read(folder: &Path, notes: &mut Vec<String>) -> Self {
        let Ok(entries) = std::fs::read_dir(on_disk(folder)) else { return Self::default() };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        let mut blocks = FxHashMap::default();
        for file in sources(names) {
            let path = folder.join(&file.name);
            let found = read_text(&path).and_then(|text| if file.is_json { json::blocks(&text, &path) } else { hcl::blocks(&text, &path) });
            match found {
                // The first wins: what comes later only overrides parts of it.
                Ok(found) => found.into_iter().for_each(|(name, block)| {
                    blocks.entry(name).or_insert(block);
                }),
                Err(why) => notes.push(format!("{}: cannot be read ({why}), so that resources in it have no line", path.display())),
            }
        }
        Self { is_there: true, blocks }
    }

    /// Whether nothing is made here.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// A block by its word and its names.
    pub fn block(&self, what: What, kind: &str, name: &str) -> Option<&Block> {
        self.blocks.get(&(what, Text::new(kind), Text::new(name)))
    }
}

/// A file by what its name says.
struct Source {
    name: String,
    stem: String,
    is_json: bool,
    is_tofu: bool,
}

impl Source {
    fn new(name: String) -> Option<Self> {
        let endings = [(".tf", false, false), (".tofu", false, true), (".tf.json", true, false), (".tofu.json", true, true)];
        let (stem, is_json, is_tofu) =
            endings.iter().find_map(|(ending, is_json, is_tofu)| Some((name.strip_suffix(ending)?.to_owned(), *is_json, *is_tofu)))?;
        // Editors leave such files behind, and the tools pass them over.
        let is_ignored = stem.is_empty() || name.starts_with('.') || name.starts_with('#');
        (!is_ignored).then_some(Self { name, stem, is_json, is_tofu })
    }

    fn is_override(&self) -> bool {
        self.stem == "override" || self.stem.ends_with("_override")
    }
}

/// The files that count, overriding ones last, the rest by name. OpenTofu's own file replaces Terraform's of the same stem.
fn sources(names: Vec<String>) -> Vec<Source> {
    let mut files: Vec<Source> = names.into_iter().filter_map(Source::new).collect();
    let tofu: FxHashSet<(String, bool)> = files.iter().filter(|f| f.is_tofu).map(|f| (f.stem.clone(), f.is_json)).collect();
    files.retain(|f| f.is_tofu || !tofu.contains(&(f.stem.clone(), f.is_json)));
    files.sort_by(|a, b| (a.is_override(), &a.name).cmp(&(b.is_override(), &b.name)));
    files
}

/// Reads a text file. Anything that is no plain file would block or never end.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let about = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !about.is_file() {
        return Err("it is no plain file".to_owned());
    }
    if about.len() > MOST_BYTES {
        return Err("it is larger than 64 MiB".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(names: &[&str]) -> Vec<String> {
        sources(names.iter().map(|n| (*n).to_owned()).collect()).into_iter().map(|f| f.name).collect()
    }

    #[test]
    fn files_count_as_the_tools_count_them() {
        assert_eq!(order(&["b.tf", "a.tf.json", "override.tf", "a_override.tf", "z.tf"]), ["a.tf.json", "b.tf", "z.tf", "a_override.tf", "override.tf"]);
        assert_eq!(order(&["a.tf", "a.tofu", "a.tf.json", "b.tofu.json", "b.tf.json", "b.tf"]), ["a.tf.json", "a.tofu", "b.tf", "b.tofu.json"]);
        assert_eq!(order(&[".tf", ".a.tf", "#a.tf", "a.tf~", "a.tfvars", "a.hcl", "a.tftest.hcl", "terraform.tfstate", "a.json", "a.tf.bak"]), [""; 0]);
    }
}
