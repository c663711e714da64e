//! `tagledger.yaml`: what a scan is told once instead of by flags every time. Which fields there are is data: the table here, and those of the
//! clouds. The file is read by them, and its schema is made from them.

mod engine;
mod notify;
mod read;
mod schema;

pub(crate) use engine::{EngineSettings, MOST_GROUPS};
pub(crate) use notify::Notify;
pub(crate) use schema::schema;

use crate::args::{DURATION, duration};
use crate::failure::Failure;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tagledger_collect::{Cloud, Form, Setting, Settings, Shape};

/// The name of the file where none is named.
pub(crate) const NAME: &str = "tagledger.yaml";

const PATH: Form = Form { words: "a path", ..Form::ANY };

const TAXONOMY: &str = "taxonomy";
const FROM: &str = "from";
const BILL: &str = "bill";
const BILL_CACHE: &str = "bill_cache";
const CURRENCY: &str = "currency";
const RATES: &str = "rates";
const OUTLOOK: &str = "outlook";
const CONCURRENCY: &str = "concurrency";
const TIME_LIMIT: &str = "time_limit";
const HISTORY: &str = "history";
const HISTORY_DAYS: &str = "history_days";

/// Days that a run stays in a history, at most: a hundred years.
pub(crate) const MOST_DAYS: u32 = 36_500;

/// Places that are asked at the same time, at most.
pub(crate) const MOST_AT_ONCE: u32 = 256;

/// What stands under `scan:`. Each is the flag of that name.
static SCAN: &[Setting] = &[
    Setting { name: TAXONOMY, shape: Shape::Text(PATH), summary: "The taxonomy [default: taxonomy.yaml in the working directory]." },
    Setting { name: FROM, shape: Shape::Texts(PATH), summary: "Exported inventories beside what the clouds are asked for: files and folders." },
    Setting { name: BILL, shape: Shape::Texts(PATH), summary: "Bills: files, folders and patterns, here or at s3://, az:// or gs://." },
    Setting {
        name: BILL_CACHE,
        shape: Shape::Text(PATH),
        summary: "Where copies of bills from object stores are kept [default: tagledger/bills in the cache folder of the user].",
    },
    Setting {
        name: CURRENCY,
        shape: Shape::Text(Form { words: "the code of a currency", ..Form::ANY }),
        summary: "Convert the whole bill into this currency, by `rates`; without it, currencies are kept apart.",
    },
    Setting {
        name: RATES,
        shape: Shape::Text(PATH),
        summary: "Dated rates, as CSV with the columns date, from, to, rate, and source if you like: a month has the last rate up to its end.",
    },
    Setting { name: OUTLOOK, shape: Shape::Flag, summary: "Also say what the newest month will come to at its pace, and which of its last days stand out." },
    Setting {
        name: CONCURRENCY,
        shape: Shape::Count(1..=MOST_AT_ONCE),
        summary: "How many places of a cloud are asked at the same time [default: 64]. The rates that a cloud documents are kept in any case.",
    },
    Setting {
        name: TIME_LIMIT,
        shape: Shape::Text(Form { is: |text| duration(text).is_ok(), words: DURATION, pattern: r"^\s*[0-9]+ *[a-z]" }),
        summary: "How long clouds are asked, counted from the beginning of the scan; what was seen by then is audited and written.",
    },
    Setting {
        name: HISTORY,
        shape: Shape::Text(Form { words: "a folder or an address", ..Form::ANY }),
        summary: "The history that each run is compared with and added to: a folder, or s3://, az:// or gs:// with bucket and path; `none` keeps none.",
    },
    Setting { name: HISTORY_DAYS, shape: Shape::Count(1..=MOST_DAYS), summary: "How many days a run stays in the history [default: for ever]." },
];

/// Holds text that is about to be written to the form of a settings file.
pub(crate) fn parse(path: &Path, text: &str) -> Result<(), Failure> {
    read::read_text(path, text)?;
    Ok(())
}

/// A settings file that has no mistakes.
#[derive(Default)]
pub(crate) struct File {
    path: PathBuf,
    /// The clouds that it names, with what it says of each.
    pub clouds: Vec<(&'static dyn Cloud, Settings)>,
    scan: Settings,
    notify: Option<Settings>,
    engine: Option<Settings>,
}

impl File {
    /// The file that is named, else the one in the working directory, else one that says nothing.
    pub fn find(named: Option<&Path>) -> Result<Self, Failure> {
        match named {
            Some(path) => Self::load(path),
            None if Path::new(NAME).exists() => Self::load(Path::new(NAME)),
            None => Ok(Self::default()),
        }
    }

    /// Reads a file: every mistake at once.
    pub fn load(path: &Path) -> Result<Self, Failure> {
        Ok(read::read(path)?)
    }

    /// What it says of a cloud.
    pub fn of(&self, cloud: &dyn Cloud) -> Settings {
        let named = self.clouds.iter().find(|(named, _)| named.id() == cloud.id());
        named.map(|(_, settings)| settings.clone()).unwrap_or_default()
    }

    pub fn taxonomy(&self) -> Option<PathBuf> {
        self.scan.text(TAXONOMY).map(|path| self.beside(path))
    }

    pub fn from(&self) -> Vec<PathBuf> {
        self.scan.texts(FROM).iter().map(|path| self.beside(path)).collect()
    }

    pub fn bill(&self) -> Vec<PathBuf> {
        let place = |text: &String| if text.contains("://") { PathBuf::from(text) } else { self.beside(text) };
        self.scan.texts(BILL).iter().map(place).collect()
    }

    pub fn bill_cache(&self) -> Option<PathBuf> {
        self.scan.text(BILL_CACHE).map(|path| self.beside(path))
    }

    pub fn currency(&self) -> Option<String> {
        self.scan.text(CURRENCY).map(str::to_owned)
    }

    pub fn rates(&self) -> Option<PathBuf> {
        self.scan.text(RATES).map(|path| self.beside(path))
    }

    pub fn outlook(&self) -> bool {
        self.scan.flag(OUTLOOK)
    }

    pub fn concurrency(&self) -> Option<u32> {
        self.scan.count(CONCURRENCY)
    }

    /// How long clouds are asked.
    pub fn time_limit(&self) -> Option<Duration> {
        self.scan.text(TIME_LIMIT).and_then(|text| duration(text).ok())
    }

    /// Where the history is: an address as it is written, a folder beside the file.
    pub fn history(&self) -> Option<String> {
        let is_address = |text: &str| text.contains("://") || text == crate::history::NONE;
        self.scan.text(HISTORY).map(|text| if is_address(text) { text.to_owned() } else { self.beside(text).display().to_string() })
    }

    pub fn history_days(&self) -> Option<u32> {
        self.scan.count(HISTORY_DAYS)
    }

    /// Who is told of a run; none where nobody is.
    pub fn notify(&self) -> Option<Notify> {
        let settings = self.notify.as_ref()?;
        Some(Notify::of(settings, &|path| self.beside(path))).filter(|notify| !notify.routes.is_empty())
    }

    /// What adds up a bill where it lies, where something does.
    pub fn engine(&self) -> Option<EngineSettings> {
        self.engine.as_ref().map(|settings| EngineSettings::of(settings, &|path| self.beside(path)))
    }

    /// Paths are relative to the folder of the file, like those of a taxonomy.
    fn beside(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }
}
