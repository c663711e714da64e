//! The Polars engine: resources become frames of small integer codes, rules become columns over them, rows that break a
//! rule become hits, and hits become findings with waivers, provenance and price.
//!
//! What a tag *means* is decided in `taxonomy`, which rules exist in `rules`, what a resource *costs* in `cost`; no file is read here.

mod builder;
mod check;
mod context;
mod evaluate;
mod facts;
mod finding;
mod frame;
mod intern;
mod inventory;
mod judge;
mod merge;
mod names;
mod order;
mod past;
mod releases;
mod resolve;
mod resources;
mod spend;
mod stage;
mod stand;
mod tag_sets;
mod view;
mod waive;

pub use builder::{InventoryBuilder, MOST_CLOUDS, UNKNOWN_SCOPE};
pub use check::{Check, Evidence, Explanation, Family, Hit, JudgedRow, Rule, RuleMeta, Subject, Table};
pub use context::{Context, KeyColumns, any};
pub use evaluate::{Audit, CheckRun, Counts, audit};
pub use facts::{CloudFacts, Reader};
pub use finding::{FamilyCounts, FindingSource, Prices, RuleCounts, fingerprint};
pub use inventory::{GroupRow, Inventory, ScopeRow};
pub use past::{FirstSeen, Past, resource_number};
pub use polars::prelude::Expr;
pub use releases::Release;
pub use resolve::{Effective, Provenance};
pub use spend::{Attributed, ChargedFor, CostKeyStatus, DayLine, KeyOnBill, Part, Spend, SpendLine};
pub use stage::ContainerStage;
pub use stand::Stand;
pub use tag_sets::Pair;
pub use view::{KeyView, ResourceView};
pub use waive::WaiverUse;

/// What can go wrong in the engine. All of these are bugs or an exhausted machine, never the user's input.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Polars refused a plan or ran out of memory.
    #[error("the query engine failed: {0}")]
    Polars(#[from] polars::error::PolarsError),
}
