# SPDX-License-Identifier: Apache-2.0
load helper

# Entries are made up by tests/cacheload: decided at @1700000000, for an hour,
# with signer n % 3 + 1 (a digest of that number), feed nvd at epoch 5.
at=@1700000001
load_entries() { "$BUILDDIR/tests/cacheload" "$@"; }
key_of() { load_entries print "$1" 1; }
id_of() { printf %s "$1" | sha256sum | cut -c1-64; }
get() { prov-cache get --cache c --at $at "$@"; }
stat_of() { prov-cache stats --cache c | jq -r ".$1"; }
sanitized() { [ "${SANITIZED-}" = yes ]; }

@test "prov-cache get: what was put comes out, in the schema's form" {
	load_entries put c 1 3 >keys
	get $(cat keys) >got
	[ "$(jq -r .veriKey got)" = "$(cat keys)" ]
	[ "$(jq -r .origin got | sort -u)" = computed ]
	jq -c .verdict got >want
	get --verdict $(cat keys) >verdicts
	same want verdicts
	get --decision "$(head -n 1 keys)" | jq -e '.kind == "prov.decision/v1"'
	get --inputs "$(head -n 1 keys)" | jq -e '.kind == "prov.verikey/v1"'
	prov-cache get --cache c --at $at <keys >again
	same got again
	tr -d '\n' <keys | cut -c8-71 | prov-cache get --cache c --at $at >one
	head -n 1 got >want
	same want one
}

@test "prov-cache get: a miss is exit 1 and says why; the clock is --at" {
	load_entries put c 1 1 >keys
	key=$(cat keys)
	refuses 1 prov-cache get --cache c --at $at "$(key_of 9)"
	grep -q 'not in the cache' refuses.err
	refuses 1 prov-cache get --cache c --at @1700003600 "$key"
	grep -q expired refuses.err
	refuses 1 prov-cache get --cache c "$key"
	SOURCE_DATE_EPOCH=1700000001 refuses 1 prov-cache get --cache c "$key"
	get "$key" >/dev/null
	refuses 1 prov-cache get --cache nowhere "$key"
	refuses 2 prov-cache get --cache c xyz
	# one key of several
	status_is 1 get "$key" "$(key_of 9)" >got 2>err
	[ "$(wc -l <got)" -eq 1 ]
}

@test "prov-cache get --root: evidence in chunks, one by one" {
	load_entries put c 7 1 150000 >keys
	root=$(get "$(cat keys)" | jq -r .decision.proofRoot)
	prov-cache get --cache c --root "$root" >tree
	valid_against prov.merkle/v1 tree
	[ "$(jq -r .root tree)" = "$root" ]
	[ "$(jq '.chunks | length' tree)" -eq 4 ]
	for i in 0 1 2 3; do
		prov-cache get --cache c --root "$root" --first $i >chunk
		prov-merkle verify --root "$root" --chunk $i tree chunk
	done
	prov-cache get --cache c --root "$root" --first 0 --count 3 >evidence
	head -c 150000 /dev/zero | tr '\0' h >want
	same want evidence
	refuses 1 prov-cache get --cache c --root "$root" --first 9
	refuses 1 prov-cache get --cache c --root "$(id_of x)"
}

@test "prov-cache invalidate: by veriKey, signer, policy, feed, pattern" {
	load_entries put c 0 6 >keys
	live() { prov-cache get --cache c --at $at <keys 2>/dev/null | wc -l; }
	prov-cache invalidate --cache c --verikey "$(key_of 0)"
	[ "$(live)" -eq 5 ]
	prov-cache invalidate --cache c --signer "sha256:$(id_of 2)"
	[ "$(live)" -eq 3 ]	# 1 and 4 are gone
	refuses 1 prov-cache get --cache c --at $at "$(key_of 4)"
	grep -q invalidated refuses.err
	prov-cache invalidate --cache c --pattern "$(key_of 2 | cut -c1-20)*"
	[ "$(live)" -eq 2 ]
	prov-cache invalidate --cache c --pattern "$(key_of 3 | cut -c8-20)*"
	[ "$(live)" -eq 1 ]
	prov-cache invalidate --cache c --feed nvd --before 5
	[ "$(live)" -eq 1 ]
	prov-cache invalidate --cache c --feed other --before 9
	[ "$(live)" -eq 1 ]
	prov-cache invalidate --cache c --feed nvd --before 10
	[ "$(live)" -eq 0 ]
	load_entries put c2 0 6 >/dev/null
	prov-cache invalidate --cache c2 --policy "$(id_of 77)"
	status_is 1 prov-cache get --cache c2 --at $at <keys >got 2>err
	[ ! -s got ]
	[ "$(grep -c invalidated err)" -eq 6 ]
}

