//! A whole organisation: what is found in it is exactly what is wrong with it.

use super::estate::{ASKED, ORGANIZATION, bound_desk, desk, is_asked, plain, whole};
use super::server::Server;
use super::truth::{difference, expected, undetermined};
use super::{LIST, PROJECTS, SEARCH, by_scope};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tagledger_tests::{ids, why};

#[test]
fn all_that_is_wrong_in_an_organisation_is_found_and_nothing_else() {
    let Some(server) = Server::of(&whole()) else { return };
    let world = server.get("/-/world");
    for (desk, bound) in [(desk(), false), (bound_desk(), true)] {
        let done = server.scan(&desk, &json!({}), "").exits(1);
        let report = desk.report("run");
        assert_eq!(difference(&report, &expected(&world, bound, is_asked)), (Vec::new(), Vec::new()), "missed, and false alarms\n{}", done.err);
        // Whether the novelty can be labelled stays open, since when the databases are stopped, and whether what says nothing that is known belongs in its project, or a project where it lies.
        let open = undetermined(&report);
        assert!(
            open.iter().all(|one| one.contains("stage-") || one.contains("/gadgets/") || (one.contains("stopped-too-long") && one.contains("/instances/db"))),
            "{open:?}"
        );
        let rows = by_scope(&report, SEARCH);
        let asked: BTreeSet<&str> = ASKED.iter().map(|(id, _)| *id).chain(["alone", ORGANIZATION]).collect();
        assert_eq!(rows.keys().map(String::as_str).collect::<BTreeSet<_>>(), asked);
        assert!(rows.values().chain(by_scope(&report, LIST).values()).all(|row| row.outcome == "complete"), "{rows:?}");
        assert_eq!(by_scope(&report, PROJECTS)["left"].why, "the project is DELETE_REQUESTED");
        assert!(!why(&report).contains("incomplete"), "{}", why(&report));
        // The projects and what lies in them, and what lies in the organisation itself.
        let all: BTreeSet<String> = ["projects", "assets"]
            .iter()
            .flat_map(|list| world[*list].as_array().unwrap().iter().filter(|thing| is_asked(thing) || thing["parent"] == ORGANIZATION).map(super::truth::id))
            .collect();
        let seen: BTreeSet<String> = ids(&desk, "run").into_iter().map(|id| id.to_lowercase()).collect();
        assert_eq!(seen.symmetric_difference(&all).collect::<Vec<_>>(), Vec::<&String>::new());

        // Google's own clients read the same.
        let witness = server.witness(ORGANIZATION);
        for (id, _) in ASKED {
            assert_eq!(witness["by_project"][id].as_u64(), Some(rows[id].count), "{id}: {witness:#}");
        }
    }
}

#[test]
fn only_what_is_wanted_is_asked() {
    let desk = desk();
    let Some(server) = Server::of(&whole()) else { return };
    let asked = |settings: Value| -> BTreeSet<String> {
        server.scan(&desk, &settings, "").done().ends(&[1, 3]);
        let asked = by_scope(&desk.report("run"), SEARCH).into_keys().collect();
        std::fs::remove_dir_all(desk.path("run")).unwrap();
        asked
    };
    let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(asked(json!({"folders": ["200"]})), set(&["folders/200", "hollow", "sandbox", "shop-test"]));
    assert_eq!(asked(json!({"folders": ["210", "200"], "skip_projects": ["hollow"]})), set(&["folders/200", "sandbox", "shop-test"]));
    assert_eq!(asked(json!({"projects": ["alone", "shop-prod"]})), set(&["alone", "shop-prod"]));
    assert_eq!(asked(json!({"organizations": ["123456789012"], "projects": ["shop-prod"]})).len(), 6, "what is in the organisation is asked with it");
    // What nobody can see is asked all the same, and says so; what is left out is left out whether or not it can be seen.
    server.scan(&desk, &json!({"projects": ["nowhere", "alone"], "skip_projects": ["unseen"]}), "").done().ends(&[1, 3]);
    let report = desk.report("run");
    let row = &by_scope(&report, SEARCH)["nowhere"];
    assert_eq!((row.outcome.as_str(), row.why.as_str()), ("denied", "permission cloudasset.assets.searchAllResources is missing"));
    assert_eq!(by_scope(&report, PROJECTS)["unseen"].why, "skip_projects names it");
    assert!(why(&report).contains("incomplete"), "{}", why(&report));
}

