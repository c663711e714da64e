//! From paths to an aggregate: one file, a folder (hive-partitioned or not) or a pattern, CSV, gzipped CSV or Parquet.

mod added;
mod twice;
mod walk;

pub(crate) use walk::Found;

use crate::aggregate::{Repairs, Sums};
use crate::billing::Billing;
use crate::book::Book;
use crate::closed::{self, Closed};
use crate::columns::Columns;
use crate::copies;
use crate::deliveries;
use crate::elsewhere::Names;
use crate::focus::Column;
use crate::rounding::{SAMPLED_FILES, SAMPLED_ROWS};
use crate::{Aggregate, CostError, Measure, csv_bill, parquet_bill};
use added::{AddedUp, add_up};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use twice::{may_be_copies, no_copies_of_rows};

/// A bill: the files it consists of.
#[derive(Debug, Clone)]
pub struct Bill {
    files: Vec<(PathBuf, Shape)>,
    names: Names,
    /// Where files that do not change any more are kept added up.
    closed: Option<Closed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Csv,
    Parquet,
}

/// The name of the threads that read bills. A panic in one of them becomes an error that names the file, so that a program's
/// panic hook may stay silent there.
pub const READER_THREAD: &str = "bill reader";

/// A file whose header was read.
enum Opened {
    Csv(Box<Columns>),
    Parquet(Box<parquet_bill::Opened>),
}

impl Opened {
    fn columns(&self) -> &Columns {
        match self {
            Self::Csv(columns) => columns,
            Self::Parquet(file) => &file.columns,
        }
    }

    fn as_open(&self) -> &dyn copies::Open {
        match self {
            Self::Csv(columns) => &**columns,
            Self::Parquet(file) => &**file,
        }
    }

    /// True when the file has a row at all; exports have parts with a header and nothing else.
    fn holds_rows(&self, path: &Path) -> bool {
        match self {
            Self::Csv(_) => csv_bill::holds_rows(path),
            Self::Parquet(file) => file.rows() > 0,
        }
    }
}

/// A piece of work for one thread.
enum Task {
    Csv(usize),
    RowGroup(usize, usize),
    /// What a file was added up to before.
    AddedUp(usize, usize),
    /// A whole file that is added up first.
    AddUp(usize, closed::Place),
}

impl Bill {
    /// Finds the files. A folder is read whole, hidden files, manifests and other companions of an export apart; a path
    /// with `*`, `?` or `[` is a pattern.
    pub fn find(paths: &[PathBuf]) -> Result<Self, CostError> {
        Self::find_as(paths, Names::default())
    }

    /// The same where files are not called what they are here: they go by these names in every message and report.
    pub fn find_as(paths: &[PathBuf], names: Names) -> Result<Self, CostError> {
        match Self::found(paths) {
            Ok(files) => Ok(Self { files, names, closed: None }),
            Err(error) => Err(names.told(error)),
        }
    }

    fn found(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Shape)>, CostError> {
        let mut files = Vec::new();
        for path in paths {
            let shown = path.display().to_string();
            if let Ok(meta) = std::fs::metadata(path) {
                let before = files.len();
                if meta.is_dir() {
                    whole(path, &mut files)?;
                    if files.len() == before {
                        return Err(CostError::File { path: shown, what: "the folder holds no .csv, .csv.gz or .parquet file".to_owned() });
                    }
                } else {
                    files.push((path.clone(), shape(path)?));
                }
            } else if shown.contains(['*', '?', '[']) {
                let broken = |e: glob::PatternError| CostError::File { path: shown.clone(), what: format!("the pattern cannot be read: {e}") };
                let unreadable = |e: glob::GlobError| CostError::Io { path: e.path().display().to_string(), source: e.into() };
                let mut hits = glob::glob(&shown).map_err(broken)?.collect::<Result<Vec<PathBuf>, _>>().map_err(unreadable)?;
                hits.sort();
                if hits.is_empty() {
                    return Err(CostError::File { path: shown, what: "no file matches the pattern".to_owned() });
                }
                for hit in hits {
                    if hit.is_dir() {
                        whole(&hit, &mut files)?;
                    } else {
                        let shape = shape(&hit)?;
                        files.push((hit, shape));
                    }
                }
            } else {
                return Err(CostError::Io { path: shown, source: std::fs::metadata(path).err().unwrap_or_else(|| std::io::ErrorKind::NotFound.into()) });
            }
        }
        let mut seen = std::collections::BTreeMap::new();
        for (path, _) in &files {
            let shown = path.display().to_string();
            let real = path.canonicalize().map_err(|source| CostError::Io { path: shown.clone(), source })?;
            if let Some(first) = seen.insert(real, shown.clone()) {
                return Err(CostError::File {
                    path: shown,
                    what: format!("the file was named before, as {first}; a bill that is read twice would count twice"),
                });
            }
        }
        Ok(files)
    }

