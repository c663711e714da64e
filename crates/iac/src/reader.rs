//! What every plan reader is, and the one list of them.

use crate::{Document, PlanError, PlanFile};
use std::path::PathBuf;
use std::sync::Arc;
use tagledger_model::{CloudId, Container, Kind, Kinds, RawResource, ScopeId, Text};

/// What readers need to know beside the plan.
#[derive(Debug, Default)]
pub struct Options<'k> {
    /// The kinds of each cloud.
    pub kinds: Vec<(CloudId, &'k Kinds)>,
    /// The account, subscription or project that is deployed to, for plans that do not name it.
    pub scope: Option<ScopeId>,
    /// Tags that the deployment puts on every resource of a stack.
    pub stack_tags: Vec<(Text, Text)>,
    /// The folder that the source of a plan is in; the plan's own when none is given.
    pub source_root: Option<PathBuf>,
}

impl Options<'_> {
    /// The kinds of one cloud.
    pub fn kinds_of(&self, cloud: &str) -> Option<&Kinds> {
        self.kinds.iter().find(|(id, _)| id.as_str() == cloud).map(|(_, kinds)| *kinds)
    }

    /// The kind that Terraform calls so, in one cloud.
    pub fn kind(&self, cloud: &str, terraform: &str) -> Option<&Kind> {
        self.kinds_of(cloud)?.by_terraform(terraform)
    }

    /// The same by the squeezed name.
    pub(crate) fn kind_squeezed(&self, cloud: &str, terraform: &str) -> Option<&Kind> {
        let kinds = self.kinds_of(cloud)?;
        // Of several kinds with one Terraform type the table's first counts.
        kinds.by_terraform(kinds.iter().filter_map(|kind| kind.terraform).find(|name| squeezed(name) == terraform)?)
    }
}

/// The name of a type without case and separators, in which tools over the same providers differ.
pub(crate) fn squeezed(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// What a plan says.
#[derive(Debug, Default)]
pub struct Reading {
    /// Everything that exists after the deploy; what is destroyed or only read is not here.
    pub resources: Vec<RawResource>,
    /// Containers that the plan makes and whose tags it shows, such as resource groups.
    pub containers: Vec<Container>,
    /// What the plan left out, one sentence each: these make the reading incomplete.
    pub gaps: Vec<String>,
    /// What a reader should know and what leaves nothing open.
    pub notes: Vec<String>,
    /// What resources make beside themselves without showing its tags; it is told, and never fails.
    pub unseen: Vec<Unseen>,
}

/// A resource that makes something billed on its own, whose tags the plan does not show, or shows to be left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// The cloud.
    pub cloud: CloudId,
    /// The plan.
    pub file: Arc<str>,
    /// The address of what makes it.
    pub maker_address: Text,
    /// What that is, in the singular: `instance`.
    pub maker: &'static str,
    /// What it makes, in the plural: `volumes`.
    pub what: &'static str,
    /// What to write so that this has tags.
    pub remedy: &'static str,
    /// Which keys it lacks.
    pub lacks: Lacks,
}

/// The keys that something lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lacks {
    /// All, these perhaps excepted.
    AllBut(Vec<Text>),
    /// These, which its maker keeps to itself.
    These(Vec<Text>),
    /// Only the deploy knows.
    Unknown,
}

/// Reads one format.
pub trait PlanReader: Send + Sync {
    /// Format, e.g. `terraform.plan`: the name in reports.
    fn id(&self) -> &'static str;
    /// Whether this is its format. Content decides, never the file's name.
    fn recognises(&self, document: &Document<'_>) -> bool;
    /// Whether what it reads speaks for every file of its folder.
    fn holds_its_folder(&self) -> bool {
        false
    }
    /// Reads a document that it recognises.
    fn read(&self, document: &Document<'_>, options: &Options<'_>, out: &mut Reading) -> Result<(), PlanError>;
}

/// Every reader.
pub static READERS: &[&dyn PlanReader] = &[
    &crate::terraform::TerraformPlan,
    &crate::cloudformation::Template,
    &crate::cloudformation::Assembly,
    &crate::arm::ArmTemplate,
    &crate::arm::WhatIf,
    &crate::pulumi::PulumiPreview,
    &crate::kubernetes::Manifests,
];

/// Reads every document of a file; the second value names the formats that were met, in order.
pub fn read(file: &PlanFile, options: &Options<'_>, out: &mut Reading) -> Result<Vec<&'static str>, PlanError> {
    let (mut met, mut stranger) = (Vec::new(), None);
    for document in file.documents()? {
        match READERS.iter().find(|r| r.recognises(&document)) {
            Some(reader) => {
                reader.read(&document, options, out)?;
                met.push(reader.id());
            }
            // Manifests of the cluster's own stand beside those that make something in a cloud.
            None if document.has("apiVersion") && document.has("kind") => stranger = stranger.or(Some(document.unknown())),
            None => return Err(document.unknown()),
        }
    }
    match stranger {
        Some(error) if met.is_empty() => Err(error),
        _ => Ok(met),
    }
}
