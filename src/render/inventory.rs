//! Writes the inventory of published ports, and Compose's own view of single files.

use super::escape::Untrusted;
use super::json::{Layout, to_writer};
use super::{PortMap, PortRow};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

/// Version of both JSON documents. It grows when a field changes its meaning or goes, not when one is added.
const SCHEMA: u32 = 1;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum TableFormat {
    /// Aligned columns
    Table,
    /// One JSON document
    Json,
    /// Comma-separated values
    Csv,
    /// A Markdown table
    Markdown,
}

/// Compose's own view of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveFile {
    /// As given on the command line.
    pub file: String,
    /// Its published ports, or why Compose rejects it.
    pub ports: Result<Vec<EffectivePort>, String>,
}

/// One published port as Compose prints it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectivePort {
    /// The service's key.
    pub service: String,
    /// Empty for every address.
    pub host_ip: String,
    /// The host port or range; empty if Docker picks it.
    pub published: String,
    /// The container's port.
    pub target: u16,
    /// `tcp`, `udp`, `sctp`.
    pub protocol: String,
    /// `ingress` or `host`.
    pub mode: String,
}

/// Writes the inventory.
pub fn write_ports(format: TableFormat, map: &PortMap, out: &mut dyn Write) -> io::Result<()> {
    match format {
        TableFormat::Json => to_writer(&ports_document(map), Layout::Pretty, out),
        _ => write_rows(
            format,
            PORT_COLUMNS,
            &map.rows.iter().map(port_cells).collect::<Vec<_>>(),
            out,
        ),
    }
}

/// Writes Compose's own view.
pub fn write_effective(
    format: TableFormat,
    files: &[EffectiveFile],
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        TableFormat::Json => to_writer(&effective_document(files), Layout::Pretty, out),
        _ => {
            let rows: Vec<_> = files
                .iter()
                .filter_map(|f| Some((f, f.ports.as_ref().ok()?)))
                .flat_map(|(f, ports)| ports.iter().map(|p| effective_cells(&f.file, p)))
                .collect();
            write_rows(format, EFFECTIVE_COLUMNS, &rows, out)
        }
    }
}

/// The JSON Schema of the inventory.
pub fn ports_schema() -> schemars::Schema {
    schemars::schema_for!(PortsJson)
}

/// The JSON Schema of Compose's own view.
pub fn effective_schema() -> schemars::Schema {
    schemars::schema_for!(EffectiveJson)
}

// ---- rows of cells -------------------------------------------------------------------------------------------

type Cells = Vec<Untrusted>;

const PORT_COLUMNS: &[&str] = &[
    "host",
    "address",
    "container",
    "proto",
    "service",
    "kind",
    "engine",
    "image",
    "project",
    "declared at",
    "variable",
    "source",
    "band",
    "verdict",
    "refs",
];

fn port_cells(row: &PortRow) -> Cells {
    let verdict = match row.wanted {
        Some(port) => format!("{} -> {port}", row.verdict),
        None => row.verdict.clone(),
    };
    let source = if row.source_path.is_empty() || row.source_path == row.path {
        row.source.clone()
    } else {
        format!("{} {}:{}", row.source, row.source_path, row.source_line)
    };
    [
        row.host_text(),
        row.host_ip.clone(),
        row.container.clone(),
        row.protocol.clone(),
        row.service.clone(),
        row.kind.clone(),
        row.engine.clone(),
        row.image.clone(),
        row.project.clone(),
        format!("{}:{}", row.path, row.line),
        row.variable.clone(),
        source,
        row.band.clone(),
        verdict,
        row.references.to_string(),
    ]
    .into_iter()
    .map(Untrusted::new)
    .collect()
}

const EFFECTIVE_COLUMNS: &[&str] = &[
    "file",
    "service",
    "host_ip",
    "published",
    "target",
    "protocol",
    "mode",
];

fn effective_cells(file: &str, port: &EffectivePort) -> Cells {
    [
        file,
        &port.service,
        &port.host_ip,
        &port.published,
        &port.target.to_string(),
        &port.protocol,
        &port.mode,
    ]
    .into_iter()
    .map(Untrusted::new)
    .collect()
}

fn write_rows(
    format: TableFormat,
    columns: &[&str],
    rows: &[Cells],
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        TableFormat::Csv => write_csv(columns, rows, out),
        TableFormat::Markdown => write_markdown(columns, rows, out),
        TableFormat::Table | TableFormat::Json => write_table(columns, rows, out),
    }
}

