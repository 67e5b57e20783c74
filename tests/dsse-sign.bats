#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

K=$BATS_FILE_TMPDIR/keys

setup_file() {
	private_keys "$K"
}
SHA=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

@test "dsse-sign: the same payload, type and keys give the same bytes" {
	printf 'hello\n' >p
	for t in ed25519 ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-2048; do
		dsse-sign -k "$K/$t.key" --type t p >one
		LC_ALL=POSIX TZ=Asia/Tokyo dsse-sign --type t -k "$K/$t.key" -o two <p
		same one two
		[ "$(wc -l <one)" -eq 1 ]
		prov-digest --canonical one >canon
		same one canon
	done
}

@test "dsse-sign: the envelope of a known key and payload is this one" {
	printf 'hello\n' | dsse-sign -k "$K/ed25519.key" --type text/plain >out
	cat >expected <<'JSON'
{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"keyid":"sha256:06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9","sig":"@SIG@"}]}
JSON
	sed 's/"sig":"[^"]*"/"sig":"@SIG@"/' out >got
	same expected got
	dsse-verify -k "$K/ed25519.pub" out >payload
	[ "$(cat payload)" = hello ]
}

@test "dsse-sign: signs with several keys in their order, and appends behind what is there" {
	printf x >p
	dsse-sign --type t -k "$K/ed25519.key" -k "$K/rsa-2048.key" p >both
	dsse-sign --type t -k "$K/ed25519.key" p | dsse-sign --append -k "$K/rsa-2048.key" >appended
	same both appended
	dsse-verify -k "$K/ed25519.pub" -k "$K/rsa-2048.pub" --threshold 2 both >out
	same p out
	refuses 2 dsse-sign --append -k "$K/ed25519.key" both
	refuses 2 dsse-sign --type t -k "$K/ed25519.key" -k "$K/ed25519.key" p
	# A key signs once, whatever the key ids say.
	dsse-sign --type t -k "$K/ed25519.key" p >one
	for id in "" '"keyid":"",' '"keyid":"another",' \
	    '"keyid":"'"$(dsse-key id "$K/rsa-2048.pub")"'",'; do
		sed 's/"keyid":"[^"]*",/'"$id"'/' one >hinted
		refuses 2 dsse-sign --append -k "$K/ed25519.key" hinted
	done
	sed 's/"sig":"..../"sig":"AAAA/' one >spoilt
	dsse-sign --append -k "$K/ed25519.key" spoilt >out
	dsse-verify -k "$K/ed25519.pub" out >payload
	same p payload
	# In place, as long as it is whole.
	cp one both2
	dsse-sign --append -k "$K/rsa-2048.key" -o both2 both2
	same both both2
	# What we do not know stays, and so do the texts that we know.
	echo '{"payload":"eA","payloadType":"t","note":1,"signatures":[{"sig":"-_-_","x":{}}]}' >foreign
	dsse-sign --append -k "$K/ed25519.key" foreign >out
	grep -q '^{"note":1,"payload":"eA","payloadType":"t","signatures":\[{"sig":"-_-_","x":{}},{"keyid":' out
	dsse-verify -k "$K/ed25519.pub" out >payload
	same p payload
	refuses 2 dsse-sign --append -k "$K/ed25519.key" p
	refuses 2 dsse-sign --append --type t -k "$K/ed25519.key" foreign
}

@test "dsse-sign: a Statement's type is known, anything else must be named" {
	echo '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"'$SHA'"}}],"predicateType":"p","predicate":{}}' >s
	dsse-sign -k "$K/ed25519.key" s >e
	grep -q '"payloadType":"application/vnd.in-toto+json"' e
	dsse-verify -k "$K/ed25519.pub" e >out
	same s out
	echo '{"a":1}' >j
	refuses 2 dsse-sign -k "$K/ed25519.key" j
	sed 's/"subject":\[[^]]*\]/"subject":[]/' s >bad
	refuses 2 dsse-sign -k "$K/ed25519.key" bad
	sed 's/"predicateType":"p",//' s >bad
	refuses 2 dsse-sign -k "$K/ed25519.key" bad
	refuses 2 dsse-sign -k "$K/ed25519.key" --type '' j
	refuses 2 dsse-sign -k "$K/ed25519.key" --type "$(printf '\377')" j
}

