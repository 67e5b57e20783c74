# SPDX-License-Identifier: Apache-2.0
# Shared by all bats files.  Tests run in $BATS_TEST_TMPDIR with HOME and the
# XDG directories inside it, so nothing leaks in or out.
bats_require_minimum_version 1.5.0

: "${SRCDIR:=$(cd "$BATS_TEST_DIRNAME/.." && pwd)}"
: "${BUILDDIR:=$SRCDIR/build}"
: "${SHARED:=$SRCDIR/../shared}"
export SRCDIR BUILDDIR SHARED
export ASAN_OPTIONS="${ASAN_OPTIONS:-exitcode=99}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-exitcode=99}"
PATH="$BUILDDIR/tools:$SRCDIR/tools:$PATH"

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export HOME=$BATS_TEST_TMPDIR/home
	export XDG_CACHE_HOME=$HOME/.cache
	mkdir -p "$HOME"
	unset PROV_CACHE PROV_UPSTREAM SOURCE_DATE_EPOCH
}

# private_keys DIR: copies of golden/keys with the modes that private keys
# want, which neither git nor an archive keeps.
private_keys() {
	mkdir -p "$1"
	cp "$SRCDIR"/golden/keys/* "$1"
	chmod 600 "$1"/*.key
}

# refuses CODE cmd...: exactly this exit status, nothing on stdout, and one
# line on stderr that begins with the tool's name.
refuses() {
	local want=$1 got=0 name
	shift
	name=$(basename "$1")
	"$@" >refuses.out 2>refuses.err </dev/null || got=$?
	if [ "$got" -ne "$want" ] || [ -s refuses.out ] ||
	    [ "$(wc -l <refuses.err)" -ne 1 ] ||
	    [ "$(head -c $((${#name} + 2)) refuses.err)" != "$name: " ]; then
		echo "refuses $want: $*"
		echo "exit status $got, stdout $(wc -c <refuses.out) bytes, stderr:"
		cat refuses.err
		return 1
	fi
}

# status_is CODE cmd...: exactly this exit status; output goes to the test's
# log, or where the caller redirects it.
status_is() {
	local want=$1 got=0
	shift
	"$@" || got=$?
	if [ "$got" -ne "$want" ]; then
		echo "exit status $got, expected $want: $*" >&2
		return 1
	fi
}

# same EXPECTED ACTUAL: the same bytes in both files.
same() {
	cmp -s "$1" "$2" && return 0
	echo "files differ: $1 (expected), $2 (actual)"
	diff <(head -c 20000 "$1") <(head -c 20000 "$2") | head -40
	return 1
}

need_shared() {
	[ -d "$SHARED/vectors" ] || skip "no ../shared test data here"
}

# need_peer PKG...: packages that ci/npm-peers put under $PROV_PEERS.
need_peer() {
	command -v node >/dev/null || skip "no node here"
	for pkg in "$@"; do
		[ -d "${PROV_PEERS:-/nonexistent}/node_modules/$pkg" ] ||
			skip "no npm package $pkg (run ci/npm-peers)"
	done
	export NODE_PATH=$PROV_PEERS/node_modules
}

# not_sanitized WHY: limits on memory do not go with a sanitizer's.
not_sanitized() {
	[ "${SANITIZED-}" != yes ] || skip "$1"
}

need_command() {
	command -v "$1" >/dev/null || skip "no $1 here"
}

# valid_against KIND FILE: every record of FILE fits the schema of KIND.
valid_against() {
	local schema=$SRCDIR/golden/schemas/${1//\//.}.schema.json
	[ -f "$schema" ] || { echo "no schema $schema"; return 1; }
	[ -x "$BUILDDIR/tools/prov-check" ] || return 0
	"$BUILDDIR/tools/prov-check" --format-assertion \
		--schema-dir "$SRCDIR/golden/schemas" --schema "$schema" "$2" \
		>valid.out || { cat valid.out; return 1; }
}
