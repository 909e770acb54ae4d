//! The segments that a project defines, one file each.
//! Shell: reads `segments/`.

use std::path::PathBuf;

use super::folder_files::files;
use super::{LONGEST_SETTINGS_BYTES, Project, ProjectError, read_text};
use crate::audience::segment::Segment;

/// Each is a filter over the whole list: more are not meant.
const MOST_SEGMENTS: usize = 100;

impl Project {
    /// The segments that files of `segments/` define, in the order of their names.
    ///
    /// # Errors
    /// When one of them is wrong, with its place, or there are too many.
    pub fn segments(&self) -> Result<Vec<Segment>, ProjectError> {
        let files = files(&self.root, "segments", "toml")?;
        if files.len() > MOST_SEGMENTS {
            let what = format!("more than {MOST_SEGMENTS} segments are not read; use fewer files");
            return Err(ProjectError::Read { path: "segments".to_owned(), what });
        }
        let read = |(path, file): (PathBuf, String)| {
            let shown = format!("segments/{file}");
            let text = read_text(&path, &shown, LONGEST_SETTINGS_BYTES)?;
            Ok(Segment::read(file.trim_end_matches(".toml"), &shown, &text)?)
        };
        files.into_iter().map(read).collect()
    }
}
