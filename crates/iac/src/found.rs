//! The tags that a document shows of a resource, with what it leaves open.

use tagledger_model::{Further, Layer, Observed, RawTag, Text};

/// What a table knows of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carries {
    /// It cannot carry tags.
    Nothing,
    /// It has its tags under this name, with dots for what they lie in.
    At(&'static str),
}

/// What is there, what may be there, and whether more may be.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Found {
    pub tags: Vec<RawTag>,
    /// Keys that are there under a condition.
    pub perhaps: Vec<Text>,
    /// Any other key may be there.
    pub open: bool,
}

impl Found {
    fn has(&self, key: &str) -> bool {
        self.tags.iter().any(|tag| tag.key == key)
    }

    /// Nothing is known.
    pub fn anything() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// One tag of the resource's own; an unknown value without text.
    pub fn one(key: &str, value: Option<&str>) -> Self {
        let value = value.map_or(Observed::Unknown, |value| Observed::Known(Text::new(value)));
        Self { tags: vec![RawTag { key: Text::new(key), value, layer: Layer::Own }], ..Self::default() }
    }

    /// These over others: of one key these count; what is only perhaps here is surely there when the others have it.
    pub fn over(mut self, others: Self) -> Self {
        for tag in others.tags {
            if !self.has(&tag.key) {
                // Where a condition decides between two values, neither is known.
                let value = if self.perhaps.contains(&tag.key) || self.open { Observed::Unknown } else { tag.value };
                self.perhaps.retain(|key| *key != tag.key);
                self.tags.push(RawTag { value, ..tag });
            }
        }
        for key in others.perhaps {
            if !self.has(&key) && !self.perhaps.contains(&key) {
                self.perhaps.push(key);
            }
        }
        self.open |= others.open;
        self
    }

    /// One of two, and nobody knows which.
    pub fn either(&self, other: &Self) -> Self {
        let mut out = Self { open: self.open || other.open, ..Self::default() };
        let mut perhaps: Vec<Text> = self.perhaps.iter().chain(&other.perhaps).cloned().collect();
        for tag in &self.tags {
            match other.tags.iter().find(|t| t.key == tag.key) {
                Some(same) if same.value == tag.value => out.tags.push(tag.clone()),
                Some(_) => out.tags.push(RawTag { value: Observed::Unknown, ..tag.clone() }),
                None => perhaps.push(tag.key.clone()),
            }
        }
        perhaps.extend(other.tags.iter().filter(|tag| !self.has(&tag.key)).map(|tag| tag.key.clone()));
        for key in perhaps {
            if !out.has(&key) && !out.perhaps.contains(&key) {
                out.perhaps.push(key);
            }
        }
        out
    }

    /// What follows another part of one list.
    pub fn and(&mut self, other: Self) {
        for tag in other.tags {
            self.perhaps.retain(|key| *key != tag.key);
            self.tags.push(tag);
        }
        for key in other.perhaps {
            if !self.has(&key) && !self.perhaps.contains(&key) {
                self.perhaps.push(key);
            }
        }
        self.open |= other.open;
    }

    /// What the resource may have beside its tags.
    pub fn further(&self) -> Further {
        match (self.open, self.perhaps.is_empty()) {
            (true, _) => Further::Any,
            (false, true) => Further::None,
            (false, false) => Further::Keys(self.perhaps.clone()),
        }
    }
}
