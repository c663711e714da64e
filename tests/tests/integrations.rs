//! What runs in other people's pipelines: the GitHub action, the pre-commit hooks, the GitLab template, the Atlantis workflow. Their own
//! scripts are run here as those systems run them, and docs/ci.md is held to the files.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tagledger_tests::{Desk, TAXONOMY, root, skipped, tagledger};

/// Values that would leave a file called `pwned` if anything ran them or took them for a flag.
const HOSTILE: &[&str] =
    &["\"; touch pwned; #", "$(touch pwned)", "`touch pwned`", "'; touch pwned; '", "--write-baseline=pwned", "good.yaml\n--write-baseline=pwned"];

/// A program of the virtual environment of the tests, such as `check-jsonschema`.
fn python(program: &str) -> Option<PathBuf> {
    let Some(python) = std::env::var_os("TAGLEDGER_TEST_PYTHON") else {
        skipped("TAGLEDGER_TEST_PYTHON names no Python with PyYAML; `cargo xtask test` makes one");
        return None;
    };
    Some(Path::new(&python).with_file_name(program))
}

/// The documents of a YAML text.
fn yaml(python: &Path, text: &str) -> Vec<Value> {
    let read = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.argv[1]))))";
    let done = Command::new(python).args(["-c", read, text]).output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    serde_json::from_slice(&done.stdout).unwrap()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

fn said(done: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

/// A fenced block of docs/ci.md.
fn shown(name: &str) -> String {
    let (page, start) = (text("docs/ci.md"), format!("```yaml {name}\n"));
    let from = page.find(&start).unwrap_or_else(|| panic!("docs/ci.md shows no {name}")) + start.len();
    page[from..from + page[from..].find("```").unwrap()].to_owned()
}

/// One bucket without tags, and a taxonomy.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    desk.put("plan.json", text("tests/plans/actions.json"));
    desk.put(
        "good.yaml",
        "Resources:\n  A: {Type: AWS::S3::Bucket, Properties: {Tags: [{Key: Environment, Value: production}, {Key: Application, Value: shop}]}}\n",
    );
    desk.put("bad.yaml", "Resources:\n  \"A\":\n    Type: AWS::S3::Bucket\n");
    desk
}

