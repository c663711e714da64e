//! Where Resource Explorer is switched on, and which index holds what others hold.

use super::{GET_INDEX, LIST_INDEXES};
use crate::live::accounts::Opened;
use crate::live::session::Session;
use aws_sdk_resourceexplorer2::Client;
use aws_sdk_resourceexplorer2::types::IndexType;
use futures_util::{StreamExt, stream};
use std::collections::BTreeSet;
use tagledger_model::Text;

/// An index, with those that it holds as well.
pub(super) struct Gathering {
    pub region: String,
    from: Vec<String>,
}

impl Gathering {
    /// True where it answers for that Region. One without an index of its own is not gathered.
    pub fn gathers(&self, region: &str) -> bool {
        self.region == region || self.from.iter().any(|from| from == region)
    }
}

const AT_ONCE: usize = 8;

/// The index of one Region, whatever it gathers; none where there is none, or it cannot be asked for.
pub(super) async fn at(session: &Session, region: &str) -> Option<Gathering> {
    let client = Client::new(&session.at(region));
    let index = session.ask(&GET_INDEX, &Text::new(region), client.get_index().send()).await.ok()?;
    let from = if index.r#type() == Some(&IndexType::Aggregator) { index.replicating_from().to_vec() } else { Vec::new() };
    Some(Gathering { region: region.to_owned(), from })
}

/// The account's gathering index, if one of these Regions has it. Where none can be found each Region is asked by itself, and its row says
/// what is missing there.
pub(super) async fn gathering(session: &Session, regions: &[String]) -> Option<Gathering> {
    let asked: Vec<_> = regions.iter().map(|region| at(session, region)).collect();
    let mut indexes = stream::iter(asked).buffered(AT_ONCE);
    while let Some(index) = indexes.next().await {
        if let Some(index) = index.filter(|index| !index.from.is_empty()) {
            return Some(index);
        }
    }
    None
}

/// The same for each account.
pub(super) async fn gatherings(accounts: &[Opened]) -> Vec<Option<Gathering>> {
    let asked: Vec<_> = accounts.iter().map(|account| gathering(&account.session, &account.regions)).collect();
    stream::iter(asked).buffered(AT_ONCE).collect().await
}

/// Ids that one call takes.
const IDS: usize = 10;

/// The accounts and Regions of an organisation that have an index. What cannot be found out counts as without one: its row says so.
pub(super) async fn of_members(session: &Session, index: &Gathering, ids: &[&str]) -> BTreeSet<(String, String)> {
    let (client, region) = (Client::new(&session.at(&index.region)), Text::new(&index.region));
    let mut found = BTreeSet::new();
    for ids in ids.chunks(IDS) {
        let mut token = None;
        loop {
            let call = client.list_indexes_for_members().set_account_id_list(Some(ids.iter().map(|id| (*id).to_owned()).collect())).set_next_token(token);
            let Ok(page) = session.ask(&LIST_INDEXES, &region, call.send()).await else { break };
            found.extend(page.indexes().iter().filter_map(|index| Some((index.account_id()?.to_owned(), index.region()?.to_owned()))));
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
    }
    found
}
