//! `az resource list`: the resources of one subscription, as Resource Manager lists them.
//!
//! <https://learn.microsoft.com/cli/azure/resource#az-resource-list>. `tags` is an object, null or left out, and all of the last mean bare. The
//! answer of Resource Manager itself (`az rest`, a list called `value`) is read as well.

use super::{MORE_PAGES, exported, has_arm_id, has_next, is_from_graph, is_group, lists, wrapping};
use crate::inventory::Context;
use serde_json::{Map, Value};
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};
use tagledger_model::Observed;

static INFO: ExportInfo = ExportInfo { id: "azure.resource.list", command: "az resource list --output json", rank: 30, blind_spot: None };

pub(super) struct ResourceList;

fn is_resource(record: &Map<String, Value>) -> bool {
    has_arm_id(record) && record.get("type").is_some_and(Value::is_string) && !is_group(record) && !is_from_graph(record)
}

impl ExportReader for ResourceList {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        wrapping(sample, is_resource).is_some()
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let wrapping = wrapping(&Sample::of(document), is_resource);
        let context = Context::new(exported(INFO.id, document), Observed::Known(Vec::new()));
        let mut more = false;
        document.records(lists(wrapping), &mut |row| context.emit(row, None, out), &mut |envelope| more = has_next(&envelope))?;
        if more {
            out(Found::Incomplete(MORE_PAGES.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
