//! What a resource makes and a cloud bills on its own: volumes, what launches from a template, tasks, node pools.
//!
//! A child whose tags the plan shows is a resource like any other, named by its place in the one that makes it. A child for which nobody wrote
//! tags, or whose tags are not known, is told and never fails: most teams leave those alone, and no attribute promises anything about them.

#[cfg(test)]
mod tests;

use super::change::Change;
use super::configuration::Source;
use super::defaults::Defaults;
use super::said::Side;
use super::tags::{Said, tag};
use crate::{Lacks, Options, Reading, Unseen};
use tagledger_model::{Action, Further, Layer, NativeId, Observed, Origin, Planned, RawResource, RawTag, TagPlace, TagSyntax, Taggable, Text};

/// A kind of child.
#[derive(Debug)]
pub(super) struct Made {
    /// The type of a resource that is the same thing, made on its own.
    pub kind: &'static str,
    /// What it is, for people.
    pub what: &'static str,
    /// What makes it, in the singular.
    pub maker: &'static str,
    /// What to write so that it has tags.
    pub remedy: &'static str,
    /// What it may have beside the tags at its own place.
    pub beside: Beside,
}

/// Tags beside a child's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    Nothing,
    /// Those of its maker lie under its own.
    Maker,
    /// Whatever makes it of this may add any.
    Anything,
}

/// Whether the provider's default tags join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joins {
    No,
    /// It depends on the provider's version, which the plan does not tell.
    Perhaps,
    Yes,
}

/// What the plan says about the tags of a child.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Says {
    /// The attributes that hold them.
    Tags {
        own: Said,
        merged: Said,
        /// The attribute has a value, and be it an empty one.
        is_set: bool,
    },
    /// There is no place for tags.
    Nothing,
    /// These keys stay with the maker.
    Keeps(Vec<Text>),
}

/// A child of one resource.
#[derive(Debug)]
pub(super) struct Child {
    /// Its place within the resource: `root_block_device[0]`.
    pub path: String,
    pub made: &'static Made,
    /// The attribute, with dots for the blocks around it.
    pub attribute: &'static str,
    pub says: Says,
    pub joins: Joins,
    /// Its block is the only one of its name, so that a line written there reaches it and no other.
    pub is_alone: bool,
    /// Without tags of its own nothing is said.
    pub is_quiet: bool,
    /// The plan changes its tags.
    pub is_touched: bool,
}

impl Child {
    /// A child with tags in `attribute`, which a block or the resource itself has; none where the schema has no such attribute.
    pub fn of(path: String, made: &'static Made, attribute: &'static str, merged: Option<&str>, side: &Side<'_>) -> Option<Self> {
        let name = attribute.rsplit('.').next().unwrap_or(attribute);
        let own = side.said(name, TagSyntax::HclMap);
        let merged = merged.map_or(Said::NotThere, |name| side.said(name, TagSyntax::HclMap));
        if own == Said::NotThere && merged == Said::NotThere {
            return None;
        }
        let joins = if merged == Said::NotThere { Joins::No } else { Joins::Yes };
        let is_set = side.values.get(name).is_some_and(serde_json::Value::is_object);
        Some(Self { joins, ..Self::without(path, made, attribute, Says::Tags { own, merged, is_set }) })
    }

    /// A child that has no place for tags.
    pub fn without(path: String, made: &'static Made, attribute: &'static str, says: Says) -> Self {
        Self { path, made, attribute, says, joins: Joins::No, is_alone: true, is_quiet: false, is_touched: false }
    }

    /// The attribute or block of the resource that it lies in.
    fn outer(&self) -> &'static str {
        self.attribute.split('.').next().unwrap_or(self.attribute)
    }

    /// Whether it is every child of the resource: the attribute lies in no block of one.
    fn covers(&self) -> bool {
        !self.attribute.contains('.')
    }
}

/// The children of a change, each with whether it differs from the one before.
pub(super) fn of(find: fn(&str, &Side<'_>) -> Vec<Child>, kind: &str, before: &Side<'_>, after: &Side<'_>) -> Vec<Child> {
    let mut children = find(kind, after);
    if children.is_empty() {
        return children;
    }
    let old = find(kind, before);
    for child in &mut children {
        let was = old.iter().find(|was| was.path == child.path).map(|was| &was.says);
        child.is_touched = was != Some(&child.says);
        // Within a block a merged attribute is copied from the state, even where the plan changes the tags that it is made of.
        if let (Says::Tags { own, merged, .. }, Some(Says::Tags { own: old_own, merged: old_merged, .. })) = (&mut child.says, was)
            && own != old_own
            && merged == old_merged
            && matches!(merged, Said::Known(_))
        {
            *merged = Said::Unknown;
        }
    }
    children
}

/// What can be said of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Judged,
    /// Tags are set, and which ones only the deploy knows.
    Unknown,
    Bare,
}

/// What a plan says beside its changes.
pub(super) struct Around<'a> {
    pub source: &'a Source<'a>,
    pub defaults: &'a Defaults,
    pub options: &'a Options<'a>,
}

