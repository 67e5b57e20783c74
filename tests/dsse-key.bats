#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

K=$BATS_FILE_TMPDIR/keys

setup_file() {
	private_keys "$K"
}
ED=sha256:06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9

@test "dsse-key: generate makes a key of each type, mode 0600, and never replaces a file" {
	umask 022
	printf x >p
	# libgcrypt's random generator, which RSA takes, never frees its own.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	for t in ed25519 ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-2048; do
		dsse-key generate --type $t --no-passphrase -o $t.key
		[ "$(stat -c %a $t.key)" = 600 ]
		head -n 1 $t.key | grep -qx -e '-----BEGIN PRIVATE KEY-----'
		dsse-key public -o $t.pub $t.key
		dsse-sign -k $t.key --type t p | dsse-verify -k $t.pub >out
		same p out
		dsse-key id $t.key >id1
		dsse-key id $t.pub >id2
		same id1 id2
		cp $t.key before
		refuses 3 dsse-key generate --type $t --no-passphrase -o $t.key
		same before $t.key
	done
	dsse-key generate --type ed25519 --no-passphrase -o other.key
	run ! cmp -s other.key ed25519.key
	ln -s nowhere link
	refuses 3 dsse-key generate --type ed25519 --no-passphrase -o link
	[ ! -e nowhere ]
	ln -s ed25519.key link2
	refuses 3 dsse-key generate --type ed25519 --no-passphrase -o link2
	refuses 2 dsse-key generate --type dsa --no-passphrase -o x
	refuses 2 dsse-key generate --type ed25519 --no-passphrase
	refuses 2 dsse-key generate --no-passphrase -o x
	refuses 2 dsse-key generate --type ed25519 --format cosign --no-passphrase -o x
	refuses 2 dsse-key generate --type ed25519 --format pem --no-passphrase -o x
	[ ! -e x ]
}

@test "dsse-key: a new key is encrypted with the passphrase, as PKCS#8 or as cosign does" {
	echo 'a passphrase' >pass
	for f in pkcs8 cosign; do
		dsse-key generate --type ecdsa-p256 --format $f --passphrase-file pass -o $f.key
		dsse-key id --passphrase-file pass $f.key >id1
		dsse-key import --old-passphrase-fd 4 --no-passphrase -o $f.clear $f.key 4<pass
		dsse-key id $f.clear >id2
		same id1 id2
		echo 'another' >wrong
		refuses 2 dsse-key id --passphrase-file wrong $f.key
	done
	head -n 1 pkcs8.key | grep -qx -e '-----BEGIN ENCRYPTED PRIVATE KEY-----'
	head -n 1 cosign.key | grep -qx -e '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----'
	sed '1d;$d' cosign.key | base64 -d >json
	grep -q '^{"kdf":{"name":"scrypt","params":{"N":65536,"r":8,"p":1},"salt":"[^"]*"},"cipher":{"name":"nacl/secretbox","nonce":"[^"]*"},"ciphertext":"[^"]*"}$' json
	# An empty passphrase is one.
	: >empty
	dsse-key generate --type ed25519 --passphrase-file empty -o e.key
	dsse-key id --passphrase-file empty e.key >id1
	refuses 2 dsse-key id --passphrase-file pass e.key
}

