//! Input that nobody writes by accident.

use super::tests::{Repo, db, resolved};
use super::{effective, files};

#[test]
fn hostile_env_files_cost_little() {
    let mut text = "A0=xxxxxxxxxx\n".to_owned();
    for i in 1..20_000 {
        text.push_str(&format!("A{i}=${{A{p}}}${{A{p}}}\n", p = i - 1));
    }
    let repo = resolved(&[
        ("compose.yml", &db("'${A19999:-7000}:5432'")),
        (".env", &text),
    ]);
    assert!(repo.model.declarations.len() <= 1);
    // a chain that only passes a value on is followed to its end
    let mut text = "B0=7000\n".to_owned();
    for i in 1..20_000 {
        text.push_str(&format!("B{i}=$B{}\n", i - 1));
    }
    let repo = resolved(&[("compose.yml", &db("'${B19999}:5432'")), (".env", &text)]);
    assert_eq!(repo.origin(repo.published(0).origin), "env .env:1 7000");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Pieces of compose and env files in any order: nothing stumbles, and every place lies in its file.
    #[test]
    fn mixtures_of_files_are_resolved(
        pieces in proptest::collection::vec(0usize..18, 0..14),
        env in "[A-C]=[$\\{}A-C:5-]{0,8}\n{0,2}",
    ) {
        const PIECES: [&str; 18] = [
            "services:\n", "  a:\n", "  b:\n", "    image: postgres\n", "    image: ${A:-redis}\n",
            "    ports: ['${A:-5432}:5432']\n", "    ports: [\"$B\", '1-2:3-4']\n", "    ports: !override [5]\n",
            "    ports:\n      - {target: '${C}', published: '${A-1}'}\n", "    extends: a\n",
            "    extends: {file: other.yml, service: b}\n", "    network_mode: host\n", "include: [other.yml, compose.yml]\n",
            "    environment: {DB_PORT: '$A', DB_HOST: b, U: 'x://b:${C:-1}/'}\n", "---\n", "    build: .\n", "🐘\n", "    ports: !reset\n",
        ];
        let text: String = pieces.iter().filter_map(|i| PIECES.get(*i)).copied().collect();
        let other: String = pieces.iter().rev().filter_map(|i| PIECES.get(*i)).copied().collect();
        let compose = format!("services:\n  b:\n    image: x\n{text}");
        let files = [("compose.yml", compose.as_str()), ("other.yml", &other), (".env", &env)];
        let repo = Repo::new(&files);
        let known = files::Files::new(&repo.sources, &repo.facts);
        for (id, _) in repo.sources.iter() {
            let _ = effective::effective(&known, id);
        }
        let repo = resolved(&files);
        for declaration in &repo.model.declarations {
            let length = repo.sources.get(declaration.file).text.len();
            proptest::prop_assert!(declaration.entry.range().end <= length);
            if let Some(published) = &declaration.published {
                let place = published.origin.place();
                proptest::prop_assert!(!repo.sources.slice(place).is_empty());
            }
        }
    }
}
