//! Asking the DNS for text records.
//! Shell: the network.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::{Resolver, TokioResolver};
use thiserror::Error;

/// What the DNS says about a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextRecords {
    /// Each record whole, its parts put together (RFC 7208 section 3.3).
    Texts(Vec<String>),
    /// There is no such record.
    Nothing,
    /// It could not be asked.
    Unknown(String),
}

/// Whoever can be asked for the text records of a name.
pub trait TextLookup: Sync {
    fn texts(&self, name: &str) -> impl Future<Output = TextRecords> + Send;
}

/// Why nobody can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("this computer's name servers cannot be found: {0}")]
pub struct NoNameServers(String);

/// Longer than a healthy name server ever takes.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
const ATTEMPTS: usize = 2;
/// No record of mail is longer.
const LONGEST_TEXT_BYTES: usize = 8 * 1024;

/// The DNS, as this computer or one name server sees it.
pub struct Dns(TokioResolver);

impl Dns {
    /// `server` is queried instead of this computer's own name servers: the one of the domain knows a new record at once.
    ///
    /// # Errors
    /// When this computer has no name servers.
    pub fn new(server: Option<SocketAddr>) -> Result<Self, NoNameServers> {
        let failed = |error: NetError| NoNameServers(error.to_string());
        let mut builder = match server {
            Some(server) => {
                let mut udp = ConnectionConfig::udp();
                udp.port = server.port();
                let mut tcp = ConnectionConfig::tcp();
                tcp.port = server.port();
                let server = NameServerConfig::new(server.ip(), true, vec![udp, tcp]);
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
                Resolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => Resolver::builder_tokio().map_err(failed)?,
        };
        let options: &mut ResolverOpts = builder.options_mut();
        options.timeout = ANSWER_WITHIN;
        options.attempts = ATTEMPTS;
        options.use_hosts_file = ResolveHosts::Never;
        builder.build().map(Self).map_err(failed)
    }
}

impl TextLookup for Dns {
    async fn texts(&self, name: &str) -> TextRecords {
        // With a full stop at the end no search domain is tried.
        let lookup = match self.0.txt_lookup(format!("{}.", name.trim_end_matches('.'))).await {
            Ok(lookup) => lookup,
            Err(error) if error.is_nx_domain() || error.is_no_records_found() => {
                return TextRecords::Nothing;
            }
            Err(error) => return TextRecords::Unknown(error.to_string()),
        };
        let mut texts = Vec::new();
        for record in lookup.answers() {
            if let RData::TXT(text) = &record.data {
                let bytes = text.txt_data.concat();
                let bytes = &bytes[..bytes.len().min(LONGEST_TEXT_BYTES)];
                texts.push(String::from_utf8_lossy(bytes).into_owned());
            }
        }
        if texts.is_empty() { TextRecords::Nothing } else { TextRecords::Texts(texts) }
    }
}
