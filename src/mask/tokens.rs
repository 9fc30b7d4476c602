//! Secrets that tell by their own form: bearer tokens, and the prefixes that well-known services give theirs.

use std::ops::Range;

/// Prefixes of tokens, with the least number of characters that follow.
const PREFIXES: [(&str, usize); 14] = [
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("AKIA", 16),
    ("ASIA", 16),
    ("sk-", 20),
    ("sk_live_", 16),
    ("eyJ", 24),
    ("npm_", 24),
];

/// Adds the tokens in `text`.
pub(super) fn find(text: &str, out: &mut Vec<Range<usize>>) {
    for (prefix, least) in PREFIXES {
        for (at, _) in text.match_indices(prefix) {
            let inside_word = text
                .get(..at)
                .and_then(|b| b.chars().next_back())
                .is_some_and(|c| c.is_alphanumeric());
            let len = token_len(text.get(at..).unwrap_or(""));
            if !inside_word && len >= prefix.len() + least {
                out.push(at..at + len);
            }
        }
    }
    let lower = text.to_ascii_lowercase();
    for scheme in ["bearer ", "basic "] {
        for (at, _) in lower.match_indices(scheme) {
            let start = at + scheme.len();
            let len = token_len(text.get(start..).unwrap_or(""));
            let token = text.get(start..start + len).unwrap_or("");
            // "basic authentication" is a sentence; a token mixes cases or digits.
            let random = token
                .bytes()
                .any(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
            if len >= 8 && random {
                out.push(start..start + len);
            }
        }
    }
}

fn token_len(text: &str) -> usize {
    text.find(|c: char| {
        !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '=' | '~'))
    })
    .unwrap_or(text.len())
}
