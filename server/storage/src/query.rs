//! Statements that run on either engine.
//!
//! A [`Query`] is a text with `$1` placeholders, which mean the same in SQLite and PostgreSQL, and
//! the [`Value`]s to bind: integers, texts and blobs. The placeholders of a [`QueryBuilder`] are
//! written for the engine that runs it. A query runs on an [`Executor`], which is a transaction or
//! a pool. Rows are read by sqlx's `FromRow`, which is derived for both engines.
//!
//! A limit that is bound has a sign: `LIMIT +$1`. SQLite plans a statement with the number in
//! `LIMIT $1`, so it would prepare a cached statement again each time that another number is bound,
//! and sqlx binds all of them each time. For a statement of several parts, that takes ten times as
//! long as running it.

use crate::error::{CorruptValue, ErrorContext as _};
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

/// Text of a statement.
#[derive(Debug)]
enum Text {
    Fixed(&'static str),
    /// Text of a [`QueryBuilder`], with the places of its placeholders. Each of them is bound once,
    /// in this order.
    Composed {
        text: String,
        placeholders: Vec<usize>,
    },
}

impl Text {
    /// Returns the text for an engine that writes placeholder *n* of a composed statement as
    /// `placeholder` does.
    fn render(self, placeholder: fn(&mut String, usize)) -> SqlStr {
        debug_assert!(!self.is_limited_by_a_bare_placeholder(), "{self:?}");
        let (text, placeholders) = match self {
            Self::Fixed(text) => return text.into_sql_str(),
            Self::Composed { text, placeholders } => (text, placeholders),
        };
        let mut rendered = String::with_capacity(text.len() + 6 * placeholders.len());
        let mut start = 0;
        for (index, position) in placeholders.into_iter().enumerate() {
            rendered.push_str(&text[start..position]);
            placeholder(&mut rendered, index + 1);
            start = position;
        }
        rendered.push_str(&text[start..]);
        AssertSqlSafe(rendered).into_sql_str()
    }

    /// Returns whether a `LIMIT` has a placeholder without the sign that the module requires.
    fn is_limited_by_a_bare_placeholder(&self) -> bool {
        match self {
            Self::Fixed(text) => text.contains("LIMIT $"),
            Self::Composed { text, placeholders } => placeholders
                .iter()
                .any(|position| text[..*position].ends_with("LIMIT ")),
        }
    }
}

/// Writes a placeholder for SQLite, which treats `$1` as a name: for each value that is bound, it
/// would compare the names of all placeholders before it.
fn sqlite_placeholder(text: &mut String, _number: usize) {
    text.push('?');
}

/// Writes a placeholder for PostgreSQL.
fn postgres_placeholder(text: &mut String, number: usize) {
    write!(text, "${number}").expect("a text can always grow");
}

/// Statement with the values of its placeholders.
#[derive(Debug)]
pub(crate) struct Query<'q> {
    text: Text,
    values: Vec<Value<'q>>,
    /// Whether the connection keeps the prepared statement for the next time.
    is_cached: bool,
}

/// Begins a statement whose text is written in this program.
pub(crate) fn query<'q>(text: &'static str) -> Query<'q> {
    Query {
        text: Text::Fixed(text),
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
    pub(crate) async fn execute(self, executor: impl Executor) -> Result<u64, StoreError> {
        let context = executor.context();
        executor.run(self).await.context(context)
    }

    pub(crate) async fn fetch_all<T: EngineRow>(
        self,
        executor: impl Executor,
    ) -> Result<Vec<T>, StoreError> {
        let context = executor.context();
        let rows = executor.all_rows(self).await.context(context)?;
        // Each row is dropped once it is read, so that large values are not held twice.
        let rows: sqlx::Result<_> = rows.into_iter().map(|row| row.read()).collect();
        rows.context(context)
    }

    /// Returns the first row. A statement without rows is an error.
    pub(crate) async fn fetch_one<T: EngineRow>(
        self,
        executor: impl Executor,
    ) -> Result<T, StoreError> {
        let context = executor.context();
        let row = self.fetch_optional(executor).await?;
        row.ok_or(sqlx::Error::RowNotFound).context(context)
    }

    pub(crate) async fn fetch_optional<T: EngineRow>(
        self,
        executor: impl Executor,
    ) -> Result<Option<T>, StoreError> {
        let context = executor.context();
        let row = executor.first_row(self).await.context(context)?;
        row.as_ref().map(Row::read).transpose().context(context)
    }

    /// Reads all rows and parses each of them.
    ///
    /// # Errors
    /// As of [`Self::fetch_all`], and [`StoreError::Broken`] for a value that no release stores.
    pub(crate) async fn parse_all<R, T>(self, executor: impl Executor) -> Result<Vec<T>, StoreError>
    where
        R: EngineRow,
        T: TryFrom<R, Error = CorruptValue>,
    {
        let rows: Vec<R> = self.fetch_all(executor).await?;
        let parsed: Result<_, CorruptValue> = rows.into_iter().map(T::try_from).collect();
        Ok(parsed?)
    }

    /// Reads and parses the first row.
    ///
    /// # Errors
    /// See [`Self::parse_all`].
    pub(crate) async fn parse_optional<R, T>(
        self,
        executor: impl Executor,
    ) -> Result<Option<T>, StoreError>
    where
        R: EngineRow,
        T: TryFrom<R, Error = CorruptValue>,
    {
        let row: Option<R> = self.fetch_optional(executor).await?;
        Ok(row.map(T::try_from).transpose()?)
    }

    /// Encodes the values for one engine, which writes placeholders as `placeholder` does.
    fn prepare<D>(
        self,
        placeholder: fn(&mut String, usize),
    ) -> sqlx::Result<sqlx::query::Query<'q, D, D::Arguments>>
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
        let query = sqlx::query_with(self.text.render(placeholder), arguments);
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

    pub(crate) async fn fetch_all<T>(self, executor: impl Executor) -> Result<Vec<T>, StoreError>
    where
        (T,): EngineRow,
    {
        let rows: Vec<(T,)> = self.0.fetch_all(executor).await?;
        Ok(rows.into_iter().map(|(value,)| value).collect())
    }

    /// Returns the value of the first row. A statement without rows is an error.
    pub(crate) async fn fetch_one<T>(self, executor: impl Executor) -> Result<T, StoreError>
    where
        (T,): EngineRow,
    {
        let (value,) = self.0.fetch_one(executor).await?;
        Ok(value)
    }

    pub(crate) async fn fetch_optional<T>(
        self,
        executor: impl Executor,
    ) -> Result<Option<T>, StoreError>
    where
        (T,): EngineRow,
    {
        let row: Option<(T,)> = self.0.fetch_optional(executor).await?;
        Ok(row.map(|(value,)| value))
    }
}

