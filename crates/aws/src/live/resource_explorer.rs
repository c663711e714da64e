//! Resource Explorer: everything that a view sees, tagged or not.
//!
//! Only views that a user made can include tags; where there is none the service answers by one of its own, whose resources all look bare. So a
//! view is named, and read first: <https://docs.aws.amazon.com/resource-explorer/latest/apireference/API_GetView.html>.

use super::Account;
use super::errors::told;
use crate::ID;
use crate::arn::Arn;
use aws_config::SdkConfig;
use aws_sdk_resourceexplorer2::Client;
use aws_sdk_resourceexplorer2::error::SdkError;
use aws_sdk_resourceexplorer2::operation::list_views::ListViewsError;
use aws_sdk_resourceexplorer2::types::{IndexType, Resource, View};
use aws_smithy_types::Document;
use tagledger_collect::{Asked, CollectError, Collector, CollectorInfo, Found, Operation, Outlet, Target};
use tagledger_model::{CloudId, Further, NativeId, Observed, Origin, RawResource, RawTag, Taggable, Text};

const LIST_VIEWS: Operation = Operation { name: "ListViews", permission: "resource-explorer-2:ListViews" };
const GET_VIEW: Operation = Operation { name: "GetView", permission: "resource-explorer-2:GetView" };
const LIST_RESOURCES: Operation = Operation { name: "ListResources", permission: "resource-explorer-2:Search" };
const GET_INDEX: Operation = Operation { name: "GetIndex", permission: "resource-explorer-2:GetIndex" };

pub(super) static INFO: CollectorInfo = CollectorInfo {
    id: "aws.resource-explorer-2",
    summary: "Every resource of the types that Resource Explorer indexes, tagged or not, through a view that includes tags.",
    operations: &[LIST_VIEWS, GET_VIEW, LIST_RESOURCES, GET_INDEX],
    rank: 20,
    blind_spot: None,
};

const PAGE: i32 = 1000;

pub(super) struct Explorer {
    pub config: SdkConfig,
    /// Of an index that gathers many Regions, only these; all of them when none is named.
    pub wanted: Vec<String>,
}

/// An index that holds what the indexes of other Regions hold.
pub(super) struct Gathering {
    pub region: String,
    from: Vec<String>,
}

impl Gathering {
    /// True where it answers for that Region. One without an index of its own is not gathered.
    pub fn gathers(&self, region: &str) -> bool {
        self.region == region || self.from.iter().any(|from| from == region)
    }
}

/// The account's gathering index, if one of these Regions has it. An error means that each Region is asked by itself.
pub(super) async fn gathering(account: &Account, regions: &[String]) -> Option<Gathering> {
    for region in regions {
        let Ok(index) = Client::new(&account.at(region)).get_index().send().await else { continue };
        if index.r#type() == Some(&IndexType::Aggregator) {
            return Some(Gathering { region: region.clone(), from: index.replicating_from().to_vec() });
        }
    }
    None
}

impl Explorer {
    /// A view may see a whole organisation, and an index all Regions: what nobody asked for stays out.
    fn is_wanted(&self, found: &Resource, target: &Target) -> bool {
        let is_own = found.owning_account_id().is_none_or(|owner| owner == target.scope.as_str());
        let is_here = |region: &str| region == EVERYWHERE || self.wanted.iter().any(|wanted| wanted == region);
        is_own && (self.wanted.is_empty() || found.region().is_none_or(is_here))
    }
}

/// The Region of what has none.
const EVERYWHERE: &str = "global";

