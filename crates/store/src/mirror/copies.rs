//! Copies of a bucket's objects on disk: under the path of their key, with what tells one content of the object from another.

use crate::history::hex;
use object_store::ObjectMeta;
use object_store::path::Path as Key;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Letters of a bucket's name in that of its folder, at most.
const READABLE: usize = 60;

/// The copies of one bucket.
#[derive(Debug)]
pub(super) struct Copies {
    folder: PathBuf,
}

/// Makes a folder, and those above it, for their owner alone: a bill is nobody else's business.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn digest(text: &str, bytes: usize) -> String {
    hex(&Sha256::digest(text.as_bytes())[..bytes])
}

impl Copies {
    /// Those of a bucket, below the cache. `identity` tells it from others of its name.
    pub fn of(cache: &Path, shown: &str, identity: &str) -> Self {
        let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name = shown.replace("://", "-");
        let name: String = name.chars().take(READABLE).map(|c| if is_safe(c) { c } else { '-' }).collect();
        Self { folder: cache.join(format!("{name}-{}", digest(identity, 4))) }
    }

    fn below(&self, key: &Key) -> PathBuf {
        key.parts().fold(self.folder.clone(), |path, part| path.join(part.as_ref()))
    }

    /// Where the copy of an object with this content is. Its tag decides where the store gives one, else its size and when it was written.
    pub fn path(&self, meta: &ObjectMeta) -> PathBuf {
        let content = match &meta.e_tag {
            Some(tag) => format!("{} {}", meta.size, tag.trim_matches('"')),
            None => format!("{} at {}", meta.size, meta.last_modified.to_rfc3339()),
        };
        self.version(&meta.location, &digest(&content, 8))
    }

    fn version(&self, key: &Key, version: &str) -> PathBuf {
        let mut path = self.below(key).into_os_string();
        path.push(format!("@{version}"));
        path.into()
    }

    /// Puts the copy of an object at a path; false when there is none.
    pub fn give(&self, meta: &ObjectMeta, path: &Path) -> bool {
        let copy = self.path(meta);
        let is_whole = fs::metadata(&copy).is_ok_and(|found| found.is_file() && found.len() == meta.size);
        is_whole && place(&copy, path).is_ok()
    }

    /// Keeps what was brought to a path as the copy of an object.
    pub fn take(&self, meta: &ObjectMeta, path: &Path) -> io::Result<()> {
        let copy = self.path(meta);
        make(copy.parent().unwrap_or(&copy))?;
        // One that another run has kept meanwhile holds the same; one that was damaged does not.
        match fs::remove_file(&copy) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        match place(path, &copy) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            done => done,
        }
    }

    /// Takes away the copies below a key that are not among these.
    pub fn forget_below(&self, key: &Key, kept: &BTreeSet<PathBuf>) {
        let mut open = vec![self.below(key)];
        while let Some(folder) = open.pop() {
            for path in entries(&folder) {
                if path.is_dir() {
                    open.push(path);
                } else if is_copy(&path) && !kept.contains(&path) {
                    forget(&path);
                }
            }
        }
    }

    /// Takes away the copies of one object that are not among these.
    pub fn forget_versions(&self, key: &Key, kept: &BTreeSet<PathBuf>) {
        let own = self.version(key, "");
        let begins = own.as_os_str().as_encoded_bytes();
        for path in entries(own.parent().unwrap_or(&own)) {
            if path.as_os_str().as_encoded_bytes().starts_with(begins) && is_copy(&path) && !kept.contains(&path) {
                forget(&path);
            }
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).map(|all| all.filter_map(Result::ok).map(|entry| entry.path()).collect()).unwrap_or_default()
}

