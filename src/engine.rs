//! Runs the stages in order. The result is the same whatever the number of threads.

use crate::baseline::{Baseline, Entry};
use crate::changes::Changes;
use crate::classify::Name;
use crate::error::Error;
use crate::facts::{FileFacts, Problem, ProblemKind};
use crate::finding::{Confidence, Finding, Report, RuleId, Severity};
use crate::fingerprint;
use crate::focus::{Focus, Reach};
use crate::formats;
use crate::git::WorkTree;
use crate::guard::guard;
use crate::inventory::Inventory;
use crate::judge::judge;
use crate::load::{self, Loaded, Reading, load};
use crate::model::{Model, Reference};
use crate::plan::{Plan, plan};
use crate::policy::Policy;
use crate::render::PortMap;
use crate::resolve::resolve;
use crate::root::Root;
use crate::rules::{Context, INTERNAL_ERROR, Rule};
use crate::select::Chosen;
use crate::source::{FileId, Place, SourceFile, Sources, Span};
use crate::suppress::{self, Ran};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Findings over this number are cut, the gravest kept: nobody reads more, and memory stays bounded.
pub const MOST_FINDINGS: usize = 20_000;

/// Bytes of stack for each thread: parsers go deeper than the usual two megabytes allow in debug builds.
const STACK: usize = 16 << 20;

/// What a run is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Files and folders to report on; the current folder if there is none.
    pub paths: Vec<PathBuf>,
    /// The root, if it is not to be found from the paths.
    pub root: Option<PathBuf>,
    /// The policy file, if it is not to be found from the root.
    pub config: Option<PathBuf>,
    /// Codes or names of the only rules to run.
    pub select: Vec<String>,
    /// Codes or names of rules not to run.
    pub ignore: Vec<String>,
    /// Findings below this severity are left out.
    pub min_severity: Severity,
    /// Findings below this confidence are left out.
    pub min_confidence: Confidence,
    /// Findings that are accepted.
    pub baseline: Option<Baseline>,
    /// What of the findings is reported beside what the paths say.
    pub narrowing: Narrowing,
    /// Whether paths that are given by name, but left out by an ignore file or by default, stay out.
    pub force_exclude: bool,
    /// Threads; 0 takes as many as there are cores.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            root: None,
            config: None,
            select: Vec::new(),
            ignore: Vec::new(),
            min_severity: Severity::Note,
            min_confidence: Confidence::Likely,
            baseline: None,
            narrowing: Narrowing::Paths,
            force_exclude: false,
            threads: 0,
        }
    }
}

/// What is reported.
#[derive(Clone, Debug, Default)]
pub enum Narrowing {
    /// What has a place in the paths.
    #[default]
    Paths,
    /// What touches one of the paths, by a place or by an edit. They are the files of a change: some may be gone, none of them
    /// is read if it would not be read otherwise, and if there is none, there is nothing to report.
    Changed,
    /// What has a place in the paths that was touched since a revision of Git.
    Since(String),
    /// What has its first place in the one path, whose text this is, whatever lies on disk.
    Buffer(String),
}

/// A repository, read and judged.
#[derive(Debug)]
pub struct Repo {
    /// Where it lies.
    pub root: Root,
    /// What it is judged by.
    pub policy: Policy,
    /// The files that say something.
    pub sources: Sources,
    /// What they say together.
    pub model: Model,
    /// Every sighting with its side and its declaration.
    pub references: Vec<Reference>,
    /// Verdicts and moves.
    pub plan: Plan,
    /// How many files were read.
    pub checked: usize,
    /// What changed, if only findings about that are reported.
    pub changes: Option<Changes>,
    /// How many of the paths asked for lie elsewhere.
    pub elsewhere: usize,
}

/// What a run gives.
#[derive(Debug)]
pub struct Outcome {
    /// The findings with their files.
    pub report: Report,
    /// The root of the files.
    pub root: Root,
    /// Files, or parts of them, that were left out for a reason that a person should know.
    pub skipped: Vec<Skipped>,
    /// Entries of the baseline that no longer occur.
    pub stale: Vec<Entry>,
    /// How many files declare or mention ports, or feed those that do.
    pub relevant: usize,
    /// The published ports of the files that were asked for.
    pub ports: PortMap,
    /// Whether something failed inside.
    pub failed: bool,
    /// How many of the paths asked for lie outside the root.
    pub elsewhere: usize,
}

