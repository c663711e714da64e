//! What starts a scan every night: units of systemd, a line of cron, a CronJob, a workflow, an image. Each is linted by its own system's tool, and what it would
//! run is run here. Nothing of this needs a daemon: an image is linted and not built.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tagledger_tests::{Desk, NOW, root, skipped, tagledger};

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

fn said(done: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

/// A program of the virtual environment of the tests.
fn tool(name: &str) -> Option<PathBuf> {
    let Some(python) = std::env::var_os("TAGLEDGER_TEST_PYTHON") else {
        skipped("TAGLEDGER_TEST_PYTHON names no Python with linters; `cargo xtask test` makes one");
        return None;
    };
    Some(Path::new(&python).with_file_name(name))
}

fn yaml(python: &Path, text: &str) -> Vec<Value> {
    let read = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.argv[1]))))";
    let done = Command::new(python).args(["-c", read, text]).output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The settings of a night: the example estate with its bill.
fn settings(desk: &Desk) {
    let estate = root().join("examples/estate");
    let at = |name: &str| estate.join(name).display().to_string();
    let settings = json!({"version": 1, "scan": {"from": [at("inventory")], "bill": [at("bill")]}});
    desk.put("etc/tagledger/tagledger.yaml", settings.to_string());
    for name in ["taxonomy.yaml", "owners.csv", "applications.csv", "cost-centers.csv"] {
        desk.put(&format!("etc/tagledger/{name}"), std::fs::read(estate.join(name)).unwrap());
    }
    for folder in ["state", "cache", "bin"] {
        std::fs::create_dir_all(desk.path(folder)).unwrap();
    }
    std::os::unix::fs::symlink(tagledger([""; 0]).0.get_program(), desk.path("bin/tagledger")).unwrap();
}

/// Runs a night twice with these words, and looks at what it leaves: a report, and a second one that knows of the first; and in the log what it says, or nothing.
#[track_caller]
fn two_nights(desk: &Desk, words: &[String], night: &str, says: &str) {
    for (now, since) in [(NOW, Value::Null), ("2026-11-02T00:00:00Z", json!(NOW))] {
        let done = tagledger(words).within(&desk.path("state")).env("TAGLEDGER_NOW", now).exits(1);
        assert_eq!((done.out.as_str(), done.err.is_empty()), ("", says.is_empty()), "{}", done.err);
        assert!(done.err.contains(says), "{}", done.err);
        let report = desk.report(night);
        assert_eq!(report["history"]["since"], since, "{}", report["history"]);
        assert!(desk.path(night).join("report.html").exists() && desk.path(night).join("openmetrics.txt").exists());
    }
}

/// The lines of a section of a unit, as names and values.
fn unit(path: &str) -> Vec<(String, String)> {
    let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    text(path).lines().filter(|line| !line.starts_with('#')).filter_map(pair).collect()
}

fn value<'u>(unit: &'u [(String, String)], name: &str) -> &'u str {
    unit.iter().find(|(n, _)| n == name).map_or_else(|| panic!("no {name}="), |(_, value)| value.as_str())
}

#[test]
fn the_service_runs_a_night() {
    let (desk, unit) = (Desk::new(), unit("deploy/systemd/tagledger.service"));
    settings(&desk);
    let place = |word: &str| word.replace("%E", &desk.path("etc").display().to_string()).replace("%S/tagledger", "%S").replace("%C/tagledger", "%C");
    let place = |word: &str| place(word).replace("%S", &desk.path("state").display().to_string()).replace("%C", &desk.path("cache").display().to_string());
    let words: Vec<String> = value(&unit, "ExecStart").split(' ').skip(1).map(place).collect();
    assert!(words.iter().all(|word| !word.contains('%')), "{words:?}");
    two_nights(&desk, &words, "state/night", "/night: ");
    // What the unit takes for success is what the program documents as an answer.
    assert_eq!((value(&unit, "SuccessExitStatus"), value(&unit, "RestartPreventExitStatus")), ("1 3", "2"));
}

