//! Folders that a service copies to other computers: a ledger there is copied while it is written.
//! Pure: a path in, the service's name out.

use std::path::Path;

/// How the services name their folders, in lower case: whole, or before a space, a hyphen or a bracket.
const FOLDERS: [(&str, &str); 14] = [
    ("onedrive", "OneDrive"),
    ("dropbox", "Dropbox"),
    ("icloud", "iCloud Drive"),
    ("iclouddrive", "iCloud Drive"),
    ("mobile documents", "iCloud Drive"),
    ("com~apple~clouddocs", "iCloud Drive"),
    ("google drive", "Google Drive"),
    ("googledrive", "Google Drive"),
    ("my drive", "Google Drive"),
    ("shared drives", "Google Drive"),
    ("drivefs", "Google Drive"),
    ("nextcloud", "Nextcloud"),
    ("pclouddrive", "pCloud"),
    ("cloudstorage", "a cloud service"),
];

/// The service that copies a folder, by the names of the folders above it.
pub fn service_of(path: &Path) -> Option<&'static str> {
    let names: Vec<String> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy().to_lowercase())
        .flat_map(|name| name.split(['\\', '/']).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let found = |(folder, service): &(&str, &'static str)| {
        let is_it = |name: &String| {
            name.strip_prefix(folder)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '-', '(', '_']))
        };
        names.iter().any(is_it).then_some(*service)
    };
    FOLDERS.iter().find_map(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_services_are_known_and_others_are_not() {
        for (path, service) in [
            ("/home/ann/Dropbox/news", Some("Dropbox")),
            ("/home/ann/Dropbox (Example Charity)/news", Some("Dropbox")),
            ("C:\\Users\\ann\\OneDrive\\news", Some("OneDrive")),
            ("C:\\Users\\ann\\OneDrive - Example Charity\\news", Some("OneDrive")),
            ("/Users/ann/Library/CloudStorage/OneDrive-Charity/news", Some("OneDrive")),
            ("/Users/ann/Library/CloudStorage/GoogleDrive-ann@x/My Drive/n", Some("Google Drive")),
            ("/Users/ann/Library/Mobile Documents/com~apple~CloudDocs/n", Some("iCloud Drive")),
            ("C:\\Users\\ann\\iCloudDrive\\news", Some("iCloud Drive")),
            ("G:\\My Drive\\news", Some("Google Drive")),
            ("/home/ann/Google Drive/news", Some("Google Drive")),
            ("/home/ann/Nextcloud/news", Some("Nextcloud")),
            ("/home/ann/newsletter", None),
            ("/srv/dropboxes/news", None),
            ("/srv/onedrives/news", None),
            ("/tmp/my-drive-home/news", None),
        ] {
            assert_eq!(service_of(Path::new(path)), service, "{path}");
        }
    }
}
