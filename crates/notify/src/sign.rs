//! Signatures of webhooks, as Standard Webhooks (<https://www.standardwebhooks.com>) defines them, so that receivers have libraries for it.

use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Stands before a key in base64.
const PREFIX: &str = "whsec_";

/// The bytes that sign; none where a secret of the standard's form is no base64.
pub(crate) fn key(secret: &Secret) -> Option<Vec<u8>> {
    match secret.reveal().strip_prefix(PREFIX) {
        Some(coded) => STANDARD.decode(coded).ok(),
        None => Some(secret.reveal().as_bytes().to_vec()),
    }
}

/// `v1,` and the HMAC-SHA256 over `id.timestamp.body`. The moment is signed too, so that nobody can send an old message again.
pub(crate) fn signature(key: &[u8], id: &str, timestamp: u64, body: &[u8]) -> Option<String> {
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expectation is Python's: base64.b64encode(hmac.new(key, b'msg_1.1700000000.{"a":1}', 'sha256').digest()).
    #[test]
    fn a_signature_is_what_other_programs_compute() {
        let plain = key(&Secret::new("a secret of our own")).unwrap();
        assert_eq!(signature(&plain, "msg_1", 1_700_000_000, br#"{"a":1}"#).unwrap(), "v1,ZHd9vpnq7HqDptdm2BZPcqRj0L+rbp/U5uuY7UjJQ+M=");
        let coded = key(&Secret::new("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")).unwrap();
        assert_eq!(coded, b"0123456789abcdef0123456789abcdef");
        assert_eq!(signature(&coded, "msg_1", 1_700_000_000, br#"{"a":1}"#).unwrap(), "v1,rkwp5YuvdrMkcu0ZhuMsXoTg44mHAr1Q0+FFgFpXsjY=");
        assert_eq!(key(&Secret::new("whsec_!")), None);
    }
}
