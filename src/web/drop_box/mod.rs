//! The drop box of a charity without a server: a file on its web space that keeps requests to leave until roundup fetches them.
//! Pure: the kit and what its lines mean; `client.rs` is the shell that fetches them.
//!
//! The contract, for whoever writes a box of their own:
//!
//! - `POST /u/TOKEN` (RFC 8058), `/u/TOKEN/leave` and `/u/TOKEN/stay`: adds one entry to the end, and answers 200 (303 for the
//!   buttons) once it is on disk, 503 if it cannot be kept. A body of more than 1 KB gets 413.
//! - `GET /u/TOKEN`: the page whose form posts to `/u/TOKEN/leave`.
//! - `GET /drop?after=PLACE` with `Authorization: Bearer WORD`: the entries behind a place, of which `WORD`'s SHA-256 is known to
//!   the box; without `after`, all of them.
//! - `POST /drop` with `upto=PLACE`: everything before the place is settled and may be deleted.
//!
//! The box holds no key, no address and no list: whoever steals it has nothing.

mod client;
mod entry;
mod kit;

pub use client::{DropBox, DropBoxError};
pub use entry::{DropEntry, DropRequest, request_of};
pub use kit::{KitFile, kit};
