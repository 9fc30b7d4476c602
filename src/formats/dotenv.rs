//! Env files, by the grammar of Compose's own reader: `export`, both quotes, escapes, inline comments, values over
//! several lines, `KEY: value`. Values stay templates; interpolation belongs to the resolver.

use super::Reader;
use super::scan::{self, Entry, Scan};
use crate::classify::{Name, file_name};
use crate::facts::{
    Clue, ClueKind, EnvEntry, EnvFile, FileFacts, Problem, ProblemKind, ReadBy, Sighting, Tense,
};
use crate::source::{SourceFile, Span, Spanned, Style, Text};

/// The reader's registration.
pub const READER: Reader = Reader {
    name: "dotenv",
    wants,
    read,
};

/// Words that mark an env file's template: `.env.example`, `env.sample`.
const TEMPLATE_WORDS: [&str; 6] = ["example", "sample", "template", "defaults", "dist", "tpl"];

/// Last extensions of files that only look like env files: `.env.d.ts`, `.env.md`.
const OTHER_FORMATS: [&str; 16] = [
    "ts", "js", "mjs", "cjs", "tsx", "jsx", "json", "md", "yml", "yaml", "toml", "py", "sh", "rb",
    "php", "go",
];

fn wants(name: &Name<'_>, _text: &str) -> bool {
    // all such names have this in them, and few others
    name.lower.contains("env") && is_env_file(name.path)
}

/// Whether a path's name is that of an env file.
pub fn is_env_file(path: &str) -> bool {
    let name = file_name(path);
    let extension = name.rsplit('.').next().unwrap_or_default();
    if OTHER_FORMATS.contains(&extension) {
        return false;
    }
    name == ".envrc"
        || name.ends_with(".env")
        || name.starts_with(".env.")
        || name.starts_with(".env_")
        || name.starts_with(".env-")
        || is_env_template(path)
}

/// Whether a path's name is that of an env file's template, which documents values and feeds nothing by itself.
pub fn is_env_template(path: &str) -> bool {
    let words = Words::of(path);
    words.env && words.template && !words.format
}

/// Whether a template stands for the `.env` beside it: `.env.example`, not `.env.staging.example`.
pub fn is_plain_template(path: &str) -> bool {
    let words = Words::of(path);
    words.env && words.template && !words.format && !words.other
}

/// What the words of a file's name say.
#[derive(Default)]
struct Words {
    env: bool,
    template: bool,
    format: bool,
    other: bool,
}

impl Words {
    fn of(path: &str) -> Self {
        let mut found = Self::default();
        for word in file_name(path)
            .split(['.', '-', '_'])
            .filter(|w| !w.is_empty())
        {
            match word {
                "env" | "dotenv" => found.env = true,
                word if TEMPLATE_WORDS.contains(&word) => found.template = true,
                word if OTHER_FORMATS.contains(&word) => found.format = true,
                _ => found.other = true,
            }
        }
        found
    }
}

/// Reads an env file, whatever its name.
pub fn read(file: &SourceFile, facts: &mut FileFacts) {
    let mut lines = Lines {
        text: &file.text,
        shell: file_name(&file.path) == ".envrc",
        env: EnvFile::default(),
        notes: Vec::new(),
        problems: Vec::new(),
        above: Above::Blank,
        heading: None,
        comment: None,
        line: (0, 0),
    };
    lines.read();
    let Lines {
        env,
        notes,
        problems,
        ..
    } = lines;
    // whether it must keep to Compose's grammar, the resolver knows: other programs read env files in other ways
    let kind = ProblemKind::Skipped;
    facts
        .problems
        .extend(problems.into_iter().map(|(message, span)| Problem {
            kind,
            message,
            span,
        }));
    facts.sightings.extend(sightings(&env, &notes));
    facts.env = Some(env);
}

fn sightings(env: &EnvFile, notes: &[Vec<Clue>]) -> Vec<Sighting> {
    let mut found = Vec::new();
    for commented in [false, true] {
        let mut block = Vec::new();
        let mut entries = Vec::new();
        for (entry, clues) in env.entries.iter().zip(notes) {
            if entry.commented == commented {
                scan_entry(entry, clues, &mut block);
                entries.push(Entry {
                    key: &entry.key.value,
                    value: &entry.value,
                });
            }
        }
        scan::pair_hosts(&entries, &mut block);
        found.append(&mut block);
    }
    found.sort_by_key(|s| s.span);
    found
}

