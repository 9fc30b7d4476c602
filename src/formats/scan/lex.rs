//! Cuts a shell script into words, ends of commands, comments and here-documents; enough of the grammar for finding ports.

use std::borrow::Cow;
use std::ops::Range;

/// A piece of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A word.
    Word(Word),
    /// The end of a command: `;`, a line's end, `&&`, `||`, `&`, brackets.
    End,
    /// `|`: what follows reads what was before.
    Pipe,
    /// `name=(`: the words up to the next end are the array's.
    Array,
    /// A comment, its `#` excluded.
    Comment(Range<usize>),
    /// The body of a here-document.
    Heredoc(Range<usize>),
}

/// A word: the ranges of its characters without quotes and escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// All of it as written.
    pub raw: Range<usize>,
    /// What remains when quotes and escapes are gone.
    pub runs: Vec<Range<usize>>,
    /// Whether a part of it was quoted.
    pub quoted: bool,
    /// Command substitutions in it.
    pub subs: Vec<Range<usize>>,
}

impl Word {
    /// The word's text.
    pub fn text<'t>(&self, script: &'t str) -> Cow<'t, str> {
        match self.runs.as_slice() {
            [] => Cow::Borrowed(""),
            [one] => Cow::Borrowed(script.get(one.clone()).unwrap_or("")),
            many => Cow::Owned(many.iter().filter_map(|r| script.get(r.clone())).collect()),
        }
    }
}

/// Cuts a script into tokens. Nothing in it is an error: what does not fit the grammar is a word.
pub fn lex(script: &str) -> Vec<Token> {
    Lexer {
        bytes: script.as_bytes(),
        text: script,
        at: 0,
        tokens: Vec::new(),
        heredocs: Vec::new(),
        unclosed: [false; 3],
    }
    .run()
}

struct Lexer<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    /// Delimiters of here-documents that begin on the next line, and whether tabs before them go.
    heredocs: Vec<String>,
    /// Quotes of which no further one closes: `'`, `"`, `` ` ``.
    unclosed: [bool; 3],
}

