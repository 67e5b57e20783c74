#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

V=$SRCDIR/golden/decide

budget() { printf '{"kind":"prov.budget/v1",%s}\n' "$1" >budget.json; }

@test "budget-attest: a verdict within, over with warn, over with block" {
	while IFS='|' read -r want result limits; do
		budget "\"default\":{$limits}"
		status_is "$want" budget-attest --budget budget.json -o out \
			"$V/conflict-counts-in-the-budget/verdict.json"
		grep -q "\"result\":\"$result\"" out
		valid_against budget-check/v1 out
	done <<-'TABLE'
	0|pass|"maxConflicts":1
	0|warn|"maxConflicts":0,"action":"warn"
	1|fail|"maxConflicts":0
	1|fail|"reasonLimits":{"VexConflict":0}
	0|pass|
	TABLE
}

@test "budget-attest: bare counts are judged at --at, else at SOURCE_DATE_EPOCH" {
	budget '"default":{"maxFeedAgeDays":1}'
	echo '{"feeds":{"nvd":"2026-01-01T00:00:00Z"},"byReason":{"FeedGap":1}}' >in
	budget-attest --budget budget.json --at 2026-01-02T23:59:59Z <in >out
	grep -q '"evaluatedAt":"2026-01-02T23:59:59Z"' out
	grep -q '"cumulativeUncertainty":0.25' out
	SOURCE_DATE_EPOCH=1767398400 status_is 1 budget-attest \
		--budget budget.json -o out in
	grep -q '"actual":2,"limit":1' out
}

@test "budget-attest: what the budget waives is attested, and expires" {
	budget '"default":{"maxUnknownCount":0},"waivers":[{"reason":"Identity","until":"2026-03-01","why":"vendor renames"},{"reason":"FeedGap","until":"2026-04-01","why":"w"}]'
	echo '{"byReason":{"Identity":2,"FeedGap":1}}' >in
	budget-attest --budget budget.json --at 2026-02-28T23:59:59Z in >out
	grep -q '"reason":"Identity","unknowns":2,"until":"2026-03-01","why":"vendor renames"' out
	status_is 1 budget-attest --budget budget.json --at 2026-03-01T00:00:00Z \
		-o out in
	grep -q '"expired":true,"reason":"Identity","unknowns":2' out
	valid_against budget-check/v1 out
}

@test "budget-attest: the statement speaks of the verdict's subject, or of the one given" {
	budget '"default":{}'
	budget-attest --budget budget.json --statement "$V/ignored/verdict.json" >out
	hex=$(printf '5%.0s' $(seq 64))
	grep -q "\"subject\":\[{\"digest\":{\"sha256\":\"$hex\"},\"name\":\"pkg:npm/app@1.0.0\"}\]" out
	grep -q '"predicateType":"https://stellaops.dev/predicates/budget-check@v1"' out
	echo '{}' | budget-attest --budget budget.json --at @0 --statement \
		--subject "a=b=sha256:$hex" >out
	grep -q '"name":"a=b"' out
	echo '{}' >in
	refuses 2 budget-attest --budget budget.json --at @0 --statement in
	refuses 2 budget-attest --budget budget.json --at @0 --subject a=1 in
}

