//! Plots as inline SVG: bars beside each other for groups, columns for editions. Every value stands in a table too, that is heard and not seen.
//! Pure: values in, SVG out.

use std::fmt::Write;

use crate::compose::marker::escape_html;
use crate::count::grouped;

/// Units of a plot's width; it is scaled to its place.
const WIDTH: usize = 340;
const BAR_HEIGHT: usize = 30;
const LABEL_CHARS: usize = 34;

/// Bars, one for each group, with its name above and its count behind.
pub(super) fn bars(title: &str, groups: &[(String, u64)]) -> String {
    let most = groups.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let height = groups.len() * BAR_HEIGHT;
    let mut svg = open(height.max(1));
    for (at, (name, count)) in groups.iter().enumerate() {
        let top = at * BAR_HEIGHT;
        let length = share(*count, most, WIDTH);
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{}\" class=\"label\">{}</text><text x=\"{WIDTH}\" y=\"{}\" class=\"value\" \
             text-anchor=\"end\">{}</text><rect x=\"0\" y=\"{}\" width=\"{WIDTH}\" height=\"7\" rx=\"3.5\" class=\"track\"/>\
             <rect x=\"0\" y=\"{}\" width=\"{length}\" height=\"7\" rx=\"3.5\" class=\"bar\"/>",
            top + 12,
            escape_html(&cut(name)),
            top + 12,
            grouped(*count),
            top + 18,
            top + 18,
        );
    }
    svg.push_str("</svg>");
    svg.push_str(&spoken(title, groups));
    svg
}

/// Columns of a year: one for each edition, in its order.
pub(super) fn columns(title: &str, editions: &[(String, u64)]) -> String {
    /// More names than these stand on each other.
    const MOST_NAMES: usize = 13;
    const HEIGHT: usize = 150;
    const BASE: usize = 122;
    const WIDE: usize = 720;
    let most = editions.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let step = WIDE / editions.len().max(1);
    let width = (step * 6 / 10).clamp(2, 64);
    let every = editions.len().div_ceil(MOST_NAMES).max(1);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDE} {HEIGHT}\" aria-hidden=\"true\">\
         <line x1=\"0\" y1=\"{BASE}.5\" x2=\"{WIDE}\" y2=\"{BASE}.5\" class=\"axis\"/>"
    );
    for (at, (name, count)) in editions.iter().enumerate() {
        let height = share(*count, most, BASE - 20);
        let left = at * step + step.saturating_sub(width) / 2;
        let middle = at * step + step / 2;
        let _ = write!(
            svg,
            "<rect x=\"{left}\" y=\"{}\" width=\"{width}\" height=\"{height}\" rx=\"2\" class=\"bar\"/>",
            BASE - height
        );
        if at % every == 0 {
            let _ = write!(
                svg,
                "<text x=\"{middle}\" y=\"{}\" class=\"value small\" text-anchor=\"middle\">{}</text>\
                 <text x=\"{middle}\" y=\"{}\" class=\"label small\" text-anchor=\"middle\">{}</text>",
                BASE - height - 6,
                grouped(*count),
                BASE + 18,
                escape_html(&cut(name))
            );
        }
    }
    svg.push_str("</svg>");
    svg.push_str(&spoken(title, editions));
    svg
}

/// The same names and figures, whole, for people who hear the page: a drawing says nothing to them.
fn spoken(title: &str, groups: &[(String, u64)]) -> String {
    let mut table = format!("<table class=\"spoken\"><caption>{}</caption>", escape_html(title));
    for (name, count) in groups {
        let _ = write!(
            table,
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
            escape_html(name),
            grouped(*count)
        );
    }
    table.push_str("</table>");
    table
}

fn open(height: usize) -> String {
    format!("<svg viewBox=\"0 0 {WIDTH} {height}\" aria-hidden=\"true\">")
}

/// A part of a length; what is not nothing can be seen.
fn share(count: u64, most: u64, length: usize) -> usize {
    let scaled = u128::from(count) * length as u128 / u128::from(most.max(1));
    let scaled = usize::try_from(scaled).unwrap_or(length).min(length);
    if count > 0 { scaled.max(2) } else { 0 }
}

fn cut(name: &str) -> String {
    if name.chars().count() <= LABEL_CHARS {
        return name.to_owned();
    }
    name.chars().take(LABEL_CHARS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share_and_nothing_has_none() {
        assert_eq!(share(0, 0, 100), 0);
        assert_eq!(share(1, 1_000_000, 100), 2);
        assert_eq!(share(50, 100, 100), 50);
        assert_eq!(share(u64::MAX, u64::MAX, 100), 100);
    }

    #[test]
    fn names_from_outside_stay_text() {
        let svg = bars("x", &[("<script>alert(1)</script>".to_owned(), 7)]);
        assert!(!svg.contains("<script") && svg.contains("&lt;script"), "{svg}");
        for count in [0, 1, 12, 400] {
            let editions: Vec<_> = (0..count).map(|at| (format!("e{at}"), at)).collect();
            assert!(columns("x", &editions).ends_with("</table>"));
        }
    }

    #[test]
    fn each_name_and_figure_is_heard_whole() {
        let long = "a topic with a name that is longer than a plot has room for".to_owned();
        let groups = [(long.clone(), 1234), ("b".to_owned(), 0)];
        for plot in [bars("Title", &groups), columns("Title", &groups)] {
            let (drawing, table) = plot.split_once("</svg>").unwrap();
            assert!(
                drawing.contains("aria-hidden=\"true\"") && !drawing.contains("role="),
                "{drawing}"
            );
            assert!(table.contains("<caption>Title</caption>"), "{table}");
            for (name, count) in [(&long, "1,234"), (&groups[1].0, "0")] {
                let row = format!("<th scope=\"row\">{name}</th><td>{count}</td>");
                assert!(table.contains(&row), "{table}");
            }
        }
    }
}
