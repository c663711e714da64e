//! Secrets Manager: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html>. What a secret holds is never asked for.

use super::lists::moment;
use super::{RANK, Service};
use crate::live::place::{Place, tag};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::SecretListEntry;
use tagledger_collect::{Asked, CollectorInfo, Found, Operation, Outlet, Rate, pages};
use tagledger_model::{Observed, RawResource, Text};

/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
const LIST_SECRETS: Operation = Operation { name: "ListSecrets", permission: "secretsmanager:ListSecrets", rate: Some(Rate::of(100)) };

static INFO: CollectorInfo = CollectorInfo {
    id: "aws.secretsmanager.list-secrets",
    summary: "Secrets, tagged or not, and nothing of what they hold.",
    operations: &[LIST_SECRETS],
    rank: RANK,
    blind_spot: None,
    whole: false,
};

/// The largest page that the service gives.
const PAGE: i32 = 100;

pub(super) struct Secrets;

impl Service for Secrets {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let client = Client::new(&place.config());
            pages(out, |token| {
                let call = client.list_secrets().max_results(PAGE).set_next_token(token).send();
                async move {
                    let page = place.ask(&LIST_SECRETS, call).await?;
                    Ok((page.secret_list().iter().filter_map(|secret| resource(place, secret)).map(Found::Resource).collect(), page.next_token.clone()))
                }
            })
            .await
        })
    }
}

/// The list always holds the tags: a secret without that member has none.
fn resource(place: &Place, secret: &SecretListEntry) -> Option<RawResource> {
    let tags = secret.tags().iter().filter_map(|t| tag(t.key(), t.value())).collect();
    let mut resource = place.resource(INFO.id, secret.arn()?, Observed::Known(tags));
    resource.name = secret.name().map(Text::new).or(resource.name);
    resource.created = moment(secret.created_date());
    // Deleted, and kept for a while only so that it can be taken back.
    secret.deleted_date().is_none().then_some(resource)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::place::here;
    use aws_smithy_types::DateTime;

    #[test]
    fn a_secret_has_its_own_name_and_one_that_was_deleted_is_none() {
        let builder = || SecretListEntry::builder().arn("arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-a1B2c3").name("shop/db");
        let found = resource(&here(), &builder().build()).unwrap();
        assert_eq!((found.name.as_deref(), found.kind.as_str(), found.tags), (Some("shop/db"), "secretsmanager:secret", Observed::Known(Vec::new())));
        assert!(resource(&here(), &builder().deleted_date(DateTime::from_secs(1)).build()).is_none());
    }
}
