//! Whose token it is: each sort of credentials, against the server that gives tokens out.

use super::estate::{desk, plain};
use super::server::Server;
use serde_json::{Value, json};
use std::process::Command;
use tagledger_tests::{Desk, ids};

const EMAIL: &str = "tagledger@quota-project.iam.gserviceaccount.com";

/// A key of a service account, made for this test alone: its private and its public half.
fn key(desk: &Desk) -> (String, String) {
    let (private, public) = (desk.path("private.pem"), desk.path("public.pem"));
    let run = |arguments: &[&str]| assert!(Command::new("openssl").args(arguments).stderr(std::process::Stdio::null()).status().unwrap().success());
    run(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private.to_str().unwrap()]);
    run(&["pkey", "-in", private.to_str().unwrap(), "-pubout", "-out", public.to_str().unwrap()]);
    (std::fs::read_to_string(private).unwrap(), std::fs::read_to_string(public).unwrap())
}

fn service_account(private: &str) -> Value {
    json!({
        "type": "service_account", "project_id": "quota-project", "private_key_id": "k1", "private_key": private, "client_email": EMAIL, "client_id": "1",
        "universe_domain": "googleapis.com",
    })
}

/// A scan with a file of credentials.
fn scanned(server: &Server, desk: &Desk, credentials: &Value, settings: &Value) -> tagledger_tests::Done {
    desk.put("credentials.json", credentials.to_string());
    let call = server.call(desk, settings, "").env("GOOGLE_APPLICATION_CREDENTIALS", desk.path("credentials.json").display().to_string());
    call.env("GCE_METADATA_HOST", "127.0.0.1:9").done()
}

#[test]
fn every_sort_of_credentials_reads_the_same() {
    let keys = desk();
    let (private, public) = key(&keys);
    let mut estate = plain(&json!({}));
    estate["service_accounts"] = json!([{"email": EMAIL, "public_key": public, "key_id": "k1"}]);
    estate["authorized_users"] = json!([{"client_id": "client", "client_secret": "secret", "refresh_token": "refresh"}]);
    estate["federated"] = json!("an-assertion");
    estate["impersonable"] = json!([EMAIL]);
    let Some(server) = Server::of(&estate) else { return };
    let direct = server.direct();
    let user = json!({"type": "authorized_user", "client_id": "client", "client_secret": "secret", "refresh_token": "refresh", "token_uri": format!("{direct}/token")});
    let impersonated = json!({
        "type": "impersonated_service_account", "source_credentials": user,
        "service_account_impersonation_url": format!("{direct}/v1/projects/-/serviceAccounts/{EMAIL}:generateAccessToken"),
    });
    let federated = |desk: &Desk| {
        desk.put("assertion", "an-assertion");
        json!({
            "type": "external_account", "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": format!("{direct}/v1/token"),
            "credential_source": {"file": desk.path("assertion")},
        })
    };
    for sort in ["service account", "user", "impersonation", "federation"] {
        let desk = desk();
        let credentials = match sort {
            "service account" => service_account(&private),
            "user" => user.clone(),
            "impersonation" => impersonated.clone(),
            _ => federated(&desk),
        };
        let done = scanned(&server, &desk, &credentials, &json!({}));
        let done = done.ends(&[1, 3]);
        assert_eq!(ids(&desk, "run").len(), 502, "{sort}: {}", done.err);
    }
}

#[test]
fn the_quota_project_is_named_in_every_call() {
    let mut estate = plain(&json!({}));
    estate["quota_project"] = json!("quota-project");
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({"quota_project": "quota-project"}), "").done().ends(&[1, 3]);
    assert_eq!(ids(&desk, "run").len(), 502);
    let calls = server.calls();
    assert!(calls.iter().filter(|call| call["operation"] != "Token").all(|call| call["user_project"] == "quota-project"), "{calls:?}");
    // Without it the service says what is missing.
    let none = super::estate::desk();
    server.scan(&none, &json!({}), "").done().ends(&[0, 1, 3]);
    let report = none.report("run");
    assert!(super::by_scope(&report, super::PROJECTS)["projects"].why.contains("serviceusage.services.use on the quota project"), "{:#}", report["coverage"]);
}

#[test]
fn refused_and_missing_credentials_end_with_what_to_do() {
    let desk = desk();
    let mut estate = plain(&json!({}));
    estate["authorized_users"] = json!([]);
    let Some(server) = Server::of(&estate) else { return };
    let user =
        json!({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r", "token_uri": format!("{}/token", server.direct())});
    let done = scanned(&server, &desk, &user, &json!({}));
    let done = done.ends(&[2, 3, 4]);
    assert!(done.err.contains("no credentials") && done.err.contains("gcloud auth application-default login"), "{}", done.err);
    let done = scanned(&server, &desk, &json!({"type": "horoscope"}), &json!({}));
    let done = done.ends(&[2, 3, 4]);
    assert!(done.err.contains("no credentials") && done.err.contains("horoscope"), "{}", done.err);
    let done = server.call(&desk, &json!({}), "").env("GCE_METADATA_HOST", "127.0.0.1:9").done();
    let done = done.ends(&[2, 3, 4]);
    assert!(done.err.contains("GOOGLE_APPLICATION_CREDENTIALS"), "{}", done.err);
    assert!(!desk.path("run").exists());
}

#[test]
fn a_key_on_a_machine_whose_clock_is_wrong_is_refused_with_the_reason() {
    let desk = desk();
    let (private, public) = key(&desk);
    let mut estate = plain(&json!({}));
    estate["service_accounts"] = json!([{"email": EMAIL, "public_key": public, "key_id": "k1"}]);
    estate["clock_offset"] = json!(7200);
    let Some(server) = Server::of(&estate) else { return };
    let done = scanned(&server, &desk, &service_account(&private), &json!({}));
    let done = done.ends(&[2, 3, 4]);
    assert!(done.err.contains("clock is 120 minutes behind the service's"), "{}", done.err);
}
