//! The links that services of Google Cloud give to what exists, as the names that inventories use:
//! <https://cloud.google.com/asset-inventory/docs/asset-names>.

use tagledger_model::NativeId;

/// `https://www.googleapis.com/compute/v1/projects/p/…` is `//compute.googleapis.com/projects/p/…`.
pub(crate) fn asset(link: &str) -> Option<NativeId> {
    let rest = link.strip_prefix("https://")?;
    if let Some(name) = rest.strip_prefix("www.googleapis.com/storage/v1/b/") {
        return Some(bucket(name));
    }
    let path = &rest[rest.find("/projects/")?..];
    let mut parts = rest.split('/');
    let service = match parts.next()? {
        "www.googleapis.com" => parts.next()?,
        host => host.strip_suffix(".googleapis.com")?,
    };
    Some(NativeId::exact(format!("//{service}.googleapis.com{path}")))
}

/// The name of a bucket, which no project is a part of.
pub(crate) fn bucket(name: &str) -> NativeId {
    NativeId::exact(format!("//storage.googleapis.com/{name}"))
}
