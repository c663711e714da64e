//! Estates that servers are filled with.

use super::truth::TEMPLATES;
use serde_json::{Value, json};
use tagledger_tests::Desk;

pub const TENANT: &str = "7b1c9a52-3d0e-4c7f-9e55-0c2f6a1d8e40";
pub const CLIENT: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
pub const SECRET: &str = "not-a-secret";

const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, aliases: [env, stage], values: { production: [prod, prd], test: [] } }
  Application: { required: true, pattern: \"[a-z][a-z0-9-]+\" }
";

pub fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk
}

/// A settings file, which is YAML and so may be JSON.
pub fn file(settings: &Value) -> String {
    json!({"version": 1, "clouds": {"azure": settings}}).to_string()
}

/// The id of a subscription by its number.
pub fn subscription(n: u32) -> String {
    format!("0b1f6471-1bf0-4dda-aec3-{n:012x}")
}

/// A tenant of its own for each test.
pub fn tenant(subscriptions: &Value, groups: &Value, resources: &Value) -> Value {
    json!({
        "tenant": TENANT,
        "clients": [{"id": CLIENT, "secret": SECRET}],
        "management_groups": [
            {"id": TENANT, "name": "Tenant Root Group", "parent": null},
            {"id": "mg-workloads", "name": "Workloads", "parent": TENANT},
            {"id": "mg-production", "name": "Production", "parent": "mg-workloads"},
        ],
        "subscriptions": subscriptions,
        "groups": groups,
        "resources": resources,
    })
}

/// Two subscriptions of 250 vaults each, of which every fifth has no tags. Pages hold 100.
pub fn plain(weather: &Value) -> Value {
    let vault = |of: &str, n: usize| {
        let tags = if n.is_multiple_of(5) { json!({}) } else { json!({"Environment": "prod", "Application": "shop"}) };
        json!({"subscription": of, "group": "rg-one", "type": "Microsoft.KeyVault/vaults", "name": format!("kv{n:03}"), "location": "westeurope", "tags": tags, "properties": {}})
    };
    let good = json!({"Environment": "prod", "Application": "shop"});
    let subscriptions = json!([
        {"id": subscription(1), "name": "one", "state": "Enabled", "above": "mg-production", "tags": good},
        {"id": subscription(2), "name": "two", "state": "Enabled", "above": "mg-workloads", "tags": good},
    ]);
    let groups = json!([
        {"subscription": "one", "name": "rg-one", "location": "westeurope", "tags": good},
        {"subscription": "two", "name": "rg-one", "location": "westeurope", "tags": good},
    ]);
    let resources: Vec<Value> = ["one", "two"].iter().flat_map(|of| (0..250).map(|n| vault(of, n))).collect();
    let mut tenant = tenant(&subscriptions, &groups, &json!(resources));
    tenant["page"] = json!({"graph": 100, "resources": 100});
    tenant["weather"] = weather.clone();
    tenant
}

/// A kind, what its properties say, and whether anything uses it; none where nothing is to be said.
pub struct Kind {
    pub name: &'static str,
    pub properties: fn() -> Value,
    pub used: Option<bool>,
}

const fn kind(name: &'static str, used: Option<bool>, properties: fn() -> Value) -> Kind {
    Kind { name, properties, used }
}

