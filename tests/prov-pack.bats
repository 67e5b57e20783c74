#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

PACKS=$SRCDIR/golden/packs
DOCS=$PACKS/documents
AT=2026-11-20T12:00:00Z
KEY=${BATS_FILE_TMPDIR:-}/key

# With the mode that a private key wants, which git does not keep.
setup_file() {
	install -m 600 "$PACKS/key" "$KEY"
}

teardown() {
	[ -z "${server:-}" ] || kill "$server"
}

# make DENSITY FILE [OPTION]...: a bundle of the golden decision.
make() {
	local density=$1 out=$2
	shift 2
	prov-pack export --verdict "$DOCS/verdict" \
	    --decision "$DOCS/decision" --inputs "$DOCS/inputs" \
	    --evidence "$DOCS/evidence" --policy "$DOCS/policy" \
	    --density "$density" -o "$out" "$@"
}

attest() {
	dsse-sign -k "$KEY" "$DOCS/verdict.st" >v.dsse
	dsse-sign -k "$KEY" "$DOCS/provcache.st" >p.dsse
}

verify() { prov-pack verify --at $AT "$@"; }

@test "prov-pack export: the bytes that another implementation writes" {
	attest
	for density in lite standard strict; do
		make $density $density.tar --attestation v.dsse \
		    --attestation p.dsse --sign -k "$KEY"
		same "$PACKS/good-$density.tar" $density.tar
	done
	make lite sources.tar --attestation v.dsse --attestation p.dsse \
	    --sign -k "$KEY" --sources "$DOCS/thing"
	same "$PACKS/good-sources.tar" sources.tar
	make lite attested.tar --attestation v.dsse --attestation p.dsse
	same "$PACKS/good-attested.tar" attested.tar
	make lite signed.tar --sign -k "$KEY"
	same "$PACKS/good-signed.tar" signed.tar
}

@test "prov-pack export: order of options, place, umask and time change nothing" {
	attest
	make strict a.tar --attestation v.dsse --attestation p.dsse \
	    --sources "$DOCS/thing" --sources "$DOCS/policy"
	mkdir -p else/where
	cat p.dsse v.dsse p.dsse >both
	(
		umask 077
		export TZ=Asia/Kathmandu LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1
		cd else/where
		make strict - --sources "$DOCS/policy" --sources "$DOCS/thing" \
		    --attestation ../../both >../../b.tar
	)
	same a.tar b.tar
}

@test "prov-pack export: evidence that is not canonical gives the same bundle" {
	need_command python3
	python3 -c 'import json,sys; json.dump(json.load(sys.stdin), sys.stdout, indent=1)' \
	    <"$DOCS/evidence" >pretty
	make strict a.tar
	prov-pack export --verdict "$DOCS/verdict" \
	    --decision "$DOCS/decision" --inputs "$DOCS/inputs" \
	    --evidence pretty --policy "$DOCS/policy" --density strict \
	    -o b.tar
	same a.tar b.tar
}