    /// Keeps files that do not change any more added up in a folder, and reads those that are kept there.
    #[must_use]
    pub fn kept(self, cache: &Path) -> Self {
        Self { closed: Some(Closed::below(cache)), ..self }
    }

    /// The files as the user would name them.
    pub fn files(&self) -> Vec<String> {
        self.files.iter().map(|(p, _)| self.names.shown(&p.display().to_string())).collect()
    }

    /// The number of each file's delivery, what each delivery is, and the first file of each. Two forms in one folder are no parts of one bill.
    fn deliveries(&self, opened: &[Opened]) -> (Vec<u32>, Vec<String>, Vec<String>) {
        let (mut shown, mut first_files) = (Vec::<String>::new(), Vec::new());
        let mut number = |path: &Path, file: &Opened| {
            let delivery = deliveries::delivery(path, file.columns().mapping());
            let at = shown.iter().position(|other| *other == delivery).unwrap_or_else(|| {
                shown.push(delivery);
                first_files.push(path.display().to_string());
                shown.len() - 1
            });
            u32::try_from(at).unwrap_or(u32::MAX)
        };
        let of_file = self.files.iter().zip(opened).map(|((path, _), file)| number(path, file)).collect();
        (of_file, shown, first_files)
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|(p, _)| std::fs::metadata(p).map_or(0, |m| m.len())).sum()
    }
}

/// Reads a whole bill on all processors, in bounded memory: Parquet by row group, CSV by file and row. `progress` is
/// told bytes done and bytes in all.
pub fn read(bill: &Bill, billing: &Billing<'_>, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Aggregate, CostError> {
    read_files(bill, billing, progress).map_err(|error| bill.names.told(error))
}

fn read_files(bill: &Bill, billing: &Billing<'_>, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Aggregate, CostError> {
    let Headers { tasks, opened, added, measures, files_without_tags, files_without_commitments, knows_units, forms } = headers(bill, billing)?;
    let paths: Vec<&Path> = bill.files.iter().map(|(path, _)| path.as_path()).collect();
    deliveries::no_copies(&paths, &|at| opened[at].holds_rows(paths[at]))?;
    let (of_file, shown, first_files) = bill.deliveries(&opened);
    let may_be_copy = may_be_copies(&opened);
    let (next, done, total) = (AtomicUsize::new(0), std::sync::atomic::AtomicU64::new(0), bill.bytes());
    let failure: Mutex<Option<(usize, CostError)>> = Mutex::new(None);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(tasks.len().max(1));
    let advance = |bytes: u64| progress(done.fetch_add(bytes, Ordering::Relaxed) + bytes, total);
    let work = || {
        let mut book = Book::new(billing);
        book.watches = shown.len() > 1;
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(at) else { break };
            let (Task::Csv(file) | Task::RowGroup(file, _) | Task::AddedUp(file, _) | Task::AddUp(file, _)) = task;
            let path = &bill.files[*file].0;
            book.delivery = of_file[*file];
            let is_apart = opened[*file].columns().mapping().is_some_and(|mapping| mapping.ledgers_apart);
            book.copies.begin(may_be_copy[*file].then_some(*file));
            book.ledgers.begin(*file, book.delivery, is_apart && of_file.iter().filter(|other| **other == book.delivery).count() > 1);
            let result = enter_task(task, path, (&opened, &added), &mut book, &advance);
            if let Err(error) = result {
                // Of several mistakes the first in the order of the files is shown, whichever thread met it first.
                let mut slot = failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if slot.as_ref().is_none_or(|(place, _)| at < *place) {
                    *slot = Some((at, error));
                }
                break;
            }
        }
        book
    };
    let books: Vec<Book<'_>> = std::thread::scope(|scope| -> std::io::Result<_> {
        let reader = || std::thread::Builder::new().name(READER_THREAD.to_owned()).spawn_scoped(scope, work);
        let handles = (0..threads).map(|_| reader()).collect::<std::io::Result<Vec<_>>>()?;
        // A panic in a reading thread is a bug; it goes on in this one.
        Ok(handles.into_iter().map(|h| h.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect())
    })
    .map_err(|source: std::io::Error| CostError::Io { path: "a thread".to_owned(), source })?;
    if let Some((_, error)) = failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(error);
    }
    let mut books = books.into_iter();
    let mut first = books.next().unwrap_or_else(|| Book::new(billing));
    for book in books {
        first.absorb(book);
    }
    deliveries::no_two_snapshots(first.held(), &shown, &first_files)?;
    first.ledgers.no_two(&paths)?;
    no_copies_of_rows(&first.copies, &paths, &opened, billing.measure)?;
    first.repairs.files_without_tags = files_without_tags;
    first.repairs.files_without_commitments = files_without_commitments;
    if billing.measure == Measure::Effective && !billing.all_measures {
        compare_sample(bill, &opened, &mut first.repairs)?;
    }
    let rows: u64 = first.rows();
    if rows > 0 && first.repairs.without_amount == rows {
        return Err(CostError::File {
            path: first_files.first().cloned().unwrap_or_default(),
            what: format!("{} is empty on every row; choose a measure that the bill holds with --measure", billing.measure.column()),
        });
    }
    let read = Measure::ALL.map(|m| measures[m.position()] && (billing.all_measures || m == billing.measure));
    Ok(Aggregate { knows_units, forms, ..first.close(read, bill.files()) })
}