impl Around<'_> {
    /// Adds the children of a resource: those that are judged as resources, the others as what is not seen.
    pub fn enter(&self, change: &Change, maker: &RawResource, out: &mut Reading) {
        let Some(planned) = maker.origin.planned() else { return };
        let all: Vec<(&Child, Standing)> = change.children.iter().map(|child| (child, self.standing(change, child))).collect();
        let is_covered = all.iter().any(|(child, standing)| child.covers() && *standing != Standing::Bare);
        for (child, standing) in all {
            let lacks = match (standing, &child.says) {
                (Standing::Judged, _) => {
                    out.resources.push(self.resource(change, child, maker, planned));
                    continue;
                }
                (Standing::Unknown, _) => Some(Lacks::Unknown),
                (Standing::Bare, _) if is_covered || child.is_quiet => None,
                (Standing::Bare, Says::Keeps(keys)) => Some(Lacks::These(keys.clone())),
                (Standing::Bare, _) => self.surely(change, child).map(Lacks::AllBut),
            };
            let is_new = |seen: &Unseen| seen.maker_address != planned.address || seen.what != child.made.what;
            if let Some(lacks) = lacks.filter(|_| planned.action.is_gated() && out.unseen.last().is_none_or(is_new)) {
                out.unseen.push(Unseen {
                    cloud: maker.cloud.clone(),
                    file: planned.file.clone(),
                    maker_address: planned.address.clone(),
                    maker: child.made.maker,
                    what: child.made.what,
                    remedy: child.made.remedy,
                    lacks,
                });
            }
        }
    }

    fn standing(&self, change: &Change, child: &Child) -> Standing {
        let Says::Tags { own, merged, is_set } = &child.says else { return Standing::Bare };
        // A block that only the state has shows what somebody else makes there.
        if child.made.beside == Beside::Maker && !self.source.writes(change, child.outer()) {
            return Standing::Bare;
        }
        let is_written = || self.source.writes(change, child.attribute);
        match (own, merged) {
            (_, Said::Known(pairs)) if !pairs.is_empty() => Standing::Judged,
            // Empty maps come from the state as well, where nobody wrote any.
            (Said::Known(pairs), _) if !pairs.is_empty() || (*is_set && is_written()) => Standing::Judged,
            (Said::Unknown | Said::Open(_), _) if !self.source.is_there() || is_written() => Standing::Unknown,
            _ => Standing::Bare,
        }
    }

    /// The keys that a child without tags of its own may have from the provider; none where they are not known.
    fn surely(&self, change: &Change, child: &Child) -> Option<Vec<Text>> {
        if child.joins == Joins::No {
            return Some(Vec::new());
        }
        let of_provider = self.defaults.of(change, self.source);
        let more = match &of_provider.further {
            Further::None => &[][..],
            Further::Keys(keys) => keys,
            Further::Any => return None,
        };
        Some(of_provider.tags.iter().map(|(key, _)| key).chain(more).cloned().collect())
    }

    fn resource(&self, change: &Change, child: &Child, maker: &RawResource, planned: &Planned) -> RawResource {
        let (tags, further) = self.tags(change, child, maker);
        let within = |address: &Text| Text::from(format!("{address}.{}", child.path));
        let address = within(&planned.address);
        let kind = self.options.kind(maker.cloud.as_str(), child.made.kind).map_or(Text::const_new(child.made.kind), |kind| Text::new(kind.native));
        let action = match planned.action {
            Action::Retag | Action::Update if child.is_touched => Action::Retag,
            Action::Retag => Action::Update,
            // The source that takes the maker over says nothing of this.
            Action::Import if self.source.is_there() && !self.source.writes(change, child.outer()) => Action::Update,
            other => other,
        };
        RawResource {
            id: NativeId::exact(address.clone()),
            kind,
            name: None,
            tags: Observed::Known(tags),
            further,
            taggable: Taggable::Yes,
            origin: Origin::Planned(Box::new(Planned {
                previous: planned.previous.as_ref().map(within),
                address,
                action,
                kind: Text::const_new(child.made.kind),
                id: None,
                tags_at: child.is_alone.then_some(TagPlace { attribute: Text::const_new(child.attribute), syntax: TagSyntax::HclMap }),
                ..planned.clone()
            })),
            ..maker.clone()
        }
    }

    fn tags(&self, change: &Change, child: &Child, maker: &RawResource) -> (Vec<RawTag>, Further) {
        let Says::Tags { own, merged, .. } = &child.says else { return (Vec::new(), Further::None) };
        let own = if let Said::Known(own) = own { &own[..] } else { &[] };
        let is_own = |key: &Text| own.iter().any(|(k, _)| k == key);
        if let Said::Known(merged) = merged {
            let layer = |key: &Text| if is_own(key) { Layer::Own } else { Layer::ProviderDefault };
            return (merged.iter().map(|(key, value)| tag(key, value.as_ref(), layer(key))).collect(), Further::None);
        }
        let mut tags: Vec<RawTag> = own.iter().map(|(key, value)| tag(key, value.as_ref(), Layer::Own)).collect();
        let of_provider = self.defaults.of(change, self.source);
        let mut further = if child.made.beside == Beside::Anything { Further::Any } else { Further::None };
        let mut perhaps = Vec::new();
        match child.joins {
            Joins::No => {}
            Joins::Yes => {
                further = of_provider.further.clone();
                tags.extend(of_provider.tags.iter().filter(|(key, _)| !is_own(key)).map(|(key, value)| tag(key, value.as_ref(), Layer::ProviderDefault)));
            }
            Joins::Perhaps => {
                further = of_provider.further.clone();
                perhaps.extend(of_provider.tags.iter().map(|(key, _)| key.clone()));
            }
        }
        if child.made.beside == Beside::Maker {
            further = maker.further.clone();
            let lent = maker.tags.known().into_iter().flatten().filter(|lent| !is_own(&lent.key));
            tags.extend(lent.map(|lent| RawTag { layer: Layer::ProviderDefault, ..lent.clone() }));
        }
        if let Further::Keys(keys) = &further {
            perhaps.extend(keys.iter().cloned());
        }
        perhaps.retain(|key| !is_own(key));
        let further = match further {
            Further::Any => Further::Any,
            _ if perhaps.is_empty() => Further::None,
            _ => Further::Keys(perhaps),
        };
        (tags, further)
    }
}