@test "prov-pack export: large evidence gives the same bundle however it comes" {
	need_command python3
	python3 "$SRCDIR/golden/gen-pack-documents" d 6000
	[ "$(wc -c <d/evidence)" -gt 2000000 ]
	python3 -c 'import json,sys; json.dump(json.load(sys.stdin), sys.stdout, indent=1)' \
	    <d/evidence >d/pretty
	head -c -1 d/evidence >d/bare
	[ "$(tail -c 1 d/evidence | od -An -c | tr -d ' ')" = '\n' ]
	large() {
		prov-pack export --verdict d/verdict --decision d/decision \
		    --inputs d/inputs --policy d/policy --density strict \
		    --evidence "$@"
	}
	large d/evidence -o want.tar
	verify --integrity-only want.tar >out
	for other in d/bare d/pretty; do
		large $other -o got.tar
		same want.tar got.tar
	done
	large - -o got.tar <d/evidence
	same want.tar got.tar
	# Chunk by chunk, it is the evidence.
	tar -xf want.tar
	cat chunks/* | head -c "$(wc -c <d/bare)" >joined
	same d/bare joined
	sed 's/0/1/' d/evidence >d/other
	status_is 1 large d/other -o none.tar 2>err
	grep -q "not what the decision took" err
	[ ! -e none.tar ]
}

@test "prov-pack export: a policy that came signed is unwrapped" {
	dsse-sign -k "$KEY" --type application/json \
	    "$DOCS/policy" >policy.dsse
	make strict a.tar
	prov-pack export --verdict "$DOCS/verdict" \
	    --decision "$DOCS/decision" --inputs "$DOCS/inputs" \
	    --evidence "$DOCS/evidence" --policy policy.dsse \
	    --density strict -o b.tar
	same a.tar b.tar
}

@test "prov-pack export: records in any order give what files give" {
	attest
	make strict want.tar --attestation v.dsse --attestation p.dsse \
	    --sign -k "$KEY"
	same "$PACKS/good-strict.tar" want.tar
	records() {
		prov-pack export --density strict --sign -k "$KEY" -o got.tar "$@"
	}
	(cd "$DOCS" && cat verdict decision inputs evidence policy) >docs
	cat docs v.dsse p.dsse | records
	same want.tar got.tar
	(cat p.dsse && cd "$DOCS" && cat policy evidence inputs decision verdict) \
	    >mixed
	records --attestation v.dsse mixed
	same want.tar got.tar
	cat v.dsse p.dsse | records --verdict "$DOCS/verdict" \
	    --decision "$DOCS/decision" --inputs "$DOCS/inputs" \
	    --policy "$DOCS/policy" --evidence "$DOCS/evidence" -
	same want.tar got.tar
	rm got.tar
	# refused WORDS CODE RECORDS...
	refused() {
		local words=$1 code=$2
		shift 2
		cat "$@" >all
		status_is "$code" records all 2>err
		grep -qF -- "$words" err || { cat err; return 1; }
		[ ! -e got.tar ]
	}
	refused 'not a record that a bundle is made of' 2 docs "$DOCS/thing"
	refused 'a second prov.verdict/v1' 2 docs "$DOCS/verdict"
	refused 'the decision took no keyring' 2 docs <(echo \
	    '{"kind":"prov.keyring/v1","keys":[]}')
	refused 'the decision took no budget' 2 docs <(echo \
	    '{"kind":"prov.budget/v1"}')
	refused '--inputs is needed' 2 "$DOCS/verdict" "$DOCS/decision"
	refused '--evidence is needed' 2 "$DOCS/verdict" "$DOCS/decision" \
	    "$DOCS/inputs" "$DOCS/policy"
	refused 'attests another' 1 docs <(sed 's/"pass"/"fail"/' \
	    "$DOCS/verdict.st" | dsse-sign -k "$KEY" -)
	status_is 2 records --verdict "$DOCS/verdict" docs 2>err
	grep -q -e '--verdict stands among the records too' err
	status_is 2 records --verikey "$(verikey)" docs 2>err
	grep -q 'extra operand' err
}

@test "prov-pack export: what does not belong to the decision is refused" {
	attest
	status_is 1 prov-pack export --verdict "$DOCS/verdict" \
	    --decision "$DOCS/decision" --inputs "$DOCS/inputs" \
	    --evidence "$DOCS/evidence" --policy "$DOCS/inputs" \
	    --density lite -o x.tar 2>err
	grep -q 'not what the decision took' err
	sed 's/"pass"/"warn"/' "$DOCS/verdict" >other
	status_is 1 prov-pack export --verdict other \
	    --decision "$DOCS/decision" --inputs "$DOCS/inputs" \
	    --evidence "$DOCS/evidence" --policy "$DOCS/policy" \
	    --density lite -o x.tar 2>err
	sed 's/"pass"/"fail"/' "$DOCS/verdict.st" >other.st
	dsse-sign -k "$KEY" other.st >other.dsse
	status_is 1 make lite x.tar --attestation other.dsse 2>err
	grep -q 'attests another verdict' err
	status_is 2 make lite x.tar --attestation "$DOCS/policy" 2>err
	grep -q 'neither a DSSE envelope nor a Sigstore bundle' err
	status_is 2 make lite x.tar --budget "$DOCS/policy" 2>err
	grep -q 'took no budget' err
	[ ! -e x.tar ]
}

@test "prov-pack export: usage" {
	refuses 2 prov-pack export
	refuses 2 prov-pack
	refuses 2 prov-pack frobnicate
	status_is 2 make dense x.tar 2>err
	grep -q 'lite, standard or strict' err
	status_is 2 make lite x.tar --sign 2>err
	status_is 2 make lite x.tar -k "$KEY" 2>err
	status_is 3 make lite no/such/folder.tar 2>err
	status_is 3 make strict /dev/full 2>err
}

@test "prov-pack verify: every golden bundle gets the answer that EXPECT has" {
	local failed=0
	while IFS='	' read -r name want words; do
		got=0
		verify -k "$PACKS/key.pub" "$PACKS/$name" >out 2>err || got=$?
		if [ "$got" -ne "$want" ]; then
			echo "$name: exit status $got, expected $want"
			failed=1
		elif [ "$want" -eq 0 ]; then
			[ ! -s err ] || { echo "$name: $(cat err)"; failed=1; }
			valid_against prov.packcheck/v1 out || failed=1
		elif [ -s out ] || ! grep -qF -- "$words" err ||
		    grep -qv '^prov-pack: ' err; then
			echo "$name: expected '$words', found: $(cat err)"
			failed=1
		fi
	done <"$PACKS/EXPECT"
	[ "$failed" -eq 0 ]
}

@test "prov-pack verify: the answer, to the byte" {
	verify -k "$PACKS/key.pub" "$PACKS/good-lite.tar" >out
	id=$(dsse-key id "$PACKS/key.pub")
	tar -xOf "$PACKS/good-lite.tar" manifest.json >manifest
	[ "$(sed 's/.*"bundle":"\([^"]*\)".*/\1/' out)" = \
	    "sha256:$(head -c -1 manifest | sha256sum | cut -d' ' -f1)" ]
	grep -qF '"density":"lite","environment":"production","expiresAt":"2026-11-21T00:00:00Z","kind":"prov.packcheck/v1"' out
	grep -qF "\"signers\":[\"$id\"],\"status\":\"pass\"" out
	verify --integrity-only "$PACKS/good-lite.tar" >out
	grep -qF '"signers":[]' out
	verify -k "$PACKS/key.pub" <"$PACKS/good-zstd.tar" >out
	[ "$(wc -l <out)" -eq 1 ]
}

