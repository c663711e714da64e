//! A folder to work in, with the smallest inputs that are worth an audit.

use crate::{Call, contents, tagledger};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::PathBuf;
use tempfile::TempDir;

/// Two keys, nothing else.
pub const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, aliases: [env], values: { production: [prod], test: [] } }
  Application: { required: true, pattern: \"[a-z][a-z0-9-]+\" }
";

/// One compliant machine.
pub const INVENTORY: &str = "cloud,scope,kind,id,taggable,tag:Environment,tag:Application
onprem,dc-1,vm,vm-1,yes,production,shop
";

/// One row of bill for it, and one that nobody owns.
pub const BILL: &str =
    "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ServiceName,ResourceId,Tags
10.5,10.25,12,11,EUR,2026-10-01T00:00:00Z,onprem,dc-1,Machines,vm-1,
1.5,1.5,1.5,1.5,EUR,2026-10-01T00:00:00Z,onprem,dc-1,Support,,
";

/// A folder of one test, gone when dropped.
#[derive(Debug)]
pub struct Desk(TempDir);

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

impl Desk {
    /// An empty folder.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With `taxonomy.yaml`, `inventory.csv` and `bill.csv`.
    pub fn laid() -> Self {
        let desk = Self::new();
        desk.put("taxonomy.yaml", TAXONOMY);
        desk.put("inventory.csv", INVENTORY);
        desk.put("bill.csv", BILL);
        desk
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, with the folders above it.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Reads a file.
    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Everything in it by name.
    pub fn names(&self) -> BTreeSet<String> {
        contents(self.0.path()).into_keys().collect()
    }

    /// A call from inside the folder; `words` are split at blanks.
    pub fn call(&self, words: &str) -> Call {
        tagledger(words.split_whitespace().map(OsStr::new)).within(self.0.path())
    }

    /// `report.json` of a run in it.
    pub fn report(&self, run: &str) -> Value {
        crate::report(&self.path(run))
    }

    /// `cost` of a bill in it as JSON.
    #[track_caller]
    pub fn cost(&self, words: &str) -> Value {
        serde_json::from_str(&self.call("cost --format json").with(words.split_whitespace()).exits(0).out).unwrap()
    }
}
