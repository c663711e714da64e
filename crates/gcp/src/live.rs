//! Organisations and projects, asked while the scan runs.

mod assets;
mod chains;
pub(crate) mod costs;
mod emptiness;
mod errors;
mod hierarchy;
mod places;
mod search;
mod session;
pub(crate) mod settings;
pub(crate) mod store;

use places::{Place, is_project, widest};
use session::Session;
use std::collections::HashMap;
use std::sync::Arc;
use tagledger_collect::{Asked, CollectError, CollectorInfo, Connection, Discovery, Settings};
use tagledger_model::Text;

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
            let mut hierarchy = hierarchy::discover(&self.session, &self.settings, &mut discovery).await?;
            let searched = widest(&hierarchy, &search::INFO, &mut discovery, |place| search::probe(&self.session, place)).await;
            let listed = widest(&hierarchy, &assets::INFO, &mut discovery, |place| assets::probe(&self.session, place)).await;
            let unlisted = hierarchy.unlisted(self.settings.texts(settings::SKIP_PROJECTS));
            for place in searched.iter().filter(|place| !unlisted.is_empty() && !is_project(place)) {
                hierarchy.leave_out(search::numbers(&self.session, place, &unlisted).await);
            }
            let hierarchy = Arc::new(hierarchy);
            // What both calls read at one place is judged together.
            let place =
                |name: &Text| Place { session: Arc::clone(&self.session), hierarchy: Arc::clone(&hierarchy), name: name.clone(), together: Arc::default() };
            let both: HashMap<&Text, Place> = searched.union(&listed).map(|name| (name, place(name))).collect();
            discovery.work = searched.iter().map(|name| search::job(&both[name])).chain(listed.iter().map(|name| assets::job(&both[name]))).collect();
            Ok(discovery)
        })
    }
}
