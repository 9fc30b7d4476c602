//! Markdown and MDX: blocks with their places, handed to the reader of documents.

use super::Reader;
use super::docs::{Doc, Table};
use super::scan::has_digits;
use crate::classify::Name;
use crate::facts::FileFacts;
use crate::source::{SourceFile, Text};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// Markdown documents.
pub const READER: Reader = Reader {
    name: "markdown",
    wants,
    read,
};

fn wants(name: &Name<'_>, _text: &str) -> bool {
    matches!(
        name.ending(),
        "md" | "mdx" | "markdown" | "mkd" | "mdown" | "qmd" | "rmd"
    )
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    if !has_digits(&file.text) {
        return;
    }
    let mut walk = Walk {
        file,
        doc: Doc::new(file),
        leaf: None,
        holders: Vec::new(),
        code: None,
        table: None,
        row: Vec::new(),
        html: None,
    };
    // The parser takes a byte order mark for text: no heading, table or list would begin behind it.
    let mark = file.mark_len();
    let behind = |range: Range<usize>| range.start + mark..range.end + mark;
    let parser = Parser::new_ext(file.text.get(mark..).unwrap_or(""), options());
    let mut references: Vec<Range<usize>> = parser
        .reference_definitions()
        .iter()
        .map(|(_, d)| behind(d.span.clone()))
        .collect();
    references.sort_by_key(|r| std::cmp::Reverse(r.start));
    for (event, range) in parser.into_offset_iter() {
        let range = behind(range);
        // definitions of links are no events: each is read at its own place
        while let Some(definition) = references.pop_if(|r| r.end <= range.start) {
            walk.flush();
            walk.doc.comment(definition);
        }
        walk.event(event, range);
    }
    walk.flush();
    for definition in references.into_iter().rev() {
        walk.doc.comment(definition);
    }
    facts.sightings.append(&mut walk.doc.finish());
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_GFM
}

/// What holds running text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Paragraph,
    Heading(u8),
    Item,
    HeaderCell,
    Cell,
    /// Its text is not for readers.
    Hidden,
}

struct Walk<'a> {
    file: &'a SourceFile,
    doc: Doc<'a>,
    /// The running text that is being gathered.
    leaf: Option<Range<usize>>,
    holders: Vec<Holder>,
    /// The language and the pieces of a code block.
    code: Option<(String, Vec<Range<usize>>)>,
    table: Option<Table>,
    row: Vec<Range<usize>>,
    html: Option<Range<usize>>,
}

