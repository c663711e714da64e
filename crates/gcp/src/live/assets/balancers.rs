//! Load balancers are made of several resources: a rule leads to a proxy, a proxy to a map of addresses, a map to services, and those to what does the
//! work. A rule that leads to nothing is billed all the same.
//!
//! <https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts>

use super::Late;
use super::proofs::{Data, canonical, list, text};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use tagledger_model::{Fact, Text};

/// What a part of a load balancer leads to.
#[derive(Debug)]
enum Leads {
    /// To something that does the work.
    Somewhere,
    /// To nothing.
    Nowhere,
    /// To these parts.
    On(Vec<Text>),
}

#[derive(Default)]
pub(super) struct Balancers {
    parts: HashMap<Text, Leads>,
    rules: Vec<(Late, Leads)>,
}

impl Balancers {
    /// Notes a part; any other kind is passed over.
    pub fn take(&mut self, kind: &str, name: &str, data: &Data, late: impl FnOnce() -> Late) {
        let Some(kind) = kind.strip_prefix("compute.googleapis.com/") else { return };
        let leads = match kind.strip_prefix("region").unwrap_or(kind) {
            "forwardingrule" | "globalforwardingrule" => {
                let to = text(data, "target").or_else(|| text(data, "backendService")).or_else(|| text(data, "BackendService"));
                return self.rules.push((late(), to.map_or(Leads::Nowhere, target)));
            }
            "backendservice" => {
                if list(data, "backends").is_empty() && list(data, "serviceBindings").is_empty() {
                    Leads::Nowhere
                } else {
                    Leads::Somewhere
                }
            }
            "targetpool" => match text(data, "backupPool").and_then(canonical) {
                Some(other) if list(data, "instances").is_empty() => Leads::On(vec![other]),
                None if list(data, "instances").is_empty() => Leads::Nowhere,
                _ => Leads::Somewhere,
            },
            "targethttpproxy" | "targethttpsproxy" | "targetgrpcproxy" => Leads::On(text(data, "urlMap").and_then(canonical).into_iter().collect()),
            "targettcpproxy" | "targetsslproxy" => Leads::On(text(data, "service").and_then(canonical).into_iter().collect()),
            "urlmap" => map(data),
            "backendbucket" | "targetinstance" | "targetvpngateway" => Leads::Somewhere,
            _ => return,
        };
        self.parts.insert(Text::from(name.to_lowercase()), leads);
    }

    /// The rules of which it is known where they lead.
    pub fn judged(&self) -> impl Iterator<Item = (&Late, Fact<bool>)> + Send {
        self.rules.iter().filter_map(|(late, leads)| {
            let value = self.leads_somewhere(leads, &mut HashSet::new())?;
            let proof = if value { "backends behind it = some" } else { "backends behind it = none" };
            Some((late, Fact { value, proof: Text::const_new(proof) }))
        })
    }

    /// None where a part is not known that might lead somewhere.
    fn leads_somewhere<'s>(&'s self, leads: &'s Leads, seen: &mut HashSet<&'s str>) -> Option<bool> {
        let parts = match leads {
            Leads::Somewhere => return Some(true),
            Leads::Nowhere => return Some(false),
            Leads::On(parts) => parts,
        };
        let mut answer = Some(false);
        for part in parts {
            if !seen.insert(part) {
                continue;
            }
            match self.parts.get(part).and_then(|leads| self.leads_somewhere(leads, seen)) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => answer = None,
            }
        }
        answer
    }
}

/// What a rule names. The bundles of Google's own APIs and the attachments of other people's services do the work themselves.
fn target(link: &str) -> Leads {
    match canonical(link) {
        Some(part) if !part.contains("/serviceattachments/") => Leads::On(vec![part]),
        _ => Leads::Somewhere,
    }
}

/// Every service that a map of addresses names, however deep; one that redirects does its work without any.
fn map(data: &Data) -> Leads {
    let mut services = Vec::new();
    let redirects = data.iter().any(|(field, value)| walk(field, value, &mut services));
    if redirects { Leads::Somewhere } else { Leads::On(services) }
}

fn walk(field: &str, value: &Value, services: &mut Vec<Text>) -> bool {
    match value {
        Value::Object(_) if matches!(field, "defaultUrlRedirect" | "urlRedirect") => true,
        Value::Object(members) => members.iter().any(|(field, value)| walk(field, value, services)),
        Value::Array(entries) => entries.iter().any(|entry| walk(field, entry, services)),
        Value::String(link) if matches!(field, "defaultService" | "service" | "backendService") => {
            services.extend(canonical(link));
            false
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
