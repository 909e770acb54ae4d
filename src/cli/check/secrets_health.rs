//! What `doctor` says of the project's secrets: whether they are whole, match the ledger, and are nobody else's to read.
//! Shell: the project's files.

use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::terminal::failure::Failure;
use crate::doctor::Diagnosis;
use crate::project::Project;
use crate::project::secret::SecretSource;
use crate::project::tracked::tracked;
use crate::shell_words::all_for_shell;

pub async fn secrets(project: &Project) -> Vec<Diagnosis> {
    let mut found = vec![readers(project)];
    found.extend(in_git(project));
    found.push(secret(project).await);
    found
}

/// Who else on this computer can read the secrets.
fn readers(project: &Project) -> Diagnosis {
    const ABOUT: &str = "Privacy";
    let open = project.readable_secrets();
    if open.is_empty() {
        return Diagnosis::good(
            ABOUT,
            "no file with a secret can be read by others on this computer",
        );
    }
    Diagnosis::doubtful(
        ABOUT,
        format!(
            "other people on this computer can read {}, which {} secrets",
            open.join(", "),
            if open.len() == 1 { "holds" } else { "hold" }
        ),
        format!("run `chmod 600 {}`", all_for_shell(open.iter().map(String::as_str))),
    )
}

/// A copy of the repository has the secrets in it, and all that ever were.
fn in_git(project: &Project) -> Option<Diagnosis> {
    let files = project.secret_files();
    let paths: Vec<_> = files.iter().map(|(path, _)| path.clone()).collect();
    let kept = tracked(&project.root, &paths);
    let names: Vec<&str> = files
        .iter()
        .filter(|(path, _)| kept.contains(&path))
        .map(|(_, shown)| shown.as_str())
        .collect();
    (!names.is_empty()).then(|| {
        Diagnosis::bad(
            "Git",
            format!("the repository keeps {}, and everybody with a copy has the secrets in it", names.join(", ")),
            format!(
                "run `git rm --cached {}`, add the names to .gitignore, and replace the passwords: they stay in the history",
                all_for_shell(names.iter().copied())
            ),
        )
    })
}

async fn secret(project: &Project) -> Diagnosis {
    const ABOUT: &str = "Secret";
    let ledger = existing_ledger(project, false).await.unwrap_or_default();
    let found = match keys_for(project, ledger.as_ref()).await {
        Ok(_) => project.secret_source().map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    match found {
        Ok(Some(SecretSource::Environment)) => {
            Diagnosis::good(ABOUT, "ROUNDUP_SECRET is set and matches the ledger")
        }
        Ok(Some(SecretSource::File) | None) => Diagnosis::doubtful(
            ABOUT,
            "the secret for unsubscribe links is in .roundup/secret",
            "keep a copy of it (`roundup keys backup FILE`): without it, people who left could \
             not be recognised",
        ),
        Err(failure) => failure.diagnosis(ABOUT),
    }
}
