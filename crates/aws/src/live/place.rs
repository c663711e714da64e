//! One Region of one account, as collectors ask it.

use super::session::Session;
use crate::ID;
use crate::arn::{Arn, native_id};
use aws_config::SdkConfig;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use std::collections::HashSet;
use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use tagledger_collect::{Asked, CollectError, Operation, Target};
use tagledger_model::{CloudId, Further, Observed, Origin, RawResource, RawTag, Taggable, Text};

/// One Region of one account.
pub(super) struct Place {
    pub session: Arc<Session>,
    pub region: Text,
    pub tagged: Tagged,
}

/// What the Tagging API has shown at a place so far, as digests: whose tags are known need not be asked for one by one.
#[derive(Debug, Default)]
pub(super) struct Tagged {
    arns: Mutex<HashSet<u64>>,
    hasher: RandomState,
}

impl Tagged {
    pub fn add(&self, arn: &str) {
        self.arns.lock().unwrap_or_else(PoisonError::into_inner).insert(self.hasher.hash_one(arn));
    }

    fn has(&self, arn: &str) -> bool {
        self.arns.lock().unwrap_or_else(PoisonError::into_inner).contains(&self.hasher.hash_one(arn))
    }
}

impl Place {
    pub fn new(session: &Arc<Session>, region: &str) -> Arc<Self> {
        Arc::new(Self { session: Arc::clone(session), region: Text::new(region), tagged: Tagged::default() })
    }

    /// What clients are made from.
    pub fn config(&self) -> SdkConfig {
        self.session.at(&self.region)
    }

    /// Makes a call when its turn has come. The SDK's own futures are large: here they leave the stack of whoever waits.
    pub fn ask<'a, T, E>(&'a self, operation: &'a Operation, call: impl Future<Output = Result<T, SdkError<E>>> + Send + 'a) -> Asked<'a, T>
    where
        T: Send + 'a,
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        Box::pin(self.session.ask(operation, &self.region, call))
    }

    /// The coverage of a call in this Region.
    pub fn target(&self) -> Target {
        Target { scope: self.session.account.clone(), region: Some(self.region.clone()) }
    }

    /// An ARN of this account and Region.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.session.partition, self.region, self.session.account)
    }

    /// The tags of one resource: asked for only where the Tagging API has not shown them already. None for a resource that is gone by now.
    pub async fn tags(&self, arn: &str, ask: impl Future<Output = Result<Vec<RawTag>, CollectError>>) -> Result<Option<Observed<Vec<RawTag>>>, CollectError> {
        if self.tagged.has(arn) {
            return Ok(Some(Observed::Unknown));
        }
        match ask.await {
            Ok(tags) => Ok(Some(Observed::Known(tags))),
            Err(CollectError::Gone(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// A resource of this place of which no more is known than its ARN, and the tags that were read.
    pub fn resource(&self, collector: &'static str, id: &str, tags: Observed<Vec<RawTag>>) -> RawResource {
        let arn = Arn::parse(id);
        RawResource {
            cloud: CloudId::new(ID),
            scope: arn.and_then(|arn| arn.account_id()).map_or_else(|| self.session.account.clone(), Text::new),
            region: Some(arn.map(|arn| arn.region).filter(|region| !region.is_empty()).map_or_else(|| self.region.clone(), Text::new)),
            group: None,
            kind: arn.map_or_else(|| Text::const_new("unknown"), |arn| arn.kind()),
            name: arn.and_then(|arn| arn.name()).map(Text::new),
            tags,
            further: Further::None,
            taggable: Taggable::Unknown,
            created: None,
            changed: None,
            facts: None,
            origin: Origin::Live { collector },
            id: native_id(id, &self.session.account),
        }
    }
}

/// A tag; some services leave an empty value out.
pub(super) fn tag(key: Option<&str>, value: Option<&str>) -> Option<RawTag> {
    Some(RawTag::own(key?, value.unwrap_or_default()))
}

/// A place for tests of what needs no answer.
#[cfg(test)]
pub(super) fn here() -> Place {
    let session = Session::without_credentials("111122223333", &[]);
    Place { session: Arc::new(session), region: Text::const_new("eu-west-1"), tagged: Tagged::default() }
}
