//! Commands that run in a container, publish its ports, or forward to it: `docker run -p`, `docker exec`, `kubectl port-forward`, `ssh -L`.

use super::{Place, Script, flag};
use crate::facts::{Clue, ClueKind, Form, ReadBy, Side};
use crate::formats::scan::finder::Hit;
use crate::formats::scan::lex::Word;
use crate::formats::scan::mapping::{self, FORWARD, PUBLISH};
use crate::formats::scan::number::part_at;
use crate::formats::scan::words::{ContainerExec, commands};
use crate::formats::scan::{Entry, pair_hosts};
use crate::source::Text;

/// Programs that start containers.
const ENGINES: &[&str] = &["docker", "podman", "nerdctl"];
/// Options of `docker run` without a value.
const SWITCHES: &[&str] = &[
    "--rm",
    "--privileged",
    "--init",
    "--publish-all",
    "--read-only",
    "--detach",
    "--interactive",
    "--tty",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--sig-proxy",
    "--disable-content-trust",
    "--quiet",
    "--replace",
];

impl Script<'_, '_> {
    /// Commands of container engines and clusters; false if the command is none of them.
    pub(super) fn container(&mut self, name: &str, words: &[Word], place: &Place) -> bool {
        for exec in commands()
            .container_exec
            .iter()
            .filter(|e| e.commands.iter().any(|c| c == name))
        {
            if let Some(rest) = self.after_sub(words, &exec.sub) {
                self.exec(exec, rest, place);
                return true;
            }
        }
        if !ENGINES.contains(&name) {
            return false;
        }
        for sub in [
            &["run"][..],
            &["create"],
            &["container", "run"],
            &["container", "create"],
            &["service", "create"],
        ] {
            let sub: Vec<String> = sub.iter().map(|&s| s.to_owned()).collect();
            if let Some(rest) = self.after_sub(words, &sub) {
                self.run_container(rest, words, place);
                return true;
            }
        }
        for sub in ["port", "ps"] {
            if let Some(rest) = self.after_sub(words, &[sub.to_owned()]) {
                self.asked(sub, rest, place);
                return true;
            }
        }
        false
    }

