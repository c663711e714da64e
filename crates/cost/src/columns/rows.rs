//! Rows of a batch by their FOCUS columns.

use super::{BoundCase, BoundTerm, Columns, Holds};
use crate::aggregate::Sums;
use crate::cells::{Broken, Cell, Texts, amounts};
use crate::focus::{Column, Measure, is_null};
use crate::rounding::COMPARED;
use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray, StructArray};
use arrow_schema::DataType;
use std::borrow::Cow;
use std::sync::Arc;
use tagledger_model::Amount;

/// What is wrong with a row, and the column as the file calls it.
pub(crate) type Fault = (String, Broken);

/// A batch as FOCUS rows: columns are taken as they are wherever one column is one, and made where several are.
pub(crate) struct Rows<'b> {
    pub columns: &'b Columns,
    batch: &'b RecordBatch,
    made: Vec<(Column, ArrayRef)>,
}

/// The tags of a batch.
pub(crate) enum RowTags<'a> {
    /// In one column: text, a map, or a list of keys and values.
    Whole(&'a ArrayRef),
    /// Those of one sort in a list that says of each what it is.
    OfSort(&'a ArrayRef, &'static str),
    /// A column for each key.
    Spread(Vec<(&'a str, &'a ArrayRef)>),
}

impl<'b> Rows<'b> {
    /// The rows of a batch that holds what these columns are made of, under the names at the top of the file.
    pub fn new(columns: &'b Columns, batch: &'b RecordBatch, wanted: &[Column]) -> Self {
        let mut rows = Self { columns, batch, made: Vec::new() };
        for column in wanted {
            if let Some(array) = rows.make(*column) {
                rows.made.push((*column, array));
            }
        }
        rows
    }

    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// A column of text or time; none where the file has none, or nothing in it.
    pub fn get(&self, column: Column) -> Option<&ArrayRef> {
        self.made.iter().find(|(c, _)| *c == column).map(|(_, array)| array)
    }

