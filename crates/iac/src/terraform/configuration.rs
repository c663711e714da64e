//! The configuration part of a plan: which provider makes a resource, and which attributes the source sets.

use super::change::Change;
use crate::address::Address;
use crate::source::ModuleSources;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Configuration {
    #[serde(default)]
    pub provider_config: BTreeMap<String, Provider>,
    #[serde(default)]
    root_module: Module,
}

/// A provider's configuration.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Provider {
    pub name: Option<String>,
    pub full_name: Option<String>,
    pub module_address: Option<String>,
    #[serde(default)]
    pub expressions: Value,
}

#[derive(Debug, Default, Deserialize)]
struct Module {
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    module_calls: BTreeMap<String, Call>,
}

#[derive(Debug, Default, Deserialize)]
struct Call {
    source: Option<String>,
    #[serde(default)]
    module: Option<Module>,
}

#[derive(Debug, Deserialize)]
struct Resource {
    address: String,
    provider_config_key: Option<String>,
    #[serde(default)]
    expressions: Expressions,
}

/// Attributes that the source sets; only those that tags can lie in are kept whole.
#[derive(Debug, Default)]
struct Expressions(BTreeMap<String, Value>);

const KEPT: &[&str] = &["settings", "metadata", "node_config", "body", "root_block_device", "ebs_block_device", "tag_specifications", "default_node_pool"];

impl<'de> Deserialize<'de> for Expressions {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Expressions;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of expressions")
            }
            fn visit_unit<E>(self) -> Result<Expressions, E> {
                Ok(Expressions::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Expressions, A::Error> {
                let mut all = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    let value = if KEPT.contains(&name.as_str()) {
                        map.next_value()?
                    } else {
                        map.next_value::<IgnoredAny>()?;
                        Value::Null
                    };
                    all.insert(name, value);
                }
                Ok(Expressions(all))
            }
        }
        d.deserialize_any(Names)
    }
}

/// A configuration with its resources by address.
#[derive(Debug, Default)]
pub(super) struct Source<'c> {
    providers: Option<&'c BTreeMap<String, Provider>>,
    resources: HashMap<String, &'c Resource>,
    modules: ModuleSources,
}

/// The name of a resource in the configuration, whatever instance of it and of its modules is meant.
pub(super) fn source_key(address: &Address) -> String {
    let modules: Vec<&str> = address.modules.iter().map(|step| step.name.as_str()).collect();
    format!("{}|{}", modules.join("."), address.local())
}

impl<'c> Source<'c> {
    /// The source of a plan; a plan that was trimmed by hand may have none.
    pub fn new(configuration: Option<&'c Configuration>) -> Self {
        let mut source = Self { providers: configuration.map(|c| &c.provider_config), ..Self::default() };
        let mut open: Vec<(String, &Module)> = configuration.map(|c| (String::new(), &c.root_module)).into_iter().collect();
        while let Some((path, module)) = open.pop() {
            for resource in &module.resources {
                source.resources.insert(format!("{path}|{}", resource.address), resource);
            }
            for (name, call) in &module.module_calls {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                if let Some(from) = &call.source {
                    source.modules.add(&path, from);
                }
                if let Some(module) = &call.module {
                    open.push((path, module));
                }
            }
        }
        source
    }

    /// Where its modules come from.
    pub fn modules(&self) -> ModuleSources {
        self.modules.clone()
    }

    /// Whether the plan has a configuration at all.
    pub fn is_there(&self) -> bool {
        self.providers.is_some()
    }

    /// The providers by key.
    pub fn providers(&self) -> impl Iterator<Item = (&'c String, &'c Provider)> + use<'c> {
        self.providers.into_iter().flatten()
    }

    fn resource(&self, change: &Change) -> Option<&'c Resource> {
        self.resources.get(change.source_key.as_ref()?).copied()
    }

    /// Whether the source sets an attribute of a resource. A resource that the configuration does not show may set anything.
    pub fn sets(&self, change: &Change, attribute: &str) -> bool {
        let Some(resource) = self.resource(change) else { return true };
        let (outer, inner) = attribute.split_once('.').map_or((attribute, None), |(outer, inner)| (outer, Some(inner)));
        match (resource.expressions.0.get(outer), inner) {
            (None, _) => false,
            // A block is a list of objects; anything else is an expression that may hold the attribute.
            (Some(Value::Array(blocks)), Some(inner)) => blocks.iter().any(|block| block.get(inner).is_some()),
            (Some(_), _) => true,
        }
    }

    /// Whether the source is known to set an attribute of a resource.
    pub fn writes(&self, change: &Change, attribute: &str) -> bool {
        self.resource(change).is_some() && self.sets(change, attribute)
    }

    /// The provider that makes a resource, with its key. Before Terraform 1.1 the key of an inherited provider names a module that does not
    /// configure it; then the nearest module above that does is meant.
    pub fn provider_of(&self, change: &Change) -> Option<(&'c str, &'c Provider)> {
        let providers = self.providers?;
        let get = |key: &str| providers.get_key_value(key).map(|(key, provider)| (key.as_str(), provider));
        let named = self.resource(change).and_then(|r| r.provider_config_key.as_deref());
        let key = named.or_else(|| change.provider.as_deref().map(|p| p.rsplit('/').next().unwrap_or(p)))?;
        if let Some(found) = get(key) {
            return Some(found);
        }
        let (mut module, name) = key.rsplit_once(':')?;
        while let Some((above, _)) = module.rsplit_once(".module.") {
            if let Some(found) = get(&format!("{above}:{name}")) {
                return Some(found);
            }
            module = above;
        }
        get(name)
    }
}
