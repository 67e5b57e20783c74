#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

bad=$SRCDIR/golden/formats

# is FILE 'JQ': the expression is true of the record.
is() { jq -e "$2" "$1" >/dev/null || { echo "not so: $2"; head -c 2000 "$1"; return 1; }; }

@test "prov-ingest: every real file is recognised, with its digests" {
	need_shared
	need_command jq
	while read -r format version role file; do
		prov-ingest "$SHARED/vectors/inputs/$file" >rec
		is rec ".kind == \"prov.document/v1\" and .format == \"$format\" and .role == \"$role\" and .formatVersion == \"${version#-}\""
		sum=$(sha256sum "$SHARED/vectors/inputs/$file")
		is rec ".digest == \"sha256:${sum%% *}\""
		canonical=$(prov-digest "$SHARED/vectors/inputs/$file" | jq -r .digest.sha256)
		is rec ".canonicalDigest == \"sha256:$canonical\""
		is rec ".size == $(wc -c <"$SHARED/vectors/inputs/$file")"
		valid_against prov.document/v1 rec
	done <<'TABLE'
csaf 2.0 vex csaf/many.json
cyclonedx 1.2 sbom cyclonedx/dropwizard.json
cyclonedx 1.4 sbom cyclonedx/juice-shop-1.4.json
cyclonedx 1.4 vex cyclonedx/vex.json
cyclonedx 1.4 vex cyclonedx/vex-cisa-6.json
grype - findings grype/many.json
grype - findings grype/none.json
openvex 0.2.0 vex openvex/many.json
osv - findings osv/some.json
sarif 2.1.0 findings sarif/mobsfscan.json
spdx 2.2 sbom spdx23/appbomination-2.2.json
spdx 2.3 sbom spdx23/example11.json
spdx 3.0.1 sbom spdx3/simplehtr.json
trivy 2 findings trivy/none.json
TABLE
}

@test "prov-ingest: broken documents are refused with 2 and the expected message" {
	local seen=0
	cd "$bad"
	for file in bad-*.json; do
		want=$(cat "${file%.json}.expect")
		got=0
		prov-normalize "$file" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || got=$?
		text="$got $(sed 's/^prov-normalize: //' "$BATS_TEST_TMPDIR/err")"
		[ "$text" = "$want" ] || { echo "$file: $text, expected: $want"; return 1; }
		[ ! -s "$BATS_TEST_TMPDIR/out" ] || { echo "$file: there is output"; return 1; }
		seen=$((seen + 1))
	done
	[ "$seen" -ge 40 ]
}

@test "prov-ingest: what it refuses prov-normalize refuses, and the reverse for whole files" {
	for file in "$bad"/bad-openvex-[ans]*.json "$bad"/bad-cyclonedx-[1-9]*.json "$bad"/bad-statement*.json; do
		case $file in *openvex-time.json) continue ;; esac
		refuses 2 prov-ingest "$file"
	done
}

@test "prov-ingest: bytes of a stream: each document its own record, and its own digest" {
	need_command jq
	printf '{"bomFormat":"CycloneDX","specVersion":"1.6"}\n{"bomFormat":"CycloneDX","specVersion":"1.5"}\n' >two
	prov-ingest two >recs
	[ "$(wc -l <recs)" -eq 2 ]
	sum=$(printf '{"bomFormat":"CycloneDX","specVersion":"1.5"}' | sha256sum)
	sed -n 2p recs >second
	is second ".digest == \"sha256:${sum%% *}\" and .size == 45"
}

@test "prov-ingest: --format overrides detection, --role is held against the format" {
	need_command jq
	printf '{"matches":[]}' >m.json
	refuses 2 prov-ingest m.json
	printf '{"results":[]}' >o.json
	refuses 2 prov-ingest o.json
	prov-ingest --format osv o.json >rec
	is rec '.format == "osv"'
	refuses 2 prov-ingest --format nosuch o.json
	refuses 2 prov-ingest --role vex --format osv o.json
	refuses 2 prov-ingest --role nosuch o.json
	refuses 2 prov-ingest --feed x o.json
	printf '{"bomFormat":"CycloneDX","specVersion":"1.6"}' >c.json
	prov-ingest --role sbom --origin vendor --feed nvd=2026-W03 c.json >rec
	is rec '.role == "sbom" and .roleGiven and .origin == "vendor" and .feeds == {nvd:"2026-W03"}'
	valid_against prov.document/v1 rec
}

@test "prov-ingest: lossy numbers are refused, or accepted and said" {
	need_command jq
	refuses 2 prov-ingest "$bad/bad-big-number.json"
	prov-ingest --lossy-numbers "$bad/bad-big-number.json" >rec
	is rec '.lossy == true'
	prov-normalize rec >ev
	is ev '.unknowns[0].reason == "AnalyzerLimit"'
	prov-normalize --lossy-numbers "$bad/bad-big-number.json" >direct
	same ev direct
}

