//! `az account list`: the subscriptions that the caller can see.
//!
//! <https://learn.microsoft.com/cli/azure/account#az-account-list>. It says neither tags nor management groups; a query over `resourcecontainers`
//! does. The answer of Resource Manager itself (`az rest` to `/subscriptions`, a list called `value`) carries tags and is read as well.

use super::{MORE_PAGES, has_next, lists, wrapping};
use crate::ID;
use crate::inventory::is_active;
use crate::tags::Tags;
use serde::Deserialize;
use serde_json::{Map, Value};
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};
use tagledger_model::{CloudId, Observed, Scope, Text};

static INFO: ExportInfo = ExportInfo { id: "azure.account.list", command: "az account list --all --output json", rank: 10, blind_spot: None };

pub(super) struct AccountList;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    id: Text,
    subscription_id: Option<Text>,
    #[serde(alias = "displayName")]
    name: Option<Text>,
    state: Option<Text>,
    #[serde(default)]
    tags: Tags,
}

/// The command line also lists tenants without subscriptions, which have an id and a state like the others and a name that says so; they hold nothing.
const TENANT: &str = "N/A(tenant level account)";

fn is_account(record: &Map<String, Value>) -> bool {
    let id = record.get("id").and_then(Value::as_str);
    let by_command_line = ["cloudName", "homeTenantId", "isDefault"].iter().any(|member| record.contains_key(*member));
    let by_manager = ["subscriptionId", "displayName", "state"].iter().all(|member| record.contains_key(*member)) && !record.contains_key("type");
    id.is_some_and(|id| if id.starts_with('/') { by_manager } else { by_command_line })
}

impl ExportReader for AccountList {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        wrapping(sample, is_account).is_some()
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let wrapping = wrapping(&Sample::of(document), is_account);
        let (cloud, mut more) = (CloudId::new(ID), false);
        let mut each = |account: Account| {
            if account.name.as_deref() == Some(TENANT) {
                return;
            }
            let scope = Scope {
                cloud: cloud.clone(),
                id: account.subscription_id.unwrap_or(account.id).to_lowercase(),
                aliases: Vec::new(),
                name: account.name,
                ancestors: Vec::new(),
                tags: match account.tags {
                    Tags::Absent => Observed::Unknown,
                    Tags::Known(tags) => Observed::Known(tags),
                },
                active: is_active(account.state.as_deref()),
            };
            out(Found::Scope(scope));
        };
        document.records(lists(wrapping), &mut each, &mut |envelope| more = has_next(&envelope))?;
        if more {
            out(Found::Incomplete(MORE_PAGES.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
