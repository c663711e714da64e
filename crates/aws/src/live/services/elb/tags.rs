//! Tags of many balancers or groups, asked for some at a time.

use std::collections::{HashMap, HashSet};
use tagledger_collect::CollectError;
use tagledger_model::{Observed, RawTag};

/// The most that one call takes.
const AT_ONCE: usize = 20;

/// What became of asking.
#[derive(Debug, Default)]
pub(super) struct Tags {
    known: HashMap<String, Vec<RawTag>>,
    gone: HashSet<String>,
    failed: Option<CollectError>,
}

impl Tags {
    /// Asks for the tags of all `keys`. One that is gone since it was listed makes the service refuse the whole call: those beside it are then asked for
    /// one by one. The first failure of another kind is the last call.
    pub async fn of<F, A>(keys: Vec<String>, ask: F) -> Self
    where
        F: Fn(Vec<String>) -> A,
        A: Future<Output = Result<Vec<(String, Vec<RawTag>)>, CollectError>>,
    {
        let mut tags = Self::default();
        let mut waiting: Vec<Vec<String>> = keys.chunks(AT_ONCE).map(<[String]>::to_vec).collect();
        while let Some(keys) = waiting.pop() {
            match ask(keys.clone()).await {
                Ok(found) => tags.known.extend(found),
                Err(CollectError::Gone(_)) if keys.len() > 1 => waiting.extend(keys.into_iter().map(|key| vec![key])),
                Err(CollectError::Gone(_)) => tags.gone.extend(keys),
                Err(other) => {
                    tags.failed = Some(other);
                    break;
                }
            }
        }
        tags
    }

    /// The tags of one; none for one that is gone.
    pub fn take(&mut self, key: &str) -> Option<Observed<Vec<RawTag>>> {
        if self.gone.contains(key) {
            return None;
        }
        Some(self.known.remove(key).map_or(Observed::Unknown, Observed::Known))
    }

    /// Why not all of them were read.
    pub fn ended(self) -> Result<(), CollectError> {
        self.failed.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::future::ready;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    /// Runs what never waits.
    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits"),
        }
    }

    fn keys() -> Vec<String> {
        (0..45).map(|n| format!("k{n}")).collect()
    }

    fn answer(keys: Vec<String>) -> Vec<(String, Vec<RawTag>)> {
        keys.into_iter().map(|key| (key.clone(), vec![RawTag::own("Name", key)])).collect()
    }

    #[test]
    fn what_is_gone_takes_nobody_with_it() {
        let (most, calls) = (Cell::new(0), Cell::new(0));
        let mut tags = now(Tags::of(keys(), |keys| {
            most.set(most.get().max(keys.len()));
            calls.set(calls.get() + 1);
            ready(if keys.contains(&"k7".to_owned()) { Err(CollectError::Gone("x".to_owned())) } else { Ok(answer(keys)) })
        }));
        assert_eq!((most.get(), calls.get()), (20, 3 + 20));
        assert_eq!(tags.take("k7"), None);
        for key in keys().iter().filter(|key| *key != "k7") {
            assert_eq!(tags.take(key), Some(Observed::Known(vec![RawTag::own("Name", key.as_str())])), "{key}");
        }
        assert_eq!(tags.ended(), Ok(()));
    }

    #[test]
    fn a_refusal_leaves_tags_unknown_and_is_told() {
        let denied = || CollectError::Denied { permission: "elasticloadbalancing:DescribeTags".to_owned() };
        let calls = Cell::new(0);
        let mut tags = now(Tags::of(keys(), |_| {
            calls.set(calls.get() + 1);
            ready(Err(denied()))
        }));
        assert_eq!(calls.get(), 1, "the next call would be refused alike");
        assert!(keys().iter().all(|key| tags.take(key) == Some(Observed::Unknown)));
        assert_eq!(tags.ended(), Err(denied()));
        let mut none = now(Tags::of(keys(), |_| ready(Ok(Vec::new()))));
        assert_eq!(none.take("k1"), Some(Observed::Unknown), "what the answer leaves out was not read");
    }
}
