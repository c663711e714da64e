//! The program itself with such a file, within limits.

use std::path::{Path, PathBuf};
use tagledger_tests::{Call, Done, is_invisible, tagledger};

/// Processor seconds and memory that no file of that size needs.
const SECONDS: u32 = 60;
const MEBIBYTES: u32 = 6 << 10;

/// A file of that name in a folder.
pub fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    // A file that is made anew waits for no disk; one that is written over does, on some file systems.
    let _gone = std::fs::remove_file(&path);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn call(folder: &Path, words: &str) -> Call {
    tagledger(words.split_whitespace()).within(folder).within_limits(SECONDS, MEBIBYTES)
}

/// Runs the program in a folder; it must end with one of these codes, or 2 and a message.
pub fn ends(folder: &Path, words: &str, codes: &[i32]) -> Result<Done, String> {
    let done = call(folder, words).done();
    let told = || format!("`{words}` ended with {}\n{}\n{}", done.code, done.out, done.err);
    if done.code == 2 && done.err.trim().is_empty() {
        return Err(format!("no word on why: {}", told()));
    }
    // A report of a stored run is written while it is read, so that one that breaks in the middle has a beginning.
    if done.code == 2 && !done.out.is_empty() && !words.starts_with("report ") {
        return Err(format!("bad input, and an answer: {}", told()));
    }
    if done.code != 2 && !codes.contains(&done.code) {
        return Err(told());
    }
    // JSON writes what it cannot show by its number; everything else is made inert.
    if done.err.contains(is_invisible)
        || (!words.contains("json") && !words.contains("sarif") && done.out.contains(|c| is_invisible(c) && c != '\t' && c != '\r'))
    {
        return Err(format!("something that cannot be seen is printed: {:?}", told()));
    }
    Ok(done)
}

/// One of several, by what is in the file.
pub fn one_of<'a>(input: &[u8], all: &[&'a str]) -> &'a str {
    all[input.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte))) % all.len()]
}

/// Standard output is one JSON document.
pub fn is_json(done: &Done) -> Result<(), String> {
    serde_json::from_str::<serde_json::Value>(&done.out).map(drop).map_err(|error| format!("no JSON ({error}): {}", done.out))
}
