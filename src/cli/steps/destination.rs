//! Where messages go: into the outbox, or through a relay.
//! Shell: reads the environment of the project.

use crate::cli::terminal::failure::Failure;
use crate::project::{Project, RelayAddress, Variable};

/// Where mail goes in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Practice mode: a folder, and nobody is mailed.
    Outbox,
    Relay(RelayAddress),
}

impl Destination {
    /// From `--relay`, or else the environment.
    pub fn of(project: &Project, flag: Option<&str>) -> Result<Self, Failure> {
        use secrecy::ExposeSecret;
        let text = match flag {
            Some(text) => Some(text.to_owned()),
            None => {
                project.secret(Variable::Relay)?.map(|address| address.expose_secret().to_owned())
            }
        };
        Ok(match text {
            Some(text) => Self::Relay(RelayAddress::parse(&text)?),
            None => Self::Outbox,
        })
    }

    pub fn is_practice(&self) -> bool {
        *self == Self::Outbox
    }

    /// Whether example addresses may be written to: nothing leaves this computer.
    pub fn takes_examples(&self) -> bool {
        match self {
            Self::Outbox => true,
            Self::Relay(relay) => relay.is_for_trying(),
        }
    }
}
