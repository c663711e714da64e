//! The resources of a bench bill and their inventory files.

use super::profile::{Profile, Profiles};
use crate::{
    estate::Spec,
    inventory::{ArgResource, Asset, CHUNK, Explored, Project, Reported, TaggedPair, folder_number},
    kinds::Cloud,
    output::{Layout, List},
    random::{Rng, mix},
};
use std::{io, path::Path};

/// Scopes of each cloud.
const SCOPES: u64 = 20;

/// All resources, each derived from its number.
#[derive(Debug)]
pub struct Fleet {
    seed: u64,
    count: u64,
    profiles: Profiles,
}

/// One of them.
#[derive(Debug)]
pub struct Machine {
    /// Its cloud.
    pub cloud: Cloud,
    /// Number of the scope within its cloud.
    pub scope: u64,
    /// As bill and inventory have it; Azure's in lower case.
    pub id: String,
    /// Display name.
    pub name: String,
    /// What its tags say; none for a resource without tags.
    pub profile: Option<Profile>,
    /// True when the inventory holds it.
    pub listed: bool,
}

/// The id of a scope.
pub fn scope_id(cloud: Cloud, scope: u64) -> String {
    match cloud {
        Cloud::Aws => format!("{}", 400_000_000_001 + scope),
        Cloud::Azure => format!("b3a91c00-5d2e-4f70-8c11-{:012}", 7_001 + scope),
        Cloud::Gcp => format!("bench-project-{scope:02}"),
    }
}

impl Fleet {
    /// So many.
    pub fn new(seed: u64, count: u64, profiles: Profiles) -> Self {
        Self { seed, count, profiles }
    }

    /// How many.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Which cloud a resource is of: six of ten are AWS.
    pub fn cloud(&self, index: u64) -> Cloud {
        match mix(self.seed ^ index.wrapping_mul(3)) % 10 {
            0..=5 => Cloud::Aws,
            6 | 7 => Cloud::Azure,
            _ => Cloud::Gcp,
        }
    }

    /// A resource.
    pub fn machine(&self, index: u64) -> Machine {
        let cloud = self.cloud(index);
        let mut rng = Rng::of(self.seed, 51, index);
        let scope = rng.below(SCOPES);
        let account = scope_id(cloud, scope);
        let hex = format!("{:016x}", mix(self.seed ^ (index << 8)));
        let name = format!("vm-{hex}");
        let id = match cloud {
            Cloud::Aws => format!("arn:aws:ec2:eu-central-1:{account}:instance/i-0{hex}"),
            Cloud::Azure => format!("/subscriptions/{account}/resourcegroups/rg-bench-{:02}/providers/microsoft.compute/virtualmachines/{name}", scope % 7),
            Cloud::Gcp => format!("//compute.googleapis.com/projects/{account}/zones/europe-west3-a/instances/{name}"),
        };
        let tagged = !rng.chance(78);
        let listed = rng.chance(882);
        let profile = tagged.then(|| self.profiles.draw(&mut rng, cloud == Cloud::Gcp));
        Machine { cloud, scope, id, name, profile, listed }
    }

    /// The Tags text that its rows carry.
    pub fn billed_text(&self, index: u64) -> Option<String> {
        self.machine(index).profile.map(|p| p.text())
    }

    /// Writes the inventory files and counts what is in them.
    pub fn write(&self, folder: &Path) -> io::Result<u64> {
        let mut files = [Chunked::default(), Chunked::default(), Chunked::default()];
        let mut count = 0;
        for machine in (0..self.count).map(|i| self.machine(i)).filter(|m| m.listed) {
            files[machine.cloud as usize].push(folder, &machine)?;
            count += 1;
        }
        for file in files {
            if let Some(list) = file.list {
                list.close()?;
            }
        }
        let mut projects = List::open(&folder.join("gcp/projects.json"), Layout::Compact, "", "")?;
        for scope in 0..SCOPES {
            projects.push(&Project::new(&scope_id(Cloud::Gcp, scope), &scope_id(Cloud::Gcp, scope), project_number(scope), folder_number(None), Vec::new()))?;
        }
        projects.close()?;
        Ok(count)
    }
}

fn project_number(scope: u64) -> u64 {
    610_000_000_100 + scope
}

/// Files of one cloud, a new one every `CHUNK` resources.
#[derive(Default)]
struct Chunked {
    list: Option<List>,
    count: u64,
    number: u32,
}

impl Chunked {
    fn push(&mut self, folder: &Path, machine: &Machine) -> io::Result<()> {
        if self.count == CHUNK
            && let Some(full) = self.list.take()
        {
            full.close()?;
            self.count = 0;
        }
        self.count += 1;
        let list = if let Some(list) = self.list.take() {
            list
        } else {
            self.number += 1;
            let path = folder.join(machine.cloud.id()).join(format!("resources-{:04}.json", self.number));
            let (before, after) = envelope(machine.cloud);
            List::open(&path, Layout::Compact, before, after)?
        };
        self.list.insert(list).push_machine(machine)
    }
}

/// What stands around a list of the cloud's records.
fn envelope(cloud: Cloud) -> (&'static str, &'static str) {
    match cloud {
        Cloud::Aws => {
            ("{\"Resources\":", ",\"ViewArn\":\"arn:aws:resource-explorer-2:eu-central-1:400000000001:view/with-tags/90c6a6a4-0b7e-4a57-9a0c-61f8f2a2f0b3\"}")
        }
        // `az graph query` prints `count` first, which is not known while streaming; readers need the rows only.
        Cloud::Azure => ("{\"data\":", ",\"skip_token\":null}"),
        Cloud::Gcp => ("", ""),
    }
}

impl List {
    fn push_machine(&mut self, machine: &Machine) -> io::Result<()> {
        let tags = machine.profile.as_ref().map(Profile::tags).unwrap_or_default();
        let scope = scope_id(machine.cloud, machine.scope);
        match machine.cloud {
            Cloud::Aws => {
                let data: Vec<TaggedPair<'_>> = tags.iter().map(|(key, value)| TaggedPair { key, value }).collect();
                let seen = "2026-10-31T19:00:00+00:00".to_owned();
                let properties = if data.is_empty() { Vec::new() } else { vec![Reported { name: "tags", last_reported_at: seen.clone(), data }] };
                self.push(&Explored {
                    arn: &machine.id,
                    owning_account_id: &scope,
                    region: "eu-central-1",
                    resource_type: "ec2:instance",
                    service: "ec2",
                    last_reported_at: seen,
                    properties,
                })
            }
            Cloud::Azure => {
                let group = format!("rg-bench-{:02}", machine.scope % 7);
                self.push(&ArgResource::new(&machine.id, &machine.name, "microsoft.compute/virtualmachines", "westeurope", &group, &scope, tags))
            }
            Cloud::Gcp => {
                let place = (scope.as_str(), project_number(machine.scope), folder_number(None));
                self.push(&Asset::new(
                    "compute.googleapis.com/Instance",
                    &machine.id,
                    &machine.name,
                    "europe-west3-a",
                    place,
                    Spec::NOW - 500 * crate::calendar::DAY,
                    tags,
                ))
            }
        }
    }
}
