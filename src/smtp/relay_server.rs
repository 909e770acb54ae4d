//! One relay: its address, how it is secured, and what it can cope with.
//! Shell: reads certificates when it is made.

use super::tls::TlsSetupError;
use crate::smtp::conversation::{Security, Settings};
use crate::smtp::deadlines::Deadlines;
use crate::smtp::quirks::{AnnouncementFate, Quirks, RememberedQuirks, SharedQuirks};
use crate::smtp::tls::{self};
use std::sync::Arc;

/// Where mail is handed over, and how.
#[derive(Debug, Clone)]
pub struct RelayServer {
    pub host: String,
    pub port: u16,
    pub settings: Settings,
    pub deadlines: Deadlines,
    pub(super) tls: Option<Arc<rustls::ClientConfig>>,
    pub(super) quirks: Arc<SharedQuirks>,
}

impl RelayServer {
    /// `ca_file` is a PEM file of certificates to trust beside the system's.
    ///
    /// # Errors
    /// When TLS is wanted and cannot be set up.
    pub fn new(
        host: String,
        port: u16,
        settings: Settings,
        deadlines: Deadlines,
        ca_file: Option<&std::path::Path>,
    ) -> Result<Self, TlsSetupError> {
        let tls = match settings.security {
            Security::Plain => None,
            Security::Implicit | Security::StartTls => Some(Arc::new(tls::client_config(ca_file)?)),
        };
        Ok(Self { host, port, settings, deadlines, tls, quirks: Arc::default() })
    }

    /// Begins with what is known of the relay; `remember` gets what is learnt, at once.
    #[must_use]
    pub fn with_quirks(
        self,
        known: RememberedQuirks,
        remember: impl Fn(&RememberedQuirks) + Send + Sync + 'static,
    ) -> Self {
        Self { quirks: Arc::new(SharedQuirks::new(known, remember)), ..self }
    }

    pub fn quirks(&self) -> Quirks {
        self.quirks.look()
    }

    /// Whether the next message may be announced with the end of the one before.
    pub fn may_announce(&self) -> bool {
        self.quirks().may_announce()
    }

    /// What became of a message that was announced.
    pub fn note_announced(&self, announced: AnnouncementFate) {
        self.quirks.note(|quirks| quirks.note_announced(announced));
    }
}
