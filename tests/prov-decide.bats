#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

G=golden/decide
AT=2026-03-01T12:00:00Z

# Evidence, policies and a key that most tests use.
case_dir() { echo "$SRCDIR/golden/decide/$1"; }

decide() {
	prov-decide --policy policy.json --at $AT "$@" evidence.json
}

use() {
	cp "$(case_dir "$1")"/*.json .
	rm -f verdict.json
}

status_of() { grep -o '"status":"[a-z]*","subject"' "$1" | cut -d'"' -f4; }

@test "prov-decide: every golden case gives its verdict and its explanation" {
	local n=0 failed=0
	for dir in "$SRCDIR/$G"/*/; do
		want=0
		[ "$(status_of "$dir/verdict.json")" = fail ] && want=1
		read -r -a args <"$dir/args"
		(
			cd "$dir"
			status_is $want prov-decide --no-cache "${args[@]}" \
				-o "$BATS_TEST_TMPDIR/v" evidence.json
			status_is $want prov-decide --no-cache "${args[@]}" \
				--explain -o "$BATS_TEST_TMPDIR/x" evidence.json
		) || failed=1
		same "$dir/verdict.json" v || { echo "case $dir"; failed=1; }
		same "$dir/explain.txt" x || { echo "case $dir"; failed=1; }
		n=$((n + 1))
	done
	[ "$n" -ge 50 ]
	[ "$failed" -eq 0 ]
}

@test "prov-decide: every golden verdict is what a second derivation gives" {
	command -v python3 >/dev/null || skip "no python3 here"
	"$SRCDIR/golden/check-decide"
	# It does look: a score, a gate and a silence that are not so.
	for change in 's/"score":2475/"score":2476/' \
		's/"result":"pass"/"result":"warn"/' 's/"conflict":true/"conflict":false/'; do
		rm -rf case && mkdir case
		cp "$(case_dir two-vendors-disagree)"/* case
		sed -i "$change" case/verdict.json
		status_is 1 "$SRCDIR/golden/check-decide" case
	done
}

@test "prov-decide: verdicts of all golden cases fit the schema, and no two ids are one" {
	cat "$SRCDIR/$G"/*/verdict.json >all
	valid_against prov.verdict/v1 all
	grep -o '"verdictId":"[^"]*"' all | sort | uniq -d >twice
	[ ! -s twice ]
}

@test "prov-decide: the id is the digest without verdictId and at" {
	use ignored
	decide --no-cache -o v
	id=$(sed 's/.*"verdictId":"\([^"]*\)".*/\1/' v)
	sed -e 's/"at":"[^"]*",//' -e 's/,"verdictId":"[^"]*"//' v |
		tr -d '\n' >bare
	[ "$id" = "sha256:$(sha256sum <bare | cut -d' ' -f1)" ]
}

@test "prov-decide: days that change nothing give the same id, an expiry another" {
	use ignored
	for at in 2026-03-01 2026-03-02 2026-03-31; do
		prov-decide --no-cache --policy policy.json --at ${at}T00:00:00Z \
			-o v$at evidence.json
	done
	# Freshness of the feed is a part of trust: without it nothing ages.
	sed -i 's/"feeds":{[^}]*}/"feeds":{}/' evidence.json
	for at in 2026-03-01 2026-03-02 2026-03-31; do
		prov-decide --no-cache --policy policy.json --at ${at}T00:00:00Z \
			-o v$at evidence.json
		grep -o '"verdictId":"[^"]*"' v$at >>ids
	done
	[ "$(sort -u ids | wc -l)" -eq 1 ]
	status_is 1 prov-decide --no-cache --policy policy.json \
		--at 2026-04-01T00:00:00Z -o late evidence.json
	status_is 1 grep -qf ids late
}

@test "prov-decide: all times of a window give the same bytes" {
	use two-vendors-disagree
	for at in 2026-03-01T00:00:00Z 2026-03-01T23:59:59Z @1772323200; do
		prov-decide --no-cache --policy policy.json --at $at -o v evidence.json
		[ -f first ] || cp v first
		same first v
	done
	grep -q '"at":"2026-03-01T00:00:00Z"' v
}

