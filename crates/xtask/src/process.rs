//! Other programs: is one there, run one, and say what failed.

use crate::Failure;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The first of the names that is a file in a folder of PATH.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).flat_map(|folder| names.iter().map(move |name| folder.join(name))).find(|file| file.is_file())
}

/// Cargo: the one that runs this task.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    // What Cargo set for this task is not meant for what the task starts: it would change fingerprints of build scripts.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_BIN_NAME" || text == "CARGO_CRATE_NAME" {
            command.env_remove(name);
        }
    }
    command
}

/// The command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    command.get_args().fold(program, |text, word| format!("{text} {}", word.to_string_lossy()))
}

/// Runs to the end with our own output; anything but success is a failure.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let text = shown(command);
    let status = command.status().map_err(|e| Failure(format!("`{text}` could not be started: {e}")))?;
    if status.success() { Ok(()) } else { Err(Failure(format!("`{text}` failed ({status})."))) }
}

/// Runs and keeps standard output; what it says on standard error is shown only when it fails.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let text = shown(command);
    let out = command.output().map_err(|e| Failure(format!("`{text}` could not be started: {e}")))?;
    if !out.status.success() {
        return Err(Failure(format!("`{text}` failed ({}):\n{}", out.status, String::from_utf8_lossy(&out.stderr))));
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// True when the command can be started and succeeds; its output is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|out| out.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_name_the_command() {
        let failure = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err().0;
        assert!(failure.starts_with("`sh -c exit 3` failed") && failure.contains('3'), "{failure}");
        assert!(run(&mut Command::new("no-such-program-here")).unwrap_err().0.contains("could not be started"));
        assert!(output(Command::new("sh").args(["-c", "echo why >&2; exit 1"])).unwrap_err().0.contains("why"));
        assert_eq!(output(Command::new("sh").args(["-c", "echo yes"])).unwrap(), "yes\n");
    }

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(find(&["no-such-program-here", "sh"]).is_some());
        assert_eq!(find(&["no-such-program-here"]), None);
    }
}
