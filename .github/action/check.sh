#!/usr/bin/env bash
# Runs `portlint check` once on a runner, and writes all that the action gives: the log, the SARIF report, the job summary and
# the outputs. It fails only if it cannot do that; the verdict is a later step's, so that the report is uploaded before.
#
# reads: PORTLINT (the binary), PORTLINT_PATHS, PORTLINT_CONFIG, PORTLINT_FAIL_ON, PORTLINT_FORMAT, PORTLINT_SARIF_FILE,
#        PORTLINT_ARGS, PORTLINT_ONLY_CHANGED (the inputs), PORTLINT_BASE (the commit before the change),
#        GITHUB_OUTPUT, GITHUB_STEP_SUMMARY, RUNNER_TEMP
# gives: outputs `findings`, `errors`, `sarif-file`, `exit-code`
#
# Written for bash 3.2, which is what macOS has: `${list[@]+"${list[@]}"}` is a list that may be empty.
set -euo pipefail

# A log line that starts with two colons is a command to the runner: what is said here has no text from outside in it.
fail() {
  echo "::error title=portlint::$1"
  exit 2
}

newline='
'
format="${PORTLINT_FORMAT:-github}"
sarif="${PORTLINT_SARIF_FILE:-}"
case "$sarif" in
  '') sarif="$RUNNER_TEMP/portlint.sarif" ;;
  # An output is a line.
  *"$newline"* | *$'\r'*) fail 'the input "sarif-file" is more than one line' ;;
esac
scratch="$(mktemp -d "$RUNNER_TEMP/portlint.XXXXXX")"

# One path a line; blanks and all else belong to it.
paths=()
while IFS= read -r line || [ -n "$line" ]; do
  line="${line%$'\r'}"
  if [ -n "$line" ]; then paths+=("$line"); fi
done <<<"${PORTLINT_PATHS:-.}"

# Words between blanks; nothing is expanded.
more=()
while IFS= read -r line || [ -n "$line" ]; do
  read -r -a words <<<"${line%$'\r'}"
  more+=(${words[@]+"${words[@]}"})
done <<<"${PORTLINT_ARGS:-}"

# The commit before the change, if it is known and there.
base() {
  local commit="${PORTLINT_BASE:-}"
  if ! [[ "$commit" =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]] || [[ "$commit" =~ ^0+$ ]]; then
    echo '::notice title=portlint::There is no commit to compare with: everything is reported.'
    return 1
  fi
  # A checkout has no history unless it is asked for.
  if ! git cat-file -e "$commit^{commit}" 2>/dev/null &&
    ! git fetch --quiet --no-tags --depth=1 origin "$commit" 2>/dev/null; then
    echo '::warning title=portlint::The commit to compare with cannot be fetched (with "fetch-depth: 0" it is there): everything is reported.'
    return 1
  fi
}

options=(--format "$format" --report "sarif=$sarif" --report "jsonl=$scratch/lines" --report "markdown=$scratch/summary")
if [ -n "${PORTLINT_CONFIG:-}" ]; then options+=("--config=$PORTLINT_CONFIG"); fi
case "${PORTLINT_FAIL_ON:-warning}" in
  error | warning | note) options+=(--fail-on "$PORTLINT_FAIL_ON") ;;
  never) options+=(--exit-zero) ;;
  *) fail 'the input "fail-on" wants one of error, warning, note, never' ;;
esac
if [ "${PORTLINT_ONLY_CHANGED:-false}" = true ] && base; then options+=("--diff-base=$PORTLINT_BASE"); fi

rm -f -- "$sarif"
# Only the format that is made of commands to the runner may give it some.
token=''
if [ "$format" != github ]; then
  token="portlint-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  echo "::stop-commands::$token"
fi
code=0
"$PORTLINT" check "${options[@]}" ${more[@]+"${more[@]}"} -- ${paths[@]+"${paths[@]}"} || code=$?
if [ -n "$token" ]; then
  # The last line of the output may lack its end.
  echo
  echo "::$token::"
fi

# The last line of these is counts, of numbers alone.
errors='' findings=''
counts='"errors":([0-9]+),"warnings":([0-9]+),"notes":([0-9]+)'
if [ -f "$scratch/lines" ] && [[ "$(tail -n 1 "$scratch/lines")" =~ $counts ]]; then
  errors="${BASH_REMATCH[1]}"
  findings=$((BASH_REMATCH[1] + BASH_REMATCH[2] + BASH_REMATCH[3]))
fi
if [ -f "$scratch/summary" ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$scratch/summary" >>"$GITHUB_STEP_SUMMARY"; fi
if [ ! -f "$sarif" ]; then sarif=''; fi
rm -rf "$scratch"
{
  echo "findings=$findings"
  echo "errors=$errors"
  echo "sarif-file=$sarif"
  echo "exit-code=$code"
} >>"$GITHUB_OUTPUT"
