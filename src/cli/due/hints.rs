//! What to add to cron, systemd, launchd or the Task Scheduler, with this project's own paths. Nothing is installed.
//! Shell: the path of this program.

use crate::cli::send::ledger_trust::newsletter_of;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::Screen;
use crate::message::Sender;
use crate::project::Project;
use crate::shell_words::quoted;
use serde::Serialize;

/// `roundup.install_hints/1`.
#[derive(Serialize)]
struct InstallHints {
    schema: &'static str,
    /// Of the units and the task: a computer may have several newsletters.
    name: String,
    crontab: String,
    systemd_service: String,
    systemd_timer: String,
    launchd: String,
    windows: String,
}

pub fn print(project: &Project, screen: &Screen) -> Result<Exit, Failure> {
    let unknown = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("the path of this program is not known: {error}"))
    };
    let program = std::env::current_exe().map_err(unknown)?.display().to_string();
    let folder = std::path::absolute(&project.root).map_err(unknown)?.display().to_string();
    let newsletter = newsletter_of(project, &Sender::new(&project.settings.sender)?);
    let name = name_of(&newsletter);
    screen.outcome(&InstallHints {
        schema: "roundup.install_hints/1",
        crontab: crontab(&program, &folder),
        systemd_service: service(&program, &folder),
        systemd_timer: unit(PACKAGED_TIMER, ""),
        launchd: launchd(&name, &program, &folder),
        windows: windows(&name, &program, &folder),
        name,
    })?;
    Ok(Exit::Done)
}

impl Outcome for InstallHints {
    fn text(&self, text: &mut Text) {
        let parts = [
            ("cron: `crontab -e`, then add this line", &self.crontab, CRON_TRAPS),
            ("systemd: ~/.config/systemd/user/NAME.service", &self.systemd_service, ""),
            ("systemd: ~/.config/systemd/user/NAME.timer", &self.systemd_timer, SYSTEMD_TRAPS),
            ("macOS: ~/Library/LaunchAgents/NAME.plist", &self.launchd, LAUNCHD_TRAPS),
            ("Windows: in PowerShell", &self.windows, WINDOWS_TRAPS),
        ];
        text.line(
            "Add one of these; nothing was installed. One is enough, and a second does no harm.",
        );
        for (title, hint, traps) in parts {
            text.line(format!("\n# {}\n{hint}", title.replace("NAME", &self.name)));
            if !traps.is_empty() {
                text.line(traps.replace("NAME", &self.name));
            }
        }
    }
}

/// Names of files may have 255 bytes with their ending; this is long enough to distinguish newsletters.
const LONGEST_NAME_CHARS: usize = 120;

const CRON_TRAPS: &str = "\
# PATH: cron knows only /usr/bin and /bin, so the program stands there with its whole path.
# MAILTO: cron sends what is printed to the account's mailbox; `MAILTO=you@charity.org.uk` above the line sends it to you.
# %: cron reads it as a new line; here it has a backslash.
# Sleep: cron runs nothing while the computer sleeps, and does not make up for it; `catch_up` under [schedule] does.";

const SYSTEMD_TRAPS: &str = "\
# Then: systemctl --user daemon-reload && systemctl --user enable --now NAME.timer
# Lingering: without `loginctl enable-linger` the timer stops when you log out.
# Network at boot: a user's service cannot wait for the network. The first run may come before it; the run five minutes later goes on.
# What it prints: journalctl --user -u NAME";

const LAUNCHD_TRAPS: &str = "\
# Then: launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/NAME.plist
# Login: an agent runs only while you are logged in. Sleep: it runs once when the computer wakes.
# Privacy: a project in Documents or Desktop needs \"Full Disk Access\" for the program; another folder needs nothing.";

const WINDOWS_TRAPS: &str = "\
# Batteries: without the settings above the task does not start on a laptop without its power supply, and stops when it is unplugged.
# Login: the task runs only while you are logged in, unless you choose \"Run whether user is logged on or not\" in the Task Scheduler.
# Sleep: StartWhenAvailable makes up for a run that was missed.";

/// The units of the Debian package, whose instance is the project's folder: what they say of times and ends holds here too.
const PACKAGED_SERVICE: &str = include_str!("../../../packaging/roundup-due@.service");
const PACKAGED_TIMER: &str = include_str!("../../../packaging/roundup-due@.timer");

/// A name for the units and the task of one newsletter, which every system takes.
fn name_of(newsletter: &str) -> String {
    let plain = newsletter.to_lowercase();
    let parts = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let parts: Vec<&str> = std::iter::once("roundup-due").chain(parts).collect();
    parts.join("-").chars().take(LONGEST_NAME_CHARS).collect()
}

