#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

S=1111111111111111111111111111111111111111111111111111111111111111
B=2222222222222222222222222222222222222222222222222222222222222222
P=3333333333333333333333333333333333333333333333333333333333333333
X=abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd
Y=00000000000000000000000000000000000000000000000000000000000000ff
W=2026-01-05T00:00:00Z

hex() { printf '%s' "$1" | sha256sum | cut -c1-64; }
key() { prov-key "$@" | sed 's/.*"veriKey":"sha256:\([0-9a-f]*\)".*/\1/'; }
base() { key --source $S --sbom $B --policy $P --window $W "$@"; }

@test "prov-key: the key is the hash of the joined parts, sentinels for empty sets" {
	want=$(hex "v1|$S|$B|$(hex empty-vex-set)|$P|$(hex empty-signer-set)|$W")
	[ "$(base)" = "$want" ]
	want=$(hex "v1|$S|$B|$(hex "$Y|$X")|$P|$(hex "$X")|$W")
	[ "$(base --vex $X --vex $Y --signer $X)" = "$want" ]
}

@test "prov-key: order, case, prefix and duplicates of a set change nothing" {
	want=$(base --vex $X --vex $Y --signer $X --signer $Y)
	[ "$(base --vex $Y --vex $X --signer $Y --signer $X)" = "$want" ]
	[ "$(base --vex "sha256:${X^^}" --vex $Y --vex $X --signer "SHA256:$Y" \
		--signer $X)" = "$want" ]
}

@test "prov-key: a change in any one input changes the key" {
	{
		base
		key --source $X --sbom $B --policy $P --window $W
		key --source $S --sbom $X --policy $P --window $W
		key --source $S --sbom $B --policy $X --window $W
		key --source $S --sbom $B --policy $P --window 2026-01-05T01:00:00Z
		key --source $B --sbom $S --policy $P --window $W
		base --vex $X
		base --vex $Y
		base --vex $X --vex $Y
		base --signer $X
		base --vex $Y --signer $X
		base --vex $X --signer $Y
	} >keys
	[ "$(sort -u keys | wc -l)" -eq 12 ]
}

@test "prov-key: a time is floored to its bucket, weeks begin on Monday" {
	while read -r at bucket want; do
		got=$(prov-key --source $S --sbom $B --policy $P --at "$at" \
			--bucket "$bucket" | grep -o '"window":"[^"]*"')
		[ "$got" = "\"window\":\"$want\"" ] || {
			echo "$at in $bucket gave $got, expected $want"
			return 1
		}
	done <<-TABLE
	2026-01-07T13:59:59Z 1h 2026-01-07T13:00:00Z
	2026-01-07T13:59:59+02:00 1h 2026-01-07T11:00:00Z
	2026-01-07T13:59:59Z 24h 2026-01-07T00:00:00Z
	2026-01-07T13:59:59Z 1w 2026-01-05T00:00:00Z
	2026-01-07T13:59:59Z 7d 2026-01-05T00:00:00Z
	2026-01-05T00:00:00Z 7d 2026-01-05T00:00:00Z
	2026-01-04T23:59:59Z 7d 2025-12-29T00:00:00Z
	1969-12-31T23:59:59Z 1h 1969-12-31T23:00:00Z
	@0 3d 1969-12-30T00:00:00Z
	TABLE
}

@test "prov-key: the time comes from --at, else from SOURCE_DATE_EPOCH, else an hour of now" {
	SOURCE_DATE_EPOCH=7261 prov-key --source $S --sbom $B --policy $P >out
	grep -q '"window":"1970-01-01T02:00:00Z"' out
	SOURCE_DATE_EPOCH=7261 prov-key --source $S --sbom $B --policy $P \
		--at @0 >out
	grep -q '"window":"1970-01-01T00:00:00Z"' out
}

@test "prov-key: JSON objects on standard input give what options give" {
	prov-key --source $S --sbom $B --policy $P --window $W --vex $X \
		--signer $Y >want
	printf '{"source":"%s","sbom":"sha256:%s","policy":"%s","vex":["%s"],"signers":["%s"],"window":"%s"}\n' \
		$S $B $P "${X^^}" $Y $W >in
	prov-key in >out
	same want out
	prov-key <in >out
	same want out
	cat in in >two
	prov-key two | uniq >out
	same want out
	prov-key want >out
	same want out
}

@test "prov-key: the manifest fits its schema" {
	prov-key --source $S --sbom $B --policy $P --window $W --vex $X >out
	valid_against prov.verikey/v1 out
}

@test "prov-key: a key that is not the hash of its inputs is exit 1" {
	prov-key --source $S --sbom $B --policy $P --window $W >doc
	sed "s/$S/$X/" doc >bad
	refuses 1 prov-key bad
}

@test "prov-key: what is no digest, no time or no combination is refused" {
	refuses 2 prov-key --source $S --sbom $B --policy $P --window yesterday
	refuses 2 prov-key --source sha512:$S --sbom $B --policy $P --window $W
	refuses 2 prov-key --source ${S}0 --sbom $B --policy $P --window $W
	refuses 2 prov-key --source $S --policy $P --window $W
	refuses 2 prov-key --source $S --sbom $B --window $W
	refuses 2 prov-key --source $S --sbom $B --policy $P --window $W --at @0
	refuses 2 prov-key --source $S --sbom $B --policy $P --at @0 --bucket 0h
	refuses 2 prov-key --source $S --sbom $B --policy $P --budget x --at @0
	refuses 2 prov-key --from-evidence x --source $S
	refuses 2 prov-key --from-evidence x
	printf '{"source":"%s","sbom":"%s","policy":"%s","window":"%s","vexx":[]}\n' \
		$S $B $P $W >in
	refuses 2 prov-key in
	printf '{"source":"%s","sbom":"%s","policy":"%s"}\n' $S $B $P >in
	refuses 2 prov-key in
	refuses 3 prov-key missing
}

