#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Every tool against every rule of the contract: one table, one claim a test.
# A tool without a row fails the first test.
load helper

# name | exit status | command that prints a result | does it read stdin
# In a command, @X stands for the fixture X below.
rows() {
	cat <<'TABLE'
budget-attest|0|budget-attest --budget @budget.json @verdict.json|yes
dsse-key|0|dsse-key id @key.pub|no
dsse-sign|0|dsse-sign -k @key.pem --type text/plain @plain.txt|yes
dsse-verify|0|dsse-verify -k @key.pub --type text/plain @plain.dsse|yes
prov-cache|0|prov-cache stats --cache @cache|no
prov-check|0|prov-check --schema @schema.json @verdict.json|yes
prov-decide|0|prov-decide --no-cache --policy @policy.json --at @1768176000 @evidence.json|yes
prov-diff|0|prov-diff --base @evidence.json @evidence.json|yes
prov-digest|0|prov-digest @verdict.json|yes
prov-ingest|0|prov-ingest @app.cdx.json|yes
prov-key|0|prov-key --source @hash --sbom @hash --policy @hash --window 2026-01-12T00:00:00Z|no
prov-merkle|0|prov-merkle root @plain.txt|yes
prov-normalize|0|prov-normalize @app.cdx.json|yes
prov-pack|0|prov-pack list @proof.tar|yes
prov-purl|0|prov-purl parse pkg:npm/left-pad@1.3.0|no
prov-report|0|prov-report --text @verdict.json|yes
sigbundle|0|sigbundle inspect @plain.sigstore|yes
TABLE
}

setup_file() {
	export FIX=$BATS_FILE_TMPDIR/fix
	mkdir -p "$FIX" "$FIX/cache"
	chmod 700 "$FIX/cache"
	PATH="$BUILDDIR/tools:$SRCDIR/tools:$PATH"
	cd "$FIX"
	cat >app.cdx.json <<'JSON'
{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,
"metadata":{"component":{"type":"application","bom-ref":"app","name":"app","version":"1.0","purl":"pkg:npm/app@1.0"}},
"components":[{"type":"library","bom-ref":"a","name":"left-pad","version":"1.3.0","purl":"pkg:npm/left-pad@1.3.0"}],
"dependencies":[{"ref":"app","dependsOn":["a"]}]}
JSON
	cat >policy.json <<'JSON'
{"kind":"prov.policy/v1","name":"contract","version":"1","gates":{"maxSeverity":"high"}}
JSON
	cat >budget.json <<'JSON'
{"kind":"prov.budget/v1","default":{"maxUnknownCount":100}}
JSON
	echo '{"type":"object"}' >schema.json
	echo 'hello' >plain.txt
	printf 'sha256:%064d' 7 >hash
	dsse-key generate --type ed25519 --no-passphrase -o key.pem
	dsse-key public key.pem >key.pub
	dsse-sign -k key.pem --type text/plain plain.txt >plain.dsse
	prov-normalize app.cdx.json >evidence.json
	prov-decide --cache cache --policy policy.json --at @1768176000 \
	    evidence.json >verdict.json
	dsse-sign -k key.pem --statement --predicate-type https://example.com/x \
	    --subject "a=$(cat hash)" schema.json >st.dsse
	sigbundle create --envelope -k key.pem st.dsse >plain.sigstore
	prov-gate --sbom app.cdx.json --policy policy.json --key key.pem \
	    --no-cache --at @1768176000 -o proof.tar
}

# each FUNCTION: calls FUNCTION NAME STATUS STDIN WORDS... for every row.
each() {
	local name want command stdin word failed=0
	while IFS='|' read -r name want command stdin; do
		local argv=()
		for word in $command; do
			case $word in
			@hash) word=$(cat "$FIX/hash") ;;
			@[0-9]*) ;;
			@*) word=$FIX/${word#@} ;;
			esac
			argv+=("$word")
		done
		"$1" "$name" "$want" "$stdin" "${argv[@]}" ||
			{ echo "^ $name breaks the rule"; failed=1; }
	done < <(rows)
	return $failed
}

@test "contract: every tool has a row" {
	for path in "$BUILDDIR"/tools/*; do
		[ -f "$path" ] && [ -x "$path" ] || continue
		name=${path##*/}
		case $name in prov-jq|prov-fetch|*.o) continue ;; esac
		rows | grep -q "^$name|" || { echo "$name has no row"; return 1; }
	done
	[ "$(rows | wc -l)" -ge 15 ]
}

result() {
	status_is "$2" "${@:4}" >out 2>err </dev/null || { cat err; return 1; }
	[ -s out ] && [ ! -s err ]
}
@test "contract: the row's command prints a result and is silent else" {
	each result
}

helps() {
	status_is 0 "$4" --help >out 2>err && grep -q "usage: $1" out &&
	    [ ! -s err ] && status_is 0 "$4" --version >out 2>err &&
	    grep -q "$1" out && [ ! -s err ]
}
@test "contract: --help and --version are results" { each helps; }

unknown() {
	local verb=()
	case $5 in [a-z]*) verb=("$5") ;; esac
	refuses 2 "$4" "${verb[@]}" --no-such-option
}
@test "contract: an unknown option is exit 2 and one line" { each unknown; }

