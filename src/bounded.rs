//! Reads files that are no part of what is checked, and that a repository may hold all the same: a policy, a baseline.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The text of a regular file of at most `most` bytes. A pipe, a device or an endless file is refused before it can hang the run
/// or fill the memory.
pub fn read_text(path: &Path, most: u64) -> io::Result<String> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    take_text(File::open(path)?, most)
}

/// All that a stream gives, if that is at most `most` bytes.
pub fn take_text(from: impl Read, most: u64) -> io::Result<String> {
    let mut text = String::new();
    from.take(most + 1).read_to_string(&mut text)?;
    if text.len() as u64 > most {
        return Err(io::Error::other(format!(
            "it has more than the {most} bytes that are read"
        )));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_taken_whole_or_not_at_all() {
        assert_eq!(take_text(&b"12345"[..], 5).unwrap(), "12345");
        let refused = take_text(&b"123456"[..], 5).unwrap_err().to_string();
        assert!(refused.contains("more than the 5 bytes"), "{refused}");
        assert!(take_text(io::repeat(b'x'), 1 << 16).is_err(), "it ends");
        assert!(take_text(&b"\xff"[..], 5).is_err());
    }

    #[test]
    fn only_regular_files_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        let refused = read_text(dir.path(), 5).unwrap_err().to_string();
        assert!(refused.contains("not a regular file"), "{refused}");
    }
}
