//! Resource Manager ids: `/subscriptions/{id}/resourceGroups/{name}/providers/{namespace}/{type}/{name}`.
//!
//! Each table and provider spells them in its own case (<https://learn.microsoft.com/azure/governance/resource-graph/troubleshoot/general>), so
//! that everything here works on the lower-cased form.

use tagledger_model::{NativeId, Text};

/// The kind of a subscription.
pub(crate) const SUBSCRIPTION: &str = "microsoft.resources/subscriptions";

/// The kind of a resource group, as Resource Graph writes it.
pub(crate) const GROUP: &str = "microsoft.resources/subscriptions/resourcegroups";

/// The kind of a resource group, as `az group list` writes it.
const GROUP_IN_LISTS: &str = "microsoft.resources/resourcegroups";

/// The kind of a management group.
pub(crate) const MANAGEMENT_GROUP: &str = "microsoft.management/managementgroups";

/// The id whose canonical form is its lower case; one that is lower case already costs nothing.
pub(crate) fn native_id(id: Text) -> NativeId {
    if id.is_ascii() && !id.bytes().any(|b| b.is_ascii_uppercase()) { NativeId::exact(id) } else { NativeId::lowered(&id) }
}

/// A kind in the form of the kinds table.
pub(crate) fn kind(mut kind: Text) -> Text {
    kind.make_ascii_lowercase();
    if kind == GROUP_IN_LISTS { Text::const_new(GROUP) } else { kind }
}

/// The subscription of a canonical id.
pub(crate) fn subscription(id: &str) -> Option<&str> {
    id.strip_prefix("/subscriptions/").and_then(|rest| rest.split('/').next()).filter(|id| !id.is_empty())
}

/// The canonical id of the resource group that a canonical id lies in; none for the group itself and for what lies in no group.
pub(crate) fn group(id: &str) -> Option<&str> {
    let subscription = subscription(id)?;
    let name_at = "/subscriptions/".len() + subscription.len() + "/resourcegroups/".len();
    let name = id.get(name_at..).filter(|_| id[..name_at].ends_with("/resourcegroups/"))?;
    let end = name.find('/')?;
    (end > 0).then(|| &id[..name_at + end])
}

/// The kind that a canonical id tells, for rows that do not say it: the namespace and every second word after it.
pub(crate) fn kind_of(id: &str) -> Text {
    let Some((_, path)) = id.rsplit_once("/providers/") else {
        return match (subscription(id), id.contains("/resourcegroups/")) {
            (Some(_), true) => Text::const_new(GROUP),
            (Some(_), false) => Text::const_new(SUBSCRIPTION),
            (None, _) => Text::const_new("unknown"),
        };
    };
    let mut words = path.split('/');
    let mut kind = Text::new(words.next().unwrap_or_default());
    for word in words.step_by(2) {
        kind.push('/');
        kind.push_str(word);
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISK: &str = "/subscriptions/0000-1/resourcegroups/rg-shop/providers/microsoft.compute/disks/d1";

    #[test]
    fn an_id_tells_subscription_group_and_kind() {
        assert_eq!(
            (subscription(DISK), group(DISK), kind_of(DISK).as_str()),
            (Some("0000-1"), Some("/subscriptions/0000-1/resourcegroups/rg-shop"), "microsoft.compute/disks")
        );
        let child = "/subscriptions/s/resourcegroups/g/providers/microsoft.sql/servers/a/databases/b";
        assert_eq!(kind_of(child), "microsoft.sql/servers/databases");
        let extension = "/subscriptions/s/resourcegroups/g/providers/microsoft.compute/disks/d/providers/microsoft.authorization/locks/l";
        assert_eq!(kind_of(extension), "microsoft.authorization/locks");
    }

    #[test]
    fn what_lies_in_no_group_has_none() {
        for id in [
            "/subscriptions/s",
            "/subscriptions/s/resourcegroups/g",
            "/subscriptions/s/providers/microsoft.x/y/z",
            "/providers/microsoft.management/managementgroups/m",
            "",
            "/subscriptions/",
            "/subscriptions/é",
            "/subscriptions/s/resourcegroups//x",
        ] {
            assert_eq!(group(id), None, "{id}");
        }
        assert_eq!(kind_of("/subscriptions/s/resourcegroups/g"), GROUP);
        assert_eq!(kind_of("/subscriptions/s"), SUBSCRIPTION);
        assert_eq!(kind_of("/providers/microsoft.management/managementgroups/m"), MANAGEMENT_GROUP);
        assert_eq!(kind_of("nonsense"), "unknown");
    }

    #[test]
    fn spelling_is_kept_beside_the_canonical_form() {
        let id = native_id(Text::new("/subscriptions/S/resourceGroups/Rg"));
        assert_eq!((id.canonical.as_str(), id.raw.as_deref()), ("/subscriptions/s/resourcegroups/rg", Some("/subscriptions/S/resourceGroups/Rg")));
        assert_eq!(native_id(Text::new(DISK)).raw, None);
        assert_eq!(kind(Text::new("Microsoft.Resources/resourceGroups")), GROUP);
    }
}
