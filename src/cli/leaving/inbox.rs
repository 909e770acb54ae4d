//! `roundup inbox`: reads emails of people who leave, and keeps what they want.
//! Shell: a mailbox, the list, the ledger.

use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret;

use super::cannot_keep;
use crate::cli::globals::Globals;
use crate::cli::leaving::drop_box;
use crate::cli::leaving::events::settle_events;
use crate::cli::leaving::imap_login::login;
use crate::cli::leaving::keeping::keeping;
use crate::cli::leaving::settling::{SettledEmails, settle_emails, show_unknown, summarise};
use crate::cli::leaving::single_messages::drain_beside;
use crate::cli::leaving::verdicts::judge;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::list_place::list_of_any;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::inbox::mailbox::StoredEmail;
use crate::inbox::{EmailSource, ImapAddress, ImapLogin, ImapMailbox, MailboxError};
use crate::people::LeavingProof;
use crate::project::{Project, Variable};

#[derive(Debug, Args)]
pub struct Arguments {
    /// A Maildir; processed emails move to its folder `Done`
    #[arg(long, value_name = "DIR", group = "from")]
    maildir: Option<PathBuf>,
    /// An mbox file
    #[arg(long, value_name = "FILE", group = "from")]
    mbox: Option<PathBuf>,
    /// A folder with one email per file
    #[arg(long, value_name = "DIR", group = "from")]
    dir: Option<PathBuf>,
    /// One email on standard input
    #[arg(long, group = "from")]
    stdin: bool,
    #[arg(
        long,
        value_name = "URL",
        group = "from",
        help = "An IMAP mailbox, as in imaps://imap.example.org/INBOX; ROUNDUP_INBOX if nothing is named. \
                Processed emails move to its folder `Done`"
    )]
    imap: Option<String>,
    #[arg(
        long,
        value_name = "URL",
        group = "from",
        num_args = 0..=1,
        default_missing_value = "",
        help = "A drop box, as in https://charity.example/news/drop; the one of the settings if no address is given"
    )]
    drop: Option<String>,
    #[arg(
        long,
        value_name = "FILE",
        group = "from",
        help = "A file of events, as a mail service sends them: Amazon SES, Postmark, Mailgun, SendGrid or Brevo (JSON)"
    )]
    events: Option<PathBuf>,
    /// Show what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Show only emails that came back and were not understood, and change nothing
    #[arg(long, conflicts_with_all = ["drop", "events"])]
    unknown: bool,
}

impl Arguments {
    /// Where the emails are: as the command says, or in the mailbox of the settings.
    fn source(&self, project: &Project) -> Result<MailSource, Failure> {
        let mailbox = match self {
            Self { maildir: Some(path), .. } => EmailSource::Maildir(path.clone()),
            Self { mbox: Some(path), .. } => EmailSource::Mbox(path.clone()),
            Self { dir: Some(path), .. } => EmailSource::Folder(path.clone()),
            Self { stdin: true, .. } => EmailSource::Input,
            Self { imap, .. } => {
                let address = match (imap, project.secret(Variable::Inbox)?) {
                    (Some(address), _) => address.clone(),
                    (None, Some(address)) => address.expose_secret().to_owned(),
                    (None, None) => {
                        return Err(Failure::new(Exit::Usage, "no mailbox is named").help(
                            "name one: --maildir DIR, --mbox FILE, --dir DIR, --stdin, or an IMAP mailbox in ROUNDUP_INBOX",
                        ));
                    }
                };
                return Ok(MailSource::Imap(ImapAddress::parse(&address)?, login(project)?));
            }
        };
        Ok(MailSource::Local(mailbox))
    }
}

/// Where emails are.
enum MailSource {
    Local(EmailSource),
    Imap(ImapAddress, ImapLogin),
}

impl MailSource {
    /// Where emails arrive, and not a copy of some of them.
    fn is_a_mailbox(&self) -> bool {
        matches!(self, Self::Imap(..) | Self::Local(EmailSource::Maildir(_) | EmailSource::Mbox(_)))
    }
}

impl From<MailboxError> for Failure {
    fn from(error: MailboxError) -> Self {
        let help = match &error {
            MailboxError::Read { .. } => "check its name, and that you may read it",
            MailboxError::NotAMaildir { .. } => "use --dir for a folder with one email per file",
            MailboxError::NotAnMbox { .. } => "use --stdin for a single email, --dir for a folder",
            MailboxError::Move { .. } => {
                "what was read is saved; make the folder writable, so that emails are not read \
                 again"
            }
        };
        Self::new(Exit::Usage, error.to_string()).help(help)
    }
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    globals.screen.begin_records();
    if let Some(named) = &arguments.drop {
        return Box::pin(drop_box::settle(Some(named), arguments.dry_run, globals)).await;
    }
    let project = globals.project()?;
    if let Some(path) = &arguments.events {
        return Box::pin(settle_events(&project, path, arguments.dry_run, globals)).await;
    }
    let source = arguments.source(&project)?;
    let dry_run = arguments.dry_run || arguments.unknown;
    let (keeping, keys) = keeping(&project, dry_run, globals).await?;
    // Tokens need no list.
    let list = list_of_any(&project).await?;
    let mut emails = Vec::new();
    let take = |email: StoredEmail| {
        let read = judge(&email.bytes, &keys, list.as_ref())?;
        // The bytes have been read: only what they came to is kept.
        emails.push((email.without_bytes(), read));
        Ok::<(), Failure>(())
    };
    let mut remote = None;
    let outcome = match &source {
        MailSource::Local(mailbox) => mailbox.each(take),
        MailSource::Imap(address, login) => {
            let ca_file = project.settings.send.ca_file.as_ref().map(|path| project.path(path));
            let mailbox = ImapMailbox::open(address, login, ca_file.as_deref()).await?;
            remote.insert(mailbox).each(take).await
        }
    };
    if arguments.unknown {
        outcome?;
        if let Some(mailbox) = remote {
            mailbox.close().await;
        }
        return show_unknown(&emails, globals);
    }
    // What was read before a mailbox broke off is settled all the same, and an email that cannot be moved holds up none of
    // those behind it.
    let settled = settle_emails(&project, dry_run, &mut emails, (&keeping, &keys), globals).await?;
    let SettledEmails { counts, uids, trouble } = settled;
    let mut trouble = outcome.err().or(trouble);
    if let Some(mut mailbox) = remote
        && trouble.is_none()
    {
        match mailbox.mark_done(&uids).await {
            Ok(true) => {}
            Ok(false) => globals.screen.warn(
                "this mailbox cannot move emails: processed ones are copied to `Done` and also \
                 stay where they are",
            ),
            Err(error) => trouble = Some(error.into()),
        }
        mailbox.close().await;
    }
    if trouble.is_none() && !dry_run && source.is_a_mailbox() {
        LeavingProof::mailbox_read(&project.path(".roundup"), system::now())
            .map_err(|error| cannot_keep(&error))?;
    }
    globals.screen.for_people(|text| summarise(&counts, dry_run, text))?;
    if let (false, Some(ledger)) = (dry_run, keeping.ledger()) {
        let destination = Destination::of(&project, None)?;
        Box::pin(drain_beside(&project, &keys, &destination, ledger, &globals.screen)).await;
    }
    match trouble {
        Some(failure) => Err(failure),
        None if emails.is_empty() => Ok(Exit::Nothing),
        None => Ok(Exit::Done),
    }
}
