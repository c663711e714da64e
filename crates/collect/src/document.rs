//! A file as text: unpacked, its encoding checked, its mistakes given a place.

use flate2::read::MultiGzDecoder;
use std::{io::Read, path::Path, sync::Arc};

/// Why a file could not be read. All of these are the user's to mend: exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file system refused.
    #[error("{path}: cannot be read: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something in the file is not as it must be.
    #[error("{path}:{line}:{column}: {what}")]
    At {
        /// The file.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong and what to do.
        what: String,
    },
    /// The file as a whole is unusable.
    #[error("{path}: {what}")]
    File {
        /// The file or folder.
        path: String,
        /// What is wrong and what to do.
        what: String,
    },
}

/// Larger than any export by far. A gzip stream can stand for a thousand times its size, so that a small file would fill the memory of a machine.
const MOST_BYTES: u64 = 8 << 30;

/// One input file: UTF-8 text without byte-order mark.
#[derive(Debug)]
pub struct Document {
    path: Arc<str>,
    bytes: Vec<u8>,
}

impl Document {
    /// Reads a file, unpacking gzip, refusing what is not UTF-8 with the place and the way out.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let shown = path.display().to_string();
        let io = |source| ReadError::Io { path: shown.clone(), source };
        let mut bytes = std::fs::read(path).map_err(io)?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            bytes = unpacked(&shown, &bytes, MOST_BYTES)?;
        }
        Self::from_bytes(&shown, bytes)
    }

    /// The same from bytes that are already in memory; `path` is what messages call them.
    pub fn from_bytes(path: &str, mut bytes: Vec<u8>) -> Result<Self, ReadError> {
        let file = |what: &str| ReadError::File { path: path.to_owned(), what: what.to_owned() };
        if bytes.is_empty() {
            return Err(file("the file is empty (0 bytes); the command that wrote it probably failed"));
        }
        let utf16 = bytes.starts_with(&[0xff, 0xfe])
            || bytes.starts_with(&[0xfe, 0xff])
            || (bytes.len() > 3 && (bytes[1] == 0 && bytes[3] == 0 || bytes[0] == 0 && bytes[2] == 0));
        if utf16 {
            return Err(ReadError::At {
                path: path.to_owned(),
                line: 1,
                column: 1,
                what: "the file is UTF-16, as Windows PowerShell's `>` writes it; export it again with `| Out-File -Encoding utf8`, or convert it to UTF-8"
                    .to_owned(),
            });
        }
        if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
            bytes.drain(..3);
        }
        if let Err(e) = std::str::from_utf8(&bytes) {
            let (line, column) = place(&bytes, e.valid_up_to());
            return Err(ReadError::At { path: path.to_owned(), line, column, what: "this byte is not UTF-8; convert the file to UTF-8".to_owned() });
        }
        Ok(Self { path: path.into(), bytes })
    }

    /// The path as the user named it.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The text as bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// An error about a record at a byte offset.
    pub fn error_at(&self, offset: usize, what: impl Into<String>) -> ReadError {
        let (line, column) = place(&self.bytes, offset);
        ReadError::At { path: self.path.to_string(), line, column, what: what.into() }
    }
}

/// What a gzip stream holds, up to a size.
fn unpacked(path: &str, packed: &[u8], most: u64) -> Result<Vec<u8>, ReadError> {
    let file = |what: String| ReadError::File { path: path.to_owned(), what };
    let mut plain = Vec::with_capacity(packed.len() * 8);
    let read = MultiGzDecoder::new(packed).take(most + 1).read_to_end(&mut plain);
    read.map_err(|e| file(format!("the gzip stream is damaged or cut off: {e}; export the file again")))?;
    if plain.len() as u64 > most {
        return Err(file(format!("it holds more than {} GiB when it is unpacked: no export does; name the files of a large estate one by one", most >> 30)));
    }
    Ok(plain)
}

/// Line and column of a byte offset, both from 1.
fn place(bytes: &[u8], offset: usize) -> (usize, usize) {
    let before = &bytes[..offset.min(bytes.len())];
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
    (memchr::memchr_iter(b'\n', before).count() + 1, column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_small_file_does_not_become_a_large_one() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![b' '; 1 << 20]).unwrap();
        let packed = packed.finish().unwrap();
        assert!(packed.len() < 2_000);
        assert_eq!(unpacked("a", &packed, 1 << 20).unwrap().len(), 1 << 20);
        assert!(unpacked("a", &packed, (1 << 20) - 1).unwrap_err().to_string().starts_with("a: it holds more than"));
    }
}
