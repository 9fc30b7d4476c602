//! Compose's variable interpolation, with the way back from each byte of the result to the bytes it came from.
//!
//! ```
//! use portlint::interpolate::{Missing, Source, Template, Value};
//!
//! let text = "${IP:-127.0.0.1}:${P:-5432}:5432";
//! let resolved = Template::parse(text)?.evaluate(text, Missing::Error, &|_| None::<Value<'_, ()>>)?;
//! assert_eq!(resolved.value, "127.0.0.1:5432:5432");
//! let port = resolved.locate(10..14).ok_or("one piece")?;
//! assert_eq!(port.source, &Source::Default);
//! assert_eq!(text.get(port.range), Some("5432"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::ops::Range;

/// Nesting of `${A:-${B:-…}}` beyond which a template is refused; people stop at three.
const MAX_DEPTH: usize = 32;

/// Bytes of a result beyond which evaluation stops: variables that repeat each other grow without bound.
const MAX_VALUE: usize = 64 * 1024;

/// Why a template has no value; the words are those that Compose uses, as far as a line needs them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A `${` that no brace closes, or a name or operator that is none.
    #[error(
        "invalid interpolation: `${{` wants a name, then `}}` or one of `:-`, `-`, `:?`, `?`, `:+`, `+`"
    )]
    Invalid {
        /// From the `$` on.
        range: Range<usize>,
    },
    /// More nested than anybody writes.
    #[error("interpolation is nested more than {MAX_DEPTH} levels deep")]
    TooDeep {
        /// The expression.
        range: Range<usize>,
    },
    /// `${NAME:?message}` without a value.
    #[error("required variable `{name}` is missing a value{}{message}", if message.is_empty() { "" } else { ": " })]
    Required {
        /// The variable.
        name: String,
        /// The message after `?`.
        message: String,
        /// The expression.
        range: Range<usize>,
    },
    /// The variables' values make the result longer than any value can sensibly be.
    #[error("interpolation gives more than {MAX_VALUE} bytes")]
    TooLong,
}

impl Error {
    /// The bytes of the template at fault, where they are known.
    pub fn range(&self) -> Option<Range<usize>> {
        match self {
            Self::Invalid { range } | Self::TooDeep { range } | Self::Required { range, .. } => {
                Some(range.clone())
            }
            Self::TooLong => None,
        }
    }
}

/// A parsed template. It keeps byte ranges only; the text goes with it into [`Template::evaluate`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// The parts in order; together they cover the text.
    pub segments: Vec<Segment>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Bytes that stand for themselves.
    Literal(Range<usize>),
    /// `$$`, a dollar sign.
    Dollar(Range<usize>),
    /// `$NAME` or `${…}`.
    Variable(Expression),
}

/// `$NAME`, `${NAME}` or `${NAME:-word}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// The whole expression, `$` and braces included.
    pub range: Range<usize>,
    /// The variable.
    pub name: String,
    /// What follows the name.
    pub operation: Option<Operation>,
}

/// The operator of an expression and its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Which.
    pub operator: Operator,
    /// Written with a colon: an empty value counts as none.
    pub empty_is_unset: bool,
    /// The word's bytes.
    pub range: Range<usize>,
    /// The word; Compose looks into it only when it is needed, so its errors wait until then.
    pub word: Result<Template, Error>,
}

/// Compose's operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `-`: the word if there is no value.
    Default,
    /// `?`: an error if there is no value.
    Required,
    /// `+`: the word if there is a value, nothing otherwise.
    Alternative,
}

/// A variable's value, and where it comes from in the caller's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value<'v, O> {
    /// The text.
    pub text: &'v str,
    /// Its origin.
    pub origin: O,
}

/// What to do about `${NAME:?message}` without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Fail, as Compose does.
    Error,
    /// Put nothing in its place.
    Blank,
}

