//! PostgreSQL's password file: `host:port:database:user:password`, in the file itself and in commands that write it.

use std::ops::Range;

/// Adds the passwords of the entries in a line, if the file or the line is one of password files.
pub(super) fn find(path: &str, line: &str, out: &mut Vec<Range<usize>>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    if !name.contains("pgpass") && !line.contains("pgpass") {
        return;
    }
    let mut at = 0;
    for word in line.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')) {
        let body = word.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
        if let Some(password) = password(body) {
            out.push(at + password..at + body.len());
        }
        at += word.len();
    }
}

/// Where the password of an entry begins.
fn password(entry: &str) -> Option<usize> {
    let colon = |n: usize| entry.match_indices(':').nth(n).map(|(i, _)| i);
    let (first, second, fourth) = (colon(0)?, colon(1)?, colon(3)?);
    let port = entry.get(first + 1..second)?;
    let shaped = port == "*" || !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    shaped.then_some(fourth + 1)
}
