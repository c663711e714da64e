//! The tags that a planned resource will have: three answers per key.
//!
//! The order follows what providers do. A merged attribute that is known is the answer. Otherwise the own attribute counts together with the
//! provider's defaults. Providers mark computed attributes as unknown even when nothing was set, so an unknown own attribute is only
//! undecided where the configuration sets it: reading every such mark as "perhaps tagged" would let each untagged resource through.

use super::change::Change;
use super::configuration::Source;
use super::defaults::Defaults;
use super::families::{Family, Reach};
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
    /// These tags, and others whose keys are known only after apply.
    Open(Vec<Pair>),
    /// These tags, and no others.
    Known(Vec<Pair>),
}

/// The tags of a resource, and what it may have beside them.
pub(super) fn effective(change: &Change, source: &Source<'_>, defaults: &Defaults) -> (Vec<RawTag>, Further) {
    let Some(found) = &change.tags else { return (Vec::new(), Further::None) };
    let (own, is_open) = match &found.own {
        Said::Known(own) => (own.clone(), false),
        Said::Open(own) => (own.clone(), true),
        Said::NotThere => (Vec::new(), false),
        // An unknown attribute that nobody set is an empty one.
        Said::Unknown => (Vec::new(), !source.is_there() || source.sets(change, found.at.own)),
    };
    if let Said::Known(merged) = &found.merged {
        let is_own = |key: &Text| is_open || own.iter().any(|(k, _)| k == key);
        let layer = |key: &Text| if is_own(key) { Layer::Own } else { Layer::ProviderDefault };
        return (merged.iter().map(|(key, value)| tag(key, value.as_ref(), layer(key))).collect(), Further::None);
    }
    let family = change.family;
    let is_partial = is_open || family.is_some_and(|f| f.partial.contains(&change.kind.as_str()));
    let mut tags: Vec<RawTag> = own.iter().map(|(key, value)| tag(key, value.as_ref(), Layer::Own)).collect();
    let is_reached = match found.at.defaults {
        Reach::Never => false,
        Reach::Merged => found.merged != Said::NotThere,
        Reach::Always => true,
    };
    let provider = change.provider.as_deref().map(|p| p.rsplit('/').next().unwrap_or(p));
    let takes_part = |f: &Family| {
        !f.no_defaults.contains(&change.kind.as_str())
            && !(f.defaults_stand_in && (is_open || !own.is_empty()))
            && provider.is_none_or(|provider| f.defaulting.contains(&provider))
    };
    if !is_reached || !family.is_some_and(takes_part) {
        return (tags, if is_partial { Further::Any } else { Further::None });
    }
    let of_provider = defaults.of(change, source);
    let new = of_provider.tags.iter().filter(|(key, _)| !own.iter().any(|(k, _)| k == key));
    // Where own tags are open, one of them may stand in the place of a default: the key is there, its value is not known.
    tags.extend(new.map(|(key, value)| tag(key, value.as_ref().filter(|_| !is_open), Layer::ProviderDefault)));
    // A merged attribute that is unknown beside own tags that are not has something of the provider's in it, whatever the plan leaves out.
    let is_hidden = !source.is_there() && found.merged == Said::Unknown && !own.is_empty();
    let further = match &of_provider.further {
        _ if is_partial || is_hidden => Further::Any,
        Further::Keys(keys) => {
            let left: Vec<Text> = keys.iter().filter(|key| !own.iter().any(|(k, _)| k == *key)).cloned().collect();
            if left.is_empty() { Further::None } else { Further::Keys(left) }
        }
        other => other.clone(),
    };
    (tags, further)
}

pub(super) fn tag(key: &Text, value: Option<&Text>, layer: Layer) -> RawTag {
    RawTag { key: key.clone(), value: value.map_or(Observed::Unknown, |value| Observed::Known(value.clone())), layer }
}
