//! What the script works on: findings and cost cells as columns of codes into dictionaries of strings.
//!
//! A column is `{"words": […], "width": w, "codes": "…"}`: each row's code is `w` digits of base 64 (`A` is 0), so that
//! 100,000 rows over a small dictionary take 100 kB. The dictionary's `null` stands for "none".

use super::cells::Cells;
use super::{EMBEDDED, PRINTED};
use crate::inert::{script_json, visible};
use crate::pivot::{month_before, shown_month};
use crate::{Costs, Report, Summary};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::sync::Arc;
use tagledger_model::Finding;

/// One column.
#[derive(Default)]
struct Column {
    /// The words by code; most are long, so that they are shared with the index.
    words: Vec<Option<Arc<str>>>,
    codes: Vec<u32>,
    index: HashMap<Arc<str>, u32>,
    /// The code of nothing.
    nothing: Option<u32>,
}

impl Column {
    fn push(&mut self, word: Option<&str>) -> io::Result<()> {
        let word = word.map(visible);
        let known = word.as_deref().map_or(self.nothing, |word| self.index.get(word).copied());
        let code = if let Some(code) = known {
            code
        } else {
            let code = u32::try_from(self.words.len()).map_err(io::Error::other)?;
            let word: Option<Arc<str>> = word.map(Arc::from);
            match &word {
                Some(word) => drop(self.index.insert(Arc::clone(word), code)),
                None => self.nothing = Some(code),
            }
            self.words.push(word);
            code
        };
        self.codes.push(code);
        Ok(())
    }

    /// The digits of each code, and all of them.
    fn digits(&self) -> (u32, String) {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let width = (1..5).find(|w| self.words.len() <= 64_usize.pow(*w)).unwrap_or(5);
        let mut codes = String::with_capacity(self.codes.len() * width as usize);
        for code in &self.codes {
            for digit in (0..width).rev() {
                codes.push(char::from(LETTERS[(code >> (6 * digit) & 63) as usize]));
            }
        }
        (width, codes)
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (width, codes) = self.digits();
        let words: Vec<Option<&str>> = self.words.iter().map(Option::as_deref).collect();
        let mut column = serializer.serialize_struct("Column", 3)?;
        column.serialize_field("codes", &codes)?;
        column.serialize_field("width", &width)?;
        column.serialize_field("words", &words)?;
        column.end()
    }
}

/// Named columns of equal length.
#[derive(Default)]
pub(super) struct Columns {
    rows: usize,
    columns: Vec<(&'static str, Column)>,
}

impl Columns {
    /// One row; every row names the same columns in the same order.
    pub fn push(&mut self, row: &[(&'static str, Option<&str>)]) -> io::Result<()> {
        if self.columns.is_empty() {
            self.columns = row.iter().map(|(name, _)| (*name, Column::default())).collect();
        }
        self.rows += 1;
        self.columns.iter_mut().zip(row).try_for_each(|((_, column), (_, word))| column.push(*word))
    }
}

impl Serialize for Columns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns: BTreeMap<&str, &Column> = self.columns.iter().map(|(name, column)| (*name, column)).collect();
        let mut all = serializer.serialize_struct("Columns", 2)?;
        all.serialize_field("columns", &columns)?;
        all.serialize_field("rows", &self.rows)?;
        all.end()
    }
}

/// All that the script gets.
#[derive(Serialize)]
struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    costs: Option<Value>,
    findings: &'a Columns,
    sums: [&'static str; tagledger_model::KINDS_OF_SUMS.len()],
}

/// JSON that may stand inside a script element.
struct InScript;

impl serde_json::ser::Formatter for InScript {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        writer.write_all(script_json(fragment).as_bytes())
    }
}

/// The findings of the page.
#[derive(Default)]
pub(super) struct Findings {
    columns: Columns,
    /// The first ones, for readers without script and for paper.
    pub printed: Vec<Finding>,
}

impl Findings {
    pub fn collect(report: &Report<'_>) -> io::Result<Self> {
        let mut findings = Self::default();
        report.rows.findings(&mut |f| {
            if findings.columns.rows < EMBEDDED {
                if findings.printed.len() < PRINTED {
                    findings.printed.push(f.clone());
                }
                findings.push(f)?;
            }
            Ok(())
        })?;
        Ok(findings)
    }

    fn push(&mut self, f: &Finding) -> io::Result<()> {
        // Currencies of one finding stay apart: "12.5 USD + 3 EUR".
        let money = f.money.iter().map(|m| format!("{} {}", m.amount, m.currency)).collect::<Vec<_>>().join(" + ");
        let place = f.demanded_by.as_ref().map(ToString::to_string);
        let suggestion = f.suggestion.as_ref().map(ToString::to_string);
        let waiver = f.waived.as_ref();
        self.columns.push(&[
            ("level", Some(f.level.word())),
            ("verdict", Some(f.verdict.word())),
            ("waived", Some(if f.waived.is_some() { "waived" } else { "not waived" })),
            ("rule", Some(&f.rule)),
            ("key", f.key.as_deref()),
            ("message", Some(&f.message)),
            ("cloud", Some(f.cloud.as_str())),
            ("scope", Some(&f.scope)),
            ("region", f.region.as_deref()),
            ("kind", Some(&f.kind)),
            ("resource", Some(&f.resource)),
            ("name", f.name.as_deref()),
            ("environment", f.environment.as_deref()),
            ("application", f.application.as_deref()),
            ("owner", f.owner.as_deref()),
            ("field", f.evidence.as_ref().map(|e| e.field.as_str())),
            ("value", f.evidence.as_ref().and_then(|e| e.value.as_deref())),
            ("provenance", f.provenance.as_deref()),
            ("demanded", place.as_deref()),
            ("suggestion", suggestion.as_deref()),
            ("money", (!money.is_empty()).then_some(money.as_str())),
            ("waiver_reason", waiver.map(|w| w.reason.as_str())),
            ("waiver_owner", waiver.map(|w| w.owner.as_str())),
            ("waiver_expires", waiver.map(|w| w.expires.as_str())),
            ("fingerprint", Some(&f.fingerprint.0)),
            ("first", f.first_seen.as_deref()),
        ])
    }

    /// How many findings the page holds.
    pub fn embedded(&self) -> u64 {
        self.columns.rows as u64
    }

    /// Writes the JSON, safe inside a script element, and piece by piece: as a whole it would take several times the room of what it is made from.
    pub fn write(&self, summary: &Summary, cells: Option<&Cells>, out: &mut dyn Write) -> io::Result<()> {
        let costs = |costs: &Costs| -> io::Result<Value> {
            Ok(json!({
                "cells": cells.map(Cells::json).transpose()?,
                "months": costs.months,
                "shown": shown_month(costs),
                "before": shown_month(costs).and_then(|month| month_before(costs, month)),
                "currencies": costs.totals.iter().map(|t| visible(&t.currency)).collect::<Vec<_>>(),
                "totals": costs.totals.iter().map(|t| &t.report).collect::<Vec<_>>(),
                "keys": costs.by.len(),
            }))
        };
        let data = Data { costs: summary.costs.as_ref().map(costs).transpose()?, findings: &self.columns, sums: tagledger_model::KINDS_OF_SUMS };
        Ok(data.serialize(&mut serde_json::Serializer::with_formatter(out, InScript))?)
    }
}
