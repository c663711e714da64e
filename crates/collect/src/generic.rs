//! The generic inventory: any estate without an export of its own, as CSV, as a JSON array or with one record a line.
//! The format is described in docs/inventory-format.md.

mod state;
mod tags;

use crate::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use state::{ATTACHED, Attached, MADE_FROM, RETENTION_DAYS, RUNNING, STATE_SINCE, State};
use tagledger_model::{CloudId, Container, ContainerRef, NativeId, Origin, RawResource, Retention, Scope, ScopeId, Taggable, Text, Timestamp};
use tags::{Tags, tags};

/// The generic readers.
pub static GENERIC: &[&dyn ExportReader] = &[&Json, &Csv];

/// Highest: what a person wrote down about a resource beats what an export says.
const RANK: u8 = 250;

struct Json;
struct Csv;

static JSON_INFO: ExportInfo = ExportInfo { id: "generic.json", command: "any tool; see docs/inventory-format.md", rank: RANK, blind_spot: None };
static CSV_INFO: ExportInfo = ExportInfo { id: "generic.csv", command: "any tool; see docs/inventory-format.md", rank: RANK, blind_spot: None };

/// One record; members that it does not know are the user's own business.
#[derive(Debug, Deserialize, Default)]
struct Record {
    cloud: Option<String>,
    scope: Option<String>,
    id: Option<String>,
    kind: Option<String>,
    name: Option<Text>,
    region: Option<Text>,
    group: Option<Text>,
    created: Option<String>,
    changed: Option<String>,
    #[serde(default)]
    taggable: Value,
    #[serde(default, deserialize_with = "attached")]
    attached: Option<Attached>,
    #[serde(default, deserialize_with = "running")]
    running: Option<bool>,
    #[serde(default, deserialize_with = "state_since")]
    state_since: Option<Timestamp>,
    #[serde(default, deserialize_with = "retention_days")]
    retention_days: Option<Retention>,
    #[serde(default, deserialize_with = "made_from")]
    made_from: Option<Text>,
    /// None when the member is absent: the tags were not read. A null is known to be no tags.
    #[serde(default, deserialize_with = "present")]
    tags: Option<Tags>,
    /// What a scope lies in, from the nearest to the root, each as `kind:id` or `kind:name`.
    #[serde(default)]
    above: Vec<String>,
}

/// A container above a scope, as `stages:` calls its kind.
fn above(text: &str, scope: &str) -> Result<ContainerRef, String> {
    let (kind, name) = text.split_once(':').map(|(kind, name)| (kind.trim(), name.trim())).unwrap_or_default();
    if kind.is_empty() || name.is_empty() {
        return Err(format!("`above` of {scope} holds `{text}`; write the kind and the name, such as `folders:Production`"));
    }
    Ok(ContainerRef::new(kind, name, Some(Text::new(name))))
}

/// Called only for a member that is there.
fn present<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Tags>, D::Error> {
    let tags: Option<Tags> = Option::deserialize(d)?;
    Ok(Some(tags.unwrap_or_default()))
}

fn attached<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Attached>, D::Error> {
    ATTACHED.member(d)
}

fn running<'de, D: Deserializer<'de>>(d: D) -> Result<Option<bool>, D::Error> {
    RUNNING.member(d)
}

fn state_since<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Timestamp>, D::Error> {
    STATE_SINCE.member(d)
}

fn retention_days<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Retention>, D::Error> {
    RETENTION_DAYS.member(d)
}

fn made_from<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Text>, D::Error> {
    MADE_FROM.member(d)
}

impl Record {
    /// What the record describes, or what is wrong with it.
    fn found(self, reader: &'static str, document: &Document) -> Result<Found, String> {
        let need = |field: Option<String>, name: &str| {
            field.filter(|f| !f.trim().is_empty()).ok_or_else(|| format!("a record has no `{name}`; every record needs cloud, scope, kind and id"))
        };
        let cloud = CloudId::new(need(self.cloud, "cloud")?.trim());
        let scope = ScopeId::from(need(self.scope, "scope")?.trim());
        let kind = need(self.kind, "kind")?;
        if kind == "scope" {
            let tags = tags(self.tags.as_ref(), &scope)?;
            let ancestors = self.above.iter().map(|text| above(text, &scope)).collect::<Result<_, _>>()?;
            return Ok(Found::Scope(Scope { cloud, id: scope, aliases: Vec::new(), name: self.name, ancestors, tags, active: true }));
        }
        let id = need(self.id, "id")?;
        let tags = tags(self.tags.as_ref(), &id)?;
        if kind == "resource_group" {
            return Ok(Found::Container(Container { cloud, kind: Text::new("resource_groups"), id: Text::from(id), name: self.name, scope, tags }));
        }
        let moment = |name: &str, text: Option<String>| {
            let text = text.filter(|text| !text.trim().is_empty());
            let read = |text: String| {
                Timestamp::parse(&text).ok_or_else(|| format!("`{name}` of {id} is `{text}`, which is no date; write 2026-01-31 or 2026-01-31T12:00:00Z"))
            };
            text.map(read).transpose()
        };
        let (created, changed) = (moment("created", self.created)?, moment("changed", self.changed)?);
        let taggable = match &self.taggable {
            Value::Null => Taggable::Unknown,
            Value::Bool(yes) => {
                if *yes {
                    Taggable::Yes
                } else {
                    Taggable::No
                }
            }
            Value::String(word) if word.is_empty() => Taggable::Unknown,
            Value::String(word) if word == "yes" => Taggable::Yes,
            Value::String(word) if word == "no" => Taggable::No,
            other => return Err(format!("`taggable` of {id} is `{other}`; write yes or no")),
        };
        let state =
            State { attached: self.attached, running: self.running, since: self.state_since, retention: self.retention_days, made_from: self.made_from };
        let facts = state.facts(&id)?;
        let origin = Origin::Exported { reader, file: document.path().clone() };
        Ok(Found::Resource(RawResource {
            cloud,
            scope,
            region: self.region,
            group: self.group,
            id: NativeId::exact(id),
            kind: Text::from(kind),
            name: self.name,
            tags,
            further: tagledger_model::Further::None,
            taggable,
            created,
            changed,
            facts,
            origin,
        }))
    }
}

