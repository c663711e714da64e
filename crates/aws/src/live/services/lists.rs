//! Lists inside of lists: read whole, because they are short, and what is asked for afterwards is what the ledger counts.

use aws_smithy_types::DateTime;
use tagledger_collect::CollectError;
use tagledger_model::Timestamp;

/// All pages of a list. An empty token ends it like none.
pub(in crate::live) async fn whole<T, F, A>(mut ask: F) -> Result<Vec<T>, CollectError>
where
    F: FnMut(Option<String>) -> A,
    A: Future<Output = Result<(Vec<T>, Option<String>), CollectError>>,
{
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let (page, next) = ask(token.clone()).await?;
        all.extend(page);
        match next.filter(|next| !next.is_empty()) {
            None => return Ok(all),
            next if next == token => return Err(CollectError::Malformed("one page names itself as the next".to_owned())),
            next => token = next,
        }
    }
}

/// A moment in the SDK's form.
pub(super) fn moment(time: Option<&DateTime>) -> Option<Timestamp> {
    time.map(|time| Timestamp(time.secs()))
}
