//! Statements that run on either engine.
//!
//! A [`Query`] is a text with `$1` placeholders, which mean the same in SQLite and PostgreSQL, and
//! the [`Value`]s to bind: integers, texts and blobs. It runs on an [`Executor`], which is a
//! transaction or a pool. Rows are read by sqlx's `FromRow`, which is derived for both engines.

use crate::error::{Corrupt, ErrorContext as _};
use futures::TryStreamExt as _;
use service::store::StoreError;
use sqlx::database::HasStatementCache;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{
    Arguments as _, AssertSqlSafe, Database, Encode, Executor as _, FromRow, IntoArguments,
    PgConnection, Postgres, SqlSafeStr as _, SqlStr, Sqlite, SqliteConnection, Type,
};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Value of a placeholder. `None` is NULL.
#[derive(Debug)]
pub(crate) enum Value<'q> {
    Integer(Option<i64>),
    Text(Option<Cow<'q, str>>),
    Blob(Option<Cow<'q, [u8]>>),
}

/// Converts the types that are bound, each of which may be optional.
macro_rules! values {
    ($($from:ty => $variant:ident),+ $(,)?) => {$(
        impl<'q> From<$from> for Value<'q> {
            fn from(value: $from) -> Self {
                Self::$variant(Some(value.into()))
            }
        }

        impl<'q> From<Option<$from>> for Value<'q> {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map(Into::into))
            }
        }
    )+};
}

values! {
    i64 => Integer,
    &'q str => Text,
    &'q String => Text,
    String => Text,
    Cow<'q, str> => Text,
    &'q [u8] => Blob,
    Vec<u8> => Blob,
}

/// Statement with the values of its placeholders.
#[derive(Debug)]
pub(crate) struct Query<'q> {
    text: SqlStr,
    values: Vec<Value<'q>>,
    /// Whether the connection keeps the prepared statement for the next time.
    is_cached: bool,
}

/// Begins a statement whose text is written in this program.
pub(crate) fn query<'q>(text: &'static str) -> Query<'q> {
    Query {
        text: text.into_sql_str(),
        values: Vec::new(),
        is_cached: true,
    }
}

/// Begins a statement whose rows have a single column.
pub(crate) fn query_scalar<'q>(text: &'static str) -> Scalar<'q> {
    query(text).scalar()
}

