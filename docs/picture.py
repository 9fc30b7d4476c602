#!/usr/bin/env python3
"""Draws what portlint prints as docs/src/picture.svg: the real binary, run on a copy of the example, in its own colours.

usage: docs/picture.py BINARY [--check PICTURE]

With --check nothing is written; the run fails if the picture shows something else than what is printed now. The picture's text is
text: it can be searched, selected and read aloud. Colours follow the reader's choice of light or dark.
"""

import html
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "trading-stack"
PICTURE = HERE / "src" / "picture.svg"

COMMANDS = [
    "portlint check --select port-collision",
    "portlint check --fix",
]

# Pixels: of the font, of a column, of a line, around the text.
FONT, COLUMN, LINE, MARGIN = 14, 8.4, 19, 20
# Columns at which portlint itself wraps when it writes to no terminal; the source lines of the example are shorter.
NARROWEST = 100

# What the codes mean, by the names of the classes below.
COLOURS = {"31": "red", "33": "yellow", "32": "green", "34": "blue", "36": "cyan", "38;5;9": "red", "38;5;11": "yellow"}
COLOURS |= {"38;5;10": "green", "38;5;12": "blue", "38;5;14": "cyan"}
LIGHT = {"back": "#ffffff", "edge": "#d1d9e0", "text": "#1f2328", "red": "#b3151f", "yellow": "#8a5700", "green": "#1a6e2e"}
LIGHT |= {"blue": "#0550ae", "cyan": "#0b6570", "prompt": "#59636e"}
DARK = {"back": "#0d1117", "edge": "#3d444d", "text": "#e6edf3", "red": "#ff8a80", "yellow": "#e8b339", "green": "#56d364"}
DARK |= {"blue": "#79c0ff", "cyan": "#56c5d4", "prompt": "#9198a1"}


def printed(binary, command, root):
    """All that a command prints, both streams as they come, and its colours."""
    words = shlex.split(command)
    assert words[0] == "portlint"
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "XDG_CACHE_HOME": str(root / ".git")}
    done = subprocess.run(
        [binary, *words[1:], "--color", "always"],
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode > 1:
        sys.exit(f"{command}: {done.stdout.decode()}")
    return done.stdout.decode()


def runs(line):
    """`(column, text, classes)` for each stretch of a line in one colour."""
    column, bold, colour = 0, False, None
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if match := re.fullmatch(r"\x1b\[([0-9;]*)m", part):
            codes = match[1]
            if codes.startswith("1;"):
                bold, codes = True, codes[2:]
            if codes in ("", "0"):
                bold, colour = False, None
            elif codes == "1":
                bold = True
            elif codes in COLOURS:
                colour = COLOURS[codes]
            else:
                sys.exit(f"the picture knows no colour {codes}")
        elif part:
            # Blanks at the ends are only a place.
            text = part.strip(" ")
            if text:
                start = column + len(part) - len(part.lstrip(" "))
                yield start, text, [c for c in (colour, "bold" if bold else None) if c]
            column += width(part)


def width(text):
    for c in text:
        if unicodedata.east_asian_width(c) in "WF" or unicodedata.combining(c) or unicodedata.category(c) == "Cc":
            sys.exit(f"the picture has no column for {c!r}")
    return len(text)


def rules(colours):
    text = [f".back {{ fill: {colours['back']}; stroke: {colours['edge']} }}", f"text {{ fill: {colours['text']} }}"]
    return text + [f".{name} {{ fill: {colours[name]} }}" for name in ("red", "yellow", "green", "blue", "cyan", "prompt")]


def draw(sections):
    """The picture of commands and what they printed."""
    rows, widest = [], NARROWEST
    for command, output in sections:
        if rows:
            rows.append([])
        rows.append([(0, "$", ["prompt"]), (2, command, ["bold"])])
        for line in output.rstrip("\n").split("\n"):
            row = list(runs(line))
            widest = max([widest, *(start + width(text) for start, text, _ in row)])
            rows.append(row)
    w, h = round(widest * COLUMN) + 2 * MARGIN, len(rows) * LINE + 2 * MARGIN
    said = "; ".join(f"{command}: {last_line(output)}" for command, output in sections)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-labelledby="t d">',
        '<title id="t">What portlint prints</title>',
        f'<desc id="d">{html.escape(said)}</desc>',
        "<style>",
        f"text {{ font: {FONT}px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre }}",
        ".bold { font-weight: bold }",
        *rules(LIGHT),
        "@media (prefers-color-scheme: dark) {",
        *rules(DARK),
        "}",
        "</style>",
        f'<rect class="back" x="0.5" y="0.5" width="{w - 1}" height="{h - 1}" rx="8"/>',
    ]
    for number, row in enumerate(rows):
        if row:
            spans = "".join(span(*run) for run in row)
            out.append(f'<text y="{MARGIN + number * LINE + FONT}">{spans}</text>')
    return "\n".join([*out, "</svg>", ""])


def span(start, text, classes):
    # A length for each stretch: columns are columns in every font.
    kind = f' class="{" ".join(classes)}"' if classes else ""
    x, length = MARGIN + start * COLUMN, width(text) * COLUMN
    return f'<tspan x="{x:.1f}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"{kind}>{html.escape(text)}</tspan>'


def last_line(output):
    return re.sub(r"\x1b\[[0-9;]*m", "", output).rstrip("\n").split("\n")[-1]


def main():
    match sys.argv[1:]:
        case [binary]:
            checked = None
        case [binary, "--check", file]:
            checked = pathlib.Path(file)
        case _:
            sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "repository"
        shutil.copytree(EXAMPLE, root)
        (root / ".git").mkdir()
        picture = draw([(command, printed(str(pathlib.Path(binary).resolve()), command, root)) for command in COMMANDS])
    if checked is None:
        PICTURE.write_text(picture, encoding="utf-8")
    elif checked.read_text(encoding="utf-8") != picture:
        sys.exit(f"{checked} is not what portlint prints: run docs/picture.py {binary}")


if __name__ == "__main__":
    main()
