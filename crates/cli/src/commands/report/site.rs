//! A site of runs for any static host: a folder for each, and a page over all of them. It grows by one run at a time; what was added stays.

use super::open;
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::history::point;
use crate::log;
use crate::output::{Delivery, Folder};
use crate::rows::StoredRows;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tagledger_report::site::{Night, index};
use tagledger_report::{FORMATS, Report, Sink};
use tagledger_store::{RunFolder, StoreError};

/// What a run's folder says of itself.
const NIGHT: &str = "night.json";
/// Formats that a folder of the site does not hold: what programs read is in the run.
const LEFT_OUT: [&str; 1] = ["json"];

/// Adds a run, or each run in a folder, and writes the page anew.
pub(super) fn add(from: &Path, site: &Path) -> Result<Code, Failure> {
    let failed = |source| Failure::output(&site.display(), source);
    match RunFolder::open(from) {
        Ok(run) => add_run(&run, site)?,
        Err(error) => {
            let runs = runs_in(from);
            if runs.is_empty() {
                return Err(error.into());
            }
            for run in &runs {
                // One run that cannot be read keeps no other from being shown.
                if let Err(failure) = add_run(run, site) {
                    log::say(&format!("{}: is left out: {failure}", run.path().display()));
                }
            }
        }
    }
    let nights = nights(site)?;
    let mut page = Vec::new();
    index(&nights, &mut page).map_err(failed)?;
    let delivery = Delivery::begin(site)?;
    let mut folder = delivery.folder();
    folder.file("index.html").and_then(|mut file| file.write_all(&page)).map_err(failed)?;
    if let Some((newest, _)) = nights.last() {
        let latest = format!(
            "<!doctype html>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"refresh\" content=\"0; url={newest}/report.html\">\n<title>Tagledger</title>\n<a href=\"{newest}/report.html\">The newest report</a>\n"
        );
        folder.file("latest.html").and_then(|mut file| file.write_all(latest.as_bytes())).map_err(failed)?;
    }
    delivery.commit()?;
    Ok(exit::CLEAN)
}

/// The runs in a folder, by their names.
fn runs_in(folder: &Path) -> Vec<RunFolder> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| RunFolder::open(path).ok()).collect()
}

/// The folder's name: the moment, in letters and digits that any host and any address takes.
fn name_of(started: &str) -> String {
    started.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn add_run(run: &RunFolder, site: &Path) -> Result<(), Failure> {
    let head = open(run)?;
    let rows = StoredRows::new(run, &head.summary, head.findings);
    let report = Report { summary: &head.summary, rows: &rows };
    let target = site.join(name_of(&head.summary.started));
    fs::create_dir_all(site).map_err(|source| Failure::output(&site.display(), source))?;
    let delivery = Delivery::begin(&target)?;
    let mut files = Named { folder: delivery.folder(), names: Vec::new() };
    for format in FORMATS.iter().filter(|format| !LEFT_OUT.contains(&format.id())) {
        format.write(&report, &mut files).map_err(|source| Failure::output(&target.display(), source))?;
    }
    let night = Night { point: point(&head.summary), exit: head.summary.exit.clone(), files: files.names, tool: head.summary.tool.clone() };
    let text = serde_json::to_string_pretty(&night).map_err(|e| Failure::output(&target.display(), e.into()))?;
    delivery.folder().file(NIGHT).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|source| Failure::output(&target.display(), source))?;
    delivery.commit()
}

/// A folder that remembers the names of its files.
struct Named {
    folder: Folder,
    names: Vec<String>,
}

impl Sink for Named {
    fn file(&mut self, name: &str) -> io::Result<Box<dyn Write + '_>> {
        self.names.push(name.to_owned());
        self.folder.file(name)
    }
}

/// Every run of the site, oldest first. A folder that is none of ours is passed over.
fn nights(site: &Path) -> Result<Vec<(String, Night)>, Failure> {
    let mut all = Vec::new();
    for entry in fs::read_dir(site).map_err(|source| Failure::output(&site.display(), source))?.flatten() {
        let file = entry.path().join(NIGHT);
        let Ok(text) = fs::read(&file) else { continue };
        let night: Night = serde_json::from_slice(&text)
            .map_err(|e| StoreError::Read { path: file.display().to_string(), what: format!("is damaged, or was written by another version: {e}") })?;
        // Names of other folders would go into addresses as they are.
        if let Some(name) = entry.file_name().to_str().filter(|name| **name == name_of(&night.point.started)) {
            all.push((name.to_owned(), night));
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(all)
}