    /// The words behind a program's subcommand, options between them passed over.
    fn after_sub<'w>(&self, words: &'w [Word], sub: &[String]) -> Option<&'w [Word]> {
        let mut rest = words.get(1..)?;
        for expected in sub {
            loop {
                let text = self.str(rest.first()?);
                if text == *expected {
                    rest = rest.get(1..)?;
                    break;
                }
                if !text.starts_with('-') {
                    return None;
                }
                let takes_value = commands().program_values.contains(&*text);
                rest = rest.get(1 + usize::from(takes_value)..)?;
            }
        }
        Some(rest)
    }

    /// `docker exec [options] NAME command…`.
    fn exec(&mut self, exec: &ContainerExec, words: &[Word], place: &Place) {
        let mut rest = words;
        while let Some(word) = rest.first() {
            let text = self.str(word);
            if !text.starts_with('-') || text == "--" {
                break;
            }
            let takes_value = exec.values.iter().any(|v| *v == text);
            rest = rest.get(1 + usize::from(takes_value)..).unwrap_or_default();
        }
        let Some(name) = rest.first() else { return };
        let name = self.str(name).into_owned();
        rest = rest.get(1..).unwrap_or_default();
        // `kubectl exec POD -c NAME -- command`
        if let Some(dashes) = rest.iter().position(|w| self.str(w) == "--") {
            rest = rest.get(dashes + 1..).unwrap_or_default();
        }
        let inside = place.in_container(&name);
        if self.is_open_shell(rest) {
            self.inside = Some(inside);
        } else {
            self.command(rest, false, &inside);
        }
    }

    /// `docker run [options] IMAGE command…`.
    fn run_container(&mut self, words: &[Word], whole: &[Word], place: &Place) {
        let mut published: Vec<Text> = Vec::new();
        let mut exposed: Vec<Text> = Vec::new();
        let mut variables: Vec<(String, Text)> = Vec::new();
        let mut clues: Vec<Clue> = Vec::new();
        let mut host_network = false;
        let mut rest = words;
        while let Some(word) = rest.first() {
            let text = self.str(word);
            if !text.starts_with('-') {
                break;
            }
            let whole = self.word(word);
            let (name, value, used) = match text.split_once('=') {
                Some((name, _)) => (
                    name.to_owned(),
                    whole.slice(name.len() + 1..whole.value.len()),
                    1,
                ),
                None if text.starts_with("-p") && text.len() > 2 && !text.starts_with("--") => {
                    ("-p".to_owned(), whole.slice(2..whole.value.len()), 1)
                }
                None if is_switch(&text) => (text.into_owned(), Text::default(), 1),
                None => (
                    text.into_owned(),
                    rest.get(1).map(|w| self.word(w)).unwrap_or_default(),
                    2,
                ),
            };
            match name.as_str() {
                "-p" | "--publish" => published.push(value),
                "--expose" => exposed.push(value),
                "-e" | "--env" => {
                    if let Some((key, _)) = value.value.split_once('=') {
                        let rest = value.slice(key.len() + 1..value.value.len());
                        variables.push((key.to_owned(), rest));
                    }
                }
                "--name" | "--hostname" | "-h" | "--network-alias" => clues.push(Clue {
                    kind: ClueKind::Near,
                    text: value.value,
                }),
                "--network" | "--net" => host_network = value.value == "host",
                _ => {}
            }
            rest = rest.get(used..).unwrap_or_default();
        }
        let image = rest.first().map(|w| self.str(w).into_owned());
        if let Some(image) = &image {
            clues.insert(
                0,
                Clue {
                    kind: ClueKind::Name,
                    text: image.clone(),
                },
            );
        }
        clues.extend(self.clues(place, None, whole));
        self.publish(&published, &exposed, &clues, place);
        let mut inside = place.in_container(image.as_deref().unwrap_or(""));
        if host_network {
            inside.hint = None;
            inside.read_by = ReadBy::Host;
        }
        self.container_variables(&variables, &clues, &inside);
        self.command(rest.get(1..).unwrap_or_default(), false, &inside);
    }

    fn publish(&mut self, published: &[Text], exposed: &[Text], clues: &[Clue], place: &Place) {
        for value in published {
            self.read(value, clues, place, |finder| {
                let text = finder.str();
                if let Some(mapping) = mapping::parse(text, 0, &finder.exprs) {
                    finder.add_mapping(&mapping, PUBLISH);
                } else if let Some(hit) = flag(finder, 0) {
                    let mut hit = hit.side(
                        Side::Container,
                        "`docker run -p` with a container port alone",
                        true,
                    );
                    hit.form = Form::Exposed;
                    finder.add(hit);
                }
            });
        }
        for value in exposed {
            self.read(value, clues, place, |finder| {
                if let Some(hit) = flag(finder, 0) {
                    let mut hit = hit.side(Side::Container, "`--expose`", true);
                    hit.form = Form::Exposed;
                    finder.add(hit);
                }
            });
        }
    }

    /// `-e KEY=value`: the container's environment.
    fn container_variables(
        &mut self,
        variables: &[(String, Text)],
        clues: &[Clue],
        inside: &Place,
    ) {
        let before = self.out.len();
        for (key, value) in variables {
            let mut scan = self.at(inside).named(key);
            scan.clues = clues;
            scan.value(value, self.out);
        }
        let entries: Vec<Entry<'_>> = variables
            .iter()
            .map(|(key, value)| Entry { key, value })
            .collect();
        pair_hosts(&entries, self.out.get_mut(before..).unwrap_or_default());
    }

    /// `docker port NAME 5432`, `docker ps --filter publish=5432`.
    fn asked(&mut self, sub: &str, words: &[Word], place: &Place) {
        let clues = self.clues(place, None, words);
        for word in words {
            let text = self.word(word);
            let start = text.value.find("publish=").map(|i| i + "publish=".len());
            let container = text
                .value
                .find("expose=")
                .map(|i| i + "expose=".len())
                .or((sub == "port").then_some(0));
            self.read(&text, &clues, place, |finder| {
                let (at, side, reason) = match (start, container) {
                    (Some(at), _) => (at, Side::Host, "`docker ps` asks for published ports"),
                    (None, Some(at)) => (
                        at,
                        Side::Container,
                        "`docker port` takes the container's port",
                    ),
                    _ => return,
                };
                if let Some(mut hit) = flag(finder, at) {
                    hit.form = if side == Side::Host {
                        Form::Flag
                    } else {
                        Form::Exposed
                    };
                    finder.add(hit.side(side, reason, true));
                }
            });
        }
    }

    /// `kubectl port-forward`; false if the command is none.
    pub(super) fn forward(&mut self, name: &str, words: &[Word], place: &Place) -> bool {
        if !matches!(name, "kubectl" | "oc" | "k" | "microk8s.kubectl") {
            return false;
        }
        let Some(rest) = self.after_sub(words, &["port-forward".to_owned()]) else {
            return false;
        };
        let clues = self.clues(place, None, words);
        for word in rest {
            let text = self.word(word);
            self.read(&text, &clues, place, |finder| {
                let text = finder.str();
                if let Some(mapping) = mapping::parse(text, 0, &finder.exprs) {
                    finder.add_mapping(&mapping, FORWARD);
                } else if let Some(hit) = flag(finder, 0) {
                    let mut hit =
                        hit.side(Side::Unknown, "a tunnel opens it on this machine", true);
                    hit.form = Form::Mapping;
                    finder.add(hit);
                }
            });
        }
        true
    }

    /// `ssh [options] host [command]`: tunnels of this machine, and a command of another.
    pub(super) fn remote(&mut self, words: &[Word], place: &Place) {
        let clues = self.clues(place, None, words);
        let mut rest = words.get(1..).unwrap_or_default();
        while let Some(word) = rest.first() {
            let text = self.str(word);
            if !text.starts_with('-') {
                break;
            }
            let whole = self.word(word);
            // the last letter of a group takes the value: `-NL`, `-fNL`
            let tunnel = |t: &str| t.ends_with(['L', 'R', 'D']) && !t.starts_with("--");
            let glued =
                (text.starts_with("-L") || text.starts_with("-R") || text.starts_with("-D"))
                    && text.len() > 2;
            let used = if glued {
                self.tunnel(&whole.slice(2..whole.value.len()), &text, &clues, place);
                1
            } else if tunnel(&text) {
                if let Some(value) = rest.get(1) {
                    let value = self.word(value);
                    self.tunnel(&value, &text, &clues, place);
                }
                2
            } else {
                1 + usize::from(commands().remote_values.contains(&*text))
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        let elsewhere = place.elsewhere();
        match rest.get(1..).unwrap_or_default() {
            [] if rest.len() == 1
                && self.str(words.first().unwrap_or(&Word::default())) == "ssh" =>
            {
                let tunnels = words
                    .iter()
                    .any(|w| self.str(w).starts_with('-') && self.str(w).contains('N'));
                self.inside = (!tunnels).then_some(elsewhere);
            }
            [one] if one.quoted => {
                let script = self.word(one);
                self.nested(&script, &elsewhere);
            }
            command => {
                // options may follow the host too: `ssh host -L 5433:localhost:5432`
                for pair in command.windows(2) {
                    let [option, value] = pair else { continue };
                    let option = self.str(option);
                    if option.starts_with('-') && option.ends_with('L') {
                        let value = self.word(value);
                        self.tunnel(&value, &option, &clues, place);
                    }
                }
                self.command(command, false, &elsewhere);
            }
        }
    }

    /// `[bind:]5433:host:5432`.
    fn tunnel(&mut self, value: &Text, option: &str, clues: &[Clue], place: &Place) {
        let reverse = option.contains('R');
        self.read(value, clues, place, |finder| {
            let text = finder.str();
            let fields: Vec<(usize, &str)> = fields(text);
            let (local, host, remote) = match fields.as_slice() {
                [local] => (local, None, None),
                [local, host, remote] | [_, local, host, remote] => {
                    (local, Some(host), Some(remote))
                }
                _ => return,
            };
            let mut hits = Vec::new();
            let part = |field: &(usize, &str)| part_at(text, field.0, &finder.exprs);
            if let Some(hit) = part(local).and_then(|p| Hit::of(&p, p.whole.clone(), Form::Mapping))
            {
                hits.push(hit.side(Side::Unknown, "a tunnel opens it on this machine", !reverse));
            }
            if let (Some(&(at, host)), Some(hit)) = (
                host,
                remote
                    .and_then(part)
                    .and_then(|p| Hit::of(&p, p.whole.clone(), Form::Mapping)),
            ) {
                let mut hit = hit.side(Side::External, "the far end of an SSH tunnel", !reverse);
                hit.host = Some((host.to_owned(), Some(at..at + host.len())));
                hits.push(hit);
            }
            if let [a, b] = hits.as_mut_slice() {
                (a.counterpart, b.counterpart) = (Some(b.number.value), Some(a.number.value));
            }
            for hit in hits {
                finder.add(hit);
            }
        });
    }
}

/// Whether an option of `docker run` takes no value: `-d`, `-it`, `--rm`.
fn is_switch(option: &str) -> bool {
    let short = option.strip_prefix('-').filter(|o| !o.starts_with('-'));
    SWITCHES.contains(&option)
        || short.is_some_and(|o| o.chars().all(|c| matches!(c, 'd' | 'i' | 't' | 'P' | 'q')))
}

/// The fields between colons, `[…]` and `${…}` passed over.
fn fields(text: &str) -> Vec<(usize, &str)> {
    let mut list = Vec::new();
    let mut depth = 0usize;
    let mut start = 0;
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => {
                list.push((start, text.get(start..i).unwrap_or("")));
                start = i + 1;
            }
            _ => {}
        }
    }
    list.push((start, text.get(start..).unwrap_or("")));
    list
}
