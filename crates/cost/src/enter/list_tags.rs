//! Tags as a list of keys and values, as BigQuery writes labels.

use super::EachPairs;
use crate::cells::{Broken, Texts};
use crate::columns::member_of;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};

/// Hands over the tags of each row that has a list.
pub(super) fn list_tags(array: &ArrayRef, each: EachPairs<'_>) -> Result<(), Broken> {
    let no_tags = || Broken { row: 0, what: format!("the column has the type {}, which is no list of keys and values", array.data_type()) };
    let list = array.as_list_opt::<i32>().ok_or_else(no_tags)?;
    let records = list.values().as_struct_opt().ok_or_else(no_tags)?;
    let (keys, values) = (member_of(records, "key").ok_or_else(no_tags)?, member_of(records, "value").ok_or_else(no_tags)?);
    let (keys, values) = (Texts::of(&keys).map_err(|_| no_tags())?, Texts::of(&values).map_err(|_| no_tags())?);
    for row in (0..list.len()).filter(|row| !list.is_null(*row)) {
        let offset = |at: usize| usize::try_from(list.value_offsets()[at]).unwrap_or(0);
        each(row, &mut (offset(row)..offset(row + 1)).filter_map(|at| Some((keys.text(at)?, values.text(at)))));
    }
    Ok(())
}
