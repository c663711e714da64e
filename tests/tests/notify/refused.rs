//! What is refused before anything is asked or sent.

use super::*;
use tagledger_tests::tagledger;

#[test]
fn mistakes_in_routes_have_their_places_and_show_no_secret() {
    let desk = Desk::new();
    desk.put(
        "tagledger.yaml",
        "version: 1
notify:
  report_url: report.html
  routes:
    - name: Platform
      slack: { url_from: https://hooks.example.com/T000/s3cr3t }
    - slack: { url: https://hooks.example.com/T000/s3cr3t, channel: x }
    - name: two
      teams: { url_from: { env: 1X } }
      webhook: { url: http://siem.example.com/in }
    - name: two
      level: warning
    - name: mail
      email: { server: smtp.example.com, password: s3cr3t, tls: none, user: x, from: nobody }
    - name: clear
      email:
        server: smtp.example.com:25
        tls: none
        user: x
        password_from: { env: A, file: b }
        from: a@example.com
        to: []
",
    );
    let done = desk.call("settings check").exits(2);
    let said: Vec<String> =
        done.err.lines().filter(|line| line.contains(": error: ")).map(|line| line.trim_start_matches("tagledger.yaml:").replace(" error: ", " ")).collect();
    assert_eq!(
        said,
        [
            "3:15: `report.html` does not fit `report_url`",
            "5:13: `Platform` does not fit `name`",
            "6:26: `url_from` must say where the secret is, not what it is",
            "7:7: No `name` in a route",
            "7:7: No `url_from` in `slack`",
            "7:16: Unknown field `url` in `slack`",
            "7:60: Unknown field `channel` in `slack`",
            "9:33: `1X` does not fit `env`",
            "10:7: A route leads to teams and webhook",
            "10:23: `http://siem.example.com/in` does not fit `url`",
            "11:7: Two routes are called `two`",
            "11:7: A route leads nowhere",
            "12:14: `level` cannot be `warning`",
            "14:7: No `to` in `email`",
            "14:24: `smtp.example.com` does not fit `server`",
            "14:42: Unknown field `password` in `email`",
            "14:71: `user` without `password_from`",
            "14:86: `nobody` does not fit `from`",
            "18:9: `tls: none` would send the password where anybody on the way reads it",
            "20:9: `password_from` names a variable and a file",
            "22:9: `to` names nobody",
        ]
    );
    assert!(!done.err.contains("s3cr3t") && done.err.contains("url_from: ••••"), "{}", done.err);
}

#[test]
fn a_scan_that_could_tell_nobody_stops_before_it_begins() {
    let desk = desk();
    let refused = |routes: &str, call: Call| {
        settings(&desk, "", &[routes]);
        let done = call.exits(2);
        assert!(!desk.path("run2").exists() && !done.err.contains(SECRET), "{}", done.err);
        done.err
    };
    let scan = || night(&desk, 2, &[OLD]);
    let slack = "name: a, slack: { url_from: { env: HOOK } }";
    assert_eq!(refused(slack, scan()), "error: route a: the environment variable HOOK is not set\n");
    let plain = refused(slack, scan().env("HOOK", format!("http://hooks.example.com/{SECRET}")));
    assert_eq!(plain, "error: route a: the address in the environment variable HOOK is http, by which anybody on the way reads it: write https\n");
    assert!(refused("name: a, teams: { url_from: { file: nowhere } }", scan()).contains("the file nowhere cannot be read"));
    let unknown = refused(&format!("{slack}, environments: [prodution]"), scan().env("HOOK", "https://localhost/"));
    assert_eq!(unknown, "error: route a: the taxonomy has no Environment `prodution`. Did you mean `production`?\n");
    assert!(refused(&format!("{slack}, except_applications: [A1]"), scan()).contains("no Application can be `A1`"));
    settings(&desk, "", &[slack]);
    let words = "scan -q --from inventory.csv --now 2026-11-02 --out run2 --history none --format none";
    let done = desk.call(words).env("HOOK", "https://localhost/").exits(2);
    assert!(done.err.starts_with("error: route a: without a history nobody knows what is new"), "{}", done.err);
    assert!(!desk.path("run2").exists());
    desk.call(words).with(["--no-notify"]).exits(1);
    let done = desk.call("notify run2").env("HOOK", "https://localhost/").exits(2);
    assert!(done.err.contains("was made without a history"), "{}", done.err);
}

#[test]
fn a_command_that_has_nobody_to_tell_says_so() {
    let desk = desk();
    assert!(desk.call("notify run1").exits(2).err.contains("nobody is to be told: write `notify:`"));
    settings(&desk, "", &["name: a, slack: { url_from: { env: HOOK } }"]);
    assert!(desk.call("notify run1 --route b").exits(2).err.contains("--route b: there is no such route; there are a"));
    assert!(desk.call("notify nowhere").exits(2).err.contains("nowhere"));
    let done = tagledger(["settings", "check"]).within(&desk.path("")).exits(0);
    assert_eq!(done.out, "tagledger.yaml: valid; no cloud is asked, tells a\n");
}
