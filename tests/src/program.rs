//! Calling the program.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A call under way.
#[derive(Debug)]
pub struct Call(pub Command);

/// What a call did.
#[derive(Debug, Clone)]
pub struct Done {
    /// Exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Done {
    /// The same, when it ended with one of these exit codes.
    #[track_caller]
    pub fn ends(self, codes: &[i32]) -> Self {
        assert!(codes.contains(&self.code), "exit code {}\nstandard output:\n{}\nstandard error:\n{}", self.code, self.out, self.err);
        self
    }

    /// Standard output with each run of blanks and line ends as one blank: a sentence wherever the terminal broke it.
    pub fn said(&self) -> String {
        self.out.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The program that the workspace built; `TAGLEDGER_TEST_PROGRAM` names another one.
fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("TAGLEDGER_TEST_PROGRAM") {
        return named.into();
    }
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().filter(|f| f.ends_with("deps")).and_then(Path::parent).unwrap();
    let program = folder.join("tagledger");
    assert!(program.exists(), "{} is missing: `cargo build --workspace --bins` builds it", program.display());
    program
}

/// A call of the program, without what the user's own environment says.
pub fn tagledger<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(arguments: I) -> Call {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("TAGLEDGER_")) {
        command.env_remove(name);
    }
    command.env_remove("NO_COLOR").env_remove("COLUMNS").args(arguments).stdin(Stdio::null());
    Call(command)
}

impl Call {
    /// Runs in this folder.
    pub fn within(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Takes an environment variable away.
    pub fn without(mut self, name: &str) -> Self {
        self.0.env_remove(name);
        self
    }

    /// More arguments.
    pub fn with<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, arguments: I) -> Self {
        self.0.args(arguments);
        self
    }

    /// Runs with a limit on the size of each file that it writes, so that writing fails in the middle as it does on a full disk.
    pub fn on_a_full_disk(self, kibibytes: u32) -> Self {
        // A shell that ignores the signal hands that on; the write then fails with an error, as on a full disk. `ulimit -f` counts 512 bytes.
        self.behind(&format!("trap '' XFSZ; ulimit -f {}", kibibytes * 2))
    }

    /// Runs with a limit on processor time and memory; the system ends what goes beyond.
    pub fn within_limits(self, seconds: u32, mebibytes: u32) -> Self {
        self.behind(&format!("ulimit -t {seconds}; ulimit -v {}", mebibytes * 1024))
    }

    /// Runs with a limit on the memory that it may ask for, the program itself apart.
    pub fn within_memory(self, mebibytes: u32) -> Self {
        // Set aside is only what is needed: the allocator would take a gibibyte of addresses at once.
        // Stacks count as well, so that it has to be the same number of threads on every machine.
        self.env("MIMALLOC_ARENA_RESERVE", "16384").behind(&format!("taskset -cp 0,1 $$ > /dev/null; ulimit -d {}", mebibytes * 1024))
    }

    /// Runs from a shell that does this first.
    fn behind(self, first: &str) -> Self {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{first}; exec \"$0\" \"$@\"")).arg(self.0.get_program()).args(self.0.get_args()).stdin(Stdio::null());
        for (name, value) in self.0.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        if let Some(folder) = self.0.get_current_dir() {
            shell.current_dir(folder);
        }
        Self(shell)
    }

    /// Runs to the end.
    pub fn done(mut self) -> Done {
        let output = self.0.output().unwrap();
        Done { code: output.status.code().unwrap_or(-1), out: String::from_utf8(output.stdout).unwrap(), err: String::from_utf8(output.stderr).unwrap() }
    }

    /// Runs to the end, which must be this exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Done {
        let shown = format!("{:?}", self.0);
        let done = self.done();
        assert_eq!(done.code, code, "{shown}\nstandard output:\n{}\nstandard error:\n{}", done.out, done.err);
        done
    }
}
