#!/usr/bin/env bash
# Installs portlint on a runner: a released binary whose checksum is right, or a build of the action's own checkout.
#
# reads: PORTLINT_VERSION      `0.1.0`, `latest`, `source`, or nothing for the version of the checkout
#        PORTLINT_REPOSITORY   owner and name of the repository with the releases; nothing for an action of the same repository
#        GITHUB_ACTION_PATH, GITHUB_SERVER_URL, GITHUB_OUTPUT, GITHUB_PATH, RUNNER_ARCH, RUNNER_OS, RUNNER_TEMP
# gives: output `binary`; the binary's folder on the PATH of later steps
#
# Written for bash 3.2, which is what macOS has.
set -euo pipefail

version="${PORTLINT_VERSION:-}"
repository="${PORTLINT_REPOSITORY:-}"
folder="$RUNNER_TEMP/portlint-bin"
suffix=''
if [ "$RUNNER_OS" = Windows ]; then suffix='.exe'; fi

# A log line that starts with two colons is a command to the runner: what is said here has no text from outside in it.
fail() {
  echo "::error title=portlint::$1"
  exit 2
}

# The release's name of this platform, as Rust calls it. Linux gets the static binary, which runs on every distribution.
platform() {
  case "$RUNNER_OS/$RUNNER_ARCH" in
    Linux/X64) echo x86_64-unknown-linux-musl ;;
    Linux/ARM64) echo aarch64-unknown-linux-musl ;;
    macOS/X64) echo x86_64-apple-darwin ;;
    macOS/ARM64) echo aarch64-apple-darwin ;;
    Windows/X64) echo x86_64-pc-windows-msvc ;;
    Windows/ARM64) echo aarch64-pc-windows-msvc ;;
    *) return 1 ;;
  esac
}

sha256() {
  if command -v sha256sum >/dev/null; then
    sha256sum "$1" | cut -d ' ' -f 1
  else
    shasum -a 256 "$1" | cut -d ' ' -f 1
  fi
}

fetch() {
  curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 3 --connect-timeout 20 --max-time 300 \
    --output "$2" "$1"
}

# Fetches and unpacks the binary of release $1. Returns 1 if there is none for this platform; ends the run if it is not the one
# that the release's list of checksums speaks of.
download() {
  local target archive base scratch wanted
  target="$(platform)" || return 1
  [ -n "$repository" ] || return 1
  archive="portlint-$target.tar.gz"
  base="${GITHUB_SERVER_URL:-https://github.com}/$repository/releases"
  if [ "$1" = latest ]; then base="$base/latest/download"; else base="$base/download/v$1"; fi
  scratch="$(mktemp -d "$RUNNER_TEMP/portlint-download.XXXXXX")"
  fetch "$base/$archive" "$scratch/$archive" || return 1
  fetch "$base/SHA256SUMS" "$scratch/SHA256SUMS" || fail 'the release has no list of checksums'
  wanted="$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$scratch/SHA256SUMS")"
  [ -n "$wanted" ] || fail "the release's list of checksums does not name $archive"
  [ "$(sha256 "$scratch/$archive")" = "$wanted" ] || fail "the checksum of $archive is wrong: nothing is installed"
  mkdir -p "$folder"
  # From its standard input: a name such as D:\x would be another machine's to some.
  tar -xzf - -C "$folder" "portlint$suffix" <"$scratch/$archive"
  rm -rf "$scratch"
}

build() {
  command -v cargo >/dev/null || fail 'there is no released binary for this runner, and no cargo to build one with'
  cargo install --locked --quiet --path "$GITHUB_ACTION_PATH" --root "$RUNNER_TEMP/portlint-build" --force
  mkdir -p "$folder"
  cp "$RUNNER_TEMP/portlint-build/bin/portlint$suffix" "$folder/"
}

if [ -n "$repository" ] && ! [[ "$repository" =~ ^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$ ]]; then
  fail "the action's repository has an unusual name"
fi
version="${version#v}"
case "$version" in
  source) build ;;
  '')
    own="$(sed -n 's/^version = "\([0-9A-Za-z.+-]*\)"$/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml" | head -n 1)"
    if ! download "$own"; then
      echo "There is no released binary of portlint $own for this runner: it is built from the action's checkout."
      build
    fi
    ;;
  *)
    if [ "$version" != latest ] && ! [[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
      fail 'the input "version" wants a number such as 0.1.0, or latest, or source'
    fi
    download "$version" || fail "there is no released binary of portlint $version for this runner; \"version: source\" builds one"
    ;;
esac

binary="$folder/portlint$suffix"
"$binary" --version
echo "binary=$binary" >>"$GITHUB_OUTPUT"
echo "$folder" >>"$GITHUB_PATH"
