//! Manifests in a file, and what all of them have.

use crate::template::{Node, Value};
use std::borrow::Cow;

/// One manifest.
pub(super) struct Manifest<'n> {
    pub node: &'n Node,
    pub version: &'n str,
    pub kind: Cow<'n, str>,
}

impl<'n> Manifest<'n> {
    /// Adds what a document holds: the manifest that it is, or those that it lists.
    pub fn collect(node: &'n Node, into: &mut Vec<Self>) {
        Self::collect_from(node, None, into);
    }

    /// The same within a list, which may name the version and kind of its items for them: a `VPCList` holds `VPC`s.
    fn collect_from(node: &'n Node, listed: Option<(&'n str, &str)>, into: &mut Vec<Self>) {
        let own = |name: &str| node.get(name).and_then(Node::text);
        let (version, kind) = match (own("apiVersion"), own("kind"), listed) {
            (Some(version), Some(kind), _) => (version, Cow::Borrowed(kind)),
            (_, _, Some((version, kind))) if !kind.is_empty() && !node.entries().is_empty() => (version, Cow::Owned(kind.to_owned())),
            _ => return,
        };
        match (kind.strip_suffix("List"), node.get("items").and_then(list)) {
            (Some(of), Some(items)) => {
                for item in items {
                    Self::collect_from(item, Some((version, of)), into);
                }
            }
            (Some(""), None) => {}
            _ => into.push(Self { node, version, kind }),
        }
    }

    /// The group; of the cluster's own kinds the version.
    pub fn group(&self) -> &'n str {
        self.version.split('/').next().unwrap_or_default()
    }

    /// A part of the metadata.
    pub fn metadata(&self, name: &str) -> Option<&'n Node> {
        self.node.get("metadata")?.get(name)
    }

    /// A word of the metadata; empty when there is none.
    pub fn word(&self, name: &str) -> &'n str {
        self.metadata(name).filter(|node| !is_unset(node)).and_then(Node::text).unwrap_or_default()
    }
}

/// Whether a value is YAML's null, which Kubernetes takes for a field that is not there.
pub(super) fn is_unset(node: &Node) -> bool {
    node.value == Value::Null
}

/// The items of a list; nothing for anything else.
pub(super) fn list(node: &Node) -> Option<&[Node]> {
    if let Value::List(items) = &node.value { Some(items) } else { None }
}
