//! `engine:` of the settings: what adds up a bill where it lies.

use super::notify::{field, hide};
use std::path::PathBuf;
use tagledger_collect::{ENV, FILE, Form, Setting, Settings, Shape};
use tagledger_notify::Source;
use tagledger_taxonomy::yaml::{self, Node, Reader};

const URL_FORM: Form = Form {
    // What is wrong with one that holds a token is said without repeating it.
    is: |text| holds_token(text) || tagledger_spark::unfit(text).is_none(),
    words: "an address such as sc://spark.example.com:15002/;use_ssl=true",
    pattern: r"^sc://[^\s/;@]+(/(;(?!token)[^\s;=]+=[^\s;=]+)*)?$",
};
const TABLE_FORM: Form = Form { words: "what stands after FROM, such as finops.focus", ..Form::ANY };
const PATH_FORM: Form = Form {
    is: |text| !text.trim().is_empty() && !text.contains(|c: char| c == '`' || c.is_control()),
    words: "where the files are, such as s3://finops/focus/",
    pattern: "^[^`]+$",
};

const KIND: &str = "kind";
const URL: &str = "url";
const TABLE: &str = "table";
const PATH: &str = "path";
const TOKEN_FROM: &str = "token_from";
const MINUTES: &str = "minutes";
const MAX_GROUPS: &str = "max_groups";

/// Minutes that a question may take where nobody says otherwise.
const PATIENCE: u32 = 60;

/// Groups that an answer may have where nobody says otherwise: twice what ten million rows of the hardest kind come to.
pub(crate) const MOST_GROUPS: u32 = 10_000_000;

/// What stands under `engine:`.
pub(super) static ENGINE: &[Setting] = &[
    Setting { name: KIND, shape: Shape::Choice(&["spark"]), summary: "How it is spoken to: Spark Connect, by Apache Spark and what is made of it, and Sail." },
    Setting { name: URL, shape: Shape::Text(URL_FORM), summary: "Its address; `/;use_ssl=true` behind it for TLS." },
    Setting {
        name: TABLE,
        shape: Shape::Text(TABLE_FORM),
        summary: "What the engine calls the bill: a table, a view, or anything else that stands after FROM.",
    },
    Setting { name: PATH, shape: Shape::Text(PATH_FORM), summary: "Where the bill's Parquet files are, as the engine sees it; instead of `table`." },
    Setting { name: TOKEN_FROM, shape: Shape::Secret, summary: "Where the token is. It is sent by TLS only, or to this machine." },
    Setting { name: MINUTES, shape: Shape::Count(1..=1_440), summary: "How many minutes a question may take, its answer included [default: 60]." },
    Setting {
        name: MAX_GROUPS,
        shape: Shape::Count(1..=u32::MAX),
        summary: "How many groups the bill may come to, which are brought here and read [default: 10000000]. (--max-groups)",
    },
];

/// An engine, as far as the settings say.
#[derive(Debug, Clone)]
pub(crate) struct EngineSettings {
    pub url: Option<String>,
    /// What stands after FROM.
    pub table: Option<String>,
    pub token: Option<Source>,
    pub minutes: u32,
    pub max_groups: u32,
}

impl EngineSettings {
    pub(super) fn of(settings: &Settings, beside: &dyn Fn(&str) -> PathBuf) -> Self {
        let token = settings.section(TOKEN_FROM).and_then(|said| {
            let env = said.text(ENV).map(|name| Source::Env(name.to_owned()));
            env.or_else(|| said.text(FILE).map(|path| Source::File(beside(path))))
        });
        let files = || settings.text(PATH).map(|path| format!("parquet.`{path}`"));
        Self {
            url: settings.text(URL).map(str::to_owned),
            table: settings.text(TABLE).map(str::to_owned).or_else(files),
            token,
            minutes: settings.count(MINUTES).unwrap_or(PATIENCE),
            max_groups: settings.count(MAX_GROUPS).unwrap_or(MOST_GROUPS),
        }
    }
}

fn holds_token(url: &str) -> bool {
    url.contains(";token")
}

fn url(node: &Node) -> Option<&Node> {
    let (_, value) = field(node, URL)?;
    matches!(&value.shape, yaml::Shape::Scalar { text, .. } if holds_token(text)).then_some(value)
}

/// Takes a token that stands in the address out of a text that will be shown with mistakes.
pub(super) fn mask(node: &Node, text: &mut String) {
    if let Some(url) = url(node) {
        hide(url.at, text);
    }
}

/// Says what belongs together, and what excludes each other. `settings` is what was read of `node`.
pub(super) fn judge(reader: &mut Reader<'_>, node: &Node, settings: &Settings) {
    if !matches!(node.shape, yaml::Shape::Map(_)) {
        return;
    }
    let at = |name: &str| field(node, name).map_or(node.at, |(key, _)| key.at);
    if let Some(url) = url(node) {
        let help = "Write `token_from: { env: NAME }`, and change the token if this file was shared";
        reader.error(url.at, "The address holds a token, which is a secret", help);
    } else if field(node, URL).is_none() {
        reader.error(node.at, "No `url` in `engine`", "Write `url: sc://host:15002`, with `/;use_ssl=true` behind it where it wants TLS");
    }
    match (field(node, TABLE), field(node, PATH)) {
        (Some(_), Some(_)) => reader.error(at(PATH), "`table` and `path` are both given", "Keep one"),
        (None, None) => {
            reader.error(node.at, "Neither `table` nor `path` in `engine`", "Write `table: finops.focus`, or `path:` where Parquet files are no table");
        }
        _ => {}
    }
    if let Some(said) = settings.section(TOKEN_FROM).filter(|said| said.has(ENV) == said.has(FILE)) {
        let what = if said.has(ENV) { "names a variable and a file" } else { "names neither a variable nor a file" };
        reader.error(at(TOKEN_FROM), format!("`{TOKEN_FROM}` {what}"), "Write `{ env: NAME }` or `{ file: PATH }`");
    }
}
