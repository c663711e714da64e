//! Objects of a store, brought here to be read as files.
//!
//! ```text
//! <cache>/<bucket>/<key>@<version>             copies, each under a name that one content alone has
//! <cache>/.reading.partial-<n>/<bucket>/<key>  what one run reads: the same files by the paths of their keys
//! ```
//!
//! A copy gets its name when it is whole, and a run reads hard links of its own. So nothing that a killed run left is believed, and runs at the same time neither wait
//! for each other nor see what another one replaces or forgets.

mod copies;
mod download;

use crate::StoreError;
use crate::beside::{Staging, write_error};
use crate::passes::Finder;
use crate::schemes::{self, Place, Why, said};
use copies::Copies;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path as Key;
use object_store::{Error, ObjectMeta, ObjectStore, ObjectStoreExt};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::Runtime;

/// Objects that are fetched at the same time.
const AT_ONCE: usize = 4;

/// Objects of any number of buckets, as far as they were brought here. What a run reads is gone when this is dropped; copies stay for the next one.
pub struct Mirror {
    cache: PathBuf,
    reading: Staging,
    buckets: Vec<Bucket>,
    objects: BTreeMap<PathBuf, Object>,
    runtime: Runtime,
}

struct Bucket {
    shown: String,
    identity: String,
    store: Box<dyn ObjectStore>,
    copies: Copies,
}

#[derive(Clone)]
struct Object {
    bucket: usize,
    meta: ObjectMeta,
}

/// What is at an address.
#[derive(Debug)]
pub struct Listing {
    /// The folder or the object that was named, by the path that it has here once it is brought.
    pub root: PathBuf,
    /// How the address goes on from there, where it is a pattern.
    pub pattern: Option<String>,
    /// Every object, by the path that it has here once it is brought.
    pub files: Vec<PathBuf>,
    bucket: usize,
    key: Key,
}

impl Mirror {
    /// Begins to read, with copies in this folder, which is made for its owner alone.
    pub fn begin(cache: &Path) -> Result<Self, StoreError> {
        let cache = std::path::absolute(cache).map_err(write_error(cache))?;
        copies::make(&cache).map_err(write_error(&cache))?;
        let reading = Staging::begin(&cache.join("reading"))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(write_error(&cache))?;
        Ok(Self { cache, reading, buckets: Vec::new(), objects: BTreeMap::new(), runtime })
    }

    /// Says what is at an address of an object store: the object of that name, or everything below it whose name is `kept`. Credentials are the store's own in the
    /// environment, else what `finder` finds.
    pub fn list(&mut self, at: &str, finder: Finder<'_>, kept: &dyn Fn(&str) -> bool) -> Result<Listing, StoreError> {
        let (base, pattern) = pattern(at);
        let refused = |what: String| StoreError::Read { path: at.to_owned(), what };
        let Place { store, key, bucket, identity } = schemes::address(base, "a bill", finder, &self.runtime).map_err(refused)?;
        let number = self.buckets.iter().position(|known| known.shown == bucket).unwrap_or_else(|| {
            let copies = Copies::of(&self.cache, &bucket, &identity);
            self.buckets.push(Bucket { shown: bucket, identity, store, copies });
            self.buckets.len() - 1
        });
        let may_be_one = pattern.is_none() && !base.ends_with('/') && !key.as_ref().is_empty();
        let found = found(&*self.buckets[number].store, &key, kept, may_be_one);
        let found = self.runtime.block_on(found).map_err(|e| refused(unlisted(&e)))?;
        let mut files = Vec::new();
        for meta in found {
            let path = self.path(number, &meta.location).ok_or_else(|| refused(format!("{}: no file here can have that name", meta.location)))?;
            self.objects.insert(path.clone(), Object { bucket: number, meta });
            files.push(path);
        }
        files.sort();
        let root = self.path(number, &key).ok_or_else(|| refused("no file here can have that name".to_owned()))?;
        Ok(Listing { root, pattern: pattern.map(str::to_owned), files, bucket: number, key })
    }

    /// Where a run reads an object; nowhere when its key is no path of this system.
    fn path(&self, bucket: usize, key: &Key) -> Option<PathBuf> {
        let mut path = self.folder(bucket);
        for part in key.parts() {
            let part = part.as_ref();
            let mut components = Path::new(part).components();
            let is_name = matches!(components.next(), Some(Component::Normal(name)) if name == part) && components.next().is_none();
            path.push(Some(part).filter(|_| is_name)?);
        }
        Some(path)
    }

    fn folder(&self, bucket: usize) -> PathBuf {
        self.reading.path.join(format!("{bucket:03}"))
    }

    /// Brings objects here, by the paths that `list` said, some at a time. `progress` is told bytes done and bytes in all.
    pub fn fetch(&self, wanted: &[PathBuf], progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), StoreError> {
        let wanted: BTreeSet<&PathBuf> = wanted.iter().filter(|path| !path.exists()).collect();
        let objects: Vec<(&PathBuf, &Object)> = wanted.into_iter().filter_map(|path| Some((path, self.objects.get(path)?))).collect();
        let (done, total) = (AtomicU64::new(0), objects.iter().map(|(_, object)| object.meta.size).sum());
        let advance = |bytes: u64| progress(done.fetch_add(bytes, Ordering::Relaxed) + bytes, total);
        let work = futures_util::stream::iter(objects).map(|(path, object)| self.bring(path, object, &advance));
        self.runtime.block_on(work.buffer_unordered(AT_ONCE).try_collect())
    }

