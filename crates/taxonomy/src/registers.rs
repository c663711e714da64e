//! CSV side files of the taxonomy: catalogues, directories and registers of known values.

use crate::{RegisterRow, duration, fold};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use tagledger_model::{Diagnostic, Place, Severity, Timestamp};

/// The columns that are read. Others may stand beside them.
const COLUMNS: [&str; 5] = ["id", "name", "owner", "valid_from", "valid_to"];

/// Why an id cannot be a value of its key, if so.
type Refused<'a> = &'a dyn Fn(&str) -> Option<String>;

struct File<'a> {
    path: &'a Path,
    text: &'a str,
    lines: Vec<&'a str>,
    /// Byte offsets at which lines start.
    starts: Vec<usize>,
    found: &'a mut Vec<Diagnostic>,
}

impl File<'_> {
    /// The line in which a record begins. The position of a record includes the blank lines before it.
    fn line(&self, record: &csv::StringRecord) -> usize {
        let start = record.position().and_then(|p| usize::try_from(p.byte()).ok()).unwrap_or(0);
        let blank = self.text.bytes().skip(start).take_while(|b| matches!(b, b'\r' | b'\n')).count();
        self.starts.partition_point(|at| *at <= start + blank).max(1)
    }

    /// Writes down a mistake in a column (0 for the first) of the row that begins in a line.
    fn error(&mut self, line: usize, column: Option<usize>, message: impl Into<String>, help: impl Into<String>) {
        let text = self.lines.get(line.wrapping_sub(1)).copied().unwrap_or("");
        // Quotes may hide commas; then the line alone has to do.
        let plain = column.filter(|_| !text.contains('"'));
        let at = plain.map_or(0, |c| text.split(',').take(c).map(|f| f.chars().count() + 1).sum::<usize>() + 1);
        let width = plain.and_then(|c| text.split(',').nth(c)).map_or(0, |f| f.chars().count());
        let place = Place { file: self.path.to_owned(), line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(at).unwrap_or(0) };
        self.found.push(Diagnostic { width, ..Diagnostic::error(place, message).with_help(help) });
    }

    fn warning(&mut self, line: usize, column: Option<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.error(line, column, message, help);
        if let Some(last) = self.found.last_mut() {
            last.severity = Severity::Warning;
        }
    }
}

/// Reads a side file by its `id` column, and writes every mistake down.
pub(crate) fn read(path: &Path, text: &str, refused: Refused<'_>, found: &mut Vec<Diagnostic>) -> BTreeMap<String, RegisterRow> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut file = File { path, text, lines: text.lines().collect(), starts, found };
    let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut records = csv.records().filter_map(Result::ok).filter(|r| r.iter().any(|field| !field.is_empty()));
    let mut rows = BTreeMap::new();
    let Some(header) = records.next() else {
        file.error(1, None, "The file is empty", "Begin with the line `id,name,owner,valid_from,valid_to`");
        return rows;
    };
    let Some(columns) = columns(&mut file, &header) else { return rows };
    let mut lines: HashMap<String, usize> = HashMap::new();
    for record in records {
        let line = file.line(&record);
        if record.len() != header.len() {
            let message = format!("This row has {} fields, the first line {}", record.len(), header.len());
            file.error(line, None, message, "Put text that holds a comma in quotes");
            continue;
        }
        let field = |name: &str| columns.get(name).map(|at| (*at, record.get(*at).unwrap_or(""))).filter(|(_, text)| !text.is_empty());
        let Some((at, id)) = field("id") else {
            file.error(line, columns.get("id").copied(), "This row has no id", "Write the value that tags carry");
            continue;
        };
        if let Some(first) = lines.insert(id.to_owned(), line) {
            file.error(
                line,
                Some(at),
                format!("The id `{}` is given twice", id.escape_debug()),
                format!("It stands in line {first} already; keep one of the two"),
            );
        }
        if let Some(why) = refused(id) {
            file.warning(line, Some(at), format!("No tag can have the value `{}`", id.escape_debug()), why);
        }
        let row = RegisterRow {
            name: field("name").map(|(_, text)| text.to_owned()),
            owner: field("owner").map(|(_, text)| text.to_owned()),
            valid_from: field("valid_from").and_then(|f| day(&mut file, line, f, duration::day_start)),
            valid_to: field("valid_to").and_then(|f| day(&mut file, line, f, duration::day_end)),
        };
        if let (Some(from), Some(to)) = (row.valid_from, row.valid_to)
            && from >= to
        {
            file.error(line, columns.get("valid_to").copied(), "`valid_to` lies before `valid_from`", "Swap the two");
        }
        rows.insert(id.to_owned(), row);
    }
    rows
}

