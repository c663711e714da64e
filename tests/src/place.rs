//! Where things are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The top of the repository.
pub fn root() -> PathBuf {
    // At run time where Cargo says it, because a test binary may be older than the checkout that it runs in.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap().to_owned()
}

/// Says that a test checks nothing here, and why.
#[expect(clippy::print_stderr, reason = "a test that checks nothing must say so")]
pub fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// A file of the folder `shared` beside the repository, which not every checkout has; says so when it is not there.
pub fn shared(path: &str) -> Option<PathBuf> {
    let file = root().join("../shared").join(path);
    if file.exists() {
        return Some(file);
    }
    skipped(&format!("there is no ../shared/{path} beside the repository"));
    None
}

/// Every file below a folder by its path from there, hidden ones too; a folder has a `/` at its end and no bytes.
pub fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                found.insert(format!("{name}/"), Vec::new());
                open.push(path);
            } else {
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}
