//! What proves that a resource is used, kind by kind: one line each, from which the query is made and its answer understood.
//!
//! Properties are those of the kind's own Resource Manager type (<https://learn.microsoft.com/azure/templates/>). What has no line is not judged.

use crate::row::Proof;
use tagledger_model::{Fact, Facts, RawTag, Retention, Text, Timestamp};

/// What uses a kind of resource, and how that is asked.
struct Use {
    kind: &'static str,
    /// The properties, for people.
    field: &'static str,
    /// The same in the query: a text.
    query: &'static str,
    reads: Reads,
}

/// What the text says.
enum Reads {
    /// The id of something that uses it; nothing does where it is empty.
    User,
    /// How many use it; unknown where it is empty.
    Count,
    /// A word: what says that it is used, and what says that it is not.
    State(&'static [&'static str], &'static [&'static str]),
    /// Pools of an application gateway, as JSON: used where one of them has a member.
    Pools,
    /// How many use it, where lists often say 0: what uses it names it as well (`NAMES`).
    Named,
}

const fn user(kind: &'static str, field: &'static str, query: &'static str) -> Use {
    Use { kind, field, query, reads: Reads::User }
}

const USES: &[Use] = &[
    Use {
        kind: DISK,
        field: "diskState",
        query: "tostring(properties.diskState)",
        // Reserved: its machine is deallocated. The other states are those of an export or an upload, which nobody leaves lying.
        reads: Reads::State(&["Attached", "Reserved", "Frozen"], &["Unattached"]),
    },
    user(
        "microsoft.network/publicipaddresses",
        "ipConfiguration, natGateway, publicIPPrefix",
        // One of a prefix belongs to it, whatever uses it.
        "coalesce(tostring(properties.ipConfiguration.id), tostring(properties.natGateway.id), iff(isnotempty(tostring(properties.publicIPPrefix.id)), '?', ''))",
    ),
    user(
        "microsoft.network/networkinterfaces",
        "virtualMachine, privateEndpoint, privateLinkService, hostedWorkloads",
        "coalesce(tostring(properties.virtualMachine.id), tostring(properties.privateEndpoint.id), tostring(properties.privateLinkService.id), tostring(properties.hostedWorkloads[0]))",
    ),
    user(
        "microsoft.network/networksecuritygroups",
        "networkInterfaces, subnets",
        "coalesce(tostring(properties.networkInterfaces[0].id), tostring(properties.subnets[0].id))",
    ),
    user("microsoft.network/routetables", "subnets", "tostring(properties.subnets[0].id)"),
    user(
        "microsoft.network/natgateways",
        "subnets, sourceVirtualNetwork, serviceGateway",
        "coalesce(tostring(properties.subnets[0].id), tostring(properties.sourceVirtualNetwork.id), tostring(properties.serviceGateway.id))",
    ),
    user("microsoft.network/virtualnetworks", "subnets", "tostring(properties.subnets[0].id)"),
    user(
        "microsoft.network/loadbalancers",
        "backendAddressPools, inboundNatRules, inboundNatPools",
        "coalesce(tostring(properties.backendAddressPools[0].id), tostring(properties.inboundNatRules[0].id), tostring(properties.inboundNatPools[0].id))",
    ),
    Use {
        kind: "microsoft.network/applicationgateways",
        field: "backendAddressPools",
        // One that redirects may need no targets.
        query: "iff(isnotempty(tostring(properties.redirectConfigurations[0].id)), '?', tostring(properties.backendAddressPools))",
        reads: Reads::Pools,
    },
    user(
        "microsoft.network/frontdoorwebapplicationfirewallpolicies",
        "securityPolicyLinks, frontendEndpointLinks, routingRuleLinks",
        "coalesce(tostring(properties.securityPolicyLinks[0].id), tostring(properties.frontendEndpointLinks[0].id), tostring(properties.routingRuleLinks[0].id))",
    ),
    user("microsoft.network/trafficmanagerprofiles", "endpoints", "tostring(properties.endpoints[0].id)"),
    user(
        "microsoft.network/ipgroups",
        "firewalls, firewallPolicies",
        "coalesce(tostring(properties.firewalls[0].id), tostring(properties.firewallPolicies[0].id))",
    ),
    user(
        "microsoft.network/ddosprotectionplans",
        "virtualNetworks, publicIPAddresses",
        "coalesce(tostring(properties.virtualNetworks[0].id), tostring(properties.publicIPAddresses[0].id), tostring(properties.publicIpAddresses[0].id))",
    ),
    Use {
        kind: "microsoft.network/privatednszones",
        field: "numberOfVirtualNetworkLinks",
        query: "tostring(properties.numberOfVirtualNetworkLinks)",
        reads: Reads::Count,
    },
    Use {
        kind: "microsoft.network/privateendpoints",
        field: "privateLinkServiceConnectionState.status",
        query: "coalesce(tostring(properties.privateLinkServiceConnections[0].properties.privateLinkServiceConnectionState.status), \
                tostring(properties.manualPrivateLinkServiceConnections[0].properties.privateLinkServiceConnectionState.status))",
        // Pending and rejected ones are in somebody's hands.
        reads: Reads::State(&["Approved"], &["Disconnected"]),
    },
    Use { kind: "microsoft.web/serverfarms", field: "numberOfSites, serverFarmId of apps", query: "tostring(properties.numberOfSites)", reads: Reads::Named },
    user("microsoft.sql/servers/elasticpools", "elasticPoolId of databases", "''"),
    user(
        "microsoft.network/virtualnetworkgateways",
        "virtualNetworkGateway of connections, vpnClientConfiguration",
        "tostring(properties.vpnClientConfiguration)",
    ),
    // Those of the second version are used by workflows that keep their connections to themselves.
    user("microsoft.web/connections", "$connections of workflows", "iff(kind =~ 'V2', '?', '')"),
    user(AVAILABILITY_SET, "virtualMachines", "tostring(properties.virtualMachines[0].id)"),
];

