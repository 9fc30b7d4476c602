//! Readers: one file per format, each turning a [`SourceFile`] into facts. A reader knows its format and no rule.
//!
//! Adding a format is one new file and one line in [`READERS`]; a format that is a whole family of files goes to [`FAMILIES`].

pub mod scan;
pub mod settings;
pub mod yaml;

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

/// Readers of one format each; every one that wants a file reads it, in this order.
pub static READERS: &[Reader] = &[];

/// Readers of whole families of files (any YAML, any JSON, ...), for those that no reader of [`READERS`] wants.
pub static FAMILIES: &[Reader] = &[];

/// All that a file says.
pub fn read(file: &SourceFile) -> FileFacts {
    let mut facts = FileFacts::default();
    if !read_with(READERS, file, &mut facts) {
        read_with(FAMILIES, file, &mut facts);
    }
    facts
}

/// Lets every reader that wants the file read it, and says whether one did.
fn read_with(readers: &[Reader], file: &SourceFile, facts: &mut FileFacts) -> bool {
    let mut wanted = false;
    for reader in readers {
        if (reader.wants)(&file.path, &file.text) {
            (reader.read)(file, facts);
            wanted = true;
        }
    }
    wanted
}
