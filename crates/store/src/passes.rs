//! Credentials from elsewhere, in the forms in which object stores take them.

use object_store::client::CredentialProvider;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// What is ready later, or an error in words.
pub type Later<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// What signs a request.
pub enum Secret {
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

/// Credentials for an object store.
pub struct Passes {
    /// The Region that goes with them.
    pub region: Option<String>,
    /// Where the store is asked that goes with them; none for the cloud's own place.
    pub endpoint: Option<String>,
    /// Gives a secret, and for how long it need not be asked for again.
    pub ask: Box<dyn Fn() -> Later<(Secret, Duration)> + Send + Sync>,
}

/// Finds the credentials for a scheme; none where nobody has any and those of the environment have to do.
pub type Finder<'a> = &'a dyn Fn(&str) -> Option<Later<Passes>>;

/// Nobody's credentials but those of the environment.
pub const NOBODYS: Finder<'static> = &|_| None;

/// Credentials as one store takes them.
pub(crate) struct Provider<C> {
    passes: Passes,
    form: fn(Secret) -> Option<C>,
    held: Mutex<Option<(Arc<C>, Instant)>>,
}

impl<C> Provider<C> {
    pub fn new(passes: Passes, form: fn(Secret) -> Option<C>) -> Arc<Self> {
        Arc::new(Self { passes, form, held: Mutex::new(None) })
    }
}

impl<C> std::fmt::Debug for Provider<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Provider")
    }
}

#[async_trait::async_trait]
impl<C: std::fmt::Debug + Send + Sync> CredentialProvider for Provider<C> {
    type Credential = C;

    async fn get_credential(&self) -> object_store::Result<Arc<C>> {
        let mut held = self.held.lock().await;
        if let Some((credential, _)) = held.as_ref().filter(|(_, until)| *until > Instant::now()) {
            return Ok(Arc::clone(credential));
        }
        let failed = |why: String| object_store::Error::Generic { store: "credentials", source: why.into() };
        let (secret, good_for) = (self.passes.ask)().await.map_err(failed)?;
        let credential = Arc::new((self.form)(secret).ok_or_else(|| failed("they have another form than this store takes".to_owned()))?);
        *held = Instant::now().checked_add(good_for).map(|until| (Arc::clone(&credential), until));
        Ok(credential)
    }
}
