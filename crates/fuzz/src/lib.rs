//! Feeding readers with what nobody meant to write: real samples, changed by a seed.
//!
//! Everything follows from the seed and the samples, so that a run repeats. There is no instrumentation, because the compiler's is not stable; what a
//! reader says of an input stands in for it: one that makes it say something new is kept and changed further.
//!
//! Nothing of Tagledger is imported here; the readers and the laws that they keep are in `tests/`.
#![expect(clippy::missing_panics_doc, reason = "all of this runs inside tests, which may fail anywhere")]

mod drive;
mod mutator;
mod random;

pub use drive::{Broken, Fuzz, Said, broken, packed, placed, reduce};
pub use mutator::Mutator;
pub use random::Rng;

/// A reader under test.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// What its inputs are changed from.
    pub samples: fn() -> Vec<Vec<u8>>,
    /// Words of its format.
    pub words: &'static [&'static str],
    /// True where a file may be gzipped.
    pub is_packed: bool,
    /// Reads an input in this process. An error says which law was broken; a panic breaks one as well.
    pub law: fn(&[u8]) -> Result<Said, String>,
    /// The same through the program, in a folder that is there for it.
    pub door: fn(&std::path::Path, &[u8]) -> Result<(), String>,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("name", &self.name).finish_non_exhaustive()
    }
}