/// A template's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved<O> {
    /// The text.
    pub value: String,
    /// The runs of the text by origin, ascending, without gaps.
    pub pieces: Vec<Piece<O>>,
    /// Variables that had no value where one was asked for, in order.
    pub unset: Vec<String>,
}

/// A run of bytes of a [`Resolved`] with one origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<O> {
    /// The bytes in the result.
    pub output: Range<usize>,
    /// Where the run starts in its source: a byte of the template, or of the variable's text.
    pub at: usize,
    /// What the source is.
    pub source: Source<O>,
    /// The variables on the way, outermost first: `[A, B]` for the `5432` of `${A:-${B:-5432}}`.
    pub variables: Vec<String>,
    /// Index of the outermost segment that gives the run.
    pub segment: usize,
}

/// Where a run of bytes comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source<O> {
    /// The template outside every expression.
    Literal,
    /// A default's literal text.
    Default,
    /// The literal text of `${A:+text}`.
    Alternative,
    /// A variable's value.
    Variable(O),
}

/// A range of the result in its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<'a, O> {
    /// Bytes of the template, or of the variable's text.
    pub range: Range<usize>,
    /// Which of the two, and why.
    pub source: &'a Source<O>,
    /// The variables on the way, outermost first.
    pub variables: &'a [String],
}

impl Template {
    /// Parses a text as Compose reads it.
    ///
    /// # Errors
    /// [`Error::Invalid`] or [`Error::TooDeep`], with the place.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse_range(text, 0..text.len(), 0)
    }

    /// All expressions, nested ones behind those that hold them.
    pub fn expressions(&self) -> Vec<&Expression> {
        let mut found = Vec::new();
        let mut rest = vec![self];
        while let Some(template) = rest.pop() {
            for segment in &template.segments {
                if let Segment::Variable(expression) = segment {
                    found.push(expression);
                    rest.extend(
                        expression
                            .operation
                            .iter()
                            .filter_map(|o| o.word.as_ref().ok()),
                    );
                }
            }
        }
        found
    }

    /// The template's value. `text` is the text that it was parsed from.
    ///
    /// # Errors
    /// [`Error::Required`] (unless `missing` says otherwise), [`Error::TooLong`], and those of words that are needed.
    pub fn evaluate<'v, O>(
        &self,
        text: &str,
        missing: Missing,
        lookup: &dyn Fn(&str) -> Option<Value<'v, O>>,
    ) -> Result<Resolved<O>, Error> {
        let mut evaluation = Evaluation {
            text,
            missing,
            lookup,
            resolved: Resolved {
                value: String::new(),
                pieces: Vec::new(),
                unset: Vec::new(),
            },
            variables: Vec::new(),
            segment: 0,
        };
        for (i, segment) in self.segments.iter().enumerate() {
            evaluation.segment = i;
            evaluation.part(segment, Word::Outside)?;
        }
        Ok(evaluation.resolved)
    }
}

impl<O> Resolved<O> {
    /// Where a range of the result comes from, or `None` if it is empty or put together from several sources.
    pub fn locate(&self, range: Range<usize>) -> Option<Located<'_, O>> {
        let next = self
            .pieces
            .partition_point(|p| p.output.start <= range.start);
        let piece = self.pieces.get(next.checked_sub(1)?)?;
        let start = piece.at + (range.start - piece.output.start);
        (range.start < range.end && range.end <= piece.output.end).then(|| Located {
            range: start..start + range.len(),
            source: &piece.source,
            variables: &piece.variables,
        })
    }
}

// ---- parsing -------------------------------------------------------------------------------------------------

fn parse_range(text: &str, range: Range<usize>, depth: usize) -> Result<Template, Error> {
    let bytes = text.as_bytes();
    let mut segments = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let rest = bytes.get(at..range.end).unwrap_or_default();
        let dollar = memchr::memchr(b'$', rest).map_or(range.end, |i| at + i);
        if dollar > at {
            push_segment(&mut segments, Segment::Literal(at..dollar));
        }
        if dollar == range.end {
            break;
        }
        let segment = parse_dollar(text, dollar..range.end, depth)?;
        at = segment.end();
        push_segment(&mut segments, segment);
    }
    Ok(Template { segments })
}

