//! The nouns of Tagledger: what a source said about a resource, a scope or a tag, and what we say about it.
//!
//! Nothing here reads a file, asks a cloud or knows a frame: a type lives here when more than one crate must
//! name it. What we *call* a tag is in `taxonomy`, how it is *asked for* in `collect`, how it is *judged* in
//! `engine` and `rules`.

mod amount;
mod bill;
mod cloud;
mod coverage;
mod date;
mod diagnostic;
mod facts;
mod finding;
mod grammar;
mod invisible;
mod kinds;
mod planned;
mod resource;
mod tag;

pub use amount::{Amount, AmountError, Money, Rounded, portion};
pub use bill::{BillMapping, BillTags, ChargeKind, CostCase, Term, When};
pub use cloud::{CloudId, Container, ContainerKind, ContainerRef, Scope, ScopeId};
pub use coverage::{Coverage, Outcome};
pub use date::{Month, Timestamp};
pub use diagnostic::{Diagnostic, Place, Severity};
pub use facts::{Fact, Facts, Retention};
pub use finding::{Evidence, Finding, Fingerprint, KINDS_OF_SUMS, Level, Standing, Suggestion, Verdict, Waived};
pub use grammar::{Binding, KeyCase, OntoBill, TagGrammar};
pub use invisible::is_invisible;
pub use kinds::{Kind, Kinds};
pub use planned::{Action, Planned, TagPlace, TagSyntax};
pub use resource::{Further, NativeId, Origin, RawResource, Taggable};
pub use tag::{Layer, Observed, RawTag};

/// Short text as clouds send it: keys, values, names. Up to 24 bytes need no allocation.
pub type Text = compact_str::CompactString;
