//! No file, however damaged, makes a reader panic: every sample of every export is cut, spliced and overwritten at random, and
//! goes through recognition and reading as a file of a scan would.

use proptest::prelude::*;
use tagledger_collect::{Cloud, Document, ExportReader, GENERIC, Sample};

const GENERIC_SAMPLES: &[&str] = &[
    r#"{"cloud":"onprem","scope":"dc1","kind":"vm","id":"vm-1","tags":{"env":"prod","x":null,"n":1},"created":"2026-01-01","taggable":true}"#,
    "cloud,scope,kind,id,tag:env,tags\nonprem,dc1,vm,vm-1,prod,\"{\"\"a\"\": 1}\"\n",
];

fn samples() -> Vec<&'static str> {
    let all = [tagledger_aws::SAMPLES, tagledger_azure::SAMPLES, tagledger_gcp::SAMPLES];
    all.iter().flat_map(|s| s.iter().map(|(_, text)| *text)).chain(GENERIC_SAMPLES.iter().copied()).collect()
}

fn readers() -> Vec<&'static dyn ExportReader> {
    let clouds: [&'static dyn Cloud; 3] = [&tagledger_aws::AWS, &tagledger_azure::AZURE, &tagledger_gcp::GCP];
    clouds.iter().flat_map(|c| c.exports()).chain(GENERIC).copied().collect()
}

/// Reads a damaged file by the reader that recognises it, and by every other reader as well: recognition looks only at the beginning.
fn read(bytes: Vec<u8>) {
    let Ok(document) = Document::from_bytes("damaged.json", bytes) else { return };
    let sample = Sample::of(&document);
    let _words = sample.describe();
    for reader in readers() {
        let _recognised = reader.recognises(&sample);
        // A mistake is an answer; only a panic is not.
        let _result = reader.read(&document, &mut |_| {});
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_exports_are_refused_or_read_but_never_panic(
        which in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        junk in prop_oneof![Just(b"null".to_vec()), Just(b"[]".to_vec()), Just(b"{}".to_vec()), Just(b"\"\"".to_vec()), Just(vec![0xff, 0xfe]), prop::collection::vec(any::<u8>(), 0..6)],
    ) {
        let all = samples();
        let text = which.get(&all).as_bytes();
        let spliced = other.get(&all).as_bytes();
        read(text[..cut.index(text.len())].to_vec());
        let at = place.index(text.len());
        let end = (at + junk.len()).min(text.len());
        read([&text[..at], &junk, &text[end..]].concat());
        read([&text[..at], &junk, &text[at..]].concat());
        read([&text[..at], &spliced[cut.index(spliced.len())..]].concat());
        read([text, b"\n", spliced].concat());
    }
}
