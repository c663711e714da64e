//! Exit codes: a documented interface.

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(pub u8);

/// Clean, and everything asked for was seen.
pub(crate) const CLEAN: Code = Code(0);
/// Findings at or above `--fail-on`.
pub(crate) const FINDINGS: Code = Code(1);
/// Bad usage, bad taxonomy, unreadable input.
pub(crate) const BAD_INPUT: Code = Code(2);
/// No such findings, but coverage is incomplete.
pub(crate) const INCOMPLETE: Code = Code(3);
/// Could not run: disk full, internal error.
pub(crate) const COULD_NOT_RUN: Code = Code(4);

impl From<Code> for std::process::ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code.0)
    }
}
