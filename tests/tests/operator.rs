//! The operator's path: the page is carried out from top to bottom, with a folder in place of the system's root and the smallest systemd that starts a unit. Then a
//! second night brings something new, a third one fails, and the right people hear of each.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::{Value, json};
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, Output};
use tagledger_tests::{Desk, NOW, Server, root, skipped, tagledger};

const PAGE: &str = "docs/operator.md";

/// What of systemd the page needs: `start` does what the service says, and what its `OnFailure=` says where it ends otherwise than well.
const SYSTEMCTL: &str = r#"#!/bin/bash
set -e
units=$ROOT/etc/systemd/system
run() {
    unit=$units/$1
    line=$(sed -n 's/^ExecStart=//p' "$unit" | sed -e "s#%E#$ROOT/etc#g; s#%S#$ROOT/var/lib#g; s#%C#$ROOT/var/cache#g; s#%i#$2#g; s#%H#host-1#g; s#/usr/local/bin#$ROOT/usr/local/bin#g")
    mkdir -p "$ROOT/var/lib/tagledger"
    code=0
    (cd "$ROOT/var/lib/tagledger" && eval "$line") > "$ROOT/log-of-$1" 2>&1 || code=$?
    case " 0 $(sed -n 's/^SuccessExitStatus=//p' "$unit") " in
        *" $code "*)
            after=$(sed -n 's/^ExecStartPost=+-//p' "$unit" | sed -e "s#%S#$ROOT/var/lib#g; s# /var/lib/prometheus# $ROOT/var/lib/prometheus#")
            [ -z "$after" ] || eval "$after"
            return
            ;;
    esac
    onfailure=$(sed -n 's/^OnFailure=//p' "$unit" | sed "s#%n#$1#")
    [ -z "$onfailure" ] || run "${onfailure%%@*}@.service" "$1"
}
case $1 in
    daemon-reload) ;;
    enable) test "$2" = --now; grep -q '^Unit=tagledger.service$' "$units/$3" ;;
    start)
        name=${*: -1}
        case $name in *@*) run "${name%%@*}@.service" "$(basename "${name#*@}" .service)" ;; *) run "$name" "" ;; esac
        ;;
    *) exit 1 ;;
esac
"#;

/// The log of the unit.
const JOURNALCTL: &str = "#!/bin/sh\n[ \"$1\" = --unit ] && [ ! -e \"$ROOT/log-of-$2\" ] || tail -n \"$4\" \"$ROOT/log-of-$2\"\n";

struct Machine {
    desk: Desk,
    hooks: Server,
}

impl Machine {
    fn new(hooks: Server) -> Self {
        let desk = Desk::new();
        let estate = root().join("examples/estate");
        for (from, to) in [(estate.join("inventory"), "exports"), (estate.join("bill"), "bills"), (root().join("deploy"), "deploy")] {
            assert!(Command::new("cp").arg("-r").arg(from).arg(desk.path(to)).status().unwrap().success());
        }
        for (name, text) in [("systemctl", SYSTEMCTL), ("journalctl", JOURNALCTL), ("cargo", "#!/bin/sh\n[ \"$*\" = 'build --release --locked' ]\n")] {
            let file = desk.put(&format!("bin/{name}"), text);
            std::fs::set_permissions(file, Permissions::from_mode(0o755)).unwrap();
        }
        for folder in ["usr/local/bin", "etc/bash_completion.d", "etc/systemd/system", "etc/prometheus", "var/lib/prometheus/node-exporter", "target/release"] {
            std::fs::create_dir_all(desk.path(folder)).unwrap();
        }
        let program = PathBuf::from(tagledger([""; 0]).0.get_program());
        symlink(program, desk.path("target/release/tagledger")).unwrap();
        Self { desk, hooks }
    }

    /// A piece of shell, as root on this machine.
    fn shell(&self, text: &str, now: &str) -> Output {
        let place = self.desk.path("").display().to_string().trim_end_matches('/').to_owned();
        let at = |text: String, folder: &str| text.replace(&format!(" /{folder}/"), &format!(" {place}/{folder}/"));
        let text = ["usr/local", "etc", "var/lib"].into_iter().fold(text.replace("127.0.0.1:8123", &format!("127.0.0.1:{}", self.hooks.port)), at);
        // Copying half a gigabyte for each test would be felt: `install` of the program is a link.
        let text = text.replace("install -m 755 target", "ln -sf \"$ROOT\"/target");
        let path = format!("{place}/bin:{place}/usr/local/bin:{}", std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TAGLEDGER_")) {
            command.env_remove(name);
        }
        // Findings are no failure of a page.
        let script = format!("tagledger() {{ local code=0; command tagledger \"$@\" || code=$?; [ $code -le 1 ] || exit $code; }}\n{text}");
        command.args(["-e", "-c", &script]).current_dir(self.desk.path("")).env("PATH", path).env("ROOT", &place).env("TAGLEDGER_NOW", now);
        command.output().unwrap()
    }

