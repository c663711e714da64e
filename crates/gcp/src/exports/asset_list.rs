//! `gcloud asset list`: assets with their whole description, when `--content-type=resource` asked for it.
//!
//! Without that content type an asset is a name and a type, and nothing is known about its labels. `gcloud asset export` writes the same records with
//! underscores in the member names, one a line.

use super::{MORE_PAGES, has_next, is_asset, is_listed, lists, origin, wrapping};
use crate::inventory::{Asset, Context};
use crate::projects::Projects;
use serde_json::{Map, Value};
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};

const LIST: &str = "assets";

static INFO: ExportInfo = ExportInfo {
    id: "gcp.asset.list",
    command: "gcloud asset list --organization=<number> --content-type=resource --format=json",
    // Below a search, which shows the same labels and, beside them, bound tags.
    rank: 15,
    blind_spot: None,
};

pub(super) struct AssetList;

fn is_record(record: &Map<String, Value>) -> bool {
    is_asset(record) && is_listed(record)
}

impl ExportReader for AssetList {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        wrapping(sample, LIST, is_record).is_some()
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let wrapping = wrapping(&Sample::of(document), LIST, is_record);
        let context = Context::new(origin(INFO.id, document));
        let (mut projects, mut more, mut blind) = (Projects::default(), false, 0_u64);
        let mut each = |asset: Asset| blind += u64::from(!context.asset(asset, None, &mut projects, out));
        document.records(lists(wrapping, &[LIST]), &mut each, &mut |envelope| more = has_next(&envelope))?;
        projects.finish(out);
        if blind > 0 {
            out(Found::Incomplete(format!(
                "{blind} assets came without their description: nothing is known about their labels; export with --content-type=resource"
            )));
        }
        if more {
            out(Found::Incomplete(MORE_PAGES.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
