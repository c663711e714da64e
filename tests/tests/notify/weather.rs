//! Answers that are none, or not the last word; and what is open again.

use super::*;

#[test]
fn what_may_pass_is_sent_again_and_what_fails_loses_no_run() {
    let again = json!([429, { "Retry-After": "0" }, "slow down"]);
    let Some(server) = hooks(&json!({
        format!("/busy/{SECRET}"): [again, [503, { "Retry-After": "0" }, ""], [200, {}, "ok"]],
        format!("/gone/{SECRET}"): [[404, {}, format!("no_service at /gone/{SECRET}")]],
        format!("/moved/{SECRET}"): [[302, { "Location": "/elsewhere" }, ""]],
        format!("/hours/{SECRET}"): [[503, { "Retry-After": "86400" }, ""]],
    })) else {
        return;
    };
    let desk = desk();
    let names = ["gone", "busy", "moved", "hours"];
    let routes = names.map(|name| format!("name: {name}, slack: {{ url_from: {{ env: {} }} }}", name.to_uppercase()));
    settings(&desk, "  retries: 2\n", &routes.each_ref().map(String::as_str));
    let known = |mut call: Call| {
        for name in names {
            call = call.env(&name.to_uppercase(), format!("{}/{name}/{SECRET}", server.url()));
        }
        call
    };
    let done = known(night(&desk, 2, &[OLD, ("vm-2", "production", "-", "1.00")])).exits(1);
    let warnings: Vec<&str> = done.err.lines().collect();
    assert_eq!(
        warnings,
        [
            "warning: route gone: the answer was 404 Not Found: no_service at •••; `tagledger notify run2 --route gone` tries again",
            "warning: route moved: the answer was 302 Found; redirects are not followed; `tagledger notify run2 --route moved` tries again",
            "warning: route hours: the answer was 503 Service Unavailable, and asks to wait for 86400 seconds, which is not waited for; \
             `tagledger notify run2 --route hours` tries again",
        ]
    );
    let times = |name: &str| paths(&server).iter().filter(|path| path.starts_with(&format!("/{name}/"))).count();
    assert_eq!((names.map(times), times("elsewhere")), ([1, 3, 1, 1], 0));
    assert!(desk.path("run2/report.json").exists(), "the run stands");
    let runs = desk.call("trend --history history --format json").exits(0).out;
    assert!(runs.contains("2026-11-02T01:00:00Z"), "and is in the history: {runs}");
    // Each is told by hand once it answers.
    let done = known(desk.call("notify run2 --history history --route gone --route busy")).exits(0);
    assert_eq!(done.out, "route gone: told of 1 finding\nroute busy: told of 1 finding\n");
}

#[test]
fn no_answer_is_a_failure_that_names_no_secret() {
    let Some(server) = hooks(&json!({ format!("/drop/{SECRET}"): ["drop"], format!("/rubbish/{SECRET}"): ["rubbish"] })) else { return };
    let desk = desk();
    settings(
        &desk,
        "  retries: 0\n",
        &["name: a, slack: { url_from: { env: A } }", "name: b, webhook: { url_from: { env: B } }", "name: c, teams: { url_from: { env: C } }"],
    );
    night(&desk, 2, &[OLD, ("vm-2", "production", "-", "1.00")]).with(["--no-notify"]).exits(1);
    let call = desk.call("notify run2 --history history").env("A", format!("{}/drop/{SECRET}", server.url()));
    // Nobody listens at port 1.
    let done = call.env("B", format!("{}/rubbish/{SECRET}", server.url())).env("C", format!("http://127.0.0.1:1/{SECRET}")).exits(4);
    let lines: Vec<&str> = done.err.lines().collect();
    assert_eq!(lines.len(), 3, "{}", done.err);
    for (line, route) in lines.iter().zip(["a", "b", "c"]) {
        assert!(line.starts_with(&format!("error: route {route}: ")) && line.len() > 30, "{line}");
    }
    assert!(!done.err.contains(SECRET) && lines[2].contains("refused"), "{}", done.err);
    let still = desk.call("notify run2 --history history --route a").env("A", format!("{}/x", server.url())).exits(0);
    assert_eq!(still.out, "route a: told of 1 finding\n");
}

#[test]
fn https_is_trusted_by_the_authority_that_the_settings_name_and_by_no_other() {
    let desk = desk();
    let Some(server) = Server::script("hooks.py", &[desk.path("").to_str().unwrap()], "{}") else { return };
    let port = server.get("/-/tls")["port"].as_u64().unwrap();
    let route = |ca: &str| format!("name: siem, webhook: {{ url: 'https://localhost:{port}/in'{ca} }}, when: always");
    settings(&desk, "  retries: 0\n", &[&route("")]);
    let done = desk.call("notify run1 --history history").exits(4);
    assert!(done.err.contains("certificate"), "{}", done.err);
    assert_eq!(asked(&server).len(), 0);
    settings(&desk, "  retries: 0\n", &[&route(", ca: ca.pem")]);
    desk.call("notify run1 --history history").exits(0);
    assert_eq!(paths(&server), ["/in"]);
    desk.put("ca.pem", "no certificate");
    let done = desk.call("notify run1 --history history").exits(2);
    assert!(done.err.contains("ca.pem: holds no certificate"), "{}", done.err);
}

#[test]
fn what_is_open_again_is_news_and_what_nobody_looked_at_is_not_fixed() {
    let Some(server) = hooks(&json!({})) else { return };
    let desk = desk();
    settings(&desk, "", &[&format!("name: all, webhook: {{ url: {}/in }}", server.url())]);
    let waiver = "waivers: [{ rule: missing-required-key, resource: vm-old, reason: r, owner: o, expires: 2099-01-01 }]\n";
    let taxonomy = desk.text("taxonomy.yaml");
    desk.put("taxonomy.yaml", format!("{taxonomy}{waiver}"));
    night(&desk, 2, &[OLD, ("vm-mend", "production", "-", "4.00")]).exits(1);
    assert_eq!(asked(&server).len(), 0, "a waiver is no news");
    desk.put("taxonomy.yaml", taxonomy);
    night(&desk, 3, &[OLD, ("vm-mend", "production", "-", "4.00")]).exits(1);
    let told = body(&asked(&server)[0]);
    assert_eq!(
        (&told["counts"]["reopened"], &told["findings"][0]["change"], &told["findings"][0]["resource"]),
        (&1.into(), &"reopened".into(), &"vm-old".into())
    );
    // The record of the nights before is what a stored run is compared with; where it is gone, nothing is said of them.
    desk.call("notify run3 --history history").exits(0);
    let calls = asked(&server);
    assert_eq!(calls[1]["body"], calls[0]["body"]);
    settings(&desk, "", &[&format!("name: all, webhook: {{ url: {}/in }}, when: always", server.url())]);
    desk.call("notify run3 --history elsewhere").exits(0);
    assert_eq!(body(&asked(&server)[2])["counts"]["away"], Value::Null);
}
