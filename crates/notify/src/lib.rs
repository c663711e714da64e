//! Who is told of a run, and how: what is new since the night before, dearest first, to each route what it asked for.
//!
//! What the numbers are is decided before (`report::Summary`, findings); which runs are compared is the program's business (`cli`). Here a run becomes
//! one [`News`] for each [`Route`], that becomes the message of its channel, and the message is sent. Secrets are read here, shown nowhere.

mod alarm;
mod channel;
mod clock;
mod email;
mod gather;
mod http;
mod news;
mod persist;
mod route;
mod schema;
mod secret;
mod sign;
mod slack;
mod smtp;
mod teams;
mod words;

pub use alarm::{ALARM_SCHEMA_VERSION, Alarm};
pub use channel::{Message, NotReady, Ready, SendError};
pub use clock::{Clock, SystemClock};
pub use gather::{Gather, Run};
pub use http::{insecure, is_loopback};
pub use news::{Away, Counts, News, SCHEMA_VERSION, Told};
pub use route::{Address, Channel, Filter, Hook, Mail, Patience, Route, Tls, UNATTRIBUTED, Values, When};
pub use schema::json_schema;
pub use secret::{Secret, SecretError, Source};
pub use smtp::{is_mailbox, server};
