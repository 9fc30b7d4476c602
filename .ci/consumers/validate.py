"""Checks every output format against its schema, and against the JSON document of the same run.

usage: validate.py OUTPUTS REPOSITORY SARIF_SCHEMA

Each check is first run on an output that is broken on purpose, and must fail there.
"""

import json
import pathlib
import re
import sys
import unicodedata
import urllib.parse
import xml.etree.ElementTree as ET
from collections import Counter

import jsonschema
import junitparser
import markdown_it
import xmlschema

from fixture import SECRET

HERE = pathlib.Path(__file__).parent
OUT = pathlib.Path(sys.argv[1])
REPO = pathlib.Path(sys.argv[2])
SARIF_SCHEMA = json.loads(pathlib.Path(sys.argv[3]).read_text(encoding="utf-8"))

# What may not reach a terminal, a log or a page as it is.
INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class Broken(Exception):
    """An output that its consumer would not take, or that says something else than the JSON document."""


def need(condition, words):
    if not condition:
        raise Broken(words)


def read(name):
    return (OUT / name).read_text(encoding="utf-8")


def schema(instance, schema_document):
    validator = jsonschema.validators.validator_for(schema_document)(schema_document)
    for error in validator.iter_errors(instance):
        raise Broken(f"{'/'.join(map(str, error.path))}: {error.message[:200]}")


def visible(text):
    """How portlint shows a character that must not be shown as it is."""
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    out = []
    for c in text:
        if c in short:
            out.append(short[c])
        elif ord(c) < 0x20 or ord(c) == 0x7F:
            out.append(f"\\x{ord(c):02x}")
        elif unicodedata.category(c) == "Cc" or INVISIBLE.match(c):
            out.append(f"\\u{{{ord(c):x}}}")
        else:
            out.append(c)
    return "".join(out).replace("##[", "##\\[")


FINDINGS = json.loads(read("json"))["findings"]
# By host port and container port, counted.
PORTS = Counter((str(p["host_port"]), f"{p['container_port']}/{p['protocol']}") for p in json.loads(read("ports.json"))["ports"])


def places(shown=lambda path: path):
    """`(path, line, code)` of every finding, counted."""
    return Counter((shown(f["location"]["path"]), f["location"]["start"]["line"], f["code"]) for f in FINDINGS)


def same(got, expected):
    need(got == expected, f"other findings than the JSON document: {list((got - expected) or (expected - got))[:3]}")


def check_json(text):
    document = json.loads(text)
    schema(document, json.loads(read("findings.schema.json")))
    need(document["schema"] == 1, "unknown schema")
    for f in document["findings"]:
        for place in [f["location"], *f["related"]]:
            data = (REPO / place["path"]).read_bytes()
            start, end = place["start"]["offset"], place["end"]["offset"]
            before = data[:start].decode("utf-8")
            line = before.rsplit("\n", 1)[-1].lstrip("\ufeff")
            need(before.count("\n") + 1 == place["start"]["line"], "line and offset differ")
            need(len(line) + 1 == place["start"]["column"], "column and offset differ")
            need(len(line.encode("utf-16-le")) // 2 + 1 == place["start"]["utf16_column"], "utf16 column differs")
            data[start:end].decode("utf-8")
    need(len({f["fingerprint"] for f in document["findings"]}) == len(document["findings"]), "fingerprints repeat")


def check_jsonl(text):
    lines = [json.loads(line) for line in text.splitlines()]
    line_schema = json.loads(read("findings-line.schema.json"))
    for line in lines:
        schema(line, line_schema)
    need(lines[-1]["type"] == "summary", "the summary is missing")
    findings = [{k: v for k, v in line.items() if k != "type"} for line in lines[:-1]]
    need(findings == FINDINGS, "other findings than the JSON document")


def check_sarif(text):
    log = json.loads(text)
    schema(log, SARIF_SCHEMA)
    (run,) = log["runs"]
    need("originalUriBaseIds" not in run, "base ids")
    need(run["columnKind"] == "utf16CodeUnits", "unit of columns")
    need(run["automationDetails"]["id"].endswith("/"), "category")
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        for field in ("id", "name", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration"):
            need(field in rule, f"{rule['id']} has no {field}")
        need(rule["help"]["text"] and rule["help"]["markdown"], f"{rule['id']}: help")
        need(rule["properties"]["tags"] and rule["properties"]["precision"], f"{rule['id']}: tags, precision")
    got = Counter()
    for result in run["results"]:
        need(rules[result["ruleIndex"]]["id"] == result["ruleId"], "ruleIndex")
        need(result["partialFingerprints"]["primaryLocationLineHash"], "fingerprint")
        physical = result["locations"][0]["physicalLocation"]
        uri = physical["artifactLocation"]["uri"]
        need(re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri) and not uri.startswith("/"), f"uri {uri}")
        region = physical["region"]
        need(region["startLine"] == region["endLine"], "several lines")
        need(region["startColumn"] <= region["endColumn"], "columns")
        path = urllib.parse.unquote(uri)
        need((REPO / path).is_file(), f"no file {path}")
        related = {r["id"] for r in result.get("relatedLocations", [])}
        links = {int(n) for n in re.findall(r"(?<!\\)\]\((\d+)\)", result["message"]["text"])}
        need(links <= related, f"links {links} without places {related}")
        got[(path, region["startLine"], region["startColumn"], result["level"], result["ruleId"])] += 1
    starts = [(f, f["location"]["start"]) for f in FINDINGS]
    same(got, Counter((f["location"]["path"], s["line"], s["utf16_column"], f["severity"], f["code"]) for f, s in starts))
    hashes = {result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]}
    need(len(hashes) == len(run["results"]), "fingerprints repeat: two findings would be one alert")