@test "prov-cache invalidate: what is put afterwards is valid" {
	load_entries put c 0 3 >keys
	prov-cache invalidate --cache c --signer "$(id_of 2)"
	refuses 1 prov-cache get --cache c --at $at "$(key_of 1)"
	load_entries put c 1 1
	get "$(key_of 1)" >got
}

@test "prov-cache invalidate --expired: stays so for an earlier --at" {
	load_entries put c 0 2 >keys
	prov-cache invalidate --cache c --expired --at @1700003599
	get "$(key_of 0)" >/dev/null
	prov-cache invalidate --cache c --expired --at @1700003600
	refuses 1 prov-cache get --cache c --at $at "$(key_of 0)"
}

@test "prov-cache prune: removes the dead and what only they held" {
	load_entries put c 0 6 100000 >keys
	# 26 apart: the same evidence
	load_entries put c 26 1 100000 >>keys
	[ "$(stat_of entries)" -eq 7 ]
	chunks=$(stat_of chunks)
	prov-cache prune --cache c --at $at
	[ "$(stat_of entries)" -eq 7 ]
	prov-cache invalidate --cache c --verikey "$(key_of 0)"
	prov-cache prune --cache c --at $at
	[ "$(stat_of entries)" -eq 6 ]
	[ "$(stat_of chunks)" -eq "$chunks" ]	# entry 26 holds them
	prov-cache check --cache c
	prov-cache prune --cache c --at @1700003600 --no-sync
	[ "$(stat_of entries) $(stat_of chunks) $(stat_of outbox)" = "0 0 0" ]
	prov-cache check --cache c
}

@test "prov-cache export, import: the whole cache, origins kept" {
	load_entries put c 0 5 70000 >keys
	prov-cache export --cache c >all
	valid_against prov.cachestats/v1 <(prov-cache stats --cache c)
	[ "$(wc -l <all)" -eq 5 ]
	jq -e '.veriKey and .parts' all >/dev/null
	prov-cache import --cache d all
	prov-cache export --cache d -o again
	same all again
	prov-cache check --cache d
	prov-cache import --cache f --foreign <all
	[ "$(prov-cache export --cache f | jq -r .origin | sort -u)" = foreign ]
	[ "$(prov-cache stats --cache f | jq .outbox)" -eq 0 ]
	prov-cache put --cache g all
	[ "$(prov-cache export --cache g | jq -r .origin | sort -u)" = foreign ]
	# a put never replaces what was computed here
	prov-cache put --cache d all
	[ "$(prov-cache export --cache d | jq -r .origin | sort -u)" = computed ]
}

@test "prov-cache export, import: evidence whose end is missing, as a bundle brought it" {
	packs=$SRCDIR/golden/packs
	for density in lite standard; do
		prov-pack import -k "$packs/key.pub" --at 2026-01-12T10:00:00Z \
			--cache $density "$packs/good-$density.tar"
		prov-cache export --cache $density >all
		valid_against prov.entry/v1 all
		jq -e 'has("tree") and (has("parts") | not)' all >out
		prov-cache import --cache $density.2 all
		prov-cache export --cache $density.2 >again
		same all again
		prov-cache check --cache $density.2
		[ "$(prov-cache stats --cache $density.2 | jq .chunks)" -eq \
			"$(jq '.chunks // [] | length' all)" ]
	done
	for change in '.chunks[0] = "YQ=="' '.chunks += .chunks + .chunks' \
		'.chunks[0] = "?"' 'del(.tree)' '.parts = []' \
		'.tree.root = .veriKey' 'del(.tree.chunks)' '.tree = []'; do
		jq -c "$change" all >bad
		refuses 2 prov-cache import --cache d bad ||
			{ echo "$change"; return 1; }
	done
}

@test "prov-cache import: an old backup does not bring back what was revoked" {
	load_entries put c 0 3 >keys
	prov-cache export --cache c >all
	prov-cache invalidate --cache d --signer "$(id_of 2)"
	status_is 1 prov-cache import --cache d all 2>err
	[ "$(wc -l <err)" -eq 1 ]
	[ "$(prov-cache stats --cache d | jq .entries)" -eq 2 ]
	refuses 1 prov-cache get --cache d --at $at "$(key_of 1)"
}

