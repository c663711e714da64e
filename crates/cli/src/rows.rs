//! The long lists of a report: as the audit yields them, and as a stored run holds them. Both give the same rows, so that
//! a run renders again byte for byte.

mod cube;
mod tags;

pub(crate) use cube::store as store_cube;
pub(crate) use tags::{read_tags, store_tags};

use crate::failure::Failure;
use crate::state;
use std::io;
use std::path::{Path, PathBuf};
use tagledger_cost::Cube;
use tagledger_engine::{Context, FindingSource, Prices, Provenance, ResourceView};
use tagledger_model::{CloudId, Evidence, Finding, Fingerprint, Level, Place, Standing, Taggable, Text, Verdict, Waived};
use tagledger_report::{CubeRow, Each, KeyCell, KeyInfo, MoneyRow, ResourceRow, Rows, StateCells, Summary};
use tagledger_store::{Cell, Column, Kind, RunFolder, StoreError, TableWriter, read_table, read_table_of};

/// Rows of an audit that just ran.
pub(crate) struct LiveRows<'a> {
    pub cx: Context<'a>,
    pub findings: &'a FindingSource<'a>,
    pub prices: &'a Prices,
    /// What was billed; none without a bill.
    pub cube: Option<&'a Cube>,
}

impl Rows for LiveRows<'_> {
    fn findings(&self, each: &mut Each<'_, Finding>) -> io::Result<()> {
        self.findings.iter().try_for_each(|f| each(&f))
    }

    fn finding_count(&self) -> u64 {
        self.findings.len() as u64
    }

    fn resources(&self, each: &mut Each<'_, ResourceRow>) -> io::Result<()> {
        self.cx.inventory.in_order().iter().try_for_each(|row| each(&self.resource(*row)))
    }

    fn cube(&self, each: &mut Each<'_, CubeRow>) -> io::Result<()> {
        self.cube.map_or(Ok(()), |cube| cube::each(cube, each))
    }
}

impl LiveRows<'_> {
    fn resource(&self, row: u32) -> ResourceRow {
        let view = self.cx.inventory.resource(row);
        ResourceRow {
            cloud: Text::new(view.cloud().as_str()),
            scope: view.scope().id.clone(),
            scope_name: view.scope().name.clone(),
            region: view.region().cloned(),
            group: view.group().map(|g| g.name.clone().unwrap_or_else(|| g.id.clone())),
            kind: view.kind().clone(),
            id: view.id(),
            name: view.name().map(Text::new),
            taggable: match view.taggable() {
                Taggable::Yes => "yes",
                Taggable::No => "no",
                Taggable::Unknown => "unknown",
            },
            created: view.created().map(|t| t.to_string()),
            stage: view.stage().map(|d| Text::new(d.words())),
            keys: self.cx.taxonomy().ids().map(|(key, _)| key_cell(&view, key)).collect(),
            cost: self.prices.of(row).into_iter().map(|m| MoneyRow { currency: m.currency.to_string(), amount: m.amount.to_string() }).collect(),
            sources: Text::from(view.sources().join("+")),
            state: view.facts().as_ref().map(state::in_cells).unwrap_or_default(),
            has_only_blind_sources: view.has_only_blind_sources(),
        }
    }
}

fn key_cell(view: &ResourceView<'_>, key: tagledger_taxonomy::KeyId) -> KeyCell {
    let state = view.key(key);
    let provenance = match state.effective().provenance {
        Provenance::None => None,
        Provenance::Own => Some(Text::const_new("own tag")),
        Provenance::Group => Some(Text::const_new("resource group")),
        Provenance::Scope => Some(Text::const_new("scope")),
        Provenance::Default => Some(Text::const_new("default")),
    };
    KeyCell { value: state.value(), standing: state.standing().word(), provenance }
}

