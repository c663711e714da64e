//! What Azure tags may look like.

use tagledger_model::{KeyCase, OntoBill, TagGrammar};

/// Limits and characters: <https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources>. Names must not hold `<>%&\?/`;
/// storage accounts take names of 128 characters only.
pub(crate) static GRAMMAR: TagGrammar = TagGrammar {
    noun: "tag",
    key_max: 512,
    value_max: 256,
    per_resource: 50,
    key_case: KeyCase::Ignored,
    punctuation: " _.:=+-@#,;()[]{}!'*~^|$",
    encoded: false,
    // The first three are reserved by Azure itself; the others are how the portal, Kubernetes Service and other services leave notes for themselves.
    reserved: &[
        "microsoft",
        "azure",
        "windows",
        "hidden-",
        "link:",
        "ms-resource-usage",
        "aks-managed-",
        "k8s-azure-",
        "kubernetes.io-",
        "kubernetes.azure.com",
    ],
    vendor_keys: &[],
    bindings: false,
    // <https://learn.microsoft.com/azure/cost-management-billing/costs/enable-tag-inheritance> and, on kinds without tags on the bill, `kinds.rs`.
    onto_bill: OntoBill {
        in_short: "tags reach it by themselves, but for kinds that emit none",
        mend: "Tags of resources reach this bill by themselves from the day they are set: look for kinds that emit none, and switch on tag inheritance in Cost Management, \
               which writes tags of the subscription and the resource group onto their rows, from the current month on",
        command: None,
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_keys_are_told_from_the_users() {
        for key in ["hidden-link:/subscriptions/x", "Hidden-title", "link:x", "ms-resource-usage", "aks-managed-poolName", "Microsoft.Foo", "k8s-azure-service"]
        {
            assert!(GRAMMAR.is_reserved(key), "{key}");
        }
        for key in ["Environment", "hidden", "", "link", "owner", "é-hidden-"] {
            assert!(!GRAMMAR.is_reserved(key), "{key}");
        }
    }
}