@test "prov-cache import: entries whose documents do not fit are refused" {
	load_entries put c 0 1 70000 >keys
	prov-cache export --cache c >one
	for change in '.extra = 1' '.verdict.n = 9' '.origin = "mine"' \
		'.expiresAt = "2030-01-01T00:00:00Z"' 'del(.inputs)' \
		'.decision.trustScore = 51 | .decision.veriKey = .decision.verdictHash' \
		'.parts[0].role = "x"' '.parts |= .[1:]' \
		'.parts[0].bytes = "YQ=="' '.kind = "prov.entry/v2"' \
		'.inputs.inputs.vex = [.veriKey]' '.veriKey = .decision.verdictHash'; do
		jq -c "$change" one >bad
		refuses 2 prov-cache import --cache d bad
	done
	[ "$(prov-cache stats --cache d | jq .entries)" -eq 0 ]
}

@test "prov-cache metrics: the public names, and nothing goes back" {
	load_entries put c 0 2 >keys
	get $(cat keys) >/dev/null
	status_is 1 get "$(key_of 9)" 2>/dev/null
	status_is 1 prov-cache get --cache c --at @1800000000 "$(key_of 0)" 2>/dev/null
	prov-cache invalidate --cache c --signer "$(id_of 1)"
	status_is 1 get "$(key_of 0)" 2>/dev/null
	prov-cache invalidate --cache c --pattern "$(key_of 1)"
	load_entries put c 0 2 >/dev/null
	prov-cache invalidate --cache c --expired --at @1700003600
	load_entries put c 0 2 >/dev/null
	prov-cache metrics --cache c >m
	for line in \
		'provcache_requests_total{source="lmdb",result="hit"} 2' \
		'provcache_requests_total{source="lmdb",result="miss"} 2' \
		'provcache_requests_total{source="lmdb",result="expired"} 1' \
		'provcache_hits_total{source="lmdb"} 2' \
		'provcache_misses_total{reason="not_found"} 1' \
		'provcache_misses_total{reason="expired"} 1' \
		'provcache_misses_total{reason="invalidated"} 1' \
		'provcache_invalidations_total{type="signer"} 1' \
		'provcache_invalidations_total{type="pattern"} 1' \
		'provcache_invalidations_total{type="expired"} 2' \
		'provcache_invalidations_total{type="verikey"} 0' \
		'provcache_latency_seconds_count{operation="get",source="lmdb"} 5' \
		'provcache_latency_seconds_count{operation="set",source="lmdb"} 6' \
		'provcache_latency_seconds_bucket{operation="get",source="lmdb",le="+Inf"} 5' \
		'provcache_entries 2' 'provcache_outbox_depth 2'; do
		grep -qxF "$line" m || { echo "no line $line"; return 1; }
	done
	grep -q 'le="0.00001"' m
	for _ in 1 2 3 4 5 6 7 8; do
		(for _ in 1 2 3 4 5; do get "$(key_of 1)"; done) >/dev/null &
	done
	wait
	prov-cache metrics --cache c | grep -qxF 'provcache_hits_total{source="lmdb"} 42'
	: >c/v1/counters
	get "$(key_of 1)" >/dev/null
}

@test "prov-cache metrics: promtool finds nothing to say" {
	need_command promtool
	promtool check metrics --help >/dev/null 2>&1 ||
		skip "this promtool does not check metrics"
	prov-cache metrics --cache c >m	# of no cache at all
	promtool check metrics <m >out 2>&1
	load_entries put c 0 3 >keys
	get $(cat keys) "$(key_of 9)" >/dev/null 2>&1 || true
	prov-cache invalidate --cache c --pattern '*'
	prov-cache metrics --cache c >m
	promtool check metrics <m >>out 2>&1
	[ ! -s out ] || { cat out; return 1; }
}

@test "prov-cache metrics: no counter goes back when its writers are killed" {
	load_entries put c 0 50 >keys
	get $(cat keys) >/dev/null
	for _ in $(seq 2000); do cat keys; done >many
	# counters: NAME VALUE of those that only grow
	counters() {
		prov-cache metrics --cache c | awk '
			/^# TYPE/ { grows = $4 != "gauge" }
			!/^#/ && grows' | sort
	}
	counters >before
	for i in 1 2 3 4 5 6 7 8; do
		pids=
		for _ in 1 2 3; do
			prov-cache get --cache c --at $at <many >/dev/null &
			pids="$pids $!"
		done
		"$BUILDDIR/tests/cacheload" put c $((i * 1000)) 500 >/dev/null &
		pids="$pids $!"
		sleep 0.0$((i * 7 + 20))
		kill -9 $pids 2>/dev/null || true
		wait 2>/dev/null || true
		counters >after
		awk 'NR == FNR { old[$1] = $2; next }
			{ seen[$1] = 1; if ($2 < old[$1]) { print; bad = 1 } }
			END { for (n in old) if (!(n in seen)) bad = 1
			exit bad }' before after
		! cmp -s before after
		mv after before
	done
	prov-cache check --cache c
}

