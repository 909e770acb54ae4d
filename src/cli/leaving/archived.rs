//! The public archive under `roundup serve`: made in the background, and made again when something was sent.
//! Shell: the ledger, the drafts, the list.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::cli::archive::public::{ArchiveFiles, WaitingPage, archive_files};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::Screen;
use crate::ledger::{AnyLedger, Ledger, LedgerMark};
use crate::people::Journal;
use crate::project::Project;
use crate::web::archive::PublicFiles;
use crate::web::serve::ServedArchive;

/// How soon an edition that was sent is on its page.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// A draft that says `archive: no` changes nothing in the ledger: its page goes after this time at the latest.
const MADE_AGAIN_AFTER: Duration = Duration::from_mins(5);

/// Makes the pages.
pub(super) struct ArchiveMaker {
    project: Arc<Project>,
    made: watch::Sender<Option<Arc<PublicFiles>>>,
}

/// The archive that `serve` shows, and who makes it; none where the settings lead elsewhere.
pub(super) fn archive_of(
    project: Project,
    public_url: &url::Url,
) -> (Option<ServedArchive>, Option<ArchiveMaker>) {
    let settings = &project.settings.archive;
    if !settings.is_below(public_url.as_str()) {
        return (None, None);
    }
    let noindex = settings.noindex;
    let (made, pages) = watch::channel(None);
    let maker = ArchiveMaker { project: Arc::new(project), made };
    (Some(ServedArchive { pages, noindex }), Some(maker))
}

impl ArchiveMaker {
    /// Makes the pages again whenever the ledger has moved on, for ever.
    async fn keep_making(self, journal: &Journal<AnyLedger>, screen: &Screen) {
        let mut made: Option<(Instant, LedgerMark)> = None;
        let mut said = String::new();
        loop {
            if let Some(ledger) = journal.ledger()
                && let Ok(mark) = ledger.age().await
                && made
                    .as_ref()
                    .is_none_or(|(at, then)| *then != mark || at.elapsed() >= MADE_AGAIN_AFTER)
            {
                match self.make().await {
                    Some(Ok(ArchiveFiles { files, waiting })) => {
                        self.made.send_replace(Some(Arc::new(files)));
                        made = Some((Instant::now(), mark));
                        let waits: Vec<String> = waiting.iter().map(WaitingPage::words).collect();
                        let words = waits.join("\n");
                        if words != said {
                            for one in &waits {
                                screen.warn(one);
                            }
                            said = words;
                        }
                    }
                    // The pages that were made before stay until the ledger can be read again.
                    Some(Err(failure)) if failure.exit == Exit::Later => {}
                    None => {}
                    Some(Err(failure)) => {
                        self.made.send_replace(None);
                        made = Some((Instant::now(), mark));
                        if failure.what != said {
                            screen.warn(&format!("the archive is not shown: {}", failure.what));
                            said = failure.what;
                        }
                    }
                }
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// In a thread of its own: everybody on the list is looked for in every page, and nobody who leaves waits for that.
    async fn make(&self) -> Option<Result<ArchiveFiles, Failure>> {
        let project = Arc::clone(&self.project);
        let runtime = Handle::current();
        // None when the server is ending.
        spawn_blocking(move || runtime.block_on(archive_files(&project))).await.ok()
    }
}

/// Makes the archive, where there is one to make; ends never.
pub(super) async fn keep_archive(
    maker: Option<ArchiveMaker>,
    journal: &Journal<AnyLedger>,
    screen: &Screen,
) {
    match maker {
        Some(maker) => maker.keep_making(journal, screen).await,
        None => std::future::pending().await,
    }
}
