//! One resource at a time, with its words: what explanations and reports read.

use crate::facts::CloudFacts;
use crate::inventory::{Combination, GroupRow, Inventory, NONE, Parts, ScopeRow};
use crate::resolve::Effective;
use crate::resources::{Common, NO_TIME};
use crate::tag_sets::Pair;
use tagledger_model::{CloudId, Facts, Standing, Taggable, Text, Timestamp};
use tagledger_taxonomy::{Declared, Key, KeyId, KeyState, NO_TAG, Spelt, Taxonomy};

/// One resource, word by word.
#[derive(Clone, Copy)]
pub struct ResourceView<'i> {
    inventory: &'i Inventory,
    row: usize,
}

impl<'i> ResourceView<'i> {
    pub(crate) fn new(inventory: &'i Inventory, row: u32) -> Self {
        Self { inventory, row: row as usize }
    }

    fn parts(&self) -> &'i Parts {
        &self.inventory.parts
    }

    fn common(&self) -> &'i Common {
        self.parts().resources.at(self.row)
    }

    /// The cloud.
    pub fn cloud(&self) -> &'i CloudId {
        &self.cloud_facts().id
    }

    /// The cloud as data.
    pub fn cloud_facts(&self) -> &'i CloudFacts {
        &self.parts().clouds[usize::from(self.common().cloud)]
    }

    /// Canonical id.
    pub fn canonical(&self) -> Text {
        self.inventory.id(crate::intern::number(self.row))
    }

    /// Id as the source spells it.
    pub fn id(&self) -> Text {
        let row = crate::intern::number(self.row);
        self.parts().resources.raw_id(row).unwrap_or_else(|| self.canonical())
    }

    /// Name.
    pub fn name(&self) -> Option<&'i str> {
        self.parts().resources.names.name(crate::intern::number(self.row))
    }

    /// The cloud's own kind.
    pub fn kind(&self) -> &'i Text {
        &self.parts().kinds[self.common().kind as usize]
    }

    /// True for an account, a subscription or a project that is a resource of its own, because it carries tags.
    pub fn is_scope(&self) -> bool {
        self.cloud_facts().kinds.find(self.kind()).is_some_and(|kind| kind.shared == "management.scope")
    }

    /// Region.
    pub fn region(&self) -> Option<&'i Text> {
        self.parts().regions.get(self.common().region as usize)
    }

    /// Scope.
    pub fn scope(&self) -> &'i ScopeRow {
        &self.parts().scopes[self.common().scope as usize]
    }

    /// Group.
    pub fn group(&self) -> Option<&'i GroupRow> {
        self.parts().groups.get(self.common().group as usize)
    }

    /// When it was made.
    pub fn created(&self) -> Option<Timestamp> {
        Some(self.parts().resources.created.get(self.row)).filter(|t| *t != NO_TIME).map(Timestamp)
    }

    /// Whether it can carry tags.
    pub fn taggable(&self) -> Taggable {
        self.inventory.taggable[self.row]
    }

    /// Tags as they are spelt, in order; none when they were not read.
    pub fn tags(&self) -> Option<impl Iterator<Item = &'i Pair>> {
        let set = self.parts().resources.sets[self.row];
        let sets = &self.parts().sets;
        (set != NONE).then(|| sets.pairs_of(set).iter().map(|p| &sets.pairs[*p as usize]).filter(|pair| !pair.possible))
    }

    /// The id of what exists already, for a planned resource.
    pub fn live_id(&self) -> Option<&'i Text> {
        self.inventory.live_id(crate::intern::number(self.row))
    }

    /// How many tags are the user's own; none when they were not read, or when it shows none and may have some.
    pub fn own_tags(&self) -> Option<u32> {
        self.parts().sets.own(self.parts().resources.sets[self.row])
    }

    /// The tags that one of these names, ignoring case and punctuation.
    pub fn tags_named(&self, keys: &'i [Spelt]) -> impl Iterator<Item = &'i Pair> {
        let parts = self.parts();
        self.tags().into_iter().flatten().filter(move |tag| parts.names(keys, tag))
    }

    /// The tag that states until when it is meant to live.
    pub fn lifetime_tag(&self) -> Option<&'i Pair> {
        let parts = self.parts();
        let rank = |pair: u32| crate::frame::lifetime_rank(parts, &parts.sets.pairs[pair as usize]);
        crate::frame::lifetime_pair(parts, parts.resources.sets[self.row], rank)
    }

    /// The state it is in; none where no source shows any of it.
    pub fn facts(&self) -> Option<Facts> {
        self.inventory.facts.get(crate::intern::number(self.row))
    }

    /// Which readers knew it.
    pub fn sources(&self) -> &'i [&'static str] {
        &self.combination().readers
    }

    /// True where every reader that knew it has a blind spot: had it been what they cannot see, nobody would have named it.
    pub fn has_only_blind_sources(&self) -> bool {
        self.combination().are_all_blind
    }

    fn combination(&self) -> &'i Combination {
        &self.inventory.combinations[self.common().source as usize]
    }

    /// The stage its container is declared for.
    pub fn stage(&self) -> Option<&'i Declared> {
        self.inventory.resolved.stage(self.parts(), self.row)
    }

    /// The taxonomy of the run.
    pub fn taxonomy(&self) -> &'i Taxonomy {
        self.inventory.taxonomy()
    }

    /// The Environment that it is in: what it or a container says, else what its container is declared for.
    pub fn environment(&self) -> Option<Text> {
        let key = self.taxonomy().key("Environment")?;
        let own = self.key(key);
        let gives_way = || crate::judge::gives_way(own.own.standing);
        own.value().or_else(|| self.stage().filter(|_| gives_way()).and_then(Declared::environment).map(Text::new))
    }

    /// How it stands on a key.
    pub fn key(&self, key: KeyId) -> KeyView<'i> {
        let own = self.parts().sets.states(self.parts().resources.sets[self.row]).map_or(KeyState::UNDETERMINED, |s| s[key.index()]);
        let effective = self.inventory.resolved.effective(self.parts(), self.row, key);
        KeyView { parts: self.parts(), key, own, effective, taggable: self.taggable(), cloud: self.common().cloud }
    }
}