def check_github(text):
    got = Counter()
    for line in text.splitlines():
        # As GitHub's runner reads it.
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        need(match, f"no workflow command: {line[:80]}")
        properties = dict(p.split("=", 1) for p in match[2].split(","))
        undo = lambda v: v.replace("%3A", ":").replace("%2C", ",").replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        need(set(properties) == {"file", "line", "endLine", "col", "endColumn", "title"}, f"properties {properties}")
        code = undo(properties["title"]).split()[0]
        got[(undo(properties["file"]).replace("\n", "\\n"), int(properties["line"]), code)] += 1
    same(got, places(visible))


def check_gitlab(text):
    issues = json.loads(text)
    schema(issues, json.loads((HERE / "schemas" / "gitlab.json").read_text()))
    names = {f["name"]: f["code"] for f in FINDINGS}
    same(Counter((i["location"]["path"], i["location"]["lines"]["begin"], names[i["check_name"]]) for i in issues), places())
    need(len({i["fingerprint"] for i in issues}) == len(issues), "fingerprints repeat")


def check_junit(text):
    report = junitparser.JUnitXml.fromstring(text.encode())
    cases = [case for suite in report for case in suite]
    need(report.tests == len(cases) == max(len(FINDINGS), 1), "number of tests")
    grave = sum(f["severity"] != "note" for f in FINDINGS)
    failed = sum(any(isinstance(r, junitparser.Failure) for r in case.result) for case in cases)
    need(report.failures == failed == grave, f"{report.failures} and {failed} failures for {grave} findings")
    for suite in report:
        need(suite.tests == len(list(suite)), "a suite's number of tests")


def check_checkstyle(text):
    xmlschema.XMLSchema(str(HERE / "schemas" / "checkstyle.xsd")).validate(ET.ElementTree(ET.fromstring(text.encode())))
    got = Counter()
    for file in ET.fromstring(text.encode()):
        for error in file:
            got[(file.get("name").replace("\n", "\\n"), int(error.get("line")), error.get("source").split(".")[1])] += 1
    same(got, places(visible))


def check_rdjson(text):
    result = json.loads(text)
    schema(result, json.loads((HERE / "schemas" / "rdjson.json").read_text()))
    got = Counter()
    for d in result["diagnostics"]:
        start = d["location"]["range"]["start"]
        line = (REPO / d["location"]["path"]).read_bytes().split(b"\n")[start["line"] - 1]
        need(start["column"] - 1 <= len(line), "a column behind the line's end: not counted in bytes?")
        line[: start["column"] - 1].decode("utf-8")
        got[(d["location"]["path"], start["line"], d["code"]["value"])] += 1
    same(got, places())


def check_markdown(text):
    reader = markdown_it.MarkdownIt("gfm-like", {"html": True, "linkify": True})
    tokens = [child for token in reader.parse(text) for child in [token, *(token.children or [])]]
    html = {t.content for t in tokens if t.type in ("html_inline", "html_block")}
    need(html <= {"<br>", "<code>", "</code>"}, f"foreign HTML: {html}")
    need("linkify" not in {t.info for t in tokens}, "an address became a link")
    links = {t.attrs["href"] for t in tokens if t.type == "link_open"}
    ours = {f["url"] for f in FINDINGS}
    need(links <= ours, f"foreign links: {links - ours}")
    need(not any(t.type == "image" for t in tokens), "a foreign image")
    rows = re.findall(r"^\| (?:🔴|🟡|🔵)", text, re.MULTILINE)
    need(len(rows) == len(FINDINGS), f"{len(rows)} rows for {len(FINDINGS)} findings")
    got = Counter(re.findall(r"^\| (\d+) \| (\d+/\w+) \|", text, re.MULTILINE))
    need(got == PORTS, f"other ports than those that are published: {list((got - PORTS) or (PORTS - got))[:3]}")


