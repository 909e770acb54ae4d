//! What every database of roundup needs: opening it, private files, one migration runner, and errors that say what is wrong.
//! Pure: the list of what is here.
//!
//! The ledger and the store of news keep their own tables and statements; this room knows nothing of either.

mod error;
mod migration;
pub mod postgres;
pub mod private;
pub mod sqlite;

pub use error::{DatabaseError, DatabaseFault};
pub use migration::{NewerSchema, Schema};
