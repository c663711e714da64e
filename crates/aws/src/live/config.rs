//! AWS Config: what an aggregator has gathered, in one query for all accounts.
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_SelectAggregateResourceConfig.html>

mod item;
mod sources;

use super::accounts::Opened;
use super::services::lists::whole;
use super::session::Session;
use super::settings;
use aws_sdk_config::Client;
use item::item;
use std::collections::BTreeSet;
use std::sync::Arc;
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Found, Job, Operation, Outlet, Settings, Target, pages};
use tagledger_model::Text;

const AGGREGATORS: Operation = Operation { name: "DescribeConfigurationAggregators", permission: "config:DescribeConfigurationAggregators", rate: None };
const SOURCES: Operation =
    Operation { name: "DescribeConfigurationAggregatorSourcesStatus", permission: "config:DescribeConfigurationAggregatorSourcesStatus", rate: None };
const SELECT: Operation = Operation { name: "SelectAggregateResourceConfig", permission: "config:SelectAggregateResourceConfig", rate: None };

pub(super) static INFO: CollectorInfo = CollectorInfo {
    id: "aws.config.select-aggregate-resource-config",
    summary: "What an aggregator of AWS Config has gathered, tagged or not.",
    operations: &[AGGREGATORS, SOURCES, SELECT],
    // It reads a copy, as Resource Explorer does, of fewer kinds and not of every tag.
    rank: 10,
    blind_spot: Some(
        "AWS Config holds what its recorders record, of some types no tags and of some no ARN; Resource Explorer with a view that includes tags sees more",
    ),
    whole: false,
};

const QUERY: &str = "SELECT resourceId, resourceName, resourceType, accountId, awsRegion, arn, tags, resourceCreationTime, configurationItemStatus";

/// The largest page that the service gives.
const PAGE: i32 = 100;

struct Aggregated {
    session: Arc<Session>,
    /// The aggregator.
    name: String,
    /// Where it is.
    region: Text,
    /// The accounts to read, each with the Regions that are asked there.
    regions: Vec<(Text, Vec<String>)>,
}

/// One query for all accounts, where an aggregator is named.
pub(super) fn job(own: &Arc<Session>, accounts: &[Opened], settings: &Settings) -> Option<Job> {
    let aggregator = settings.section(settings::AGGREGATOR)?;
    let region = aggregator.text("region").map_or_else(|| own.home(), str::to_owned);
    let regions: Vec<_> = accounts.iter().map(|account| (account.session.account.clone(), account.regions.clone())).collect();
    let targets: Vec<_> = regions.iter().map(|(account, _)| target(account)).collect();
    let collector = Aggregated { session: Arc::clone(own), name: aggregator.text("name")?.to_owned(), region: Text::from(region), regions };
    (!targets.is_empty()).then(|| Job { collector: Arc::new(collector), targets })
}

fn target(account: &Text) -> Target {
    Target { scope: account.clone(), region: None }
}

impl Collector for Aggregated {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn collect<'a>(&'a self, targets: &'a [Target], out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let client = Client::new(&self.session.at(&self.region));
            self.sources(&client, out).await?;
            let scopes: BTreeSet<&str> = targets.iter().map(|target| target.scope.as_str()).collect();
            pages(out, |token| {
                let call = client.select_aggregate_resource_config().configuration_aggregator_name(&self.name).expression(QUERY);
                let call = call.limit(PAGE).set_next_token(token).send();
                let scopes = &scopes;
                async move {
                    let page = self.session.ask(&SELECT, &self.region, call).await?;
                    let mut found = Vec::with_capacity(page.results().len());
                    for result in page.results() {
                        match item(result) {
                            Ok(Some(resource)) => found.push(resource),
                            Ok(None) => {}
                            Err(error) => out.flaw(error),
                        }
                    }
                    let is_wanted = |region: Option<&Text>| region.is_none_or(|region| region == item::EVERYWHERE || self.session.wants(region));
                    found.retain(|resource| scopes.contains(resource.scope.as_str()) && is_wanted(resource.region.as_ref()));
                    Ok((found.into_iter().map(Found::Resource).collect(), page.next_token.clone()))
                }
            })
            .await
        })
    }
}

impl Aggregated {
    /// Says which accounts, and which of their Regions, the aggregator does not gather.
    async fn sources(&self, client: &Client, out: &Outlet) -> Result<(), CollectError> {
        let call = client.describe_configuration_aggregators().configuration_aggregator_names(&self.name);
        let described = match self.session.ask(&AGGREGATORS, &self.region, call.send()).await {
            Ok(answer) => answer.configuration_aggregators,
            Err(CollectError::Gone(_)) => None,
            Err(error) => return Err(error),
        };
        let Some(aggregator) = described.and_then(|described| described.into_iter().next()) else {
            return Err(CollectError::NotEnabled(format!("AWS Config has no aggregator {} in {} of account {}", self.name, self.region, self.session.account)));
        };
        if aggregator.aggregator_filters().is_some() {
            out.flaw(CollectError::Incomplete(format!("the aggregator {} gathers some types only", self.name)));
        }
        let status = whole(|token| {
            let call = client.describe_configuration_aggregator_sources_status().configuration_aggregator_name(&self.name);
            let call = call.update_status("FAILED".into()).limit(PAGE).set_next_token(token).send();
            async move {
                let page = self.session.ask(&SOURCES, &self.region, call).await?;
                Ok((page.aggregated_source_status_list().to_vec(), page.next_token.clone()))
            }
        });
        let failed = match status.await {
            Ok(failed) => failed,
            Err(error) => {
                out.flaw(error);
                Vec::new()
            }
        };
        for (account, regions) in &self.regions {
            if let Some(why) = sources::gap(&aggregator, &failed, account, regions) {
                out.missing(&target(account), why);
            }
        }
        Ok(())
    }
}