@test "prov-key: --from-evidence is the key that prov-decide writes" {
	A=$SRCDIR/golden/app G=$SRCDIR/golden/policies
	prov-normalize "$A/shop-front-1.4.0.cdx.json" \
		"$A/shop-front-1.4.0.grype.json" "$A/shop-front.openvex.json" >ev
	status_is 1 prov-decide --policy "$G/stella.json" \
		--budget "$G/stella.budget.json" --environment staging \
		--at 2026-02-01T10:00:00Z --inputs-out want -o verdict ev
	prov-key --from-evidence ev --policy "$G/stella.json" \
		--budget "$G/stella.budget.json" --environment staging \
		--at 2026-02-01T23:00:00Z >out
	same want out
	valid_against prov.verikey/v1 out
	prov-key --from-evidence ev --policy "$G/stella.json" \
		--budget "$G/stella.budget.json" --environment production \
		--at 2026-02-01T23:00:00Z >other
	status_is 1 cmp -s want other
	prov-key --from-evidence ev --policy "$G/stella.json" \
		--environment staging --at 2026-02-01T23:00:00Z >other
	status_is 1 cmp -s want other
}

@test "prov-key: --from-evidence: each file alone changes the key, its spelling does not" {
	D=$SRCDIR/golden/decide/signed-and-logged
	cp "$D"/{evidence,policy,keyring}.json .
	printf '{"kind":"prov.budget/v1","default":{"maxConflicts":0}}' >budget.json
	printf '[]' >p.jq
	all() {
		prov-key --from-evidence evidence.json --policy policy.json \
			--keyring keyring.json --budget budget.json \
			--policy-jq p.jq --environment default \
			--at 2026-03-01T12:00:00Z "$@"
	}
	all >want
	valid_against prov.verikey/v1 want
	for f in evidence policy keyring budget; do
		cp $f.json keep
		# White space, escapes and the order of members.
		sed -e 's/,"/ ,\n "/g' -e 's/"kind":/"\\u006bind": /' \
			-e 's/^{\(.*\)}$/{ \1 }/' keep >$f.json
		all >out
		same want out
		cp keep $f.json
	done
	changes() {
		all >out
		status_is 1 cmp -s want out || { echo "no other key: $1"; return 1; }
		grep -o '"veriKey":"[^"]*"' out >>keys
	}
	while IFS='|' read -r f from to; do
		cp $f keep
		sed "s#$from#$to#" keep >$f
		changes "$from"
		cp keep $f
	done <<-'TABLE'
	evidence.json|"severity":"high"|"severity":"medium"
	evidence.json|"name":"app"|"name":"App"
	evidence.json|"logged":true|"logged":false
	evidence.json|2026-02-27T00|2026-02-27T01
	evidence.json|"unknowns":\[\]|"unknowns":[{"detail":"x","reason":"Identity"}]
	policy.json|"version":"1"|"version":"2"
	keyring.json|"name":"vendor"|"name":"other"
	budget.json|:0|:1
	p.jq|\[\]|[ ]
	TABLE
	# What a component of the key is over: the SBOM is in the source too.
	sed -i 's/"version":"4.17.20"/"version":"4.17.21"/' evidence.json
	changes component
	for part in sbom source; do
		status_is 1 grep -qF "$(grep -o "\"$part\":\"[^\"]*\"" want)" out
	done
	cp "$D/evidence.json" .
	prov-key --from-evidence evidence.json --policy policy.json \
		--at 2026-03-01T12:00:00Z >out
	grep -o '"veriKey":"[^"]*"' out >>keys
	[ "$(sort -u keys | wc -l)" -eq "$(wc -l <keys)" ]
}

@test "prov-key: evidence that is none is refused, whatever it looks like" {
	cp "$SRCDIR"/golden/decide/ignored/*.json .
	while IFS='|' read -r from to; do
		sed "s#$from#$to#" "$SRCDIR/golden/decide/ignored/evidence.json" \
			>evidence.json
		refuses 2 prov-key --from-evidence evidence.json \
			--policy policy.json
		refuses 2 prov-decide --no-cache --policy policy.json evidence.json
		grep -q '^prov-decide: evidence.json: [0-9]*: ' refuses.err
	done <<-'TABLE'
	^{.*$|[]
	^{.*$|{}
	^{.*$|{"components":[],"dependencies":[],"documents":{},"feeds":{},"subject":{}}
	"components":|"component":
	"dependencies":\[\],|
	"documents":\[|"documents":[1,
	"feeds":{|"feeds":{"a":1,
	"feeds":{[^}]*}|"feeds":[]
	"kind":"prov.evidence/v1",|
	"subject":{|"subject":{"a":1,
	"subject":{.*},"unknowns"|"subject":[],"unknowns"
	}$|},{}
	}$|}{}
	TABLE
}
