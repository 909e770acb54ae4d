//! What a Markdown file says to the tool that makes a website of it, and to nobody else: shortcodes, Liquid, wiki links.
//! Pure: text in, text out.

/// A text without it, and what was taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StrippedText {
    /// With the number of lines it had before.
    pub text: String,
    /// Each as it is written, with its line from 1.
    pub removed: Vec<(usize, String)>,
}

/// A mark that is opened and never closed within this many bytes is text.
const LONGEST_MARK_BYTES: usize = 4000;
/// A comment may hide a chapter.
const LONGEST_COMMENT_BYTES: usize = 50_000;
/// Beyond these nobody reads the list.
const MOST_REMOVED: usize = 100;
/// Opening and closing of what is removed whole; what stands between two of them stays.
const PAIRS: [(&str, &str); 8] = [
    ("{{<", ">}}"),
    ("{{%", "%}}"),
    ("{{", "}}"),
    ("{%", "%}"),
    ("{/*", "*/}"),
    ("{::", "}"),
    ("{:", "}"),
    ("{#", "#}"),
];
/// Shortcodes of `WordPress` and of what people add to it, by their beginnings.
const WORDPRESS: [&str; 16] = [
    "caption",
    "gallery",
    "embed",
    "youtube",
    "video",
    "audio",
    "playlist",
    "vc_",
    "et_pb_",
    "fusion_",
    "su_",
    "contact-form",
    "button",
    "wpforms",
    "av_",
    "one_half",
];

/// Takes it out of a text.
pub fn without(markdown: &str) -> StrippedText {
    let lines = without_lines_of_tools(markdown);
    let markdown = lines.as_deref().unwrap_or(markdown);
    let notes = without_notes(markdown);
    let markdown = notes.as_deref().unwrap_or(markdown);
    let mut without =
        StrippedText { text: String::with_capacity(markdown.len()), removed: Vec::new() };
    let mut rest = markdown;
    let mut line = 1;
    let mut before = '\n';
    while let Some(at) = rest.find(['{', '[', '!', ':', '<', '=', '%', '\n']) {
        let (plain, here) = rest.split_at(at);
        without.text.push_str(plain);
        before = plain.chars().next_back().unwrap_or(before);
        let found = if before == '\\' { None } else { mark(here, before == '\n') };
        if let Some(Mark { length, words, is_told }) = found {
            let written = &here[..length];
            let newlines = written.matches('\n').count();
            if is_told && without.removed.len() < MOST_REMOVED {
                let shown = written.lines().next().unwrap_or_default().chars().take(40).collect();
                without.removed.push((line, shown));
            }
            without.text.push_str(words);
            without.text.push_str(&"\n".repeat(newlines));
            line += newlines;
            before = if newlines > 0 { '\n' } else { ' ' };
            rest = &here[length..];
        } else {
            let c = here.chars().next().unwrap_or('\n');
            line += usize::from(c == '\n');
            without.text.push(c);
            before = c;
            rest = &here[c.len_utf8()..];
        }
    }
    without.text.push_str(rest);
    without
}

struct Mark<'a> {
    length: usize,
    /// What stays of it.
    words: &'a str,
    /// Readers may miss something.
    is_told: bool,
}

fn mark(here: &str, begins_line: bool) -> Option<Mark<'_>> {
    if here.starts_with('{') {
        if let Some(comment) = liquid_comment(here) {
            return Some(Mark { length: comment, words: "", is_told: true });
        }
        if let Some(length) = attributes(here) {
            return Some(Mark { length, words: "", is_told: false });
        }
        let (open, close) = PAIRS.iter().find(|(open, _)| here.starts_with(open))?;
        let inner = &here[open.len()..];
        let end = inner[..inner.floor_char_boundary(LONGEST_MARK_BYTES)].find(close)?;
        return Some(Mark { length: open.len() + end + close.len(), words: "", is_told: true });
    }
    if here.starts_with("![[") || here.starts_with("[[") {
        return wiki(here);
    }
    if here.starts_with(":::") && begins_line {
        let length = here.find('\n').unwrap_or(here.len());
        return Some(Mark { length, words: "", is_told: true });
    }
    if let Some(length) = private_comment(here).or_else(|| icon(here)) {
        return Some(Mark { length, words: "", is_told: false });
    }
    if let Some(length) = callout(here) {
        return Some(Mark { length, words: "", is_told: false });
    }
    if let Some(length) = component(here) {
        return Some(Mark { length, words: "", is_told: true });
    }
    if let Some(words) = highlight(here) {
        return Some(Mark { length: words.len() + 4, words, is_told: false });
    }
    if here.starts_with('[') {
        let length = wordpress(here)?;
        return Some(Mark { length, words: "", is_told: true });
    }
    None
}

