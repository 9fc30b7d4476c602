//! Source code in languages without a reader of their own: addresses, and ports beside their hosts, paragraph by paragraph.

use super::Reader;
use super::scan::Scan;
use crate::classify::Name;
use crate::facts::{FileFacts, ReadBy};
use crate::source::{SourceFile, Style, Text, mark_len};

/// The reader's registration.
pub const READER: Reader = Reader {
    name: "other",
    wants,
    read,
};

/// Endings of such files.
const EXTENSIONS: &[&str] = &[
    "ex", "exs", "erl", "dart", "swift", "lua", "clj", "cljs", "edn", "groovy", "gradle", "nix",
    "pl", "pm", "jl", "r", "cr", "zig", "hs", "ml", "fs", "fsx", "vb", "c", "cc", "cpp", "h",
    "hpp", "prisma",
];

/// Longest paragraph that is read as one, in bytes, each line's end counted as one.
const LONGEST: usize = 4096;

fn wants(name: &Name<'_>, _text: &str) -> bool {
    EXTENSIONS.contains(&name.ending()) || name.lower == "jenkinsfile"
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let scan = Scan::by(ReadBy::Host);
    for (at, paragraph) in paragraphs(&file.text) {
        let first = facts.sightings.len();
        let text = Text::verbatim(paragraph, at, Style::Plain);
        scan.snippet(&text, &mut facts.sightings);
        // a name alone says too little where the language is not known
        let found = facts.sightings.split_off(first);
        let hosted = found.into_iter().filter(|s| s.host.is_some());
        facts.sightings.extend(hosted);
    }
}

/// Lines between blank ones, with their places.
fn paragraphs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = mark_len(text);
    std::iter::from_fn(move || {
        let start = at;
        // counted without carriage returns, so that line ends decide nothing
        let mut length = 0;
        for line in text.get(start..)?.split_inclusive('\n') {
            length += line.trim_end_matches(['\r', '\n']).len() + 1;
            let ends = line.trim().is_empty() || length > LONGEST;
            if ends && at > start {
                break;
            }
            at += line.len();
            if ends {
                break;
            }
        }
        (at > start).then(|| Some((start, text.get(start..at)?)))?
    })
}

#[cfg(test)]
mod tests {
    use crate::formats;
    use crate::source::SourceFile;

    fn seen(path: &str, text: &str) -> Vec<String> {
        let file = SourceFile::new(path, text);
        let facts = formats::read(&file);
        let shown = facts.sightings.iter().map(|s| {
            let host = s.host.as_ref().map_or("-", |h| h.text.as_str());
            format!("{}:{} {host}", file.line(s.span.start), s.port)
        });
        shown.collect()
    }

    #[test]
    fn addresses_and_ports_beside_their_hosts() {
        let text = "\
import Config

config :shop, Shop.Repo,
  username: \"shop\",
  hostname: \"localhost\",
  port: 5432,
  pool_size: 10

config :shop, ShopWeb.Endpoint,
  http: [port: 4000],
  timeout: 5432

config :shop, redis: System.get_env(\"REDIS_URL\") || \"redis://cache:6379\"
";
        let expected = ["6:5432 localhost", "13:6379 cache"];
        assert_eq!(seen("config/dev.exs", text), expected);
        assert_eq!(
            seen("config/dev.exs", &text.replace('\n', "\r\n")),
            expected
        );
        assert_eq!(
            seen(
                "db.lua",
                "local db = connect(\"postgres://localhost:5432/shop\")\n"
            ),
            ["1:5432 localhost"]
        );
        assert_eq!(seen("a.lua", ""), [""; 0]);
        assert_eq!(seen("a.lua", "\n\n"), [""; 0]);
        assert_eq!(seen("a.lua", &"x = 5432\n".repeat(2000)), [""; 0]);
    }

    #[test]
    fn line_ends_do_not_cut_a_long_paragraph() {
        let filler = "  # words\n".repeat(380);
        let text = format!("hostname: \"localhost\",\n{filler}  port: 5432\n");
        let plain = seen("config/dev.exs", &text);
        assert_eq!(plain.len(), 1);
        assert_eq!(seen("config/dev.exs", &text.replace('\n', "\r\n")), plain);
    }
}
