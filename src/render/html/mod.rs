//! One page that needs nothing else: the findings, and each reserved range as a picture.
//!
//! The page has no script, and forbids itself any: a text that got past the escaping could still do nothing.

mod map;

use super::escape::Untrusted;
use super::summary::Counts;
use super::view::{FixView, Item, Spot, View};
use super::{Config, PortMap, PortRow};
use crate::finding::{Confidence, Safety};
use std::io::{self, Write};

/// The page's looks.
const STYLE: &str = include_str!("style.css");
/// What the page may load and run: its own style.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// Findings on the page; a browser takes no pleasure in more.
const MOST_FINDINGS: usize = 2_000;
/// Characters of an excerpt.
const EXCERPT: usize = 160;
/// Further places that are open at once; more fold away.
const MOST_OPEN: usize = 3;

pub(super) fn write(
    view: &View<'_>,
    counts: &Counts,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    head(counts, out)?;
    if let Some(ports) = &config.ports {
        contents(ports, out)?;
    }
    writeln!(out, "</header>\n<main>")?;
    findings(view, counts, config, out)?;
    if let Some(ports) = &config.ports {
        map::write(ports, out)?;
        table(ports, out)?;
    }
    writeln!(
        out,
        "</main>\n<footer class=\"dim\">portlint {}</footer>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION")
    )
}

/// Any text, escaped.
fn html(text: &str) -> String {
    Untrusted::new(text).html()
}

/// A message, with the parts between backticks as code.
fn prose(text: &Untrusted) -> String {
    let escaped = text.html_lines();
    let mut out = String::with_capacity(escaped.len());
    let mut parts = escaped.split('`').peekable();
    out.push_str(parts.next().unwrap_or(""));
    while let Some(code) = parts.next() {
        match parts.next() {
            Some(plain) => {
                out.push_str(&format!("<code>{code}</code>{plain}"));
            }
            None => out.push_str(&format!("`{code}")),
        }
    }
    out
}

fn head(counts: &Counts, out: &mut dyn Write) -> io::Result<()> {
    let sentence = prose(&Untrusted::new(counts.sentence()));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>portlint: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#findings\">To the findings</a>\n\
         <header>\n<h1>portlint</h1>\n<p>{sentence}.</p>\n<ul class=\"tiles\">\n",
        counts.found()
    )?;
    for (number, word, class) in [
        (counts.errors, "errors", "error"),
        (counts.warnings, "warnings", "warning"),
        (counts.notes, "notes", "note"),
    ] {
        writeln!(out, "<li><b class=\"{class}\">{number}</b> {word}</li>")?;
    }
    writeln!(
        out,
        "<li><b>{}</b> fixable</li>\n</ul>",
        counts.safe + counts.risky
    )
}

/// Links to the parts: behind many findings, nobody would look for a map.
fn contents(ports: &PortMap, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<nav aria-label=\"Contents\">\n<a href=\"#findings\">Findings</a>"
    )?;
    for (number, range) in ports.ranges.iter().enumerate() {
        writeln!(
            out,
            "<a href=\"#r{number}-head\">Map: {} {}-{}</a>",
            html(&range.name),
            range.first,
            range.last
        )?;
    }
    writeln!(out, "<a href=\"#ports-head\">Published ports</a>\n</nav>")
}

fn findings(
    view: &View<'_>,
    counts: &Counts,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "<section id=\"findings\" aria-labelledby=\"findings-head\">\n<h2 id=\"findings-head\">Findings</h2>"
    )?;
    if counts.total() == 0 {
        return writeln!(out, "<p>None.</p>\n</section>");
    }
    writeln!(out, "<fieldset>\n<legend>Show</legend>")?;
    for word in ["error", "warning", "note"] {
        writeln!(
            out,
            "<label><input type=\"checkbox\" id=\"show-{word}\" checked> {word}s</label>"
        )?;
    }
    writeln!(out, "</fieldset>")?;
    for (number, item) in (1..).zip(view.by_severity().take(MOST_FINDINGS)) {
        article(view, &item, number, config, out)?;
    }
    let more = counts.total().saturating_sub(MOST_FINDINGS);
    if more > 0 {
        writeln!(out, "<p>{more} more findings are not shown.</p>")?;
    }
    writeln!(out, "</section>")
}

fn article(
    view: &View<'_>,
    item: &Item,
    number: usize,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    let severity = item.severity.name();
    let sure = match item.confidence {
        Confidence::Certain => String::new(),
        other => format!(" · {}", other.name()),
    };
    let (headline, rest) = item.message.sentences();
    writeln!(
        out,
        "<article class=\"is-{severity}\" id=\"f{number}\" aria-labelledby=\"f{number}-head\">\n\
         <h3 id=\"f{number}-head\"><span class=\"{severity}\">{severity}</span> {}</h3>\n\
         <p class=\"dim\">{}{sure}</p>",
        prose(&headline),
        rule_link(item, config),
    )?;
    if !rest.is_empty() {
        writeln!(out, "<p>{}</p>", prose(&rest))?;
    }
    place(view, &item.primary, out)?;
    if let Some(help) = &item.help {
        writeln!(out, "<p><strong>Help:</strong> {}</p>", prose(help))?;
    }
    for note in &item.notes {
        writeln!(out, "<p>{}</p>", prose(note))?;
    }
    if let Some(fix) = &item.fix {
        writeln!(
            out,
            "<p><strong>{}</strong> {}</p>",
            fix_word(fix),
            fix_text(fix)
        )?;
    }
    related(view, item, out)?;
    writeln!(out, "</article>")
}

