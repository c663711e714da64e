//! How any cloud is asked: what a cloud must offer (`Cloud`), how files written by its command line are recognised
//! and read (`ExportReader`, `Document`), the import that turns a set of paths into resources and coverage rows, and the driver that asks clouds
//! themselves (`Collector`).
//!
//! What one vendor calls things is in `aws`, `azure` and `gcp`; what the resources are judged by is in `engine`.

mod cloud;
mod costs;
mod document;
mod generic;
mod guardrails;
mod import;
mod journal;
mod live;
mod machine;
mod pace;
mod records;
mod settings;
mod shell;
mod store_access;

pub use cloud::{Cloud, Commands, ExportInfo, ExportReader, Found, Permissions, ResourceRef, Sink, TagChanges};
pub use costs::{AskedCosts, CostAddress, CostKey, CostRows, CostService, CostSource, CostsError, CostsKept, CostsWanted, OpeningCosts, TagKeys, costs};
pub use document::{Document, ReadError};
pub use generic::GENERIC;
pub use guardrails::{
    AllowedValues, AskedOf, FoundAsked, FoundKey, FoundKeys, GuardrailError, GuardrailFiles, GuardrailFormat, GuardrailKey, GuardrailSource, Guardrails,
    Pattern, some_of,
};
pub use import::{Import, Imported, Progress, import, recognised};
pub use journal::{Journal, JournalError};
pub use live::{
    Asked, CollectError, Collector, CollectorInfo, Connecting, Connection, Discovery, Job, LiveError, LiveOptions, Operation, Outlet, Page, Stop, Stopped,
    Target, collect, pages,
};
pub use machine::{FoundCredentials, Machine};
pub use pace::{Pace, Rate, pause};
pub use records::{Broken, Sample};
pub use settings::{Conflict, ENV, FILE, Form, SECRET, Setting, Settings, Shape, Value};
pub use shell::shell_quote;
pub use store_access::{StoreAccess, StorePass, StorePasses, StoreSecret};