full() {
	local got=0
	"${@:4}" >/dev/full 2>err </dev/null || got=$?
	[ "$got" -eq 3 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "^$1: " err ||
	    { echo "exit $got: $(cat err)"; return 1; }
}
@test "contract: a full disk is exit 3 and one line" { each full; }

closed() {
	local got=0
	"${@:4}" >&- 2>err </dev/null || got=$?
	[ "$got" -eq 3 ] && [ "$(wc -l <err)" -eq 1 ] ||
	    { echo "exit $got: $(cat err)"; return 1; }
}
@test "contract: a closed stdout is exit 3" { each closed; }

closed_help() {
	local got=0
	"$4" --version >&- 2>err || got=$?
	[ "$got" -eq 3 ]
}
@test "contract: --version to a closed stdout is exit 3" { each closed_help; }

no_reader() {
	local got
	mkfifo pipe.$1
	# The reader leaves before the tool writes.
	{ exec 7<pipe.$1; exec 7<&-; } &
	(sleep 0.2; exec "${@:4}") >pipe.$1 2>err </dev/null && got=0 || got=$?
	wait
	rm pipe.$1
	[ "$got" -eq 141 ] && [ ! -s err ] ||
	    { echo "exit $got: $(cat err)"; return 1; }
}
@test "contract: a reader that is gone ends the tool by SIGPIPE, silently" {
	each no_reader
}

from_stdin() {
	[ "$3" = yes ] || return 0
	local args=("${@:4}") last
	last=${args[-1]}
	unset 'args[-1]'
	"${@:4}" >want 2>err
	status_is "$2" "${args[@]}" <"$last" >out 2>err || return 1
	status_is "$2" "${args[@]}" - <"$last" >out2 2>err || return 1
	same out out2 || return 1
	[ -s out ]
}
@test "contract: no operand and - both read stdin" { each from_stdin; }

closed_stdin() {
	[ "$3" = yes ] || return 0
	local args=("${@:4}") got=0
	unset 'args[-1]'
	"${args[@]}" >out 2>err <&- || got=$?
	[ "$got" -eq 3 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] ||
	    { echo "exit $got: $(cat err)"; return 1; }
}
@test "contract: a closed stdin is exit 3" { each closed_stdin; }

bad_operand() {
	[ "$3" = yes ] || return 0
	local args=("${@:4}")
	unset 'args[-1]'
	refuses 3 "${args[@]}" / || return 1
	refuses 3 "${args[@]}" no-such-file || return 1
	refuses 3 "${args[@]}" $'esc\e[31m\nname' || return 1
	grep -q 'esc\\x1b\[31m\\x0aname' refuses.err
}
@test "contract: a directory or missing operand is exit 3, its name masked" {
	each bad_operand
}

empty() {
	[ "$3" = yes ] || return 0
	case $1 in prov-merkle|dsse-sign) return 0 ;; esac  # bytes, not JSON
	local args=("${@:4}")
	unset 'args[-1]'
	: >empty
	refuses 2 "${args[@]}" empty || return 1
	printf '{"kind":' >cut
	refuses 2 "${args[@]}" cut || return 1
	printf '{"a":1,"a":1}\n' >twice
	refuses 2 "${args[@]}" twice
}
@test "contract: empty, cut and ambiguous JSON is exit 2" { each empty; }

output() {
	case $1 in dsse-key|prov-cache|prov-key|prov-purl) return 0 ;; esac
	"${@:4}" >want 2>/dev/null </dev/null
	rm -f made
	status_is "$2" "${@:4}" -o made >out 2>err </dev/null || return 1
	same want made || return 1
	[ ! -s out ] || return 1
	# replaced whole, other names beside it untouched
	echo old >made
	status_is "$2" "${@:4}" -o made </dev/null || return 1
	same want made || return 1
	[ "$(find . -name 'made*' | wc -l)" -eq 1 ] || return 1
	refuses 3 "${@:4}" -o no-such-dir/made || return 1
	status_is "$2" "${@:4}" -o /dev/null </dev/null
}
@test "contract: -o writes the same bytes, whole or not at all" {
	each output
}

elsewhere() {
	"${@:4}" >want 2>/dev/null </dev/null
	mkdir -p "deep er/cwd"
	(cd "deep er/cwd" && umask 077 && TZ=Asia/Kathmandu LC_ALL=tr_TR.UTF-8 \
	    LANG=de_DE HOSTNAME=x "${@:4}") >out 2>err </dev/null
	same want out
}
@test "contract: locale, zone, umask and folder change nothing" {
	each elsewhere
}

lean() {
	local libs
	case $(head -c 4 "$(command -v "$4")") in '#!'*) return 0 ;; esac
	libs=$(ldd "$(command -v "$4")")
	case $1 in
	prov-pack) ! grep -Eq 'libjq|libcurl|libpq' <<<"$libs" ;;
	prov-check) ! grep -Eq 'libjq|libarchive|liblmdb|libcurl' <<<"$libs" ;;
	dsse-verify|prov-decide|prov-ingest|prov-key|prov-diff|prov-digest|prov-purl|prov-report)
	    # libgcrypt is for secrets
	    ! grep -Eq 'libgcrypt|libjq|libarchive|libcurl' <<<"$libs" ;;
	*) ! grep -Eq 'libjq|libarchive|libcurl|libpq|hiredis|gnutls|libssl' \
	    <<<"$libs" ;;
	esac || { echo "$libs"; return 1; }
}
@test "contract: a tool loads only the libraries it uses" { each lean; }
