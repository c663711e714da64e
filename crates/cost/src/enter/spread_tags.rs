//! Tags as a column for each key, as older reports write them.

use super::EachPairs;
use crate::cells::{Broken, Texts};
use crate::focus::is_null;
use arrow_array::ArrayRef;

/// Hands over the tags of each row. A cell without text is no tag: such a column has a cell on every row.
pub(super) fn spread_tags(columns: &[(&str, &ArrayRef)], rows: usize, each: EachPairs<'_>) -> Result<(), Broken> {
    let no_tags = |t| Broken { row: 0, what: format!("a column of tags has the type {t}, which holds no text") };
    let columns: Vec<(&str, Texts<'_>)> = columns.iter().map(|(key, array)| Ok((*key, Texts::of(array).map_err(no_tags)?))).collect::<Result<_, _>>()?;
    for row in 0..rows {
        each(row, &mut columns.iter().filter_map(|(key, texts)| Some((*key, Some(texts.text(row).filter(|text| !is_null(text))?)))));
    }
    Ok(())
}