impl std::fmt::Debug for ResourceView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ResourceView").field(&self.id()).finish()
    }
}

/// One resource on one key.
#[derive(Clone, Copy)]
pub struct KeyView<'i> {
    parts: &'i Parts,
    key: KeyId,
    own: KeyState,
    effective: Effective,
    taggable: Taggable,
    cloud: u8,
}

impl<'i> KeyView<'i> {
    /// The key's canonical name.
    pub fn name(&self) -> &'i str {
        &self.parts.taxonomy.keys[self.key.index()].name
    }

    /// What the taxonomy says about the key.
    pub fn declaration(&self) -> &'i Key {
        &self.parts.taxonomy.keys[self.key.index()]
    }

    /// The key as this cloud spells it.
    pub fn spelling(&self) -> &'i Text {
        self.parts.normalisers[usize::from(self.cloud)].spelling(self.key)
    }

    /// A canonical value as this cloud spells it.
    pub fn value_spelling(&self, value: &str) -> String {
        self.parts.normalisers[usize::from(self.cloud)].value_spelling_of(self.key, value)
    }

    /// The standing that reports show: after inheritance and default.
    pub fn standing(&self) -> Standing {
        if self.taggable == Taggable::No && self.effective.value == 0 { Standing::NotTaggable } else { self.effective.standing }
    }

    /// The state of the resource's own tags.
    pub fn own(&self) -> KeyState {
        self.own
    }

    /// The raw tag that speaks for the key on the resource itself.
    pub fn own_tag(&self) -> Option<&'i Pair> {
        (self.own.tag != NO_TAG).then(|| &self.parts.sets.pairs[self.own.tag as usize])
    }

    /// Canonical value after inheritance and default.
    pub fn value(&self) -> Option<Text> {
        self.parts.dictionary.value(self.key, self.effective.value)
    }

    /// Canonical value of the resource's own tag.
    pub fn own_value(&self) -> Option<Text> {
        self.parts.dictionary.value(self.key, self.own.value)
    }

    /// Where the value came from.
    pub fn effective(&self) -> Effective {
        self.effective
    }
}

impl std::fmt::Debug for KeyView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyView").field("key", &self.name()).field("own", &self.own).finish_non_exhaustive()
    }
}
