//! What kind of bill a file is, by its header alone.

use crate::billing::Clouds;
use crate::columns::Columns;
use crate::deliveries;
use crate::focus::Measure;
use crate::{csv_bill, parquet_bill};
use std::path::Path;

/// The form of a bill: `FOCUS`, or the name of a cloud's own. None for a file that is no bill, and for one that cannot be read.
pub fn form_of(path: &Path, clouds: &Clouds) -> Option<&'static str> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    if !deliveries::is_data(&name) {
        return None;
    }
    // The Parquet library panics on some damaged files.
    let read = std::panic::AssertUnwindSafe(|| {
        if name.ends_with(".parquet") {
            return parquet_bill::Opened::new(path, &clouds.mappings).ok().map(|file| of(&file.columns));
        }
        csv_bill::header(path).ok().map(|header| of(&Columns::of(header, path, &clouds.mappings)))
    });
    // A thread of this name is one whose panics nobody hears of.
    std::thread::scope(|threads| {
        let reader = std::thread::Builder::new().name(crate::READER_THREAD.to_owned()).spawn_scoped(threads, || std::panic::catch_unwind(read).ok());
        reader.ok()?.join().ok().flatten().flatten().flatten()
    })
}

fn of(columns: &Columns) -> Option<&'static str> {
    let is_whole = Measure::ALL.iter().any(|measure| columns.lacks(*measure).is_none());
    is_whole.then(|| columns.mapping().map_or("FOCUS", |mapping| mapping.name))
}