impl Walk<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(_) if self.code.is_some() => {
                if let Some((_, pieces)) = &mut self.code {
                    match pieces.last_mut() {
                        Some(last) if last.end == range.start => last.end = range.end,
                        _ => pieces.push(range),
                    }
                }
            }
            Event::Html(_) => {
                let whole = self.html.get_or_insert(range.clone());
                whole.end = whole.end.max(range.end);
            }
            Event::Rule => self.flush(),
            _ => self.gather(range),
        }
    }

    fn gather(&mut self, range: Range<usize>) {
        match &mut self.leaf {
            Some(leaf) => leaf.end = leaf.end.max(range.end),
            None => self.leaf = Some(range),
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        let holder = match tag {
            Tag::Paragraph | Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) => Holder::Paragraph,
            Tag::Heading { level, .. } => Holder::Heading(number(*level)),
            Tag::Item => {
                self.flush();
                self.doc.enter();
                Holder::Item
            }
            Tag::TableHead => Holder::HeaderCell,
            Tag::TableCell => {
                self.flush();
                return;
            }
            Tag::TableRow => Holder::Cell,
            Tag::Table(_) => {
                self.flush();
                self.table = Some(Table::default());
                return;
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info
                        .split([' ', ',', '{', '\t'])
                        .next()
                        .unwrap_or("")
                        .trim_matches(['.', '}'])
                        .to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, Vec::new()));
                return;
            }
            Tag::MetadataBlock(_) => Holder::Hidden,
            Tag::List(_) => {
                self.flush();
                self.doc.begin_list();
                return;
            }
            Tag::HtmlBlock => {
                self.flush();
                return;
            }
            _ => {
                self.gather(range);
                return;
            }
        };
        self.flush();
        self.holders.push(holder);
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph
            | TagEnd::BlockQuote(_)
            | TagEnd::FootnoteDefinition
            | TagEnd::Heading(_)
            | TagEnd::MetadataBlock(_) => {
                self.flush();
                self.holders.pop();
            }
            TagEnd::Item => {
                self.flush();
                self.holders.pop();
                self.doc.leave();
            }
            TagEnd::TableCell => {
                let text = self.leaf.take().unwrap_or(range.start..range.start);
                self.row.push(text);
            }
            TagEnd::TableHead => {
                self.holders.pop();
                let row = std::mem::take(&mut self.row);
                if let Some(table) = &mut self.table {
                    table.header = row;
                }
            }
            TagEnd::TableRow => {
                self.holders.pop();
                let row = std::mem::take(&mut self.row);
                if let Some(table) = &mut self.table {
                    table.rows.push(row);
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.doc.table(&table);
                }
            }
            TagEnd::CodeBlock => {
                if let Some((language, pieces)) = self.code.take() {
                    let parts: Vec<Text> = pieces.into_iter().map(|r| self.doc.slice(r)).collect();
                    self.doc.code(&language, &Text::joined(&parts, ""));
                }
            }
            TagEnd::List(_) => {
                self.flush();
                self.doc.close_list();
            }
            TagEnd::HtmlBlock => {
                if let Some(html) = self.html.take() {
                    let comment = self
                        .file
                        .text
                        .get(html.clone())
                        .is_some_and(|h| h.trim_start().starts_with("<!--"));
                    if comment {
                        self.doc.comment(html);
                    } else {
                        self.doc.markup(html);
                    }
                }
            }
            _ => self.gather(range),
        }
    }

    /// Hands over the running text that was gathered.
    fn flush(&mut self) {
        let Some(range) = self.leaf.take() else {
            return;
        };
        let in_item = self.holders.contains(&Holder::Item);
        match self.holders.last() {
            Some(Holder::Heading(level)) => self.doc.heading(*level, range),
            Some(Holder::Hidden) => {}
            Some(Holder::HeaderCell | Holder::Cell) => self.row.push(range),
            Some(Holder::Item) => self.doc.item(range),
            _ if in_item => self.doc.item(range),
            _ => self.doc.paragraph(range),
        }
    }
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::docs::testing::seen;

    fn read_md(text: &str) -> Vec<String> {
        seen(READER, "docs/a.md", text)
    }

    #[test]
    fn tables() {
        let text = "## Services\n\n| Service | Host port | Container port |\n|---|---|---|\n| TimescaleDB | `5433` | 5432 |\n| Grafana | 3000 | 3000 |\n\n| Serviço | Porta Host → Container |\n|---|---|\n| QuestDB | 9000 → 9000 |\n\n| Variable | Description | Default |\n|---|---|---|\n| `DB_HOST` | Host | `localhost` |\n| `DB_PORT` | Port | `5434` |\n| `DB_POOL` | Size | 5000 |\n| `QDRANT_URL` | URL | http://localhost:6333 |\n\n| Port | Service | Note |\n|---|---|---|\n| 6380 | Redis | 1200 keys |\n\n| Service | Old port | New port |\n|---|---|---|\n| Kong DB | 5435 | 7003 |\n\n| Service | Host | Rows |\n|---|---|---|\n| Redis | 1234 | 5678 |\n";
        assert_eq!(
            read_md(text),
            [
                "5:5433 Cell host TimescaleDB",
                "5:5432 Cell container TimescaleDB",
                "6:3000 Cell host Grafana",
                "6:3000 Cell container Grafana",
                "10:9000 Mapping host QuestDB",
                "10:9000 Mapping container QuestDB",
                "15:5434 Cell @localhost DB_PORT",
                "17:6333 Url @localhost QDRANT_URL",
                "21:6380 Cell Redis",
                "25:5435 Cell History Kong DB",
                "25:7003 Cell Kong DB",
            ]
        );
    }

    #[test]
    fn lists_headings_and_links() {
        let text = "# Data\n\n### QuestDB\n\n- **Port**: 9000\n- Web: [console](http://localhost:9001) or <http://localhost:9002>\n\n1. **TimescaleDB**\n   Primary storage\n   Port: 5433 (host) → 5432 (container)\n   - Hostname: \"db\"\n   - Port: 5434\n\n> The database is on port 5435.\n\n[ref]: http://localhost:9003\n\n<!-- port 5436 -->\n\n~~port 5437~~\n\n## Redis (6380)\n\n#### [1.2.0] - 2024-03-01\n\nPort 5438.\n";
        assert_eq!(
            read_md(text),
            [
                "5:9000 Item QuestDB",
                "6:9001 Url @localhost",
                "6:9002 Url @localhost",
                "10:5433 Mapping host TimescaleDB",
                "10:5432 Mapping container TimescaleDB",
                "12:5434 Item @db TimescaleDB",
                "14:5435 Prose The database",
                "16:9003 Url @localhost",
                "18:5436 Prose",
                "20:5437 Prose History ~~port",
                "22:6380 Prose Redis",
                "26:5438 Prose History",
            ]
        );
    }

    #[test]
    fn code_blocks() {
        let text = "```bash\n# DB_HOST=localhost\n# DB_PORT=5433\npsql -h localhost -p 5434\n```\n\n```console\n$ docker ps\nabc postgres 0.0.0.0:5435->5432/tcp\n$ docker exec -it pg bash\n$ psql -p 5432\n```\n\n```env\nQDRANT_HOST=qdrant\nQDRANT_PORT=6333 # internal\n```\n\n- step\n\n  ```yaml\n  services:\n    db:\n      image: postgres\n      ports: [\"5436:5432\"]\n      environment:\n        PORT: 5432\n      command: postgres -p 5432\n  ```\n\n```json\n{\"host\": \"localhost\", \"port\": 5437}\n```\n\n```dockerfile\nEXPOSE 5432\n```\n\nBefore:\n\n```env\nDB_PORT=5438\n```\n\n    psql -p 5439\n\n```diff\n-DB_PORT=5440\n+DB_PORT=5441\n```\n";
        assert_eq!(
            read_md(text),
            [
                "3:5433 Keyed @localhost",
                "4:5434 Flag @localhost psql",
                "9:5435 Mapping @0.0.0.0 host",
                "9:5432 Mapping container",
                "11:5432 Flag @localhost container by Container psql",
                "16:6333 Keyed @qdrant",
                "25:5436 Mapping host db",
                "25:5432 Mapping container db",
                "27:5432 Keyed by Container db",
                "28:5432 Flag by Server postgres",
                "32:5437 Keyed @localhost port",
                "36:5432 Exposed container by Container",
                "42:5438 Keyed History",
                "45:5439 Flag @localhost psql",
                "48:5440 Keyed History",
                "49:5441 Keyed",
            ]
        );
    }

    #[test]
    fn mdx_and_front_matter() {
        let text = "---\nport: 5432\ntitle: x\n---\nimport Tabs from '@theme/Tabs';\n\n<Tabs>\n<TabItem value=\"a\">\n\nRuns on port 5433.\n\n</TabItem>\n</Tabs>\n\n<Card href=\"http://localhost:9000\" />\n";
        assert_eq!(
            seen(READER, "a.mdx", text),
            ["10:5433 Prose Runs", "15:9000 Url @localhost"]
        );
    }

    #[test]
    fn line_ends_marks_and_cuts_change_nothing() {
        let text = "# Ports\n\n- TimescaleDB: 5433\n\n| A | Port |\n|---|---|\n| é | 5432 |\n\n```sh\npsql -p 5434 \\\n  -h db\n```\nport 5435";
        let plain = read_md(text);
        assert_eq!(plain.len(), 4);
        assert_eq!(read_md(&text.replace('\n', "\r\n")), plain);
        assert_eq!(read_md(&format!("\u{feff}{text}")), plain);
        let row = "| A | Port |\n|---|---|\n| db | 5432 |\n";
        assert_eq!(read_md(&format!("\u{feff}{row}")), read_md(row));
        // a tag of an image is no port, in a block of one line end as of the other
        let snippet = "```yaml\nx: 1\nimage: postgres:5432\n```\n";
        assert_eq!(read_md(&snippet.replace('\n', "\r\n")), read_md(snippet));
        for cut in (0..text.len()).filter(|i| text.is_char_boundary(*i)) {
            read_md(text.get(..cut).unwrap());
        }
    }
}
