//! What the engine must know of a cloud: plain data, handed in by the program.

use tagledger_model::{CloudId, ContainerKind, Kinds, TagGrammar};

/// One cloud as data.
#[derive(Debug, Clone)]
pub struct CloudFacts {
    /// Its short name.
    pub id: CloudId,
    /// What its tags may look like.
    pub grammar: &'static TagGrammar,
    /// Its resource kinds.
    pub kinds: &'static Kinds,
    /// What `stages:` may name; the scope's own kind is marked.
    pub containers: &'static [ContainerKind],
}

impl CloudFacts {
    /// The word for the scope itself, e.g. `accounts`.
    pub fn scope_word(&self) -> &'static str {
        self.containers.iter().find(|c| c.is_scope).map_or("scopes", |c| c.word)
    }
}
