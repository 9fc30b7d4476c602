//! Whether a file can hold a port at all, told from its bytes: most source files are never parsed.

/// How far from a number the word that makes it a port may stand, in bytes.
const REACH: usize = 400;

/// Whether some number of two to five digits stands near the word "port", a host or the colon of an address.
pub(super) fn may_hold_port(text: &str) -> bool {
    let bytes = text.as_bytes();
    // the last place where a word of the trade stood, and the last number that waits for one behind it
    let mut word: Option<usize> = None;
    let mut number: Option<usize> = None;
    let near = |a: Option<usize>, b: usize| a.is_some_and(|a| b - a <= REACH);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                let end = digits_end(bytes, at);
                if is_port_number(bytes, at, end) {
                    if bytes.get(at.wrapping_sub(1)) == Some(&b':') || near(word, at) {
                        return true;
                    }
                    number = Some(at);
                }
                at = end;
            }
            b'p' | b'P' | b'h' | b'H' | b'c' | b'C' | b's' | b'S' => {
                if is_word(bytes, at) {
                    if near(number, at) {
                        return true;
                    }
                    word = Some(at);
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    false
}

fn digits_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().take_while(|b| b.is_ascii_digit()).count()
}

fn is_port_number(bytes: &[u8], start: usize, end: usize) -> bool {
    let glued = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    let before = start.checked_sub(1).and_then(|i| bytes.get(i));
    (2..=5).contains(&(end - start)) && !glued(before) && bytes.get(start) != Some(&b'0')
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