def check_concise(text):
    lines = text.splitlines()
    need(len(lines) == len(FINDINGS), f"{len(lines)} lines for {len(FINDINGS)} findings")
    got = Counter()
    for line in lines:
        match = re.fullmatch(r"(.*?):(\d+):(\d+): (PL\d{3}) .*", line)
        need(match, f"no finding: {line[:80]}")
        got[(re.sub(r"^\\(?=::)", "", match[1]), int(match[2]), match[4])] += 1
    same(got, places(visible))


def check_full(text):
    heads = re.findall(r"^(?:error|warning|note)\[PL\d{3}\]: ", text, re.MULTILINE)
    need(len(heads) == len(FINDINGS), f"{len(heads)} heads for {len(FINDINGS)} findings")


def check_html(text):
    need(text.count("<article ") == len(FINDINGS), "number of articles")
    rows = len(re.findall(r'<tr id="p\d+"', text))
    need(rows == PORTS.total(), f"{rows} rows for {PORTS.total()} published ports")


def check_any(name, text):
    need(SECRET not in text, "shows a secret")
    for c in text:
        need(c == "\n" or not (unicodedata.category(c) == "Cc" or INVISIBLE.match(c)), f"raw character {c!r}")
    if name not in ("github",):
        for line in text.splitlines():
            need(not line.lstrip().startswith("::"), f"a workflow command: {line[:60]}")
    need("##[" not in text or name in ("json", "jsonl", "sarif", "gitlab", "rdjson"), "an old workflow command")


# For each format: its check, and changes that break its output, each of which the check must notice.
CHECKS = {
    "json": (check_json, [("\"offset\": 1", "\"offset\": 2"), ("\"severity\": \"", "\"severity\": \"x")]),
    "jsonl": (check_jsonl, [("\"type\":\"summary\"", "\"type\":\"finding\""), ("\"line\":", "\"line\":1")]),
    "sarif": (check_sarif, [("\"startLine\": ", "\"startLine\": 1"), ("\"uri\": \"", "\"uri\": \"/"), ("\"helpUri\"", "\"helpURI\"")]),
    "github": (check_github, [("%3A", ":"), (",line=", ",line=1"), ("::", ": :")]),
    "gitlab": (check_gitlab, [("\"severity\": \"m", "\"severity\": \"x"), ("\"begin\": ", "\"begin\": 1")]),
    "junit": (check_junit, [("failures=\"", "failures=\"9"), ("&lt;", "<")]),
    "checkstyle": (check_checkstyle, [("severity=\"", "severity=\"x"), ("&quot;", "\""), ("line=\"", "line=\"1")]),
    "rdjson": (check_rdjson, [("\"column\": ", "\"column\": 999"), ("\"message\"", "\"text\"")]),
    "markdown": (check_markdown, [("<code>", "<code><b>"), ("&#58;", ":"), ("| \U0001f7e1", "\U0001f7e1"), ("/tcp |", "/udp |")]),
    "concise": (check_concise, [(": PL", ": XX"), (":1", "::1")]),
    "full": (check_full, [("[PL", "[XX")]),
    "html": (check_html, [("<article ", "<div "), ("<tr id=", "<tr class=")]),
}


def complains(check, *arguments):
    try:
        check(*arguments)
    except (Broken, ValueError, LookupError, ET.ParseError, xmlschema.XMLSchemaException, junitparser.JUnitXmlError):
        return True
    return False


def main():
    need(len(FINDINGS) >= 10, f"only {len(FINDINGS)} findings: the fixture shows too little")
    need({f["location"]["path"].split("/")[0] for f in FINDINGS} >= {"plain"}, "no finding in the plain folder")
    for name, (check, changes) in CHECKS.items():
        text = read(name)
        try:
            check(text)
            check_any(name, text)
        except Exception as error:
            sys.exit(f"{name}: {type(error).__name__}: {error}")
        for good, bad in changes:
            need(good in text, f"{name}: no {good} to break")
            if not complains(check, text.replace(good, bad)):
                sys.exit(f"{name}: the check takes an output with {bad} for {good}")
        leaky = text + "\n" + SECRET
        if not complains(check_any, name, leaky):
            sys.exit(f"{name}: the check takes an output that shows a secret")
        print(f"{name}: as it should be, {len(FINDINGS)} findings")


if __name__ == "__main__":
    main()
