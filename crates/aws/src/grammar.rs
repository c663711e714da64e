//! What AWS tags may look like.

use tagledger_model::{KeyCase, OntoBill, TagGrammar};

/// Limits and characters: "Best practices and strategies: tag naming limits and requirements" in the user guide of Tag Editor.
/// The punctuation is the part that every service takes; EC2 takes more.
pub(crate) static GRAMMAR: TagGrammar = TagGrammar {
    noun: "tag",
    key_max: 128,
    value_max: 256,
    per_resource: 50,
    key_case: KeyCase::Exact,
    punctuation: " _.:/=+-@",
    encoded: false,
    // `aws:` is reserved by AWS itself. The others are written by managed services and by the controllers that run on them: they tell
    // what made a resource, never what it is for.
    reserved: &[
        "aws:",
        "eks:",
        "elasticbeanstalk:",
        "kubernetes.io/",
        "k8s.io/",
        "elbv2.k8s.aws/",
        "ingress.k8s.aws/",
        "service.k8s.aws/",
        "node.k8s.amazonaws.com/",
        "cluster.k8s.amazonaws.com/",
        "ebs.csi.aws.com/",
        "efs.csi.aws.com/",
        "karpenter.sh/",
        "karpenter.k8s.aws/",
        "alpha.eksctl.io/",
        "eksctl.cluster.k8s.io/",
        "dlm:",
        "QSConfigId-",
        "QSConfigName-",
    ],
    vendor_keys: &["AmazonECSManaged", "AmazonECSCreated", "CSIVolumeName", "KubernetesCluster", "lambda:createdBy"],
    bindings: false,
    // <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html>, and `UpdateCostAllocationTagsStatus` of Cost Explorer, which takes
    // keys exactly as they are spelt.
    onto_bill: OntoBill {
        in_short: "activate it as a cost allocation tag",
        mend: "Activate it as a cost allocation tag in the Billing console of the payer account, each spelling by itself; it takes up to 24 hours and is not retroactive",
        command: Some(("aws ce update-cost-allocation-tags-status --cost-allocation-tags-status", "TagKey={key},Status=Active")),
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_keys_are_told_from_the_users() {
        for key in ["aws:cloudformation:stack-name", "AWS:x", "eks:cluster-name", "kubernetes.io/cluster/shop", "amazonecsmanaged", "aws:"] {
            assert!(GRAMMAR.is_reserved(key), "{key}");
        }
        for key in ["Environment", "aws", "awsome:x", "eks", "", "é:", "Name"] {
            assert!(!GRAMMAR.is_reserved(key), "{key}");
        }
    }
}