@test "budget-attest: in-toto's own library takes the statement for one" {
	need_command python3
	local got=0 check=$SRCDIR/tests/peers/check-statement.py
	budget '"default":{"maxUnknownCount":3},"waivers":[{"reason":"A","until":"2027-01-01","why":"w"}]'
	for v in "$V"/*/verdict.json; do
		budget-attest --budget budget.json --statement "$v" || true
	done >statements
	[ "$(wc -l <statements)" -gt 30 ]
	python3 "$check" <statements >said || got=$?
	[ $got -ne 77 ] || skip "no Python package in-toto-attestation here"
	cat said
	[ $got -eq 0 ]
	head -n 1 statements >one
	for change in '.more = 1' '.subject = []' '.subject[0].digest = {}' \
		'.subject[0].more = 1' 'del(.predicateType)' '.predicate = {}'; do
		jq -c "$change" one >bad
		status_is 1 python3 "$check" <bad
	done
}

@test "budget-attest: --verify derives every number again and names what differs" {
	budget '"default":{"maxConflicts":1,"maxUnknownCount":9}'
	v=$V/conflict-counts-in-the-budget/verdict.json
	budget-attest --budget budget.json --statement "$v" >st
	budget-attest --verify st --budget budget.json "$v" >out
	[ ! -s out ]
	dsse-key generate --type ed25519 --no-passphrase -o k.pem
	dsse-sign -k k.pem st >signed
	budget-attest --verify signed --budget budget.json "$v"
	sed 's/"total":1/"total":0/' st >bad
	refuses 1 budget-attest --verify bad --budget budget.json "$v"
	grep -q '/predicate/actualCounts/total' refuses.err
	budget '"default":{"maxConflicts":2,"maxUnknownCount":9}'
	refuses 1 budget-attest --verify st --budget budget.json "$v"
	grep -q '/predicate/config' refuses.err
	budget '"default":{"maxConflicts":1,"maxUnknownCount":9}'
	refuses 1 budget-attest --verify st --budget budget.json \
		"$V/ignored/verdict.json"
}

@test "budget-attest: --verify asks who signed, with -k or a keyring" {
	budget '"default":{"maxConflicts":1}'
	v=$V/conflict-counts-in-the-budget/verdict.json
	budget-attest --budget budget.json --statement "$v" >st
	for k in ours other; do
		dsse-key generate --type ed25519 --no-passphrase -o $k.pem
		dsse-key public $k.pem >$k.pub
	done
	dsse-sign -k ours.pem st >signed
	check() { budget-attest --verify "$1" --budget budget.json "${@:2}" "$v"; }
	refused() { refuses "$1" budget-attest --verify "$2" --budget budget.json "${@:3}" "$v"; }
	check signed -k ours.pub
	check signed -k other.pub -k ours.pub --require-signed
	refused 1 signed -k other.pub
	refused 1 st -k ours.pub
	grep -q 'not signed' refuses.err
	# the signature counts before the numbers
	dsse-sign -k other.pem st >theirs
	refused 1 theirs -k ours.pub
	sed 's/"result":"pass"/"result":"warn"/' st | dsse-sign -k ours.pem >bad
	refused 1 bad -k ours.pub
	grep -q '/predicate/result' refuses.err
	# keyring: the role and the time
	dsse-key keyring --add ours.pub --name ci --role verdict \
		--until 2026-06-01T00:00:00Z -o ring
	dsse-key keyring --add ours.pub --name ci --role vex -o vex
	check signed --keyring ring --at 2026-05-31T23:59:59Z
	refused 1 signed --keyring ring --at 2026-06-01T00:00:00Z
	SOURCE_DATE_EPOCH=1767225600 refused 1 signed --keyring ring
	refused 1 signed --keyring vex --at 2026-05-01T00:00:00Z
	refused 1 st --keyring ring --require-signed
	check st --keyring ring
	# another payload type is not a statement
	dsse-sign -k ours.pem --type text/plain st >plain
	refused 2 plain -k ours.pub
	refused 2 signed --require-signed
	refuses 2 budget-attest --budget budget.json -k ours.pub "$v"
	refused 3 signed -k nowhere
}

@test "budget-attest: an environment without limits and a verdict that is none are refused" {
	budget '"environments":{"production":{}}'
	refuses 2 budget-attest --budget budget.json "$V/ignored/verdict.json"
	budget-attest --budget budget.json --environment production \
		"$V/ignored/verdict.json" >out
	budget '"default":{}'
	sed 's/"status":"pass"/"status":"fail"/' "$V/ignored/verdict.json" >bad
	refuses 1 budget-attest --budget budget.json bad
	sed 's/"kind"/"more":1,"kind"/' "$V/ignored/verdict.json" >bad
	refuses 2 budget-attest --budget budget.json bad
	refuses 2 budget-attest --budget budget.json --at @0 "$V/ignored/verdict.json"
	refuses 2 budget-attest "$V/ignored/verdict.json"
	refuses 3 budget-attest --budget missing "$V/ignored/verdict.json"
	for name in '' "$(printf 'a\377')"; do
		refuses 2 budget-attest --budget budget.json \
			--environment "$name" "$V/ignored/verdict.json"
	done
	refuses 2 budget-attest --budget budget.json --statement \
		--subject "$(printf '\377')=$(printf '5%.0s' $(seq 64))" \
		"$V/ignored/verdict.json"
	refuses 2 budget-attest --budget - --environment e -
	refuses 2 budget-attest --budget -
	printf '{}\n{}\n' >two
	refuses 2 budget-attest --budget budget.json --at @0 two
	refuses 2 budget-attest --budget budget.json --at @0 /dev/null
}

@test "budget-attest: the budgets of golden/policies are read for each of their environments" {
	for b in "$SRCDIR"/golden/policies/*.budget.json; do
		valid_against prov.budget/v1 "$b"
		for e in production staging development default; do
			echo '{}' | budget-attest --budget "$b" --environment $e \
				--at @0 >out
			grep -q '"result":"pass"' out
		done
	done
	for p in "$SRCDIR"/golden/policies/{simple,stella}.json; do
		valid_against prov.policy/v1 "$p"
	done
}
