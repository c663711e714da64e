//! The server of a test, and what it saw.

use super::estate::file;
use serde_json::{Value, json};
use std::process::Child;
use tagledger_tests::{Call, Desk, python, root};

/// A server with an estate. What it did not understand, or Prism did not allow, fails the test.
pub struct Server {
    inner: tagledger_tests::Server,
    /// Where the program is led: to Prism, which passes on what it judges, where there is one.
    pub url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let violations = if std::thread::panicking() { Value::Null } else { self.get("/-/state")["violations"].take() };
        assert!(violations.as_array().is_none_or(Vec::is_empty), "{violations:#}");
    }
}

impl Server {
    pub fn of(seed: &Value) -> Option<Self> {
        let inner = tagledger_tests::Server::script("gcp", &[], &seed.to_string())?;
        let mut this = Self { inner, url: String::new() };
        this.url = this.get("/-/ports")["prism"].as_u64().map_or_else(|| this.inner.url(), |port| format!("http://127.0.0.1:{port}"));
        Some(this)
    }

    /// Where tokens come from: nothing judges how they do.
    pub fn direct(&self) -> String {
        self.inner.url()
    }

    /// A scan with a token of the machine's own, with further settings.
    pub fn scan(&self, desk: &Desk, settings: &Value, more: &str) -> Call {
        let host = self.direct().trim_start_matches("http://").to_owned();
        self.call(desk, settings, more).env("GCE_METADATA_HOST", host)
    }

    /// The same by nobody.
    pub fn call(&self, desk: &Desk, settings: &Value, more: &str) -> Call {
        // What Google documents for a minute would make most tests wait for nothing.
        let mut all = json!({"asset_inventory": self.url, "resource_manager": self.url, "pace": "none"});
        for (name, value) in settings.as_object().unwrap() {
            all[name] = value.clone();
        }
        desk.put("tagledger.yaml", file(&all));
        // Nothing of this machine's own credentials.
        let call = desk.call(&format!("scan --config tagledger.yaml --out run --now 2026-11-01 {more}"));
        call.env("HOME", desk.path("nobody").display().to_string()).env("NO_PROXY", "127.0.0.1,localhost")
    }

    /// A question to the server itself.
    pub fn get(&self, path: &str) -> Value {
        self.inner.get(path)
    }

    /// Begins a call, and comes back when the server holds one of its questions.
    pub fn holds(&self, call: Call) -> Child {
        self.inner.holds(call)
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Value> {
        self.get("/-/state")["calls"].as_array().unwrap().clone()
    }

    /// How many of one operation were answered with this status.
    pub fn count(&self, operation: &str, status: u64) -> usize {
        self.calls().iter().filter(|call| call["operation"] == operation && call["status"] == status).count()
    }

    /// What Google's own Python clients read of it.
    pub fn witness(&self, scope: &str) -> Value {
        let script = root().join("tests/servers/witness_gcp.py");
        let output = python().unwrap().arg(script).args([&self.url, scope]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}
