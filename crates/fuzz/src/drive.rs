//! Running a target, and saying what broke so that it can be run again.

use super::{Mutator, Rng, Target};
use std::collections::HashSet;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Once;

/// What a reader said of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its answer: a message, or what was read.
    pub answer: String,
    /// How many things it made of it: records, nodes, mistakes.
    pub made: usize,
    /// How many it may make at most.
    pub most: usize,
}

/// An input that broke a law.
#[derive(Debug)]
pub struct Broken {
    /// Number of the case, from 0.
    pub case: u64,
    /// What is wrong.
    pub why: String,
    /// The input, as small as a few hundred tries made it.
    pub input: Vec<u8>,
}

/// A target under way.
#[derive(Debug)]
pub struct Fuzz<'t> {
    target: &'t Target,
    mutator: Mutator<'t>,
    rng: Rng,
    samples: Vec<Vec<u8>>,
    answers: HashSet<String>,
    case: u64,
}

/// Inputs that are kept beside the samples, at most.
const KEPT: usize = 2000;

impl<'t> Fuzz<'t> {
    /// Begins with the samples; every one of them must keep the laws as it is.
    pub fn new(target: &'t Target, seed: u64, most: usize) -> Result<Self, Broken> {
        let samples: Vec<Vec<u8>> = (target.samples)();
        for sample in &samples {
            broken(target, sample).map_err(|why| Broken { case: 0, why: format!("a sample as it is: {why}"), input: sample.clone() })?;
        }
        Ok(Self { target, mutator: Mutator { words: target.words, most }, rng: Rng::new(seed), samples, answers: HashSet::new(), case: 0 })
    }

    /// The next input.
    pub fn draw(&mut self) -> Vec<u8> {
        let input = self.mutator.case(&mut self.rng, &self.samples);
        if self.target.is_packed && self.rng.chance(10) { packed(&input) } else { input }
    }

    /// Makes the next case and reads it.
    pub fn step(&mut self) -> Result<(), Broken> {
        let input = self.draw();
        self.read(input)
    }

    /// The same, with the input written into a file first, where it stays should the process end with it.
    pub fn step_leaving(&mut self, path: &Path) -> Result<(), Broken> {
        let input = self.draw();
        let _gone = std::fs::remove_file(path);
        if let Err(error) = std::fs::write(path, &input) {
            panic!("{}: {error}", path.display());
        }
        self.read(input)
    }

    fn read(&mut self, input: Vec<u8>) -> Result<(), Broken> {
        let case = self.case;
        self.case += 1;
        let Ok(said) = broken(self.target, &input) else {
            let input = reduce(input, &|smaller| broken(self.target, smaller).is_err());
            let why = broken(self.target, &input).err().unwrap_or_default();
            return Err(Broken { case, why, input });
        };
        if self.samples.len() < KEPT && self.answers.insert(shape(&said.answer)) {
            self.samples.push(input);
        }
        Ok(())
    }

    /// The same through the program.
    pub fn knock(&mut self, folder: &Path) -> Result<(), Broken> {
        let input = self.draw();
        let case = self.case;
        self.case += 1;
        let door = |input: &[u8]| {
            let asked = catch_unwind(AssertUnwindSafe(|| (self.target.door)(folder, input)));
            asked.unwrap_or_else(|panic| Err(format!("the test itself: {:?}", panic.downcast_ref::<String>())))
        };
        if door(&input).is_ok() {
            return Ok(());
        }
        let input = reduce(input, &|smaller| door(smaller).is_err());
        Err(Broken { case, why: door(&input).err().unwrap_or_default(), input })
    }

    /// How many different answers there were.
    pub fn answers(&self) -> usize {
        self.answers.len()
    }
}

/// The same, gzipped.
pub fn packed(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // Reading from memory cannot fail.
    let _read = flate2::read::GzEncoder::new(input, flate2::Compression::fast()).read_to_end(&mut out);
    out
}

/// An answer without what is the input's own: numbers, and what stands in backquotes.
fn shape(answer: &str) -> String {
    let told = answer.split('`').step_by(2).collect::<Vec<_>>().join("`");
    told.chars().filter(|c| !c.is_ascii_digit()).take(200).collect()
}

thread_local! {
    /// What the last panic of this thread said, while a law is asked.
    static PANIC: std::cell::RefCell<Option<String>> = const { std::cell::RefCell::new(None) };
}

