//! A session of an engine: opened for each question, so that nothing of an earlier one is in it.

use crate::answer::{Lost, Reading};
use crate::status::told;
use crate::{Connection, unfit};
use spark_connect_core::{ChannelBuilder, RetryPolicy, SparkConnectClient, SparkError};
use spark_connect_proto as proto;
use std::time::{Duration, Instant};
use tagledger_cost::{Dialect, Engine, EngineError, LakeColumn, LakeKind, Piece, PushdownError};
use tokio::runtime::Runtime;

/// How often a question is begun anew, once its answer was lost.
const ANEW: u32 = 2;

/// How often somebody looks whether the program is to end.
const LOOK: Duration = Duration::from_millis(100);

/// How long the engine may take to end what is no longer wanted.
const FAREWELL: Duration = Duration::from_secs(5);

/// What every session is told. Without the first, text that is no number would be no cost instead of an error, and sums that overflow would be none; the second keeps moments
/// where they are.
const CONFIGURED: [(&str, &str); 2] = [("spark.sql.ansi.enabled", "true"), ("spark.sql.session.timeZone", "UTC")];

/// Who asks, as far as engines list it.
const NAME: &str = "tagledger";

/// An engine at an address.
pub(crate) struct Spark {
    connection: Connection,
    channel: ChannelBuilder,
    runtime: Runtime,
}

/// A question's own session.
pub(crate) struct Session<'s> {
    pub spark: &'s Spark,
    pub client: SparkConnectClient,
    until: Instant,
}

impl Spark {
    pub fn new(connection: Connection) -> Result<Self, EngineError> {
        if let Some(what) = unfit(&connection.url) {
            return Err(EngineError::Asked(format!("{}: {what}", connection.url)));
        }
        let refused = |error: SparkError| EngineError::Asked(format!("{}: {}", connection.url, error.message()));
        let mut channel = ChannelBuilder::parse(&connection.url).map_err(refused)?;
        for (name, value) in [("token", connection.token.as_deref()), ("user_id", Some(NAME)), ("user_agent", Some(NAME))] {
            if let Some(value) = value.filter(|_| channel.get(name).is_none()) {
                channel.set(name, value);
            }
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| EngineError::Failed(format!("no connection can be opened here: {error}")))?;
        Ok(Self { connection, channel, runtime })
    }

    pub fn token(&self) -> Option<String> {
        self.channel.token()
    }

    /// An error in words.
    pub fn told(&self, error: &SparkError) -> EngineError {
        told(error, &self.connection.url, self.token().as_deref())
    }

    pub fn failed(&self, what: &str) -> EngineError {
        EngineError::Failed(format!("{}: {what}", self.connection.url))
    }

    pub fn announce(&self, what: &str) {
        (self.connection.announce)(&format!("{}: {what}", self.connection.url));
    }

    async fn open(&self, until: Instant) -> Result<Session<'_>, EngineError> {
        let mut client = SparkConnectClient::connect(&self.channel).await.map_err(|error| self.told(&error))?;
        client.set_retry_policy(RetryPolicy { max_retries: Some(3), initial_backoff_ms: 500, max_backoff_ms: Some(2_000), ..RetryPolicy::default() });
        let session = Session { spark: self, client, until };
        for (name, value) in CONFIGURED {
            session.waited(session.client.set_config(name, value)).await?.map_err(|error| self.told(&error))?;
        }
        Ok(session)
    }

    /// Asks until one answer was whole.
    async fn answered(&self, sql: &str, take: &mut dyn FnMut(Piece<'_>) -> Result<(), PushdownError>) -> Result<(), PushdownError> {
        let until = Instant::now() + self.connection.patience;
        let mut begun = 0;
        loop {
            let session = self.open(until).await?;
            let ended = Reading::new(&session, sql).whole(take).await;
            session.leave().await;
            match ended {
                Ok(()) => return Ok(()),
                Err(Lost::ForGood(error)) => return Err(error),
                Err(Lost::Anew(why)) if begun < ANEW => {
                    begun += 1;
                    self.announce(&format!("the answer was lost ({why}); the question is asked anew, and what had come is thrown away"));
                    take(Piece::Anew)?;
                }
                Err(Lost::Anew(why)) => {
                    let what = format!("the answer was lost {} times, last by this: {why}. Nothing of it counts; ask again when the engine is well", begun + 1);
                    return Err(self.failed(&what).into());
                }
            }
        }
    }

    async fn schema(&self, table: &str) -> Result<Vec<LakeColumn>, EngineError> {
        let session = self.open(Instant::now() + self.connection.patience).await?;
        let request = proto::AnalyzePlanRequest {
            session_id: session.client.session_id().to_owned(),
            user_context: Some(session.user()),
            client_type: Some(NAME.to_owned()),
            analyze: Some(proto::analyze_plan_request::Analyze::Schema(proto::analyze_plan_request::Schema {
                plan: Some(plan(&format!("SELECT * FROM {table}"))),
            })),
            ..Default::default()
        };
        let answer = session.waited(Box::pin(session.client.analyze_plan(request))).await;
        session.leave().await;
        let answer = answer?.map_err(|error| self.told(&error))?;
        let Some(proto::analyze_plan_response::Result::Schema(schema)) = answer.result else {
            return Err(self.failed("the engine does not say which columns the table has"));
        };
        let fields = match schema.schema.and_then(|schema| schema.kind) {
            Some(proto::data_type::Kind::Struct(fields)) => fields.fields,
            _ => Vec::new(),
        };
        if fields.is_empty() {
            // For files that are not there, some engines answer with a table of no columns.
            return Err(EngineError::Asked(format!(
                "{}: `{table}` has no columns: there is no such table, or there are no files at its path",
                self.connection.url
            )));
        }
        Ok(fields.into_iter().map(|field| LakeColumn { kind: kind(field.data_type), name: field.name }).collect())
    }
}

