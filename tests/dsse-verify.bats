#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

K=$BATS_FILE_TMPDIR/keys

setup_file() {
	private_keys "$K"
}
TYPES="ed25519 ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-2048"
EMPTY_SHA=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

# The envelope that most cases here are made from: hello by ed25519.
hello() {
	printf 'hello\n' |
	    dsse-sign -k "$K/ed25519.key" --type text/plain "$@"
}

statement() {
	echo '{}' | dsse-sign -k "$K/ed25519.key" --statement \
	    --predicate-type https://example.com/p --subject "${1:-a=$EMPTY_SHA}"
}

# verdict CODE NAME cmd...: refuses, and says which case failed.
verdict() {
	local want=$1 name=$2
	shift 2
	refuses "$want" "$@" || { echo "case: $name"; return 1; }
}

# cases CODE: lines "NAME: JSON" on stdin, each an envelope that ed25519.pub
# must give this exit status, with nothing on stdout.
cases() {
	local want=$1 line failed=0
	while IFS= read -r line; do
		printf '%s\n' "${line#*: }" >case.json
		verdict "$want" "${line%%: *}" dsse-verify -k "$K/ed25519.pub" \
		    case.json || failed=1
	done
	return $failed
}

@test "dsse-verify: every type of key verifies, and writes exactly the signed bytes" {
	printf 'hello\nwithout an end\0x' >payload
	for t in $TYPES; do
		dsse-sign -k "$K/$t.key" --type x/y payload >"$t.dsse"
		dsse-verify -k "$K/$t.pub" "$t.dsse" >out
		same payload out
		dsse-verify -k "$K/$t.pub" -o out2 <"$t.dsse"
		same payload out2
	done
	: >empty
	dsse-sign -k "$K/ed25519.key" --type x/y empty | dsse-verify -k "$K/ed25519.pub" >out
	same empty out
}

@test "dsse-verify: the example of the DSSE specification, raw r and s" {
	cat >spec.json <<'JSON'
{"payload":"aGVsbG8gd29ybGQ=","payloadType":"http://example.com/HelloWorld","signatures":[{"sig":"A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]}
JSON
	dsse-verify -k "$K/ecdsa-p256.pub" spec.json >out
	printf 'hello world' >expected
	same expected out
	# The same numbers in DER are what dsse-sign makes (RFC 6979).
	printf 'hello world' | dsse-sign -k "$K/ecdsa-p256.key" \
	    --type http://example.com/HelloWorld >der.json
	grep -q '"sig":"MEQCIANyarEBrVbCdjtsaqyOSHJ14qeRk6CdxfhZ2fjvPEo7AiBR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="' der.json
}

@test "dsse-verify: key ids are hints, unknown members are ignored, both base64 alphabets are read" {
	hello >e
	sig=$(sed 's/.*"sig":"\([^"]*\)".*/\1/' e)
	url=$(printf %s "$sig" | tr '+/' '-_')
	cat >good <<JSON
{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"keyid":"","sig":"$sig"}]}
{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"keyid":null,"sig":"$sig"}]}
{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"keyid":"somebody else","sig":"$sig"}]}
{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"keyid":"$(dsse-key id "$K/rsa-2048.pub")","sig":"$sig"}]}
{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$url"}]}
{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"${url%%=*}"}]}
{"payload":"aGVsbG8K","payloadType":"text/plain","extra":[1],"signatures":[{"sig":"$sig","cert":"x"}]}
{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"AAAA"},{"sig":"$sig"}]}
{"payload":"aGVsbG8K","payloadType":"text\/plain","signatures":[{"\u0073ig":"$sig"}]}
JSON
	dsse-verify -k "$K/rsa-2048.pub" -k "$K/ed25519.pub" good >out
	for _ in 1 2 3 4 5 6 7 8 9 10; do echo hello; done >expected
	same expected out
}

