//! The changes: what disks, editors, spreadsheets and people with bad intentions do to a file.

use super::Rng;

/// Changes samples.
#[derive(Debug)]
pub struct Mutator<'a> {
    /// Words of the format.
    pub words: &'a [&'a str],
    /// Bytes of an input, at most.
    pub most: usize,
}

/// Text that is special somewhere, beside the words of the format.
const TEXTS: &[&str] = &[
    "\u{0}",
    "\u{1b}[2J",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
    "e\u{301}",
    "\u{1f980}",
    "\u{10ffff}",
    "=1+1",
    "<script>",
    "::error::",
    "\r",
    "\r\n",
    "\n",
    "\t",
    "  ",
    "\"",
    "'",
    "\\",
    "\\u0000",
    "\\ud800",
    ",",
    ":",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "null",
    "true",
    "~",
    "&a ",
    "*a",
    "<<: *a",
    "!!binary ",
    "!Ref ",
    "%",
    "${",
    "../",
];

/// Numbers at which something ends.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-1",
    "1e308",
    "1e-400",
    "1E+9999999999",
    "NaN",
    "inf",
    "255",
    "256",
    "2147483648",
    "-9223372036854775808",
    "9223372036854775807",
    "18446744073709551616",
    "170141183460469231731687303715884105728",
    "99999999999999999999999999999999999999",
    "0.0000000000005",
    "00012",
    "0x10",
    "1_000",
    "10000-01-01",
    "0000-00-00T00:00:00Z",
    "2026-02-30",
];

/// What opens something that nothing closes.
const OPENERS: &[&str] = &["[", "{", "{\"a\":", "- ", "? ", "(", "\"", "${", "[[", "/*", "a:\n ", "&a [", "!x "];

/// Bytes that no UTF-8 text holds, or that begin another encoding.
const BYTES: &[&[u8]] =
    &[&[0xff], &[0xc0, 0x80], &[0xed, 0xa0, 0x80], &[0xf4, 0x90, 0x80, 0x80], &[0x80], &[0xff, 0xfe], &[0xfe, 0xff], &[0x1f, 0x8b], b"PAR1"];

/// One change of an input; the other sample is there to take from.
type Change = fn(&Mutator<'_>, &mut Rng, &mut Vec<u8>, &[u8]);

const CHANGES: &[Change] =
    &[flip, overwrite, delete, repeat, cut_off, splice, insert, insert, insert, number, number, nest, spoil, encode, swap_lines, exchange, exchange, line_ends];

impl Mutator<'_> {
    /// An input: one of the samples, changed once or a few times.
    pub fn case(&self, rng: &mut Rng, samples: &[Vec<u8>]) -> Vec<u8> {
        let mut input = samples[rng.below(samples.len())].clone();
        let other = &samples[rng.below(samples.len())];
        loop {
            if input.is_empty() {
                input.push(b' ');
            }
            CHANGES[rng.below(CHANGES.len())](self, rng, &mut input, other);
            input.truncate(self.most);
            if rng.chance(45) {
                return input;
            }
        }
    }

    fn word<'w>(&'w self, rng: &mut Rng) -> &'w str {
        match rng.below(4) {
            0 => rng.pick(TEXTS),
            1 => rng.pick(NUMBERS),
            _ if self.words.is_empty() => rng.pick(TEXTS),
            _ => rng.pick(self.words),
        }
    }
}

#[expect(clippy::ptr_arg, reason = "every change has this shape")]
fn flip(_: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    let at = rng.below(input.len());
    input[at] ^= 1 << rng.below(8);
}

#[expect(clippy::ptr_arg, reason = "every change has this shape")]
fn overwrite(_: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    let part = rng.part(input.len());
    let with = [0, 0xff, b' ', b'"', b'0', b'\n', 0x80, b'{'][rng.below(8)];
    input[part].fill(with);
}

fn delete(_: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    let part = rng.part(input.len());
    input.drain(part);
}

