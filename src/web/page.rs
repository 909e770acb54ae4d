//! The preview page: the email as phones, computers and inboxes show it, beside its text and the findings of the checks.
//! Pure: values in, HTML out. The page holds no script and fetches only the email's own pictures.

use std::fmt::Write;

use crate::check::{Finding, Severity};
use crate::compose::marker::escape_html;
use crate::count::people;

/// All that the page shows.
#[derive(Debug, Clone)]
pub struct PageView<'a> {
    pub edition: &'a str,
    pub hash: &'a str,
    pub sender: &'a str,
    pub subject: &'a str,
    pub preheader: &'a str,
    pub html: &'a str,
    pub text: &'a str,
    /// Whose copy is shown.
    pub seen_by: &'a str,
    pub stories: usize,
    pub people: Option<u64>,
    pub largest_bytes: usize,
    pub findings: &'a [Finding],
}

const STYLE: &str = include_str!("page.css");
/// Where Gmail cuts an email off.
const CUT_BYTES: usize = 102 * 1024;

impl PageView<'_> {
    /// The whole page.
    pub fn html(&self) -> String {
        let mut page = String::with_capacity(self.html.len() * 3);
        let subject = escape_html(self.subject);
        let edition = escape_html(self.edition);
        let people = match self.people {
            Some(number) => people(number),
            None => "no list yet".to_owned(),
        };
        let _ = write!(
            page,
            r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-src 'self'">
<meta name="color-scheme" content="light dark">
<title>{edition} · {subject}</title>
<style>
{STYLE}</style>
</head>
<body>
<header>
<h1>{subject}</h1>
<p class="facts"><span>Edition <b>{edition}</b></span><span>{stories} {stories_word}</span><span>{people}</span><span title="Identifies exactly these words and this design">version {hash}</span></p>
</header>
<main>
"#,
            stories = self.stories,
            stories_word = if self.stories == 1 { "story" } else { "stories" },
            hash = escape_html(self.hash),
        );
        self.write_inbox(&mut page);
        self.write_findings(&mut page);
        let frame = escape_html(self.html);
        let seen_by = escape_html(self.seen_by);
        let _ = write!(
            page,
            r#"<section class="frames" aria-labelledby="mail"><h2 id="mail">The email, as {seen_by} gets it</h2>
<div class="pair">
<figure class="phone"><figcaption>Phone, 375 px</figcaption><iframe title="The email on a phone" sandbox width="375" height="760" srcdoc="{frame}"></iframe></figure>
<figure class="desk"><figcaption>Desktop, 700 px</figcaption><iframe title="The email on a desktop" sandbox width="700" height="760" srcdoc="{frame}"></iframe></figure>
</div>
</section>
<section class="text" aria-labelledby="text"><h2 id="text">Plain text</h2>
<pre tabindex="0">{text}</pre>
</section>
<section class="files" aria-labelledby="files"><h2 id="files">Also in this folder</h2>
<ul>
<li><a href="email.html">email.html</a> only the email, to open in a window of any width</li>
<li><a href="email.txt">email.txt</a> its plain-text part</li>
<li><a href="email.mjml">email.mjml</a> what the HTML was made from</li>
<li><a href="message.eml">message.eml</a> the whole message, to open in a mail program</li>
</ul>
</section>
</main>
</body>
</html>
"#,
            text = escape_html(self.text),
        );
        page
    }

    /// The line of an inbox, and how large the message is.
    fn write_inbox(&self, page: &mut String) {
        let share = (self.largest_bytes * 100 / CUT_BYTES).min(100);
        let subject = escape_html(self.subject);
        let initial: String =
            self.sender.chars().find(|c| c.is_alphanumeric()).into_iter().collect();
        let _ = write!(
            page,
            r#"<section class="inbox" aria-labelledby="inbox"><h2 id="inbox">In the inbox</h2>
<div class="row"><span class="face" aria-hidden="true">{initial}</span><span class="words"><b>{sender}</b><span class="line"><b>{subject}</b> <span class="preheader">{preheader}</span></span></span></div>
</section>
<section class="size" aria-labelledby="size"><h2 id="size">Size</h2>
<p><b>{kilobytes:.1} KB</b> of 102 KB before Gmail cuts it off (the largest message)</p>
<div class="meter" role="img" aria-label="{share} per cent"><div class="fill" style="width:{share}%"></div></div>
</section>
"#,
            initial = escape_html(&initial),
            sender = escape_html(self.sender),
            preheader = escape_html(self.preheader),
            kilobytes = self.largest_bytes as f64 / 1024.0,
        );
    }

    fn write_findings(&self, page: &mut String) {
        page.push_str("<section class=\"findings\" aria-labelledby=\"findings\"><h2 id=\"findings\">Checks</h2>\n");
        if self.findings.is_empty() {
            page.push_str("<p class=\"good\">Every check passed.</p>\n</section>\n");
            return;
        }
        for (severity, class, heading) in [
            (Severity::Must, "must", "Must fix"),
            (Severity::Should, "should", "Should fix"),
            (Severity::Note, "note", "Good to know"),
        ] {
            let findings: Vec<&Finding> =
                self.findings.iter().filter(|finding| finding.severity == severity).collect();
            if findings.is_empty() {
                continue;
            }
            // What only may matter is folded away when there is much of it.
            let open = if severity == Severity::Note && findings.len() > 3 { "" } else { " open" };
            let _ = writeln!(
                page,
                "<details class=\"{class}\"{open}><summary>{heading} <span class=\"count\">{}</span></summary><ul>",
                findings.len()
            );
            for finding in findings {
                let _ = writeln!(
                    page,
                    "<li>{}<br><span class=\"place\">{} · {}</span><br><span class=\"cure\">{}</span></li>",
                    escape_html(&finding.message),
                    escape_html(finding.rule),
                    escape_html(&finding.place.to_string()),
                    escape_html(&finding.cure),
                );
            }
            page.push_str("</ul></details>\n");
        }
        page.push_str("</section>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Place;

    fn page(findings: &[Finding]) -> String {
        PageView {
            edition: "2020",
            hash: "abc",
            sender: "Example <Charity>",
            subject: "\"><script>alert(1)</script>",
            preheader: "It & more",
            html: "<p onclick=\"x\">Dear Ann</p>",
            text: "Dear Ann </pre>",
            seen_by: "Ann",
            stories: 1,
            people: Some(2),
            largest_bytes: 51 * 1024,
            findings,
        }
        .html()
    }

    #[test]
    fn nothing_from_the_mail_becomes_markup_of_the_page() {
        let page = page(&[]);
        assert!(
            !page.contains("<script")
                && !page.contains("<p onclick")
                && !page.contains("Ann </pre>")
        );
        assert!(page.contains("srcdoc=\"&lt;p onclick=&quot;x&quot;&gt;Dear Ann&lt;/p&gt;\""));
        assert!(page.contains("51.0 KB") && page.contains("width:50%"));
        assert!(page.contains("Every check passed."));
    }

    #[test]
    fn findings_stand_by_how_much_they_matter() {
        let finding = |severity, message: &str| Finding {
            rule: "alt",
            severity,
            place: Place::line("news/a.md", 3),
            message: message.to_owned(),
            cure: "say it".to_owned(),
        };
        let page = page(&[finding(Severity::Must, "bad"), finding(Severity::Note, "a <note>")]);
        let must = page.find("Must fix").unwrap();
        let note = page.find("Good to know").unwrap();
        assert!(must < note && page.contains("a &lt;note&gt;") && page.contains("news/a.md:3"));
        assert!(!page.contains("Should fix"));
    }
}
