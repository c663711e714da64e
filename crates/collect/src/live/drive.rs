//! The driver: asks everything, some at a time, and accounts for it.

use super::outlet::JobProgress;
use super::stop::{Listener, Stop, Stopped};
use super::told;
use super::{Asked, CollectError, CollectorInfo, Connecting, Connection, Job, Outlet, Target};
use crate::Found;
use crate::journal::{Journal, JournalError, Past, Row};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tagledger_model::{CloudId, Coverage, Outcome, Text};
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::{Id, JoinError, JoinSet};
use tracing::{Instrument, Span};

#[derive(Debug)]
pub(crate) enum Step {
    /// The jobs that there are, before anything else is said of them.
    Jobs(Vec<Arc<str>>),
    Page {
        key: Arc<str>,
        found: Vec<Found>,
        next: Option<String>,
    },
    /// What was read by this job so far is read again.
    Anew {
        key: Arc<str>,
    },
    /// A row that no job left.
    Row(Coverage),
    /// A job has ended.
    Rows {
        key: Arc<str>,
        rows: Vec<Coverage>,
    },
    Failed(CollectError),
}

/// Pages that wait to be read.
const WAITING: usize = 16;

/// How often a job is begun before its row says that it failed.
const ATTEMPTS: u8 = 2;

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
    /// What was collected cannot be kept for a later scan to go on from.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// How to ask.
pub struct LiveOptions<'a> {
    /// Jobs that run at the same time.
    pub at_once: usize,
    /// Where what is collected is kept until the run stands, and what an earlier attempt left there.
    pub journal: Option<&'a mut Journal>,
    /// Stops it.
    pub stop: Stop,
    /// When it stops by itself.
    pub until: Option<Instant>,
    /// Told how many jobs of how many have ended.
    pub progress: &'a mut dyn FnMut(u64, u64),
}

impl std::fmt::Debug for LiveOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveOptions").field("at_once", &self.at_once).field("journal", &self.journal).finish_non_exhaustive()
    }
}

/// Asks every connection for everything, handing each record to `each` as it comes.
pub fn collect(connections: Vec<Connecting>, mut options: LiveOptions<'_>, each: &mut dyn FnMut(Found)) -> Result<Vec<Coverage>, LiveError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    if let Some(until) = options.until {
        let stop = options.stop.clone();
        runtime.spawn(async move {
            tokio::time::sleep_until(until.into()).await;
            stop.stop(Stopped::TimeLimit);
        });
    }
    let past = Arc::new(options.journal.as_deref_mut().map(|journal| journal.past()).transpose()?.unwrap_or_default());
    let (mut coverage, mut done, mut total) = (Vec::new(), 0, 0);
    for Connecting { cloud, connection } in connections {
        let (send, mut receive) = channel(WAITING);
        let driver = Driver { cloud: cloud.clone(), at_once: options.at_once.max(1), stop: options.stop.clone(), past: Arc::clone(&past), send };
        let span = tracing::info_span!("cloud", cloud = cloud.as_str());
        runtime.spawn(driver.drive(connection).instrument(span));
        while let Some(step) = receive.blocking_recv() {
            if let Some(journal) = options.journal.as_deref_mut() {
                journal.note(&step)?;
            }
            match step {
                Step::Jobs(jobs) => {
                    total += jobs.len() as u64;
                    (options.progress)(done, total);
                    if let Some(journal) = options.journal.as_deref() {
                        journal.replay(&jobs.into_iter().collect(), each)?;
                    }
                }
                Step::Page { found, .. } => found.into_iter().for_each(&mut *each),
                Step::Anew { .. } => {}
                Step::Row(row) => coverage.push(row),
                Step::Rows { rows, .. } => {
                    done += 1;
                    coverage.extend(rows);
                    (options.progress)(done, total);
                }
                Step::Failed(source) => return Err(LiveError::Cloud { cloud: cloud.to_string(), source }),
            }
        }
    }
    coverage.sort_by(|a, b| (&a.cloud, &a.scope, &a.collector, &a.region).cmp(&(&b.cloud, &b.scope, &b.collector, &b.region)));
    Ok(coverage)
}

struct Driver {
    cloud: CloudId,
    at_once: usize,
    stop: Stop,
    past: Arc<HashMap<String, Past>>,
    send: Sender<Step>,
}

/// A job with what is known of it.
struct Work {
    job: Job,
    key: Arc<str>,
    progress: Arc<Mutex<JobProgress>>,
    attempt: u8,
    /// When it was begun, and its span; of the first attempt.
    begun: Option<(Instant, Span)>,
}

type Running = JoinSet<Result<(), CollectError>>;