@test "prov-decide: a hit gives the bytes of a miss, and says that it was one" {
	use finding-without-vex
	mkdir c
	for i in 1 2; do
		status_is 1 decide --cache c --status s$i --decision-out d$i \
			--inputs-out i$i --context-out x$i --statement-out t$i \
			--provcache-out p$i -o v$i
	done
	grep -q '"status":"computed"' s1
	grep -q '"status":"cached"' s2
	for f in d i x t p v; do same ${f}1 ${f}2; done
	same "$(case_dir finding-without-vex)/verdict.json" v2
	valid_against prov.status/v1 s2
	valid_against prov.decision/v1 d2
	valid_against prov.verikey/v1 i2
	valid_against prov.context/v1 x2
	status_is 1 decide --no-cache --status s3 -o v3
	same v1 v3
	grep -q '"status":"computed"' s3
}

@test "prov-decide: --require-cached is exit 1 on a miss, with nothing on stdout" {
	use ignored
	refuses 1 prov-decide --cache c --require-cached --policy policy.json \
		--at $AT evidence.json
	decide --cache c -o v1
	decide --cache c --require-cached -o v2
	same v1 v2
	refuses 1 prov-decide --cache c --require-cached --policy policy.json \
		--at 2026-03-03T00:00:00Z evidence.json
}

@test "prov-decide: a cache that cannot be used changes nothing and is told once" {
	use ignored
	decide --no-cache -o want
	printf 'x' >file
	prov-decide --policy policy.json --at $AT --cache file -o v evidence.json \
		2>err
	same want v
	[ "$(wc -l <err)" -eq 1 ]
	decide --cache c -o v
	for f in c/*; do
		[ -f "$f" ] && head -c 65536 /dev/zero | tr '\0' '\377' >"$f"
	done
	prov-decide --policy policy.json --at $AT --cache c -o v evidence.json 2>err
	same want v
	[ "$(wc -l <err)" -le 1 ]
}

@test "prov-decide: a status says how the decision was come by, unknown where there is none" {
	use ignored
	refuses 1 prov-decide --cache c --require-cached --status s \
		--policy policy.json --at $AT evidence.json
	grep -q '"status":"unknown"' s
	valid_against prov.status/v1 s
	decide --no-cache --inputs-out i -o v
	key=$(grep -o '"veriKey":"[^"]*"' i)
	grep -qF "$key" s
	status_is 1 grep -q 'trustScore\|ageSeconds\|source' s
	# A cache that cannot be used: the decision is computed all the same.
	printf 'x' >file
	decide --cache file --status s -o v 2>err
	grep -q '"status":"computed"' s
	grep -q '"ageSeconds":43200' s
	valid_against prov.status/v1 s
}

@test "prov-decide: an expired entry is stale and computed anew" {
	use ignored
	sed -i 's/"kind"/"window":{"bucket":"24h","ttl":"1h"},"kind"/' policy.json
	prov-decide --policy policy.json --cache c --at 2026-03-01T00:10:00Z \
		-o v1 evidence.json
	prov-decide --policy policy.json --cache c --at 2026-03-01T12:00:00Z \
		--status s -o v2 evidence.json
	same v1 v2
	grep -q '"status":"stale"' s
}

@test "prov-decide: a foreign entry is a hit only when a cache key signed its decision" {
	use ignored
	for k in a b; do
		dsse-key generate --type ed25519 --no-passphrase -o $k.pem
		dsse-key public $k.pem >$k.pub
	done
	dsse-key keyring --add a.pub --name a --role cache -o one
	dsse-key keyring --keyring one --add b.pub --name b --role verdict -o ring
	decide --cache c --keyring ring --decision-out d --provcache-out p -o v1
	prov-cache export --cache c >line
	prov-cache import --foreign --cache none line
	refuses 1 prov-decide --cache none --require-cached --policy policy.json \
		--keyring ring --at $AT evidence.json
	decide --cache none --keyring ring --status s -o v2
	same v1 v2
	grep -q '"status":"computed"' s
	# A key with another role, a cache key, and the statement in its place.
	while read -r k type payload want; do
		dsse-sign -k $k.pem --type $type $payload | tr -d '\n' >e
		sed "s#},\"expiresAt\":#},\"envelopes\":[{\"bytes\":\"$(base64 -w0 e)\",\"digest\":\"sha256:$(sha256sum <e | cut -d' ' -f1)\"}],\"expiresAt\":#" \
			line >signed
		rm -rf there
		prov-cache import --foreign --cache there signed
		status_is $want prov-decide --cache there --require-cached \
			--policy policy.json --keyring ring --at $AT -o v2 \
			evidence.json
		[ "$want" -eq 1 ] || same v1 v2
	done <<-'TABLE'
	b application/json d 1
	a application/json d 0
	a application/vnd.in-toto+json p 0
	a application/json policy.json 1
	TABLE
}

@test "prov-decide: statements are ready to be signed and speak of the subject" {
	use finding-without-vex
	status_is 1 decide --no-cache --statement-out t --provcache-out p -o v \
		--inputs-out i
	grep -q '"predicateType":"https://stellaops.dev/predicates/policy-verdict@v1"' t
	grep -q '"predicateType":"stella.ops/provcache@v1"' p
	hex=$(printf '5%.0s' $(seq 64))
	for f in t p; do
		grep -q "\"subject\":\[{\"digest\":{\"sha256\":\"$hex\"},\"name\":\"pkg:npm/app@1.0.0\"}\]" $f
	done
	grep -q '"verdicts":{"CVE-2021-23337":"affected"}' p
	sed 's/.*"predicate":\(.*\),"predicateType".*/\1/' t >predicate
	same v predicate
	sed 's/.*"predicate":\(.*\),"predicateType".*/\1/' p >predicate
	valid_against provcache/v1 predicate
}

