//! Credentials in one tenant, and the clients made of them.

use super::clouds::Where;
use super::credentials::Credentials;
use super::errors::told;
use super::settings;
use super::wire::Wire;
use azure_core_legacy as legacy;
use azure_mgmt_resourcegraph::package_preview_2023_09 as graph;
use azure_mgmt_resources::package_resources_2021_04 as resources;
use legacy::{ClientOptions, Context, Method, Pipeline, Request, RetryOptions, TransportOptions, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tagledger_collect::{CollectError, Operation, Pace, Settings};
use tagledger_model::Text;

/// How long one answer is waited for: Resource Graph itself gives up after less.
const ATTEMPT: Duration = Duration::from_mins(1);

/// A page of any list of Resource Manager.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<T> {
    pub value: Vec<T>,
    pub next_link: Option<String>,
}

pub(super) struct Session {
    pub graph: graph::Client,
    pub resources: resources::Client,
    endpoint: Url,
    credentials: Arc<Credentials>,
    pipeline: Pipeline,
    pace: Pace,
}

impl Session {
    pub async fn open(settings: &Settings) -> Result<Self, CollectError> {
        let cloud = Where::of(settings)?;
        let credentials = Arc::new(Credentials::find(settings, &cloud).await?);
        let timeout = settings.count(settings::TIMEOUT).map_or(ATTEMPT, |seconds| Duration::from_secs(seconds.into()));
        let wire = Wire::new(cloud.manager.clone(), Arc::clone(&credentials), timeout);
        let wire = wire.map_err(|error| CollectError::Unreachable(format!("no client for {}: {error}", cloud.manager)))?;
        let transport = TransportOptions::new(Arc::new(wire));
        let broken = |error: legacy::Error| CollectError::Broken(error.to_string());
        let scopes = [cloud.scope.as_str()];
        // Patience is the wire's: it alone sees every header by which a service asks to wait.
        let graph = graph::Client::builder(Arc::clone(&credentials) as Arc<dyn legacy::auth::TokenCredential>).endpoint(cloud.manager.clone()).scopes(&scopes);
        let graph = graph.retry(RetryOptions::none()).transport(transport.clone()).build().map_err(broken)?;
        let resources = resources::Client::builder(Arc::clone(&credentials) as Arc<dyn legacy::auth::TokenCredential>);
        let resources = resources.endpoint(cloud.manager.clone()).scopes(&scopes).retry(RetryOptions::none()).transport(transport.clone());
        let resources = resources.build().map_err(broken)?;
        let options = ClientOptions::new(transport).retry(RetryOptions::none());
        let pipeline = Pipeline::new(option_env!("CARGO_PKG_NAME"), option_env!("CARGO_PKG_VERSION"), options, Vec::new(), Vec::new());
        let pace = if settings.text(settings::PACE) == Some(settings::UNPACED) { Pace::unlimited() } else { Pace::default() };
        Ok(Self { graph, resources, endpoint: cloud.manager, credentials, pipeline, pace })
    }

    /// Makes a call when its turn has come, and says what its failure means.
    pub async fn ask<T>(&self, operation: &Operation, subscription: &Text, call: impl Future<Output = legacy::Result<T>>) -> Result<T, CollectError> {
        self.pace.turn(operation, subscription, &Text::const_new("")).await;
        call.await.map_err(|error| told(&error, operation.permission))
    }

    /// A call that no generated client makes as the service answers it today: a path below the endpoint, or the link to a next page.
    pub async fn call<T: DeserializeOwned>(&self, method: Method, link: &str) -> legacy::Result<T> {
        self.call_with(method, link, None).await
    }

    /// The same with a body.
    pub async fn call_with<T: DeserializeOwned>(&self, method: Method, link: &str, body: Option<&serde_json::Value>) -> legacy::Result<T> {
        use legacy::auth::TokenCredential;
        let url = self.endpoint.join(link)?;
        let mut request = Request::new(url, method);
        let token = self.credentials.get_token(&[]).await?;
        request.insert_header(legacy::headers::AUTHORIZATION, format!("Bearer {}", token.token.secret()));
        // Without a length the service refuses a POST that has no body.
        if method == Method::Post && body.is_none() {
            request.insert_header("content-length", "0");
        }
        match body {
            Some(body) => {
                request.insert_header("content-type", "application/json");
                request.set_json(body)?;
            }
            None => request.set_body(legacy::EMPTY_BODY),
        }
        self.pipeline.send(&Context::default(), &mut request).await?.json().await
    }
}
