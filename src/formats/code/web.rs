//! Pages and components: scripts inside markup (HTML, Vue, Svelte, Astro), and the words of the markup itself.

use super::language::Language;
use super::{MAX_BYTES, languages, looks_generated, prefilter, read, skipped};
use crate::classify::file_name;
use crate::facts::{Clue, ClueKind, FileFacts, ReadBy, Sighting};
use crate::formats::Reader;
use crate::formats::scan::Scan;
use crate::source::{SourceFile, Span, Style, Text, mark_len};
use std::ops::Range;

/// Pages and components.
pub const READER: Reader = Reader {
    name: "web",
    wants: |name, _| matches!(name.ending(), "html" | "htm" | "vue" | "svelte" | "astro"),
    read: read_page,
};

/// Where the parts of a page stand.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parts {
    /// JavaScript or TypeScript.
    scripts: Vec<Range<usize>>,
    /// All that is neither script nor style.
    markup: Vec<Range<usize>>,
    /// Whether a script says that it is TypeScript.
    typed: bool,
}

fn read_page(file: &SourceFile, facts: &mut FileFacts) {
    if !prefilter::may_hold_port(&file.text) || looks_generated(&file.text) {
        return;
    }
    if file.text.len() > MAX_BYTES {
        facts
            .problems
            .push(skipped("pages over 1 MiB are not read"));
        return;
    }
    let name = file_name(&file.path);
    let clues = [Clue {
        kind: ClueKind::File,
        text: name.to_owned(),
    }];
    let scan = Scan::by(ReadBy::Host).clued(&clues);
    let parts = Parts::of(&file.text);
    let mut found: Vec<Sighting> = Vec::new();
    if !parts.scripts.is_empty() {
        let language: &Language = match parts.typed {
            true => &languages::javascript::TYPESCRIPT,
            false => &languages::javascript::JAVASCRIPT,
        };
        match read::sightings(language, &file.text, &parts.scripts, &scan) {
            Ok(read) => found.extend(read.sightings),
            Err(_) => facts
                .problems
                .push(skipped("the parser gave up on this page's scripts")),
        }
    }
    scan.prose(&joined(&file.text, &parts.markup), &mut found);
    found.sort_by_key(|s| s.span);
    facts.sightings.append(&mut found);
}

impl Parts {
    fn of(text: &str) -> Self {
        let mut parts = Self::default();
        let mut at = parts.front_matter(text);
        let mut markup = at;
        while let Some(tag) = next_tag(text, at) {
            let (body, next) = (tag.body.clone(), tag.end);
            parts.markup.push(markup..tag.start);
            if tag.script {
                parts.typed |= tag.typed;
                parts.scripts.push(body);
            }
            at = next;
            markup = next;
        }
        parts.markup.push(markup..text.len());
        parts.markup.retain(|r| !r.is_empty());
        parts.scripts.retain(|r| !r.is_empty());
        parts
    }

    /// The script between the first two `---` lines of an Astro file; returns where the page goes on.
    fn front_matter(&mut self, text: &str) -> usize {
        let mark = mark_len(text);
        let page = text.get(mark..).unwrap_or("");
        let Some(rest) = page
            .strip_prefix("---\n")
            .or_else(|| page.strip_prefix("---\r\n"))
        else {
            return mark;
        };
        let start = text.len() - rest.len();
        match rest.find("\n---") {
            Some(end) => {
                self.typed = true;
                self.scripts.push(start..start + end);
                start + end + 4
            }
            None => mark,
        }
    }
}

/// A `<script>` or `<style>` with its content.
struct Tag {
    start: usize,
    body: Range<usize>,
    end: usize,
    script: bool,
    typed: bool,
}

