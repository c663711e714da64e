//! What we call things and what should be true: `taxonomy.yaml` read with places, validated, compiled; the normaliser
//! that turns raw tags into canonical keys and values; stages and waivers.
//!
//! What a source said is in `model`; which resource breaks which rule is decided in `engine` and `rules`.

mod asks;
mod dictionary;
mod duration;
mod encoding;
mod file;
mod fold;
mod load;
mod normalise;
mod registers;
mod scanner;
mod schema;
mod secrets;
mod shares;
mod stages;
mod state;
mod suggest;
mod types;
pub mod yaml;

pub use dictionary::Dictionary;
pub use duration::{day_end, day_start, duration_seconds};
pub use encoding::{decode_label, encode_label};
pub use fold::fold;
pub use load::{Known, KnownCloud, KnownRule, Loaded, load, parse};
pub use normalise::Normaliser;
pub use scanner::Scanned;
pub use schema::{schema, schema_text};
pub use secrets::{names_a_secret, redacted, was_redacted};
pub use shares::{Assign, CostFacts, Selector, Split, SplitBy, Usage};
pub use stages::{Declared, StageSource, Stages};
pub use state::{Conflict, KeyState, Meaning, NO_TAG, apply};
pub use suggest::{Proposal, Proposed, SeenTag, Spelling, proposals};
pub use types::*;
pub use yaml::LoadError;
