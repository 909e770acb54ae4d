//! What people see when the project, the store of news or the relay cannot be used, and what to type.
//! Shell: errors of files, databases and connections come in.

use crate::cli::terminal::failure::{Exit, Failure};
use crate::news::store::StoreError;
use crate::problem::nearest;
use crate::project::edition_name::RULE;
use crate::project::secret::SECRET_FILE;
use crate::project::{ProjectError, RelayError};
use crate::smtp::connection::TlsSetupError;
use crate::window::{impossible, meant};

fn cure_of_no_list(error: &ProjectError) -> &'static str {
    match error {
        ProjectError::NobodyStored => "bring people in: roundup subscribers import FILE",
        _ => "put a CSV file with the columns email, first_name and basis in subscribers/",
    }
}

fn cure_of_no_draft(name: &str, known: &[String]) -> String {
    let meant = meant(name).filter(|meant| meant != name);
    let near = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
    if let Some(meant) = meant {
        format!("did you mean `{meant}`?")
    } else if let Some(why) = impossible(name) {
        // Before what is spelt alike: a month that there is not is not a slip of another one.
        why
    } else if let Some(near) = near {
        format!("did you mean `{near}`?")
    } else if known.is_empty() {
        "make one with `roundup draft --month 2020-12`, or name a window: --year 2020".to_owned()
    } else {
        format!("the editions are {}", known.join(", "))
    }
}

impl From<ProjectError> for Failure {
    fn from(error: ProjectError) -> Self {
        let place = error.place();
        let failure = match error {
            ProjectError::NotFound { .. } => Self::new(Exit::Usage, error.to_string())
                .help("go to the project folder, or name it with --project DIR"),
            ProjectError::Settings(error) => {
                Self::new(Exit::Usage, error.what).help(error.cure).line(error.line_text)
            }
            ProjectError::Environment(error) => {
                let cure = error.cure();
                Self::new(Exit::Usage, error.to_string()).help(cure)
            }
            ProjectError::Draft(problem) => Self::from(problem),
            ProjectError::Words(words) => words.into(),
            ProjectError::NoDraft { ref name, ref known } => {
                let help = cure_of_no_draft(name, known);
                Self::new(Exit::Usage, error.to_string()).help(help)
            }
            ProjectError::BadName { ref name } => {
                let meant = meant(name).map(|meant| format!("did you mean `{meant}`?"));
                let help = meant.or_else(|| impossible(name)).unwrap_or_else(|| {
                    format!("{RULE}, as in 2020-12; a draft of another name is not used until its file is renamed")
                });
                Self::new(Exit::Usage, error.to_string()).help(help)
            }
            ProjectError::List(error) => error.into(),
            ProjectError::Segment(error) => return error.into(),
            ProjectError::NoList | ProjectError::NobodyStored => {
                Self::new(Exit::Nothing, error.to_string()).help(cure_of_no_list(&error))
            }
            ProjectError::Store(error) => error.into(),
            ProjectError::Dkim(_) => Self::new(Exit::Usage, error.to_string())
                .help("set ROUNDUP_DKIM_KEY_FILE to a PEM file with an RSA key of 2048 bits"),
            ProjectError::LostSecret => Self::new(Exit::Usage, error.to_string()).help(
                "restore `.roundup/secret` from a backup, or set ROUNDUP_SECRET to its earlier value: with a \
                 different one, people who left could not be recognised; if it is lost for good, see \"The secret\" \
                 in docs/DELIVERY.md",
            ),
            ProjectError::ShortSecret { place: SECRET_FILE, .. } => {
                Self::new(Exit::Usage, error.to_string()).help(
                    "it was emptied or cut off: restore it from a backup, or set ROUNDUP_SECRET to its earlier value; \
                     if no edition has been sent yet, delete the file and a new one is made",
                )
            }
            ProjectError::ShortSecret { .. } => Self::new(Exit::Usage, error.to_string()).help(
                "if anything was sent, set it to its earlier value: with another one, people who left could not be \
                 recognised (`roundup keys backup FILE` has made a copy of it, or `roundup backup FILE`). For a new \
                 project, choose 32 random letters and digits, and never change them again",
            ),
            ProjectError::Read { .. } => Self::new(Exit::Failed, error.to_string())
                .help("check its name, and that you may read it; a text is saved as UTF-8"),
            ProjectError::Write { .. } => Self::new(Exit::Failed, error.to_string())
                .help("check the free space, and that you may write there"),
        };
        match place {
            Some(place) => failure.at(place),
            None => failure,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let help = match &error {
            StoreError::Newer { .. } => {
                "install the newest version of roundup on this computer too"
            }
            StoreError::Full { .. } => {
                "free some space there and keep the file: it holds stories that feeds no longer list"
            }
            StoreError::ReadOnly { .. } => "move the project to a disk that can be written to",
            StoreError::Locked { .. } => "end the other program, then run the same command again",
            StoreError::Damaged { .. } => {
                "restore the file from a backup. Without one, move it away and run `roundup news sync`: feeds list \
                 their newest stories again, but not the old ones"
            }
            StoreError::Failed { .. } => {
                "keep the file: it holds stories that feeds no longer list. Check that you may read and write it"
            }
        };
        Self::new(Exit::Failed, error.to_string()).help(help)
    }
}

impl From<RelayError> for Failure {
    fn from(error: RelayError) -> Self {
        let cure = error.cure();
        Self::new(Exit::Usage, error.to_string()).help(cure)
    }
}

impl From<TlsSetupError> for Failure {
    fn from(error: TlsSetupError) -> Self {
        Self::new(Exit::Usage, error.to_string()).help("check `ca_file` under [send]")
    }
}
