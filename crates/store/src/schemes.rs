//! Which object store an address means, and which of the environment's variables speak to it.

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use std::path::PathBuf;
use url::Url;

/// Schemes, and how the variables begin that configure their store: credentials, region, endpoint.
const SCHEMES: &[(&[&str], &str)] = &[(&["s3", "s3a"], "AWS_"), (&["az", "abfs", "abfss", "azure"], "AZURE_"), (&["gs"], "GOOGLE_")];

/// The store at an address or in a folder, and where in it the history is. The error says what is wrong with it.
pub(super) fn open(at: &str) -> Result<(Box<dyn ObjectStore>, Key), String> {
    let Some((scheme, _)) = at.split_once("://") else { return folder(at) };
    let known = SCHEMES.iter().find(|(names, _)| names.contains(&scheme));
    let Some((_, prefix)) = known else {
        return Err(format!("`{}://` is no place for a history; name a folder, or s3://, az:// or gs:// with a bucket", scheme.escape_debug()));
    };
    let url = Url::parse(at).map_err(|e| format!("is no address: {e}"))?;
    let mut options: Vec<(String, String)> =
        std::env::vars().filter(|(name, _)| name.starts_with(prefix)).map(|(name, value)| (name.to_lowercase(), value)).collect();
    // A store of one's own, or one that tests start, need not be behind TLS: its address says so.
    if options.iter().any(|(name, value)| name.contains("endpoint") && value.starts_with("http://")) {
        options.push(("allow_http".to_owned(), "true".to_owned()));
    }
    object_store::parse_url_opts(&url, options).map_err(|e| format!("cannot be opened: {}", super::said(&e)))
}

fn folder(at: &str) -> Result<(Box<dyn ObjectStore>, Key), String> {
    let whole = std::path::absolute(at).map(plain).map_err(|e| format!("is no folder: {e}"))?;
    if whole.exists() && !whole.is_dir() {
        return Err("is a file; name a folder for the history".to_owned());
    }
    let root = Key::from_absolute_path(&whole).map_err(|e| format!("cannot be a folder for a history: {e}"))?;
    // Folders of days whose runs are gone go with them.
    Ok((Box::new(LocalFileSystem::new().with_automatic_cleanup(true)), root))
}

/// A path without `..`; what is there already is taken as the system takes it, links and all.
fn plain(path: PathBuf) -> PathBuf {
    let mut rest = Vec::new();
    let mut there = path.clone();
    while !there.exists() {
        match (there.components().next_back(), there.parent()) {
            (Some(part), Some(parent)) => {
                rest.push(part.as_os_str().to_owned());
                there = parent.into();
            }
            _ => return path,
        }
    }
    let mut plain = there.canonicalize().unwrap_or(there);
    for part in rest.iter().rev() {
        if part == ".." {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}
