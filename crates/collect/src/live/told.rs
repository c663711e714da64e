//! What is told of jobs while they run: an event for each place that was asked, and a span for each job. Neither holds more than the coverage ledger does.

use super::Job;
use std::time::Instant;
use tagledger_model::Coverage;
use tracing::{Span, field};

/// The span of a job, whose attributes are those of its first target.
pub(super) fn span(job: &Job) -> Span {
    let first = job.targets.first();
    tracing::info_span!(
        "job",
        collector = job.collector.info().id,
        targets = job.targets.len(),
        scope = first.map(|target| target.scope.as_str()),
        region = first.and_then(|target| target.region.as_deref()),
        resources = field::Empty,
        error = field::Empty,
    )
}

/// Tells how a job ended at each of its targets, or what a discovery could not find out.
pub(super) fn ended(rows: &[Coverage], begun: Option<&(Instant, Span)>) {
    let seconds = begun.map(|(at, _)| at.elapsed().as_secs_f64());
    for row in rows {
        let (cloud, scope, region, collector) = (row.cloud.as_str(), row.scope.as_str(), row.region.as_deref(), row.collector.as_str());
        let (outcome, resources, why) = (row.outcome.word(), row.outcome.count(), row.outcome.why());
        let why = why.as_deref();
        // Where only what the source never holds is missing, there is nothing to warn of.
        if row.outcome.is_incomplete() && !row.blind {
            tracing::warn!(event = "place.asked", cloud, scope, region, collector, outcome, resources, why, seconds);
        } else {
            tracing::info!(event = "place.asked", cloud, scope, region, collector, outcome, resources, why, seconds);
        }
    }
    if let Some((_, span)) = begun {
        span.record("resources", rows.iter().map(|row| row.outcome.count()).sum::<u64>());
        if let Some(why) = rows.iter().find(|row| row.outcome.is_incomplete() && !row.blind).and_then(|row| row.outcome.why()) {
            span.record("error", why.as_ref());
        }
    }
}