/// Adds a segment; literal bytes that follow each other are one.
fn push_segment(segments: &mut Vec<Segment>, segment: Segment) {
    match (segments.last_mut(), segment) {
        (Some(Segment::Literal(last)), Segment::Literal(next)) => last.end = next.end,
        (_, segment) => segments.push(segment),
    }
}

impl Segment {
    fn end(&self) -> usize {
        match self {
            Self::Literal(r) | Self::Dollar(r) => r.end,
            Self::Variable(e) => e.range.end,
        }
    }
}

/// Parses what stands at a `$`, the first byte of `range`.
fn parse_dollar(text: &str, range: Range<usize>, depth: usize) -> Result<Segment, Error> {
    let bytes = text.as_bytes();
    let invalid = || Error::Invalid {
        range: range.clone(),
    };
    match bytes
        .get(range.start + 1)
        .filter(|_| range.start + 1 < range.end)
    {
        Some(b'$') => Ok(Segment::Dollar(range.start..range.start + 2)),
        Some(b'{') => {
            let close = closing_brace(bytes, range.start + 1..range.end).ok_or_else(invalid)?;
            let whole = range.start..close + 1;
            if depth >= MAX_DEPTH {
                return Err(Error::TooDeep { range: whole });
            }
            parse_braced(text, whole, depth).map(Segment::Variable)
        }
        _ => Ok(match name_range(bytes, range.start + 1..range.end) {
            Some(name) => Segment::Variable(Expression {
                range: range.start..name.end,
                name: text.get(name).unwrap_or_default().to_owned(),
                operation: None,
            }),
            // a `$` that starts nothing is one: `^/sys($|/)`, `$2a$14$...`
            None => Segment::Literal(range.start..range.start + 1),
        }),
    }
}

/// Parses `${…}`; `whole` runs from the `$` to behind the closing brace.
fn parse_braced(text: &str, whole: Range<usize>, depth: usize) -> Result<Expression, Error> {
    let bytes = text.as_bytes();
    let invalid = || Error::Invalid {
        range: whole.clone(),
    };
    let end = whole.end - 1;
    let name = name_range(bytes, whole.start + 2..end).ok_or_else(invalid)?;
    let empty_is_unset = bytes.get(name.end) == Some(&b':');
    let operator_at = name.end + usize::from(empty_is_unset);
    let operator = match bytes.get(operator_at) {
        Some(b'-') => Operator::Default,
        Some(b'?') => Operator::Required,
        Some(b'+') => Operator::Alternative,
        _ if name.end == end => {
            return Ok(Expression {
                range: whole,
                name: text.get(name).unwrap_or_default().to_owned(),
                operation: None,
            });
        }
        _ => return Err(invalid()),
    };
    let word = operator_at + 1..end;
    Ok(Expression {
        range: whole,
        name: text.get(name).unwrap_or_default().to_owned(),
        operation: Some(Operation {
            operator,
            empty_is_unset,
            word: parse_range(text, word.clone(), depth + 1),
            range: word,
        }),
    })
}

/// The brace that closes the one at the first byte of `range`; braces in words pair up as in Compose.
fn closing_brace(bytes: &[u8], range: Range<usize>) -> Option<usize> {
    let mut open = 0usize;
    for (i, byte) in bytes.get(range.clone())?.iter().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(range.start + i);
                }
            }
            _ => {}
        }
    }
    None
}

/// A variable's name at the start of `range`.
fn name_range(bytes: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let rest = bytes.get(range.clone())?;
    let first = rest.first()?;
    if !(first.is_ascii_alphabetic() || *first == b'_') {
        return None;
    }
    let len = rest
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count();
    Some(range.start..range.start + len)
}

