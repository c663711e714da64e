//! AWS: `resource-explorer-2 list-resources` for most accounts, `resourcegroupstaggingapi get-resources` for some, `organizations list-accounts`.
//!
//! Members and their order are those of the services' models, as the AWS command line prints them.

use super::{CHUNK, chunk_name, layout};
use crate::{
    calendar,
    estate::{Estate, Resource},
    kinds::Cloud,
    output::{Layout, List, chunks},
    scopes::Scope,
    tag::Tag,
};
use serde::Serialize;
use std::{io, path::Path};

/// A tag.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaggedPair<'a> {
    pub key: &'a str,
    pub value: &'a str,
}

/// One row of Resource Explorer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Explored<'a> {
    pub arn: &'a str,
    pub owning_account_id: &'a str,
    pub region: &'a str,
    pub resource_type: &'a str,
    pub service: &'a str,
    pub last_reported_at: String,
    pub properties: Vec<Reported<'a>>,
}

/// A property of it: the tags.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Reported<'a> {
    pub name: &'static str,
    pub last_reported_at: String,
    pub data: Vec<TaggedPair<'a>>,
}

/// One row of the Tagging API.
#[derive(Debug, Serialize)]
pub struct Mapped<'a> {
    #[serde(rename = "ResourceARN")]
    pub arn: &'a str,
    #[serde(rename = "Tags")]
    pub tags: Vec<TaggedPair<'a>>,
}

/// One account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Account<'a> {
    id: &'a str,
    arn: String,
    email: String,
    name: &'a str,
    status: &'static str,
    state: &'static str,
    paths: Vec<String>,
    joined_method: &'static str,
    joined_timestamp: String,
}

const ORGANIZATION: &str = "o-tl4estate01";
const MANAGEMENT: &str = "999999999999";

pub(super) fn write(estate: &Estate, folder: &Path) -> io::Result<()> {
    accounts(estate, folder)?;
    for scope in estate.scopes().iter().filter(|s| s.cloud == Cloud::Aws) {
        if !scope.tagging_only {
            explored(estate, scope, folder)?;
        }
        if scope.tagging_only || scope.tagging_too {
            tagged(estate, scope, folder)?;
        }
    }
    Ok(())
}

/// As the AWS command line prints times.
fn time(seconds: i64) -> String {
    format!("{}T{}+00:00", calendar::date(seconds), calendar::clock(seconds))
}

fn tags(tags: &[Tag]) -> Vec<TaggedPair<'_>> {
    tags.iter().map(|t| TaggedPair { key: &t.key, value: &t.value }).collect()
}

/// The envelope `{"<list>": [...]<rest>}`.
fn list(path: &Path, layout: Layout, name: &str, rest: &[(&str, &str)]) -> io::Result<List> {
    let (open, blank, line, close) = match layout {
        Layout::Indented(step) => (format!("{{\n{}", " ".repeat(step)), " ", format!(",\n{}", " ".repeat(step)), "\n}"),
        Layout::Compact => ("{".to_owned(), "", ",".to_owned(), "}"),
    };
    let rest: Vec<String> = rest.iter().map(|(k, v)| format!("{line}\"{k}\":{blank}\"{v}\"")).collect();
    List::open(path, layout, &format!("{open}\"{name}\":{blank}"), &format!("{}{close}", rest.concat()))
}

fn explored(estate: &Estate, scope: &Scope, folder: &Path) -> io::Result<()> {
    let count = scope.count.div_ceil(CHUNK);
    // Every fifth account's file is packed, as archived exports are.
    let ending = if scope.id.ends_with('5') { "json.gz" } else { "json" };
    let seen = estate.spec().now - 5 * 3600;
    let view = format!("arn:aws:resource-explorer-2:eu-central-1:{}:view/with-tags/5d0f2c5e-9f7e-4f2c-8a53-2b1f7c0e6d11", scope.id);
    for (at, range) in chunks(scope.first..scope.first + scope.count, CHUNK).enumerate() {
        let path = folder.join(chunk_name(&format!("resource-explorer-{}", scope.name), at, count, ending));
        let mut out = list(&path, layout(estate, 4), "Resources", &[("ViewArn", &view)])?;
        for index in range {
            let resource = estate.resource(index);
            out.push(&row(&resource, scope, seen))?;
        }
        out.close()?;
    }
    Ok(())
}

fn row<'a>(resource: &'a Resource, scope: &'a Scope, seen: i64) -> Explored<'a> {
    let native = resource.kind.native;
    let properties =
        if resource.tags.is_empty() { Vec::new() } else { vec![Reported { name: "tags", last_reported_at: time(seen), data: tags(&resource.tags) }] };
    let service = native.split(':').next().unwrap_or(native);
    Explored {
        arn: &resource.id,
        owning_account_id: &scope.id,
        region: resource.region,
        resource_type: native,
        service,
        last_reported_at: time(seen),
        properties,
    }
}

/// In an account that is exported this way only, every resource was tagged once, so that all of them appear; beside Resource Explorer only those
/// that carry tags now.
fn tagged(estate: &Estate, scope: &Scope, folder: &Path) -> io::Result<()> {
    let count = scope.count.div_ceil(CHUNK);
    for (at, range) in chunks(scope.first..scope.first + scope.count, CHUNK).enumerate() {
        let path = folder.join(chunk_name(&format!("tagging-{}", scope.name), at, count, "json"));
        let mut out = list(&path, layout(estate, 4), "ResourceTagMappingList", &[])?;
        for index in range {
            let resource = estate.resource(index);
            if scope.tagging_only || !resource.tags.is_empty() {
                out.push(&Mapped { arn: &resource.id, tags: tags(&resource.tags) })?;
            }
        }
        out.close()?;
    }
    Ok(())
}

fn accounts(estate: &Estate, folder: &Path) -> io::Result<()> {
    let mut out = list(&folder.join("organizations-accounts.json"), layout(estate, 4), "Accounts", &[])?;
    for scope in estate.scopes().iter().filter(|s| s.cloud == Cloud::Aws) {
        let unit = match scope.stage.map(|s| crate::vocabulary::ENVIRONMENTS[usize::from(s)].name) {
            Some("production" | "recovery") => "ou-r4t1-produnit",
            Some(_) => "ou-r4t1-testunit",
            None => "ou-r4t1-sandboxs",
        };
        out.push(&Account {
            id: &scope.id,
            arn: format!("arn:aws:organizations::{MANAGEMENT}:account/{ORGANIZATION}/{}", scope.id),
            email: format!("aws+{}@example.com", scope.name),
            name: &scope.name,
            status: "ACTIVE",
            state: "ACTIVE",
            paths: vec![format!("{ORGANIZATION}/r-r4t1/{unit}/")],
            joined_method: "CREATED",
            joined_timestamp: time(calendar::days(2023, 1, 9) * calendar::DAY + 34_200),
        })?;
    }
    out.close()
}
