#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# golden/bundles is made by golden/gen-bundles; expect.tsv there says what
# each bundle must give, and the words its message must have.
load helper

G=$SRCDIR/golden/bundles
WHO=(--identity signer@example.com --issuer https://issuer.example.com)
# The second document of the root is what only some verifiers can read.
ROOT=(--trusted-root "$G/root-more" --trusted-root "$G/root")
CHECK=(sigbundle verify "${ROOT[@]}" "${WHO[@]}" --artifact "$G/artifact")

check() {
	"${CHECK[@]}" "$@"
}

# cases RUN: RUN NAME EXPECT BUNDLE ARTIFACT ROOT WHO... for each of the
# public cases, in their folder.
cases() {
	local name expect bundle artifact root key id iss
	cd "$SHARED/vectors/sigstore" || return 1
	while IFS=$'\t' read -r name expect bundle artifact root key id iss; do
		case $name in \#*) continue ;; esac
		if [ "$key" != - ]; then
			"$1" "$name" "$expect" "$bundle" "$artifact" "$root" \
				-k "$key"
		else
			"$1" "$name" "$expect" "$bundle" "$artifact" "$root" \
				--identity "$id" --issuer "$iss"
		fi || echo "$name" >>"$BATS_TEST_TMPDIR/wrong"
	done <cases.tsv
	cd "$BATS_TEST_TMPDIR" || return 1
	[ ! -s wrong ] || { cat wrong; return 1; }
}

# decides EXPECT cmd...: 0 for pass, 1 or 2 for fail.
decides() {
	local got=0 want=$1
	shift
	"$@" >/dev/null 2>"$BATS_TEST_TMPDIR/err" || got=$?
	case $want:$got in
	pass:0) return 0 ;;
	fail:1 | fail:2) [ "$(wc -l <"$BATS_TEST_TMPDIR/err")" -eq 1 ] ;;
	*) cat "$BATS_TEST_TMPDIR/err"; return 1 ;;
	esac
}

@test "sigbundle verify: every public conformance case decides right, by file and by digest" {
	need_shared
	both() {
		local expect=$2 bundle=$3 artifact=$4 root=$5 hex
		shift 5
		hex=$(sha256sum <"$artifact" | cut -c1-64)
		decides "$expect" sigbundle verify --trusted-root "$root" "$@" \
			--artifact "$artifact" "$bundle" &&
		decides "$expect" sigbundle verify --trusted-root "$root" "$@" \
			--artifact-digest "$hex" "$bundle"
	}
	cases both
}

@test "sigbundle verify: bundles of our own Sigstore are accepted, and those with one fault refused for that fault" {
	local name code says got lines failed=0
	while IFS=$'\t' read -r name code says; do
		got=0
		check "$G/$name.json" >out 2>err || got=$?
		lines=1
		[ "$code" -ne 0 ] || [ -n "$says" ] || lines=0
		if [ "$got" -ne "$code" ] || [ -s out ] ||
		    [ "$(wc -l <err)" -ne "$lines" ] ||
		    ! { [ -z "$says" ] || grep -qF -- "$says" err; }; then
			echo "$name: exit $got, expected $code with '$says':"
			cat err
			failed=1
		fi
	done <"$G/expect.tsv"
	[ "$failed" -eq 0 ]
}

@test "sigbundle verify: a report is printed either way and names the check that failed" {
	local name code says
	while IFS=$'\t' read -r name code says; do
		status_is "$code" check --report "$G/$name.json" >one 2>err
		[ "$(wc -l <one)" -eq 1 ]
		if [ "$code" -eq 0 ]; then
			grep -q '"result":"pass","signer"' one
			status_is 1 grep '"result":"fail"' one
		else
			grep -q '"result":"fail"' one
		fi
		cat one >>all
	done <"$G/expect.tsv"
	valid_against prov.bundlecheck/v1 all
}

@test "sigbundle verify: the report says what was expected and what was found" {
	status_is 1 sigbundle verify "${ROOT[@]}" --identity a@b --issuer x \
		--artifact "$G/artifact" --report "$G/good-message.json" >out 2>err
	grep -q '"expected":"a@b","got":"signer@example.com"' out
	grep -q '"expected":"x","got":"https://issuer.example.com"' out
	grep -q 'signer@example.com.*expected "a@b"' err
}

