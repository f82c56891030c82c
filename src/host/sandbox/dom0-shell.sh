#!/bin/sh
# Makes the machine look like dom0 of a Qubes to one command: /etc/qubes-release is there, and /var/run/qubesd.sock is a lab's socket. Started by
# `unshare --mount --propagation slave [--user --map-root-user]`: nothing of it is seen outside.
#   $1    RUN, the lab's runtime folder
#   $2    the lab's socket
#   $3    UID:GID that the command runs as; empty where it runs as root
#   $4... the command
set -eu
run=$1 socket=$2 user=$3
shift 3
stage=$run/dom0
mkdir -p "$stage"

# A folder as it is, but for one entry, on a private file system of the stage: what was there is there by bind mounts.
copy() {
  mount --no-mtab -t tmpfs -o mode=755 weft "$stage"
  mount --no-mtab --make-unbindable "$stage"
  find "$1" -mindepth 1 -maxdepth 1 ! -name "$2" -type l -exec cp -P -t "$stage" -- {} +
  find "$1" -mindepth 1 -maxdepth 1 ! -name "$2" -type d -printf '%f\0' | (cd "$stage" && xargs -0r mkdir --)
  find "$1" -mindepth 1 -maxdepth 1 ! -name "$2" ! -type d ! -type l -printf '%f\0' | (cd "$stage" && xargs -0r touch --)
  find "$1" -mindepth 1 -maxdepth 1 ! -name "$2" ! -type l -printf "%p\t$stage/%f\tnone\trbind\t0\t0\n" | sed 's/ /\\040/g' > "$stage/$2"
  # 64: some have gone meanwhile.
  mount --no-mtab --all --fstab "$stage/$2" || [ $? -eq 64 ]
  rm "$stage/$2"
}

copy /etc qubes-release
echo 'Qubes release 4.3 (a lab of weft)' > "$stage/qubes-release"
mount --no-mtab --move "$stage" /etc

sockets=$(readlink -f /var/run)
copy "$sockets" qubesd.sock
ln -s "$socket" "$stage/qubesd.sock"
mount --no-mtab --move "$stage" "$sockets"

[ -n "$user" ] || exec "$@"
exec unshare --user --map-user="${user%:*}" --map-group="${user#*:}" -- "$@"