# statement INNER TYPE, dsse TEXT: what others wrap documents in.
statement() { printf '{"_type":"%s","predicateType":"%s","subject":[{"name":"img","digest":{"sha256":"%064d"}}],"predicate":%s}' "$1" "$2" 7 "$3"; }
dsse() { printf '{"payloadType":"application/vnd.in-toto+json","payload":"%s","signatures":[{"sig":"AA=="}]}' "$(printf %s "$1" | base64 -w0)"; }

@test "prov-ingest: Statements of both versions, DSSE, bundles and cosign's wrappers are opened" {
	need_command jq
	inner='{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"a","version":"1"}]}'
	for v in v0.1 v1; do
		statement "https://in-toto.io/Statement/$v" https://cyclonedx.org/bom "$inner" >s.json
		prov-ingest s.json >rec
		is rec '.format == "cyclonedx" and .formatVersion == "1.5"'
	done
	statement https://in-toto.io/Statement/v1 https://cyclonedx.org/bom/v1.5 "$inner" >s.json
	dsse "$(cat s.json)" >d.json
	printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":%s}' "$(cat d.json)" >b.json
	statement https://in-toto.io/Statement/v0.1 https://cosign.sigstore.dev/attestation/v1 \
	    "$(jq -cn --arg d "$inner" '{Data:$d,Timestamp:"2024-01-01T00:00:00Z"}')" >w.json
	statement https://in-toto.io/Statement/v0.1 https://cosign.sigstore.dev/attestation/vuln/v1 \
	    "{\"scanner\":{\"uri\":\"x\",\"result\":$inner}}" >v.json
	for f in s d b w v; do
		prov-ingest $f.json >rec || return 1
		is rec '.format == "cyclonedx"'
		prov-normalize $f.json >ev
		is ev '.components[0].key == "name:a@1" and (.documents[0].subjects[0]|startswith("sha256:00"))'
	done
}

@test "prov-ingest: provenance is an attestation, and contributes nothing else" {
	need_command jq
	statement https://in-toto.io/Statement/v1 https://slsa.dev/provenance/v1 '{"buildDefinition":{}}' >p.json
	prov-ingest p.json >rec
	is rec '.format == "in-toto" and .role == "attestation"'
	prov-normalize p.json >one
	statement https://in-toto.io/Statement/v1 https://slsa.dev/provenance/v1 '{"buildDefinition":{"x":1}}' >q.json
	prov-normalize q.json >two
	[ "$(jq .documents[0].source one)" != "$(jq .documents[0].source two)" ]
}

@test "prov-ingest: --keyring names the keys that signed an envelope" {
	need_command jq
	for k in a b; do
		dsse-key generate --type ed25519 --no-passphrase -o $k.pem
		dsse-key public $k.pem >$k.pub
	done
	dsse-key keyring --add a.pub --name a --role vex -o ring.json
	statement https://in-toto.io/Statement/v1 https://cyclonedx.org/bom \
	    '{"bomFormat":"CycloneDX","specVersion":"1.5"}' >s.json
	dsse-sign -k a.pem s.json >signed.json
	dsse-sign -k b.pem s.json >other.json
	prov-ingest --keyring ring.json signed.json >rec
	is rec ".signedBy == [{id:\"$(dsse-key id a.pub)\",logged:false}]"
	valid_against prov.document/v1 rec
	prov-normalize --keyring ring.json signed.json >direct
	prov-normalize rec >piped
	same piped direct
	is direct '.documents[0].signedBy|length == 1'
	prov-ingest --keyring ring.json other.json >rec
	is rec 'has("signedBy")|not'
	prov-ingest signed.json >rec
	is rec 'has("signedBy")|not'
	refuses 3 prov-ingest --keyring nosuch signed.json
}

@test "prov-ingest: --trusted-root proves whose certificate signed an SBOM or VEX bundle, when, and that it is logged" {
	need_command jq
	local g=$SRCDIR/golden/bundles id
	dsse-key keyring --identity signer@example.com --issuer https://issuer.example.com --name ci -o ring.json
	dsse-key keyring --identity other@example.com --issuer https://issuer.example.com --name ci -o other.json
	id=$(jq -r '.keys[0].id' ring.json)
	while read -r name role; do
		prov-ingest --keyring ring.json --trusted-root "$g/root" "$g/$name.json" >rec
		is rec ".role == \"$role\" and .signedBy == [{id:\"$id\",logged:true,provenAt:\"2026-01-01T00:05:00Z\"}]"
		valid_against prov.document/v1 rec
		prov-normalize --keyring ring.json --trusted-root "$g/root" "$g/$name.json" >direct
		prov-normalize rec >piped
		same direct piped
		is direct ".documents[0].role == \"$role\" and .documents[0].signedBy[0].logged"
		valid_against prov.evidence/v1 direct
		# without the root, for somebody else, or with no keyring: unsigned
		prov-ingest --keyring ring.json "$g/$name.json" >rec
		is rec 'has("signedBy")|not'
		prov-ingest --keyring other.json --trusted-root "$g/root" "$g/$name.json" >rec
		is rec 'has("signedBy")|not'
		prov-ingest --trusted-root "$g/root" "$g/$name.json" >rec
		is rec 'has("signedBy")|not'
		# another payload under the signature
		jq -c '.dsseEnvelope.payload |= (@base64d|sub("1\\.3\\.0|not_affected";"fixed")|@base64)' "$g/$name.json" >forged
		! cmp -s forged "$g/$name.json"
		prov-ingest --keyring ring.json --trusted-root "$g/root" forged >rec
		is rec 'has("signedBy")|not'
	done <<-TABLE
		good-envelope-sbom sbom
		good-envelope-vex vex
	TABLE
}

