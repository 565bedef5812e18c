//! What went wrong in the storage, for callers that can do nothing about it.

use sqlx::error::ErrorKind;

/// The storage failed: a full disk, a broken file, a closed store. Its text says what happened and holds no secret.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Inner);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Inner {
    #[error("the database failed: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("{table}.{column} of row {id} can't be read: {why}")]
    Corrupt { table: &'static str, column: &'static str, id: String, why: String },
    #[error("the system gave no randomness: {0}")]
    Random(#[from] getrandom::Error),
    #[error("the store was closed")]
    Closed,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolClosed => Self(Inner::Closed),
            error => Self(Inner::Sql(error)),
        }
    }
}

impl From<getrandom::Error> for Error {
    fn from(error: getrandom::Error) -> Self {
        Self(Inner::Random(error))
    }
}

impl Error {
    pub(crate) fn corrupt(table: &'static str, column: &'static str, id: &dyn ToString, why: &dyn ToString) -> Self {
        Self(Inner::Corrupt { table, column, id: id.to_string(), why: why.to_string() })
    }

    pub(crate) const fn closed() -> Self {
        Self(Inner::Closed)
    }

    fn database(&self) -> Option<&dyn sqlx::error::DatabaseError> {
        match &self.0 {
            Inner::Sql(error) => error.as_database_error(),
            _ => None,
        }
    }

    /// A value that must be unique is taken.
    pub(crate) fn is_unique_violation(&self) -> bool {
        self.database().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
    }

    /// The data were at fault rather than the storage.
    pub(crate) fn is_constraint(&self) -> bool {
        self.database().is_some_and(|error| {
            matches!(
                error.kind(),
                ErrorKind::UniqueViolation
                    | ErrorKind::ForeignKeyViolation
                    | ErrorKind::NotNullViolation
                    | ErrorKind::CheckViolation
                    | ErrorKind::ExclusionViolation
            )
        })
    }

    /// Worth another try.
    pub(crate) fn is_busy(&self) -> bool {
        self.database()
            .and_then(sqlx::error::DatabaseError::code)
            .is_some_and(|code| crate::engine::is_busy_code(&code))
    }
}
