#!/usr/bin/env bash
# Publishes the crate. The address of the repository is that of the repository which publishes it; `cargo binstall` finds the
# binaries by it.
#
# usage: .github/release/publish-crate.sh [OPTION...]      (options of `cargo publish`, such as --dry-run)
# reads: GITHUB_SERVER_URL, GITHUB_REPOSITORY
set -euo pipefail

grep -q '^repository = ' Cargo.toml ||
  sed -i "s|^readme = .*|&\nrepository = \"$GITHUB_SERVER_URL/$GITHUB_REPOSITORY\"|" Cargo.toml
cargo publish --locked --allow-dirty "$@"
