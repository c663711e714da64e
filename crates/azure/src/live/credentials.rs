//! Credentials by `azure_identity`: environment, workload identity, managed identity, command lines.
//!
//! The order is that of Microsoft's other SDKs: <https://learn.microsoft.com/azure/developer/intro/azure-developer-overview>. Whoever set credentials
//! up means them: where they are refused nothing else is tried, or a scan would run in somebody else's name.

use super::clouds::Where;
use super::errors::chain;
use super::settings;
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions};
use azure_identity as identity;
use futures_util::lock::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tagledger_collect::{CollectError, Settings};

type Credential = Arc<dyn TokenCredential>;

/// Makes the same credentials again, without what they remember.
type Make = Box<dyn Fn() -> azure_core::Result<Credential> + Send + Sync>;

/// Somebody's credentials, with the token at hand: command lines give one only by a process of their own.
pub(super) struct Credentials {
    make: Make,
    held: Mutex<Held>,
    scope: String,
}

struct Held {
    credential: Credential,
    token: Option<AccessToken>,
}

/// A token is renewed so long before its end.
const EARLY: azure_core::time::Duration = azure_core::time::Duration::minutes(5);

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// Where credentials may come from.
struct Source {
    name: &'static str,
    /// None where there are none of this kind.
    make: Option<Make>,
    /// What would have to be there.
    wants: &'static str,
    /// True where somebody set them up on purpose.
    meant: bool,
}

impl Credentials {
    fn new(make: Make, scope: &str) -> azure_core::Result<Self> {
        let held = Mutex::new(Held { credential: make()?, token: None });
        Ok(Self { make, held, scope: scope.to_owned() })
    }

    /// A token, the one at hand for as long as it is good. Whoever else asks meanwhile waits for the same one.
    pub async fn token(&self) -> azure_core::Result<AccessToken> {
        let mut held = self.held.lock().await;
        let now = azure_core::time::OffsetDateTime::now_utc();
        if let Some(token) = held.token.as_ref().filter(|token| token.expires_on > now + EARLY) {
            return Ok(token.clone());
        }
        match (held.credential.get_token(&[&self.scope], None).await, &held.token) {
            (Ok(token), _) => Ok(held.token.insert(token).clone()),
            // The old one is good for a while yet.
            (Err(_), Some(token)) if token.expires_on > now => Ok(token.clone()),
            (Err(error), _) => Err(error),
        }
    }

    /// A token in the place of one that was refused, whatever it said of its time; somebody else may have asked for it already.
    pub async fn renewed(&self, refused: &str) -> azure_core::Result<AccessToken> {
        {
            let mut held = self.held.lock().await;
            if held.token.as_ref().is_none_or(|token| token.token.secret() == refused) {
                *held = Held { credential: (self.make)()?, token: None };
            }
        }
        self.token().await
    }

