"""The steps of action.yml, run as they are, with a runner's environment around them.

environment: PORTLINT (a binary to release), ROOT (the repository), WORK (a scratch folder)
"""

import functools
import hashlib
import http.server
import io
import json
import os
import pathlib
import platform
import re
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "consumers"))
import runner  # noqa: E402

ROOT = pathlib.Path(os.environ["ROOT"])
WORK = pathlib.Path(os.environ["WORK"])
BINARY = pathlib.Path(os.environ["PORTLINT"])
TARGET = f"{platform.machine()}-unknown-linux-musl"
VERSION = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.M).group(1)

DATABASE = """\
services:
  db:
    image: postgres:17
    restart: unless-stopped
    ports: ["127.0.0.1:${DB_PORT:-%s}:5432"]
    healthcheck: {test: [CMD, pg_isready]}
    volumes: ["db:/var/lib/postgresql/data"]
volumes: {db: }
"""


class Releases(http.server.BaseHTTPRequestHandler):
    """The releases of a repository, as GitHub serves them."""

    files = {}
    asked = []

    def do_GET(self):
        self.asked.append(self.path)
        content = self.files.get(self.path)
        self.send_response(404 if content is None else 200)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_):
        pass


@functools.cache
def archive(binary):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as tar:
        tar.add(binary, "portlint")
    return buffer.getvalue()


@functools.cache
def server():
    """A server whose certificate curl is told to trust; gives its address and the certificate's file."""
    certificate, key = WORK / "certificate.pem", WORK / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Releases)
    httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    return f"https://localhost:{httpd.server_port}", certificate


def git(folder, *args):
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, *args], cwd=folder, env=environment, check=True, capture_output=True)
    return done.stdout.decode().strip()


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=WORK)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.temp = self.folder / "temp dir"
        self.temp.mkdir()
        self.workspace = self.folder / "work space"
        self.workspace.mkdir()
        (self.workspace / ".git").mkdir()
        self.release(VERSION)

    def release(self, version, content=None, sums=None):
        """Puts a release on the server, alone."""
        content = archive(BINARY) if content is None else content
        name = f"portlint-{TARGET}.tar.gz"
        if sums is None:
            sums = f"{hashlib.sha256(content).hexdigest()}  {name}\n{'0' * 64}  {name}.sig\n"
        at = f"/owner/portlint/releases/download/v{version}"
        latest = "/owner/portlint/releases/latest/download"
        Releases.files = {f"{base}/{file}": data for base in (at, latest) for file, data in ((name, content), ("SHA256SUMS", sums.encode()))}
        Releases.asked.clear()

    def write(self, path, text):
        file = self.workspace / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def action(self, inputs=None, github=None, env=None, workspace=None):
        address, certificate = server()
        github = {"action_repository": "owner/portlint", **(github or {})}
        environment = {"GITHUB_SERVER_URL": address, "CURL_CA_BUNDLE": str(certificate), **(env or {})}
        temp = pathlib.Path(tempfile.mkdtemp(dir=self.temp))
        return runner.run_action(ROOT, workspace or self.workspace, temp, inputs, github, environment)

    def assert_log_is_tame(self, result):
        """Every command in the log is one that portlint or the scripts mean to give."""
        stopped = None
        for line in re.split(r"\r\n|\n|\r", result.log):
            if stopped:
                if line == f"::{stopped}::":
                    stopped = None
                continue
            if match := re.match(r"^::stop-commands::(portlint-[0-9a-f]{32})$", line):
                stopped = match.group(1)
            elif line.lstrip().startswith("::") or "##[" in line:
                self.assertRegex(line, r"^::(error|warning|notice) (file=[^,:]*,line=\d+,endLine=\d+,col=\d+,endColumn=\d+,)?title=[^:,]*::")
        self.assertIsNone(stopped, "commands stay stopped")


