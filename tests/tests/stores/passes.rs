//! The credentials of the collectors open the object stores of their clouds, without a word of the stores' own.

use super::{Desk, call, laid, on_disk, said, script};
use serde_json::{Value, json};
use tagledger_tests::{Call, Server};

fn cost(desk: &Desk, cloud: &str, settings: &Value, bill: &str) -> Call {
    desk.put("tagledger.yaml", json!({"version": 1, "clouds": {cloud: settings}}).to_string());
    call(desk, &format!("cost --format json --bill {bill}")).env("NO_PROXY", "127.0.0.1,localhost")
}

/// What was asked with, each once.
fn used(server: &Server) -> Vec<String> {
    let log = server.get("/-/log");
    let mut all: Vec<String> = log.as_array().unwrap().iter().map(|line| format!("{} {}", line[3].as_str().unwrap(), line[4].as_str().unwrap())).collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn a_profile_reads_s3_in_its_own_region() {
    let desk = laid();
    let store = desk.path("store");
    let Some(server) = Server::script("objects.py", &[store.to_str().unwrap()], "") else { return };
    let keys = "[profile finops]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = s\nregion = eu-north-1\n";
    let config = desk.put("aws-config", keys);
    let asked = |settings: Value| {
        let call = cost(&desk, "aws", &settings, "s3://finops/exports/cur").env("AWS_ENDPOINT_URL", server.url()).env("AWS_CONFIG_FILE", &config);
        call.env("AWS_SHARED_CREDENTIALS_FILE", "none").env("AWS_EC2_METADATA_DISABLED", "true")
    };
    assert_eq!(said(&asked(json!({"profile": "finops"})).exits(0).out), on_disk(&desk, "exports/cur"));
    let used_of = used(&server);
    let is_profiles = |word: &String| word.starts_with("AWS4-HMAC-SHA256 Credential=AKIDPROFILE/") && word.contains("/eu-north-1/s3/aws4_request");
    assert!(!used_of.is_empty() && used_of.iter().all(is_profiles), "{used_of:?}");
    // A profile of the environment, as for any program of AWS.
    assert_eq!(said(&asked(json!({})).env("AWS_PROFILE", "finops").exits(0).out), on_disk(&desk, "exports/cur"));
    assert!(used(&server).iter().all(is_profiles));
    let done = asked(json!({})).exits(2);
    assert!(done.err.contains("s3://finops/exports/cur") && done.err.contains("no credentials for S3"), "{}", done.err);
    // A profile may say where the store is; what the environment names is meant where it has keys beside it.
    server.get("/-/forget");
    let elsewhere = desk.put("aws-elsewhere", format!("{keys}endpoint_url = {}\n", server.url()));
    let call = asked(json!({"profile": "finops"})).env("AWS_CONFIG_FILE", elsewhere).without("AWS_ENDPOINT_URL");
    assert_eq!(said(&call.exits(0).out), on_disk(&desk, "exports/cur"));
    assert!(!used(&server).is_empty() && used(&server).iter().all(is_profiles));
    server.get("/-/forget");
    let call = asked(json!({"profile": "finops"})).env("AWS_ACCESS_KEY_ID", "AKIDOWN").env("AWS_SECRET_ACCESS_KEY", "o").env("AWS_REGION", "eu-west-1");
    assert_eq!(said(&call.exits(0).out), on_disk(&desk, "exports/cur"));
    assert!(used(&server).iter().all(|word| word.contains("Credential=AKIDOWN/") && word.contains("/eu-west-1/")), "{:?}", used(&server));
}

#[test]
fn an_impersonated_account_reads_cloud_storage() {
    let desk = laid();
    let store = desk.path("store");
    let Some(server) = Server::script("objects.py", &[store.to_str().unwrap()], "") else { return };
    let account = "tagledger@finops.iam.gserviceaccount.com";
    let seed = json!({
        "organizations": [], "folders": [], "projects": [], "assets": [], "impersonable": [account],
        "authorized_users": [{"client_id": "client", "client_secret": "secret", "refresh_token": "refresh"}],
    });
    let giver = Server::script("gcp", &[], &seed.to_string()).unwrap();
    let user = json!({"type": "authorized_user", "client_id": "client", "client_secret": "secret", "refresh_token": "refresh", "token_uri": format!("{}/token", giver.url())});
    let url = format!("{}/v1/projects/-/serviceAccounts/{account}:generateAccessToken", giver.url());
    let impersonated = json!({"type": "impersonated_service_account", "source_credentials": user, "service_account_impersonation_url": url});
    let file = desk.put("credentials.json", impersonated.to_string());
    let asked = || {
        let call = cost(&desk, "gcp", &json!({}), "gs://finops/exports/cur").env("GOOGLE_BASE_URL", server.url());
        call.env("GOOGLE_APPLICATION_CREDENTIALS", &file).env("GCE_METADATA_HOST", "127.0.0.1:9")
    };
    assert_eq!(said(&asked().exits(0).out), on_disk(&desk, "exports/cur"));
    let tokens = used(&server);
    assert!(tokens.len() == 1 && tokens[0].starts_with("Bearer ") && tokens[0].len() > 20, "one token for all objects: {tokens:?}");
    // Nobody's token goes over the network where it can be read.
    let done = asked().env("GOOGLE_BASE_URL", "http://storage.example").exits(2);
    assert!(done.err.contains("http://storage.example: a token would be sent where others can read it"), "{}", done.err);
    // A variable of somebody else's program is no secret of the store.
    assert_eq!(said(&asked().env("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT", account).exits(0).out), on_disk(&desk, "exports/cur"));
    desk.put("credentials.json", json!({"type": "horoscope"}).to_string());
    let done = asked().exits(2);
    assert!(done.err.contains("gs://finops/exports/cur") && done.err.contains("horoscope"), "{}", done.err);
}

#[test]
fn a_client_of_entra_reads_blob_storage() {
    const TENANT: &str = "7b1c9a52-3d0e-4c7f-9e55-0c2f6a1d8e40";
    const CLIENT: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
    const KEY: &str = "dGVzdGVyJ3MgcHJpdmF0ZSBrZXksIG9mIG5vIHVzZSBhbnl3aGVyZSBlbHNl";
    let seed = json!({
        "tenant": TENANT, "clients": [{"id": CLIENT, "secret": "s"}], "management_groups": [{"id": TENANT, "name": "Root", "parent": null}],
        "subscriptions": [], "groups": [], "resources": [],
    });
    let Some(entra) = Server::script("azure", &[], &seed.to_string()) else { return };
    let ports = entra.get("/-/ports");
    let authority = ports["ca"].as_str().unwrap().to_owned();
    let beside = |name: &str| std::path::Path::new(&authority).with_file_name(name).display().to_string();
    // Microsoft's emulator takes tokens by https only, and looks at whose they are, for whom and until when.
    let secure = ["--oauth", "basic", "--cert", &beside("server.pem"), "--key", &beside("server.key")];
    let Some(azurite) = Server::azurite_with("tester", KEY, &secure) else { return };
    let desk = laid();
    let url = azurite.url().replace("http://", "https://");
    if script("seed_blobs.py", &[&url, "tester", KEY, desk.path("store/finops").to_str().unwrap(), "finops"], &[("SSL_CERT_FILE", &authority)]).is_none() {
        return;
    }
    let login = format!("https://127.0.0.1:{}", ports["https"]);
    let settings = json!({"tenant": TENANT, "authority": login, "resource_manager": login});
    let asked = |secret: &str| {
        let call = cost(&desk, "azure", &settings, "az://finops/exports/cur/").env("AZURE_STORAGE_ENDPOINT", format!("{url}/tester"));
        call.env("AZURE_STORAGE_ACCOUNT_NAME", "tester").env("SSL_CERT_FILE", &authority).env("AZURE_CLIENT_ID", CLIENT).env("AZURE_CLIENT_SECRET", secret)
    };
    assert_eq!(said(&asked("s").exits(0).out), on_disk(&desk, "exports/cur"));
    let done = asked("wrong").exits(2);
    assert!(done.err.contains("az://finops/exports/cur/") && done.err.contains("Invalid client secret"), "{}", done.err);
}
