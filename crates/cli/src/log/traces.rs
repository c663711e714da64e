//! Spans of a scan, sent by OTLP to whoever collects traces: where the environment variables of OpenTelemetry name somebody, and nowhere else.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::trace::{SdkTracerProvider, Tracer};
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

/// Who is sent traces: <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>.
const RECEIVERS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// Traces under way.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Those that the environment asks for; none where it asks for none.
    pub fn wanted() -> Result<Option<Self>, ExporterBuildError> {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_off = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
        if is_off || !RECEIVERS.into_iter().any(is_set) {
            return Ok(None);
        }
        let exporter = SpanExporter::builder().with_http().build()?;
        let mut resource = Resource::builder();
        if !is_set("OTEL_SERVICE_NAME") {
            resource = resource.with_service_name("tagledger");
        }
        Ok(Some(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build())))
    }

    /// What makes spans of ours into theirs.
    pub fn layer<S: Subscriber + for<'s> LookupSpan<'s>>(&self) -> OpenTelemetryLayer<S, Tracer> {
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("tagledger")).with_threads(false).with_location(false)
    }

    /// Sends what was not sent yet; what went wrong, if it did.
    pub fn send(self) -> Option<OTelSdkError> {
        let flushed = self.0.force_flush();
        self.0.shutdown().and(flushed).err()
    }
}
