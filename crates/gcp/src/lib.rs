//! Google Cloud: what its inventories look like, what its labels may hold, which kinds of resource it has, and the command that mends a label.
//!
//! How files are found, unpacked and merged is not here but in `collect`; what a label means is in `taxonomy`, and what is wrong with it in `rules`.
//! Shared code meets this crate through `tagledger_collect::Cloud` alone.

mod asset_data;
mod bills;
mod bindings;
mod command;
mod constraints;
mod credentials;
mod exports;
mod grammar;
mod inventory;
mod kinds;
mod labels;
mod live;
mod name;
mod permissions;
mod projects;
mod samples;

pub use samples::SAMPLES;

use std::sync::Arc;
use tagledger_collect::{
    Cloud, CollectorInfo, Conflict, Connecting, Connection, CostService, ExportReader, FoundCredentials, GuardrailFormat, Machine, Permissions, ResourceRef,
    Setting, Settings, StoreAccess,
};
use tagledger_model::{CloudId, ContainerKind, Kinds, NativeId, Suggestion, TagGrammar};

/// Google Cloud.
#[derive(Debug, Clone, Copy)]
pub struct Gcp;

/// The one instance that the list of clouds names.
pub static GCP: Gcp = Gcp;

/// The short name.
const ID: &str = "gcp";

/// The word under `stages:` for folders.
const FOLDERS: &str = "folders";

/// The word under `stages:` for organisations.
const ORGANIZATIONS: &str = "organizations";

impl Cloud for Gcp {
    fn id(&self) -> CloudId {
        CloudId::new(ID)
    }

    fn grammar(&self) -> &'static TagGrammar {
        &grammar::GRAMMAR
    }

    fn containers(&self) -> &'static [ContainerKind] {
        const {
            &[
                ContainerKind { word: "projects", is_scope: true, noun: "project" },
                ContainerKind { word: FOLDERS, is_scope: false, noun: "folder" },
                ContainerKind { word: ORGANIZATIONS, is_scope: false, noun: "organisation" },
            ]
        }
    }

    fn kinds(&self) -> &'static Kinds {
        &kinds::KINDS
    }

    fn native_id(&self, id: &str) -> NativeId {
        inventory::native_id(id.into())
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
        std::slice::from_ref(&constraints::FORMAT)
    }

    fn command(&self, mend: &Suggestion, on: &ResourceRef<'_>) -> Option<String> {
        command::command(mend, on)
    }
}
