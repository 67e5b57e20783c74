#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The architecture, run end to end.
load helper

setup_file() {
	export G=$BATS_FILE_TMPDIR
	PATH="$BUILDDIR/tools:$SRCDIR/tools:$PATH"
	cd "$G"
	dsse-key generate --type ed25519 --no-passphrase -o key.pem
	dsse-key public key.pem >key.pub
}

# gate OUT [OPTION...]: the golden release through the gate.
gate() {
	local out=$1 app=$SRCDIR/golden/app
	shift
	prov-gate --sbom "$app/shop-front-1.5.0.cdx.json" \
	    --findings "$app/shop-front-1.5.0.grype.json" \
	    --vex "$app/shop-front.openvex.json" \
	    --base "$app/shop-front-1.4.0.cdx.json" \
	    --base-findings "$app/shop-front-1.4.0.grype.json" \
	    --policy "$SRCDIR/golden/policies/simple.json" \
	    --budget "$SRCDIR/golden/policies/simple.budget.json" \
	    --key "$G/key.pem" --at 2026-01-12T09:30:00Z -o "$out" "$@"
}

@test "pipeline: every stage gives the bytes of golden/expected.ndjson" {
	"$SRCDIR/ci/regen-golden" "$BUILDDIR"
}

@test "pipeline: the gate's bundle verifies with the key, and only by name without" {
	status_is 0 gate proof.tar --no-cache
	status_is 0 prov-pack verify -k "$G/key.pub" --require pass proof.tar >check
	[ "$(jq -r .status check)" = pass ]
	valid_against prov.packcheck/v1 check
	refuses 2 prov-pack verify proof.tar
	status_is 0 prov-pack verify --integrity-only proof.tar >/dev/null
	dsse-key generate --type ed25519 --no-passphrase -o other.pem
	dsse-key public other.pem >other.pub
	refuses 1 prov-pack verify -k other.pub proof.tar
}

