//! Resources that are used by others which name them: elastic pools by databases, gateways by connections, API connections by workflows.

use super::{Query, Reading, queries};
use crate::row::Row;
use crate::{ID, arm};
use std::collections::HashSet;
use tagledger_collect::{CollectError, CollectorInfo, Found};
use tagledger_model::{CloudId, Fact, Facts, Further, Observed, Origin, RawResource, Taggable, Text};

/// Kinds that are used, and the property of others that names them.
const USED: &[(&str, &str)] = &[
    ("microsoft.sql/servers/elasticpools", "elasticPoolId of databases"),
    ("microsoft.network/virtualnetworkgateways", "virtualNetworkGateway of connections, vpnClientConfiguration"),
    ("microsoft.web/connections", "$connections of workflows"),
];

/// Reads all of it, and says at the end who is used: any page may name what another one lists.
pub(super) async fn read(reading: &Reading<'_>, info: &'static CollectorInfo) -> Result<(), CollectError> {
    let (mut used, mut candidates): (HashSet<Text>, Vec<Row>) = (HashSet::new(), Vec::new());
    let mut token = None;
    loop {
        let page = reading.page(&Query { text: queries::USERS, info }, token).await?;
        for row in page.rows {
            let kind = row.kind.clone().map(arm::kind).unwrap_or_default();
            used.extend(row.proof.uses.as_deref().into_iter().flat_map(ids));
            if USED.iter().any(|(known, _)| *known == kind) {
                candidates.push(row);
            }
        }
        match page.next {
            Some(next) => token = Some(next),
            None => break,
        }
    }
    let found = candidates.into_iter().filter_map(|row| resource(row, &used, info.id)).map(Found::Resource).collect();
    reading.out.give(found).await;
    Ok(())
}

/// The ids in a text, in lower case: parted by commas, or somewhere in a workflow's JSON.
fn ids(text: &str) -> impl Iterator<Item = Text> {
    text.split([',', '"']).filter(|part| part.starts_with("/subscriptions/")).map(|id| Text::from(id.to_ascii_lowercase()))
}

fn resource(row: Row, used: &HashSet<Text>, collector: &'static str) -> Option<RawResource> {
    let id = arm::native_id(row.id);
    let kind = arm::kind(row.kind?);
    let (_, field) = USED.iter().find(|(known, _)| *known == kind)?;
    let by_itself = row.proof.user.filter(|user| !user.is_empty());
    let attached = match by_itself {
        // What uses it does not say so where anybody could see it.
        Some(_) if kind == "microsoft.web/connections" => return None,
        Some(_) => Fact::new(true, field, "set"),
        None if used.contains(&id.canonical) => Fact::new(true, field, "named"),
        None => Fact::new(false, field, "none"),
    };
    Some(RawResource {
        cloud: CloudId::new(ID),
        scope: arm::subscription(&id.canonical).map(Text::new)?,
        region: row.location.filter(|location| !location.is_empty()),
        group: arm::group(&id.canonical).map(Text::new),
        kind,
        name: row.name,
        // The list of all resources has them.
        tags: Observed::Unknown,
        further: Further::None,
        taggable: Taggable::Unknown,
        created: None,
        facts: Some(Box::new(Facts { attached: Some(attached), ..Facts::default() })),
        origin: Origin::Live { collector },
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_lists_and_in_the_json_of_workflows() {
        let workflow = r#"{"office365":{"connectionId":"/subscriptions/S/resourceGroups/g/providers/Microsoft.Web/connections/Mail","id":"/subscriptions/S/providers/x"}}"#;
        assert!(ids(workflow).any(|id| id == "/subscriptions/s/resourcegroups/g/providers/microsoft.web/connections/mail"));
        assert_eq!(ids("/subscriptions/A/g,").collect::<Vec<_>>(), ["/subscriptions/a/g"]);
        assert_eq!(ids("").count(), 0);
    }
}
