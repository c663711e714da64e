//! How a cloud's own object store is opened: with the credentials of its collectors.

use crate::live::Asked;
use crate::settings::Settings;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

/// An object store that a cloud has, as data.
pub struct StoreAccess {
    /// How its addresses begin, without `://`.
    pub schemes: &'static [&'static str],
    /// Finds the credentials by which collectors with these settings ask. Nothing of the store is asked for that.
    pub open: fn(&Settings) -> Asked<'static, Arc<dyn StorePasses>>,
}

impl Debug for StoreAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreAccess").field("schemes", &self.schemes).finish_non_exhaustive()
    }
}

/// Credentials that requests to an object store are signed with.
pub trait StorePasses: Send + Sync {
    /// The Region that goes with them, where they name one.
    fn region(&self) -> Option<String> {
        None
    }
    /// Where the store is asked that goes with them, where they name another place than the cloud's own.
    fn endpoint(&self) -> Option<String> {
        None
    }
    /// What signs the next request. May be asked for each of them.
    fn pass(&self) -> Asked<'_, StorePass>;
}

/// What signs a request.
pub struct StorePass {
    /// The secret itself.
    pub secret: StoreSecret,
    /// For how long it need not be asked for again; zero where whoever gives it keeps it.
    pub good_for: Duration,
}

/// A secret, by its form.
pub enum StoreSecret {
    /// A key pair, with the token of a session.
    Keys {
        /// The public half.
        id: String,
        /// The secret half.
        secret: String,
        /// The token of a session that ends.
        session: Option<String>,
    },
    /// A bearer token.
    Bearer(String),
}
