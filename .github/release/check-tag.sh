#!/usr/bin/env bash
# Fails unless the tag that is released names the version of Cargo.toml, and the changelog speaks of it.
#
# reads: GITHUB_REF
set -euo pipefail

version="$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)"
case "$GITHUB_REF" in
  "refs/tags/v$version") ;;
  refs/tags/*)
    echo "Cargo.toml is of version $version, and the tag names another one"
    exit 1
    ;;
  *)
    echo "no tag: everything is built, nothing is published"
    exit 0
    ;;
esac
grep -q "^## $version\b" CHANGELOG.md || {
  echo "CHANGELOG.md says nothing of $version"
  exit 1
}
