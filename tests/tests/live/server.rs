//! The server of a test, and what it saw.

use serde_json::Value;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use tagledger_tests::{Call, Desk, root, skipped};

/// A server that ends with the test that started it. What its answers or the program's requests had that AWS's own service models do not allow fails
/// the test.
pub struct Server {
    child: Child,
    port: u16,
}

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
        // It may have ended by itself.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
        assert!(violations.as_array().is_none_or(Vec::is_empty), "{violations:#}");
    }
}

pub fn python() -> Option<OsString> {
    let python = std::env::var_os("TAGLEDGER_TEST_PYTHON");
    if python.is_none() {
        skipped("TAGLEDGER_TEST_PYTHON names no Python; `cargo xtask test` makes one");
    }
    python
}

impl Server {
    /// The loopback server of our own with the emulator behind it, filled with this estate.
    pub fn of(seed: &Value) -> Option<Self> {
        let mut command = Command::new(python()?);
        let command = command.arg(root().join("tests/servers/aws")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(seed.to_string().as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Some(Self { child, port: line.trim().parse().unwrap() })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
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
    fn call(&self, call: Call) -> Call {
        let call = call.env("AWS_ENDPOINT_URL", self.url()).env("AWS_ACCESS_KEY_ID", "AKIDTEST").env("AWS_SECRET_ACCESS_KEY", "secret");
        let call = call.env("AWS_REGION", "eu-west-1").env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_MAX_ATTEMPTS", "4");
        call.env("AWS_CONFIG_FILE", "none").env("AWS_SHARED_CREDENTIALS_FILE", "none")
    }

    /// A question to the server itself.
    pub fn get(&self, path: &str) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
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
        let output = Command::new(python().unwrap()).arg(root().join("tests/servers").join(name)).arg(self.url()).args(more).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}
