//! The command of the `gcloud` command line that carries out a suggestion.
//!
//! There is no one call for all kinds: each service has its own, and some have labels in the alpha or beta track only.

use crate::name::Name;
use tagledger_collect::{ResourceRef, shell_quote};
use tagledger_model::{Suggestion, is_invisible};

/// How a command says which labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    /// `add-labels` and `remove-labels`, with `--labels`.
    Labels,
    /// `update`, with `--update-labels` and `--remove-labels`.
    Update,
    /// `patch`, with the same flags.
    Patch,
}

/// Which flags say where the resource is; a flag is left out when the name has no such part.
type Places = &'static [(&'static str, &'static str)];

const COMPUTE: Places = &[("zones", "zone"), ("regions", "region")];
const REGION: Places = &[("locations", "region"), ("regions", "region")];
const LOCATION: Places = &[("locations", "location"), ("zones", "location"), ("regions", "location")];
const KEY: Places = &[("keyRings", "keyring"), ("locations", "location")];
const NOWHERE: Places = &[];

/// Kind, command group, verb and places. The tests of this module hold the lines to a fixed text that gcloud itself was seen to take.
const RECIPES: &[(&str, &str, Verb, Places)] = &[
    ("compute.googleapis.com/instance", "compute instances", Verb::Labels, COMPUTE),
    ("compute.googleapis.com/disk", "compute disks", Verb::Labels, COMPUTE),
    ("compute.googleapis.com/regiondisk", "compute disks", Verb::Labels, COMPUTE),
    ("compute.googleapis.com/snapshot", "compute snapshots", Verb::Labels, NOWHERE),
    ("compute.googleapis.com/image", "compute images", Verb::Labels, NOWHERE),
    ("compute.googleapis.com/address", "beta compute addresses", Verb::Update, COMPUTE),
    ("compute.googleapis.com/globaladdress", "beta compute addresses", Verb::Update, COMPUTE),
    ("compute.googleapis.com/forwardingrule", "compute forwarding-rules", Verb::Update, COMPUTE),
    ("compute.googleapis.com/globalforwardingrule", "compute forwarding-rules", Verb::Update, COMPUTE),
    ("compute.googleapis.com/vpntunnel", "beta compute vpn-tunnels", Verb::Update, COMPUTE),
    ("storage.googleapis.com/bucket", "storage buckets", Verb::Update, NOWHERE),
    ("sqladmin.googleapis.com/instance", "beta sql instances", Verb::Patch, NOWHERE),
    ("cloudresourcemanager.googleapis.com/project", "alpha projects", Verb::Update, NOWHERE),
    ("pubsub.googleapis.com/topic", "pubsub topics", Verb::Update, NOWHERE),
    ("pubsub.googleapis.com/subscription", "pubsub subscriptions", Verb::Update, NOWHERE),
    ("container.googleapis.com/cluster", "container clusters", Verb::Update, LOCATION),
    ("run.googleapis.com/service", "run services", Verb::Update, REGION),
    ("run.googleapis.com/job", "run jobs", Verb::Update, REGION),
    ("redis.googleapis.com/instance", "redis instances", Verb::Update, REGION),
    ("secretmanager.googleapis.com/secret", "secrets", Verb::Update, NOWHERE),
    ("cloudkms.googleapis.com/cryptokey", "kms keys", Verb::Update, KEY),
    ("dataproc.googleapis.com/cluster", "dataproc clusters", Verb::Update, REGION),
    ("file.googleapis.com/instance", "filestore instances", Verb::Update, LOCATION),
    ("artifactregistry.googleapis.com/repository", "artifacts repositories", Verb::Update, LOCATION),
];

/// One command for each label that changes; none for a kind without a recipe.
pub(crate) fn command(mend: &Suggestion, on: &ResourceRef<'_>) -> Option<String> {
    let text = match mend {
        Suggestion::SetTag { key, value: Some(value) } if is_value(value) => call(on, key, Some(value))?,
        Suggestion::SetTag { key, value: None } => call(on, key, Some("<value>"))?,
        // The new label is written before the old one goes, so that a failure in between loses nothing.
        Suggestion::RenameTag { from, to } => format!("{} && {}", call(on, to, Some(&format!("<value of {from}>")))?, call(on, from, None)?),
        Suggestion::RemoveTag { key } => call(on, key, None)?,
        Suggestion::SetTag { .. } | Suggestion::Other { .. } => return None,
    };
    // A control character in a pasted line speaks to the terminal, whatever the quotes say, and a bidi override shows another line than the one that is run.
    (!text.chars().any(is_invisible)).then_some(text)
}

/// The command that writes a label, or takes it away.
fn call(on: &ResourceRef<'_>, key: &str, value: Option<&str>) -> Option<String> {
    let (_, group, verb, places) = RECIPES.iter().find(|(kind, ..)| on.kind.eq_ignore_ascii_case(kind))?;
    let name = Name::parse(on.id)?;
    let last = name.last().filter(|last| is_key(key) && !last.starts_with('-'))?;
    let target = if *group == "storage buckets" { format!("gs://{last}") } else { last.to_owned() };
    let (word, label_flag) = match (verb, value) {
        (Verb::Labels, Some(_)) => ("add-labels", "labels"),
        (Verb::Labels, None) => ("remove-labels", "labels"),
        (Verb::Update, Some(_)) => ("update", "update-labels"),
        (Verb::Update, None) => ("update", "remove-labels"),
        (Verb::Patch, Some(_)) => ("patch", "update-labels"),
        (Verb::Patch, None) => ("patch", "remove-labels"),
    };
    let mut flags: Vec<String> = places.iter().filter_map(|(part, flag)| name.after(part).map(|value| format!("--{flag}={value}"))).collect();
    if flags.is_empty() && *places == COMPUTE && name.path.contains("/global/") {
        flags.push("--global".to_owned());
    }
    if let Some(project) = name.project().filter(|_| *group != "alpha projects") {
        flags.push(format!("--project={project}"));
    }
    flags.push(value.map_or_else(|| format!("--{label_flag}={key}"), |value| format!("--{label_flag}={key}={value}")));
    let flags: Vec<String> = flags.iter().map(|flag| shell_quote(flag)).collect();
    Some(format!("gcloud {group} {word} {} {}", shell_quote(&target), flags.join(" ")))
}

/// The characters of a label, which is also what keeps gcloud's own list syntax (`,`, `=`, `^`) out.
fn is_value(text: &str) -> bool {
    text.chars().all(|c| (c.is_alphanumeric() && !c.is_uppercase()) || c == '_' || c == '-')
}

fn is_key(text: &str) -> bool {
    text.starts_with(char::is_alphabetic) && is_value(text)
}

#[cfg(test)]
mod tests;