@test "prov-decide: the budget check in the verdict is budget-attest's, byte for byte" {
	for c in over-budget budget-warns conflict-counts-in-the-budget; do
		use $c
		want=0
		grep -q '"result":"fail"' "$(case_dir $c)/verdict.json" && want=1
		status_is $want budget-attest --budget budget.json \
			-o b "$(case_dir $c)/verdict.json"
		valid_against budget-check/v1 b
		sed 's/,"evaluatedAt":"[^"]*"//' b | tr -d '\n' >bare
		grep -o '"budgetCheck":.*,"claims":\[' \
			"$(case_dir $c)/verdict.json" |
			sed -e 's/^"budgetCheck"://' -e 's/,"claims":\[$//' |
			tr -d '\n' >embedded
		same embedded bare
	done
}

@test "prov-decide: --why explains one claim, and is exit 1 where nothing is said" {
	use two-vendors-disagree
	prov-decide --no-cache --policy policy.json --at $AT --why \
		pkg:npm/lodash@4.17.20 CVE-2021-23337 evidence.json >out
	grep -q 'conflict: both sides' out
	prov-decide --no-cache --policy policy.json --at $AT --why \
		pkg:npm/lodash CVE-2021-23337 evidence.json >other
	same out other
	refuses 1 prov-decide --no-cache --policy policy.json --at $AT --why \
		pkg:npm/lodash CVE-2021-23338 evidence.json
}

@test "prov-decide: --why takes a purl with its context, and any alias of the id" {
	use named-by-an-alias
	decide --no-cache --why pkg:npm/lodash@4.17.20 CVE-2021-23337 >want
	for cache in "--no-cache" "--cache c" "--cache c"; do
		while read -r component id; do
			prov-decide --policy policy.json --at $AT $cache \
				--why "$component" $id evidence.json >out
			same want out
		done <<-'TABLE'
		pkg:npm/lodash@4.17.20?repository_url=https://example.com CVE-2021-23337
		pkg:npm/lodash?vcs_url=x GHSA-35jh-r3h4-6jhm
		pkg:npm/lodash GHSA-35jh-r3h4-6jhm
		TABLE
	done
}

@test "prov-decide: with the entries of --baseline the same evidence passes" {
	A=$SRCDIR/golden/app
	prov-normalize "$A/shop-front-1.4.0.cdx.json" \
		"$A/shop-front-1.4.0.grype.json" "$A/shop-front.openvex.json" \
		>evidence.json
	cp "$SRCDIR/golden/policies/stella.json" policy.json
	status_is 1 decide --no-cache --environment production -o v
	decide --no-cache --environment production --baseline 2026-09-01 >ignore
	sed -i "s#^}#,\"ignore\":$(cat ignore)}#" policy.json
	decide --no-cache --environment production -o v
	[ "$(status_of v)" = pass ]
	status_is 1 prov-decide --no-cache --environment production \
		--policy policy.json --at 2026-09-01T00:00:00Z -o v evidence.json
}

