//! Time, as an argument: no test waits.

use std::time::{Duration, SystemTime};

/// What time it is, and how to let some pass.
pub trait Clock {
    /// Now.
    fn now(&self) -> SystemTime;
    /// Comes back when so much time has passed.
    fn wait(&self, time: Duration);
}

/// The clock of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn wait(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// A clock that is told how late it is, and notes how long it was asked to wait.
#[cfg(test)]
pub(crate) mod tests {
    use super::{Clock, Duration, SystemTime};
    use std::cell::RefCell;

    pub(crate) struct Told {
        pub now: u64,
        pub waits: RefCell<Vec<Duration>>,
    }

    impl Told {
        pub fn at(now: u64) -> Self {
            Self { now, waits: RefCell::default() }
        }

        fn waited(&self) -> Duration {
            self.waits.borrow().iter().sum()
        }

        pub fn seconds(&self) -> Vec<u64> {
            self.waits.borrow().iter().map(Duration::as_secs).collect()
        }
    }

    impl Clock for Told {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH + Duration::from_secs(self.now) + self.waited()
        }

        fn wait(&self, time: Duration) {
            self.waits.borrow_mut().push(time);
        }
    }
}
