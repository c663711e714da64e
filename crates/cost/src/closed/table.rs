//! Rows that no report can tell apart, added up.

use super::form::{ASIDE, COSTS, KIND, KINDS, PART, ROWS};
use crate::cells::{Broken, Cell, Texts, months};
use crate::columns::{Columns, Fault, RowTags, Rows};
use crate::copies::{self, Sketch};
use crate::enter::{list_containers, pairs, weights};
use crate::focus::{Column, Measure};
use crate::rounding::COMPARED;
use arrow_array::builder::{Decimal128Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tagledger_model::{Amount, Month};

/// More groups than this are not kept in memory: a file of which nothing repeats is read as it is.
const MOST: usize = 4_000_000;

/// Columns of text, as they are called in the file that is written.
const TEXTS: [(Column, &str); 10] = [
    (Column::BillingCurrency, "BillingCurrency"),
    (Column::Provider, "Provider"),
    (Column::SubAccountId, "SubAccountId"),
    (Column::ServiceName, "ServiceName"),
    (Column::ChargeCategory, "ChargeCategory"),
    (Column::InvoiceId, "InvoiceId"),
    (Column::InvoiceIssuerName, "InvoiceIssuerName"),
    (Column::ResourceId, "ResourceId"),
    (Column::AllocatedResourceId, "AllocatedResourceId"),
    (Column::ScopeAncestors, "x_ProjectAncestors"),
];
const TAGS: [(Column, &str); 4] =
    [(Column::AllocatedTags, "AllocatedTags"), (Column::Tags, "Tags"), (Column::FurtherTags, "x_Tags"), (Column::ScopeTags, "x_ProjectLabels")];

/// Everything that a file is asked for here.
pub(super) fn wanted() -> Vec<Column> {
    let texts = TEXTS.iter().chain(&TAGS).map(|(column, _)| *column);
    texts.chain([Column::BillingPeriodStart, Column::ChargeKind, Column::Rows]).chain(copies::COLUMNS).collect()
}

/// What is told of a file beside its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Months, sorted.
    pub months: Vec<Month>,
    /// Amounts that were rounded, by measure.
    pub rounded: [u64; 4],
    /// How often EffectiveCost was whole where BilledCost was not, and how often that was not.
    pub compared: (u64, u64),
    /// What is remembered of its rows, by measure.
    pub sketches: [Sketch; 4],
}

/// The groups of a file.
pub(super) struct Table<'c> {
    columns: &'c Columns,
    /// Which columns the file has.
    texts: Vec<(Column, &'static str)>,
    measures: Vec<Measure>,
    index: FxHashMap<Box<[u8]>, u32>,
    groups: Vec<Group>,
    rows: u64,
    pub told: Told,
    key: Vec<u8>,
}

#[derive(Clone, Copy, Default)]
struct Group {
    rows: u64,
    sums: [Amount; 4],
    part: Amount,
}

impl<'c> Table<'c> {
    pub fn new(columns: &'c Columns) -> Self {
        let texts = TEXTS.iter().chain(&TAGS).filter(|(column, _)| columns.has(*column)).copied().collect();
        let measures = Measure::ALL.into_iter().filter(|measure| columns.holds(*measure)).collect();
        Self { columns, texts, measures, index: FxHashMap::default(), groups: Vec::new(), rows: 0, told: Told::default(), key: Vec::new() }
    }

    /// The measures that the file holds.
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// Adds a batch; false where there is no sense in going on, since too little repeats.
    pub fn add(&mut self, rows: &Rows<'_>) -> Result<bool, Fault> {
        let columns = self.columns;
        let count = rows.len();
        let mut of_month = Vec::new();
        match (rows.get(Column::BillingPeriodStart), columns.month) {
            (Some(array), _) => months(array, &mut of_month).map_err(|broken| (columns.shown(Column::BillingPeriodStart), broken))?,
            (None, month) => of_month.resize(count, month.unwrap_or(Month(0))),
        }
        let mut costs: [Vec<Option<Amount>>; 4] = Default::default();
        let mut aside_of: Vec<u8> = vec![0; count];
        for measure in self.measures.clone() {
            let (at, mut aside) = (measure.position(), Vec::new());
            rows.amounts(measure, &mut costs[at], &mut aside, &mut self.told.rounded[at])?;
            self.told.sketches[at].note(rows, &of_month, &costs[at]);
            for (row, amount) in aside {
                // What counts nothing is kept, and why.
                aside_of[row] = 1 + u8::try_from(at).unwrap_or(0);
                costs[at][row] = Some(amount);
            }
        }
        if columns.may_be_rounded() {
            self.compare(&costs, &aside_of);
        }
        let (kinds, parts) = kinds(rows)?;
        // Rows that a service added up stand for more than one already.
        let mut of_row = Vec::new();
        weights(rows, &mut of_row).map_err(|broken| (columns.shown(Column::Rows), broken))?;
        let texts: Vec<Text<'_>> = self.texts.iter().map(|(column, _)| Text::of(rows, *column)).collect::<Result<_, Fault>>()?;
        for row in 0..count {
            self.key.clear();
            self.key.extend(of_month[row].0.to_le_bytes());
            let nulls = self.measures.iter().fold(0_u8, |bits, m| bits | u8::from(costs[m.position()][row].is_none()) << m.position());
            self.key.extend([nulls, aside_of[row], kinds.get(row).copied().unwrap_or(0)]);
            for text in &texts {
                text.write(row, &mut self.key);
            }
            let next = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
            let known = self.index.get(self.key.as_slice()).copied();
            let at = known.unwrap_or_else(|| {
                self.index.insert(self.key.as_slice().into(), next);
                self.groups.push(Group::default());
                next
            });
            let group = &mut self.groups[at as usize];
            group.rows += of_row.get(row).copied().unwrap_or(1);
            for (sum, column) in group.sums.iter_mut().zip(&costs) {
                *sum += column.get(row).copied().flatten().unwrap_or_default();
            }
            group.part += parts.get(row).copied().unwrap_or_default();
        }
        self.told.months.extend(of_month);
        self.told.months.sort_unstable();
        self.told.months.dedup();
        self.rows += count as u64;
        Ok(self.groups.len() <= MOST)
    }