fn day(file: &mut File<'_>, line: usize, (at, text): (usize, &str), read: fn(&str) -> Option<Timestamp>) -> Option<Timestamp> {
    let day = read(text);
    if day.is_none() {
        file.error(line, Some(at), format!("`{}` is no day", text.escape_debug()), "Write a day that exists as YYYY-MM-DD");
    }
    day
}

/// Which column holds what; none when there is no id.
fn columns(file: &mut File<'_>, header: &csv::StringRecord) -> Option<HashMap<&'static str, usize>> {
    let line = file.line(header);
    let mut columns = HashMap::new();
    for (at, heading) in header.iter().enumerate() {
        if let Some(known) = COLUMNS.into_iter().find(|c| fold(c) == fold(heading)) {
            if columns.insert(known, at).is_some() {
                file.error(line, Some(at), format!("There are two columns `{known}`"), "Keep one of the two");
            }
        } else if let Some(near) = crate::yaml::nearest(heading, COLUMNS) {
            file.warning(line, Some(at), format!("The column `{}` is not read", heading.escape_debug()), format!("Did you mean `{near}`?"));
        }
    }
    if columns.contains_key("id") {
        return Some(columns);
    }
    let semicolons = header.len() == 1 && header.get(0).is_some_and(|h| h.contains(';'));
    let help = if semicolons {
        "Part the columns with commas, not semicolons"
    } else {
        "The first line names the columns: id, and as you like name, owner, valid_from, valid_to"
    };
    file.error(line, None, "There is no column `id`", help);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (BTreeMap<String, RegisterRow>, Vec<String>) {
        let mut found = Vec::new();
        let rows = read(Path::new("x.csv"), text, &|id| id.contains(' ').then(|| "No blanks".to_owned()), &mut found);
        (rows, found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn rows_are_read_whatever_the_order_and_case_of_columns() {
        let (rows, found) = parsed("\u{feff}Owner,ID,Valid To,budget\r\n jane , CC-1 ,2026-01-31,7\r\n\r\n,CC-2,,\r\n");
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(rows["CC-1"].owner.as_deref(), Some("jane"));
        assert_eq!(rows["CC-1"].valid_to.map(Timestamp::day).as_deref(), Some("2026-02-01"));
        assert_eq!(rows["CC-2"], RegisterRow::default());
    }

    #[test]
    fn every_mistake_has_its_place() {
        let text = "id,name,valid_from,valid_to\na,A,2026-01-01,2025-01-01\na,A,,\nb b,B,soon,\n,C,,\nd,D\n\"e\",E,31.12.2026,\n";
        let (_, found) = parsed(text);
        assert_eq!(
            found,
            [
                "x.csv:2:16: `valid_to` lies before `valid_from` (Swap the two)",
                "x.csv:3:1: The id `a` is given twice (It stands in line 2 already; keep one of the two)",
                "x.csv:4:1: No tag can have the value `b b` (No blanks)",
                "x.csv:4:7: `soon` is no day (Write a day that exists as YYYY-MM-DD)",
                "x.csv:5:1: This row has no id (Write the value that tags carry)",
                "x.csv:6: This row has 2 fields, the first line 4 (Put text that holds a comma in quotes)",
                "x.csv:7: `31.12.2026` is no day (Write a day that exists as YYYY-MM-DD)",
            ]
        );
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let (_, found) = parsed("\n\nid,name\r\n\r\n \n\"a\",\"two\nlines\"\n\n,x\n");
        assert_eq!(found, ["x.csv:9:1: This row has no id (Write the value that tags carry)"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_answer(text in "(?s).{0,60}|(id|valid_from|[,;\"\n\r a-c2-]){0,60}") {
            let (_, found) = parsed(&text);
            proptest::prop_assert!(found.iter().all(|f| f.starts_with("x.csv:")));
        }
    }

    #[test]
    fn a_file_without_ids_says_what_it_needs() {
        assert_eq!(parsed("").1, ["x.csv:1: The file is empty (Begin with the line `id,name,owner,valid_from,valid_to`)"]);
        assert_eq!(parsed("id;name\n1;x\n").1, ["x.csv:1: There is no column `id` (Part the columns with commas, not semicolons)"]);
        assert!(parsed("id,valid_until,id\n").1.join("\n").contains("two columns `id`"));
        assert_eq!(parsed("id,valid_too\n").1, ["x.csv:1:4: The column `valid_too` is not read (Did you mean `valid_to`?)"]);
    }
}
