#!/usr/bin/env bash
# Builds the binary of a target and packs it: dist/portlint-TARGET.tar.gz, with the licences, as installers expect it.
#
# usage: .github/release/package.sh TARGET
set -euo pipefail

target="$1"
suffix=''
case "$target" in
  *-windows-*) suffix='.exe' ;;
esac
cargo build --release --locked --target "$target"
mkdir -p dist
stage="$(mktemp -d)"
cp "${CARGO_TARGET_DIR:-target}/$target/release/portlint$suffix" README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$stage/"
# A binary that does not run is no release, where it can be tried.
if [ "$(rustc -vV | sed -n 's/^host: //p')" = "$target" ]; then "$stage/portlint$suffix" --version; fi
(cd "$stage" && tar -czf portlint.tar.gz "portlint$suffix" README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE)
mv "$stage/portlint.tar.gz" "dist/portlint-$target.tar.gz"
rm -rf "$stage"