/// Every kind whose use is proven, used and unused, as its own provider writes it; and a few of which nothing is to be said.
pub const KINDS: &[Kind] = &[
    kind("Microsoft.Compute/disks", Some(true), || json!({"diskState": "Attached", "timeCreated": "2026-01-05T08:00:00.0000000+00:00"})),
    kind("Microsoft.Compute/disks", Some(false), || json!({"diskState": "Unattached", "timeCreated": "2026-01-05T08:00:00.0000000+00:00"})),
    kind("Microsoft.Compute/disks", None, || json!({"diskState": "ActiveSAS"})),
    kind("Microsoft.Network/publicIPAddresses", Some(true), || json!({"publicIPAllocationMethod": "Static", "ipConfiguration": {"id": "/subscriptions/s/x"}})),
    kind("Microsoft.Network/publicIPAddresses", Some(true), || json!({"natGateway": {"id": "/subscriptions/s/n"}})),
    kind("Microsoft.Network/publicIPAddresses", Some(false), || json!({"publicIPAllocationMethod": "Static"})),
    kind("Microsoft.Network/networkInterfaces", Some(true), || json!({"virtualMachine": {"id": "/subscriptions/s/vm"}, "hostedWorkloads": []})),
    kind("Microsoft.Network/networkInterfaces", Some(true), || json!({"privateEndpoint": {"id": "/subscriptions/s/pe"}})),
    kind("Microsoft.Network/networkInterfaces", Some(false), || json!({"hostedWorkloads": []})),
    kind("Microsoft.Network/networkSecurityGroups", Some(true), || json!({"subnets": [{"id": "/subscriptions/s/subnet"}]})),
    kind("Microsoft.Network/networkSecurityGroups", Some(false), || json!({"securityRules": []})),
    kind("Microsoft.Network/routeTables", Some(true), || json!({"subnets": [{"id": "/subscriptions/s/subnet"}]})),
    kind("Microsoft.Network/routeTables", Some(false), || json!({"routes": []})),
    kind("Microsoft.Network/natGateways", Some(false), || json!({"idleTimeoutInMinutes": 4})),
    kind("Microsoft.Network/virtualNetworks", Some(false), || json!({"subnets": []})),
    kind("Microsoft.Network/virtualNetworks", Some(true), || json!({"subnets": [{"id": "/subscriptions/s/subnet", "name": "a"}]})),
    kind("Microsoft.Network/loadBalancers", Some(false), || json!({"backendAddressPools": [], "inboundNatRules": []})),
    kind("Microsoft.Network/loadBalancers", Some(true), || json!({"backendAddressPools": [{"id": "/subscriptions/s/pool"}], "inboundNatRules": []})),
    kind("Microsoft.Network/applicationGateways", Some(false), || json!({"backendAddressPools": [{"properties": {"backendAddresses": []}}]})),
    kind(
        "Microsoft.Network/applicationGateways",
        Some(true),
        || json!({"backendAddressPools": [{"properties": {}}, {"properties": {"backendAddresses": [{"fqdn": "shop.example.com"}]}}]}),
    ),
    kind("Microsoft.Network/frontDoorWebApplicationFirewallPolicies", Some(false), || json!({"securityPolicyLinks": []})),
    kind("Microsoft.Network/trafficManagerProfiles", Some(false), || json!({"endpoints": []})),
    kind("Microsoft.Network/ipGroups", Some(true), || json!({"firewalls": [], "firewallPolicies": [{"id": "/subscriptions/s/policy"}]})),
    kind("Microsoft.Network/ipGroups", Some(false), || json!({"firewalls": [], "firewallPolicies": []})),
    kind("Microsoft.Network/ddosProtectionPlans", Some(false), || json!({})),
    kind("Microsoft.Network/privateDnsZones", Some(false), || json!({"numberOfVirtualNetworkLinks": 0})),
    kind("Microsoft.Network/privateDnsZones", Some(true), || json!({"numberOfVirtualNetworkLinks": 2})),
    kind(
        "Microsoft.Network/privateEndpoints",
        Some(false),
        || json!({"privateLinkServiceConnections": [], "manualPrivateLinkServiceConnections": [{"properties": {"privateLinkServiceConnectionState": {"status": "Disconnected"}}}]}),
    ),
    kind(
        "Microsoft.Network/privateEndpoints",
        Some(true),
        || json!({"privateLinkServiceConnections": [{"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}]}),
    ),
    kind("Microsoft.Web/serverFarms", Some(false), || json!({"numberOfSites": 0})),
    kind("Microsoft.Web/serverFarms", Some(true), || json!({"numberOfSites": 3})),
    kind("Microsoft.Compute/availabilitySets", Some(false), || json!({"virtualMachines": []})),
    kind("Microsoft.Sql/servers/elasticPools", Some(false), || json!({"state": "Ready"})),
    kind("Microsoft.Network/virtualNetworkGateways", Some(false), || json!({"gatewayType": "Vpn"})),
    kind("Microsoft.Network/virtualNetworkGateways", Some(true), || json!({"vpnClientConfiguration": {"vpnClientProtocols": ["OpenVPN"]}})),
    kind("Microsoft.Web/connections", Some(false), || json!({"displayName": "office"})),
    kind("Microsoft.Compute/virtualMachines", None, || json!({"extended": {"instanceView": {"powerState": {"code": "PowerState/stopped"}}}})),
    kind("Microsoft.OperationalInsights/workspaces", None, || json!({"retentionInDays": 30})),
    kind("Microsoft.Storage/storageAccounts", None, || json!({"creationTime": "2026-02-01T00:00:00Z"})),
    kind("Microsoft.Web/certificates", None, || json!({"expirationDate": "2026-05-01T12:00:00+00:00"})),
    kind("Microsoft.Web/certificates", None, || json!({"expirationDate": "2027-05-01T12:00:00+00:00"})),
    kind("Microsoft.KeyVault/vaults", None, || json!({})),
    kind("Microsoft.Web/sites", None, || json!({})),
];

/// The subscriptions that are asked, by their names in the seed.
pub const ASKED: [&str; 4] = ["shop-prod", "shop-test", "data-prod", "sandbox"];

/// True for what is in them, and for themselves.
pub fn is_asked(thing: &Value) -> bool {
    let of = thing["subscription"].as_str().or(thing["name"].as_str()).unwrap();
    ASKED.contains(&of)
}

/// A tenant with everything: four subscriptions that are asked, others that are not, each kind in each of the four, tagged in every way in turn.
pub fn whole() -> Value {
    let member = |n: u32, name: &str, above: &str, state: &str| json!({"id": subscription(n), "name": name, "state": state, "above": above});
    let mut subscriptions = vec![
        member(1, "shop-prod", "mg-production", "Enabled"),
        member(2, "shop-test", "mg-workloads", "Warned"),
        member(3, "data-prod", "mg-production", "PastDue"),
        member(4, "sandbox", TENANT, "Enabled"),
        member(5, "left", "mg-workloads", "Disabled"),
    ];
    let (mut groups, mut resources, mut at) = (Vec::new(), Vec::new(), 0_usize);
    let mut tagged = |mut thing: Value| {
        let template = &TEMPLATES[at % TEMPLATES.len()];
        at += 1;
        if let Some(tags) = template.tags() {
            thing["tags"] = tags;
        }
        thing["template"] = json!(template.name);
        thing
    };
    for subscription in subscriptions.iter_mut().take(4) {
        *subscription = tagged(subscription.take());
    }
    for of in ASKED {
        for (group, location) in [("RG-Shop", "westeurope"), ("rg-data", "northeurope"), ("rg-empty", "westeurope")] {
            let mut group = tagged(json!({"subscription": of, "name": group, "location": location}));
            group["used"] = json!(group["name"] != "rg-empty");
            groups.push(group);
        }
        for (n, kind) in KINDS.iter().enumerate() {
            let parent = if kind.name.matches('/').count() > 1 { format!("srv{n}/") } else { String::new() };
            resources.push(tagged(json!({
                "subscription": of, "group": if n.is_multiple_of(2) { "RG-Shop" } else { "rg-data" }, "type": kind.name, "name": format!("{parent}r{n}"), "location": "westeurope",
                "properties": (kind.properties)(), "used": kind.used, "created": "2026-01-05T08:00:00Z", "changed": "2026-10-05T08:00:00Z",
            })));
        }
    }
    let mut tenant = tenant(&json!(subscriptions), &json!(groups), &json!(resources));
    tenant["page"] = json!({"graph": 50, "resources": 20, "subscriptions": 2, "entities": 3});
    tenant
}
