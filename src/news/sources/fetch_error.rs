//! Why an address gives nothing, and the most that it may give.
//! Pure: values.

use thiserror::Error;

/// The largest feed in the wild is far below; a decompressed answer counts in full.
pub const LONGEST_ANSWER_BYTES: usize = 10 * 1024 * 1024;

/// Text shrinks to a tenth. What swells more than this was made to fill a memory.
pub const MOST_SWELLING: usize = 100;

/// Why an address gave nothing.
#[derive(Debug, Error)]
pub enum FetchError {
    #[error("`{0}` is not an http or https address")]
    NotWeb(String),
    #[error("`{0}` is inside this machine or its network")]
    Private(String),
    #[error("`{host}` has port {port}, which websites do not use")]
    Port { host: String, port: u16 },
    #[error("{host} answered {status}")]
    Status { host: String, status: u16 },
    #[error("the response from {host} is larger than {} MB", LONGEST_ANSWER_BYTES / 1024 / 1024)]
    TooLarge { host: String },
    #[error("the response from {host} grows more than {MOST_SWELLING}-fold when it is unpacked")]
    Swells { host: String },
    #[error("{host} cannot be reached: {what}")]
    Unreachable { host: String, what: String },
    #[error("{host} answers, but not with TLS (https)")]
    NoTls { host: String },
    #[error("{host} does not let programs read {path} (robots.txt)")]
    Robots { host: String, path: String },
}
