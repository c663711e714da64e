//! `report`: a stored run, rendered again.

mod digest;
mod site;

use super::scan::{Head, LAYOUT, print_format};
use crate::args::{Format, Report as Args};
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::output::Delivery;
use crate::rows::StoredRows;
use tagledger_report::{FORMATS, Report};
use tagledger_store::RunFolder;

/// Opens a run and its head.
pub(crate) fn open(run: &RunFolder) -> Result<Head, Failure> {
    let head: Head = run.head()?;
    if head.layout != LAYOUT {
        return Err(Failure::Usage(format!(
            "{}: the run was written by {} in layout {}, and this program reads layout {LAYOUT}",
            run.path().display(),
            head.summary.tool,
            head.layout
        )));
    }
    Ok(head)
}

pub(crate) fn run(args: &Args) -> Result<Code, Failure> {
    if let Some(place) = &args.site {
        return site::add(&args.from, place);
    }
    let run = RunFolder::open(&args.from)?;
    let head = open(&run)?;
    let rows = StoredRows::new(&run, &head.summary, head.findings);
    if let Some((key, out)) = args.digest.as_deref().zip(args.out.as_deref()) {
        return digest::write(&head.summary, &rows, key, out);
    }
    let report = Report { summary: &head.summary, rows: &rows };
    let Some(out) = &args.out else {
        print_format(&report, args.format)?;
        return Ok(exit::CLEAN);
    };
    let delivery = Delivery::begin(out)?;
    let wanted = match args.format {
        Format::Terminal | Format::None => None,
        Format::Json => Some("json"),
        Format::Csv => Some("csv"),
        Format::Html => Some("html"),
        Format::Openmetrics => Some("openmetrics"),
        Format::Xlsx => Some("xlsx"),
    };
    for format in FORMATS.iter().filter(|f| wanted.map_or(f.is_in_every_run(), |w| w == f.id())) {
        format.write(&report, &mut delivery.folder()).map_err(|source| Failure::output(&out.display(), source))?;
    }
    delivery.commit()?;
    Ok(exit::CLEAN)
}
