//! Microsoft Azure: what its inventories look like, what its tags may hold, which kinds of resource it has, and the command that mends a tag.
//!
//! How files are found, unpacked and merged is not here but in `collect`; what a tag means is in `taxonomy`, and what is wrong with it in `rules`.
//! Shared code meets this crate through `tagledger_collect::Cloud` alone.

mod arm;
mod bills;
mod command;
mod credentials;
mod exports;
mod grammar;
mod inventory;
mod kinds;
mod live;
mod permissions;
mod policy;
mod row;
mod samples;
mod tags;

pub use samples::SAMPLES;

use std::sync::Arc;
use tagledger_collect::{
    Cloud, CollectorInfo, Conflict, Connecting, Connection, CostService, ExportReader, FoundCredentials, GuardrailFormat, Machine, Permissions, ResourceRef,
    Setting, Settings, StoreAccess,
};
use tagledger_model::{CloudId, ContainerKind, Kinds, NativeId, Suggestion, TagGrammar};

/// Microsoft Azure.
#[derive(Debug, Clone, Copy)]
pub struct Azure;

/// The one instance that the list of clouds names.
pub static AZURE: Azure = Azure;

/// The short name.
const ID: &str = "azure";

/// The word under `stages:` and `inherit:` for resource groups.
const RESOURCE_GROUPS: &str = "resource_groups";

/// The word under `stages:` for management groups.
const MANAGEMENT_GROUPS: &str = "management_groups";

impl Cloud for Azure {
    fn id(&self) -> CloudId {
        CloudId::new(ID)
    }

    fn grammar(&self) -> &'static TagGrammar {
        &grammar::GRAMMAR
    }

    fn containers(&self) -> &'static [ContainerKind] {
        const {
            &[
                ContainerKind { word: "subscriptions", is_scope: true, noun: "subscription" },
                ContainerKind { word: RESOURCE_GROUPS, is_scope: false, noun: "resource group" },
                ContainerKind { word: MANAGEMENT_GROUPS, is_scope: false, noun: "management group" },
            ]
        }
    }

    fn kinds(&self) -> &'static Kinds {
        &kinds::KINDS
    }

    fn native_id(&self, id: &str) -> NativeId {
        NativeId::lowered(id)
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
            let caller: Arc<dyn Connection> = Arc::new(live::connect(settings).await?);
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
        live::COLLECTORS
    }

    fn permissions(&self, settings: &Settings) -> Vec<Permissions> {
        permissions::documents(settings)
    }

    fn credentials(&self, machine: &Machine<'_>) -> FoundCredentials {
        credentials::find(machine)
    }

    fn guardrails(&self) -> &'static [GuardrailFormat] {
        std::slice::from_ref(&policy::FORMAT)
    }

    fn command(&self, mend: &Suggestion, on: &ResourceRef<'_>) -> Option<String> {
        command::command(mend, on)
    }
}