@test "prov-cache: a damaged data file is an error, never a crash or a wrong entry" {
	load_entries put c 0 200 3000 >keys
	get $(cat keys) >want
	cp -r c good
	size=$(stat -c %s c/v1/data.mdb)
	i=0
	while [ $i -lt 60 ]; do
		rm -rf c && cp -r good c
		# a run of bytes somewhere, by a fixed sequence
		offset=$(((i * 7919 * 4096 + i * 977) % size))
		printf '\377\0\377\125\252\377\377\1' |
			dd of=c/v1/data.mdb bs=1 seek=$offset conv=notrunc status=none
		rc=0
		prov-cache get --cache c --at $at <keys >got 2>err || rc=$?
		[ $rc -le 3 ]
		# whatever came out is as it was
		[ -z "$(grep -vxFf want got)" ]
		i=$((i + 1))
	done
}

@test "prov-cache: a file cut short is told, and the writer who finds it begins anew" {
	load_entries put c 0 300 3000 >keys
	prov-cache export --cache c >all
	cp -r c good
	truncate -s 20000 c/v1/data.mdb
	status_is 3 prov-cache get --cache c --at $at <keys >got 2>err
	[ ! -s got ] || [ "$(wc -l <got)" -lt 300 ]
	grep -q damaged err
	for damage in 'truncate -s 5000' 'truncate -s 100' 'cp err'; do
		rm -rf c && cp -r good c
		$damage c/v1/data.mdb
		prov-cache import --cache c all 2>err ||
			{ echo "$damage"; cat err; return 1; }
		[ "$(cat err)" = "prov-cache: c: the cache was damaged, and begins anew" ]
		prov-cache check --cache c
		get $(cat keys) | wc -l | grep -qx 300
		[ -e c/v1/data.mdb.damaged ]
	done
	# what is met later ends the work: part of it is lost with the rest
	rm -rf c && cp -r good c
	truncate -s 20000 c/v1/data.mdb
	status_is 3 prov-cache import --cache c all 2>err
	[ "$(wc -l <err)" -eq 1 ]
	prov-cache import --cache c all 2>err
	[ ! -s err ]
	get $(cat keys) | wc -l | grep -qx 300
	# one that only reads says so, and leaves it as it is
	: >c/v1/data.mdb	# its maker was killed
	refuses 1 prov-cache get --cache c --at $at "$(head -n 1 keys)"
	prov-cache stats --cache c >got
	printf 'this is no database' >c/v1/data.mdb
	refuses 3 prov-cache get --cache c --at $at "$(head -n 1 keys)"
	refuses 3 prov-cache stats --cache c
	status_is 0 prov-cache invalidate --cache c --signer "$(id_of 1)" 2>err
	[ "$(wc -l <err)" -eq 1 ]
}

@test "prov-cache: many writers who find the damage at once begin one anew" {
	load_entries put c 0 50 3000 >keys
	cp -r c good
	for round in 1 2 3; do
		rm -rf c && cp -r good c
		truncate -s 5000 c/v1/data.mdb
		pids=
		for i in 1 2 3 4 5 6 7 8; do
			load_entries put c ${i}00 3 >keys.$i &
			pids="$pids $!"
		done
		for pid in $pids; do wait $pid; done
		# what one put, no other moved aside
		cat keys.? >keys
		[ "$(wc -l <keys)" -eq 24 ]
		prov-cache get --cache c --at $at --verdict <keys >got
		[ "$(wc -l <got)" -eq 24 ]
		prov-cache check --cache c
	done
}

@test "prov-cache: directories that are not to be trusted" {
	load_entries put c 0 1 >key
	chmod 777 c
	refuses 3 prov-cache get --cache c --at $at "$(cat key)"
	grep -q 'writable by others' refuses.err
	chmod 755 c
	chmod 775 c/v1
	refuses 3 prov-cache get --cache c --at $at "$(cat key)"
	chmod 700 c/v1
	get "$(cat key)" >/dev/null
	: >file
	refuses 3 prov-cache put --cache file /dev/null
	if [ "$(id -u)" -eq 0 ]; then
		chown -R 12345 c
		refuses 3 prov-cache get --cache c --at $at "$(cat key)"
		grep -q 'somebody else' refuses.err
	fi
}

