//! Which view is read.

use super::{GET_VIEW, LIST_VIEWS};
use crate::live::session::Session;
use aws_sdk_resourceexplorer2::Client;
use aws_sdk_resourceexplorer2::types::View;
use tagledger_collect::CollectError;
use tagledger_model::Text;

/// True for a view that does not show everything.
pub(super) fn is_narrow(view: &View) -> bool {
    view.filters().is_some_and(|filter| !filter.filter_string().trim().is_empty())
}

fn has_tags(view: &View) -> bool {
    view.included_properties().iter().any(|property| property.name().eq_ignore_ascii_case("tags"))
}

/// A view that includes tags: the named one, or the one that sees most: without a filter rather than with, the organisation rather than the account.
pub(super) async fn find(session: &Session, client: &Client, region: &Text, named: Option<&str>) -> Result<View, CollectError> {
    let arns = match named {
        Some(arn) => vec![arn.to_owned()],
        None => list(session, client, region).await?,
    };
    let mut best: Option<View> = None;
    for arn in arns {
        let got = session.ask(&GET_VIEW, region, client.get_view().view_arn(arn).send()).await?;
        let sees = |view: &View| (!is_narrow(view), view.scope().is_some_and(|scope| scope.contains(":organization/")));
        if let Some(view) = got.view.filter(has_tags).filter(|view| best.as_ref().is_none_or(|best| sees(view) > sees(best))) {
            best = Some(view);
        }
    }
    best.ok_or_else(|| match named {
        Some(arn) => CollectError::NotEnabled(format!("the view {arn} does not include tags: every resource would look bare")),
        None => CollectError::NotEnabled(
            "Resource Explorer has no view here that includes tags; `aws resource-explorer-2 create-view --view-name tagledger --included-properties Name=tags` makes one"
                .to_owned(),
        ),
    })
}

async fn list(session: &Session, client: &Client, region: &Text) -> Result<Vec<String>, CollectError> {
    let (mut arns, mut token) = (Vec::new(), None);
    loop {
        let page = session.ask(&LIST_VIEWS, region, client.list_views().set_next_token(token).send()).await.map_err(off)?;
        arns.extend(page.views().iter().cloned());
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(arns);
        }
    }
}

/// Where the service is off, every call fails: that is a state, not a breakdown.
fn off(error: CollectError) -> CollectError {
    match error {
        CollectError::Gone(said) | CollectError::Malformed(said) if !said.contains("HTTP 5") && !said.contains("Internal") => {
            CollectError::NotEnabled(format!("Resource Explorer did not answer: {said}; it may be off here"))
        }
        other => other,
    }
}
