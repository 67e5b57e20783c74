#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What becomes of keys and passphrases: in memory, on a terminal, in core dumps.
load helper

K=$BATS_FILE_TMPDIR/keys

setup_file() {
	private_keys "$K"
	openssl genpkey -quiet -algorithm rsa -pkeyopt rsa_keygen_bits:3072 \
	    -out "$K/rsa-3072.key" 2>/dev/null || :
}

PASS='correct horse battery staple'

# A root with a /dev of its own may have no pseudo-terminals.
need_terminal() {
	local got=0
	"$BUILDDIR/tests/ptyrun" /dev/null log true 2>/dev/null || got=$?
	[ $got -ne 3 ] || skip "no pseudo-terminals here"
}

# type_in ANSWERS cmd...: the answers are typed on a terminal of the
# command's own; what became of it is in log.
type_in() {
	printf "$1" >answers
	shift
	"$BUILDDIR/tests/ptyrun" answers log "$@"
}

hex() { od -An -v -tx1 "$@" | tr -d ' \n'; }

# secrets KEY >FILE: what must not be found of a private key in the clear: its
# numbers, and the lines of its PEM that are not of its public half.
secrets() {
	openssl pkey -in "$1" -noout -text | awk '
	/^[a-zA-Z]/ { name = $0; gsub(/[^a-zA-Z0-9]/, "", name) }
	/^ / && name ~ /^(priv|privateExponent|prime|exponent|coefficient)/ {
		gsub(/[ :]/, ""); text[name] = text[name] $0 }
	END { for (name in text) print name, text[name] }'
	openssl pkey -in "$1" | sed '1d;$d' |
	    awk 'NR == 1 { print substr($0, 49) } NR > 10' |
	    while read -r line; do
		echo "pem $(printf %s "$line" | hex)"
	done
	# The hash that Ed25519 signs with: scalar and prefix.
	case $1 in
	*ed25519*) echo "expanded $(openssl pkey -in "$1" -outform DER |
	    tail -c 32 | openssl dgst -sha512 -binary | hex)" ;;
	esac
	echo "passphrase $(printf %s "$PASS" | hex)"
}

# What the passphrase becomes (PBES2 with scrypt, as we write it).
derived() {
	local salt
	salt=$(openssl asn1parse -in "$1" |
	    sed -n 's/.*OCTET STRING *\[HEX DUMP\]://p' | head -n 1)
	echo "derived $(openssl kdf -keylen 32 -kdfopt "pass:$PASS" \
	    -kdfopt "hexsalt:$salt" -kdfopt n:16384 -kdfopt r:8 -kdfopt p:5 \
	    SCRYPT | tr -d ':\n')"
}

# keeps_none SECRETS cmd...
keeps_none() {
	status_is 0 "$BUILDDIR/tests/memscan" "$@" >found || {
		cat found
		return 1
	}
}

need_scan() {
	need_command openssl
	not_sanitized "a sanitizer keeps freed memory"
	echo "x $(printf 'a text that is there' | hex)" >there
	got=0
	"$BUILDDIR/tests/memscan" there sh -c \
	    'x="a text that is there"; : "$x"; exit 0' >found || got=$?
	[ "$got" -ne 3 ] || skip "no process may be watched here"
	[ "$got" -eq 1 ]	# what is there is found
}

@test "secrets: signing leaves nothing of a key of any type in memory" {
	need_scan
	head -c 100000 /dev/zero >p
	for t in ed25519 ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-2048 rsa-3072; do
		secrets "$K/$t.key" >needles
		[ "$(wc -l <needles)" -ge 3 ]
		keeps_none needles dsse-sign -k "$K/$t.key" --type t -o e p ||
		    { echo "case: $t"; return 1; }
		keeps_none needles dsse-key public -o pub "$K/$t.key"
	done
}

@test "secrets: nor does reading or writing an encrypted key, of either form" {
	need_scan
	printf '%s\n' "$PASS" >pass
	printf x >p
	for t in ed25519 ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-2048; do
		for f in pkcs8 cosign; do
			case $f$t in
			cosigned25519|cosignecdsa-p384|cosignecdsa-p521)
				continue ;;	# the form is the same
			esac
			rm -f k back
			secrets "$K/$t.key" >needles
			keeps_none needles dsse-key import --passphrase-file pass \
			    --format $f -o k "$K/$t.key" ||
			    { echo "import: $t $f"; return 1; }
			[ $f = cosign ] || derived k >>needles
			keeps_none needles dsse-sign -k k --passphrase-file pass \
			    --type t -o e p || { echo "sign: $t $f"; return 1; }
			keeps_none needles dsse-key import --no-passphrase \
			    --old-passphrase-file pass -o back k ||
			    { echo "back: $t $f"; return 1; }
			[ "$(dsse-key id back)" = "$(dsse-key id "$K/$t.key")" ]
		done
	done
	# What openssl wrote, too.
	echo 'correct horse' >pass
	secrets "$K/ed25519.key" >needles
	for k in "$K"/encrypted-*.key; do
		keeps_none needles dsse-key id --passphrase-file pass "$k"
	done
}