@test "dsse-verify: what was not signed is exit 1 and prints nothing" {
	hello >e
	sig=$(sed 's/.*"sig":"\([^"]*\)".*/\1/' e)
	other=$(printf 'other\n' | dsse-sign -k "$K/ed25519.key" --type text/plain | sed 's/.*"sig":"\([^"]*\)".*/\1/')
	short=$(printf %s "$sig" | base64 -d | head -c 63 | base64 -w 0)
	long=$({ printf %s "$sig" | base64 -d; printf x; } | base64 -w 0)
	zero=$(head -c 64 /dev/zero | base64 -w 0)
	ones=$(head -c 64 /dev/zero | tr '\0' '\377' | base64 -w 0)
	cases 1 <<JSON
another payload: {"payload":"aGVsbG8h","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
an empty payload: {"payload":"","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
a longer payload: {"payload":"aGVsbG8KCg==","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
a shorter payload: {"payload":"aGVsbG8=","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
a swapped payload type: {"payload":"aGVsbG8K","payloadType":"text/html","signatures":[{"sig":"$sig"}]}
a payload type in another case: {"payload":"aGVsbG8K","payloadType":"Text/plain","signatures":[{"sig":"$sig"}]}
a payload type with a space behind: {"payload":"aGVsbG8K","payloadType":"text/plain ","signatures":[{"sig":"$sig"}]}
type and body shifted by one: {"payload":"biBoZWxsbwo=","payloadType":"text/plai","signatures":[{"sig":"$sig"}]}
a length inside the type: {"payload":"aGVsbG8K","payloadType":"text/plain 6 hello","signatures":[{"sig":"$sig"}]}
the PAE as the payload: {"payload":"RFNTRXYxIDEwIHRleHQvcGxhaW4gNiBoZWxsbwo=","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
another payload's signature: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$other"}]}
a signature cut short: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$short"}]}
a signature with a byte more: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$long"}]}
a signature of one byte: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"AA=="}]}
a signature of zeros: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$zero"}]}
a signature of ones: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$ones"}]}
the signature in base64 twice: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$(printf %s "$sig" | base64 -w 0)"}]}
the payload in base64 twice: {"payload":"YUdWc2JHOEs=","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
JSON
	for t in ed25519-b ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-2048; do
		verdict 1 "the key $t" dsse-verify -k "$K/$t.pub" e
	done
	# S + L is the same number modulo the order, and not canonical.
	if command -v python3 >/dev/null; then
		python3 - "$sig" >malleable <<'PY'
import base64, sys
s = base64.b64decode(sys.argv[1])
L = 2**252 + 27742317777372353535851937790883648493
n = int.from_bytes(s[32:], 'little') + L
print('{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"%s"}]}'
    % base64.b64encode(s[:32] + n.to_bytes(32, 'little')).decode())
PY
		verdict 1 "S + L" dsse-verify -k "$K/ed25519.pub" malleable
	fi
}

@test "dsse-verify: envelopes that are malformed are exit 2 and print nothing" {
	hello >e
	sig=$(sed 's/.*"sig":"\([^"]*\)".*/\1/' e)
	many=$(for _ in $(seq 65); do printf '{"sig":"AAAA"},'; done)
	type=$(printf '%01025d' 0)
	cases 2 <<JSON
a number: 7
a list: [{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}]
an empty object: {}
no payload: {"payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
no payload type: {"payload":"aGVsbG8K","signatures":[{"sig":"$sig"}]}
an empty payload type: {"payload":"aGVsbG8K","payloadType":"","signatures":[{"sig":"$sig"}]}
a huge payload type: {"payload":"aGVsbG8K","payloadType":"$type","signatures":[{"sig":"$sig"}]}
no signatures member: {"payload":"aGVsbG8K","payloadType":"text/plain"}
signatures null: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":null}
no signature: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[]}
too many signatures: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[$many{"sig":"$sig"}]}
a signature that is a string: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":["$sig"]}
a signature object without sig: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"keyid":"x"}]}
an empty sig: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":""}]}
a sig that is null: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":null}]}
an empty sig beside a good one: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$sig"},{"sig":""}]}
a bad base64 sig beside a good one: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$sig"},{"sig":"!"}]}
a keyid that is a number: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"keyid":1,"sig":"$sig"}]}
a payload that is a number: {"payload":7,"payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
white space in base64: {"payload":"aGVs bG8K","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
a line feed in base64: {"payload":"aGVsbG8K\n","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
junk after base64: {"payload":"aGVsbG8K=","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
unused bits in base64: {"payload":"aGVsbG9=","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
mixed base64 alphabets: {"payload":"+_+_","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
payload twice: {"payload":"aGVsbG8h","payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
payload twice by an escape: {"payload":"aGVsbG8h","p\u0061yload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$sig"}]}
sig twice: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"AAAA","sig":"$sig"}]}
a lone surrogate: {"payload":"aGVsbG8K","payloadType":"\ud800","signatures":[{"sig":"$sig"}]}
cut in the middle: {"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"sig":"$sig
nothing but white space:  
JSON
	: >nothing
	verdict 2 "an empty file" dsse-verify -k "$K/ed25519.pub" nothing
	head -c 100 /dev/zero >zeros
	verdict 2 "zeros" dsse-verify -k "$K/ed25519.pub" zeros
	for n in 1 20 60 120 200; do
		head -c "$n" e >cut
		verdict 2 "the first $n bytes" dsse-verify -k "$K/ed25519.pub" cut
	done
}

@test "dsse-verify: ECDSA signatures are strict DER of the same numbers, or raw" {
	need_command python3
	printf 'hello\n' | dsse-sign -k "$K/ecdsa-p256.key" --type t >e
	sig=$(sed 's/.*"sig":"\([^"]*\)".*/\1/' e)
	python3 - "$sig" >variants <<'PY'
import base64, sys
d = base64.b64decode(sys.argv[1])
r = d[4:4 + d[3]]; rest = d[4 + d[3]:]; s = rest[2:]
n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
def num(b): return int.from_bytes(b, 'big')
def i(b): return b'\x02' + bytes([len(b)]) + b
def seq(b): return b'\x30' + bytes([len(b)]) + b
def pos(v):
    b = v.to_bytes((v.bit_length() + 8) // 8, 'big')
    return b
raw = num(r).to_bytes(32, 'big') + num(s).to_bytes(32, 'big')
cases = [
    (0, 'der', d), (0, 'raw', raw),
    (0, 'the other s, which ECDSA allows', seq(i(r) + i(pos(n - num(s))))),
    (1, 'padded r', seq(i(b'\0' + r) + i(s))),
    (1, 'long length', b'\x30\x81' + d[1:]),
    (1, 'indefinite length', b'\x30\x80' + d[2:] + b'\0\0'),
    (1, 'trailing byte', d + b'\0'),
    (1, 'trailing inside', seq(d[2:] + b'\x05\0')),
    (1, 'negative r', seq(i((num(r) - (1 << 264)).to_bytes(34, 'big', signed=True)) + i(s))),
    (1, 'r + n', seq(i(pos(num(r) + n)) + i(s))),
    (1, 's + n', seq(i(r) + i(pos(num(s) + n)))),
    (1, 'r of zero', seq(i(b'\0') + i(s))),
    (1, 's of zero', seq(i(r) + i(b'\0'))),
    (1, 'r is n', seq(i(pos(n)) + i(s))),
    (1, 'swapped', seq(i(s) + i(r))),
    (1, 'raw swapped', raw[32:] + raw[:32]),
    (1, 'raw of zeros', bytes(64)),
    (1, 'raw too long', raw + b'\0'),
    (1, 'raw too short', raw[:-1]),
    (1, 'a bit string', b'\x03' + d[1:]),
    (1, 'empty sequence', b'\x30\0'),
]
for want, name, b in cases:
    print('%d|%s|%s' % (want, name, base64.b64encode(b).decode()))
PY
	[ "$(wc -l <variants)" -eq 21 ]
	failed=0
	while IFS='|' read -r want name sig; do
		echo '{"payload":"aGVsbG8K","payloadType":"t","signatures":[{"sig":"'"$sig"'"}]}' >v
		got=0
		dsse-verify -k "$K/ecdsa-p256.pub" v >out 2>err || got=$?
		[ "$got" -eq "$want" ] || { echo "$name: exit $got, expected $want"; failed=1; }
	done <variants
	[ $failed -eq 0 ]
}

@test "dsse-verify: a threshold counts different keys, however often one signed" {
	hello | dsse-sign --append -k "$K/ecdsa-p256.key" >two
	dsse-verify -k "$K/ed25519.pub" -k "$K/ecdsa-p256.pub" --threshold 2 two >out
	echo hello >expected
	same expected out
	hello >e
	sig=$(sed 's/.*"sig":"\([^"]*\)".*/\1/' e)
	cat >twice <<JSON
{"payload":"aGVsbG8K","payloadType":"text/plain","signatures":[{"keyid":"a","sig":"$sig"},{"keyid":"b","sig":"$sig"}]}
JSON
	verdict 1 "one signature twice" dsse-verify -k "$K/ed25519.pub" -k "$K/ecdsa-p256.pub" --threshold 2 twice
	dsse-verify -k "$K/ed25519.pub" twice >out
	same expected out
	# One key in two files is one key.
	cp "$K/ed25519.pub" copy.pub
	openssl pkey -pubin -in "$K/ed25519.pub" -outform DER -out copy.der 2>/dev/null || cp "$K/ed25519.pub" copy.der
	verdict 2 "one key twice" dsse-verify -k copy.der -k copy.pub --threshold 2 twice
	verdict 1 "one key twice and another" dsse-verify -k copy.der -k copy.pub -k "$K/ecdsa-p256.pub" --threshold 2 twice
	verdict 2 "more than there are" dsse-verify -k copy.pub --threshold 2 two
	verdict 2 "none" dsse-verify -k copy.pub --threshold 0 two
	verdict 1 "an unknown second key" dsse-verify -k "$K/ed25519.pub" -k "$K/rsa-2048.pub" --threshold 2 two
}

@test "dsse-verify: RSA is PKCS#1 v1.5 or PSS with SHA-256, of no other hash" {
	need_command openssl
	printf 'DSSEv1 1 t 6 hello\n' >pae
	try() {
		want=$1
		shift
		openssl dgst "$@" -sign "$K/rsa-2048.key" -out sig pae
		echo '{"payload":"aGVsbG8K","payloadType":"t","signatures":[{"sig":"'"$(base64 -w 0 sig)"'"}]}' >e
		status_is "$want" dsse-verify -k "$K/rsa-2048.pub" e >out
	}
	try 0 -sha256
	try 0 -sha256 -sigopt rsa_padding_mode:pss
	try 0 -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:0
	try 0 -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32
	try 1 -sha512
	try 1 -sha1
	try 1 -sha384 -sigopt rsa_padding_mode:pss
	try 1 -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha512
}

@test "dsse-verify: --type, --subject and --artifact ask of the payload" {
	hello >e
	dsse-verify -k "$K/ed25519.pub" --type text/plain e >out
	refuses 1 dsse-verify -k "$K/ed25519.pub" --type text/html e
	refuses 1 dsse-verify -k "$K/ed25519.pub" --artifact e e
	statement >s
	: >nothing
	dsse-verify -k "$K/ed25519.pub" --artifact nothing s >out
	dsse-verify -k "$K/ed25519.pub" --subject "a=$EMPTY_SHA" s >out2
	same out out2
	dsse-verify -k "$K/ed25519.pub" --subject "=sha256:$EMPTY_SHA" s >out2
	same out out2
	refuses 1 dsse-verify -k "$K/ed25519.pub" --artifact s s
	refuses 1 dsse-verify -k "$K/ed25519.pub" --subject "b=$EMPTY_SHA" s
	refuses 1 dsse-verify -k "$K/ed25519.pub" --subject "a=${EMPTY_SHA/e3/e4}" s
	refuses 3 dsse-verify -k "$K/ed25519.pub" --artifact missing s
	refuses 2 dsse-verify -k "$K/ed25519.pub" --subject a s
	refuses 2 dsse-verify -k "$K/ed25519.pub" --subject "a=12" s
	refuses 2 dsse-verify -k "$K/ed25519.pub" --subject "a=$EMPTY_SHA" --artifact s s
	# A payload that says it is a Statement and is none.
	echo '{"_type":"https://in-toto.io/Statement/v1"}' |
	    dsse-sign -k "$K/ed25519.key" --type application/vnd.in-toto+json >bad
	refuses 2 dsse-verify -k "$K/ed25519.pub" --artifact nothing bad
}

@test "dsse-verify: a keyring's keys count in their time and role, and before revocation" {
	dsse-key keyring --add "$K/ed25519.pub" --name a --role verdict \
	    --from 2026-01-01T00:00:00Z --until 2027-01-01T00:00:00Z -o ring
	hello >e
	at() { dsse-verify --keyring ring --at "$@" e; }
	at 2026-01-01T00:00:00Z >out
	at 2026-12-31T23:59:59Z >out
	refuses 1 dsse-verify --keyring ring --at 2025-12-31T23:59:59Z e
	refuses 1 dsse-verify --keyring ring --at 2027-01-01T00:00:00Z e
	at 2026-06-01T00:00:00Z --role verdict >out
	refuses 1 dsse-verify --keyring ring --at 2026-06-01T00:00:00Z --role vex e
	dsse-key revoke --keyring ring --reason lost --at 2026-06-01T00:00:00Z \
	    "$(dsse-key id "$K/ed25519.pub")" >event
	at 2026-05-31T23:59:59Z >out
	refuses 1 dsse-verify --keyring ring --at 2026-06-01T00:00:00Z e
	# The past is not brought back by the environment.
	export SOURCE_DATE_EPOCH=1768176000
	refuses 1 dsse-verify --keyring ring e
	refuses 2 dsse-verify --keyring ring --role nonsense e
	refuses 2 dsse-verify --keyring e e
	refuses 2 dsse-verify --keyring ring -k "$K/ed25519.pub" e
	refuses 2 dsse-verify e
}

@test "dsse-verify: --report says of each signature which key made it" {
	dsse-key keyring --add "$K/ed25519.pub" --name a -o ring0
	dsse-key keyring --keyring ring0 --add "$K/ecdsa-p256.pub" --name b \
	    --until 2020-01-01T00:00:00Z -o ring
	hello | dsse-sign --append -k "$K/ecdsa-p256.key" |
	    dsse-sign --append -k "$K/rsa-2048.key" >e
	dsse-verify --keyring ring --at @1768176000 --report e >report
	valid_against prov.dsse/v1 report
	ed=$(dsse-key id "$K/ed25519.pub")
	p=$(dsse-key id "$K/ecdsa-p256.pub")
	rsa=$(dsse-key id "$K/rsa-2048.pub")
	cat >expected <<JSON
{"at":"2026-01-12T00:00:00Z","kind":"prov.dsse/v1","payload":"sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03","payloadType":"text/plain","signatures":[{"key":"$ed","keyid":"$ed","name":"a","result":"accepted"},{"key":"$p","keyid":"$p","name":"b","result":"untrusted"},{"keyid":"$rsa","result":"invalid"}],"threshold":1,"valid":true}
JSON
	same expected report
	status_is 1 dsse-verify --keyring ring --at @1768176000 --threshold 2 --report e >report 2>err
	valid_against prov.dsse/v1 report
	grep -q '"valid":false' report
	grep -q '"reason":"1 of 2 signatures wanted' report
	statement | dsse-verify -k "$K/ed25519.pub" --report >report
	valid_against prov.dsse/v1 report
	grep -q '"predicateType":"https://example.com/p"' report
}

@test "dsse-verify: a stream goes on behind an envelope that does not verify" {
	hello >a
	printf 'again\n' | dsse-sign -k "$K/ed25519-b.key" --type text/plain >b
	cat a b a >stream
	status_is 1 dsse-verify -k "$K/ed25519.pub" stream >out 2>err
	printf 'hello\nhello\n' >expected
	same expected out
	[ "$(wc -l <err)" -eq 1 ]
	dsse-verify -k "$K/ed25519.pub" -k "$K/ed25519-b.pub" stream >out
	printf 'hello\nagain\nhello\n' >expected
	same expected out
	# Payloads without a line's end are kept apart.
	for p in 1 2 3; do printf %s $p | dsse-sign -k "$K/ed25519.key" --type t; done |
	    dsse-verify -k "$K/ed25519.pub" >out
	printf '1\n2\n3' >expected
	same expected out
	# A second envelope on the same line is none; the first was good.
	tr -d '\n' <stream >joined
	status_is 2 dsse-verify -k "$K/ed25519.pub" joined >out 2>err
	# A file is whole or not there.
	status_is 1 dsse-verify -k "$K/ed25519.pub" -o file stream 2>err
	[ ! -e file ]
	echo old >file
	status_is 1 dsse-verify -k "$K/ed25519.pub" -o file stream 2>err
	[ "$(cat file)" = old ]
}

@test "dsse-verify: --jobs changes nothing but the time" {
	for i in $(seq 30); do
		echo "payload $i" | dsse-sign -k "$K/ed25519.key" --type "t/$i"
		printf 'odd %s' "$i" | dsse-sign -k "$K/ecdsa-p256.key" --type t
		echo "rsa $i" | dsse-sign -k "$K/rsa-2048.key" --type t
	done >some
	for _ in 1 2 3 4; do cat some; done >good
	# Others' signatures, envelopes that are none, and an end that is cut.
	sed -e '7s/"sig":"./"sig":"A/' -e '201s/payloadType/payloadtype/' \
	    -e '333s/"payload":"/"payload":"AAAA/' good >bad
	{ cat good; head -n 1 good | head -c 100; } >cut
	for f in good bad cut; do
		for report in "" --report; do
			for j in 1 2 3 64; do
				code=0
				dsse-verify -k "$K/ed25519.pub" \
				    -k "$K/ecdsa-p256.pub" -k "$K/rsa-2048.pub" \
				    --at 2026-01-01T00:00:00Z $report --jobs $j \
				    $f >out$j 2>err$j || code=$?
				echo $code >>err$j
				same out1 out$j
				same err1 err$j
			done
		done
	done
	[ "$(wc -l <out1)" -eq 360 ]
	[ "$(cat err1)" != 0 ]
	dsse-verify -k "$K/ed25519.pub" -k "$K/ecdsa-p256.pub" \
	    -k "$K/rsa-2048.pub" --jobs 2 good >out
	[ "$(wc -l <out)" -eq 360 ]
	# All threads meet the library's start at once; whichever is first.
	for _ in $(seq 20); do
		dsse-verify -k "$K/ed25519.pub" -k "$K/ecdsa-p256.pub" \
		    -k "$K/rsa-2048.pub" --jobs 64 good >out64
		same out out64
	done
	refuses 2 dsse-verify -k "$K/ed25519.pub" --jobs 0 good
	refuses 2 dsse-verify -k "$K/ed25519.pub" --jobs 65 good
}

@test "dsse-verify: a subject is the artifact by SHA-256, SHA-384 or SHA-512, and by none of them another" {
	echo artifact >f
	echo another >g
	about() {
		printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"f","digest":{%s}}],"predicateType":"https://example.com/p","predicate":{}}' "$1" |
		    dsse-sign -k "$K/ed25519.key"
	}
	hash() { printf '"sha%s":"%s"' "$1" "$("sha${1}sum" "$2" | cut -d ' ' -f 1)"; }
	for h in 256 384 512; do
		about "$(hash $h f)" >s
		dsse-verify -k "$K/ed25519.pub" --artifact f s >out
		dsse-verify -k "$K/ed25519.pub" --artifact - s <f >out
		cat f | dsse-verify -k "$K/ed25519.pub" --artifact - s >out
		refuses 1 dsse-verify -k "$K/ed25519.pub" --artifact g s
	done
	about "$(hash 256 f),$(hash 384 f),$(hash 512 f),\"gitCommit\":\"00\"" >s
	dsse-verify -k "$K/ed25519.pub" --artifact f s >out
	cat f | dsse-verify -k "$K/ed25519.pub" --artifact - s >out
	# What contradicts itself is nobody's.
	about "$(hash 256 f),$(hash 512 g)" >s
	refuses 1 dsse-verify -k "$K/ed25519.pub" --artifact f s
	refuses 1 dsse-verify -k "$K/ed25519.pub" --artifact g s
	about "$(hash 256 f),\"sha512\":\"00\"" >s
	refuses 1 dsse-verify -k "$K/ed25519.pub" --artifact f s
	# Hashes that nobody should trust name nothing.
	about "\"sha1\":\"$(sha1sum f | cut -d ' ' -f 1)\"" >s
	refuses 1 dsse-verify -k "$K/ed25519.pub" --artifact f s
	refuses 2 dsse-verify -k "$K/ed25519.pub" --artifact -
}

