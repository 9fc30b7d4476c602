#!/usr/bin/env bash
# Lists the checksums of all archives of a folder in its SHA256SUMS, which installers look them up in.
#
# usage: .github/release/checksums.sh FOLDER
set -euo pipefail

cd "$1"
sha256sum -- *.tar.gz >SHA256SUMS
cat SHA256SUMS
