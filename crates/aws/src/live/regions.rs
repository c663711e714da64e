//! Which Regions an account has enabled: <https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html>.

use super::{Account, HOME};
use crate::ID;
use crate::live::errors::told;
use aws_sdk_account::types::RegionOptStatus;
use tagledger_collect::{CollectError, CollectorInfo, Operation};
use tagledger_model::{CloudId, Coverage, Outcome, Text};

pub(super) static INFO: CollectorInfo = CollectorInfo {
    id: "aws.account.list-regions",
    summary: "The Regions that the account has enabled.",
    operations: &[Operation { name: "ListRegions", permission: "account:ListRegions" }],
    rank: 0,
    blind_spot: None,
};

/// The enabled Regions. Where they cannot be listed, only the caller's own is asked, and the ledger says so.
pub(super) async fn enabled(account: &Account, home: &str, id: &Text, coverage: &mut Vec<Coverage>) -> Vec<String> {
    let client = aws_sdk_account::Client::new(&account.at(HOME));
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let call = client.list_regions().max_results(50).region_opt_status_contains(RegionOptStatus::Enabled);
        let call = call.region_opt_status_contains(RegionOptStatus::EnabledByDefault).set_next_token(token.take());
        match call.send().await {
            Ok(page) => {
                found.extend(page.regions().iter().filter_map(|region| region.region_name().map(str::to_owned)));
                token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            }
            Err(error) => {
                let why = told(&error, INFO.operations[0].permission);
                coverage.push(row(id, home, &why));
                return vec![home.to_owned()];
            }
        }
        if token.is_none() {
            return found;
        }
    }
}

fn row(id: &Text, home: &str, why: &CollectError) -> Coverage {
    let why = format!("{why}; only {home} was asked: allow it, or name the Regions with --region");
    Coverage {
        cloud: CloudId::new(ID),
        scope: id.clone(),
        region: None,
        collector: Text::new(INFO.id),
        file: None,
        blind: false,
        whole: false,
        outcome: Outcome::Partial { count: 0, why },
    }
}
