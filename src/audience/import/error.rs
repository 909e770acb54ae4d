//! Why nothing is imported, and the cure.
//! Pure: values and words.

use thiserror::Error;

use super::own_name::MOST_COLUMNS;
use super::tables_error::TablesError;
use crate::audience::list_error::ListFault;
use crate::count::{counted, listed};

/// Why nothing is imported.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{fault}")]
pub struct ImportError {
    pub path: String,
    pub fault: ImportFault,
}

/// What is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportFault {
    #[error(transparent)]
    Tables(#[from] TablesError),
    #[error(transparent)]
    List(ListFault),
    #[error("line {line} is not UTF-8 but other lines are: no encoding fits the whole file")]
    MixedEncodings { line: usize },
    #[error("no column holds email addresses: the columns are {}", shown(.columns))]
    NoAddresses { columns: Vec<String> },
    #[error("there are 0 people in it: {0}")]
    NoRows(String),
    #[error("there is no column `{column}`: the columns are {}", shown(.columns))]
    NoSuchColumn { column: String, columns: Vec<String> },
    #[error("the list has {} of its own: at most {MOST_COLUMNS} are kept", counted(*.columns, "column", "columns"))]
    TooManyColumns { columns: usize },
    #[error("the columns fit several systems: {}", .systems.join(", "))]
    SeveralSystems { systems: Vec<&'static str> },
    #[error("`{cell}` may be day first or month first, and no other date shows which")]
    DateOrder { cell: String },
    #[error(
        "`{cell}` may be day first or month first, and other dates of the file are of both kinds"
    )]
    BothDateOrders { cell: String },
}

impl ImportFault {
    pub fn cure(&self) -> String {
        match self {
            Self::Tables(fault) => fault.cure().to_owned(),
            Self::List(_) => "export it again as CSV, in UTF-8".to_owned(),
            Self::MixedEncodings { .. } => {
                "open it in a spreadsheet, correct that line, and save it as CSV (UTF-8)".to_owned()
            }
            Self::NoAddresses { .. } => {
                "name it with --map email=COLUMN, or check that this is a list of people".to_owned()
            }
            Self::NoRows(_) => "export it again, with its people".to_owned(),
            Self::NoSuchColumn { .. } => "write the column as the file has it".to_owned(),
            Self::TooManyColumns { .. } => {
                "delete the columns that no email and no segment uses, and import it again"
                    .to_owned()
            }
            Self::SeveralSystems { systems } => {
                format!("say which with --from {}", systems.join(" or --from "))
            }
            Self::DateOrder { .. } | Self::BothDateOrders { .. } => {
                "say which with --dates day-first or --dates month-first".to_owned()
            }
        }
    }
}

fn shown(columns: &[String]) -> String {
    const MOST: usize = 12;
    listed(columns, MOST)
}
