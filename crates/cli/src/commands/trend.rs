//! `trend`: how compliance and attributed spend went, run by run.

use super::scan::terminal_options;
use crate::args::{Format, Trend};
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::history::{at, open};
use tagledger_report::trend;

pub(crate) fn run(args: &Trend) -> Result<Code, Failure> {
    let history = open(&at(args.history.as_deref(), args.config.as_deref())?, args.config.as_deref())?;
    let runs = crate::history::runs(&history)?;
    let first = args.since.map(tagledger_store::run_stamp).unwrap_or_default();
    let points: Vec<_> = runs.runs.into_iter().filter(|run| run.id >= first).map(|run| run.record.point).collect();
    let notes: Vec<String> = runs.damaged.iter().map(|why| format!("A run of the history is passed over: {why}")).collect();
    if points.is_empty() && notes.is_empty() {
        return Err(Failure::Usage(format!("{}: there is no run in this history{}", history.shown(), if first.is_empty() { "" } else { " since then" })));
    }
    let failed = |source| Failure::output(&"standard output", source);
    let mut out = Vec::new();
    match args.format {
        Format::Terminal => trend::terminal(&points, &notes, terminal_options(), &mut out).map_err(failed)?,
        Format::Csv => trend::csv(&points, &mut out).map_err(failed)?,
        Format::Json => {
            let document = serde_json::json!({ "schema": trend::SCHEMA, "runs": points, "notes": notes });
            serde_json::to_writer_pretty(&mut out, &document).map_err(|e| failed(e.into()))?;
            out.push(b'\n');
        }
        Format::Html | Format::Openmetrics | Format::Xlsx => return Err(Failure::Usage("trend prints terminal, csv or json".to_owned())),
        Format::None => {}
    }
    super::print(&out)?;
    Ok(exit::CLEAN)
}
