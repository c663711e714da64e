//! The containers around a scope as a list of records, as BigQuery writes the ancestors of a project.

use crate::cells::{Broken, Texts};
use crate::columns::member_of;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StructArray};
use serde_json::Value;

/// The name of a container, and what people call it; Google's own table in FOCUS writes capitals where its exports do not.
const NAMES: [&str; 2] = ["resource_name", "ResourceName"];
const SHOWN: [&str; 2] = ["display_name", "DisplayName"];

/// Hands over the containers of each row that has some, as the text that BigQuery makes of the list.
pub(crate) fn list_containers(array: &ArrayRef, each: &mut dyn FnMut(usize, &str)) -> Result<(), Broken> {
    let no_list = || Broken {
        row: 0,
        what: format!("the column has the type {}, which is no list of containers; export it as BigQuery writes it, or leave it out", array.data_type()),
    };
    let list = array.as_list_opt::<i32>().ok_or_else(no_list)?;
    let records = list.values().as_struct_opt().ok_or_else(no_list)?;
    let either = |names: [&str; 2], records: &StructArray| names.iter().find_map(|name| member_of(records, name));
    let (ids, shown) = (either(NAMES, records).ok_or_else(no_list)?, either(SHOWN, records));
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