@test "pipeline: another place, zone, locale, umask and order give the same bundle" {
	gate one.tar --no-cache
	mkdir -p "far away" && cd "far away"
	local app=$SRCDIR/golden/app
	cp "$app"/* .
	(
		umask 077
		export TZ=America/St_Johns LC_ALL=de_DE.UTF-8 HOME=/nonexistent
		prov-gate --budget "$SRCDIR/golden/policies/simple.budget.json" \
		    --vex shop-front.openvex.json \
		    --base-findings shop-front-1.4.0.grype.json \
		    --findings shop-front-1.5.0.grype.json --no-cache \
		    --base shop-front-1.4.0.cdx.json --at @1768210200 \
		    --policy "$SRCDIR/golden/policies/simple.json" \
		    --sbom shop-front-1.5.0.cdx.json --key "$G/key.pem" \
		    -o ../two.tar
	)
	same ../one.tar ../two.tar
}

@test "pipeline: files and folders may be called anything" {
	local app=$SRCDIR/golden/app
	gate want.tar --no-cache
	mkdir "it's; \$odd \"here\"" && cd "it's; \$odd \"here\""
	mkdir "t mp"
	for part in 1.5.0.cdx 1.5.0.grype 1.4.0.cdx 1.4.0.grype; do
		cp "$app/shop-front-$part.json" "./- '$part' \$(x)\`y\`.json"
	done
	cp "$app/shop-front.openvex.json" "v;ex"
	cp "$SRCDIR/golden/policies/simple.json" "pol'icy"
	cp "$SRCDIR/golden/policies/simple.budget.json" "bud get"
	cp -p "$G/key.pem" 'k"ey'
	TMPDIR="$PWD/t mp" status_is 0 prov-gate \
	    --sbom "- '1.5.0.cdx' \$(x)\`y\`.json" \
	    --findings "- '1.5.0.grype' \$(x)\`y\`.json" --vex "v;ex" \
	    --base "- '1.4.0.cdx' \$(x)\`y\`.json" \
	    --base-findings "- '1.4.0.grype' \$(x)\`y\`.json" \
	    --policy "pol'icy" --budget "bud get" --key 'k"ey' --no-cache \
	    --at 2026-01-12T09:30:00Z --report "re'port.html" -o "out put"
	same ../want.tar "out put"
	[ -s "re'port.html" ]
	[ -z "$(ls "t mp")" ]
}

@test "pipeline: a second run is a cache hit with the same bytes" {
	gate cold.tar --cache "$PWD/cache"
	gate warm.tar --cache "$PWD/cache"
	gate none.tar --no-cache
	same cold.tar warm.tar
	same cold.tar none.tar
	status_is 0 prov-cache stats --cache "$PWD/cache" >stats
	grep -q '"entries":1' stats
}

@test "pipeline: lite is what is signed, and no statement twice" {
	gate lite.tar --no-cache --density lite
	status_is 0 prov-pack verify -k "$G/key.pub" --require pass lite.tar >out
	prov-pack list lite.tar | awk '{ print $2 }' >names
	! grep -q attestations/ names
	[ "$(grep -c bundles/ names)" -eq 1 ]
	! grep -q manifest.dsse.json names
	# What no statement names is signed with the manifest.
	gate sources.tar --no-cache --density lite --sources
	prov-pack list sources.tar | grep -q manifest.dsse.json
	# Eight findings make a verdict of 6 KiB; sent, it is below 8 KiB.
	gate lite.zst --no-cache --density lite --zstd
	[ "$(wc -c <lite.zst)" -lt 8192 ]
	status_is 0 prov-pack verify -k "$G/key.pub" --require pass lite.zst >zst
	same out zst
	# Without findings it is below that as it is.
	local app=$SRCDIR/golden/app
	prov-gate --sbom "$app/shop-front-1.5.0.cdx.json" --no-cache \
	    --policy "$SRCDIR/golden/policies/simple.json" --key "$G/key.pem" \
	    --density lite --at 2026-01-12T09:30:00Z -o clean.tar
	prov-pack list clean.tar | awk '{ s += $1 } END { print s }' >payload
	cat payload
	[ "$(cat payload)" -lt 8192 ]
}

@test "pipeline: no document changes under the one signature of a lite bundle" {
	need_command python3
	gate lite.tar --no-cache --density lite
	python3 "$SRCDIR/tests/forge-pack" prov-pack \
	    "$SRCDIR/golden/gen-packs" lite.tar -k "$G/key.pub"
}

@test "pipeline: a flipped byte anywhere is never accepted" {
	gate proof.tar --no-cache --density lite
	local size offset got
	size=$(wc -c <proof.tar)
	# Every byte is prov-pack's own test; here a stride over all regions.
	for ((offset = 0; offset < size; offset += 331)); do
		cp proof.tar bad.tar
		byte=$(od -An -tu1 -j $offset -N 1 proof.tar)
		printf "\\x$(printf %02x $((byte ^ 1)))" |
		    dd of=bad.tar bs=1 seek=$offset conv=notrunc status=none
		got=0
		prov-pack verify -k "$G/key.pub" bad.tar >out 2>err || got=$?
		[ "$got" -eq 1 ] || [ "$got" -eq 2 ] ||
			{ echo "offset $offset: exit $got"; return 1; }
		[ ! -s out ]
	done
}

@test "pipeline: a fail says which gate, component and id, and what would help" {
	local app=$SRCDIR/golden/app
	status_is 1 prov-gate --sbom "$app/shop-front-1.4.0.cdx.json" \
	    --findings "$app/shop-front-1.4.0.grype.json" \
	    --policy "$SRCDIR/golden/policies/simple.json" --no-cache \
	    --key "$G/key.pem" --at 2026-01-12T09:30:00Z -o fail.tar \
	    >out 2>err
	[ ! -s out ]
	[ "$(wc -l <err)" -le 20 ]
	grep -q 'CVE-2021-23369' err
	grep -q 'pkg:npm/handlebars@4.7.6' err
	grep -q 'maxSeverity' err
	grep -q '4.7.7' err
	status_is 0 prov-pack verify -k "$G/key.pub" fail.tar >check
	[ "$(jq -r .status check)" = fail ]
	refuses 1 prov-pack verify -k "$G/key.pub" --require pass fail.tar
}

@test "pipeline: the far site replays the verdict from the bundle alone" {
	gate proof.tar --no-cache
	status_is 0 prov-decide --replay proof.tar >replayed
	gate lite.tar --no-cache --density lite
	refuses 1 prov-decide --replay lite.tar
}

# of_type URI FILE...: those whose statement has this predicate type.
of_type() {
	local uri=$1 file
	shift
	for file; do
		jq -r '(.dsseEnvelope // .).payload' "$file" | base64 -d |
			jq -e --arg t "$uri" '.predicateType == $t' \
			>/dev/null && echo "$file"
	done
}

@test "pipeline: the gate's budget is signed, carried, wrapped, shown and derived again" {
	local type=https://stellaops.dev/predicates/budget-check@v1
	local simple=$SRCDIR/golden/policies/simple.budget.json
	gate proof.tar --no-cache --report page.html
	mkdir proof && tar -xf proof.tar -C proof
	local signed=$(of_type $type proof/attestations/*)
	local wrapped=$(of_type $type proof/bundles/*)
	[ -f "$signed" ] && [ -f "$wrapped" ]
	dsse-verify -k "$G/key.pub" "$signed" >statement
	sigbundle verify -k "$G/key.pub" "$wrapped" --artifact-digest \
		"$(jq -r '.subject[0].digest.sha256' statement)"
	jq -r .dsseEnvelope.payload "$wrapped" | base64 -d >inside
	same statement inside
	budget-attest --verify "$signed" --budget "$simple" -k "$G/key.pub" \
		proof/verdict.json
	# the same content as the verdict has
	jq -cS '.predicate | del(.evaluatedAt)' statement >want
	jq -cS '.budgetCheck | del(.evaluatedAt)' proof/verdict.json >got
	same want got
	prov-report --text proof.tar | grep -q '^  budget: pass'
	grep -q '<h2>Budget</h2>' page.html
	prov-report --html proof.tar | grep -q '<h2>Budget</h2>'
	# a budget that was not given leaves nothing behind
	prov-gate --sbom "$SRCDIR/golden/app/shop-front-1.5.0.cdx.json" \
	    --policy "$SRCDIR/golden/policies/simple.json" --no-cache \
	    --key "$G/key.pem" --at 2026-01-12T09:30:00Z -o none.tar
	mkdir none && tar -xf none.tar -C none
	[ -z "$(of_type $type none/attestations/* none/bundles/*)" ]
}

@test "pipeline: a budget that only a policy key may sign goes through the gate" {
	dsse-key generate --type ed25519 --no-passphrase -o policy.pem
	dsse-key public policy.pem >policy.pub
	dsse-key keyring --add policy.pub --name policy --role policy -o keyring
	dsse-sign -k policy.pem --type application/vnd.provkit.budget+json \
		"$SRCDIR/golden/policies/simple.budget.json" >budget.dsse
	run_gate() {
		prov-gate --sbom "$SRCDIR/golden/app/shop-front-1.5.0.cdx.json" \
		    --policy "$SRCDIR/golden/policies/simple.json" \
		    --key "$G/key.pem" --at 2026-01-12T09:30:00Z --no-cache \
		    --budget budget.dsse -o proof.tar "$@"
	}
	run_gate --keyring keyring
	prov-pack verify -k "$G/key.pub" proof.tar >out
	rm proof.tar
	status_is 1 run_gate 2>err
	grep -q "^prov-decide: budget.dsse: " err
	[ "$(wc -l <err)" -eq 1 ]
	[ ! -e proof.tar ]
}

@test "pipeline: revoking a key makes the next decision a miss" {
	dsse-key generate --type ed25519 --no-passphrase -o vendor.pem
	dsse-key public vendor.pem >vendor.pub
	dsse-key keyring --add vendor.pub --name vendor --role vex -o keyring.json
	prov-normalize "$SRCDIR/golden/app/shop-front-1.5.0.cdx.json" >evidence
	decide() {
		prov-decide --policy "$SRCDIR/golden/policies/simple.json" \
		    --keyring keyring.json --cache "$PWD/cache" \
		    --at 2026-01-12T09:30:00Z --status status evidence >verdict
	}
	mkdir -m 700 cache
	decide && [ "$(jq -r .status status)" = computed ]
	decide && [ "$(jq -r .status status)" = cached ]
	cp keyring.json before.json
	dsse-key revoke --keyring keyring.json --reason test \
	    --at 2026-01-12T00:00:00Z "$(dsse-key id vendor.pub)" >event
	valid_against prov.event/v1 event
	status_is 0 prov-cache events --apply --cache "$PWD/cache" event >/dev/null
	# Even for the keyring as it was: the entry of that signer is gone.
	cp before.json keyring.json
	decide && [ "$(jq -r .status status)" = stale ]
}

@test "pipeline: every own document of the pipeline fits its schema" {
	local app=$SRCDIR/golden/app policies=$SRCDIR/golden/policies
	prov-ingest "$app"/*.json >documents
	prov-normalize "$app"/shop-front-1.5.0.*.json "$app/shop-front.openvex.json" >head
	prov-normalize "$app"/shop-front-1.4.0.*.json >base
	prov-diff --base base head >evidence
	prov-diff --only --base base head >diff
	prov-decide --policy "$policies/stella.json" --no-cache \
	    --budget "$policies/stella.budget.json" --environment production \
	    --at 2026-01-12T09:30:00Z --decision-out decision \
	    --inputs-out inputs --context-out context evidence >verdict ||
		[ $? -eq 1 ]
	for pair in document:documents evidence:evidence diff:diff \
	    verdict:verdict decision:decision verikey:inputs context:context; do
		valid_against "prov.${pair%%:*}/v1" "${pair#*:}" ||
			{ echo "$pair"; return 1; }
	done
	for file in "$policies"/*.json; do
		kind=$(jq -r .kind "$file")
		valid_against "$kind" "$file"
	done
}
