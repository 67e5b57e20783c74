# SPDX-License-Identifier: Apache-2.0
# The cache as a decision sees it: it saves work and changes nothing.
load helper

# What a failed test leaves mounted.
teardown() {
	umount "$BATS_TEST_TMPDIR/c" 2>/dev/null || true
}

at=2026-01-12T08:00:00Z

fixture() {
	cat >sbom.json <<'JSON'
{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,
"metadata":{"component":{"type":"application","bom-ref":"app","name":"app","version":"1.0","purl":"pkg:npm/app@1.0"}},
"components":[{"type":"library","bom-ref":"a","name":"left-pad","version":"1.3.0","purl":"pkg:npm/left-pad@1.3.0"}],
"dependencies":[{"ref":"app","dependsOn":["a"]}]}
JSON
	cat >policy.json <<'JSON'
{"kind":"prov.policy/v1","name":"t","version":"1","gates":{"maxSeverity":"high"}}
JSON
	dsse-key generate --type ed25519 --no-passphrase -o k
	dsse-key public k >k.pub
	dsse-key keyring --add k.pub --name one --role vex -o ring
	prov-normalize sbom.json >evidence
	prov-decide --no-cache --policy policy.json --keyring ring --at $at \
		evidence >want
}
decide() {
	prov-decide --cache c --policy policy.json --keyring ring --at $at \
		--status status evidence "$@"
}
# is WORD: the status of the last decision.
is() { grep -q "\"$1\"" status || { cat status; return 1; }; }

@test "provcache: the second decision comes from the cache, byte for byte" {
	fixture
	decide >got
	is computed
	same want got
	decide >got
	is cached
	same want got
	decide --require-cached >got
	same want got
	prov-cache check --cache c
	prov-cache metrics --cache c | grep -qxF 'provcache_hits_total{source="lmdb"} 2'
}

@test "provcache: revoking a key makes the very next decision a miss" {
	fixture
	decide >got
	decide >got
	is cached
	cp ring before
	dsse-key revoke --keyring ring --reason lost --at 2026-01-01T00:00:00Z \
		"$(dsse-key id k.pub)" >event
	cp before ring	# this machine has not got the new keyring yet
	decide >got
	is cached
	prov-cache events --cache c --apply event
	refuses 1 prov-decide --cache c --policy policy.json --keyring ring \
		--at $at --require-cached evidence
	decide >got
	is stale
	same want got
	decide >got
	is cached
}

@test "provcache: rotating a key, by a signed event, makes the next decision a miss" {
	fixture
	private_keys keys
	dsse-key keyring --keyring ring --add keys/ed25519.pub --name ops \
		--role event -o ring2
	mv ring2 ring
	prov-decide --no-cache --policy policy.json --keyring ring --at $at \
		evidence >want
	decide >got
	decide >got
	is cached
	cp ring before
	dsse-key rotate --keyring ring --reason yearly --at 2026-01-01T00:00:00Z \
		-k keys/ed25519.key "$(dsse-key id k.pub)" >event
	cp ring after
	cp before ring
	prov-cache events --cache c --apply --keyring after --require-signed event
	decide >got
	is stale
	same want got
	decide >got
	is cached
	prov-cache events --cache c --prove 0 >proof
	prov-merkle verify --root "$(jq -r .ledger.root after)" proof
}

@test "provcache: every digest of the context invalidates" {
	fixture
	for member in policy keyring; do
		decide >got
		decide >got
		is cached
		key=$(prov-cache export --cache c | jq -r .veriKey | head -n 1)
		digest=$(prov-cache get --cache c --at $at --inputs "$key" |
			jq -r ".inputs.context.$member")
		prov-cache invalidate --cache c --policy "$digest"
		decide >got
		is stale
	done
}

@test "provcache: export, import: a backup is one's own, the rest is foreign" {
	fixture
	decide >got
	prov-cache export --cache c >all
	valid_against prov.entry/v1 all
	rm -rf c
	prov-cache import --cache c all
	decide >got
	is cached
	rm -rf c
	prov-cache import --cache c --foreign all
	decide >got
	same want got
	! is cached 2>/dev/null
}

