use super::*;
use crate::channel::{Message, Ready};
use crate::clock::tests::Told;
use crate::gather::tests::{finding, news_of, route, summary};
use crate::route::{Address, Channel, Hook, Patience, Route};
use crate::secret::Source;
use std::ffi::OsString;
use std::io::Write;
use std::net::TcpListener;
use tagledger_report::diff::Change;

/// Answers one connection after the other with these bytes, and hands over what it was asked.
fn server(answers: Vec<String>) -> (u16, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        answers
            .iter()
            .map(|answer| {
                let mut stream = listener.accept().unwrap().0;
                let (mut asked, mut buffer) = (Vec::new(), [0; 4096]);
                let whole = |asked: &[u8]| {
                    let text = String::from_utf8_lossy(asked).to_lowercase();
                    let (head, body) = text.split_once("\r\n\r\n")?;
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse::<usize>().ok()?;
                    (body.len() >= length).then_some(())
                };
                while whole(&asked).is_none() {
                    let read = stream.read(&mut buffer).unwrap();
                    asked.extend_from_slice(&buffer[..read]);
                }
                stream.write_all(answer.as_bytes()).unwrap();
                String::from_utf8(asked).unwrap()
            })
            .collect()
    };
    (port, std::thread::spawn(serve))
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// Sends to a webhook whose address is a secret: what came of it, the waits, what the server was asked.
fn send(answers: Vec<String>) -> (Result<(), String>, Vec<u64>, Vec<String>) {
    let (port, asked) = server(answers);
    let secret = |name: &str| Source::Env(name.to_owned());
    let hook = Hook { address: Address::Secret(secret("URL")), ca: None };
    let route = Route { channel: Channel::Webhook { hook, sign: Some(secret("KEY")), most: 5 }, ..route() };
    let news = news_of(&summary(), &route, &[(finding("vm", None, &[]), Some(Change::New))]).unwrap();
    let env = |name: &str| Some(OsString::from(if name == "URL" { format!("http://127.0.0.1:{port}/hook/s3cr3t-path") } else { "a-signing-key".to_owned() }));
    let clock = Told::at(1_793_000_000);
    let ready = Ready::of(&route, Patience { timeout: Duration::from_secs(20), retries: 2 }, &env).unwrap();
    let sent = ready.send(&Message::of(&news, &route, &clock).unwrap(), &clock).map_err(|error| error.to_string());
    (sent, clock.seconds(), asked.join().unwrap())
}

#[test]
fn what_may_pass_is_tried_again_with_the_same_name_and_a_new_signature() {
    let (sent, waits, asked) =
        send(vec![answer("429 Too Many Requests", "retry-after: 7\r\n", "slow down"), answer("503 Busy", "", ""), answer("204 Done", "", "")]);
    assert_eq!((sent, waits), (Ok(()), vec![7, 2]));
    let header = |asked: &str, name: &str| asked.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap().to_owned();
    let of = |name: &str| asked.iter().map(|asked| header(asked, name)).collect::<Vec<_>>();
    assert!(of("webhook-id").windows(2).all(|pair| pair[0] == pair[1]) && of("webhook-id") == of("idempotency-key"));
    assert_eq!(of("webhook-timestamp"), ["1793000000", "1793000007", "1793000009"]);
    assert!(of("webhook-signature").windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn a_date_in_retry_after_is_a_moment() {
    // 1793000000 is Monday, 26 October 2026, 07:33:20.
    let (sent, waits, _) = send(vec![answer("503 Busy", "retry-after: Mon, 26 Oct 2026 07:34:00 GMT\r\n", ""), answer("200 OK", "", "ok")]);
    assert_eq!((sent, waits), (Ok(()), vec![40]));
}

#[test]
fn what_will_not_pass_is_said_at_once_and_without_a_secret() {
    let (sent, waits, asked) = send(vec![answer("404 Not Found", "", "no hook a-signing-key at /hook/s3cr3t-path\u{1b}[31m")]);
    assert_eq!(sent.unwrap_err(), "route platform: the answer was 404 Not Found: no hook ••• at •••�[31m");
    assert_eq!((waits, asked.len()), (vec![], 1));
    let (sent, ..) = send(vec![answer("302 Found", "location: http://127.0.0.1:1/\r\n", "")]);
    assert_eq!(sent.unwrap_err(), "route platform: the answer was 302 Found; redirects are not followed");
    let (sent, ..) = send(vec![answer("200 OK", "", "Webhook message delivery failed with error: 413")]);
    assert!(sent.unwrap_err().contains("delivery failed"));
}

#[test]
fn what_is_no_answer_is_tried_again() {
    let (sent, waits, asked) = send(vec!["rubbish".to_owned(), String::new(), "HTTP/9 what\r\n\r\n".to_owned()]);
    let why = sent.unwrap_err();
    assert!(why.ends_with("(tried 3 times)") && !why.contains("s3cr3t"), "{why}");
    assert_eq!((waits, asked.len()), (vec![1, 2], 3));
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for fine in ["https://example.com/x", "http://localhost:8080/x", "http://127.0.0.1/x", "http://[::1]:1/"] {
        assert_eq!(insecure(fine), None, "{fine}");
    }
    for wrong in ["http://example.com/x", "http://127.0.0.1.example.com/", "ftp://localhost/", "hook", "", "http://10.0.0.1/"] {
        assert!(insecure(wrong).is_some(), "{wrong}");
    }
}
