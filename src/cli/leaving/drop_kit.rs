//! `roundup serve --drop-kit`: writes the drop box for a charity's web space.
//! Shell: a folder of files.

use std::path::Path;

use secrecy::ExposeSecret;

use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::{cannot_write, write_whole};
use crate::cli::terminal::screen::Screen;
use crate::project::Project;
use crate::web::drop_box::kit;
use crate::web::serve::PageText;

/// Writes the kit into a folder that is new, empty, or holds an earlier kit.
///
/// # Errors
/// When the folder holds other things, or cannot be written.
pub async fn write(
    project: &Project,
    folder: &Path,
    pages: &PageText,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let shown = folder.display().to_string();
    if !is_free(folder).map_err(|error| cannot_write(&shown, &error))? {
        return Err(Failure::new(
            Exit::Usage,
            format!("`{shown}` holds other files than a drop box's"),
        )
        .help("choose a folder that does not exist yet"));
    }
    let ledger = existing_ledger(project, false).await?;
    let keys = keys_for(project, ledger.as_ref()).await?;
    for file in kit(pages, keys.drop_box_word().expose_secret()) {
        let path = folder.join(file.name);
        let write = || {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            write_whole(&path, file.text.as_bytes())
        };
        write().map_err(|error| cannot_write(&path.display().to_string(), &error))?;
    }
    screen.say(&format!(
        "Wrote the drop box to {shown}. It holds no key, no address and no list.\n\n\
         1. Upload the folder's content to your website, such as https://charity.example/news, with its hidden \
         files.\n\
         2. Add to roundup.toml:\n\n\
         \x20  [sender]\n\
         \x20  public_url = \"https://charity.example/news\"\n\n\
         \x20  [leaving]\n\
         \x20  drop = \"https://charity.example/news/drop\"\n\n\
         3. Run `roundup doctor --probe-unsubscribe`: it tries both. If it does not find the pages, write \
         /news/index.php and /news/index.php/drop instead."
    ));
    Ok(Exit::Done)
}

/// Whether nothing of somebody else's would be replaced.
fn is_free(folder: &Path) -> std::io::Result<bool> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        entries => entries?,
    };
    if entries.count() == 0 {
        return Ok(true);
    }
    let program = std::fs::read_to_string(folder.join("index.php")).unwrap_or_default();
    Ok(program.starts_with("<?php\n// roundup's drop box"))
}