    /// What came to a route.
    fn told(&self, route: &str) -> Vec<Value> {
        let asked = self.hooks.get("/-/asked");
        let to = asked.as_array().unwrap().iter().filter(|call| call["path"] == format!("/{route}"));
        to.map(|call| serde_json::from_str(call["body"].as_str().unwrap()).unwrap()).collect()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The blocks of the page that a shell reads.
fn blocks() -> Vec<String> {
    let text = std::fs::read_to_string(root().join(PAGE)).unwrap();
    let blocks: Vec<String> = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect();
    assert_eq!(blocks.len(), 6, "a block for each step");
    blocks
}

#[test]
fn the_page_is_carried_out_and_the_right_people_hear_of_each_night() {
    let has_promtool = Command::new("promtool").arg("--version").output().is_ok_and(|done| done.status.success());
    if !has_promtool {
        return skipped("there is no promtool on PATH; `cargo xtask test` installs Prometheus on Debian");
    }
    let Some(hooks) = Server::script("hooks.py", &[], "{}") else { return };
    let machine = Machine::new(hooks);
    let blocks = blocks();
    let carry_out = |step: usize, now: &str| {
        let (block, done) = (&blocks[step - 1], machine.shell(&blocks[step - 1], now));
        let said: String = said(&done).chars().take(2000).collect();
        assert!(done.status.success(), "{PAGE}, step {step}:\n{block}\n{said}");
    };
    (1..=5).for_each(|step| carry_out(step, NOW));
    // Installed: the page of the manual, the completions and the units are there.
    for file in ["usr/local/share/man/man1/tagledger-scan.1", "etc/bash_completion.d/tagledger", "etc/systemd/system/tagledger-alarm@.service"] {
        assert!(machine.desk.path(file).exists(), "{file}");
    }
    // The test of the alarm, and the first night.
    let operators = machine.told("operators");
    assert_eq!((operators.len(), operators[0]["schema"].as_str()), (2, Some("tagledger.alarm/1")), "by hand, and by its unit");
    assert!(operators[1]["text"].as_str().unwrap().starts_with("test failed on host-1"), "{}", operators[1]);
    let finops = machine.told("finops");
    assert_eq!((finops.len(), &finops[0]["exit"]["code"], finops[0]["since"].is_null()), (1, &json!(1), true));
    let log = machine.desk.text("log-of-tagledger.service");
    assert!(log.lines().count() >= 1 && log.contains("/tagledger/night: ") && log.contains("(exit 1)"), "{log}");
    let handed_over = machine.desk.text("var/lib/prometheus/node-exporter/tagledger.prom");
    assert!(handed_over.contains("tagledger_run_timestamp_seconds"));

    // The second night: one thing more, which nobody tagged. Whoever is told hears of that and of nothing else.
    machine.desk.put("etc/tagledger/exports/cellar.csv", "cloud,scope,kind,id,taggable,tags\nonprem,cellar,vm,vm-forgotten,yes,{}\n");
    let done = machine.shell("systemctl start tagledger.service", "2026-11-02T00:00:00Z");
    assert!(done.status.success(), "{}", said(&done));
    let finops = machine.told("finops");
    assert_eq!(finops.len(), 2, "{}", machine.desk.text("log-of-tagledger.service"));
    let new: Vec<&str> = finops[1]["findings"].as_array().unwrap().iter().map(|finding| finding["resource"].as_str().unwrap()).collect();
    assert!(!new.is_empty() && new.iter().all(|resource| *resource == "vm-forgotten"), "{new:?}");
    assert_eq!(machine.told("operators").len(), 2, "a night with findings is no alarm");
    carry_out(6, "2026-11-02T07:00:00Z");

    // The third night cannot begin: a mistake in the settings, and one in the taxonomy. Nobody but the operators hears of it, with the place of the mistake.
    for (file, mistake) in [("tagledger.yaml", "tagledger.yaml:1:10: error: Version `2`"), ("taxonomy.yaml", "taxonomy.yaml:1:10: error: Version `2`")] {
        let path = format!("etc/tagledger/{file}");
        let before = machine.desk.text(&path);
        machine.desk.put(&path, "version: 2\nkeys: { Environment: {} }\n");
        let done = machine.shell("systemctl start tagledger.service", "2026-11-03T00:00:00Z");
        assert!(done.status.success(), "{}", said(&done));
        let text = machine.told("operators").pop().unwrap()["text"].as_str().unwrap().to_owned();
        assert!(text.starts_with("tagledger.service failed on host-1\n") && text.contains(mistake), "{file}: {text}");
        machine.desk.put(&path, before);
    }
    assert_eq!((machine.told("finops").len(), machine.told("operators").len()), (2, 4));
    assert!(machine.desk.path("var/lib/tagledger/night/report.html").exists(), "what the second night wrote still stands");
}

#[test]
fn alerts_fire_when_they_should_and_not_otherwise() {
    let is_here = Command::new("promtool").arg("--version").output().is_ok_and(|done| done.status.success());
    if !is_here {
        return skipped("there is no promtool on PATH; `cargo xtask test` installs Prometheus on Debian");
    }
    let desk = Desk::new();
    std::fs::copy(root().join("deploy/prometheus/alerts.yml"), desk.path("alerts.yml")).unwrap();
    // Numbers of two days in steps of an hour: a run at the beginning, and then, or not, one each day.
    let case = |name: &str, series: &[(&str, &str)], at: &str, firing: &[&str]| {
        let series: Vec<Value> = series.iter().map(|(series, values)| json!({"series": series, "values": values})).collect();
        let all = ["TagledgerNightMissing", "TagledgerNightUnknown", "TagledgerNotEverythingSeen", "TagledgerErrorsRose"];
        let tests: Vec<Value> = all
            .iter()
            .map(|alert| {
                let expected = if firing.contains(alert) { json!([{}]) } else { json!([]) };
                json!({"eval_time": at, "alertname": alert, "exp_alerts": expected})
            })
            .collect();
        json!({"name": name, "interval": "1h", "input_series": series, "alert_rule_test": tests})
    };
    let run = "tagledger_run_timestamp_seconds";
    let (whole, denied) = ("tagledger_coverage_places{state=\"whole\"}", "tagledger_coverage_places{state=\"denied\"}");
    let (errors, warnings) =
        ("tagledger_findings{level=\"error\",verdict=\"violated\",rule=\"a\"}", "tagledger_findings{level=\"warn\",verdict=\"violated\",rule=\"b\"}");
    let tests = json!([
        case("well", &[(run, "0x23 86400x24"), (whole, "9x47"), (denied, "0x47"), (errors, "5x47"), (warnings, "1x23 9x24")], "40h", &[]),
        case("no second night", &[(run, "0x47"), (whole, "9x47")], "40h", &["TagledgerNightMissing"]),
        case("not late yet", &[(run, "0x47")], "35h", &[]),
        case("nobody there", &[(whole, "9x47")], "3h", &["TagledgerNightUnknown"]),
        case("blind", &[(run, "0x47"), (whole, "9x47"), (denied, "2x47")], "2h", &["TagledgerNotEverythingSeen"]),
        case("worse", &[(run, "0x23 86400x24"), (errors, "5x23 7x24")], "30h", &["TagledgerErrorsRose"]),
    ]);
    // Which alerts fire is what is tested, and not how their sentences go on.
    let script = r#"
import json, re, subprocess, sys
tests = json.load(sys.stdin)
wrong = []
for case in tests:
    for one in case["alert_rule_test"]:
        one_case = dict(case, alert_rule_test=[dict(one, exp_alerts=[])])
        name = one_case.pop("name")
        json.dump({"rule_files": ["alerts.yml"], "evaluation_interval": "1h", "tests": [one_case]}, open("test.yml", "w"))
        done = subprocess.run(["promtool", "test", "rules", "test.yml"], capture_output=True, text=True)
        fires = done.returncode != 0
        if fires and "got:" not in done.stdout + done.stderr:
            wrong.append(done.stdout + done.stderr)
        if fires != bool(one["exp_alerts"]):
            wrong.append(f"{name}: {one['alertname']} {'fires' if fires else 'does not fire'}")
print(json.dumps(wrong))
"#;
    let Some(mut python) = tagledger_tests::python() else { return };
    let mut child =
        python.args(["-c", script]).current_dir(desk.path("")).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), tests.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "[]");
}