class Install(Case):
    def test_the_released_binary_of_the_actions_own_version_is_taken(self):
        result = self.action()
        self.assertFalse(result.failed, result.log)
        self.assertIn(f"portlint {VERSION}", result.log)
        self.assertEqual(len(result.path), 1)
        installed = pathlib.Path(result.path[0]) / "portlint"
        self.assertEqual(installed.read_bytes(), BINARY.read_bytes())

    def test_a_version_can_be_asked_for(self):
        self.release("9.8.7")
        for version in ("9.8.7", "v9.8.7", "latest"):
            result = self.action({"version": version})
            self.assertFalse(result.failed, result.log)
        self.assertIn("/owner/portlint/releases/latest/download/SHA256SUMS", Releases.asked)

    def test_a_wrong_checksum_installs_nothing(self):
        for sums in (f"{'0' * 64}  portlint-{TARGET}.tar.gz\n", "", "no such list\n", f"{'0' * 64}  other.tar.gz\n"):
            self.release(VERSION, sums=sums)
            result = self.action()
            self.assertTrue(result.failed, result.log)
            self.assertRegex(result.log, "::error title=portlint::.*checksum")
            self.assertEqual(result.path, [])
            self.assertEqual(list(self.temp.glob("*/portlint-bin/portlint")), [])

    def test_a_version_that_is_not_there_is_an_error_and_not_another_one(self):
        result = self.action({"version": "0.0.99"})
        self.assertTrue(result.failed)
        self.assertIn("there is no released binary of portlint 0.0.99", result.log)
        self.assertEqual(result.path, [])

    def test_a_version_that_is_none_is_not_asked_for(self):
        for version in ("1.0.0/../../x", "$(touch pwned)", "1.0.0\n::error::x", "-1", "1.0.0 --x"):
            Releases.asked.clear()
            result = self.action({"version": version})
            self.assertTrue(result.failed, version)
            self.assertEqual(Releases.asked, [])
            self.assert_log_is_tame(result)
        result = self.action(github={"action_repository": "owner/../x"})
        self.assertTrue(result.failed)

    def test_without_a_release_the_checkout_is_built(self):
        Releases.files = {}
        self.write("compose.yaml", DATABASE % 5439)
        target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
        kept = {name: os.environ[name] for name in ("CARGO_HOME", "RUSTUP_HOME") if name in os.environ}
        result = self.action(env={"CARGO_TARGET_DIR": target, **kept})
        self.assertIn("built from the action's checkout", result.log)
        self.assertIn(f"portlint {VERSION}", result.log)
        self.assertEqual(result.outputs["exit-code"], "1", result.log)


