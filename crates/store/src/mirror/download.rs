//! One object, streamed to disk.

use crate::StoreError;
use crate::beside::write_error;
use crate::schemes::{Why, said};
use futures_util::TryStreamExt;
use object_store::{Error, GetOptions, GetRange, ObjectMeta, ObjectStore};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Bytes that are asked for at once. Each question has its own time limit and its own retries, so that a large object may take as long as it needs.
const PIECE: u64 = 16 << 20;

/// Streams an object to a new file. It has to be the very object that was listed, from its first byte to its last.
pub(super) async fn download(store: &dyn ObjectStore, meta: &ObjectMeta, shown: &str, path: &Path, advance: &(dyn Fn(u64) + Sync)) -> Result<(), StoreError> {
    let unread = |what: String| StoreError::Read { path: shown.to_owned(), what };
    let mut file = File::create_new(path).map_err(write_error(path))?;
    // Stores that list tags without their quotes want them quoted in a question.
    let tag = meta.e_tag.as_ref().map(|tag| if tag.ends_with('"') { tag.clone() } else { format!("\"{tag}\"") });
    let mut at = 0;
    loop {
        let end = (at + PIECE).min(meta.size);
        let range = (meta.size > PIECE).then_some(GetRange::Bounded(at..end));
        let options = GetOptions::new().with_if_match(tag.clone()).with_range(range);
        let answer = store.get_opts(&meta.location, options).await.map_err(|e| unread(refused(&e)))?;
        if !is_same(meta, &answer.meta) {
            return Err(unread("changed while it was read; run it again".to_owned()));
        }
        let mut stream = answer.into_stream();
        while let Some(bytes) = stream.try_next().await.map_err(|e| unread(format!("breaks off after {at} of {} bytes: {}", meta.size, said(&e))))? {
            file.write_all(&bytes).map_err(write_error(path))?;
            at += bytes.len() as u64;
            advance(bytes.len() as u64);
        }
        if at != end {
            return Err(unread(format!("breaks off after {at} of {} bytes", meta.size)));
        }
        if at == meta.size {
            // What a copy is named after must be on disk before the name is.
            return file.sync_all().map_err(write_error(path));
        }
    }
}

/// Whether an answer is about the object that was listed.
fn is_same(listed: &ObjectMeta, answered: &ObjectMeta) -> bool {
    let is_same_content = match (&listed.e_tag, &answered.e_tag) {
        (Some(one), Some(other)) => one.trim_matches('"') == other.trim_matches('"'),
        // A header tells whole seconds.
        _ => listed.last_modified.timestamp() == answered.last_modified.timestamp(),
    };
    listed.size == answered.size && is_same_content
}

fn refused(error: &Error) -> String {
    match Why::of(error) {
        Why::Missing => format!("is gone since it was listed; run it again: {}", said(error)),
        Why::Changed => "changed while it was read; run it again".to_owned(),
        Why::Denied => format!("these credentials may not read it: {}", said(error)),
        Why::Other => format!("cannot be read: {}", said(error)),
    }
}
