//! Why a file is none that people can be imported from, and the cure.
//! Pure: values and words.

use thiserror::Error;

use crate::rfc::csv::TableError;

/// A file that is larger is not a list of people.
pub const LONGEST_FILE_BYTES: u64 = 512 * 1024 * 1024;
pub(super) const MOST_ENTRIES: usize = 100;

/// Why a file is none that people can be imported from.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TablesError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("this is {0}, not a list of people")]
    WrongKind(&'static str),
    #[error("the workbook has a password")]
    Password,
    #[error("the ZIP is encrypted")]
    Encrypted,
    #[error("the ZIP cannot be read: {0}")]
    Zip(String),
    #[error("the ZIP has more than {MOST_ENTRIES} files")]
    TooManyEntries,
    #[error("the ZIP unpacks to far more than a list of people can be")]
    Bomb,
    #[error("the ZIP has several files with the same name: only one of them could be read")]
    SameNames,
    #[error("the ZIP has no CSV, TSV or text file in it")]
    NothingInZip,
    #[error("`{0}` in the ZIP may hold people, and cannot be read")]
    UnreadInZip(String),
    #[error("the workbook is larger than a list of people can be")]
    LargeWorkbook,
    #[error("the workbook cannot be read: {0}")]
    Workbook(String),
    #[error("the file is larger than {} MB", LONGEST_FILE_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("what was read of the file cannot be kept while it is compared: {0}")]
    NotKept(String),
}

impl TablesError {
    pub fn cure(&self) -> &'static str {
        match self {
            Self::Table(TableError::Empty) => "export it again: the file has nothing in it",
            Self::Table(_) => "export it again as CSV, in UTF-8",
            Self::WrongKind(_) => {
                "give the CSV, ZIP or XLSX file that your newsletter or contacts system exports"
            }
            Self::Password => {
                "open it with its password, save the sheet as CSV (UTF-8), and give that file"
            }
            Self::Encrypted => "unpack it with its password, and give the files in it",
            Self::Zip(_) => "download it again, or unpack it and give the files in it",
            Self::SameNames => "unpack it, give each file a name of its own, and import the files",
            Self::TooManyEntries | Self::Bomb => "unpack it, and give only the files with people",
            Self::UnreadInZip(_) => {
                "open it, save it as CSV (UTF-8), and give it with the other files; or take it out of the ZIP"
            }
            Self::NothingInZip => "give the file with the people in it",
            Self::Workbook(_) | Self::LargeWorkbook => {
                "save the sheet as CSV (UTF-8), and give that file"
            }
            Self::TooLarge => "split it into several files",
            Self::NotKept(_) => {
                "free some space where the computer keeps temporary files, and run the same command again"
            }
        }
    }
}
