//! Secrets Manager: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html>. What a secret holds is never asked for.

use super::list::{List, Reading, one_kind};
use super::lists::moment;
use crate::live::place::{Place, tag};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::SecretListEntry;
use tagledger_collect::{Asked, CollectorInfo, Found, Operation, Page, Rate};
use tagledger_model::{Observed, RawResource, Text};

/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
const LIST_SECRETS: Operation = Operation { name: "ListSecrets", permission: "secretsmanager:ListSecrets", rate: Some(Rate::of(100)) };

static INFO: CollectorInfo = one_kind("aws.secretsmanager.list-secrets", "Secrets, tagged or not, and nothing of what they hold.", &[LIST_SECRETS]);

/// The largest page that the service gives.
const PAGE: i32 = 100;

pub(super) static SECRETS: List<Client> = List { info: &INFO, client: Client::new, page };

fn page<'a>(at: &'a Reading<'a, Client>, token: Option<String>) -> Asked<'a, Page> {
    Box::pin(async move {
        let call = at.client.list_secrets().max_results(PAGE).set_next_token(token).send();
        let page = at.place.ask(&LIST_SECRETS, call).await?;
        Ok((page.secret_list().iter().filter_map(|secret| resource(at.place, secret)).map(Found::Resource).collect(), page.next_token.clone()))
    })
}

/// The list always holds the tags: a secret without that member has none.
fn resource(place: &Place, secret: &SecretListEntry) -> Option<RawResource> {
    let tags = secret.tags().iter().filter_map(|t| tag(t.key(), t.value())).collect();
    let mut resource = place.resource(INFO.id, secret.arn()?, Observed::Known(tags));
    resource.name = secret.name().map(Text::new).or(resource.name);
    resource.created = secret.created_date().map(moment);
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
