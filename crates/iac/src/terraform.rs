//! Plans of Terraform and OpenTofu, as `terraform show -json` prints them, format 0.x and 1.x:
//! <https://developer.hashicorp.com/terraform/internals/json-format>.
//!
//! `resource_changes` is what is read: `planned_values` has neither actions nor marks for what is known only after apply. Each change is
//! reduced to what tags need as soon as it is parsed, so that a plan of many megabytes needs little more memory than its own text.

mod change;
mod children;
mod configuration;
mod defaults;
mod families;
mod said;
mod tags;
mod types;

#[cfg(test)]
mod tests;

use crate::address::Address;
use crate::source::{Block, ModuleSources, SourceMap};
use crate::{Document, Options, PlanError, PlanReader, Reading};
use change::{Change, Changes};
use children::Around;
use configuration::{Configuration, Source};
use defaults::Defaults;
use families::Family;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::path::Path;
use std::sync::Arc;
use tagledger_model::{Action, CloudId, Container, NativeId, Observed, Origin, Planned, RawResource, Taggable, Text};

/// The reader.
pub(crate) struct TerraformPlan;

/// The name of the format in reports.
const ID: &str = "terraform.plan";

#[derive(Deserialize)]
struct Plan {
    format_version: Option<String>,
    #[serde(default)]
    errored: bool,
    complete: Option<bool>,
    #[serde(default)]
    variables: Map<String, Value>,
    #[serde(default)]
    resource_changes: Changes,
    #[serde(default)]
    deferred_changes: Vec<Deferred>,
    configuration: Option<Configuration>,
}

#[derive(Deserialize)]
struct Deferred {
    reason: Option<String>,
    resource_change: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    address: Option<String>,
}

impl PlanReader for TerraformPlan {
    fn id(&self) -> &'static str {
        ID
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        document.has("resource_changes") || (document.has("planned_values") && document.has("format_version"))
    }

    fn read(&self, document: &Document<'_>, options: &Options<'_>, out: &mut Reading) -> Result<(), PlanError> {
        let plan: Plan = serde_json::from_str(document.text).map_err(|error| {
            let line = error.line().saturating_sub(1);
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or(&said);
            PlanError::At {
                path: document.path.to_string(),
                line: document.line + line,
                column: error.column(),
                what: format!("this is not what a plan holds here: {said}"),
            }
        })?;
        check_version(document, plan.format_version.as_deref())?;
        if plan.errored {
            return Err(document.error("planning failed part-way (`errored` is true), so the plan does not hold everything; mend the errors that `terraform plan` printed and plan again"));
        }
        if plan.complete == Some(false) {
            out.gaps.push(format!("{}: the plan is not complete: -target, -exclude or deferred changes leave resources out", document.path));
        }
        for deferred in &plan.deferred_changes {
            let address = deferred.resource_change.as_ref().and_then(|c| c.address.as_deref()).unwrap_or("a resource");
            let reason = deferred.reason.as_deref().unwrap_or("no reason given");
            out.gaps.push(format!("{}: {address} is deferred ({reason}): whether and how it will exist is not known yet", document.path));
        }
        let facts = Facts { document, options, variables: &plan.variables, source: Source::new(plan.configuration.as_ref()) };
        facts.enter(&plan.resource_changes.0, out);
        Ok(())
    }
}

/// Format 0.x and 1.x promise to be read alike; a plan trimmed by hand may say nothing.
fn check_version(document: &Document<'_>, version: Option<&str>) -> Result<(), PlanError> {
    let major = version.map(|v| v.split('.').next().unwrap_or(v));
    match major {
        None | Some("0" | "1") => Ok(()),
        Some(_) => Err(document.error(format!(
            "the plan has format {}, and only 0.x and 1.x are known; a newer Tagledger may read it",
            version.unwrap_or_default().chars().take(20).collect::<String>().escape_debug()
        ))),
    }
}

/// Everything that says something about a change beside the change.
struct Facts<'p> {
    document: &'p Document<'p>,
    options: &'p Options<'p>,
    variables: &'p Map<String, Value>,
    source: Source<'p>,
}

