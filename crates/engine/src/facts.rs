//! What the engine must know of a cloud, and of what reads it: plain data, handed in by the program.

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

    /// How the scope is called in a sentence, e.g. "account".
    pub fn noun_of_scope(&self) -> &'static str {
        self.containers.iter().find(|c| c.is_scope).map_or("scope", |c| c.noun)
    }

    /// How a kind of container is called in a sentence.
    pub fn noun_of<'a>(&self, word: &'a str) -> &'a str {
        self.containers.iter().find(|c| c.word == word).map_or(word, |c| c.noun)
    }
}

/// An export reader or collector as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// Its stable id, which resources name as their origin.
    pub id: &'static str,
    /// Of two that know one resource, the higher rank's tags win, and each of its facts.
    pub rank: u8,
    /// There is something that it can never see, such as what was never tagged.
    pub is_blind: bool,
}
