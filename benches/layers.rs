//! How long each layer takes: the readers on one file each, and resolving and judging on the example repository.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use portlint::engine::{Options, Repo};
use portlint::formats;
use portlint::judge::judge;
use portlint::plan::plan;
use portlint::policy::Policy;
use portlint::resolve::resolve;
use portlint::source::SourceFile;
use std::hint::black_box;
use std::path::PathBuf;

/// One file of each sort, from the example, long enough to measure.
const FILES: &[&str] = &[
    "compose.yaml",
    ".env",
    "docs/ports.md",
    "docs/operations.md",
    "monitoring/prometheus/prometheus.yml",
    "scripts/backup.sh",
    "services/market-data/src/config.js",
];

fn example() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/trading-stack"
    ))
}

fn readers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for path in FILES {
        let text = std::fs::read_to_string(example().join(path)).unwrap();
        group.throughput(Throughput::Bytes(text.len() as u64));
        let file = SourceFile::new(*path, text);
        group.bench_function(*path, |b| b.iter(|| formats::read(black_box(&file))));
    }
    group.finish();
}

fn stages(criterion: &mut Criterion) {
    let options = Options {
        paths: vec![example()],
        ..Options::default()
    };
    let repo = Repo::load(&options).unwrap();
    let policy = Policy::builtin();
    criterion.bench_function("resolve", |b| {
        b.iter(|| resolve(black_box(repo.model.files.clone()), &repo.sources, &policy));
    });
    criterion.bench_function("judge", |b| {
        b.iter(|| judge(black_box(&repo.model), &repo.sources, &policy))
    });
    criterion.bench_function("plan", |b| {
        b.iter(|| {
            plan(
                black_box(&repo.model),
                &repo.sources,
                &policy,
                &repo.references,
            )
        });
    });
    criterion.bench_function("whole run", |b| {
        b.iter(|| Repo::load(black_box(&options)).unwrap())
    });
}

criterion_group!(benches, readers, stages);
criterion_main!(benches);