/// "%% not for readers %%": a comment of Obsidian, which nobody but its author sees.
fn private_comment(here: &str) -> Option<usize> {
    let inner = here.strip_prefix("%%")?;
    let inner = &inner[..inner.floor_char_boundary(LONGEST_COMMENT_BYTES)];
    Some(inner.find("%%")? + 4)
}

/// ":material-check:": a picture of `MkDocs`.
fn icon(here: &str) -> Option<usize> {
    const SETS: [&str; 4] = ["material-", "fontawesome-", "octicons-", "simple-"];
    let inner = here.strip_prefix(':')?;
    let name = &inner[..inner.find(':')?];
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (is_name && SETS.iter().any(|set| name.starts_with(set))).then_some(name.len() + 2)
}

/// "[!note]" at the beginning of a quotation, as GitHub and Obsidian write notes.
fn callout(here: &str) -> Option<usize> {
    let line = first_line(here);
    let (kind, rest) = line.strip_prefix("[!")?.split_once(']')?;
    let is_kind = !kind.is_empty() && kind.chars().all(|c| c.is_alphabetic() || c == '-');
    let fold = usize::from(rest.starts_with(['+', '-']));
    is_kind.then(|| line.len() - rest.len() + fold)
}

/// The first line, as far as a mark of one line may reach.
fn first_line(here: &str) -> &str {
    const LONGEST_BYTES: usize = 300;
    here[..here.floor_char_boundary(LONGEST_BYTES)].lines().next().unwrap_or_default()
}

/// "<Badge text="new" />": a component that stands by itself, as `VuePress` has them in Markdown.
fn component(here: &str) -> Option<usize> {
    let tag =
        here.strip_prefix('<').filter(|tag| tag.starts_with(|c: char| c.is_ascii_uppercase()))?;
    let line = tag.lines().next().unwrap_or_default();
    let name = line.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(line.len());
    let end = line.find("/>")?;
    let is_tag = line[name..].starts_with([' ', '/']) && !line[..end].contains('<');
    is_tag.then_some(end + 3)
}

/// The words of "==words==".
fn highlight(here: &str) -> Option<&str> {
    let inner = first_line(here).strip_prefix("==")?;
    let words = &inner[..inner.find("==")?];
    let is_tight = !words.is_empty() && words.trim() == words && !words.starts_with('=');
    (is_tight && !inner[words.len() + 2..].starts_with('=')).then_some(words)
}

/// "{ .lead }", "{#top .wide width=300}": what classes a paragraph, a heading or a picture has.
fn attributes(here: &str) -> Option<usize> {
    let line = first_line(here);
    let end = line.find('}')?;
    let mut words = line[1..end].split_whitespace().peekable();
    words.peek()?;
    let is_name = |text: &str| {
        !text.is_empty()
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':'))
    };
    let are_all = words.all(|word| {
        let named = word.strip_prefix(['.', '#']).is_some_and(is_name);
        named
            || word.split_once('=').is_some_and(|(name, value)| is_name(name) && !value.is_empty())
    });
    are_all.then_some(end + 1)
}

/// "!!! note "Bring a coat"" and what stands indented below it, as `MkDocs` writes notes: the title before the text.
fn without_notes(markdown: &str) -> Option<String> {
    const MARKS: [&str; 5] = ["!!! ", "???+ ", "??? ", "=== ", "===+ "];
    // The line of equals signs below a heading has no words.
    let mark = |line: &str| {
        let (mark, rest) = MARKS.iter().find_map(|mark| Some((mark, line.strip_prefix(mark)?)))?;
        (!mark.starts_with('=') || rest.starts_with('"')).then(|| rest.to_owned())
    };
    if !MARKS.iter().any(|mark| markdown.contains(mark)) {
        return None;
    }
    let mut out = String::with_capacity(markdown.len());
    let mut in_note = false;
    for line in markdown.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        let indented = bare.strip_prefix("    ").or_else(|| bare.strip_prefix('\t'));
        if let Some(rest) = mark(bare) {
            in_note = true;
            let quoted = rest.split_once('"').and_then(|(_, title)| title.rsplit_once('"'));
            let title = quoted.map_or("", |(title, _)| title);
            let end =
                if title.is_empty() || title.ends_with(['.', '!', '?', ':']) { "" } else { ":" };
            out.push_str(title);
            out.push_str(end);
        } else if let Some(text) = indented.filter(|_| in_note) {
            out.push_str(text);
        } else {
            in_note &= bare.trim().is_empty();
            out.push_str(bare);
        }
        out.push_str(&line[bare.len()..]);
    }
    Some(out)
}

