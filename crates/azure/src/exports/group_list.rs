//! `az group list`: the resource groups of one subscription.
//!
//! <https://learn.microsoft.com/cli/azure/group#az-group-list>. Each is a container that may lend its tags, and a resource that must have its own.

use super::{MORE_PAGES, exported, has_arm_id, has_next, is_from_graph, is_group, lists, wrapping};
use crate::inventory::Context;
use serde_json::{Map, Value};
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};
use tagledger_model::Observed;

static INFO: ExportInfo = ExportInfo { id: "azure.group.list", command: "az group list --output json", rank: 30, blind_spot: None };

pub(super) struct GroupList;

fn is_listed_group(record: &Map<String, Value>) -> bool {
    has_arm_id(record) && is_group(record) && !is_from_graph(record)
}

impl ExportReader for GroupList {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        wrapping(sample, is_listed_group).is_some()
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let wrapping = wrapping(&Sample::of(document), is_listed_group);
        let context = Context::new(exported(INFO.id, document), Observed::Known(Vec::new()));
        let mut more = false;
        document.records(lists(wrapping), &mut |row| context.emit(row, None, out), &mut |envelope| more = has_next(&envelope))?;
        if more {
            out(Found::Incomplete(MORE_PAGES.to_owned()));
        }
        Ok(())
    }
}
