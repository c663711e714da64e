//! `init`: from nothing to a first report, and nothing of anybody's is lost or told.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::path::Path;
use tagledger_tests::{Call, Desk, contents, is_invisible, root};

/// A call on a machine that has nothing but this home.
fn bare(call: Call, home: &Path) -> Call {
    let mut call = call.env("HOME", home);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["AWS_", "AZURE_", "GOOGLE_", "CLOUDSDK_", "IDENTITY_"].iter().any(|prefix| name.starts_with(prefix)) {
            call.0.env_remove(name);
        }
    }
    call
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap().path();
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            std::fs::copy(&entry, &target).unwrap();
        }
    }
}

#[test]
fn exports_and_bills_are_found_and_a_report_is_three_commands_away() {
    let desk = Desk::new();
    copy(&root().join("examples/estate/inventory"), &desk.path("exports/2026"));
    copy(&root().join("examples/estate/bill"), &desk.path("bills"));
    desk.put("notes.txt", "nothing");
    desk.put("mixed/owners.csv", "id,name\na,b\n");
    desk.put("mixed/inventory.csv", tagledger_tests::INVENTORY);
    let home = desk.path("home");
    let done = bare(desk.call("init"), &home).exits(0);
    let exports = contents(&desk.path("exports")).keys().filter(|name| !name.ends_with('/')).count() + 1;
    let counted = format!("{exports} exports in exports, mixed/inventory.csv");
    for line in [counted.as_str(), "bill files in bills", "tagledger.yaml", "tagledger scan", "tagledger taxonomy suggest"] {
        assert!(done.out.contains(line), "{line} is not in {}", done.out);
    }
    desk.call("settings check").exits(0);
    desk.call("taxonomy check").exits(0);
    assert!(desk.call("taxonomy check").exits(0).err.is_empty(), "without a warning");
    let settings = desk.text("tagledger.yaml");
    for line in ["    - \"exports\"\n    - \"mixed/inventory.csv\"\n", "    - \"bills\"\n", "# clouds:\n", "#   aws: # no credentials were found"] {
        assert!(settings.contains(line), "{line} is not in {settings}");
    }
    // As it says.
    let scanned = bare(desk.call("scan --now 2026-11-01"), &home).done().ends(&[1, 3]);
    assert!(scanned.out.contains("COST BY ENVIRONMENT"), "{}", scanned.out);
    assert!(desk.call("taxonomy suggest").exits(0).out.contains("proposal"));
}

#[test]
fn what_is_there_stays_there() {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", "mine");
    let home = desk.path("home");
    let refused = bare(desk.call("init"), &home).exits(2);
    assert!(refused.err.contains("taxonomy.yaml is there already") && refused.err.contains("--force"), "{}", refused.err);
    assert_eq!(desk.text("taxonomy.yaml"), "mine");
    assert!(!desk.path("tagledger.yaml").exists(), "neither file is written then");
    let told = bare(desk.call("init --force"), &home).exits(0);
    assert!(desk.text("taxonomy.yaml").contains("Environment:") && told.out.contains("neither credentials"), "{}", told.out);
    desk.put("new folder/inventory.csv", tagledger_tests::INVENTORY);
    let done = bare(tagledger_tests::tagledger(["init", "--dir", "new folder"]).within(&desk.path("")), &home).exits(0);
    assert!(done.out.contains("cd 'new folder' && tagledger scan"), "{}", done.out);
    desk.call("settings check").exits(0);
}

#[test]
fn credentials_are_found_and_nothing_of_them_is_told() {
    let desk = Desk::new();
    desk.put("home/.aws/config", "[profile audit]\nregion = eu-west-1\n");
    desk.put("home/.aws/credentials", "[audit]\naws_secret_access_key = HUSH\n");
    desk.put("home/.azure/azureProfile.json", "\u{feff}{\"subscriptions\": [{\"id\": \"1\", \"tenantId\": \"t\"}]}");
    desk.put(
        "home/.config/gcloud/application_default_credentials.json",
        "{\"type\": \"authorized_user\", \"refresh_token\": \"HUSH\", \"quota_project_id\": \"finops\"}",
    );
    let home = desk.path("home");
    let done = bare(desk.call("init --dir here"), &home).exits(0);
    let settings = desk.text("here/tagledger.yaml");
    desk.call("settings check here/tagledger.yaml").exits(0);
    for line in ["  aws:\n    profile: \"audit\"", "  azure:\n", "  gcp:\n    quota_project: \"finops\""] {
        assert!(settings.contains(line), "{line} is not in {settings}");
    }
    assert!(!settings.contains("HUSH") && !done.out.contains("HUSH"));
    let asks = desk.call("settings check here/tagledger.yaml").exits(0).out;
    assert!(asks.contains("asks aws and azure and gcp"), "{asks}");
    // Of several profiles a person has to choose one, and until then nothing is asked of that cloud.
    desk.put("home/.aws/config", "[profile audit]\n[profile \u{1b}[31mbuild\n[profile other]\n");
    let done = bare(desk.call("init --dir here --force"), &home).exits(0);
    assert!(done.out.contains("choose the profile of aws") && !done.out.contains(is_invisible), "{}", done.out);
    let asks = desk.call("settings check here/tagledger.yaml").exits(0).out;
    assert!(asks.contains("asks azure and gcp"), "{asks}");
    let chosen =
        desk.text("here/tagledger.yaml").replace("\n#   aws:", "\n  aws:").replace("\n#     profile:", "\n    profile:").replace("\n  #   aws:", "\n  aws:");
    desk.put("here/tagledger.yaml", chosen.replace("\n    #   profile:", "\n    profile:"));
    assert!(desk.call("settings check here/tagledger.yaml").exits(0).out.contains("asks aws and azure and gcp"), "{}", desk.text("here/tagledger.yaml"));
}