/// A text without lines that are for the tool only: the place of its table of contents ("* TOC" over "{:toc}", "[TOC]"), what
/// abbreviations stand for ("*[HTML]: …"), and names of paragraphs at their ends ("^block1").
fn without_lines_of_tools(markdown: &str) -> Option<String> {
    if !["{:toc", "{: toc", "[TOC]", "[[_TOC_]]", "*[", " ^"]
        .iter()
        .any(|mark| markdown.contains(mark))
    {
        return None;
    }
    let is_item = |line: &str| {
        let bare = line.trim_start_matches(|c: char| c.is_ascii_digit());
        ["* ", "- ", "+ ", ". "].iter().any(|mark| bare.starts_with(mark))
    };
    let is_abbreviation = |line: &str| {
        line.strip_prefix("*[")
            .and_then(|rest| rest.split_once("]: "))
            .is_some_and(|(name, _)| !name.contains(']'))
    };
    let mut lines = markdown.split_inclusive('\n').peekable();
    let mut out = String::with_capacity(markdown.len());
    while let Some(line) = lines.next() {
        let bare = line.trim_end_matches(['\n', '\r']);
        let is_over = lines.peek().is_some_and(|next| {
            let next = next.trim_start().replace(' ', "");
            next.starts_with("{:") && next.contains("toc")
        });
        let is_contents = is_item(bare) && is_over || matches!(bare.trim(), "[TOC]" | "[[_TOC_]]");
        if !is_contents && !is_abbreviation(bare) {
            out.push_str(without_block_name(bare));
        }
        out.push_str(&line[bare.len()..]);
    }
    Some(out)
}

/// "It was full. ^block1" without the name that Obsidian gives the paragraph.
fn without_block_name(line: &str) -> &str {
    let Some((text, name)) = line.rsplit_once(" ^") else { return line };
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_name { text } else { line }
}

/// "{% comment %} … {% endcomment %}" with all that stands in it.
fn liquid_comment(here: &str) -> Option<usize> {
    let inner = here.strip_prefix("{%")?.trim_start_matches('-').trim_start();
    if !inner.starts_with("comment") {
        return None;
    }
    let end = here[..here.floor_char_boundary(LONGEST_COMMENT_BYTES)].find("endcomment")?;
    Some(end + here[end..].find("%}")? + 2)
}

/// "[[Page|words]]": the words stay. A picture and a table of contents have none.
fn wiki(here: &str) -> Option<Mark<'_>> {
    let is_picture = here.starts_with('!');
    let inner = here.trim_start_matches('!').strip_prefix("[[")?;
    let end = inner[..inner.floor_char_boundary(300)].find("]]")?;
    let name = &inner[..end];
    if name.is_empty() || name.contains(['\n', '[']) {
        return None;
    }
    let length = usize::from(is_picture) + 2 + end + 2;
    let words = name
        .rsplit_once('|')
        .map_or_else(|| name.split('#').next().unwrap_or(name), |(_, words)| words);
    let is_contents = matches!(name.to_ascii_lowercase().as_str(), "toc" | "_toc_");
    let words = if is_picture || is_contents { "" } else { words.trim() };
    Some(Mark { length, words, is_told: true })
}

/// "[caption id="x"]" and "[/caption]", but no link, no footnote and no other word between brackets.
pub fn wordpress(here: &str) -> Option<usize> {
    let inner = here.strip_prefix('[')?;
    let name = inner.trim_start_matches('/');
    let is_known = WORDPRESS.iter().any(|known| {
        name.strip_prefix(known)
            .is_some_and(|rest| known.ends_with('_') || rest.starts_with([']', ' ', '-', '_']))
    });
    let end = inner[..inner.floor_char_boundary(LONGEST_MARK_BYTES)].find(']')?;
    let is_link = inner[end..].starts_with("](") || inner[end..].starts_with("][");
    let has_attributes = inner[..end].contains('=') || inner[..end].contains("&#8221;");
    let is_bare = name.split(']').next().is_some_and(|name| !name.contains(' '));
    (is_known && !is_link && (has_attributes || is_bare)).then_some(end + 2)
}