/// What a query answers where its properties prove nothing.
const UNKNOWN: &str = "?";

const DISK: &str = "microsoft.compute/disks";
const CERTIFICATE: &str = "microsoft.web/certificates";
const AVAILABILITY_SET: &str = "microsoft.compute/availabilitysets";

/// What resources of a kind use: ids, in a list or in JSON.
const NAMES: &[(&str, &str)] = &[
    ("microsoft.web/sites", "tostring(properties.serverFarmId)"),
    ("microsoft.web/sites/slots", "tostring(properties.serverFarmId)"),
    ("microsoft.sql/servers/databases", "tostring(properties.elasticPoolId)"),
    ("microsoft.network/connections", "strcat(tostring(properties.virtualNetworkGateway1.id), ',', tostring(properties.virtualNetworkGateway2.id))"),
    ("microsoft.logic/workflows", "tostring(properties.parameters['$connections'].value)"),
    // A scale set without machines has no interfaces that would name these.
    ("microsoft.compute/virtualmachinescalesets", "tostring(properties.virtualMachineProfile.networkProfile)"),
];

/// Days for which a kind keeps what is written to it. Of a storage account it is what its own policy forbids to delete earlier.
const KEEPS: &[(&str, &str, &str)] = &[
    ("microsoft.operationalinsights/workspaces", "retentionInDays", "tostring(properties.retentionInDays)"),
    ("microsoft.insights/components", "RetentionInDays", "tostring(properties.RetentionInDays)"),
    (
        "microsoft.storage/storageaccounts",
        "immutabilityPeriodSinceCreationInDays",
        "tostring(properties.immutableStorageWithVersioning.immutabilityPolicy.immutabilityPeriodSinceCreationInDays)",
    ),
];

/// The expression of the query that answers `factUser`.
pub(super) fn user_query() -> String {
    cases(USES.iter().map(|one| (one.kind, one.query)))
}

/// The expression of the query that answers `factUses`.
pub(super) fn uses_query() -> String {
    cases(NAMES.iter().copied())
}

/// The expression of the query that answers `factEnds`.
pub(super) fn ends_query() -> String {
    cases(std::iter::once((CERTIFICATE, "tostring(properties.expirationDate)")))
}

/// The expression of the query that answers `factRetention`.
pub(super) fn retention_query() -> String {
    cases(KEEPS.iter().map(|(kind, _, query)| (*kind, *query)))
}

fn cases<'a>(each: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let lines: Vec<String> = each.map(|(kind, query)| format!("type =~ '{kind}', {query}")).collect();
    format!("case({}, '')", lines.join(",\n        "))
}

