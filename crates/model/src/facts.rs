//! What a source knows of the state a resource is in: the few attributes that rules about orphans and retention ask for.

use crate::{Text, Timestamp};

/// The state of a resource as far as its source shows it. What is absent is unknown, never a pass and never a failure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether anything uses it: a disk on a machine, an address on an interface, targets behind a balancer.
    pub attached: Option<Fact<bool>>,
    /// A source was asked for this resource by itself whether anything uses it, and could not say: the field that shows it. None where one said,
    /// and where none was asked, which is so of most resources.
    pub unanswered: Option<Text>,
    /// Whether it runs; what is stopped is still there, and much of it still billed.
    pub running: Option<Fact<bool>>,
    /// Since when it has been attached, detached, running or stopped, as above.
    pub since: Option<Timestamp>,
    /// How long it keeps what is written to it.
    pub retention: Option<Fact<Retention>>,
    /// When it ends by itself and is of no use to anybody: a certificate.
    pub ends: Option<Fact<Timestamp>>,
    /// Canonical id of the resource that it was made from: the disk behind a snapshot.
    pub source: Option<Fact<Text>>,
}

/// A fact with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<T> {
    /// What is the case.
    pub value: T,
    /// The field and value of the cloud's answer that prove it, e.g. `State = available`.
    pub proof: Text,
}

impl<T> Fact<T> {
    /// A fact, and the field and value that prove it.
    pub fn new(value: T, field: &str, said: &str) -> Self {
        Self { value, proof: compact_str::format_compact!("{field} = {said}") }
    }
}

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retention {
    /// This many days.
    Days(u32),
    /// Until somebody deletes it.
    Forever,
}