#[test]
fn a_skipped_project_is_not_shown_by_its_organisation() {
    let desk = desk();
    let Some(server) = Server::of(&whole()) else { return };
    server.scan(&desk, &json!({"skip_projects": ["data-prod"]}), "").exits(1);
    assert!(ids(&desk, "run").iter().all(|id| !id.contains("data-prod") && !id.contains("left-data")), "{:?}", ids(&desk, "run"));
    assert_eq!(by_scope(&desk.report("run"), PROJECTS)["data-prod"].why, "skip_projects names it");
}

#[test]
fn a_skipped_project_is_known_by_its_number_where_nobody_lists_projects() {
    let mut estate = plain(&json!({"deny": ["SearchProjects@*"]}));
    let bucket = json!({"project": "two", "type": "storage.googleapis.com/Bucket", "name": "//storage.googleapis.com/two-data", "displayName": "two-data", "labels": {}, "location": "eu", "data": {}});
    estate["assets"].as_array_mut().unwrap().push(bucket);
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({"skip_projects": ["two"]}), "").done().ends(&[1, 3]);
    let left: Vec<String> = ids(&desk, "run").into_iter().filter(|id| id.contains("two")).collect();
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(ids(&desk, "run").len(), 251, "the other project is all there");
}

#[test]
fn whoever_is_let_into_folders_alone_asks_folders() {
    let mut estate = plain(&json!({}));
    estate["access"] = json!({"get": ["folders/100", "folders/200"], "search": ["folders/100", "folders/200"], "list": ["folders/100", "folders/200"]});
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").exits(1);
    let report = desk.report("run");
    let rows = by_scope(&report, SEARCH);
    assert_eq!(rows.keys().collect::<Vec<_>>(), ["folders/100", "folders/200", "one", "two"]);
    assert!(rows.values().all(|row| row.outcome == "complete") && !why(&report).contains("incomplete"), "{rows:?}");
}

/// With a project in a folder of another organisation, of which the caller sees nothing.
fn estate_with_stray() -> Value {
    let mut estate = plain(&json!({}));
    estate["organizations"].as_array_mut().unwrap().push(json!({"id": "999", "name": "example.org"}));
    estate["folders"].as_array_mut().unwrap().push(json!({"id": "900", "name": "Theirs", "parent": "organizations/999"}));
    estate["projects"].as_array_mut().unwrap().push(json!({"id": "stray", "number": "1009", "name": "Stray", "parent": "folders/900"}));
    estate
}

#[test]
fn a_project_that_its_organisation_does_not_show_is_named() {
    let mut estate = estate_with_stray();
    estate["access"] = json!({"get": [ORGANIZATION, "projects/stray"]});
    let source = "https://www.googleapis.com/compute/v1/projects/stray/zones/europe-west1-b/disks/d";
    let snapshot = json!({
        "project": "one", "type": "compute.googleapis.com/Snapshot", "location": "europe", "displayName": "s", "data": {"status": "READY", "sourceDisk": source},
        "name": "//compute.googleapis.com/projects/one/global/snapshots/s", "labels": {"environment": "production", "application": "shop"},
    });
    estate["assets"].as_array_mut().unwrap().push(snapshot);
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").exits(1);
    let report = desk.report("run");
    let row = &by_scope(&report, SEARCH)["stray"];
    // What it holds is not known, and so not gone.
    assert!(!report["findings"].to_string().contains("not there any more"), "{}", report["findings"]);
    assert!(row.outcome == "partial" && row.why.contains("name it under `projects`"), "{row:?}");
    assert!(why(&report).contains("incomplete in 1 place"), "{}", why(&report));
    // Whoever goes on from there has read everything, and is told the same.
    server.scan(&desk, &json!({}), "--resume").exits(1);
    let again = desk.report("run");
    assert_eq!((&by_scope(&again, SEARCH)["stray"].why, why(&again)), (&row.why, why(&report)));
}

