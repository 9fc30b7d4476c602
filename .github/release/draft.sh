#!/usr/bin/env bash
# Makes the draft of a release of the pushed tag, with all files of a folder and this version's part of the changelog.
#
# usage: .github/release/draft.sh FOLDER
# reads: GITHUB_REF_NAME, GITHUB_REPOSITORY, GH_TOKEN
set -euo pipefail

version="${GITHUB_REF_NAME#v}"
notes="$(mktemp)"
awk -v heading="## $version" 'index($0, "## ") == 1 { on = index($0, heading) == 1; next } on' CHANGELOG.md >"$notes"
kind=()
case "$version" in
  *-*) kind=(--prerelease) ;;
esac
gh release create "$GITHUB_REF_NAME" --repo "$GITHUB_REPOSITORY" --verify-tag --draft "${kind[@]}" \
  --title "portlint $version" --notes-file "$notes" "$1"/*
