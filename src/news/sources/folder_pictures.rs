//! Which file a page of a folder means by the name of a picture.
//! Shell: looks for files.

use std::path::{Component, Path, PathBuf};

use crate::news::item::Reading;
use crate::problem::Problem;

/// Where website tools keep what they copy as it is, below a site's folder.
const STATIC_FOLDERS: [&str; 5] = ["", "static", "assets", "public", "src"];

/// Puts the path below the project where a page names a picture. One that is not there is a problem, and left out.
pub fn find_files(project: &Path, folder: &Path, page: &str, reading: &mut Reading) {
    for item in &mut reading.items {
        let Some(mut file) = item.picture_file.take() else { continue };
        if let Some(path) = find(project, folder, Path::new(page), &file.path) {
            file.path = path;
            item.picture_file = Some(file);
        } else {
            let shown: String = file.path.chars().take(100).collect();
            reading.problems.push(Problem::new(
                item.place_of(item.lines.image),
                format!("there is no picture `{shown}`: it was left out"),
                "put the file beside the page, or write a web address that begins with https://",
            ));
        }
    }
}

/// Beside the page; or, for a path from the top of the website, in one of the folders where its tool looks.
fn find(project: &Path, folder: &Path, page: &Path, name: &str) -> Option<String> {
    let name = percent_encoding::percent_decode_str(name).decode_utf8().ok()?;
    let name = name.split(['?', '#']).next().unwrap_or_default();
    let from_top = name.trim_start_matches(['/', '\\']);
    let beside = page.parent().filter(|_| from_top == name).map(|parent| parent.join(name));
    let above = folder
        .ancestors()
        .flat_map(|root| STATIC_FOLDERS.map(|below| root.join(below).join(from_top)));
    beside.into_iter().chain(above).find_map(|path| {
        let path = below_project(&path)?;
        let found = project.join(&path);
        // A link may lead out of the project.
        let real = found.canonicalize().ok()?;
        let is_own = real.starts_with(project.canonicalize().ok()?) && real.is_file();
        is_own.then(|| path.display().to_string().replace('\\', "/"))
    })
}

/// A path without `.` and `..`; nothing for one that leads out of the project.
fn below_project(path: &Path) -> Option<PathBuf> {
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => whole.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !whole.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_where_pages_mean_them_and_never_outside() {
        let outside = tempfile::tempdir().unwrap();
        let project = outside.path().join("project");
        for name in [
            "secret.jpg",
            "project/news/a.jpg",
            "project/static/img/b.jpg",
            "project/pictures/c d.png",
        ] {
            let path = outside.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"x").unwrap();
        }
        let found = |name| find(&project, Path::new("news"), Path::new("news/page.md"), name);
        for (name, expected) in [
            ("a.jpg", Some("news/a.jpg")),
            ("./a.jpg", Some("news/a.jpg")),
            ("a.jpg?v=2", Some("news/a.jpg")),
            ("../pictures/c%20d.png", Some("pictures/c d.png")),
            ("pictures/c d.png", Some("pictures/c d.png")),
            ("/img/b.jpg", Some("static/img/b.jpg")),
            ("missing.jpg", None),
            ("../../secret.jpg", None),
            ("/../secret.jpg", None),
            ("", None),
            ("/", None),
            ("%ff", None),
        ] {
            assert_eq!(found(name).as_deref(), expected, "{name}");
        }
        #[cfg(unix)]
        {
            let link = project.join("news/link.jpg");
            std::os::unix::fs::symlink(outside.path().join("secret.jpg"), link).unwrap();
            assert_eq!(found("link.jpg"), None);
        }
    }
}