fn rule_link(item: &Item, config: &Config) -> String {
    let text = format!("{} {}", item.rule.code, item.rule.name);
    match config.rule(item.rule).map(|r| r.help_uri.as_str()) {
        Some(uri) if uri.starts_with("https://") => {
            format!("<a href=\"{}\" rel=\"noreferrer\">{text}</a>", html(uri))
        }
        _ => text,
    }
}

fn fix_word(fix: &FixView) -> &'static str {
    match (&fix.blocked, fix.safety) {
        (Some(_), _) => "No fix:",
        (None, Safety::Safe) => "--fix:",
        (None, Safety::Unsafe) => "--unsafe-fixes:",
        (None, Safety::Display) => "Suggestion:",
    }
}

fn fix_text(fix: &FixView) -> String {
    match &fix.blocked {
        Some((_, reason)) => prose(reason),
        None => prose(&fix.title),
    }
}

fn related(view: &View<'_>, item: &Item, out: &mut dyn Write) -> io::Result<()> {
    let (open, folded) = item
        .related
        .split_at_checked(MOST_OPEN)
        .unwrap_or((&item.related, &[]));
    for spot in open {
        place(view, spot, out)?;
    }
    if !folded.is_empty() {
        writeln!(
            out,
            "<details>\n<summary>{} more places</summary>",
            folded.len()
        )?;
        for spot in folded {
            place(view, spot, out)?;
        }
        writeln!(out, "</details>")?;
    }
    Ok(())
}

/// A place with its line.
fn place(view: &View<'_>, spot: &Spot, out: &mut dyn Write) -> io::Result<()> {
    if spot.path.is_empty() {
        return Ok(());
    }
    let said = match spot.message.is_empty() {
        true => String::new(),
        false => format!(" <span class=\"dim\">— {}</span>", prose(&spot.message)),
    };
    let (before, it, behind) = view.excerpt(spot, EXCERPT);
    writeln!(
        out,
        "<p class=\"place\"><code>{}:{}:{}</code>{said}</p>\n<pre>{}<mark>{}</mark>{}</pre>",
        spot.path.html(),
        spot.start.line,
        spot.start.column,
        before.html(),
        it.html(),
        behind.html(),
    )
}

fn table(ports: &PortMap, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section aria-labelledby=\"ports-head\">\n<h2 id=\"ports-head\">Published ports</h2>\n\
         <div class=\"table\" role=\"region\" aria-labelledby=\"ports-head\" tabindex=\"0\">\n<table>\n<thead><tr>"
    )?;
    for column in [
        "Host",
        "Verdict",
        "Service",
        "Kind",
        "Container",
        "Declared at",
        "Image",
        "Project",
        "Address",
        "Variable",
    ] {
        writeln!(out, "<th scope=\"col\">{column}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for (number, row) in ports.rows.iter().enumerate() {
        writeln!(out, "{}", table_row(number, row))?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>\n</section>")
}

fn table_row(number: usize, row: &PortRow) -> String {
    let verdict = match row.wanted {
        Some(port) => format!("{} → <b>{port}</b>", html(&row.verdict)),
        None => html(&row.verdict),
    };
    let cells = [
        format!("<b class=\"port\">{}</b>", row.host_text()),
        verdict,
        html(&row.service),
        html(&row.kind),
        format!(
            "<span class=\"port\">{}/{}</span>",
            html(&row.container),
            html(&row.protocol)
        ),
        format!("<code>{}:{}</code>", html(&row.path), row.line),
        html(&row.image),
        html(&row.project),
        html(&row.host_ip),
        html(&row.variable),
    ];
    let cells: Vec<String> = cells.iter().map(|c| format!("<td>{c}</td>")).collect();
    format!("<tr id=\"p{number}\">{}</tr>", cells.join(""))
}

#[cfg(test)]
mod tests {
    use super::super::{OutputFormat, testing};

    #[test]
    fn a_page() {
        let text = testing::text(OutputFormat::Html, &testing::stack());
        testing::assert_no_secret(&text);
        // The style has its own file, and the free cells say nothing.
        let (head, rest) = text.split_once("<style>").unwrap();
        let (_, body) = rest.split_once("</style>").unwrap();
        let body = body.replace("<i></i>", "");
        insta::assert_snapshot!(format!("{head}{body}"));
    }

    #[test]
    fn hostile_text_is_text() {
        let text = testing::text(OutputFormat::Html, &testing::hostile());
        testing::assert_no_raw_controls(&text);
        testing::assert_no_secret(&text);
        let (_, body) = text.split_once("<header>").unwrap();
        for bad in [
            "<img",
            "<script",
            "<b>bold",
            "<u>",
            "<i>",
            "javascript:alert(1)\"",
            "<x>",
        ] {
            assert!(!body.replace("<i></i>", "").contains(bad), "{bad}");
        }
        // Every tag of the body is one of ours.
        for tag in body.split('<').skip(1) {
            let name: String = tag
                .trim_start_matches('/')
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            assert!(
                "a abbr article b body br code details div fieldset footer h1 h2 h3 header html i input label legend li main mark nav ol p pre section span strong summary table tbody td th thead tr ul"
                    .split(' ')
                    .any(|known| known == name),
                "<{name}"
            );
        }
    }

    #[test]
    fn nothing_found_is_a_page_too() {
        let text = testing::text(OutputFormat::Html, &Default::default());
        assert!(text.contains("<p>None.</p>"), "{text}");
        assert!(text.trim_end().ends_with("</html>"));
    }
}