// ---- evaluation ----------------------------------------------------------------------------------------------

/// Which sort of word is being written out.
#[derive(Clone, Copy)]
enum Word {
    Outside,
    Default,
    Alternative,
}

struct Evaluation<'a, 'v, O> {
    text: &'a str,
    missing: Missing,
    lookup: &'a dyn Fn(&str) -> Option<Value<'v, O>>,
    resolved: Resolved<O>,
    variables: Vec<String>,
    segment: usize,
}

impl<O> Evaluation<'_, '_, O> {
    fn part(&mut self, segment: &Segment, word: Word) -> Result<(), Error> {
        match segment {
            Segment::Literal(range) => self.literal(range.clone(), word),
            Segment::Dollar(range) => self.literal(range.start..range.start + 1, word),
            Segment::Variable(expression) => self.expression(expression),
        }
    }

    fn literal(&mut self, range: Range<usize>, word: Word) -> Result<(), Error> {
        let source = match word {
            Word::Outside => Source::Literal,
            Word::Default => Source::Default,
            Word::Alternative => Source::Alternative,
        };
        let text = self.text.get(range.clone()).unwrap_or_default();
        self.push(text, range.start, source)
    }

    fn push(&mut self, text: &str, at: usize, source: Source<O>) -> Result<(), Error> {
        let start = self.resolved.value.len();
        if start + text.len() > MAX_VALUE {
            return Err(Error::TooLong);
        }
        if !text.is_empty() {
            self.resolved.value.push_str(text);
            self.resolved.pieces.push(Piece {
                output: start..start + text.len(),
                at,
                source,
                variables: self.variables.clone(),
                segment: self.segment,
            });
        }
        Ok(())
    }

    fn expression(&mut self, expression: &Expression) -> Result<(), Error> {
        let value = (self.lookup)(&expression.name);
        self.variables.push(expression.name.clone());
        let done = self.apply(expression, value);
        self.variables.pop();
        done
    }

    fn apply(&mut self, expression: &Expression, value: Option<Value<'_, O>>) -> Result<(), Error> {
        let Some(operation) = &expression.operation else {
            return self.value_or_blank(expression, value);
        };
        let value = value.filter(|v| !(operation.empty_is_unset && v.text.is_empty()));
        match (operation.operator, value) {
            (Operator::Default, None) => self.word(operation, Word::Default),
            (Operator::Alternative, None) => Ok(()),
            (Operator::Alternative, Some(_)) => self.word(operation, Word::Alternative),
            (Operator::Required, None) if self.missing == Missing::Error => {
                Err(self.required(expression, operation)?)
            }
            (Operator::Default | Operator::Required, value) => {
                self.value_or_blank(expression, value)
            }
        }
    }

    fn value_or_blank(
        &mut self,
        expression: &Expression,
        value: Option<Value<'_, O>>,
    ) -> Result<(), Error> {
        match value {
            Some(value) => self.push(value.text, 0, Source::Variable(value.origin)),
            None => {
                self.resolved.unset.push(expression.name.clone());
                Ok(())
            }
        }
    }

    fn word(&mut self, operation: &Operation, word: Word) -> Result<(), Error> {
        match &operation.word {
            Ok(template) => template
                .segments
                .iter()
                .try_for_each(|segment| self.part(segment, word)),
            Err(error) => Err(error.clone()),
        }
    }