@test "prov-cache: a read-only cache is read" {
	[ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null ||
		skip "needs root and setpriv, to be somebody else"
	mkdir w && chown 12345:12345 w && chmod 755 . "$HOME"
	as() { setpriv --reuid=12345 --regid=12345 --clear-groups "$@"; }
	as "$BUILDDIR/tests/cacheload" put w/c 0 1 >key ||
		skip "another user cannot run what was built here"
	as chmod 500 w/c w/c/v1 && as chmod 400 w/c/v1/data.mdb w/c/v1/lock.mdb
	as "$BUILDDIR/tools/prov-cache" get --cache w/c --at $at "$(cat key)" >got
	[ "$(jq -r .veriKey got)" = "$(cat key)" ]
	got=0
	as "$BUILDDIR/tools/prov-cache" invalidate --cache w/c --expired --at $at \
		2>err || got=$?
	[ $got -eq 0 ]	# nothing had to be written
	as "$BUILDDIR/tools/prov-cache" invalidate --cache w/c \
		--signer "$(id_of 1)" 2>err || got=$?
	[ $got -eq 3 ]
	grep -q read-only err
}

@test "prov-cache: a full disk refuses a put and keeps what is there" {
	sanitized && skip "the sanitizer's own mappings get in the way"
	mkdir -p m
	mount -t tmpfs -o size=1m,mode=700 none m 2>/dev/null ||
		skip "cannot mount a tmpfs: not root, or no mount namespace"
	rc=0
	load_entries put m/c 0 100 100000 >keys 2>err || rc=$?
	n=$(wc -l <keys)
	got=0
	prov-cache get --cache m/c --at $at <keys >entries 2>err2 || got=$?
	lines=$(wc -l <entries)
	umount m
	[ $rc -eq 3 ]
	grep -q 'No space left' err
	[ "$n" -gt 0 ] && [ "$got" -eq 0 ] && [ "$lines" -eq "$n" ]
}

@test "prov-cache: a lock that is not given back is not waited for" {
	sanitized && skip "the sanitizer stops at signals"
	load_entries put c 0 1 >key
	mkfifo p
	"$BUILDDIR/tests/cacheload" hold c <p >held 2>&1 &
	holder=$!
	exec 7>p
	while [ ! -s held ]; do sleep 0.05; done
	# readers never wait for a writer
	get "$(cat key)" >/dev/null
	start=$(date +%s)
	refuses 3 prov-cache invalidate --cache c --signer "$(id_of 1)"
	[ $(($(date +%s) - start)) -lt 30 ]
	grep -q locked refuses.err
	exec 7>&-
	wait $holder
	prov-cache invalidate --cache c --signer "$(id_of 1)"
}

@test "prov-cache: readers that are killed leave room for others" {
	load_entries put c 0 1 >key
	# one that stays keeps the table of readers from being made anew
	mkfifo p
	prov-cache get --cache c --at $at <p >stays &
	exec 7>p
	cat key >&7
	while [ ! -s stays ]; do sleep 0.05; done
	load_entries killed c 1000 7>&-
	[ "$(stat_of readers)" -gt 1000 ]
	# one of these finds the table full, and clears it
	load_entries killed c 50 7>&-
	[ "$(stat_of readers)" -lt 100 ]
	get "$(cat key)" >/dev/null
	prov-cache prune --cache c --at $at
	[ "$(stat_of readers)" -eq 2 ]
	exec 7>&-
	wait
}

@test "prov-cache: writers that are killed lose nothing that was there" {
	"$SRCDIR/ci/crash-cache" 40 "$BUILDDIR"
}

@test "prov-cache: where there is no cache, there is nothing in it" {
	prov-cache stats --cache c >got
	[ "$(jq .entries got)" -eq 0 ]
	prov-cache metrics --cache c | grep -qx 'provcache_entries 0'
	prov-cache export --cache c >got
	[ ! -s got ]
	prov-cache check --cache c
	[ ! -e c ]
}

@test "prov-cache: usage that is refused" {
	for args in 'get --verdict --inputs x' 'get --first 1' \
		'get --root zz' 'get --at yesterday x' 'invalidate' \
		'invalidate --signer x' 'invalidate --feed nvd' \
		'invalidate --expired --pattern *' 'events --apply --root' \
		'events --require-signed' 'events x' 'stats x' 'nonsense' \
		'prune x' 'export x'; do
		refuses 2 prov-cache $args
	done
}
