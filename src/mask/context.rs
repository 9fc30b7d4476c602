//! Secrets that other lines tell: block scalars, quoted values of env files, PEM blocks, `name:`/`value:` pairs, columns of tables.

use super::keys::is_secret;
use crate::source::SourceFile;
use std::ops::Range;

/// How many lines back a secret may have begun.
const LINES_BACK: usize = 64;
/// Longer lines do not begin such a secret.
const LONGEST: usize = 4096;

/// The part of a line that belongs to a secret which an earlier line began (or a line beside it names), as bytes of the line.
pub(super) fn continued(file: &SourceFile, line: usize) -> Option<Range<usize>> {
    let text = text_of(file, line)?;
    let whole = text.len() - text.trim_start().len()..text.len();
    if in_pem(file, line, text) || in_block(file, line, text) || in_quotes(file, line) {
        return Some(whole);
    }
    named_value(file, line, text).or_else(|| in_column(file, line, text))
}

/// The cell of a Markdown table's row whose column is headed by a secret's name.
fn in_column(file: &SourceFile, line: usize, text: &str) -> Option<Range<usize>> {
    if !is_row(text) {
        return None;
    }
    let head = earlier(file, line).take_while(|l| is_row(l)).last()?;
    let column = cells(head).position(|cell| is_secret(key_of(head.get(cell).unwrap_or(""))))?;
    let cell = cells(text).nth(column)?;
    let value = text.get(cell.clone())?;
    let ruled = value
        .chars()
        .all(|c| c.is_whitespace() || matches!(c, '-' | ':'));
    (!ruled).then_some(cell)
}

fn is_row(text: &str) -> bool {
    text.trim_start().starts_with('|')
}

/// The cells of a row, borders excluded.
fn cells(row: &str) -> impl Iterator<Item = Range<usize>> {
    let borders = row.match_indices('|').map(|(i, _)| i);
    borders
        .clone()
        .zip(borders.skip(1))
        .map(|(from, to)| from + 1..to)
}

fn text_of(file: &SourceFile, line: usize) -> Option<&str> {
    let span = file.line_span(line);
    file.text.get(span.range()).filter(|t| t.len() <= LONGEST)
}

/// Earlier lines, nearest first.
fn earlier(file: &SourceFile, line: usize) -> impl Iterator<Item = &str> {
    (line.saturating_sub(LINES_BACK).max(1)..line)
        .rev()
        .map_while(|n| text_of(file, n))
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Between `-----BEGIN …-----` and `-----END …-----`.
fn in_pem(file: &SourceFile, line: usize, text: &str) -> bool {
    if text.contains("-----BEGIN") || text.contains("-----END") {
        return false;
    }
    earlier(file, line)
        .find_map(|l| {
            if l.contains("-----END") {
                Some(false)
            } else {
                l.contains("-----BEGIN").then_some(true)
            }
        })
        .unwrap_or(false)
}

/// In a YAML block scalar of a key that is named like a secret.
fn in_block(file: &SourceFile, line: usize, text: &str) -> bool {
    let own = indent(text);
    let head = earlier(file, line).find(|l| !l.trim().is_empty() && indent(l) < own);
    head.is_some_and(|l| {
        let body = l.trim_end();
        let opens = [": |", ": >", ": |-", ": >-", ": |+", ": >+"]
            .iter()
            .any(|o| body.ends_with(o));
        opens && body.split(':').next().is_some_and(|k| is_secret(key_of(k)))
    })
}

/// In a quoted value that an earlier line opened: `KEY="first` … `last"`.
fn in_quotes(file: &SourceFile, line: usize) -> bool {
    for l in earlier(file, line) {
        let Some((key, value)) = l.split_once('=') else {
            continue;
        };
        let value = value.trim();
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            continue;
        };
        if !is_secret(key_of(key)) {
            continue;
        }
        // Closed on its own line, or on one between.
        let closed_at_once = value.matches(quote).count() > 1;
        let closed_between = earlier(file, line)
            .take_while(|between| !std::ptr::eq(*between, l))
            .any(|between| between.contains(quote));
        return !closed_at_once && !closed_between;
    }
    false
}

/// `value: x` whose `name:` stands on a line beside it.
fn named_value(file: &SourceFile, line: usize, text: &str) -> Option<Range<usize>> {
    let (key, value) = text.split_once(':')?;
    if !key_of(key).eq_ignore_ascii_case("value") {
        return None;
    }
    let beside = [line.checked_sub(1), line.checked_sub(2), Some(line + 1)];
    let names_secret = beside.into_iter().flatten().filter(|n| *n > 0).any(|n| {
        text_of(file, n)
            .and_then(|l| l.split_once(':'))
            .is_some_and(|(k, v)| ["name", "key"].contains(&key_of(k)) && is_secret(key_of(v)))
    });
    let start = text.len() - value.trim_start().len();
    (names_secret && !value.trim().is_empty()).then(|| start..text.trim_end().len())
}

/// A key without bullets, quotes and space.
fn key_of(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '"' | '\'' | '{' | ','))
        .trim_start_matches("export ")
}
