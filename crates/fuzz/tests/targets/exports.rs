//! Exports of the clouds' command lines, and inventories that people write.

use crate::{door, found, world};
use tagledger_collect::{Document, ExportReader, GENERIC, ReadError, Sample};
use tagledger_fuzz::{Said, Target};

pub static EXPORT: Target = Target {
    name: "export",
    samples: || {
        let all = [tagledger_aws::SAMPLES, tagledger_azure::SAMPLES, tagledger_gcp::SAMPLES].concat();
        let generic =
            [tagledger_tests::INVENTORY, r#"{"cloud":"onprem","scope":"a","kind":"vm","id":"1","tags":{"a":"b"},"created":"2026-01-01","state":"running"}"#];
        all.into_iter().map(|(_, text)| text).chain(generic).map(|text| text.as_bytes().to_vec()).collect()
    },
    words: &[
        "Tags",
        "Key",
        "Value",
        "ResourceARN",
        "ResourceTagMappingList",
        "PaginationToken",
        "Resources",
        "Arn",
        "arn:aws:ec2:::",
        "Properties",
        "Data",
        "Accounts",
        "Id",
        "Status",
        "SUSPENDED",
        "id",
        "name",
        "type",
        "tags",
        "labels",
        "properties",
        "subscriptionId",
        "resourceGroup",
        "/subscriptions/",
        "provisioningState",
        "createdTime",
        "assetType",
        "//compute.googleapis.com/",
        "projects/",
        "parent",
        "lifecycleState",
        "cloud",
        "scope",
        "kind",
        "taggable",
        "tag:",
        "facts",
        "created",
        "2026-01-01T00:00:00Z",
        "skip_token",
        "data",
        "count",
        "total_records",
    ],
    is_packed: true,
    law: read,
    door: |folder, input| {
        door::put(folder, "taxonomy.yaml", tagledger_tests::TAXONOMY);
        door::put(folder, "export", input);
        let done = door::ends(folder, "scan --from export --now 2026-11-01 --out run", &[0, 1, 3])?;
        if done.code == 2 {
            return Ok(());
        }
        let format = door::one_of(input, &["json", "csv", "html", "openmetrics", "terminal"]);
        let done = door::ends(folder, &format!("report --from run --format {format} --out again"), &[0])?;
        let _gone = std::fs::remove_dir_all(folder.join("again"));
        if done.code == 0 { Ok(()) } else { Err(format!("a run that stands cannot be read back: {}", done.err)) }
    },
};

fn readers() -> Vec<&'static dyn ExportReader> {
    world::clouds().iter().flat_map(|c| c.exports()).chain(GENERIC).copied().collect()
}

fn read(input: &[u8]) -> Result<Said, String> {
    let path = world::file("export", input);
    let plain = Document::open(&path).map(|document| document.bytes().to_vec()).unwrap_or_default();
    let read = || -> Result<(Option<&'static str>, Vec<String>), ReadError> {
        let document = Document::open(&path)?;
        let sample = Sample::of(&document);
        let Some(reader) = readers().into_iter().find(|reader| reader.recognises(&sample)) else { return Ok((None, vec![sample.describe()])) };
        let mut all = Vec::new();
        reader.read(&document, &mut |found| all.push(format!("{found:?}")))?;
        Ok((Some(reader.info().id), all))
    };
    let judged = || {
        read().map_err(|error| match error {
            ReadError::At { line, column, what, .. } => {
                let text = if plain.is_empty() { input } else { &plain };
                found::at(text, line, column, &what).map_or_else(|law| format!("broken: {law}"), |()| format!("at: {what}"))
            }
            ReadError::File { what, .. } => format!("file: {what}"),
            ReadError::Io { source, .. } => format!("broken: {source}"),
        })
    };
    let size = input.len().max(plain.len());
    let mut said = found::repeated(input, |(_, found)| (found.len(), String::new()), judged)?;
    said.most = size + 64;
    if let Ok((reader, _)) = read() {
        said.answer = format!("{}: {}", reader.unwrap_or("nobody"), said.answer);
    }
    said.answer.strip_prefix("broken: ").map_or(Ok(said.clone()), |law| Err(law.to_owned()))
}
