//! What the end-to-end tests in `tests/` share: calling the program, a folder to work in, reading what a run wrote, and exact decimals.
//! Nothing of Tagledger is imported here: the tests see what a user sees, which is arguments, files, output and exit codes.
//! Estates with known truth come from `testkit`, the committed one is `examples/estate`.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "all of this runs inside tests, which may fail anywhere")]

mod browser;
mod decimal;
mod desk;
mod ledger;
mod place;
mod program;
mod run;
mod server;
mod text;

pub use browser::{browser, drive};
pub use decimal::Decimal;
pub use desk::{BILL, Desk, INVENTORY, TAXONOMY};
pub use ledger::{Row, ids, ledger, why, word};
pub use place::{contents, root, shared, skipped};
pub use program::{Call, Done, tagledger};
pub use run::{NOW, records, report, scan, waived};
pub use server::{Server, engines, python, signal};
pub use text::{columns, is_invisible};