/// Aligned columns; those that are empty in every row are left out.
fn write_table(columns: &[&str], rows: &[Cells], out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let shown: Vec<Vec<String>> = rows
        .iter()
        .map(|cells| cells.iter().map(Untrusted::terminal).collect())
        .collect();
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let widest = shown
                .iter()
                .filter_map(|row| row.get(i))
                .map(|c| c.chars().count())
                .max();
            match widest {
                None | Some(0) => 0,
                Some(widest) => widest.max(name.len()),
            }
        })
        .collect();
    let head: Vec<String> = columns.iter().map(|c| c.to_uppercase()).collect();
    for row in std::iter::once(&head).chain(&shown) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths).filter(|(_, w)| **w > 0) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        writeln!(
            out,
            "{}",
            super::escape::guard_line_start(line.trim_end().to_owned())
        )?;
    }
    Ok(())
}

/// RFC 4180, with line feeds.
fn write_csv(columns: &[&str], rows: &[Cells], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", columns.join(","))?;
    for row in rows {
        let line: Vec<String> = row.iter().map(csv_cell).collect();
        writeln!(out, "{}", line.join(","))?;
    }
    Ok(())
}

/// Quoted where it must be. A cell that a spreadsheet would take for a formula is shown as text.
fn csv_cell(cell: &Untrusted) -> String {
    let text = cell.terminal();
    let text = if text.starts_with(['=', '+', '-', '@']) {
        format!("'{text}")
    } else {
        text
    };
    if text.contains([',', '"']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn write_markdown(columns: &[&str], rows: &[Cells], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| {} |", columns.join(" | "))?;
    writeln!(out, "|{}", "---|".repeat(columns.len()))?;
    for row in rows {
        let line: Vec<String> = row.iter().map(Untrusted::markdown).collect();
        writeln!(out, "| {} |", line.join(" | "))?;
    }
    Ok(())
}

// ---- JSON ----------------------------------------------------------------------------------------------------

/// The published ports of a repository.
#[derive(Serialize, JsonSchema)]
struct PortsJson {
    /// Version of this shape: 1.
    schema: u32,
    /// The reserved ranges, ascending.
    ranges: Vec<RangeJson>,
    /// A row for each published port at the place that declares it, by host port; ports that Docker picks come last.
    ports: Vec<PortJson>,
}

/// A reserved range.
#[derive(Serialize, JsonSchema)]
struct RangeJson {
    /// Its name.
    name: Untrusted,
    /// First port.
    first: u16,
    /// Last port.
    last: u16,
    /// Its bands, ascending.
    bands: Vec<BandJson>,
    /// Ports that the policy assigns.
    assigned: Vec<AssignedJson>,
}

/// A band of a range.
#[derive(Serialize, JsonSchema)]
struct BandJson {
    /// Its name.
    name: Untrusted,
    /// First port.
    first: u16,
    /// Last port.
    last: u16,
    /// Kinds that may publish there; none: nobody without a policy entry of the project.
    kinds: Vec<Untrusted>,
}

/// A port that the policy assigns.
#[derive(Serialize, JsonSchema)]
struct AssignedJson {
    /// The host port.
    port: u16,
    /// The service's name in the policy.
    service: Untrusted,
}

/// A published port.
#[derive(Serialize, JsonSchema)]
struct PortJson {
    /// First host port; null if Docker picks it.
    host_port: Option<u16>,
    /// Last host port of a range, else the same as `host_port`.
    host_port_end: Option<u16>,
    /// Address on the host; empty for every address.
    host_ip: Untrusted,
    /// Container port or range: `5432`, `8000-8010`.
    container_port: Untrusted,
    /// `tcp`, `udp`, `sctp`.
    protocol: Untrusted,
    /// The compose project.
    project: Untrusted,
    /// The service's key.
    service: Untrusted,
    /// Its image, variables resolved; empty if it is built.
    image: Untrusted,
    /// `database`, `admin-ui`, `exporter` or `other`.
    kind: Untrusted,
    /// `postgres`, `questdb`, ...; empty if unknown.
    engine: Untrusted,
    /// Path of the declaring file, relative to the root, with forward slashes.
    path: Untrusted,
    /// 1-based line of the declaration.
    line: usize,
    /// The variable that gives the host port; empty if none does.
    variable: Untrusted,
    /// Where the value in force comes from: `literal`, `default`, `compose-env`, `policy-env`, `root-env`, `template`; `none` if
    /// Docker picks the port.
    source: Untrusted,
    /// Path of the file with the value in force; empty if there is none.
    source_path: Untrusted,
    /// Its 1-based line; 0 if there is none.
    source_line: usize,
    /// The band that the port lies in; empty if none.
    band: Untrusted,
    /// `ok`, `outside-range`, `wrong-band`, `intruder`, `misassigned` or `ephemeral`.
    verdict: Untrusted,
    /// The host port that it should have, if another.
    wanted: Option<u16>,
    /// How many places of the repository mean this declaration.
    references: usize,
}

fn ports_document(map: &PortMap) -> PortsJson {
    PortsJson {
        schema: SCHEMA,
        ranges: map
            .ranges
            .iter()
            .map(|r| RangeJson {
                name: Untrusted::new(&r.name),
                first: r.first,
                last: r.last,
                bands: r
                    .bands
                    .iter()
                    .map(|b| BandJson {
                        name: Untrusted::new(&b.name),
                        first: b.first,
                        last: b.last,
                        kinds: b.kinds.iter().map(Untrusted::new).collect(),
                    })
                    .collect(),
                assigned: r
                    .assigned
                    .iter()
                    .map(|(port, service)| AssignedJson {
                        port: *port,
                        service: Untrusted::new(service),
                    })
                    .collect(),
            })
            .collect(),
        ports: map.rows.iter().map(port_json).collect(),
    }
}

fn port_json(row: &PortRow) -> PortJson {
    let text = |s: &String| Untrusted::new(s);
    PortJson {
        host_port: row.host.map(|h| h.0),
        host_port_end: row.host.map(|h| h.1),
        host_ip: text(&row.host_ip),
        container_port: text(&row.container),
        protocol: text(&row.protocol),
        project: text(&row.project),
        service: text(&row.service),
        image: text(&row.image),
        kind: text(&row.kind),
        engine: text(&row.engine),
        path: text(&row.path),
        line: row.line,
        variable: text(&row.variable),
        source: text(&row.source),
        source_path: text(&row.source_path),
        source_line: row.source_line,
        band: text(&row.band),
        verdict: text(&row.verdict),
        wanted: row.wanted,
        references: row.references,
    }
}

/// Compose's own view of single files.
#[derive(Serialize, JsonSchema)]
struct EffectiveJson {
    /// Version of this shape: 1.
    schema: u32,
    /// The files, as given.
    files: Vec<EffectiveFileJson>,
}

/// Compose's own view of one file.
#[derive(Serialize, JsonSchema)]
struct EffectiveFileJson {
    /// As given on the command line.
    file: Untrusted,
    /// Whether Compose accepts it.
    ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Untrusted>,
    /// Its published ports, by service, in the order that Compose gives them.
    ports: Vec<EffectivePortJson>,
}

/// One published port as Compose prints it.
#[derive(Serialize, JsonSchema)]
struct EffectivePortJson {
    /// The service's key.
    service: Untrusted,
    /// Empty for every address.
    host_ip: Untrusted,
    /// The host port or range; empty if Docker picks it.
    published: Untrusted,
    /// The container's port.
    target: u16,
    /// `tcp`, `udp`, `sctp`.
    protocol: Untrusted,
    /// `ingress` or `host`.
    mode: Untrusted,
}

fn effective_document(files: &[EffectiveFile]) -> EffectiveJson {
    EffectiveJson {
        schema: SCHEMA,
        files: files
            .iter()
            .map(|f| EffectiveFileJson {
                file: Untrusted::new(&f.file),
                ok: f.ports.is_ok(),
                error: f.ports.as_ref().err().map(Untrusted::new),
                ports: f.ports.iter().flatten().map(effective_json).collect(),
            })
            .collect(),
    }
}

fn effective_json(port: &EffectivePort) -> EffectivePortJson {
    EffectivePortJson {
        service: Untrusted::new(&port.service),
        host_ip: Untrusted::new(&port.host_ip),
        published: Untrusted::new(&port.published),
        target: port.target,
        protocol: Untrusted::new(&port.protocol),
        mode: Untrusted::new(&port.mode),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> PortMap {
        let row = PortRow {
            host: Some((5432, 5432)),
            container: "5432".into(),
            protocol: "tcp".into(),
            project: "trading".into(),
            service: "timescaledb".into(),
            kind: "database".into(),
            engine: "timescaledb".into(),
            path: "compose.yaml".into(),
            line: 7,
            variable: "TIMESCALEDB_PORT".into(),
            source: "compose-env".into(),
            source_path: ".env".into(),
            source_line: 3,
            verdict: "outside-range".into(),
            wanted: Some(7000),
            references: 2,
            ..PortRow::default()
        };
        let picked = PortRow {
            service: "=cmd|\u{1b}[31m, \"x\"".into(),
            container: "6379".into(),
            path: "compose.yaml".into(),
            line: 9,
            source: "none".into(),
            verdict: "ephemeral".into(),
            ..PortRow::default()
        };
        PortMap {
            ranges: Vec::new(),
            rows: vec![row, picked],
        }
    }

    fn written(format: TableFormat) -> String {
        let mut out = Vec::new();
        write_ports(format, &map(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_table_is_aligned_and_leaves_empty_columns_out() {
        let table = written(TableFormat::Table);
        let lines: Vec<&str> = table.lines().collect();
        assert!(
            lines[0].starts_with("HOST  CONTAINER  PROTO  SERVICE"),
            "{table}"
        );
        assert!(!lines[0].contains("IMAGE"), "{table}");
        assert_eq!(lines[0].find("PROTO"), lines[1].find("tcp"), "{table}");
        assert!(
            lines[1].contains("compose-env .env:3") && lines[1].contains("outside-range -> 7000"),
            "{table}"
        );
        assert!(!table.contains('\u{1b}'), "{table}");
    }

    #[test]
    fn csv_quotes_and_disarms() {
        let csv = written(TableFormat::Csv);
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0].split(',').count(), PORT_COLUMNS.len());
        assert_eq!(lines[1].split(',').count(), PORT_COLUMNS.len());
        assert!(lines[2].contains("\"'=cmd|\\x1b[31m, \"\"x\"\"\""), "{csv}");
    }

    #[test]
    fn markdown_has_one_row_for_each_port() {
        let markdown = written(TableFormat::Markdown);
        assert_eq!(markdown.lines().count(), 4);
        assert!(
            markdown
                .lines()
                .all(|l| l.starts_with('|') && l.ends_with('|')),
            "{markdown}"
        );
    }

    #[test]
    fn json_is_versioned_and_fits_its_schema() {
        let json: serde_json::Value = serde_json::from_str(&written(TableFormat::Json)).unwrap();
        assert_eq!(json["schema"], 1);
        assert_eq!(json["ports"][0]["host_port"], 5432);
        assert_eq!(json["ports"][1]["host_port"], serde_json::Value::Null);
        let schema = serde_json::to_value(ports_schema()).unwrap();
        let fields = schema["$defs"]["PortJson"]["properties"]
            .as_object()
            .unwrap();
        assert!(
            json["ports"][0]
                .as_object()
                .unwrap()
                .keys()
                .all(|k| fields.contains_key(k))
        );
    }

    #[test]
    fn compose_s_own_view_tells_what_it_rejects() {
        let files = [
            EffectiveFile {
                file: "a.yaml".into(),
                ports: Ok(vec![EffectivePort {
                    service: "db".into(),
                    published: "5432".into(),
                    target: 5432,
                    protocol: "tcp".into(),
                    mode: "ingress".into(),
                    ..EffectivePort::default()
                }]),
            },
            EffectiveFile {
                file: "b.yaml".into(),
                ports: Err("no services".into()),
            },
        ];
        let mut out = Vec::new();
        write_effective(TableFormat::Json, &files, &mut out).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(json["files"][0]["ports"][0]["target"], 5432);
        assert_eq!(
            (&json["files"][1]["ok"], &json["files"][1]["error"]),
            (&false.into(), &"no services".into())
        );
        let mut csv = Vec::new();
        write_effective(TableFormat::Csv, &files, &mut csv).unwrap();
        assert_eq!(
            String::from_utf8(csv).unwrap(),
            "file,service,host_ip,published,target,protocol,mode\na.yaml,db,,5432,5432,tcp,ingress\n"
        );
    }
}
