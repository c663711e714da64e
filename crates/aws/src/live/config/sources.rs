//! What an aggregator gathers, and what it could not.
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_AggregatedSourceStatus.html>

use aws_sdk_config::types::{AggregatedSourceStatus, AggregatedSourceStatusType, AggregatedSourceType, ConfigurationAggregator};
use tagledger_collect::CollectError;

/// What is not gathered of one account.
pub(super) fn gap(aggregator: &ConfigurationAggregator, status: &[AggregatedSourceStatus], account: &str, regions: &[String]) -> Option<CollectError> {
    let name = aggregator.configuration_aggregator_name().unwrap_or_default();
    let of_account = aggregator.account_aggregation_sources().iter().filter(|source| source.account_ids().iter().any(|id| id == account));
    let mut reaches: Vec<(bool, &[String])> = of_account.map(|source| (source.all_aws_regions(), source.aws_regions())).collect();
    // Every account of the organisation; which ones those are is not asked again.
    reaches.extend(aggregator.organization_aggregation_source().map(|source| (source.all_aws_regions(), source.aws_regions())));
    if reaches.is_empty() {
        return Some(CollectError::NotEnabled(format!("the aggregator {name} of AWS Config does not gather this account")));
    }
    let is_gathered = |region: &&String| reaches.iter().any(|(all, some)| *all || some.contains(region));
    let left_out: Vec<&str> = regions.iter().filter(|region| !is_gathered(region)).map(String::as_str).collect();
    if !left_out.is_empty() {
        return Some(CollectError::Incomplete(format!("the aggregator {name} of AWS Config does not gather {}", left_out.join(", "))));
    }
    let is_failed = |status: &&AggregatedSourceStatus| {
        let is_of_account = status.source_id() == Some(account) || status.source_type() == Some(&AggregatedSourceType::Organization);
        let is_asked = status.aws_region().is_none_or(|region| regions.iter().any(|asked| asked == region));
        status.last_update_status() == Some(&AggregatedSourceStatusType::Failed) && is_of_account && is_asked
    };
    status.iter().find(is_failed).map(|failed| {
        let why = failed.last_error_message().or(failed.last_error_code()).unwrap_or("no reason given");
        let region = failed.aws_region().unwrap_or("all Regions");
        CollectError::Incomplete(format!("the aggregator {name} of AWS Config could not gather {region}: {}", why.chars().take(200).collect::<String>()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_config::types::{AccountAggregationSource, OrganizationAggregationSource};

    const ONE: &str = "111122223333";
    const TWO: &str = "222233334444";

    fn regions(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn of_accounts() -> ConfigurationAggregator {
        let source = AccountAggregationSource::builder().account_ids(ONE).aws_regions("eu-west-1").build().unwrap();
        ConfigurationAggregator::builder().configuration_aggregator_name("all").account_aggregation_sources(source).build()
    }

    fn of_organization() -> ConfigurationAggregator {
        let source = OrganizationAggregationSource::builder().role_arn("arn:aws:iam::111122223333:role/r").all_aws_regions(true).build().unwrap();
        ConfigurationAggregator::builder().configuration_aggregator_name("all").organization_aggregation_source(source).build()
    }

    #[test]
    fn an_account_or_a_region_that_is_not_gathered_is_said() {
        assert_eq!(gap(&of_accounts(), &[], ONE, &regions(&["eu-west-1"])), None);
        let other = gap(&of_accounts(), &[], TWO, &regions(&["eu-west-1"]));
        assert!(matches!(other, Some(CollectError::NotEnabled(why)) if why.contains("does not gather this account")));
        let region = gap(&of_accounts(), &[], ONE, &regions(&["eu-west-1", "us-east-1"]));
        assert_eq!(region, Some(CollectError::Incomplete("the aggregator all of AWS Config does not gather us-east-1".to_owned())));
        assert_eq!(gap(&of_organization(), &[], TWO, &regions(&["us-east-1"])), None);
    }

    #[test]
    fn a_source_that_failed_is_said_where_it_was_asked_and_nowhere_else() {
        let failed = |id: &str, kind: AggregatedSourceType| {
            let builder = AggregatedSourceStatus::builder().source_id(id).source_type(kind).aws_region("us-east-1");
            [builder.last_update_status(AggregatedSourceStatusType::Failed).last_error_message("not authorised").build()]
        };
        let said = |status: &[AggregatedSourceStatus], account: &str, region: &str| gap(&of_organization(), status, account, &regions(&[region]));
        let one = failed(ONE, AggregatedSourceType::Account);
        assert!(matches!(said(&one, ONE, "us-east-1"), Some(CollectError::Incomplete(why)) if why.ends_with("us-east-1: not authorised")));
        assert_eq!(said(&one, ONE, "eu-west-1"), None);
        assert_eq!(said(&one, TWO, "us-east-1"), None);
        assert!(said(&failed("o-1", AggregatedSourceType::Organization), TWO, "us-east-1").is_some());
    }
}