/// Something that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The place; an empty span means the whole file.
    pub place: Place,
    /// Why, a clause.
    pub reason: String,
}

impl Repo {
    /// Reads and judges the repository of the options' paths.
    pub fn load(options: &Options) -> Result<Self, Error> {
        in_threads(options.threads, || Self::load_here(options))
    }

    pub(crate) fn load_here(options: &Options) -> Result<Self, Error> {
        let (root, elsewhere) = root(options)?;
        Self::load_at(root, elsewhere, options, reading(options))
    }

    fn load_at(
        root: Root,
        elsewhere: usize,
        options: &Options,
        reading: Reading<'_>,
    ) -> Result<Self, Error> {
        let policy = policy(&root, options)?;
        let Loaded {
            sources,
            files,
            checked,
        } = load(&root, &policy, reading)?;
        let changes = match &options.narrowing {
            Narrowing::Since(revision) => Some(since(revision, &root, &sources)?),
            _ => None,
        };
        Ok(Self {
            changes,
            elsewhere,
            ..Self::of(root, policy, sources, files, checked)
        })
    }

    /// Reads and judges texts by path, as if they were all that there is. Nothing on disk is looked at.
    pub fn of_texts<'t>(
        policy: Policy,
        texts: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Self {
        let texts: BTreeMap<&str, &str> = texts.into_iter().collect();
        let checked = texts.len();
        let read = texts.into_iter().filter_map(|(path, text)| {
            let file = SourceFile::new(path, text);
            let facts = formats::read(&file);
            (!facts.is_empty()).then_some((file, facts))
        });
        let (sources, files): (Vec<_>, Vec<_>) = read.unzip();
        let root = Root {
            dir: PathBuf::new(),
            prefix: String::new(),
            asked: Vec::new(),
            scope: None,
        };
        Self::of(root, policy, Sources::new(sources), files, checked)
    }

    /// Judges what was read.
    fn of(
        root: Root,
        policy: Policy,
        sources: Sources,
        files: Vec<FileFacts>,
        checked: usize,
    ) -> Self {
        let model = resolve(files, &sources, &policy);
        let references = judge(&model, &sources, &policy);
        let plan = plan(&model, &sources, &policy, &references);
        Self {
            root,
            policy,
            sources,
            model,
            references,
            plan,
            checked,
            changes: None,
            elsewhere: 0,
        }
    }

    /// The same repository with other texts in some of its files, judged anew in memory.
    #[must_use]
    pub fn amended(&self, texts: &BTreeMap<FileId, String>) -> Self {
        let mut sources = Sources::default();
        let mut files = Vec::with_capacity(self.model.files.len());
        for ((id, source), facts) in self.sources.iter().zip(&self.model.files) {
            let Some(text) = texts.get(&id) else {
                sources.push(source.clone());
                files.push(facts.clone());
                continue;
            };
            let file = SourceFile::new(Arc::clone(&source.path), text.as_str());
            files.push(reread(&file, facts));
            sources.push(file);
        }
        let (root, policy) = (self.root.clone(), self.policy.clone());
        Self {
            changes: self.changes.clone(),
            elsewhere: self.elsewhere,
            ..Self::of(root, policy, sources, files, self.checked)
        }
    }

    /// The published ports of the files that were asked for.
    pub fn port_map(&self) -> PortMap {
        let inventory = Inventory {
            sources: &self.sources,
            model: &self.model,
            references: &self.references,
            plan: &self.plan,
            policy: &self.policy,
        };
        inventory.port_map(|path| self.root.in_scope(path))
    }

    fn context(&self) -> Context<'_> {
        Context {
            sources: &self.sources,
            model: &self.model,
            references: &self.references,
            plan: &self.plan,
            policy: &self.policy,
        }
    }

    /// Problems of all files, by file and place.
    fn problems(&self) -> impl Iterator<Item = (FileId, &Problem)> {
        self.model.files.iter().enumerate().flat_map(|(i, facts)| {
            facts
                .problems
                .iter()
                .map(move |p| (FileId(Span::at(i).start), p))
        })
    }
}

/// Checks the repository of the options' paths.
pub fn check(options: &Options) -> Result<Outcome, Error> {
    in_threads(options.threads, || match clean_change(options)? {
        Some(outcome) => Ok(outcome),
        None => outcome_of(Repo::load_here(options)?, options),
    })
}

