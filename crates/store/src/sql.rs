//! Statements whose length is known only when they run, and the small conversions that every table needs.

use std::fmt::Write;

use api::Time;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{Any, Arguments, AssertSqlSafe, Encode, Row, Type};

use crate::engine;
use crate::error::Error;

/// A statement that grows piece by piece. Text is written by this crate only; every value is bound.
///
/// sqlx's own `QueryBuilder` writes MySQL's placeholders when the engine is `Any`, which PostgreSQL doesn't know.
#[derive(Default)]
pub(crate) struct Sql {
    text: String,
    arguments: AnyArguments,
}

impl Sql {
    pub(crate) fn new(text: &'static str) -> Self {
        let mut sql = Self::default();
        sql.push(text);
        sql
    }

    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(crate) fn bind<'v, T>(&mut self, value: T) -> &mut Self
    where
        T: Encode<'v, Any> + Type<Any>,
    {
        self.arguments.add(value).expect("integers, text and bytes always encode");
        engine::placeholder(&mut self.text, self.arguments.len());
        self
    }

    /// Adds `text`, then the bound value.
    pub(crate) fn push_bind<'v, T>(&mut self, text: &'static str, value: T) -> &mut Self
    where
        T: Encode<'v, Any> + Type<Any>,
    {
        self.push(text).bind(value)
    }

    /// Adds `a, b, c` with each value bound.
    pub(crate) fn bind_list<'v, T>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self
    where
        T: Encode<'v, Any> + Type<Any>,
    {
        for (i, value) in values.into_iter().enumerate() {
            self.push(if i == 0 { "" } else { ", " }).bind(value);
        }
        self
    }

    /// Adds `(…), (…)`: one tuple per item, filled by `tuple`, which binds its values with [`Tuple::bind`].
    pub(crate) fn tuples<I>(
        &mut self,
        items: impl IntoIterator<Item = I>,
        mut tuple: impl FnMut(&mut Tuple<'_>, I),
    ) -> &mut Self {
        for (i, item) in items.into_iter().enumerate() {
            self.push(if i == 0 { "(" } else { ", (" });
            tuple(&mut Tuple { sql: self, first: true }, item);
            self.push(")");
        }
        self
    }

    /// How the engine would go about it, a line per step.
    #[cfg(test)]
    pub(crate) async fn plan(mut self, connection: &mut sqlx::AnyConnection) -> Vec<String> {
        self.text.insert_str(0, "EXPLAIN QUERY PLAN ");
        let rows = self.build().fetch_all(connection).await.unwrap();
        rows.iter().map(|row| row.get("detail")).collect()
    }

    pub(crate) fn build(self) -> sqlx::query::Query<'static, Any, AnyArguments> {
        sqlx::query_with(AssertSqlSafe(self.text), self.arguments)
    }
}

pub(crate) struct Tuple<'s> {
    sql: &'s mut Sql,
    first: bool,
}

impl Tuple<'_> {
    pub(crate) fn bind<'v, T>(&mut self, value: T) -> &mut Self
    where
        T: Encode<'v, Any> + Type<Any>,
    {
        self.sql.push(if self.first { "" } else { ", " });
        self.first = false;
        self.sql.bind(value);
        self
    }
}

/// The largest powers of two that fit: few statements, and few different ones, so that each stays prepared.
pub(crate) fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    const LARGEST: usize = 64;
    std::iter::from_fn(move || {
        let size = 1 << rows.len().checked_ilog2()?;
        let (chunk, rest) = rows.split_at(LARGEST.min(size));
        rows = rest;
        Some(chunk)
    })
}

/// A pattern for `LIKE … ESCAPE '\'` that finds `search` anywhere, to be compared with lower-cased text; everything if `None`.
pub(crate) fn contains(search: Option<&str>) -> String {
    let mut pattern = String::from("%");
    for c in search.unwrap_or_default().trim().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        let _ = write!(pattern, "{}", c.to_lowercase());
    }
    if pattern.len() > 1 {
        pattern.push('%');
    }
    pattern
}

/// JSON of a list or a map.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("lists and maps of plain values always serialise")
}

/// Reads columns of one table's row, naming the row where one can't be read.
pub(crate) struct Columns<'r> {
    pub(crate) table: &'static str,
    pub(crate) row: &'r AnyRow,
}

impl<'r> Columns<'r> {
    pub(crate) fn get<T>(&self, column: &'static str) -> Result<T, Error>
    where
        T: sqlx::Decode<'r, Any> + Type<Any>,
    {
        Ok(self.row.try_get(column)?)
    }

    pub(crate) fn flag(&self, column: &'static str) -> Result<bool, Error> {
        Ok(self.get::<i64>(column)? != 0)
    }

    pub(crate) fn time(&self, column: &'static str) -> Result<Time, Error> {
        Ok(Time::from_millis(self.get(column)?))
    }

    pub(crate) fn time_if_any(&self, column: &'static str) -> Result<Option<Time>, Error> {
        Ok(self.get::<Option<i64>>(column)?.map(Time::from_millis))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, Error> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|error| self.corrupt(column, &error))
    }

    /// A word such as a status, by its JSON form.
    pub(crate) fn word<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, Error> {
        let text: String = self.get(column)?;
        serde_json::from_value(serde_json::Value::String(text)).map_err(|error| self.corrupt(column, &error))
    }

    pub(crate) fn bytes<const N: usize>(&self, column: &'static str) -> Result<[u8; N], Error> {
        let bytes: Vec<u8> = self.get(column)?;
        <[u8; N]>::try_from(bytes).map_err(|bytes| self.corrupt(column, &format!("{} bytes, not {N}", bytes.len())))
    }

    pub(crate) fn corrupt(&self, column: &'static str, why: &dyn ToString) -> Error {
        let id =
            self.get::<i64>("id").map(|id| id.to_string()).or_else(|_| self.get::<String>("id")).unwrap_or_default();
        Error::corrupt(self.table, column, &id, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_taken_literally() {
        assert_eq!(contains(Some(r"50%_A\")), r"%50\%\_a\\%");
    }

    #[test]
    fn no_search_finds_everything() {
        assert_eq!(contains(None), "%");
        assert_eq!(contains(Some("  ")), "%");
    }

    #[test]
    fn chunks_keep_every_row_in_order() {
        for len in 0..300 {
            let rows: Vec<usize> = (0..len).collect();
            let chunks: Vec<&[usize]> = chunks(&rows).collect();
            assert_eq!(chunks.concat(), rows);
            assert!(chunks.iter().all(|chunk| chunk.len().is_power_of_two() && chunk.len() <= 64));
        }
    }
}
