//! Servers on this machine that stand for a cloud: scripts of ours beside the tests, and the emulator that others wrote.

use crate::{Call, root, skipped};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The Python with the packages of the tests; none where nobody made one, which is said.
pub fn python() -> Option<Command> {
    let python = std::env::var_os("TAGLEDGER_TEST_PYTHON");
    if python.is_none() {
        skipped("TAGLEDGER_TEST_PYTHON names no Python; `cargo xtask test` makes one");
    }
    python.map(Command::new)
}

/// The Python with the engines that add bills up; none where nobody made one, which is said.
pub fn engines() -> Option<Command> {
    let python = std::env::var_os("TAGLEDGER_TEST_ENGINES");
    if python.is_none() {
        skipped("TAGLEDGER_TEST_ENGINES names no Python; `cargo xtask test` makes one");
    }
    python.map(Command::new)
}

/// A server that ends with the test that started it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens, on the loopback address.
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

impl Server {
    /// A script below `tests/servers` that reads all of its standard input, prints its port and serves.
    pub fn script(name: &str, arguments: &[&str], input: &str) -> Option<Self> {
        Some(Self::began(python()?, name, arguments, input))
    }

    /// An engine that speaks Spark Connect, behind a proxy that spoils what goes through it in these ways.
    pub fn spark(faults: &[&str]) -> Option<Self> {
        Some(Self::began(engines()?, "spark.py", faults, ""))
    }

    /// Apache Spark; none where nobody installed it, which is said.
    pub fn apache_spark() -> Option<Self> {
        let python = std::env::var_os("TAGLEDGER_TEST_SPARK");
        if python.is_none() {
            skipped("TAGLEDGER_TEST_SPARK names no Python; `cargo xtask test --all` makes one");
        }
        Some(Self::began(Command::new(python?), "apache_spark.py", &[], ""))
    }

    fn began(mut command: Command, name: &str, arguments: &[&str], input: &str) -> Self {
        let command = command.arg(root().join("tests/servers").join(name)).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "{name} says why on its standard error");
        Self { child, port: line.trim().parse().unwrap() }
    }

    /// The emulator, empty.
    pub fn moto() -> Option<Self> {
        Self::moto_logs(Stdio::null())
    }

    /// The emulator, with a line in its log for each request.
    pub fn moto_logs(log: impl Into<Stdio>) -> Option<Self> {
        let port = free_port();
        let mut command = python()?;
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]).env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false");
        Some(Self { child: command.stdout(Stdio::null()).stderr(log).spawn().unwrap(), port }.up())
    }

    /// Microsoft's emulator of its Blob Storage, empty, with one account; none where nobody installed it, which is said.
    pub fn azurite(account: &str, key: &str) -> Option<Self> {
        Self::azurite_with(account, key, &[])
    }

    /// The same with further arguments.
    pub fn azurite_with(account: &str, key: &str, arguments: &[&str]) -> Option<Self> {
        let packages = std::env::var_os("TAGLEDGER_TEST_NODE").map(std::path::PathBuf::from);
        let Some(main) = packages.map(|folder| folder.join("node_modules/azurite/dist/src/blob/main.js")).filter(|main| main.exists()) else {
            skipped("TAGLEDGER_TEST_NODE names no folder with Azurite; `cargo xtask test` makes one");
            return None;
        };
        let port = free_port();
        let mut command = Command::new("node");
        command.arg(main).args(["--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--blobHost", "127.0.0.1", "--blobPort"]);
        command.arg(port.to_string()).args(arguments).env("AZURITE_ACCOUNTS", format!("{account}:{key}"));
        Some(Self { child: command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), port }.up())
    }

    /// Waits until it answers.
    fn up(self) -> Self {
        let patience = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < patience, "the server did not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
        self
    }

    /// What stands in front of it, and refuses the calls that `between.py` is told of.
    pub fn but(&self, rules: &[&str]) -> Option<Self> {
        let url = self.url();
        let arguments: Vec<&str> = std::iter::once(url.as_str()).chain(rules.iter().copied()).collect();
        Self::script("between.py", &arguments, "")
    }

    /// A question to the server itself.
    pub fn get(&self, path: &str) -> Value {
        serde_json::from_str(self.exchange("GET", path, "").split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Tells the server itself something.
    pub fn post(&self, path: &str, body: &Value) {
        let answer = self.exchange("POST", path, &body.to_string());
        assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close", body.len());
        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    /// Begins a call, and comes back when the server holds one of its questions.
    pub fn holds(&self, mut call: Call) -> Child {
        let child = call.0.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        assert_eq!(self.get("/-/held")["held"], true);
        child
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A call of the program that takes it for the cloud, with somebody's keys and nothing of this machine's own configuration.
    pub fn is_asked_by(&self, call: Call) -> Call {
        let call = call.env("AWS_ENDPOINT_URL", self.url()).env("AWS_ACCESS_KEY_ID", "AKIDTEST").env("AWS_SECRET_ACCESS_KEY", "secret");
        let call = call.env("AWS_REGION", "eu-west-1").env("AWS_EC2_METADATA_DISABLED", "true");
        call.env("AWS_CONFIG_FILE", "none").env("AWS_SHARED_CREDENTIALS_FILE", "none")
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Sends a signal by its name.
pub fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
}
