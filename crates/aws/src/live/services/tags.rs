//! Tags that are no part of a list, and are asked for one resource at a time.

use crate::live::place::{Place, tag};
use futures_util::{StreamExt, stream};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tagledger_collect::{Asked, CollectError, Found, Outlet};
use tagledger_model::{Observed, RawResource, RawTag};

/// A resource whose tags are unknown, and the call that tells them.
pub(super) type Asking<'a> = (RawResource, Asked<'a, Vec<RawTag>>);

/// Resources whose tags are asked for at the same time.
const AT_ONCE: usize = 8;

/// So many refusals, and not one answer: the call is not allowed, and asking for each of thousands would only take time.
const REFUSALS: u32 = 16;

/// Asks for tags, and bears in mind how that went.
pub(super) struct Tags<'a> {
    place: &'a Place,
    out: &'a Outlet,
    so_far: Mutex<SoFar>,
}

#[derive(Default)]
struct SoFar {
    answered: bool,
    refused: u32,
}

impl SoFar {
    fn note(&mut self, refused: bool) {
        if refused {
            self.refused += 1;
        } else {
            self.answered = true;
        }
    }

    /// One that was refused may have a policy of its own; where nobody was ever answered, nobody is.
    fn is_futile(&self) -> bool {
        !self.answered && self.refused >= REFUSALS
    }
}

impl<'a> Tags<'a> {
    pub fn new(place: &'a Place, out: &'a Outlet) -> Self {
        Self { place, out, so_far: Mutex::default() }
    }

    /// The resources with their tags. One whose tags cannot be read stays, with unknown ones, and the row says why; one that is gone is left out.
    pub async fn of(&self, asking: Vec<Asking<'_>>) -> Vec<Found> {
        let asking: Vec<_> = asking.into_iter().map(|(resource, ask)| self.one(resource, ask)).collect();
        stream::iter(asking).buffered(AT_ONCE).filter_map(|resource| std::future::ready(resource.map(Found::Resource))).collect().await
    }

    async fn one(&self, mut resource: RawResource, ask: Asked<'_, Vec<RawTag>>) -> Option<RawResource> {
        if self.so_far.lock().unwrap_or_else(PoisonError::into_inner).is_futile() {
            return Some(resource);
        }
        let answer = self.place.tags(&resource.id.canonical, ask).await;
        // What the Tagging API has shown was not asked for.
        if !matches!(answer, Ok(Some(Observed::Unknown))) {
            let refused = matches!(answer, Err(CollectError::Denied { .. }));
            self.so_far.lock().unwrap_or_else(PoisonError::into_inner).note(refused);
        }
        match answer {
            Ok(tags) => resource.tags = tags?,
            Err(error) => self.out.flaw(error),
        }
        Some(resource)
    }
}

/// Tags of services that answer with a map, in the order of their keys.
pub(super) fn of_map(tags: Option<&HashMap<String, String>>) -> Vec<RawTag> {
    let mut tags: Vec<(&String, &String)> = tags.into_iter().flatten().collect();
    tags.sort_unstable();
    tags.into_iter().filter_map(|(key, value)| tag(Some(key), Some(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_ends_where_everybody_refuses_and_not_where_only_some_do() {
        let mut alone = SoFar::default();
        (0..REFUSALS).for_each(|_| alone.note(true));
        assert!(alone.is_futile());
        let mut some = SoFar::default();
        some.note(false);
        (0..100).for_each(|_| some.note(true));
        assert!(!some.is_futile());
        assert!(!SoFar::default().is_futile());
    }

    #[test]
    fn tags_of_a_map_come_in_one_order() {
        let map = HashMap::from([("b".to_owned(), "2".to_owned()), ("a".to_owned(), String::new())]);
        assert_eq!(of_map(Some(&map)), [RawTag::own("a", ""), RawTag::own("b", "2")]);
        assert_eq!(of_map(None), []);
    }
}