@test "prov-decide: a --baseline that is over when it begins is refused" {
	use finding-without-vex
	for until in 2026-03-01 2020-01-01 2026-02-28T23:59:59Z; do
		refuses 2 prov-decide --no-cache --policy policy.json --at $AT \
			--baseline $until --decision-out d evidence.json
		[ ! -e d ]
	done
	decide --no-cache --baseline 2026-03-02 >out
	grep -q '"until":"2026-03-02"' out
}

@test "prov-decide: a policy that is signed counts when a policy key signed it" {
	use ignored
	dsse-key generate --type ed25519 --no-passphrase -o k.pem
	dsse-key public k.pem >k.pub
	dsse-key keyring --add k.pub --name a --role policy -o ring
	dsse-key keyring --add k.pub --name a --role vex -o other
	dsse-sign -k k.pem --type application/json policy.json >signed
	decide --no-cache -o want
	prov-decide --no-cache --policy signed --keyring ring --at $AT -o v \
		evidence.json
	[ "$(status_of v)" = pass ]
	[ "$(grep -o '"policy":{[^}]*}' v)" = "$(grep -o '"policy":{[^}]*}' want)" ]
	refuses 1 prov-decide --no-cache --policy signed --at $AT evidence.json
	refuses 1 prov-decide --no-cache --policy signed --keyring other --at $AT \
		evidence.json
}

@test "prov-decide: a policy with a fault is refused, whatever environment is asked for" {
	use ignored
	while IFS='|' read -r from to; do
		sed "s#$from#$to#" "$(case_dir ignored)/policy.json" >policy.json
		status_is 1 cmp -s policy.json "$(case_dir ignored)/policy.json"
		refuses 2 prov-decide --no-cache --policy policy.json --at $AT \
			evidence.json || { echo "$to"; return 1; }
	done <<-'TABLE'
	"maxSeverity"|"maxSeverty"
	"maxSeverity":"high"|"maxSeverity":"High"
	"maxSeverity":"high"|"minimumConfidence":10001
	"maxSeverity":"high"|"maxSeverity":{"value":"high","action":"fail"}
	"maxSeverity":"high"|"maxSeverity":{"value":"high","until":"soon"}
	"maxSeverity":"high"|"sourceQuota":{}
	"maxSeverity":"high"|"vexTrust":{}
	"maxSeverity":"high"|"reachability":{"severity":"high","bypass":["it is fine"]}
	"kind"|"trust":{"weights":{"p":1,"c":1,"r":1}},"kind"
	"kind"|"trust":{"halfLifeDays":0},"kind"
	"kind"|"trust":{"sources":[{"match":{}}]},"kind"
	"kind"|"window":{"bucket":"1 day"},"kind"
	"kind"|"environments":{"x":{"gates":{"undecided":"bad"}}},"kind"
	"kind"|"environments":{"x":{}},"honourSupressed":true,"kind"
	"name":"golden"|"name":""
	"until":"2026-04-01"|"until":"2026-02-30"
	TABLE
}

@test "prov-decide: a time to live beyond all years ends with the last" {
	use ignored
	sed -i 's/"kind"/"window":{"ttl":"400000000w"},"kind"/' policy.json
	decide --no-cache --decision-out d -o v
	grep -q '"expiresAt":"9999-12-31T23:59:59Z"' d
	valid_against prov.decision/v1 d
}

@test "prov-decide: an environment without a name, or one that is no text, is refused" {
	use ignored
	for e in '' $'\377' $'a\355\240\200'; do
		refuses 2 prov-decide --no-cache --policy policy.json \
			--environment "$e" evidence.json
		refuses 2 prov-key --from-evidence evidence.json \
			--policy policy.json --environment "$e"
	done
}

@test "prov-decide: an environment that the policy does not name is refused" {
	use environment-replaces-a-gate
	refuses 2 prov-decide --no-cache --policy policy.json --at $AT \
		--environment prodution evidence.json
	status_is 1 decide --no-cache -o v
}

@test "prov-decide: evidence that is none is refused" {
	use ignored
	sed -i 's/"kind":"prov.evidence\/v1"/"kind":"prov.evidence\/v2"/' evidence.json
	refuses 2 prov-decide --no-cache --policy policy.json --at $AT evidence.json
	use not-affected-clears
	sed -i 's/"status":"not_affected"/"status":"fine"/' evidence.json
	refuses 2 prov-decide --no-cache --policy policy.json --at $AT evidence.json
	refuses 2 prov-decide --policy policy.json --explain --baseline 2026-01-01
	refuses 2 prov-decide evidence.json
	refuses 3 prov-decide --policy missing evidence.json
}