const FINDINGS: [&str; 28] = [
    "fingerprint",
    "rule",
    "level",
    "verdict",
    "cloud",
    "scope",
    "region",
    "kind",
    "resource",
    "name",
    "environment",
    "application",
    "key",
    "message",
    "evidence_field",
    "evidence_value",
    "provenance",
    "demanded_file",
    "demanded_line",
    "demanded_column",
    "suggestion",
    "money",
    "waived_reason",
    "waived_owner",
    "waived_expires",
    "first_seen",
    "age_known",
    "owner",
];
const RESOURCES: [&str; 20] = [
    "cloud",
    "scope",
    "scope_name",
    "region",
    "group",
    "kind",
    "id",
    "name",
    "taggable",
    "created",
    "stage",
    "cost",
    "sources",
    "attached",
    "running",
    "state_since",
    "retention_days",
    "made_from",
    "proof",
    "only_blind_sources",
];

fn columns(names: &[&str], numbers: &[&str]) -> Vec<Column> {
    names.iter().map(|n| Column { name: (*n).to_owned(), kind: if numbers.contains(n) { Kind::Int } else { Kind::Text } }).collect()
}

fn json(value: &impl serde::Serialize) -> String {
    // Money and suggestions are plain structs of text: they always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

/// Stores the findings.
pub(crate) fn store_findings(folder: &Path, rows: &dyn Rows) -> Result<(), StoreError> {
    let mut table = TableWriter::create(&folder.join("findings.parquet"), &columns(&FINDINGS, &["demanded_line", "demanded_column"]))?;
    let mut failed = None;
    let done = rows.findings(&mut |f| {
        let (suggestion, money) = (f.suggestion.as_ref().map(json), if f.money.is_empty() { None } else { Some(json(&f.money)) });
        let file = f.demanded_by.as_ref().map(|p| p.file.display().to_string());
        let cells = [
            Cell::Text(&f.fingerprint.0),
            Cell::Text(&f.rule),
            Cell::Text(f.level.word()),
            Cell::Text(f.verdict.word()),
            Cell::Text(f.cloud.as_str()),
            Cell::Text(&f.scope),
            Cell::text(f.region.as_deref()),
            Cell::Text(&f.kind),
            Cell::Text(&f.resource),
            Cell::text(f.name.as_deref()),
            Cell::text(f.environment.as_deref()),
            Cell::text(f.application.as_deref()),
            Cell::text(f.key.as_deref()),
            Cell::Text(&f.message),
            Cell::text(f.evidence.as_ref().map(|e| e.field.as_str())),
            Cell::text(f.evidence.as_ref().and_then(|e| e.value.as_deref())),
            Cell::text(f.provenance.as_deref()),
            Cell::text(file.as_deref()),
            f.demanded_by.as_ref().map_or(Cell::Null, |p| Cell::Int(p.line.into())),
            f.demanded_by.as_ref().map_or(Cell::Null, |p| Cell::Int(p.column.into())),
            Cell::text(suggestion.as_deref()),
            Cell::text(money.as_deref()),
            Cell::text(f.waived.as_ref().map(|w| w.reason.as_str())),
            Cell::text(f.waived.as_ref().map(|w| w.owner.as_str())),
            Cell::text(f.waived.as_ref().map(|w| w.expires.as_str())),
            Cell::text(f.first_seen.as_deref()),
            if f.first_seen.is_some() { Cell::Text(if f.age_known { "yes" } else { "no" }) } else { Cell::Null },
            Cell::text(f.owner.as_deref()),
        ];
        table.row(&cells).map_err(|e| {
            failed = Some(e);
            io::Error::other("the table cannot be written")
        })
    });
    // The callback's own error is kept apart, because it knows the file.
    if let Some(error) = failed {
        return Err(error);
    }
    drop(done);
    table.finish()
}

/// Stores the resources.
pub(crate) fn store_resources(folder: &Path, keys: &[KeyInfo], rows: &dyn Rows) -> Result<(), StoreError> {
    let names: Vec<String> = RESOURCES.iter().map(|n| (*n).to_owned()).chain(key_columns(keys)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut table = TableWriter::create(&folder.join("resources.parquet"), &columns(&names, &[]))?;
    let mut failed = None;
    let done = rows.resources(&mut |r| {
        let cost = if r.cost.is_empty() { None } else { Some(json(&r.cost)) };
        let mut cells = vec![
            Cell::Text(&r.cloud),
            Cell::Text(&r.scope),
            Cell::text(r.scope_name.as_deref()),
            Cell::text(r.region.as_deref()),
            Cell::text(r.group.as_deref()),
            Cell::Text(&r.kind),
            Cell::Text(&r.id),
            Cell::text(r.name.as_deref()),
            Cell::Text(r.taggable),
            Cell::text(r.created.as_deref()),
            Cell::text(r.stage.as_deref()),
            Cell::text(cost.as_deref()),
            Cell::Text(&r.sources),
        ];
        cells.extend(r.state.cells().map(Cell::text));
        cells.push(Cell::Text(if r.has_only_blind_sources { "yes" } else { "no" }));
        for key in &r.keys {
            cells.extend([Cell::text(key.value.as_deref()), Cell::Text(key.standing), Cell::text(key.provenance.as_deref())]);
        }
        table.row(&cells).map_err(|e| {
            failed = Some(e);
            io::Error::other("the table cannot be written")
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    drop(done);
    table.finish()
}

fn key_columns(keys: &[KeyInfo]) -> impl Iterator<Item = String> + '_ {
    keys.iter().flat_map(|k| [format!("key {}", k.name), format!("key {} standing", k.name), format!("key {} provenance", k.name)])
}

/// Rows of a stored run.
pub(crate) struct StoredRows {
    folder: PathBuf,
    keys: Vec<KeyInfo>,
    /// The keys of the cube; none without a bill.
    billed: Option<Vec<String>>,
    count: u64,
}

impl StoredRows {
    pub fn new(run: &RunFolder, summary: &Summary, count: u64) -> Self {
        Self { folder: run.path().to_owned(), keys: summary.keys.clone(), billed: summary.costs.as_ref().map(|costs| costs.keys.clone()), count }
    }

    /// Every finding until the callback says stop.
    pub fn each_finding(&self, mut each: impl FnMut(Finding) -> bool) -> Result<(), Failure> {
        // Stopping early is what the callback asked for.
        let _stopped = read_table(&self.folder.join("findings.parquet"), &FINDINGS, |cells| if each(finding(cells)) { Ok(()) } else { Err(()) })?;
        Ok(())
    }
}

impl StoredRows {
    /// The state of the resource that a finding is about.
    pub fn state_of(&self, finding: &Finding) -> Result<StateCells, Failure> {
        let names: Vec<&str> = ["cloud", "id"].into_iter().chain(StateCells::COLUMNS).collect();
        let mut found = StateCells::default();
        let _stopped = read_table(&self.folder.join("resources.parquet"), &names, |cells| {
            if cells[0].as_text() != Some(finding.cloud.as_str()) || cells[1].as_text() != Some(&finding.resource) {
                return Ok(());
            }
            found = state::of_cells(&cells[2..]);
            Err(())
        })?;
        Ok(found)
    }
}

impl Rows for StoredRows {
    fn findings(&self, each: &mut Each<'_, Finding>) -> io::Result<()> {
        read_table(&self.folder.join("findings.parquet"), &FINDINGS, |cells| each(&finding(cells))).map_err(io::Error::other)?
    }

    fn finding_count(&self) -> u64 {
        self.count
    }

    fn resources(&self, each: &mut Each<'_, ResourceRow>) -> io::Result<()> {
        let names: Vec<String> = RESOURCES.iter().map(|n| (*n).to_owned()).chain(key_columns(&self.keys)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        read_table(&self.folder.join("resources.parquet"), &names, |cells| each(&resource(cells))).map_err(io::Error::other)?
    }

    fn cube(&self, each: &mut Each<'_, CubeRow>) -> io::Result<()> {
        // A run without a bill has none.
        self.billed.as_ref().map_or(Ok(()), |keys| cube::read(&self.folder, keys, each))
    }
}

/// Hands over each finding of a table that lies in memory.
pub(crate) fn each_finding(bytes: &[u8], shown: &str, mut each: impl FnMut(Finding)) -> Result<(), StoreError> {
    let done: Result<(), std::convert::Infallible> = read_table_of(bytes, shown, &FINDINGS, |cells| {
        each(finding(cells));
        Ok(())
    })?;
    let Ok(()) = done;
    Ok(())
}

/// Compliance by every slice, for queries over a history.
pub(crate) fn store_compliance(folder: &Path, summary: &Summary) -> Result<(), StoreError> {
    const COUNTS: [&str; 5] = ["population", "passed", "violated", "undetermined", "waived"];
    let names: Vec<&str> = ["by", "name"].into_iter().chain(COUNTS).collect();
    let mut table = TableWriter::create(&folder.join("compliance.parquet"), &columns(&names, &COUNTS))?;
    for row in &summary.compliance {
        let counts = [row.population, row.passed, row.violated, row.undetermined, row.waived].map(|n| Cell::Int(i64::try_from(n).unwrap_or(i64::MAX)));
        let cells: Vec<Cell<'_>> = [Cell::Text(&row.by), Cell::Text(&row.name)].into_iter().chain(counts).collect();
        table.row(&cells)?;
    }
    table.finish()
}

fn text(cell: &Cell<'_>) -> Option<Text> {
    cell.as_text().map(Text::new)
}

fn place_number(cell: &Cell<'_>) -> u32 {
    cell.as_int().and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

fn finding(c: &[Cell<'_>]) -> Finding {
    let word = |at: usize| text(&c[at]).unwrap_or_default();
    let string = |at: usize| c[at].as_text().map(str::to_owned);
    Finding {
        fingerprint: Fingerprint(word(0)),
        rule: word(1),
        level: Level::from_word(&word(2)).unwrap_or(Level::Error),
        verdict: if word(3) == Verdict::Violated.word() { Verdict::Violated } else { Verdict::Undetermined },
        cloud: CloudId::new(&word(4)),
        scope: word(5),
        region: text(&c[6]),
        kind: word(7),
        resource: word(8),
        name: text(&c[9]),
        environment: text(&c[10]),
        application: text(&c[11]),
        key: text(&c[12]),
        message: word(13).to_string(),
        evidence: string(14).map(|field| Evidence { field, value: string(15) }),
        provenance: string(16),
        demanded_by: string(17).map(|file| Place { file: file.into(), line: place_number(&c[18]), column: place_number(&c[19]) }),
        suggestion: c[20].as_text().and_then(|t| serde_json::from_str(t).ok()),
        money: c[21].as_text().and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default(),
        waived: string(22).map(|reason| Waived { reason, owner: string(23).unwrap_or_default(), expires: string(24).unwrap_or_default() }),
        first_seen: text(&c[25]),
        age_known: c[26].as_text() == Some("yes"),
        owner: text(&c[27]),
    }
}

fn resource(c: &[Cell<'_>]) -> ResourceRow {
    let word = |at: usize| text(&c[at]).unwrap_or_default();
    let keys = c[RESOURCES.len()..].chunks_exact(3).map(|k| KeyCell { value: text(&k[0]), standing: standing(k[1].as_text()), provenance: text(&k[2]) });
    ResourceRow {
        cloud: word(0),
        scope: word(1),
        scope_name: text(&c[2]),
        region: text(&c[3]),
        group: text(&c[4]),
        kind: word(5),
        id: word(6),
        name: text(&c[7]),
        taggable: ["yes", "no"].into_iter().find(|w| Some(*w) == c[8].as_text()).unwrap_or("unknown"),
        created: c[9].as_text().map(str::to_owned),
        stage: text(&c[10]),
        cost: c[11].as_text().and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default(),
        sources: word(12),
        state: state::of_cells(&c[13..19]),
        has_only_blind_sources: c[19].as_text() == Some("yes"),
        keys: keys.collect(),
    }
}

fn standing(word: Option<&str>) -> &'static str {
    (0..6).map(|code| Standing::from_code(code).word()).find(|w| Some(*w) == word).unwrap_or("undetermined")
}
