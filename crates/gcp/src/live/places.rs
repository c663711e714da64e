//! Where an API of the inventory is asked: as widely as it allows. An organisation that refuses is asked folder by folder, and a folder project by
//! project.

use super::emptiness::Together;
use super::hierarchy::{self, Hierarchy};
use super::session::Session;
use futures_util::{StreamExt, stream};
use std::collections::BTreeSet;
use std::sync::Arc;
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Discovery, Job, Target};
use tagledger_model::{Outcome, Text};

/// Places that are tried at the same time.
const AT_ONCE: usize = 16;

/// True for a project: it is not tried, because nothing lies below it.
pub(super) fn is_project(place: &str) -> bool {
    place.starts_with("projects/")
}

/// The widest places that answer; the others leave a row each.
pub(super) async fn widest<'a>(
    hierarchy: &'a Hierarchy,
    info: &'static CollectorInfo,
    discovery: &mut Discovery,
    probe: impl Fn(Text) -> Asked<'a, ()>,
) -> BTreeSet<Text> {
    let (mut places, mut asked) = (BTreeSet::new(), hierarchy.roots.iter().cloned().collect::<Vec<_>>());
    while !asked.is_empty() {
        let (projects, wide): (Vec<Text>, Vec<Text>) = std::mem::take(&mut asked).into_iter().partition(|place| is_project(place));
        places.extend(projects);
        let trying: Vec<_> = wide.into_iter().map(|place| (probe(place.clone()), place)).map(|(answer, place)| async { (answer.await, place) }).collect();
        let mut answers = stream::iter(trying).buffered(AT_ONCE);
        while let Some((answer, place)) = answers.next().await {
            match answer {
                Err(CollectError::Denied { permission }) => {
                    asked.extend(hierarchy.children(&place));
                    discovery.coverage.push(hierarchy::row(place, info.id, Outcome::Denied { permission }));
                }
                // Whatever else goes wrong may pass, or is said in the rows of the job.
                _ => drop(places.insert(place)),
            }
        }
    }
    places
}

/// A place that is asked, with what both calls need to know of it.
#[derive(Clone)]
pub(super) struct Place {
    pub session: Arc<Session>,
    pub hierarchy: Arc<Hierarchy>,
    pub name: Text,
    pub together: Arc<Together>,
}

impl Place {
    /// In how many lists it is read side by side.
    pub fn lists(&self, parts: usize) -> usize {
        if is_project(&self.name) { 1 } else { parts }
    }
}

/// What a job at a place leaves rows for: the place itself, and the projects in it.
pub(super) fn job(place: &Place, collector: Arc<dyn Collector>) -> Job {
    let target = |scope: Text| Target { scope, region: None };
    let of_project = place.name.strip_prefix("projects/").map(|id| vec![target(Text::new(id))]);
    let projects = || place.hierarchy.projects_in(&place.name);
    let targets = of_project.unwrap_or_else(|| std::iter::once(place.name.clone()).chain(projects()).map(target).collect());
    Job { collector, targets }
}
