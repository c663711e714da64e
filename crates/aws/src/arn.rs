//! Amazon Resource Names, and the kind and name that are written in them.
//!
//! The parts are `arn:partition:service:region:account:resource`; what `resource` looks like is each service's own affair:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.

use tagledger_model::{NativeId, Text};

/// An ARN in its parts. Region and account are empty for services that have neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub partition: &'a str,
    pub service: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; none for anything else.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        let partition = parts.next()?;
        let (service, region, account, resource) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        (!service.is_empty() && !resource.is_empty()).then_some(Self { partition, service, region, account, resource })
    }

    /// The account, where the ARN names one: S3 buckets, hosted zones and API Gateway do not, and managed policies say `aws`.
    pub fn account_id(&self) -> Option<&'a str> {
        (self.account.len() == 12 && self.account.bytes().all(|b| b.is_ascii_digit())).then_some(self.account)
    }

    /// The kind as Resource Explorer writes it, `service:type`, in lower case.
    pub fn kind(&self) -> Text {
        let mut kind = Text::new(self.service);
        let kept = self.kind_parts();
        for (at, part) in kept.into_iter().flatten().enumerate() {
            kind.push(if at == 0 { ':' } else { '/' });
            kind.push_str(part);
        }
        kind.make_ascii_lowercase();
        kind
    }

    /// The words of the type: mostly what stands before the first separator.
    fn kind_parts(&self) -> [Option<&'a str>; 2] {
        let (first, rest) = self.resource.split_once(['/', ':']).map_or((None, self.resource), |(first, rest)| (Some(first), rest));
        match self.service {
            // Services whose ARNs begin with the name, because they have one main type.
            "s3" if self.account.is_empty() => [Some("bucket"), None],
            "sns" if first.is_some() => [Some("subscription"), None],
            "sns" => [Some("topic"), None],
            "sqs" => [Some("queue"), None],
            "codecommit" => [Some("repository"), None],
            "codepipeline" if first.is_none() => [Some("pipeline"), None],
            // A path that begins with a slash: /restapis/{id}/stages/{name}.
            "apigateway" => {
                let mut words = self.resource.trim_start_matches('/').split('/').step_by(2);
                [words.next(), words.next()]
            }
            // The family of the balancer is part of the type; classic ones have none.
            "elasticloadbalancing" => [first, rest.split('/').next().filter(|word| matches!(*word, "app" | "net" | "gwy"))],
            // regional/webacl/{name}/{id} or global/webacl/{name}/{id}.
            "wafv2" => [rest.split('/').next(), None],
            _ => [first, None],
        }
    }

    /// The name that people know, where the ARN holds one.
    pub fn name(&self) -> Option<&'a str> {
        let after_type = self.resource.split_once(['/', ':']).map(|(_, rest)| rest);
        let last = || self.resource.rsplit(['/', ':']).next();
        let name = match (self.service, after_type) {
            ("logs" | "ssm", Some(rest)) => Some(rest.strip_suffix(":*").unwrap_or(rest)),
            // Six letters of the service's own follow the name.
            ("secretsmanager", Some(rest)) => rest.rsplit_once('-').filter(|(_, own)| own.len() == 6).map_or(Some(rest), |(name, _)| Some(name)),
            // nodegroup/{cluster}/{name}/{id}, and the same for what else belongs to a cluster.
            ("eks", Some(rest)) if rest.split('/').count() == 3 => rest.split('/').nth(1),
            // An id that nobody knows follows the name.
            ("cloudformation" | "kafka", Some(rest)) if self.resource.starts_with("stack/") || self.resource.starts_with("cluster/") => rest.split('/').next(),
            ("elasticloadbalancing", Some(rest)) if self.resource.starts_with("loadbalancer/") || self.resource.starts_with("targetgroup/") => {
                let mut words = rest.split('/');
                words.next().and_then(|word| if matches!(word, "app" | "net" | "gwy") { words.next() } else { Some(word) })
            }
            _ => last(),
        };
        name.filter(|name| !name.is_empty())
    }
}

