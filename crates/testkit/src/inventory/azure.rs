//! Azure: `az graph query` over `resources` and over `resourcecontainers`, and `az account list`.
//!
//! `az graph query` prints an object with count, data, skip_token and total_records; rows have the columns of the Resource Graph tables.

use super::{CHUNK, chunk_name, layout, pairs};
use crate::{
    estate::{Estate, Resource},
    kinds::Cloud,
    output::{Layout, List, Pairs, chunks},
    scopes::Scope,
    vocabulary::ENVIRONMENTS,
};
use serde::Serialize;
use std::{io, path::Path};

const TENANT: &str = "7b1c9a52-3d0e-4c7f-9e55-0c2f6a1d8e40";

/// A row of the table `resources`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArgResource<'a> {
    pub extended_location: Option<&'a str>,
    pub id: &'a str,
    pub identity: Option<&'a str>,
    pub kind: &'a str,
    pub location: &'a str,
    pub managed_by: &'a str,
    pub name: &'a str,
    pub plan: Option<&'a str>,
    pub properties: Pairs<'a>,
    pub resource_group: String,
    pub sku: Option<&'a str>,
    pub subscription_id: &'a str,
    pub tags: Option<Pairs<'a>>,
    pub tenant_id: &'a str,
    #[serde(rename = "type")]
    pub type_: &'a str,
    pub zones: Option<&'a str>,
}

impl<'a> ArgResource<'a> {
    /// A row without properties; tags absent are `null`, as Resource Graph has them.
    pub fn new(id: &'a str, name: &'a str, type_: &'a str, location: &'a str, group: &str, subscription: &'a str, tags: Vec<(&'a str, &'a str)>) -> Self {
        Self {
            extended_location: None,
            id,
            identity: None,
            kind: "",
            location,
            managed_by: "",
            name,
            plan: None,
            properties: Pairs(vec![("provisioningState", "Succeeded")]),
            resource_group: group.to_lowercase(),
            sku: None,
            subscription_id: subscription,
            tags: (!tags.is_empty()).then_some(Pairs(tags)),
            tenant_id: TENANT,
            type_,
            zones: None,
        }
    }
}

/// A row of the table `resourcecontainers`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArgContainer<'a> {
    id: String,
    location: &'a str,
    name: &'a str,
    properties: ContainerProperties<'a>,
    resource_group: String,
    subscription_id: &'a str,
    tags: Option<Pairs<'a>>,
    tenant_id: &'a str,
    #[serde(rename = "type")]
    type_: &'static str,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ContainerProperties<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    management_group_ancestors_chain: Vec<Ancestor<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisioning_state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ancestor<'a> {
    display_name: &'a str,
    name: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Subscription<'a> {
    cloud_name: &'static str,
    home_tenant_id: &'a str,
    id: &'a str,
    is_default: bool,
    managed_by_tenants: Vec<&'a str>,
    name: &'a str,
    state: &'static str,
    tenant_id: &'a str,
    user: User,
}

#[derive(Debug, Serialize)]
struct User {
    name: &'static str,
    #[serde(rename = "type")]
    type_: &'static str,
}

pub(super) fn write(estate: &Estate, folder: &Path) -> io::Result<()> {
    subscriptions(estate, folder)?;
    containers(estate, folder)?;
    let range = estate.range(Cloud::Azure);
    let total = range.end - range.start;
    for (at, range) in chunks(range, CHUNK).enumerate() {
        let path = folder.join(chunk_name("graph-resources", at, total.div_ceil(CHUNK), "json"));
        let mut out = graph(&path, layout(estate, 2), range.end - range.start, total)?;
        for index in range {
            let resource = estate.resource(index);
            let scope = &estate.scopes()[resource.scope];
            out.push(&row(&resource, scope))?;
        }
        out.close()?;
    }
    Ok(())
}

/// What `az graph query` puts around its rows. Pages were followed to their end, so that no token is left.
fn graph(path: &Path, layout: Layout, count: u64, total: u64) -> io::Result<List> {
    match layout {
        Layout::Indented(_) => List::open(
            path,
            layout,
            &format!("{{\n  \"count\": {count},\n  \"data\": "),
            &format!(",\n  \"skip_token\": null,\n  \"total_records\": {total}\n}}"),
        ),
        Layout::Compact => List::open(path, layout, &format!("{{\"count\":{count},\"data\":"), &format!(",\"skip_token\":null,\"total_records\":{total}}}")),
    }
}

fn row<'a>(resource: &'a Resource, scope: &'a Scope) -> ArgResource<'a> {
    let group = resource.group.map_or("", |g| scope.groups[g].name.as_str());
    ArgResource::new(&resource.id, &resource.name, resource.kind.native, resource.region, group, &scope.id, pairs(&resource.tags))
}

/// The management groups above a subscription, nearest first.
fn ancestors(scope: &Scope) -> Vec<Ancestor<'static>> {
    let nearest = match scope.stage.map(|s| ENVIRONMENTS[usize::from(s)].name) {
        Some("production" | "recovery") => Ancestor { display_name: "Production", name: "mg-production" },
        Some(_) => Ancestor { display_name: "Non-production", name: "mg-nonproduction" },
        None => Ancestor { display_name: "Sandbox", name: "mg-sandbox" },
    };
    vec![nearest, Ancestor { display_name: "Tenant Root Group", name: TENANT }]
}

fn containers(estate: &Estate, folder: &Path) -> io::Result<()> {
    let scopes = || estate.scopes().iter().filter(|s| s.cloud == Cloud::Azure);
    let count = scopes().map(|s| 1 + s.groups.len() as u64).sum();
    let mut out = graph(&folder.join("graph-resourcecontainers.json"), layout(estate, 2), count, count)?;
    for scope in scopes() {
        let tags = |tags| Some(Pairs(pairs(tags))).filter(|p| !p.0.is_empty());
        out.push(&ArgContainer {
            id: format!("/subscriptions/{}", scope.id),
            location: "",
            name: &scope.name,
            properties: ContainerProperties { management_group_ancestors_chain: ancestors(scope), state: Some("Enabled"), ..Default::default() },
            resource_group: String::new(),
            subscription_id: &scope.id,
            tags: tags(&scope.tags),
            tenant_id: TENANT,
            type_: "microsoft.resources/subscriptions",
        })?;
        for group in &scope.groups {
            out.push(&ArgContainer {
                id: format!("/subscriptions/{}/resourceGroups/{}", scope.id, group.name),
                location: group.region,
                name: &group.name,
                properties: ContainerProperties { provisioning_state: Some("Succeeded"), ..Default::default() },
                resource_group: group.name.to_lowercase(),
                subscription_id: &scope.id,
                tags: tags(&group.tags),
                tenant_id: TENANT,
                type_: "microsoft.resources/subscriptions/resourcegroups",
            })?;
        }
    }
    out.close()
}

fn subscriptions(estate: &Estate, folder: &Path) -> io::Result<()> {
    let mut out = List::open(&folder.join("account-list.json"), layout(estate, 2), "", "")?;
    for (at, scope) in estate.scopes().iter().filter(|s| s.cloud == Cloud::Azure).enumerate() {
        out.push(&Subscription {
            cloud_name: "AzureCloud",
            home_tenant_id: TENANT,
            id: &scope.id,
            is_default: at == 0,
            managed_by_tenants: Vec::new(),
            name: &scope.name,
            state: "Enabled",
            tenant_id: TENANT,
            user: User { name: "finops@example.com", type_: "user" },
        })?;
    }
    out.close()
}
