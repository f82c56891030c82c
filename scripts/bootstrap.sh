#!/bin/sh
# Brings a clone up to date: npm packages, then the build, then dist/.built, which names the runtime and tells the launcher that all is done.
# Two at once: the second waits for the first and finds nothing left to do.
root=${WEFT_ROOT:-$(cd "$(dirname "$0")/.." && pwd -P)}
cd "$root" || exit 1
stamp=dist/.built
fail() { printf 'ERROR: %s\n' "$1" >&2; [ -z "$2" ] || printf '       %s\n' "$2" >&2; exit 1; }

[ -w . ] || fail "weft in $root is not built, and you may not write there" "run ./weft there once as $(stat -c %U .), or clone it again as yourself"
mkdir -p .cache || exit 1
lock=.cache/bootstrap.lock
told=
until mkdir "$lock" 2>/dev/null; do
  holder=$(cat "$lock/pid" 2>/dev/null)
  if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
    # One of several waiters takes the dead holder's lock away; rename is atomic.
    mv "$lock" "$lock.stale.$$" 2>/dev/null && rm -rf "$lock.stale.$$"
    continue
  fi
  [ -n "$told" ] || { told=yes; echo "Info: Waiting for another weft that prepares $root" >&2; }
  sleep 0.2
done
echo $$ >"$lock/pid"
trap 'rm -rf "$lock"' EXIT
trap 'exit 130' INT TERM HUP

packages_current() {
  [ -e node_modules/.package-lock.json ] || return 1
  [ -z "$(find package-lock.json -newer node_modules/.package-lock.json)" ] || cmp -s package-lock.json .cache/installed-lock.json
}

if ! packages_current; then
  command -v npm >/dev/null || fail "npm is missing: weft needs it once, to fetch its packages" "on Debian: apt-get install npm"
  echo "Info: Fetching npm packages (once)" >&2
  # Some mirrors lack packages for other systems, which npm ci wants all the same; npm install takes the locked versions of the rest.
  npm ci --no-audit --no-fund --loglevel=error >.cache/npm.log 2>&1 ||
    npm install --no-save --no-audit --no-fund --loglevel=error >>.cache/npm.log 2>&1 ||
    fail "npm cannot fetch the packages of $root" "what it says is in $root/.cache/npm.log"
  cp package-lock.json .cache/installed-lock.json
fi
runtime=$(sh scripts/runtime.sh) || exit 1

if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$runtime/node" ] ||
  [ -n "$(find src package-lock.json scripts/build.mjs -newer "$stamp" ! -name '*.test.ts' -print -quit)" ]; then
  echo "Info: Building weft" >&2
  mkdir -p dist
  # What changes while we build is newer than this mark, and built next time.
  : >.cache/build-begun
  "$runtime/node" scripts/build.mjs >&2 || fail "the build failed in $root"
  printf '%s\n' "$runtime/node" >"$stamp.new" && touch -r .cache/build-begun "$stamp.new" && mv "$stamp.new" "$stamp" || exit 1
fi