/// Statement that is composed of texts of this program. All other input is bound.
#[derive(Debug)]
pub(crate) struct QueryBuilder<'q> {
    text: String,
    placeholders: Vec<usize>,
    values: Vec<Value<'q>>,
}

impl<'q> QueryBuilder<'q> {
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            placeholders: Vec::new(),
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
        self.placeholders.push(self.text.len());
        self
    }

    /// Like [`Self::push_bind`], with a copy of the text.
    pub(crate) fn push_text(&mut self, text: &str) -> &mut Self {
        self.push_bind(text.to_owned())
    }

    pub(crate) fn build(self) -> Query<'q> {
        Query {
            text: Text::Composed {
                text: self.text,
                placeholders: self.placeholders,
            },
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
    pub(crate) fn from_text(text: String) -> Self {
        Self {
            text,
            placeholders: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Returns the text for SQLite.
    #[cfg(test)]
    pub(crate) fn text(self) -> SqlStr {
        self.build().text.render(sqlite_placeholder)
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
    pub(crate) fn read<T: EngineRow>(&self) -> sqlx::Result<T> {
        match self {
            Self::Sqlite(row) => T::from_row(row),
            Self::Postgres(row) => T::from_row(row),
        }
    }
}

/// Type that can be read from the rows of both engines, such as a tuple, or a struct that derives
/// [`FromRow`].
pub(crate) trait EngineRow:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send
{
}

impl<T> EngineRow for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send {}

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
        let result = self
            .execute(query.prepare::<Sqlite>(sqlite_placeholder)?)
            .await?;
        Ok(result.rows_affected())
    }

    async fn all_rows(&mut self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        let rows = self.fetch(query.prepare::<Sqlite>(sqlite_placeholder)?);
        rows.map_ok(Row::Sqlite).try_collect().await
    }

    async fn first_row(&mut self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        let row = self
            .fetch_optional(query.prepare::<Sqlite>(sqlite_placeholder)?)
            .await?;
        Ok(row.map(Row::Sqlite))
    }
}

impl Connection for PgConnection {
    async fn run(&mut self, query: Query<'_>) -> sqlx::Result<u64> {
        let result = self
            .execute(query.prepare::<Postgres>(postgres_placeholder)?)
            .await?;
        Ok(result.rows_affected())
    }

    async fn all_rows(&mut self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        let rows = self.fetch(query.prepare::<Postgres>(postgres_placeholder)?);
        rows.map_ok(Row::Postgres).try_collect().await
    }

    async fn first_row(&mut self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        let row = self
            .fetch_optional(query.prepare::<Postgres>(postgres_placeholder)?)
            .await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_statement_has_nameless_placeholders_on_sqlite_and_numbered_ones_on_postgresql() {
        let composed = || {
            let mut query = QueryBuilder::new("SELECT ");
            query.push_bind(1).push(", ").push_bind(2).push_text("a");
            query.push(" FROM t");
            query.build()
        };
        let text = composed().text.render(sqlite_placeholder);
        assert_eq!(text.as_str(), "SELECT ?, ?? FROM t");
        let text = composed().text.render(postgres_placeholder);
        assert_eq!(text.as_str(), "SELECT $1, $2$3 FROM t");
        let fixed = query("SELECT $1").text.render(sqlite_placeholder);
        assert_eq!(fixed.as_str(), "SELECT $1");
    }
}
