//! A tenant, asked while the scan runs.

mod clouds;
pub(crate) mod costs;
mod credentials;
mod errors;
mod graph;
mod lists;
mod quota;
mod session;
pub(crate) mod settings;
pub(crate) mod store;
mod tenant;
mod wire;

use session::Session;
use std::sync::Arc;
use tagledger_collect::{Asked, CollectError, CollectorInfo, Connection, Discovery, Settings};
use tagledger_model::{Outcome, Text};
use tenant::Tenant;

/// Every collector, and what is called before any of them.
pub(crate) static COLLECTORS: &[&CollectorInfo] =
    &[&tenant::SUBSCRIPTIONS, &tenant::ENTITIES, &tenant::ACCESS, &graph::INFO, &lists::RESOURCES, &lists::GROUPS];

/// Credentials, and what was asked for.
pub(crate) struct Caller {
    session: Arc<Session>,
    settings: Settings,
}

/// Finds credentials.
pub(crate) async fn connect(settings: Settings) -> Result<Caller, CollectError> {
    Ok(Caller { session: Arc::new(Session::open(&settings).await?), settings })
}

impl Connection for Caller {
    fn discover(&self) -> Asked<'_, Discovery> {
        Box::pin(async move {
            let mut discovery = Discovery::default();
            let tenant = tenant::discover(&self.session, &self.settings, &mut discovery).await?;
            let by_graph = !tenant.subscriptions.is_empty() && self.asks_graph(&tenant, &mut discovery).await;
            discovery.work = if by_graph { graph::jobs(&self.session, &tenant) } else { lists::jobs(&self.session, &tenant) };
            Ok(discovery)
        })
    }
}

impl Caller {
    /// Whether Resource Graph is asked. Where it refuses, Resource Manager's lists show the same resources, though not the state they are in.
    async fn asks_graph(&self, tenant: &Tenant, discovery: &mut Discovery) -> bool {
        if self.settings.text(settings::SOURCE) == Some(settings::BY_MANAGER) {
            return false;
        }
        match graph::probe(&self.session, tenant).await {
            Err(CollectError::Denied { permission }) => {
                let why =
                    format!("permission {permission} is missing: Resource Manager's lists are read instead, which do not show what state resources are in");
                let row = |id: &Text| tenant::row(id.clone(), graph::INFO.id, Outcome::Skipped { why: why.clone() });
                discovery.coverage.extend(tenant.subscriptions.iter().map(row));
                false
            }
            // Whatever else goes wrong may pass, or is said in the row of each subscription.
            _ => true,
        }
    }
}
