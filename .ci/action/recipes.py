"""Writes the recipes of a page out as the files that they stand for, each in a folder of its own.

usage: recipes.py PAGE FOLDER
"""

import pathlib
import re
import sys

page, folder = map(pathlib.Path, sys.argv[1:])
recipes = re.findall(r'^```yaml title="([^"\n]*)"\n(.*?)^```$', page.read_text(encoding="utf-8"), re.M | re.S)
for number, (name, text) in enumerate(recipes):
    file = folder / str(number) / name
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
names = {name for name, _ in recipes}
wanted = {".pre-commit-config.yaml", ".github/workflows/portlint.yml", ".gitlab-ci.yml"}
sys.exit(f"{page} has no recipe for {wanted - names}" if wanted - names else 0)