@test "secrets: nor does making a key" {
	need_scan
	printf '%s\n' "$PASS" >pass
	for t in ed25519 ecdsa-p256 ecdsa-p521 rsa-2048; do
		# Its secrets are known once it is there, which is when the
		# other side of the FIFO is opened.
		rm -f later k k.clear
		mkfifo later
		{
			openssl pkey -in k -passin file:pass -out k.clear
			secrets k.clear
			derived k
		} >later &
		keeps_none later dsse-key generate --type $t \
		    --passphrase-file pass -o k || { echo "case: $t"; return 1; }
		wait
	done
}

@test "secrets: a passphrase is not shown, and the terminal is as it was" {
	need_terminal
	local k=dsse-key
	type_in 'one\none\n' $k generate --type ed25519 -o new
	cat >expected <<'LOG'
prompt Passphrase for new: echo off
prompt Again, for new: echo off
exit 0, echo on
LOG
	same expected log
	head -n 1 new | grep -q ENCRYPTED
	printf 'one\n' >pass
	dsse-key id --passphrase-file pass new >id
	type_in 'one\n' dsse-key id new >id2
	same id id2
	printf x >p
	type_in 'one\n' dsse-sign -k new --type t -o e p
	dsse-key public --passphrase-file pass new >pub
	dsse-verify -k pub e >out
	same p out
	# Two keys, two questions.
	type_in 'two\ntwo\n' dsse-key generate --type ecdsa-p256 -o other
	type_in 'one\ntwo\n' dsse-sign -k new -k other --type t -o e p
	[ "$(grep -c '^prompt' log)" -eq 2 ]
	grep -qx 'exit 0, echo on' log
}

@test "secrets: answers that are no passphrase make no key" {
	need_terminal
	while IFS='|' read -r name answers end message; do
		type_in "$answers" dsse-key generate --type ed25519 -o new \
		    2>err >out || { echo "case: $name"; return 1; }
		tail -n 1 log | grep -qx "$end, echo on" ||
		    { echo "case: $name"; cat log err; return 1; }
		grep -q "$message" err || [ -z "$message" ] ||
		    { echo "case: $name"; cat err; return 1; }
		[ ! -e new ] && [ ! -s out ]
		! grep -q 'one' err
	done <<'TABLE'
another the second time|one\ntwo\n|exit 2|the passphrases differ
none at all|\n|exit 2|an empty passphrase; use --no-passphrase
an end of input|^D\n|exit 2|no passphrase was given
an interrupt|^C\n|signal 2|
an interrupt at the second question|one\n^C\n|signal 2|
TABLE
	ulimit -c 0
	type_in '^\\\n' dsse-key generate --type ed25519 -o new
	grep -qx 'signal 3, echo on' log
	# More than a terminal's line, or a passphrase, may hold.
	head -c 1100 /dev/zero | tr '\0' a >long
	dsse-key generate --type ed25519 --passphrase-file long -o new 2>err ||
	    [ $? -eq 2 ]
	[ ! -e new ]
}

@test "secrets: who stops at the prompt is asked again, and echoes in between" {
	need_terminal
	type_in 'one\none\n' dsse-key generate --type ed25519 -o new
	type_in '^Z\none\n' dsse-key id new >id
	cat >expected <<'LOG'
prompt Passphrase for new: echo off
stopped, echo on
prompt Passphrase for new: echo off
exit 0, echo on
LOG
	same expected log
	[ -s id ]
}

@test "secrets: an empty passphrase opens a key that has one, from the terminal too" {
	need_terminal
	: >empty
	dsse-key generate --type ed25519 --passphrase-file empty -o new
	type_in '\n' dsse-key id new >id
	grep -qx 'exit 0, echo on' log
	type_in 'x\n' dsse-key id new >none 2>err
	grep -qx 'exit 2, echo on' log
	grep -q 'a wrong passphrase' err
}

@test "secrets: a process that held a key leaves no core" {
	not_sanitized "a sanitizer has limits of its own"
	mkfifo never
	printf x >p
	for c in "dsse-sign -k never --type t p" \
	    "dsse-key generate --type ed25519 --passphrase-file never -o x"; do
		# shellcheck disable=SC2086
		(ulimit -c unlimited 2>/dev/null; exec $c >out 2>err) &
		pid=$!
		limit=none
		for _ in $(seq 100); do
			limit=$(awk '/^Max core file size/ { print $5 }' \
			    "/proc/$pid/limits") || break
			[ "$limit" != 1 ] || break
			exec 4<>never
			sleep 0.05
		done
		kill -9 $pid
		wait $pid || :
		exec 4>&-
		# A limit of 1 also holds for a program that takes cores.
		[ "$limit" = 1 ] || { echo "$c: $limit"; return 1; }
	done
}

@test "secrets: where no memory may be locked the work is done all the same" {
	not_sanitized "a sanitizer has limits of its own"
	printf x >p
	printf '%s\n' "$PASS" >pass
	for limit in 0 16 64; do
		for t in ed25519 rsa-3072; do
			(
				ulimit -l $limit
				dsse-sign -k "$K/$t.key" --type t p >e 2>err
				rm -f new
				dsse-key generate --type rsa-2048 \
				    --passphrase-file pass -o new 2>>err
			)
			dsse-key public "$K/$t.key" >pub
			dsse-verify -k pub e >out
			same p out
			[ ! -s err ]
		done
	done
}