@test "dsse-verify: --subject takes SHA-256, SHA-384 and SHA-512, and refuses others by name" {
	echo artifact >f
	digest() { "$1sum" f | cut -d ' ' -f 1; }
	for h in sha256 sha384 sha512; do
		d=$h:$(digest $h)
		statement "f=$d" >s
		dsse-verify -k "$K/ed25519.pub" --subject "f=$d" s >out
		grep -q '"subject":\[{"digest":{"'$h'":"'"${d#*:}"'"},"name":"f"}\]' out
		dsse-verify -k "$K/ed25519.pub" --subject "=$d" s >out2
		same out out2
		dsse-verify -k "$K/ed25519.pub" --artifact f s >out2
		same out out2
		refuses 1 dsse-verify -k "$K/ed25519.pub" --subject "g=$d" s
		refuses 2 dsse-verify -k "$K/ed25519.pub" --subject "f=${d%?}x" s
		# The digest by one hash says nothing of another.
		for other in sha256 sha384 sha512; do
			[ $other != $h ] || continue
			refuses 1 dsse-verify -k "$K/ed25519.pub" \
			    --subject "f=$other:$(digest $other)" s
		done
	done
	for d in sha1:$(sha1sum f | cut -c 1-40) md5:$(md5sum f | cut -c 1-32) \
	    gitCommit:$(printf '%040d' 0) blake2b:00 SHA256:$(digest sha256); do
		refuses 2 dsse-verify -k "$K/ed25519.pub" --subject "f=$d" s
		grep -q "a digest by ${d%%:*}, expected sha256, sha384 or sha512" refuses.err
		refuses 2 dsse-sign -k "$K/ed25519.key" --statement \
		    --predicate-type p --subject "f=$d" f
		grep -q "a digest by ${d%%:*}, expected" refuses.err
	done
	for d in "" sha256: "sha512:$(digest sha256)" "$(digest sha512)" zz; do
		refuses 2 dsse-verify -k "$K/ed25519.pub" --subject "f=$d" s
	done
}

