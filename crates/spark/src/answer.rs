//! One answer, read to its end.
//!
//! A server ends the stream of a long answer after a while, connections break, and proxies cut what is silent: the operation goes on all the same, and is attached to again
//! behind the last response that was read. Only the server's own word that the result is complete ends it; a stream that merely ends is none. Where the operation is
//! forgotten, the answer is lost as a whole.

use crate::session::Session;
use crate::status::{is_forgotten, is_passing, shown};
use spark_connect_core::{ExecutePlanResponseReattachableIterator, SparkError};
use spark_connect_proto::execute_plan_response::{ArrowBatch, ResponseType};
use spark_connect_proto::{ExecutePlanResponse, ReleaseExecuteRequest};
use std::collections::HashSet;
use std::time::Duration;
use tagledger_cost::{Piece, PushdownError};
use tonic::{Status, Streaming};

/// A stream that is silent for so long is taken for cut. The operation is none the worse for that.
const SILENCE: Duration = Duration::from_mins(1);

/// Attempts to attach again without a new response between them.
const ATTEMPTS: u32 = 6;

/// The pause before the second of them; it doubles.
const PAUSE: Duration = Duration::from_millis(200);

/// How an answer was lost.
pub(crate) enum Lost {
    /// The connection or the server: asked anew, it may come.
    Anew(String),
    /// It would not be another one.
    ForGood(PushdownError),
}

impl<E: Into<PushdownError>> From<E> for Lost {
    fn from(error: E) -> Self {
        Self::ForGood(error.into())
    }
}

/// An answer under way.
pub(crate) struct Reading<'s> {
    session: &'s Session<'s>,
    /// What the official client knows of the operation: its name, the last response, whether it is complete. Its own loop takes a stream that merely ends for complete.
    operation: ExecutePlanResponseReattachableIterator,
    rows: i64,
    /// The responses that were read. Not every server numbers its rows.
    read: HashSet<String>,
    /// Attempts since the last response.
    attempts: u32,
}

impl<'s> Reading<'s> {
    pub fn new(session: &'s Session<'s>, sql: &str) -> Self {
        Self { session, operation: ExecutePlanResponseReattachableIterator::new(session.request(sql)), rows: 0, read: HashSet::new(), attempts: 0 }
    }

    /// Reads to the end. Whatever else ends it, the engine is told that the operation is not wanted any more.
    pub async fn whole(mut self, take: &mut dyn FnMut(Piece<'_>) -> Result<(), PushdownError>) -> Result<(), Lost> {
        let ended = self.read(take).await;
        if ended.is_err() {
            self.session.interrupt(self.operation.operation_id()).await;
        }
        let release: ReleaseExecuteRequest = self.operation.create_release_request(true).await;
        // The server forgets it by itself after a while.
        let _released = self.session.waited(self.session.client.release_execute(release)).await;
        ended
    }

    async fn read(&mut self, take: &mut dyn FnMut(Piece<'_>) -> Result<(), PushdownError>) -> Result<(), Lost> {
        let mut stream = self.begin().await?;
        loop {
            let next = match &mut stream {
                Some(stream) => self.session.waited(tokio::time::timeout(SILENCE, stream.message())).await?,
                None => Ok(Ok(None)),
            };
            let why = match next {
                Ok(Ok(Some(response))) => {
                    self.attempts = 0;
                    if self.took(response, take).await? {
                        return Ok(());
                    }
                    continue;
                }
                Ok(Ok(None)) => "the stream ended before the result was complete".to_owned(),
                Ok(Err(status)) if is_passing(&status) => self.shown(status.message()),
                Ok(Err(status)) => return Err(self.refused(status)),
                Err(_) => format!("nothing came for {} seconds", SILENCE.as_secs()),
            };
            stream = self.attach(&why).await?;
        }
    }

    /// Has it executed. None where the connection broke before anything came, so that it may run all the same.
    async fn begin(&mut self) -> Result<Option<Streaming<ExecutePlanResponse>>, Lost> {
        match self.session.waited(Box::pin(self.session.client.execute_plan(self.operation.request().clone()))).await? {
            Ok(stream) => Ok(Some(stream)),
            Err(error) => self.broken(&error).map(|()| None),
        }
    }

    /// Attaches to it again, behind the last response that was read.
    async fn attach(&mut self, why: &str) -> Result<Option<Streaming<ExecutePlanResponse>>, Lost> {
        self.attempts += 1;
        if self.attempts > ATTEMPTS {
            return Err(Lost::Anew(why.to_owned()));
        }
        if self.attempts > 1 {
            self.session.waited(tokio::time::sleep(PAUSE * 2_u32.pow(self.attempts))).await?;
        }
        let request = self.operation.create_reattach_request().await;
        match self.session.waited(self.session.client.reattach_execute(request)).await? {
            Ok(stream) => Ok(Some(stream)),
            Err(error) if is_forgotten(&format!("{} {}", error.error_class, error.message())) => Err(Lost::Anew(why.to_owned())),
            Err(error) => self.broken(&error).map(|()| None),
        }
    }

    /// An error of the client that may pass; any other ends the answer.
    fn broken(&self, error: &SparkError) -> Result<(), Lost> {
        // The client keeps the code of a status and its text, and a status that no server has sent says nothing but that its transport failed.
        let text = error.message();
        let code = error.grpc_code().map(tonic::Code::from_i32);
        let is_cut =
            matches!(code, Some(tonic::Code::Unknown | tonic::Code::Internal)) && (text.contains("transport error") || text.contains("h2 protocol error"));
        if code == Some(tonic::Code::Unavailable) || is_cut { Ok(()) } else { Err(self.session.spark.told(error).into()) }
    }

    /// The server's own word that there will be no answer.
    fn refused(&self, status: Status) -> Lost {
        let text = self.shown(status.message());
        if is_forgotten(&text) { Lost::Anew(text) } else { self.session.spark.told(&SparkError::from_grpc_status(status)).into() }
    }

    fn shown(&self, text: &str) -> String {
        shown(text, self.session.spark.token().as_deref())
    }

    /// Takes a response; true once the result is complete.
    async fn took(&mut self, response: ExecutePlanResponse, take: &mut dyn FnMut(Piece<'_>) -> Result<(), PushdownError>) -> Result<bool, Lost> {
        self.operation.set_last_response_id(&response).await;
        if let Some(ResponseType::ArrowBatch(ArrowBatch { row_count, data, start_offset, .. })) = response.response_type {
            // A row twice would be money twice.
            if !response.response_id.is_empty() && !self.read.insert(response.response_id) {
                return Err(Lost::Anew("a part of the answer came twice".to_owned()));
            }
            if start_offset.is_some_and(|at| at != self.rows) {
                return Err(Lost::Anew(format!("rows from {} came where those from {} were next", start_offset.unwrap_or_default(), self.rows)));
            }
            self.rows += row_count;
            take(Piece::Batch(&data))?;
        }
        Ok(self.operation.is_completed().await)
    }
}