class Check(Case):
    def test_findings_fail_the_job_and_everything_is_written(self):
        self.write("stack/compose.yaml", DATABASE % 5439)
        result = self.action()
        self.assertTrue(result.failed)
        self.assertEqual(result.outputs["findings"], "1")
        self.assertEqual(result.outputs["errors"], "1")
        self.assertEqual(result.outputs["exit-code"], "1")
        self.assertIn("::error file=stack/compose.yaml,line=5,", result.log)
        self.assertIn("## portlint", result.summary)
        self.assertIn("5439", result.summary)
        log = json.loads(pathlib.Path(result.outputs["sarif-file"]).read_text())
        self.assertEqual([r["ruleId"] for r in log["runs"][0]["results"]], ["PL001"])
        self.assertEqual(result.used, [], "nothing is uploaded unasked")
        self.assert_log_is_tame(result)

    def test_a_clean_repository_passes(self):
        self.write("compose.yaml", DATABASE % 7004)
        result = self.action()
        self.assertFalse(result.failed, result.log)
        self.assertEqual((result.outputs["findings"], result.outputs["errors"], result.outputs["exit-code"]), ("0", "0", "0"))

    def test_the_report_is_uploaded_before_the_verdict_by_a_pinned_action(self):
        self.write("compose.yaml", DATABASE % 5439)
        report = self.workspace / "out dir.sarif"
        result = self.action({"upload-sarif": "true", "sarif-file": "out dir.sarif"})
        self.assertTrue(result.failed)
        [(action, given)] = result.used
        self.assertRegex(action, "^github/codeql-action/upload-sarif@[0-9a-f]{40}$")
        self.assertEqual(given, {"sarif_file": "out dir.sarif"})
        self.assertTrue(report.is_file())

    def test_thresholds(self):
        self.write("compose.yaml", DATABASE % 5439)
        for given, failed in (("never", False), ("error", True), ("note", True)):
            result = self.action({"fail-on": given})
            self.assertEqual(result.failed, failed, result.log)
            self.assertEqual(result.outputs["errors"], "1")
        result = self.action({"fail-on": "sometimes"})
        self.assertTrue(result.failed)
        self.assertIn('"fail-on" wants one of', result.log)

    def test_a_broken_policy_is_no_verdict(self):
        self.write("compose.yaml", DATABASE % 7004)
        self.write("portlint.yaml", "no-such-key: 1\n")
        result = self.action({"upload-sarif": "true"})
        self.assertTrue(result.failed)
        self.assertEqual(result.outputs["exit-code"], "2")
        self.assertEqual(result.outputs["findings"], "")
        self.assertEqual(result.outputs["sarif-file"], "")
        self.assertEqual(result.used, [])
        self.assertIn("no-such-key", result.log)

    def test_paths_config_and_further_options(self):
        self.write("a b/compose.yaml", DATABASE % 5439)
        self.write("c/compose.yaml", DATABASE.replace("db", "other") % 5440)
        self.write("my policy.yaml", "rules: {PL001: note}\n")
        result = self.action({"paths": "a b\n", "args": " --select\tPL001\n --min-severity  note "})
        self.assertEqual(result.outputs["findings"], "1", result.log)
        self.assertNotIn("5440", result.log)
        result = self.action({"paths": "a b\nc", "config": "my policy.yaml"})
        self.assertEqual((result.outputs["findings"], result.outputs["errors"]), ("2", "0"), result.log)
        self.assertFalse(result.failed)

    def test_another_format_gives_no_commands(self):
        self.write("::error::x/compose.yaml", DATABASE % 5439)
        for form in ("full", "concise", "json", "jsonl"):
            result = self.action({"format": form})
            self.assertEqual(result.outputs["findings"], "1", result.log)
            self.assertRegex(result.log, "(?m)^::stop-commands::portlint-[0-9a-f]{32}$")
            self.assert_log_is_tame(result)
        result = self.action({"format": "$(touch pwned)"})
        self.assertEqual(result.outputs["exit-code"], "2")
        self.assert_log_is_tame(result)


class Hostile(Case):
    PIECES = ["$(touch pwned)", "`touch pwned`", "; touch pwned", "'; touch pwned; '", '"; touch pwned; "', "${IFS}touch${IFS}pwned", "--output=pwned", "\n::set-output name=x::y"]

    def assert_unharmed(self, result):
        self.assertEqual([p for p in self.folder.rglob("pwned")], [])
        self.assert_log_is_tame(result)
        self.assertLessEqual(set(result.outputs), {"findings", "errors", "sarif-file", "exit-code"})

    def test_inputs_are_data(self):
        self.write("compose.yaml", DATABASE % 7004)
        for piece in self.PIECES:
            for name in ("paths", "config", "fail-on", "format", "only-changed"):
                self.assert_unharmed(self.action({name: piece}))
            # Options of portlint are what `args` is for, but no commands.
            if not piece.startswith("--"):
                self.assert_unharmed(self.action({"args": piece}))
        for path in ("a\nfindings=999", "a\rfindings=999"):
            result = self.action({"sarif-file": path})
            self.assertTrue(result.failed)
            self.assertNotEqual(result.outputs["findings"], "999")

    def test_glob_characters_in_options_are_not_expanded(self):
        self.write("compose.yaml", DATABASE % 7004)
        result = self.action({"args": "--select *"})
        self.assertIn("there is no rule `*`", result.log)

    def test_events_are_data(self):
        self.write("compose.yaml", DATABASE % 7004)
        for piece in self.PIECES:
            event = {"pull_request": {"base": {"sha": piece}}}
            result = self.action({"only-changed": "true"}, {"event": event})
            self.assert_unharmed(result)
            self.assertFalse(result.failed, result.log)

    def test_files_and_their_names_are_data(self):
        shutil.rmtree(self.workspace)
        fixture = ROOT / ".ci" / "consumers" / "fixture.py"
        subprocess.run([sys.executable, str(fixture), str(self.workspace)], check=True)
        for form in ("github", "full", "concise"):
            result = self.action({"format": form, "args": "--min-confidence guess"})
            self.assertEqual(result.outputs["exit-code"], "1", result.log)
            self.assertGreater(int(result.outputs["findings"]), 10)
            self.assert_unharmed(result)
            self.assertNotIn("hunter2-s3cr3t", result.log + result.summary)


