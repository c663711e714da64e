//! How many queries the service itself says are left.
//! <https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests>

use super::wire::sleep;
use reqwest::header::HeaderMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is left until when; nothing before the first answer.
#[derive(Debug, Default)]
pub(super) struct Quota(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    left: Option<Left>,
    /// The most that was ever left.
    size: u32,
    /// Queries that were sent and not yet answered.
    on_their_way: u32,
}

#[derive(Debug, Clone, Copy)]
struct Left {
    calls: u32,
    until: Instant,
}

/// The turn of one query; it is over when this goes.
pub(super) struct Turn<'q>(&'q Quota);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.on_their_way = state.on_their_way.saturating_sub(1);
    }
}

/// How long to wait at most before looking again: an answer that comes meanwhile may say that there is more.
const GLANCE: Duration = Duration::from_millis(50);

/// How long a window lasts, as documented.
const WINDOW: Duration = Duration::from_secs(5);

/// No window is believed to last longer.
const LONGEST: Duration = Duration::from_mins(1);

impl Quota {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the turn of a query.
    pub async fn turn(&self) -> Turn<'_> {
        while let Some(pause) = self.take(Instant::now()) {
            sleep(pause.min(GLANCE)).await;
        }
        Turn(self)
    }

    /// Takes one of what is left; otherwise how long there is none.
    fn take(&self, now: Instant) -> Option<Duration> {
        let mut state = self.state();
        if let Some(left) = state.left {
            if left.until <= now {
                // A new window, of which nothing is known yet: not more than there ever was, however many have waited for it.
                state.left = Some(Left { calls: state.size.max(1), until: now + WINDOW });
            } else if left.calls <= state.on_their_way {
                return Some(left.until - now);
            }
        }
        state.on_their_way += 1;
        None
    }

    /// Notes what an answer says. The service may not yet have seen those that are on their way: they count against it.
    pub fn told(&self, headers: &HeaderMap) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let remaining = text("x-ms-user-quota-remaining").and_then(|text| text.trim().parse().ok());
        let after = text("x-ms-user-quota-resets-after").and_then(clock);
        if let (Some(calls), Some(after)) = (remaining, after) {
            self.note(calls, after, Instant::now());
        }
    }

    fn note(&self, calls: u32, after: Duration, now: Instant) {
        let mut state = self.state();
        state.size = state.size.max(calls);
        // Who names another time than the documented seconds is asked again before long.
        state.left = Some(Left { calls, until: now + after.min(LONGEST) });
    }
}

/// `hh:mm:ss`.
fn clock(text: &str) -> Option<Duration> {
    let mut parts = text.trim().splitn(3, ':').map(|part| part.parse::<f64>().ok().filter(|part| (0.0..1e6).contains(part)));
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some(Duration::from_secs_f64(hours * 3600.0 + minutes * 60.0 + seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_used_up_and_then_waited_for() {
        let (quota, now) = (Quota::default(), Instant::now());
        let second = |n: u64| now + Duration::from_secs(n);
        assert_eq!(quota.take(now), None, "nothing is known yet");
        quota.note(2, Duration::from_secs(5), now);
        drop(Turn(&quota));
        // Two are left, and two are sent: whatever the service has seen of them, there is no third.
        assert_eq!((quota.take(now), quota.take(now)), (None, None));
        assert_eq!(quota.take(second(1)), Some(Duration::from_secs(4)));
        // The first is answered, and so is the second.
        quota.note(1, Duration::from_secs(4), second(1));
        drop(Turn(&quota));
        quota.note(0, Duration::from_secs(4), second(1));
        drop(Turn(&quota));
        assert_eq!(quota.take(second(2)), Some(Duration::from_secs(3)));
        assert_eq!(quota.take(second(6)), None, "the next window");
    }

    #[test]
    fn a_quota_that_never_becomes_less_is_never_waited_for() {
        let (quota, now) = (Quota::default(), Instant::now());
        for _ in 0..100 {
            assert_eq!(quota.take(now), None);
            quota.note(14, Duration::from_secs(5), now);
            drop(Turn(&quota));
        }
    }

    #[test]
    fn a_clock_is_hours_minutes_and_seconds() {
        assert_eq!(clock("00:00:05"), Some(Duration::from_secs(5)));
        assert_eq!(clock("01:02:03"), Some(Duration::from_secs(3723)));
        for text in ["", "5", "00:05", "a:b:c", "-1:00:00"] {
            assert_eq!(clock(text), None, "{text}");
        }
    }
}
