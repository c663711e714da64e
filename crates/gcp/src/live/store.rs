//! The caller's credentials, for Cloud Storage.

use super::session::{credentials, none, nothing_further};
use google_cloud_auth::credentials::{CacheableResource, Credentials};
use std::sync::Arc;
use std::time::Duration;
use tagledger_collect::{Asked, CollectError, Settings, StoreAccess, StorePass, StorePasses, StoreSecret};

/// Cloud Storage.
pub(crate) static STORE: StoreAccess = StoreAccess { schemes: &["gs"], open };

struct Passes(Credentials);

fn open(settings: &Settings) -> Asked<'static, Arc<dyn StorePasses>> {
    let settings = settings.clone();
    Box::pin(async move {
        let passes: Arc<dyn StorePasses> = Arc::new(Passes(credentials(&settings)?));
        Ok(passes)
    })
}

impl StorePasses for Passes {
    fn pass(&self) -> Asked<'_, StorePass> {
        Box::pin(async {
            let headers = self.0.headers(nothing_further()).await.map_err(|error| CollectError::NoCredentials(none(&error)))?;
            let CacheableResource::New { data, .. } = headers else { return Err(CollectError::NoCredentials("no token for Cloud Storage".to_owned())) };
            let bearer = data.get("authorization").and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
            let bearer = bearer.ok_or_else(|| CollectError::NoCredentials("the credentials give no token, which Cloud Storage asks for".to_owned()))?;
            // The credentials keep it until it is about to end.
            Ok(StorePass { secret: StoreSecret::Bearer(bearer.to_owned()), good_for: Duration::ZERO })
        })
    }
}
