//! What Google Cloud labels may look like.

use tagledger_model::{KeyCase, OntoBill, TagGrammar};

/// Limits and characters: <https://cloud.google.com/resource-manager/docs/labels-overview>. International letters are allowed, capitals are not.
pub(crate) static GRAMMAR: TagGrammar = TagGrammar {
    noun: "label",
    key_max: 63,
    value_max: 63,
    per_resource: 64,
    key_case: KeyCase::Lower,
    punctuation: "_-",
    encoded: true,
    // `goog-` is reserved by Google itself; `k8s-` and the keys below are written by controllers, Config Connector and Firebase.
    reserved: &["goog-", "k8s-", "cnrm-"],
    vendor_keys: &["managed-by-cnrm", "firebase", "firebase-core", "generative-language"],
    // What Google itself calls tags: <https://cloud.google.com/resource-manager/docs/tags/tags-overview>.
    bindings: true,
    // <https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/standard-usage>: nothing that was used before is labelled later.
    onto_bill: OntoBill {
        in_short: "labels reach it from the day they are set",
        mend: "Labels reach this bill by themselves from the day they are set and not before: look whether these were set after the month, and which services write none",
        command: None,
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_keys_are_told_from_the_users() {
        for key in ["goog-gke-node", "k8s-cluster", "GOOG-x", "managed-by-cnrm", "goog-"] {
            assert!(GRAMMAR.is_reserved(key), "{key}");
        }
        for key in ["environment", "google", "", "goog", "é-goog-", "k8s"] {
            assert!(!GRAMMAR.is_reserved(key), "{key}");
        }
    }
}
