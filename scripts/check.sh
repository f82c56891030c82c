#!/bin/sh
# Everything that can be checked without touching the system: format, lint, types, boundaries, unit and golden tests, dead code.
cd "$(dirname "$0")/.." || exit 1
sh scripts/bootstrap.sh || exit 1
PATH="$(sh scripts/runtime.sh):$PATH"
export PATH
failed=
for step in lint types boundaries dead-code unit; do
  printf '%s\n' "== $step"
  npm run --silent "$step" || failed="$failed $step"
done
[ -z "$failed" ] || { printf 'ERROR: failed:%s\n' "$failed" >&2; exit 1; }
