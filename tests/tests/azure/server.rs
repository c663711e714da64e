//! The server of a test, and what it saw.

use super::estate::{CLIENT, SECRET, TENANT, file};
use serde_json::{Value, json};
use std::process::Child;
use tagledger_tests::{Call, Desk, python, root};

/// A server with an estate. What it did not understand, or Prism did not allow, fails the test.
pub struct Server {
    inner: tagledger_tests::Server,
    pub https: String,
    pub authority_file: String,
    /// Where Prism listens, which passes on what it judges.
    pub prism: Option<String>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let violations = if std::thread::panicking() { Value::Null } else { self.get("/")["violations"].take() };
        assert!(violations.as_array().is_none_or(Vec::is_empty), "{violations:#}");
    }
}

impl Server {
    pub fn of(seed: &Value) -> Option<Self> {
        let inner = tagledger_tests::Server::script("azure", &[], &seed.to_string())?;
        let mut this = Self { inner, https: String::new(), authority_file: String::new(), prism: None };
        let ports = this.get("/-/ports");
        this.https = format!("https://127.0.0.1:{}", ports["https"]);
        ports["ca"].as_str().unwrap().clone_into(&mut this.authority_file);
        this.prism = ports["prism"].as_u64().map(|port| format!("http://127.0.0.1:{port}"));
        Some(this)
    }

    /// What the program is told to find it.
    pub fn settings(&self) -> Value {
        json!({"tenant": TENANT, "authority": self.https, "resource_manager": self.prism.as_ref().unwrap_or(&self.https), "audience": "https://management.azure.com"})
    }

    /// A scan by the first client, with further settings.
    pub fn scan(&self, desk: &Desk, settings: &Value, more: &str) -> Call {
        self.call(desk, settings, more).env("AZURE_CLIENT_ID", CLIENT).env("AZURE_CLIENT_SECRET", SECRET)
    }

    /// The same by nobody.
    pub fn call(&self, desk: &Desk, settings: &Value, more: &str) -> Call {
        let mut all = self.settings();
        for (name, value) in settings.as_object().unwrap() {
            all[name] = value.clone();
        }
        desk.put("tagledger.yaml", file(&all));
        // The program trusts whom the machine trusts: here the authority of this server alone.
        let call = desk.call(&format!("scan --config tagledger.yaml --out run --now 2026-11-01 {more}"));
        call.env("SSL_CERT_FILE", &self.authority_file).env("NO_PROXY", "127.0.0.1,localhost")
    }

    /// `cost` of what Cost Management says, as of a day in November.
    pub fn cost(&self, desk: &Desk, bill: &str, more: &str) -> Call {
        let mut settings = self.settings();
        settings["pace"] = json!("none");
        desk.put("tagledger.yaml", file(&settings));
        let call = desk.call(&format!("cost --now 2026-11-20 --bill {bill} {more}")).env("TAGLEDGER_BILL_CACHE", desk.path("cache"));
        let call = call.env("TAGLEDGER_FORMAT", "json").env("SSL_CERT_FILE", &self.authority_file).env("NO_PROXY", "127.0.0.1,localhost");
        call.env("AZURE_CLIENT_ID", CLIENT).env("AZURE_CLIENT_SECRET", SECRET)
    }

    /// What Microsoft's own Python client for costs reads of a subscription in a month.
    pub fn costs_witness(&self, subscription: &str, month: [&str; 2]) -> Value {
        let script = root().join("tests/servers/witness_costs.py");
        let output =
            python().unwrap().arg(script).args([&self.https, &self.authority_file, TENANT, CLIENT, SECRET, subscription]).args(month).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
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
        self.get("/")["calls"].as_array().unwrap().clone()
    }

    /// How many of one operation were answered with this status.
    pub fn count(&self, operation: &str, status: u64) -> usize {
        self.calls().iter().filter(|call| call["operation"] == operation && call["status"] == status).count()
    }

    /// What Microsoft's own Python clients read of it.
    pub fn witness(&self) -> Value {
        let script = root().join("tests/servers/witness_azure.py");
        let output = python().unwrap().arg(script).args([&self.https, &self.authority_file, TENANT, CLIENT, SECRET]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}
