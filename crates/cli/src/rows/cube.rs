//! The cells of the cost cube, as a run holds them.

use super::{columns, text};
use std::io;
use std::path::Path;
use tagledger_cost::Cube;
use tagledger_model::{Amount, Text};
use tagledger_report::{CubeRow, Each};
use tagledger_store::{Cell, Column, Kind, StoreError, TableWriter, read_table};

const FIRST: [&str; 5] = ["month", "currency", "provider", "scope", "service"];
const LAST: [&str; 2] = ["rows", "amount"];

fn key_columns(name: &str) -> [String; 2] {
    [format!("key {name}"), format!("key {name} basis")]
}

/// Stores the cube.
pub(crate) fn store(folder: &Path, taxonomy: &tagledger_taxonomy::Taxonomy, cube: &Cube) -> Result<(), StoreError> {
    let mut columns = columns(&FIRST, &[]);
    for key in &cube.keys {
        columns.extend(key_columns(&taxonomy.keys[key.index()].name).map(|name| Column { name, kind: Kind::Text }));
    }
    columns.extend(LAST.into_iter().zip([Kind::Int, Kind::Amount]).map(|(name, kind)| Column { name: name.to_owned(), kind }));
    let mut table = TableWriter::create(&folder.join("cube.parquet"), &columns)?;
    for cell in &cube.cells {
        let month = cell.month.to_string();
        let mut cells = vec![Cell::Text(&month), Cell::Text(&cell.currency), Cell::Text(&cell.provider), Cell::Text(&cell.scope), Cell::Text(&cell.service)];
        for (value, basis) in &cell.keys {
            cells.extend([Cell::text(value.as_deref()), Cell::Text(basis.words())]);
        }
        cells.extend([Cell::Int(i64::try_from(cell.rows).unwrap_or(i64::MAX)), Cell::Amount(cell.amount)]);
        table.row(&cells)?;
    }
    table.finish()
}

/// Hands over the cells of a cube.
pub(super) fn each(cube: &Cube, each: &mut Each<'_, CubeRow>) -> io::Result<()> {
    cube.cells.iter().try_for_each(|cell| {
        each(&CubeRow {
            month: cell.month.to_string(),
            provider: cell.provider.clone(),
            scope: cell.scope.clone(),
            service: cell.service.clone(),
            currency: cell.currency.clone(),
            keys: cell.keys.iter().map(|(value, basis)| (value.clone(), Text::new(basis.words()))).collect(),
            amount: cell.amount.to_string(),
            rows: cell.rows,
        })
    })
}

/// The same from a stored run, of these keys.
pub(super) fn read(folder: &Path, keys: &[String], each: &mut Each<'_, CubeRow>) -> io::Result<()> {
    let of_keys: Vec<String> = keys.iter().flat_map(|name| key_columns(name)).collect();
    let names: Vec<&str> = FIRST.into_iter().chain(LAST).chain(of_keys.iter().map(String::as_str)).collect();
    read_table(&folder.join("cube.parquet"), &names, |cells| each(&row(cells))).map_err(io::Error::other)?
}

fn row(c: &[Cell<'_>]) -> CubeRow {
    let word = |at: usize| text(&c[at]).unwrap_or_default();
    let amount = match c[6] {
        Cell::Amount(amount) => amount,
        _ => Amount::ZERO,
    };
    CubeRow {
        month: word(0).to_string(),
        currency: word(1),
        provider: word(2),
        scope: word(3),
        service: word(4),
        keys: c[7..].chunks_exact(2).map(|key| (text(&key[0]), text(&key[1]).unwrap_or_default())).collect(),
        amount: amount.to_string(),
        rows: c[5].as_int().and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0),
    }
}
