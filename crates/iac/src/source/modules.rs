//! Where modules lie: what the plan says, and what `terraform init` wrote down.

use super::directory::read_text;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::borrow::Cow;
use std::path::Path;
use tagledger_model::Text;

/// What a plan's configuration says about the sources of its modules.
#[derive(Debug, Clone, Default)]
pub(crate) struct ModuleSources(FxHashMap<Text, Text>);

impl ModuleSources {
    /// Notes one: `path` are the names of the calls from the root on, with dots between; `source` is what the call says, e.g. `./modules/network`.
    pub fn add(&mut self, path: &str, source: &str) {
        self.0.insert(path.into(), source.into());
    }

    /// The source of a module, by the names of its calls with dots between.
    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(Text::as_str)
    }
}

/// The path in a source that names a folder beside the caller; none for a registry, a repository or an archive.
pub(super) fn local(source: &str) -> Option<Cow<'_, str>> {
    if source.starts_with(r".\") || source.starts_with(r"..\") {
        return Some(source.replace('\\', "/").into());
    }
    (source.starts_with("./") || source.starts_with("../")).then_some(source.into())
}

/// The list of modules that `terraform init` keeps below the root.
#[derive(Debug, Default)]
pub(super) struct Manifest(FxHashMap<Text, Text>);

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "Modules", default)]
    modules: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "Key", default)]
    key: Text,
    #[serde(rename = "Dir", default)]
    folder: Text,
}

impl Manifest {
    /// Reads the list; without one, which is usual where a plan is judged on another machine, nothing is known.
    pub fn read(root: &Path, notes: &mut Vec<String>) -> Self {
        let file = root.join(".terraform/modules/modules.json");
        if !file.exists() {
            return Self::default();
        }
        let written = read_text(&file).and_then(|text| serde_json::from_str::<Written>(&text).map_err(|error| error.to_string()));
        match written {
            Ok(written) => Self(written.modules.into_iter().filter(|r| !r.folder.is_empty()).map(|r| (r.key, r.folder)).collect()),
            Err(why) => {
                notes.push(format!("{}: cannot be read ({why}), so that modules are looked for only where the plan says they are", file.display()));
                Self::default()
            }
        }
    }

    /// The folder of a module, from the root.
    pub fn folder(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(Text::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_with_dots_is_local() {
        assert_eq!(local("./modules/a").as_deref(), Some("./modules/a"));
        assert_eq!(local(r"..\modules\a").as_deref(), Some("../modules/a"));
        for source in ["terraform-aws-modules/vpc/aws", "git::https://example.test/x.git//modules/a", "/abs", "", ".", ".hidden", "modules/a"] {
            assert_eq!(local(source), None, "{source}");
        }
    }
}
