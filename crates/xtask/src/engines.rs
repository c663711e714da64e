//! Engines that add bills up in the tests, and the compiler of protocol buffers that the client of one of them is built with: from PyPI, in environments of their own.

use crate::{Failure, process, workspace};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the tests look for a Python with the engines.
const VARIABLE: &str = "TAGLEDGER_TEST_ENGINES";

/// Where the tests look for a Python with Apache Spark, which takes seconds to start and minutes to install.
const SPARK_VARIABLE: &str = "TAGLEDGER_TEST_SPARK";

/// What build scripts take for the compiler of protocol buffers.
const PROTOC: &str = "PROTOC";

/// Pinned. Sail refuses a newer client beside it, so that these are not in one environment with anything else; `cryptography` is for the certificate that it is reached by.
const PACKAGES: &[&str] = &["pysail==0.7.2", "pyspark-client==4.0.4", "chdb==4.4.0", "duckdb==2.0.1", "cryptography==50.0.2", "grpcio-tools==1.85.1"];

const SPARK: &[&str] = &["pyspark[connect]==4.3.0"];

/// The environment of the engines.
pub(crate) fn folder(root: &Path) -> PathBuf {
    workspace::target(root).join("venv-engines")
}

fn spark(root: &Path) -> PathBuf {
    workspace::target(root).join("venv-spark")
}

fn protoc(root: &Path) -> PathBuf {
    workspace::target(root).join("protoc-from-pypi")
}

/// Cargo, told where the engines are, and what to generate messages with unless somebody has said so.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut cargo = process::cargo(root);
    cargo.env(VARIABLE, folder(root).join("bin/python"));
    if spark(root).join("installed").exists() {
        cargo.env(SPARK_VARIABLE, spark(root).join("bin/python"));
    }
    if std::env::var_os(PROTOC).is_none() {
        cargo.env(PROTOC, protoc(root));
    }
    cargo
}

/// Installs the engines, unless they are there.
pub(crate) fn install(root: &Path) -> Result<(), Failure> {
    environment(&folder(root), PACKAGES)?;
    let script = format!("#!/bin/sh\nexec '{}' -m grpc_tools.protoc \"$@\"\n", folder(root).join("bin/python").display());
    let path = protoc(root);
    // Only when it changes: a newer file would be a newer compiler.
    if fs::read_to_string(&path).is_ok_and(|found| found == script) {
        return Ok(());
    }
    fs::write(&path, script).map_err(|e| Failure(format!("{}: cannot be written: {e}", path.display())))?;
    process::run(Command::new("chmod").arg("+x").arg(&path))
}

/// Installs Apache Spark, unless it is there.
pub(crate) fn install_spark(root: &Path) -> Result<(), Failure> {
    if process::find(&["java"]).is_none() {
        return Err("The tests with Apache Spark need Java 17 or later (Debian: `apt-get install default-jre-headless`).".into());
    }
    environment(&spark(root), SPARK)
}

fn environment(folder: &Path, packages: &[&str]) -> Result<(), Failure> {
    let wanted = packages.join(" ");
    // Written last, so that an installation that was broken off is made anew.
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        println!("They are there: {wanted}.");
        return Ok(());
    }
    let needed = "The tests with engines need Python 3 with venv (Debian: `apt-get install python3-venv`; elsewhere it comes with Python).";
    let system = process::find(&["python3", "python"]).ok_or(needed)?;
    println!("Installing {wanted} into {}.", folder.display());
    process::run(Command::new(system).args(["-m", "venv", "--clear"]).arg(folder)).map_err(|f| Failure(format!("{needed} {f}")))?;
    process::run(Command::new(folder.join("bin/python")).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages))?;
    fs::write(&stamp, wanted).map_err(|e| Failure(format!("{}: cannot be written: {e}", stamp.display())))
}
