//! CloudWatch Logs: log groups, and how long they keep what is written to them.
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html>

use super::list::{List, Reading, one_kind};
use super::tags::of_map;
use crate::live::place::Place;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::{LogGroup, LogGroupClass};
use tagledger_collect::{Asked, CollectorInfo, Operation, Page, Rate};
use tagledger_model::{Fact, Facts, Observed, RawResource, RawTag, Retention, Text, Timestamp};

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const DESCRIBE_LOG_GROUPS: Operation = Operation { name: "DescribeLogGroups", permission: "logs:DescribeLogGroups", rate: Some(Rate::of(10)) };
const LIST_TAGS: Operation = Operation { name: "ListTagsForResource", permission: "logs:ListTagsForResource", rate: Some(Rate::of(5)) };

static INFO: CollectorInfo =
    one_kind("aws.logs.describe-log-groups", "Log groups, tagged or not, and how long they keep what is written to them.", &[DESCRIBE_LOG_GROUPS, LIST_TAGS]);

/// The largest page that the service gives.
const PAGE: i32 = 50;

pub(super) static LOG_GROUPS: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.describe_log_groups().limit(PAGE).set_next_token(token).send();
        let page = at.place.ask(&DESCRIBE_LOG_GROUPS, call).await?;
        let groups = page.log_groups().iter().filter_map(|group| resource(at.place, group));
        let asking = groups.map(|group| {
            let arn = group.id.canonical.to_string();
            (group, ask(at, arn))
        });
        Ok((at.tags.of(asking.collect()).await, page.next_token.clone()))
    })
}

fn ask<'a>(at: &'a Reading<'a, Client>, arn: String) -> Asked<'a, Vec<RawTag>> {
    Box::pin(async move {
        let answer = at.place.ask(&LIST_TAGS, at.client.list_tags_for_resource().resource_arn(arn).send()).await?;
        Ok(of_map(answer.tags()))
    })
}

fn resource(place: &Place, group: &LogGroup) -> Option<RawResource> {
    let mut resource = place.resource(INFO.id, group.log_group_arn().or(group.arn())?, Observed::Unknown);
    // The newer field has the ARN of the tagging APIs; the older one, with a star behind it, is the same group.
    resource.id.raw = None;
    resource.created = group.creation_time().map(|milliseconds| Timestamp(milliseconds.div_euclid(1000)));
    resource.facts = Some(Box::new(Facts { retention: retention(group), ..Facts::default() }));
    Some(resource)
}

/// A group without a number keeps everything. Those of the class for delivery do not: they keep it for a day or two, whatever they say.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html>
fn retention(group: &LogGroup) -> Option<Fact<Retention>> {
    match group.retention_in_days() {
        Some(days) => u32::try_from(days).ok().map(|days| Fact::new(Retention::Days(days), "retentionInDays", &days.to_string())),
        None if matches!(group.log_group_class(), None | Some(LogGroupClass::Standard | LogGroupClass::InfrequentAccess)) => {
            Some(Fact { value: Retention::Forever, proof: Text::const_new("retentionInDays is not set") })
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::place::here;

    const ARN: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/app/one";

    #[test]
    fn a_group_without_a_number_keeps_everything() {
        let said = |days: Option<i32>, class: LogGroupClass| {
            let group = LogGroup::builder().arn(format!("{ARN}:*")).set_retention_in_days(days).log_group_class(class).build();
            resource(&here(), &group).unwrap().facts.unwrap().retention.map(|fact| (fact.value, fact.proof.to_string()))
        };
        assert_eq!(said(Some(30), LogGroupClass::Standard), Some((Retention::Days(30), "retentionInDays = 30".to_owned())));
        assert_eq!(said(None, LogGroupClass::Standard), Some((Retention::Forever, "retentionInDays is not set".to_owned())));
        assert_eq!(said(None, LogGroupClass::InfrequentAccess).unwrap().0, Retention::Forever);
        assert_eq!(said(None, LogGroupClass::Delivery), None);
        assert_eq!(said(Some(1), LogGroupClass::Delivery).unwrap().0, Retention::Days(1));
    }

    #[test]
    fn a_group_has_the_arn_that_the_tagging_apis_know() {
        for group in [LogGroup::builder().arn(format!("{ARN}:*")), LogGroup::builder().log_group_arn(ARN).arn(format!("{ARN}:*"))] {
            let found = resource(&here(), &group.creation_time(1_700_000_000_999).build()).unwrap();
            assert_eq!((found.id.canonical.as_str(), found.id.shown().as_str(), found.kind.as_str()), (ARN, ARN, "logs:log-group"));
            assert_eq!((found.name.as_deref(), found.created), (Some("/app/one"), Some(Timestamp(1_700_000_000))));
        }
    }
}
