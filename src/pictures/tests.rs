//! Tests: pictures of a project, published and shown.
//! Shell: a temporary folder.

use super::settings::Settings;
use super::*;
use crate::news::item::PictureFile;

const SETTINGS: &str = "publish = \"out\"\nbase_url = \"https://charity.example/p/\"\n";

fn settings(text: &str) -> Settings {
    toml::from_str(text).unwrap()
}

fn story(path: &str) -> Item {
    let file = PictureFile { path: path.to_owned(), alt: "A boat".to_owned(), fault: None };
    Item { title: "T".to_owned(), picture_file: Some(file), ..Item::default() }
}

fn drawing(folder: &Path, name: &str, shade: u8) {
    let picture = image::RgbImage::from_pixel(320, 180, image::Rgb([shade, 90, 111]));
    picture.save(folder.join(name)).unwrap();
}

#[test]
fn settings_need_each_other_and_a_web_address() {
    let project = Path::new("/project");
    assert_eq!(Publishing::of(&settings(""), project).unwrap(), None);
    let both = Publishing::of(&settings(SETTINGS), project).unwrap().unwrap();
    assert_eq!(both.folder, Path::new("/project/out"));
    assert_eq!(both.base_url, "https://charity.example/p/");
    for text in [
        "publish = \"out\"",
        "base_url = \"https://charity.example\"",
        "publish = \"out\"\nbase_url = \"charity.example\"",
        "publish = \"out\"\nbase_url = \"https://a:b@charity.example\"",
        "publish = \"out\"\nbase_url = \"https://charity.example/?a=1\"",
        "publish = \"out\"\nbase_url = \"file:///srv\"",
    ] {
        assert!(Publishing::of(&settings(text), project).is_err(), "{text}");
    }
}

#[test]
fn a_picture_is_published_once_and_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let own = root.join(".roundup");
    std::fs::create_dir(&own).unwrap();
    drawing(root, "boat.png", 11);
    let publishing = Publishing::of(&settings(SETTINGS), root).unwrap().unwrap();
    let run = |items: &mut Vec<Item>| publish(&publishing, root, &own, items.iter_mut()).unwrap();
    let files = || std::fs::read_dir(root.join("out")).unwrap().count();
    let mut items = vec![story("boat.png"), story("lost.png"), Item::default()];
    run(&mut items);
    let image = items[0].image.clone().unwrap();
    assert_eq!(image.alt, "A boat");
    assert_eq!(image.size, ImageSize::of(320, 180));
    assert_eq!(image.crops.len(), 2);
    assert!(image.address.starts_with("https://charity.example/p/"));
    let fault = items[1].picture_file.as_ref().unwrap().fault.as_deref();
    assert_eq!(fault, Some("there is no such file"));
    assert_eq!(items[2].image, None);
    // Whole and 16:9 are the same of this one.
    assert_eq!(files(), 2);
    let mut again = vec![story("boat.png")];
    run(&mut again);
    assert_eq!(again[0].image.as_ref(), Some(&image));
    // One that somebody has deleted is made again.
    std::fs::remove_dir_all(root.join("out")).unwrap();
    run(&mut vec![story("boat.png")]);
    assert_eq!(files(), 2);
    std::fs::write(root.join("boat.png"), b"not a picture").unwrap();
    let mut broken = vec![story("boat.png")];
    run(&mut broken);
    let fault = broken[0].picture_file.as_ref().unwrap().fault.as_deref();
    assert_eq!(fault, Some("it is not a JPEG, PNG, WebP or GIF picture"));

    let page =
        format!("<img src=\"{}\"><a href=\"https://charity.example/p/../secret\">", image.address);
    let shown = shown_here(&publishing, &page);
    assert!(shown.starts_with("<img src=\"data:image/png;base64,"), "{shown}");
    assert!(shown.ends_with("<a href=\"https://charity.example/p/../secret\">"));
}
