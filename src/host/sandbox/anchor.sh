#!/bin/sh
# The anchor: process 1 of a lab's sandbox. It arranges the private mounts, says its process number on the machine in RUN/anchor, and then
# only exists: whoever kills it ends every process of the lab. Started by `unshare --mount --pid --net --fork [--user --map-root-user]`.
#   $1  RUN, the lab's runtime folder
set -eu
cd "$1"

# The machine's own /proc stays readable here, so that the numbers of processes can be told as people on the machine see them.
mkdir -p proc run
mount --rbind /proc proc
read -r pid _ < proc/self/stat
mount -t proc proc /proc

# A private /run/netns, so that `ip netns` works inside and nothing of it is seen outside. Where the machine has no such folder and an
# ordinary user could not make it, /run becomes a private file system that shows all that was there.
if [ -d /run/netns ]; then
  mount -t tmpfs -o mode=755 weft /run/netns
else
  mount --rbind /run run
  mount -t tmpfs -o mode=755 weft /run
  for entry in run/*; do
    name=${entry#run/}
    if [ -L "$entry" ]; then
      cp -P "$entry" "/run/$name"
    elif [ -d "$entry" ]; then
      mkdir -p "/run/$name" && mount --rbind "$entry" "/run/$name"
    elif [ -e "$entry" ]; then
      : > "/run/$name" && mount --bind "$entry" "/run/$name" || rm -f "/run/$name"
    fi
  done
  mkdir /run/netns
fi

ip link set lo up 2>/dev/null || true
echo "$pid" > anchor.new
mv anchor.new anchor

# A process that ignores SIGCHLD has its children reaped by the kernel (wait(2), notes): orphans of the lab leave no zombies.
trap '' CHLD
exec sleep infinity
