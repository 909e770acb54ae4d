//! Why a file cannot be a list of subscribers.
//! Pure: values.

use std::sync::Arc;

use thiserror::Error;

use crate::rfc::csv::{Input, TableError};

/// Why a file cannot be a list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}: {fault}")]
pub struct ListError {
    pub path: String,
    pub fault: ListFault,
}

/// What is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ListFault {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("no column is named `email`: the columns are {}", .columns.join(", "))]
    NoEmailColumn { columns: Vec<String> },
    #[error(
        "the column `{column}` has more than {MOST_COMBINATIONS} different combinations: these \
         are not segments"
    )]
    TooManySegments { column: String },
    #[error("line {line} is not UTF-8 but other lines are: no encoding fits the whole file")]
    MixedEncodings { line: usize },
    #[error("the file was changed while it was being read")]
    Changed,
}

impl ListFault {
    pub(super) fn of(self, path: &str) -> ListError {
        ListError { path: path.to_owned(), fault: self }
    }
}

/// A file of subscribers: its name, and its bytes.
pub type NamedInput = (String, Arc<dyn Input>);

/// More combinations of segments than this: the column holds something else.
pub(super) const MOST_COMBINATIONS: usize = 10_000;