@test "dsse-verify: keys that are not good keys are refused" {
	hello >e
	refuses 3 dsse-verify -k missing.pub e
	refuses 2 dsse-verify -k "$K/ed25519.key" e
	refuses 2 dsse-verify -k e e
	: >empty
	refuses 2 dsse-verify -k empty e
	# The point of order 4: anybody can sign for it.
	{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; head -c 32 /dev/zero; } >small.der
	refuses 2 dsse-verify -k small.der e
	head -c 43 "$K/ed25519.pub" >cut.pub
	refuses 2 dsse-verify -k cut.pub e
	{ base64 -d <<<MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=; echo; } >long.der
	refuses 2 dsse-verify -k long.der e
	if command -v openssl >/dev/null; then
		openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:1024 2>/dev/null |
		    openssl pkey -pubout >weak.pub
		refuses 2 dsse-verify -k weak.pub e
		openssl ecparam -name secp256k1 -genkey -noout | openssl pkey -pubout >k1.pub
		refuses 2 dsse-verify -k k1.pub e
		openssl ec -pubin -in "$K/ecdsa-p256.pub" -conv_form compressed -out comp.pub 2>/dev/null
		refuses 2 dsse-verify -k comp.pub e
		openssl ec -pubin -in "$K/ecdsa-p256.pub" -param_enc explicit -out expl.pub 2>/dev/null
		refuses 2 dsse-verify -k expl.pub e
	fi
}

