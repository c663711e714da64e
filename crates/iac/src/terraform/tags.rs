//! The tags that a planned resource will have: three answers per key.
//!
//! The order follows what providers do. A merged attribute that is known is the answer. Otherwise the own attribute counts together with the
//! provider's defaults. Providers mark computed attributes as unknown even when nothing was set, so an unknown own attribute is only
//! undecided where the configuration sets it: reading every such mark as "perhaps tagged" would let each untagged resource through.

use super::change::Change;
use super::configuration::Source;
use super::defaults::Defaults;
use tagledger_model::{Further, Layer, Observed, RawTag, Text};

/// A tag as a plan has it: no value where it is known only after apply, or must not be shown.
pub(super) type Pair = (Text, Option<Text>);

/// What an attribute says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// The schema has no such attribute, as far as the plan shows.
    NotThere,
    /// Known only after apply.
    Unknown,
    /// These tags, and no others.
    Known(Vec<Pair>),
}

/// The tags of a resource, and what it may have beside them.
pub(super) fn effective(change: &Change, source: &Source<'_>, defaults: &Defaults) -> (Vec<RawTag>, Further) {
    let Some(found) = &change.tags else { return (Vec::new(), Further::None) };
    let own = match &found.own {
        Said::Known(own) => Some(own.clone()),
        Said::NotThere => Some(Vec::new()),
        // An unknown attribute that nobody set is an empty one.
        Said::Unknown => (source.is_there() && !source.sets(change, found.at.own)).then(Vec::new),
    };
    if let Said::Known(merged) = &found.merged {
        let is_own = |key: &Text| own.as_ref().is_none_or(|own| own.iter().any(|(k, _)| k == key));
        let layer = |key: &Text| if is_own(key) { Layer::Own } else { Layer::ProviderDefault };
        return (merged.iter().map(|(key, value)| tag(key, value.as_ref(), layer(key))).collect(), Further::None);
    }
    let Some(own) = own else { return (Vec::new(), Further::Any) };
    let mut tags: Vec<RawTag> = own.iter().map(|(key, value)| tag(key, value.as_ref(), Layer::Own)).collect();
    let has_defaults = found.at.defaults && (found.at.merged.is_empty() || found.merged != Said::NotThere);
    if !has_defaults {
        return (tags, Further::None);
    }
    let of_provider = defaults.of(change, source);
    let new = of_provider.tags.iter().filter(|(key, _)| !own.iter().any(|(k, _)| k == key));
    tags.extend(new.map(|(key, value)| tag(key, value.as_ref(), Layer::ProviderDefault)));
    let further = match &of_provider.further {
        Further::Keys(keys) => {
            let left: Vec<Text> = keys.iter().filter(|key| !own.iter().any(|(k, _)| k == *key)).cloned().collect();
            if left.is_empty() { Further::None } else { Further::Keys(left) }
        }
        other => other.clone(),
    };
    (tags, further)
}

fn tag(key: &Text, value: Option<&Text>, layer: Layer) -> RawTag {
    RawTag { key: key.clone(), value: value.map_or(Observed::Unknown, |value| Observed::Known(value.clone())), layer }
}
