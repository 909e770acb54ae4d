//! Some groups of `roundup.toml` by their headings, where the file as a whole cannot be read.
//! Pure: a text in, its lines out.

/// The lines of these groups, and of the groups below them. What a text within three quotation marks looks like is not known:
/// whoever reads the lines finds out.
pub fn groups_of(text: &str, names: &[&str]) -> String {
    let mut is_kept = false;
    let mut kept = String::new();
    for line in text.lines() {
        if let Some(heading) = line.trim_start().strip_prefix('[') {
            let heading = heading.trim_start_matches('[').trim_start();
            let end = heading.find([']', '.', ' ']).unwrap_or(heading.len());
            is_kept = names.contains(&heading[..end].trim_matches(['"', '\'']));
        }
        if is_kept {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_elsewhere_takes_nothing_away() {
        let good =
            "[organisation]\nname = \"A\"\n[notify] # who\nto = [\n  \"sam@charity.example\",\n]\n";
        for wrong in [
            "",
            "time_zone = 7\n",
            "[schedul]\nevery = 1\n",
            "[schedule]\nevery = \"first Tue\n",
            "[[news]]\nurl =\n[notify.x]\n",
            "[send\nhours = 7\n",
        ] {
            let found = groups_of(&format!("{wrong}{good}"), &["organisation", "notify"]);
            let below = if wrong.contains("[notify.x]") { "[notify.x]\n" } else { "" };
            assert_eq!(found, format!("{below}{good}"), "{wrong}");
            assert_eq!(groups_of(&format!("{good}{wrong}"), &["organisation"]).lines().count(), 2);
        }
    }
}
