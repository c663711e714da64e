//! A list that is one call, page by page, as data: a service adds its words, its client and what is on a page.

use super::tags::Tags;
use super::{RANK, Service};
use crate::live::place::Place;
use aws_config::SdkConfig;
use tagledger_collect::{Asked, CollectorInfo, Operation, Outlet, Page, pages};

/// One list of a service with this client. An interrupted scan goes on from the token of its last page.
pub(super) struct List<C: 'static> {
    pub info: &'static CollectorInfo,
    pub client: fn(&SdkConfig) -> C,
    pub page: for<'a> fn(&'a Reading<'a, C>, Option<String>) -> Asked<'a, Page>,
}

/// A list while it is read at one place.
pub(super) struct Reading<'a, C> {
    pub place: &'a Place,
    pub client: C,
    /// For lists that come without tags.
    pub tags: Tags<'a>,
}

impl<C: Send + Sync + 'static> Service for List<C> {
    fn info(&self) -> &'static CollectorInfo {
        self.info
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let reading = Reading { place, client: (self.client)(&place.config()), tags: Tags::new(place, out) };
            pages(out, |token| (self.page)(&reading, token)).await
        })
    }
}

/// What a service's call is: it sees one kind, or a few, whole, and is where their tags are kept.
pub(super) const fn one_kind(id: &'static str, summary: &'static str, operations: &'static [Operation]) -> CollectorInfo {
    CollectorInfo { id, summary, operations, rank: RANK, blind_spot: None, whole: false }
}
