//! `settings`: check the file, print its schema.

use crate::args::SettingsCommand;
use crate::exit::{self, Code};
use crate::failure::Failure;
use crate::settings::{File, schema};
use std::path::{Path, PathBuf};
use tagledger_report::plural;

pub(crate) fn run(args: &SettingsCommand) -> Result<Code, Failure> {
    match args {
        SettingsCommand::Schema => super::print(schema().as_bytes())?,
        SettingsCommand::Check { files } => return check(files),
    }
    Ok(exit::CLEAN)
}

/// Every file is read, so that the mistakes of all of them are told at once.
fn check(files: &[PathBuf]) -> Result<Code, Failure> {
    let mut last = None;
    for path in files {
        match File::load(path) {
            Ok(file) => super::print(said(path, &file).as_bytes())?,
            Err(failure) => {
                if let Some(before) = last.replace(failure) {
                    before.show();
                }
            }
        }
    }
    last.map_or(Ok(exit::CLEAN), Err)
}

fn said(path: &Path, file: &File) -> String {
    let asked: Vec<String> = file.clouds.iter().map(|(cloud, _)| cloud.id().to_string()).collect();
    let asked = if asked.is_empty() { "no cloud is asked".to_owned() } else { format!("asks {}", asked.join(" and ")) };
    let read = [(file.from().len(), "export"), (file.bill().len(), "bill")].into_iter().filter(|(count, _)| *count > 0);
    let read: Vec<String> = read.map(|(count, what)| plural(count as u64, what)).collect();
    let told: Vec<String> = file.notify().iter().flat_map(|notify| &notify.routes).map(|route| route.name.clone()).collect();
    let also = |verb: &str, what: &[String]| if what.is_empty() { String::new() } else { format!(", {verb} {}", what.join(" and ")) };
    let engine: Vec<String> = file.engine().and_then(|engine| engine.url).into_iter().collect();
    format!("{}: valid; {asked}{}{}{}\n", path.display(), also("reads", &read), also("has bills added up by", &engine), also("tells", &told))
}
