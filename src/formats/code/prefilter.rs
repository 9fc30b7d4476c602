//! Whether a file can hold a port at all, told from its bytes: most source files are never parsed.

use crate::formats::scan::digits;
use std::ops::Range;

/// How far from a number the word that makes it a port may stand, in bytes.
const REACH: usize = 400;

/// Whether some number of two to five digits stands near the word "port", a host or the colon of an address.
pub(super) fn may_hold_port(text: &str) -> bool {
    let bytes = text.as_bytes();
    // no word of the trade starts before this place and within reach of a number
    let mut searched = 0;
    digits::runs(bytes)
        .filter(|run| is_port_number(bytes, run))
        .any(|run| {
            let from = run.start.saturating_sub(REACH).max(searched);
            let to = (run.start + REACH + 1).min(bytes.len());
            searched = to;
            bytes.get(run.start.wrapping_sub(1)) == Some(&b':') || has_word(bytes, from..to)
        })
}

fn is_port_number(bytes: &[u8], run: &Range<usize>) -> bool {
    let before = run.start.checked_sub(1).and_then(|i| bytes.get(i));
    let glued = before.is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    (2..=5).contains(&run.len()) && !glued && bytes.get(run.start) != Some(&b'0')
}

/// Whether one of the words starts in a range.
fn has_word(bytes: &[u8], range: Range<usize>) -> bool {
    // the second letter of all of them
    let seconds = bytes.get(range.start + 1..(range.end + 1).min(bytes.len()));
    digits::any_letter(seconds.unwrap_or_default(), b'o', |i| {
        is_word(bytes, range.start + i)
    })
}

/// Whether "port", "host", "connect" or "sock" starts here, not as a part of "import", "export", "support", "transport".
fn is_word(bytes: &[u8], at: usize) -> bool {
    let here = |word: &[u8]| {
        bytes
            .get(at..at + word.len())
            .is_some_and(|b| b.eq_ignore_ascii_case(word))
    };
    if here(b"host") || here(b"connect") || here(b"sock") {
        return true;
    }
    if !here(b"port") {
        return false;
    }
    let before = at.checked_sub(1).and_then(|i| bytes.get(i)).copied();
    match (before, bytes.get(at)) {
        (Some(b), Some(b'P')) if b.is_ascii_lowercase() => true,
        (Some(b), _) if b.is_ascii_alphabetic() => {
            let two = bytes.get(at.saturating_sub(2)..at).unwrap_or_default();
            // im|port, ex|port, sup|port, re|port, trans|port, view|port, pass|port
            let common: [&[u8]; 8] = [b"im", b"ex", b"up", b"re", b"ns", b"ew", b"ss", b"le"];
            !common.iter().any(|c| c.eq_ignore_ascii_case(two))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_a_candidate_are_told_from_their_bytes() {
        for text in [
            "const port = 5432",
            "DB_PORT: '5432'",
            "PGPORT = 5432",
            "defaultPort(5432)",
            "connect('localhost', 5432)",
            "getEnv(\n  \"DB_PORT\",\n  \"5432\"\n)",
            "x = 'redis:6379'",
            "5432 // port",
            "host=db port=5432",
        ] {
            assert!(may_hold_port(text), "{text}");
        }
        for text in [
            "",
            "import x from 'y'; export const a = 42000",
            "const timeout = 5000",
            "port = process.env.PORT",
            "port = 7",
            "port = 123456",
            "port = x86",
            "support(5432)",
            "transport = 5432",
            "report: 5432",
            "0x1538 port_",
            "port = 0755",
        ] {
            assert!(!may_hold_port(text), "{text}");
        }
        let far = format!("port{}5432", " ".repeat(1_000));
        assert!(!may_hold_port(&far));
    }
}