fn scan_entry(entry: &EnvEntry, clues: &[Clue], out: &mut Vec<Sighting>) {
    let scan = Scan {
        read_by: ReadBy::Unknown,
        tense: Tense::Now,
        name: Some(&entry.key.value),
        fallback_of: &[],
        clues,
    };
    scan.value(&entry.value, out);
}

/// What stands above a line; tells a section's heading from the second line of a remark.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Above {
    Blank,
    Assignment,
    /// A ruler (`# ======`) that opens a heading.
    Ruler,
    Comment,
}

struct Lines<'a> {
    text: &'a str,
    /// A shell script: what is no assignment is a command, not an error.
    shell: bool,
    env: EnvFile,
    /// Clues of each entry.
    notes: Vec<Vec<Clue>>,
    problems: Vec<(String, Span)>,
    above: Above,
    heading: Option<String>,
    /// The comment directly above.
    comment: Option<String>,
    /// The line last asked for: a long line with many statements is measured once.
    line: (usize, usize),
}

impl<'a> Lines<'a> {
    fn read(&mut self) {
        let mut at = if self.text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        while let Some(start) = self.skip_blank(at) {
            at = if self.rest(start).starts_with('#') {
                self.comment_line(start)
            } else {
                self.statement(start)
            };
        }
    }

    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    /// The next byte that is no white space; blank lines on the way end a block.
    fn skip_blank(&mut self, at: usize) -> Option<usize> {
        let rest = self.rest(at);
        let skipped = rest.len() - rest.trim_start().len();
        let blank = rest.get(..skipped)?.matches('\n').count() > 1;
        if blank {
            self.above = Above::Blank;
            self.comment = None;
        }
        (skipped < rest.len()).then_some(at + skipped)
    }

    /// The bytes of the line that holds `at`, its line end excluded; asked for in ascending order.
    fn line(&mut self, at: usize) -> (usize, usize) {
        let (mut start, end) = self.line;
        if at > end || end == 0 {
            let passed = self.text.get(end..at).unwrap_or_default();
            if let Some(i) = passed.rfind('\n') {
                start = end + i + 1;
            } else if end == 0 && self.text.starts_with('\u{feff}') {
                start = '\u{feff}'.len_utf8();
            }
            let rest = self.rest(at);
            let line = rest.split('\n').next().unwrap_or(rest);
            self.line = (start, at + line.strip_suffix('\r').unwrap_or(line).len());
        }
        self.line
    }

    // ---- comments --------------------------------------------------------------------------------------------

    /// Reads the comment at `at` and returns where it ends.
    fn comment_line(&mut self, at: usize) -> usize {
        let (start, end) = self.line(at);
        let before = self.text.get(start..at).unwrap_or_default();
        // a comment behind a quoted value has been read with it
        if before.trim().is_empty() && !self.commented_assignment(at) {
            self.remark(clean(self.text.get(at..end).unwrap_or_default()), start);
        }
        end
    }

    /// Takes a comment's words as a heading, a remark, or a ruler if there are none.
    fn remark(&mut self, words: &str, line: usize) {
        let opens = self.above != Above::Comment;
        if words.is_empty() {
            let ruler = matches!(self.above, Above::Blank | Above::Assignment);
            self.above = if ruler { Above::Ruler } else { Above::Comment };
            return;
        }
        if opens {
            let offset = Span::at(line).start;
            self.env.headings.push((words.to_owned(), offset));
            self.heading = Some(words.to_owned());
        }
        self.comment = Some(words.to_owned());
        self.above = Above::Comment;
    }

    /// Reads `# KEY=value`, on one line and without a space before the `=`, and says whether it was one.
    fn commented_assignment(&mut self, at: usize) -> bool {
        let (start, end) = self.line(at);
        let line = self.text.get(at..end).unwrap_or_default();
        let code = line.trim_start_matches('#').trim_start();
        let code = strip_export(code);
        let Some((key, rest)) = code.split_once('=').filter(|(k, _)| is_identifier(k)) else {
            return false;
        };
        let key_at = end - code.len();
        let key = Spanned::new(key.to_owned(), Span::new(key_at, key_at + key.len()));
        let value_at = end - rest.trim_start().len();
        let value = match self.quoted(value_at, end) {
            Some(quoted) => quoted,
            None => self.unquoted(value_at, end),
        };
        self.add(key, value, true, (start, end));
        true
    }

    // ---- assignments -----------------------------------------------------------------------------------------

