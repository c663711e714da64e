//! The page over all runs of a site. It runs no script and asks for nothing.

use super::money::Currencies;
use super::runs::lines;
use super::view::{all_shown, shown};
use super::{STYLE, digest};
use crate::count::{grouped, percent};
use crate::trend::{Point, spends};
use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

const PAGE: &str = include_str!("site.html");
/// Keys and currencies that the table shows.
const SPENDS: usize = 4;

/// A run of a site: what its folder says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Night {
    /// The run in few numbers.
    pub point: Point,
    /// How it ended.
    pub exit: crate::Exit,
    /// Its files, by name.
    pub files: Vec<String>,
    /// What made it.
    pub tool: String,
}

#[derive(Serialize)]
struct NightView {
    folder: String,
    when: String,
    exit: u8,
    why: String,
    resources: String,
    seen: String,
    compliant: String,
    violated: String,
    stake: Vec<String>,
    attributed: Vec<String>,
    files: Vec<String>,
}

/// Writes the page; nights by the names of their folders, oldest first. A name is made of letters, digits and dashes, so that it is an address as it stands.
pub fn index(nights: &[(String, Night)], out: &mut dyn Write) -> io::Result<()> {
    let points: Vec<Point> = nights.iter().map(|(_, night)| night.point.clone()).collect();
    // Currencies stand in the order of the newest run, as its own report has them: each key has all of the spend.
    let newest = points.last().map(|point| point.spend.as_slice()).unwrap_or_default();
    let first = newest.first().map(|spend| spend.key.as_str());
    let order = Currencies::of(newest.iter().filter(|spend| Some(spend.key.as_str()) == first).map(|spend| (spend.currency.as_str(), spend.total.as_str())))?;
    let mut sliced = spends(&points);
    let keys: Vec<&str> = sliced.iter().map(|(key, _)| *key).collect();
    sliced.sort_by_key(|(key, currency)| (keys.iter().position(|known| known == key), order.place(currency)));
    sliced.truncate(SPENDS);
    let shares = |tenths: Option<i128>| tenths.map_or_else(|| "–".to_owned(), percent);
    let view = |(folder, night): &(String, Night)| -> io::Result<NightView> {
        let point = &night.point;
        Ok(NightView {
            folder: shown(folder),
            when: shown(point.started.get(..16).unwrap_or(&point.started)).replace('T', " "),
            exit: night.exit.code,
            why: shown(&night.exit.why),
            resources: grouped(point.resources),
            seen: format!("{}/{}", grouped(point.seen), grouped(point.places)),
            compliant: shares(point.compliance()),
            violated: grouped(point.violated),
            stake: order.told(&point.at_stake)?,
            attributed: sliced.iter().map(|(key, currency)| Ok(shares(point.attributed(key, currency)?))).collect::<io::Result<_>>()?,
            files: all_shown(&night.files),
        })
    };
    let views = nights.iter().rev().map(view).collect::<io::Result<Vec<NightView>>>()?;
    let csp = format!("default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'", digest(STYLE));
    let mut templates = Environment::new();
    templates.add_template("site.html", PAGE).map_err(io::Error::other)?;
    let page = templates.get_template("site.html").and_then(|template| {
        template.render(context! {
            csp,
            style => Value::from_safe_string(STYLE.to_owned()),
            newest => Value::from(Serde(&views.first())),
            lines => Value::from(Serde(&lines(&points, &sliced).map_err(|e| minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, e.to_string()))?)),
            spends => sliced.iter().map(|(key, currency)| format!("{key} {}", shown(currency))).collect::<Vec<_>>(),
            nights => Value::from(Serde(&views)),
            tool => nights.last().map(|(_, night)| shown(&night.tool)),
        })
    });
    out.write_all(page.map_err(io::Error::other)?.as_bytes())
}
