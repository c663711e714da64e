//! Every command of the documentation is one that the program knows, and the guides are carried out from top to bottom.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tagledger_tests::{Desk, Server, root};

/// Pages whose commands need nothing but exports, bills and a taxonomy: they are run as they stand.
const GUIDES: [&str; 3] = [BEGINNING, "docs/manager.md", GATE];

/// The one of pipelines, in which a check fails once, and then does not.
const GATE: &str = "docs/gate.md";

/// It has a test of its own.
const OPERATOR: &str = "docs/operator.md";

/// A bill of the example that is Parquet, as a lake would write it.
const PARQUET: &str = "gcp/BILLING_PERIOD=2026-10/focus-000000000000.parquet";

/// The one that begins without a taxonomy.
const BEGINNING: &str = "docs/first-scan.md";

/// The fenced blocks of a page that a shell is meant to read, with the line that each begins at.
fn blocks(page: &str) -> Vec<(usize, String)> {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let mut all = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut open {
            Some(_) if line.trim_start().starts_with("```") => all.extend(open.take()),
            Some((_, block)) => writeln!(block, "{line}").unwrap(),
            None if matches!(line.trim_start(), "```sh" | "```bash" | "```console") => open = Some((number + 2, String::new())),
            None => {}
        }
    }
    all
}

fn pages() -> Vec<String> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| format!("docs/{}", entry.unwrap().file_name().to_str().unwrap()));
    let mut all: Vec<String> = docs.filter(|name| Path::new(name).extension().is_some_and(|e| e == "md")).chain(["README.md".to_owned()]).collect();
    all.sort();
    all
}

/// What the pages take for granted: an estate, plans of every form, two nights, and somebody who is told.
fn furnished(hooks: &Server) -> Desk {
    let desk = Desk::new();
    let estate = root().join("examples/estate");
    let copy = |from: PathBuf, to: &str| assert!(Command::new("cp").arg("-r").arg(from).arg(desk.path(to)).status().unwrap().success());
    for to in ["exports", "inventory"] {
        copy(estate.join("inventory"), to);
    }
    for (from, to) in [("bill", "bills"), ("bill", "bill"), ("bill/aws", "cur"), ("bill/azure", "azure")] {
        copy(estate.join(from), to);
    }
    for name in ["taxonomy.yaml", "applications.csv", "cost-centers.csv", "owners.csv"] {
        copy(estate.join(name), name);
    }
    for (plan, name) in [("two", "terraform.json"), ("others/arm", "main.json"), ("others/whatif", "shown.json"), ("others/pulumi", "previewed.json")] {
        copy(root().join(format!("tests/plans/{plan}.json")), name);
    }
    desk.put("manifests/all.yaml", std::fs::read(root().join("tests/plans/others/k8s.yaml")).unwrap());
    let template = "Resources:\n  Data: { Type: AWS::S3::Bucket, Properties: { Tags: [{ Key: Environment, Value: production }] } }\n";
    desk.put("template.yaml", template);
    desk.put("cdk.out/app.template.json", "{\"Resources\": {\"Data\": {\"Type\": \"AWS::S3::Bucket\"}}}");
    let policy = "{\"tags\": {\"Owner\": {\"tag_key\": {\"@@assign\": \"Owner\"}}}}";
    for name in ["root.json", "unit.json", "account.json"] {
        desk.put(name, policy);
    }
    desk.put("stage1.parquet", std::fs::read(estate.join("bill").join(PARQUET)).unwrap());
    let routes = |names: &[&str]| -> String {
        let route = |name: &&str| format!("    - {{ name: {name}, when: always, webhook: {{ url: \"{}/{name}\" }} }}\n", hooks.url());
        format!("notify:\n  routes:\n{}", names.iter().map(route).collect::<String>())
    };
    desk.put("tagledger.yaml", format!("version: 1\nscan:\n  from: [exports/]\n  bill: [bills/]\n{}", routes(&["platform", "operators"])));
    desk.put("operators.yaml", format!("version: 1\n{}", routes(&["operators"])));
    for (day, out) in [("2026-11-01", "reports/a"), ("2026-11-27", "reports/b"), ("2026-11-27", "reports/tonight")] {
        desk.call(&format!("scan --no-notify --history reports/history --format none --quiet --out {out}")).env("TAGLEDGER_NOW", day).exits(1);
    }
    desk
}

/// Programs of others, as far as what they print is read.
const OTHERS: &str = r#"
terraform() { [ "$1" != show ] || cat terraform.json; }
pulumi() { cat previewed.json; }
journalctl() { echo "it failed"; }
az() { case "$*" in *what-if*) cat shown.json ;; *"graph query"*) cat inventory/azure/graph-resources.json ;; esac; }
aws() { case "$*" in *list-resources*) cat inventory/aws/resource-explorer-shop-prod.json ;; esac; }
gcloud() { case "$*" in *search-all-resources*) cat inventory/gcp/search-all-resources.json ;; esac; }
docker() { :; }
systemctl() { :; }
sudo() { :; }
cargo() { :; }
"#;

