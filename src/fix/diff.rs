//! The unified diff of a change, as `diff -u` and Git write it.

use similar::{ChangeTag, TextDiff};
use std::fmt::Write as _;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// ANSI colours, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Plain text.
    Off,
    /// Red and green lines.
    On,
}

/// The diff of one file; empty if nothing changes. `mask` gives a text with the same lines, in which secrets are not to be read;
/// `clean` makes a line harmless for the place it is shown at.
pub fn unified(
    path: &str,
    old: &str,
    new: &str,
    paint: Paint,
    mask: impl Fn(&str) -> String,
    clean: impl Fn(&str) -> String,
) -> String {
    if old == new {
        return String::new();
    }
    let colour = |code: &'static str| if paint == Paint::On { code } else { "" };
    let (bold, red, green, cyan, off) = (
        colour("\u{1b}[1m"),
        colour("\u{1b}[31m"),
        colour("\u{1b}[32m"),
        colour("\u{1b}[36m"),
        colour("\u{1b}[0m"),
    );
    let (masked_old, masked_new) = (mask(old), mask(new));
    let (old_lines, new_lines) = (lines(&masked_old), lines(&masked_new));
    let (old, new) = (lines(old), lines(new));
    let diff = TextDiff::from_slices(&old, &new);
    let path = clean(path);
    let mut out = String::new();
    let _ = writeln!(out, "{bold}--- a/{path}{off}\n{bold}+++ b/{path}{off}");
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        let _ = writeln!(out, "{cyan}{}{off}", hunk.header());
        for change in hunk.iter_changes() {
            let (sign, tint) = match change.tag() {
                ChangeTag::Delete => ("-", red),
                ChangeTag::Insert => ("+", green),
                ChangeTag::Equal => (" ", ""),
            };
            let line = match (change.old_index(), change.new_index()) {
                (Some(i), _) => old_lines.get(i),
                (None, i) => i.and_then(|i| new_lines.get(i)),
            };
            let line = line.copied().unwrap_or("");
            // As the text itself ends, whatever is masked in it.
            let ended = change.value().ends_with('\n');
            let line = line.strip_suffix('\n').unwrap_or(line);
            let (line, cr) = match line.strip_suffix('\r').filter(|_| ended) {
                Some(line) => (line, "\r"),
                None => (line, ""),
            };
            let end = if tint.is_empty() { "" } else { off };
            let _ = writeln!(out, "{tint}{sign}{}{end}{cr}", clean(line));
            if !ended {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// What ends a line is the line feed, as for `patch`; a carriage return before it is a part of the line.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_shown_as_the_mask_gives_them() {
        let text = unified(
            "x",
            "secret\r\nport 1\n",
            "secret\r\nport 2\n",
            Paint::Off,
            |text| text.replace("secret", "******"),
            str::to_owned,
        );
        assert!(text.ends_with("\n ******\r\n-port 1\n+port 2\n"), "{text}");
    }

    #[test]
    fn a_changed_line_is_shown_with_its_neighbours() {
        let old = "a\nb\nc: 5432\nd";
        let new = "a\nb\nc: 7000\nd";
        assert_eq!(
            unified(
                "x/compose.yml",
                old,
                new,
                Paint::Off,
                str::to_owned,
                str::to_owned
            ),
            "--- a/x/compose.yml\n+++ b/x/compose.yml\n@@ -1,4 +1,4 @@\n a\n b\n-c: 5432\n+c: 7000\n d\n\\ No newline at end of file\n"
        );
        assert_eq!(
            unified("x", old, old, Paint::Off, str::to_owned, str::to_owned),
            ""
        );
        let (old, new) = ("a\r\nb\rc\r\n", "a\r\nd\rc\r\n");
        assert_eq!(
            unified("x", old, new, Paint::Off, str::to_owned, str::to_owned),
            "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\r\n-b\rc\r\n+d\rc\r\n"
        );
        let (old, new) = ("c: 5432", "c: 7000");
        assert!(
            unified("x", old, new, Paint::On, str::to_owned, str::to_owned)
                .contains("\u{1b}[32m+c: 7000\u{1b}[0m")
        );
    }
}
