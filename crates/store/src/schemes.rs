//! Which object store an address means, and which of the environment's variables speak to it.

use crate::passes::{Finder, Passes, Provider, Secret};
use object_store::aws::{AmazonS3Builder, AwsCredential};
use object_store::azure::{AzureCredential, MicrosoftAzureBuilder};
use object_store::gcp::{GcpCredential, GoogleCloudStorageBuilder};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreScheme};
use std::path::PathBuf;
use tokio::runtime::Runtime;
use url::Url;

/// One sort of store.
struct Scheme {
    names: &'static [&'static str],
    /// How the variables begin that configure it: credentials, region, endpoint.
    prefix: &'static str,
    /// Those of them that are a secret of the store itself: where one is set, nobody else's credentials are asked for.
    secrets: &'static [&'static str],
    /// The same, where the environment names the place of the store as well.
    secrets_of_a_place: &'static [&'static str],
    /// Those that say, where they are true, that another way in is meant.
    flags: &'static [&'static str],
    /// Whether a token is sent that whoever reads it could use.
    has_tokens: bool,
}

const SCHEMES: &[Scheme] = &[
    Scheme {
        names: &["s3", "s3a"],
        prefix: "AWS_",
        secrets: &[],
        // Keys beside an endpoint are that store's; without one they are the collectors' as well, or give way to the profile that was named.
        secrets_of_a_place: &["aws_access_key_id", "aws_web_identity_token_file"],
        flags: &["aws_skip_signature"],
        has_tokens: false,
    },
    Scheme {
        names: &["az", "abfs", "abfss", "azure"],
        prefix: "AZURE_",
        secrets: &[
            "azure_storage_account_key",
            "azure_storage_access_key",
            "azure_storage_master_key",
            "azure_storage_sas_key",
            "azure_storage_sas_token",
            "azure_storage_token",
            "azure_storage_client_secret",
            "azure_msi_resource_id",
            "azure_object_id",
            "azure_fabric_token_service_url",
        ],
        secrets_of_a_place: &[],
        flags: &["azure_storage_use_emulator", "azure_use_azure_cli", "azure_skip_signature"],
        has_tokens: true,
    },
    Scheme {
        names: &["gs"],
        prefix: "GOOGLE_",
        secrets: &["google_service_account", "google_service_account_path", "google_service_account_key"],
        secrets_of_a_place: &[],
        flags: &["google_skip_signature"],
        has_tokens: true,
    },
];

impl Scheme {
    /// Whether the environment has a secret of the store's own.
    fn has_own(&self, options: &[(String, String)]) -> bool {
        let value = |wanted: &&&str| options.iter().find(|(name, value)| name == **wanted && !value.trim().is_empty()).map(|(_, value)| value.trim());
        let is_true = |value: &str| ["true", "1", "yes", "on", "y"].contains(&value.to_lowercase().as_str());
        let has_place = options.iter().any(|(name, value)| PLACES.contains(&name.as_str()) && !value.trim().is_empty());
        let secrets = self.secrets.iter().chain(if has_place { self.secrets_of_a_place } else { &[] });
        secrets.into_iter().any(|name| value(&name).is_some()) || self.flags.iter().any(|name| value(&name).is_some_and(is_true))
    }
}

/// What says where a store is asked whose credentials may say so as well.
const PLACES: &[&str] = &["aws_endpoint", "aws_endpoint_url", "aws_endpoint_url_s3"];

/// Whether a variable says where a store is asked.
fn is_where(name: &str) -> bool {
    ["endpoint", "base_url", "account_name"].iter().any(|word| name.contains(word))
}

/// A store, and where in it something is.
pub(crate) struct Place {
    pub store: Box<dyn ObjectStore>,
    pub key: Key,
    /// The address without the key.
    pub bucket: String,
    /// What tells the store from one that is called the same: where it is asked.
    pub identity: String,
}

/// The store at an address, `s3://bucket/path`, `az://container/path` or `gs://bucket/path`, with a secret of the environment that is the store's own, else with what
/// `finder` finds. The error says what is wrong with it; `purpose` is what it is for.
pub(crate) fn address(at: &str, purpose: &str, finder: Finder<'_>, runtime: &Runtime) -> Result<Place, String> {
    let scheme = at.split_once("://").map_or("", |(scheme, _)| scheme);
    let Some(known) = SCHEMES.iter().find(|known| known.names.contains(&scheme)) else {
        return Err(format!("`{}://` is no place for {purpose}; name a folder, or s3://, az:// or gs:// with a bucket", scheme.escape_debug()));
    };
    let url = Url::parse(at).map_err(|e| format!("is no address: {e}"))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("holds `?` or `#`, which would end the path; write %3F and %23 for them".to_owned());
    }
    let mut options: Vec<(String, String)> =
        std::env::vars().filter(|(name, _)| name.starts_with(known.prefix)).map(|(name, value)| (name.to_lowercase(), value)).collect();
    options.sort();
    let mut passes = if known.has_own(&options) { None } else { finder(scheme) }.map(|passes| runtime.block_on(passes)).transpose()?;
    // Where the credentials say as well where the store is, a variable comes before that.
    if let Some(endpoint) =
        passes.as_mut().and_then(|passes| passes.endpoint.take()).filter(|_| !options.iter().any(|(name, _)| PLACES.contains(&name.as_str())))
    {
        options.push(("endpoint".to_owned(), endpoint));
    }
    let asked: Vec<&str> = options.iter().filter(|(name, _)| is_where(name)).map(|(_, value)| value.as_str()).collect();
    let bucket = url[..url::Position::BeforePath].to_owned();
    let identity = format!("{bucket} {}", asked.join(" "));
    // A store of one's own, or one that tests start, need not be behind TLS: its address says so.
    if let Some(plain) = asked.iter().find(|value| value.starts_with("http://")).map(|value| (*value).to_owned()) {
        let host = Url::parse(&plain).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let is_here = host == "localhost" || host.starts_with("127.") || host == "[::1]";
        if known.has_tokens && passes.is_some() && !is_here {
            return Err(format!(
                "cannot be asked at {plain}: a token would be sent where others can read it; name an https:// address, or a secret of the store's own"
            ));
        }
        options.push(("allow_http".to_owned(), "true".to_owned()));
    }
    let (store, key) = opened(&url, options, passes).map_err(|e| format!("cannot be opened: {}", said(&e)))?;
    Ok(Place { store, key, bucket, identity })
}