# --- jq ---------------------------------------------------------------------

need_jq() { [ -x "$BUILDDIR/tools/prov-jq" ] || skip "no prov-jq here"; }

jq_policy() {
	printf '%s' "$1" >p.jq
	prov-decide --no-cache --policy policy.json --policy-jq p.jq --at $AT \
		-o v evidence.json
}

@test "prov-decide: a jq policy sees claims, evidence and diff, and its violations count" {
	need_jq
	use not-affected-clears
	status_is 1 jq_policy '[.claims[] | select(.score < 5000) |
		{rule: "low-score", effect: "fail", message: "score \(.score)",
		component, id}]'
	grep -q '"effect":"fail","id":"CVE-2021-23337","message":"score [0-9]*","rule":"low-score"' v
	valid_against prov.verdict/v1 v
	jq_policy '[{rule: "r", effect: "warn", message: (.evidence.kind + (.diff | type))}]'
	[ "$(status_of v)" = warn ]
	grep -q '"message":"prov.evidence/v1null"' v
	jq_policy '[]'
	[ "$(status_of v)" = pass ]
	use ignored
	jq_policy '[.claims[] | {rule: "all", effect: "fail", message: "m", component, id}]'
	[ "$(status_of v)" = pass ]
}

@test "prov-decide: the context of a jq policy has its digest and the library's version" {
	need_jq
	use ignored
	printf '[]' >p.jq
	decide --no-cache --policy-jq p.jq --context-out x -o v
	grep -q "\"policyJq\":\"sha256:$(printf '[]' | sha256sum | cut -d' ' -f1)\"" x
	grep -q '"jq":"[0-9][0-9.]*"' x
	valid_against prov.context/v1 x
}

@test "prov-decide: words that reach outside are refused before jq runs" {
	need_jq
	use ignored
	for word in 'env' '$ENV' 'input' 'inputs' 'debug' 'stderr' \
		'input_filename' 'input_line_number' '$__loc__' 'now' 'mktime' \
		'gmtime' 'localtime' 'strftime("%Y")' 'strptime("%Y")' \
		'strflocaltime("%Y")' 'todate' 'fromdate' 'date' 'dateadd("s";1)' \
		'datesub("s";1)' 'fromdateiso8601' 'todateiso8601' 'halt' \
		'halt_error' 'get_search_list' 'import "a" as a;' 'include "a";' \
		'sin' 'pow(1;2)' 'log' 'exp' 'atan2(1;2)' 'modulemeta' '$ ENV' \
		'$ # c
		ENV' '"\(env)"' '"a\("b\(now)")"' '[.. | now]'; do
		printf '%s' "$word" >p.jq
		refuses 2 prov-decide --no-cache --policy policy.json \
			--policy-jq p.jq --at $AT evidence.json
		grep -q '^prov-decide: p.jq: [0-9]*: .* may not be used in a policy' refuses.err || {
			echo "$word: $(cat refuses.err)"
			return 1
		}
	done
	for program in '[.env?, .now?, .["env"]?] | []' '# env now
		[]' '"env now \("input")" | []' '[1.5 | floor, ceil, round, fabs, sqrt] | []' \
		'def environment: []; environment'; do
		jq_policy "$program"
	done
}

@test "prov-decide: every builtin of this libjq is refused, or known to be a function of its input" {
	need_jq
	use ignored
	# jq 1.6, then what 1.7 and 1.8 added.
	cat >pure <<-'WORDS'
	IN INDEX JOIN add all any arrays ascii_downcase ascii_upcase booleans bsearch
	builtins capture ceil combinations contains del delpaths empty endswith error
	explode fabs finites first flatten floor format from_entries fromjson
	fromstream getpath group_by gsub has implode in index indices infinite inside
	isempty isfinite isinfinite isnan isnormal iterables join keys keys_unsorted
	last leaf_paths length limit ltrimstr map map_values match max max_by min
	min_by nan normals not nth nulls numbers objects path paths range recurse
	recurse_down repeat reverse rindex round rtrimstr scalars scalars_or_empty
	scan select setpath sort sort_by split splits sqrt startswith strings sub test
	to_entries tojson tonumber tostream tostring transpose truncate_stream type
	unique unique_by until utf8bytelength values walk while with_entries
	abs ascii getpath ltrim pick rtrim skip toarray trim trimstr
	WORDS
	tr -s ' ' '\n' <pure | sort -u >known
	jq_policy '[builtins[] | {rule: ., effect: "warn", message: "m"}]'
	grep -o '"rule":"[^"/]*' v | cut -d'"' -f4 | sort -u >all
	[ "$(wc -l <all)" -gt 150 ]
	for word in $(comm -23 all known); do
		printf '%s' "$word" >p.jq
		refuses 2 prov-decide --no-cache --policy policy.json \
			--policy-jq p.jq --at $AT evidence.json
		grep -q "'$word' may not be used in a policy" refuses.err || {
			echo "$word: $(cat refuses.err)"
			return 1
		}
	done
}

