//! What a cloud's guardrails are to hold, from the taxonomy.

mod form;

use std::sync::Arc;
use tagledger_collect::{AllowedValues, AskedOf, Cloud, GuardrailKey, Guardrails};
use tagledger_model::Taggable;
use tagledger_taxonomy::{Dictionary, Domain, Key, KeyId, Lender, Normaliser, Taxonomy};

/// The keys as this cloud spells them, and what no cloud's guardrails would say of them.
pub(crate) fn wanted(taxonomy: &Arc<Taxonomy>, cloud: &dyn Cloud, enforce: bool) -> (Guardrails, Vec<String>) {
    let id = cloud.id();
    let normaliser = Normaliser::new(taxonomy, cloud.grammar(), id.as_str(), &Dictionary::new(taxonomy));
    let mut notes = Vec::new();
    let key = |(at, key): (KeyId, &Key)| {
        let allowed = allowed(at, key, &normaliser, cloud.grammar().encoded, &mut notes);
        if key.register.as_ref().is_some_and(|_| !matches!(key.domain, Domain::Values(_))) {
            notes.push(format!("{}: its register changes more often than guardrails do, so that they do not repeat it; scans hold values to it", key.name));
        }
        let mut asked = asked(taxonomy, at, cloud);
        if let Some(default) = key.default.as_ref().filter(|_| asked != AskedOf::Nothing) {
            notes.push(format!("{}: a resource without it has the value `{default}`, so that guardrails do not require it", key.name));
            asked = AskedOf::Nothing;
        }
        GuardrailKey {
            name: key.name.clone(),
            spelling: normaliser.spelling(at).to_string(),
            asked,
            allowed,
            group_lends: key.inherit.contains(&Lender::ResourceGroup),
            scope_lends: key.inherit.contains(&Lender::Scope),
        }
    };
    let keys = taxonomy.ids().map(key).collect();
    (Guardrails { keys, enforce }, notes)
}

fn asked(taxonomy: &Taxonomy, key: KeyId, cloud: &dyn Cloud) -> AskedOf {
    let id = cloud.id();
    let taggable: Vec<_> = cloud.kinds().iter().filter(|kind| kind.taggable == Taggable::Yes).collect();
    let mut kinds: Vec<&'static str> =
        taggable.iter().filter(|kind| taxonomy.asks(key, id.as_str(), kind.native, Some(kind.shared))).map(|kind| kind.native).collect();
    kinds.sort_unstable();
    match kinds.len() {
        0 => AskedOf::Nothing,
        count if count == taggable.len() => AskedOf::Everything,
        _ => AskedOf::Kinds(kinds),
    }
}

fn allowed(at: KeyId, key: &Key, normaliser: &Normaliser, encoded: bool, notes: &mut Vec<String>) -> AllowedValues {
    match &key.domain {
        Domain::Any => AllowedValues::Any,
        Domain::Values(values) => AllowedValues::Values(values.iter().map(|value| normaliser.value_spelling_of(at, &value.name)).collect()),
        Domain::Pattern { text, .. } => {
            let form = form::of(text).and_then(|form| if encoded { form::encoded(&form) } else { Some(form) });
            if form.is_none() {
                notes.push(format!("{}: the pattern `{text}` cannot be taken apart, so that guardrails take any value", key.name));
            }
            form.map_or(AllowedValues::Any, |form| AllowedValues::Pattern { text: text.clone(), form })
        }
    }
}