/// The program, beside the tests.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("tagledger")
}

#[test]
fn every_command_is_known() {
    let desk = Desk::new();
    let mut count = 0;
    for page in pages() {
        for (line, block) in blocks(&page) {
            if !block.contains("tagledger") {
                continue;
            }
            // The shell takes the lines apart; what is not ours succeeds and does nothing. Asked for its help last, the program reads all before it and does none.
            let mut script = String::from("set -u\nROOT=r ORG=1 PROJECT=p\ncommand_not_found_handle() { return 0; }\nPATH=/nonexistent\nbad=0\n");
            writeln!(script, "tagledger() {{ \"{}\" \"$@\" --help >/dev/null || bad=1; }}", program().display()).unwrap();
            writeln!(script, "set +u\n{block}\nexit $bad").unwrap();
            let file = desk.put("block.sh", &script);
            let output = Command::new("/bin/bash").arg(&file).current_dir(desk.path(".")).env("LC_ALL", "C").output().unwrap();
            assert!(output.status.success(), "{page}:{line}\n{block}\n{}", String::from_utf8_lossy(&output.stderr));
            count += block.matches("tagledger ").count();
        }
    }
    assert!(count > 40, "{count} commands only");
}

#[test]
fn every_command_that_needs_no_cloud_is_run() {
    let Some(hooks) = Server::script("hooks.py", &[], "{}") else { return };
    let (mut run, mut asked) = (0, Vec::new());
    let desk = furnished(&hooks);
    for page in pages().iter().filter(|page| !GUIDES.contains(&page.as_str()) && *page != OPERATOR) {
        for (line, block) in blocks(page).into_iter().filter(|(_, block)| block.contains("tagledger ")) {
            // What names a cloud or an engine, or what lies in one, is run where there is a server that stands for it.
            let mut script = format!("set -e\n{OTHERS}\nVIEW=v ACCOUNT=1 ROOT=r\n");
            writeln!(script, "tagledger() {{ case \" $* \" in *\" --cloud \"* | *\" --engine \"* | *://*) echo \"$*\" >> asked; return ;; esac").unwrap();
            writeln!(
                script,
                "echo \"$*\" >> run; local code=0; \"{}\" \"$@\" || code=$?; case $code in 0|1|3) ;; *) exit $code ;; esac; }}",
                program().display()
            )
            .unwrap();
            writeln!(script, "{block}").unwrap();
            let file = desk.put("block.sh", &script);
            let output = Command::new("bash").arg(&file).current_dir(desk.path(".")).env("TAGLEDGER_NOW", "2026-11-28").output().unwrap();
            assert!(output.status.success(), "{page}:{line}\n{block}\n{}", String::from_utf8_lossy(&output.stderr));
        }
    }
    run += desk.text("run").lines().count();
    asked.extend(desk.text("asked").lines().map(str::to_owned));
    assert!(run > 45, "{run} commands only");
    assert!(asked.len() < 20 && asked.iter().all(|words| words.starts_with("scan ") || words.starts_with("cost ")), "{asked:#?}");
}

#[test]
fn guides_are_carried_out() {
    for page in GUIDES {
        let desk = Desk::new();
        let estate = root().join("examples/estate");
        for (from, to) in [("inventory", "exports"), ("bill", "bills")] {
            assert!(Command::new("cp").arg("-r").arg(estate.join(from)).arg(desk.path(to)).status().unwrap().success());
        }
        let beside: &[&str] = if page == BEGINNING { &[] } else { &["taxonomy.yaml", "applications.csv", "cost-centers.csv", "owners.csv"] };
        for name in beside {
            std::fs::copy(estate.join(name), desk.path(name)).unwrap();
        }
        std::fs::copy(root().join("tests/plans/two.json"), desk.path("terraform.json")).unwrap();
        let all = blocks(page);
        assert!(!all.is_empty(), "{page}");
        for (line, block) in all {
            // Findings are no failure of a guide; in a pipeline they are one, and what the page says of it counts.
            let forgives = if page == GATE { "return $code" } else { "[ $code -le 1 ] || exit $code" };
            let script = format!("{OTHERS}\ntagledger() {{ local code=0; \"{}\" \"$@\" || code=$?; {forgives}; }}\n{block}", program().display());
            let file = desk.put("block.sh", script);
            let output = Command::new("bash").args(["-e"]).arg(&file).current_dir(desk.path(".")).env("TAGLEDGER_NOW", "2026-11-22").output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{page}:{line}\n{block}\n{said}");
            if block.contains("it fails, as it should") {
                assert!(String::from_utf8_lossy(&output.stdout).ends_with("it fails, as it should\n"), "it has to fail first");
            }
        }
        if page == GATE {
            let written = ["known.json", "tags.sarif", "tags.xml", "tags.md"].map(|name| desk.path(name).exists());
            assert_eq!(written, [true; 4]);
        }
    }
}
