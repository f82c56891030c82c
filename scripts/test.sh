#!/bin/sh
# Every test, the real systems included. On Debian and its kin, as root, it first installs the system packages that the tests need; elsewhere
# tests that lack something are skipped and say so. Needs Node.js (any version with npm); brings the runtime of version 24 as a package.
set -eu
cd "$(dirname "$0")/.."

packages='qemu-system-x86 qemu-utils ovmf seabios ipxe-qemu iproute2 nftables tcpdump iputils-ping kmod lz4 xz-utils mtools dosfstools procps util-linux uidmap tmux tshark slirp4netns zsh fish'
programs='qemu-system-x86_64 qemu-img ip nft tcpdump ping depmod lz4 xz mcopy mkfs.fat ps unshare newuidmap tmux tshark slirp4netns zsh fish'

missing() {
  for program in $programs; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null 2>&1 || echo "$program"
  done
}

if [ -n "$(missing)" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Info: Installing system packages: $packages" >&2
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
  else
    echo "Warn: missing: $(missing | tr '\n' ' '); tests that need them are skipped. On Debian, as root: apt-get install $packages" >&2
  fi
fi

sh scripts/bootstrap.sh
PATH="$(sh scripts/runtime.sh):$PATH:/usr/sbin:/sbin"
export PATH

tests() {
  npx vitest run --project "$1" --reporter=default --reporter=json --outputFile.json=".cache/$1-tests.json"
}

# System tests wait for guests and kernels most of the time. What they leave of the processor is enough for the checks and the unit tests, and for
# the tests that can do without the machine's network. Those get one of their own, so that neither sees what the other makes.
mkdir -p .cache
rm -f .cache/*-tests.json
./weft image build || echo "Warn: the small guest is not built" >&2
echo "== checks and unit tests, and system tests in a network apart, beside the others; told of at the end (.cache/checks.log, .cache/apart.log)"
nice -n 5 sh scripts/check.sh >.cache/checks.log 2>&1 &
checks=$!
apart=
if [ "$(id -u)" = 0 ]; then
  sh scripts/network-apart.sh npx vitest run --project apart --reporter=default --reporter=json --outputFile.json=.cache/apart-tests.json >.cache/apart.log 2>&1 &
  apart=$!
fi
status=0
echo "== system tests"
tests system || status=1
if [ -n "$apart" ]; then wait "$apart" || status=1; cat .cache/apart.log; else tests apart || status=1; fi
wait "$checks" || status=1
cat .cache/checks.log
node scripts/sum-up-tests.mjs .cache/unit-tests.json .cache/system-tests.json .cache/apart-tests.json || status=1
exit $status
