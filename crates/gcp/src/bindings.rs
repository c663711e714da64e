//! Google's own tags: objects of an organisation or project that are bound to resources, and hold for all that lies below them.
//!
//! <https://cloud.google.com/resource-manager/docs/tags/tags-overview>. A search shows the keys as `{organisation or project}/{short name}` and
//! the values as the same with the value's short name at its end. Of several bindings of one key the nearest holds, and only that one is shown.

use serde::Deserialize;
use tagledger_model::{Binding, RawTag, Text};

/// A bound tag, as a search shows it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Tag {
    pub tag_key: Option<Text>,
    pub tag_value: Option<Text>,
}

/// The tags that are bound to one thing, and hold for the resource.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Effective {
    /// The full name of what they are bound to.
    pub attached_resource: Option<Text>,
    pub effective_tags: Option<Vec<Tag>>,
}

/// The tags of a resource in the form in which they stand beside its labels. Where effective tags are not shown, those bound to the resource
/// itself are.
pub(crate) fn tags(direct: &[Tag], effective: &[Effective], is_itself: impl Fn(&str) -> bool) -> Vec<RawTag> {
    let own = direct.iter().map(|tag| (tag, false));
    let lent = effective.iter().filter(|one| one.attached_resource.as_deref().is_some_and(|on| !is_itself(on)));
    let lent = lent.flat_map(|one| one.effective_tags.iter().flatten()).map(|tag| (tag, true));
    let mut tags: Vec<RawTag> = own.chain(lent).filter_map(|(tag, inherited)| raw(tag, inherited)).collect();
    if direct.is_empty() {
        let here = effective.iter().filter(|one| one.attached_resource.as_deref().is_some_and(&is_itself));
        tags.extend(here.flat_map(|one| one.effective_tags.iter().flatten()).filter_map(|tag| raw(tag, false)));
    }
    tags
}

/// None for one whose key has no namespace: it could not be told from a label.
fn raw(tag: &Tag, inherited: bool) -> Option<RawTag> {
    let (namespace, name) = tag.tag_key.as_deref()?.split_once('/')?;
    let value = tag.tag_value.as_deref()?;
    let value = value.strip_prefix(tag.tag_key.as_deref()?).and_then(|rest| rest.strip_prefix('/')).unwrap_or(value);
    Some(RawTag::own(Binding { namespace, name, inherited }.to_string(), Text::new(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::GRAMMAR;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { tag_key: Some(key.into()), tag_value: Some(value.into()) }
    }

    #[test]
    fn a_bound_tag_says_whose_it_is_and_whether_it_is_lent() {
        let effective = [
            Effective { attached_resource: Some("//x/self".into()), effective_tags: Some(vec![tag("33/env", "33/env/prod")]) },
            Effective { attached_resource: Some("//x/folders/22".into()), effective_tags: Some(vec![tag("33/owner", "33/owner/jane.doe@example.com")]) },
        ];
        let found = tags(&[tag("33/env", "33/env/prod")], &effective, |on| on == "//x/self");
        assert_eq!(found, [RawTag::own("33/env", "prod"), RawTag::own("inherited:33/owner", "jane.doe@example.com")]);
        assert_eq!(tags(&[], &effective, |on| on == "//x/self").len(), 2, "those that are bound to it stand among the effective ones");
        let binding = GRAMMAR.binding("inherited:33/owner").unwrap();
        assert_eq!((binding.namespace, binding.name, binding.inherited, binding.to_string().as_str()), ("33", "owner", true, "inherited:33/owner"));
        assert_eq!(GRAMMAR.binding("owner"), None);
    }

    #[test]
    fn what_is_no_bound_tag_is_left_out() {
        assert_eq!(tags(&[tag("env", "prod"), Tag::default()], &[Effective::default()], |_| true), []);
    }
}
