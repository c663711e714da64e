//! What a taxonomy could know of the tags that there are: other names of its keys, other spellings of their values, and keys and values that it lacks.
//!
//! Spellings are taken together by the form in which the taxonomy compares them. What is proposed has a reason that a person can follow; whether it is
//! so is for that person to say.

mod keys;
mod likeness;
mod values;

use crate::{KeyId, Taxonomy, decode_label, fold};
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;
use tagledger_model::{Amount, CloudId, Money};

/// A raw tag, added up over the resources that carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenTag {
    /// Whose it is.
    pub cloud: CloudId,
    /// Whether this cloud's tags are written in the label encoding.
    pub encoded: bool,
    /// The key as it is spelt.
    pub key: String,
    /// The value as it is spelt; none for the sum over all values of the key.
    pub value: Option<String>,
    /// How many resources carry it.
    pub resources: u64,
    /// What these cost in the priced month, by currency.
    pub money: Vec<Money>,
}

/// Something that a taxonomy could say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What.
    pub what: Proposed,
    /// The spellings that it is about, most resources first; the first stands for all of them.
    pub spellings: Vec<Spelling>,
    /// Resources that carry any of them, one with two of them counted twice.
    pub resources: u64,
    /// What these cost.
    pub money: Vec<Money>,
    /// Why, in a few words.
    pub because: String,
}

/// What could be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposed {
    /// It is another name of a key.
    KeyAlias(KeyId),
    /// It is a key.
    NewKey,
    /// It is another spelling of a key's value.
    ValueAlias(KeyId, String),
    /// It is a value of a key.
    NewValue(KeyId),
}

/// A way in which something is spelt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// The text, decoded where a cloud encodes it.
    pub text: String,
    /// How many resources carry it.
    pub resources: u64,
    /// What these cost.
    pub money: Vec<Money>,
}

/// Everything that could be said, dearest first, then most resources, then by name.
pub fn proposals(taxonomy: &Taxonomy, seen: &[SeenTag]) -> Vec<Proposal> {
    let mut all = keys::proposals(taxonomy, seen);
    all.extend(values::proposals(taxonomy, seen));
    let currencies = currencies(&all);
    let cost = |proposal: &Proposal| currencies.iter().map(|currency| Reverse(amount(&proposal.money, currency))).collect::<Vec<_>>();
    all.sort_by(|a, b| cost(a).cmp(&cost(b)).then_with(|| order(a, b)));
    all
}

fn order(a: &Proposal, b: &Proposal) -> Ordering {
    b.resources.cmp(&a.resources).then_with(|| a.spellings[0].text.cmp(&b.spellings[0].text)).then_with(|| rank(&a.what).cmp(&rank(&b.what)))
}

/// Tells proposals about the same word apart.
fn rank(what: &Proposed) -> (u8, u8) {
    match what {
        Proposed::KeyAlias(key) => (0, key.0),
        Proposed::NewKey => (1, 0),
        Proposed::ValueAlias(key, _) => (2, key.0),
        Proposed::NewValue(key) => (3, key.0),
    }
}

/// Currencies by what there is in each: amounts of different currencies are never compared but for putting rows in order.
fn currencies(all: &[Proposal]) -> Vec<String> {
    let mut sums = BTreeMap::<String, Amount>::new();
    for money in all.iter().flat_map(|proposal| &proposal.money) {
        *sums.entry(money.currency.to_string()).or_default() += money.amount;
    }
    let mut currencies: Vec<(Amount, String)> = sums.into_iter().map(|(currency, sum)| (sum, currency)).collect();
    currencies.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    currencies.into_iter().map(|(_, currency)| currency).collect()
}

fn amount(money: &[Money], currency: &str) -> Amount {
    money.iter().filter(|one| one.currency == currency).map(|one| one.amount).sum()
}

/// Adds money up by currency.
fn add(to: &mut Vec<Money>, more: &[Money]) {
    for one in more {
        match to.iter_mut().find(|known| known.currency == one.currency) {
            Some(known) => known.amount += one.amount,
            None => to.push(one.clone()),
        }
    }
    to.sort_by(|a, b| a.currency.cmp(&b.currency));
}

/// A key or a value as it is meant.
fn plain(seen: &SeenTag, text: &str) -> String {
    let text = text.trim();
    if seen.encoded { decode_label(text).trim().to_owned() } else { text.to_owned() }
}

/// Spellings that are compared as one.
#[derive(Debug, Default)]
struct Cluster {
    spellings: BTreeMap<String, (u64, Vec<Money>)>,
}

impl Cluster {
    fn add(&mut self, text: String, seen: &SeenTag) {
        let (resources, money) = self.spellings.entry(text).or_default();
        *resources += seen.resources;
        add(money, &seen.money);
    }

    fn resources(&self) -> u64 {
        self.spellings.values().map(|(resources, _)| resources).sum()
    }

    /// The texts, for looking at their words.
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.spellings.keys().map(String::as_str)
    }

    fn proposal(self, what: Proposed, because: String) -> Proposal {
        let resources = self.resources();
        let mut money = Vec::new();
        let mut spellings: Vec<Spelling> = self.spellings.into_iter().map(|(text, (resources, money))| Spelling { text, resources, money }).collect();
        for spelling in &spellings {
            add(&mut money, &spelling.money);
        }
        spellings.sort_by(|a, b| b.resources.cmp(&a.resources).then_with(|| a.text.cmp(&b.text)));
        Proposal { what, spellings, resources, money, because }
    }
}

/// Clusters of what is seen, by the comparable form of a text of each.
fn clusters<'s>(seen: impl Iterator<Item = (&'s SeenTag, String)>) -> BTreeMap<String, Cluster> {
    let mut clusters = BTreeMap::<String, Cluster>::new();
    for (tag, text) in seen {
        let folded = fold(&text);
        // Nothing to compare, or something that was left out because it looks like a credential.
        if !folded.is_empty() && crate::was_redacted(&text).is_none() {
            clusters.entry(folded).or_default().add(text, tag);
        }
    }
    clusters
}

#[cfg(test)]
mod tests;
