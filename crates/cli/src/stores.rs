//! Object stores are opened with the credentials of the collectors of the cloud whose they are.

use crate::clouds;
use crate::failure::Failure;
use crate::settings::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tagledger_collect::{Settings, StoreAccess, StorePasses, StoreSecret};
use tagledger_store::{Later, Passes, Secret};

/// Finds the credentials for an address by its scheme, with what the settings say of the cloud.
pub(crate) fn finder(config: Option<&Path>) -> Result<impl Fn(&str) -> Option<Later<Passes>>, Failure> {
    let file = File::find(config)?;
    Ok(move |scheme: &str| {
        let of = |cloud: &&'static dyn tagledger_collect::Cloud| cloud.store().filter(|store| store.schemes.contains(&scheme));
        let (cloud, access) = clouds::live().find_map(|cloud| Some((cloud, of(&cloud)?)))?;
        Some(found(access, file.of(cloud)))
    })
}

fn found(access: &'static StoreAccess, settings: Settings) -> Later<Passes> {
    Box::pin(async move {
        let given = (access.open)(&settings).await.map_err(|error| error.to_string())?;
        Ok(Passes { region: given.region(), endpoint: given.endpoint(), ask: Box::new(move || Box::pin(asked(Arc::clone(&given)))) })
    })
}

async fn asked(given: Arc<dyn StorePasses>) -> Result<(Secret, Duration), String> {
    let pass = given.pass().await.map_err(|error| error.to_string())?;
    let secret = match pass.secret {
        StoreSecret::Keys { id, secret, session } => Secret::Keys { id, secret, session },
        StoreSecret::Bearer(token) => Secret::Bearer(token),
    };
    Ok((secret, pass.good_for))
}