/// What the headers of all files say.
#[derive(Default)]
struct Headers {
    tasks: Vec<Task>,
    opened: Vec<Opened>,
    /// What each file was added up to before.
    added: Vec<Option<AddedUp>>,
    /// Which measures every file holds.
    measures: [bool; 4],
    files_without_tags: u64,
    files_without_commitments: u64,
    knows_units: bool,
    forms: Vec<&'static str>,
}

/// Reads the headers of all files; one that lacks what is wanted ends it.
fn headers(bill: &Bill, billing: &Billing<'_>) -> Result<Headers, CostError> {
    let mut all = Headers { measures: [true; 4], knows_units: true, ..Headers::default() };
    for (number, (path, shape)) in bill.files.iter().enumerate() {
        let file = match shape {
            Shape::Csv => Opened::Csv(Box::new(Columns::of(csv_bill::header(path)?, path, &billing.clouds.mappings))),
            Shape::Parquet => Opened::Parquet(Box::new(parquet_bill::Opened::new(path, &billing.clouds.mappings)?)),
        };
        let (tasks, added) = tasks(bill, billing, number, &file);
        all.tasks.extend(tasks);
        all.added.push(added);
        let columns = file.columns();
        if let Some(what) = columns.lacks(billing.measure) {
            return Err(CostError::File { path: path.display().to_string(), what });
        }
        if *shape == Shape::Csv {
            csv_bill::month_first(path, columns)?;
        }
        all.files_without_tags += u64::from(!columns.has(Column::Tags));
        all.files_without_commitments += u64::from(!columns.tells_commitments());
        all.knows_units &= columns.has(Column::ConsumedUnit);
        all.forms.extend(columns.mapping().map(|mapping| mapping.name));
        for (has, measure) in all.measures.iter_mut().zip(Measure::ALL) {
            *has &= columns.holds(measure);
        }
        all.opened.push(file);
    }
    all.forms.sort_unstable();
    all.forms.dedup();
    Ok(all)
}

