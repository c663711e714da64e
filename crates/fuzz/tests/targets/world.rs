//! What the program knows: clouds and rules, as it wires them, and files to read from.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use tagledger_collect::Cloud;
use tagledger_taxonomy::{Known, KnownCloud, KnownRule, LoadError, Loaded};
use tempfile::TempDir;

pub fn clouds() -> [&'static dyn Cloud; 3] {
    [&tagledger_aws::AWS, &tagledger_azure::AZURE, &tagledger_gcp::GCP]
}

/// Reads a taxonomy as the program does.
pub fn taxonomy(path: &Path) -> Result<Loaded, LoadError> {
    let rules: Vec<KnownRule<'_>> = tagledger_rules::RULES.iter().map(|r| KnownRule { id: r.meta().id, options: r.meta().options }).collect();
    let words: Vec<_> = clouds().iter().map(|c| (c.id(), c.containers().iter().map(|k| k.word).collect::<Vec<_>>())).collect();
    let known: Vec<KnownCloud<'_>> = words.iter().map(|(id, containers)| KnownCloud { id: id.as_str(), containers }).collect();
    tagledger_taxonomy::load(path, &Known { rules: &rules, clouds: &known })
}

/// A folder of this thread, empty at first.
pub fn folder() -> PathBuf {
    thread_local! {
        static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
    }
    FOLDER.with(|folder| folder.get_or_init(|| tempfile::tempdir().unwrap()).path().to_owned())
}

/// A file of that name in it.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    // A file that is made anew waits for no disk; one that is written over does, on some file systems.
    let _gone = std::fs::remove_file(&path);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A file of the repository.
pub fn sample(path: &str) -> Vec<u8> {
    let full = tagledger_tests::root().join(path);
    std::fs::read(&full).unwrap_or_else(|error| panic!("{}: {error}", full.display()))
}

/// Every file of a folder of the repository with such an ending, in order.
pub fn samples(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(tagledger_tests::root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    assert!(!paths.is_empty(), "{folder} holds no {ending}");
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}