#[test]
fn units_are_what_systemd_knows() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        skipped("there is no systemd-analyze (Debian: `apt-get install systemd`); `cargo xtask test` installs it where it may");
        return;
    }
    let desk = Desk::new();
    settings(&desk);
    let put = |change: &dyn Fn(String) -> String| {
        let program = desk.path("bin/tagledger").display().to_string();
        desk.put("units/tagledger.service", change(text("deploy/systemd/tagledger.service").replace("/usr/local/bin/tagledger", &program)));
        desk.put("units/tagledger-alarm@.service", text("deploy/systemd/tagledger-alarm@.service").replace("/usr/local/bin/tagledger", &program));
        desk.put("units/tagledger.timer", text("deploy/systemd/tagledger.timer"));
        desk.put("units/tagledger.service.d/credentials.conf", text("deploy/systemd/credentials.conf"));
    };
    let analyze = |words: &[&str]| {
        let files = if words[0] == "verify" {
            &["units/tagledger.service", "units/tagledger-alarm@.service", "units/tagledger.timer"][..]
        } else {
            &["units/tagledger.service"]
        };
        Command::new("systemd-analyze").args(words).args(files).current_dir(desk.path("")).output().unwrap()
    };
    put(&|unit| unit);
    let done = analyze(&["verify", "--man=no"]);
    assert!(done.status.success() && said(&done).is_empty(), "{}", said(&done));
    // How much of the machine the service can reach: 10 is everything, and 2 is what systemd calls well protected.
    let done = analyze(&["security", "--offline=true", "--threshold=20", "--no-pager"]);
    assert!(done.status.success(), "{}", said(&done));
    // The tool can say no.
    put(&|unit| unit.replace("ProtectHome=yes", "ProtectHme=yes"));
    assert!(said(&analyze(&["verify", "--man=no"])).contains("ProtectHme"));
    put(&|unit| unit.lines().filter(|line| !line.starts_with("Protect") && !line.starts_with("SystemCall")).collect::<Vec<_>>().join("\n"));
    assert!(!analyze(&["security", "--offline=true", "--threshold=20", "--no-pager"]).status.success());
    let calendar = unit("deploy/systemd/tagledger.timer");
    let done = Command::new("systemd-analyze").args(["calendar", value(&calendar, "OnCalendar")]).output().unwrap();
    assert!(done.status.success() && said(&done).contains("Next elapse"), "{}", said(&done));
}

#[test]
fn the_line_of_cron_runs_a_night() {
    let (desk, file) = (Desk::new(), text("deploy/cron/tagledger"));
    settings(&desk);
    let [line] = file.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit() || c == '*')).collect::<Vec<_>>()[..] else { panic!("{file}") };
    let mut fields = line.splitn(7, ' ');
    for (field, most) in
        [(59, "minute"), (23, "hour"), (31, "day"), (12, "month"), (7, "day of the week")].map(|(most, name)| (fields.next().unwrap(), (most, name)))
    {
        assert!(field == "*" || field.parse::<u32>().is_ok_and(|number| number <= most.0), "{}: {field}", most.1);
    }
    assert_eq!(fields.next(), Some("tagledger"), "a line of /etc/cron.d names the user");
    let command = fields.next().unwrap();
    // For cron a percent sign ends the command.
    assert!(!command.contains('%') && file.ends_with('\n'));
    let place = |text: &str| {
        text.replace("/var/lib/tagledger", &desk.path("state").display().to_string())
            .replace("/etc/tagledger", &desk.path("etc/tagledger").display().to_string())
    };
    let cron = |now: &str| {
        let path = format!("{}:{}", desk.path("bin").display(), std::env::var("PATH").unwrap());
        let done = Command::new("/bin/sh").args(["-c", &place(command)]).env("PATH", path).env("TAGLEDGER_NOW", now).output().unwrap();
        said(&done)
    };
    assert_eq!((cron(NOW), cron("2026-11-02T00:00:00Z")), (String::new(), String::new()), "nothing to send");
    assert_eq!(desk.report("state/night")["history"]["since"], NOW);
    // While one night is under way no second one begins, and whoever reads the mail is told.
    let held = std::fs::File::create(desk.path("state/.night.lock")).unwrap();
    held.lock().unwrap();
    let mail = cron("2026-11-03T00:00:00Z");
    assert!(mail.contains("another scan writes its run here") && mail.contains("tagledger ended with exit code 4\n"), "{mail}");
    drop(held);
    desk.put("etc/tagledger/tagledger.yaml", "version: 2\n");
    let mail = cron(NOW);
    assert!(mail.contains("Version `2`") && mail.contains("tagledger ended with exit code 2\n"), "{mail}");
}

