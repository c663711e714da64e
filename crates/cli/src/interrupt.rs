//! Signals that ask the program to end. While clouds are asked, the first one only ends the asking: what was read by then is audited and written. The
//! next one ends the program at once. Before and after, a signal does what it always does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tagledger_collect::{Stop, Stopped};

const ASKING: u8 = 0;
const STOPPED: u8 = 1;
const OVER: u8 = 2;

#[cfg(unix)]
/// What shells add to the number of a signal that ended a program.
const BY_SIGNAL: i32 = 128;

/// Holds the door for as long as it lives.
pub(crate) struct Interrupt(Arc<AtomicU8>);

impl Interrupt {
    /// From here on, a signal stops what this stops, and says this of it.
    pub fn stops(stop: Stop, said: &'static str) -> std::io::Result<Self> {
        let state = Arc::new(AtomicU8::new(ASKING));
        #[cfg(unix)]
        listen(Arc::clone(&state), stop, said)?;
        // Elsewhere an interrupted program ends, and `--resume` goes on from what it kept.
        #[cfg(not(unix))]
        drop((stop, said));
        Ok(Self(state))
    }
}

/// It listens as long as the program lives: a handler that is taken away again leaves signals without any effect.
#[cfg(unix)]
fn listen(state: Arc<AtomicU8>, stop: Stop, said: &'static str) -> std::io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let answering = move || signals.forever().for_each(|signal| answer(signal, &state, &stop, said));
    std::thread::Builder::new().name("signals".to_owned()).spawn(answering)?;
    Ok(())
}

#[cfg(unix)]
fn answer(signal: i32, state: &AtomicU8, stop: &Stop, said: &str) {
    use signal_hook::low_level;
    match state.compare_exchange(ASKING, STOPPED, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => {
            stop.stop(Stopped::Interrupted);
            crate::log::say(&format!("interrupted: {said}; interrupt again to end at once"));
        }
        Err(STOPPED) => low_level::exit(BY_SIGNAL + signal),
        // Should the system refuse even that, the program has at least not gone on as if nothing had been said.
        Err(_) => low_level::emulate_default_handler(signal).unwrap_or_else(|_| low_level::exit(BY_SIGNAL + signal)),
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        // Once somebody has interrupted, the next signal ends the program at once, also while the run is written.
        let _was_stopped = self.0.compare_exchange(ASKING, OVER, Ordering::SeqCst, Ordering::SeqCst);
    }
}
