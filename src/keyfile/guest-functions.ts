/** What the lines of a guest's script call; for any POSIX shell with ip(8), base64(1) and grep(1), and with nft(8) where there are rules. */
export const GUEST_FUNCTIONS: string = `# Configuration of this node, from weft.
state=/run/weft/network given=/run/weft/given resolver=/run/weft/resolver
failed=0
fail() { echo "$*" >&2; failed=1; }
mkdir -p $state

# put PATH MODE: the file, base64 on standard input.
put() {
	mkdir -p "\${1%/*}" && (umask 077; base64 -d >"$1.weft") && chmod "$2" "$1.weft" && mv -f "$1.weft" "$1" || fail "cannot write $1"
}

# rules: a script of nft on standard input. Without rules nothing is let through: the interfaces stay as they are.
rules() {
	said=$(nft -f - 2>&1) && return
	fail "cannot load the rules: $(echo "$said" | head -n 3)"
	exit $failed
}

# setting KEY VALUE: what the kernel has not, because it has no IPv6, is no loss.
setting() {
	case $1 in net/ipv6/*) [ -d /proc/sys/net/ipv6 ] || return 0 ;; esac
	echo "$2" 2>/dev/null >"/proc/sys/$1" || fail "cannot set $1 to $2"
}

# purge ADDRESS: of connections, where the guest can say which there are.
purge() {
	command -v conntrack >/dev/null || return 0
	for end in --orig-src --orig-dst --reply-src --reply-dst; do conntrack -D $end "$1" >/dev/null 2>&1; done
}

# resolver: the text of resolv.conf on standard input; what the guest has made of the same text stays.
resolver() {
	cat >/run/weft/fresh-resolver
	if ! cmp -s /run/weft/fresh-resolver $resolver; then
		cat /run/weft/fresh-resolver >/etc/resolv.conf || fail 'cannot write /etc/resolv.conf'
	fi
	mv -f /run/weft/fresh-resolver $resolver
}

# A NetworkManager is given the keyfiles, and the rest is its affair.
manager() {
	folder=/etc/NetworkManager/system-connections
	[ -d $folder ] || return 0
	for file; do
		cp -f "$file" "$folder/" && chmod 600 "$folder/\${file##*/}" || fail "cannot give $file to NetworkManager"
	done
	if command -v nmcli >/dev/null; then nmcli connection reload >/dev/null || fail 'nmcli connection reload failed'; fi
	exit $failed
}

begin() {
	name=$1
	shift
	[ $# -eq 0 ] || ip link set dev "$name" "$@" || fail "cannot set $* at $name"
}

# switch4 NAME KEY VALUE: of IPv4.
switch4() {
	echo "$3" 2>/dev/null >/proc/sys/net/ipv4/conf/$1/$2 || fail "cannot set $2 of $1 to $3"
}

# Without IPv6 in the kernel there is nothing to switch off.
switch() {
	file=/proc/sys/net/ipv6/conf/$1/$2
	if [ "$2 $3" = 'disable_ipv6 1' ] && [ ! -e "$file" ]; then return; fi
	echo "$3" 2>/dev/null >"$file" || fail "cannot set $2 of $1 to $3"
}

# configure NAME: lines 'address ADDRESS', 'neighbour ADDRESS MAC' and 'route FAMILY DESTINATION [via NEXTHOP] ...' on standard input.
configure() {
	name=$1 list=$state/$1 fresh=/run/weft/fresh
	if ! index=$(ip -o link show dev "$name" 2>/dev/null); then
		fail "there is no interface $name"
		return
	fi
	index=\${index%%:*}
	ip link set dev "$name" up || fail "cannot bring $name up"
	{ echo "$index"; cat; } >"$fresh"
	[ ! -e "$list" ] || withdraw
	mv -f "$fresh" "$list"
	while read -r kind words; do
		case $kind in
		address) address $words ;;
		neighbour) neighbour $words ;;
		route) route $words ;;
		beside) beside $words ;;
		esac
	done <"$list"
}

# What the last run set at this very interface, and this one does not, goes.
withdraw() {
	read -r was <"$list"
	[ "$was" = "$index" ] || return 0
	while read -r kind words; do
		grep -qxF -- "$kind $words" "$fresh" && continue
		case $kind in
		address) ip address del $words dev "$name" ;;
		neighbour) ip neighbour del \${words%% *} dev "$name" ;;
		route | beside) ip \${words%% *} route del \${words#* } dev "$name" proto static ;;
		esac 2>/dev/null
	done <"$list"
}

# An IPv6 address is usable at once.
address() {
	flags=
	case $1 in *:*) flags=nodad ;; esac
	ip address replace "$1" dev "$name" $flags || fail "cannot set the address $1 at $name"
}

neighbour() {
	ip neighbour replace "$1" lladdr "$2" dev "$name" nud permanent || fail "cannot set the neighbour $1 at $name"
}

# A next hop that no route reaches is on the link. One that is an address of this node is taken only while a route leads to it; where such a
# route stands already, nobody is to see another for an instant.
route() {
	family=$1
	shift
	said=$(ip $family route replace "$@" dev "$name" proto static 2>&1) && return
	if [ "$2" = via ]; then
		[ -z "$(ip $family route show exact "$@" dev "$name" proto static 2>/dev/null)" ] || return 0
		ip $family route replace "$@" dev "$name" proto static onlink 2>/dev/null && return
		ip $family route add "$3" dev "$name" scope link metric 4294967294 2>/dev/null
		ip $family route replace "$@" dev "$name" proto static 2>/dev/null && said=
		ip $family route del "$3" dev "$name" scope link metric 4294967294 2>/dev/null
	fi
	[ -z "$said" ] || fail "cannot set the route $* at $name: $said"
}

# A route behind others with the same destination and metric.
beside() {
	family=$1
	shift
	said=$(ip $family route append "$@" dev "$name" proto static 2>&1) && return
	case $said in *'File exists'*) ;; *) fail "cannot set the route $* at $name: $said" ;; esac
}
`;
