//! A line of a query's answer: the configuration item of one resource, as JSON.
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html>

use super::INFO;
use crate::ID;
use crate::arn::{Arn, native_id};
use crate::kinds::KINDS;
use crate::live::place::tag;
use serde_json::Value;
use tagledger_collect::CollectError;
use tagledger_model::{CloudId, Further, Observed, Origin, RawResource, RawTag, Taggable, Text, Timestamp};

/// The Region of what has none.
pub(super) const EVERYWHERE: &str = "global";

/// Types by which AWS Config keeps notes about resources that have items of their own.
const NOTES: &[&str] = &[
    "AWS::Config::ResourceCompliance",
    "AWS::Config::ConformancePackCompliance",
    "AWS::SSM::AssociationCompliance",
    "AWS::SSM::ManagedInstanceInventory",
    "AWS::SSM::PatchCompliance",
];

/// The resource; none for what is gone, is no resource, or has no ARN by which it could be told from what other sources show.
pub(super) fn item(line: &str) -> Result<Option<RawResource>, CollectError> {
    let item: Value = serde_json::from_str(line).map_err(|error| CollectError::Malformed(format!("a result of the query is no JSON: {error}")))?;
    let text = |name: &str| item[name].as_str().filter(|text| !text.is_empty());
    let kind = text("resourceType").unwrap_or_default();
    // ResourceDeleted and ResourceDeletedNotRecorded.
    let is_gone = text("configurationItemStatus").is_some_and(|status| status.starts_with("ResourceDeleted"));
    // Of some types the id is the ARN.
    let arn = [text("arn"), text("resourceId")].into_iter().flatten().find_map(|id| Some((id, Arn::parse(id)?)));
    let Some((id, arn)) = arn.filter(|_| !is_gone && !NOTES.contains(&kind)) else { return Ok(None) };
    let Some(account) = text("accountId").or(arn.account_id()) else { return Ok(None) };
    Ok(Some(RawResource {
        cloud: CloudId::new(ID),
        scope: Text::new(account),
        region: text("awsRegion").map(Text::new),
        group: None,
        kind: native_kind(&arn, kind),
        name: text("resourceName").or(arn.name()).map(Text::new),
        tags: tags(&item["tags"]),
        further: Further::None,
        taggable: Taggable::Unknown,
        created: text("resourceCreationTime").and_then(Timestamp::parse),
        changed: text("configurationItemCaptureTime").and_then(Timestamp::parse),
        facts: None,
        origin: Origin::Live { collector: INFO.id },
        id: native_id(id, account),
    }))
}

/// The type of Config is that of a template. Where the table knows what the ARN says, that is finer.
fn native_kind(arn: &Arn<'_>, kind: &str) -> Text {
    let of_arn = arn.kind();
    if KINDS.find(&of_arn).is_some() {
        return of_arn;
    }
    KINDS.by_template(kind).map_or(of_arn, |kind| Text::const_new(kind.native))
}

/// An item without the member was recorded without its tags.
fn tags(tags: &Value) -> Observed<Vec<RawTag>> {
    let Some(tags) = tags.as_array() else { return Observed::Unknown };
    Observed::Known(tags.iter().filter_map(|it| tag(it["key"].as_str(), it["value"].as_str())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(item: &Value) -> Option<RawResource> {
        super::item(&item.to_string()).unwrap()
    }

    fn volume() -> Value {
        json!({
            "resourceId": "vol-0a", "resourceType": "AWS::EC2::Volume", "accountId": "111122223333", "awsRegion": "eu-west-1",
            "arn": "arn:aws:ec2:eu-west-1:111122223333:volume/vol-0a", "resourceCreationTime": "2024-02-29T12:00:00.123Z",
            "tags": [{"key": "Environment", "value": "prod", "tag": "Environment=prod"}, {"key": "Empty", "tag": "Empty="}],
            "configurationItemStatus": "OK",
        })
    }

    #[test]
    fn an_item_is_the_resource_that_other_sources_know_by_its_arn() {
        let found = read(&volume()).unwrap();
        assert_eq!((found.id.canonical.as_str(), found.kind.as_str()), ("arn:aws:ec2:eu-west-1:111122223333:volume/vol-0a", "ec2:volume"));
        assert_eq!((found.scope.as_str(), found.region.as_deref(), found.name.as_deref()), ("111122223333", Some("eu-west-1"), Some("vol-0a")));
        assert_eq!(found.tags, Observed::Known(vec![RawTag::own("Environment", "prod"), RawTag::own("Empty", "")]));
        assert_eq!(found.created, Timestamp::parse("2024-02-29T12:00:00Z"));
    }

    #[test]
    fn tags_that_were_not_recorded_are_unknown_and_an_empty_list_is_bare() {
        let with = |tags: Option<Value>| {
            let mut item = volume();
            item.as_object_mut().unwrap().remove("tags");
            if let Some(tags) = tags {
                item["tags"] = tags;
            }
            read(&item).unwrap().tags
        };
        assert_eq!(with(None), Observed::Unknown);
        assert_eq!(with(Some(Value::Null)), Observed::Unknown);
        assert_eq!(with(Some(json!([]))), Observed::Known(Vec::new()));
    }

    #[test]
    fn what_is_gone_or_no_resource_or_cannot_be_told_from_others_stays_out() {
        let with = |name: &str, value: &str| {
            let mut item = volume();
            item[name] = json!(value);
            read(&item)
        };
        assert!(with("configurationItemStatus", "ResourceDeleted").is_none());
        assert!(with("configurationItemStatus", "ResourceDeletedNotRecorded").is_none());
        assert!(with("configurationItemStatus", "ResourceDiscovered").is_some());
        assert!(with("resourceType", "AWS::Config::ResourceCompliance").is_none());
        assert!(with("arn", "").is_none());
        let error = item("no json").unwrap_err();
        assert!(matches!(error, CollectError::Malformed(_)), "{error}");
    }

    #[test]
    fn the_kind_is_that_of_the_table() {
        let kind = |of: &str, arn: &str| {
            read(&json!({"resourceType": of, "accountId": "111122223333", "awsRegion": "global", "resourceId": arn})).unwrap().kind.to_string()
        };
        let front = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/front/50dc";
        assert_eq!(kind("AWS::ElasticLoadBalancingV2::LoadBalancer", front), "elasticloadbalancing:loadbalancer/net");
        assert_eq!(kind("AWS::S3::Bucket", "arn:aws:s3:::shop-data"), "s3:bucket");
        // An ARN whose first word is no kind of the table.
        assert_eq!(kind("AWS::Lambda::Function", "arn:aws:lambda:eu-west-1:111122223333:odd:resize"), "lambda:function");
        assert_eq!(kind("AWS::New::Thing", "arn:aws:new:eu-west-1:111122223333:thing/1"), "new:thing");
    }

    #[test]
    fn a_log_group_is_the_one_that_the_tagging_apis_know() {
        let arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/app/one";
        let starred = json!({"resourceType": "AWS::Logs::LogGroup", "accountId": "111122223333", "arn": format!("{arn}:*"), "resourceId": "/app/one"});
        assert_eq!(read(&starred).unwrap().id.canonical, arn);
    }
}