@test "prov-pack verify: nobody is believed unless named" {
	refuses 2 prov-pack verify "$PACKS/good-lite.tar"
	grep -q 'whose word counts' refuses.err
	refuses 2 prov-pack verify --integrity-only -k "$PACKS/key.pub" \
	    "$PACKS/good-lite.tar"
	dsse-key generate --type ed25519 --no-passphrase -o mine
	dsse-key public mine >mine.pub
	refuses 1 prov-pack verify -k mine.pub "$PACKS/good-lite.tar"
	verify -k mine.pub -k "$PACKS/key.pub" "$PACKS/good-lite.tar" >out
	refuses 2 prov-pack verify -k "$KEY" "$PACKS/good-lite.tar"
}

@test "prov-pack verify: the questions" {
	ask() { verify -k "$PACKS/key.pub" "$@" "$PACKS/good-lite.tar"; }
	ask --require pass >out
	ask --require warn >out
	ask --artifact "$DOCS/thing" >out
	ask --subject "$(sha256sum <"$DOCS/thing" | cut -d' ' -f1)" >out
	ask --policy "$DOCS/policy" --environment production \
	    --require-current >out
	dsse-sign -k "$KEY" --type application/json "$DOCS/policy" >policy.dsse
	ask --policy policy.dsse >out
	dsse-sign -k "$KEY" --type application/json "$DOCS/inputs" >other.dsse
	status_is 1 ask --policy other.dsse 2>err
	status_is 1 ask --artifact "$DOCS/policy" 2>err
	grep -q 'about another artifact' err
	status_is 1 ask --policy "$DOCS/inputs" 2>err
	grep -q 'under another policy' err
	status_is 1 ask --environment test 2>err
	status_is 1 prov-pack verify -k "$PACKS/key.pub" --require-current \
	    --at 2026-11-21T00:00:00Z "$PACKS/good-lite.tar" 2>err
	grep -q 'not current' err
	prov-pack verify -k "$PACKS/key.pub" --require-current \
	    --at 2026-11-20T23:59:59Z "$PACKS/good-lite.tar" >out
	status_is 2 ask --require maybe 2>err
	status_is 2 ask --subject thing 2>err
}

