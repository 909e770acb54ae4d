//! The email as pages and files to look at.
//! Shell: writes a folder.

use crate::audience::{Keys, Recipient};
use crate::check::Finding;
use crate::cli::steps::message_template::made;
use crate::cli::steps::prepare::PreparedEdition;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::{private_folder, refuse_other_folder, write_whole};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::database::private;
use crate::message::MessageTemplate;
use crate::project::Project;
use crate::web::PageView;
use std::path::{Path, PathBuf};

/// Written before all others, so that a folder is known as ours although a command was interrupted in it.
const FIRST_FILE: &str = "email.mjml";

/// Where previews go when nobody says where.
pub fn default_folder(project: &Project, edition: &str) -> PathBuf {
    let folder = project.path("preview").join(edition);
    // A shorter way to it, where there is one: people copy it.
    match std::env::current_dir() {
        Ok(here) => folder.strip_prefix(&here).map(Path::to_owned).unwrap_or(folder),
        Err(_) => folder,
    }
}

/// The page and its companions.
pub struct Pages<'a> {
    prepared: &'a PreparedEdition,
    skeleton: MessageTemplate,
    /// Whose copy is shown.
    seen_by: Recipient,
    pub findings: Vec<Finding>,
    /// Whether something in them is of a person on the list.
    is_private: bool,
}

impl<'a> Pages<'a> {
    /// For people of the house: somebody of the list is shown.
    pub fn to_keep(prepared: &'a PreparedEdition, skeleton: MessageTemplate) -> Self {
        let findings = prepared.findings.clone();
        Self { prepared, skeleton, seen_by: prepared.example(), findings, is_private: true }
    }

    /// For anybody: nothing in them is of a person on the list. The person shown is invented, the keys behind their links
    /// are thrown away, and the message is not signed.
    pub fn to_share(project: &Project, prepared: &'a PreparedEdition) -> Result<Self, Failure> {
        let mut secret = [0; 32];
        system::random(&mut secret);
        let (composition, identity) = (prepared.composition.clone(), prepared.identity.clone());
        let keys = Keys::new(&secret);
        let skeleton = made(project, composition, identity, keys, Vec::new(), system::now())?;
        let findings = prepared.findings.iter().cloned().map(without_people).collect();
        Ok(Self { prepared, skeleton, seen_by: prepared.invented(), findings, is_private: false })
    }

    pub fn in_language(mut self, language: Option<&str>) -> Self {
        if let Some(language) = language {
            self.seen_by.values.insert("language".to_owned(), language.to_owned());
        }
        self
    }

    /// Writes them. Each file is whole or not there.
    pub fn write(&self, folder: &Path, screen: &Screen) -> Result<(), Failure> {
        let Self { prepared, skeleton, seen_by, findings, is_private } = self;
        let shown = skeleton.composition_of(seen_by);
        let (subject, html, text) = skeleton.seen_by(seen_by);
        let message = skeleton.personalise(seen_by);
        let variant = shown.variant(&seen_by.segments);
        let name = seen_by.name().unwrap_or_else(|| seen_by.address.to_string());
        let sender = match &prepared.identity.sender.name {
            Some(name) => name.as_str().to_owned(),
            None => prepared.identity.sender.address.to_string(),
        };
        let people = prepared.audience.mailed;
        let page = PageView {
            edition: &prepared.edition.name,
            hash: &prepared.composition.hash(),
            sender: &sender,
            subject: &subject,
            preheader: &shown.preheader,
            html: &prepared.shown_here(&html),
            text: &text,
            seen_by: &name,
            stories: prepared.edition.shown().count(),
            people: (people > 0).then_some(people),
            largest_bytes: prepared.largest,
            findings,
        };
        let cannot = |path: &Path, error: std::io::Error| {
            Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display()))
        };
        refuse_other_pages(folder)?;
        if *is_private {
            private_folder(folder, screen)?;
        } else {
            std::fs::create_dir_all(folder).map_err(|error| cannot(folder, error))?;
        }
        let write = if *is_private { private::write } else { write_whole };
        for (name, bytes) in [
            (FIRST_FILE, shown.variants[variant].mjml.as_bytes()),
            ("email.html", html.as_bytes()),
            ("email.txt", text.as_bytes()),
            ("message.eml", message.bytes.as_slice()),
            ("index.html", page.html().as_bytes()),
        ] {
            let path = folder.join(name);
            write(&path, bytes).map_err(|error| cannot(&path, error))?;
        }
        Ok(())
    }
}

/// Refuses a folder that holds somebody else's pages: a website's `index.html` would be lost.
///
/// # Errors
/// When one of our files would replace it.
pub fn refuse_other_pages(folder: &Path) -> Result<(), Failure> {
    refuse_other_folder(
        folder,
        &[FIRST_FILE],
        &["index.html", "email.html", "email.txt", "message.eml", "report.json", "messages"],
    )
}

/// A finding as strangers may read it: people of the list are counted in it, and not named.
fn without_people(mut finding: Finding) -> Finding {
    if finding.rule == "each-copy" {
        "some messages would look wrong: `roundup check` names them"
            .clone_into(&mut finding.message);
    }
    let is_address =
        |word: &str| word.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.'));
    if finding.message.split_whitespace().any(is_address) {
        let words = finding.message.split_whitespace();
        let words: Vec<&str> =
            words.map(|word| if is_address(word) { "(an address)" } else { word }).collect();
        finding.message = words.join(" ");
    }
    finding
}
