#!/usr/bin/env bash
# The step of action.yml: judges in the repository of whoever uses it, and ends as `lockstep gate check` does (0 fits, 1 breaks, 2 tool or
# input error, 3 unknown). Takes OLD and NEW, and WAIVERS, SIZES and SARIF where they are not empty; tells GITHUB_OUTPUT the verdict.
set -Eeuo pipefail

lockstep=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# What the command itself takes, no tool of ours for tests; once a runner.
[ -d "$lockstep/node_modules" ] || npm ci --prefix "$lockstep" --omit=dev --no-audit --no-fund > /dev/null

arguments=(gate check "$OLD" "$NEW" --github)
[ -z "${WAIVERS:-}" ] || arguments+=(--waivers "$WAIVERS")
[ -z "${SIZES:-}" ] || arguments+=(--sizes "$SIZES")
if [ -n "${SARIF:-}" ]; then
  # A file of an earlier run must not pass for this one's.
  rm -f "$SARIF"
  arguments+=(--sarif "$SARIF")
fi

status=0
node "$lockstep/cli/bin/lockstep.mjs" "${arguments[@]}" || status=$?
verdicts=(fits breaks error unknown)
[ -z "${GITHUB_OUTPUT:-}" ] || echo "verdict=${verdicts[$status]:-error}" >> "$GITHUB_OUTPUT"
exit "$status"