@test "prov-pack verify: --report has a line for every check, failed ones too" {
	verify -k "$PACKS/key.pub" --report "$PACKS/good-lite.tar" >out
	tail -n 1 out >answer
	sed '$d' out >lines
	valid_against prov.packcheck/v1 answer
	valid_against prov.packreport/v1 lines
	! grep -q '"result":"fail"' lines
	grep -q '"check":"signers","kind":"prov.packreport/v1","result":"pass"' lines
	status_is 1 verify -k "$PACKS/key.pub" --report \
	    "$PACKS/bad-other-verdict.tar" >out 2>err
	valid_against prov.packreport/v1 out
	[ "$(grep -c '"result":"fail"' out)" -eq "$(wc -l <err)" ]
	! grep -q packcheck out
}

@test "prov-pack verify: in 32 MiB, whatever the evidence" {
	need_command python3
	# ASan's own memory is no part of the promise.
	! nm "$BUILDDIR/tools/prov-pack" | grep -q __asan || skip "sanitizers"
	python3 "$SRCDIR/golden/gen-pack-documents" d 1000 16000
	[ "$(wc -c <d/evidence)" -gt 48000000 ]
	large() {
		prov-pack export --verdict d/verdict --decision d/decision \
		    --inputs d/inputs --policy d/policy \
		    --evidence d/evidence --sign -k "$KEY" "$@"
	}
	large --density strict -o big.tar
	large --density lite -o lite.tar
	small() { (ulimit -d 32768 && "$@"); }
	small verify -k "$PACKS/key.pub" big.tar >out
	small prov-pack list big.tar >out
	small prov-pack fetch --from big.tar -o got.tar lite.tar
	small verify --integrity-only got.tar >out
	grep -q '"density":"strict"' out
}

@test "prov-pack verify: a keyring's roles and revocations count" {
	dsse-key keyring --add "$PACKS/key.pub" --name ci --role verdict \
	    -o ring.json
	id=$(dsse-key id "$PACKS/key.pub")
	verify --keyring ring.json "$PACKS/good-strict.tar" >out
	dsse-key keyring --add "$PACKS/key.pub" --name ci --role vex -o vex.json
	status_is 1 verify --keyring vex.json "$PACKS/good-strict.tar" 2>err
	grep -q 'has not the role verdict' err
	dsse-key revoke --keyring ring.json --reason stolen \
	    --at 2026-11-20T10:00:00Z "$id" >event
	status_is 1 verify --keyring ring.json "$PACKS/good-strict.tar" 2>err
	grep -q 'revoked' err
	prov-pack verify --keyring ring.json --at 2026-11-20T09:00:00Z \
	    "$PACKS/good-strict.tar" >out
}

@test "prov-pack verify: a Sigstore bundle vouches too" {
	attest
	sigbundle create --envelope -k "$KEY" p.dsse >p.sigstore
	make lite only.tar --bundle p.sigstore
	verify -k "$PACKS/key.pub" --report only.tar >out
	grep -q '"check":"bundle".*"result":"pass"' out
	dsse-key generate --type ecdsa-p256 --no-passphrase -o mine
	dsse-key public mine >mine.pub
	status_is 1 verify -k mine.pub only.tar 2>err
	grep -q 'no accepted key vouches' err
}

