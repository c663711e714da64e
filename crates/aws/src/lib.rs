//! Amazon Web Services: what its inventories look like, what its tags may hold, which kinds of resource it has, and the command that mends a tag.
//!
//! How files are found, unpacked and merged is not here but in `collect`; what a tag means is in `taxonomy`, and what is wrong with it in `rules`.
//! Shared code meets this crate through `tagledger_collect::Cloud` alone.

mod arn;
mod bills;
mod command;
mod credentials;
mod exports;
mod grammar;
mod kinds;
mod live;
mod permissions;
mod samples;
mod tag_policy;

pub use samples::SAMPLES;

use std::sync::Arc;
use tagledger_collect::{
    Cloud, CollectorInfo, Commands, Conflict, Connecting, Connection, CostService, ExportReader, FoundCredentials, GuardrailFormat, GuardrailSource, Machine,
    Permissions, ResourceRef, Setting, Settings, StoreAccess, TagChanges,
};
use tagledger_model::{CloudId, ContainerKind, Kinds, NativeId, Suggestion, TagGrammar};

/// Amazon Web Services.
#[derive(Debug, Clone, Copy)]
pub struct Aws;

/// The one instance that the list of clouds names.
pub static AWS: Aws = Aws;

/// The short name.
const ID: &str = "aws";

/// The word under `stages:` for organisational units; the root of an organisation counts as one.
const UNITS: &str = "units";

/// The word under `stages:` for organisations.
const ORGANIZATIONS: &str = "organizations";

impl Cloud for Aws {
    fn id(&self) -> CloudId {
        CloudId::new(ID)
    }

    fn grammar(&self) -> &'static TagGrammar {
        &grammar::GRAMMAR
    }

    fn containers(&self) -> &'static [ContainerKind] {
        const {
            &[
                ContainerKind { word: "accounts", is_scope: true, noun: "account" },
                ContainerKind { word: UNITS, is_scope: false, noun: "organisational unit" },
                ContainerKind { word: ORGANIZATIONS, is_scope: false, noun: "organisation" },
            ]
        }
    }

    fn kinds(&self) -> &'static Kinds {
        &kinds::KINDS
    }

    fn native_id(&self, id: &str) -> NativeId {
        arn::native_id(id, "")
    }

    fn exports(&self) -> &'static [&'static dyn ExportReader] {
        exports::READERS
    }
    fn bills(&self) -> &'static [tagledger_model::BillMapping] {
        bills::BILLS
    }

    fn costs(&self) -> &'static [&'static CostService] {
        live::costs::SERVICES
    }

    fn store(&self) -> Option<&'static StoreAccess> {
        Some(&live::store::STORE)
    }

    fn connect(&self, settings: &Settings) -> Option<Connecting> {
        let settings = settings.clone();
        let connection = async move {
            let caller: Arc<dyn Connection> = Arc::new(live::connect(settings).await);
            Ok(caller)
        };
        Some(Connecting { cloud: self.id(), connection: Box::pin(connection) })
    }

    fn settings(&self) -> &'static [Setting] {
        live::settings::SETTINGS
    }

    fn conflict(&self, settings: &Settings) -> Option<Conflict> {
        live::settings::conflict(settings)
    }

    fn collectors(&self) -> &'static [&'static CollectorInfo] {
        &live::COLLECTORS
    }

    fn permissions(&self, settings: &Settings) -> Vec<Permissions> {
        permissions::documents(settings)
    }

    fn credentials(&self, machine: &Machine<'_>) -> FoundCredentials {
        credentials::find(machine)
    }

    fn guardrails(&self) -> &'static [GuardrailFormat] {
        std::slice::from_ref(&tag_policy::FORMAT)
    }

    fn guardrail_sources(&self) -> &'static [GuardrailSource] {
        std::slice::from_ref(&tag_policy::SOURCE)
    }

    fn command(&self, mend: &Suggestion, on: &ResourceRef<'_>) -> Option<String> {
        command::command(mend, on)
    }

    fn preamble(&self) -> &'static str {
        command::PREAMBLE
    }

    fn commands(&self, changes: &TagChanges, on: &[ResourceRef<'_>]) -> Vec<Commands> {
        command::commands(changes, on)
    }
}
