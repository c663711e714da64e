//! Whose credentials are used, and what is said where there are none.

use super::estate::{CLIENT, SECRET, TENANT, desk, plain};
use super::server::Server;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use tagledger_tests::ids;

#[test]
fn a_federated_token_is_changed_for_one_of_azure() {
    let mut estate = plain(&json!({}));
    estate["federated"] = json!("token-of-the-cluster");
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    let file = desk.put("federated", "token-of-the-cluster");
    let call = server.call(&desk, &json!({}), "").env("AZURE_CLIENT_ID", CLIENT).env("AZURE_FEDERATED_TOKEN_FILE", file);
    call.exits(1);
    assert_eq!(ids(&desk, "run").len(), 504);
}

#[test]
fn a_managed_identity_is_asked_for_where_there_is_one() {
    let desk = desk();
    let Some(server) = Server::of(&plain(&json!({}))) else { return };
    let endpoint = format!("{}/msi/token", server.https);
    let call = server.call(&desk, &json!({"credential": "managed-identity"}), "");
    call.env("IDENTITY_ENDPOINT", endpoint).env("IDENTITY_HEADER", "header").exits(1);
    assert_eq!(ids(&desk, "run").len(), 504);
}

#[test]
fn the_command_line_is_asked_for_a_token() {
    let mut estate = plain(&json!({}));
    estate["cli_token"] = json!("token-of-linda");
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    let script = "#!/bin/sh\necho '{\"accessToken\": \"token-of-linda\", \"expiresOn\": \"2036-01-01 00:00:00.000000\", \"expires_on\": 2082758400, \"tokenType\": \"Bearer\"}'\n";
    let az = desk.put("bin/az", script);
    std::fs::set_permissions(&az, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", az.parent().unwrap().display(), std::env::var("PATH").unwrap());
    server.call(&desk, &json!({"credential": "azure-cli"}), "").env("PATH", path).exits(1);
    assert_eq!(ids(&desk, "run").len(), 504);
}

#[test]
fn credentials_that_are_refused_end_the_scan_with_what_was_said() {
    let desk = desk();
    let Some(server) = Server::of(&plain(&json!({}))) else { return };
    // Somebody set them up: nobody else's are tried.
    let done = server.call(&desk, &json!({}), "").env("AZURE_CLIENT_ID", CLIENT).env("AZURE_CLIENT_SECRET", "wrong").exits(2);
    assert!(done.err.contains("no token by environment") && done.err.contains("AADSTS7000215"), "{}", done.err);
    assert!(!done.err.contains("wrong") && !desk.path("run").exists(), "{}", done.err);
    let done = server.call(&desk, &json!({"credential": "environment"}), "").exits(2);
    assert!(done.err.contains("AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not all set"), "{}", done.err);
    // Not even with them.
    let done =
        server.call(&desk, &json!({"tenant": "00000000-0000-0000-0000-000000000000"}), "").env("AZURE_CLIENT_ID", CLIENT).env("AZURE_CLIENT_SECRET", SECRET);
    assert!(done.exits(2).err.contains("AADSTS"), "{TENANT}");
}
