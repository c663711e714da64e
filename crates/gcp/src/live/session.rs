//! Credentials, the clients made of them, and how each call is made: at its rate, and again when that may help.

use super::errors::{self, Advice, advice, told};
use super::settings;
use google_cloud_asset_v1::client::AssetService;
use google_cloud_auth::credentials::{Builder, Credentials};
use google_cloud_bigquery_v2::client::{JobService, TableService};
use google_cloud_gax::error::Error;
use google_cloud_gax::retry_policy::NeverRetry;
use google_cloud_resourcemanager_v3::client::{Folders, Organizations, Projects};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tagledger_collect::{CollectError, Operation, Pace, Rate, Settings, pause};
use tagledger_model::Text;

/// The calls whose quotas can be named in the settings.
pub(super) const SEARCH: &str = "SearchAllResources";
pub(super) const LIST: &str = "ListAssets";

/// How long one answer is waited for.
const ATTEMPT: Duration = Duration::from_mins(1);

/// How often a call is made at least that fails without a word of when to come back.
const ATTEMPTS: u32 = 3;

/// The longest pause between two of them.
const PAUSE: Duration = Duration::from_secs(8);

/// How long a service that says that it has too much to do is waited for.
const PATIENCE: Duration = Duration::from_mins(3);

/// The clients, with one set of credentials.
pub(super) struct Clients {
    pub asset: AssetService,
    pub organizations: Organizations,
    pub folders: Folders,
    pub projects: Projects,
    pub jobs: JobService,
    pub tables: TableService,
}

pub(super) struct Session {
    settings: Settings,
    clients: Mutex<Arc<Clients>>,
    pace: Pace,
    /// How long an answer is waited for, and how long one that fails is asked for again.
    timeout: Duration,
    /// The rates of calls whose quota is another than the documented one.
    rates: Vec<(&'static str, Rate)>,
    /// When an operation may be called again that the service said was called too often.
    resting: Mutex<HashMap<&'static str, Instant>>,
}

// What a thread that panicked left behind is still a client, or a time.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Application default credentials, in the order in which every client of Google's looks for them: the file that the environment names, the one
/// that `gcloud auth application-default login` wrote, the metadata server of the machine. A file may be a key, a user's, an impersonation or a federation.
/// <https://cloud.google.com/docs/authentication/application-default-credentials>
pub(super) fn credentials(settings: &Settings) -> Result<Credentials, CollectError> {
    let builder = Builder::default();
    let builder = match settings.text(settings::QUOTA_PROJECT) {
        Some(project) => builder.with_quota_project_id(project),
        None => builder,
    };
    builder.build().map_err(|error| CollectError::NoCredentials(none(&error)))
}

/// That there are none, why, and what to do.
pub(super) fn none(error: &dyn std::error::Error) -> String {
    let why = errors::inner(error);
    format!(
        "no credentials: {why}. Run `gcloud auth application-default login`, let GOOGLE_APPLICATION_CREDENTIALS name a key or federation file, \
         or scan on a machine of Google Cloud that has a service account"
    )
}

fn timeout(settings: &Settings) -> Duration {
    settings.count(settings::TIMEOUT).map_or(ATTEMPT, |seconds| Duration::from_secs(seconds.into()))
}

/// What may be added to a question for a token; the type's own crate is not one of ours.
pub(super) fn nothing_further<T: Default>() -> T {
    T::default()
}

impl Clients {
    async fn of(settings: &Settings) -> Result<Self, CollectError> {
        let credentials = credentials(settings)?;
        // Whoever has none is told so before anything is asked.
        if let Err(error) = credentials.headers(nothing_further()).await {
            let why = none(&error);
            return Err(if error.is_transient() { CollectError::Unreachable(why) } else { CollectError::NoCredentials(why) });
        }
        let timeout = timeout(settings);
        // The clients do not ask again: they would not wait for as long as the service says, and not all that fails may be asked again alike.
        macro_rules! client {
            ($kind:ty, $endpoint:expr) => {{
                let builder = <$kind>::builder().with_credentials(credentials.clone()).with_retry_policy(NeverRetry).with_attempt_timeout(timeout);
                let builder = match settings.text($endpoint) {
                    Some(endpoint) => builder.with_endpoint(endpoint),
                    None => builder,
                };
                builder.build().await.map_err(|error| CollectError::Broken(errors::chain(&error)))?
            }};
        }
        Ok(Self {
            asset: client!(AssetService, settings::ASSET_INVENTORY),
            organizations: client!(Organizations, settings::RESOURCE_MANAGER),
            folders: client!(Folders, settings::RESOURCE_MANAGER),
            projects: client!(Projects, settings::RESOURCE_MANAGER),
            jobs: client!(JobService, settings::BIGQUERY),
            tables: client!(TableService, settings::BIGQUERY),
        })
    }
}

impl Session {
    pub async fn open(settings: Settings) -> Result<Self, CollectError> {
        let clients = Mutex::new(Arc::new(Clients::of(&settings).await?));
        let pace = if settings.text(settings::PACE) == Some(settings::UNPACED) { Pace::unlimited() } else { Pace::default() };
        let rates = [(SEARCH, settings::SEARCHES), (LIST, settings::LISTS)];
        let rates = rates.into_iter().filter_map(|(name, setting)| Some((name, Rate::per_minute(settings.count(setting)?)))).collect();
        Ok(Self { timeout: timeout(&settings), settings, clients, pace, rates, resting: Mutex::default() })
    }

