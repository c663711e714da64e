//! `demo`: the main job on the example estate that the program carries.

use super::scan;
use crate::args::{Audit, Demo, Format, LevelArg, MeasureArg, Scan};
use crate::exit::{self, Code};
use crate::failure::Failure;
use std::path::{Path, PathBuf};
use tagledger_model::Timestamp;

/// The files of `examples/estate`.
static ESTATE: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/estate.rs"));

/// The moment for which the estate was made.
const NOW: &str = "2026-11-01T00:00:00Z";

/// The folder that holds the estate while the demo runs; gone when dropped.
struct Workshop(PathBuf);

impl Drop for Workshop {
    fn drop(&mut self) {
        // What cannot be removed lies in the system's temporary folder, which is swept by others.
        let _removed = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn run(args: &Demo) -> Result<Code, Failure> {
    let here = std::env::current_dir().map_err(|source| Failure::Output { what: "the current folder".to_owned(), source })?;
    let workshop = Workshop(std::env::temp_dir().join(format!("tagledger-demo-{}", std::process::id())));
    unpack(&workshop.0.join("examples/estate"))?;
    // Paths in the report read as they do in the project: examples/estate/….
    let enter = |folder: &Path| std::env::set_current_dir(folder).map_err(|source| Failure::Output { what: folder.display().to_string(), source });
    enter(&workshop.0)?;
    let code = scan::run(&Scan {
        from: vec!["examples/estate/inventory".into()],
        cloud: Vec::new(),
        region: Vec::new(),
        profile: None,
        concurrency: None,
        resume: false,
        history: Some(crate::history::NONE.to_owned()),
        history_days: None,
        no_notify: true,
        time_limit: None,
        wait: None,
        config: None,
        bill: vec!["examples/estate/bill".into()],
        bill_cache: None,
        out: Some(here.join(&args.out)),
        audit: Audit {
            taxonomy: Some("examples/estate/taxonomy.yaml".into()),
            fail_on: LevelArg::Error,
            fail_on_undetermined: false,
            allow_partial: false,
            money: crate::args::Money::default(),
            measure: MeasureArg::Effective,
            now: Timestamp::parse(NOW),
            format: Format::Terminal,
            quiet: false,
        },
    });
    enter(&here)?;
    let Code(code) = code?;
    super::print(format!("This was the example estate as of {NOW}; `tagledger scan` on it would have exited with {code}.\n").as_bytes())?;
    Ok(exit::CLEAN)
}

fn unpack(folder: &Path) -> Result<(), Failure> {
    for (name, bytes) in ESTATE {
        let path = folder.join(name);
        let failed = |source| Failure::Output { what: path.display().to_string(), source };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        std::fs::write(&path, bytes).map_err(failed)?;
    }
    Ok(())
}
