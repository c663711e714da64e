//! Which of a resource's tags its bill carries, and how they are written there.

use crate::{kinds::Cloud, output::Pairs, tag::Tag};
use serde_json::Value as Json;

/// The keys that the payer of the AWS accounts has activated as cost allocation tags, each in exactly this spelling. No spelling of Application is among them, so
/// that an application is known from the inventory only.
const ACTIVATED: &[&str] = &[
    "Environment",
    "environment",
    "env",
    "Env",
    "ENVIRONMENT",
    "Owner",
    "owner",
    "Team",
    "CostCenter",
    "costcenter",
    "cost-center",
    "Name",
    "Backup",
    "aws:cloudformation:stack-name",
];

/// The tags that reach the bill: on AWS the activated keys that have a value, on Azure and Google all.
pub fn billed(cloud: Cloud, tags: &[Tag]) -> Vec<&Tag> {
    tags.iter().filter(|t| cloud != Cloud::Aws || (ACTIVATED.contains(&t.key.as_str()) && !t.value.is_empty())).collect()
}

/// The text of the Tags column; a row without tags has none, or `{}`.
pub fn text(cloud: Cloud, tags: &[&Tag], braces: bool) -> Option<String> {
    if tags.is_empty() {
        return braces.then(|| "{}".to_owned());
    }
    let pairs: Vec<(&str, &str)> = tags.iter().map(|t| (t.key.as_str(), t.value.as_str())).collect();
    if cloud == Cloud::Aws && pairs.iter().any(|p| p.0 == "Backup") {
        // A tag without a value is the boolean true since FOCUS 1.0.
        let quote = |text: &str| Json::from(text).to_string();
        let members: Vec<String> = pairs.iter().map(|(k, v)| format!("{}:{}", quote(k), if *k == "Backup" { "true".to_owned() } else { quote(v) })).collect();
        return Some(format!("{{{}}}", members.join(",")));
    }
    let compact = serde_json::to_string(&Pairs(pairs)).unwrap_or_default();
    Some(compact)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{random::Rng, tag::Value, vocabulary::Key};

    #[test]
    fn only_activated_keys_reach_the_bill_of_aws() {
        let mut writer = crate::habits::Writer::new(Cloud::Aws, Rng::of(1, 1, 1));
        writer.known(Key::Environment, Value::Environment(0), false, false);
        writer.known(Key::Application, Value::Application(0), false, false);
        let tags = writer.finish();
        let row = billed(Cloud::Aws, &tags);
        assert_eq!(text(Cloud::Aws, &row, false).as_deref(), Some(r#"{"Environment":"development"}"#));
        assert_eq!(billed(Cloud::Azure, &tags).len(), 2);
        assert_eq!(text(Cloud::Azure, &[], true).as_deref(), Some("{}"));
    }
}
