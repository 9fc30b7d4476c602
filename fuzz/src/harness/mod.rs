//! What holds for every input, one function for each fuzz target. The property tests call the same functions.

mod check;
mod dotenv;
mod edits;
mod ignores;
mod interpolation;
mod outline;
mod policy;
mod reader;
mod spans;
pub mod tree;

pub use check::{check, holds_for, same_for_any_line_end};
pub use dotenv::dotenv;
pub use edits::edits;
pub use ignores::ignores;
pub use interpolation::interpolation;
pub use policy::policy;
pub use reader::{read_by, reader, readers};

/// Text of any bytes: what is not UTF-8 is replaced, so that no input is lost.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The first byte and the rest.
fn split_first(data: &[u8]) -> (usize, &[u8]) {
    data.split_first()
        .map_or((0, data), |(first, rest)| (usize::from(*first), rest))
}

/// The first line as a path, and the rest.
fn split_path(data: &[u8]) -> (String, String) {
    let end = data.iter().position(|b| *b == b'\n').unwrap_or(data.len());
    let (path, rest) = data.split_at(end);
    (text(path), text(rest.get(1..).unwrap_or_default()))
}

/// The text with other line ends, if it has none of these yet.
fn with_crlf(text: &str) -> Option<String> {
    (!text.contains('\r')).then(|| text.replace('\n', "\r\n"))
}

/// The text behind a byte order mark, if it has none yet.
fn with_mark(text: &str) -> Option<String> {
    (!text.starts_with('\u{feff}')).then(|| format!("\u{feff}{text}"))
}
