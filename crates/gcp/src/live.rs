//! Organisations and projects, asked while the scan runs.

mod assets;
mod chains;
mod emptiness;
mod errors;
mod hierarchy;
mod places;
mod search;
mod session;
pub(crate) mod settings;

use session::Session;
use std::sync::Arc;
use tagledger_collect::{Asked, CollectError, CollectorInfo, Connection, Discovery, Settings};

/// Every collector, and what is called before any of them.
pub(crate) static COLLECTORS: &[&CollectorInfo] =
    &[&hierarchy::ALL_ORGANIZATIONS, &hierarchy::ALL_FOLDERS, &hierarchy::ALL_PROJECTS, &search::INFO, &assets::INFO];

/// Credentials, and what was asked for.
pub(crate) struct Caller {
    session: Arc<Session>,
    settings: Settings,
}

/// Finds credentials.
pub(crate) async fn connect(settings: Settings) -> Result<Caller, CollectError> {
    Ok(Caller { session: Arc::new(Session::open(settings.clone()).await?), settings })
}

impl Connection for Caller {
    fn discover(&self) -> Asked<'_, Discovery> {
        Box::pin(async move {
            let mut discovery = Discovery::default();
            let hierarchy = Arc::new(hierarchy::discover(&self.session, &self.settings, &mut discovery).await?);
            let searched = search::jobs(&self.session, &hierarchy, &mut discovery).await;
            let listed = assets::jobs(&self.session, &hierarchy, &mut discovery).await;
            discovery.work = searched.into_iter().chain(listed).collect();
            Ok(discovery)
        })
    }
}
