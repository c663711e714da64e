//! Nights that look at different Regions, into one history.

use super::seed;
use super::server::Server;
use serde_json::{Value, json};

fn history(report: &Value) -> [u64; 4] {
    ["new", "gone", "still", "not_seen"].map(|name| report["history"][name].as_u64().unwrap())
}

#[test]
fn a_region_that_was_not_asked_is_not_seen_and_nothing_in_it_is_gone() {
    let desk = seed::desk();
    let Some(server) = Server::of(&seed::account(&seed::indexes(), &json!({}))) else { return };
    let night = |more: &str| {
        // Each takes the place of the one before; the history stays.
        server.scan(&desk, &format!("--history history {more} -q --format none")).done().ends(&[1, 3]);
        desk.report("run")
    };
    let first = night("");
    let all = first["history"]["first_looked_at"].as_u64().unwrap();
    assert!(all > 0 && history(&first) == [0; 4], "{}", first["history"]);
    let second = night("--region eu-west-1");
    let [new, gone, still, not_seen] = history(&second);
    assert_eq!((new, gone, still + not_seen), (0, 0, all), "{}", second["history"]);
    assert!(still > 0 && not_seen > 0, "{}", second["history"]);
    assert_eq!(history(&night("")), [0, 0, all, 0]);
}
