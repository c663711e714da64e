//! The taxonomy that these estates are judged by.

use super::Circumstances;
use super::budgets::Budget;
use super::containers::Container;
use super::words::{CLASSES, ENVIRONMENTS, Home, Word};
use crate::money;
use crate::waiver::Waiver;
use std::fmt::Write as _;

fn values(words: &[Word]) -> String {
    let each: Vec<String> = words.iter().map(|(name, others)| format!("{name}: [{}]", others.join(", "))).collect();
    each.join(", ")
}

impl Circumstances {
    /// The whole file.
    pub(super) fn taxonomy(&self) -> String {
        let limits = self.limits;
        let mut out = format!(
            "# Written by `tagledger-testkit` together with the estate beside it.
version: 1
keys:
  Environment: {{ required: true, aliases: [env, stage], values: {{ {} }}, inherit: [resource_group, scope] }}
  Application: {{ required: true, aliases: [app, service], pattern: \"[A-Za-z][A-Za-z0-9-]{{1,62}}\", catalogue: applications.csv }}
  Owner: {{}}
  DataClass: {{ aliases: [class, sensitivity], values: {{ {} }}, inherit: [scope] }}

rules:
  stopped-too-long: {{ after: {}s }}
  abandoned-environment: {{ after: {}d, floor: {} }}
  untagged-spend: {{ above: {} }}
  spend-without-resource: {{ above: {} }}

environments:
  demo: {{ releases_only: true, regions: [us-*] }}
  production: {{ releases_only: true, regions: [eu-*, westeurope] }}
version_keys: [Version, AppVersion]
retention: {{ production: {{ min: 30d, max: 400d }}, development: {{ max: 14d }}, staging: {{ min: 36h }} }}
residency: {{ personal: [eu-*, europe-*, westeurope], health: [eu-central-1, global] }}
stage_from_name: {}
",
            values(&ENVIRONMENTS),
            values(&CLASSES),
            limits.stopped,
            limits.quiet_days,
            money::text(limits.floor),
            money::text(limits.nobodys),
            money::text(limits.ownerless),
            self.do_names_count,
        );
        out += &self.stages();
        out += "costs:\n  ladder: [row, resource, group, scope, stage]\n  budgets:\n";
        out.extend(self.budgets.iter().map(budget));
        out += "waivers:\n";
        out.extend(self.waivers.iter().map(Waiver::written));
        out
    }

    fn stages(&self) -> String {
        let mut out = String::from("stages:\n");
        let mut entry = |home: Home, kind: Option<&str>, pattern: &str, environments: &[usize]| {
            let Some(kind) = kind.filter(|_| !environments.is_empty()) else { return };
            let names: Vec<&str> = environments.iter().map(|at| ENVIRONMENTS[*at].0).collect();
            let names = if let [one] = names.as_slice() { (*one).to_owned() } else { format!("[{}]", names.join(", ")) };
            let _infallible = writeln!(out, "  - {{ environment: {names}, {}: {{ {kind}: [{pattern:?}] }} }}", home.word());
        };
        for above in &self.above {
            entry(above.home, above.home.above(), &above.name.text, &above.entry);
        }
        for scope in &self.scopes {
            entry(scope.home, scope.home.scopes(), &pattern(&scope.own), &scope.own.entry);
            for group in &scope.groups {
                entry(scope.home, Some("resource_groups"), &pattern(group), &group.entry);
            }
        }
        out
    }
}

/// By a part of its name, where it has one, else by its id.
fn pattern(container: &Container) -> String {
    match &container.name {
        Some(_) if container.serial.ends_with(['1', '3', '5', '7', '9']) => format!("*{}", container.serial),
        Some(name) if !container.id.contains('/') => name.clone(),
        _ => container.id.clone(),
    }
}

fn budget(one: &Budget) -> String {
    let key = if one.is_of_environment { "Environment" } else { "Application" };
    let per = if one.is_daily { "day" } else { "month" };
    format!("    - {{ key: {key}, value: \"{}\", per: {per}, limit: {}, currency: {} }}\n", one.of.pattern(), money::text(one.limit), one.currency)
}
