//! `taxonomy`: check the file, print its schema.

use crate::args::Taxonomy;
use crate::exit::{self, Code};
use crate::failure::Failure;

pub(crate) fn run(args: &Taxonomy) -> Result<Code, Failure> {
    match args {
        Taxonomy::Schema => super::print(tagledger_taxonomy::schema().as_bytes())?,
        Taxonomy::Check { file } => {
            let taxonomy = crate::taxonomy::load(file)?;
            let plural = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
            let said = format!(
                "{}: valid; {}, {}, {}\n",
                file.display(),
                plural(taxonomy.keys.len(), "key", "keys"),
                plural(taxonomy.stages.len(), "stage", "stages"),
                plural(taxonomy.waivers.len(), "waiver", "waivers")
            );
            super::print(said.as_bytes())?;
        }
    }
    Ok(exit::CLEAN)
}