fn outcome_of(repo: Repo, options: &Options) -> Result<Outcome, Error> {
    let chosen = Chosen::new(&repo.policy, &options.select, &options.ignore)?;
    let judged = judged(&repo, &chosen, options);
    Ok(outcome(repo, judged))
}

/// The outcome of a change to files that declare nothing, if it is clean. Most commits are such, and most files of a repository need
/// not be opened to see it: what is wrong with the changed files shows in them and in what declares ports. Where something is
/// wrong, the whole repository has its say in what to do about it, so that nothing is given back.
fn clean_change(options: &Options) -> Result<Option<Outcome>, Error> {
    if !matches!(options.narrowing, Narrowing::Changed) || options.baseline.is_some() {
        return Ok(None);
    }
    let (root, elsewhere) = root(options)?;
    let declares =
        |path: &String| formats::may_declare(&Name::of(path)) || !root.dir.join(path).is_file();
    if root
        .scope
        .as_ref()
        .is_none_or(|paths| paths.iter().any(declares))
    {
        return Ok(None);
    }
    let narrow = Reading {
        narrow: true,
        ..reading(options)
    };
    let outcome = outcome_of(Repo::load_at(root, elsewhere, options, narrow)?, options)?;
    let clean = outcome.report.findings.is_empty() && outcome.relevant > 0 && !outcome.failed;
    Ok(clean.then_some(outcome))
}

/// The root of the options' paths, and how many of these lie elsewhere.
fn root(options: &Options) -> Result<(Root, usize), Error> {
    let here = [PathBuf::from(".")];
    let paths = if options.paths.is_empty() {
        here.as_slice()
    } else {
        &options.paths
    };
    let by_hand = options.root.as_deref();
    match (&options.narrowing, paths) {
        (Narrowing::Changed, _) => Root::of_changed(&options.paths, by_hand),
        (Narrowing::Buffer(_), [path]) => Ok((Root::of_buffer(path, by_hand)?, 0)),
        _ => Ok((Root::find(paths, by_hand)?, 0)),
    }
}

fn policy(root: &Root, options: &Options) -> Result<Policy, Error> {
    let rules: Vec<_> = crate::rules::ALL.iter().map(|rule| rule.id).collect();
    let top = root.work_tree().unwrap_or(&root.dir);
    Ok(Policy::load(&root.dir, top, options.config.as_deref(), &rules).map_err(Box::new)?)
}

/// The files on which a run depends; some may not be there.
pub fn files(options: &Options) -> Result<BTreeSet<PathBuf>, Error> {
    let (root, _) = root(options)?;
    let policy_files = crate::policy::FILES.iter().map(|name| root.dir.join(name));
    let mut files: BTreeSet<PathBuf> = policy_files.chain(options.config.clone()).collect();
    // A broken policy is no reason not to notice that it is mended.
    let policy = policy(&root, options).unwrap_or_else(|_| Policy::builtin());
    let watched = load::watched(&root, &policy, reading(options))?;
    files.extend(watched.iter().map(|path| root.dir.join(path)));
    Ok(files)
}

fn reading(options: &Options) -> Reading<'_> {
    Reading {
        force_exclude: options.force_exclude || matches!(options.narrowing, Narrowing::Changed),
        buffer: match &options.narrowing {
            Narrowing::Buffer(text) => Some(text),
            _ => None,
        },
        narrow: false,
        threads: options.threads,
    }
}

/// What changed since a revision of the work tree that the root lies in.
fn since(revision: &str, root: &Root, sources: &Sources) -> Result<Changes, Error> {
    let top = root.work_tree().ok_or_else(|| Error::Usage {
        message: format!(
            "`--diff-base` asks Git, but `{}` lies in no work tree of Git",
            root.dir.display()
        ),
        help: None,
    })?;
    let tree = WorkTree {
        top,
        prefix: &root.prefix,
    };
    let wanted: BTreeSet<&str> = sources.iter().map(|(_, file)| &*file.path).collect();
    tree.since(revision, &wanted)
}

/// Reads a file in the way in which it was read before.
fn reread(file: &SourceFile, before: &FileFacts) -> FileFacts {
    let facts = formats::read(file);
    if before.env.is_some() && facts.env.is_none() {
        formats::read_as(formats::ENV_READER, file)
    } else {
        facts
    }
}

/// The findings of a repository, in the canonical order.
#[derive(Debug, Default)]
pub struct Judged {
    /// What the run was asked for.
    pub findings: Vec<Finding>,
    /// How many an ignore comment or the baseline silenced.
    pub suppressed: usize,
    /// Entries of the baseline that no longer occur.
    pub stale: Vec<Entry>,
}

