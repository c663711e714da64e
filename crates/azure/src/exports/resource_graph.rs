//! Resource Graph: `az graph query`, and `az rest` to its endpoint in both result formats.
//!
//! <https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources>. The command line renames the envelope's members
//! (`skip_token`, `total_records`); rows are the same. A page holds 1,000 rows at most, and a query that did not project `tags` says nothing about them.

use super::{exported, has_arm_id, is_from_graph};
use crate::inventory::Context;
use crate::row::{Row, Table};
use crate::tags::Tags;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::cell::{Cell, RefCell};
use tagledger_collect::{Document, ExportInfo, ExportReader, Found, ReadError, Sample, Sink};
use tagledger_model::{Observed, Text};

const LIST: &str = "data";

static INFO: ExportInfo = ExportInfo {
    id: "azure.resource-graph.query",
    command: "az graph query --first 1000 -q \"resources | project id, name, type, location, tags | order by id asc\" --output json",
    // A copy that Resource Graph keeps; `az resource list` asks Resource Manager itself.
    rank: 20,
    blind_spot: None,
};

pub(super) struct ResourceGraph;

/// How the rows lie in the file.
enum Shape {
    /// `data` is a list of objects.
    Objects,
    /// `data` is a table.
    Table,
    /// Rows by themselves, as `--query data` leaves them.
    Bare,
}

#[derive(Deserialize)]
struct TablePage {
    data: Table,
    #[serde(rename = "$skipToken", alias = "skip_token", alias = "skipToken")]
    skip_token: Option<Text>,
    #[serde(rename = "resultTruncated", alias = "result_truncated")]
    truncated: Option<Value>,
    #[serde(rename = "totalRecords", alias = "total_records")]
    total: Option<u64>,
}

fn is_envelope(map: &Map<String, Value>) -> bool {
    ["count", "totalRecords", "total_records", "$skipToken", "skip_token"].iter().any(|member| map.contains_key(*member))
}

fn is_table(map: &Map<String, Value>) -> bool {
    let columns = map.get(LIST).and_then(|data| data.get("columns")).and_then(Value::as_array);
    columns.is_some_and(|columns| columns.iter().any(|column| column.get("name").is_some_and(|name| name == "id")))
}

fn shape(sample: &Sample) -> Option<Shape> {
    let first = if sample.is_array { sample.record.as_ref()? } else { &sample.envelope };
    if is_table(first) {
        return Some(Shape::Table);
    }
    let (has_list, record) = if sample.is_array {
        let list = first.get(LIST).and_then(Value::as_array);
        (list.is_some(), list.and_then(|list| list.first()).and_then(Value::as_object))
    } else {
        (sample.list.as_deref() == Some(LIST), sample.record.as_ref())
    };
    if has_list {
        return record.map_or_else(|| is_envelope(first), has_arm_id).then_some(Shape::Objects);
    }
    (has_arm_id(first) && first.contains_key("type") && is_from_graph(first)).then_some(Shape::Bare)
}

/// What the end of a page says about the pages after it.
#[derive(Debug, Clone, Copy, Default)]
struct End {
    more: bool,
    total: Option<u64>,
}

impl End {
    fn new(token: Option<&str>, truncated: Option<&Value>, total: Option<u64>) -> Self {
        // The service writes the flag as text, "true" or "false".
        let truncated = truncated.is_some_and(|flag| flag.as_bool() == Some(true) || flag.as_str().is_some_and(|flag| flag.eq_ignore_ascii_case("true")));
        Self { more: truncated || token.is_some_and(|token| !token.is_empty()), total }
    }

    fn of(envelope: &Map<String, Value>) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| envelope.get(*name));
        let token = first(&["$skipToken", "skip_token", "skipToken"]).and_then(Value::as_str);
        Self::new(token, first(&["resultTruncated", "result_truncated"]), first(&["totalRecords", "total_records"]).and_then(Value::as_u64))
    }
}

/// Pages of one query, and queries one after the other. A page follows the one before it when that one promised more and both count the same total.
#[derive(Debug, Default)]
struct Queries {
    last: Option<End>,
    rows: u64,
    incomplete: Vec<String>,
}

impl Queries {
    fn page(&mut self, rows: u64, end: End) {
        let follows = self.last.is_some_and(|last| last.more && (last.total.is_none() || end.total.is_none() || last.total == end.total));
        if !follows {
            self.finish();
        }
        self.rows += rows;
        self.last = Some(end);
    }

    /// Rows without their envelope cannot say that more follow; as many as one page holds (100 unless asked, 1,000 at most) are likely not all.
    fn bare(&mut self, rows: u64) {
        if rows == 100 || (rows > 0 && rows.is_multiple_of(1000)) {
            self.incomplete
                .push(format!("{rows} rows are exactly a full page, and the file does not hold the answer's `skip_token`; export without `--query data`"));
        }
    }

    fn finish(&mut self) {
        let (rows, total) = (self.rows, self.last.and_then(|last| last.total));
        let of = total.map_or_else(String::new, |total| format!(" of {total}"));
        if self.last.is_some_and(|last| last.more) {
            self.incomplete.push(format!("the query has more rows than the {rows}{of} in the file; append the pages that `--skip-token` gives"));
        } else if total.is_some_and(|total| total > rows) {
            self.incomplete
                .push(format!("the query matched more rows than the {rows}{of} in the file; keep `id` in the query, so that its pages can be fetched"));
        }
        self.rows = 0;
    }
}

impl ExportReader for ResourceGraph {
    fn info(&self) -> &'static ExportInfo {
        &INFO
    }

    fn recognises(&self, sample: &Sample) -> bool {
        shape(sample).is_some()
    }

    fn read(&self, document: &Document, out: &mut Sink<'_>) -> Result<(), ReadError> {
        let context = Context::new(exported(INFO.id, document), Observed::Unknown);
        let (queries, rows, mut blind) = (RefCell::new(Queries::default()), Cell::new(0_u64), 0_u64);
        let mut each = |row: Row| {
            rows.set(rows.get() + 1);
            blind += u64::from(row.tags == Tags::Absent);
            context.emit(row, None, out);
        };
        match shape(&Sample::of(document)) {
            Some(Shape::Table) => {
                let mut page = |page: TablePage| {
                    page.data.0.into_iter().for_each(&mut each);
                    queries.borrow_mut().page(rows.take(), End::new(page.skip_token.as_deref(), page.truncated.as_ref(), page.total));
                };
                document.records(&[], &mut page, &mut |_| {})?;
            }
            Some(Shape::Bare) => {
                document.records(&[], &mut each, &mut |_| {})?;
                queries.borrow_mut().bare(rows.take());
            }
            Some(Shape::Objects) | None => document.records(&[LIST], &mut each, &mut |envelope| queries.borrow_mut().page(rows.take(), End::of(&envelope)))?,
        }
        let mut queries = queries.into_inner();
        queries.finish();
        for why in queries.incomplete {
            out(Found::Incomplete(why));
        }
        if blind > 0 {
            out(Found::Incomplete(format!("the query left the column `tags` out for {blind} rows: nothing is known about their tags; add it to `project`")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