impl Driver {
    async fn drive(self, connection: Asked<'static, Arc<dyn Connection>>) {
        let mut stopped = self.stop.listen();
        let discovering = async {
            let connection = connection.await?;
            connection.discover().await
        };
        let discovered = tokio::select! {
            biased;
            why = stopped.told() => Err(CollectError::Stopped(why)),
            discovered = discovering => discovered,
        };
        let discovery = match discovered {
            Ok(discovery) => discovery,
            Err(CollectError::Stopped(why)) => return self.tell_row(self.unknown(why)).await,
            Err(error) => return self.tell(Step::Failed(error)).await,
        };
        let jobs: HashSet<Arc<str>> = discovery.work.iter().map(|job| Arc::from(self.key(job, job.collector.info().id))).collect();
        self.tell(Step::Jobs(jobs.iter().cloned().collect())).await;
        self.tell(Step::Page { key: Arc::from(""), found: discovery.found, next: None }).await;
        for row in discovery.coverage {
            self.tell_row(row).await;
        }
        let mut waiting = VecDeque::with_capacity(discovery.work.len());
        for job in discovery.work {
            waiting.extend(self.open(job, &jobs).await);
        }
        self.run(waiting, stopped).await;
    }

    async fn run(&self, mut waiting: VecDeque<Work>, mut stopped: Listener) {
        let (mut running, mut open) = (Running::new(), HashMap::new());
        let mut over = None;
        loop {
            while running.len() < self.at_once && over.is_none() {
                let Some(mut work) = waiting.pop_front() else { break };
                let task = self.begin(&mut work, &mut running);
                open.insert(task, work);
            }
            tokio::select! {
                biased;
                why = stopped.told(), if over.is_none() => {
                    over = Some(why);
                    running.abort_all();
                }
                ended = running.join_next_with_id() => match ended {
                    Some(ended) => self.end(ended, &mut open, &mut waiting, over).await,
                    None => break,
                },
            }
        }
        // Only whoever was stopped leaves work behind.
        for (work, why) in waiting.into_iter().zip(std::iter::repeat(over.unwrap_or(Stopped::Interrupted))) {
            self.account(&work, Err(CollectError::Stopped(why))).await;
        }
    }

    /// What a job is recognised by in a later scan.
    fn key(&self, job: &Job, collector: &str) -> String {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let first = job.targets.first().map(|target| format!("{}/{}", target.scope, target.region.as_deref().unwrap_or("*"))).unwrap_or_default();
        let start = format!("{} {collector} {first}", self.cloud);
        if job.targets.len() < 2 {
            return start;
        }
        let mut hash = DefaultHasher::new();
        job.targets.hash(&mut hash);
        format!("{start} and others {:016x}", hash.finish())
    }

    /// A job as it stands: what an earlier scan finished is not asked again, what it began is gone on with.
    async fn open(&self, job: Job, jobs: &HashSet<Arc<str>>) -> Option<Work> {
        let key: Arc<str> = Arc::from(self.key(&job, job.collector.info().id));
        let mut progress = JobProgress { counts: vec![0; job.targets.len()], ..JobProgress::default() };
        if let Some(past) = self.past.get(&*key) {
            if let Some(rows) = past.finished(job.targets.len()).filter(|_| self.needs_nobody(&job, jobs)) {
                let rows = job.targets.iter().zip(rows).map(|(target, row)| self.row(target, job.collector.info(), row.clone())).collect();
                self.tell(Step::Rows { key, rows }).await;
                return None;
            }
            // Only a list with a token can be gone on with; any other begins anew, and finds the same resources again.
            if past.next.is_some() && past.counts(&job.targets).len() == job.targets.len() {
                progress.counts = past.counts(&job.targets);
                progress.unplaced = past.total().saturating_sub(progress.counts.iter().sum());
                progress.next.clone_from(&past.next);
            } else {
                self.tell(Step::Anew { key: Arc::clone(&key) }).await;
            }
        }
        Some(Work { job, key, progress: Arc::new(Mutex::new(progress)), attempt: 0, begun: None })
    }

    /// Whether the collector beside a job's own was read to its end as well, where there is one.
    fn needs_nobody(&self, job: &Job, jobs: &HashSet<Arc<str>>) -> bool {
        let beside = job.collector.beside().map(|id| self.key(job, id)).filter(|key| jobs.contains(key.as_str()));
        beside.is_none_or(|key| self.past.get(&key).is_some_and(|past| past.finished(job.targets.len()).is_some()))
    }