/// Runs the rules, and leaves out what the options and ignore comments leave out.
pub fn judged(repo: &Repo, chosen: &Chosen, options: &Options) -> Judged {
    let mut findings = run_rules(repo, &chosen.rules);
    findings.retain_mut(|f| chosen.apply(f, &repo.sources.get(f.primary.place.file).path));
    findings.extend(
        repo.problems()
            .filter_map(|(file, p)| internal_problem(file, p)),
    );
    put_in_order(&mut findings, &repo.sources);
    // Before anything is taken out: a fingerprint counts the findings of its kind.
    fingerprint::assign(&mut findings, &repo.sources);
    let mut suppressed = suppress_ignored(&mut findings, repo, chosen, options);
    let mut stale = Vec::new();
    if let Some(baseline) = &options.baseline {
        let ran = |code: &str| chosen.rules.iter().any(|r| r.id.code == code);
        let applied = baseline.apply(&mut findings, ran);
        suppressed += applied.count;
        stale = applied.stale;
    }
    let focus = focus(repo, &options.narrowing);
    findings.retain(|f| {
        f.rule == INTERNAL_ERROR
            || (f.severity >= options.min_severity
                && f.confidence >= options.min_confidence
                && focus.shows(f))
    });
    put_in_order(&mut findings, &repo.sources);
    Judged {
        findings,
        suppressed,
        stale,
    }
}

/// Makes the result of a run.
pub fn outcome(repo: Repo, judged: Judged) -> Outcome {
    let Judged {
        mut findings,
        suppressed,
        stale,
    } = judged;
    let cut = keep_gravest(&mut findings);
    if cut > 0 {
        put_in_order(&mut findings, &repo.sources);
    }
    let skipped = repo
        .problems()
        .filter(|(file, p)| {
            p.kind == ProblemKind::Skipped && repo.root.in_scope(&repo.sources.get(*file).path)
        })
        .map(|(file, problem)| Skipped {
            place: Place {
                file,
                span: problem.span,
            },
            reason: problem.message.clone(),
        })
        .collect();
    Outcome {
        relevant: repo
            .model
            .files
            .iter()
            .filter(|f| f.says_something())
            .count(),
        failed: findings.iter().any(|f| f.rule == INTERNAL_ERROR),
        skipped,
        stale,
        ports: repo.port_map(),
        elsewhere: repo.elsewhere,
        root: repo.root,
        report: Report {
            sources: repo.sources,
            findings,
            checked: repo.checked,
            suppressed,
            cut,
        },
    }
}

/// The canonical order, each finding once.
fn put_in_order(findings: &mut Vec<Finding>, sources: &Sources) {
    findings.sort_by(|a, b| a.sort_key(sources).cmp(&b.sort_key(sources)));
    findings.dedup();
}

/// Takes out what ignore comments silence, adds what is to be said of them, and counts.
fn suppress_ignored(
    findings: &mut Vec<Finding>,
    repo: &Repo,
    chosen: &Chosen,
    options: &Options,
) -> usize {
    let ran = Ran {
        rules: &chosen.rules,
        narrowed: !options.select.is_empty() || !options.ignore.is_empty(),
    };
    let mut done = suppress::apply(findings, &repo.model.files, &repo.sources, ran);
    done.unused
        .retain_mut(|f| chosen.apply(f, &repo.sources.get(f.primary.place.file).path));
    fingerprint::assign(&mut done.unused, &repo.sources);
    findings.append(&mut done.unused);
    done.count
}

