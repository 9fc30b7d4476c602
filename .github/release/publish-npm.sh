#!/usr/bin/env bash
# Publishes the npm packages of a folder; the one that people install last, when what it needs is there.
#
# usage: .github/release/publish-npm.sh FOLDER [OPTION...]      (options of `npm publish`, such as --dry-run)
set -euo pipefail

folder="$1"
shift
for package in "$folder"/portlint-cli-*.tgz "$folder"/portlint-[0-9]*.tgz; do
  npm publish "./$package" --provenance --access public "$@"
done
