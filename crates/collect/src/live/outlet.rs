//! Where collectors put what they found.

use super::drive::Step;
use super::{CollectError, Target};
use crate::Found;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tagledger_model::{RawResource, ScopeId};
use tokio::sync::mpsc::Sender;

/// Resources of one page of what is said later: a place may have a hundred thousand.
const AMENDED: usize = 500;

/// Where a collector puts its pages. It waits when the reading side is behind, so that memory stays flat.
#[derive(Debug)]
pub struct Outlet {
    key: Arc<str>,
    targets: Arc<Vec<Target>>,
    /// Where the targets of each scope are in that list: jobs may have hundreds, and pages a thousand resources.
    by_scope: HashMap<ScopeId, Vec<usize>>,
    send: Sender<Step>,
    progress: Arc<Mutex<JobProgress>>,
}

/// How far a job has come; it outlives a collector that fails, is stopped or breaks down.
#[derive(Debug, Clone, Default)]
pub(crate) struct JobProgress {
    /// Resources by target.
    pub counts: Vec<u64>,
    /// The token of the page after the last one that was handed over.
    pub next: Option<String>,
    /// What could not be read at single targets of many.
    pub missing: HashMap<usize, CollectError>,
    /// What could not be read whole of what was handed over.
    pub flaw: Option<CollectError>,
    /// Which target counts what lies in none of the others.
    pub rest: Option<usize>,
    /// How much of that an earlier scan has read.
    pub unplaced: u64,
}

impl Outlet {
    pub(super) fn new(key: Arc<str>, targets: Arc<Vec<Target>>, send: Sender<Step>, progress: Arc<Mutex<JobProgress>>) -> Self {
        let mut by_scope: HashMap<ScopeId, Vec<usize>> = HashMap::new();
        for (at, target) in targets.iter().enumerate() {
            by_scope.entry(target.scope.clone()).or_default().push(at);
        }
        Self { key, targets, by_scope, send, progress }
    }

    /// Which target a resource counts for.
    fn target_of(&self, resource: &RawResource) -> Option<usize> {
        // Of one target everything is, whatever its id says of its owner.
        if self.targets.len() == 1 {
            return Some(0);
        }
        let of_scope = self.by_scope.get(&resource.scope)?;
        let is_at = |at: &&usize| self.targets[**at].region.is_none() || self.targets[**at].region == resource.region;
        // What is in no Region of its own counts where its scope is first asked.
        of_scope.iter().find(is_at).or(of_scope.first()).copied()
    }

    // What a thread that panicked left behind is still a count.
    fn progress(&self) -> MutexGuard<'_, JobProgress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands over what is no page of a list that could be gone on with.
    pub async fn give(&self, found: Vec<Found>) {
        self.page(found, None).await;
    }

    /// Hands over what further is known of resources that were handed over before, page by page, as they are made: it is not counted once more.
    pub async fn amend(&self, found: impl IntoIterator<Item = Found, IntoIter: Send>) {
        let mut all = found.into_iter();
        loop {
            let found: Vec<Found> = all.by_ref().take(AMENDED).collect();
            if found.is_empty() {
                break;
            }
            let _given = self.send.send(Step::Page { key: Arc::clone(&self.key), found, next: None }).await;
        }
    }

    /// Hands a page over, with the token of the next one: from there an interrupted or failed job goes on.
    pub async fn page(&self, found: Vec<Found>, next: Option<&str>) {
        let next = {
            let mut progress = self.progress();
            // Whoever went on from behind a flaw would forget it.
            let next = next.filter(|_| progress.flaw.is_none());
            for found in &found {
                let Found::Resource(resource) = found else { continue };
                if let Some(count) = self.target_of(resource).or(progress.rest).and_then(|at| progress.counts.get_mut(at)) {
                    *count += 1;
                }
            }
            progress.next = next.map(str::to_owned);
            next
        };
        // The reading side outlives the collectors; were it gone, nobody would be left to tell.
        let _given = self.send.send(Step::Page { key: Arc::clone(&self.key), found, next: next.map(str::to_owned) }).await;
    }

    /// The token to go on from, where an earlier attempt stopped between two pages.
    pub fn goes_on(&self) -> Option<String> {
        self.progress().next.clone()
    }

    /// The list is read from its beginning again: what was counted so far is counted anew.
    pub async fn anew(&self) {
        {
            let mut progress = self.progress();
            progress.counts.iter_mut().for_each(|count| *count = 0);
            progress.next = None;
            progress.flaw = None;
            progress.unplaced = 0;
        }
        let _given = self.send.send(Step::Anew { key: Arc::clone(&self.key) }).await;
    }

    /// Whether anything was found at a target, by this attempt or by one before it that it goes on from.
    pub fn has_counted(&self, target: &Target) -> bool {
        self.targets.iter().position(|t| t == target).and_then(|at| self.progress().counts.get(at).copied()).is_some_and(|count| count > 0)
    }

    /// What lies in none of the targets counts for this one, which is above them.
    pub fn counts_the_rest(&self, target: &Target) {
        let mut progress = self.progress();
        progress.rest = self.targets.iter().position(|t| t == target);
        let earlier = std::mem::take(&mut progress.unplaced);
        if let Some(count) = progress.rest.and_then(|at| progress.counts.get_mut(at)) {
            *count += earlier;
        }
    }

    /// Something of what is handed over could not be read whole, such as the tags of a resource. The job goes on, and ends with the first of these.
    pub fn flaw(&self, why: CollectError) {
        self.progress().flaw.get_or_insert(why);
    }

    /// One of several targets could not be read, or not whole.
    pub fn missing(&self, target: &Target, why: CollectError) {
        if let Some(at) = self.targets.iter().position(|t| t == target) {
            self.progress().missing.entry(at).or_insert(why);
        }
    }
}

/// A page, and the token of the next.
pub type Page = (Vec<Found>, Option<String>);

/// Reads a list page by page from where an earlier attempt stopped. An empty token ends it like none. A token that the service does not take back
/// makes it begin anew, twice at most.
pub async fn pages<F, A>(out: &Outlet, mut ask: F) -> Result<(), CollectError>
where
    F: FnMut(Option<String>) -> A,
    A: Future<Output = Result<Page, CollectError>>,
{
    let (mut token, mut patience) = (out.goes_on(), 2);
    loop {
        match ask(token.clone()).await {
            Ok((found, next)) => {
                let next = next.filter(|next| !next.is_empty());
                out.page(found, next.as_deref()).await;
                match next {
                    None => return Ok(()),
                    next if next == token => return Err(CollectError::Malformed("one page names itself as the next".to_owned())),
                    next => token = next,
                }
            }
            Err(CollectError::StaleToken(_)) if token.is_some() && patience > 0 => {
                patience -= 1;
                token = None;
                out.anew().await;
            }
            Err(other) => return Err(other),
        }
    }
}
