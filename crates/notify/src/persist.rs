//! Trying again: what may pass is tried again after a while, what will not pass is not.

use crate::clock::Clock;
use std::time::Duration;

/// The first wait where nobody says how long; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(1);
/// The longest of these.
const LONGEST: Duration = Duration::from_secs(30);
/// The longest wait that a server may ask for: a scan does not stay for an hour to say that it is done.
const PATIENCE: Duration = Duration::from_mins(2);

/// How an attempt ended, unless it was well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failed {
    /// It may go better later; the server may say when.
    Again(String, Option<Duration>),
    /// It will not.
    Never(String),
}

/// Tries, and tries again up to so often. The number of the attempt is handed over; an error says how often it was tried.
pub(crate) fn persist(retries: u32, clock: &dyn Clock, mut attempt: impl FnMut() -> Result<(), Failed>) -> Result<(), String> {
    let mut tried = 0;
    loop {
        let failed = match attempt() {
            Ok(()) => return Ok(()),
            Err(failed) => failed,
        };
        tried += 1;
        let times = if tried > 1 { format!(" (tried {tried} times)") } else { String::new() };
        match failed {
            Failed::Never(why) => return Err(format!("{why}{times}")),
            Failed::Again(why, _) if tried > retries => return Err(format!("{why}{times}")),
            Failed::Again(why, Some(wait)) if wait > PATIENCE => {
                return Err(format!("{why}, and asks to wait for {} seconds, which is not waited for{times}", wait.as_secs()));
            }
            Failed::Again(_, wait) => clock.wait(wait.unwrap_or_else(|| FIRST.saturating_mul(1 << (tried - 1).min(10)).min(LONGEST))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::tests::Told;

    fn run(retries: u32, answers: &[Result<(), Failed>]) -> (Result<(), String>, Vec<u64>, usize) {
        let (clock, mut answers) = (Told::at(0), answers.iter().cloned());
        let mut tried = 0;
        let done = persist(retries, &clock, || {
            tried += 1;
            answers.next().unwrap_or_else(|| Err(again()))
        });
        (done, clock.seconds(), tried)
    }

    fn again() -> Failed {
        Failed::Again("it broke".to_owned(), None)
    }

    fn asks(seconds: u64) -> Failed {
        Failed::Again("busy".to_owned(), Some(Duration::from_secs(seconds)))
    }

    #[test]
    fn waits_grow_to_an_end_and_a_server_may_say_how_long() {
        assert_eq!(run(4, &[Err(again()), Err(again()), Ok(())]), (Ok(()), vec![1, 2], 3));
        assert_eq!(run(7, &[]), (Err("it broke (tried 8 times)".to_owned()), vec![1, 2, 4, 8, 16, 30, 30], 8));
        assert_eq!(run(4, &[Err(asks(0)), Err(asks(7)), Ok(())]), (Ok(()), vec![0, 7], 3));
        assert_eq!(run(0, &[]), (Err("it broke".to_owned()), vec![], 1));
    }

    #[test]
    fn what_will_not_pass_is_not_tried_again() {
        let never = Failed::Never("it is gone".to_owned());
        assert_eq!(run(4, &[Err(never)]), (Err("it is gone".to_owned()), vec![], 1));
        assert_eq!(run(4, &[Err(asks(3600))]), (Err("busy, and asks to wait for 3600 seconds, which is not waited for".to_owned()), vec![], 1));
    }
}
