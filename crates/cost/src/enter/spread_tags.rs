//! Tags as a column for each key, as older reports write them.

use crate::book::Book;
use crate::cells::{Broken, Texts};
use crate::focus::is_null;
use arrow_array::ArrayRef;

/// Enters the tags of each row that has none yet. A cell without text is no tag: such a column has a cell on every row.
pub(super) fn spread_tags(columns: &[(&str, &ArrayRef)], provider: &[u32], tags: &mut [u32], book: &mut Book<'_>) -> Result<(), Broken> {
    let no_tags = |t| Broken { row: 0, what: format!("a column of tags has the type {t}, which holds no text") };
    let columns: Vec<(&str, Texts<'_>)> = columns.iter().map(|(key, array)| Ok((*key, Texts::of(array).map_err(no_tags)?))).collect::<Result<_, _>>()?;
    for (row, number) in tags.iter_mut().enumerate().filter(|(_, number)| **number == u32::MAX) {
        let pairs = columns.iter().filter_map(|(key, texts)| Some((*key, Some(texts.text(row).filter(|text| !is_null(text))?))));
        *number = book.tag_pairs(book.cloud(provider[row]), pairs);
    }
    Ok(())
}
