//! Accounts, asked while the scan runs.

mod accounts;
mod config;
pub(crate) mod costs;
mod errors;
mod explorer;
mod organization;
mod place;
mod regions;
mod services;
mod session;
pub(crate) mod settings;
pub(crate) mod store;
mod tagging;

use accounts::Opened;
use aws_config::default_provider::region::DefaultRegionChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use place::Place;
use services::Service;
use session::{Role, Session};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tagledger_collect::{Asked, CollectorInfo, Connection, Discovery, Job, Pace, Settings, Target};

use session::{IDENTITY, ROLE};

pub(crate) use session::ROLE_NAME;

/// Every collector, and what is called before any of them.
pub(crate) static COLLECTORS: LazyLock<Vec<&'static CollectorInfo>> = LazyLock::new(|| {
    let fixed = [&IDENTITY, &ROLE, &organization::INFO, &regions::INFO, &tagging::INFO, &explorer::INFO, &config::INFO];
    fixed.into_iter().chain(services::REGIONAL.iter().chain(services::GLOBAL).map(|service| service.info())).collect()
});

/// What only the account that sees the organisation needs.
pub(crate) static ABOVE: [&CollectorInfo; 2] = [&ROLE, &organization::INFO];

/// What only the account that has an aggregator of AWS Config needs.
pub(crate) static AGGREGATED: [&CollectorInfo; 1] = [&config::INFO];

/// Credentials, and what was asked for.
pub(crate) struct Caller {
    config: SdkConfig,
    settings: Settings,
}

/// How long one answer is waited for. AWS's own command line waits as long: <https://docs.aws.amazon.com/cli/latest/reference/#options>.
const ATTEMPT: Duration = Duration::from_mins(1);

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// Resolves credentials: environment, profiles, SSO, web identity, container and instance roles, as the SDK's own chain does.
pub(crate) async fn connect(settings: Settings) -> Caller {
    let patience = settings.count(settings::TIMEOUT).map_or(ATTEMPT, |seconds| Duration::from_secs(seconds.into()));
    let timeouts = TimeoutConfig::builder().connect_timeout(patience.min(CONNECT)).operation_attempt_timeout(patience);
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts.build());
    // What the user's environment says of retries counts.
    if ["AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE"].iter().all(|name| std::env::var_os(name).is_none()) {
        loader = loader.retry_config(RetryConfig::adaptive().with_max_attempts(8));
    }
    if let Some(profile) = settings.text(settings::PROFILE) {
        // Whoever names a profile means it, whatever keys the environment holds: the SDK's own chain would take those first.
        loader = loader.profile_name(profile).credentials_provider(named(profile).await);
    }
    Caller { config: loader.load().await, settings }
}

/// The credentials of a profile alone. A role in it is assumed in the Region that the environment or the profile names.
async fn named(profile: &str) -> ProfileFileCredentialsProvider {
    let region = DefaultRegionChain::builder().profile_name(profile).build().region().await;
    let config = ProviderConfig::without_region().with_region(Some(region.unwrap_or_else(|| Region::from_static("us-east-1"))));
    ProfileFileCredentialsProvider::builder().profile_name(profile).configure(&config).build()
}

impl Connection for Caller {
    fn discover(&self) -> Asked<'_, Discovery> {
        Box::pin(async move {
            let pace = if self.settings.text(settings::PACE) == Some(settings::UNPACED) { Pace::unlimited() } else { Pace::default() };
            let own = Arc::new(Session::own(self.config.clone(), pace, self.settings.texts(settings::REGIONS)).await?);
            let mut discovery = Discovery::default();
            let accounts = accounts::open(&own, &self.settings, &Role::of(&self.settings), &mut discovery).await?;
            discovery.work.extend(explorer::jobs(&own, &accounts, &self.settings).await);
            discovery.work.extend(config::job(&own, &accounts, &self.settings));
            discovery.work.extend(work(&accounts));
            Ok(discovery)
        })
    }
}

/// What is asked in every account. The Tagging API comes first everywhere, so that the services need not be asked for tags that it has shown.
fn work(accounts: &[Opened]) -> Vec<Job> {
    let places: Vec<Arc<Place>> = accounts.iter().flat_map(|account| account.regions.iter().map(|region| Place::new(&account.session, region))).collect();
    let mut work: Vec<Job> = Vec::new();
    for place in &places {
        work.push(Job { collector: Arc::new(tagging::Tagging { place: Arc::clone(place) }), targets: vec![place.target()] });
    }
    // Accounts in turn, so that no single one is asked by everybody at once.
    for service in services::REGIONAL {
        work.extend(places.iter().map(|place| services::job(*service, place, place.target())));
    }
    for account in accounts {
        let global = account.session.global();
        let known = places.iter().find(|place| place.session.account == account.session.account && place.region == global);
        let place = known.map_or_else(|| Place::new(&account.session, global), Arc::clone);
        let job = |service: &&'static dyn Service| services::job(*service, &place, Target { scope: account.session.account.clone(), region: None });
        work.extend(services::GLOBAL.iter().map(job));
    }
    work
}
