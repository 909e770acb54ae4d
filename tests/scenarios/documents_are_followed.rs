//! Whoever types what a document says, line by line, gets what it says.

use std::path::Path;

use crate::support::Charity;

/// The commands of a document's blocks for a shell, without the comments behind them.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_shell = false;
    for line in text.lines().map(str::trim) {
        if let Some(language) = line.strip_prefix("```") {
            is_shell = language == "sh";
        } else if is_shell && line.starts_with("roundup ") {
            let command = line.split(" # ").next().unwrap_or(line);
            found.push(command.trim().to_owned());
        }
    }
    found
}

/// Types a recipe's commands in the folder of a newsletter; its year becomes the one that has stories.
fn follow(document: &str, place: &Charity, folder: &str, year: &str) -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(document);
    let commands = commands(&std::fs::read_to_string(path).unwrap());
    for command in &commands {
        let arguments = command.replacen("roundup ", "", 1).replace("2020", year);
        let ran = place.run_in(folder, &arguments);
        assert_eq!(ran.code, 0, "{document}: `{command}`\n{ran:?}");
    }
    commands.len()
}

/// A newsletter in practice, in a folder of its own, and the year of its stories.
fn newsletter(place: &Charity) -> String {
    place.run("init newsletter-1 --yes").ends(0);
    place.files("newsletter-1/news").first().unwrap()[..4].to_owned()
}

#[test]
fn each_recipe_that_needs_nobody_else_works_as_it_stands() {
    for (document, least) in [("YEAR.md", 6), ("HANDING-OVER.md", 5), ("DEAD-DISK.md", 3)] {
        let place = Charity::new();
        let year = newsletter(&place);
        assert!(follow(document, &place, "newsletter-1", &year) >= least, "{document}");
    }
}