impl<'q> Query<'q> {
    /// Binds the value of the next placeholder.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Reads only the first column of each row.
    pub(crate) const fn scalar(self) -> Scalar<'q> {
        Scalar(self)
    }

    /// Runs the statement. Returns the number of affected rows.
    ///
    /// # Errors
    /// See [`ErrorContext`](crate::error::ErrorContext).
    pub(crate) async fn execute(self, on: impl Executor) -> Result<u64, StoreError> {
        let context = on.context();
        on.run(self).await.context(context)
    }

    pub(crate) async fn fetch_all<T: Record>(
        self,
        on: impl Executor,
    ) -> Result<Vec<T>, StoreError> {
        let context = on.context();
        let rows = on.all_rows(self).await.context(context)?;
        let rows: sqlx::Result<_> = rows.iter().map(Row::read).collect();
        rows.context(context)
    }

    /// Returns the first row. A statement without rows is an error.
    pub(crate) async fn fetch_one<T: Record>(self, on: impl Executor) -> Result<T, StoreError> {
        let context = on.context();
        let row = self.fetch_optional(on).await?;
        row.ok_or(sqlx::Error::RowNotFound).context(context)
    }

    pub(crate) async fn fetch_optional<T: Record>(
        self,
        on: impl Executor,
    ) -> Result<Option<T>, StoreError> {
        let context = on.context();
        let row = on.first_row(self).await.context(context)?;
        row.as_ref().map(Row::read).transpose().context(context)
    }

    /// Reads all rows and parses each of them.
    ///
    /// # Errors
    /// As of [`Self::fetch_all`], and [`StoreError::Broken`] for a value that no release stores.
    pub(crate) async fn parse_all<R, T>(self, on: impl Executor) -> Result<Vec<T>, StoreError>
    where
        R: Record,
        T: TryFrom<R, Error = Corrupt>,
    {
        let rows: Vec<R> = self.fetch_all(on).await?;
        let parsed: Result<_, Corrupt> = rows.into_iter().map(T::try_from).collect();
        Ok(parsed?)
    }

    /// Reads and parses the first row.
    ///
    /// # Errors
    /// See [`Self::parse_all`].
    pub(crate) async fn parse_optional<R, T>(
        self,
        on: impl Executor,
    ) -> Result<Option<T>, StoreError>
    where
        R: Record,
        T: TryFrom<R, Error = Corrupt>,
    {
        let row: Option<R> = self.fetch_optional(on).await?;
        Ok(row.map(T::try_from).transpose()?)
    }

    /// Encodes the values for one engine.
    fn prepare<D>(self) -> sqlx::Result<sqlx::query::Query<'q, D, D::Arguments>>
    where
        D: Database + HasStatementCache,
        D::Arguments: IntoArguments<D>,
        Option<i64>: Encode<'q, D> + Type<D>,
        Option<Cow<'q, str>>: Encode<'q, D> + Type<D>,
        Option<Cow<'q, [u8]>>: Encode<'q, D> + Type<D>,
    {
        let mut arguments = D::Arguments::default();
        arguments.reserve(self.values.len(), 0);
        for value in self.values {
            match value {
                Value::Integer(value) => arguments.add(value),
                Value::Text(value) => arguments.add(value),
                Value::Blob(value) => arguments.add(value),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        let query = sqlx::query_with(self.text, arguments);
        Ok(query.persistent(self.is_cached))
    }
}

/// Statement whose rows have a single column.
#[derive(Debug)]
pub(crate) struct Scalar<'q>(Query<'q>);

impl<'q> Scalar<'q> {
    /// Binds the value of the next placeholder.
    pub(crate) fn bind(self, value: impl Into<Value<'q>>) -> Self {
        Self(self.0.bind(value))
    }

    pub(crate) async fn fetch_all<T>(self, on: impl Executor) -> Result<Vec<T>, StoreError>
    where
        (T,): Record,
    {
        let rows: Vec<(T,)> = self.0.fetch_all(on).await?;
        Ok(rows.into_iter().map(|(value,)| value).collect())
    }

    /// Returns the value of the first row. A statement without rows is an error.
    pub(crate) async fn fetch_one<T>(self, on: impl Executor) -> Result<T, StoreError>
    where
        (T,): Record,
    {
        let (value,) = self.0.fetch_one(on).await?;
        Ok(value)
    }

    pub(crate) async fn fetch_optional<T>(self, on: impl Executor) -> Result<Option<T>, StoreError>
    where
        (T,): Record,
    {
        let row: Option<(T,)> = self.0.fetch_optional(on).await?;
        Ok(row.map(|(value,)| value))
    }
}

/// Statement that is composed of texts of this program. All other input is bound.
#[derive(Debug)]
pub(crate) struct QueryBuilder<'q> {
    text: String,
    values: Vec<Value<'q>>,
}

impl<'q> QueryBuilder<'q> {
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a placeholder and binds its value.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.values.push(value.into());
        write!(self.text, "${}", self.values.len()).expect("a text can always grow");
        self
    }

    /// Like [`Self::push_bind`], with a copy of the text.
    pub(crate) fn push_text(&mut self, text: &str) -> &mut Self {
        self.push_bind(text.to_owned())
    }

    pub(crate) fn build(self) -> Query<'q> {
        Query {
            text: AssertSqlSafe(self.text).into_sql_str(),
            values: self.values,
            is_cached: true,
        }
    }

    /// Like [`Self::build`], for a text that is not worth keeping as a prepared statement unless
    /// `is_cached`.
    pub(crate) fn build_cached_if(self, is_cached: bool) -> Query<'q> {
        Query {
            is_cached,
            ..self.build()
        }
    }

    #[cfg(test)]
    pub(crate) fn of_text(text: String) -> Self {
        Self {
            text,
            values: Vec::new(),
        }
    }

    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Either of two things, of which each engine has its own.
