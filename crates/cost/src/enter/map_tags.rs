//! Tags as a map column, as some exports write them.

use super::EachPairs;
use crate::cells::Broken;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};

/// Hands over the tags of each row that has a map.
pub(super) fn map_tags(array: &ArrayRef, each: EachPairs<'_>) -> Result<(), Broken> {
    let map = array.as_map();
    let text = |array: &ArrayRef| -> Result<arrow_array::StringArray, Broken> {
        array.as_string_opt::<i32>().cloned().ok_or_else(|| Broken { row: 0, what: format!("the map holds {}, not text", array.data_type()) })
    };
    let (keys, values) = (text(map.keys())?, text(map.values())?);
    for row in (0..map.len()).filter(|row| !map.is_null(*row)) {
        let offset = |at: usize| usize::try_from(map.value_offsets()[at]).unwrap_or(0);
        each(row, &mut (offset(row)..offset(row + 1)).map(|at| (keys.value(at), (!values.is_null(at)).then(|| values.value(at)))));
    }
    Ok(())
}