impl ExportReader for Json {
    fn info(&self) -> &'static ExportInfo {
        &JSON_INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        sample.list.is_none() && sample.record_has(&["cloud", "scope", "kind"])
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let (mut number, mut mistake) = (0_u64, None);
        document.records::<Record>(
            &[],
            &mut |record| {
                number += 1;
                match record.found(JSON_INFO.id, document) {
                    Ok(found) => out(found),
                    Err(what) => drop(mistake.get_or_insert(format!("record {number}: {what}"))),
                }
            },
            &mut |_| {},
        )?;
        mistake.map_or(Ok(()), |what| Err(ReadError::File { path: document.path().to_string(), what }))
    }
}

impl ExportReader for Csv {
    fn info(&self) -> &'static ExportInfo {
        &CSV_INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        ["cloud", "scope", "kind"].iter().all(|c| sample.csv_header.iter().any(|h| h.trim() == *c))
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut reader = csv::ReaderBuilder::new().from_reader(document.bytes());
        let broken = |e: csv::Error| {
            let line = e.position().map_or(1, csv::Position::line);
            ReadError::At { path: document.path().to_string(), line: usize::try_from(line).unwrap_or(0), column: 1, what: e.to_string() }
        };
        let header = reader.headers().map_err(broken)?.clone();
        for row in reader.records() {
            let row = row.map_err(broken)?;
            let line = usize::try_from(row.position().map_or(0, csv::Position::line)).unwrap_or(0);
            let at = |what: String| ReadError::At { path: document.path().to_string(), line, column: 1, what };
            out(csv_record(&header, &row).and_then(|r| r.found(CSV_INFO.id, document)).map_err(at)?);
        }
        Ok(())
    }
}

/// A CSV row as a record: an empty cell says nothing; a `tag:` column is one tag; a `tags` column holds a JSON object.
fn csv_record(header: &csv::StringRecord, row: &csv::StringRecord) -> Result<Record, String> {
    let mut record = Record::default();
    let mut tags = Tags::new();
    let mut read = false;
    for (name, cell) in header.iter().map(str::trim).zip(row) {
        let text = || Some(cell.to_owned()).filter(|c| !c.is_empty());
        match name {
            "cloud" => record.cloud = text(),
            "scope" => record.scope = text(),
            "id" => record.id = text(),
            "kind" => record.kind = text(),
            "name" => record.name = text().map(Text::from),
            "region" => record.region = text().map(Text::from),
            "group" => record.group = text().map(Text::from),
            "created" => record.created = text(),
            "changed" => record.changed = text(),
            "taggable" => record.taggable = Value::String(cell.to_owned()),
            "attached" => record.attached = ATTACHED.cell(cell)?,
            "running" => record.running = RUNNING.cell(cell)?,
            "state_since" => record.state_since = STATE_SINCE.cell(cell)?,
            "retention_days" => record.retention_days = RETENTION_DAYS.cell(cell)?,
            "made_from" => record.made_from = MADE_FROM.cell(cell)?,
            "above" => record.above = cell.split(';').filter(|one| !one.trim().is_empty()).map(str::to_owned).collect(),
            "tags" if !cell.trim().is_empty() => {
                read = true;
                let map: Option<Tags> = serde_json::from_str(cell).map_err(|e| format!("the `tags` cell is no JSON object: {e}"))?;
                tags.extend(map.unwrap_or_default());
            }
            _ => {
                if let Some(key) = name.strip_prefix("tag:") {
                    read = true;
                    if !cell.is_empty() {
                        tags.insert(key.to_owned(), Value::String(cell.to_owned()));
                    }
                }
            }
        }
    }
    record.tags = read.then_some(tags);
    Ok(record)
}