    fn compare(&mut self, costs: &[Vec<Option<Amount>>; 4], aside: &[u8]) {
        let mut repairs = crate::aggregate::Repairs::default();
        for row in 0..aside.len() {
            let mut sums = crate::aggregate::Sums::default();
            for measure in COMPARED {
                let counts = usize::from(aside[row]) != measure.position() + 1;
                sums[measure.position()] = costs[measure.position()][row].filter(|_| counts).unwrap_or_default();
            }
            repairs.compare(&sums);
        }
        self.told.compared.0 += repairs.integral_effective;
        self.told.compared.1 += repairs.fractional_billed;
    }

    /// True where the groups are so much fewer than the rows that they are worth a file of their own.
    pub fn is_worth_it(&self) -> bool {
        self.groups.len() as u64 * 2 <= self.rows
    }

    /// The groups as batches of so many rows, those of one resource beside each other. What was handed over is given up, so that the whole is never held twice.
    pub fn batches(self, size: usize) -> impl Iterator<Item = Result<RecordBatch, ArrowError>> {
        let mut keys: Vec<(Box<[u8]>, u32)> = self.index.into_iter().collect();
        keys.sort_unstable();
        let (mut keys, groups) = (keys.into_iter(), self.groups);
        let written = Written { texts: self.texts, measures: self.measures };
        // Of nothing there is one batch all the same, which says what columns there are.
        let mut is_first = true;
        std::iter::from_fn(move || {
            let is_there = keys.len() > 0 || is_first;
            is_first = false;
            is_there.then(|| written.batch(keys.by_ref().take(size).map(|(key, at)| (key, groups[at as usize]))))
        })
    }
}

/// The columns that are written.
struct Written {
    texts: Vec<(Column, &'static str)>,
    measures: Vec<Measure>,
}

impl Written {
    fn batch(&self, rows: impl Iterator<Item = (Box<[u8]>, Group)>) -> Result<RecordBatch, ArrowError> {
        let mut months = StringBuilder::new();
        let (mut asides, mut kinds, mut counts) = (StringBuilder::new(), StringBuilder::new(), Int64Builder::new());
        let mut texts: Vec<StringBuilder> = self.texts.iter().map(|_| StringBuilder::new()).collect();
        let money = || Decimal128Builder::new().with_data_type(DataType::Decimal128(38, 12));
        let (mut costs, mut parts) = (self.measures.iter().map(|_| money()).collect::<Vec<_>>(), money());
        for (key, group) in rows {
            let month = Month(i32::from_le_bytes([key[0], key[1], key[2], key[3]]));
            months.append_value(format!("{month}-01"));
            let (nulls, aside, kind) = (key[4], key[5], key[6]);
            asides.append_option(Measure::ALL.get(usize::from(aside).wrapping_sub(1)).map(|measure| measure.column()));
            kinds.append_option(KINDS.get(usize::from(kind).wrapping_sub(1)));
            counts.append_value(i64::try_from(group.rows).unwrap_or(i64::MAX));
            parts.append_option(Some(group.part.0).filter(|units| *units != 0));
            for (measure, builder) in self.measures.iter().zip(&mut costs) {
                let is_null = nulls >> measure.position() & 1 == 1;
                builder.append_option((!is_null).then_some(group.sums[measure.position()].0));
            }
            let mut rest = &key[7..];
            for builder in &mut texts {
                builder.append_option(taken(&mut rest));
            }
        }
        let mut fields: Vec<(&str, ArrayRef)> = vec![("BillingPeriodStart", Arc::new(months.finish()))];
        fields.extend(self.texts.iter().zip(texts).map(|((_, name), mut builder)| (*name, Arc::new(builder.finish()) as ArrayRef)));
        let costs = self.measures.iter().zip(costs).map(|(measure, mut builder)| (COSTS[measure.position()], Arc::new(builder.finish()) as ArrayRef));
        fields.extend(costs);
        fields.extend([
            (ASIDE, Arc::new(asides.finish()) as ArrayRef),
            (KIND, Arc::new(kinds.finish())),
            (PART, Arc::new(parts.finish())),
            (ROWS, Arc::new(counts.finish())),
        ]);
        let schema = Schema::new(fields.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect::<Vec<_>>());
        RecordBatch::try_new(Arc::new(schema), fields.into_iter().map(|(_, array)| array).collect())
    }
}

/// The number of each row's kind, from 1, and the parts that are of another; empty where there are none.
fn kinds(rows: &Rows<'_>) -> Result<(Vec<u8>, Vec<Amount>), Fault> {
    let (mut kinds, mut parts, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, case) in &rows.columns.kinds {
        if !rows.held(case, &mut held) {
            continue;
        }
        match rows.part(case)? {
            None => {
                kinds.resize(rows.len(), 0_u8);
                let number = KINDS.iter().position(|known| known == kind).and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0);
                for (slot, _) in kinds.iter_mut().zip(&held).filter(|(slot, held)| **held && **slot == 0) {
                    *slot = number;
                }
            }
            Some(amounts) => {
                parts.resize(rows.len(), Amount::ZERO);
                for (slot, amount) in parts.iter_mut().zip(amounts) {
                    *slot += amount.unwrap_or_default();
                }
            }
        }
    }
    Ok((kinds, parts))
}