@test "prov-ingest: --trusted-root on a public bundle: the signer and the log's time" {
	need_shared
	need_command jq
	local s=$SHARED/vectors/sigstore name expect bundle artifact root key identity issuer
	IFS=$'\t' read -r name expect bundle artifact root key identity issuer \
	    < <(grep '^happy-path-intoto-in-dsse-v3	' "$s/cases.tsv")
	dsse-key keyring --identity "$identity" --issuer "$issuer" --name public -o ring.json
	prov-ingest --keyring ring.json --trusted-root "$s/$root" "$s/$bundle" >rec
	is rec '.signedBy|length == 1 and .[0].logged and .[0].provenAt == "2024-12-16T18:42:56Z"'
	is "$s/$bundle" '.verificationMaterial.tlogEntries[0].integratedTime|tonumber|todate == "2024-12-16T18:42:56Z"'
}

@test "prov-ingest: --validate refuses what its format's schema refuses" {
	[ -d "$SHARED/schemas" ] || skip "no ../shared schemas here"
	export PROV_SCHEMAS=$(find "$SHARED/schemas" -type d | tr '\n' ':')
	prov-ingest --validate "$SRCDIR/golden/formats/good-pair.cdx.json" "$SRCDIR/golden/formats/good-pair.spdx.json" >recs
	[ "$(wc -l <recs)" -eq 2 ]
	prov-normalize --validate "$SRCDIR/golden/formats/good-pair.cdx.json" >ev
	printf '{"bomFormat":"CycloneDX","specVersion":"1.6","nosuch":1}' >x.json
	prov-ingest x.json >rec
	refuses 2 prov-ingest --validate x.json
	refuses 2 prov-normalize --validate x.json
	grep -q 'not valid by' refuses.err
	PROV_SCHEMAS=/nonexistent refuses 2 prov-ingest --validate x.json
}

@test "prov-ingest: -o gives nothing when one file of several is refused" {
	printf '{"bomFormat":"CycloneDX","specVersion":"1.6"}' >c.json
	printf '{}' >x.json
	refuses 2 prov-ingest -o out c.json x.json
	[ ! -e out ]
	status_is 2 prov-ingest c.json x.json >got 2>err
	[ "$(wc -l <got)" -eq 1 ]
	refuses 3 prov-ingest nosuch.json
}

@test "prov-ingest: large files: their digests, and all documents of one or none" {
	need_command jq
	awk 'BEGIN {
		printf "{\"specVersion\":\"1.5\",\"bomFormat\":\"CycloneDX\",\n \"components\" : ["
		for (i = 0; i < 90000; i++)
			printf "%s\n {\"type\":\"library\", \"name\":\"p%d\", \"purl\":\"pkg:npm/p%d@1\"}", i ? "," : "", i, i
		printf "],\n \"dependencies\":[]}\n"
	}' >big
	[ "$(wc -c <big)" -gt 4194304 ]	# such files are read ahead
	prov-ingest big >rec
	sum=$(sha256sum <big)
	is rec ".digest == \"sha256:${sum%% *}\" and .size == $(wc -c <big)"
	prov-digest --canonical big >canonical
	sum=$(head -c -1 canonical | sha256sum)
	{ printf '{"canonicalDigest":"sha256:%s","content":' "${sum%% *}"
	head -c -1 canonical; } >want
	head -c "$(wc -c <want)" rec >got
	same want got
	prov-ingest <big | jq -c 'del(.name)' >piped
	jq -c 'del(.name)' rec >want
	same want piped
	{ cat big; printf '{"bomFormat":"CycloneDX","specVersion":"1.6"}'; } >two
	prov-ingest two >recs
	[ "$(wc -l <recs)" -eq 2 ]
	sum=$(head -c -1 big | sha256sum)
	head -1 recs >first
	is first ".digest == \"sha256:${sum%% *}\" and .size == $(($(wc -c <big) - 1))"
	{ cat big; printf '{"bomFormat":"CycloneDX","specVersion":"7"}'; } >bad
	refuses 2 prov-ingest bad
	{ cat big; printf '{"bomFormat"'; } >bad
	refuses 2 prov-ingest bad
	# a NUL is no white space
	{ cat big; printf '\0'; } >bad
	refuses 2 prov-ingest bad
	{ printf '{"bomFormat":"CycloneDX","specVersion":"1.6"}\n'; printf '\0\n'; } >bad
	refuses 2 prov-ingest bad
}
