//! `taxonomy`: check the file, propose what it lacks, write it as a cloud's guardrails and from them, print its schema.

mod export;
mod import;
mod suggest;

use crate::args::Taxonomy;
use crate::exit::{self, Code};
use crate::failure::Failure;
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &Taxonomy) -> Result<Code, Failure> {
    match args {
        Taxonomy::Schema => super::print(tagledger_taxonomy::schema().as_bytes())?,
        Taxonomy::Check { files } => return check(files),
        Taxonomy::Export(args) => return export::run(args),
        Taxonomy::Import(args) => return import::run(args),
        Taxonomy::Suggest(args) => return suggest::run(args),
    }
    Ok(exit::CLEAN)
}

/// Every file is read, so that the mistakes of all of them are told at once.
fn check(files: &[PathBuf]) -> Result<Code, Failure> {
    let mut last = None;
    for file in files {
        match crate::taxonomy::load(file) {
            Ok(taxonomy) => super::print(said(file, &taxonomy).as_bytes())?,
            Err(failure) => {
                if let Some(before) = last.replace(failure) {
                    before.show();
                }
            }
        }
    }
    last.map_or(Ok(exit::CLEAN), Err)
}

fn said(file: &Path, taxonomy: &tagledger_taxonomy::Taxonomy) -> String {
    let plural = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    format!(
        "{}: valid; {}, {}, {}\n",
        file.display(),
        plural(taxonomy.keys.len(), "key", "keys"),
        plural(taxonomy.stages.len(), "stage", "stages"),
        plural(taxonomy.waivers.len(), "waiver", "waivers")
    )
}