@test "prov-pack verify: a Sigstore bundle with a certificate vouches for who is in the keyring" {
	local who=signer@example.com by=https://issuer.example.com
	# ring NAME IDENTITY ISSUER [OPTION]...
	ring() {
		local name=$1 identity=$2 issuer=$3
		shift 3
		dsse-key keyring --identity "$identity" --issuer "$issuer" \
		    --name ci "$@" -o "$name"
	}
	# asks STATUS WORDS RING FILE [OPTION]...: its answer and why.
	asks() {
		local want=$1 words=$2 ring=$3 file=$4
		shift 4
		status_is "$want" verify --keyring "$ring" --report "$@" "$file" \
		    >out 2>err
		grep -qF -- "$words" out
	}
	root=(--trusted-root "$SRCDIR/golden/bundles/root")
	make lite keyless.tar --bundle "$SRCDIR/golden/bundles/pack-keyless"
	ring ring $who $by --role verdict
	asks 0 '"check":"bundle"' ring keyless.tar "${root[@]}"
	id=$(sed 's/.*"keys":\[{"id":"\([^"]*\)".*/\1/' ring)
	grep -qF "\"signers\":[\"$id\"]" out
	! grep -q '"result":"fail"' out
	# Without a root, and for another who, it is worth nothing.
	asks 1 'no trusted root was given' ring keyless.tar
	grep -q 'no accepted key vouches' err
	verify --integrity-only "${root[@]}" keyless.tar >out
	status_is 1 verify -k "$PACKS/key.pub" "${root[@]}" keyless.tar 2>err
	ring other other@example.com $by --role verdict
	asks 1 'no accepted key vouches' other keyless.tar "${root[@]}"
	ring other $who https://elsewhere.example.com --role verdict
	asks 1 'no accepted key vouches' other keyless.tar "${root[@]}"
	ring other $who $by --role vex
	asks 1 'has not the role verdict' other keyless.tar "${root[@]}"
	# It was logged at 2026-01-01T00:05:00Z, and trust is asked for then.
	ring other $who $by --role verdict --until 2026-01-01T00:00:00Z
	asks 1 'out of its time' other keyless.tar "${root[@]}"
	ring other $who $by --role verdict --until 2026-02-01T00:00:00Z
	asks 0 '"check":"bundle"' other keyless.tar "${root[@]}"
	dsse-key revoke --keyring ring --reason left \
	    --at 2026-03-01T00:00:00Z "$id" >event
	asks 0 '"check":"bundle"' ring keyless.tar "${root[@]}"
	# What it says must be this decision.
	make lite lying.tar \
	    --bundle "$SRCDIR/golden/bundles/pack-other-decision"
	asks 1 'it attests another decision' ring lying.tar "${root[@]}"
	# And it goes through the cache.
	prov-pack import --keyring ring "${root[@]}" --at $AT --cache c \
	    keyless.tar
	prov-pack export --verikey "$(verikey)" --cache c --density lite \
	    -o again.tar
	same keyless.tar again.tar
}

@test "prov-pack: SOURCE_DATE_EPOCH never brings a revoked key back" {
	dsse-key keyring --add "$PACKS/key.pub" --name ci -o ring.json
	dsse-key revoke --keyring ring.json --reason stolen \
	    --at 2026-11-20T10:00:00Z "$(dsse-key id "$PACKS/key.pub")" >event
	SOURCE_DATE_EPOCH=1763600000 status_is 1 prov-pack verify \
	    --keyring ring.json "$PACKS/good-lite.tar" 2>err
}

@test "prov-pack list: names and sizes, as tar has them" {
	prov-pack list "$PACKS/good-strict.tar" >out
	awk '{ print $2 }' out >names
	tar tf "$PACKS/good-strict.tar" >want
	same want names
	prov-pack list --json "$PACKS/good-zstd.tar" >out
	grep -q '^{"name":"manifest.json","size":[0-9]*}$' out
	refuses 2 prov-pack list "$PACKS/bad-dotdot.tar"
	refuses 1 prov-pack list "$PACKS/bad-entry-changed.tar"
}

verikey() { sed 's/.*"veriKey":"\([^"]*\)".*/\1/' "$DOCS/inputs"; }
import() { prov-pack import -k "$PACKS/key.pub" --at $AT "$@"; }

@test "prov-pack import: export from the cache gives the same bytes again" {
	import --cache c "$PACKS/good-strict.tar"
	prov-pack export --verikey "$(verikey)" --cache c --density strict \
	    -o again.tar
	same "$PACKS/good-strict.tar" again.tar
	prov-cache stats --cache c >before
	import --cache c "$PACKS/good-strict.tar"
	prov-cache stats --cache c >after
	same before after
	# Original files and events are not kept; named again, they are as they
	# were, and the manifest's signature fits.
	import --cache s "$PACKS/good-sources.tar"
	prov-pack export --verikey "$(verikey)" --cache s --density lite \
	    --sources "$DOCS/thing" -o again.tar
	same "$PACKS/good-sources.tar" again.tar
	# The other densities hold what strict does, under a manifest of their
	# own, which is signed anew.
	for density in lite standard; do
		prov-pack export --verikey "$(verikey)" --cache c \
		    --density $density --sign -k "$KEY" -o $density.tar
		same "$PACKS/good-$density.tar" $density.tar
	done
}