fn repeat(mutator: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    let part = rng.part(input.len());
    let what = input[part.clone()].to_vec();
    let most = if rng.chance(10) { mutator.most / what.len() } else { 4 };
    let times = 1 + rng.below(most);
    input.splice(part.end..part.end, what.repeat(times));
}

fn cut_off(_: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    let length = rng.below(input.len());
    input.truncate(length);
}

fn splice(_: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, other: &[u8]) {
    let keep = rng.below(input.len());
    input.truncate(keep);
    input.extend_from_slice(&other[rng.below(other.len())..]);
}

fn insert(mutator: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    let (at, word) = (rng.below(input.len()), mutator.word(rng).as_bytes().to_vec());
    input.splice(at..at, word);
}

/// The next run of such bytes from somewhere on.
fn run(rng: &mut Rng, input: &[u8], is: fn(&u8) -> bool) -> Option<std::ops::Range<usize>> {
    let start = rng.below(input.len());
    let from = start + input[start..].iter().position(is)?;
    Some(from..input[from..].iter().position(|byte| !is(byte)).map_or(input.len(), |length| from + length))
}

fn number(_: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    if let Some(digits) = run(rng, input, |byte| byte.is_ascii_digit() || *byte == b'.') {
        input.splice(digits, rng.pick(NUMBERS).bytes());
    }
}

fn nest(mutator: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    let (at, opener) = (rng.below(input.len()), rng.pick(OPENERS));
    let most = if rng.chance(30) { mutator.most / opener.len() } else { 200 };
    let times = 1 + rng.below(most);
    input.splice(at..at, opener.repeat(times).into_bytes());
}

fn spoil(_: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    let at = if rng.chance(30) { 0 } else { rng.below(input.len()) };
    input.splice(at..at, rng.pick(BYTES).iter().copied());
}

/// As other programs save a text.
fn encode(_: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    let text = String::from_utf8_lossy(input).into_owned();
    *input = match rng.below(4) {
        0 => [&[0xff, 0xfe][..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat(),
        1 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(),
    };
}

fn swap_lines(_: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    let mut lines: Vec<&[u8]> = input.split_inclusive(|byte| *byte == b'\n').collect();
    let (one, other) = (rng.below(lines.len()), rng.below(lines.len()));
    lines.swap(one, other);
    *input = lines.concat();
}

/// A word for another one, of the format or of the other sample.
fn exchange(mutator: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, other: &[u8]) {
    let is = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let Some(word) = run(rng, input, is) else { return };
    let with = match run(rng, other, is).filter(|_| rng.chance(50)) {
        Some(part) => other[part].to_vec(),
        None => mutator.word(rng).as_bytes().to_vec(),
    };
    input.splice(word, with);
}

fn line_ends(_: &Mutator<'_>, rng: &mut Rng, input: &mut Vec<u8>, _: &[u8]) {
    let with: &[u8] = if rng.chance(50) { b"\r\n" } else { b"\r" };
    *input = input.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(with);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_repeat_differ_and_keep_within_the_limit() {
        let (mutator, samples) = (Mutator { words: &["version"], most: 500 }, [b"a: 1\nb: [x]\n".to_vec(), b"c: 2026-11-01\n".to_vec()]);
        let draw = |seed: u64| -> Vec<Vec<u8>> {
            let mut rng = Rng::new(seed);
            (0..2000).map(|_| mutator.case(&mut rng, &samples)).collect()
        };
        let cases = draw(7);
        assert_eq!(cases, draw(7));
        assert_ne!(cases, draw(8));
        assert!(cases.iter().all(|case| case.len() <= 500));
        let distinct: std::collections::BTreeSet<_> = cases.iter().collect();
        assert!(distinct.len() > 1500, "{}", distinct.len());
        assert!(cases.iter().any(|case| std::str::from_utf8(case).is_err()) && cases.iter().any(|case| case.windows(7).any(|w| w == b"version")));
    }
}
