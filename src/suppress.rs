//! Applies ignore comments, and reports those that silence nothing or name no rule.

use crate::facts::{FileFacts, Ignore, IgnoreScope};
use crate::finding::{Finding, RuleId};
use crate::rules::{self, Rule};
use crate::source::{FileId, Place, Sources, Span};
use std::collections::BTreeMap;

/// Which rules a run had.
#[derive(Clone, Copy, Debug)]
pub struct Ran<'a> {
    /// Those that ran: an ignore for another rule is not called unused.
    pub rules: &'a [&'static Rule],
    /// Whether the command line chose among them: then no ignore of all rules is called unused either.
    pub narrowed: bool,
}

/// What ignore comments did.
#[derive(Debug, Default)]
pub struct Suppressed {
    /// How many findings they silenced.
    pub count: usize,
    /// Findings of `unused-ignore`, if that rule ran.
    pub unused: Vec<Finding>,
}

/// Takes the findings out that an ignore comment of their primary place's line or file silences. `files` are the facts in the
/// order of their ids.
pub fn apply(
    findings: &mut Vec<Finding>,
    files: &[FileFacts],
    sources: &Sources,
    ran: Ran<'_>,
) -> Suppressed {
    let mut comments = Comments::new(files);
    let before = findings.len();
    findings.retain(|f| !comments.silence(f, sources));
    let mut count = before - findings.len();
    let mut unused = Vec::new();
    if ran.rules.iter().any(|r| r.id == rules::UNUSED_IGNORE) {
        unused = comments.unused(ran, findings, sources);
        let all = unused.len();
        unused.retain(|f| !comments.silence(f, sources));
        count += all - unused.len();
        unused.extend(comments.unused_themselves(ran));
    }
    Suppressed { count, unused }
}

/// All ignore comments, found by place.
struct Comments<'a> {
    all: Vec<Comment<'a>>,
    by_line: BTreeMap<(FileId, usize), Vec<usize>>,
    by_file: BTreeMap<FileId, Vec<usize>>,
    by_place: BTreeMap<(FileId, u32), usize>,
}

struct Comment<'a> {
    file: FileId,
    ignore: &'a Ignore,
    /// By name, or the one of all rules: the rule it names, and whether it silenced something.
    names: Vec<Name>,
}

struct Name {
    text: String,
    span: Span,
    rule: Option<&'static Rule>,
    used: bool,
}

impl<'a> Comments<'a> {
    fn new(files: &'a [FileFacts]) -> Self {
        let mut comments = Self {
            all: Vec::new(),
            by_line: BTreeMap::new(),
            by_file: BTreeMap::new(),
            by_place: BTreeMap::new(),
        };
        for (i, facts) in files.iter().enumerate() {
            let file = FileId(Span::at(i).start);
            for ignore in &facts.ignores {
                comments.add(file, ignore);
            }
        }
        comments
    }

    fn add(&mut self, file: FileId, ignore: &'a Ignore) {
        let id = self.all.len();
        self.by_place.insert((file, ignore.span.start), id);
        match ignore.scope {
            IgnoreScope::File => self.by_file.entry(file).or_default().push(id),
            IgnoreScope::Line(line) => self.by_line.entry((file, line)).or_default().push(id),
        }
        let mut names: Vec<Name> = ignore
            .rules
            .iter()
            .map(|r| Name {
                text: r.value.clone(),
                span: r.span,
                rule: rules::find(&r.value),
                used: false,
            })
            .collect();
        if names.is_empty() {
            names.push(Name {
                text: String::new(),
                span: ignore.span,
                rule: None,
                used: false,
            });
        }
        self.all.push(Comment {
            file,
            ignore,
            names,
        });
    }

    /// Whether a comment silences the finding; marks those that do.
    fn silence(&mut self, finding: &Finding, sources: &Sources) -> bool {
        if finding.rule == rules::INTERNAL_ERROR {
            return false;
        }
        let place = finding.primary.place;
        let line = sources.get(place.file).line(place.span.start);
        let nothing = Vec::new();
        let near = self.by_line.get(&(place.file, line)).unwrap_or(&nothing);
        let whole = self.by_file.get(&place.file).unwrap_or(&nothing);
        let mut silenced = false;
        for &id in near.iter().chain(whole) {
            if let Some(comment) = self.all.get_mut(id) {
                silenced |= comment.silence(finding.rule);
            }
        }
        // A comment may silence what is said of itself.
        if finding.rule == rules::UNUSED_IGNORE {
            let before = ..=(place.file, place.span.start);
            let own = self.by_place.range(before).next_back().map(|(_, id)| *id);
            if let Some(comment) = own.and_then(|id| self.all.get_mut(id)) {
                let within = comment.ignore.span.contains(place.span);
                silenced |= within && comment.silence_by_name(finding.rule);
            }
        }
        silenced
    }