@test "prov-pack import: what a density left out stays out, and the same bytes come again" {
	for density in lite standard strict; do
		good=$PACKS/good-$density.tar
		import --cache $density "$good"
		prov-cache check --cache $density
		prov-pack export --verikey "$(verikey)" --cache $density \
		    --density $density -o again.tar
		same "$good" again.tar
		verify -k "$PACKS/key.pub" again.tar >out
	done
	refuses 1 prov-pack export --verikey "$(verikey)" --cache lite \
	    --density standard -o x.tar
	grep -q 'only 0 of [0-9]* chunks' refuses.err
	refuses 1 prov-pack export --verikey "$(verikey)" --cache standard \
	    --density strict -o x.tar
	grep -q 'only 1 of [0-9]* chunks' refuses.err
	[ ! -e x.tar ]
	# What was there stays, what is more is added.
	for density in standard strict lite; do
		import --cache lite "$PACKS/good-$density.tar"
		prov-cache check --cache lite
	done
	for density in lite standard strict; do
		prov-pack export --verikey "$(verikey)" --cache lite \
		    --density $density -o again.tar
		same "$PACKS/good-$density.tar" again.tar
	done
	# And nothing is left of it.
	prov-cache invalidate --cache lite --verikey "$(verikey)"
	prov-cache prune --cache lite
	prov-cache check --cache lite
	prov-cache stats --cache lite >stats
	grep -q '"chunks":0' stats
}

@test "prov-pack import: a context that stands in context.json alone is kept" {
	need_command python3
	python3 - "$DOCS/inputs" <<'PY'
import json, sys
with open(sys.argv[1]) as f:
    d = json.load(f)
context = d["inputs"].pop("context")
for name, v in (("inputs", d), ("context", context)):
    with open(name, "w") as f:
        json.dump(v, f)
PY
	prov-pack export --verdict "$DOCS/verdict" --inputs inputs \
	    --decision "$DOCS/decision" --context context \
	    --evidence "$DOCS/evidence" --policy "$DOCS/policy" \
	    --density strict --sign -k "$KEY" -o bare.tar
	import --cache c bare.tar
	make strict want.tar --sign -k "$KEY"
	prov-pack export --verikey "$(verikey)" --cache c --density strict \
	    --sign -k "$KEY" -o got.tar
	same want.tar got.tar
}

@test "prov-pack import: nothing changes when anything is wrong" {
	for bad in bad-other-verdict bad-no-attestation bad-chunk-changed \
	    bad-revoked-inside; do
		status_is 1 import --cache c "$PACKS/$bad.tar" 2>err
		[ ! -e c ]
	done
	refuses 2 prov-pack import --cache c "$PACKS/good-lite.tar"
	refuses 2 prov-pack import -k "$PACKS/key.pub" --cache c \
	    "$PACKS/bad-symbolic-link.tar"
	dsse-key keyring --add "$PACKS/key.pub" --name ci -o ring.json
	dsse-key revoke --keyring ring.json --reason stolen \
	    --at 2026-11-20T10:00:00Z "$(dsse-key id "$PACKS/key.pub")" >event
	refuses 1 prov-pack import --keyring ring.json --cache c \
	    "$PACKS/good-strict.tar"
	[ ! -e c ]
	status_is 1 prov-pack export --verikey "$(verikey)" --cache c \
	    --density lite -o x.tar 2>err
	[ ! -e x.tar ]
}

@test "prov-pack import: an entry is foreign, and one that was invalidated stays out" {
	import --cache c "$PACKS/good-strict.tar"
	prov-cache get --cache c --at $AT "$(verikey)" >entry 2>err ||
		prov-cache get --cache c "$(verikey)" >entry
	prov-cache invalidate --cache c --verikey "$(verikey)"
	status_is 1 prov-pack export --verikey "$(verikey)" --cache c \
	    --density lite -o x.tar 2>err
	status_is 1 import --cache c "$PACKS/good-strict.tar" 2>err
}