fn kind(of: Option<proto::DataType>) -> LakeKind {
    use proto::data_type::Kind;
    match of.and_then(|of| of.kind) {
        Some(Kind::Map(_)) => LakeKind::Map,
        Some(Kind::Float(_) | Kind::Double(_)) => LakeKind::Float,
        _ => LakeKind::Plain,
    }
}

/// A question as the protocol wants it.
pub(crate) fn plan(sql: &str) -> proto::Plan {
    let relation = proto::Relation {
        common: Some(proto::RelationCommon { plan_id: Some(0), ..Default::default() }),
        rel_type: Some(proto::relation::RelType::Sql(proto::Sql { query: sql.to_owned(), ..Default::default() })),
    };
    proto::Plan { op_type: Some(proto::plan::OpType::Root(relation)) }
}

impl Session<'_> {
    pub fn user(&self) -> proto::UserContext {
        proto::UserContext { user_id: self.client.user_id().unwrap_or(NAME).to_owned(), ..Default::default() }
    }

    /// A question to be executed.
    pub fn request(&self, sql: &str) -> proto::ExecutePlanRequest {
        proto::ExecutePlanRequest {
            session_id: self.client.session_id().to_owned(),
            user_context: Some(self.user()),
            client_type: Some(NAME.to_owned()),
            plan: Some(plan(sql)),
            ..Default::default()
        }
    }

    /// What comes of something, unless the program is to end first, or time is over.
    pub async fn waited<T>(&self, what: impl Future<Output = T>) -> Result<T, EngineError> {
        let mut what = std::pin::pin!(what);
        loop {
            match tokio::time::timeout(LOOK, &mut what).await {
                Ok(done) => return Ok(done),
                Err(_) if (self.spark.connection.is_stopped)() => {
                    return Err(self.spark.failed("interrupted; the engine was told to end the question, and nothing was reported"));
                }
                Err(_) if Instant::now() >= self.until => {
                    let minutes = self.spark.connection.patience.as_secs() / 60;
                    return Err(self
                        .spark
                        .failed(&format!("no whole answer within {minutes} minutes; allow more with `minutes` in the settings of the engine")));
                }
                Err(_) => {}
            }
        }
    }

    /// Has the engine end an operation that is no longer wanted; whatever it says to that, nothing here depends on it.
    pub async fn interrupt(&self, operation: &str) {
        let _ended = tokio::time::timeout(FAREWELL, self.client.interrupt_operation(operation)).await;
    }

    /// The engine need not keep the session.
    async fn leave(&self) {
        let _left = tokio::time::timeout(FAREWELL, self.client.release_session()).await;
    }
}

impl Engine for Spark {
    fn dialect(&self) -> Dialect {
        Dialect::Spark
    }

    fn columns(&self, table: &str) -> Result<Vec<LakeColumn>, EngineError> {
        self.runtime.block_on(self.schema(table))
    }

    fn ask(&self, sql: &str, take: &mut dyn FnMut(Piece<'_>) -> Result<(), PushdownError>) -> Result<(), PushdownError> {
        self.runtime.block_on(self.answered(sql, take))
    }
}