impl Facts<'_> {
    fn enter(&self, changes: &[Change], out: &mut Reading) {
        let defaults = Defaults::learn(changes, &self.source, self.variables);
        let mut places = Places::new(self.options, self.document, &self.source);
        let around = Around { source: &self.source, defaults: &defaults, options: self.options };
        let mut others = 0_usize;
        for change in changes {
            let Some(action) = change.action else { continue };
            let Some(family) = change.family else {
                others += 1;
                continue;
            };
            let (tags, further) = tags::effective(change, &self.source, &defaults);
            let expressions = self.source.provider_of(change).map(|(_, provider)| &provider.expressions);
            let scope = (family.scope)(change, expressions, self.variables).or_else(|| self.options.scope.clone()).unwrap_or(Text::const_new("unknown"));
            let cloud = CloudId::new(family.cloud);
            if let Some(id) = (family.container)(change, &scope) {
                let shown = matches!(further, tagledger_model::Further::None);
                out.containers.push(Container {
                    cloud: cloud.clone(),
                    kind: Text::const_new("resource_groups"),
                    id,
                    name: change.name.clone(),
                    scope: scope.clone(),
                    tags: if shown { Observed::Known(tags.clone()) } else { Observed::Unknown },
                });
            }
            let known = || self.options.kind(family.cloud, &change.kind).map_or_else(|| change.kind.clone(), |kind| Text::new(kind.native));
            let kind = change.names_type.clone().unwrap_or_else(known);
            let resource = RawResource {
                cloud,
                group: (family.group)(&change.lies, &scope),
                scope,
                region: change.region.clone(),
                id: NativeId::exact(change.address.clone()),
                kind,
                name: change.name.clone(),
                tags: Observed::Known(tags),
                further,
                taggable: self.taggable(change, family),
                created: None,
                changed: None,
                facts: None,
                origin: Origin::Planned(Box::new(self.planned(change, action, &mut places))),
            };
            let maker = (!change.children.is_empty()).then(|| resource.clone());
            out.resources.push(resource);
            if let Some(maker) = maker {
                around.enter(change, &maker, out);
            }
        }
        out.notes.append(&mut places.notes());
        if others > 0 {
            out.notes.push(format!(
                "{}: {others} resource{} of providers that are no cloud {} not judged",
                self.document.path,
                if others == 1 { "" } else { "s" },
                if others == 1 { "was" } else { "were" }
            ));
        }
    }

    /// The plan itself says whether the type has a place for tags: it lists every attribute of the provider's schema. A plan trimmed by
    /// hand does not, and there the table of kinds is asked, as it is where one type of the provider stands for any of the cloud's.
    fn taggable(&self, change: &Change, family: &Family) -> Taggable {
        let of_cloud = change.names_type.as_ref().and_then(|kind| self.options.kinds_of(family.cloud)?.taggable(kind));
        if of_cloud == Some(Taggable::No) {
            Taggable::No
        } else if change.tags.is_some() {
            Taggable::Yes
        } else if change.never_tagged || change.lists_schema {
            Taggable::No
        } else {
            Taggable::Unknown
        }
    }

    fn planned(&self, change: &Change, action: Action, places: &mut Places) -> Planned {
        let block = change.parsed.as_ref().and_then(|address| places.find(address));
        Planned {
            reader: ID,
            file: Arc::clone(self.document.path),
            address: change.address.clone(),
            previous: change.previous.clone(),
            module: change.module.clone(),
            action,
            kind: change.kind.clone(),
            id: change.live_id.clone(),
            tags_at: change.place(),
            end_line: block.as_ref().map_or(0, |block| block.end_line),
            place: block.map(|block| block.place()),
        }
    }
}

/// Where the resources of a plan stand in its source.
struct Places {
    map: Option<SourceMap>,
    sources: ModuleSources,
}

impl Places {
    /// Looks below the root that was named, else beside the plan.
    fn new(options: &Options<'_>, document: &Document<'_>, source: &Source<'_>) -> Self {
        let beside = || Path::new(document.path.as_ref()).parent().map(Path::to_owned).unwrap_or_default();
        let mut map = SourceMap::new(&options.source_root.clone().unwrap_or_else(beside));
        // What could not be read is told even where nothing else is there.
        let is_there = map.has_sources() || !map.notes().is_empty();
        Self { map: is_there.then_some(map), sources: source.modules() }
    }

    fn find(&mut self, address: &Address) -> Option<Block> {
        self.map.as_mut()?.locate(address, &self.sources)
    }

    /// What could not be read.
    fn notes(&self) -> Vec<String> {
        self.map.as_ref().map_or_else(Vec::new, |map| map.notes().to_vec())
    }
}