#[derive(Debug)]
pub(crate) enum ByEngine<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// Row that a statement returned.
pub(crate) type Row = ByEngine<SqliteRow, PgRow>;

impl Row {
    pub(crate) fn read<T: Record>(&self) -> sqlx::Result<T> {
        match self {
            Self::Sqlite(row) => T::from_row(row),
            Self::Postgres(row) => T::from_row(row),
        }
    }
}

/// Type that can be read from the rows of both engines, such as a tuple, or a struct that derives
/// [`FromRow`].
pub(crate) trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send
{
}

impl<T> Record for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send {}

/// Connection to the database of either engine.
pub(crate) trait Connection: Send {
    /// Runs a statement. Returns the number of affected rows.
    fn run(&mut self, query: Query<'_>) -> impl Future<Output = sqlx::Result<u64>> + Send;

    fn all_rows(&mut self, query: Query<'_>)
    -> impl Future<Output = sqlx::Result<Vec<Row>>> + Send;

    /// Runs a statement up to its first row.
    fn first_row(
        &mut self,
        query: Query<'_>,
    ) -> impl Future<Output = sqlx::Result<Option<Row>>> + Send;
}

/// Runs single statements: a transaction, or a pool, which lends a connection for each of them.
pub(crate) trait Executor: Send {
    /// Describes what the statement is part of, for errors.
    fn context(&self) -> &'static str;

    /// See [`Connection::run`].
    fn run(self, query: Query<'_>) -> impl Future<Output = sqlx::Result<u64>> + Send;

    /// See [`Connection::all_rows`].
    fn all_rows(self, query: Query<'_>) -> impl Future<Output = sqlx::Result<Vec<Row>>> + Send;

    /// See [`Connection::first_row`].
    fn first_row(self, query: Query<'_>) -> impl Future<Output = sqlx::Result<Option<Row>>> + Send;
}

impl Connection for SqliteConnection {
    async fn run(&mut self, query: Query<'_>) -> sqlx::Result<u64> {
        let done = self.execute(query.prepare::<Sqlite>()?).await?;
        Ok(done.rows_affected())
    }

    async fn all_rows(&mut self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        let rows = self.fetch(query.prepare::<Sqlite>()?);
        rows.map_ok(Row::Sqlite).try_collect().await
    }

    async fn first_row(&mut self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        let row = self.fetch_optional(query.prepare::<Sqlite>()?).await?;
        Ok(row.map(Row::Sqlite))
    }
}

impl Connection for PgConnection {
    async fn run(&mut self, query: Query<'_>) -> sqlx::Result<u64> {
        let done = self.execute(query.prepare::<Postgres>()?).await?;
        Ok(done.rows_affected())
    }

    async fn all_rows(&mut self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        let rows = self.fetch(query.prepare::<Postgres>()?);
        rows.map_ok(Row::Postgres).try_collect().await
    }

    async fn first_row(&mut self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        let row = self.fetch_optional(query.prepare::<Postgres>()?).await?;
        Ok(row.map(Row::Postgres))
    }
}

impl<S: Connection, P: Connection> Connection for ByEngine<S, P> {
    async fn run(&mut self, query: Query<'_>) -> sqlx::Result<u64> {
        match self {
            Self::Sqlite(connection) => connection.run(query).await,
            Self::Postgres(connection) => connection.run(query).await,
        }
    }

    async fn all_rows(&mut self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        match self {
            Self::Sqlite(connection) => connection.all_rows(query).await,
            Self::Postgres(connection) => connection.all_rows(query).await,
        }
    }

    async fn first_row(&mut self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        match self {
            Self::Sqlite(connection) => connection.first_row(query).await,
            Self::Postgres(connection) => connection.first_row(query).await,
        }
    }
}