@test "dsse-sign: --statement wraps a predicate, its subjects from options or prov-digest" {
	echo '{"b":1,"a":[]}' >predicate
	: >empty
	dsse-sign -k "$K/ed25519.key" --statement --predicate-type https://example.com/p \
	    --subject "z=$SHA" --subject "a=b=sha256:$SHA" predicate >e
	dsse-verify -k "$K/ed25519.pub" e >got
	printf %s '{"_type":"https://in-toto.io/Statement/v1","predicate":{"a":[],"b":1},"predicateType":"https://example.com/p","subject":[{"digest":{"sha256":"'$SHA'"},"name":"a=b"},{"digest":{"sha256":"'$SHA'"},"name":"z"}]}' >expected
	same expected got
	prov-digest --raw empty >subjects
	dsse-sign -k "$K/ed25519.key" --statement --predicate-type p --subjects subjects predicate |
	    dsse-verify -k "$K/ed25519.pub" --subject "empty=$SHA" >got
	refuses 2 dsse-sign -k "$K/ed25519.key" --statement --predicate-type p predicate
	refuses 2 dsse-sign -k "$K/ed25519.key" --statement --subject "a=$SHA" predicate
	refuses 2 dsse-sign -k "$K/ed25519.key" --statement --predicate-type p --subject "a=1" predicate
	refuses 2 dsse-sign -k "$K/ed25519.key" --statement --predicate-type p --subject "$SHA" predicate
	refuses 2 dsse-sign -k "$K/ed25519.key" --statement --type t --predicate-type p --subject "a=$SHA" predicate
	refuses 2 dsse-sign -k "$K/ed25519.key" --predicate-type p --type t predicate
	echo 7 >number
	refuses 2 dsse-sign -k "$K/ed25519.key" --statement --predicate-type p --subject "a=$SHA" number
	cat predicate predicate >two
	refuses 2 dsse-sign -k "$K/ed25519.key" --statement --predicate-type p --subject "a=$SHA" two
	echo '{"a":1,"a":2}' >twice
	refuses 2 dsse-sign -k "$K/ed25519.key" --statement --predicate-type p --subject "a=$SHA" twice
	echo '{"name":"x"}' >nodigest
	refuses 2 dsse-sign -k "$K/ed25519.key" --statement --predicate-type p --subjects nodigest predicate
}

@test "dsse-sign: --vsa makes a SLSA Verification Summary of a verdict" {
	[ -x "$BUILDDIR/tools/prov-decide" ] || skip "prov-decide is not built"
	cat >app.json <<'JSON'
{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"application","name":"app","version":"1.0","purl":"pkg:npm/app@1.0"}},"components":[]}
JSON
	echo '{"kind":"prov.policy/v1","name":"a policy","version":"1","gates":{"maxSeverity":"high"}}' >policy.json
	prov-normalize app.json >evidence.json
	prov-decide --policy policy.json --at @1768176000 evidence.json >verdict.json
	dsse-sign -k "$K/ecdsa-p256.key" --vsa --verifier-id https://example.com/gate \
	    --level SLSA_BUILD_LEVEL_2 verdict.json >vsa.dsse
	dsse-verify -k "$K/ecdsa-p256.pub" vsa.dsse >vsa
	for text in '"predicateType":"https://slsa.dev/verification_summary/v1"' \
	    '"resourceUri":"pkg:npm/app@1.0"' '"timeVerified":"2026-01-12T00:00:00Z"' \
	    '"uri":"urn:provkit:policy:a%20policy@1"' '"verificationResult":"PASSED"' \
	    '"verifiedLevels":\["SLSA_BUILD_LEVEL_2"\]' '"verifier":{"id":"https://example.com/gate"}'; do
		grep -q "$text" vsa || { echo "no $text"; cat vsa; false; }
	done
	refuses 2 dsse-sign -k "$K/ecdsa-p256.key" --vsa verdict.json
	refuses 2 dsse-sign -k "$K/ecdsa-p256.key" --vsa --verifier-id x policy.json
	sed 's/"status":"pass"/"status":"warn"/' verdict.json >changed
	refuses 1 dsse-sign -k "$K/ecdsa-p256.key" --vsa --verifier-id x changed
}

@test "dsse-sign: encrypted keys of every form sign, with the passphrase from a file or descriptor" {
	echo 'correct horse' >pass
	printf x >p
	dsse-sign -k "$K/ed25519.key" --type t p >expected
	for k in "$K"/encrypted-*.key; do
		dsse-sign -k "$k" --passphrase-file pass --type t p >out
		same expected out
		dsse-sign -k "$k" --passphrase-fd 5 --type t p 5<pass >out
		same expected out
		echo 'wrong horse' >wrong
		refuses 2 dsse-sign -k "$k" --passphrase-file wrong --type t p
		run ! grep -i 'horse' refuses.err
		[ -s refuses.err ]
	done
	k=$K/encrypted-pbkdf2-sha256-aes256.key
	printf 'correct horse' >pass-without-end
	dsse-sign -k "$k" --passphrase-file pass-without-end --type t p >out
	same expected out
	printf 'correct horse\r\nmore\n' >pass-dos
	dsse-sign -k "$k" --passphrase-file pass-dos --type t p >out
	same expected out
	refuses 3 dsse-sign -k "$k" --passphrase-file missing --type t p
	refuses 3 dsse-sign -k "$k" --passphrase-fd 77 --type t p
	refuses 2 dsse-sign -k "$k" --passphrase-fd x --type t p
	refuses 2 dsse-sign -k "$k" --passphrase-fd 5 --passphrase-file pass --type t p
	head -c 2000 /dev/zero | tr '\0' a >long
	refuses 2 dsse-sign -k "$k" --passphrase-file long --type t p
	# Without a terminal nobody is asked.
	command -v setsid >/dev/null || skip "no setsid here"
	refuses 2 setsid -w dsse-sign -k "$k" --type t p || grep -q 'no terminal' refuses.err
}