/// Whether a file is named as copies are.
fn is_copy(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.rsplit_once('@').is_some_and(|(_, version)| version.len() == 16 && version.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Another run may take it away at the same time, and one that stays costs room and nothing else.
fn forget(copy: &Path) {
    let _removed = fs::remove_file(copy);
}

/// Gives a whole file a second name at once; where the disk knows no hard links, a copy gets it when it is whole.
fn place(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if !matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound | io::ErrorKind::StorageFull) => {
            let mut beside = to.as_os_str().to_owned();
            beside.push(format!(".partial-{}", std::process::id()));
            fs::copy(from, &beside).and_then(|_| fs::rename(&beside, to))
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(key: &str, tag: Option<&str>, size: u64, second: i64) -> ObjectMeta {
        let last_modified = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(second.unsigned_abs());
        ObjectMeta { location: Key::from(key), last_modified: last_modified.into(), size, e_tag: tag.map(str::to_owned), version: None }
    }

    fn kept(folder: &Path, copies: &Copies, meta: &ObjectMeta, text: &str) -> PathBuf {
        let brought = folder.join("brought");
        fs::write(&brought, text).unwrap();
        copies.take(meta, &brought).unwrap();
        fs::remove_file(brought).unwrap();
        copies.path(meta)
    }

    #[test]
    fn a_copy_is_given_for_the_content_that_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let copies = Copies::of(&folder.path().join("cache"), "s3://b", "b");
        let first = meta("p/x.csv", Some("\"1\""), 3, 1);
        kept(folder.path(), &copies, &first, "one");
        let given = |meta: &ObjectMeta| {
            let path = folder.path().join("given");
            let given = copies.give(meta, &path);
            let text = fs::read_to_string(&path).ok();
            let _none = fs::remove_file(&path);
            assert_eq!(given, text.is_some());
            text
        };
        assert_eq!(given(&first).as_deref(), Some("one"));
        assert_eq!(given(&meta("p/x.csv", Some("1"), 3, 2)).as_deref(), Some("one"), "written again, with the same content");
        for other in [meta("p/x.csv", Some("2"), 3, 1), meta("p/y.csv", Some("1"), 3, 1), meta("p/x.csv", None, 3, 1)] {
            assert_eq!(given(&other), None);
        }
        let untagged = meta("p/x.csv", None, 3, 1);
        kept(folder.path(), &copies, &untagged, "old");
        assert_eq!((given(&untagged).as_deref(), given(&meta("p/x.csv", None, 3, 2))), (Some("old"), None));
        // What was cut off on this disk is not believed, and is replaced.
        fs::write(copies.path(&first), "on").unwrap();
        assert_eq!(given(&first), None);
        kept(folder.path(), &copies, &first, "one");
        assert_eq!(given(&first).as_deref(), Some("one"));
    }

    #[test]
    fn what_is_not_read_any_more_goes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let copies = Copies::of(folder.path(), "az://c@account.example", "c");
        let all: Vec<PathBuf> = [("p/a", "1"), ("p/a", "2"), ("p/deep/b", "1"), ("q/c", "1"), ("p/ab", "1")]
            .map(|(key, tag)| kept(folder.path(), &copies, &meta(key, Some(tag), 1, 1), "x"))
            .into();
        fs::write(copies.folder.join("p/mine.csv"), "").unwrap();
        let reading = folder.path().join("reading");
        assert!(copies.give(&meta("p/a", Some("1"), 1, 1), &reading));
        let there = || all.iter().map(|path| path.exists()).collect::<Vec<_>>();
        copies.forget_versions(&Key::from("p/a"), &BTreeSet::from([all[1].clone()]));
        assert_eq!(there(), [false, true, true, true, true]);
        copies.forget_below(&Key::from("p"), &BTreeSet::from([all[1].clone()]));
        assert_eq!(there(), [false, true, false, true, false]);
        assert!(copies.folder.join("p/mine.csv").exists());
        assert_eq!(fs::read_to_string(reading).unwrap(), "x", "whoever reads it still does");
    }

    #[test]
    fn buckets_of_one_name_in_two_places_share_nothing() {
        let name = |shown: &str, identity: &str| Copies::of(Path::new("/c"), shown, identity).folder;
        assert_ne!(name("s3://b", "b http://127.0.0.1:1"), name("s3://b", "b http://127.0.0.1:2"));
        let odd = name("abfss://c@../x\\", "x");
        assert!(odd.parent() == Some(Path::new("/c")) && odd.to_string_lossy().starts_with("/c/abfss-c-..-x--"), "{odd:?}");
    }
}