# layout DIR [OPTION]...
layout() {
	local dir=$1
	shift
	attest
	sigbundle create --envelope -k "$KEY" p.dsse >p.sigstore
	prov-pack export --verdict "$DOCS/verdict" \
	    --decision "$DOCS/decision" --inputs "$DOCS/inputs" \
	    --evidence "$DOCS/evidence" --policy "$DOCS/policy" \
	    --density strict --bundle p.sigstore --oci "$dir" "$@"
}

@test "prov-pack export --oci: a layout with both artifacts, and their image as subject" {
	layout lay --oci-image "$DOCS/thing" -o x.tar
	image=$(sha256sum <"$DOCS/thing" | cut -d' ' -f1)
	# Every blob is called what it is.
	(cd lay/blobs/sha256 && for f in *; do echo "$f  $f"; done | sha256sum -c) >sums
	same x.tar "lay/blobs/sha256/$(sha256sum <x.tar | cut -d' ' -f1)"
	[ "$(cat lay/oci-layout)" = '{"imageLayoutVersion":"1.0.0"}' ]
	grep -q "\"org.opencontainers.image.ref.name\":\"sha256-$image\"" lay/index.json
	[ "$(grep -l '"subject":{"digest":"sha256:'"$image"'","mediaType"' lay/blobs/sha256/* | wc -l)" -eq 2 ]
	grep -lq '"artifactType":"application/vnd.stella.provcache.v1+json","config":{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"' lay/blobs/sha256/*
	grep -lq '"dev.sigstore.bundle.predicateType":"stella.ops/provcache@v1"' lay/blobs/sha256/*
	# Again, and the image found in the layout: the same bytes.
	mkdir -p there/blobs/sha256
	cp "$DOCS/thing" "there/blobs/sha256/$image"
	layout there
	cp "$DOCS/thing" "lay/blobs/sha256/$image"
	diff -r lay there
	layout lay
	diff -r lay there
	status_is 1 layout other --oci-image "$DOCS/policy" 2>err
	[ ! -e other/index.json ]
}

@test "prov-pack import --oci: what skopeo copied is taken, another blob is not" {
	layout lay -o x.tar
	rm x.tar
	import --cache c --oci lay
	prov-pack export --verikey "$(verikey)" --cache c --density lite -o y.tar
	if command -v skopeo >/dev/null; then
		skopeo copy oci:lay:proof dir:copied >/dev/null
		seen=0
		for f in copied/*; do
			verify -k "$PACKS/key.pub" "$f" >out 2>err || continue
			seen=$((seen + 1))
		done
		[ "$seen" -eq 1 ]
		skopeo copy oci:lay:proof oci:again:x >/dev/null
		import --cache c2 --oci again
	fi
	big=$(ls -S lay/blobs/sha256 | head -n 1)
	printf x >>"lay/blobs/sha256/$big"
	refuses 1 prov-pack import -k "$PACKS/key.pub" --cache c3 --oci lay
	[ ! -e c3 ]
	refuses 3 prov-pack import -k "$PACKS/key.pub" --oci none
}

# chunks DIR: the strict bundle's chunks as a folder.
chunks() {
	mkdir -p "$1" x
	tar -C x -xf "$PACKS/good-strict.tar"
	cp x/chunks/*.chunk "$1"
}

@test "prov-pack fetch: a lite bundle becomes strict from a folder, a bundle or a cache" {
	attest
	make strict want.tar --attestation v.dsse --attestation p.dsse \
	    --sources "$DOCS/thing"
	make lite lite.tar --attestation v.dsse --attestation p.dsse \
	    --sources "$DOCS/thing"
	chunks folder
	prov-pack fetch --from folder -o got.tar lite.tar
	same want.tar got.tar
	prov-pack fetch --from "$PACKS/good-strict.tar" -o got.tar lite.tar
	same want.tar got.tar
	import --cache c "$PACKS/good-strict.tar"
	prov-pack fetch --cache c -o got.tar lite.tar
	same want.tar got.tar
	# Piece by piece, and what is there is not asked for again.
	rm folder/00000002.chunk
	status_is 1 prov-pack fetch --from folder -o none.tar lite.tar 2>err
	grep -q '1 of [0-9]* chunks are still missing, the first is chunk 2' err
	[ ! -e none.tar ]
	prov-pack fetch --from folder --from "$PACKS/good-strict.tar" \
	    -o got.tar - <lite.tar
	same want.tar got.tar
	printf x >>folder/00000001.chunk
	status_is 1 prov-pack fetch --from folder -o none.tar lite.tar 2>err
	grep -q 'another one' err
	[ ! -e none.tar ]
	verify -k "$PACKS/key.pub" got.tar >out
}

@test "prov-pack fetch --url: from a server, each chunk checked, resumed, never offline" {
	need_command python3
	[ -x "$BUILDDIR/tools/prov-fetch" ] || skip "no prov-fetch here"
	chunks folder
	attest
	make lite lite.tar --attestation v.dsse --attestation p.dsse
	make strict want.tar --attestation v.dsse --attestation p.dsse
	cat >serve.py <<'PY'
import http.server, sys
class H(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        open("asked", "a").write(self.path + "\n")
s = http.server.HTTPServer(("127.0.0.1", 0), H)
open("port", "w").write(str(s.server_port))
s.serve_forever()
PY
	python3 serve.py 3>&- &
	server=$!
	until [ -s port ]; do sleep 0.1; done
	url=http://127.0.0.1:$(cat port)/folder/
	status_is 1 prov-pack fetch --url "$url" --into kept --offline \
	    -o got.tar lite.tar 2>err
	[ ! -e asked ]
	mv folder/00000001.chunk away
	status_is 1 prov-pack fetch --url "$url" --into kept -o got.tar \
	    lite.tar 2>err
	[ -e kept/00000000.chunk ]
	head -c 100 away >folder/00000001.chunk
	status_is 1 prov-pack fetch --url "$url" --into kept -o got.tar \
	    lite.tar 2>err
	grep -q 'another one' err
	[ ! -e kept/00000001.chunk ]
	mv away folder/00000001.chunk
	: >asked
	prov-pack fetch --url "$url" --into kept -o got.tar lite.tar
	same want.tar got.tar
	! grep -q 00000000 asked
	status_is 2 prov-pack fetch --url file:///etc --into other \
	    -o x.tar lite.tar 2>err
	grep -q 'neither an http nor an https URL' err
}

@test "prov-pack verify: works where there is no network" {
	unshare -rn true 2>/dev/null || skip "no network namespaces here"
	unshare -rn "$BUILDDIR/tools/prov-pack" verify -k "$PACKS/key.pub" \
	    --at $AT "$PACKS/good-strict.tar" >out
	! ldd "$BUILDDIR/tools/prov-pack" | grep -q -e curl -e libpq -e hiredis
}

@test "prov-pack: GNU tar, bsdtar and python list and extract the same" {
	local good=$PACKS/good-strict.tar
	# extracted FOLDER: what came out is what went in.
	extracted() {
		(cd "$1" && find . -type f | sort | xargs sha256sum) >got
		same want got
		tar -C "$1" --diff -f "$good" --no-same-owner >diff ||
			grep -v -e ': Uid differs' -e ': Gid differs' \
			    -e ': Mode differs' -e ': Mod time differs' diff |
			status_is 1 grep .
	}
	mkdir gnu bsd py
	prov-pack list "$good" | awk '{ print $2 }' >names
	tar -tf "$good" >listed
	same names listed
	tar -C gnu -xf "$good"
	(cd gnu && find . -type f | sort | xargs sha256sum) >want
	extracted gnu
	if command -v bsdtar >/dev/null; then
		bsdtar -tf "$good" >listed
		same names listed
		bsdtar -C bsd -xf "$good"
		extracted bsd
	fi
	if command -v python3 >/dev/null; then
		python3 - "$good" py >listed 2>err <<'PY'
import sys, tarfile
t = tarfile.open(sys.argv[1])
print("\n".join(t.getnames()))
t.extractall(sys.argv[2])
PY
		same names listed
		extracted py
	fi
}

@test "golden/packs: gen-packs makes the same again" {
	need_command python3
	need_command openssl
	need_command zstd
	cp -R "$SRCDIR/golden" again
	chmod -R u+w again
	python3 again/gen-packs
	diff -r -x 'good-zstd.tar' -x 'bad-zstd-*' "$PACKS" again/packs
}
