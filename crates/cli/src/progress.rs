//! Progress bars: only on a terminal, only on standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// Nobody watches, or a program reads.
fn is_hidden(quiet: bool) -> bool {
    quiet || crate::log::is_json() || !std::io::stderr().is_terminal()
}

/// A bar over bytes; silent where nobody watches.
pub(crate) fn bar(what: &str, quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if is_hidden(quiet) {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    // The template is a constant; one that cannot be read falls back to the plain bar.
    if let Ok(style) = ProgressStyle::with_template("{msg:24} {bar:30} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}

/// A bar over things to do; silent where nobody watches. How many there are is told later.
pub(crate) fn jobs(what: &str, quiet: bool) -> ProgressBar {
    let bar = bar(what, quiet);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg:22} {bar:30} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

/// A line that moves while something without a known length is done.
pub(crate) fn spinner(what: &str, quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if is_hidden(quiet) {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}
