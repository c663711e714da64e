//! `gcloud asset search-all-resources`: every searchable resource, with its labels and bound tags.

use super::{MORE_PAGES, has_next, is_asset, is_listed, lists, origin, wrapping};
use crate::inventory::{Context, Hit};
use crate::projects::Projects;
use serde_json::{Map, Value};
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};

const LIST: &str = "results";

static INFO: ExportInfo = ExportInfo {
    id: "gcp.asset.search-all-resources",
    command: "gcloud asset search-all-resources --scope=organizations/<number> --format=json",
    rank: 20,
    blind_spot: None,
};

pub(super) struct SearchAllResources;

fn is_hit(record: &Map<String, Value>) -> bool {
    is_asset(record) && !is_listed(record)
}

impl ExportReader for SearchAllResources {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        wrapping(sample, LIST, is_hit).is_some()
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let wrapping = wrapping(&Sample::of(document), LIST, is_hit);
        let context = Context::new(origin(INFO.id, document));
        let (mut projects, mut more) = (Projects::default(), false);
        let mut each = |hit: Hit| context.hit(hit, &mut projects, out);
        document.records(lists(wrapping, &[LIST]), &mut each, &mut |envelope| more = has_next(&envelope))?;
        projects.finish(out);
        if more {
            out(Found::Incomplete(MORE_PAGES.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
