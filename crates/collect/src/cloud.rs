//! Everything shared code may ask about a cloud.

use crate::{
    CollectorInfo, Conflict, Connecting, CostService, Document, FoundCredentials, GuardrailFormat, GuardrailSource, Machine, ReadError, Sample, Setting,
    Settings, StoreAccess,
};
use std::collections::{BTreeMap, BTreeSet};
use tagledger_model::{BillMapping, CloudId, Container, ContainerKind, Kinds, NativeId, RawResource, Scope, Suggestion, TagGrammar};

/// One cloud. What differs between clouds is data behind this trait.
pub trait Cloud: Send + Sync {
    /// Its short name.
    fn id(&self) -> CloudId;
    /// What its tags may look like.
    fn grammar(&self) -> &'static TagGrammar;
    /// What `stages:` and `inherit:` may name, scope first.
    fn containers(&self) -> &'static [ContainerKind];
    /// Its resource kinds.
    fn kinds(&self) -> &'static Kinds;
    /// An id of this cloud in the form that all sources agree on; also for resource groups.
    fn native_id(&self, id: &str) -> NativeId {
        NativeId::exact(id)
    }
    /// Readers for the files that its command line writes.
    fn exports(&self) -> &'static [&'static dyn ExportReader];
    /// Bills in its own form, beside FOCUS.
    fn bills(&self) -> &'static [BillMapping] {
        &[]
    }
    /// Services that can be asked what things cost.
    fn costs(&self) -> &'static [&'static CostService] {
        &[]
    }
    /// Its object store, and how that is opened.
    fn store(&self) -> Option<&'static StoreAccess> {
        None
    }
    /// Connects with the credentials of this machine; none for a cloud that is only read from exports.
    fn connect(&self, _settings: &Settings) -> Option<Connecting> {
        None
    }
    /// What it can be told in `tagledger.yaml`.
    fn settings(&self) -> &'static [Setting] {
        &[]
    }
    /// Which settings do not go together, and what to do about it.
    fn conflict(&self, _settings: &Settings) -> Option<Conflict> {
        None
    }
    /// What its collectors see and call, best first.
    fn collectors(&self) -> &'static [&'static CollectorInfo] {
        &[]
    }
    /// The least that has to be allowed for what these settings ask, in the cloud's own form: documents with their names, and what each is for.
    fn permissions(&self, _settings: &Settings) -> Vec<Permissions> {
        Vec::new()
    }
    /// What on this machine its own programs would take for credentials. Nobody is asked, and nothing secret is told.
    fn credentials(&self, _machine: &Machine<'_>) -> FoundCredentials {
        FoundCredentials::default()
    }
    /// The forms in which it takes guardrails.
    fn guardrails(&self) -> &'static [GuardrailFormat] {
        &[]
    }
    /// The forms of guardrails that can be read as keys of a taxonomy.
    fn guardrail_sources(&self) -> &'static [GuardrailSource] {
        &[]
    }
    /// The command of its own command line that carries out a suggestion; none when there is no such command.
    /// The text is safe to paste into a POSIX shell whatever the resource is called.
    fn command(&self, mend: &Suggestion, on: &ResourceRef<'_>) -> Option<String>;
    /// What a script says once before its commands: the functions that they call.
    fn preamble(&self) -> &'static str {
        ""
    }
    /// The commands that make these changes to resources of one scope; none for a resource that no command can change as a whole.
    fn commands(&self, changes: &TagChanges, on: &[ResourceRef<'_>]) -> Vec<Commands> {
        let one = |resource: &ResourceRef<'_>| {
            let set = |(key, value): (&String, &String)| self.command(&Suggestion::SetTag { key: key.clone(), value: Some(value.clone()) }, resource);
            let remove = |key: &String| self.command(&Suggestion::RemoveTag { key: key.clone() }, resource);
            // Where names compare without case, what is written under another case would be taken away again.
            let is_same = |key: &&String| changes.set.keys().any(|set| set.eq_ignore_ascii_case(key));
            let before = changes.remove.iter().filter(is_same).map(remove);
            let after = changes.remove.iter().filter(|key| !is_same(key)).map(remove);
            before.chain(changes.set.iter().map(set)).chain(after).collect::<Option<Vec<String>>>()
        };
        (0..).zip(on).map(|(at, resource)| Commands { on: vec![at], lines: one(resource).unwrap_or_default() }).collect()
    }
}

/// Tags that are to be written and taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagChanges {
    /// Key and value, both as the cloud spells them.
    pub set: BTreeMap<String, String>,
    /// Keys as they are spelt.
    pub remove: BTreeSet<String>,
}

/// What changes some of several resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commands {
    /// Where they are in the list that was given.
    pub on: Vec<usize>,
    /// The commands, in order; none where there is no such command.
    pub lines: Vec<String>,
}

/// A document that allows a scan, or helps to roll it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// Its name on the command line: `policy`, `trust`.
    pub name: &'static str,
    /// What it is for, and how it is used, in a sentence.
    pub summary: String,
    /// The document.
    pub text: String,
}

/// What a command needs to know of a resource.
#[derive(Debug, Clone, Copy)]
pub struct ResourceRef<'a> {
    /// The id in the cloud's own spelling.
    pub id: &'a str,
    /// The cloud's own kind.
    pub kind: &'a str,
    /// Account, subscription or project.
    pub scope: &'a str,
    /// Region.
    pub region: Option<&'a str>,
}

/// One kind of export, as data.
#[derive(Debug)]
pub struct ExportInfo {
    /// Stable id: cloud, service and call, e.g. `aws.resourcegroupstaggingapi.get-resources`.
    pub id: &'static str,
    /// The command that writes such a file, for people.
    pub command: &'static str,
    /// When two exports describe one resource, the higher rank's tags win.
    pub rank: u8,
    /// What such an export can never hold; it makes every coverage row of it `Partial`.
    pub blind_spot: Option<&'static str>,
}

/// Reads one kind of export.
pub trait ExportReader: Send + Sync {
    /// What it reads.
    fn info(&self) -> &'static ExportInfo;
    /// True when the beginning of a file looks like this export. Content decides, never the name.
    fn recognises(&self, sample: &Sample) -> bool;
    /// Hands every record to the sink, in file order.
    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError>;
}

/// What a reader can find in a file.
#[derive(Debug)]
pub enum Found {
    /// A resource.
    Resource(RawResource),
    /// An account, subscription or project.
    Scope(Scope),
    /// A container that can lend tags.
    Container(Container),
    /// The file itself says that it does not hold everything; the sentence becomes a `Partial` coverage row.
    Incomplete(String),
}

/// Where a reader puts what it found.
pub type Sink<'a> = dyn FnMut(Found) + 'a;
