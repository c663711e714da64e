//! The taxonomy that an estate is judged by, with its stages, waivers and side files.

use crate::{
    estate::Estate,
    kinds::Cloud,
    vocabulary::{CLOSED, ENVIRONMENTS, Key, LEFT, OWNERS, application, cost_center, owner},
};
use std::{fmt::Write as _, fs, io, path::Path};

/// The keys, as the design has them, with the environments of the estate.
fn keys() -> String {
    let aliases = |key: Key| key.aliases().join(", ");
    let mut out = format!("version: 1\nkeys:\n  Environment:\n    required: true\n    aliases: [{}]\n    values:\n", aliases(Key::Environment));
    for environment in &ENVIRONMENTS {
        let _infallible = writeln!(out, "      {}: [{}]", environment.name, environment.aliases.join(", "));
    }
    out += "    inherit: [resource_group, scope]\n";
    let _infallible = write!(
        out,
        "  Application: {{ required: true, aliases: [{}], pattern: \"[a-z][a-z0-9-]{{1,62}}\", catalogue: applications.csv }}
  Owner: {{ required: true, aliases: [{}], directory: owners.csv }}
  CostCenter: {{ required: true, aliases: [{}], register: cost-centers.csv }}
  DataClass: {{ required: true, values: {{ none: [], internal: [], confidential: [], personal: [pii, gdpr] }} }}

requirements:
  - {{ key: DataClass, kinds: [\"storage.*\", \"database.*\"], clouds: [aws, azure, gcp] }}
",
        aliases(Key::Application),
        aliases(Key::Owner),
        aliases(Key::CostCenter)
    );
    out
}

const AFTER_STAGES: &str = r#"
waivers:
  - { rule: missing-required-key, resource: "arn:aws:s3:::legacy-*", reason: "made before the tagging rules; they move to the archive account", owner: linda.berger@example.com, expires: 2027-03-31 }
  - { rule: untagged, resource: "arn:aws:ec2:*", reason: "the migration tags them", owner: jane.doe@example.com, expires: 2026-06-30 }
  - { rule: stage-mismatch, resource: "arn:aws:s3:::retired-*", reason: "read-only until they are deleted", owner: omar.haddad@example.com, expires: 2027-06-30 }

environments:
  demo: { purpose: "sales demos", owner: linda.berger@example.com, releases_only: true, data: [none], lifetime: null }
  preview: { purpose: "one per pull request", ephemeral: true, lifetime: 7d }

lifetime_keys: [ExpiresOn, TTL]
version_keys: [Version]
grace: 24h
costs: { ladder: [row, resource, group, scope] }
"#;

/// Stages by account id, subscription and project; large estates by the endings of their names.
fn stages(estate: &Estate) -> String {
    let mut out = String::from("\nstages:\n");
    for (index, environment) in (0_u8..).zip(&ENVIRONMENTS) {
        let named = |cloud| -> Vec<String> {
            let own = estate.scopes().iter().filter(|s| s.cloud == cloud && s.stage == Some(index));
            if estate.is_small() {
                own.map(|s| if cloud == Cloud::Aws { s.id.clone() } else { s.name.clone() }).collect()
            } else {
                own.take(1).map(|_| format!("*-{}", environment.suffix)).collect()
            }
        };
        let parts: Vec<String> = [(Cloud::Aws, "accounts"), (Cloud::Azure, "subscriptions"), (Cloud::Gcp, "projects")]
            .into_iter()
            .map(|(cloud, word)| (cloud, word, named(cloud)))
            .filter(|(_, _, names)| !names.is_empty())
            .map(|(cloud, word, names)| {
                format!("    {}: {{ {word}: [{}] }}\n", cloud.id(), names.iter().map(|n| format!("{n:?}")).collect::<Vec<_>>().join(", "))
            })
            .collect();
        if !parts.is_empty() {
            let _infallible = write!(out, "  - environment: {}\n{}", environment.name, parts.concat());
        }
    }
    out
}

/// Writes `taxonomy.yaml` and its side files into the folder.
pub fn write(estate: &Estate, folder: &Path) -> io::Result<()> {
    let head = "# Written by `tagledger-testkit` together with the estate beside it. One scope is left undeclared on purpose; of the waivers one matches, one has\n# expired and one matches nothing.\n";
    let applications: Vec<String> = (0..estate.applications()).map(application).collect();
    fs::create_dir_all(folder)?;
    fs::write(folder.join("taxonomy.yaml"), format!("{head}{}{}{AFTER_STAGES}", keys(), stages(estate)))?;
    side_files(folder, &applications, estate.owners(), estate.cost_centers())
}

/// The same for a bill that is measured: no stages, no waivers.
pub fn write_plain(folder: &Path, applications: &[String]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(
        folder.join("taxonomy.yaml"),
        format!("# Written by `tagledger-testkit bench-bill` together with the bill beside it.\n{}\ncosts: {{ ladder: [row, resource] }}\n", keys()),
    )?;
    side_files(folder, applications, 10, 10)
}

fn side_files(folder: &Path, applications: &[String], owners: u32, cost_centers: u32) -> io::Result<()> {
    let mut text = String::from("id,name,owner\n");
    for (at, id) in (0_u32..).zip(applications) {
        let _infallible = writeln!(text, "{id},{},{}", id.replace('-', " "), owner(at % owners));
    }
    fs::write(folder.join("applications.csv"), text)?;
    let mut text = String::from("id,name,valid_from,valid_to\n");
    for at in 0..owners {
        let name = OWNERS.get(at as usize).map_or_else(|| format!("Owner {at:04}"), |o| o.1.to_owned());
        let gone = if at == LEFT { "2026-05-31" } else { "" };
        let _infallible = writeln!(text, "{},{name},2023-01-01,{gone}", owner(at));
    }
    fs::write(folder.join("owners.csv"), text)?;
    let mut text = String::from("id,name,valid_from,valid_to\n");
    for at in 0..cost_centers {
        let closed = if at == CLOSED { "2026-07-31" } else { "" };
        let _infallible = writeln!(text, "{},Cost centre {},2023-01-01,{closed}", cost_center(at), at + 1);
    }
    fs::write(folder.join("cost-centers.csv"), text)
}
