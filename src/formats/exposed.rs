//! Ports that a format itself calls the container's: `expose:`, `EXPOSE`. A shared helper of the readers, not a format.

use crate::facts::{Form, Hint, ReadBy, Role, Side, Sighting, Tense};
use crate::source::{Span, Spanned, Text};

/// The sighting of `5432`, `5432/tcp` or `6333-6334`; `None` for anything else (a variable). `reason` is the hint's.
pub fn exposed(text: &Text, read_by: ReadBy, reason: &'static str) -> Option<Sighting> {
    let numbers = text.value.split('/').next().unwrap_or("");
    let (first, last) = match numbers.split_once('-') {
        Some((first, last)) => (first, Some(last)),
        None => (numbers, None),
    };
    let (span, port) = number(text, 0, first)?;
    let end = match last {
        Some(last) => {
            let (span, port) = number(text, first.len() + 1, last)?;
            Some(Spanned::new(port, span))
        }
        None => None,
    };
    Some(Sighting {
        span,
        shown: text.span,
        port,
        end,
        form: Form::Exposed,
        host: None,
        scheme: None,
        name: None,
        fallback_of: Vec::new(),
        read_by,
        hint: Some(Hint {
            side: Side::Container,
            reason,
            certain: true,
        }),
        clues: Vec::new(),
        tense: Tense::Now,
        counterpart: None,
        role: Role::Plain,
    })
}

/// The number that stands `at` this offset of the text, and its place.
fn number(text: &Text, at: usize, digits: &str) -> Option<(Span, u16)> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((text.locate(at..at + digits.len())?, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Style;

    #[test]
    fn ports_ranges_and_protocols() {
        let table = [
            ("5432", Some((5432, None))),
            ("5432/tcp", Some((5432, None))),
            ("6333-6334/udp", Some((6333, Some(6334)))),
            ("+5432", None),
            ("$PORT", None),
            ("", None),
            ("70000", None),
        ];
        for (value, expected) in table {
            let found = exposed(
                &Text::verbatim(value, 10, Style::Plain),
                ReadBy::Container,
                "",
            );
            let shown = found.map(|s| (s.port, s.end.map(|end| end.value)));
            assert_eq!(shown, expected, "{value:?}");
        }
        let range = exposed(
            &Text::verbatim("6333-6334", 10, Style::Plain),
            ReadBy::Container,
            "",
        );
        let range = range.unwrap();
        assert_eq!(
            (range.span, range.end.unwrap().span),
            (Span::new(10, 14), Span::new(15, 19))
        );
    }
}