#[test]
fn the_cron_job_is_what_kubernetes_takes() {
    let (Some(validate), Some(python)) = (tool("kubernetes-validate"), tool("python")) else { return };
    let (desk, manifest) = (Desk::new(), text("deploy/kubernetes/cronjob.yaml"));
    let valid = |text: &str| {
        desk.put("job.yaml", text);
        Command::new(&validate).args(["--strict", "--quiet"]).arg(desk.path("job.yaml")).output().unwrap()
    };
    let done = valid(&manifest);
    assert!(done.status.success(), "{}", said(&done));
    assert!(!valid(&manifest.replace("concurrencyPolicy: Forbid", "concurrencyPolicies: Forbid")).status.success(), "the schema can say no");
    let documents = yaml(&python, &manifest);
    let job = documents.iter().find(|document| document["kind"] == "CronJob").unwrap();
    assert_eq!(job["spec"]["concurrencyPolicy"], "Forbid");
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let [container] = pod["containers"].as_array().unwrap().as_slice() else { panic!("{pod}") };
    assert_eq!((&pod["securityContext"]["runAsNonRoot"], &container["securityContext"]["readOnlyRootFilesystem"]), (&json!(true), &json!(true)));
    assert_eq!(container["securityContext"]["capabilities"]["drop"], json!(["ALL"]));
    // What is tried again is what may pass by itself.
    let policy = &job["spec"]["jobTemplate"]["spec"]["podFailurePolicy"]["rules"][0];
    assert_eq!((&policy["action"], &policy["onExitCodes"]["values"]), (&json!("FailJob"), &json!([1, 2, 3])));
    // Everything that it writes to is a volume.
    let mounts: Vec<&str> = container["volumeMounts"].as_array().unwrap().iter().map(|mount| mount["mountPath"].as_str().unwrap()).collect();
    assert_eq!(mounts, ["/etc/tagledger", "/var/lib/tagledger", "/tmp"]);
    settings(&desk);
    let place = |word: &Value| {
        let word = word.as_str().unwrap().replace("/var/lib/tagledger", &desk.path("state").display().to_string());
        word.replace("/etc/tagledger", &desk.path("etc/tagledger").display().to_string())
    };
    let words: Vec<String> = container["args"].as_array().unwrap().iter().map(place).collect();
    two_nights(&desk, &words, "state/night", "{\"timestamp\":");
}