fn opened(url: &Url, mut options: Vec<(String, String)>, passes: Option<Passes>) -> object_store::Result<(Box<dyn ObjectStore>, Key)> {
    let Some(mut passes) = passes else { return object_store::parse_url_opts(url, options) };
    // A variable comes before the Region that goes with the credentials.
    if let Some(region) =
        passes.region.take().filter(|_| !options.iter().any(|(name, value)| ["aws_region", "aws_default_region"].contains(&name.as_str()) && !value.is_empty()))
    {
        options.push(("region".to_owned(), region));
    }
    let (scheme, path) = ObjectStoreScheme::parse(url)?;
    let key = Key::parse(path)?;
    // As the crate itself does it: what is no option of this store is passed over.
    macro_rules! with_options {
        ($builder:ty) => {
            options.iter().fold(<$builder>::new().with_url(url.as_str()), |builder, (name, value)| match name.parse() {
                Ok(option) => builder.with_config(option, value),
                Err(_) => builder,
            })
        };
    }
    let store: Box<dyn ObjectStore> = match scheme {
        ObjectStoreScheme::AmazonS3 => Box::new(with_options!(AmazonS3Builder).with_credentials(Provider::new(passes, keys)).build()?),
        ObjectStoreScheme::MicrosoftAzure => Box::new(with_options!(MicrosoftAzureBuilder).with_credentials(Provider::new(passes, azure_token)).build()?),
        ObjectStoreScheme::GoogleCloudStorage => {
            Box::new(with_options!(GoogleCloudStorageBuilder).with_credentials(Provider::new(passes, google_token)).build()?)
        }
        _ => return object_store::parse_url_opts(url, options),
    };
    Ok((store, key))
}

fn keys(secret: Secret) -> Option<AwsCredential> {
    let Secret::Keys { id, secret, session } = secret else { return None };
    Some(AwsCredential { key_id: id, secret_key: secret, token: session })
}

fn azure_token(secret: Secret) -> Option<AzureCredential> {
    if let Secret::Bearer(token) = secret { Some(AzureCredential::BearerToken(token)) } else { None }
}

fn google_token(secret: Secret) -> Option<GcpCredential> {
    if let Secret::Bearer(bearer) = secret { Some(GcpCredential { bearer }) } else { None }
}

/// The store at an address or in a folder, and where in it the history is. The error says what is wrong with it.
pub(crate) fn history(at: &str, finder: Finder<'_>, runtime: &Runtime) -> Result<(Box<dyn ObjectStore>, Key), String> {
    if !at.contains("://") {
        return folder(at);
    }
    address(at, "a history", finder, runtime).map(|place| (place.store, place.key))
}

/// Why a store did not do what it was asked, as far as it matters to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Missing,
    Denied,
    Changed,
    Other,
}

impl Why {
    /// Lists that were refused are told from others by nothing but their text.
    pub fn of(error: &object_store::Error) -> Self {
        let answered = |status: &str| said(error).contains(&format!("status code: {status} "));
        match error {
            object_store::Error::NotFound { .. } => Self::Missing,
            object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => Self::Denied,
            object_store::Error::Precondition { .. } => Self::Changed,
            _ if answered("404") => Self::Missing,
            _ if answered("403") || answered("401") => Self::Denied,
            _ => Self::Other,
        }
    }
}

/// An error of an object store with what lies beneath it, in one line.
pub(crate) fn said(error: &object_store::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    text.replace('\n', " ")
}

fn folder(at: &str) -> Result<(Box<dyn ObjectStore>, Key), String> {
    let whole = std::path::absolute(at).map(plain).map_err(|e| format!("is no folder: {e}"))?;
    if whole.exists() && !whole.is_dir() {
        return Err("is a file; name a folder for the history".to_owned());
    }
    let root = Key::from_absolute_path(&whole).map_err(|e| format!("cannot be a folder for a history: {e}"))?;
    // Folders of days whose runs are gone go with them.
    Ok((Box::new(LocalFileSystem::new().with_automatic_cleanup(true)), root))
}

/// A path without `..`; what is there already is taken as the system takes it, links and all.
fn plain(path: PathBuf) -> PathBuf {
    let mut rest = Vec::new();
    let mut there = path.clone();
    while !there.exists() {
        match (there.components().next_back(), there.parent()) {
            (Some(part), Some(parent)) => {
                rest.push(part.as_os_str().to_owned());
                there = parent.into();
            }
            _ => return path,
        }
    }
    let mut plain = there.canonicalize().unwrap_or(there);
    for part in rest.iter().rev() {
        if part == ".." {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}