/// A text of a `WordPress` site without the shortcodes that a plugin has left in it.
pub fn without_wordpress(html: &str) -> String {
    if !html.contains('[') {
        return html.to_owned();
    }
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('[') {
        out.push_str(&rest[..at]);
        let length = wordpress(&rest[at..]);
        if length.is_none() {
            out.push('[');
        }
        rest = &rest[at + length.unwrap_or(1)..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_tool_reads_goes_and_words_stay() {
        for (markdown, text, removed) in [
            ("{{< figure src=\"x.jpg\" title=\"A\" >}}\n\nIt was full.", "\n\nIt was full.", 1),
            ("{{% notice tip %}}Bring a cup.{{% /notice %}}", "Bring a cup.", 2),
            ("{{ youtube(id=\"x\") }}Film", "Film", 1),
            ("{% include a.html\n x=1 %}Text", "\nText", 1),
            ("A{% comment %} not {{ this }}\n{% endcomment %}B", "A\nB", 1),
            ("Text\n{: .lead}", "Text\n", 1),
            ("See [[The fair]] and [[gala#when|the gala]].", "See The fair and the gala.", 2),
            ("![[hall.png]]Text", "Text", 1),
            ("[[toc]]\nText", "\nText", 1),
            ("::: warning\nMind the step.\n:::", "\nMind the step.\n", 2),
            ("[caption id=\"a\"]The hall[/caption]", "The hall", 2),
            ("{/* not yet */}Text", "Text", 1),
            ("A %%not for\nreaders%% B", "A \n B", 0),
            ("100%% and 50%", "100%% and 50%", 0),
            ("It was :material-check: full. :tada: 10:30:15", "It was  full. :tada: 10:30:15", 0),
            (
                "[link](https://e.org) [x] [^1] [gallery](x) {a} { { } :: !",
                "[link](https://e.org) [x] [^1] [gallery](x) {a} { { } :: !",
                0,
            ),
            (
                "It was full. { .lead }\n# Fair {#fair}\n![x](a.jpg){ width=300 }",
                "It was full. \n# Fair \n![x](a.jpg)",
                0,
            ),
            (
                "!!! note \"Bring a coat\"\n    It is cold.\n\n    Very.\n\nText",
                "Bring a coat:\nIt is cold.\n\nVery.\n\nText",
                0,
            ),
            ("=== \"Morning\"\n\n    Full.\n\nText", "Morning:\n\nFull.\n\nText", 0),
            (
                "> [!note] Bring a coat\n> It is ==very== cold.",
                ">  Bring a coat\n> It is very cold.",
                0,
            ),
            (
                "Full. <Badge text=\"new\" /> <Ann@x.org> a == b == c",
                "Full.  <Ann@x.org> a == b == c",
                1,
            ),
            ("??? tip\n    Sing.\n    code\nText", "\nSing.\ncode\nText", 0),
            ("\\{{ x }} \\[[x]]", "\\{{ x }} \\[[x]]", 0),
            ("{{ never closed", "{{ never closed", 0),
        ] {
            let without = without(markdown);
            assert_eq!(
                (without.text.as_str(), without.removed.len()),
                (text, removed),
                "{markdown}"
            );
            assert_eq!(without.text.matches('\n').count(), markdown.matches('\n').count());
        }
        assert_eq!(without_wordpress("[vc_row]<p>Text [1]</p>[/vc_row]"), "<p>Text [1]</p>");
    }

    proptest::proptest! {
        #[test]
        fn lines_stay_where_they_are(markdown in "(\\{\\{<?|>?\\}\\}|\\{%|%\\}|\\[\\[|\\]\\]|comment|endcomment|:::|\\[caption |\\]|[a\\\\é\n!|#]){0,40}") {
            let without = without(&markdown);
            proptest::prop_assert_eq!(without.text.matches('\n').count(), markdown.matches('\n').count());
        }
    }
}
