//! Readers: one file per format, each turning a [`SourceFile`] into facts. A reader knows its format and no rule.
//!
//! Adding a format is one new file and one line in [`READERS`].

pub mod scan;

use crate::facts::FileFacts;
use crate::source::SourceFile;

/// A format's reader.
pub struct Reader {
    /// Its name in `-v` output and tests.
    pub name: &'static str,
    /// Whether it wants the file, by path and, where the path does not tell, by the text.
    pub wants: fn(path: &str, text: &str) -> bool,
    /// Reads the file; adds to what other readers found.
    pub read: fn(file: &SourceFile, facts: &mut FileFacts),
}

/// All readers; every one that wants a file reads it, in this order.
pub static READERS: &[Reader] = &[];
