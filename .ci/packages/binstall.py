"""Holds the metadata of `cargo binstall` against the archive of a release.

usage: binstall.py CARGO_TOML TARGET ARCHIVE PACKAGE_SCRIPT
"""

import pathlib
import re
import sys
import tarfile
import tomllib

manifest, target, archive, script = sys.argv[1:]
package = tomllib.loads(pathlib.Path(manifest).read_text())["package"]
meta = package["metadata"]["binstall"]
names = {
    "repo": "https://example.com/owner/portlint",
    "name": package["name"],
    "version": package["version"],
    "target": target,
    "bin": "portlint",
    "binary-ext": "",
}

def filled(template):
    return re.sub(r"\{ ([\w-]+) \}", lambda m: names[m.group(1)], template)

url = filled(meta["pkg-url"])
assert url == f"https://example.com/owner/portlint/releases/download/v{package['version']}/{pathlib.Path(archive).name}", url
assert meta["pkg-fmt"] == "tgz"
with tarfile.open(archive) as tar:
    assert filled(meta["bin-dir"]) in tar.getnames(), tar.getnames()
assert 'dist/portlint-$target.tar.gz' in pathlib.Path(script).read_text()
