//! `aws organizations list-accounts`: the accounts of an organisation, and the units above them.
//!
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html>. The tags of an account are another call
//! (`list-tags-for-resource`), so that this export never knows them.

use super::{MORE_PAGES, has_token, lists, wrapping};
use crate::{ID, ORGANIZATIONS, UNITS};
use serde::Deserialize;
use serde_json::Value;
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};
use tagledger_model::{CloudId, ContainerRef, Observed, Scope, Text};

const LIST: &str = "Accounts";

static INFO: ExportInfo =
    ExportInfo { id: "aws.organizations.list-accounts", command: "aws organizations list-accounts --output json", rank: 20, blind_spot: None };

pub(super) struct ListAccounts;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Account {
    id: Text,
    arn: Option<Text>,
    name: Option<Text>,
    /// Retired in favour of `State`, which knows more.
    status: Option<Text>,
    state: Option<Text>,
    paths: Option<Vec<Text>>,
}

impl Account {
    /// An account that was closed, suspended or is about to be has nothing left to mend.
    fn is_active(&self) -> bool {
        self.state.as_ref().or(self.status.as_ref()).is_none_or(|state| matches!(state.as_str(), "ACTIVE" | "PENDING_ACTIVATION"))
    }

    /// From the nearest unit to the organisation. Without a path the ARN (`…:account/o-…/111122223333`) still names the organisation.
    fn ancestors(&self) -> Vec<ContainerRef> {
        let organization = |id: &str| ContainerRef::new(ORGANIZATIONS, id, None);
        let Some(path) = self.paths.as_ref().and_then(|paths| paths.first()) else {
            let id = self.arn.as_ref().and_then(|arn| arn.rsplit('/').nth(1)).filter(|id| id.starts_with("o-"));
            return id.map(organization).into_iter().collect();
        };
        let steps = path.rsplit('/').filter(|step| !step.is_empty() && *step != self.id);
        steps.map(|id| if id.starts_with("o-") { organization(id) } else { ContainerRef::new(UNITS, id, None) }).collect()
    }
}

impl ExportReader for ListAccounts {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        wrapping(sample, LIST, |r| r.get("Arn").and_then(Value::as_str).is_some_and(|arn| arn.contains(":organizations::")) && r.contains_key("Id")).is_some()
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let wrapping = wrapping(&Sample::of(document), LIST, |_| true);
        let (cloud, mut token) = (CloudId::new(ID), false);
        let mut each = |account: Account| {
            let scope = Scope {
                cloud: cloud.clone(),
                aliases: Vec::new(),
                ancestors: account.ancestors(),
                active: account.is_active(),
                tags: Observed::Unknown,
                name: account.name,
                id: account.id,
            };
            out(Found::Scope(scope));
        };
        document.records(lists(wrapping, &[LIST]), &mut each, &mut |envelope| token = has_token(&envelope))?;
        if token {
            out(Found::Incomplete(MORE_PAGES.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