    /// Names that silenced nothing, and names of no rule.
    fn unused(&self, ran: Ran<'_>, findings: &[Finding], sources: &Sources) -> Vec<Finding> {
        let elsewhere = Elsewhere::new(findings, sources);
        let mut out = Vec::new();
        for comment in &self.all {
            for name in comment.names.iter().filter(|n| !n.used) {
                let of_itself = name.rule.is_some_and(|r| r.id == rules::UNUSED_IGNORE);
                if !of_itself {
                    out.extend(comment.report(name, ran, &elsewhere));
                }
            }
        }
        out
    }

    /// `ignore[unused-ignore]` that silenced nothing.
    fn unused_themselves(&self, ran: Ran<'_>) -> Vec<Finding> {
        let nowhere = Elsewhere::default();
        let mut out = Vec::new();
        for comment in &self.all {
            for name in comment.names.iter().filter(|n| !n.used) {
                if name.rule.is_some_and(|r| r.id == rules::UNUSED_IGNORE) {
                    out.extend(comment.report(name, ran, &nowhere));
                }
            }
        }
        out
    }
}

impl Comment<'_> {
    fn is_for_all(&self) -> bool {
        self.ignore.rules.is_empty()
    }

    fn silence(&mut self, rule: RuleId) -> bool {
        // A comment for all rules is not for what is said of comments.
        if self.is_for_all() && rule != rules::UNUSED_IGNORE {
            for name in &mut self.names {
                name.used = true;
            }
            return true;
        }
        self.silence_by_name(rule)
    }

    fn silence_by_name(&mut self, rule: RuleId) -> bool {
        let mut silenced = false;
        for name in &mut self.names {
            if name.rule.is_some_and(|r| r.id == rule) {
                name.used = true;
                silenced = true;
            }
        }
        silenced
    }

    /// What to say of a name that silenced nothing, if anything.
    fn report(&self, name: &Name, ran: Ran<'_>, elsewhere: &Elsewhere) -> Option<Finding> {
        let place = Place {
            file: self.file,
            span: name.span,
        };
        let finding = |message: String| {
            Finding::new(
                rules::UNUSED_IGNORE,
                rules::UNUSED_IGNORE_SEVERITY,
                message,
                place,
            )
            .subject(format!("ignore/{}", name.text))
        };
        let Some(rule) = name.rule else {
            if self.is_for_all() {
                return (!ran.narrowed).then(|| {
                    finding("this ignore silences nothing".to_owned())
                        .label("no rule reports here")
                        .help("take the comment out")
                });
            }
            let help = rules::similar(&name.text).map_or_else(
                || "`portlint rules` lists them".to_owned(),
                |r| format!("did you mean `{}` ({})?", r.id.name, r.id.code),
            );
            return Some(
                finding(format!(
                    "there is no rule `{}`, so this ignore silences nothing",
                    name.text
                ))
                .label("no rule of this name")
                .help(help),
            );
        };
        if !ran.rules.iter().any(|r| r.id == rule.id) {
            return None;
        }
        let unused = finding(format!(
            "the rule `{}` reports nothing here, so this ignore silences nothing",
            rule.id.name
        ))
        .label("silences nothing");
        Some(
            match elsewhere.primary(self.file, self.ignore.scope, rule.id) {
                Some(primary) => unused
                    .related(primary, "the finding is reported here")
                    .help("move the comment to the line of the finding's first place"),
                None => unused.help("take the name, or the whole comment, out"),
            },
        )
    }
}

/// Where findings are reported that have a further place on a line: a comment there does not silence them.
#[derive(Default)]
struct Elsewhere {
    by_line: BTreeMap<(FileId, usize, RuleId), Place>,
}

impl Elsewhere {
    fn new(findings: &[Finding], sources: &Sources) -> Self {
        let mut by_line = BTreeMap::new();
        for f in findings {
            for related in &f.related {
                let place = related.place;
                let line = sources.get(place.file).line(place.span.start);
                by_line
                    .entry((place.file, line, f.rule))
                    .or_insert(f.primary.place);
            }
        }
        Self { by_line }
    }

