//! What a machine holds that a cloud's own programs would take for credentials, found without asking anybody.

use std::path::{Path, PathBuf};

/// Where to look: environment variables, and the user's folder.
pub struct Machine<'m> {
    /// The value of a variable; none where it is not set or empty.
    pub variable: &'m dyn Fn(&str) -> Option<String>,
    /// The user's folder.
    pub home: Option<PathBuf>,
}

impl std::fmt::Debug for Machine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine").field("home", &self.home).finish_non_exhaustive()
    }
}

/// Files of configuration are small; what is larger is something else.
const MOST_BYTES: u64 = 4 << 20;

impl Machine<'_> {
    /// The value of a variable; none where it is not set or empty.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.trim().is_empty())
    }

    /// The path that a variable names, else one in the user's folder.
    pub fn path(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        self.get(variable).map(PathBuf::from).or_else(|| self.home.as_ref().map(|home| home.join(below_home)))
    }

    /// The text of a file, as far as it can be read; its byte order mark is no part of it.
    pub fn read(&self, path: &Path) -> Option<String> {
        let size = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
        let text = std::fs::read_to_string(path).ok().filter(|_| size <= MOST_BYTES)?;
        Some(text.trim_start_matches('\u{feff}').to_owned())
    }
}

/// What was found of a cloud. Nothing of it is a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundCredentials {
    /// What was found, such as "the profile `audit` of ~/.aws/config"; empty where nothing was.
    pub found: Vec<String>,
    /// Settings of the cloud that go with it: name and text.
    pub settings: Vec<(&'static str, String)>,
    /// A setting that a person has to choose, and among what; without it the cloud cannot be asked.
    pub choice: Option<(&'static str, Vec<String>)>,
}
