//! The new text of files: bytes outside the edits stay as they are.

use crate::finding::Edit;
use crate::source::{FileId, Sources};
use std::collections::BTreeMap;

/// The files that `edits` change, with their new texts. Edits of one file must be sorted and must not overlap; none if they
/// do, or if one does not lie on character borders inside its file.
pub fn apply(sources: &Sources, edits: &[Edit]) -> Option<BTreeMap<FileId, String>> {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.place.file).or_default().push(edit);
    }
    let mut texts = BTreeMap::new();
    for (file, edits) in by_file {
        texts.insert(file, rewrite(&sources.get(file).text, &edits)?);
    }
    Some(texts)
}

fn rewrite(text: &str, edits: &[&Edit]) -> Option<String> {
    let mut new = String::with_capacity(text.len() + 64);
    let mut done = 0;
    for edit in edits {
        let range = edit.place.span.range();
        new.push_str(text.get(done..range.start)?);
        text.get(range.clone())?;
        new.push_str(&edit.replacement);
        done = range.end;
    }
    new.push_str(text.get(done..)?);
    Some(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Place, SourceFile, Span};
    use proptest::prelude::*;

    fn edit(start: usize, end: usize, new: &str) -> Edit {
        let span = Span::new(start, end);
        Edit {
            place: Place {
                file: FileId(0),
                span,
            },
            replacement: new.to_owned(),
        }
    }

    fn applied(text: &str, edits: &[Edit]) -> Option<String> {
        let sources = Sources::new(vec![SourceFile::new("f", text)]);
        apply(&sources, edits)?.remove(&FileId(0))
    }

    #[test]
    fn bytes_outside_the_edits_stay() {
        let text = "\u{feff}a: 5432\r\n\tb: 5433 # ö\r\nc";
        let at = text.find("5432").unwrap();
        assert_eq!(
            applied(text, &[edit(at, at + 4, "7000")]).unwrap(),
            "\u{feff}a: 7000\r\n\tb: 5433 # ö\r\nc"
        );
    }

    #[test]
    fn overlaps_and_broken_borders_are_refused() {
        assert_eq!(applied("abcdef", &[edit(0, 3, "x"), edit(2, 4, "y")]), None);
        assert_eq!(applied("ö", &[edit(1, 2, "x")]), None);
        assert_eq!(applied("abc", &[edit(2, 9, "x")]), None);
    }

    proptest! {
        #[test]
        fn any_edits_give_a_text_or_nothing(text in "\\PC{0,40}", spans in proptest::collection::vec((0usize..50, 0usize..50), 0..5)) {
            let mut edits: Vec<Edit> = spans.iter().map(|(a, b)| edit(*a.min(b), *a.max(b), "#")).collect();
            edits.sort();
            if let Some(new) = applied(&text, &edits) {
                let removed: usize = edits.iter().map(|e| e.place.span.len()).sum();
                prop_assert_eq!(new.len(), text.len() - removed + edits.len());
            }
        }
    }
}