@test "sigbundle verify: a message names the log that the root lacks and those it has" {
	refuses 1 "${CHECK[@]}" "$G/bad-unknown-log.json"
	grep -q '("rekor.example.com - 12345"), which the trusted root does not have' refuses.err
	grep -q 'rekor.example.com, other.example.com' refuses.err
}

@test "sigbundle verify: a regular expression is held to the whole identity" {
	for r in 'signer@example\.com' '.*@example\.com' 'x|signer@example.com'; do
		sigbundle verify "${ROOT[@]}" --identity-regexp "$r" --issuer \
			"${WHO[3]}" --artifact "$G/artifact" "$G/good-message.json"
	done
	for r in 'signer' '@example\.com' 'example.com$' '^signer'; do
		refuses 1 sigbundle verify "${ROOT[@]}" --identity-regexp "$r" \
			--issuer "${WHO[3]}" --artifact "$G/artifact" \
			"$G/good-message.json"
	done
	refuses 2 sigbundle verify "${ROOT[@]}" --identity-regexp 'a(' --issuer x \
		--artifact "$G/artifact" "$G/good-message.json"
}

@test "sigbundle verify: an artifact's digest is enough where the signature is over SHA-256" {
	local hex
	hex=$(sha256sum <"$G/artifact" | cut -c1-64)
	for b in good-message good-message-v2 good-envelope good-envelope-v2; do
		sigbundle verify "${ROOT[@]}" "${WHO[@]}" \
			--artifact-digest "sha256:$hex" "$G/$b.json"
	done
	refuses 1 sigbundle verify "${ROOT[@]}" "${WHO[@]}" \
		--artifact-digest "$hex" "$G/good-message-p384.json"
	grep -q 'name the file' refuses.err
	refuses 1 sigbundle verify "${ROOT[@]}" "${WHO[@]}" \
		--artifact-digest "${hex%?}0" "$G/good-envelope.json"
}

@test "sigbundle verify: several roots make one, and a root without the CA is not enough" {
	sed 's/"certificateAuthorities":\[.*\],"ctlogs"/"certificateAuthorities":[],"ctlogs"/' \
		"$G/root" >noca
	refuses 1 sigbundle verify --trusted-root noca "${WHO[@]}" \
		--artifact "$G/artifact" "$G/good-message.json"
	sigbundle verify --trusted-root noca "${ROOT[@]}" "${WHO[@]}" \
		--artifact "$G/artifact" "$G/good-message.json"
}

@test "sigbundle verify: a log that is not trusted at the entry's time does not count" {
	sed 's/"start":"2025-12-31T00:00:00Z"/"start":"2025-12-31T00:00:00Z","end":"2026-01-01T00:05:00Z"/g' \
		"$G/root" >inside
	sed 's/"start":"2025-12-31T00:00:00Z"/"start":"2025-12-31T00:00:00Z","end":"2026-01-01T00:04:59Z"/g' \
		"$G/root" >outside
	sed 's/"start":"2025-12-31T00:00:00Z"/"end":"2026-02-01T00:00:00Z"/g' \
		"$G/root" >nostart
	for b in good-message good-message-v2; do
		sigbundle verify --trusted-root inside "${WHO[@]}" \
			--artifact "$G/artifact" "$G/$b.json"
		for root in outside nostart; do
			refuses 1 sigbundle verify --trusted-root $root \
				"${WHO[@]}" --artifact "$G/artifact" "$G/$b.json"
		done
	done
}

@test "sigbundle verify: many bundles in one stream, and the worst answer wins" {
	cat "$G/good-message.json" "$G/good-envelope.json" >good
	check <good
	cat "$G/good-message.json" "$G/bad-signature.json" \
		"$G/good-envelope.json" >mixed
	status_is 1 check --report mixed >out 2>err
	[ "$(wc -l <out)" -eq 3 ]
	[ "$(grep -c '"result":"pass","signer"' out)" -eq 2 ]
	status_is 2 check "$G/good-message.json" "$G/bad-snake-case.json" 2>err
	for behind in x '{}' ']'; do
		printf '%s%s' "$(cat "$G/good-envelope.json")" "$behind" >bad
		refuses 2 "${CHECK[@]}" --payload bad
	done
}