/// How a file is read: as it was added up before, added up first, or row by row.
fn tasks(bill: &Bill, billing: &Billing<'_>, number: usize, file: &Opened) -> (Vec<Task>, Option<AddedUp>) {
    let path = &bill.files[number].0;
    // Sums are not converted as their rows are, one by one.
    let closed = bill.closed.as_ref().filter(|_| billing.rates.is_none());
    let place = closed.and_then(|closed| closed.place(path, &bill.names.shown(&path.display().to_string())));
    let as_it_is = || match file {
        Opened::Csv(_) => vec![Task::Csv(number)],
        Opened::Parquet(file) => (0..file.row_groups()).map(|group| Task::RowGroup(number, group)).collect(),
    };
    let Some(place) = place else { return (as_it_is(), None) };
    let Some(kept) = place.path() else {
        // Days are not kept.
        return (if billing.days_from.is_none() { vec![Task::AddUp(number, place)] } else { as_it_is() }, None);
    };
    let added = match AddedUp::open(kept, file.columns(), billing) {
        Ok(added) => added,
        Err(added::Damaged) if billing.days_from.is_none() => return (vec![Task::AddUp(number, place)], None),
        Err(added::Damaged) => None,
    };
    match added {
        Some(added) if billing.days_from.is_none() => ((0..added.file.row_groups()).map(|group| Task::AddedUp(number, group)).collect(), Some(added)),
        // What is before the days that are wanted need not be looked at.
        Some(added) if added.told.months.last().is_some_and(|last| Some(*last) < billing.days_from) => (Vec::new(), None),
        _ => (as_it_is(), None),
    }
}

/// Enters the rows of one task. The Parquet library panics on some damaged files: that is the file's fault, and the run
/// ends without using the book.
fn enter_task(task: &Task, path: &Path, (opened, added): (&[Opened], &[Option<AddedUp>]), book: &mut Book<'_>, advance: &dyn Fn(u64)) -> Result<(), CostError> {
    let enter = std::panic::AssertUnwindSafe(|| match task {
        Task::Csv(file) => csv_bill::enter(path, opened[*file].columns(), book, advance),
        Task::RowGroup(file, group) => match &opened[*file] {
            Opened::Parquet(opened) => opened.enter(*group, book).inspect(|bytes| advance(*bytes)).map(drop),
            Opened::Csv(_) => Ok(()),
        },
        Task::AddUp(file, place) => add_up(path, &opened[*file], place, book, advance),
        Task::AddedUp(file, group) => added[*file].as_ref().map_or(Ok(()), |kept| {
            book.copies.put(&kept.told.sketches[book.billing.measure.position()]);
            if *group == 0 {
                book.repairs = book.repairs.plus(kept.repairs(opened[*file].columns(), book.billing));
                advance(std::fs::metadata(path).map_or(0, |meta| meta.len()));
            }
            kept.file.enter(*group, book).map(drop)
        }),
    });
    std::panic::catch_unwind(enter).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
        Err(CostError::File { path: path.display().to_string(), what: format!("the file is damaged: its reader gave up on it ({said}); export it again") })
    })
}

/// Holds EffectiveCost against BilledCost on some rows of some files, where BilledCost is not read otherwise.
fn compare_sample(bill: &Bill, opened: &[Opened], repairs: &mut Repairs) -> Result<(), CostError> {
    let mut compare = |sums: &Sums| repairs.compare(sums);
    let step = bill.files.len().div_ceil(SAMPLED_FILES).max(1);
    for ((path, _), opened) in bill.files.iter().zip(opened).step_by(step) {
        match opened {
            Opened::Parquet(opened) => opened.first_costs(SAMPLED_ROWS, &mut compare)?,
            Opened::Csv(columns) => csv_bill::first_costs(path, columns, SAMPLED_ROWS, &mut compare)?,
        }
    }
    Ok(())
}

/// The files of a folder, as far as its manifests list them.
fn whole(folder: &Path, files: &mut Vec<(PathBuf, Shape)>) -> Result<(), CostError> {
    for path in walk::files(folder)? {
        let shape = shape(&path)?;
        files.push((path, shape));
    }
    Ok(())
}

/// Parquet says so in its first four bytes; anything else is read as CSV, which finds out.
fn shape(path: &Path) -> Result<Shape, CostError> {
    let io = |source| CostError::Io { path: path.display().to_string(), source };
    let mut start = [0; 4];
    let mut file = std::fs::File::open(path).map_err(io)?;
    let got = file.read(&mut start).map_err(io)?;
    if got == 0 {
        return Err(CostError::File {
            path: path.display().to_string(),
            what: "the file is empty (0 bytes); the export that wrote it probably failed".to_owned(),
        });
    }
    Ok(if &start == b"PAR1" { Shape::Parquet } else { Shape::Csv })
}
