//! What the texts of many rows mean, looked up side by side: tags as numbers, and whose a row is.

use super::{Memo, RowTags, Work, pairs};
use crate::book::{Book, Owned};
use crate::cells::{Broken, Cell, Texts};
use crate::columns::{Fault, Rows};
use crate::focus::{Column, is_null};
use crate::owners::{NONE, SIDE_BY_SIDE};
use arrow_array::Array;
use arrow_schema::DataType;

/// True for a text without any tag: where the part that cost was allocated to has none, those of the row count.
fn is_bare(text: &str) -> bool {
    matches!(text.trim(), "{}" | "[]")
}

impl Work {
    /// What each row's tags say: the tags of the part that cost was allocated to, else those of the row; and for keys of which these say nothing, what stands beside them.
    pub(super) fn tag_numbers(&mut self, rows: &Rows<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
        self.tags.clear();
        self.tags.resize(rows.len(), u32::MAX);
        for (memo, column) in self.tag_memo.iter_mut().zip([Column::AllocatedTags, Column::Tags, Column::FurtherTags, Column::ScopeTags]) {
            let is_asked = column != Column::ScopeTags || book.billing.takes_scope_tags();
            let Some(tags) = rows.tags_of(column).filter(|_| is_asked) else { continue };
            let named = |broken: Broken| (rows.columns.shown(column), broken);
            if matches!(column, Column::AllocatedTags | Column::Tags) {
                column_numbers(column, tags, memo, &self.provider, &mut self.tags, book).map_err(named)?;
                continue;
            }
            self.further.clear();
            self.further.resize(rows.len(), u32::MAX);
            column_numbers(column, tags, memo, &self.provider, &mut self.further, book).map_err(named)?;
            for (number, further) in self.tags.iter_mut().zip(&self.further).filter(|(_, further)| **further != u32::MAX) {
                *number = if *number == u32::MAX { *further } else { book.filled(*number, *further) };
            }
        }
        let mut bare = None;
        let is_untold = !rows.columns.has(Column::Tags) && !rows.columns.has(Column::FurtherTags);
        for (row, ((number, month), provider)) in self.tags.iter_mut().zip(&self.months).zip(&self.provider).enumerate() {
            let weight = self.weights.get(row).copied().unwrap_or(1);
            if is_untold {
                book.leave_untold(*month, *provider);
            }
            *number = if *number == u32::MAX { *bare.get_or_insert_with(|| book.tag_text(0, None)) } else { book.counted(*number, weight, *month, *provider) };
        }
        Ok(())
    }

    /// Looks up the ids of all rows that ask for their owner, where they are texts of their own.
    pub(super) fn find(&mut self, book: &Book<'_>, ids: Option<&Texts<'_>>) {
        let (tags, provider) = (&self.tags, &self.provider);
        self.found.clear();
        let Some(ids @ (Texts::Plain(..) | Texts::Views(..))) = ids else { return };
        let id = |row: usize| match ids.get(row) {
            Cell::Text(id) if !book.needs_no_owner(tags[row]) && !is_null(id) => Some((book.cloud(provider[row]), id)),
            _ => None,
        };
        book.named_exactly((0..tags.len()).map(id), &mut self.found);
    }

    /// Whose a row is.
    pub(super) fn owned(&mut self, book: &mut Book<'_>, row: usize, ids: Option<&Texts<'_>>, allocated: Option<&Texts<'_>>) -> Owned {
        let (cloud, account) = (book.cloud(self.provider[row]), self.account[row]);
        // An allocated id is rare: only provider-made splits have one.
        if let Some(id) = allocated.and_then(|texts| texts.text(row)).filter(|t| !is_null(t)) {
            return book.owned_remembered(cloud, account, id);
        }
        match self.found.get(row) {
            Some(owned) if owned.owner != NONE => return *owned,
            Some(owned) if owned.resource != NONE => return book.owned_exactly(owned.resource),
            _ => {}
        }
        let Some(texts) = ids else { return book.owned(cloud, account, None) };
        match texts.get(row) {
            Cell::Null | Cell::Number(_) => book.owned(cloud, account, None),
            Cell::Text(id) if is_null(id) => book.owned(cloud, account, None),
            Cell::Text(id) if self.found.is_empty() => book.owned_remembered(cloud, account, id),
            Cell::Text(id) => book.owned_otherwise(cloud, account, id),
            Cell::Entry(entry) => match self.id_memo.made[entry] {
                Some((seen, owned)) if seen == account => owned,
                _ => {
                    let id = texts.entry(entry);
                    let owned = if is_null(id) { book.owned(cloud, account, None) } else { book.owned_remembered(cloud, account, id) };
                    self.id_memo.made[entry] = Some((account, owned));
                    owned
                }
            },
        }
    }
}

/// Finds out what texts say; a column has either texts of its own or a dictionary's, whose answers are kept.
fn look_up(plain: &mut Vec<(usize, u8, &str)>, slots: &mut Vec<usize>, numbers: &mut [u32], memo: &mut Memo<u32>, book: &mut Book<'_>) {
    book.tag_texts(plain, numbers);
    for (slot, (row, ..)) in slots.drain(..).zip(plain.iter()) {
        memo.made[slot] = Some(numbers[*row]);
    }
    plain.clear();
}

/// What a column of tags says, as numbers, where nothing is known of a row yet.
fn column_numbers(column: Column, tags: RowTags<'_>, memo: &mut Memo<u32>, provider: &[u32], numbers: &mut [u32], book: &mut Book<'_>) -> Result<(), Broken> {
    let array = match tags {
        RowTags::Whole(array) if !matches!(array.data_type(), DataType::Map(_, _) | DataType::List(_)) => array,
        tags => {
            return pairs(&tags, numbers.len(), &mut |row, pairs| {
                // Who comes first has the say.
                if numbers[row] == u32::MAX {
                    numbers[row] = book.tag_pairs(book.cloud(provider[row]), pairs);
                }
            });
        }
    };
    let texts = Texts::of(array).map_err(|t| Broken {
        row: 0,
        what: format!("the column has the type {t}, which holds no tags; export it as JSON text, a map, or a list of keys and values"),
    })?;
    let variants = book.clouds();
    memo.fit(&texts, variants);
    let is_nothing = |text: &str| is_null(text) || (column == Column::AllocatedTags && is_bare(text));
    // Texts that are looked up together, and where what they mean is kept.
    let (mut plain, mut slots) = (Vec::with_capacity(SIDE_BY_SIDE), Vec::with_capacity(SIDE_BY_SIDE));
    for row in 0..numbers.len() {
        if numbers[row] != u32::MAX {
            continue;
        }
        let cloud = book.cloud(provider[row]);
        match texts.get(row) {
            Cell::Null | Cell::Number(_) => {}
            Cell::Text(text) if is_nothing(text) => {}
            Cell::Text(text) => plain.push((row, cloud, text)),
            Cell::Entry(entry) => {
                let slot = entry * variants + usize::from(cloud);
                match memo.made[slot] {
                    Some(number) => numbers[row] = number,
                    None if is_nothing(texts.entry(entry)) => memo.made[slot] = Some(u32::MAX),
                    None => {
                        plain.push((row, cloud, texts.entry(entry)));
                        slots.push(slot);
                    }
                }
            }
        }
        if plain.len() == SIDE_BY_SIDE {
            look_up(&mut plain, &mut slots, numbers, memo, book);
        }
    }
    look_up(&mut plain, &mut slots, numbers, memo, book);
    Ok(())
}
