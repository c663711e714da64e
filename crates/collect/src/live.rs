//! How a cloud is asked while the scan runs: what a connection offers, and what a collector is.
//!
//! The driver (`drive`), not the collector, writes coverage: every collector leaves exactly one row for each of its targets, so that nothing can
//! be passed over in silence. What was read before a collector failed is kept, and its row says that it is not all.

mod drive;
mod outlet;
mod stop;
#[cfg(test)]
mod tests;
mod told;

pub(crate) use drive::Step;
pub use drive::{LiveError, LiveOptions, collect};
pub use outlet::{Outlet, Page, pages};
pub use stop::{Stop, Stopped};

use crate::{Found, Rate};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tagledger_model::{CloudId, Coverage, ScopeId, Text};

/// An answer that is waited for.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, CollectError>> + Send + 'a>>;

/// A call that a collector makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The call, as the vendor names it.
    pub name: &'static str,
    /// The permission that it needs.
    pub permission: &'static str,
    /// How often the service lets it be called for one scope in one Region; none where it does not say.
    pub rate: Option<Rate>,
}

/// A collector, as data.
#[derive(Debug)]
pub struct CollectorInfo {
    /// Stable id: cloud, service and call.
    pub id: &'static str,
    /// What it sees, in a sentence.
    pub summary: &'static str,
    /// Everything it calls.
    pub operations: &'static [Operation],
    /// When two sources describe one resource, the higher rank's tags win.
    pub rank: u8,
    /// What it can never see.
    pub blind_spot: Option<&'static str>,
    /// Sees every resource of a scope, whatever its kind: it makes up for the blind spots of others.
    pub whole: bool,
}

/// Why a source could not be read. The kind says what the reader of the ledger does next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// Somebody has to allow it.
    #[error("permission {permission} is missing")]
    Denied {
        /// The permission.
        permission: String,
    },
    /// The service is not switched on here.
    #[error("{0}")]
    NotEnabled(String),
    /// The cloud asked to slow down until patience ended.
    #[error("throttled: {0}")]
    Throttled(String),
    /// No answer came.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// An answer that is none.
    #[error("the answer is not what the service promises: {0}")]
    Malformed(String),
    /// The caller is nobody: no credentials, or expired ones.
    #[error("{0}")]
    NoCredentials(String),
    /// The token of the next page is not accepted any more: the list has to be read from its beginning.
    #[error("the service does not go on from its own page: {0}")]
    StaleToken(String),
    /// What was asked about is not there any more.
    #[error("gone since it was listed: {0}")]
    Gone(String),
    /// The source holds less than it should.
    #[error("{0}")]
    Incomplete(String),
    /// The scan was stopped.
    #[error("{0}")]
    Stopped(Stopped),
    /// The collector itself broke down: a mistake of ours.
    #[error("the collector broke down: {0}")]
    Broken(String),
}

impl CollectError {
    /// True where asking again later may well be answered.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Throttled(_) | Self::Unreachable(_) | Self::Malformed(_) | Self::StaleToken(_))
    }
}

/// Where a collector asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// Account, subscription or project.
    pub scope: ScopeId,
    /// Region; none where one call answers for all of them.
    pub region: Option<Text>,
}

/// Asks one API.
pub trait Collector: Send + Sync {
    /// What it is.
    fn info(&self) -> &'static CollectorInfo;
    /// The id of the collector that says, together with this one and of the same targets, what neither knows alone. Where a scan goes on from an earlier one, both
    /// are asked again unless both were read to their end.
    fn beside(&self) -> Option<&'static str> {
        None
    }
    /// Reads everything at its targets, page by page.
    fn collect<'a>(&'a self, targets: &'a [Target], out: &'a Outlet) -> Asked<'a, ()>;
}

/// One thing to ask, and where: mostly one target, several where one call answers for many.
#[derive(Clone)]
pub struct Job {
    /// What asks.
    pub collector: Arc<dyn Collector>,
    /// A row is left for each of them.
    pub targets: Vec<Target>,
}

/// What a connection found out before anything is collected.
#[derive(Default)]
pub struct Discovery {
    /// Scopes and containers.
    pub found: Vec<Found>,
    /// What to collect where, in the order in which it is begun.
    pub work: Vec<Job>,
    /// What could not be found out, and what is left out on purpose.
    pub coverage: Vec<Coverage>,
}

/// A cloud with credentials.
pub trait Connection: Send + Sync {
    /// Finds what there is to ask. An error here means that nothing of this cloud can be asked.
    fn discover(&self) -> Asked<'_, Discovery>;
}

/// A cloud that is about to be connected to.
pub struct Connecting {
    /// The cloud.
    pub cloud: CloudId,
    /// What resolves its credentials.
    pub connection: Asked<'static, Arc<dyn Connection>>,
}
