//! The table of resource kinds, in the words of Resource Explorer (`service:type`, lower case).

use std::sync::LazyLock;
use tagledger_model::Kinds;

/// Read from `kinds.tsv` on first use.
pub(crate) static KINDS: LazyLock<Kinds> = LazyLock::new(|| Kinds::from_table(include_str!("kinds.tsv")));

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn lines() -> Vec<&'static str> {
        include_str!("kinds.tsv").lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()).collect()
    }

    #[test]
    fn every_line_of_the_table_has_seven_columns_and_its_native_name_in_lower_case() {
        let lines = lines();
        assert_eq!(KINDS.len(), lines.len(), "a line has another shape, or a kind is listed twice");
        let mut seen = HashSet::new();
        for line in lines {
            let columns: Vec<&str> = line.split('\t').collect();
            let [native, shared, terraform, taggable, template, limit, billed_as] = columns[..] else { panic!("`{line}` has {} columns", columns.len()) };
            assert!(seen.insert(native), "{native} is listed twice");
            assert_eq!(native, native.to_lowercase(), "{line}");
            assert!(native.contains(':') && !native.contains(' '), "{line}");
            assert!(shared.split_once('.').is_some_and(|(family, thing)| !family.is_empty() && !thing.is_empty()), "{line}");
            assert!(terraform == "-" || terraform.starts_with("aws_"), "{line}");
            assert!(matches!(taggable, "yes" | "no"), "{line}");
            assert!(template == "-" || template.starts_with("AWS::") && template.split("::").count() == 3, "{line}");
            let most = limit.parse::<u16>().ok();
            assert!(limit == "-" || taggable == "yes" && most.is_some_and(|most| (1..=50).contains(&most)), "{line}");
            assert!(billed_as == "-" || billed_as.bytes().all(|b| b.is_ascii_alphanumeric()), "{line}");
        }
    }

    #[test]
    fn the_further_columns_are_read_as_they_are_meant() {
        let facts = |native: &str| KINDS.find(native).map(|k| (k.template, k.tag_limit, k.billed_as));
        assert_eq!(facts("ec2:natgateway"), Some((Some("AWS::EC2::NatGateway"), Some(50), Some("AmazonEC2"))));
        assert_eq!(facts("kms:key"), Some((Some("AWS::KMS::Key"), Some(50), Some("awskms"))));
        assert_eq!(facts("route53:hostedzone"), Some((Some("AWS::Route53::HostedZone"), Some(10), Some("AmazonRoute53"))));
        assert_eq!(facts("ec2:snapshot"), Some((None, Some(50), Some("AmazonEC2"))), "no template makes a snapshot");
        assert_eq!(facts("iam:group"), Some((Some("AWS::IAM::Group"), None, None)), "a group has neither tags nor a price");
        assert_eq!(KINDS.by_template("AWS::ElasticLoadBalancingV2::LoadBalancer").map(|k| k.native), Some("elasticloadbalancing:loadbalancer/app"));
    }
}