#[test]
fn projects_below_folders_that_are_not_seen_are_asked_where_the_organisation_refuses() {
    let mut estate = estate_with_stray();
    let secret = json!({
        "project": "stray", "type": "secretmanager.googleapis.com/Secret", "labels": {}, "location": "global",
        "name": "//secretmanager.googleapis.com/projects/stray/secrets/s", "displayName": "s", "data": {},
    });
    estate["assets"].as_array_mut().unwrap().push(secret);
    estate["access"] = json!({"get": [ORGANIZATION, "projects/stray"], "search": ["projects/stray"], "list": ["projects/stray"]});
    let desk = desk();
    let Some(server) = Server::of(&estate) else { return };
    server.scan(&desk, &json!({}), "").exits(1);
    let row = &by_scope(&desk.report("run"), SEARCH)["stray"];
    assert_eq!((row.outcome.as_str(), row.count), ("complete", 2));
}

#[test]
fn labels_that_only_a_list_shows_stand_beside_tags_that_only_a_search_shows() {
    let mut estate = plain(&json!({}));
    let database = json!({
        "project": "one", "type": "sqladmin.googleapis.com/Instance", "location": "europe-west1", "name": "//cloudsql.googleapis.com/projects/one/instances/db",
        "displayName": "db", "data": {"settings": {"userLabels": {"application": "shop"}}},
    });
    estate["assets"].as_array_mut().unwrap().push(database);
    estate["bindings"] = json!([{"on": "folders/100", "key": "123456789012/environment", "value": "production"}]);
    for (desk, missing) in [(desk(), vec!["Environment"]), (bound_desk(), Vec::new())] {
        let Some(server) = Server::of(&estate) else { return };
        server.scan(&desk, &json!({}), "").exits(1);
        let report = desk.report("run");
        let of_database = |f: &&Value| f["resource"].as_str().is_some_and(|id| id.ends_with("/instances/db")) && f["verdict"] == "violated";
        let keys: Vec<&str> = report["findings"].as_array().unwrap().iter().filter(of_database).map(|f| f["key"].as_str().unwrap_or_default()).collect();
        assert_eq!(keys, missing);
    }
}

#[test]
fn folders_give_stages_and_projects_lend_what_the_taxonomy_says() {
    let desk = desk();
    desk.put(
        "taxonomy.yaml",
        "version: 1
keys:
  Environment: { required: true, values: { production: [prod, prd], test: [] }, inherit: [scope], bindings: direct }
stages:
  - { environment: production, gcp: { folders: [Production] } }
  - { environment: test, gcp: { folders: [\"folders/200\"] } }
",
    );
    let Some(server) = Server::of(&whole()) else { return };
    server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
    let rows = tagledger_tests::records(&desk.text("run/resources.csv"));
    let stages: BTreeSet<(&str, &str)> = rows.iter().map(|row| (row["scope"].as_str(), row["stage"].as_str())).collect();
    // The one in no folder says it by its own label.
    for (id, stage) in [("shop-prod", "production"), ("shop-test", "test"), ("sandbox", "test"), ("alone", "production")] {
        assert!(stages.contains(&(id, stage)), "{id}: {stages:?}");
    }
    // What is bound says otherwise, and where it says so.
    let report = desk.report("run");
    let bound =
        |f: &&Value| f["rule"] == "stage-mismatch" && f["provenance"] == "tag bound to it" && f["evidence"]["field"] == "bound:123456789012/environment";
    assert!(report["findings"].as_array().unwrap().iter().any(|f| bound(&f)), "{:#}", report["findings"][0]);
    let lent = rows.iter().filter(|row| row["Environment_provenance"] == "scope").count();
    assert!(lent > 0, "{:?}", rows[0].keys());
}

#[test]
fn explain_shows_what_a_label_says_and_what_it_means() {
    let desk = desk();
    let Some(server) = Server::of(&whole()) else { return };
    server.scan(&desk, &json!({}), "").done().ends(&[1, 3]);
    let report = desk.report("run");
    let finding = report["findings"].as_array().unwrap().iter().find(|f| f["evidence"]["value"] == "jane__2edoe__40example__2eorg").unwrap();
    let said = desk.call(&format!("explain {} --run run", finding["fingerprint"].as_str().unwrap())).exits(0).out;
    assert!(said.contains("evidence      owner = `jane__2edoe__40example__2eorg`\nwhich reads   owner = `jane.doe@example.org`\n"), "{said}");
}
