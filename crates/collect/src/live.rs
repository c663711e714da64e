//! How a cloud is asked while the scan runs: what a connection offers, and the driver that asks everything and accounts for it.
//!
//! The driver, not the collector, writes coverage: every collector leaves exactly one row for each of its targets, so that nothing can be
//! passed over in silence. What was read before a collector failed is kept, and its row says that it is not all.

use crate::Found;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tagledger_model::{CloudId, Coverage, Outcome, ScopeId, Text};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinSet;

/// An answer that is waited for.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, CollectError>> + Send + 'a>>;

/// What the user says about a cloud before it is asked.
#[derive(Debug, Clone, Default)]
pub struct LiveSettings {
    /// The Regions to ask; those that the account has enabled when none is named.
    pub regions: Vec<String>,
    /// A named profile of the cloud's own configuration.
    pub profile: Option<String>,
}

/// A call that a collector makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The call, as the vendor names it.
    pub name: &'static str,
    /// The permission that it needs.
    pub permission: &'static str,
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
    /// The source holds less than it should.
    #[error("{0}")]
    Incomplete(String),
    /// The collector itself broke down: a mistake of ours.
    #[error("the collector broke down: {0}")]
    Broken(String),
}

/// Where a collector asks.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Reads everything at a target, page by page.
    fn collect<'a>(&'a self, target: &'a Target, out: &'a Outlet) -> Asked<'a, ()>;
}

/// What a connection found out before anything is collected.
#[derive(Default)]
pub struct Discovery {
    /// Scopes and containers.
    pub found: Vec<Found>,
    /// What to collect where.
    pub work: Vec<(Arc<dyn Collector>, Target)>,
    /// What could not be found out.
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

/// Where collectors put what they found. It waits when the reading side is behind, so that memory stays flat.
#[derive(Debug)]
pub struct Outlet {
    send: Sender<Step>,
    count: AtomicU64,
}

impl Outlet {
    /// Hands a page over.
    pub async fn give(&self, page: Vec<Found>) {
        let resources = page.iter().filter(|found| matches!(found, Found::Resource(_))).count();
        self.count.fetch_add(resources as u64, Ordering::Relaxed);
        // The reading side outlives the collectors; were it gone, nobody would be left to tell.
        let _given = self.send.send(Step::Found(page)).await;
    }
}

#[derive(Debug)]
enum Step {
    Found(Vec<Found>),
    Row(Coverage),
    Failed(CollectError),
}

/// Pages that wait to be read.
const WAITING: usize = 64;

/// Why nothing could be asked.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The cloud cannot be asked at all.
    #[error("{cloud}: {source}")]
    Cloud {
        /// The cloud.
        cloud: String,
        /// Why.
        source: CollectError,
    },
    /// The system gave no threads.
    #[error("no threads to ask the clouds with: {0}")]
    System(#[from] std::io::Error),
}

/// Asks every connection for everything, handing each record to `each` as it comes; at most `at_once` targets at a time.
pub fn collect(connections: Vec<Connecting>, at_once: usize, each: &mut dyn FnMut(Found)) -> Result<Vec<Coverage>, LiveError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut coverage = Vec::new();
    for Connecting { cloud, connection } in connections {
        let (send, mut receive) = channel(WAITING);
        runtime.spawn(drive(cloud.clone(), connection, at_once, send));
        while let Some(step) = receive.blocking_recv() {
            match step {
                Step::Found(page) => page.into_iter().for_each(&mut *each),
                Step::Row(row) => coverage.push(row),
                Step::Failed(source) => return Err(LiveError::Cloud { cloud: cloud.to_string(), source }),
            }
        }
    }
    coverage.sort_by(|a, b| (&a.cloud, &a.scope, &a.collector, &a.region).cmp(&(&b.cloud, &b.scope, &b.collector, &b.region)));
    Ok(coverage)
}

async fn drive(cloud: CloudId, connection: Asked<'static, Arc<dyn Connection>>, at_once: usize, send: Sender<Step>) {
    let discovered = match connection.await {
        Ok(connection) => connection.discover().await,
        Err(error) => Err(error),
    };
    let discovery = match discovered {
        Ok(discovery) => discovery,
        Err(error) => {
            let _told = send.send(Step::Failed(error)).await;
            return;
        }
    };
    let _given = send.send(Step::Found(discovery.found)).await;
    for row in discovery.coverage {
        let _given = send.send(Step::Row(row)).await;
    }
    let turns = Arc::new(Semaphore::new(at_once.max(1)));
    let mut work = JoinSet::new();
    let mut open = HashMap::new();
    for (collector, target) in discovery.work {
        let (turns, send) = (Arc::clone(&turns), send.clone());
        let (info, asked) = (collector.info(), target.clone());
        let task = work.spawn(async move {
            // The semaphore is never closed; were it, the target would merely not wait for its turn.
            let _turn = turns.acquire().await;
            let outlet = Outlet { send, count: AtomicU64::new(0) };
            let ended = collector.collect(&asked, &outlet).await;
            (outlet.count.into_inner(), ended)
        });
        open.insert(task.id(), (info, target));
    }
    while let Some(ended) = work.join_next_with_id().await {
        let (id, (count, ended)) = match ended {
            Ok(ended) => ended,
            Err(broken) => (broken.id(), (0, Err(CollectError::Broken(broken.to_string())))),
        };
        if let Some((info, target)) = open.remove(&id) {
            let _given = send.send(Step::Row(row(cloud.clone(), &target, info, count, ended))).await;
        }
    }
}

