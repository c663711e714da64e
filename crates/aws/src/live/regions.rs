//! The Regions that an account has enabled.
//! <https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html>

use super::session::Session;
use crate::ID;
use aws_sdk_account::types::RegionOptStatus;
use tagledger_collect::{CollectError, CollectorInfo, Operation, Rate};
use tagledger_model::{CloudId, Coverage, Outcome, Text};

/// <https://docs.aws.amazon.com/accounts/latest/reference/quotas.html>
const LIST_REGIONS: Operation = Operation { name: "ListRegions", permission: "account:ListRegions", rate: Some(Rate::of(5)) };

pub(super) static INFO: CollectorInfo = CollectorInfo {
    id: "aws.account.list-regions",
    summary: "The Regions that an account has enabled.",
    operations: &[LIST_REGIONS],
    rank: 0,
    blind_spot: None,
    whole: false,
};

/// The enabled Regions. Where they cannot be listed, only the caller's own is asked, and the ledger says so.
pub(super) async fn enabled(session: &Session, rows: &mut Vec<Coverage>) -> Vec<String> {
    let (client, global) = (aws_sdk_account::Client::new(&session.at(session.global())), Text::const_new(session.global()));
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let call = client.list_regions().max_results(50).region_opt_status_contains(RegionOptStatus::Enabled);
        let call = call.region_opt_status_contains(RegionOptStatus::EnabledByDefault).set_next_token(token.take());
        match session.ask(&LIST_REGIONS, &global, call.send()).await {
            Ok(page) => {
                found.extend(page.regions().iter().filter_map(|region| region.region_name().map(str::to_owned)));
                token = page.next_token.filter(|token| !token.is_empty());
            }
            Err(error) => {
                rows.push(row(session, &error));
                return vec![session.home()];
            }
        }
        if token.is_none() {
            return found;
        }
    }
}

fn row(session: &Session, why: &CollectError) -> Coverage {
    let why = format!("{why}; only {} was asked: allow it, or name the Regions", session.home());
    Coverage {
        cloud: CloudId::new(ID),
        scope: session.account.clone(),
        region: None,
        collector: Text::new(INFO.id),
        file: None,
        blind: false,
        whole: false,
        outcome: Outcome::Partial { count: 0, why },
    }
}
