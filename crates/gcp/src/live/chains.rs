//! Lists that are read side by side, each page by page. An attempt that fails is gone on with from where all of them stood; another program begins anew, because it
//! has not seen what lay on the pages before, and what is empty or left behind is known only by whoever has seen everything.

use super::errors;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::sync::{Mutex, PoisonError};
use tagledger_collect::{CollectError, Found, Outlet};

/// How far one list was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum At {
    Start,
    /// The token of the next page.
    Page(String),
    End,
}

/// Where several lists stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chains(Vec<At>);

impl Chains {
    pub fn new(count: usize) -> Self {
        Self(vec![At::Start; count])
    }

    /// The token of all of them together.
    pub fn text(&self) -> String {
        let token = |at: &At| match at {
            At::Start => None,
            At::Page(token) => Some(token.clone()),
            At::End => Some(String::new()),
        };
        serde_json::json!(self.0.iter().map(token).collect::<Vec<_>>()).to_string()
    }

    /// Reads all lists to their ends: `ask` for a page of one of them, and `take` what is on it. One that fails does not keep the others from
    /// being read; its error is the result.
    pub async fn read<P, A>(
        &mut self,
        out: &Outlet,
        ask: impl Fn(usize, Option<String>) -> A,
        mut take: impl FnMut(P) -> Vec<Found>,
    ) -> Result<(), CollectError>
    where
        A: Future<Output = Result<(P, String), CollectError>>,
    {
        let asked = |list: usize, token: Option<String>| {
            let answer = ask(list, token.clone());
            async move { (list, token, answer.await) }
        };
        let mut asking = FuturesUnordered::new();
        for (list, at) in self.0.iter().enumerate() {
            match at {
                At::Start => asking.push(asked(list, None)),
                At::Page(token) => asking.push(asked(list, Some(token.clone()))),
                At::End => {}
            }
        }
        let mut failed = None;
        while let Some((list, token, answer)) = asking.next().await {
            let (page, next) = match answer {
                // The first page of the same list was answered: it can only be the token that is not accepted any more.
                Err(CollectError::StaleToken(why)) if token.is_some() => return Err(CollectError::StaleToken(why)),
                Err(error) => {
                    failed.get_or_insert(errors::first(error));
                    continue;
                }
                Ok(answer) => answer,
            };
            let next = (!next.is_empty()).then_some(next);
            self.0[list] = match &next {
                None => At::End,
                Some(next) => At::Page(next.clone()),
            };
            let found = take(page);
            out.page(found, Some(&self.text())).await;
            match next {
                None => {}
                next if next == token => {
                    failed.get_or_insert(CollectError::Incomplete("one page names itself as the next".to_owned()));
                }
                next => asking.push(asked(list, next)),
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

/// What is read as lists side by side.
pub(super) trait InChains: Sync {
    /// What is learned on the way.
    type Seen: Default + Send;

    /// Reads on from where the lists stand.
    fn read(&self, reading: &mut Reading<Self::Seen>, out: &Outlet) -> impl Future<Output = Result<(), CollectError>> + Send;
}

/// Reads all, from the beginning once more where a token is not accepted any more, and keeps for another attempt how far it came. What was seen is
/// handed out when it was read whole.
pub(super) async fn whole<C: InChains>(of: &C, held: &Mutex<Reading<C::Seen>>, out: &Outlet, lists: usize) -> Result<C::Seen, CollectError> {
    let mut patience = 2;
    loop {
        let mut reading = Reading::take_up(held, out, lists).await;
        let read = of.read(&mut reading, out).await;
        if matches!(read, Err(CollectError::StaleToken(_))) && patience > 0 {
            patience -= 1;
            out.anew().await;
            continue;
        }
        let seen = if read.is_ok() { std::mem::take(&mut reading.seen) } else { C::Seen::default() };
        *held.lock().unwrap_or_else(PoisonError::into_inner) = reading;
        return read.map(|()| seen);
    }
}

/// How far a place was read, and what this program has seen of it.
#[derive(Debug)]
pub(super) struct Reading<S> {
    pub chains: Chains,
    pub seen: S,
}

impl<S: Default> Reading<S> {
    pub fn new(lists: usize) -> Self {
        Self { chains: Chains::new(lists), seen: S::default() }
    }

    /// Takes up where an earlier attempt of this program stopped, with what it has seen. Where a program before it stopped, all is read anew.
    pub async fn take_up(held: &Mutex<Self>, out: &Outlet, lists: usize) -> Self {
        let held = std::mem::replace(&mut *held.lock().unwrap_or_else(PoisonError::into_inner), Self::new(lists));
        match out.goes_on() {
            Some(text) if text == held.chains.text() => return held,
            Some(_) => out.anew().await,
            None => {}
        }
        Self::new(lists)
    }
}
