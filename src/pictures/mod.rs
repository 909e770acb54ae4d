//! Pictures that are files beside the news, written into a folder that the charity puts on its website.
//! Shell: reads and writes the project's files.
//!
//! Each is scaled, cut to the frames of an email, and freed of what the camera wrote into it.

mod prepared;
pub mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::database::private;
use crate::news::item::{Crop, Image, ImageSize, Item};
pub use prepared::{PictureFault, PreparedPicture};
pub use settings::{PicturesError, Publishing};

/// A photo of a good camera has 20 MB.
const LARGEST_FILE_BYTES: u64 = 40 * 1024 * 1024;
/// What `shown_here` puts into one page, at most.
const MOST_SHOWN_BYTES: usize = 8 * 1024 * 1024;
/// What is kept of pictures that were prepared before, in the project's own folder.
const MEMORY: &str = "pictures.json";

/// What is remembered of a file that was prepared before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PictureMemory {
    bytes: u64,
    modified: u64,
    files: Vec<WebPicture>,
}

/// A file of the published folder. The first of a picture is the whole of it; the others are cut to a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct WebPicture {
    name: String,
    width: u32,
    height: u32,
}

/// Publishes the pictures of stories, and links them. `own` is the project's own folder, where prepared pictures are remembered.
/// A picture that cannot be used leaves its reason in its story.
///
/// # Errors
/// When the folder cannot be written.
pub fn publish<'a>(
    publishing: &Publishing,
    project: &Path,
    own: &Path,
    items: impl Iterator<Item = &'a mut Item>,
) -> Result<(), PicturesError> {
    let memory = own.join(MEMORY);
    // What is unreadable there is made again.
    let bytes = std::fs::read(&memory).unwrap_or_default();
    let before: BTreeMap<String, PictureMemory> =
        serde_json::from_slice(&bytes).unwrap_or_default();
    let mut known = before.clone();
    for item in items {
        publish_one(publishing, project, item, &mut known)?;
        for translation in item.translations.values_mut() {
            publish_one(publishing, project, translation, &mut known)?;
        }
    }
    if known != before && own.is_dir() {
        let bytes = serde_json::to_vec(&known).map_err(|error| failed(&memory, &error.into()))?;
        private::write(&memory, &bytes).map_err(|error| failed(&memory, &error))?;
    }
    Ok(())
}

fn publish_one(
    publishing: &Publishing,
    project: &Path,
    item: &mut Item,
    known: &mut BTreeMap<String, PictureMemory>,
) -> Result<(), PicturesError> {
    let Some(file) = item.picture_file.as_mut().filter(|_| item.image.is_none()) else {
        return Ok(());
    };
    match published(publishing, project, &file.path, known)? {
        Ok(files) => item.image = image_of(publishing, &files, &file.alt),
        Err(fault) => file.fault = Some(fault.to_string()),
    }
    Ok(())
}

fn published(
    publishing: &Publishing,
    project: &Path,
    path: &str,
    known: &mut BTreeMap<String, PictureMemory>,
) -> Result<Result<Vec<WebPicture>, PictureFault>, PicturesError> {
    let source = project.join(path);
    let Ok(about) = std::fs::metadata(&source) else { return Ok(Err(PictureFault::Missing)) };
    let modified = about
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| u64::try_from(since.as_millis()).ok())
        .unwrap_or_default();
    if let Some(before) = known.get(path)
        && (before.bytes, before.modified) == (about.len(), modified)
        && before.files.iter().all(|file| publishing.folder.join(&file.name).is_file())
    {
        return Ok(Ok(before.files.clone()));
    }
    if about.len() > LARGEST_FILE_BYTES {
        return Ok(Err(PictureFault::TooLarge));
    }
    let Ok(bytes) = std::fs::read(&source) else { return Ok(Err(PictureFault::Unreadable)) };
    let pictures = match prepared::prepare(&bytes) {
        Ok(pictures) => pictures,
        Err(fault) => return Ok(Err(fault)),
    };
    let mut files = Vec::new();
    for picture in &pictures {
        write_once(&publishing.folder, picture)?;
        let PreparedPicture { name, width, height, .. } = picture;
        files.push(WebPicture { name: name.clone(), width: *width, height: *height });
    }
    let remembered = PictureMemory { bytes: about.len(), modified, files: files.clone() };
    known.insert(path.to_owned(), remembered);
    Ok(Ok(files))
}

/// A name is made of what is in the file: one that is there is the same.
fn write_once(folder: &Path, picture: &PreparedPicture) -> Result<(), PicturesError> {
    let path = folder.join(&picture.name);
    if path.is_file() {
        return Ok(());
    }
    private::write_public(&path, &picture.bytes).map_err(|error| failed(&path, &error))
}

fn failed(path: &Path, error: &io::Error) -> PicturesError {
    PicturesError::Failed { path: path.display().to_string(), what: error.to_string() }
}

fn image_of(publishing: &Publishing, files: &[WebPicture], alt: &str) -> Option<Image> {
    let at = |file: &WebPicture| {
        let size = ImageSize { width: file.width, height: file.height };
        Crop { address: format!("{}{}", publishing.base_url, file.name), size }
    };
    let (whole, crops) = files.split_first()?;
    let Crop { address, size } = at(whole);
    let crops = crops.iter().map(at).collect();
    Some(Image { address, alt: alt.to_owned(), size: Some(size), crops })
}

/// The file of a published picture on this computer, by its address.
pub fn file_of(publishing: &Publishing, address: &str) -> Option<PathBuf> {
    let name = address.strip_prefix(&publishing.base_url)?;
    prepared::is_own_name(name).then(|| publishing.folder.join(name))
}

/// A page for this computer: published pictures are within it, for they may not be on the web yet.
pub fn shown_here(publishing: &Publishing, html: &str) -> String {
    let names: BTreeSet<&str> = html
        .split(&publishing.base_url)
        .skip(1)
        .filter_map(|rest| rest.split(['"', '\'', ')', ' ', '&', '<']).next())
        .filter(|name| prepared::is_own_name(name))
        .collect();
    let mut page = html.to_owned();
    let mut left = MOST_SHOWN_BYTES;
    for name in names {
        let Ok(bytes) = std::fs::read(publishing.folder.join(name)) else { continue };
        let Some(rest) = left.checked_sub(bytes.len()) else { break };
        left = rest;
        let kind = if name.split('.').next_back() == Some("png") { "png" } else { "jpeg" };
        let data = format!("data:image/{kind};base64,{}", STANDARD.encode(bytes));
        page = page.replace(&format!("{}{name}", publishing.base_url), &data);
    }
    page
}

#[cfg(test)]
mod tests;
