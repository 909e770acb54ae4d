//! Opens the studio in the browser of this computer, and passes its address to nobody else.
//! Shell: a small private file, and the desktop.
//!
//! What a process is started with can be read by everybody on the computer. So the browser is started with the name of a
//! page that only its owner can read, and the page leads to the studio.

use std::io;
use std::path::PathBuf;

use crate::compose::marker::escape_html;
use crate::database::private;
use crate::project::Project;

/// The page that leads to the studio. It goes when this value goes.
#[derive(Debug)]
pub struct LaunchPage {
    page: PathBuf,
}

impl Drop for LaunchPage {
    fn drop(&mut self) {
        // Its address leads nowhere once the studio has ended.
        let _ = std::fs::remove_file(&self.page);
    }
}

/// Writes the page, and has the desktop show it. Where there is no desktop, the address stands on the screen.
///
/// # Errors
/// When the page cannot be written.
pub fn open(project: &Project, address: &str) -> io::Result<LaunchPage> {
    // Browsers in a box of their own see no folder whose name begins with a dot.
    let page = project.path("preview").join("open-studio.html");
    private::write(&page, doorway(address).as_bytes())?;
    let doorway = LaunchPage { page };
    // Where there is no desktop this fails, and the screen has the address.
    let _ = open::that_detached(&doorway.page);
    Ok(doorway)
}

fn doorway(address: &str) -> String {
    let address = escape_html(address);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0;url={address}\">\n<title>roundup</title>\n\
         <p><a href=\"{address}\">Open the studio</a></p>\n"
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_leads_to_the_studio() {
        let page = super::doorway("http://127.0.0.1:4321/abc/");
        assert!(page.contains("content=\"0;url=http://127.0.0.1:4321/abc/\""), "{page}");
    }
}