@test "sigbundle verify: --payload hands on the verified bytes, and none of a run that failed" {
	check --payload "$G/good-envelope.json" >out
	grep -q '^{"_type":"https://in-toto.io/Statement/v1"' out
	refuses 1 "${CHECK[@]}" --payload "$G/good-envelope.json" \
		"$G/bad-other-artifact.json"
	status_is 1 check --payload -o out2 "$G/bad-other-artifact.json" 2>err
	[ ! -e out2 ]
}

@test "sigbundle verify: options that leave open who signed, or what, are refused" {
	local b=$G/good-message.json a=$G/artifact
	refuses 2 sigbundle verify "${ROOT[@]}" --artifact "$a" "$b"
	refuses 2 sigbundle verify "${ROOT[@]}" --identity x --artifact "$a" "$b"
	refuses 2 sigbundle verify "${ROOT[@]}" --issuer x --artifact "$a" "$b"
	refuses 2 sigbundle verify "${WHO[@]}" --artifact "$a" "$b"
	refuses 2 sigbundle verify "${ROOT[@]}" "${WHO[@]}" "$b"
	refuses 2 sigbundle verify "${ROOT[@]}" "${WHO[@]}" -k x --artifact "$a" "$b"
	refuses 2 sigbundle verify "${ROOT[@]}" "${WHO[@]}" --artifact "$a" \
		--artifact-digest x "$b"
	refuses 2 sigbundle verify "${ROOT[@]}" "${WHO[@]}" --artifact-digest 12 "$b"
	refuses 2 sigbundle verify "${ROOT[@]}" --identity '' --issuer x \
		--artifact "$a" "$b"
	refuses 2 sigbundle verify "${ROOT[@]}" --identity x --issuer '' \
		--artifact "$a" "$b"
	refuses 3 sigbundle verify "${ROOT[@]}" "${WHO[@]}" --artifact nowhere "$b"
	refuses 3 sigbundle verify --trusted-root nowhere "${WHO[@]}" \
		--artifact "$a" "$b"
	refuses 2 sigbundle verify --trusted-root "$b" "${WHO[@]}" \
		--artifact "$a" "$b"
}

@test "sigbundle verify: with a key and no root only the signature is asked, and the report says so" {
	sigbundle verify -k "$G/plain.pub" --artifact "$G/artifact" --report \
		"$G/bad-key-from-bundle.json" >out
	grep -q 'log entries were not checked' out
	refuses 1 sigbundle verify "${ROOT[@]}" "${WHO[@]}" --artifact \
		"$G/artifact" "$G/bad-key-from-bundle.json"
	refuses 1 sigbundle verify -k "$G/plain.pub" --artifact "$G/root" \
		"$G/bad-key-from-bundle.json"
	# A certificate of another key is not what was asked for.
	refuses 1 sigbundle verify -k "$G/plain.pub" --artifact "$G/artifact" \
		"$G/good-message.json"
}

@test "sigbundle verify: with a key and a root, what the bundle has of logs and timestamps must hold" {
	sigbundle verify "${ROOT[@]}" -k "$G/plain.pub" --artifact "$G/artifact" \
		--report "$G/key-good" >out
	grep -q '"check":"timestamp","index":0,"result":"pass"' out
	grep -q '"check":"log","index":0,"name":"rekor.example.com","result":"pass"' out
	for b in key-intoto-one-leaf key-v2-one-leaf; do
		sigbundle verify "${ROOT[@]}" -k "$G/plain.pub" --artifact \
			"$G/artifact" --report "$G/$b" >out 2>err
		grep -q '"logged":true' out
	done
	refuses 2 sigbundle verify "${ROOT[@]}" -k "$G/plain.pub" --artifact \
		"$G/artifact" "$G/key-other-keyid"
	for b in key-other-entry key-unknown-log; do
		refuses 1 sigbundle verify "${ROOT[@]}" -k "$G/plain.pub" \
			--artifact "$G/artifact" "$G/$b"
		sigbundle verify -k "$G/plain.pub" --artifact "$G/artifact" "$G/$b"
	done
}

