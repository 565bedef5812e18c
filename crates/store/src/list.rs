//! What the lists in SQL have in common: one statement counts what each word of `show` admits, another reads a page.

use std::collections::BTreeMap;

use api::Page;
use api::list::ListQuery;
use api::words::Word;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::error::Error;
use crate::sql::Sql;

/// A list's own parts of its statements.
pub(crate) struct Parts<'p, Show> {
    /// `SELECT … FROM … WHERE `.
    pub(crate) select: &'static str,
    /// The tables of `select`.
    pub(crate) tables: &'static str,
    /// The condition of the search, and of who may see what.
    pub(crate) found: &'p (dyn Fn(&mut Sql) + Sync),
    /// The condition of a filter.
    pub(crate) admits: &'p (dyn Fn(&mut Sql, Show) + Sync),
    /// What follows `ORDER BY`; no two rows may be alike in it.
    pub(crate) order: &'p (dyn Fn(&mut Sql) + Sync),
}

pub(crate) async fn page<T, Q: ListQuery>(
    connection: &mut AnyConnection,
    query: &Q,
    parts: &Parts<'_, Q::Show>,
    read: fn(&AnyRow) -> Result<T, Error>,
) -> Result<Page<T>, Error> {
    let asked = query.asked();
    let (skip, size) = asked.window();
    let mut sql = Sql::new("SELECT COUNT(*) AS found");
    for show in Q::Show::ALL {
        sql.push(", COUNT(CASE WHEN ");
        (parts.admits)(&mut sql, *show);
        // `all` is a keyword.
        sql.push(r#" THEN 1 END) AS ""#).push(show.as_str()).push("\"");
    }
    sql.push(" FROM ").push(parts.tables).push(" WHERE ");
    (parts.found)(&mut sql);
    let row = sql.build().fetch_one(&mut *connection).await?;
    let count = |show: &Q::Show| Ok((show.as_str().to_owned(), row.try_get(show.as_str())?));
    let counts = Q::Show::ALL.iter().map(count).collect::<Result<BTreeMap<_, _>, Error>>()?;

    let mut sql = Sql::new(parts.select);
    (parts.found)(&mut sql);
    sql.push(" AND ");
    (parts.admits)(&mut sql, asked.show);
    sql.push(" ORDER BY ");
    (parts.order)(&mut sql);
    sql.push_bind(" LIMIT ", size).push_bind(" OFFSET ", skip);
    let rows = sql.build().fetch_all(&mut *connection).await?;
    Ok(Page {
        items: rows.iter().map(read).collect::<Result<_, _>>()?,
        total: counts.get(asked.show.as_str()).copied().unwrap_or_default(),
        page: skip / size + 1,
        page_size: size,
        counts,
    })
}
