//! Sending e-mail by SMTP (RFC 5321), with TLS (RFC 3207, RFC 8314) and AUTH (RFC 4954).

use crate::persist::Failed;
use crate::route::{Mail, Tls};
use crate::secret::Secret;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as Wire, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};
use std::error::Error;
use std::time::Duration;
use tagledger_report::visible;

/// Whether a text is a sender or recipient: `jane@example.com` or `Jane Doe <jane@example.com>`.
pub fn is_mailbox(text: &str) -> bool {
    !text.contains(['\r', '\n']) && text.parse::<Mailbox>().is_ok()
}

/// The name and the port of a server: `smtp.example.com:587`, `[::1]:25`.
pub fn server(text: &str) -> Option<(String, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port > 0)?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_name = |host: &str| !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    match bare {
        Some(address) => address.parse::<std::net::Ipv6Addr>().ok().map(|_| (address.to_owned(), port)),
        None => is_name(host).then(|| (host.to_owned(), port)),
    }
}

/// How the server is reached.
pub(crate) fn transport(mail: &Mail, password: Option<&Secret>, timeout: Duration) -> Result<SmtpTransport, String> {
    let wire = match mail.tls {
        Tls::None => Wire::None,
        Tls::StartTls => Wire::Required(parameters(mail)?),
        Tls::Implicit => Wire::Wrapper(parameters(mail)?),
    };
    let mut builder = SmtpTransport::builder_dangerous(mail.host.as_str()).port(mail.port).tls(wire).timeout(Some(timeout));
    if let Some(((user, _), password)) = mail.login.as_ref().zip(password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
    }
    Ok(builder.build())
}

fn parameters(mail: &Mail) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(mail.host.clone());
    if let Some(path) = &mail.ca {
        let failed = |why: String| format!("{}: {why}", path.display());
        let pem = std::fs::read(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| failed(format!("holds no certificate in PEM: {error}")))?);
    }
    builder.build().map_err(|error| said(&error))
}

/// Sends a message once.
pub(crate) fn send(transport: &SmtpTransport, message: &Message) -> Result<(), Failed> {
    match transport.send(message) {
        Ok(_) => Ok(()),
        // The server says no for good, or offers no way to sign in that we know, or no TLS.
        Err(error) if error.is_permanent() || error.is_client() => Err(Failed::Never(said(&error))),
        Err(error) if is_late(&error) => Err(Failed::Again("the server did not answer in time".to_owned(), None)),
        Err(error) => Err(Failed::Again(said(&error), None)),
    }
}

/// Whether time ran out: a system says so in one of two ways.
fn is_late(error: &lettre::transport::smtp::Error) -> bool {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(|error| matches!(error.kind(), TimedOut | WouldBlock)) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn said(error: &lettre::transport::smtp::Error) -> String {
    let mut words = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        // An error's own sentence repeats that of its cause.
        if !words.iter().any(|said| said.contains(&text)) {
            words.push(text);
        }
        cause = next.source();
    }
    visible(&words.join(": ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_a_name_and_a_port() {
        assert_eq!(server("smtp.example.com:587"), Some(("smtp.example.com".to_owned(), 587)));
        assert_eq!(server("[::1]:25"), Some(("::1".to_owned(), 25)));
        for wrong in ["smtp.example.com", "smtp.example.com:0", "smtp.example.com:70000", ":25", "a b:25", "[x]:25", "https://a:25"] {
            assert_eq!(server(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_server_that_says_nothing_is_late() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        let mail = Mail { host: "127.0.0.1".into(), port, tls: Tls::None, login: None, from: "a@example.com".into(), to: vec![], ca: None };
        let transport = transport(&mail, None, Duration::from_millis(20)).unwrap();
        let message = Message::builder().from("a@example.com".parse().unwrap()).to("b@example.com".parse().unwrap()).body(String::new()).unwrap();
        assert_eq!(send(&transport, &message), Err(Failed::Again("the server did not answer in time".to_owned(), None)));
    }

    #[test]
    fn a_mailbox_is_an_address_with_or_without_a_name() {
        assert!(is_mailbox("jane@example.com") && is_mailbox("Jane Doe <jane@example.com>"));
        for wrong in ["jane", "jane@", "jane@example.com\r\nBcc: x@example.com", "", "a@b@c"] {
            assert!(!is_mailbox(wrong), "{wrong}");
        }
    }
}
