//! Writes a synthetic report in every format into a folder, to look at: `sample <folder> [findings] [hostile|plain] [format]`; then the terminal's summary on standard output
//! (`COLUMNS` wide, coloured unless `NO_COLOR` is set).

mod fixture;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use tagledger_report::{FORMATS, Report, Sink, TerminalOptions, terminal};

struct Folder(PathBuf);

impl Sink for Folder {
    fn file(&mut self, name: &str) -> io::Result<Box<dyn Write + '_>> {
        Ok(Box::new(BufWriter::new(File::create(self.0.join(name))?)))
    }
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "target/sample".to_owned()));
    let count = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(300);
    let (summary, lists) = fixture::sample(count, arguments.next().is_some_and(|word| word == "hostile"));
    let only = arguments.next();
    let report = Report { summary: &summary, rows: &lists };
    std::fs::create_dir_all(&folder)?;
    for format in FORMATS.iter().filter(|format| only.as_ref().is_none_or(|only| only == format.id())) {
        format.write(&report, &mut Folder(folder.clone()))?;
    }
    let width = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(80);
    terminal(&report, TerminalOptions { width, colour: std::env::var_os("NO_COLOR").is_none() }, &mut io::stdout().lock())
}