@test "sigbundle create: what each type of key signs verifies, and with no other" {
	local types="ed25519 ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-2048" t
	echo data >data
	for t in $types; do
		dsse-key generate --type "$t" --no-passphrase -o "$t.key"
		dsse-key public "$t.key" >"$t.pub"
		sigbundle create --artifact data -k "$t.key" >"$t.json"
		dsse-sign -k "$t.key" --statement --subject \
			"data=sha256:$(sha256sum <data | cut -c1-64)" \
			--predicate-type https://example.com/p <<<'{}' >"$t.dsse"
		sigbundle create --envelope -k "$t.key" "$t.dsse" >"$t.env"
		sigbundle create --envelope -k "$t.pub" <"$t.dsse" >again
		same "$t.env" again
	done
	for t in $types; do
		sigbundle verify -k "$t.pub" --artifact data "$t.json" "$t.env"
		refuses 1 sigbundle verify -k "$t.pub" --artifact "$t.pub" "$t.json"
		refuses 1 sigbundle verify -k "$t.pub" --artifact "$t.pub" "$t.env"
	done
	refuses 1 sigbundle verify -k ed25519.pub --artifact data rsa-2048.json
	refuses 1 sigbundle create --envelope -k ed25519.pub rsa-2048.dsse
	sigbundle inspect ./*.json ./*.env >all
	valid_against prov.bundle/v1 all
}

@test "sigbundle create: of an envelope with several signatures the key's own is taken" {
	echo data >data
	for t in a b; do
		dsse-key generate --type ed25519 --no-passphrase -o $t.key
		dsse-key public $t.key >$t.pub
	done
	dsse-sign -k a.key --statement --predicate-type https://example.com/p \
		--subject "data=sha256:$(sha256sum <data | cut -c1-64)" <<<'{}' |
		dsse-sign -k b.key --append >both
	for t in a b; do
		sigbundle create --envelope -k $t.pub both >$t.json
		sigbundle verify -k $t.pub --artifact data $t.json
	done
}

@test "sigbundle create: a signature that is there is taken with the public key, if it is the key's" {
	local t
	echo data >data
	for t in ed25519 ecdsa-p256 ecdsa-p384 rsa-2048; do
		dsse-key generate --type $t --no-passphrase -o $t.key
		dsse-key public $t.key >$t.pub
		sigbundle create --artifact data -k $t.key >$t.json
		sed 's/.*"signature":"\([^"]*\)".*/\1/' $t.json >$t.b64
		base64 -d <$t.b64 >$t.sig
		for f in b64 sig; do
			sigbundle create --artifact data --signature $t.$f \
				-k $t.pub >again
			same $t.json again
		done
		refuses 1 sigbundle create --artifact $t.pub --signature \
			$t.sig -k $t.pub
	done
	refuses 1 sigbundle create --artifact data --signature rsa-2048.sig \
		-k ecdsa-p256.pub
	refuses 2 sigbundle create --envelope --signature rsa-2048.sig \
		-k ecdsa-p256.pub data
	refuses 3 sigbundle create --artifact data --signature nowhere \
		-k ecdsa-p256.pub
}

@test "sigbundle create: what would not verify is not made" {
	echo data >data
	dsse-key generate --type ed25519 --no-passphrase -o k
	dsse-sign -k k --type text/plain data >text.dsse
	refuses 2 sigbundle create --envelope -k k text.dsse
	refuses 2 sigbundle create --envelope --artifact data -k k
	refuses 2 sigbundle create -k k
	refuses 2 sigbundle create --artifact data
	refuses 2 sigbundle create --artifact data -k k --timestamp data
	refuses 2 sigbundle create --artifact data -k k --tlog-entry data
	refuses 3 sigbundle create --artifact nowhere -k k
}