@test "provcache: no state of the cache changes a decision" {
	fixture
	decide >got
	key=$(prov-cache export --cache c | jq -r .veriKey)
	cp -r c good
	# tries WHAT: the right bytes, exit 0, one line at most
	tries() {
		rc=0
		decide >got 2>err || rc=$?
		[ $rc -eq 0 ] && cmp -s want got && [ "$(wc -l <err)" -le 1 ] ||
			{ echo "$1: exit $rc"; cat err; return 1; }
	}
	size=$(stat -c %s c/v1/data.mdb)
	i=0
	while [ $i -lt 25 ]; do
		rm -rf c && cp -r good c
		offset=$(((i * 7919 * 4096 + i * 977) % size))
		printf '\377\0\377\125\252\377\377\1' |
			dd of=c/v1/data.mdb bs=1 seek=$offset conv=notrunc status=none
		tries "flipped at $offset"
		tries "again after $offset"
		i=$((i + 1))
	done
	for cut in 0 100 4096 9000 $((size / 2)) $((size - 4096)); do
		rm -rf c && cp -r good c
		truncate -s "$cut" c/v1/data.mdb
		tries "cut to $cut"
		tries "after cut to $cut"
	done
	# the decision that finds it begins anew: the next one is a hit
	rm -rf c && cp -r good c
	truncate -s 9000 c/v1/data.mdb
	tries "cut short"
	[ "$(cat err)" = "prov-decide: the cache was damaged, and begins anew" ]
	tries "begun anew"
	is cached
	[ ! -s err ]
	rm -rf c && cp -r good c && rm c/v1/lock.mdb
	tries "no lock file"
	is cached
	rm -rf c && cp -r good c && chmod 777 c
	tries "writable by others"
	rm -rf c && cp -r good c && : >c/v1/counters
	tries "no counters"
	rm -rf c && : >c
	tries "a file"
	rm -f c && ln -s nowhere c
	tries "a dangling link"
	[ "$(wc -l <err)" -eq 1 ]
}

# mounted OPTION: a tmpfs on c, or the test is skipped.
mounted() {
	mkdir -p c
	mount -t tmpfs -o "mode=700,$1" none c 2>/dev/null ||
		skip "cannot mount a tmpfs: not root, or no mount namespace"
}

@test "provcache: a full disk" {
	fixture
	for size in 16k 32k; do
		mounted size=$size
		rc=0
		decide >got 2>err || rc=$?
		umount c
		same want got
		[ $rc -eq 0 ] && [ "$(wc -l <err)" -eq 1 ] ||
			{ echo "$size: exit $rc"; cat err; return 1; }
	done
	# one that fills up later: what is there is found all the same
	mounted size=4m
	decide >got
	is computed
	dd if=/dev/zero of=c/rest bs=4k 2>/dev/null || true
	decide >got 2>err
	is cached
	same want got
	[ ! -s err ] || { cat err; return 1; }
	sed 's/left-pad/right-pad/g' sbom.json | prov-normalize >evidence2
	prov-decide --no-cache --policy policy.json --keyring ring --at $at \
		evidence2 >want2
	prov-decide --cache c --policy policy.json --keyring ring --at $at \
		evidence2 >got 2>err
	same want2 got
	[ "$(wc -l <err)" -eq 1 ] || { cat err; return 1; }
	grep -q 'No space left' err
	rm c/rest
	decide >got
	is cached
	prov-cache check --cache c
}

@test "provcache: another's directory" {
	[ "$(id -u)" -eq 0 ] || skip "only root can give a directory away"
	fixture
	mkdir c && chown 12345 c
	decide >got 2>err
	same want got
	[ "$(wc -l <err)" -eq 1 ]
	grep -q 'somebody else' err
}

