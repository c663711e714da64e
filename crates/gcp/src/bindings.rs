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

/// The tags of a resource in the form in which they stand beside its labels. What is bound to an organisation, folder or project other than the resource,
/// or to what the resource with this name lies in, is lent by it; whatever else they are said to be bound to is the resource, which bindings may name in another way than searches do.
pub(crate) fn tags(direct: &[Tag], effective: &[Effective], name: &str, is_itself: impl Fn(&str) -> bool) -> Vec<RawTag> {
    const ABOVE: [&str; 3] = [
        "//cloudresourcemanager.googleapis.com/organizations/",
        "//cloudresourcemanager.googleapis.com/folders/",
        "//cloudresourcemanager.googleapis.com/projects/",
    ];
    // A table lies in its dataset, and a key in its ring.
    let holds_it = |on: &str| name.strip_prefix(on).is_some_and(|rest| rest.starts_with('/'));
    let is_lent = |on: &str| (ABOVE.iter().any(|start| on.starts_with(start)) && !is_itself(on)) || holds_it(on);
    let mut tags: Vec<RawTag> = direct.iter().filter_map(|tag| raw(tag, false)).collect();
    for one in effective {
        let inherited = one.attached_resource.as_deref().is_some_and(is_lent);
        for tag in one.effective_tags.iter().flatten() {
            // One is enough.
            if !direct.iter().any(|known| known.tag_key == tag.tag_key) {
                tags.extend(raw(tag, inherited));
            }
        }
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
            Effective {
                attached_resource: Some("//cloudresourcemanager.googleapis.com/folders/22".into()),
                effective_tags: Some(vec![tag("33/owner", "33/owner/jane.doe@example.com")]),
            },
        ];
        let found = tags(&[tag("33/env", "33/env/prod")], &effective, "//x/self", |on| on == "//x/self");
        assert_eq!(found, [RawTag::own("bound:33/env", "prod"), RawTag::own("inherited:33/owner", "jane.doe@example.com")]);
        assert_eq!(tags(&[], &effective, "//x/self", |on| on == "//x/self"), found, "those that are bound to it stand among the effective ones");
        assert_eq!(tags(&[tag("33/env", "33/env/prod")], &effective, "//x/other", |_| false), found, "it may be named in another way");
        // What it lies in need be no project: a table has the tags of its dataset.
        let of_dataset = [Effective { attached_resource: Some("//x/d".into()), effective_tags: Some(vec![tag("33/env", "33/env/prod")]) }];
        let lent = |name: &str| tags(&[], &of_dataset, name, |_| false).remove(0).key.to_string();
        assert_eq!(
            (lent("//x/d/tables/t"), lent("//x/d"), lent("//x/d2")),
            ("inherited:33/env".to_owned(), "bound:33/env".to_owned(), "bound:33/env".to_owned())
        );
        let binding = GRAMMAR.binding("inherited:33/owner").unwrap();
        assert_eq!((binding.namespace, binding.name, binding.inherited, binding.to_string().as_str()), ("33", "owner", true, "inherited:33/owner"));
        // Kubernetes' own labels may hold a slash.
        assert_eq!((GRAMMAR.binding("owner"), GRAMMAR.binding("app.kubernetes.io/name")), (None, None));
    }

    #[test]
    fn what_is_no_bound_tag_is_left_out() {
        assert_eq!(tags(&[tag("env", "prod"), Tag::default()], &[Effective::default()], "//x/self", |_| true), []);
    }
}
