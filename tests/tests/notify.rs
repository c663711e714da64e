//! Who is told of a run: real servers on this machine take what the program sends, and other programs verify and take apart what came.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

#[path = "notify/mail.rs"]
mod mail;
#[path = "notify/refused.rs"]
mod refused;
#[path = "notify/weather.rs"]
mod weather;

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;
use tagledger_tests::{Call, Desk, Server, python, root};

const TAXONOMY: &str = "version: 1
keys:
  Environment: { required: true, values: { production: [], development: [] } }
  Application: { pattern: \"[a-z]+\" }
  Owner: { required: true }
";

/// A path that nobody may see.
const SECRET: &str = "s3cr3t-address-4711";

/// Machines by name, environment, owner and price in October; an owner of `-` is missing, which breaks a rule.
type Machine<'m> = (&'m str, &'m str, &'m str, &'m str);

/// A desk with a history of one night, told to nobody: one machine without an owner.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("taxonomy.yaml", TAXONOMY);
    night(&desk, 1, &[OLD, ("vm-mend", "production", "-", "4.00")]).with(["--no-notify"]).exits(1);
    desk
}

const OLD: Machine<'static> = ("vm-old", "production", "-", "7.00");

/// A scan of these machines on a night of November.
fn night(desk: &Desk, day: u32, machines: &[Machine<'_>]) -> Call {
    let mut inventory = "cloud,scope,kind,id,taggable,tags\n".to_owned();
    let mut bill =
        "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,ServiceName,ResourceId,Tags\n"
            .to_owned();
    for (id, environment, owner, price) in machines {
        let mut tags = json!({ "Environment": environment, "Application": "shop" });
        if *owner != "-" {
            tags["Owner"] = json!(owner);
        }
        writeln!(inventory, "onprem,dc-1,vm,{id},yes,\"{}\"", tags.to_string().replace('"', "\"\"")).unwrap();
        writeln!(bill, "{price},{price},{price},{price},EUR,2026-10-01T00:00:00Z,onprem,dc-1,Machines,{id},").unwrap();
    }
    desk.put("inventory.csv", inventory);
    desk.put("bill.csv", bill);
    let words = format!("scan -q --from inventory.csv --bill bill.csv --now 2026-11-{day:02}T01:00:00Z --out run{day} --history history --format none");
    desk.call(&words)
}

/// Settings with these routes, each a line of flow style.
fn settings(desk: &Desk, head: &str, routes: &[&str]) {
    let routes: Vec<String> = routes.iter().map(|route| format!("    - {{ {route} }}")).collect();
    desk.put("tagledger.yaml", format!("version: 1\nnotify:\n{head}  routes:\n{}\n", routes.join("\n")));
}

/// A server of ours that answers paths as it is told.
fn hooks(answers: &Value) -> Option<Server> {
    Server::script("hooks.py", &[], &answers.to_string())
}

/// What the server was asked, in order.
fn asked(server: &Server) -> Vec<Value> {
    server.get("/-/asked").as_array().unwrap().clone()
}

fn paths(server: &Server) -> Vec<String> {
    asked(server).iter().map(|call| call["path"].as_str().unwrap().to_owned()).collect()
}

fn body(call: &Value) -> Value {
    serde_json::from_str(call["body"].as_str().unwrap()).unwrap()
}

/// What a script of Python prints that is given arguments and standard input.
fn by_python(script: &str, arguments: &[&str], input: &str) -> Option<String> {
    let mut child = python()?.arg("-c").arg(script).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_night_tells_each_route_of_what_is_new_to_it_and_development_wakes_nobody() {
    let Some(server) = hooks(&json!({})) else { return };
    let desk = desk();
    settings(
        &desk,
        "  report_url: https://reports.example.com/{run}/report.html\n",
        &[
            "name: platform, slack: { url_from: { env: HOOK } }, except_environments: [development]",
            "name: cards, teams: { url_from: { file: secrets/teams } }, environments: [production], top: 1",
            "name: janes, slack: { url_from: { env: JANES } }, owners: [jane]",
            "name: all, webhook: { url_from: { env: ALL } }, when: always",
        ],
    );
    desk.put("secrets/teams", format!("{}/teams/{SECRET}\n", server.url()));
    let told = |call: Call| {
        let address = |path: &str| format!("{}/{path}/{SECRET}", server.url());
        call.env("HOOK", address("slack")).env("JANES", address("janes")).env("ALL", address("all"))
    };
    let second: &[Machine<'_>] = &[
        OLD,
        ("vm-mend", "production", "jane", "4.00"),
        ("vm-cheap", "production", "-", "1.25"),
        ("vm-dear", "production", "-", "10.005"),
        ("vm-toy", "development", "-", "900.00"),
    ];
    let done = told(night(&desk, 2, second)).exits(1);
    assert_eq!((done.out.as_str(), done.err.as_str()), ("", ""), "a quiet scan that told everybody says nothing");
    let calls = asked(&server);
    let of = |route: &str| calls.iter().find(|call| call["path"] == format!("/{route}/{SECRET}"));
    assert_eq!(calls.len(), 3, "nobody told Jane, whose machines are in order: {calls:#?}");

    let slack = body(of("slack").unwrap());
    assert_eq!(slack["text"], "Tagledger 2026-11-02: 2 new findings, 11.26 EUR a month");
    let texts: Vec<&str> = slack["blocks"].as_array().unwrap().iter().filter_map(|block| block["text"]["text"].as_str()).collect();
    let place = |word: &str| texts.iter().position(|text| text.contains(word)).unwrap_or_else(|| panic!("{word}: {texts:#?}"));
    assert!(place("vm-dear") < place("vm-cheap"), "dearest first");
    assert!(!slack.to_string().contains("vm-toy") && !slack.to_string().contains("vm-old"));
    assert!(texts[1].contains("Since 2026-11-01T01:00:00Z: 2 new, 1 fixed, 1 still open."), "{}", texts[1]);
    assert!(texts[1].contains("Costs come to 922.255 EUR, to the last digit what the bill says."), "{}", texts[1]);
    assert!(texts.contains(&"<https://reports.example.com/run2/report.html|Open the report>"));

    let teams = body(of("teams").unwrap());
    assert_eq!((&teams["type"], &teams["attachments"][0]["contentType"]), (&"message".into(), &"application/vnd.microsoft.card.adaptive".into()));
    assert!(teams.to_string().contains("vm-dear") && !teams.to_string().contains("vm-cheap"), "one is listed");
    assert!(teams.to_string().contains("1 finding more in the report."));

    let all = body(of("all").unwrap());
    let listed: Vec<&str> = all["findings"].as_array().unwrap().iter().map(|finding| finding["resource"].as_str().unwrap()).collect();
    assert_eq!(listed, ["vm-toy", "vm-dear", "vm-cheap", "vm-old"], "new first, then dearest first");
    assert_eq!(all["counts"]["still"], 1);

    // Another night brings nothing but a toy: only who asked for everything hears of it.
    let third: Vec<Machine<'_>> = second.iter().copied().chain([("vm-toy-2", "development", "-", "5.00")]).collect();
    told(night(&desk, 3, &third)).exits(1);
    assert_eq!(paths(&server)[3..], [format!("/all/{SECRET}")]);
    assert_eq!(body(&asked(&server)[3])["counts"]["new"], 1);
}

#[test]
fn a_webhook_is_a_documented_signed_document_that_others_verify() {
    let Some(server) = hooks(&json!({})) else { return };
    let desk = desk();
    settings(&desk, "", &[&format!("name: siem, webhook: {{ url: {}/in, sign_with: {{ env: KEY }} }}, level: info", server.url())]);
    let key = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    night(&desk, 2, &[OLD, ("vm-2", "production", "-", "1.00"), ("vm-3", "production", "jane", "2.00")]).env("KEY", key).exits(1);
    desk.call("notify run2 --history history").env("KEY", key).exits(0);
    let calls = asked(&server);
    assert_eq!((calls.len(), body(&calls[0])["schema"].as_str()), (2, Some("tagledger.notification/1")));
    assert_eq!(calls[0]["body"], calls[1]["body"], "a stored run says what the scan said");
    assert_eq!(calls[0]["headers"]["idempotency-key"], calls[1]["headers"]["idempotency-key"], "so that a receiver can drop it");
    assert_eq!(body(&calls[0])["id"], calls[0]["headers"]["idempotency-key"]);
    let verify = r#"
import base64, hashlib, hmac, json, sys, time
import jsonschema, standardwebhooks
key, schema = sys.argv[1], json.load(open(sys.argv[2]))
jsonschema.Draft202012Validator.check_schema(schema)
for call in json.load(sys.stdin):
    headers, body = call["headers"], call["body"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    expected = "v1," + base64.b64encode(hmac.new(base64.b64decode(key[6:]), signed, hashlib.sha256).digest()).decode()
    print(hmac.compare_digest(expected, headers["webhook-signature"]), abs(time.time() - int(headers["webhook-timestamp"])) < 300, headers["content-type"])
    standardwebhooks.Webhook(key).verify(body, headers)
    for changed in (body.replace("vm-2", "vm-4"), ""):
        try:
            standardwebhooks.Webhook(key).verify(changed, headers)
            print("a changed body passes")
        except standardwebhooks.WebhookVerificationError:
            pass
    document = json.loads(body)
    print([error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)])
    del document["counts"]
    print(len(list(jsonschema.Draft202012Validator(schema).iter_errors(document))))
"#;
    let said = by_python(verify, &[key, root().join("notification.schema.json").to_str().unwrap()], &Value::from(calls).to_string()).unwrap();
    assert_eq!(said, "True True application/json\n[]\n1\n".repeat(2));
}

#[test]
fn an_alarm_needs_no_run_and_goes_to_whoever_is_named() {
    let Some(server) = hooks(&json!({"/siem": [[503, {}, "later"]]})) else { return };
    let desk = Desk::new();
    let address = format!("{}/slack/{SECRET}", server.url());
    let webhook = format!("name: siem, webhook: {{ url: {}/siem, sign_with: {{ env: KEY }} }}", server.url());
    settings(
        &desk,
        "  retries: 1\n",
        &["name: operators, slack: { url_from: { env: HOOK } }, environments: [nowhere]", &webhook, "name: cards, teams: { url_from: { env: HOOK } }"],
    );
    let call = |words: &[&str]| desk.call("notify").with(words.iter().copied()).env("HOOK", &address).env("KEY", "secret");
    let log = "tagledger.service failed on host-1\n<!channel> error: it broke\n\nlast line";
    desk.put("log", log);
    let read = |words: &[&str]| {
        let mut call = call(words);
        call.0.stdin(std::fs::File::open(desk.path("log")).unwrap());
        call
    };
    // A dry run shows it and no secret.
    let shown = read(&["--alarm", "-", "--route", "operators", "--route", "siem", "--dry-run"]).exits(0).out;
    assert!(shown.contains("Tagledger: tagledger.service failed on host-1") && shown.contains("tagledger.alarm/1") && !shown.contains(SECRET), "{shown}");
    assert!(asked(&server).is_empty());
    let done = read(&["--alarm", "-", "--route", "operators", "--route", "siem", "--route", "cards"]).exits(0);
    assert_eq!(done.out, "route operators: told of an alarm\nroute siem: told of an alarm\nroute cards: told of an alarm\n");
    let calls = asked(&server);
    assert_eq!(paths(&server), [format!("/slack/{SECRET}"), "/siem".to_owned(), "/siem".to_owned(), format!("/slack/{SECRET}")], "tried again");
    let slack = body(&calls[0]);
    assert_eq!(slack["text"], "Tagledger: tagledger.service failed on host-1");
    assert!(slack.to_string().contains("&lt;!channel&gt; error: it broke") && slack.to_string().contains("last line"), "{slack}");
    let document = body(&calls[2]);
    assert_eq!((&document["schema"], &document["text"], &document["route"]), (&"tagledger.alarm/1".into(), &log.into(), &"siem".into()));
    assert_eq!(document["id"], calls[2]["headers"]["webhook-id"]);
    assert!(calls[2]["headers"]["webhook-signature"].is_string());
    assert_eq!(calls[1]["headers"]["webhook-id"], calls[2]["headers"]["webhook-id"], "a receiver can drop the second");
    assert!(body(&calls[3]).to_string().contains("failed on host-1"));
    // A route without its secret keeps no other from being told, and a history in the environment is none of an alarm's business.
    let mut partly = call(&["--alarm", "broke", "--route", "operators", "--route", "siem"]).env("TAGLEDGER_HISTORY", "history");
    partly.0.env_remove("HOOK");
    assert!(partly.exits(2).err.contains("route operators: "));
    assert_eq!(body(asked(&server).last().unwrap())["text"], "broke");
    // Nothing to say, nobody named, and something else besides.
    desk.put("log", " \n");
    assert!(read(&["--alarm", "-", "--route", "siem"]).exits(2).err.contains("there is nothing to say"));
    assert!(call(&["--alarm", "x"]).exits(2).err.contains("--route"));
    assert!(call(&["run1", "--alarm", "x", "--route", "siem"]).exits(2).err.contains("cannot be used with"));
    // What is not sent is said, and is no success.
    let down = Server::script("hooks.py", &[], &json!({"/siem": [[400, {}, "no"]]}).to_string()).unwrap();
    settings(&desk, "  retries: 0\n", &[&format!("name: siem, webhook: {{ url: {}/siem }}", down.url())]);
    assert!(call(&["--alarm", "x", "--route", "siem"]).exits(4).err.contains("route siem"));
}

#[test]
fn a_dry_run_shows_what_would_be_sent_and_sends_nothing_and_shows_no_secret() {
    let Some(server) = hooks(&json!({})) else { return };
    let desk = desk();
    let address = format!("{}/slack/{SECRET}", server.url());
    settings(
        &desk,
        "",
        &[
            "name: platform, slack: { url_from: { env: HOOK } }",
            &format!("name: siem, webhook: {{ url: {}/in, sign_with: {{ file: key }} }}", server.url()),
            "name: post, email: { server: 127.0.0.1:1, user: tagledger, password_from: { env: PASSWORD }, from: a@example.com, to: [b@example.com] }",
            "name: owner, slack: { url_from: { env: HOOK } }, owners: [nobody]",
        ],
    );
    night(&desk, 2, &[OLD, ("vm-2", "production", "-", "1.00")]).with(["--no-notify"]).exits(1);
    // Without secrets it works as well as with them.
    let bare = desk.call("notify run2 --history history --dry-run").exits(0).out;
    desk.put("key", "k3y-of-the-siem");
    let shown = desk.call("notify run2 --history history --dry-run").env("HOOK", &address).env("PASSWORD", "hunter22").exits(0).out;
    let without_date = |text: &str| text.lines().filter(|line| !line.starts_with("Date: ")).collect::<Vec<_>>().join("\n");
    assert_eq!(without_date(&bare), without_date(&shown));
    for secret in [SECRET, "k3y-of-the-siem", "hunter22"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    for said in [
        "route platform: would be told of 1 finding\n\nPOST ••• (the address in the environment variable HOOK)\n",
        "webhook-signature: ••• (by the key in the file key)",
        "SMTP 127.0.0.1:1 (StartTls)\nAUTH tagledger ••• (the password in the environment variable PASSWORD)\n",
        "\nSubject: Tagledger 2026-11-02: 1 new finding, 1.00 EUR a month\n",
        "route owner: nothing to tell\n",
    ] {
        assert!(shown.contains(said), "{said:?} is not in\n{shown}");
    }
    assert_eq!(asked(&server).len(), 0);
    let done = desk.call("notify run2 --history history --route platform").env("HOOK", &address).exits(0);
    assert_eq!(done.out, "route platform: told of 1 finding\n");
    let sent = asked(&server)[0]["body"].as_str().unwrap().to_owned();
    assert!(shown.contains(&sent), "what was shown is what is sent");
}
