//! `report.html`: one file that opens from an e-mail, works from a disk and asks no network.
//!
//! The template shows the numbers; the script makes the findings sortable. Findings travel as columns of codes into
//! dictionaries, at most 100,000 of them; the content security policy names style and script by their digests.

mod cells;
mod data;
mod environments;
mod money;
mod runs;
pub mod site;
mod trend;
mod view;

use crate::{Format, Report, Sink};
use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use sha2::{Digest, Sha256};
use std::io::{self, BufWriter, Write};

/// The most findings that the page holds; all of them are in `findings.csv`.
const EMBEDDED: usize = 100_000;
/// Findings that show without script and on paper.
const PRINTED: usize = 200;
/// Where the data goes: the page is written around it, so that it is never copied. Escaped text cannot hold this comment.
const DATA: &str = "<!--data-->";

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
/// One script, so that the policy names one digest; each part uses what stands before it.
const SCRIPT: &str = concat!(
    include_str!("html/core.js"),
    include_str!("html/state.js"),
    include_str!("html/cost.js"),
    include_str!("html/charts.js"),
    include_str!("html/pages.js"),
    include_str!("html/findings.js"),
    include_str!("html/start.js"),
);

/// One self-contained page.
#[derive(Debug)]
pub(crate) struct Html;

impl Format for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn Sink) -> io::Result<()> {
        let data = data::Findings::collect(report)?;
        let cells = report.summary.costs.as_ref().map(|costs| cells::Cells::collect(report, costs)).transpose()?;
        let view = view::page(report, &data, cells.as_ref())?;
        let csp =
            format!("default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'", digest(SCRIPT), digest(STYLE));
        let mut templates = Environment::new();
        templates.add_template("page.html", PAGE).map_err(io::Error::other)?;
        let template = templates.get_template("page.html").map_err(io::Error::other)?;
        let style = Value::from_safe_string(STYLE.to_owned());
        let script = Value::from_safe_string(SCRIPT.to_owned());
        let marker = Value::from_safe_string(DATA.to_owned());
        let page = template.render(context! { view => Value::from(Serde(&view)), csp, style, script, data => marker }).map_err(io::Error::other)?;
        let (before, after) = page.split_once(DATA).unwrap_or((&page, ""));
        let mut file = BufWriter::new(out.file("report.html")?);
        file.write_all(before.as_bytes())?;
        data.write(report.summary, cells.as_ref(), &mut file)?;
        file.write_all(after.as_bytes())?;
        file.flush()
    }
}

/// SHA-256 in base 64, as a content security policy spells it.
fn digest(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(44);
    for bytes in Sha256::digest(text.as_bytes()).chunks(3) {
        let group = bytes.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - bytes.len()));
        for i in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * i) & 63) as usize];
            out.push(if i > bytes.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn digests_are_spelt_as_a_policy_wants_them() {
        assert_eq!(super::digest("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }
}
