#!/usr/bin/env bash
# Ends the action as portlint ended.
#
# reads: PORTLINT_EXIT_CODE, PORTLINT_FINDINGS (outputs of check.sh)
set -euo pipefail

case "${PORTLINT_EXIT_CODE:-}" in
  0) echo "portlint: ${PORTLINT_FINDINGS:-0} findings, none of them fails the job" ;;
  1)
    echo "portlint: ${PORTLINT_FINDINGS:-0} findings"
    exit 1
    ;;
  *)
    echo '::error title=portlint::portlint gave no verdict: wrong use, a broken policy or an internal failure; the log of the step before tells'
    exit 2
    ;;
esac