    /// A column at the top, or a member of one. A column of the type Null holds nothing, as if it were not there.
    fn array(&self, at: usize) -> Option<Cow<'b, ArrayRef>> {
        let (name, top) = &self.columns.header.names[at];
        let (top_name, batch) = (&self.columns.header.top[*top], self.batch);
        let array = batch.column_by_name(top_name)?;
        let found = match name.strip_prefix(top_name.as_str()).and_then(|rest| rest.strip_prefix('.')) {
            Some(member) => Cow::Owned(member_of(array.as_struct_opt()?, member)?),
            None => Cow::Borrowed(array),
        };
        Some(found).filter(|array| *array.data_type() != DataType::Null)
    }

    fn make(&self, column: Column) -> Option<ArrayRef> {
        if let (Column::Provider, Some(mapping)) = (column, self.columns.mapping.filter(|mapping| !mapping.provider.is_empty())) {
            let keys = Int32Array::from_value(0, self.len());
            return DictionaryArray::try_new(keys, Arc::new(StringArray::from(vec![mapping.provider])) as ArrayRef)
                .ok()
                .map(|array| Arc::new(array) as ArrayRef);
        }
        let mut arrays: Vec<_> = self.columns.places(column).iter().filter_map(|at| self.array(*at)).collect();
        if arrays.len() < 2 || !arrays.iter().all(|array| Texts::of(array).is_ok()) {
            return (!arrays.is_empty()).then(|| arrays.swap_remove(0).into_owned());
        }
        // The first that has a value in the row.
        let texts: Vec<Texts<'_>> = arrays.iter().filter_map(|array| Texts::of(array).ok()).collect();
        let mut out = StringBuilder::new();
        let known_as = self.columns.known_as.filter(|_| column == Column::ResourceId && texts.len() == 2);
        for row in 0..self.len() {
            let text = |at: usize| texts[at].text(row).filter(|text| !is_null(text));
            if let Some(known) = known_as.and_then(|known_as| known_as(text(0)?, text(1)?)) {
                out.append_value(known);
                continue;
            }
            match (0..texts.len()).find_map(text) {
                Some(text) => out.append_value(text),
                None => out.append_null(),
            }
        }
        Some(Arc::new(out.finish()))
    }

    /// The tags; none where the file has none.
    pub fn tags(&self) -> Option<RowTags<'_>> {
        if self.columns.spread.is_empty() {
            return self.get(Column::Tags).map(RowTags::Whole);
        }
        let array = |at: usize| self.batch.column_by_name(&self.columns.header.top[self.columns.header.names[at].1]);
        Some(RowTags::Spread(self.columns.spread.iter().filter_map(|(at, key)| Some((key.as_str(), array(*at)?))).collect()))
    }

    /// What a column of tags holds. Google's own view in FOCUS has one list for the labels of a resource, those of its project, tags that are bound to it and
    /// what Google says itself, each with its sort: the list stands for the columns that the file does not have.
    pub fn tags_of(&self, column: Column) -> Option<RowTags<'_>> {
        let sort = match column {
            Column::Tags => "label",
            Column::FurtherTags => "tag",
            Column::ScopeTags => "project_label",
            _ => return self.get(column).map(RowTags::Whole),
        };
        let own = if column == Column::Tags { self.tags() } else { self.get(column).map(RowTags::Whole) };
        let list = self.get(Column::Tags).filter(|array| says_sorts(array.data_type()));
        match list.filter(|_| column == Column::Tags || own.is_none()) {
            Some(array) => Some(RowTags::OfSort(array, sort)),
            None => own,
        }
    }

    /// What each row costs in a measure, null where it does not say; amounts that are set aside count nothing and are handed over with their rows.
    pub fn amounts(&self, measure: Measure, out: &mut Vec<Option<Amount>>, aside: &mut Vec<(usize, Amount)>, rounded: &mut u64) -> Result<(), Fault> {
        out.clear();
        aside.clear();
        let cases = &self.columns.costs[measure.position()];
        let Some((last, before)) = cases.split_last() else { return Ok(()) };
        let mut at = Vec::new();
        self.sum(last, None, out, &mut at)?;
        // The first case that holds counts, so later ones are written over by earlier ones.
        let mut held = Vec::new();
        for case in before.iter().rev() {
            if !self.held(case, &mut held) {
                continue;
            }
            aside.retain(|(row, _)| !held[*row]);
            // Each amount is told once, by the case that counts.
            at.retain(|row| !held[*row]);
            let mut own = Vec::new();
            self.sum(case, Some(&held), out, &mut own)?;
            at.extend(own.into_iter().filter(|row| held[*row]));
            if case.set_aside {
                for (row, _) in held.iter().enumerate().filter(|(_, holds)| **holds) {
                    let amount = out[row].replace(Amount::ZERO).unwrap_or_default();
                    if amount != Amount::ZERO {
                        aside.push((row, amount));
                    }
                }
            }
        }
        *rounded += at.len() as u64;
        Ok(())
    }

    /// Hands over EffectiveCost and BilledCost of each row, as far as they can be read.
    pub fn compared(&self, each: &mut dyn FnMut(&Sums)) {
        let mut all = vec![Sums::default(); self.len()];
        for measure in COMPARED {
            let (mut column, mut aside, mut rounded) = (Vec::new(), Vec::new(), 0);
            if self.amounts(measure, &mut column, &mut aside, &mut rounded).is_err() {
                return;
            }
            for (sums, amount) in all.iter_mut().zip(column) {
                sums[measure.position()] = amount.unwrap_or_default();
            }
        }
        all.iter().for_each(each);
    }

    /// For each row whether its amount counts nothing in a measure because other rows carry it; empty where that is so of none.
    pub fn kept_out(&self, measure: Measure) -> Vec<bool> {
        let mut held = Vec::new();
        let case = self.columns.costs[measure.position()].first().filter(|case| case.set_aside);
        if case.is_some_and(|case| self.held(case, &mut held)) { held } else { Vec::new() }
    }

    /// For each row whether the case holds; false where it holds for none.
    pub fn held(&self, case: &BoundCase, held: &mut Vec<bool>) -> bool {
        let mut conditions = Vec::with_capacity(case.when.len());
        for (at, what) in &case.when {
            let Some(array) = self.array(*at).filter(|array| array.null_count() < array.len()) else { return false };
            let Ok(texts) = Texts::of(&array) else { return false };
            let entries: Vec<bool> = (0..texts.entries()).map(|entry| what.fits(texts.entry(entry))).collect();
            // Most conditions hold for no word of a dictionary, and its rows need not be looked at.
            if !entries.is_empty() && !entries.contains(&true) {
                return false;
            }
            conditions.push((array, what, entries));
        }
        held.clear();
        held.resize(self.len(), true);
        for (array, what, entries) in &conditions {
            let Ok(texts) = Texts::of(array) else { return false };
            for (row, holds) in held.iter_mut().enumerate().filter(|(_, holds)| **holds) {
                *holds = match texts.get(row) {
                    Cell::Null => false,
                    Cell::Number(_) => matches!(what, Holds::Something),
                    Cell::Entry(entry) => entries[entry],
                    Cell::Text(text) => what.fits(text),
                };
            }
        }
        held.contains(&true)
    }

    /// The parts of each row's cost that a kind of charge has for itself; none where all of it is of that kind.
    pub fn part(&self, case: &BoundCase) -> Result<Option<Vec<Option<Amount>>>, Fault> {
        let mut out = Vec::new();
        if case.is_of_whole_rows() {
            return Ok(None);
        }
        // What was rounded was told when the cost itself was read.
        self.sum(case, None, &mut out, &mut Vec::new())?;
        Ok(Some(out))
    }

    /// Adds up the terms of a case into the rows that are held, or into all.
    fn sum(&self, case: &BoundCase, held: Option<&[bool]>, out: &mut Vec<Option<Amount>>, rounded: &mut Vec<usize>) -> Result<(), Fault> {
        let is_held = |row: usize| held.is_none_or(|held| held[row]);
        let terms = match &case.terms {
            Ok(terms) => terms,
            Err(name) => {
                let row = (0..self.len()).find(|row| is_held(*row)).unwrap_or(0);
                let what = "what the row costs is not known without a column of this name, which the file does not have; export it with all its columns, or choose another measure with --measure";
                return Err(((*name).to_owned(), Broken { row, what: what.to_owned() }));
            }
        };
        if let ([term], None) = (terms.as_slice(), held)
            && !term.minus
            && term.member.is_none()
            && case.ratio.is_empty()
        {
            return self.term(term, out, rounded);
        }
        out.resize(self.len(), None);
        for (_, slot) in out.iter_mut().enumerate().filter(|(row, _)| is_held(*row)) {
            *slot = terms.is_empty().then_some(Amount::ZERO);
        }
        let mut column = Vec::new();
        for term in terms {
            self.term(term, &mut column, rounded)?;
            for (row, amount) in column.iter().enumerate().filter(|(row, _)| is_held(*row)) {
                if let Some(amount) = amount {
                    let sum = out[row].get_or_insert_default();
                    *sum = if term.minus { *sum - *amount } else { *sum + *amount };
                }
            }
        }
        self.scale(case, held, out)
    }

    /// Makes of each row's amount what the columns of the case's ratio do.
    fn scale(&self, case: &BoundCase, held: Option<&[bool]>, out: &mut [Option<Amount>]) -> Result<(), Fault> {
        let mut done = vec![false; if case.ratio.is_empty() { 0 } else { self.len() }];
        let (mut parts, mut wholes): (Vec<Option<Amount>>, Vec<Option<Amount>>) = (Vec::new(), Vec::new());
        for (at, whole) in &case.ratio {
            self.column(*at, None, &mut parts, &mut Vec::new())?;
            self.column(*whole, None, &mut wholes, &mut Vec::new())?;
            for row in (0..self.len()).filter(|row| held.is_none_or(|held| held[*row])) {
                let (Some(part), Some(whole), Some(amount)) = (parts[row], wholes[row].filter(|whole| *whole != Amount::ZERO), out[row]) else { continue };
                if std::mem::replace(&mut done[row], true) {
                    continue;
                }
                let too_large = || Broken { row, what: "the amount is larger than any sum can hold beside what the row costs".to_owned() };
                out[row] = Some(amount.share(part, whole).ok_or_else(|| (self.columns.shown_at(*at), too_large()))?);
            }
        }
        Ok(())
    }

    /// A term of each row: of several columns the first that holds an amount, for a column may be there and be filled on no row, or on some.
    fn term(&self, term: &BoundTerm, out: &mut Vec<Option<Amount>>, rounded: &mut Vec<usize>) -> Result<(), Fault> {
        let Some((first, others)) = term.at.split_first() else { return Ok(()) };
        self.column(*first, term.member, out, rounded)?;
        let (mut other, mut of_other) = (Vec::new(), Vec::new());
        for at in others {
            if !out.contains(&None) {
                break;
            }
            self.column(*at, term.member, &mut other, &mut of_other)?;
            rounded.extend(of_other.drain(..).filter(|row| out[*row].is_none()));
            for (slot, amount) in out.iter_mut().zip(&other).filter(|(slot, _)| slot.is_none()) {
                *slot = *amount;
            }
        }
        Ok(())
    }

    /// The amounts of a column, or of a member of its lists added up.
    fn column(&self, at: usize, member: Option<&str>, out: &mut Vec<Option<Amount>>, rounded: &mut Vec<usize>) -> Result<(), Fault> {
        out.clear();
        let named = |broken: Broken| (self.columns.shown_at(at), broken);
        let Some(array) = self.array(at) else {
            out.resize(self.len(), None);
            return Ok(());
        };
        let Some(member) = member else { return amounts(&array, out, rounded).map_err(named) };
        out.resize(self.len(), None);
        let no_list = || named(Broken { row: 0, what: format!("the column has the type {}, which is no list of records with `{member}`", array.data_type()) });
        let list = array.as_list_opt::<i32>().ok_or_else(no_list)?;
        let values = list.values().as_struct_opt().and_then(|records| member_of(records, member)).ok_or_else(no_list)?;
        let row_of = |at: usize| list.value_offsets().partition_point(|o| usize::try_from(*o).unwrap_or(0) <= at).saturating_sub(1);
        let (mut each, mut of_each) = (Vec::new(), Vec::new());
        amounts(&values, &mut each, &mut of_each).map_err(|broken| named(Broken { row: row_of(broken.row), ..broken }))?;
        rounded.extend(of_each.into_iter().map(row_of));
        for (row, slot) in out.iter_mut().enumerate().filter(|(row, _)| !list.is_null(*row)) {
            let offset = |at: usize| usize::try_from(list.value_offsets()[at]).unwrap_or(0);
            let parts = each.get(offset(row)..offset(row + 1)).unwrap_or_default();
            *slot = parts.iter().flatten().copied().reduce(|a, b| a + b);
        }
        Ok(())
    }
}

/// What the sort of an entry is called in such a list.
pub(crate) const SORT: &str = "x_type";

/// True for a list of records that say of what sort they are.
fn says_sorts(of: &DataType) -> bool {
    let DataType::List(entry) = of else { return false };
    matches!(entry.data_type(), DataType::Struct(fields) if fields.iter().any(|field| field.name().eq_ignore_ascii_case(SORT)))
}

/// A member of a nested column; null where the record is.
pub(crate) fn member_of(records: &StructArray, name: &str) -> Option<ArrayRef> {
    let at = records.fields().iter().position(|field| field.name().eq_ignore_ascii_case(name))?;
    // A record that is null mostly has null members; the writer of such files sees to it.
    Some(Arc::clone(records.column(at)))
}