/// Reads an input; an error says which law it broke.
pub fn broken(target: &Target, input: &[u8]) -> Result<Said, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let is_asked = PANIC.with_borrow_mut(|slot| slot.as_mut().map(|said| *said = panic.to_string()).is_some());
            // The program's own hook is silent there as well: such a panic becomes an error that names the file.
            let is_reader = std::thread::current().name().is_some_and(|name| name == "bill reader" || name.starts_with("polars"));
            if !is_asked && !is_reader {
                print(panic);
            }
        }));
    });
    PANIC.set(Some(String::new()));
    let asked = catch_unwind(AssertUnwindSafe(|| (target.law)(input)));
    let said = PANIC.take().unwrap_or_default();
    let said = asked.map_err(|_| said)??;
    if said.made > said.most {
        return Err(format!("{} things made of {} bytes, where {} are the most", said.made, input.len(), said.most));
    }
    Ok(said)
}

/// Whether a place is in a text, or right behind its end.
pub fn placed(text: &[u8], line: usize, column: usize) -> bool {
    let text = String::from_utf8_lossy(text);
    // A lone carriage return ends a line for YAML, and none for JSON and CSV.
    let within =
        |lines: &[&str]| line.checked_sub(1).is_some_and(|at| lines.get(at).map_or(at == lines.len(), |l| (1..=l.chars().count() + 1).contains(&column)));
    within(&text.split('\n').collect::<Vec<_>>()) || within(&text.split(['\n', '\r']).collect::<Vec<_>>()) || {
        let unix = text.replace("\r\n", "\n");
        within(&unix.split(['\n', '\r']).collect::<Vec<_>>())
    }
}

/// Takes away what a failure does not need, within a number of tries.
pub fn reduce(mut input: Vec<u8>, fails: &dyn Fn(&[u8]) -> bool) -> Vec<u8> {
    let (mut tries, mut size) = (400, input.len() / 2);
    while size > 0 && tries > 0 {
        let (mut at, mut shrank) = (0, false);
        while at < input.len() && tries > 0 {
            let mut smaller = input.clone();
            smaller.drain(at..(at + size).min(input.len()));
            tries -= 1;
            if !smaller.is_empty() && fails(&smaller) {
                (input, shrank) = (smaller, true);
            } else {
                at += size;
            }
        }
        if !shrank || size > 1 {
            size /= 2;
        }
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(law: fn(&[u8]) -> Result<Said, String>) -> Target {
        Target { name: "t", samples: || vec![b"version: 1\n".to_vec()], words: &["boom"], is_packed: false, law, door: |_, _| Ok(()) }
    }

    #[test]
    fn a_reader_that_panics_is_found_and_the_input_made_small() {
        let target = target(|input| {
            assert!(!input.windows(4).any(|w| w == b"boom"), "it met the word");
            Ok(Said { answer: "fine".to_owned(), made: 1, most: 1 })
        });
        let mut fuzz = Fuzz::new(&target, 1, 4096).unwrap();
        let found = (0..5000).find_map(|_| fuzz.step().err()).unwrap();
        assert_eq!((found.input.as_slice(), found.why.contains("it met the word")), (&b"boom"[..], true), "{found:?}");
        let mut again = Fuzz::new(&target, 1, 4096).unwrap();
        assert_eq!((0..5000).find_map(|_| again.step().err()).unwrap().case, found.case);
    }

    #[test]
    fn a_reader_that_makes_too_much_is_found() {
        let target = target(|input| Ok(Said { answer: "read".to_owned(), made: input.len() * input.len(), most: 50 * input.len() }));
        let mut fuzz = Fuzz::new(&target, 1, 4096).unwrap();
        assert!((0..5000).find_map(|_| fuzz.step().err()).unwrap().why.contains("are the most"));
    }

    #[test]
    fn places_are_within_the_text() {
        assert!(placed(b"ab\ncd", 2, 3) && placed(b"ab\n", 2, 1) && placed(b"", 1, 1) && placed("é".as_bytes(), 1, 2));
        assert!(!placed(b"ab", 0, 1) && !placed(b"ab", 1, 0) && !placed(b"ab", 1, 4) && !placed(b"ab", 3, 1));
    }
}
