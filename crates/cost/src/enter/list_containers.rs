//! The containers around a scope as a list of records, as BigQuery writes the ancestors of a project.

use super::{Work, words};
use crate::book::{Book, NO_WORD};
use crate::cells::{Broken, Texts};
use crate::columns::{Fault, Rows, member_of};
use crate::focus::Column;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StructArray};
use arrow_schema::DataType;
use rustc_hash::FxHashSet;
use serde_json::Value;

/// The name of a container, and what people call it; Google's own table in FOCUS writes capitals where its exports do not.
const NAMES: [&str; 2] = ["resource_name", "ResourceName"];
const SHOWN: [&str; 2] = ["display_name", "DisplayName"];

impl Work {
    /// What lies around the account of each row: text, or the list itself.
    pub(super) fn ancestors(&mut self, rows: &Rows<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
        let Some(array) = rows.get(Column::ScopeAncestors).filter(|array| matches!(array.data_type(), DataType::List(_))) else {
            words(rows, Column::ScopeAncestors, &mut self.words[8], &mut self.ancestors, book)?;
            if rows.get(Column::ScopeAncestors).is_none() {
                return Ok(());
            }
            // There are as many as projects, and each is looked at once.
            let mut known = FxHashSet::from_iter([NO_WORD]);
            for (row, number) in self.ancestors.iter().enumerate() {
                if known.insert(*number) && looks_like_one(&book.text_of(*number)) && containers(&book.text_of(*number)).is_none() {
                    let shown = book.text_of(*number).chars().take(40).collect::<String>();
                    let what = format!("`{}` is no list of containers; export it as BigQuery writes it, or leave the column out", shown.escape_debug());
                    return Err((rows.columns.shown(Column::ScopeAncestors), Broken { row, what }));
                }
            }
            return Ok(());
        };
        self.ancestors.clear();
        self.ancestors.resize(rows.len(), NO_WORD);
        list_containers(array, &mut |row, text| self.ancestors[row] = book.word(text)).map_err(|broken| (rows.columns.shown(Column::ScopeAncestors), broken))
    }
}

/// Hands over the containers of each row that has some, as the text that BigQuery makes of the list.
pub(crate) fn list_containers(array: &ArrayRef, each: &mut dyn FnMut(usize, &str)) -> Result<(), Broken> {
    let no_list = || Broken {
        row: 0,
        what: format!("the column has the type {}, which is no list of containers; export it as BigQuery writes it, or leave it out", array.data_type()),
    };
    let list = array.as_list_opt::<i32>().ok_or_else(no_list)?;
    let records = list.values().as_struct_opt().ok_or_else(no_list)?;
    let either = |names: [&str; 2], records: &StructArray| names.iter().find_map(|name| member_of(records, name));
    // Records that name nothing tell nothing, and no bill is refused for them.
    let Some(ids) = either(NAMES, records) else { return Ok(()) };
    let shown = either(SHOWN, records);
    let ids = Texts::of(&ids).map_err(|_| no_list())?;
    let shown = shown.as_ref().map(Texts::of).transpose().map_err(|_| no_list())?;
    let mut text = String::new();
    for row in (0..list.len()).filter(|row| !list.is_null(*row)) {
        let offset = |at: usize| usize::try_from(list.value_offsets()[at]).unwrap_or(0);
        text.clear();
        for at in offset(row)..offset(row + 1) {
            let name = shown.as_ref().and_then(|shown| shown.text(at)).map_or(Value::Null, Value::from);
            text.push(if text.is_empty() { '[' } else { ',' });
            text.push_str("{\"resource_name\":");
            text.push_str(&Value::from(ids.text(at).unwrap_or_default()).to_string());
            text.push_str(",\"display_name\":");
            text.push_str(&name.to_string());
            text.push('}');
        }
        if !text.is_empty() {
            text.push(']');
            each(row, &text);
        }
    }
    Ok(())
}

/// Whether a text means to name containers: there are many ways to write that there are none.
fn looks_like_one(text: &str) -> bool {
    let text = text.trim();
    (text.len() > 2 && text.starts_with(['[', '{', '"'])) || (text.len() > 3 && text.contains('/'))
}

/// The containers of such a text, each by its name and what people call it; none where it is no list of containers.
pub(crate) fn containers(text: &str) -> Option<Vec<(String, Option<String>)>> {
    type Record = serde_json::Map<String, Value>;
    let records: Vec<Option<Record>> = serde_json::from_str(text).ok()?;
    let member = |record: &Record, names: [&str; 2]| {
        let found = record.iter().find(|(key, _)| names.iter().any(|name| name.eq_ignore_ascii_case(key)))?;
        found.1.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    };
    Some(records.iter().flatten().filter_map(|record| Some((member(record, NAMES)?, member(record, SHOWN)))).collect())
}
