//! What portlint itself wrote into the repository: reports, the baseline, an inventory. They repeat the ports of other files and
//! declare none; above all, no fix may touch them.

/// Bytes in which a document says whose it is.
const HEAD: usize = 4096;

/// What the documents hold near their beginning, white space taken out.
const MARKS: [&str; 10] = [
    // json, jsonl, the baseline, the inventory
    r#""tool":{"name":"portlint""#,
    r#"{"type":"finding","code":"PL"#,
    r#""tool":"portlint""#,
    r#"{"schema":1,"ranges":[{"name":"#,
    // sarif, rdjson, junit, checkstyle, html
    r#""automationDetails":{"id":"portlint/""#,
    r#""source":{"name":"portlint""#,
    r#"<testsuitesname="portlint""#,
    r#"source="portlint.PL"#,
    "<title>portlint:",
    // SARIF of any tool.
    "sarif-2.1.0",
];

/// Whether `text` is a document that portlint wrote.
pub fn is_own(text: &str) -> bool {
    let head = text.get(..text.floor_char_boundary(HEAD)).unwrap_or("");
    let first = head.trim_start_matches('\u{feff}').trim_start();
    if is_log(first.lines().next().unwrap_or("")) || first.starts_with("## portlint\n") {
        return true;
    }
    if !first.starts_with(['{', '[', '<']) {
        return false;
    }
    let dense: String = first.chars().filter(|c| !c.is_whitespace()).collect();
    // GitLab's report has no place for a tool's name.
    let quality = dense.starts_with(r#"[{"description":""#) && dense.contains(r#","check_name":""#);
    quality || MARKS.iter().any(|mark| dense.contains(mark))
}

/// Whether a line is the first of findings that were written to a file: `error[PL001]: …`, `path:1:2: PL001 …`, `::error file=…`.
fn is_log(line: &str) -> bool {
    let code = |text: &str, close: &str| {
        text.match_indices("PL").any(|(i, _)| {
            let digits = text
                .get(i + 2..i + 5)
                .is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()));
            digits
                && text
                    .get(i + 5..)
                    .is_some_and(|rest| rest.starts_with(close))
        })
    };
    let starts = |words: &[&str]| words.iter().any(|w| line.starts_with(w));
    (starts(&["error[PL", "warning[PL", "note[PL"]) && code(line, "]: "))
        || (starts(&["::error ", "::warning ", "::notice "]) && line.contains("title=PL"))
        || line.split_once(": PL").is_some_and(|(place, rest)| {
            let mut parts = place.rsplit(':');
            let mut number = || parts.next().is_some_and(|p| p.parse::<u32>().is_ok());
            number() && number() && code(&format!("PL{rest}"), " ")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_others_are_read() {
        for text in [
            "",
            "{\"name\": \"portlint\", \"version\": \"1\"}",
            "# portlint\n\nuses `PL001 ` codes",
            "services:\n  db:\n    image: postgres # portlint: ignore[PL001]\n",
            "host:5432: PLEASE 1",
            "[{\"name\": \"a\", \"port\": 5432}]",
            "[{\"description\": \"a database\", \"port\": 5432}]",
        ] {
            assert!(!is_own(text), "{text}");
        }
    }
}
