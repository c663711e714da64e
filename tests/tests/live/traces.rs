//! What a collector of traces is sent of a scan: over its own protocol, read with its own definitions.

use super::seed::{self, desk, indexes};
use super::server::Server;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// Takes whatever comes, until the test is over.
fn collector() -> (String, Arc<Mutex<Vec<ExportTraceServiceRequest>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let taken: Arc<Mutex<Vec<ExportTraceServiceRequest>>> = Arc::default();
    let keep = Arc::clone(&taken);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream);
            loop {
                let (mut line, mut length) = (String::new(), 0);
                let Ok(1..) = reader.read_line(&mut line) else { break };
                assert!(line.starts_with("POST /v1/traces "), "{line}");
                loop {
                    let mut header = String::new();
                    reader.read_line(&mut header).unwrap();
                    if header.trim().is_empty() {
                        break;
                    }
                    let header = header.to_ascii_lowercase();
                    length = header.strip_prefix("content-length:").map_or(length, |text| text.trim().parse().unwrap());
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                keep.lock().unwrap().push(ExportTraceServiceRequest::decode(body.as_slice()).unwrap());
                reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n").unwrap();
            }
        }
    });
    (at, taken)
}

fn attributes(span: &Span) -> BTreeMap<&str, String> {
    let text = |value: &Value| match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    span.attributes.iter().map(|one| (one.key.as_str(), one.value.as_ref().and_then(|value| value.value.as_ref()).map(text).unwrap_or_default())).collect()
}

#[test]
fn a_scan_is_one_trace_with_a_span_for_each_job() {
    let desk = desk();
    let faults = json!({"deny": ["GetResources@eu-west-1"]});
    let Some(server) = Server::of(&seed::account(&indexes(), &faults)) else { return };
    let (at, taken) = collector();
    let done = server.scan(&desk, "--format none --log-format json").env("OTEL_EXPORTER_OTLP_ENDPOINT", &at).done();
    assert!(matches!(done.code, 1 | 3), "{}", done.err);
    let taken = taken.lock().unwrap();
    let resources: Vec<_> = taken.iter().flat_map(|request| &request.resource_spans).collect();
    let named = |name: &str, value: &str| {
        let is = |v: &Value| matches!(v, Value::StringValue(text) if text == value);
        resources.iter().all(|one| {
            one.resource.iter().flat_map(|r| &r.attributes).any(|a| a.key == name && a.value.as_ref().and_then(|v| v.value.as_ref()).is_some_and(is))
        })
    };
    assert!(!resources.is_empty() && named("service.name", "tagledger"));
    let spans: Vec<&Span> = resources.iter().flat_map(|one| &one.scope_spans).flat_map(|one| &one.spans).collect();
    let of = |name: &str| spans.iter().filter(|span| span.name == name).copied().collect::<Vec<_>>();
    let [root] = of("scan")[..] else { panic!("one scan") };
    assert!(root.parent_span_id.is_empty() && spans.iter().all(|span| span.trace_id == root.trace_id), "one trace");
    for phase in ["asking clouds", "judging", "writing reports"] {
        let [span] = of(phase)[..] else { panic!("one span of {phase}") };
        assert_eq!(span.parent_span_id, root.span_id, "{phase}");
        assert!(span.start_time_unix_nano >= root.start_time_unix_nano && span.end_time_unix_nano <= root.end_time_unix_nano, "{phase}");
    }
    let [cloud] = of("cloud")[..] else { panic!("one cloud") };
    assert_eq!(cloud.parent_span_id, of("asking clouds")[0].span_id);
    let jobs = of("job");
    assert!(jobs.len() > 5 && jobs.iter().all(|job| job.parent_span_id == cloud.span_id), "{} jobs", jobs.len());
    // What went wrong is on the span, and what was read.
    let wrong: Vec<_> = jobs.iter().map(|job| attributes(job)).filter(|a| a.contains_key("error")).collect();
    assert!(wrong.iter().any(|a| a["error"].contains("tag:GetResources") && a["region"] == "eu-west-1"), "{wrong:?}");
    assert!(jobs.iter().any(|job| attributes(job).get("resources").is_some_and(|count| count != "0")));
}

#[test]
fn nobody_there_to_take_traces_is_said_and_changes_nothing() {
    let desk = desk();
    let Some(server) = Server::of(&seed::account(&indexes(), &json!({}))) else { return };
    let done = server.scan(&desk, "--format none").env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9").exits(1);
    assert!(done.err.contains("warning: not every trace was sent"), "{}", done.err);
    let done = server.scan(&desk, "--format none").env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9").env("OTEL_SDK_DISABLED", "true").exits(1);
    assert!(!done.err.contains("trace"), "{}", done.err);
}
