//! Lists inside of lists: read whole, because they are short, and what is asked for afterwards is what the ledger counts.

use aws_smithy_types::DateTime;
use tagledger_collect::CollectError;
use tagledger_model::Timestamp;

/// All pages of a list. An empty token ends it like none.
pub(in crate::live) async fn whole<T, F, A>(ask: F) -> Result<Vec<T>, CollectError>
where
    F: FnMut(Option<String>) -> A,
    A: Future<Output = Result<(Vec<T>, Option<String>), CollectError>>,
{
    let (all, ended) = as_far_as_it_goes(ask).await;
    ended.map(|()| all)
}

/// The same, with what was read before a page failed.
pub(super) async fn as_far_as_it_goes<T, F, A>(mut ask: F) -> (Vec<T>, Result<(), CollectError>)
where
    F: FnMut(Option<String>) -> A,
    A: Future<Output = Result<(Vec<T>, Option<String>), CollectError>>,
{
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        match ask(token.clone()).await {
            Ok((page, next)) => {
                all.extend(page);
                match next.filter(|next| !next.is_empty()) {
                    None => return (all, Ok(())),
                    next if next == token => return (all, Err(CollectError::Malformed("one page names itself as the next".to_owned()))),
                    next => token = next,
                }
            }
            Err(error) => return (all, Err(error)),
        }
    }
}

/// A moment in the SDK's form.
pub(super) fn moment(time: &DateTime) -> Timestamp {
    Timestamp(time.secs())
}