    /// Reads the statement at `start` and returns where it ends.
    fn statement(&mut self, start: usize) -> usize {
        let rest = self.rest(start);
        let code = strip_export(rest);
        let key_at = start + (rest.len() - code.len());
        let (line, line_end) = self.line(start);
        self.above = Above::Assignment;
        match self.key(key_at, line_end) {
            Ok((key, Some(separator))) => self.assignment(line, key, separator + 1),
            // a name alone passes the shell's value on
            Ok((_, None)) => line_end,
            Err(message) => {
                if !self.shell {
                    self.problems.push((message, Span::new(start, line_end)));
                }
                line_end
            }
        }
    }

    /// Reads the value of `key` behind its separator and returns where it ends.
    fn assignment(&mut self, line: usize, key: Spanned<String>, after: usize) -> usize {
        let rest = self.rest(after);
        // The carriage return of an empty value's line is not before the value, but behind it.
        let line_end = self.line(after).1;
        let at = (after + (rest.len() - rest.trim_start_matches(is_space).len())).min(line_end);
        let value = match self.quoted(at, self.text.len()) {
            Some(quoted) => quoted,
            None => {
                if self.rest(at).starts_with(['"', '\'']) && !self.shell {
                    let message = "the quoted value has no closing quote".to_owned();
                    self.problems.push((message, Span::new(at, line_end)));
                }
                self.unquoted(at, line_end)
            }
        };
        let next = value.next;
        let last = self.line(value.end).1;
        self.add(key, value, false, (line, last));
        next
    }

    /// The name at `at`, and the place of the `=` or `:` behind it, if one comes on the same line.
    fn key(&self, at: usize, end: usize) -> Result<(Spanned<String>, Option<usize>), String> {
        let line = self.text.get(at..end).unwrap_or_default();
        let stop = line.find(|c: char| !is_key_char(c) && !is_space(c));
        let (name, separator) =
            match stop.and_then(|i| line.get(i..)?.chars().next().map(|c| (i, c))) {
                Some((i, '=')) => (line.get(..i).unwrap_or_default(), Some(at + i)),
                Some((i, ':')) if !self.shell => (line.get(..i).unwrap_or_default(), Some(at + i)),
                Some((_, c)) => {
                    return Err(format!(
                        "unexpected character `{}` in a variable's name",
                        c.escape_debug()
                    ));
                }
                None => (line, None),
            };
        let name = name.trim_end();
        if name.contains(char::is_whitespace) {
            return Err("a variable's name cannot contain a space".to_owned());
        }
        Ok((
            Spanned::new(name.to_owned(), Span::new(at, at + name.len())),
            separator,
        ))
    }

    /// A value without quotes: up to ` #` or the line's end.
    fn unquoted(&self, at: usize, end: usize) -> Value {
        let line = self.text.get(at..end).unwrap_or_default();
        let value = line.split_once(" #").map_or(line, |(value, _)| value);
        let text = Text::verbatim(value.trim_end(), at, Style::Plain);
        Value {
            end: text.span.range().end,
            next: end,
            interpolates: true,
            text,
        }
    }

    /// A value in quotes at `at`; none if there is no quote, or no second one before `limit`.
    fn quoted(&self, at: usize, limit: usize) -> Option<Value> {
        let rest = self.text.get(at..limit)?;
        let (quote, style) = match rest.bytes().next()? {
            b'"' => (b'"', Style::Double),
            b'\'' => (b'\'', Style::Single),
            _ => return None,
        };
        let close = closing_quote(rest.as_bytes(), quote)?;
        let end = at + close + 1;
        Some(Value {
            text: decode(rest.get(1..close)?, at + 1, quote, style),
            interpolates: style == Style::Double,
            end,
            next: end,
        })
    }

    fn add(&mut self, key: Spanned<String>, value: Value, commented: bool, line: (usize, usize)) {
        if !key.value.is_empty() {
            let clues = self.clues(value.end, line.1);
            self.notes.push(clues);
            self.env.entries.push(EnvEntry {
                key,
                value: value.text,
                interpolates: value.interpolates,
                commented,
                line: Span::new(line.0, line.1),
            });
        }
        self.above = Above::Assignment;
        self.comment = None;
    }

