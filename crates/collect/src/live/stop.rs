//! What ends the asking before everything was asked.

use std::fmt;
use tokio::sync::watch;

/// Why a scan was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Somebody wanted it.
    Interrupted,
    /// It had been given no more time.
    TimeLimit,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Interrupted => "interrupted",
            Self::TimeLimit => "the time limit was reached",
        })
    }
}

/// Stops a scan from another thread: what was read by then is kept.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<Option<Stopped>>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Stop {
    /// Stops it; the first reason counts.
    pub fn stop(&self, why: Stopped) {
        self.0.send_if_modified(|told| {
            let is_first = told.is_none();
            told.get_or_insert(why);
            is_first
        });
    }

    /// Why it was stopped, once it was.
    pub fn stopped(&self) -> Option<Stopped> {
        *self.0.borrow()
    }

    pub(super) fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }
}

/// Waits for the end.
pub(super) struct Listener(watch::Receiver<Option<Stopped>>);

impl Listener {
    /// Ends when the scan is stopped.
    pub async fn told(&mut self) -> Stopped {
        loop {
            match self.0.wait_for(Option::is_some).await.map(|told| *told) {
                Ok(Some(why)) => return why,
                Ok(None) => {}
                // Nobody is left who could stop it.
                Err(_) => std::future::pending::<()>().await,
            }
        }
    }
}
