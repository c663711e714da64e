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
        let mut packer = Compressor::new(LEVEL)?;
        // Damage is then known as such, where it might be read as other text.
        packer.include_checksum(true)?;
        Ok(Self { file, packer, text: Vec::new() })
    }

    pub fn entry(&mut self, entry: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.text, entry)?;
        let packed = self.packer.compress(&self.text)?;
        // Few pages are large, and what one of them took is not kept until the end.
        self.text.clear();
        self.text.shrink_to(KEPT);
        let length = u32::try_from(packed.len()).map_err(|_| io::Error::other("a page of more than 4 GB"))?;
        // Handed to the system entry by entry, and at once: a killed program then loses nothing of it.
        self.file.write_all(&[&length.to_le_bytes()[..], &packed].concat())
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("file", &self.file).finish_non_exhaustive()
    }
}

/// Hands over the text of each entry up to the first that was cut off or is damaged: what stands behind it says how far a list was read, which is not true without
/// it. Says where the last of them ends.
pub(super) fn each(file: &File, mut each: impl FnMut(&[u8])) -> io::Result<u64> {
    let mut reader = opened(file)?;
    let mut end = reader.stream_position()?;
    while let Some(length) = length(&mut reader)? {
        let mut packed = Vec::new();
        reader.by_ref().take(length).read_to_end(&mut packed)?;
        // An entry of nothing is none: where power was lost, a file may end in zeros.
        let Some(text) = Some(&packed[..]).filter(|packed| !packed.is_empty()).and_then(|packed| zstd::stream::decode_all(packed).ok()) else { break };
        each(&text);
        end += LENGTH as u64 + length;
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
        let whole = |path: &std::path::Path| each(&File::open(path).unwrap(), |_| {}).unwrap();
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
            let end = whole(&path);
            assert_eq!(end, ends[stand]);
            file.set_len(end).unwrap();
            Writer::new(file).unwrap().entry(&"more").unwrap();
            assert_eq!(read(&path).last().map(String::as_str), Some("more"));
        }
        // One that is damaged ends it, and is never read as anything else: behind it nothing says any more how far a list was read.
        for (at, bit) in (usize::try_from(ends[0]).unwrap()..bytes.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            std::fs::write(&path, damaged).unwrap();
            assert!(texts.starts_with(&read(&path)), "bit {bit} of {at}");
        }
        let mut damaged = bytes.clone();
        damaged[usize::try_from(ends[1]).unwrap() - 1] ^= 1;
        std::fs::write(&path, damaged).unwrap();
        assert_eq!((read(&path).len(), whole(&path)), (0, ends[0]));
        // What was lost with the power may be zeros.
        std::fs::write(&path, [&bytes[..], &[0; 100]].concat()).unwrap();
        assert_eq!((read(&path).len(), whole(&path)), (texts.len(), ends[texts.len()]));
    }
}
