//! How a journal lies in its file: behind the first line entry by entry, each compressed by itself behind its length. What a killed program left
//! half-written at the end is then known as such, and a scan of a large estate does not fill the disk.

use serde::Serialize;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use zstd::bulk::Compressor;

/// Bytes of a length, least first.
const LENGTH: usize = 4;

/// The fastest level that still finds what pages repeat; a page shrinks to less than a tenth.
const LEVEL: i32 = 1;

/// Bytes of text for which room is kept from one entry to the next.
const KEPT: usize = 1 << 20;

/// Adds entries at the end of a file.
pub(super) struct Writer {
    file: File,
    packer: Compressor<'static>,
    text: Vec<u8>,
}

impl Writer {
    pub fn new(file: File) -> io::Result<Self> {
        Ok(Self { file, packer: Compressor::new(LEVEL)?, text: Vec::new() })
    }

    pub fn entry(&mut self, entry: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.text, entry)?;
        let packed = self.packer.compress(&self.text)?;
        // Few pages are large, and what one of them took is not kept until the end.
        self.text.clear();
        self.text.shrink_to(KEPT);
        let length = u32::try_from(packed.len()).map_err(|_| io::Error::other("a page of more than 4 GB"))?;
        // Handed to the system entry by entry: a killed program then loses nothing of it.
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(&packed)
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("file", &self.file).finish_non_exhaustive()
    }
}

/// Hands over the text of each entry; what was cut off at the end, or cannot be unpacked, is passed over.
pub(super) fn each(file: &File, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    let mut reader = opened(file)?;
    while let Some(length) = length(&mut reader)? {
        let mut packed = Vec::new();
        reader.by_ref().take(length).read_to_end(&mut packed)?;
        if let Ok(text) = zstd::stream::decode_all(&packed[..]) {
            each(&text);
        }
    }
    Ok(())
}

/// Bytes up to the end of the last entry that is there as a whole.
pub(super) fn whole(file: &File) -> io::Result<u64> {
    let all = file.metadata()?.len();
    let mut reader = opened(file)?;
    let mut end = reader.stream_position()?;
    while let Some(length) = length(&mut reader)? {
        let next = end + LENGTH as u64 + length;
        if next > all {
            break;
        }
        end = next;
        reader.seek(SeekFrom::Start(end))?;
    }
    Ok(end)
}

/// Behind the first line.
fn opened(file: &File) -> io::Result<BufReader<&File>> {
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(0))?;
    reader.skip_until(b'\n')?;
    Ok(reader)
}

/// The length of the next entry; none at the end.
fn length(reader: &mut impl Read) -> io::Result<Option<u64>> {
    let mut bytes = [0; LENGTH];
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(u32::from_le_bytes(bytes).into())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wherever_it_is_cut_off_what_stands_before_is_read_and_gone_on_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        let texts = ["a".repeat(300), String::new(), "é, and more".to_owned()];
        let read = |path: &std::path::Path| {
            let mut found = Vec::new();
            each(&File::open(path).unwrap(), |text| found.push(serde_json::from_slice::<String>(text).unwrap())).unwrap();
            found
        };
        std::fs::write(&path, "{\"head\":1}\n").unwrap();
        let mut writer = Writer::new(File::options().append(true).open(&path).unwrap()).unwrap();
        let mut ends = vec![writer.file.metadata().unwrap().len()];
        for text in &texts {
            writer.entry(text).unwrap();
            ends.push(writer.file.metadata().unwrap().len());
        }
        assert_eq!(read(&path), texts);
        let bytes = std::fs::read(&path).unwrap();
        for cut in usize::try_from(ends[0]).unwrap()..=bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let stand = ends.iter().filter(|end| **end <= cut as u64).count() - 1;
            assert_eq!(read(&path), texts[..stand], "cut at {cut}");
            let file = File::options().read(true).append(true).open(&path).unwrap();
            let end = whole(&file).unwrap();
            assert_eq!(end, ends[stand]);
            file.set_len(end).unwrap();
            Writer::new(file).unwrap().entry(&"more").unwrap();
            assert_eq!(read(&path).last().map(String::as_str), Some("more"));
        }
        // One that is damaged costs only itself.
        let mut damaged = bytes;
        damaged[usize::try_from(ends[0]).unwrap() + LENGTH + 1] ^= 0xff;
        std::fs::write(&path, damaged).unwrap();
        assert_eq!(read(&path), texts[1..]);
    }
}