@test "dsse-verify: openssl agrees about what is signed" {
	need_command openssl
	printf 'hello\n' >payload
	printf 'DSSEv1 1 t 6 hello\n' >pae
	for row in ecdsa-p256:-sha256 ecdsa-p384:-sha384 ecdsa-p521:-sha512 rsa-2048:-sha256; do
		t=${row%:*}
		dsse-sign -k "$K/$t.key" --type t payload | sed 's/.*"sig":"\([^"]*\)".*/\1/' | base64 -d >sig
		openssl dgst "${row#*:}" -verify "$K/$t.pub" -signature sig pae >out
		openssl dgst "${row#*:}" -sign "$K/$t.key" -out sig2 pae
		echo '{"payload":"aGVsbG8K","payloadType":"t","signatures":[{"sig":"'"$(base64 -w 0 sig2)"'"}]}' |
		    dsse-verify -k "$K/$t.pub" >out
		same payload out
	done
	dsse-sign -k "$K/ed25519.key" --type t payload | sed 's/.*"sig":"\([^"]*\)".*/\1/' | base64 -d >sig
	openssl pkeyutl -verify -pubin -inkey "$K/ed25519.pub" -rawin -in pae -sigfile sig >out
}

@test "dsse-verify: sigstore's own verifier accepts our envelopes" {
	need_peer @sigstore/core
	printf 'hello\n' >payload
	for t in ed25519 ecdsa-p256 ecdsa-p384 rsa-2048; do
		dsse-sign -k "$K/$t.key" --type text/plain payload >"$t.dsse"
		cat >check.js <<'JS'
const { crypto, dsse } = require('@sigstore/core');
const fs = require('fs');
const e = JSON.parse(fs.readFileSync(process.argv[2]));
const key = crypto.createPublicKey(fs.readFileSync(process.argv[3], 'utf8'));
const pae = dsse.preAuthEncoding(e.payloadType, Buffer.from(e.payload, 'base64'));
const algorithm = process.argv[4] === '-' ? undefined : process.argv[4];
process.exit(crypto.verify(pae, key, Buffer.from(e.signatures[0].sig, 'base64'),
    algorithm) ? 0 : 1);
JS
		case $t in
		*384) h=sha384 ;;
		ed*) h=- ;;
		*) h=sha256 ;;
		esac
		node check.js "$t.dsse" "$K/$t.pub" "$h"
	done
}