    fn primary(&self, file: FileId, scope: IgnoreScope, rule: RuleId) -> Option<Place> {
        match scope {
            IgnoreScope::Line(line) => self.by_line.get(&(file, line, rule)).copied(),
            IgnoreScope::File => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::formats::ignores;
    use crate::source::SourceFile;

    /// Findings of named rules at the first occurrence of a text, run through the comments of the file.
    struct Case {
        text: &'static str,
        findings: &'static [(&'static str, &'static str)],
        ran: Vec<&'static Rule>,
        narrowed: bool,
    }

    impl Case {
        fn new(text: &'static str, findings: &'static [(&'static str, &'static str)]) -> Self {
            Self {
                text,
                findings,
                ran: rules::ALL.to_vec(),
                narrowed: false,
            }
        }

        /// Names of the findings that stay, how many were silenced, and the messages about ignores.
        fn run(self) -> (Vec<&'static str>, usize, Vec<String>) {
            let mut sources = Sources::default();
            let file = sources.push(SourceFile::new("compose.yml", self.text));
            let mut facts = FileFacts::default();
            ignores::read(sources.get(file), &mut facts);
            let mut findings: Vec<Finding> = self
                .findings
                .iter()
                .map(|(rule, needle)| {
                    let at = self.text.find(needle).unwrap();
                    let place = Place {
                        file,
                        span: Span::new(at, at + needle.len()),
                    };
                    Finding::new(rules::find(rule).unwrap().id, Severity::Error, "m", place)
                })
                .collect();
            let ran = Ran {
                rules: &self.ran,
                narrowed: self.narrowed,
            };
            let result = apply(&mut findings, &[facts], &sources, ran);
            (
                findings.iter().map(|f| f.rule.name).collect(),
                result.count,
                result
                    .unused
                    .iter()
                    .map(|f| format!("{}: {}", sources.slice(f.primary.place), f.message))
                    .collect(),
            )
        }
    }

    const NOTHING: &str = "reports nothing here, so this ignore silences nothing";

    #[test]
    fn by_code_and_by_name_on_the_line_and_above() {
        let case = Case::new(
            "a: 5432 # portlint: ignore[pl001]\n# portlint: ignore[port-collision] why\nb: 5433\nc: 5434\n",
            &[
                ("PL001", "5432"),
                ("port-collision", "5433"),
                ("PL001", "5434"),
                ("PL002", "5432"),
            ],
        );
        assert_eq!(
            case.run(),
            (vec!["database-port-outside-range", "wrong-band"], 2, vec![])
        );
    }

    #[test]
    fn a_whole_file_and_all_rules() {
        let case = Case::new(
            "# portlint: ignore-file[PL001]\na: 5432\nb: 5433 # portlint: ignore\n",
            &[("PL001", "5432"), ("PL005", "5433"), ("PL005", "5432")],
        );
        assert_eq!(case.run(), (vec!["port-collision"], 2, vec![]));
    }

    #[test]
    fn what_silences_nothing_is_said() {
        let case = Case::new(
            "a: 1 # portlint: ignore[PL001, wrong-bands, PL002]\nb: 2 # portlint: ignore\n",
            &[("PL002", "1")],
        );
        let (kept, count, unused) = case.run();
        assert_eq!((kept.len(), count), (0, 1));
        assert_eq!(
            unused,
            [
                format!("PL001: the rule `database-port-outside-range` {NOTHING}"),
                "wrong-bands: there is no rule `wrong-bands`, so this ignore silences nothing"
                    .into(),
                "# portlint: ignore: this ignore silences nothing".into(),
            ]
        );
    }

    #[test]
    fn an_ignore_for_a_rule_that_did_not_run_is_not_called_unused() {
        let text = "a: 1 # portlint: ignore[PL001]\nb: 2 # portlint: ignore\n";
        let mut case = Case::new(text, &[]);
        case.ran.retain(|r| r.id.code != "PL001");
        case.narrowed = true;
        assert_eq!(case.run(), (vec![], 0, vec![]));
        let mut case = Case::new(text, &[]);
        case.ran.retain(|r| r.id != rules::UNUSED_IGNORE);
        assert_eq!(case.run(), (vec![], 0, vec![]));
    }

    #[test]
    fn unused_ignores_can_be_ignored_by_name() {
        let case = Case::new("a: 1 # portlint: ignore[PL001, unused-ignore]\n", &[]);
        assert_eq!(case.run(), (vec![], 1, vec![]));
        let case = Case::new(
            "# portlint: ignore-file[PL016]\na: 1 # portlint: ignore\n",
            &[],
        );
        assert_eq!(case.run(), (vec![], 1, vec![]));
        let case = Case::new("a: 1 # portlint: ignore[unused-ignore]\n", &[]);
        assert_eq!(
            case.run(),
            (
                vec![],
                0,
                vec![format!("unused-ignore: the rule `unused-ignore` {NOTHING}")]
            )
        );
    }

    #[test]
    fn an_ignore_at_a_further_place_is_told_where_to_go() {
        let text = "a: 1\nb: 2 # portlint: ignore[PL005]\n";
        let mut sources = Sources::default();
        let file = sources.push(SourceFile::new("compose.yml", text));
        let mut facts = FileFacts::default();
        ignores::read(sources.get(file), &mut facts);
        let place = |at: usize| Place {
            file,
            span: Span::new(at, at + 1),
        };
        let rule = rules::find("PL005").unwrap().id;
        let mut findings =
            vec![Finding::new(rule, Severity::Error, "m", place(3)).related(place(8), "")];
        let ran = Ran {
            rules: rules::ALL,
            narrowed: false,
        };
        let result = apply(&mut findings, &[facts], &sources, ran);
        let unused = result.unused.first().unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(unused.related.first().unwrap().place, place(3));
    }

    #[test]
    fn what_failed_inside_cannot_be_silenced() {
        let case = Case::new(
            "# portlint: ignore-file\na: 1\n",
            &[("internal-error", "1")],
        );
        let (kept, count, _) = case.run();
        assert_eq!((kept, count), (vec!["internal-error"], 0));
    }
}
