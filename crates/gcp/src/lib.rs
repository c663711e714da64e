//! Google Cloud: what its inventories look like, what its labels may hold, which kinds of resource it has, and the command that mends a label.
//!
//! How files are found, unpacked and merged is not here but in `collect`; what a label means is in `taxonomy`, and what is wrong with it in `rules`.
//! Shared code meets this crate through `tagledger_collect::Cloud` alone.

mod command;
mod exports;
mod grammar;
mod kinds;
mod name;
mod samples;

pub use samples::SAMPLES;

use tagledger_collect::{Cloud, ExportReader, ResourceRef};
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
        NativeId::lowered(id)
    }

    fn exports(&self) -> &'static [&'static dyn ExportReader] {
        exports::READERS
    }

    fn command(&self, mend: &Suggestion, on: &ResourceRef<'_>) -> Option<String> {
        command::command(mend, on)
    }
}