#[test]
fn the_workflow_is_what_github_takes() {
    let (Some(schema), Some(zizmor), Some(python)) = (tool("check-jsonschema"), tool("zizmor"), tool("python")) else { return };
    let (desk, workflow) = (Desk::new(), text("deploy/github/nightly.yml"));
    // Whoever installs it pins the actions; the page and the file say so.
    desk.put("zizmor.yml", "rules:\n  unpinned-uses:\n    config:\n      policies:\n        \"*\": ref-pin\n");
    let judged = |text: &str| {
        desk.put(".github/workflows/nightly.yml", text);
        let file = desk.path(".github/workflows/nightly.yml");
        let fits = Command::new(&schema).args(["--builtin-schema", "vendor.github-workflows"]).arg(&file).output().unwrap();
        let safe = Command::new(&zizmor)
            .args(["--offline", "--no-progress", "--persona=pedantic", "--config"])
            .arg(desk.path("zizmor.yml"))
            .arg(&file)
            .output()
            .unwrap();
        (fits, safe)
    };
    let (fits, safe) = judged(&workflow);
    assert!(fits.status.success() && safe.status.success(), "{}\n{}", said(&fits), said(&safe));
    assert!(!judged(&workflow.replace("runs-on:", "run-on:")).0.status.success());
    let (_, safe) = judged(&workflow.replace("${HISTORY:-none}", "${{ github.event.inputs.history }}"));
    assert!(said(&safe).contains("template-injection"), "{}", said(&safe));
    let document = &yaml(&python, &workflow)[0];
    let steps = document["jobs"]["audit"]["steps"].as_array().unwrap();
    let script = steps.iter().find(|step| step["id"] == "scan").unwrap()["run"].as_str().unwrap().to_owned();
    // The script with a scan that ends so: the step's own exit code, and what the log says.
    for (code, blind, step) in [(0, false, 0), (1, false, 0), (1, true, 0), (2, false, 2), (3, true, 0), (4, false, 4)] {
        let desk = Desk::new();
        let program = desk.put("bin/tagledger", format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > called\nexit {code}\n"));
        std::fs::set_permissions(program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let places = if blind { "{state=\"denied\"} 2" } else { "{state=\"denied\"} 0" };
        desk.put("night/openmetrics.txt", format!("tagledger_coverage_places{{state=\"whole\"}} 9\ntagledger_coverage_places{places}\n"));
        let path = format!("{}:{}", desk.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script]).current_dir(desk.path("")).env("PATH", path);
        let done = command.env("GITHUB_OUTPUT", desk.path("output")).env("HISTORY", "s3://b/p q").output().unwrap();
        assert_eq!((done.status.code(), said(&done).contains("::warning::")), (Some(step), blind), "{code}: {}", said(&done));
        assert_eq!(desk.text("output"), format!("exit-code={code}\n"));
        assert!(desk.text("called").contains("--history\ns3://b/p q\n"), "an address is one word");
    }
    let words = script.lines().find_map(|line| line.strip_prefix("tagledger ")).unwrap().replace("\"${HISTORY:-none}\"", "history");
    settings(&desk);
    let words: Vec<String> = words.split(" ||").next().unwrap().split(' ').map(str::to_owned).collect();
    for name in ["tagledger.yaml", "taxonomy.yaml", "owners.csv", "applications.csv", "cost-centers.csv"] {
        desk.put(&format!("state/{name}"), desk.text(&format!("etc/tagledger/{name}")));
    }
    two_nights(&desk, &words, "state/night", "night: ");
}

#[test]
fn the_image_is_what_hadolint_takes_and_holds_all_that_the_program_links() {
    let dockerfile = text("deploy/Dockerfile");
    let from: Vec<&str> = dockerfile.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    let [build, last] = from[..] else { panic!("{from:?}") };
    let channel = text("rust-toolchain.toml").lines().find_map(|line| Some(line.strip_prefix("channel = \"")?.trim_end_matches('"').to_owned())).unwrap();
    assert_eq!(build, format!("rust:{channel}-bookworm AS build"), "the image builds with the toolchain of the repository");
    assert!(dockerfile.contains(&format!("RUSTUP_TOOLCHAIN={channel}\n")) && last == "gcr.io/distroless/cc-debian12:nonroot");
    assert!(dockerfile.contains("\nUSER 65532:65532\n"), "not root");
    // The folders that the build needs are not kept from it.
    let ignored = text("deploy/Dockerfile.dockerignore");
    for member in ["crates", "tests", "Cargo.lock", "rust-toolchain.toml"] {
        assert!(ignored.lines().any(|line| line == format!("!{member}")) && root().join(member).exists(), "{member}");
    }
    let linked = Command::new("ldd").arg(tagledger([""; 0]).0.get_program()).output().unwrap();
    for line in String::from_utf8(linked.stdout).unwrap().lines() {
        let name = line.split_whitespace().next().unwrap().rsplit('/').next().unwrap();
        let is_there =
            ["linux-vdso.", "ld-linux-", "libc.", "libm.", "libgcc_s.", "libpthread.", "libdl.", "librt."].iter().any(|known| name.starts_with(known));
        assert!(is_there, "the image has no {name}");
    }
    let Some(hadolint) = tool("hadolint") else { return };
    let lint = |text: &str| {
        let desk = Desk::new();
        Command::new(&hadolint).args(["--no-color", "--failure-threshold", "info"]).arg(desk.put("Dockerfile", text)).output().unwrap()
    };
    let done = lint(&dockerfile);
    assert!(done.status.success() && said(&done).is_empty(), "{}", said(&done));
    assert!(said(&lint(&dockerfile.replace("cc-debian12:nonroot", "cc-debian12"))).contains("DL3006"), "the linter can say no");
}

#[test]
fn the_page_names_every_file_and_every_exit_code() {
    let page = text("docs/night.md");
    for (folder, names) in [
        ("systemd", &["tagledger.service", "tagledger.timer", "credentials.conf"][..]),
        ("cron", &["tagledger"]),
        ("kubernetes", &["cronjob.yaml"]),
        ("github", &["nightly.yml"]),
        ("", &["Dockerfile"]),
    ] {
        let found = std::fs::read_dir(root().join("deploy").join(folder)).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file()).count();
        assert!(found >= names.len());
        for name in names {
            let path = if folder.is_empty() { format!("deploy/{name}") } else { format!("deploy/{folder}/{name}") };
            assert!(root().join(&path).is_file() && page.contains(&format!("(../{path})")), "{path}");
        }
    }
    assert!((0..=4).all(|code| page.contains(&format!("\n| {code} |"))), "{page}");
}