@test "sigbundle create: a timestamp over the signature is put in, one over other bytes refused" {
	need_command openssl
	echo data >data
	dsse-key generate --type ecdsa-p256 --no-passphrase -o k
	dsse-key public k >k.pub
	sigbundle create --artifact data -k k >plain.json
	sed 's/.*"signature":"\([^"]*\)".*/\1/' plain.json | base64 -d >sig
	openssl ecparam -name prime256v1 -genkey -noout -out tsa.key
	cat >tsa.conf <<'CONF'
[req]
distinguished_name = dn
x509_extensions = ext
prompt = no
[dn]
CN = tsa
[ext]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = one
[one]
serial = serial
default_policy = 1.2.3.4
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
CONF
	openssl req -x509 -new -key tsa.key -config tsa.conf -days 30 \
		-out tsa.pem 2>log
	echo 01 >serial
	openssl ts -query -data sig -sha256 -no_nonce -out q 2>log
	openssl ts -reply -queryfile q -config tsa.conf -signer tsa.pem \
		-inkey tsa.key -out token 2>log
	sigbundle create --artifact data -k k --timestamp token >stamped.json
	sigbundle inspect stamped.json | grep -q '"issuedBy":"CN=tsa"'
	# A root that knows this authority accepts its token.
	printf '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","timestampAuthorities":[{"certChain":{"certificates":[{"rawBytes":"%s"}]},"validFor":{"start":"2020-01-01T00:00:00Z"}}]}' \
		"$(openssl x509 -in tsa.pem -outform DER | base64 -w0)" >root
	sigbundle verify --trusted-root root -k k.pub --artifact data \
		--report stamped.json >out
	grep -q '"check":"timestamp","index":0,"result":"pass"' out
	refuses 1 sigbundle verify "${ROOT[@]}" -k k.pub --artifact data \
		stamped.json
	echo other >data
	refuses 1 sigbundle create --artifact data -k k --timestamp token
}

@test "sigbundle convert: older versions become 0.3 and verify as before" {
	for b in good-message-v01 good-message-v02 good-hint-v02; do
		sigbundle convert "$G/$b.json" >new.json
		grep -q 'bundle.v0.3+json' new.json
		check new.json
	done
	refuses 1 sigbundle convert "$G/good-promise-only-v01.json"
	refuses 2 sigbundle convert "$G/bad-snake-case.json"
}

@test "sigbundle convert: cosign's older bundle becomes version 0.1" {
	need_command python3
	python3 - "$G/good-message-v01.json" >old.json <<'PY'
import base64, json, sys
b = json.load(open(sys.argv[1]))
e = b["verificationMaterial"]["tlogEntries"][0]
der = base64.b64decode(b["verificationMaterial"]["x509CertificateChain"]["certificates"][0]["rawBytes"])
pem = "-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der).decode() + "-----END CERTIFICATE-----\n"
print(json.dumps({"base64Signature": b["messageSignature"]["signature"],
    "cert": base64.b64encode(pem.encode()).decode(),
    "rekorBundle": {"SignedEntryTimestamp": e["inclusionPromise"]["signedEntryTimestamp"],
        "Payload": {"body": e["canonicalizedBody"], "integratedTime": int(e["integratedTime"]),
            "logIndex": int(e["logIndex"]), "logID": base64.b64decode(e["logId"]["keyId"]).hex()}}}))
PY
	sigbundle convert old.json >new.json
	check new.json
	sed 's/"rekorBundle".*/"x":1}/' old.json >none.json
	refuses 1 sigbundle convert none.json
}

@test "sigbundle inspect: shows what a bundle says and fits its schema" {
	sigbundle inspect "$G"/good-*.json >all
	[ "$(wc -l <all)" -eq "$(ls "$G"/good-*.json | wc -l)" ]
	valid_against prov.bundle/v1 all
	sigbundle inspect <"$G/good-message-v2.json" >out
	grep -q '"identity":"signer@example.com"' out
	grep -q '"certificateTimestamps":\[{"logId":"[^"]*=","time":"2026-01-01T00:05:00Z"}\]' out
	sigbundle inspect "$G/good-unknown-members.json" >out2
	grep -q '"ignored":\["extra"\]' out2
	grep -q '"origin":"rekor2.example.com"' out
	refuses 2 sigbundle inspect "$G/bad-media-type.json"
}

@test "sigbundle inspect: --text is for people and shows no control bytes" {
	sigbundle inspect --text "$G/good-message-v2.json" >out
	grep -qx 'certificate.identity: signer@example.com' out
	grep -qx 'tlogEntries\[0\].signedBy\[0\]: rekor2.example.com' out
	printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"\\u001b[31m\\n"}},"messageSignature":{"signature":"AA=="}}' |
		sigbundle inspect --text >out
	grep -qxF 'keyHint: \x1b[31m\x0a' out
}

