//! Credentials in one account, and the pace at which they are used.

use super::errors::told;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{Region, SdkConfig};
use aws_sdk_sts::config::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use std::error::Error;
use std::sync::Arc;
use tagledger_collect::{CollectError, CollectorInfo, Operation, Pace, Settings};
use tagledger_model::Text;

const GET_CALLER_IDENTITY: Operation = Operation { name: "GetCallerIdentity", permission: "sts:GetCallerIdentity", rate: None };
const ASSUME_ROLE: Operation = Operation { name: "AssumeRole", permission: "sts:AssumeRole", rate: None };

/// Who the caller is.
pub(super) static IDENTITY: CollectorInfo = CollectorInfo {
    id: "aws.sts.get-caller-identity",
    summary: "The account of the caller.",
    operations: &[GET_CALLER_IDENTITY],
    rank: 0,
    blind_spot: None,
    whole: false,
};

/// The way into other accounts.
pub(super) static ROLE: CollectorInfo = CollectorInfo {
    id: "aws.sts.assume-role",
    summary: "A role in each account that is not the caller's own.",
    operations: &[ASSUME_ROLE],
    rank: 0,
    blind_spot: None,
    whole: false,
};

/// Credentials in one account.
pub(super) struct Session {
    pub account: Text,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: Text,
    config: SdkConfig,
    pace: Arc<Pace>,
    /// The Regions that were asked for; all of them when none is named.
    wanted: Vec<String>,
}

impl Session {
    /// The caller's own.
    pub async fn own(config: SdkConfig, pace: Pace, wanted: &[String]) -> Result<Self, CollectError> {
        let region = config.region().map_or_else(|| home("aws").to_owned(), ToString::to_string);
        let client = aws_sdk_sts::Client::new(&at(&config, &region));
        let identity = client.get_caller_identity().send().await.map_err(|error| told(&error, GET_CALLER_IDENTITY.permission))?;
        let partition = identity.arn().and_then(|arn| arn.split(':').nth(1)).map_or_else(|| Text::const_new("aws"), Text::new);
        let account = identity.account().map(Text::new);
        let account = account.ok_or_else(|| CollectError::Malformed("GetCallerIdentity names no account".to_owned()))?;
        Ok(Self { account, partition, config, pace: Arc::new(pace), wanted: wanted.to_vec() })
    }

    /// The same in another account, by a role there. It is assumed at once, so that a refusal is known before anything is asked, and again
    /// whenever its credentials are about to end.
    pub async fn assume(&self, account: Text, role: &Role) -> Result<Self, CollectError> {
        let region = self.config.region().map_or_else(|| home(&self.partition).to_owned(), ToString::to_string);
        let arn = format!("arn:{}:iam::{account}:role/{}", self.partition, role.name.trim_start_matches('/'));
        let mut builder = AssumeRoleProvider::builder(&arn).session_name(&role.session_name).region(Region::new(region)).configure(&self.config);
        if let Some(external_id) = &role.external_id {
            builder = builder.external_id(external_id);
        }
        let provider = builder.build().await;
        provider.provide_credentials().await.map_err(|error| refused(&error, &arn))?;
        let config = self.config.to_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build();
        Ok(Self { account, partition: self.partition.clone(), config, pace: Arc::clone(&self.pace), wanted: self.wanted.clone() })
    }

    /// For tests of what needs no answer.
    #[cfg(test)]
    pub fn without_credentials(account: &'static str, wanted: &[&str]) -> Self {
        let config = SdkConfig::builder().build();
        let wanted = wanted.iter().map(|&region| region.to_owned()).collect();
        Self { account: Text::const_new(account), partition: Text::const_new("aws"), config, pace: Arc::new(Pace::default()), wanted }
    }

    /// What clients of one Region are made from.
    pub fn at(&self, region: &str) -> SdkConfig {
        at(&self.config, region)
    }

    /// True for a Region that was asked for: what one call shows of many Regions is narrowed by this.
    pub fn wants(&self, region: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|wanted| wanted == region)
    }

    /// The Region that the caller has configured, else where global services answer.
    pub fn home(&self) -> String {
        self.config.region().map_or_else(|| home(&self.partition).to_owned(), ToString::to_string)
    }

    /// Where services answer that know no Region.
    pub fn global(&self) -> &'static str {
        home(&self.partition)
    }

    /// Makes a call when its turn has come, and says what its failure means.
    pub async fn ask<T, E>(&self, operation: &Operation, region: &Text, call: impl Future<Output = Result<T, SdkError<E>>>) -> Result<T, CollectError>
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        self.pace.turn(operation, &self.account, region).await;
        call.await.map_err(|error| told(&error, operation.permission))
    }
}

fn at(config: &SdkConfig, region: &str) -> SdkConfig {
    config.to_builder().region(Region::new(region.to_owned())).build()
}

/// Where the global services of a partition answer.
fn home(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-northwest-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// The role to assume in each account.
#[derive(Debug, Clone)]
pub(super) struct Role {
    /// Its name, with its path where it has one.
    name: String,
    external_id: Option<String>,
    session_name: String,
}

/// What CloudFormation StackSets and Control Tower call nothing: a name of our own, as `permissions aws` prints it.
pub(crate) const ROLE_NAME: &str = "tagledger";

impl Role {
    pub fn of(settings: &Settings) -> Self {
        let section = settings.section("role");
        let text = |name: &str| section.and_then(|role| role.text(name)).map(str::to_owned);
        Self {
            name: text("name").unwrap_or_else(|| ROLE_NAME.to_owned()),
            external_id: text("external_id"),
            session_name: text("session_name").unwrap_or_else(|| "tagledger".to_owned()),
        }
    }
}

/// Why a role was not assumed. The provider wraps what the service said.
fn refused(error: &(dyn Error + 'static), arn: &str) -> CollectError {
    let mut cause = Some(error);
    while let Some(at) = cause {
        if let Some(said) = at.downcast_ref::<SdkError<AssumeRoleError>>() {
            return match told(said, ASSUME_ROLE.permission) {
                CollectError::Denied { permission } => CollectError::Denied { permission: format!("{permission} on {arn}, or its trust in the caller,") },
                other => other,
            };
        }
        cause = at.source();
    }
    CollectError::NoCredentials(format!("{arn} was not assumed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_is_wanted_until_some_are_named() {
        let wants = |named: &[&str], region: &str| Session::without_credentials("111122223333", named).wants(region);
        assert!(wants(&[], "ap-south-1"));
        assert!(wants(&["eu-west-1", "ap-south-1"], "ap-south-1"));
        assert!(!wants(&["eu-west-1"], "ap-south-1"));
    }
}
