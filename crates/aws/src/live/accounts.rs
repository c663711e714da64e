//! Which accounts are asked, and the way into each of them.

use super::organization;
use super::regions;
use super::session::{ROLE, Role, Session};
use super::settings;
use crate::ID;
use futures_util::{StreamExt, stream};
use std::collections::BTreeSet;
use std::sync::Arc;
use tagledger_collect::{CollectError, Discovery, Found, Settings};
use tagledger_model::{CloudId, Coverage, Observed, Outcome, Scope, Text};

/// An account that can be asked.
pub(super) struct Opened {
    pub session: Arc<Session>,
    pub regions: Vec<String>,
}

/// Accounts that are opened at the same time.
const AT_ONCE: usize = 16;

/// Opens every account that was asked for. Each that is not leaves a row that says why.
pub(super) async fn open(own: &Arc<Session>, settings: &Settings, role: &Role, discovery: &mut Discovery) -> Result<Vec<Opened>, CollectError> {
    let wanted = wanted(own, settings, discovery).await?;
    let opening: Vec<_> = wanted
        .into_iter()
        .map(|account| async move {
            let session = if account == own.account { Ok(Arc::clone(own)) } else { own.assume(account.clone(), role).await.map(Arc::new) };
            let mut rows = Vec::new();
            match session {
                Ok(session) => {
                    let named = settings.texts(settings::REGIONS);
                    let regions = if named.is_empty() { regions::enabled(&session, &mut rows).await } else { named.to_vec() };
                    (Some(Opened { session, regions }), rows)
                }
                Err(error) => {
                    let outcome = match error {
                        CollectError::Denied { permission } => Outcome::Denied { permission },
                        other => Outcome::Failed { why: other.to_string() },
                    };
                    (None, vec![row(account, ROLE.id, outcome)])
                }
            }
        })
        .collect();
    let mut opened = Vec::new();
    let mut answers = stream::iter(opening).buffered(AT_ONCE);
    while let Some((account, rows)) = answers.next().await {
        discovery.coverage.extend(rows);
        opened.extend(account);
    }
    Ok(opened)
}

/// The ids of the accounts to ask.
async fn wanted(own: &Session, settings: &Settings, discovery: &mut Discovery) -> Result<Vec<Text>, CollectError> {
    let named: BTreeSet<&str> = settings.texts(settings::ACCOUNTS).iter().map(String::as_str).collect();
    let left_out: BTreeSet<&str> = settings.texts(settings::SKIP_ACCOUNTS).iter().map(String::as_str).collect();
    let skipped = |id: &Text, why: &str| row(id.clone(), organization::INFO.id, Outcome::Skipped { why: why.to_owned() });
    if !settings.flag(settings::ORGANIZATION) {
        let ids: Vec<Text> = if named.is_empty() { vec![own.account.clone()] } else { named.iter().map(|id| Text::new(id)).collect() };
        let (out, ids): (Vec<Text>, Vec<Text>) = ids.into_iter().partition(|id| left_out.contains(id.as_str()));
        discovery.coverage.extend(out.iter().map(|id| skipped(id, "skip_accounts names it")));
        discovery.found.extend(ids.iter().cloned().map(|id| Found::Scope(bare(id))));
        return Ok(ids);
    }
    let organization = organization::read(own).await?;
    discovery.coverage.extend(organization.coverage);
    let mut ids = Vec::new();
    for member in organization.members {
        let id = member.scope.id.clone();
        if !named.is_empty() && !named.contains(id.as_str()) {
            continue;
        }
        if left_out.contains(id.as_str()) {
            discovery.coverage.push(skipped(&id, "skip_accounts names it"));
        } else if member.scope.active {
            ids.push(id);
        } else {
            discovery.coverage.push(skipped(&id, &format!("the account is {}", member.state)));
        }
        discovery.found.push(Found::Scope(member.scope));
    }
    let known: BTreeSet<Text> =
        discovery.found.iter().filter_map(|found| if let Found::Scope(scope) = found { Some(scope.id.clone()) } else { None }).collect();
    for id in named.iter().filter(|id| !known.contains(**id)) {
        let why = format!("the organisation has no account {id}: without `organization` it is asked like any other");
        discovery.coverage.push(row(Text::new(id), organization::INFO.id, Outcome::Failed { why }));
    }
    Ok(ids)
}

fn bare(account: Text) -> Scope {
    Scope { cloud: CloudId::new(ID), id: account, aliases: Vec::new(), name: None, ancestors: Vec::new(), tags: Observed::Unknown, active: true }
}

fn row(scope: Text, collector: &'static str, outcome: Outcome) -> Coverage {
    Coverage { cloud: CloudId::new(ID), scope, region: None, collector: Text::const_new(collector), file: None, blind: false, whole: false, outcome }
}
