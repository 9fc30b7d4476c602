//! Values that a template computes: what they are if nobody says otherwise.

use std::ops::Range;

/// The variable and the place of the default of a value that is one expression of ERB, Helm, Jinja or their like:
/// `<%= ENV.fetch("DB_PORT", 5432) %>`, `<%= ENV["DB_PORT"] || 5432 %>`, `{{ default 6379 .Values.redis.port }}`,
/// `{{ db_port | default(5432) }}`.
pub(super) fn default(value: &str) -> Option<(Option<String>, Range<usize>)> {
    let trimmed = value.trim();
    let start = value.len() - value.trim_start().len();
    if let Some(code) = between(trimmed, "<%=", "%>") {
        let base = start + "<%=".len();
        let name = literal(code, code.find("ENV")?)?;
        let variable = code.get(name.clone())?.to_owned();
        let range = literal(code, name.end + 1)?;
        return Some((Some(variable), base + range.start..base + range.end));
    }
    let code = between(trimmed, "{{", "}}")?;
    let base = start + "{{".len();
    let range = literal(code, code.find("default")?)?;
    Some((None, base + range.start..base + range.end))
}

/// What stands between two marks that begin and end a text.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let inner = text.strip_prefix(open)?.strip_suffix(close)?;
    (!inner.contains(open)).then_some(inner)
}

/// The first quoted text (its inside) or number at or behind `from`.
fn literal(code: &str, from: usize) -> Option<Range<usize>> {
    let rest = code.get(from..)?;
    let start = rest.find(|c: char| c.is_ascii_digit() || matches!(c, '"' | '\''))?;
    let quote = rest
        .get(start..)?
        .chars()
        .next()
        .filter(|c| !c.is_ascii_digit());
    let begin = from + start + usize::from(quote.is_some());
    let body = code.get(begin..)?;
    let length = match quote {
        Some(q) => body.find(q)?,
        None => body
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(body.len()),
    };
    Some(begin..begin + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_templates() {
        for (value, wanted) in [
            (
                r#"<%= ENV.fetch("DB_PORT", 5432) %>"#,
                Some((Some("DB_PORT"), "5432")),
            ),
            (
                r#" <%= ENV.fetch('DB_HOST') { "localhost" } %>"#,
                Some((Some("DB_HOST"), "localhost")),
            ),
            (
                r#"<%= ENV["DB_PORT"] || 5432 %>"#,
                Some((Some("DB_PORT"), "5432")),
            ),
            (r#"<%= ENV["DB_PORT"] %>"#, None),
            (
                "{{ default 6379 .Values.redis.port }}",
                Some((None, "6379")),
            ),
            ("{{ db_port | default(5432) }}", Some((None, "5432"))),
            (
                "{{ .Values.host | default \"db\" | quote }}",
                Some((None, "db")),
            ),
            ("{{ .Values.host }}", None),
            ("{{ default .Values.a .Values.b }}", None),
            ("x {{ default 1 }}", None),
            ("<%= ENV %>", None),
            ("{{", None),
            ("5432", None),
        ] {
            let found = default(value);
            let found = found
                .as_ref()
                .map(|(v, r)| (v.as_deref(), value.get(r.clone()).unwrap()));
            assert_eq!(found, wanted, "{value}");
        }
    }
}