/// A program of this name in the folder `bin` of the desk.
fn put_program(desk: &Desk, name: &str, script: &str) {
    let path = desk.put(&format!("bin/{name}"), format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

/// The built program as `tagledger`, and `bin` before everything else on PATH.
fn shell(desk: &Desk, program: &str, words: &[&str]) -> Command {
    let built = tagledger([""; 0]).0.get_program().to_owned();
    let link = desk.path("bin/tagledger");
    if !link.exists() {
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(built, &link).unwrap();
    }
    let mut path = desk.path("bin").into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let mut command = Command::new(program);
    command.args(words).current_dir(desk.path("")).env("PATH", path);
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("TAGLEDGER_")) {
        command.env_remove(name);
    }
    command
}

struct Action {
    build: Value,
    check: Value,
    inputs: Value,
}

impl Action {
    fn read(python: &Path) -> Self {
        let action = yaml(python, &text("action.yml")).remove(0);
        Self { build: action["runs"]["steps"][0].clone(), check: action["runs"]["steps"][1].clone(), inputs: action["inputs"].clone() }
    }

    /// Runs the check as a runner does: inputs that are not given have their default, and each variable is one input.
    fn run(&self, desk: &Desk, given: &[(&str, &str)]) -> Output {
        assert_eq!(self.check["shell"], "bash");
        desk.put("script.sh", self.check["run"].as_str().unwrap());
        let mut command = shell(desk, "bash", &["--noprofile", "--norc", "-euo", "pipefail", "script.sh"]);
        for (variable, expression) in self.check["env"].as_object().unwrap() {
            let input = expression.as_str().unwrap().strip_prefix("${{ inputs.").unwrap().strip_suffix(" }}").unwrap();
            let default = self.inputs[input]["default"].as_str().unwrap();
            let value = given.iter().find(|(name, _)| *name == input).map_or(default, |(_, value)| value);
            command.env(variable, value);
        }
        desk.put("temp/x", "");
        desk.put("output", "");
        desk.put("summary", "");
        command.env("RUNNER_TEMP", desk.path("temp")).env("GITHUB_OUTPUT", desk.path("output")).env("GITHUB_STEP_SUMMARY", desk.path("summary"));
        command.output().unwrap()
    }
}

#[test]
fn the_action_writes_everything_it_promises() {
    let Some(python) = python("python") else { return };
    let (action, desk) = (Action::read(&python), desk());
    let binary = ("binary", desk.path("bin/tagledger").to_str().unwrap().to_owned());
    let binary = (binary.0, binary.1.as_str());
    let done = action.run(&desk, &[("plans", "plan.json\n\ngood.yaml\r\n"), ("sarif", "tags.sarif"), ("comment", "out/tags.md"), binary]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let (output, gate): (String, Value) = (desk.text("output"), serde_json::from_str(&desk.text("temp/tagledger-check.json")).unwrap());
    for line in [
        "exit-code=1".to_owned(),
        format!("failing={}", gate["counts"]["failing"]),
        format!("undetermined={}", gate["counts"]["undetermined"]),
        format!("json={}", desk.path("temp/tagledger-check.json").display()),
        "sarif=tags.sarif".to_owned(),
    ] {
        assert!(output.lines().any(|l| l == line), "{line}: {output}");
    }
    assert!(gate["counts"]["failing"].as_u64().unwrap() > 0 && gate["inputs"].as_array().unwrap().len() == 2);
    assert!(desk.text("tags.sarif").contains("\"2.1.0\"") && desk.text("out/tags.md").starts_with("<!-- tagledger") && desk.text("summary").contains('|'));
    let log = said(&done);
    assert!(log.contains("::error ") && log.contains("error[missing-required-key]"), "{log}");
    // What the outputs of the action promise is what its step writes.
    let promised = yaml(&python, &text("action.yml")).remove(0)["outputs"].clone();
    for name in promised.as_object().unwrap().keys() {
        assert!(output.lines().any(|l| l.starts_with(&format!("{name}="))), "{name}: {output}");
    }
    let done = action.run(&desk, &[("plans", "good.yaml"), binary]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert!(desk.text("output").contains("exit-code=0\n") && !desk.text("output").contains("sarif="));
    let done = action.run(&desk, &[("plans", "nowhere.json"), binary]);
    assert_eq!((done.status.code(), desk.text("output").as_str()), (Some(2), "exit-code=2\n"), "{}", said(&done));
    let flags = [("environment", "test"), ("fail-on", "info"), ("fail-on-undetermined", "true"), ("category", "stack"), ("scope", "111122223333")];
    let done = action.run(&desk, &[&[("plans", "good.yaml"), binary][..], &flags].concat());
    assert!(done.status.code() == Some(1) && said(&done).contains("deploy target is declared test"), "{}", said(&done));
}

#[test]
fn no_input_of_the_action_is_run_or_taken_for_a_flag() {
    let Some(python) = python("python") else { return };
    let action = Action::read(&python);
    for step in [&action.build, &action.check] {
        assert!(!step["run"].as_str().unwrap().contains("${{"), "an expression in a script is run by the shell: {step}");
    }
    let names: Vec<&String> = action.inputs.as_object().unwrap().keys().filter(|name| *name != "binary").collect();
    for hostile in HOSTILE {
        for name in &names {
            let desk = desk();
            let mut given = vec![("plans", "good.yaml"), ("binary", "tagledger")];
            given.retain(|(n, _)| n != name);
            given.push((name, hostile));
            let done = action.run(&desk, &given);
            assert!(!desk.path("pwned").exists(), "{name}={hostile}: {}", said(&done));
            let output = desk.text("output");
            assert!(
                output.lines().all(|l| l.split('=').next().is_some_and(|n| ["exit-code", "failing", "undetermined", "json", "sarif"].contains(&n))),
                "{output}"
            );
        }
    }
    // Nothing in a plan is a command to the runner.
    let desk = desk();
    desk.put("bad.yaml", "Resources:\n  \"A\\n::set-output name=x::y\":\n    Type: AWS::S3::Bucket\n");
    let log = said(&action.run(&desk, &[("plans", "bad.yaml"), ("binary", "tagledger")]));
    let stop = log.lines().find_map(|l| l.strip_prefix("::stop-commands::")).unwrap();
    let (before, rest) = log.split_once(&format!("::stop-commands::{stop}\n")).unwrap();
    assert!(before.lines().all(|l| !l.trim_start().starts_with("::") || l.starts_with("::error ")), "{before}");
    assert!(rest.contains(&format!("\n::{stop}::\n")), "{rest}");
}

#[test]
fn the_action_builds_the_program_of_its_own_source() {
    let Some(python) = python("python") else { return };
    let (action, desk) = (Action::read(&python), desk());
    assert_eq!(action.build["if"], "inputs.binary == ''");
    put_program(&desk, "cargo", "printf '%s\\n' \"$@\" > called");
    let mut command = shell(&desk, "bash", &["-euo", "pipefail", "-c", action.build["run"].as_str().unwrap()]);
    let done = command.env("ACTION_PATH", "/some where").env("RUNNER_TEMP", "/temp").output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(desk.text("called"), "install\n--locked\n--path\n/some where/crates/cli\n--root\n/temp/tagledger\n");
    assert!(root().join("crates/cli/Cargo.toml").exists());
}

#[test]
fn the_hooks_run_under_pre_commit() {
    let Some(pre_commit) = python("pre-commit") else { return };
    let desk = desk();
    desk.put("hooks/.pre-commit-hooks.yaml", text(".pre-commit-hooks.yaml"));
    desk.put(
        "estate/.pre-commit-config.yaml",
        shown("pre-commit").replace("https://github.com/OWNER/tagledger", "../hooks").replace(" [--environment=production]", " [--now=2026-11-01]"),
    );
    desk.put("estate/taxonomy.yaml", TAXONOMY);
    desk.put("estate/values.yml", "replicas: 3\n");
    desk.put("estate/package.json", "{\"name\": \"x\"}\n");
    desk.put("estate/stack.yaml", desk.text("good.yaml"));
    let git = |folder: &str, words: &[&str]| {
        let mut command = shell(&desk, "git", &["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]);
        let done = command.args(words).current_dir(desk.path(folder)).output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    };
    git("hooks", &["init", "--quiet"]);
    git("hooks", &["add", "-A"]);
    git("hooks", &["commit", "--quiet", "-m", "hooks"]);
    let commit = git("hooks", &["rev-parse", "HEAD"]);
    desk.put("estate/.pre-commit-config.yaml", desk.text("estate/.pre-commit-config.yaml").replace("COMMIT", &commit));
    git("estate", &["init", "--quiet"]);
    git("estate", &["add", "-A"]);
    let run = || {
        let mut command = shell(&desk, pre_commit.to_str().unwrap(), &["run", "--all-files", "--verbose", "--color=never"]);
        command.current_dir(desk.path("estate")).env("PRE_COMMIT_HOME", desk.path("home")).output().unwrap()
    };
    let done = run();
    assert!(done.status.success(), "{}", said(&done));
    assert!(said(&done).contains("taxonomy.yaml: valid; 2 keys") && said(&done).contains("1 resource, 1 answered for, 0 failing"), "{}", said(&done));
    desk.put("estate/stack.yaml", desk.text("bad.yaml"));
    desk.put("estate/other/taxonomy.yml", "version: 1\nkeyz: {}\n");
    git("estate", &["add", "-A"]);
    let done = run();
    let log = said(&done);
    assert!(
        done.status.code() == Some(1)
            && log.contains("error[missing-required-key, untagged] It has no tags: `Environment`")
            && log.contains("other/taxonomy.yml:2:1"),
        "{log}"
    );
    assert!(log.contains("exit code: 1") && log.contains("exit code: 2") && log.contains("taxonomy.yaml: valid"), "{log}");
}

#[test]
fn the_gitlab_template_runs() {
    let Some(python) = python("python") else { return };
    let mut documents = yaml(&python, &text("ci/gitlab.yml"));
    let job = documents.remove(1)["tagledger"].clone();
    let inputs = documents[0]["spec"]["inputs"].clone();
    let script = job["script"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect::<Vec<_>>().join("\n");
    assert!(!script.contains("$[["), "an input in a script is run by the shell");
    let run = |desk: &Desk, given: &[(&str, &str)]| {
        let mut command = shell(desk, "sh", &["-eu", "-c", &script]);
        for (variable, said) in job["variables"].as_object().unwrap() {
            assert_eq!(said["expand"], false, "{variable}");
            let input = said["value"].as_str().unwrap().strip_prefix("$[[ inputs.").unwrap().strip_suffix(" ]]").unwrap();
            let value = given.iter().find(|(name, _)| *name == input).map(|(_, value)| *value).or(inputs[input]["default"].as_str());
            command.env(variable, value.unwrap_or_else(|| panic!("{input} has no default")));
        }
        command.output().unwrap()
    };
    let desk = desk();
    let done = run(&desk, &[("plans", "plan.json\ngood.yaml")]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let reports = &job["artifacts"]["reports"];
    let quality: Value = serde_json::from_str(&desk.text(reports["codequality"].as_str().unwrap())).unwrap();
    assert!(quality.as_array().unwrap().iter().any(|f| f["check_name"] == "missing-required-key"), "{quality}");
    assert!(desk.text(reports["junit"].as_str().unwrap()).starts_with("<?xml"));
    assert_eq!(run(&desk, &[("plans", "good.yaml")]).status.code(), Some(0));
    assert_eq!(run(&desk, &[("plans", "good.yaml"), ("environment", "test"), ("scope", "111122223333")]).status.code(), Some(1));
    for hostile in HOSTILE {
        for name in ["plans", "taxonomy", "environment", "scope", "fail_on"] {
            let given: Vec<_> = [("plans", "good.yaml")].into_iter().filter(|(n, _)| *n != name).chain([(name, *hostile)]).collect();
            let done = run(&desk, &given);
            assert!(!desk.path("pwned").exists(), "{name}={hostile}: {}", said(&done));
        }
    }
    // What the page shows names inputs that there are, and every one that has to be given.
    let page = yaml(&python, &shown("gitlab")).remove(0)["include"][0].clone();
    assert!(root().join(page["file"].as_str().unwrap().trim_start_matches('/')).exists());
    for name in page["inputs"].as_object().unwrap().keys() {
        assert!(inputs.get(name).is_some(), "{name}");
    }
    for (name, _) in inputs.as_object().unwrap().iter().filter(|(_, input)| input.get("default").is_none()) {
        assert!(page["inputs"].get(name).is_some(), "{name} has to be given");
    }
}

#[test]
fn the_atlantis_workflow_runs() {
    let Some(python) = python("python") else { return };
    let file = text("ci/atlantis.yaml");
    assert!(file.ends_with(&shown("atlantis")), "docs/ci.md shows another workflow than ci/atlantis.yaml");
    let steps = yaml(&python, &file).remove(0)["workflows"]["tagledger"]["plan"]["steps"].clone();
    let desk = desk();
    put_program(&desk, "terraform", "test \"$1 $2\" = 'show -json' && cat \"$3\"");
    assert!(shell(&desk, "git", &["init", "--quiet"]).status().unwrap().success());
    for (plan, code) in [("plan.json", 1), ("good.yaml", 0)] {
        let mut last = None;
        for step in steps.as_array().unwrap().iter().filter_map(|step| step["run"].as_str()) {
            let done = shell(&desk, "sh", &["-c", step]).env("PLANFILE", plan).env("SHOWFILE", "a folder.json").output().unwrap();
            last = done.status.code();
        }
        assert_eq!(last, Some(code), "{plan}");
    }
}

#[test]
fn every_file_fits_the_schema_that_its_system_published() {
    let (Some(schema), Some(pre_commit), Some(python)) = (python("check-jsonschema"), python("pre-commit"), python("python")) else { return };
    let desk = desk();
    let fits = |builtin: &str, name: &str, text: &str| {
        let file = desk.put(name, text);
        Command::new(&schema).args(["--builtin-schema", builtin]).arg(file).output().unwrap()
    };
    let gitlab = yaml(&python, &text("ci/gitlab.yml"));
    for (builtin, name, text) in [
        ("vendor.github-actions", "action.yml", text("action.yml")),
        ("vendor.github-workflows", "workflow.yml", shown("github")),
        ("vendor.gitlab-ci", "header.json", gitlab[0].to_string()),
        ("vendor.gitlab-ci", "jobs.json", gitlab[1].to_string()),
        ("vendor.gitlab-ci", "include.yml", shown("gitlab")),
    ] {
        let done = fits(builtin, name, &text);
        assert!(done.status.success(), "{name}: {}", said(&done));
    }
    // The schemas can say no.
    assert!(!fits("vendor.github-actions", "wrong.yml", &text("action.yml").replace("using: composite", "using: nothing")).status.success());
    assert!(!fits("vendor.gitlab-ci", "wrong.json", &gitlab[1].to_string().replace("\"script\"", "\"scrpt\"")).status.success());
    let manifest = Command::new(&pre_commit).arg("validate-manifest").arg(root().join(".pre-commit-hooks.yaml")).output().unwrap();
    assert!(manifest.status.success(), "{}", said(&manifest));
    let config = desk.put("config.yaml", shown("pre-commit"));
    let config = Command::new(&pre_commit).arg("validate-config").arg(config).output().unwrap();
    assert!(config.status.success(), "{}", said(&config));
    // The workflow on the page gives inputs that there are, and the page lists all of them.
    let (action, workflow, page) = (Action::read(&python), yaml(&python, &shown("github")).remove(0), text("docs/ci.md"));
    let with = workflow["jobs"]["tags"]["steps"][2]["with"].clone();
    assert!(with.as_object().unwrap().keys().all(|name| action.inputs.get(name).is_some()), "{with}");
    for name in action.inputs.as_object().unwrap().keys() {
        assert!(page.contains(&format!("`{name}`")), "docs/ci.md does not name the input {name}");
    }
}
