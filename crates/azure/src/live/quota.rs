//! How many queries the service itself says are left.
//! <https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests>

use super::wire::sleep;
use reqwest::header::HeaderMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is left until when; nothing before the first answer.
#[derive(Debug, Default)]
pub(super) struct Quota(Mutex<Option<Left>>);

#[derive(Debug, Clone, Copy)]
struct Left {
    calls: u32,
    until: Instant,
}

impl Quota {
    /// Waits for the turn of a query.
    pub async fn turn(&self) {
        while let Some(pause) = self.take(Instant::now()) {
            sleep(pause).await;
        }
    }

    /// Takes one of what is left; otherwise how long there is none.
    fn take(&self, now: Instant) -> Option<Duration> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Of a window that has not begun nothing is known, but that it is not empty.
        let left = state.as_mut().filter(|left| left.until > now)?;
        if left.calls == 0 {
            return Some(left.until - now);
        }
        left.calls -= 1;
        None
    }

    /// Notes what an answer says.
    pub fn told(&self, headers: &HeaderMap) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let remaining = text("x-ms-user-quota-remaining").and_then(|text| text.trim().parse().ok());
        let after = text("x-ms-user-quota-resets-after").and_then(clock);
        if let (Some(calls), Some(after)) = (remaining, after) {
            self.note(calls, after, Instant::now());
        }
    }

    fn note(&self, calls: u32, after: Duration, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = now + after;
        // Within one window the lower number counts: the service had not yet seen what else is on its way. The clock has only whole seconds.
        *state = match *state {
            Some(left) if left.until > now && until <= left.until + Duration::from_millis(1500) => {
                Some(Left { calls: left.calls.min(calls), until: left.until.max(until) })
            }
            _ => Some(Left { calls, until }),
        };
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
        assert_eq!(quota.take(now), None, "nothing is known yet");
        quota.note(2, Duration::from_secs(5), now);
        assert_eq!((quota.take(now), quota.take(now)), (None, None));
        assert_eq!(quota.take(now + Duration::from_secs(1)), Some(Duration::from_secs(4)));
        // An answer to an earlier query, which the service counted before the last ones, adds nothing.
        quota.note(1, Duration::from_secs(4), now + Duration::from_secs(1));
        assert!(quota.take(now + Duration::from_secs(1)).is_some());
        assert_eq!(quota.take(now + Duration::from_secs(6)), None, "the next window");
        quota.note(14, Duration::from_secs(5), now + Duration::from_secs(6));
        assert!((0..14).all(|_| quota.take(now + Duration::from_secs(7)).is_none()));
        assert!(quota.take(now + Duration::from_secs(7)).is_some());
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
