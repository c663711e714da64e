//! Tags as a map column, as some exports write them.

use crate::book::Book;
use crate::cells::Broken;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};

/// Enters the tags of each row that has none yet.
pub(super) fn map_tags(array: &ArrayRef, provider: &[u32], tags: &mut [u32], book: &mut Book<'_>) -> Result<(), Broken> {
    let map = array.as_map();
    let text = |array: &ArrayRef| -> Result<arrow_array::StringArray, Broken> {
        array.as_string_opt::<i32>().cloned().ok_or_else(|| Broken { row: 0, what: format!("the map holds {}, not text", array.data_type()) })
    };
    let (keys, values) = (text(map.keys())?, text(map.values())?);
    for row in 0..map.len() {
        if tags[row] != u32::MAX || map.is_null(row) {
            continue;
        }
        let offset = |at: usize| usize::try_from(map.value_offsets()[at]).unwrap_or(0);
        let pairs = (offset(row)..offset(row + 1)).map(|at| (keys.value(at), (!values.is_null(at)).then(|| values.value(at))));
        tags[row] = book.tag_pairs(book.cloud(provider[row]), pairs);
    }
    Ok(())
}