@test "dsse-sign: keys that are damaged or not private are refused" {
	printf x >p
	refuses 2 dsse-sign --type t p
	refuses 3 dsse-sign -k missing --type t p
	refuses 2 dsse-sign -k "$K/ed25519.pub" --type t p
	for t in ed25519 ecdsa-p256 rsa-2048; do
		lines=$(wc -l <"$K/$t.key")
		for n in 1 2 $((lines - 1)); do
			[ "$n" -lt "$lines" ] || continue
			head -n "$n" "$K/$t.key" >cut
			refuses 2 dsse-sign -k cut --type t p
		done
		tr 'ABCDEF' 'BCDEFA' <"$K/$t.key" | sed 's/^-----CFHJO.*//;s/^-----.*/&/' >mixed
		sed '1s/.*/-----BEGIN PRIVATE KEY-----/;$s/.*/-----END PRIVATE KEY-----/' mixed >damaged
		refuses 2 dsse-sign -k damaged --type t p
	done
	head -c 40000 /dev/zero >huge
	refuses 2 dsse-sign -k huge --type t p
	# An EC key whose public half is another's.
	if command -v openssl >/dev/null; then
		openssl pkcs8 -topk8 -nocrypt -in "$K/ecdsa-p256.key" -outform DER -out a.der
		size=$(wc -c <a.der)
		{ head -c $((size - 1)) a.der; printf '\000'; } >b.der
		cmp -s a.der b.der || refuses 2 dsse-sign -k b.der --type t p
	fi
}

@test "dsse-sign: a private key in the clear that all users may read or write is refused" {
	echo hello >p
	for t in ed25519 ecdsa-p256 rsa-2048; do
		for mode in 600 400 440 640 660; do
			cp -f "$K/$t.key" k
			chmod $mode k
			dsse-sign -k k --type t p >out
		done
		for mode in 644 604 444 666 602 646; do
			chmod $mode k
			refuses 2 dsse-sign -k k --type t p
			grep -q '^dsse-sign: k: a private key in the clear that all users may' refuses.err
			refuses 2 dsse-key import --no-passphrase -o new k
			[ ! -e new ]
			# Where only the public half leaves, nothing is lost.
			dsse-key public k >pub
			same "$K/$t.pub" pub
		done
		rm -f k
	done
	# Raw DER is the same key.
	sed '1d;$d' "$K/ed25519.key" | base64 -d >der
	chmod 644 der
	refuses 2 dsse-sign -k der --type t p
	chmod 640 der
	dsse-sign -k der --type t p >out
	# Links are followed, and it is the file's mode that counts.
	ln -s der link
	dsse-sign -k link --type t p >out2
	same out out2
	chmod 644 der
	refuses 2 dsse-sign -k link --type t p
	# A pipe, and a key that needs a passphrase.
	dsse-sign -k /dev/stdin --type t p >out2 < <(cat der)
	same out out2
	echo 'correct horse' >pass
	cp "$K/encrypted-scrypt.key" e
	chmod 644 e
	dsse-sign -k e --passphrase-file pass --type t p >out2
	same out out2
	# A public key is still told for what it is.
	chmod 644 "$K/ed25519.pub"
	refuses 2 dsse-sign -k "$K/ed25519.pub" --type t p
	run ! grep -q 'all users' refuses.err
}

@test "dsse-sign: payloads that are large or cannot be read" {
	head -c 3000000 /dev/zero >big
	dsse-sign -k "$K/ed25519.key" --type t big | dsse-verify -k "$K/ed25519.pub" >out
	cmp big out
	refuses 3 dsse-sign -k "$K/ed25519.key" --type t missing
	refuses 3 dsse-sign -k "$K/ed25519.key" --type t .
	refuses 2 dsse-sign -k "$K/ed25519.key" --type t big big
	[ -c /dev/full ] || skip "no /dev/full here"
	status_is 3 dsse-sign -k "$K/ed25519.key" --type t out >/dev/full 2>err
	[ "$(wc -l <err)" -eq 1 ]
}
