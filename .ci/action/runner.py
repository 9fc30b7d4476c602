"""Runs the steps of a composite action as GitHub's runner does, as far as action.yml needs it.

Scripts are run by the shell and in the environment that the runner gives them; the files GITHUB_OUTPUT, GITHUB_PATH and
GITHUB_STEP_SUMMARY are read after each step. Steps that use another action are not run, but recorded with their inputs.
"""

import dataclasses
import os
import pathlib
import platform
import re
import subprocess

import yaml

TOKEN = re.compile(r"\s*(?:(?P<op>==|!=|&&|\|\||[()])|'(?P<text>(?:[^']|'')*)'|(?P<name>[A-Za-z_][\w.-]*))")


def tokens(source):
    at = 0
    while at < len(source.rstrip()):
        match = TOKEN.match(source, at)
        if not match:
            raise ValueError(f"an expression that this runner cannot read: {source}")
        at = match.end()
        yield match.lastgroup, match.group(match.lastgroup)


class Expression:
    """`||`, `&&`, `==`, `!=`, brackets, texts and names, as in GitHub's expressions."""

    def __init__(self, source, contexts):
        self.rest = list(tokens(source))
        self.contexts = contexts

    def value(self):
        value = self.any_of()
        if self.rest:
            raise ValueError(f"left over in an expression: {self.rest}")
        return value

    def peek(self):
        return self.rest[0][1] if self.rest and self.rest[0][0] == "op" else None

    def any_of(self):
        value = self.all_of()
        while self.peek() == "||":
            self.rest.pop(0)
            other = self.all_of()
            value = value or other
        return value

    def all_of(self):
        value = self.compared()
        while self.peek() == "&&":
            self.rest.pop(0)
            other = self.compared()
            value = value and other
        return value

    def compared(self):
        value = self.atom()
        while self.peek() in ("==", "!="):
            op = self.rest.pop(0)[1]
            same = str(value).lower() == str(self.atom()).lower()
            value = same if op == "==" else not same
        return value

    def atom(self):
        kind, text = self.rest.pop(0)
        if kind == "text":
            return text.replace("''", "'")
        if kind == "op" and text == "(":
            value = self.any_of()
            assert self.rest.pop(0)[1] == ")"
            return value
        value = self.contexts
        for part in text.split("."):
            value = value.get(part, "") if isinstance(value, dict) else ""
        return value


def evaluate(text, contexts):
    return re.sub(r"\$\{\{(.*?)\}\}", lambda m: str(Expression(m.group(1), contexts).value()), str(text))


def is_true(condition, contexts):
    source = re.sub(r"^\s*\$\{\{(.*)\}\}\s*$", r"\1", condition)
    return bool(Expression(source, contexts).value())


@dataclasses.dataclass
class Result:
    """What a job with this action shows."""

    failed: bool = False
    log: str = ""
    summary: str = ""
    outputs: dict = dataclasses.field(default_factory=dict)
    used: list = dataclasses.field(default_factory=list)
    path: list = dataclasses.field(default_factory=list)


def read_pairs(path):
    """`name=value` lines, as the runner splits them: at every kind of line end."""
    return dict(line.split("=", 1) for line in re.split(r"\r\n|\n|\r", path.read_text()) if line)


def run_action(action, workspace, temp, inputs=None, github=None, env=None):
    """Runs the action of the folder `action` in `workspace`."""
    action = pathlib.Path(action)
    definition = yaml.safe_load((action / "action.yml").read_text())
    given = dict(inputs or {})
    values = {name: str(given.pop(name, spec.get("default", ""))) for name, spec in definition["inputs"].items()}
    assert not given, f"the action has no inputs {given}"
    contexts = {"inputs": values, "github": github or {}, "steps": {}}
    result = Result()
    summary = temp / "summary"
    summary.touch()
    for number, step in enumerate(definition["runs"]["steps"]):
        if "if" in step and not is_true(step["if"], contexts):
            continue
        if "uses" in step:
            result.used.append((step["uses"], {k: evaluate(v, contexts) for k, v in step.get("with", {}).items()}))
            continue
        assert step["shell"] == "bash"
        files = {name: temp / f"{name}-{number}" for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_ENV")}
        for file in files.values():
            file.touch()
        script = temp / f"script-{number}.sh"
        script.write_text(evaluate(step["run"], contexts))
        environment = {
            "PATH": os.pathsep.join([*reversed(result.path), os.environ["PATH"]]),
            "HOME": os.environ["HOME"],
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(action),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_TEMP": str(temp),
            "RUNNER_OS": "Linux",
            "RUNNER_ARCH": {"x86_64": "X64", "aarch64": "ARM64"}[platform.machine()],
            **{name: str(file) for name, file in files.items()},
            **(env or {}),
            **{name: evaluate(value, contexts) for name, value in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        result.log += done.stdout.decode()
        assert not files["GITHUB_ENV"].read_text(), "nothing may be put into the environment of other steps"
        result.path += [line for line in files["GITHUB_PATH"].read_text().splitlines() if line]
        contexts["steps"][step.get("id", str(number))] = {"outputs": read_pairs(files["GITHUB_OUTPUT"])}
        if done.returncode != 0:
            result.failed = True
            break
    result.summary = summary.read_text()
    outputs = definition["outputs"]
    result.outputs = {name: evaluate(spec["value"], contexts) for name, spec in outputs.items()}
    return result
