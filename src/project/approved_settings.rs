//! What of `roundup.toml` somebody approves with an edition: every setting that decides what is sent or published.
//! Pure: settings in, values out.

use super::settings::Settings;
use crate::compose::Branding;

/// The sections that are approved, by name, with all that they say. Each setting is here or in the tests' list with the reason
/// why not.
pub fn approved_sections(settings: &Settings) -> Vec<(&'static str, String)> {
    let Branding { organisation, look, appeal, links, archive, translations } = settings.theme();
    // Where the page of an edition is, and whether search engines lead there; withdrawn pictures only take away.
    let public = (archive, &settings.archive.url, settings.archive.noindex);
    vec![
        ("theme", format!("{look:?}")),
        ("organisation", format!("{organisation:?}")),
        ("sender", format!("{:?}", settings.sender)),
        ("appeal", format!("{appeal:?}")),
        ("links", format!("{links:?}")),
        ("archive", format!("{public:?}")),
        ("translations", format!("{translations:?}")),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::compose::theme::{Appeal, Organisation, Theme, ThemeWords};
    use crate::project::settings::fields_of;
    use crate::{approval, audience, check, message, news, operator, people, pictures, rfc};
    use crate::{schedule, send, web};

    /// Each group with the settings that it has.
    fn groups() -> Vec<(&'static str, Vec<String>)> {
        vec![
            ("organisation", fields_of::<Organisation>()),
            ("sender", fields_of::<message::Settings>()),
            ("theme", fields_of::<Theme>()),
            ("appeal", fields_of::<Appeal>()),
            ("translations", fields_of::<ThemeWords>()),
            ("news", fields_of::<news::source::Settings>()),
            ("pictures", fields_of::<pictures::settings::Settings>()),
            ("checks", fields_of::<check::Settings>()),
            ("send", fields_of::<send::Settings>()),
            ("dkim", fields_of::<rfc::dkim::Settings>()),
            ("serve", fields_of::<web::serve::Settings>()),
            ("archive", fields_of::<web::archive::Settings>()),
            ("hooks", fields_of::<web::serve::HookSettings>()),
            ("leaving", fields_of::<people::Settings>()),
            ("joining", fields_of::<people::JoinSettings>()),
            ("bounces", fields_of::<people::BounceSettings>()),
            ("people", fields_of::<audience::settings::Settings>()),
            ("approval", fields_of::<approval::Settings>()),
            ("schedule", fields_of::<schedule::Settings>()),
            ("notify", fields_of::<operator::Settings>()),
        ]
    }

    /// Settings that are approved, with another value than the one in `BASE`.
    const APPROVED: &[(&str, &str)] = &[
        ("organisation.name", "'Other'"),
        ("organisation.legal_name", "'Other Ltd'"),
        ("organisation.address", "'2 Other Street'"),
        ("organisation.charity", "'No. 2'"),
        ("organisation.website", "'https://other.example'"),
        ("organisation.contact", "'other@charity.example'"),
        ("organisation.why", "'Otherwise.'"),
        ("sender.name", "'Other'"),
        ("sender.address", "'other@charity.example'"),
        ("sender.reply_to", "'other@charity.example'"),
        ("sender.bounce_address", "'other@charity.example'"),
        ("sender.list_id", "'other.charity.example'"),
        ("sender.unsubscribe_address", "'other@charity.example'"),
        ("sender.public_url", "'https://other.charity.example/'"),
        ("sender.bounce_tokens", "true"),
        ("theme.accent", "'#123456'"),
        ("theme.accent_ink", "'#123456'"),
        ("theme.appeal_panel", "'accent'"),
        ("theme.button_radius", "7"),
        ("theme.corner_radius", "7"),
        ("theme.dark_accent", "'#123456'"),
        ("theme.dark_ground", "'#123456'"),
        ("theme.dark_ink", "'#123456'"),
        ("theme.dark_line", "'#123456'"),
        ("theme.dark_muted", "'#123456'"),
        ("theme.dark_paper", "'#123456'"),
        ("theme.dark_tint", "'#123456'"),
        ("theme.font", "'Verdana, sans-serif'"),
        ("theme.footer", "'Other'"),
        ("theme.ground", "'#123456'"),
        ("theme.heading_font", "'Verdana, sans-serif'"),
        ("theme.heading_weight", "300"),
        ("theme.ink", "'#123456'"),
        ("theme.language", "'cy'"),
        ("theme.lead_frame", "'ink'"),
        ("theme.line", "'#123456'"),
        ("theme.logo", "'https://other.example/logo.png'"),
        ("theme.logo_width", "99"),
        ("theme.masthead", "'centred'"),
        ("theme.muted", "'#123456'"),
        ("theme.paper", "'#123456'"),
        ("theme.tagline", "'Other'"),
        ("theme.tint", "'#123456'"),
        ("theme.use", "'harbour'"),
        ("appeal.title", "'Other'"),
        ("appeal.text", "'Other'"),
        ("appeal.button", "'Other'"),
        ("appeal.url", "'https://other.example/give'"),
        ("links", "{ Other = 'https://other.example/' }"),
        ("translations.address", "'Arall'"),
        ("translations.charity", "'Arall'"),
        ("translations.footer", "'Arall'"),
        ("translations.legal_name", "'Arall'"),
        ("translations.name", "'Arall'"),
        ("translations.tagline", "'Arall'"),
        ("translations.why", "'Arall'"),
        ("translations.website", "'https://other.example/cy'"),
        (
            "translations.appeal",
            "{ title = 'Rhoi', text = 'Deg.', button = 'Rhoi', url = 'https://other.example/rhoi' }",
        ),
        ("archive.url", "'https://other.example/archive'"),
        ("archive.in_emails", "true"),
        ("archive.noindex", "true"),
    ];

    /// Settings that are not approved, and why an edition that was approved without them is still what somebody saw.
    const NOT_APPROVED: &[(&str, &[&str], &str)] = &[
        ("archive", &["withdrawn_pictures"], "takes pictures away; nothing is shown that was not"),
        ("approval", &["people", "accounts"], "counted again at each sending, and for each page"),
        (
            "",
            &["time_zone"],
            "the days that it moves are in the stories and words that are approved",
        ),
        (
            "news",
            &[
                "allow_local",
                "columns",
                "date",
                "dates",
                "key",
                "kind",
                "list",
                "name",
                "path",
                "permalink",
                "select",
                "site",
                "url",
                "way",
            ],
            "the stories that come of it are approved, one by one",
        ),
        ("pictures", &["base_url", "publish"], "the addresses of pictures are in the composition"),
        (
            "checks",
            &["allow_local", "ignore", "severity", "silence", "terms"],
            "a check changes no byte of the email, and `send` runs all of them again",
        ),
        (
            "send",
            &[
                "answer_within_seconds",
                "ca_file",
                "connections",
                "days",
                "domains",
                "ehlo_name",
                "expires_after_hours",
                "hello",
                "hours",
                "lookahead",
                "messages_per_connection",
                "patience",
                "pause_above_refused_percent",
                "rate",
                "retry_after_seconds",
                "window",
            ],
            "how fast and when, and not what or to whom",
        ),
        (
            "dkim",
            &["domain", "ed25519_selector", "selector"],
            "a signature is made of what is approved",
        ),
        ("serve", &["trusted_proxies"], "who may say where a request comes from"),
        (
            "hooks",
            &["key", "key_env", "provider", "secret_env", "topic"],
            "takes in what mail services report",
        ),
        ("leaving", &["drop", "mailbox_read_by"], "whoever leaves is not mailed"),
        (
            "joining",
            &["first_name", "open", "source", "welcome", "wording"],
            "who has joined is in the audience, which is compared",
        ),
        (
            "bounces",
            &["of_last", "over_days", "soft_editions"],
            "who is not mailed any more has left the audience, which is compared",
        ),
        ("people", &["do_not_mail", "keep"], "where the list is; who is on it is compared"),
        (
            "schedule",
            &["between", "catch_up", "every", "holidays"],
            "when; only what is approved goes",
        ),
        ("notify", &["command", "to"], "notices to the operator, never to the list"),
    ];

    /// What `APPROVED` changes.
    const BASE: &str = r#"
links = { Website = "https://charity.example/" }
[organisation]
name = "Example Charity"
legal_name = "Example Charity Limited"
address = "1 Example Street"
website = "https://charity.example"
contact = "hello@charity.example"
[sender]
name = "Example Charity"
address = "news@charity.example"
[appeal]
title = "Give"
text = "Ten pounds."
button = "Give now"
url = "https://charity.example/give"
[archive]
url = "https://charity.example/archive"
[theme]
[translations.cy]
"#;

    fn full_name(group: &str, field: &str) -> String {
        if group.is_empty() { field.to_owned() } else { format!("{group}.{field}") }
    }

    #[test]
    fn each_approved_setting_changes_its_section_and_no_other() {
        let base = approved_sections(&Settings::read("roundup.toml", BASE).unwrap());
        for (name, value) in APPROVED {
            let mut whole: toml::Table = toml::from_str(BASE).unwrap();
            let value: toml::Table = toml::from_str(&format!("value = {value}")).unwrap();
            let value = value["value"].clone();
            let section = match name.split_once('.') {
                None => {
                    whole.insert((*name).to_owned(), value);
                    *name
                }
                Some((section, field)) => {
                    let group = whole[section].as_table_mut().unwrap();
                    let group = match section {
                        "translations" => group["cy"].as_table_mut().unwrap(),
                        _ => group,
                    };
                    group.insert(field.to_owned(), value);
                    section
                }
            };
            let text = toml::to_string(&whole).unwrap();
            let settings = Settings::read("roundup.toml", &text).unwrap_or_else(|error| {
                panic!("{name}: {error:?}");
            });
            let changed = approved_sections(&settings);
            let differ = base.iter().zip(&changed).filter(|(one, other)| one != other);
            let differ: Vec<&str> = differ.map(|(one, _)| one.0).collect();
            assert_eq!(differ, [section], "{name}");
        }
    }

    #[test]
    fn every_setting_is_approved_or_says_why_not() {
        let groups = groups();
        let mut all = BTreeSet::new();
        for top in fields_of::<Settings>() {
            match groups.iter().find(|(group, _)| *group == top) {
                Some((group, fields)) => {
                    all.extend(fields.iter().map(|field| format!("{group}.{field}")));
                }
                None => drop(all.insert(top)),
            }
        }
        let refused = NOT_APPROVED.iter().flat_map(|(group, fields, reason)| {
            assert!(!reason.is_empty());
            fields.iter().map(|field| full_name(group, field))
        });
        let mut listed = BTreeSet::new();
        for name in APPROVED.iter().map(|(name, _)| (*name).to_owned()).chain(refused) {
            assert!(all.contains(&name), "there is no setting `{name}`");
            assert!(listed.insert(name.clone()), "`{name}` stands there twice");
        }
        let undecided: Vec<&String> = all.difference(&listed).collect();
        assert!(undecided.is_empty(), "decide whether these are approved: {undecided:#?}");
        // A group whose settings are not known would hide them.
        assert!(groups.iter().all(|(_, fields)| !fields.is_empty()));
    }
}