    /// The error of a required variable; its message is a template as well.
    fn required(&self, expression: &Expression, operation: &Operation) -> Result<Error, Error> {
        let message = match &operation.word {
            Ok(word) => word.evaluate(self.text, self.missing, self.lookup)?.value,
            Err(error) => return Err(error.clone()),
        };
        Ok(Error::Required {
            name: expression.name.clone(),
            message,
            range: expression.range.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lookup(name: &str) -> Option<Value<'static, &'static str>> {
        let text = match name {
            "FOO" => "first",
            "BAR" => "",
            "PORT" => "6543",
            "MAP" => "5432:5432",
            _ => return None,
        };
        Some(Value {
            text,
            origin: "env",
        })
    }

    fn evaluate(text: &str) -> Result<Resolved<&'static str>, Error> {
        Template::parse(text)?.evaluate(text, Missing::Error, &lookup)
    }

    #[test]
    fn gives_the_values_that_compose_gives() {
        for (template, expected) in [
            ("", ""),
            ("foo", "foo"),
            ("$FOO-bar", "first-bar"),
            ("a ${FOO} b ${BAR} c ${NONE} d", "a first b  c  d"),
            ("$${FOO}", "${FOO}"),
            ("$$$FOO", "$first"),
            ("${NONE:-def}|${NONE-def}", "def|def"),
            ("${BAR:-def}|${BAR-def}", "def|"),
            ("${BAR:-/non:-alphanumeric}", "/non:-alphanumeric"),
            ("${NONE-$FOO}|${BAR:-${FOO} ${FOO}}", "first|first first"),
            ("${A:-${B:-${C:-5432}}}", "5432"),
            ("${FOO:?err}|${BAR?err}", "first|"),
            (
                "${FOO:+alt}|${BAR:+alt}|${BAR+alt}|${NONE+alt}",
                "alt||alt|",
            ),
            ("${NONE-a?b}|${FOO?a-b}|${FOO+a-b}", "a?b|first|a-b"),
            ("${NONE:-{\"a\": {\"b\": 1}}}", "{\"a\": {\"b\": 1}}"),
            ("${NONE:-{}}", "{}"),
            ("${NONE:-}", ""),
            ("${FOO:-${}}", "first"),
            ("${foo:-lower}", "lower"),
            ("${NONE:-two\nlines}", "two\nlines"),
            ("héß ${FOO} 🐘", "héß first 🐘"),
            ("a}b{c", "a}b{c"),
            ("$ $} $1 5$", "$ $} $1 5$"),
            ("${NONE:-$2a$14$$x$}", "$2a$14$x$"),
            ("^/(sys|proc)($$|/)", "^/(sys|proc)($|/)"),
        ] {
            assert_eq!(
                evaluate(template).map(|r| r.value),
                Ok(expected.to_owned()),
                "{template}"
            );
        }
    }

    #[test]
    fn refuses_what_compose_refuses() {
        for template in [
            "${",
            "${}",
            "${ }",
            "${ FOO}",
            "${FOO }",
            "${FOO!}",
            "${FOO:}",
            "${FOO:x}",
            "${1}",
            "${FOO",
            "$${FOO} ${",
            "${NONE:-${}}",
            "${{ matrix.port }}",
            "${A:-${B}",
        ] {
            assert!(
                matches!(evaluate(template), Err(Error::Invalid { .. })),
                "{template}"
            );
        }
    }

    #[test]
    fn a_required_variable_fails_with_its_message_or_stays_blank() {
        let text = "x ${NONE:?set ${FOO} please}";
        assert_eq!(
            evaluate(text),
            Err(Error::Required {
                name: "NONE".to_owned(),
                message: "set first please".to_owned(),
                range: 2..text.len(),
            })
        );
        let error = evaluate("${BAR:?}").map(|r| r.value);
        assert_eq!(
            error.map_err(|e| e.to_string()),
            Err("required variable `BAR` is missing a value".to_owned())
        );
        let blank = Template::parse(text)
            .and_then(|t| t.evaluate(text, Missing::Blank, &lookup))
            .expect("blank");
        assert_eq!(
            (blank.value.as_str(), blank.unset),
            ("x ", vec!["NONE".to_owned()])
        );
    }

    /// The digits, and whether they stand in the template or in the variable's text.
    fn digits(
        text: &str,
        range: Range<usize>,
    ) -> (Range<usize>, Source<&'static str>, Vec<String>) {
        let resolved = evaluate(text).expect("valid");
        let located = resolved.locate(range).expect("one piece");
        (
            located.range,
            located.source.clone(),
            located.variables.to_vec(),
        )
    }

    #[test]
    fn leads_back_to_the_digits() {
        let names = |n: &[&str]| n.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let default = "${IP:-127.0.0.1}:${P:-5432}:5432";
        assert_eq!(
            digits(default, 10..14),
            (22..26, Source::Default, names(&["P"]))
        );
        assert_eq!(
            digits(default, 15..19),
            (28..32, Source::Literal, names(&[]))
        );
        let nested = "${A:-${B:-5432}}:5432";
        assert_eq!(
            digits(nested, 0..4),
            (10..14, Source::Default, names(&["A", "B"]))
        );
        let mapping = "${MAP:-1:1}";
        assert_eq!(
            digits(mapping, 5..9),
            (5..9, Source::Variable("env"), names(&["MAP"]))
        );
        assert_eq!(
            digits("$$${PORT}", 1..5),
            (0..4, Source::Variable("env"), names(&["PORT"]))
        );
        assert_eq!(
            digits("${PORT:+7000}:1", 0..4),
            (8..12, Source::Alternative, names(&["PORT"]))
        );
        let joined = evaluate("5${NONE:-43}2").expect("valid");
        assert_eq!((joined.value.as_str(), joined.locate(0..4)), ("5432", None));
        assert_eq!(joined.locate(1..1), None);
        assert_eq!(joined.locate(3..9), None);
    }

    #[test]
    fn lists_nested_expressions() {
        let template = Template::parse("${A:-$B}:${C:?${D}}").expect("valid");
        let mut names: Vec<_> = template
            .expressions()
            .iter()
            .map(|e| e.name.as_str())
            .collect();
        names.sort_unstable();
        assert_eq!(names, ["A", "B", "C", "D"]);
    }

    #[test]
    fn depth_and_growth_are_bounded() {
        let deep = format!("{}1{}", "${A:-".repeat(5_000), "}".repeat(5_000));
        assert!(matches!(evaluate(&deep), Err(Error::TooDeep { .. })));
        let open = "${A:-".repeat(100_000);
        assert!(matches!(evaluate(&open), Err(Error::Invalid { .. })));
        let long = "$FOO".repeat(MAX_VALUE);
        assert_eq!(evaluate(&long), Err(Error::TooLong));
    }

    proptest! {
        #[test]
        fn never_panics_and_covers_the_result(text in "[${}:?+a-bA-B5 é-]{0,40}|\\PC{0,40}") {
            if let Ok(resolved) = evaluate(&text) {
                let mut at = 0;
                for piece in &resolved.pieces {
                    prop_assert_eq!(piece.output.start, at);
                    at = piece.output.end;
                    let located = resolved.locate(piece.output.clone()).expect("a piece");
                    if !matches!(located.source, Source::Variable(_)) {
                        prop_assert_eq!(text.get(located.range), resolved.value.get(piece.output.clone()));
                    }
                }
                prop_assert_eq!(at, resolved.value.len());
            }
        }

        #[test]
        fn doubled_dollars_come_back(text in "\\PC{0,60}") {
            let escaped = text.replace('$', "$$");
            prop_assert_eq!(evaluate(&escaped).map(|r| r.value), Ok(text));
        }

        #[test]
        fn segments_cover_the_template(text in "[${}:-A5]{0,30}") {
            if let Ok(template) = Template::parse(&text) {
                let end = template.segments.iter().fold(0, |at, s| {
                    let start = match s {
                        Segment::Literal(r) | Segment::Dollar(r) => r.start,
                        Segment::Variable(e) => e.range.start,
                    };
                    assert_eq!(start, at);
                    s.end()
                });
                prop_assert_eq!(end, text.len());
            }
        }
    }
}
