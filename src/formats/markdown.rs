//! Markdown and MDX: blocks with their places, handed to the reader of documents.

use super::Reader;
use super::docs::{Doc, Table};
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

fn wants(path: &str, _text: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    matches!(
        ending.as_str(),
        "md" | "mdx" | "markdown" | "mkd" | "mdown" | "qmd" | "rmd"
    )
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
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
    let parser = Parser::new_ext(&file.text, options());
    let references: Vec<Range<usize>> = parser
        .reference_definitions()
        .iter()
        .map(|(_, d)| d.span.clone())
        .collect();
    for (event, range) in parser.into_offset_iter() {
        walk.event(event, range);
    }
    walk.flush();
    for range in references {
        walk.doc.comment(range);
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