# Our own vectors (tests/unit/wycheproof holds us against them), held against
# somebody else's arithmetic.
@test "dsse-verify: openssl decides golden/signatures as we do" {
	need_command openssl
	need_command jq
	need_command xxd
	failed=0
	# P-256 and RSA-2048 are Wycheproof's; this takes its time.
	for f in ecdsa-p384 ecdsa-p521 rsa-pkcs1 rsa-pss; do
		set -- -sha256
		case $f in
		*384) set -- -sha384 ;;
		*521) set -- -sha512 ;;
		*pss) set -- -sha256 -sigopt rsa_padding_mode:pss ;;
		esac
		# "openssl dgst" reads no more of a signature than the key makes.
		jq -r '(if .algorithm == "ECDSA" then .testGroups[]
		    else .testGroups[2] end) | .publicKeyDer as $k | .tests[] |
		    select(.comment | IN("a byte behind", "a NULL behind",
			"a zero behind", "twice") | not) |
		    [$k, .msg, .sig, .result, .comment] | join("|")' \
		    "$SRCDIR/golden/signatures/$f.json" >cases
		before=
		while IFS='|' read -r key msg sig result comment; do
			[ "$key" = "$before" ] || xxd -r -p <<<"$key" >key.der
			before=$key
			xxd -r -p <<<"$msg" >msg
			xxd -r -p <<<"$sig" >sig
			got=invalid
			! openssl dgst "$@" -verify key.der -keyform DER \
			    -signature sig msg >out 2>&1 || got=valid
			[ "$got" = "$result" ] || {
				echo "$f: $comment: openssl says $got"
				failed=1
			}
		done <cases
	done
	[ $failed -eq 0 ]
}