    /// The comment behind the value, the one above, and the section's heading.
    fn clues(&self, behind: usize, end: usize) -> Vec<Clue> {
        let clue = |kind, text: &str| Clue {
            kind,
            text: text.to_owned(),
        };
        let trailing = self.text.get(behind..end).unwrap_or_default().trim_start();
        let trailing = Some(trailing).filter(|t| t.starts_with('#')).map(clean);
        let heading = self.heading.as_deref();
        let near = self.comment.as_deref().filter(|c| Some(*c) != heading);
        trailing
            .filter(|t| !t.is_empty())
            .map(|t| clue(ClueKind::Line, t))
            .into_iter()
            .chain(near.map(|t| clue(ClueKind::Near, t)))
            .chain(heading.map(|t| clue(ClueKind::Heading, t)))
            .collect()
    }
}

/// A value as read.
struct Value {
    text: Text,
    interpolates: bool,
    /// Behind the value, its quotes included.
    end: usize,
    /// Where the next statement may start.
    next: usize,
}

/// The text without a leading `export `.
fn strip_export(code: &str) -> &str {
    code.strip_prefix("export")
        .filter(|rest| rest.starts_with(is_space))
        .map_or(code, |rest| rest.trim_start_matches(is_space))
}

/// White space within a line.
fn is_space(c: char) -> bool {
    c.is_whitespace() && c != '\n'
}

fn is_key_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']')
}

/// A name that is a variable's for sure, so that prose in comments is not taken for an assignment.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A comment's words, without rulers.
fn clean(comment: &str) -> &str {
    comment.trim_matches(|c: char| c.is_whitespace() || "#-=*~_+|<>─━═".contains(c))
}

/// The quote that ends a value which starts with one; a backslash escapes it.
fn closing_quote(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut escaped = false;
    for (i, byte) in bytes.iter().enumerate().skip(1) {
        if *byte == quote && !escaped {
            return Some(i);
        }
        escaped = *byte == b'\\' && !escaped;
    }
    None
}

/// Decodes a quoted value's body that starts at `at` in the file. `\$` becomes `$$`, which interpolation makes a `$`.
fn decode(body: &str, at: usize, quote: u8, style: Style) -> Text {
    let mut value = String::with_capacity(body.len());
    let mut segments = Vec::new();
    let mut copied = 0;
    while let Some(found) = body.get(copied..).and_then(|rest| rest.find('\\')) {
        let slash = copied + found;
        copy(body, copied..slash, at, &mut value, &mut segments);
        let escape = body.get(slash..).unwrap_or_default();
        let length = match unescape(escape, quote) {
            Some((text, length)) => {
                value.push_str(&text);
                length
            }
            None => {
                // an unknown escape stays as it is, with the character behind the backslash
                let length = 1 + escape.chars().nth(1).map_or(0, char::len_utf8);
                copy(body, slash..slash + length, at, &mut value, &mut segments);
                length
            }
        };
        copied = slash + length;
    }
    copy(body, copied..body.len(), at, &mut value, &mut segments);
    Text::mapped(value, Span::new(at, at + body.len()), segments, style)
}

fn copy(
    body: &str,
    range: std::ops::Range<usize>,
    at: usize,
    value: &mut String,
    segments: &mut Vec<(u32, u32, u32)>,
) {
    let text = body.get(range.clone()).unwrap_or_default();
    if text.is_empty() {
        return;
    }
    let offset = |n: usize| Span::at(n).start;
    match segments.last_mut() {
        Some((from, start, length))
            if *from + *length == offset(value.len())
                && *start + *length == offset(at + range.start) =>
        {
            *length += offset(text.len());
        }
        _ => segments.push((
            offset(value.len()),
            offset(at + range.start),
            offset(text.len()),
        )),
    }
    value.push_str(text);
}

/// What an escape stands for, and its length in bytes; none if it stands for itself.
fn unescape(escape: &str, quote: u8) -> Option<(String, usize)> {
    let next = escape.chars().nth(1)?;
    if next == char::from(quote) {
        return Some((next.to_string(), 2));
    }
    if quote == b'\'' {
        return None;
    }
    let text = match next {
        '$' => "$$",
        '\\' => "\\",
        'a' => "\u{7}",
        'b' => "\u{8}",
        'f' => "\u{c}",
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'v' => "\u{b}",
        '"' => "\"",
        '0' => return octal(escape),
        _ => return None,
    };
    Some((text.to_owned(), 2))
}

/// `\0` and three octal digits.
fn octal(escape: &str) -> Option<(String, usize)> {
    let digits = escape.get(2..5)?;
    let code = u32::from_str_radix(digits, 8).ok().filter(|c| *c < 256)?;
    Some((char::from_u32(code)?.to_string(), 5))
}

#[cfg(test)]
#[path = "dotenv_tests.rs"]
mod tests;