    fn begin(&self, work: &mut Work, running: &mut Running) -> Id {
        let (collector, targets) = (Arc::clone(&work.job.collector), Arc::new(work.job.targets.clone()));
        let outlet = Outlet::new(Arc::clone(&work.key), Arc::clone(&targets), self.send.clone(), Arc::clone(&work.progress));
        let (_, span) = work.begun.get_or_insert_with(|| (Instant::now(), told::span(&work.job)));
        running.spawn(async move { collector.collect(&targets, &outlet).await }.instrument(span.clone())).id()
    }

    async fn end(
        &self,
        ended: Result<(Id, Result<(), CollectError>), JoinError>,
        open: &mut HashMap<Id, Work>,
        waiting: &mut VecDeque<Work>,
        over: Option<Stopped>,
    ) {
        let (id, ended) = match ended {
            Ok(ended) => ended,
            Err(broken) if broken.is_cancelled() => (broken.id(), Err(CollectError::Stopped(over.unwrap_or(Stopped::Interrupted)))),
            Err(broken) => (broken.id(), Err(CollectError::Broken(broken.to_string()))),
        };
        let Some(mut work) = open.remove(&id) else { return };
        work.attempt += 1;
        // A job that came to its end is no better than what it could not read whole.
        let ended = ended.and_then(|()| work.progress.lock().unwrap_or_else(PoisonError::into_inner).flaw.take().map_or(Ok(()), Err));
        let again = ended.as_ref().is_err_and(CollectError::may_pass) && work.attempt < ATTEMPTS && over.is_none();
        if again {
            // After everything else: whatever it was has had time to pass. It goes on from the page at which it stopped.
            let from_the_beginning = {
                let mut progress = work.progress.lock().unwrap_or_else(PoisonError::into_inner);
                if progress.next.is_none() {
                    progress.counts.iter_mut().for_each(|count| *count = 0);
                }
                progress.missing.clear();
                progress.flaw = None;
                progress.next.is_none()
            };
            if from_the_beginning {
                self.tell(Step::Anew { key: Arc::clone(&work.key) }).await;
            }
            waiting.push_back(work);
        } else {
            self.account(&work, ended).await;
        }
    }

    /// The rows of a job that has ended.
    async fn account(&self, work: &Work, ended: Result<(), CollectError>) {
        let progress = work.progress.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (info, targets) = (work.job.collector.info(), &work.job.targets);
        let rows = targets.iter().enumerate().map(|(at, target)| {
            let ended = progress.missing.get(&at).cloned().map_or_else(|| ended.clone(), Err);
            self.row(target, info, Row::of(info, progress.counts.get(at).copied().unwrap_or_default(), ended))
        });
        let rows: Vec<Coverage> = rows.collect();
        told::ended(&rows, work.begun.as_ref());
        self.tell(Step::Rows { key: Arc::clone(&work.key), rows }).await;
    }

    /// The row of a cloud that was stopped before it was known what there is to ask.
    fn unknown(&self, why: Stopped) -> Coverage {
        let outcome = Outcome::Failed { why: why.to_string() };
        let (scope, collector) = (Text::const_new(""), Text::const_new("discovery"));
        Coverage { cloud: self.cloud.clone(), scope, region: None, collector, file: None, blind: false, whole: false, outcome }
    }

    fn row(&self, target: &Target, info: &CollectorInfo, row: Row) -> Coverage {
        Coverage {
            cloud: self.cloud.clone(),
            scope: target.scope.clone(),
            region: target.region.clone(),
            collector: Text::new(info.id),
            file: None,
            blind: row.blind,
            whole: info.whole,
            outcome: row.outcome,
        }
    }

    /// A row that no job left.
    async fn tell_row(&self, row: Coverage) {
        told::ended(std::slice::from_ref(&row), None);
        self.tell(Step::Row(row)).await;
    }

    async fn tell(&self, step: Step) {
        // Were the reading side gone, nobody would be left to tell.
        let _told = self.send.send(step).await;
    }
}

impl Row {
    /// How one collector ended at one target.
    fn of(info: &CollectorInfo, count: u64, ended: Result<(), CollectError>) -> Self {
        let blind = info.blind_spot.is_some() && ended.is_ok();
        let outcome = match (ended, info.blind_spot) {
            (Ok(()), None) => Outcome::Complete { count },
            (Ok(()), Some(why)) => Outcome::Partial { count, why: why.to_owned() },
            (Err(CollectError::NotEnabled(why)), _) => Outcome::Skipped { why },
            (Err(CollectError::Denied { permission }), _) if count == 0 => Outcome::Denied { permission },
            (Err(error), _) if count > 0 || matches!(error, CollectError::Incomplete(_)) => Outcome::Partial { count, why: error.to_string() },
            (Err(error), _) => Outcome::Failed { why: error.to_string() },
        };
        Self { blind, outcome }
    }
}