@test "dsse-verify: envelopes and keys go both ways with node and @sigstore/core" {
	need_peer @sigstore/core
	cat >theirs.js <<'JS'
// Makes keys in every form node writes, and envelopes signed with them; then
// verifies the envelopes that dsse-sign made of the same keys.
const { dsse } = require('@sigstore/core');
const crypto = require('crypto');
const fs = require('fs');
const types = {
	ed25519: ['ed25519', {}, null],
	'ecdsa-p256': ['ec', { namedCurve: 'P-256' }, 'sha256'],
	'ecdsa-p384': ['ec', { namedCurve: 'P-384' }, 'sha384'],
	'ecdsa-p521': ['ec', { namedCurve: 'P-521' }, 'sha512'],
	'rsa-2048': ['rsa', { modulusLength: 2048 }, 'sha256'],
	'rsa-3072': ['rsa', { modulusLength: 3072 }, 'sha256'],
};
const type = 'application/vnd.in-toto+json';
const payload = Buffer.from(process.argv[3]);
const pae = dsse.preAuthEncoding(type, payload);
const secret = { cipher: 'aes-256-cbc', passphrase: 'node and we' };
for (const [name, [kind, options, hash]] of Object.entries(types)) {
	if (process.argv[2] === 'make') {
		const { publicKey, privateKey } =
		    crypto.generateKeyPairSync(kind, options);
		const write = (end, key, how) => fs.writeFileSync(name + end,
		    key.export(how), { mode: 0o600 });
		write('.pub', publicKey, { type: 'spki', format: 'pem' });
		write('.pub.der', publicKey, { type: 'spki', format: 'der' });
		write('.pkcs8', privateKey, { type: 'pkcs8', format: 'pem' });
		write('.pkcs8.der', privateKey, { type: 'pkcs8', format: 'der' });
		write('.encrypted', privateKey,
		    { type: 'pkcs8', format: 'pem', ...secret });
		if (kind === 'ec')
			write('.sec1', privateKey, { type: 'sec1', format: 'pem' });
		if (kind === 'rsa')
			write('.pkcs1', privateKey, { type: 'pkcs1', format: 'pem' });
		for (const dsaEncoding of ['der', 'ieee-p1363']) {
			const sig = crypto.sign(hash, pae, { key: privateKey, dsaEncoding });
			fs.writeFileSync(name + '.' + dsaEncoding + '.dsse', JSON.stringify({
				payload: payload.toString('base64'), payloadType: type,
				signatures: [{ sig: sig.toString('base64'), keyid: '' }] }));
		}
		continue;
	}
	const e = JSON.parse(fs.readFileSync(name + '.ours'));
	const sig = Buffer.from(e.signatures[0].sig, 'base64');
	const key = crypto.createPublicKey(fs.readFileSync(name + '.pub'));
	const again = crypto.createPrivateKey({ key: fs.readFileSync(name + '.new'),
		passphrase: 'node and we' });
	if (e.payloadType !== type || !Buffer.from(e.payload, 'base64').equals(payload) ||
	    !crypto.verify(hash, pae, key, sig) ||
	    crypto.verify(hash, Buffer.concat([pae, pae]), key, sig) ||
	    !crypto.createPublicKey(again).equals(key))
		throw new Error(name);
}
JS
	echo 'node and we' >pass
	statement | dsse-verify -k "$K/ed25519.pub" >payload
	node theirs.js make "$(cat payload)"
	tried=0
	for pub in *.pub; do
		t=${pub%.pub}
		for e in "$t".*.dsse; do
			dsse-verify -k "$pub" -k "$K/ed25519.pub" \
			    --type application/vnd.in-toto+json "$e" >out
			same payload out
			refuses 1 dsse-verify -k "$K/ed25519.pub" "$e"
		done
		id=$(dsse-key id "$pub")
		[ "$(dsse-key id "$pub.der")" = "$id" ]
		for k in "$t.pkcs8" "$t.pkcs8.der" "$t.encrypted" "$t.sec1" "$t.pkcs1"; do
			[ -e "$k" ] || continue
			dsse-sign -k "$k" --passphrase-file pass payload >ours
			[ ! -e "$t.ours" ] || same "$t.ours" ours
			cp ours "$t.ours"
			tried=$((tried + 1))
		done
		dsse-key import --passphrase-file pass -o "$t.new" "$t.pkcs8"
	done
	[ $tried -eq 23 ]
	node theirs.js check "$(cat payload)"
}