    /// The first that gives a token.
    pub async fn find(settings: &Settings, place: &Where) -> Result<Self, CollectError> {
        let wanted = settings.text(settings::CREDENTIAL).unwrap_or(settings::ANY);
        let mut tried = Vec::new();
        for source in sources(settings, place) {
            if wanted != settings::ANY && wanted != source.name {
                continue;
            }
            let Some(make) = source.make else {
                tried.push(format!("{}: {}", source.name, source.wants));
                continue;
            };
            if source.name == settings::MANAGED_IDENTITY && wanted == settings::ANY && !has_metadata_service().await {
                tried.push(format!("{}: this is no machine of Azure", source.name));
                continue;
            }
            let found = Self::new(make, &place.scope);
            let failed = match found {
                Ok(credentials) => match credentials.token().await {
                    Ok(_) => return Ok(credentials),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            let said = chain(&failed);
            if source.meant {
                return Err(CollectError::NoCredentials(format!("no token by {}: {said}", source.name)));
            }
            tried.push(format!("{}: {}", source.name, said.lines().next().unwrap_or_default()));
        }
        Err(CollectError::NoCredentials(format!(
            "no credentials; see `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET. Tried {}",
            tried.join("; ")
        )))
    }
}

/// The legacy clients ask their own trait for tokens.
#[async_trait::async_trait]
impl azure_core_legacy::auth::TokenCredential for Credentials {
    async fn get_token(&self, _: &[&str]) -> azure_core_legacy::Result<azure_core_legacy::auth::AccessToken> {
        use azure_core_legacy::error::{Error, ErrorKind};
        let token = self.token().await.map_err(|error| Error::full(ErrorKind::Credential, error, "no token"))?;
        Ok(azure_core_legacy::auth::AccessToken::new(token.token.secret().to_owned(), token.expires_on))
    }

    async fn clear_cache(&self) -> azure_core_legacy::Result<()> {
        self.held.lock().await.token = None;
        Ok(())
    }
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// In the order in which they are tried.
fn sources(settings: &Settings, place: &Where) -> Vec<Source> {
    // The default goes on for minutes where nobody answers.
    let patience = ExponentialRetryOptions { max_retries: 4, max_total_elapsed: azure_core::time::Duration::seconds(30), ..ExponentialRetryOptions::default() };
    let retry = RetryOptions::exponential(patience);
    let options = ClientOptions { cloud: Some(Arc::new(place.configuration())), retry, ..ClientOptions::default() };
    let tenant = settings.text(settings::TENANT).map(str::to_owned);
    let client = settings.text(settings::CLIENT_ID).map(str::to_owned);
    let application = tenant.clone().or_else(|| env("AZURE_TENANT_ID")).zip(client.clone().or_else(|| env("AZURE_CLIENT_ID")));
    vec![
        Source {
            name: settings::ENVIRONMENT,
            make: application.clone().zip(env("AZURE_CLIENT_SECRET")).map(|((tenant, client), secret)| by_secret(tenant, client, secret, options.clone())),
            wants: "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not all set",
            meant: true,
        },
        Source {
            name: settings::WORKLOAD_IDENTITY,
            make: application.zip(env("AZURE_FEDERATED_TOKEN_FILE")).map(|((tenant, client), file)| by_workload(tenant, client, file, options.clone())),
            wants: "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE are not all set",
            meant: true,
        },
        Source { name: settings::MANAGED_IDENTITY, make: Some(by_machine(client, options)), wants: "", meant: false },
        Source { name: settings::AZURE_CLI, make: Some(by_command_line(tenant.clone().or_else(|| env("AZURE_TENANT_ID")))), wants: "", meant: false },
        Source { name: settings::AZURE_DEVELOPER_CLI, make: Some(by_developer_command_line(tenant)), wants: "", meant: false },
    ]
}

fn by_secret(tenant: String, client: String, secret: String, client_options: ClientOptions) -> Make {
    Box::new(move || {
        let options = identity::ClientSecretCredentialOptions { client_options: client_options.clone() };
        let credential = identity::ClientSecretCredential::new(&tenant, client.clone(), Secret::new(secret.clone()), Some(options))?;
        Ok(credential as Credential)
    })
}

fn by_workload(tenant: String, client: String, file: String, client_options: ClientOptions) -> Make {
    Box::new(move || {
        let options = identity::WorkloadIdentityCredentialOptions {
            credential_options: identity::ClientAssertionCredentialOptions { client_options: client_options.clone() },
            client_id: Some(client.clone()),
            tenant_id: Some(tenant.clone()),
            token_file_path: Some(file.clone().into()),
        };
        Ok(identity::WorkloadIdentityCredential::new(Some(options))? as Credential)
    })
}

fn by_machine(client: Option<String>, client_options: ClientOptions) -> Make {
    Box::new(move || {
        let user_assigned_id = client.clone().or_else(|| env("AZURE_CLIENT_ID")).map(identity::UserAssignedId::ClientId);
        let options = identity::ManagedIdentityCredentialOptions { user_assigned_id, client_options: client_options.clone() };
        Ok(identity::ManagedIdentityCredential::new(Some(options))? as Credential)
    })
}

fn by_command_line(tenant_id: Option<String>) -> Make {
    Box::new(move || {
        let options = identity::AzureCliCredentialOptions { tenant_id: tenant_id.clone(), ..Default::default() };
        Ok(identity::AzureCliCredential::new(Some(options))? as Credential)
    })
}

fn by_developer_command_line(tenant_id: Option<String>) -> Make {
    Box::new(move || {
        let options = identity::AzureDeveloperCliCredentialOptions { tenant_id: tenant_id.clone(), ..Default::default() };
        Ok(identity::AzureDeveloperCliCredential::new(Some(options))? as Credential)
    })
}

/// Whether tokens of a managed identity can be had here. A machine elsewhere would wait for minutes for an address that nobody answers.
async fn has_metadata_service() -> bool {
    if env("IDENTITY_ENDPOINT").is_some() {
        return true;
    }
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(1)).build();
    let Ok(client) = client else { return false };
    // Other clouds have something at the same address. Azure's asks for a header that is missing here.
    let answer = client.get("http://169.254.169.254/metadata/identity/oauth2/token").send().await;
    answer.is_ok_and(|answer| answer.status() == reqwest::StatusCode::BAD_REQUEST)
}