    /// The call at the rate at which it is made here.
    fn paced(&self, operation: &Operation) -> Operation {
        let own = self.rates.iter().find(|(name, _)| *name == operation.name).map(|(_, rate)| *rate);
        Operation { rate: own.or(operation.rate), ..*operation }
    }

    /// Makes a call when its turn has come, again where that may help, and says what its failure means.
    pub async fn ask<T, F>(&self, operation: &'static Operation, call: impl Fn(Arc<Clients>) -> F) -> Result<T, CollectError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let (mut failing, mut failed, mut is_renewed) = (None, 0_u32, false);
        loop {
            self.turn(operation).await;
            let clients = Arc::clone(&held(&self.clients));
            let error = match call(Arc::clone(&clients)).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let began = *failing.get_or_insert_with(Instant::now);
            match advice(&error) {
                // A token may end before its time, and this machine's clock be wrong about when that is: a new one is asked for once.
                Advice::Renew if !is_renewed => {
                    is_renewed = true;
                    self.renew(&clients).await?;
                }
                Advice::Again(hint) => {
                    failed += 1;
                    let wait = hint.unwrap_or_else(|| (Duration::from_millis(250) * 2_u32.pow(failed.min(6))).min(PAUSE));
                    if failed >= ATTEMPTS && began.elapsed() + wait > self.timeout {
                        return Err(told(&error, operation));
                    }
                    pause(wait).await;
                }
                Advice::Wait(hint) => {
                    let wait = hint.unwrap_or(PAUSE / 4);
                    if began.elapsed() + wait > PATIENCE {
                        return Err(told(&error, operation));
                    }
                    self.rest(operation, wait);
                }
                Advice::Renew | Advice::Stop => return Err(told(&error, operation)),
            }
        }
    }

    /// Waits for the turn of a call, which is after whatever time the service has named meanwhile.
    async fn turn(&self, operation: &'static Operation) {
        loop {
            self.rested(operation).await;
            // Quotas are counted for the project that the calls are made for, whatever is asked about.
            self.pace.turn(&self.paced(operation), &Text::const_new(""), &Text::const_new("")).await;
            if self.rests_for(operation).is_none() {
                return;
            }
        }
    }

    /// New credentials and clients, unless somebody else has made them since.
    async fn renew(&self, old: &Arc<Clients>) -> Result<(), CollectError> {
        if !Arc::ptr_eq(old, &held(&self.clients)) {
            return Ok(());
        }
        let new = Arc::new(Clients::of(&self.settings).await?);
        *held(&self.clients) = new;
        Ok(())
    }

    /// Nobody makes this call before the time that the service named.
    fn rest(&self, operation: &'static Operation, wait: Duration) {
        let until = Instant::now() + wait;
        let mut resting = held(&self.resting);
        let known = resting.entry(operation.name).or_insert(until);
        *known = (*known).max(until);
    }

    /// Waits until the call may be made again.
    async fn rested(&self, operation: &'static Operation) {
        while let Some(wait) = self.rests_for(operation) {
            pause(wait).await;
        }
    }

    fn rests_for(&self, operation: &'static Operation) -> Option<Duration> {
        let until = held(&self.resting).get(operation.name).copied()?;
        until.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
    }
}
