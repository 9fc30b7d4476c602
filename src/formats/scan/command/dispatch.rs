//! Which reader a command's words go to: assignments and wrappers off, then by the program's name.

use super::place::Place;
use super::{DEEPEST, Script, program};
use crate::formats::scan::lex::Word;
use crate::formats::scan::quoted;
use crate::formats::scan::words::commands;
use crate::source::Text;

impl Script<'_, '_> {
    /// Reads one command.
    pub(super) fn command(&mut self, words: &[Word], after_listing: bool, place: &Place) {
        if place.depth > DEEPEST {
            return;
        }
        if !words.iter().any(|w| self.may_matter(w)) {
            // a host's assignment tells of ports elsewhere
            let assigned: Vec<_> = words.iter().filter_map(|w| self.assignment(w)).collect();
            self.assigned.extend(assigned);
            if !words
                .iter()
                .any(|w| matches!(&*self.str(w), "exec" | "ssh" | "run"))
            {
                return;
            }
        }
        for word in words {
            self.substitutions(word, place);
        }
        let mut rest = words;
        let mut own: Vec<(String, Text)> = Vec::new();
        loop {
            let (name, assigned) = match rest.first() {
                Some(word) => (self.str(word), self.assignment(word)),
                None => return,
            };
            if let Some((key, value)) = assigned {
                self.assign(&key, &value, place);
                own.push((key, value));
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let program = self
                .client_in_variable(&name)
                .unwrap_or_else(|| program(&name).to_owned());
            match self.after_wrapper(&program, rest) {
                Some(next) => rest = next,
                None => {
                    self.program(&program, rest, &own, after_listing, place);
                    return;
                }
            }
        }
    }

    /// The client that a variable is called after, as in `& $psql -p 5433`, unless the script gives it more words than a path.
    fn client_in_variable(&self, word: &str) -> Option<String> {
        let name = word.strip_prefix('$')?.trim_matches(['{', '}']);
        let client = name.to_ascii_lowercase().replace('_', "-");
        let known = commands()
            .clients
            .iter()
            .any(|c| c.commands.contains(&client));
        let longer = self
            .assigned
            .iter()
            .any(|(key, value)| key == name && value.value.contains(' '));
        (known && !longer).then_some(client)
    }

    /// Whether a word can speak of a port: digits, or a variable that is named like one.
    pub(super) fn may_matter(&self, word: &Word) -> bool {
        let piece = self.text.value.get(word.raw.clone()).unwrap_or("");
        let named = || {
            piece
                .as_bytes()
                .windows(4)
                .any(|w| w.eq_ignore_ascii_case(b"port"))
        };
        piece.bytes().any(|b| b.is_ascii_digit()) || piece.contains('$') && named()
    }

    /// Commands inside `$(…)` and backticks.
    pub(super) fn substitutions(&mut self, word: &Word, place: &Place) {
        for sub in &word.subs {
            self.nested(&self.text.slice(sub.clone()), place);
        }
    }

    /// A script inside a word.
    pub(super) fn nested(&mut self, text: &Text, place: &Place) {
        if place.depth >= DEEPEST {
            return;
        }
        let mut script = Script::new(self.scan, text, self.out);
        script.quoted = self.quoted;
        script.run(&place.deeper());
        let uses = script.uses;
        self.uses.extend(uses);
    }

    /// `NAME=value`, `$env:NAME=value`.
    pub(super) fn assignment(&self, word: &Word) -> Option<(String, Text)> {
        let text = self.str(word);
        let (name, _) = text.split_once('=')?;
        let bare = name.trim_end_matches(['+', ':', '?']);
        let bare = bare.strip_prefix("$env:").unwrap_or(bare);
        let array = bare.split('[').next().unwrap_or(bare);
        let fits = !array.is_empty()
            && array
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !array.starts_with(|c: char| c.is_ascii_digit());
        let value = self.word(word);
        fits.then(|| {
            (
                bare.to_owned(),
                value.slice(name.len() + 1..value.value.len()),
            )
        })
    }

    /// Reads the value of a variable.
    pub(super) fn assign(&mut self, key: &str, value: &Text, place: &Place) {
        let before = self.out.len();
        let mut scan = self.at(place);
        scan.name = Some(key);
        let clues = self.clues(place, None, &[]);
        scan.clues = &clues;
        scan.value(value, self.out);
        if !self.quoted {
            quoted::commands_in(&scan, value, before, self.out);
        }
        self.apply(place, before);
        self.assigned.push((key.to_owned(), value.clone()));
    }

    /// What follows a program that only carries another command.
    pub(super) fn after_wrapper<'w>(&self, program: &str, words: &'w [Word]) -> Option<&'w [Word]> {
        let wrapper = commands()
            .wrappers
            .iter()
            .find(|w| w.commands.iter().any(|c| c == program))?;
        let mut rest = words.get(1..)?;
        if let Some(until) = &wrapper.until {
            let at = rest.iter().position(|w| self.str(w) == *until)?;
            return rest.get(at + 1..);
        }
        while let Some(word) = rest.first() {
            let text = self.str(word);
            if !text.starts_with('-') || text.len() < 2 {
                break;
            }
            let takes_value = wrapper.values.iter().any(|v| *v == text);
            rest = rest.get(1 + usize::from(takes_value)..).unwrap_or_default();
        }
        rest = rest.get(wrapper.skip..).unwrap_or_default();
        (!rest.is_empty()).then_some(rest)
    }

    /// Reads the words of a program, its own name first.
    pub(super) fn program(
        &mut self,
        name: &str,
        words: &[Word],
        own: &[(String, Text)],
        after_listing: bool,
        place: &Place,
    ) {
        let data = commands();
        let first = words.first().map(|w| self.str(w));
        if words.first().is_some_and(|w| w.quoted) && first.is_some_and(|f| f.contains(' ')) {
            if let Some(word) = words.first() {
                self.nested(&self.word(word), place);
            }
            return;
        }
        if name == "-" {
            // an item of YAML among commands
            self.words_as_prose(words, place);
            return;
        }
        if data.shells.contains(name) && self.shell(words, place) {
            return;
        }
        if self.container(name, words, place) || self.forward(name, words, place) {
            return;
        }
        if data.remote.contains(name) {
            self.remote(words, place);
        } else if data.printers.contains(name) {
            self.printed(words, place);
        } else if after_listing && data.searchers.contains(name) {
            self.searched(words, place);
        } else if data.local_ports.contains(name)
            || data.listers.contains(name)
            || data.firewalls.contains(name)
        {
            self.local_ports(name, words, place);
        } else if data.servers.contains(name) {
            self.server(name, words, place);
        } else if let Some(client) = data
            .clients
            .iter()
            .find(|c| c.commands.iter().any(|n| n == name))
        {
            self.client(client, name, words, own, place);
        } else if !data.silent.contains(name) {
            self.unknown(name, words, place);
        }
    }

    /// `bash -c '…'`; false if there is no such option.
    pub(super) fn shell(&mut self, words: &[Word], place: &Place) -> bool {
        let option = words.iter().position(|w| {
            let text = self.str(w);
            (text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'))
                || text == "-Command"
                || text == "--command"
        });
        let Some(script) = option.and_then(|i| words.get(i + 1)) else {
            return false;
        };
        let script = self.word(script);
        self.nested(&script, place);
        true
    }

    /// `echo …`: people read it.
    pub(super) fn printed(&mut self, words: &[Word], place: &Place) {
        self.words_as_prose(words.get(1..).unwrap_or_default(), place);
    }

    pub(super) fn words_as_prose(&mut self, words: &[Word], place: &Place) {
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return;
        };
        let before = self.out.len();
        let text = self
            .text
            .slice(first.raw.start..last.raw.end.max(first.raw.start));
        let scan = self.at(place);
        self.prose(&scan, &text);
        if place.hint.is_some() {
            self.apply(place, before);
        }
    }
}
