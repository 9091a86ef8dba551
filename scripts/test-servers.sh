#!/bin/sh
# Installs what the tests start for themselves, when it is missing and when it
# may: as root, or with a sudo that asks for no password. With the argument
# "bench", what the benchmark starts: wrk.
# The packages' own services are not started: programs are needed only.
#
# What stays missing is named. For the benchmark, and with CI=true, that is a
# failure.
set -eu

purpose=${1:-tests}

missing() {
	packages=""
	if [ "$purpose" = bench ]; then
		command -v wrk >/dev/null || echo wrk
		return
	fi
	command -v redis-server >/dev/null || packages="redis-server"
	command -v strace >/dev/null || packages="$packages strace"
	if ! command -v nginx >/dev/null && ! [ -x /usr/sbin/nginx ]; then # not in everybody's PATH
		packages="$packages nginx"
	fi
	if ! command -v initdb >/dev/null && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
		packages="$packages postgresql"
	fi
	echo $packages # unquoted: without the space in front
}

# as_root runs a command as root, or fails.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo -n "$@"
	fi
}

# Asked by the packages before they start a service; 101 is "not allowed".
policy=/usr/sbin/policy-rc.d
policy_is_ours=no

forbid_services() {
	[ -e "$policy" ] && return
	policy_is_ours=yes
	printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
	as_root chmod 755 "$policy"
}

allow_services() {
	[ "$policy_is_ours" = no ] || as_root rm -f "$policy"
}

install() {
	trap allow_services EXIT
	trap 'exit 1' HUP INT TERM
	forbid_services
	as_root apt-get update
	# shellcheck disable=SC2046 # one argument per package
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(missing)
}

[ -n "$(missing)" ] || exit 0

if ! command -v apt-get >/dev/null; then
	reason="there is no apt-get here"
elif ! as_root true 2>/dev/null; then
	reason="that takes root, or a sudo that asks for no password"
else
	echo "installing for the $purpose: $(missing)"
	# In a shell of its own: what fails in it must not end this one. Not behind
	# "if" or "||", which would switch its "set -e" off.
	set +e
	(set -e; install) >&2
	set -e
	reason="apt-get failed, see above"
fi

[ -n "$(missing)" ] || exit 0

echo "not installed, $reason: $(missing)"
if [ "$purpose" = bench ]; then
	echo "the benchmark cannot measure without it: install the package by hand"
	exit 1
fi
if [ "${CI:-}" = true ]; then
	echo "CI=true: nothing may be skipped"
	exit 1
fi
echo "the tests that need them are skipped"