    async fn bring(&self, path: &Path, object: &Object, advance: &(dyn Fn(u64) + Sync)) -> Result<(), StoreError> {
        let Bucket { shown, store, copies, .. } = &self.buckets[object.bucket];
        copies::make(path.parent().unwrap_or(path)).map_err(write_error(path))?;
        if copies.give(&object.meta, path) {
            advance(object.meta.size);
            return Ok(());
        }
        let shown = format!("{shown}/{}", object.meta.location);
        download::download(&**store, &object.meta, &shown, path, advance).await?;
        copies.take(&object.meta, path).map_err(write_error(&copies.path(&object.meta)))
    }

    /// Takes away the copies of what is below an address and not among these: what is gone from the store, was replaced there, or is not read any more.
    pub fn forget_others(&self, listing: &Listing, kept: &[PathBuf]) {
        let bucket = &self.buckets[listing.bucket];
        let kept = kept.iter().filter_map(|path| self.objects.get(path)).map(|object| bucket.copies.path(&object.meta)).collect();
        if listing.files.contains(&listing.root) {
            bucket.copies.forget_versions(&listing.key, &kept);
        } else {
            bucket.copies.forget_below(&listing.key, &kept);
        }
    }

    /// The folders in which a run reads, each with the address that it stands for.
    pub fn names(&self) -> Vec<(PathBuf, String)> {
        self.buckets.iter().enumerate().map(|(number, bucket)| (self.folder(number), bucket.shown.clone())).collect()
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        // The next run sweeps away what stays.
        let _removed = std::fs::remove_dir_all(&self.reading.path);
    }
}

/// An address up to the first part that is a pattern, and the rest. The bucket is none.
fn pattern(at: &str) -> (&str, Option<&str>) {
    let bucket = at.find("://").and_then(|scheme| Some(scheme + 3 + at[scheme + 3..].find('/')?));
    let first = bucket.and_then(|end| Some(end + at[end..].find(['*', '?', '['])?));
    let Some(begins) = first.and_then(|first| at[..first].rfind('/')) else { return (at, None) };
    (&at[..=begins], Some(&at[begins + 1..]))
}

/// What is below a key, or else the object that has it.
async fn found(store: &dyn ObjectStore, key: &Key, kept: &dyn Fn(&str) -> bool, may_be_one: bool) -> Result<Vec<ObjectMeta>, Error> {
    let below = async {
        let (mut found, mut all) = (Vec::new(), store.list(Some(key)));
        while let Some(meta) = all.try_next().await? {
            if meta.location.filename().is_some_and(kept) {
                found.push(meta);
            }
        }
        Ok(found)
    };
    let below = below.await;
    // Whoever may read one object need not be allowed to list any.
    let is_open = below.as_ref().map_or_else(|error| Why::of(error) == Why::Denied, Vec::is_empty);
    if !may_be_one || !is_open {
        return below;
    }
    match store.head(key).await {
        Ok(meta) => Ok(vec![meta]),
        Err(error) if Why::of(&error) == Why::Missing => below,
        Err(error) => below.and(Err(error)),
    }
}

fn unlisted(error: &Error) -> String {
    let what = match Why::of(error) {
        Why::Missing => "there is no such bucket or container",
        Why::Denied => "these credentials may not list what is there",
        Why::Changed | Why::Other => "what is there cannot be listed",
    };
    format!("{what}: {}", said(error))
}

impl std::fmt::Debug for Mirror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let buckets: Vec<&str> = self.buckets.iter().map(|bucket| bucket.identity.as_str()).collect();
        f.debug_struct("Mirror").field("cache", &self.cache).field("buckets", &buckets).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_goes_on_as_a_pattern_from_the_first_part_that_is_one() {
        assert_eq!(pattern("s3://b/p/2026-*/x.csv"), ("s3://b/p/", Some("2026-*/x.csv")));
        assert_eq!(pattern("s3://b/p/x[12].csv"), ("s3://b/p/", Some("x[12].csv")));
        assert_eq!(pattern("s3://b/*"), ("s3://b/", Some("*")));
        for whole in ["s3://b/p/", "s3://b", "s3://b*", "s3://b/p/x.csv"] {
            assert_eq!(pattern(whole), (whole, None));
        }
    }

    #[test]
    fn what_is_no_address_of_a_store_says_what_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut mirror = Mirror::begin(folder.path()).unwrap();
        let mut said = |at: &str| mirror.list(at, crate::NOBODYS, &|_| true).unwrap_err().to_string();
        assert!(said("ftp://x/y").starts_with("ftp://x/y: `ftp://` is no place for a bill; name a folder, or s3://"), "{}", said("ftp://x/y"));
        assert!(said("s3://x/a#b").contains("%23"), "{}", said("s3://x/a#b"));
        drop(mirror);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
    }
}
