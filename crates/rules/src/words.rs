//! Words that several rules share: the tag in question, where a value came from, what a container is called, what was not seen.

use tagledger_engine::{CloudFacts, Evidence, Explanation, Hit, KeyView, Pair, Provenance, ResourceView, RuleMeta};
use tagledger_model::Text;
use tagledger_taxonomy::{Declared, Lender, Waiver, decode_label};
use wildmatch::WildMatch;

/// A hit about one key of one resource, with the tag that speaks for the key.
#[derive(Clone, Copy)]
pub(crate) struct KeyHit<'a> {
    pub resource: ResourceView<'a>,
    pub key: KeyView<'a>,
    pub tag: Option<&'a Pair>,
}

impl<'a> KeyHit<'a> {
    /// None for a hit that is not about a key of a resource.
    pub fn of(hit: &Hit<'a>) -> Option<Self> {
        let resource = hit.resource?;
        let key = resource.key(hit.key?);
        Some(Self { resource, key, tag: key.own_tag() })
    }

    /// The key as it is spelt on the resource; where it is not there, as this cloud spells it.
    pub fn raw_key(&self) -> &'a Text {
        match self.tag {
            Some(tag) => &tag.key,
            None => self.key.spelling(),
        }
    }

    /// The value as it is spelt on the resource.
    pub fn raw_value(&self) -> &'a str {
        self.tag.and_then(|tag| tag.value.as_deref()).unwrap_or("")
    }

    /// The tag as proof; no value when there is no tag.
    pub fn evidence(&self) -> Evidence {
        evidence_of(self.raw_key(), self.tag.and_then(|tag| tag.value.as_deref()))
    }

    /// Where the value in use came from.
    pub fn provenance(&self) -> Option<String> {
        match self.key.effective().provenance {
            Provenance::Own => self.own(),
            other => origin(&self.resource, other),
        }
    }

    /// Where the resource's own word comes from: a tag that it carries, or one that is bound to it or to what is above it.
    pub fn own(&self) -> Option<String> {
        match self.tag.and_then(|tag| self.resource.cloud_facts().grammar.binding(&tag.key)) {
            None => own(&self.resource),
            Some(binding) if binding.inherited => Some(format!("{BOUND} something above it")),
            Some(_) => Some(format!("{BOUND} it")),
        }
    }

    /// Says that the value of the tag was not read, and what follows.
    pub fn value_unread(&self, whether: &str) -> String {
        format!("The value of `{}` was not read, so whether {whether} cannot be said", self.raw_key())
    }

    /// The value that a missing or empty tag most likely should have, as this cloud spells it: the one that is lent to the
    /// resource, else, for Environment, the stage that its container is declared for.
    pub fn likely_value(&self) -> Option<String> {
        let stage = || self.resource.stage().filter(|_| self.key.name() == "Environment").and_then(Declared::environment).map(Text::new);
        self.key.value().or_else(stage).map(|value| self.key.value_spelling(&value))
    }

    /// The containers that may lend this key to the resource, nearest first.
    pub fn lenders(&self) -> Vec<String> {
        let provenance = |lender: &Lender| match lender {
            Lender::ResourceGroup => Provenance::Group,
            Lender::Scope => Provenance::Scope,
        };
        self.key.declaration().inherit.iter().filter_map(|lender| origin(&self.resource, provenance(lender))).collect()
    }
}

/// What is left to say of a hit without a row, which the engine never makes.
pub(crate) fn summary(meta: &RuleMeta) -> Explanation {
    Explanation { message: meta.summary.to_owned(), ..Explanation::default() }
}

/// A field with its value, or without one.
pub(crate) fn evidence_of(field: &str, value: Option<&str>) -> Evidence {
    Evidence { field: field.to_owned(), value: value.map(str::to_owned) }
}

/// The proof of a fact, `field = value`, taken apart again.
pub(crate) fn proof(proof: &str) -> Evidence {
    match proof.split_once(" = ") {
        Some((field, value)) => evidence_of(field, Some(value)),
        None => evidence_of(proof, None),
    }
}

/// How a provenance that is no container begins.
const OWN: &str = "own ";
const BOUND: &str = "tag bound to";
const DEFAULT: &str = "default of the taxonomy";

/// Whether a provenance in words is a container.
pub(crate) fn is_container(provenance: &str) -> bool {
    ![OWN, BOUND, DEFAULT].iter().any(|start| provenance.starts_with(start))
}

/// "own tag", or "own label" where the cloud calls them so.
pub(crate) fn own(resource: &ResourceView<'_>) -> Option<String> {
    origin(resource, Provenance::Own)
}

/// Text of a tag as the user meant it: decoded where this cloud's labels encode it.
pub(crate) fn plain<'t>(resource: &ResourceView<'_>, text: &'t str) -> std::borrow::Cow<'t, str> {
    if resource.cloud_facts().grammar.encoded { decode_label(text) } else { text.into() }
}

/// Where a value came from, in this cloud's words; none for a value from nowhere or from a container that is not there.
pub(crate) fn origin(resource: &ResourceView<'_>, provenance: Provenance) -> Option<String> {
    match provenance {
        Provenance::None => None,
        Provenance::Own => Some(format!("{OWN}{}", resource.cloud_facts().grammar.noun)),
        Provenance::Group => resource.group().map(|group| {
            let last = || group.id.rsplit('/').next().unwrap_or(&group.id);
            format!("{} {}", resource.cloud_facts().noun_of(&group.kind), group.name.as_deref().unwrap_or_else(last))
        }),
        Provenance::Scope => {
            let scope = resource.scope();
            Some(format!("{} {}", resource.cloud_facts().noun_of_scope(), scope.name.as_deref().unwrap_or(&scope.id)))
        }
        Provenance::Default => Some(DEFAULT.to_owned()),
    }
}

/// The container that a stage is of, e.g. "account shop-prod".
pub(crate) fn container(cloud: &CloudFacts, stage: &Declared) -> String {
    match stage.by.split_once(' ') {
        Some((word, name)) => format!("{} {name}", cloud.noun_of(word)),
        None => stage.by.clone(),
    }
}

/// Whether a pattern of a list with `*` and `?` matches, without case.
pub(crate) fn matches_any(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| WildMatch::new_case_insensitive(pattern).matches(text))
}

/// What a waiver covers: the resource by its pattern alone, everything else by its name as well.
pub(crate) fn waived(waiver: &Waiver) -> String {
    let one = |(name, text): (&str, &str)| if matches!(name, "resource" | "fingerprint") { text.to_owned() } else { format!("{name} {text}") };
    waiver.names().map(one).collect::<Vec<_>>().join(", ")
}

/// A number of days, in words.
pub(crate) fn days(count: i64) -> String {
    format!("{count} {}", if count == 1 { "day" } else { "days" })
}
