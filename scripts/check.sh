#!/bin/sh
# Everything that can be checked without touching the system: format, lint, types, boundaries, unit and golden tests, dead code.
cd "$(dirname "$0")/.." || exit 1
sh scripts/bootstrap.sh || exit 1
PATH="$(sh scripts/runtime.sh):$PATH"
export PATH
status=0
for step in lint types boundaries dead-code unit; do
  printf '%s\n' "== $step"
  npm run --silent "$step" || { status=1; printf 'ERROR: %s failed\n' "$step" >&2; }
done
exit $status
