//! E-mail, taken by a server that others wrote and taken apart by Python.

use super::*;

const PASSWORD: &str = "correct horse";

fn server(desk: &Desk, refusals: &[&str]) -> Option<Server> {
    let folder = desk.path("");
    let arguments: Vec<&str> = std::iter::once(folder.to_str().unwrap()).chain(refusals.iter().copied()).collect();
    Server::script("mail.py", &arguments, "")
}

fn mails(server: &Server) -> Vec<Value> {
    server.get("/-/mails").as_array().unwrap().clone()
}

fn header<'m>(mail: &'m Value, name: &str) -> Vec<&'m str> {
    mail["headers"].as_array().unwrap().iter().filter(|header| header[0] == name).map(|header| header[1].as_str().unwrap()).collect()
}

/// A route by one of the server's ways.
fn route(server: &Server, way: &str, more: &str) -> String {
    let port = server.get("/-/ports")[way].as_u64().unwrap();
    format!(
        "name: {way}, when: always, email: {{ server: \"localhost:{port}\", tls: {way}, from: Tagledger <tagledger@example.com>, to: [finops@example.com, 'Zoë <zoe@example.com>']{more} }}"
    )
}

#[test]
fn mail_goes_by_starttls_by_tls_and_in_the_clear_on_this_machine() {
    let desk = desk();
    let Some(server) = server(&desk, &[]) else { return };
    let login = ", ca: ca.pem, user: tagledger, password_from: { file: secrets/smtp }";
    desk.put("secrets/smtp", format!("{PASSWORD}\n"));
    settings(&desk, "  retries: 0\n", &[&route(&server, "starttls", login), &route(&server, "implicit", login), &route(&server, "none", "")]);
    // What a cloud calls its machines is no header, and no markup.
    let hostile = "vm-<b>x</b>&\u{202e}";
    night(&desk, 2, &[OLD, (hostile, "production", "-", "10.50")]).exits(1);
    let mails = mails(&server);
    let seen: Vec<(bool, Option<&str>)> = mails.iter().map(|mail| (mail["tls"].as_bool().unwrap(), mail["user"].as_str())).collect();
    assert_eq!(seen, [(true, Some("tagledger")), (true, Some("tagledger")), (false, None)]);
    for mail in &mails {
        assert_eq!((&mail["from"], &mail["to"]), (&"tagledger@example.com".into(), &json!(["finops@example.com", "zoe@example.com"])));
        assert_eq!(mail["defects"], json!([]));
        assert!(mail["longest"].as_u64().unwrap() <= 998, "RFC 5322, 2.1.1");
        assert_eq!(header(mail, "Subject"), ["Tagledger 2026-11-02: 1 new finding, 17.50 EUR a month"]);
        assert_eq!((header(mail, "Auto-Submitted"), header(mail, "To")), (vec!["auto-generated"], vec!["finops@example.com, Zoë <zoe@example.com>"]));
        assert_eq!((header(mail, "Date").len(), header(mail, "Bcc").len()), (1, 0));
        let parts: Vec<(&str, &str)> = mail["parts"].as_array().unwrap().iter().map(|part| (part[0].as_str().unwrap(), part[1].as_str().unwrap())).collect();
        assert_eq!(parts.iter().map(|part| part.0).collect::<Vec<_>>(), ["text/plain", "text/html"]);
        assert!(
            parts[0].1.contains("vm vm-<b>x</b>&\u{fffd}, in onprem dc-1") && parts[0].1.contains("Costs come to 17.50 EUR, to the last digit"),
            "{}",
            parts[0].1
        );
        assert!(parts[1].1.contains("vm-&lt;b&gt;x&lt;/b&gt;&amp;\u{fffd}") && !parts[1].1.contains("<b>"), "{}", parts[1].1);
    }
    let ids: Vec<&str> = mails.iter().flat_map(|mail| header(mail, "Message-ID")).collect();
    assert!(ids.iter().all(|id| id.starts_with("<tagledger_") && id.ends_with("@example.com>")) && ids[0] != ids[1], "{ids:?}");
    desk.call("notify run2 --history history --route none").exits(0);
    assert_eq!(header(&self::mails(&server)[3], "Message-ID"), [ids[2]], "sent again, it is the same message");
}

#[test]
fn what_a_mail_server_refuses_is_said_and_the_password_is_not() {
    let desk = desk();
    let Some(server) = server(&desk, &["451 later", "550 not wanted"]) else { return };
    let login = ", ca: ca.pem, user: tagledger, password_from: { env: PASSWORD }";
    settings(&desk, "  retries: 0\n", &[&route(&server, "starttls", login), &route(&server, "none", "")]);
    let told = |way: &str, password: &str, code: i32| {
        let done = desk.call(&format!("notify run1 --history history --route {way}")).env("PASSWORD", password).exits(code);
        assert!(!format!("{}{}", done.out, done.err).contains(password));
        done.err
    };
    let wrong = told("starttls", "hunter22", 4);
    assert!(wrong.starts_with("error: route starttls: permanent error (535)"), "{wrong}");
    let later = told("none", "unused-password", 4);
    assert!(later.contains("transient error (451)") && later.contains("later"), "{later}");
    let never = told("none", "unused-password", 4);
    assert!(never.contains("permanent error (550)"), "{never}");
    assert_eq!(told("none", "unused-password", 0), "");
    assert_eq!(mails(&server).len(), 1);
    // Whose certificate nobody stands for is given no password.
    settings(&desk, "  retries: 0\n", &[&route(&server, "starttls", &login.replace(" ca: ca.pem,", ""))]);
    let stranger = told("starttls", PASSWORD, 4);
    assert!(stranger.contains("certificate"), "{stranger}");
    // Nor a server that offers no TLS.
    let plain = route(&server, "none", login).replace("tls: none", "tls: starttls");
    settings(&desk, "  retries: 0\n", &[&plain]);
    assert!(told("none", PASSWORD, 4).contains("STARTTLS"));
    assert_eq!(mails(&server).len(), 1);
}