@test "sigbundle inspect: openssl reads the same from the certificates" {
	need_command openssl
	local serial
	for b in "$G"/good-message*.json; do
		sigbundle inspect "$b" >out
		sed 's/.*"rawBytes":"\([^"]*\)".*/\1/' "$b" | base64 -d >der
		serial=$(openssl x509 -inform DER -in der -noout -serial |
			sed 's/.*=//' | tr A-F a-f)
		grep -q "\"serial\":\"$serial\"" out
		[ "$(openssl x509 -inform DER -in der -noout -fingerprint -sha256 |
			sed 's/.*=//; s/://g' | tr A-F a-f)" = "$(sed \
			's/.*"digest":"sha256:\([0-9a-f]*\)","identity".*/\1/' out)" ]
		openssl x509 -inform DER -in der -noout -startdate -enddate \
			-dateopt iso_8601 | sed 's/.*=//; s/ /T/' |
			while read -r t; do grep -q "\"$t\"" out; done
	done
}

@test "sigbundle verify: openssl agrees on which certificates lead to the root, and when" {
	need_command openssl
	local n=0 raw at code
	# The second authority of the root: intermediate, then anchor.
	grep -o '"certificateAuthorities":.*"ctlogs"' "$G/root" |
		grep -o '"rawBytes":"[^"]*"' | sed 's/.*:"//; s/"//' >certs
	for raw in $(cat certs); do
		n=$((n + 1))
		echo "$raw" | base64 -d | openssl x509 -inform DER -out $n.pem
	done
	# good-message's time, and 601 s later
	for b in good-message:1767225900:0 good-message-p384:1767225900:0 \
	    good-message-rsa:1767225900:0 bad-time-after-certificate:1767226201:1 \
	    bad-forged-ca-name:1767225900:1 bad-unknown-ca:1767225900:1; do
		IFS=: read -r name at code <<<"$b"
		status_is "$code" check "$G/$name.json" 2>err
		grep -o '"certificate":{"rawBytes":"[^"]*"' "$G/$name.json" |
			sed 's/.*:"//; s/"//' | base64 -d |
			openssl x509 -inform DER -out leaf.pem
		got=0
		openssl verify -attime "$at" -CAfile <(cat 1.pem 3.pem) \
			-untrusted 2.pem leaf.pem >log 2>&1 || got=1
		[ "$got" -eq "$code" ] || { echo "$name"; cat log; return 1; }
	done
}

@test "sigbundle root: shows a trusted root and what state its members are in" {
	sigbundle root --at 2026-01-02T00:00:00Z "$G/root" >out
	valid_against prov.trustroot/v1 out
	grep -q '"name":"rekor.example.com","state":"current"' out
	sigbundle root --at 2020-01-02T00:00:00Z "$G/root" >out
	grep -q '"name":"rekor.example.com","state":"future"' out
	sed 's/"start":"2025-12-31T00:00:00Z"/"end":"2026-01-01T00:00:00Z"/' "$G/root" >odd
	sigbundle root --at 2026-01-02T00:00:00Z odd >out
	grep -q '"state":"unusable"' out
	valid_against prov.trustroot/v1 out
	sed 's/PKIX_ED25519/PKIX_UNHEARD_OF/' "$G/root" >odd
	sigbundle root --at 2026-01-02T00:00:00Z odd >out
	grep -q '"reason":"its key is of a type that is not supported"' out
	status_is 0 grep -q '"warnings":\["the transparency log' out
	refuses 2 sigbundle root "$G/good-message.json"
	sed 's/"logId"/"checkpointKeyId":{"keyId":"AAAA"},"logId"/' "$G/root" >odd
	refuses 2 sigbundle root odd
	sed 's/"end":"[^"]*"/"end":""/' "$G/root-more" >odd
	refuses 2 sigbundle root odd
}

@test "sigbundle root: what one document cannot be used for does not spoil the rest" {
	sigbundle root --at 2026-01-01T00:06:00Z "$G/root-more" "$G/root" >out
	valid_against prov.trustroot/v1 out
	grep -q '"reason":"it has no certificate","state":"unusable"' out
	grep -q 'https://unheard.example.com cannot be used: its key is of a type' out
	grep -q '"name":"ended.example.com","state":"past"' out
	grep -q '"name":"rekor.example.com","state":"current"' out
}

