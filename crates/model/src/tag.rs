//! Tags as a source said them.

use crate::Text;

/// Something a source either said, or could not say: not read, not allowed, known only after apply.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Observed<T> {
    /// The source said this.
    Known(T),
    /// The source did not say: never a pass and never a failure.
    Unknown,
}

impl<T> Observed<T> {
    /// The value, when known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown => None,
        }
    }
}

/// Where a tag was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// On the resource itself.
    Own,
    /// By a provider's default tags.
    ProviderDefault,
}

/// One tag, spelt as the source spelt it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RawTag {
    /// The key.
    pub key: Text,
    /// The value; a null value is `Known("")`.
    pub value: Observed<Text>,
    /// Where it was written.
    pub layer: Layer,
}

impl RawTag {
    /// A tag written on the resource itself.
    pub fn own(key: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self { key: key.into(), value: Observed::Known(value.into()), layer: Layer::Own }
    }
}
