//! The checkout that the task works on: where it is, which crates and which texts it has.

use crate::Failure;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A text file of the checkout.
#[derive(Debug, Clone)]
pub(crate) struct TextFile {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
}

/// The root: Cargo names this crate's folder when it runs it, which is right even where checkouts share a target folder.
pub(crate) fn root() -> Result<PathBuf, Failure> {
    let from_cargo = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).and_then(|p| Some(p.parent()?.parent()?.to_owned()));
    let start = match from_cargo {
        Some(root) => root,
        None => std::env::current_dir().map_err(|e| Failure(format!("The current folder cannot be read: {e}")))?,
    };
    let is_root = |folder: &&Path| fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| text.contains("[workspace]"));
    start
        .ancestors()
        .find(is_root)
        .map(Path::to_owned)
        .ok_or_else(|| Failure("No Cargo workspace here; run this as `cargo xtask` inside the checkout.".to_owned()))
}

/// The target folder: what the environment says, else `target` in the root.
pub(crate) fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").filter(|v| !v.is_empty()).map_or_else(|| root.join("target"), |v| root.join(v))
}

/// One file, named from the root.
pub(crate) fn read(root: &Path, path: &str) -> Result<String, Failure> {
    fs::read_to_string(root.join(path)).map_err(|e| Failure(format!("{path}: cannot be read: {e}")))
}

/// Every text file below the given folders, sorted by path. Files that are not UTF-8 are not text, hidden ones not ours.
pub(crate) fn texts(root: &Path, folders: &[&str]) -> Result<Vec<TextFile>, Failure> {
    let mut found = Vec::new();
    for folder in folders {
        collect(root, &root.join(folder), &mut found)?;
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<TextFile>) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure(format!("{}: cannot be read: {e}", folder.display()));
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, found)?;
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.push(TextFile { path, text });
        }
    }
    Ok(())
}

/// What follows the last dot of a path; empty without one.
pub(crate) fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// The folder of the crate that a path lies in, without `crates/`; `tests` for the end-to-end tests.
pub(crate) fn crate_of(path: &str) -> Option<&str> {
    match path.strip_prefix("crates/") {
        Some(rest) => rest.split('/').next(),
        None => path.starts_with("tests/").then_some("tests"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_knows_its_crate() {
        assert_eq!(crate_of("crates/model/src/tag.rs"), Some("model"));
        assert_eq!(crate_of("tests/tests/scan.rs"), Some("tests"));
        assert_eq!(crate_of("docs/tests/x.md"), None);
    }

    #[test]
    fn the_checkout_has_this_file() {
        let root = root().unwrap();
        let texts = texts(&root, &["crates/xtask"]).unwrap();
        assert!(texts.iter().any(|f| f.path == "crates/xtask/src/workspace.rs" && f.text.contains("the_checkout_has_this_file")));
        assert!(read(&root, "no-such-file").is_err());
    }
}