class Changed(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.folder / "origin"
        self.origin.mkdir()
        git(self.origin, "init", "--quiet")
        # Servers of Git give commits by their hashes; a repository on disk does so if it is told.
        git(self.origin, "config", "uploadpack.allowAnySHA1InWant", "true")
        self.commit("old/compose.yaml", DATABASE.replace("db", "old-db") % 5439)
        self.before = git(self.origin, "rev-parse", "HEAD")
        self.commit("new/compose.yaml", DATABASE.replace("db", "new-db") % 5440)

    def commit(self, path, text):
        file = self.origin / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        git(self.origin, "add", "--all")
        git(self.origin, "commit", "--quiet", "--message", path)

    def checkout(self, *options):
        git(self.folder, "clone", "--quiet", *options, self.origin.as_uri(), "clone")
        return self.folder / "clone"

    def test_what_the_event_changed_is_reported(self):
        clone = self.checkout("--depth=1")
        for event in (
            {"pull_request": {"base": {"sha": self.before}}},
            {"merge_group": {"base_sha": self.before}},
            {"before": self.before},
        ):
            result = self.action({"only-changed": "true"}, {"event": event}, workspace=clone)
            self.assertEqual(result.outputs["findings"], "1", result.log)
            self.assertIn("new/compose.yaml", result.log)
            self.assertNotIn("old/compose.yaml", result.log)

    def test_without_a_commit_to_compare_with_everything_is_reported_and_that_is_said(self):
        clone = self.checkout()
        for before, word in (("0" * 40, "notice"), ("", "notice"), ("f" * 40, "warning")):
            result = self.action({"only-changed": "true"}, {"event": {"before": before}}, workspace=clone)
            self.assertEqual(result.outputs["findings"], "2", result.log)
            self.assertIn(f"::{word} title=portlint::", result.log)

    def test_unasked_everything_is_reported(self):
        event = {"pull_request": {"base": {"sha": self.before}}}
        result = self.action(github={"event": event}, workspace=self.checkout())
        self.assertEqual(result.outputs["findings"], "2", result.log)


class Definition(unittest.TestCase):
    def test_no_script_holds_an_expression(self):
        text = (ROOT / "action.yml").read_text()
        for line in text.splitlines():
            if re.match(r"\s*(- )?run:", line):
                self.assertNotIn("${{", line)

    def test_every_script_is_run_and_every_input_is_used(self):
        text = (ROOT / "action.yml").read_text()
        scripts = {p.name for p in (ROOT / ".github" / "action").iterdir()}
        self.assertEqual(scripts, set(re.findall(r"/\.github/action/([\w.]+)", text)))
        declared = set(runner.yaml.safe_load(text)["inputs"])
        self.assertEqual(declared, set(re.findall(r"inputs\.([\w-]+)", text)))


if __name__ == "__main__":
    unittest.main()
