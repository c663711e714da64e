//! The one list of clouds. Adding a cloud is one line here.

use tagledger_collect::{Cloud, GENERIC};
use tagledger_cost::Clouds;
use tagledger_engine::{CloudFacts, Reader};

/// A cloud, and the names by which bills call it.
struct Entry {
    cloud: &'static dyn Cloud,
    bills: &'static [&'static str],
}

static ENTRIES: &[Entry] = &[
    Entry { cloud: &tagledger_aws::AWS, bills: &["AWS", "Amazon Web Services", "Amazon Web Services, Inc."] },
    Entry { cloud: &tagledger_azure::AZURE, bills: &["Microsoft", "Microsoft Azure", "Azure", "Microsoft Corporation"] },
    Entry { cloud: &tagledger_gcp::GCP, bills: &["Google Cloud", "Google", "GCP", "Google Cloud Platform"] },
];

/// The form of guardrails that a taxonomy can be written from, and the flag that is named for it.
pub(crate) const TAG_POLICY: &str = "aws-tag-policy";

/// Schemes that bills put before the user's own keys.
pub(crate) static TAG_PREFIXES: &[&str] = &["user:"];

/// Every cloud.
pub(crate) fn all() -> Vec<&'static dyn Cloud> {
    ENTRIES.iter().map(|e| e.cloud).collect()
}

/// Those that can be asked themselves.
pub(crate) fn live() -> impl Iterator<Item = &'static dyn Cloud> {
    ENTRIES.iter().map(|e| e.cloud).filter(|c| !c.collectors().is_empty())
}

/// A cloud by its short name.
pub(crate) fn find(id: &str) -> Option<&'static dyn Cloud> {
    ENTRIES.iter().map(|e| e.cloud).find(|c| c.id().as_str() == id)
}

/// The clouds as the engine wants them.
pub(crate) fn facts() -> Vec<CloudFacts> {
    ENTRIES.iter().map(|e| CloudFacts { id: e.cloud.id(), grammar: e.cloud.grammar(), kinds: e.cloud.kinds(), containers: e.cloud.containers() }).collect()
}

/// The clouds as bills name them.
pub(crate) fn in_bills() -> Clouds {
    Clouds { known: facts().into_iter().zip(ENTRIES.iter().map(|e| e.bills)).collect(), mappings: ENTRIES.iter().flat_map(|e| e.cloud.bills()).collect() }
}

/// The kinds of every cloud.
pub(crate) fn kinds() -> Vec<(tagledger_model::CloudId, &'static tagledger_model::Kinds)> {
    ENTRIES.iter().map(|e| (e.cloud.id(), e.cloud.kinds())).collect()
}

/// Every export reader and collector, with its rank and whether there is anything that it can never see.
pub(crate) fn readers() -> Vec<Reader> {
    let live = ENTRIES.iter().flat_map(|e| e.cloud.collectors()).map(|c| Reader { id: c.id, rank: c.rank, is_blind: c.blind_spot.is_some() });
    let exports = ENTRIES.iter().flat_map(|e| e.cloud.exports()).chain(GENERIC).map(|r| r.info());
    exports.map(|i| Reader { id: i.id, rank: i.rank, is_blind: i.blind_spot.is_some() }).chain(live).collect()
}
