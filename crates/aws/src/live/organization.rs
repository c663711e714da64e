//! Organizations: accounts with the units above them, and the tags of both.
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html>

use super::place::tag;
use super::session::Session;
use crate::{ID, ORGANIZATIONS, UNITS};
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{Account, AccountState, AccountStatus};
use futures_util::{StreamExt, stream};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tagledger_collect::{CollectError, CollectorInfo, Operation, Rate};
use tagledger_model::{CloudId, ContainerRef, Coverage, Observed, Outcome, RawTag, Scope, Text};

// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html#throttling-limits>
const LIST_ACCOUNTS: Operation = Operation { name: "ListAccounts", permission: "organizations:ListAccounts", rate: Some(Rate::of(8).burst(12)) };
const LIST_PARENTS: Operation = Operation { name: "ListParents", permission: "organizations:ListParents", rate: Some(Rate::of(5).burst(8)) };
const DESCRIBE_UNIT: Operation =
    Operation { name: "DescribeOrganizationalUnit", permission: "organizations:DescribeOrganizationalUnit", rate: Some(Rate::of(2)) };
const LIST_TAGS: Operation = Operation { name: "ListTagsForResource", permission: "organizations:ListTagsForResource", rate: Some(Rate::of(10).burst(15)) };

pub(super) static INFO: CollectorInfo = CollectorInfo {
    id: "aws.organizations",
    summary: "The accounts of an organisation, the units above them, and the tags of both.",
    operations: &[LIST_ACCOUNTS, LIST_PARENTS, DESCRIBE_UNIT, LIST_TAGS],
    rank: 0,
    blind_spot: None,
    whole: false,
};

/// Questions that wait for their answers at the same time; the documented rates are lower.
const AT_ONCE: usize = 8;

/// An account as the organisation describes it.
pub(super) struct Member {
    pub scope: Scope,
    /// Its state, in the words of the service.
    pub state: String,
}

/// What an organisation says, and what it did not say.
pub(super) struct Organization {
    pub members: Vec<Member>,
    pub coverage: Vec<Coverage>,
}

/// Reads it with the caller's credentials: those of the management account, or of a delegated administrator.
pub(super) async fn read(session: &Session) -> Result<Organization, CollectError> {
    let reading = Reading { session, client: Client::new(&session.at(session.global())), region: Text::const_new(session.global()) };
    let accounts = reading.accounts().await?;
    if accounts.is_empty() {
        return Err(CollectError::Malformed("the organisation has no account, not even the caller's".to_owned()));
    }
    let mut failed: BTreeMap<&'static str, CollectError> = BTreeMap::new();
    let mut above = reading.above(&accounts, &mut failed).await;
    let units: BTreeSet<Text> = above.values().flatten().cloned().collect();
    let mut tagged: Vec<Text> = units.iter().filter(|id| !id.starts_with("o-")).cloned().collect();
    tagged.extend(accounts.iter().filter_map(|account| account.id().map(Text::new)));
    let below: Vec<&Text> = units.iter().filter(|id| id.starts_with("ou-")).collect();
    let names = reading.each(below, &mut failed, DESCRIBE_UNIT.name, |id| reading.name(id)).await;
    let mut tags = reading.each(tagged.iter().collect(), &mut failed, LIST_TAGS.name, |id| reading.tags(id)).await;
    let members = accounts.iter().filter_map(|account| {
        let id = Text::new(account.id()?);
        let steps = above.remove(&id).unwrap_or_default();
        let ancestors = steps.into_iter().map(|step| {
            let kind = if step.starts_with("o-") { ORGANIZATIONS } else { UNITS };
            let known = tags.get(&step).cloned().map_or(Observed::Unknown, Observed::Known);
            ContainerRef { tags: known, ..ContainerRef::new(kind, step.clone(), names.get(&step).cloned().flatten()) }
        });
        Some(Member {
            scope: Scope {
                cloud: CloudId::new(ID),
                aliases: Vec::new(),
                name: account.name().map(Text::new),
                ancestors: ancestors.collect(),
                active: is_active(state(account)),
                tags: Observed::Unknown,
                id,
            },
            state: state(account).to_owned(),
        })
    });
    let mut members: Vec<Member> = members.collect();
    for member in &mut members {
        member.scope.tags = tags.remove(&member.scope.id).map_or(Observed::Unknown, Observed::Known);
    }
    let coverage = vec![row(session, accounts.len() as u64, &failed)];
    Ok(Organization { members, coverage })
}

/// `State` knows more than `Status`, which is retired; some servers have only the latter.
fn state(account: &Account) -> &str {
    let status = || account.status().map(AccountStatus::as_str);
    account.state().map(AccountState::as_str).or_else(status).unwrap_or("ACTIVE")
}

fn is_active(state: &str) -> bool {
    state == "ACTIVE"
}