fn crontab(program: &str, folder: &str) -> String {
    let (program, folder) = (quoted(program), quoted(folder));
    format!("*/5 * * * * {program} due --project {folder}").replace('%', "\\%")
}

/// In double quotation marks, as systemd reads it: `%` and `$` are its own.
fn for_systemd(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    format!("\"{}\"", text.replace('$', "$$"))
}

/// A packaged unit for one newsletter: without the lines that are about the instance.
fn unit(packaged: &str, command: &str) -> String {
    let lines = packaged.lines().filter_map(|line| match line.split_once('=') {
        Some(("Description", _)) => Some("Description=Newsletter: what is due".to_owned()),
        Some(("ExecStart", _)) => Some(format!("ExecStart={command}")),
        Some(("Documentation" | "ConditionPathExists", _)) => None,
        None if line.starts_with("# One newsletter") => None,
        _ => Some(line.to_owned()),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn service(program: &str, folder: &str) -> String {
    let command = format!("{} due --project {}", for_systemd(program), for_systemd(folder));
    unit(PACKAGED_SERVICE, &command)
}

fn for_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn launchd(name: &str, program: &str, folder: &str) -> String {
    let arguments: String = [program, "due", "--project", folder]
        .iter()
        .map(|argument| format!("    <string>{}</string>\n", for_xml(argument)))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n  <key>Label</key>\n  \
         <string>{name}</string>\n  <key>ProgramArguments</key>\n  <array>\n{arguments}  </array>\n  \
         <key>StartInterval</key>\n  <integer>300</integer>\n  <key>StandardErrorPath</key>\n  \
         <string>{}/.roundup/due.log</string>\n</dict>\n</plist>",
        for_xml(folder)
    )
}

/// In single quotation marks, as PowerShell reads it.
fn windows(name: &str, program: &str, folder: &str) -> String {
    let for_powershell = |text: &str| format!("'{}'", text.replace('\'', "''"));
    // Inside the argument Windows itself splits at spaces.
    let arguments = for_powershell(&format!("due --project \"{folder}\""));
    format!(
        "$action = New-ScheduledTaskAction -Execute {} -Argument {arguments}\n$trigger = New-ScheduledTaskTrigger -Once -At (Get-Date) \
         -RepetitionInterval (New-TimeSpan -Minutes 5)\n$settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries \
         -DontStopIfGoingOnBatteries -StartWhenAvailable -MultipleInstances IgnoreNew\nRegister-ScheduledTask -TaskName '{name}' \
         -Action $action -Trigger $trigger -Settings $settings",
        for_powershell(program)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_newsletters_have_two_names_that_every_system_takes() {
        for (newsletter, name) in [
            ("news@charity.example", "roundup-due-news-charity-example"),
            ("News.Other.example", "roundup-due-news-other-example"),
            ("a'b&c/d%e", "roundup-due-a-b-c-d-e"),
        ] {
            let found = name_of(newsletter);
            assert_eq!(found, name);
            assert!(launchd(&found, "/r", "/f").contains(&format!("<string>{name}</string>")));
            assert!(windows(&found, "r", "f").contains(&format!("-TaskName '{name}'")));
        }
        assert!(name_of(&"long.".repeat(100)).len() <= LONGEST_NAME_CHARS);
    }

    #[test]
    fn the_packaged_units_are_cut_to_one_newsletter() {
        let (service, timer) = (service("/r", "/f"), unit(PACKAGED_TIMER, ""));
        for (unit, kept) in [(&service, "SuccessExitStatus=4 6"), (&timer, "Persistent=true")] {
            assert!(unit.starts_with("[Unit]\nDescription=Newsletter: what is due\n"), "{unit}");
            assert!(unit.contains(kept) && !unit.contains('%'), "{unit}");
        }
        assert!(service.contains("\nExecStart=\"/r\" due --project \"/f\"\n"), "{service}");
    }

    #[test]
    fn strange_paths_stay_one_argument() {
        let folder = "/home/jo's 100% news/$HOME & <co>";
        assert_eq!(
            crontab("/usr/bin/roundup", folder),
            "*/5 * * * * '/usr/bin/roundup' due --project '/home/jo'\\''s 100\\% news/$HOME & <co>'"
        );
        assert!(service("/r", folder).contains("\"/home/jo's 100%% news/$$HOME & <co>\""));
        assert!(
            launchd("n", "/r", folder)
                .contains("<string>/home/jo's 100% news/$HOME &amp; &lt;co&gt;</string>")
        );
        assert!(
            windows("n", "C:\\r.exe", folder)
                .contains("'due --project \"/home/jo''s 100% news/$HOME & <co>\"'")
        );
    }
}
