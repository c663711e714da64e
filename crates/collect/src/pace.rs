//! How often a call may be made: the rate that a service documents, kept for each place by itself, so that a scan does not use up what the
//! account's own programs need, and is not slowed down by refusals.

use crate::Operation;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;
use tagledger_model::Text;
use tokio::time::{Instant, sleep_until};

/// A documented rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The time from one call to the next that can be kept up.
    pub every: Duration,
    /// Calls that may come at once.
    pub burst: u32,
    /// What the calls that share this rate have in common; none for a call that has it alone.
    pub shared: Option<&'static str>,
}

impl Rate {
    /// A rate of one call alone; a second's worth may come at once.
    pub const fn of(per_second: u32) -> Self {
        Self { every: Duration::from_nanos(1_000_000_000 / per_second as u64), burst: per_second, shared: None }
    }

    /// A rate of one call alone, of a service that counts by the minute; a second's worth may come at once.
    pub const fn per_minute(calls: u32) -> Self {
        Self { every: Duration::from_nanos(60_000_000_000 / calls as u64), burst: calls.div_ceil(60), shared: None }
    }

    /// With another burst.
    pub const fn burst(self, burst: u32) -> Self {
        Self { burst, ..self }
    }

    /// Shared by several calls.
    pub const fn shared(self, by: &'static str) -> Self {
        Self { shared: Some(by), ..self }
    }
}

/// Waits.
pub async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// One call, or calls that share a rate, at one place: scope and Region.
type Key = (&'static str, Text, Text);

/// Lets calls through at their documented rate. Of a burst four fifths are used: the rest is room for calls that arrive a little early, since one
/// refusal makes retries slow down by more than it would have taken to wait, and for the account's own programs.
#[derive(Debug, Default)]
pub struct Pace {
    unlimited: bool,
    /// When the bucket of a key would be full again.
    full: Mutex<HashMap<Key, Instant>>,
}

impl Pace {
    /// No limit but what the service itself enforces.
    pub fn unlimited() -> Self {
        Self { unlimited: true, ..Self::default() }
    }

    /// Waits for the turn of a call.
    pub async fn turn(&self, operation: &Operation, scope: &Text, region: &Text) {
        if let Some(at) = self.next(operation, scope, region, Instant::now()) {
            sleep_until(at).await;
        }
    }

    /// When the call may be made; none for now.
    fn next(&self, operation: &Operation, scope: &Text, region: &Text, now: Instant) -> Option<Instant> {
        let rate = operation.rate.filter(|_| !self.unlimited)?;
        let step = rate.every;
        // A thread that panicked while it held the lock left at worst one turn too few.
        let mut full = self.full.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let entry = full.entry((rate.shared.unwrap_or(operation.permission), scope.clone(), region.clone())).or_insert(now);
        *entry = (*entry).max(now) + step;
        let at = entry.checked_sub(step * (rate.burst * 4 / 5).max(1))?;
        (at > now).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_fifths_of_a_burst_at_once_and_then_the_rate() {
        let (pace, now) = (Pace::default(), Instant::now());
        let call = Operation { name: "List", permission: "x:List", rate: Some(Rate::of(4).burst(5)) };
        let here = |pace: &Pace, region: &str| pace.next(&call, &"one".into(), &region.into(), now).map(|at| at - now);
        let waits: Vec<Option<Duration>> = (0..6).map(|_| here(&pace, "a")).collect();
        assert_eq!(waits, [None, None, None, None, Some(Duration::from_millis(250)), Some(Duration::from_millis(500))]);
        assert_eq!(here(&pace, "b"), None, "another Region has its own");
        let free = Operation { rate: None, ..call };
        assert!((0..100).all(|_| pace.next(&free, &"one".into(), &"a".into(), now).is_none()));
        let other = Operation { permission: "x:Get", rate: Some(Rate::of(4).burst(1).shared("x")), ..call };
        let waits = (0..2).map(|_| pace.next(&other, &"one".into(), &"a".into(), now).is_some());
        assert_eq!(waits.collect::<Vec<_>>(), [false, true]);
        assert!((0..100).all(|_| here(&Pace::unlimited(), "a").is_none()));
    }
}