@test "sigbundle: no way to the network is linked in" {
	not_sanitized "a sanitizer brings names of its own, and no strace"
	need_command nm
	nm -D --undefined-only "$BUILDDIR/tools/sigbundle" >names
	status_is 1 grep -wE \
		'socket|connect|getaddrinfo|sendto|gethostbyname' names
	if command -v strace >/dev/null; then
		strace -f -e trace=network -o trace sigbundle verify "${ROOT[@]}" \
			"${WHO[@]}" --artifact "$G/artifact" "$G/good-message-v2.json"
		status_is 1 grep -E 'socket|connect' trace
	fi
}

@test "sigbundle verify: memory does not grow with the artifact" {
	need_command nm
	nm "$BUILDDIR/tools/sigbundle" >names
	status_is 1 grep -q __asan_init names || skip "sanitizers want memory"
	dsse-key generate --type ecdsa-p256 --no-passphrase -o k
	dsse-key public k >k.pub
	truncate -s 600M big
	# Most of it is address space that is reserved and never touched.
	ulimit -v 400000
	sigbundle create --artifact big -k k -o big.json
	sigbundle verify -k k.pub --artifact big big.json
}

@test "sigbundle create: a file beyond 2 GiB is refused by name where Ed25519 wants it whole" {
	dsse-key generate --type ed25519 --no-passphrase -o k
	truncate -s 2049M big
	refuses 2 sigbundle create --artifact big -k k
	grep -q 'big: larger than 2 GiB' refuses.err
}

@test "sigbundle: our bundles verify with sigstore-js" {
	need_peer @sigstore/verify @sigstore/bundle @sigstore/protobuf-specs
	echo data >data
	for t in ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-2048; do
		dsse-key generate --type $t --no-passphrase -o $t.key
		dsse-key public $t.key >$t.pub
		sigbundle create --artifact data -k $t.key >$t.json
		node "$SRCDIR/tests/peers/verify-bundle.js" $t.json $t.pub data
	done
	# It takes SHA-256 for every envelope, so only these.
	for t in ecdsa-p256 rsa-2048; do
		dsse-sign -k $t.key --statement --predicate-type https://example.com/p \
			--subject "data=sha256:$(sha256sum <data | cut -c1-64)" \
			<<<'{}' | sigbundle create --envelope -k $t.pub >$t.env
		node "$SRCDIR/tests/peers/verify-bundle.js" $t.env $t.pub
	done
}

@test "sigbundle verify: keyless bundles of sigstore-js and its mock services" {
	need_peer @sigstore/mock @sigstore/sign @sigstore/bundle
	echo data >artifact
	node "$SRCDIR/tests/peers/mock-bundles.js" "$PWD"
	sigbundle verify --trusted-root root.json --artifact artifact "${WHO[@]}" \
		message.json dsse.json
	echo other >artifact
	refuses 1 sigbundle verify --trusted-root root.json --artifact artifact \
		"${WHO[@]}" message.json
	refuses 1 sigbundle verify --trusted-root root.json --artifact artifact \
		"${WHO[@]}" dsse.json
}

@test "ci/sigstore-client: the conformance suite's protocol" {
	local client=$SRCDIR/ci/sigstore-client hex
	hex=$(sha256sum <"$G/artifact" | cut -c1-64)
	for what in "$G/artifact" "sha256:$hex" "$hex"; do
		"$client" verify-bundle --bundle "$G/good-message.json" \
			--certificate-identity "${WHO[1]}" \
			--certificate-oidc-issuer "${WHO[3]}" \
			--trusted-root "$G/root" "$what"
		status_is 1 "$client" verify-bundle --bundle \
			"$G/bad-unrelated-entry.json" \
			--certificate-identity "${WHO[1]}" \
			--certificate-oidc-issuer "${WHO[3]}" \
			--trusted-root "$G/root" "$what"
	done
	"$client" verify-bundle --bundle "$G/bad-key-from-bundle.json" \
		--key "$G/plain.pub" "$G/artifact"
	status_is 2 "$client" verify-bundle --bundle "$G/bad-key-from-bundle.json" \
		--key "$G/plain.pub" --certificate-identity "${WHO[1]}" \
		--certificate-oidc-issuer "${WHO[3]}" "$G/artifact"
	status_is 2 "$client" sign-bundle x
}