/// Runs the rules side by side; one that fails is a finding, and the others' results stand.
fn run_rules(repo: &Repo, rules: &[&'static Rule]) -> Vec<Finding> {
    let context = repo.context();
    let found: Vec<Vec<Finding>> = rules
        .par_iter()
        .map(|rule| {
            let mut findings = Vec::new();
            if let Err(panic) = guard(|| (rule.check)(&context, &mut findings)) {
                findings.push(failed_rule(rule.id, &panic));
            }
            findings
        })
        .collect();
    found.into_iter().flatten().collect()
}

/// No file has this number: its path is empty.
const NOWHERE: FileId = FileId(u32::MAX);

fn failed_rule(rule: RuleId, panic: &str) -> Finding {
    let nowhere = Place {
        file: NOWHERE,
        span: Span::default(),
    };
    internal(nowhere, format!("the rule `{}` failed: {panic}", rule.name)).subject(rule.name)
}

fn internal_problem(file: FileId, problem: &Problem) -> Option<Finding> {
    let place = Place {
        file,
        span: problem.span,
    };
    (problem.kind == ProblemKind::Internal)
        .then(|| internal(place, problem.message.clone()).subject("reader"))
}

fn internal(place: Place, message: String) -> Finding {
    Finding::new(INTERNAL_ERROR, Severity::Error, message, place)
        .help("this is a bug in portlint; please report it with the file. All other results stand")
}

fn focus<'a>(repo: &'a Repo, narrowing: &Narrowing) -> Focus<'a> {
    let reach = match narrowing {
        Narrowing::Paths | Narrowing::Since(_) => Reach::Places,
        Narrowing::Changed => Reach::PlacesAndEdits,
        Narrowing::Buffer(_) => Reach::FirstPlace,
    };
    // Another policy is another judgement of every file.
    let policy = repo.policy.file.as_deref();
    let changes = repo
        .changes
        .as_ref()
        .filter(|changes| !policy.is_some_and(|file| changes.contains(file)));
    let all = reach == Reach::PlacesAndEdits && policy.is_some_and(|file| repo.root.in_scope(file));
    Focus {
        root: (!all).then_some(&repo.root),
        sources: &repo.sources,
        reach,
        touched: changes.map(|c| c.touched(&repo.sources, &repo.model.files)),
    }
}

/// Cuts the least grave findings beyond [`MOST_FINDINGS`], and says how many.
fn keep_gravest(findings: &mut Vec<Finding>) -> usize {
    let cut = findings.len().saturating_sub(MOST_FINDINGS);
    if cut > 0 {
        findings.sort_by_key(|f| (Reverse(f.severity), Reverse(f.confidence), f.primary.place));
        findings.truncate(MOST_FINDINGS);
    }
    cut
}

/// Runs `work` with this many threads.
pub(crate) fn in_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK)
        .build();
    match pool {
        Ok(pool) => pool.install(work),
        // No threads to be had: the work is done on this one.
        Err(_) => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static FAILING: Rule = Rule {
        id: RuleId {
            code: "PL999",
            name: "failing",
        },
        severity: Severity::Error,
        default_on: true,
        page: "",
        fixable: false,
        check: |_, _| panic!("on purpose"),
    };

    #[test]
    fn a_rule_that_fails_is_a_finding_and_the_others_stand() {
        let dir = tempfile::tempdir().unwrap();
        let compose = "services:\n  db:\n    image: postgres:17\n    ports: [\"5432:5432\"]\n";
        std::fs::write(dir.path().join("compose.yaml"), compose).unwrap();
        let options = Options {
            root: Some(dir.path().to_path_buf()),
            paths: vec![dir.path().to_path_buf()],
            // It cannot be filtered away.
            min_severity: Severity::Error,
            ..Options::default()
        };
        let repo = Repo::load(&options).unwrap();
        let mut chosen = Chosen::new(&repo.policy, &[], &[]).unwrap();
        chosen.rules.insert(0, &FAILING);
        let judged = judged(&repo, &chosen, &options);
        let outcome = outcome(repo, judged);
        assert!(outcome.failed);
        let findings = &outcome.report.findings;
        let failed = findings.iter().find(|f| f.rule == INTERNAL_ERROR).unwrap();
        assert_eq!(failed.message, "the rule `failing` failed: on purpose");
        assert!(
            findings
                .iter()
                .any(|f| f.rule.name == "database-port-outside-range")
        );
    }

    #[test]
    fn of_too_many_findings_the_gravest_stay() {
        let finding = |severity, at: usize| {
            let place = Place {
                file: FileId(0),
                span: Span::at(at),
            };
            Finding::new(FAILING.id, severity, "x", place)
        };
        let mut findings: Vec<Finding> = (0..MOST_FINDINGS)
            .map(|i| finding(Severity::Note, i))
            .chain([finding(Severity::Error, 7), finding(Severity::Warning, 9)])
            .collect();
        assert_eq!(keep_gravest(&mut findings), 2);
        assert_eq!(findings.len(), MOST_FINDINGS);
        let grave = findings
            .iter()
            .filter(|f| f.severity > Severity::Note)
            .count();
        assert_eq!(grave, 2);
    }
}