fn row(session: &Session, count: u64, failed: &BTreeMap<&'static str, CollectError>) -> Coverage {
    let why: Vec<String> = failed.iter().map(|(call, error)| format!("{call}: {error}")).collect();
    Coverage {
        cloud: CloudId::new(ID),
        scope: session.account.clone(),
        region: None,
        collector: Text::const_new(INFO.id),
        file: None,
        blind: false,
        whole: false,
        outcome: if why.is_empty() {
            Outcome::Complete { count }
        } else {
            Outcome::Partial { count, why: format!("names, units or tags of accounts are missing: {}", why.join("; ")) }
        },
    }
}

struct Reading<'a> {
    session: &'a Session,
    client: Client,
    region: Text,
}

impl Reading<'_> {
    async fn accounts(&self) -> Result<Vec<Account>, CollectError> {
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            let call = self.client.list_accounts().set_next_token(token).send();
            let page = self.session.ask(&LIST_ACCOUNTS, &self.region, call).await?;
            all.extend(page.accounts().iter().cloned());
            // A page may be empty and still not be the last.
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    /// The ids above each account, from the nearest to the organisation: from its path where the service gives one, else asked for step by step.
    async fn above(&self, accounts: &[Account], failed: &mut BTreeMap<&'static str, CollectError>) -> HashMap<Text, Vec<Text>> {
        let mut found: HashMap<Text, Vec<Text>> = HashMap::new();
        let mut level: BTreeSet<Text> = BTreeSet::new();
        for account in accounts {
            let Some(id) = account.id().map(Text::new) else { continue };
            match account.paths().first() {
                Some(path) => {
                    let steps: Vec<Text> = path.rsplit('/').filter(|step| !step.is_empty() && *step != id).map(Text::new).collect();
                    found.insert(id, steps);
                }
                None => {
                    level.insert(id);
                }
            }
        }
        let leaves: Vec<Text> = level.iter().cloned().collect();
        let mut parents: HashMap<Text, Text> = HashMap::new();
        while !level.is_empty() {
            let answers = self.each(level.iter().collect(), failed, LIST_PARENTS.name, |id| self.parent(id)).await;
            level = answers.values().flatten().filter(|parent| parent.starts_with("ou-") && !parents.contains_key(*parent)).cloned().collect();
            parents.extend(answers.into_iter().filter_map(|(id, parent)| Some((id, parent?))));
        }
        for id in leaves {
            let mut steps: Vec<Text> = Vec::new();
            let mut at = &id;
            while let Some(parent) = parents.get(at).filter(|parent| !steps.contains(parent)) {
                steps.push(parent.clone());
                at = parent;
            }
            // The ARN (`…:account/o-…/111122223333`) names the organisation.
            let arn = accounts.iter().find(|account| account.id() == Some(id.as_str())).and_then(Account::arn);
            steps.extend(arn.and_then(|arn| arn.rsplit('/').nth(1)).filter(|id| id.starts_with("o-")).map(Text::new));
            found.insert(id, steps);
        }
        found
    }

    async fn parent(&self, id: &Text) -> Result<Option<Text>, CollectError> {
        let page = self.session.ask(&LIST_PARENTS, &self.region, self.client.list_parents().child_id(id.as_str()).send()).await?;
        Ok(page.parents().first().and_then(|parent| parent.id()).map(Text::new))
    }

    async fn name(&self, id: &Text) -> Result<Option<Text>, CollectError> {
        let call = self.client.describe_organizational_unit().organizational_unit_id(id.as_str()).send();
        let unit = self.session.ask(&DESCRIBE_UNIT, &self.region, call).await?;
        Ok(unit.organizational_unit().and_then(|unit| unit.name()).map(Text::new))
    }

    async fn tags(&self, id: &Text) -> Result<Vec<RawTag>, CollectError> {
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            let call = self.client.list_tags_for_resource().resource_id(id.as_str()).set_next_token(token).send();
            let page = self.session.ask(&LIST_TAGS, &self.region, call).await?;
            all.extend(page.tags().iter().filter_map(|t| tag(Some(t.key()), Some(t.value()))));
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    /// Asks about many at once; what fails is missing, and the first failure of its kind is kept.
    async fn each<'i, T, A>(
        &self,
        ids: Vec<&'i Text>,
        failed: &mut BTreeMap<&'static str, CollectError>,
        call: &'static str,
        ask: impl Fn(&'i Text) -> A,
    ) -> HashMap<Text, T>
    where
        A: Future<Output = Result<T, CollectError>>,
    {
        let asked: Vec<A> = ids.iter().map(|id| ask(id)).collect();
        let answers: Vec<Result<T, CollectError>> = stream::iter(asked).buffered(AT_ONCE).collect().await;
        let mut found = HashMap::new();
        for (id, answer) in ids.into_iter().zip(answers) {
            match answer {
                Ok(value) => {
                    found.insert(id.clone(), value);
                }
                Err(error) => {
                    failed.entry(call).or_insert(error);
                }
            }
        }
        found
    }
}