/// The id under which all sources know a resource. Two kinds are written in two forms:
///
/// - Log groups end in `:*` in policies and in some answers, and do not in the tagging APIs:
///   <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html>.
/// - Snapshots and images of EC2 are written without an account (`arn:aws:ec2:eu-west-1::snapshot/snap-1`) in IAM's reference and by AWS Backup;
///   others write the account that they belong to: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>.
///
/// `account` is whose it is, where that is known from elsewhere.
pub(crate) fn native_id(id: &str, account: &str) -> NativeId {
    let other = |canonical: Text| NativeId { canonical, raw: Some(Text::new(id)) };
    match Arn::parse(id) {
        Some(arn) if arn.service == "logs" && arn.resource.starts_with("log-group:") => {
            id.strip_suffix(":*").map_or_else(|| NativeId::exact(id), |bare| other(Text::new(bare)))
        }
        Some(arn) if arn.service == "ec2" && arn.account.is_empty() && !account.is_empty() => {
            let head = id.len() - arn.resource.len() - 1;
            other(Text::from(format!("{}{account}:{}", &id[..head], arn.resource)))
        }
        _ => NativeId::exact(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_names_follow_each_services_own_form() {
        for (arn, kind, name) in [
            ("arn:aws:ec2:eu-west-1:111122223333:instance/i-0a", "ec2:instance", "i-0a"),
            ("arn:aws:s3:::shop-data", "s3:bucket", "shop-data"),
            ("arn:aws:s3:eu-west-1:111122223333:accesspoint/ap", "s3:accesspoint", "ap"),
            ("arn:aws:sns:eu-west-1:111122223333:alerts", "sns:topic", "alerts"),
            ("arn:aws:sns:eu-west-1:111122223333:alerts:9d1c", "sns:subscription", "9d1c"),
            ("arn:aws:sqs:eu-west-1:111122223333:jobs", "sqs:queue", "jobs"),
            ("arn:aws:rds:eu-west-1:111122223333:db:main", "rds:db", "main"),
            ("arn:aws:lambda:eu-west-1:111122223333:function:resize", "lambda:function", "resize"),
            ("arn:aws:states:eu-west-1:111122223333:stateMachine:flow", "states:statemachine", "flow"),
            ("arn:aws:logs:eu-west-1:111122223333:log-group:/app/one:*", "logs:log-group", "/app/one"),
            ("arn:aws:rds:eu-west-1:111122223333:cluster:main", "rds:cluster", "main"),
            ("arn:aws:rds:eu-west-1:111122223333:snapshot:before-upgrade", "rds:snapshot", "before-upgrade"),
            ("arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:nightly", "rds:cluster-snapshot", "nightly"),
            ("arn:aws:dynamodb:eu-west-1:111122223333:table/carts", "dynamodb:table", "carts"),
            ("arn:aws:ecs:eu-west-1:111122223333:cluster/shop", "ecs:cluster", "shop"),
            ("arn:aws:ecs:eu-west-1:111122223333:service/shop/web", "ecs:service", "web"),
            ("arn:aws:eks:eu-west-1:111122223333:cluster/shop", "eks:cluster", "shop"),
            ("arn:aws:eks:eu-west-1:111122223333:nodegroup/shop/workers/9ac5-1b", "eks:nodegroup", "workers"),
            ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-url-a1B2c3", "secretsmanager:secret", "shop/db-url"),
            ("arn:aws:cloudfront::111122223333:distribution/E1ABC", "cloudfront:distribution", "E1ABC"),
            ("arn:aws:ssm:eu-west-1:111122223333:parameter/shop/db/url", "ssm:parameter", "shop/db/url"),
            ("arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/front/50dc", "elasticloadbalancing:loadbalancer/app", "front"),
            ("arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/classic", "elasticloadbalancing:loadbalancer", "classic"),
            ("arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/73e2", "elasticloadbalancing:targetgroup", "web"),
            ("arn:aws:apigateway:eu-west-1::/restapis/a1b2c3", "apigateway:restapis", "a1b2c3"),
            ("arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages/prod", "apigateway:restapis/stages", "prod"),
            ("arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/edge/9f", "wafv2:webacl", "9f"),
            ("arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/ab-cd", "cloudformation:stack", "shop"),
            ("arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:ab-cd:autoScalingGroupName/web", "autoscaling:autoscalinggroup", "web"),
            ("arn:aws-us-gov:codepipeline:us-gov-west-1:111122223333:release", "codepipeline:pipeline", "release"),
            ("arn:aws:newthing:eu-west-1:111122223333:solo", "newthing", "solo"),
        ] {
            let parsed = Arn::parse(arn).unwrap();
            assert_eq!((parsed.kind().as_str(), parsed.name()), (kind, Some(name)), "{arn}");
        }
    }

    #[test]
    fn a_log_group_is_one_with_and_without_the_star_and_nothing_else_loses_one() {
        let group = "arn:aws:logs:eu-west-1:111122223333:log-group:/app/one";
        let starred = native_id(&format!("{group}:*"), "");
        assert_eq!((starred.canonical.as_str(), starred.shown().ends_with(":*")), (group, true));
        assert_eq!(native_id(group, ""), NativeId::exact(group));
        let other = "arn:aws:sns:eu-west-1:111122223333:alerts:*";
        assert_eq!(native_id(other, ""), NativeId::exact(other));
    }

    #[test]
    fn what_is_no_arn_is_none_and_never_panics() {
        for text in ["", "arn", "arn:", "arn:aws:ec2", "arn:aws:ec2:::", "ARN:aws:ec2:r:a:x", "urn:aws:ec2:r:a:x", "arn:aws::r:a:x", "i-0a", "é:é:é:é:é:é"]
        {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
        for text in ["arn:aws:apigateway:r::/", "arn:aws:wafv2:r:a:x", "arn:aws:elasticloadbalancing:r:a:loadbalancer/app", "arn:a:s:r:a:/", "arn:a:s:r:a:::"] {
            let parsed = Arn::parse(text).unwrap();
            let _ = (parsed.kind(), parsed.name(), parsed.account_id());
        }
    }

    #[test]
    fn only_twelve_digits_are_an_account() {
        assert_eq!(Arn::parse("arn:aws:iam::aws:policy/AdministratorAccess").unwrap().account_id(), None);
        assert_eq!(Arn::parse("arn:aws:s3:::b").unwrap().account_id(), None);
        assert_eq!(Arn::parse("arn:aws:iam::000000000042:role/r").unwrap().account_id(), Some("000000000042"));
    }

    #[test]
    fn an_account_that_is_left_out_is_put_in_for_the_kinds_that_belong_to_one() {
        let with = |id| native_id(id, "111122223333");
        let without = with("arn:aws-cn:ec2:cn-north-1::snapshot/snap-1");
        assert_eq!(without.canonical, "arn:aws-cn:ec2:cn-north-1:111122223333:snapshot/snap-1");
        assert_eq!(without.shown(), "arn:aws-cn:ec2:cn-north-1::snapshot/snap-1");
        for id in ["arn:aws:ec2:eu-west-1:999988887777:image/ami-1", "arn:aws:s3:::data", "arn:aws:apigateway:eu-west-1::/restapis/a", "snap-1", ""] {
            assert_eq!(with(id), NativeId::exact(id), "{id}");
        }
        assert_eq!(native_id("arn:aws:ec2:r::image/ami-1", ""), NativeId::exact("arn:aws:ec2:r::image/ami-1"));
    }
}