/// A column of a batch as text.
enum Text<'a> {
    Missing,
    Column(Texts<'a>),
    Made(Vec<Option<String>>),
}

impl<'a> Text<'a> {
    fn of(rows: &'a Rows<'_>, column: Column) -> Result<Self, Fault> {
        let named = |broken: Broken| (rows.columns.shown(column), broken);
        if let Some(array) = rows.get(column).filter(|array| column == Column::ScopeAncestors && matches!(array.data_type(), DataType::List(_))) {
            let mut made = vec![None; rows.len()];
            list_containers(array, &mut |row, text| made[row] = Some(text.to_owned())).map_err(named)?;
            return Ok(Self::Made(made));
        }
        let tags = match column {
            Column::Tags | Column::AllocatedTags | Column::FurtherTags | Column::ScopeTags => rows.tags_of(column),
            _ => None,
        };
        let is_nested = |array: &ArrayRef| matches!(array.data_type(), DataType::Map(_, _) | DataType::List(_));
        match tags {
            Some(RowTags::Whole(array)) if !is_nested(array) => {}
            Some(tags) => {
                let mut made = vec![None; rows.len()];
                pairs(&tags, rows.len(), &mut |row, pairs| made[row] = Some(json(pairs))).map_err(named)?;
                return Ok(Self::Made(made));
            }
            None => {}
        }
        let Some(array) = rows.get(column) else { return Ok(Self::Missing) };
        let no_text = |what: String| named(Broken { row: 0, what: format!("the column has the type {what}, which holds no text") });
        Texts::of(array).map(Self::Column).map_err(no_text)
    }

    /// Writes the text of a row behind its length; a null is none.
    fn write(&self, row: usize, key: &mut Vec<u8>) {
        let mut put = |text: Option<&str>| {
            key.extend(text.map_or(u32::MAX, |text| u32::try_from(text.len()).unwrap_or(u32::MAX - 1)).to_le_bytes());
            key.extend(text.unwrap_or_default().bytes());
        };
        match self {
            Self::Missing => put(None),
            Self::Made(texts) => put(texts[row].as_deref()),
            Self::Column(texts) => match texts.get(row) {
                Cell::Null => put(None),
                Cell::Number(number) => put(Some(&number.to_string())),
                Cell::Entry(entry) => put(Some(texts.entry(entry))),
                Cell::Text(text) => put(Some(text)),
            },
        }
    }
}

/// The next text of a key.
fn taken<'k>(rest: &mut &'k [u8]) -> Option<&'k str> {
    let (length, behind) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length);
    let (text, behind) = behind.split_at(if length == u32::MAX { 0 } else { length as usize });
    *rest = behind;
    (length != u32::MAX).then(|| std::str::from_utf8(text).unwrap_or_default())
}

/// Pairs as JSON, in their order and with whatever repeats.
fn json<'t>(pairs: &mut dyn Iterator<Item = (&'t str, Option<&'t str>)>) -> String {
    let mut out = String::from("{");
    for (key, value) in pairs {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&serde_json::Value::from(key).to_string());
        out.push(':');
        out.push_str(&serde_json::Value::from(value.unwrap_or_default()).to_string());
    }
    out.push('}');
    out
}
