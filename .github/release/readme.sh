#!/usr/bin/env bash
# Makes the README's links lead to the repository, at the version that is released: PyPI knows no other files.
#
# usage: .github/release/readme.sh
# reads: GITHUB_SERVER_URL, GITHUB_REPOSITORY
set -euo pipefail

version="$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)"
base="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"
# Pictures first: what has a colon in it, an address, is left alone.
sed -E \
  -e "s|!\[([^]]*)\]\(([^):#]+)\)|![\1]($base/raw/v$version/\2)|g" \
  -e "s|\]\(([^):#]+)\)|]($base/blob/v$version/\1)|g" \
  README.md >README.md.new
mv README.md.new README.md