impl Lexer<'_> {
    fn run(mut self) -> Vec<Token> {
        while let Some(b) = self.peek(0) {
            match b {
                b'\n' => self.line_end(),
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.peek(1) == Some(b'\n') => self.at += 2,
                b'\\' if self.peek(1) == Some(b'\r') && self.peek(2) == Some(b'\n') => self.at += 3,
                b'#' => self.comment(),
                b'|' if self.peek(1) == Some(b'|') => self.operator(2, Token::End),
                b'|' => self.operator(1 + usize::from(self.peek(1) == Some(b'&')), Token::Pipe),
                b'&' if self.peek(1) == Some(b'>') => self.redirect(2),
                b'&' => self.operator(1 + usize::from(self.peek(1) == Some(b'&')), Token::End),
                b';' | b'(' | b')' => self.operator(1, Token::End),
                b'<' if self.peek(1) == Some(b'<') && self.peek(2) == Some(b'<') => self.at += 3,
                b'<' if self.peek(1) == Some(b'<') => self.heredoc(),
                b'<' | b'>' if self.peek(1) == Some(b'(') => {
                    self.at += 1;
                }
                b'<' if self.placeholder().is_some() => self.word(),
                b'<' | b'>' => self.redirect(1),
                _ => self.word(),
            }
        }
        self.tokens
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// The length of a placeholder such as `<host>` at the current place: in documents it is no redirection.
    fn placeholder(&self) -> Option<usize> {
        let rest = self.bytes.get(self.at..)?.strip_prefix(b"<")?;
        let length = rest
            .iter()
            .take(40)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .count();
        let closed =
            rest.get(length) == Some(&b'>') && rest.first().is_some_and(u8::is_ascii_alphabetic);
        closed.then_some(length + 2)
    }

    fn operator(&mut self, length: usize, token: Token) {
        self.at += length;
        self.tokens.push(token);
    }

    fn comment(&mut self) {
        let start = self.at + 1;
        let end = memchr::memchr(b'\n', self.bytes.get(start..).unwrap_or(&[]))
            .map_or(self.bytes.len(), |i| start + i);
        self.tokens.push(Token::Comment(start..end));
        self.at = end;
    }

    fn line_end(&mut self) {
        self.at += 1;
        self.tokens.push(Token::End);
        for delimiter in std::mem::take(&mut self.heredocs) {
            let start = self.at;
            let mut line = start;
            while line < self.bytes.len() {
                let end = memchr::memchr(b'\n', self.bytes.get(line..).unwrap_or(&[]))
                    .map_or(self.bytes.len(), |i| line + i);
                let closes = self
                    .text
                    .get(line..end)
                    .is_some_and(|l| l.trim() == delimiter);
                if closes {
                    break;
                }
                line = end + 1;
            }
            let body = start..line.min(self.bytes.len());
            self.at = memchr::memchr(b'\n', self.bytes.get(body.end..).unwrap_or(&[]))
                .map_or(self.bytes.len(), |i| body.end + i + 1);
            self.tokens.push(Token::Heredoc(body));
        }
    }

    /// `>`, `<`, `>>`, `>&2`, `2>`: the descriptors go, the file stays as a word.
    fn redirect(&mut self, length: usize) {
        self.at += length;
        while matches!(self.peek(0), Some(b'>' | b'&' | b'|')) {
            self.at += 1;
        }
        if self.bytes.get(self.at.wrapping_sub(1)) == Some(&b'&') {
            while self
                .peek(0)
                .is_some_and(|b| b.is_ascii_digit() || b == b'-')
            {
                self.at += 1;
            }
        }
    }

    /// `<<EOF`, `<<-'EOF'`.
    fn heredoc(&mut self) {
        self.at += 2;
        while matches!(self.peek(0), Some(b'-' | b'~' | b' ' | b'\t')) {
            self.at += 1;
        }
        let before = self.tokens.len();
        if self.peek(0).is_some_and(|b| !b.is_ascii_whitespace()) {
            self.word();
        }
        if let Some(Token::Word(word)) = self.tokens.get(before).cloned() {
            self.tokens.truncate(before);
            let delimiter = word.text(self.text).into_owned();
            if !delimiter.is_empty() {
                self.heredocs.push(delimiter);
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let mut word = Word::default();
        let mut run = start;
        while let Some(b) = self.peek(0) {
            match b {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'|' | b'&' | b')' => break,
                b'<' => match self.placeholder() {
                    Some(length) => self.at += length,
                    None => break,
                },
                b'>' => break,
                b'(' => {
                    if self.bytes.get(self.at.wrapping_sub(1)) == Some(&b'=') {
                        self.close(&mut word, run, start);
                        self.tokens.push(Token::Word(word));
                        self.at += 1;
                        self.tokens.push(Token::Array);
                        return;
                    }
                    break;
                }
                b'\\' => {
                    push_run(&mut word, run..self.at);
                    let line = self.peek(1) == Some(b'\n');
                    self.at += 1 + usize::from(line);
                    run = self.at;
                    self.at += usize::from(!line && self.at < self.bytes.len());
                    while self.at < self.bytes.len() && !self.text.is_char_boundary(self.at) {
                        self.at += 1;
                    }
                }
                b'\'' | b'"' => {
                    if let Some(end) = self.quote_end(b) {
                        word.quoted = true;
                        push_run(&mut word, run..self.at);
                        self.quoted(&mut word, b, self.at + 1..end);
                        self.at = end + 1;
                        run = self.at;
                    } else {
                        self.at += 1;
                    }
                }
                b'`' => match self.quote_end(b) {
                    Some(end) => {
                        word.subs.push(self.at + 1..end);
                        self.at = end + 1;
                    }
                    None => self.at += 1,
                },
                b'$' => self.at = dollar(self.bytes, self.at, self.bytes.len(), &mut word.subs),
                _ => self.at += 1,
            }
        }
        self.close(&mut word, run, start);
        // a descriptor before a redirection is none of the command's words
        let descriptor = matches!(self.peek(0), Some(b'>' | b'<'))
            && !word.quoted
            && word.raw.len() == 1
            && self.bytes.get(start).is_some_and(u8::is_ascii_digit);
        if self.at == start {
            self.at += 1;
        } else if !descriptor {
            self.tokens.push(Token::Word(word));
        }
    }

    fn close(&mut self, word: &mut Word, run: usize, start: usize) {
        push_run(word, run..self.at);
        word.raw = start..self.at;
    }

    /// Where the quote that opens at the current place closes.
    fn quote_end(&mut self, quote: u8) -> Option<usize> {
        let slot = match quote {
            b'\'' => 0,
            b'"' => 1,
            _ => 2,
        };
        if self.unclosed.get(slot).copied().unwrap_or(true) {
            return None;
        }
        let mut from = self.at + 1;
        loop {
            let Some(end) = memchr::memchr(quote, self.bytes.get(from..)?).map(|i| from + i) else {
                if let Some(flag) = self.unclosed.get_mut(slot) {
                    *flag = true;
                }
                return None;
            };
            let escapes = self
                .bytes
                .get(self.at..end)?
                .iter()
                .rev()
                .take_while(|b| **b == b'\\')
                .count();
            if quote == b'\'' || escapes % 2 == 0 {
                return Some(end);
            }
            from = end + 1;
        }
    }

    /// The inside of quotes: escapes of double quotes go, substitutions are noted.
    fn quoted(&self, word: &mut Word, quote: u8, inside: Range<usize>) {
        let mut run = inside.start;
        let mut at = inside.start;
        while quote == b'"' && at < inside.end {
            match self.bytes.get(at) {
                Some(b'\\')
                    if matches!(
                        self.bytes.get(at + 1),
                        Some(b'"' | b'\\' | b'$' | b'`' | b'\n')
                    ) =>
                {
                    push_run(word, run..at);
                    let line = self.bytes.get(at + 1) == Some(&b'\n');
                    run = at + 1 + usize::from(line);
                    at += 2;
                }
                Some(b'$') => at = dollar(self.bytes, at, inside.end, &mut word.subs),
                _ => at += 1,
            }
        }
        push_run(word, run..inside.end.max(run));
    }
}

fn push_run(word: &mut Word, run: Range<usize>) {
    if run.start < run.end {
        word.runs.push(run);
    }
}

/// Passes over `${…}`, `$(…)`, `$((…))` and `$x` at `at`, notes command substitutions, and returns where it ends.
fn dollar(bytes: &[u8], at: usize, limit: usize, subs: &mut Vec<Range<usize>>) -> usize {
    let (open, close) = match bytes.get(at + 1) {
        Some(b'{') => (b'{', b'}'),
        Some(b'(') => (b'(', b')'),
        _ => return at + 1,
    };
    let mut depth = 0usize;
    let window = bytes.get(at + 1..limit.min(at + 4096)).unwrap_or(&[]);
    for (i, &b) in window.iter().enumerate() {
        if b == open {
            depth += 1;
        } else if b == close {
            depth -= 1;
            if depth == 0 {
                let end = at + 1 + i;
                let arithmetic = bytes.get(at + 2) == Some(&b'(');
                if open == b'(' && !arithmetic {
                    subs.push(at + 2..end);
                }
                return end + 1;
            }
        }
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(script: &str) -> Vec<String> {
        lex(script)
            .iter()
            .map(|t| match t {
                Token::Word(w) => w.text(script).into_owned(),
                Token::End => ";".to_owned(),
                Token::Pipe => "|".to_owned(),
                Token::Array => "(".to_owned(),
                Token::Comment(r) => format!("#{}", script.get(r.clone()).unwrap()),
                Token::Heredoc(r) => format!("<<{}", script.get(r.clone()).unwrap()),
            })
            .collect()
    }

    #[test]
    fn scripts_are_cut_into_words() {
        for (script, expected) in [
            ("psql -h \"$H\" -p'5432' # note", "psql -h $H -p5432 # note"),
            ("a \\\n  b && c || d; e & f | g", "a b ; c ; d ; e ; f | g"),
            ("x 2>&1 >/dev/null", "x /dev/null"),
            ("P=(5432 6333)", "P= ( 5432 6333 ;"),
            ("echo \"a \\\"b\\\" ${X:-c d}\"", "echo a \"b\" ${X:-c d}"),
            ("cat <<'EOF' > f\nPORT=1\nEOF\nls", "cat f ; <<PORT=1\n ls"),
            ("echo $(psql -p 1) `ls`", "echo $(psql -p 1) `ls`"),
            ("it's fine", "it's fine"),
            (
                "curl http://<host>:9000 <in >out",
                "curl http://<host>:9000 in out",
            ),
            ("a#b #c", "a#b #c"),
            ("((i++))", "; ; i++ ; ;"),
            ("\u{1f600} é\\é", "\u{1f600} éé"),
        ] {
            assert_eq!(words(script).join(" "), expected, "{script}");
        }
    }

    #[test]
    fn substitutions_are_noted() {
        let script = "echo \"x $(psql -p 1) $((1+2))\" `ls`";
        let subs: Vec<_> = lex(script)
            .into_iter()
            .filter_map(|t| match t {
                Token::Word(w) => Some(w.subs),
                _ => None,
            })
            .flatten()
            .map(|r| script.get(r).unwrap().to_owned())
            .collect();
        assert_eq!(subs, ["psql -p 1", "ls"]);
    }

    #[test]
    fn any_text_is_cut_without_panic() {
        for script in [
            "'",
            "\"\\",
            "$(",
            "${",
            "<<",
            "<<-",
            "`",
            "\\",
            "a=(",
            "\u{feff}#é",
            "&>",
            "2>&",
            "$((",
            "\"$(",
        ] {
            lex(script);
        }
        lex(&"'\"$(${`".repeat(5_000));
    }
}
