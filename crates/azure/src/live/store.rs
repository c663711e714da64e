//! The caller's credentials, for Blob Storage.

use super::clouds::Where;
use super::credentials::Credentials;
use super::errors::chain;
use std::sync::Arc;
use std::time::Duration;
use tagledger_collect::{Asked, CollectError, Settings, StoreAccess, StorePass, StorePasses, StoreSecret};

/// Blob Storage.
pub(crate) static STORE: StoreAccess = StoreAccess { schemes: &["az", "abfs", "abfss", "azure"], open };

/// For whom a token is meant, in every cloud of Microsoft's:
/// <https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory#microsoft-authentication-library-msal>
const SCOPE: &str = "https://storage.azure.com/.default";

fn open(settings: &Settings) -> Asked<'static, Arc<dyn StorePasses>> {
    let settings = settings.clone();
    Box::pin(async move {
        let place = Where { scope: SCOPE.to_owned(), ..Where::of(&settings)? };
        let passes: Arc<dyn StorePasses> = Arc::new(Credentials::find(&settings, &place).await?);
        Ok(passes)
    })
}

impl StorePasses for Credentials {
    fn pass(&self) -> Asked<'_, StorePass> {
        Box::pin(async {
            let token = self.token().await.map_err(|error| CollectError::NoCredentials(format!("no token for Blob Storage: {}", chain(&error))))?;
            // The token is kept here until it is about to end.
            Ok(StorePass { secret: StoreSecret::Bearer(token.token.secret().to_owned()), good_for: Duration::ZERO })
        })
    }
}