fn next_tag(text: &str, from: usize) -> Option<Tag> {
    let bytes = text.as_bytes();
    let is_at = |at: usize, word: &[u8]| {
        bytes
            .get(at..at + word.len())
            .is_some_and(|b| b.eq_ignore_ascii_case(word))
    };
    let starts = memchr::memchr_iter(b'<', bytes.get(from..)?).map(|i| from + i);
    for start in starts {
        let script = is_at(start, b"<script");
        if !script && !is_at(start, b"<style") {
            continue;
        }
        let open = start + memchr::memchr(b'>', bytes.get(start..)?)?;
        let attributes = text.get(start..open)?;
        let close: &[u8] = if script { b"</script" } else { b"</style" };
        let end = memchr::memchr_iter(b'<', bytes.get(open..)?)
            .map(|i| open + i)
            .find(|&i| is_at(i, close))
            .unwrap_or(text.len());
        let foreign = attributes.contains("json") || attributes.contains("text/template");
        return Some(Tag {
            start,
            body: open + 1..end.max(open + 1),
            end,
            script: script && !foreign && !attributes.ends_with('/'),
            typed: attributes.contains("\"ts") || attributes.contains("'ts"),
        });
    }
    None
}

/// Parts of a text one below the other.
fn joined(source: &str, parts: &[Range<usize>]) -> Text {
    let mut value = String::new();
    let mut segments = Vec::new();
    for part in parts {
        let Some(text) = source.get(part.clone()) else {
            continue;
        };
        let span = Span::new(part.start, part.end);
        segments.push((
            Span::at(value.len()).start,
            span.start,
            span.end - span.start,
        ));
        value.push_str(text);
        value.push('\n');
    }
    Text::mapped(value, Span::new(0, source.len()), segments, Style::Block)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{lines, read};
    use super::*;

    #[test]
    fn scripts_and_markup_are_told_apart() {
        let page = "<p>a</p>\n<script lang=\"ts\">let x = '<';</script>\n<style>b{}</style><i>c</i><SCRIPT type=\"application/json\">{}</SCRIPT>";
        let parts = Parts::of(page);
        let text = |r: &Range<usize>| page.get(r.clone()).unwrap_or("").to_owned();
        assert!(parts.typed);
        assert_eq!(
            parts.scripts.iter().map(text).collect::<Vec<_>>(),
            ["let x = '<';"]
        );
        let markup: String = parts.markup.iter().map(text).collect();
        assert!(
            markup.contains("<p>a</p>") && markup.contains("<i>c</i>") && !markup.contains("b{}")
        );
        for broken in [
            "<script",
            "<script>x",
            "<style>",
            "<script></script",
            "---\nx",
            "<",
            "",
        ] {
            Parts::of(broken);
        }
    }

    #[test]
    fn components_of_the_common_frameworks() {
        let vue = "<template>\n  <a href=\"http://localhost:5051\">pgAdmin</a>\n</template>\n\n<script setup lang=\"ts\">\nconst url: string = import.meta.env.VITE_QDRANT_URL || 'http://localhost:6333'; // :9999px\n</script>\n\n<style>\n.a { width: 5432px; }\n</style>\n";
        assert_eq!(
            lines("src/App.vue", vue),
            [
                "5051 Url @localhost",
                "6333 Url url <VITE_QDRANT_URL> @localhost"
            ]
        );
        let astro = "---\nconst port = import.meta.env.PG_PORT ?? 5433;\n---\n<p>QuestDB runs on port 9000.</p>\n";
        assert_eq!(
            lines("src/index.astro", astro),
            ["5433 Keyed port <PG_PORT>", "9000 Prose port"]
        );
        let html = "<html><script>fetch('http://localhost:9001/exec')</script>\r\n<script src=\"x.js\"></script></html>";
        assert_eq!(lines("index.html", html), ["9001 Url @localhost"]);
    }

    #[test]
    fn a_page_of_a_thousand_open_tags_is_read_in_time() {
        let page = format!("port 5432 {}", "<script><style".repeat(20_000));
        let (_, facts) = read("a.html", &page);
        assert!(facts.sightings.len() <= 1);
    }
}
