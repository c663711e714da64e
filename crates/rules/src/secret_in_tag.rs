//! `secret-in-tag`: a credential stands in a tag, where everybody who may list resources reads it.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Pair, ResourceView, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};

pub struct SecretInTag;

static META: RuleMeta = RuleMeta {
    id: "secret-in-tag",
    family: Family::Housekeeping,
    level: Level::Error,
    since: "0.1.0",
    summary: "A tag holds what looks like a credential",
    options: &[],
    page: include_str!("../pages/secret-in-tag.md"),
};

impl Rule for SecretInTag {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        // Any value that was not read may be a credential; only where its key says so is that worth a finding.
        let has = cx.has_tag_that_may(|tag| if tag.may_be_secret() { None } else { Some(tag.secret().is_some()) });
        // That no tags were read is said by the rules about what is missing.
        vec![Check::Columns { table: Table::Resources, key: None, population: cx.has_read_tags(), violated: has, demanded_by: None }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(resource) = hit.resource else { return words::summary(&META) };
        if !hit.is_violated() {
            return unread(&resource);
        }
        let mut held: Vec<(&Pair, &str)> = resource.tags().into_iter().flatten().filter_map(|tag| Some((tag, tag.secret()?))).collect();
        held.sort_unstable_by_key(|(tag, _)| &tag.key);
        let Some((tag, _)) = held.first() else { return words::summary(&META) };
        let said: Vec<String> = held.iter().map(|(tag, what)| format!("`{}` holds what looks like {what}", tag.key)).collect();
        let noun = resource.cloud_facts().grammar.noun;
        let mend = format!("Take the {noun} away, and change the credential: everybody who may list resources could read it");
        Explanation {
            message: said.join(", "),
            evidence: Some(words::evidence_of(&tag.key, tag.value.as_deref())),
            provenance: words::own(&resource),
            suggestion: Some(Suggestion::Other { text: mend }),
            ..Explanation::default()
        }
    }
}

/// What stands under a key that names a password may be one, or say where it is kept.
fn unread(resource: &ResourceView<'_>) -> Explanation {
    let mut keys: Vec<&str> = resource.tags().into_iter().flatten().filter(|tag| tag.may_be_secret()).map(|tag| tag.key.as_str()).collect();
    keys.sort_unstable();
    let named: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    Explanation {
        message: format!("The value of {} was not read, so whether it is a credential cannot be said", named.join(", ")),
        evidence: keys.first().map(|key| words::evidence_of(key, None)),
        provenance: words::own(resource),
        ..Explanation::default()
    }
}