/// The row that one collector leaves for one target.
fn row(cloud: CloudId, target: &Target, info: &CollectorInfo, count: u64, ended: Result<(), CollectError>) -> Coverage {
    let blind = info.blind_spot.is_some() && ended.is_ok();
    let outcome = match (ended, info.blind_spot) {
        (Ok(()), None) => Outcome::Complete { count },
        (Ok(()), Some(why)) => Outcome::Partial { count, why: why.to_owned() },
        (Err(CollectError::NotEnabled(why)), _) => Outcome::Skipped { why },
        (Err(CollectError::Denied { permission }), _) if count == 0 => Outcome::Denied { permission },
        (Err(error), _) if count > 0 || matches!(error, CollectError::Incomplete(_)) => Outcome::Partial { count, why: error.to_string() },
        (Err(error), _) => Outcome::Failed { why: error.to_string() },
    };
    Coverage {
        cloud,
        scope: target.scope.clone(),
        region: target.region.clone(),
        collector: Text::new(info.id),
        file: None,
        blind,
        whole: info.blind_spot.is_none(),
        outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tagledger_model::{Observed, Scope};

    struct Fake;

    static INFO: CollectorInfo = CollectorInfo { id: "fake", summary: "", operations: &[], rank: 1, blind_spot: None };

    impl Collector for Fake {
        fn info(&self) -> &'static CollectorInfo {
            &INFO
        }

        fn collect<'a>(&'a self, target: &'a Target, _: &'a Outlet) -> Asked<'a, ()> {
            Box::pin(async move {
                match target.region.as_deref() {
                    Some("denied") => Err(CollectError::Denied { permission: "x:List".to_owned() }),
                    Some("off") => Err(CollectError::NotEnabled("is off".to_owned())),
                    Some("broken") => panic!("by a mistake"),
                    Some("slow") => Err(CollectError::Throttled("enough".to_owned())),
                    _ => Ok(()),
                }
            })
        }
    }

    struct Cloudlet(bool);

    impl Connection for Cloudlet {
        fn discover(&self) -> Asked<'_, Discovery> {
            Box::pin(async move {
                if self.0 {
                    return Err(CollectError::NoCredentials("nobody".to_owned()));
                }
                let scope = Scope {
                    cloud: CloudId::new("here"),
                    id: "one".into(),
                    aliases: Vec::new(),
                    name: None,
                    ancestors: Vec::new(),
                    tags: Observed::Unknown,
                    active: true,
                };
                let target = |region: &str| -> (Arc<dyn Collector>, Target) { (Arc::new(Fake), Target { scope: "one".into(), region: Some(region.into()) }) };
                Ok(Discovery { found: vec![Found::Scope(scope)], work: ["ok", "denied", "off", "slow", "broken"].map(target).to_vec(), coverage: Vec::new() })
            })
        }
    }

    fn here(is_broken: bool) -> Vec<Connecting> {
        let connection: Arc<dyn Connection> = Arc::new(Cloudlet(is_broken));
        vec![Connecting { cloud: CloudId::new("here"), connection: Box::pin(async move { Ok(connection) }) }]
    }

    #[test]
    fn every_target_leaves_one_row() {
        let mut scopes = 0;
        let rows = collect(here(false), 2, &mut |found| scopes += usize::from(matches!(found, Found::Scope(_)))).unwrap();
        assert!(matches!(&rows[0].outcome, Outcome::Failed { why } if why.contains("broke down")), "{:?}", rows[0]);
        let said: Vec<(&str, Outcome)> = rows[1..].iter().map(|row| (row.region.as_deref().unwrap(), row.outcome.clone())).collect();
        assert_eq!(
            said,
            [
                ("denied", Outcome::Denied { permission: "x:List".to_owned() }),
                ("off", Outcome::Skipped { why: "is off".to_owned() }),
                ("ok", Outcome::Complete { count: 0 }),
                ("slow", Outcome::Failed { why: "throttled: enough".to_owned() })
            ]
        );
        assert_eq!(scopes, 1);
    }

    #[test]
    fn a_cloud_that_cannot_be_asked_is_an_error() {
        let said = collect(here(true), 2, &mut |_| {}).unwrap_err().to_string();
        assert_eq!(said, "here: nobody");
    }
}