@test "dsse-key: every form that openssl and cosign write is read as the same key" {
	[ "$(dsse-key id "$K/ed25519.key")" = $ED ]
	[ "$(dsse-key id <"$K/ed25519.pub")" = $ED ]
	[ "$(dsse-key id --hint "$K/ed25519.pub")" = BuP9j9opu2CrWVV95h7bCuzbIxE0vjDnW0VfjhteL6k= ] ||
	    [ "$(dsse-key id --hint "$K/ed25519.pub" | base64 -d | od -An -tx1 | tr -d ' \n')" = ${ED#*:} ]
	echo 'correct horse' >pass
	for k in "$K"/encrypted-*.key; do
		[ "$(dsse-key id --passphrase-file pass "$k")" = $ED ]
	done
	need_command openssl
	for t in ed25519 ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-2048; do
		id=$(dsse-key id "$K/$t.pub")
		openssl pkey -in "$K/$t.key" -outform DER -out der
		[ "$(dsse-key id der)" = "$id" ]
		if [ $t != ed25519 ]; then
			openssl pkey -in "$K/$t.key" -traditional -out traditional
			[ "$(dsse-key id traditional)" = "$id" ]
			openssl pkey -in "$K/$t.key" -traditional -outform DER -out der
			[ "$(dsse-key id der)" = "$id" ]
		fi
		openssl pkey -in "$K/$t.key" -pubout -outform DER -out der
		[ "$(dsse-key id der)" = "$id" ]
		openssl pkey -in "$K/$t.key" -pubout -out pem
		same "$K/$t.pub" pem
		dsse-key import --passphrase-file pass -o new.key "$K/$t.key"
		openssl pkey -in new.key -passin file:pass -check -noout >out
		openssl pkey -in new.key -passin file:pass -pubout -out pem
		same "$K/$t.pub" pem
		rm new.key
	done
	openssl rsa -in "$K/rsa-2048.key" -RSAPublicKey_out -out pkcs1 2>/dev/null
	[ "$(dsse-key id pkcs1)" = "$(dsse-key id "$K/rsa-2048.pub")" ]
	# With the parameters before it, as openssl ecparam writes.
	openssl ecparam -name prime256v1 -genkey -out with-parameters
	dsse-key id with-parameters >out
	openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in "$K/ed25519.key" -passout file:pass -out old 2>/dev/null || true
	[ ! -s old ] || refuses 2 dsse-key id --passphrase-file pass old
}

@test "dsse-key: files that are no key are refused" {
	for bad in '' x '-----BEGIN PUBLIC KEY-----' '{"a":1}' \
	    '-----BEGIN CERTIFICATE-----
AAAA
-----END CERTIFICATE-----' \
	    '-----BEGIN PUBLIC KEY-----
!!!!
-----END PUBLIC KEY-----' \
	    '-----BEGIN PRIVATE KEY-----
AAAA
-----END PRIVATE KEY-----' \
	    '-----BEGIN OPENSSH PRIVATE KEY-----
AAAA
-----END OPENSSH PRIVATE KEY-----'; do
		printf '%s\n' "$bad" >bad
		refuses 2 dsse-key id bad
		refuses 2 dsse-key public bad
	done
	refuses 3 dsse-key id missing
	refuses 2 dsse-key nonsense
	refuses 2 dsse-key
	# What a key may ask of us is limited.
	echo 'correct horse' >pass
	sed '1d;$d' "$K/encrypted-cosign.key" | base64 -d | sed 's/"N":65536/"N":1073741824/' >json
	{ echo '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----'; base64 json; echo '-----END ENCRYPTED SIGSTORE PRIVATE KEY-----'; } >costly
	refuses 2 dsse-key id --passphrase-file pass costly
	sed 's/"N":1073741824/"N":65537/' json >json2
	{ echo '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----'; base64 json2; echo '-----END ENCRYPTED SIGSTORE PRIVATE KEY-----'; } >odd
	refuses 2 dsse-key id --passphrase-file pass odd
}

@test "dsse-key: a keyring has its keys sorted, whatever order they came in" {
	dsse-key keyring --add "$K/ed25519.pub" --name a --role vex --role verdict -o r1
	dsse-key keyring --keyring r1 --add "$K/ecdsa-p256.pub" --name b \
	    --from 2026-01-01T01:00:00+01:00 --until @1800000000 -o r2
	dsse-key keyring --keyring r2 --identity 'ci@example.com' --issuer https://example.com \
	    --name ci >r3
	for r in r1 r2 r3; do valid_against prov.keyring/v1 $r; done
	prov-digest --canonical r3 >canon
	same r3 canon
	cat >expected <<JSON
{"keys":[{"id":"$ED","name":"a","publicKey":"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=","roles":["verdict","vex"]}],"kind":"prov.keyring/v1","ledger":{"id":"$(printf %s '{"keys":[{"id":"'$ED'","name":"a","publicKey":"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=","roles":["verdict","vex"]}],"kind":"prov.keyring/v1"}' | sha256sum | sed 's/\(.*\)  -/sha256:\1/')","root":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0}}
JSON
	same expected r1
	grep -q '"from":"2026-01-01T00:00:00Z"' r2
	grep -q '"until":"2027-01-15T08:00:00Z"' r2
	refuses 2 dsse-key keyring --keyring r1 --add "$K/ed25519.pub" --name again
	refuses 2 dsse-key keyring --add "$K/ed25519.key" --name a
	refuses 2 dsse-key keyring --add "$K/ed25519.pub"
	refuses 2 dsse-key keyring --add "$K/ed25519.pub" --name ''
	refuses 2 dsse-key keyring --add "$K/ed25519.pub" --name a --role king
	refuses 2 dsse-key keyring --add "$K/ed25519.pub" --name a --from yesterday
	refuses 2 dsse-key keyring --add "$K/ed25519.pub" --name a --from @5 --until @5
	refuses 2 dsse-key keyring --identity x --name a
	refuses 2 dsse-key keyring --keyring r1
}

@test "dsse-key: revoke and rotate update the keyring and print events of a growing ledger" {
	b=$(dsse-key id "$K/ecdsa-p256.pub")
	dsse-key keyring --add "$K/ed25519.pub" --name a -o r1
	dsse-key keyring --keyring r1 --add "$K/ecdsa-p256.pub" --name b -o ring
	dsse-key revoke --keyring ring --reason stolen --at 2026-01-12T00:00:00Z $ED >e0
	ledger=$(sed 's/.*"ledger":"\([^"]*\)".*/\1/' e0)
	cat >expected <<JSON
{"effectiveAt":"2026-01-12T00:00:00Z","event":"SignerRevoked","kind":"prov.event/v1","ledger":"$ledger","reason":"stolen","sequence":0,"signer":"$ED"}
JSON
	same expected e0
	valid_against prov.event/v1 e0
	grep -q '"reason":"stolen","revokedAt":"2026-01-12T00:00:00Z"' ring
	dsse-key rotate --keyring ring --reason yearly --at @1768262400 -k "$K/ecdsa-p256.key" "$b" >e1.dsse
	dsse-verify -k "$K/ecdsa-p256.pub" --type application/vnd.prov.event+json e1.dsse >e1
	grep -q '"event":"SignerRotated".*"sequence":1,"signer":"'"$b" e1
	valid_against prov.event/v1 e1
	valid_against prov.keyring/v1 ring
	# The ledger's root is the tree of the events.
	tr -d '\n' <e0 >leaf0
	{ printf '\000'; cat leaf0; } | sha256sum | cut -c 1-64 >leaves
	{ printf '\000'; cat e1; } | sha256sum | cut -c 1-64 >>leaves
	if [ -x "$BUILDDIR/tools/prov-merkle" ]; then
		root=$(prov-merkle root --leaves hex leaves | sed 's/.*"root":"\([^"]*\)".*/\1/')
		grep -q '"root":"'"$root"'","size":2' ring
	fi
	# What ended does not end again, later.
	cp ring before
	refuses 2 dsse-key revoke --keyring ring --reason again --at 2026-02-01T00:00:00Z $ED
	refuses 2 dsse-key rotate --keyring ring --reason again --at 2026-02-01T00:00:00Z "$b"
	refuses 2 dsse-key revoke --keyring ring --reason x --at 2026-01-01T00:00:00Z "${ED/06/07}"
	refuses 2 dsse-key revoke --keyring ring --at 2026-01-01T00:00:00Z $ED
	refuses 2 dsse-key revoke --keyring ring --reason '' $ED
	refuses 2 dsse-key revoke --keyring ring --reason x name
	refuses 2 dsse-key revoke --reason x $ED
	same before ring
	# It may turn out to have been earlier.
	dsse-key revoke --keyring ring --reason earlier --at 2026-01-01T00:00:00Z $ED >e2
	grep -q '"sequence":2' e2
	dsse-key revoke --keyring ring --reason 'b too' --at 2026-01-01T00:00:00Z "$b" >e3
	grep -q '"sequence":3' e3
	valid_against prov.keyring/v1 ring
}

@test "dsse-key: rotate --add puts the successor in, from the instant the other ends" {
	new=$(dsse-key id "$K/ecdsa-p256.pub")
	dsse-key keyring --add "$K/ed25519.pub" --name release --role verdict --role cache -o ring
	cp ring before
	dsse-key rotate --keyring ring --reason yearly --at 2026-06-01T00:00:00Z \
	    --add "$K/ecdsa-p256.pub" -k "$K/ed25519.key" $ED >e.dsse
	dsse-verify -k "$K/ed25519.pub" --type application/vnd.prov.event+json e.dsse >e
	grep -q '"event":"SignerRotated".*"sequence":0,"signer":"'"$ED" e
	valid_against prov.event/v1 e
	valid_against prov.keyring/v1 ring
	for k in ed25519 ecdsa-p256; do
		echo x | dsse-sign -k "$K/$k.key" --type t >$k
	done
	dsse-verify --keyring ring --role verdict --at 2026-05-31T23:59:59Z ed25519 >out
	refuses 1 dsse-verify --keyring ring --at 2026-06-01T00:00:00Z ed25519
	refuses 1 dsse-verify --keyring ring --at 2026-05-31T23:59:59Z ecdsa-p256
	dsse-verify --keyring ring --role cache --at 2026-06-01T00:00:00Z ecdsa-p256 >out
	refuses 1 dsse-verify --keyring ring --role vex --at 2026-06-01T00:00:00Z ecdsa-p256
	grep -q '"from":"2026-06-01T00:00:00Z","id":"'"$new"'","name":"release",' ring
	# The event is the one that rotate prints without a successor, which the
	# ledger does not name.
	cp before plain
	dsse-key rotate --keyring plain --reason yearly --at 2026-06-01T00:00:00Z $ED >e2
	tr -d '\n' <e2 >e2.payload
	same e2.payload e
	# A name and an end of its own.
	cp before two
	dsse-key rotate --keyring two --reason r --at 2026-06-01T00:00:00Z --name other \
	    --until 2027-06-01T00:00:00Z --add "$K/ecdsa-p256.pub" $ED >e
	grep -q '"name":"other","publicKey":"[^"]*","roles":\["cache","verdict"\],"until":"2027-06-01T00:00:00Z"' two
	# Nothing is half done.
	cp ring kept
	refuses 2 dsse-key rotate --keyring ring --reason r --at 2026-07-01T00:00:00Z \
	    --add "$K/ed25519.pub" "$new"
	refuses 2 dsse-key rotate --keyring ring --reason r --at 2026-07-01T00:00:00Z \
	    --add "$K/ed25519-b.key" "$new"
	refuses 2 dsse-key rotate --keyring ring --reason r --at 2026-07-01T00:00:00Z \
	    --add "$K/ed25519-b.pub" --until 2026-07-01T00:00:00Z "$new"
	refuses 3 dsse-key rotate --keyring ring --reason r --add missing "$new"
	refuses 2 dsse-key rotate --keyring ring --reason r --name x "$new"
	refuses 2 dsse-key rotate --keyring ring --reason r --until @9 "$new"
	refuses 2 dsse-key revoke --keyring ring --reason r --add "$K/ed25519-b.pub" "$new"
	same kept ring
}

@test "dsse-key: a keyring in an envelope is refused where nobody says who may sign it" {
	dsse-key keyring --add "$K/ed25519.pub" --name a -o ring
	dsse-sign -k "$K/ed25519.key" --type application/json -o wrapped ring
	printf x | dsse-sign -k "$K/ed25519.key" --type t >e
	dsse-verify --keyring ring e >out
	for c in "dsse-verify --keyring wrapped e" \
	    "prov-pack verify --keyring wrapped $SRCDIR/golden/packs/good-attested.tar" \
	    "prov-pack import --keyring wrapped --cache c $SRCDIR/golden/packs/good-attested.tar" \
	    "prov-ingest --keyring wrapped e" \
	    "prov-cache events --apply --keyring wrapped --cache c e" \
	    "dsse-key keyring --keyring wrapped --add $K/ecdsa-p256.pub --name b" \
	    "dsse-key revoke --keyring wrapped --reason x $ED"; do
		# shellcheck disable=SC2086
		refuses 2 $c || { echo "case: $c"; return 1; }
		grep -q 'wrapped: a keyring in an envelope' refuses.err
	done
	# What dsse-verify writes of it is one.
	dsse-verify -k "$K/ed25519.pub" --type application/json wrapped >inner
	dsse-verify --keyring inner e >out2
	same out out2
}

@test "dsse-key: a keyring that does not hold together is refused" {
	dsse-key keyring --add "$K/ed25519.pub" --name a -o ring
	dsse-key revoke --keyring ring --reason x --at @0 $ED >event
	printf x | dsse-sign -k "$K/ed25519.key" --type t >e
	check() {
		sed "$2" ring >bad
		run ! cmp -s ring bad
		refuses 2 dsse-verify --keyring bad e || { echo "case: $1"; return 1; }
	}
	check 'an unknown member' 's/"name"/"nane":1,"name"/'
	check 'an unknown role' 's/"name"/"roles":["king"],"name"/; s/"name":"a"/"name":"a"/'
	check 'no roles named' 's/"revokedAt"/"roles":[],"revokedAt"/'
	check 'an id that is not the key' 's/"id":"sha256:06/"id":"sha256:07/'
	check 'a key in other base64' 's/MCow/M Cow/'
	check 'a key and an identity' 's/"name"/"identity":"x","issuer":"y","name"/'
	check 'a time that is none' 's/"revokedAt":"[^"]*"/"revokedAt":"today"/'
	check 'a time with a fraction' 's/"revokedAt":"[^"]*"/"revokedAt":"2026-01-01T00:00:00.5Z"/'
	check 'another kind' 's/keyring\/v1/keyring\/v2/'
	check 'a root that the peaks do not give' 's/"root":"sha256:./"root":"sha256:z/'
	check 'a size that the peaks do not fit' 's/"size":1/"size":3/'
	check 'a negative size' 's/"size":1/"size":-1/'
	check 'no ledger' 's/,"ledger":.*/}/'
	check 'an empty name' 's/"name":"a"/"name":""/'
	check 'the key twice' 's/"keys":\[\({[^}]*}\)\]/"keys":[\1,\1]/'
}

@test "dsse-key: keys as other tools and people leave them lying about" {
	echo pass >pass
	ok() { [ "$(dsse-key id "$@")" = $ED ] || { echo "case: $*"; return 1; }; }
	for half in pub key; do
		f=$K/ed25519.$half
		sed 's/$/\r/' "$f" >crlf
		{ printf 'Bag Attributes\n  friendlyName: x\n'; cat "$f"; echo end; } >text
		{ printf '\357\273\277'; cat "$f"; } >bom
		{ head -n 1 "$f"; sed '1d;$d' "$f" | fold -w 7; tail -n 1 "$f"; } >short
		{ printf -- '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'; cat "$f"; } >cert
		{ printf '\n\n'; cat "$f"; printf '\n\n\n'; } >blank
		head -c -1 "$f" >noend
		for k in crlf text bom short cert blank noend; do
			chmod 600 $k
			ok $k
		done
		ln -sf "$f" link
		ok link
		# Neither of two is the one that was meant.
		cat "$f" "$K/ecdsa-p256.$half" >two
		refuses 2 dsse-key id two
		grep -q 'a second' refuses.err
		tr -d '\n' <"$f" >oneline
		refuses 2 dsse-key id oneline
		sed 's/END/FIN/' "$f" >fin
		refuses 2 dsse-key id fin
		sed '2s/./*/' "$f" >junk
		refuses 2 dsse-key id junk
	done
	cat "$K/ecdsa-p256.pub" "$K/ed25519.key" >both
	chmod 600 both
	printf x | dsse-sign -k "$K/ecdsa-p256.key" --type t >e
	refuses 2 dsse-verify -k both e
	need_command openssl
	openssl rsa -in "$K/rsa-2048.key" -aes128 -traditional -passout pass:pass -out old 2>/dev/null
	refuses 2 dsse-key id --passphrase-file pass old
	grep -q 'headers, as OpenSSL once encrypted keys' refuses.err
	command -v ssh-keygen >/dev/null || return 0
	ssh-keygen -q -t ecdsa -b 384 -m PEM -N '' -f ssh
	dsse-key id ssh >id
	ssh-keygen -e -m PKCS8 -f ssh.pub >ssh.spki
	dsse-key id ssh.spki >id2
	same id id2
	ssh-keygen -q -t rsa -b 2048 -m PKCS8 -N 'a passphrase' -f ssh8
	echo 'a passphrase' >pass
	dsse-key id --passphrase-file pass ssh8 >id
	ssh-keygen -q -t ed25519 -N '' -f openssh
	refuses 2 dsse-key id openssh
	grep -q 'OPENSSH PRIVATE KEY' refuses.err
	refuses 2 dsse-key id openssh.pub
}

@test "dsse-key: a private key has mode 0600 whatever the umask, or is not there" {
	for mask in 000 022 077 277 777; do
		for f in pkcs8 cosign; do
			rm -f k
			(umask $mask; echo pass | dsse-key generate --type ed25519 \
			    --format $f --passphrase-fd 0 -o k)
			[ "$(stat -c %a k)" = 600 ]
		done
	done
	mkdir dir
	for to in dir dir/no/k /dev/full /dev/null; do
		refuses 3 dsse-key generate --type ed25519 --no-passphrase -o $to
	done
	[ -c /dev/full ] || skip "no /dev/full here"
	for c in "generate --type ed25519 --no-passphrase -o -" \
	    "public $K/ed25519.pub" "id $K/ed25519.pub" \
	    "keyring --add $K/ed25519.pub --name a"; do
		# shellcheck disable=SC2086
		status_is 3 dsse-key $c >/dev/full 2>err
		[ "$(wc -l <err)" -eq 1 ]
	done
}