impl Collector for Explorer {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn collect<'a>(&'a self, target: &'a Target, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let client = Client::new(&self.config);
            let view = view(&client).await?;
            let narrow = view.filters().is_some_and(|filter| !filter.filter_string().trim().is_empty());
            let mut token: Option<String> = None;
            loop {
                let call = client.list_resources().set_view_arn(view.view_arn().map(str::to_owned)).max_results(PAGE).set_next_token(token.take());
                let page = call.send().await.map_err(|error| told(&error, LIST_RESOURCES.permission))?;
                out.give(
                    page.resources()
                        .iter()
                        .filter(|found| self.is_wanted(found, target))
                        .filter_map(|found| resource(found, target))
                        .map(Found::Resource)
                        .collect(),
                )
                .await;
                token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
                if token.is_none() {
                    break;
                }
            }
            if narrow {
                let name = view.view_arn().unwrap_or_default();
                return Err(CollectError::Incomplete(format!("the view {name} has a filter; a view without one that includes tags sees everything")));
            }
            Ok(())
        })
    }
}

/// A view that includes tags, one without a filter rather than one with.
async fn view(client: &Client) -> Result<View, CollectError> {
    let mut arns = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let page = client.list_views().set_next_token(token.take()).send().await.map_err(|error| off(&error))?;
        arns.extend(page.views().iter().cloned());
        token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    let mut best: Option<View> = None;
    for arn in arns {
        let got = client.get_view().view_arn(arn).send().await.map_err(|error| told(&error, GET_VIEW.permission))?;
        let Some(view) = got.view else { continue };
        let has_tags = view.included_properties().iter().any(|property| property.name().eq_ignore_ascii_case("tags"));
        let is_wide = |view: &View| view.filters().is_none_or(|filter| filter.filter_string().trim().is_empty());
        if has_tags && best.as_ref().is_none_or(|best| !is_wide(best) && is_wide(&view)) {
            best = Some(view);
        }
    }
    best.ok_or_else(|| {
        CollectError::NotEnabled(
            "Resource Explorer has no view here that includes tags; `aws resource-explorer-2 create-view --view-name tagledger --included-properties Name=tags` makes one"
                .to_owned(),
        )
    })
}

/// Where the service is off, every call fails: that is a state, not a breakdown.
fn off(error: &SdkError<ListViewsError>) -> CollectError {
    let is_ill = error.raw_response().is_some_and(|answer| answer.status().is_server_error());
    match told(error, LIST_VIEWS.permission) {
        CollectError::Malformed(said) if !is_ill => CollectError::NotEnabled(format!("Resource Explorer did not answer: {said}; it may be off here")),
        other => other,
    }
}

fn resource(found: &Resource, target: &Target) -> Option<RawResource> {
    let id = found.arn()?;
    let arn = Arn::parse(id);
    let tags = found.properties().iter().find(|property| property.name().is_some_and(|name| name.eq_ignore_ascii_case("tags")));
    // Tags of IAM resources are not indexed, so that their absence means nothing.
    let is_blind = tags.is_none() && arn.is_some_and(|arn| arn.service == "iam");
    let pairs = tags.and_then(|property| property.data()).map(pairs).unwrap_or_default();
    Some(RawResource {
        cloud: CloudId::new(ID),
        scope: found.owning_account_id().map(Text::new).or_else(|| arn.and_then(|arn| arn.account_id()).map(Text::new)).unwrap_or_else(|| target.scope.clone()),
        region: found.region().map(Text::new).or_else(|| target.region.clone()),
        group: None,
        kind: found
            .resource_type()
            .map(|kind| Text::from(kind.to_ascii_lowercase()))
            .or_else(|| arn.map(|arn| arn.kind()))
            .unwrap_or_else(|| Text::const_new("unknown")),
        name: arn.and_then(|arn| arn.name()).map(Text::new),
        tags: if is_blind { Observed::Unknown } else { Observed::Known(pairs) },
        further: Further::None,
        taggable: Taggable::Unknown,
        created: None,
        origin: Origin::Live { collector: INFO.id },
        id: NativeId::exact(id),
    })
}

/// `[{"Key": …, "Value": …}]`; some services leave an empty value out.
fn pairs(data: &Document) -> Vec<RawTag> {
    let text = |item: &Document, name: &str| item.as_object().and_then(|object| object.get(name)).and_then(Document::as_string).map(Text::new);
    let items = data.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| Some(RawTag::own(text(item, "Key")?, text(item, "Value").unwrap_or_default()))).collect()
}
