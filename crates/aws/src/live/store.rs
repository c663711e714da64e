//! The caller's credentials, for S3.

use super::errors::chain;
use aws_config::SdkConfig;
use aws_sdk_sts::config::{ProvideCredentials, SharedCredentialsProvider};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tagledger_collect::{Asked, CollectError, Settings, StoreAccess, StorePass, StorePasses, StoreSecret};

/// S3.
pub(crate) static STORE: StoreAccess = StoreAccess { schemes: &["s3", "s3a"], open };

/// Credentials are asked for again so long before they end.
const EARLY: Duration = Duration::from_mins(5);

/// How long keys are kept that say nothing of an end: a file or a command that gives them is not asked for every object.
const KEPT: Duration = Duration::from_mins(15);

struct Passes {
    region: Option<String>,
    endpoint: Option<String>,
    provider: SharedCredentialsProvider,
}

fn open(settings: &Settings) -> Asked<'static, Arc<dyn StorePasses>> {
    let settings = settings.clone();
    Box::pin(async move {
        let config: SdkConfig = super::connect(settings).await.config;
        let none = || CollectError::NoCredentials("no credentials; see `aws configure`, or name a profile in the settings".to_owned());
        let (region, endpoint) = (config.region().map(ToString::to_string), config.endpoint_url().map(str::to_owned));
        let passes = Passes { region, endpoint, provider: config.credentials_provider().ok_or_else(none)? };
        let passes: Arc<dyn StorePasses> = Arc::new(passes);
        Ok(passes)
    })
}

impl StorePasses for Passes {
    fn region(&self) -> Option<String> {
        self.region.clone()
    }

    fn endpoint(&self) -> Option<String> {
        self.endpoint.clone()
    }

    fn pass(&self) -> Asked<'_, StorePass> {
        Box::pin(async {
            let given = self.provider.provide_credentials().await;
            let given = given.map_err(|error| CollectError::NoCredentials(format!("no credentials for S3: {}", chain(&error))))?;
            let left = given.expiry().map(|end| end.duration_since(SystemTime::now()).unwrap_or_default().saturating_sub(EARLY));
            let secret = StoreSecret::Keys {
                id: given.access_key_id().to_owned(),
                secret: given.secret_access_key().to_owned(),
                session: given.session_token().map(str::to_owned),
            };
            Ok(StorePass { secret, good_for: left.unwrap_or(KEPT) })
        })
    }
}