@test "provcache: read-only media: what is there is found, the rest computed" {
	fixture
	sed 's/left-pad/right-pad/g' sbom.json | prov-normalize >evidence2
	! cmp -s evidence evidence2
	prov-decide --no-cache --policy policy.json --keyring ring --at $at \
		evidence2 >want2
	mounted size=4m
	decide >got
	mount -o remount,ro c || skip "cannot mount it read-only"
	decide >got 2>err
	is cached
	same want got
	[ ! -s err ] || { cat err; return 1; }
	# a miss is computed, and one line says that it was not kept
	prov-decide --cache c --policy policy.json --keyring ring --at $at \
		--status status evidence2 >got 2>err
	is computed
	same want2 got
	[ "$(wc -l <err)" -eq 1 ] || { cat err; return 1; }
	mount -o remount,rw c
	rm c/v1/lock.mdb
	chmod 500 c c/v1
	chmod 400 c/v1/data.mdb
	mount -o remount,ro c
	decide >got 2>err
	is cached
	same want got
	umount c
	# nothing in it, and nothing can be made
	mounted size=4m,ro
	decide >got 2>err
	is computed
	same want got
	[ "$(wc -l <err)" -le 1 ] || { cat err; return 1; }
}

@test "provcache: a network file system is recognised, and not used" {
	need_command cc
	not_sanitized "its library comes first"
	fixture
	decide >got	# on this disk, before it is one
	# there is no such mount here, so statfs says that there is
	cat >nfs.c <<'C'
#include <string.h>
#include <sys/vfs.h>
int statfs(const char *path, struct statfs *fs);
int statfs64(const char *path, struct statfs64 *fs);
int statfs(const char *path, struct statfs *fs)
{
	(void)path;
	memset(fs, 0, sizeof(*fs));
	fs->f_type = 0x6969;
	return 0;
}
int statfs64(const char *path, struct statfs64 *fs)
{
	(void)path;
	memset(fs, 0, sizeof(*fs));
	fs->f_type = 0x6969;
	return 0;
}
C
	cc -D_GNU_SOURCE -shared -fPIC -o nfs.so nfs.c 2>/dev/null ||
		skip "cannot make a shared object"
	LD_PRELOAD=$PWD/nfs.so prov-decide --cache c --policy policy.json \
		--keyring ring --at $at --status status evidence >got 2>err
	same want got
	is computed
	[ "$(wc -l <err)" -eq 1 ]
	grep -q 'on a network file system' err
	status_is 3 env LD_PRELOAD="$PWD/nfs.so" prov-cache stats --cache c >out 2>err
	grep -q 'on a network file system' err
	status_is 1 env LD_PRELOAD="$PWD/nfs.so" prov-decide --cache c \
		--policy policy.json --keyring ring --at $at --require-cached \
		evidence >got 2>err
	[ ! -s got ]
	decide >got
	is cached
}

@test "provcache: files nobody may read" {
	fixture
	decide >got
	if [ "$(id -u)" -eq 0 ]; then
		command -v setpriv >/dev/null || skip "root may read all"
		chown -R 65534 . && chmod 711 "$BATS_TEST_TMPDIR"
		as() { setpriv --reuid 65534 --clear-groups "$@"; }
		as test -x "$(command -v prov-decide)" -a -r policy.json ||
			skip "nobody else gets here"
	else
		as() { "$@"; }
	fi
	for file in data.mdb lock.mdb counters; do
		chmod 000 c/v1/$file
		rc=0
		as prov-decide --cache c --policy policy.json --keyring ring \
			--at $at evidence >got 2>err || rc=$?
		chmod 600 c/v1/$file
		[ $rc -eq 0 ] && cmp -s want got && [ "$(wc -l <err)" -le 1 ] ||
			{ echo "$file: exit $rc"; cat err; return 1; }
	done
	chmod 000 c
	as prov-decide --cache c --policy policy.json --keyring ring --at $at \
		evidence >got 2>err
	chmod 700 c
	same want got
	[ "$(wc -l <err)" -eq 1 ] || { cat err; return 1; }
}

@test "provcache: many at once agree" {
	fixture
	for i in 1 2 3 4 5 6 7 8; do
		prov-decide --cache c --policy policy.json --keyring ring \
			--at $at evidence >got.$i 2>err.$i &
	done
	wait
	for i in 1 2 3 4 5 6 7 8; do
		same want got.$i
		[ ! -s err.$i ] || { cat err.$i; return 1; }
	done
	[ "$(prov-cache stats --cache c | jq .entries)" -eq 1 ]
	prov-cache check --cache c
}
