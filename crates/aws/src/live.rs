//! Accounts, asked while the scan runs.

mod errors;
mod regions;
mod resource_explorer;
mod tagging;

use crate::ID;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use errors::told;
use resource_explorer::Explorer;
use std::sync::Arc;
use std::time::Duration;
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Connection, Discovery, Found, LiveSettings, Operation, Target};
use tagledger_model::{CloudId, Observed, Scope, Text};

/// Every collector, and what is called before any of them.
pub(crate) static COLLECTORS: &[&CollectorInfo] = &[&IDENTITY, &regions::INFO, &tagging::INFO, &resource_explorer::INFO];

/// Who the caller is.
static IDENTITY: CollectorInfo = CollectorInfo {
    id: "aws.sts.get-caller-identity",
    summary: "The account of the caller.",
    operations: &[Operation { name: "GetCallerIdentity", permission: "sts:GetCallerIdentity" }],
    rank: 0,
    blind_spot: None,
};

/// An account.
pub(crate) struct Account {
    config: SdkConfig,
    regions: Vec<String>,
}

/// Resolves credentials: environment, profiles, SSO, web identity, container and instance roles, as the SDK's own chain does.
pub(crate) async fn connect(settings: LiveSettings) -> Account {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(TimeoutConfig::builder().connect_timeout(Duration::from_secs(10)).operation_attempt_timeout(Duration::from_mins(1)).build());
    // What the user's environment says of retries counts.
    if ["AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE"].iter().all(|name| std::env::var_os(name).is_none()) {
        loader = loader.retry_config(RetryConfig::adaptive().with_max_attempts(8));
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    Account { config: loader.load().await, regions: settings.regions }
}

impl Account {
    /// The same credentials in one Region.
    fn at(&self, region: &str) -> SdkConfig {
        self.config.to_builder().region(Region::new(region.to_owned())).build()
    }
}

/// Where services answer that know no Region.
const HOME: &str = "us-east-1";

impl Connection for Account {
    fn discover(&self) -> Asked<'_, Discovery> {
        Box::pin(async move {
            let home = self.config.region().map_or_else(|| HOME.to_owned(), ToString::to_string);
            let identity =
                aws_sdk_sts::Client::new(&self.at(&home)).get_caller_identity().send().await.map_err(|e| told(&e, IDENTITY.operations[0].permission))?;
            let Some(account) = identity.account().map(Text::new) else {
                return Err(CollectError::Malformed("GetCallerIdentity names no account".to_owned()));
            };
            let mut discovery = Discovery { found: vec![Found::Scope(scope(account.clone()))], ..Discovery::default() };
            let regions = if self.regions.is_empty() { regions::enabled(self, &home, &account, &mut discovery.coverage).await } else { self.regions.clone() };
            let gathering = resource_explorer::gathering(self, &regions).await;
            for region in &regions {
                let target = Target { scope: account.clone(), region: Some(Text::new(region)) };
                let tagging: Arc<dyn Collector> = Arc::new(tagging::Tagging { client: aws_sdk_resourcegroupstagging::Client::new(&self.at(region)) });
                discovery.work.push((tagging, target.clone()));
                // A Region that the gathering index leaves out answers for itself, or its row says that it does not.
                if gathering.as_ref().is_none_or(|index| !index.gathers(region)) {
                    discovery.work.push((Arc::new(Explorer { config: self.at(region), wanted: Vec::new() }), target));
                }
            }
            if let Some(index) = gathering {
                let explorer = Explorer { config: self.at(&index.region), wanted: self.regions.clone() };
                discovery.work.push((Arc::new(explorer), Target { scope: account, region: None }));
            }
            Ok(discovery)
        })
    }
}

fn scope(account: Text) -> Scope {
    Scope { cloud: CloudId::new(ID), id: account, aliases: Vec::new(), name: None, ancestors: Vec::new(), tags: Observed::Unknown, active: true }
}
