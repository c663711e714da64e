//! The server of a test, and what it saw.

use serde_json::Value;
use std::process::Child;
use tagledger_tests::{Call, Desk, python, root};

/// A server with the emulator behind it. What its answers or the program's requests had that AWS's own service models do not allow fails the test.
pub struct Server(tagledger_tests::Server);

/// A call that it saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub service: String,
    pub operation: String,
    pub region: String,
    /// The account by its name in the seed.
    pub account: String,
    pub status: u64,
    /// The same for two requests that ask for the same.
    pub asked: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let violations = if std::thread::panicking() { Value::Null } else { self.get("/")["violations"].take() };
        assert!(violations.as_array().is_none_or(Vec::is_empty), "{violations:#}");
    }
}

impl Server {
    /// The loopback server of our own, filled with this estate.
    pub fn of(seed: &Value) -> Option<Self> {
        tagledger_tests::Server::script("aws", &[], &seed.to_string()).map(Self)
    }

    /// A scan against it.
    pub fn scan(&self, desk: &Desk, more: &str) -> Call {
        self.call(desk.call(&format!("scan --cloud aws --out run --now 2026-11-01 {more}")))
    }

    /// The same with settings, which are YAML and so may be JSON.
    pub fn scan_with(&self, desk: &Desk, settings: &Value, more: &str) -> Call {
        desk.put("tagledger.yaml", super::seed::file(settings));
        self.scan(desk, &format!("--config tagledger.yaml {more}"))
    }

    /// The same call of the program with who calls, and where.
    pub fn call(&self, call: Call) -> Call {
        self.0.is_asked_by(call.env("AWS_MAX_ATTEMPTS", "4"))
    }

    /// A question to the server itself.
    pub fn get(&self, path: &str) -> Value {
        self.0.get(path)
    }

    /// Begins a call, and comes back when the server holds one of its questions.
    pub fn holds(&self, call: Call) -> Child {
        self.0.holds(call)
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Seen> {
        let told = self.get("/")["calls"].take();
        let text = |call: &Value, name: &str| call[name].as_str().unwrap_or_default().to_owned();
        let seen = told.as_array().unwrap().iter().map(|call| Seen {
            service: text(call, "service"),
            operation: text(call, "operation"),
            region: text(call, "region"),
            account: text(call, "account"),
            status: call["status"].as_u64().unwrap_or_default(),
            asked: text(call, "asked"),
        });
        seen.collect()
    }

    /// How often an operation was called in a Region.
    pub fn count(&self, operation: &str, region: &str) -> usize {
        self.calls().iter().filter(|call| call.operation == operation && call.region == region).count()
    }

    /// What a script beside the tests prints when it reads this server.
    pub fn script(&self, name: &str, more: &[&str]) -> Value {
        let output = python().unwrap().arg(root().join("tests/servers").join(name)).arg(self.0.url()).args(more).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}