/// What a row proves; none where it proves nothing.
pub(super) fn facts(kind: &str, name: Option<&str>, tags: &[RawTag], proof: &Proof) -> Option<Box<Facts>> {
    let known = Facts {
        attached: attached(kind, name.unwrap_or_default(), tags, proof),
        unanswered: None,
        running: proof.power.as_deref().and_then(running),
        retention: retention(kind, proof.retention.as_deref()),
        source: proof.source.as_ref().map(|id| Fact { value: id.to_lowercase(), proof: Text::from(format!("sourceResourceId = {id}")) }),
        ends: ends(kind, proof.ends.as_deref()),
        since: None,
    };
    (known != Facts::default()).then(|| Box::new(known))
}

fn attached(kind: &str, name: &str, tags: &[RawTag], proof: &Proof) -> Option<Fact<bool>> {
    if let Some(owner) = proof.managed_by.as_deref().filter(|_| kind == DISK) {
        return Some(Fact::new(true, "managedBy", owner));
    }
    let one = USES.iter().find(|one| one.kind == kind)?;
    let said = proof.user.as_deref().filter(|said| *said != UNKNOWN)?;
    let fact = match one.reads {
        Reads::User if said.is_empty() => Fact::new(false, one.field, "none"),
        Reads::User => Fact::new(true, one.field, said),
        Reads::Named => Fact::new(said.parse::<u64>().is_ok_and(|count| count > 0), one.field, if said.is_empty() { "none" } else { said }),
        Reads::Count => Fact::new(said.parse::<u64>().ok()? > 0, one.field, said),
        Reads::State(used, free) => {
            let is_in = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(said));
            let used = is_in(used);
            if !used && !is_in(free) {
                return None;
            }
            Fact::new(used, one.field, said)
        }
        Reads::Pools => pools(one.field, said)?,
    };
    // What stands by for a disaster, or for a cluster that may ask for it again, is not left behind.
    let is_kept = !fact.value && stands_by(kind, name, tags);
    (!is_kept).then_some(fact)
}

/// What site recovery, backup and Kubernetes keep without a machine, by the names and tags that they give.
/// <https://learn.microsoft.com/azure/site-recovery/azure-to-azure-architecture>, <https://github.com/kubernetes-sigs/azuredisk-csi-driver>
fn stands_by(kind: &str, name: &str, tags: &[RawTag]) -> bool {
    let name = name.to_ascii_lowercase();
    let is_recovery = name.ends_with("-asrreplica") || name.starts_with("ms-asr-") || name.starts_with("asrseeddisk-") || name.ends_with("-asr");
    let keeps = ["asr-replicadisk", "asrseeddisk", "rsvaultbackup", "kubernetes.io-created-for-pvc"];
    let is_marked = || tags.iter().any(|tag| keeps.iter().any(|word| tag.key.to_ascii_lowercase().contains(word)));
    (kind == DISK && (is_recovery || is_marked())) || (kind == AVAILABILITY_SET && is_recovery)
}

/// Machines have more states than two: those on the way from one to another prove nothing. A machine that is stopped but not deallocated is billed.
fn running(power: &str) -> Option<Fact<bool>> {
    match power {
        "PowerState/running" => Some(Fact::new(true, "powerState", power)),
        "PowerState/stopped" | "PowerState/deallocated" => Some(Fact::new(false, "powerState", power)),
        _ => None,
    }
}

fn retention(kind: &str, said: Option<&str>) -> Option<Fact<Retention>> {
    let (_, field, _) = KEEPS.iter().find(|(known, ..)| *known == kind)?;
    let days: i64 = said?.parse().ok()?;
    // A workspace of an old tier says -1.
    let value = u32::try_from(days).map_or(Retention::Forever, Retention::Days);
    Some(Fact::new(value, field, said?))
}

/// When a certificate of App Service ends.
fn ends(kind: &str, said: Option<&str>) -> Option<Fact<Timestamp>> {
    let said = said.filter(|_| kind == CERTIFICATE)?;
    Some(Fact::new(Timestamp::parse(said)?, "expirationDate", said))
}

/// Whether any pool has an address or an interface in it.
fn pools(field: &str, json: &str) -> Option<Fact<bool>> {
    if json.is_empty() {
        return Some(Fact::new(false, field, "none"));
    }
    let pools: Vec<serde_json::Value> = serde_json::from_str(json).ok()?;
    let members = |pool: &serde_json::Value| {
        let count = |list: &str| pool["properties"][list].as_array().map_or(0, Vec::len);
        count("backendAddresses") + count("backendIPConfigurations")
    };
    let all: usize = pools.iter().map(members).sum();
    Some(Fact::new(all > 0, field, &format!("{} with {all} targets", pools.len())))
}

#[cfg(test)]
mod tests;
