//! The assembly that `cdk synth` writes: `manifest.json` names the template of each stack, its tags, account and region.
//! <https://docs.aws.amazon.com/cdk/api/v2/docs/cloud-assembly-schema-readme.html>

use super::{Stack, dig, lent, tags, types};
use crate::found::Found;
use crate::template::Node;
use crate::{Document, Options, PlanError, PlanReader, Reading};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::sync::Arc;
use tagledger_model::Text;

/// The reader.
pub(crate) struct Assembly;

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    artifacts: BTreeMap<String, Artifact>,
}

#[derive(Deserialize)]
struct Artifact {
    #[serde(rename = "type", default)]
    kind: String,
    environment: Option<String>,
    #[serde(default)]
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    template_file: Option<String>,
    stack_name: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

impl PlanReader for Assembly {
    fn id(&self) -> &'static str {
        "cdk.assembly"
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        document.has("version") && document.has("artifacts") && document.text.contains("aws:cloudformation:stack")
    }

    fn holds_its_folder(&self) -> bool {
        true
    }

    fn read(&self, document: &Document<'_>, options: &Options<'_>, out: &mut Reading) -> Result<(), PlanError> {
        let manifest: Manifest =
            serde_json::from_str(document.text).map_err(|error| document.error(format!("this is not the manifest of an assembly: {error}")))?;
        for (name, artifact) in manifest.artifacts.iter().filter(|(_, a)| a.kind == "aws:cloudformation:stack") {
            let Some(file) = &artifact.properties.template_file else { continue };
            let path = Path::new(document.path.as_ref()).with_file_name(file);
            let template = crate::open(&path)?;
            let mut tags: Vec<(Text, Text)> = artifact.properties.tags.iter().map(|(k, v)| (Text::new(k), Text::new(v))).collect();
            tags.extend(options.stack_tags.iter().filter(|(key, _)| !artifact.properties.tags.contains_key(key.as_str())).cloned());
            // aws://ACCOUNT/REGION, where either may be left to the deploy.
            let mut target = artifact.environment.as_deref().and_then(|e| e.strip_prefix("aws://")).into_iter().flat_map(|e| e.split('/'));
            let (account, region) = (target.next().filter(|a| *a != "unknown-account"), target.next().filter(|r| *r != "unknown-region"));
            let stack = Stack {
                path: &Arc::clone(&template.path),
                first_line: 1,
                module: Some(Text::new(artifact.properties.stack_name.as_deref().unwrap_or(name))),
                lent: lent(tags.into_iter()),
                folder: Path::new(document.path.as_ref()).parent(),
                scope: account.map(Text::new).or_else(|| options.scope.clone()),
                region: region.map(Text::new),
            };
            stack.read(&template.text, options, out)?;
        }
        Ok(())
    }
}

/// Stacks within stacks that are followed: a template cannot nest itself, and CloudFormation's own limits are far below this.
const DEEPEST: usize = 16;

/// Reads the template of a nested stack, which the CDK writes beside the others. Its resources get the tags of the stack that it is nested in, and its own over
/// them: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html>.
pub(super) fn nested(within: &Stack<'_>, id: &str, key: &Node, resource: &Node, options: &Options<'_>, out: &mut Reading) -> Result<(), PlanError> {
    let Some(folder) = within.folder else { return Ok(()) };
    let module = Text::from(within.module.as_ref().map_or_else(|| id.to_owned(), |module| format!("{module}/{id}")));
    let asset = dig(resource, "Metadata").and_then(|metadata| metadata.get("aws:asset:path")).and_then(Node::text).map(Path::new);
    let below = |path: &&Path| path.components().all(|part| matches!(part, Component::Normal(_)));
    let file = asset.filter(below).map(|path| folder.join(path)).filter(|path| path.is_file());
    let Some(file) = file.filter(|_| module.matches('/').count() < DEEPEST) else {
        out.gaps.push(format!("{}:{}: {module} is a nested stack, and its template is not in the assembly", within.path, within.line(key)));
        return Ok(());
    };
    let template = crate::open(&file)?;
    let properties = resource.get("Properties");
    let own = types::find(super::NESTED_STACK, properties).and_then(|at| Some(tags::of(dig(properties?, at.attribute)?, at.shape)));
    let stack = Stack {
        path: &Arc::clone(&template.path),
        first_line: 1,
        module: Some(module),
        lent: own.map_or_else(|| within.lent.clone(), |own: Found| own.over(within.lent.clone())),
        scope: within.scope.clone(),
        region: within.region.clone(),
        folder: within.folder,
    };
    stack.read(&template.text, options, out)
}
