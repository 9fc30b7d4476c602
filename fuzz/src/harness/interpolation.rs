//! Compose's interpolation.

use super::text;
use portlint::interpolate::{Missing, Resolved, Segment, Source, Template, Value};

/// Values of variables: one that is there, one that is empty, one with more than ASCII, and one with a dollar sign.
const VALUES: &[(&str, &str)] = &[("A", "5432"), ("B", ""), ("C", "ä€"), ("D", "${A}")];

fn lookup(name: &str) -> Option<Value<'static, usize>> {
    let index = VALUES.iter().position(|(n, _)| *n == name)?;
    let (_, text) = VALUES.get(index)?;
    Some(Value {
        text,
        origin: index,
    })
}

/// A template.
pub fn interpolation(data: &[u8]) {
    let text = text(data);
    let template = match Template::parse(&text) {
        Ok(template) => template,
        Err(error) => {
            let range = error.range();
            assert!(range.is_none_or(|r| text.get(r).is_some()), "{error}");
            return;
        }
    };
    let mut end = 0;
    for segment in &template.segments {
        let range = match segment {
            Segment::Literal(range) | Segment::Dollar(range) => range.clone(),
            Segment::Variable(expression) => expression.range.clone(),
        };
        assert_eq!(range.start, end, "parts cover the text");
        assert!(text.get(range.clone()).is_some(), "{segment:?}");
        end = range.end;
    }
    assert_eq!(end, text.len(), "parts cover the text");
    for expression in template.expressions() {
        let shown = text.get(expression.range.clone()).unwrap_or_default();
        assert!(shown.starts_with('$'), "{expression:?}");
        assert!(shown.contains(&expression.name), "{expression:?}");
        if let Some(operation) = &expression.operation {
            assert!(text.get(operation.range.clone()).is_some(), "{operation:?}");
        }
    }
    for missing in [Missing::Blank, Missing::Error] {
        match template.evaluate(&text, missing, &lookup) {
            Ok(resolved) => hold(&text, &resolved),
            Err(error) => {
                let range = error.range();
                assert!(range.is_none_or(|r| text.get(r).is_some()), "{error}");
            }
        }
    }
}

/// Every run of the result stands where it is said to come from.
fn hold(text: &str, resolved: &Resolved<usize>) {
    let mut end = 0;
    for piece in &resolved.pieces {
        assert_eq!(piece.output.start, end, "pieces cover the result");
        end = piece.output.end;
        if piece.output.is_empty() {
            continue;
        }
        let located = resolved.locate(piece.output.clone());
        let Some(located) = located else {
            panic!("{piece:?} is not found");
        };
        let source = match located.source {
            Source::Literal | Source::Default | Source::Alternative => text,
            Source::Variable(index) => VALUES.get(*index).map_or("", |(_, text)| text),
        };
        let there = source.get(located.range.clone());
        assert!(there.is_some(), "{piece:?}");
        assert_eq!(there, resolved.value.get(piece.output.clone()), "{piece:?}");
    }
    assert_eq!(end, resolved.value.len(), "pieces cover the result");
}
