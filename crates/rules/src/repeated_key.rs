//! `repeated-key`: one name is there twice, in a cloud that takes names without case.

use crate::words;
use tagledger_engine::{Check, Context, Explanation, Family, Hit, Rule, RuleMeta, Table};
use tagledger_model::{Level, Suggestion};

pub struct RepeatedKey;

static META: RuleMeta = RuleMeta {
    id: "repeated-key",
    family: Family::Untagged,
    level: Level::Warn,
    since: "0.1.0",
    summary: "One name is there in two spellings",
    options: &[],
    page: include_str!("../pages/repeated-key.md"),
};

impl Rule for RepeatedKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn checks(&self, cx: &Context<'_>) -> Vec<Check> {
        vec![Check::Columns { table: Table::Resources, key: None, population: cx.repeats_key().is_not_null(), violated: cx.repeats_key(), demanded_by: None }]
    }

    fn explain(&self, hit: &Hit<'_>) -> Explanation {
        let Some(resource) = hit.resource else { return words::summary(&META) };
        let mut tags: Vec<(&str, &str)> =
            resource.tags().into_iter().flatten().map(|tag| (tag.key.as_str(), tag.value.as_deref().unwrap_or("not read"))).collect();
        tags.sort_unstable();
        let folded = |key: &str| key.to_lowercase();
        let twice: Vec<(&str, &str)> =
            tags.iter().filter(|(key, _)| tags.iter().filter(|(other, _)| folded(other) == folded(key)).count() > 1).copied().collect();
        let said: Vec<String> = twice.iter().map(|(key, value)| format!("`{key}` ({value})")).collect();
        let joined = |part: fn(&(&str, &str)) -> String| twice.iter().map(part).collect::<Vec<_>>().join(", ");
        Explanation {
            message: format!("One name is there in several spellings: {}", said.join(", ")),
            evidence: Some(words::evidence_of(&joined(|(key, _)| (*key).to_owned()), Some(&joined(|(_, value)| (*value).to_owned())))),
            provenance: words::own(&resource),
            suggestion: Some(Suggestion::Other {
                text: "Remove all but one: what is removed by one spelling is removed by all of them, so write the right one again".to_owned(),
            }),
            ..Explanation::default()
        }
    }
}