@test "prov-decide: the golden cases show every level of every part of a vector" {
	cat "$SRCDIR/$G"/*/verdict.json >all
	while read -r member levels; do
		for level in $levels; do
			grep -q "\"$member\":$level[,}]" all || {
				echo "no case with $member $level"
				return 1
			}
		done
	done <<-'TABLE'
	p 10000 7500 4000 1000
	c 10000 7500 5000 2500
	r 10000 6000 2000
	strength 10000 8000 6000 4000
	freshness 10000 3500
	TABLE
}

@test "prov-decide: a jq policy over a limit is exit 2 with the limit's name" {
	need_jq
	not_sanitized "the sanitizer reserves address space"
	use ignored
	while IFS='|' read -r limit program; do
		printf '%s' "$program" >p.jq
		refuses 2 prov-decide --cache c --policy policy.json \
			--policy-jq p.jq --at $AT evidence.json
		echo "prov-decide: the jq policy was stopped: more than $limit" >want
		same want refuses.err || { echo "$program"; return 1; }
	done <<-'TABLE'
	1024 MiB of memory|reduce range(60) as $i ("x"; . + .) | length
	1024 MiB of memory|def f: 1 + f; f
	16 MiB of output|reduce range(27) as $i ("x"; . + .)
	10 s of CPU|def f: f; f
	TABLE
	# Nothing of it was kept.
	[ -z "$(prov-cache export --cache c)" ]
}

@test "prov-decide: jq output that is no list of violations is refused" {
	need_jq
	use ignored
	for program in '{}' '[1]' '[{}]' '[{"rule":"r","effect":"block","message":"m"}]' \
		'[{"rule":"r","effect":"warn","message":"m","more":1}]' '[],[]' \
		'empty' 'error("x")' '[' '.claims[0].id.x'; do
		printf '%s' "$program" >p.jq
		refuses 2 prov-decide --no-cache --policy policy.json \
			--policy-jq p.jq --at $AT evidence.json || {
			echo "$program"
			return 1
		}
	done
}

# --- replay -------------------------------------------------------------------

pack() {
	status_is "$1" decide --no-cache --decision-out d --inputs-out i \
		--context-out c -o v "${@:2}"
}

@test "prov-decide: --replay of a strict bundle is exit 0 whatever the verdict" {
	for c in finding-without-vex ignored; do
		use $c
		rm -f p.tar
		want=0
		[ $c = finding-without-vex ] && want=1
		pack $want
		prov-pack export --verdict v --decision d --inputs i --context c \
			--evidence evidence.json --policy policy.json \
			--density strict -o p.tar
		prov-decide --replay p.tar >out
		prov-decide --replay - <p.tar >>out
		cat p.tar | prov-decide --replay - >>out
		[ ! -s out ]
	done
	# The ignore ends in April: by then the status is another.
	prov-decide --replay p.tar --at 2026-03-20T00:00:00Z
	refuses 1 prov-decide --replay p.tar --at 2026-04-02T00:00:00Z
	grep -q 'the status would be fail' refuses.err
}

@test "prov-decide: --replay of what is no bundle, or not a whole one, is refused" {
	use ignored
	pack 0
	prov-pack export --verdict v --decision d --inputs i --context c \
		--evidence evidence.json --policy policy.json --density lite \
		-o p.tar
	refuses 1 prov-decide --replay p.tar
	refuses 2 prov-decide --replay v
	refuses 3 prov-decide --replay missing
	refuses 2 prov-decide --replay p.tar --policy policy.json
}
