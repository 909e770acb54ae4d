//! What can be looked up in the DNS, whoever does it.
//! Pure: questions and answers.

use std::future::Future;
use std::net::IpAddr;

/// What the DNS says about a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DnsAnswer<T> {
    Found(Vec<T>),
    /// There is no such record.
    Nothing,
    /// It could not be looked up.
    Unknown(String),
}

/// Looks up the text records of a name, each whole, its parts put together (RFC 7208 section 3.3).
pub trait TextLookup: Sync {
    fn texts(&self, name: &str) -> impl Future<Output = DnsAnswer<String>> + Send;
}

/// Looks up who takes the mail of a name, and which name has which address.
pub trait HostLookup: Sync {
    /// The best first.
    fn exchangers(&self, name: &str) -> impl Future<Output = DnsAnswer<String>> + Send;
    fn addresses(&self, name: &str) -> impl Future<Output = DnsAnswer<IpAddr>> + Send;
    /// The names of an address.
    fn pointers(&self, address: IpAddr) -> impl Future<Output = DnsAnswer<String>> + Send;
}
