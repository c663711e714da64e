//! Judges that are none of ours: Prism with Google's API descriptions, and what the role allows.

use super::estate::{ORGANIZATION, desk, is_asked, plain, whole};
use super::server::Server;
use super::truth::{difference, expected};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tagledger_tests::skipped;

fn has_node() -> bool {
    let has = std::env::var_os("TAGLEDGER_TEST_NODE").is_some();
    if !has {
        skipped("TAGLEDGER_TEST_NODE names no folder with Node packages; `cargo xtask test` makes one");
    }
    has
}

#[test]
fn prism_finds_nothing_wrong_on_either_side() {
    if !has_node() {
        return;
    }
    let mut estate = whole();
    estate["prism"] = json!(true);
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").exits(1);
    let world = server.get("/-/world");
    assert_eq!(difference(&desk.report("run"), &expected(&world, false, is_asked)), (Vec::new(), Vec::new()));
    assert!(server.calls().iter().filter(|call| call["operation"] != "Token").all(|call| call["via"] == "prism"));
    // Google's own client is judged with ours.
    let witness = server.witness(ORGANIZATION);
    assert!(witness["found"].as_u64().unwrap() > 100, "{witness:#}");
    // So are refusals.
    let mut estate =
        plain(&json!({"deny": ["*@organizations/*"], "throttle": {"SearchAllResources@folders/100": {"times": 1, "status": 429, "retry_info": "1s"}}}));
    estate["prism"] = json!(true);
    let desk = super::estate::desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
    assert_eq!(server.count("SearchAllResources", 429), 1);
}

/// The role as the program prints it.
fn allowed(desk: &tagledger_tests::Desk) -> BTreeSet<String> {
    let role = desk.call("permissions gcp role").exits(0).out;
    role.lines().filter_map(|line| line.strip_prefix("- ")).map(str::to_owned).collect()
}

#[test]
fn the_calls_that_are_made_are_those_that_the_role_lists() {
    let desk = desk();
    // A refusal and a project that is gone make it ask everything that it can ask.
    let Some(server) = Server::of(&plain(&json!({"deny": ["*@organizations/*", "*@folders/*"], "deleted": {"two": 8}}))) else { return };
    server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
    let needs = |operation: &str| match operation {
        "SearchAllResources" => "cloudasset.assets.searchAllResources",
        "ListAssets" => "cloudasset.assets.listResource",
        "SearchOrganizations" | "GetOrganization" => "resourcemanager.organizations.get",
        "SearchFolders" | "GetFolder" => "resourcemanager.folders.get",
        "SearchProjects" | "GetProject" => "resourcemanager.projects.get",
        other => panic!("{other} is called"),
    };
    let made = server
        .calls()
        .iter()
        .filter_map(|call| call["operation"].as_str().filter(|name| *name != "Token").map(needs))
        .map(str::to_owned)
        .collect::<BTreeSet<_>>();
    assert_eq!(made, allowed(&desk));
    let binding = desk.call("permissions gcp binding").exits(0).out;
    assert!(binding.contains("gcloud iam roles create tagledger") && binding.contains("add-iam-policy-binding"), "{binding}");
}

#[test]
fn gcloud_reads_the_same_where_it_is_installed() {
    if std::process::Command::new("gcloud").arg("--version").output().is_err() {
        return skipped("gcloud is not installed");
    }
    let Some(server) = Server::of(&whole()) else { return };
    let mut gcloud = std::process::Command::new("gcloud");
    gcloud.args(["asset", "search-all-resources", &format!("--scope={ORGANIZATION}"), "--format=json"]);
    gcloud.env("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDASSET", format!("{}/", server.url)).env("CLOUDSDK_AUTH_ACCESS_TOKEN", token(&server));
    let output = gcloud.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(Some(rows.len() as u64), server.witness(ORGANIZATION)["found"].as_u64());
}

/// A token of the machine's own.
fn token(server: &Server) -> String {
    let path = "/computeMetadata/v1/instance/service-accounts/default/token";
    let mut stream = std::net::TcpStream::connect(server.direct().trim_start_matches("http://")).unwrap();
    std::io::Write::write_all(&mut stream, format!("GET {path} HTTP/1.1\r\nHost: x\r\nMetadata-Flavor: Google\r\nConnection: close\r\n\r\n").as_bytes())
        .unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut stream, &mut text).unwrap();
    serde_json::from_str::<Value>(text.split_once("\r\n\r\n").unwrap().1).unwrap()["access_token"].as_str().unwrap().to_owned()
}
