//! Programs that look at, free or open ports of this machine: `lsof -i :5432`, `ss | grep 5432`, `ufw allow 5432/tcp`.

use super::{Place, Script, flag};
use crate::facts::{Form, Side};
use crate::formats::scan::finder::Hit;
use crate::formats::scan::lex::Word;
use crate::formats::scan::number::{Number, glued_after, glued_before};
use crate::formats::scan::words::commands;

impl Script<'_, '_> {
    /// `lsof -ti:5432`, `fuser -k 5432/tcp`, `ss -ltn 'sport = :5432'`, `ufw allow 5432/tcp`, `iptables --dport 5432`.
    pub(super) fn local_ports(&mut self, name: &str, words: &[Word], place: &Place) {
        let clues = self.clues(place, Some(name), words);
        let bare = commands().firewalls.contains(name)
            || (commands().local_ports.contains(name) && name != "lsof");
        for word in words.iter().skip(1) {
            let text = self.word(word);
            self.read(&text, &clues, place, |finder| {
                let value = finder.str();
                let first = value
                    .find(':')
                    .map(|c| c + 1)
                    .or_else(|| bare.then(|| value.find('=').map_or(0, |e| e + 1)));
                let Some(first) = first else { return };
                // `:5432,:6333` and `5432,6333`
                let numbers: Vec<Number> = Number::all(value)
                    .filter(|n| n.range.start >= first)
                    .collect();
                for number in numbers {
                    let start = number.range.start;
                    let apart = value
                        .get(..start)
                        .is_none_or(|b| b.is_empty() || b.ends_with([':', ',', '=', ' ', '-']));
                    if number.value < 20 || !apart {
                        continue;
                    }
                    if let Some(mut hit) = flag(finder, start) {
                        hit.host = Some(("localhost".to_owned(), None));
                        // another machine's or a container's, where the command runs there
                        finder.add(if place.hint.is_some() {
                            hit
                        } else {
                            hit.side(
                                Side::Host,
                                "the command looks at ports of the machine that runs it",
                                true,
                            )
                        });
                    }
                }
            });
        }
    }

    /// `ss -ltn | grep :5432`, `docker ps | grep 5432`.
    pub(super) fn searched(&mut self, words: &[Word], place: &Place) {
        let clues = self.clues(place, None, words);
        for word in words.iter().skip(1) {
            let text = self.word(word);
            if text.value.starts_with('-') {
                continue;
            }
            self.read(&text, &clues, place, |finder| {
                let value = finder.str();
                let numbers: Vec<Number> = Number::all(value).filter(|n| n.value >= 100).collect();
                for number in numbers {
                    let (start, end) = (number.range.start, number.range.end);
                    if glued_before(value, start) || glued_after(value, end) {
                        continue;
                    }
                    let mut hit = Hit::new(number.clone(), None, number.range, Form::Flag);
                    hit.host = Some(("localhost".to_owned(), None));
                    finder.add(hit);
                }
            });
        }
    }
}
