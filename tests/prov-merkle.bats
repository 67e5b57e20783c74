# SPDX-License-Identifier: Apache-2.0
load helper

# lines N: the numbers 0 to N-1, one a line.
lines() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) print i }'; }
# blob N: N bytes that repeat only after 251.
blob() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "%c", i % 251 + 1 }' | head -c "$1"; }
root_of() { sed -n 's/.*"root":"\([^"]*\)".*/\1/p' "$1"; }

@test "prov-merkle root: the reference tree of RFC 6962's implementations" {
	printf '\n' | prov-merkle root --leaves lines >one
	[ "$(root_of one)" = sha256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d ]
	prov-merkle root --leaves lines </dev/null >none
	printf '%s\n' '{"kind":"prov.merkle/v1","root":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","treeSize":0}' >want
	same want none
}

@test "prov-merkle root: what openssl computes for three chunks" {
	need_command openssl
	blob 10 >f
	h() { openssl dgst -sha256 -binary; }
	{ printf '\0'; head -c 4 f; } | h >a
	{ printf '\0'; tail -c +5 f | head -c 4; } | h >b
	{ printf '\0'; tail -c +9 f; } | h >c
	{ printf '\1'; cat a b; } | h >ab
	want=$({ printf '\1'; cat ab c; } | openssl dgst -sha256 -hex)
	prov-merkle root --chunk-size 4 f >got
	[ "$(root_of got)" = "sha256:${want##* }" ]
}

@test "prov-merkle root: file, stdin, any number of threads give one tree" {
	blob 250000 >part
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13; do cat part; done >f
	prov-merkle root --jobs 1 f >want
	for jobs in 2 3 64; do
		prov-merkle root --jobs $jobs f >got
		same want got
	done
	prov-merkle root <f >got
	same want got
	prov-merkle root --chunk-size 5000 --jobs 1 f >want
	prov-merkle root --chunk-size 5000 --jobs 3 f >got
	same want got
}

@test "prov-merkle root: lines, NUL records and leaf hashes agree" {
	lines 100 >f
	prov-merkle root --leaves lines f >want
	tr '\n' '\0' <f | prov-merkle root --leaves nul >got
	same want got
	head -c -1 f | prov-merkle root --leaves lines >got
	same want got
	prov-merkle prove --leaves lines $(seq -f '--index %g' 0 99) f >all
	jq -r '.leaves[].leafHash' all | while read -r h; do
		echo "$h" | base64 -d | od -An -v -tx1 | tr -d ' \n'; echo
	done >hex
	prov-merkle root --leaves hex hex >got
	same want got
}

@test "prov-merkle root: --append goes on without what was there" {
	lines 1000 >f
	prov-merkle root --leaves lines f >want
	head -n 613 f | prov-merkle root --leaves lines --peaks >tree
	tail -n +614 f | prov-merkle root --leaves lines --append tree >got
	same want got
	head -c 3072 f >a
	tail -c +3073 f >b
	prov-merkle root --chunk-size 1K f >want
	prov-merkle root --chunk-size 1K --peaks a >tree
	prov-merkle root --chunk-size 1K --append tree b >got
	same want got
	sed 's/"peaks":\["./"peaks":["_/' tree >bad
	refuses 2 prov-merkle root --chunk-size 1K --append bad b
	refuses 2 prov-merkle root --chunk-size 2K --append tree b
	refuses 2 prov-merkle root --leaves lines --append tree b
	prov-merkle root --chunk-size 1K --peaks b >tree
	refuses 2 prov-merkle root --chunk-size 1K --append tree a
}

# zeros LEVELS: the root over 2^LEVELS chunks of 64 KiB of zeros, by openssl.
zeros() {
	{ printf '\0'; head -c 65536 /dev/zero; } |
		openssl dgst -sha256 -binary >node
	for _ in $(seq "$1"); do
		{ printf '\1'; cat node node; } |
			openssl dgst -sha256 -binary >next
		mv next node
	done
	printf 'sha256:%s\n' "$(xxd -p -c 64 node)"
}

@test "prov-merkle root: 16 GiB take no more memory than 1 GiB" {
	not_sanitized "the sanitizer reserves address space"
	need_command openssl
	truncate -s 1G small || skip "no sparse files here"
	truncate -s 16G large || skip "no files of 16 GiB here"
	# the least memory that is enough for the small one, in KiB; the large
	# one's leaf hashes alone are 131072
	most=2000
	until (ulimit -v $most; prov-merkle root --chunk-size 4K small \
	    >out 2>err); do
		most=$((most + 500))
		[ $most -lt 60000 ]
	done
	(ulimit -v $most; prov-merkle root --chunk-size 4K large) >out
	(ulimit -v $most; prov-merkle root large) >out
	[ "$(root_of out)" = "$(zeros 18)" ]
	[ "$(jq .totalSize out)" -eq 17179869184 ]
	# what is read and not skipped, through a pipe
	(ulimit -v 30000; head -c 256M small | prov-merkle root) >out
	[ "$(root_of out)" = "$(zeros 12)" ]
}

@test "prov-merkle root: what a sparse file does not store is read as zeros" {
	truncate -s 9000001 f || skip "no sparse files here"
	for at in 0 65535 1048576 1500000 6291455 8999999; do
		printf x | dd of=f bs=1 seek=$at conv=notrunc status=none
	done
	for size in 4096 5000 65536 300000; do
		cat f | prov-merkle root --chunk-size $size >want
		for jobs in 1 2 7; do
			prov-merkle root --chunk-size $size --jobs $jobs f >got
			same want got
		done
	done
	# a hole to the end
	truncate -s 12582912 f
	cat f | prov-merkle root >want
	prov-merkle root f >got
	same want got
}

@test "prov-merkle: what it writes fits the schemas" {
	lines 40 >f
	{
		prov-merkle root --leaves lines --peaks f
		prov-merkle root --chunk-size 16 --chunks f
		prov-merkle root /dev/null
	} >trees
	valid_against prov.merkle/v1 trees
	{
		prov-merkle prove --leaves lines --index 7 f
		prov-merkle prove --leaves lines --index 7 --index 30 f
		prov-merkle prove --leaves lines --index 0 --size 1 f
	} >proofs
	valid_against prov.inclusion/v1 proofs
	prov-merkle consistency --leaves lines --size1 7 f >growth
	valid_against prov.consistency/v1 growth
}

@test "prov-merkle prove: every leaf of a tree verifies, and only against its root" {
	lines 21 >f
	prov-merkle root --leaves lines f >r
	for i in $(seq 0 20); do
		prov-merkle prove --leaves lines --index "$i" f
	done >proofs
	prov-merkle verify proofs
	prov-merkle verify --root "$(root_of r)" proofs
	lines 22 | prov-merkle root --leaves lines >r2
	head -n 1 proofs >p
	refuses 1 prov-merkle verify --root "$(root_of r2)" p
	# a stream of proofs tells each bad one
	sed '3s/"leafIndex":2/"leafIndex":3/' proofs >bad
	refuses 1 prov-merkle verify bad
	grep -q 'record 3' refuses.err
}

@test "prov-merkle prove: several leaves share one proof" {
	lines 1000 >f
	prov-merkle prove --leaves lines --index 3 --index 900 --index 4 \
		--index 3 f >p
	prov-merkle verify p
	[ "$(jq '.leaves | length' p)" -eq 3 ]
	[ "$(jq '.hashes | length' p)" -lt 27 ]
	sed 's/"leafIndex":900/"leafIndex":901/' p >bad
	refuses 1 prov-merkle verify bad
	jq -c '.leaves |= reverse' p >bad
	refuses 1 prov-merkle verify bad
	jq -c '.hashes |= .[1:]' p >bad
	refuses 1 prov-merkle verify bad
}

@test "prov-merkle consistency: growth verifies, another history does not" {
	lines 77 >f
	for m in 1 2 31 32 33 64 76 77; do
		prov-merkle consistency --leaves lines --size1 $m f >p
		prov-merkle verify p
	done
	prov-merkle consistency --leaves lines --size1 10 --size2 20 f >p
	prov-merkle verify p
	[ "$(jq .size2 p)" -eq 20 ]
	sed '5s/.*/rewritten/' f | prov-merkle consistency --leaves lines \
		--size1 10 --size2 20 >other
	jq -c --arg r "$(jq -r .root1 p)" '.root1 = $r' other >bad
	refuses 1 prov-merkle verify bad
	refuses 2 prov-merkle consistency --leaves lines --size1 78 f
	refuses 2 prov-merkle consistency --leaves lines f
	refuses 2 prov-merkle consistency --leaves lines --size1 9 --size2 8 f
}

@test "prov-merkle verify: transparency-dev's vectors" {
	need_shared
	n=0
	while IFS= read -r line; do
		printf '%s\n' "$line" >case.json
		got=0
		prov-merkle verify case.json 2>err || got=$?
		case $line in
		*'"wantErr":true'*) [ $got -eq 1 ] || [ $got -eq 2 ] ;;
		*) [ $got -eq 0 ] ;;
		esac || { echo "exit $got: $line"; cat err; return 1; }
		n=$((n + 1))
	done <"$SHARED/vectors/merkle/cases.ndjson"
	[ "$n" -gt 100 ]
}

@test "prov-merkle verify: Rekor's inclusion proofs" {
	lines 9 >f
	prov-merkle prove --leaves lines --index 6 f >p
	body=$(printf 6 | base64)
	root=$(root_of p); root=${root#sha256:}
	jq -c --arg b "$body" --arg r "$root" '{u: {body: $b, verification:
		{inclusionProof: {logIndex: .leafIndex, treeSize: .treeSize,
		rootHash: $r, hashes: .hashes}}}}' p >api
	prov-merkle verify api
	jq -c --arg b "$body" --arg r "$(printf %s "$root" | xxd -r -p |
		base64)" '{canonicalizedBody: $b, inclusionProof: {logIndex:
		(.leafIndex | tostring), treeSize: (.treeSize | tostring),
		rootHash: $r, hashes: .hashes}}' p >bundle
	prov-merkle verify bundle
	jq -c .inclusionProof bundle >bare
	refuses 2 prov-merkle verify bare
	printf 6 >leaf
	prov-merkle verify bare leaf
	printf 7 >leaf
	refuses 1 prov-merkle verify bare leaf
	sed 's/"canonicalizedBody":"Ng=="/"canonicalizedBody":"Nw=="/' bundle >bad
	refuses 1 prov-merkle verify bad
}

# flip_hash I: the same entry with one bit of its Ith hash the other way.
flip_hash() {
	jq -c --argjson i "$1" '.inclusionProof.hashes[$i] |= (.[0:1] as $c |
		(if $c == "A" then "Q" else "A" end) + .[1:])'
}

@test "prov-merkle verify: log entries of real Sigstore bundles" {
	need_shared
	n=0
	for b in "$SHARED"/vectors/sigstore/cases/*/bundle.sigstore.json; do
		case $b in *_fail/*) continue ;; esac
		jq -c '.verificationMaterial.tlogEntries[] |
			select(.inclusionProof != null)' "$b" >t
		[ -s t ] || continue
		prov-merkle verify t
		n=$((n + 1))
		# the proof alone, with the leaf's bytes and the root one knows
		head -n 1 t | jq -c .inclusionProof >p
		head -n 1 t | jq -r .canonicalizedBody | base64 -d >leaf
		root=$(jq -r .rootHash p | base64 -d | xxd -p -c 64)
		prov-merkle verify --root "$root" p leaf
		refuses 1 prov-merkle verify --root "${root%????}0000" p leaf
		printf x >>leaf
		refuses 1 prov-merkle verify p leaf
		for i in $(jq '.hashes | if . == [] then empty else 0,
			length - 1 end' p); do
			head -n 1 t | flip_hash "$i" >bad
			refuses 1 prov-merkle verify bad
		done
		# as Rekor's own interface answers: hexadecimal, numbers
		head -n 1 t | jq -c '{u: {body: .canonicalizedBody,
			verification: {inclusionProof: (.inclusionProof |
			{logIndex: (.logIndex | tonumber),
			treeSize: (.treeSize | tonumber), rootHash: "ROOT",
			hashes: .hashes})}}}' | sed "s/ROOT/$root/" >api
		for h in $(jq -r '.hashes[]' p); do
			sed "s|\"$h\"|\"$(echo "$h" | base64 -d |
				xxd -p -c 64)\"|" api >api2 && mv api2 api
		done
		prov-merkle verify api
		sed 's/"treeSize":\([0-9]*\)/"treeSize":1\1/' api >bad
		refuses 1 prov-merkle verify bad
	done
	[ "$n" -ge 8 ]
	for b in inclusion-proof-corrupted-hash bundle-empty-certificate-chain
	do
		jq -c '.verificationMaterial.tlogEntries[]' \
			"$SHARED/vectors/sigstore/cases/${b}_fail/bundle.sigstore.json" >t
		refuses 1 prov-merkle verify t
	done
}

@test "prov-merkle store, verify: every bad, missing or extra chunk is named" {
	blob 100 >f
	prov-merkle store --chunk-size 16 f d
	prov-merkle root --chunk-size 16 --chunks f >want
	same want d/manifest.json
	cat d/0*.chunk >all
	same f all
	prov-merkle verify d
	prov-merkle verify --root "$(root_of want)" d
	refuses 1 prov-merkle verify --root "${root:-$(printf '%064d' 0)}" d
	printf X >>d/00000001.chunk
	printf '................' >d/00000003.chunk
	rm d/00000005.chunk
	: >d/00000007.chunk
	status_is 1 prov-merkle verify d 2>err
	cat >want <<-X
	prov-merkle: d/00000001.chunk: bad chunk: its size is another
	prov-merkle: d/00000003.chunk: bad chunk: its hash is another
	prov-merkle: d/00000005.chunk: missing chunk
	prov-merkle: d/00000007.chunk: extra file: no chunk of this tree
	X
	same want err
	prov-merkle verify --chunk 0 --chunk 2 d
	refuses 1 prov-merkle verify --chunk 3 d
	refuses 1 prov-merkle verify --chunk 7 d
	prov-merkle verify --from 6 d 2>err || [ $? -eq 1 ]
	echo 'prov-merkle: d/00000007.chunk: extra file: no chunk of this tree' >want
	same want err
	refuses 2 prov-merkle verify --from 6 --chunk 6 d
	refuses 2 prov-merkle verify --from 6 d/manifest.json
	refuses 2 prov-merkle verify --from 8 d
}

@test "prov-merkle store: goes on where it was interrupted, mends what is bad" {
	blob 100 >f
	prov-merkle store --chunk-size 16 f d
	cp -r d want
	old=$(stat -c %i.%y d/00000000.chunk)
	rm d/manifest.json d/00000004.chunk d/00000005.chunk d/00000006.chunk
	printf 'half' >d/00000003.chunk
	prov-merkle store --chunk-size 16 f d
	diff -r want d
	# what was good was not written again
	[ "$(stat -c %i.%y d/00000000.chunk)" = "$old" ]
	# a whole tree with bad and missing chunks
	printf 'x' >>d/00000002.chunk
	rm d/00000006.chunk
	prov-merkle store --chunk-size 16 f d
	diff -r want d
	prov-merkle store --chunk-size 16 f d
	# never another tree
	cat f f >g
	head -c 90 f >h
	sed 's/a/b/' f >i
	for other in g h i; do
		refuses 2 prov-merkle store --chunk-size 16 $other d
		diff -r want d
	done
	refuses 2 prov-merkle store --chunk-size 32 f d
	echo '{}' >d/manifest.json
	refuses 2 prov-merkle store --chunk-size 16 f d
	# killed at any moment: the next run ends with the same tree
	head -c 700000 /dev/zero | tr '\0' 'k' >big
	prov-merkle store --chunk-size 1K big bigwant
	for ms in 1 3 5 9 14 20 30; do
		rm -rf e
		timeout -s KILL 0.0$(printf %02d $ms) \
			prov-merkle store --chunk-size 1K big e || true
		prov-merkle store --chunk-size 1K big e
		diff -r bigwant e
	done
}

@test "prov-merkle verify --resume: goes on, and asks again only for what was bad" {
	blob 100 >f
	prov-merkle store --chunk-size 16 f d
	prov-merkle verify --resume state d
	[ ! -e state ]
	printf x >>d/00000001.chunk
	rm d/00000004.chunk
	refuses_two() {
		status_is 1 prov-merkle verify --resume state d 2>err
		cut -d: -f2 err | tr -d '\n' >got
		printf %s "$*" | sed 's/^/ /' >want
		same want got
	}
	refuses_two d/00000001.chunk d/00000004.chunk
	valid_against prov.merklecheck/v1 state
	printf '{"bad":[1,4],"kind":"prov.merklecheck/v1","next":7,"root":"%s"}\n' \
		"$(root_of d/manifest.json)" >want
	same want state
	# mended in part; another that was good is not looked at
	prov-merkle store --chunk-size 16 f d
	rm d/00000001.chunk d/00000005.chunk
	refuses_two d/00000001.chunk
	# where an interrupted run stood
	sed 's/"next":7/"next":5/' state >s && mv s state
	refuses_two d/00000001.chunk d/00000005.chunk
	prov-merkle store --chunk-size 16 f d
	prov-merkle verify --resume state d
	[ ! -e state ]
	for change in 's/"next":5/"next":8/' 's/"next":5/"next":1/' \
	    's/\[1\]/[1,1]/' 's/\[1\]/[]/' 's/\[1\]/["1"]/' \
	    's/"bad"/"worse"/' 's/sha256:./sha256:/' 's/sha256:./sha256:_/'; do
		printf '{"bad":[1],"kind":"prov.merklecheck/v1","next":5,"root":"%s"}\n' \
			"$(root_of d/manifest.json)" | sed "$change" >state
		refuses 2 prov-merkle verify --resume state d
	done
	head -c 90 f | prov-merkle root --chunk-size 16 >other
	printf '{"kind":"prov.merklecheck/v1","next":5,"root":"%s"}\n' \
		"$(root_of other)" >state
	refuses 2 prov-merkle verify --resume state d
	rm state
	refuses 2 prov-merkle verify --resume state --from 2 d
	refuses 2 prov-merkle verify --resume state d/manifest.json
	rm d/00000001.chunk
	status_is 3 prov-merkle verify --resume nowhere/state d
}

@test "prov-merkle verify --resume: killed, it goes on" {
	truncate -s 300M f || skip "no sparse files here"
	mkdir d
	prov-merkle root --chunk-size 30M --chunks f >d/manifest.json
	truncate -s 30M d/0000000{0,1,2,3,4,5,6,7,8,9}.chunk
	rm d/00000001.chunk
	printf x >>d/00000008.chunk
	for ms in 05 10 20 40; do
		timeout -s KILL 0.$ms prov-merkle verify --resume state d \
			2>/dev/null || true
	done
	status_is 1 prov-merkle verify --resume state d 2>err
	[ "$(cut -d: -f2 err | tr -d '\n')" = " d/00000001.chunk d/00000008.chunk" ]
	truncate -s 30M d/0000000{1,8}.chunk
	prov-merkle verify --resume state d
	[ ! -e state ]
}

@test "prov-merkle verify --chunk: one chunk without the others" {
	blob 100 >f
	prov-merkle store --chunk-size 16 f d
	prov-merkle prove --chunk-size 16 --index 4 f >p
	prov-merkle verify --chunk 4 p d/00000004.chunk
	prov-merkle verify --chunk 4 d/manifest.json d/00000004.chunk
	refuses 1 prov-merkle verify --chunk 4 p d/00000003.chunk
	refuses 1 prov-merkle verify --chunk 3 p d/00000004.chunk
	refuses 1 prov-merkle verify --chunk 3 d/manifest.json d/00000004.chunk
	refuses 1 prov-merkle verify --chunk 9 d/manifest.json d/00000004.chunk
}

@test "prov-merkle checkpoint: signed notes that proofs must fit" {
	dsse-key generate --type ed25519 --no-passphrase -o k
	dsse-key public k >pub
	dsse-key generate --type ed25519 --no-passphrase -o k2
	dsse-key public k2 >pub2
	lines 50 >f
	prov-merkle root --leaves lines f >late
	head -n 20 f | prov-merkle root --leaves lines >early
	for t in early late; do
		prov-merkle checkpoint --origin log.example/x -k k $t >$t.note
		prov-merkle verify --checkpoint $t.note -k pub $t
	done
	sed -n 1,2p late.note >got
	printf 'log.example/x\n50\n' >want
	same want got
	[ "$(sed -n 3p late.note | base64 -d | od -An -v -tx1 | tr -d ' \n')" = \
		"$(root_of late | cut -c8-)" ]
	prov-merkle prove --leaves lines --index 7 f >p
	prov-merkle verify --checkpoint late.note -k pub --origin log.example/x p
	refuses 1 prov-merkle verify --checkpoint early.note -k pub p
	refuses 1 prov-merkle verify --checkpoint late.note -k pub2 p
	refuses 1 prov-merkle verify --checkpoint late.note -k pub --origin y p
	sed '2s/50/51/' late.note >bad
	refuses 1 prov-merkle verify --checkpoint bad -k pub p
	# the tree itself: its root too, and one checkpoint
	prov-merkle verify --checkpoint late.note -k pub \
		--root "$(root_of late)" late
	refuses 1 prov-merkle verify --checkpoint late.note -k pub \
		--root "$(root_of early)" late
	refuses 2 prov-merkle verify --checkpoint early.note \
		--checkpoint late.note -k pub late
	# several keys, and signatures by others
	prov-merkle verify --checkpoint late.note -k pub2 -k pub p
	prov-merkle checkpoint --origin log.example/x -k k2 late | tail -n 1 >>late.note
	prov-merkle checkpoint --origin witness -k k2 late | tail -n 1 >>late.note
	prov-merkle verify --checkpoint late.note -k pub p
	prov-merkle verify --checkpoint late.note -k pub2 p
	# only LF ends a line, and the last has one
	sed 's/$/\r/' late.note >bad
	refuses 2 prov-merkle verify --checkpoint bad -k pub p
	head -c -1 late.note >bad
	refuses 2 prov-merkle verify --checkpoint bad -k pub p
	prov-merkle consistency --leaves lines --size1 20 f >g
	prov-merkle verify --checkpoint early.note --checkpoint late.note -k pub g
	refuses 1 prov-merkle verify --checkpoint late.note \
		--checkpoint early.note -k pub g
	refuses 2 prov-merkle verify --checkpoint late.note p
	refuses 2 prov-merkle checkpoint --origin 'a b' -k k late
	dsse-key generate --type ecdsa-p256 --no-passphrase -o e
	refuses 2 prov-merkle checkpoint --origin a -k e late
}

@test "prov-merkle checkpoint: node verifies the note's signature" {
	need_command node
	dsse-key generate --type ed25519 --no-passphrase -o k
	dsse-key public k >pub
	lines 50 | prov-merkle root --leaves lines |
		prov-merkle checkpoint --origin log.example/x -k k >note
	node -e '
		const c = require("crypto"), fs = require("fs");
		const note = fs.readFileSync("note", "utf8");
		const pub = c.createPublicKey(fs.readFileSync("pub"));
		const raw = pub.export({ format: "der", type: "spki" }).subarray(-32);
		const at = note.lastIndexOf("\n\n");
		const [, name, sig] = note.slice(at + 2).trim().split(" ");
		const bytes = Buffer.from(sig, "base64");
		const id = c.createHash("sha256").update(name + "\n\x01")
			.update(raw).digest().subarray(0, 4);
		if (!id.equals(bytes.subarray(0, 4))) process.exit(1);
		if (!c.verify(null, note.slice(0, at + 1), pub,
			bytes.subarray(4))) process.exit(2);'
}

@test "prov-merkle verify: documents that are no proofs are refused" {
	lines 5 >f
	prov-merkle prove --leaves lines --index 2 f >p
	for change in '.extra = 1' 'del(.leafHash)' 'del(.root)' \
		'.leaves = []' '.hashes = "x"' '.hashes[0] = "AA=="' \
		'.leafIndex = -1' '.leafIndex = 1.5' '.treeSize = "5"' \
		'.root = "sha256:00"' '.kind = "prov.inclusion/v2"' \
		'{}' '[]' '1'; do
		jq -c "$change" p >bad
		refuses 2 prov-merkle verify bad
	done
	prov-merkle root --chunk-size 4 --chunks f >t
	for change in '.chunks[1].offset = 3' '.chunks |= .[1:]' \
		'.chunks[0].hash = .root' '.treeSize = 4' '.totalSize = 11' \
		'.chunkSize = 5' '.chunks[0].index = 1' \
		'del(.chunkSize)' '.x = 1'; do
		jq -c "$change" t >bad
		refuses 2 prov-merkle verify --chunk 0 bad f
	done
}

@test "prov-merkle: an empty file, one byte, more than 4 GiB, no last LF, CRLF" {
	: >empty
	printf x >one
	refuses 2 prov-merkle prove --index 0 empty
	prov-merkle prove --index 0 one | prov-merkle verify
	for n in empty one; do
		prov-merkle store $n d-$n
		prov-merkle verify d-$n
	done
	printf 'a\nb' | prov-merkle root --leaves lines >want
	printf 'a\nb\n' | prov-merkle root --leaves lines >got
	same want got
	printf 'a\r\nb\n' | prov-merkle root --leaves lines >got
	[ "$(root_of got)" != "$(root_of want)" ]
	printf '%064d' 0 | prov-merkle root --leaves hex >want
	printf '%064d\n' 0 | prov-merkle root --leaves hex >got
	same want got
	for wrong in '%064d\r\n' '%064d\n\n' '%063d\n' '%065d\n' '0x%062d\n'; do
		# shellcheck disable=SC2059
		printf "$wrong" 0 >hex
		refuses 2 prov-merkle root --leaves hex hex
	done
	truncate -s 5G large || skip "no sparse files here"
	printf x | dd of=large bs=1 seek=5000000000 conv=notrunc status=none
	prov-merkle prove --index 76293 large >p
	prov-merkle verify p
	dd if=large bs=64K skip=76293 count=1 status=none >chunk
	prov-merkle verify --chunk 76293 p chunk
	[ "$(tr -d '\0' <chunk)" = x ]
}

@test "prov-merkle: usage and input that is refused" {
	lines 5 >f
	for args in 'root --chunk-size 0 f' 'root --leaves words f' \
		'root f f' 'prove f' 'prove --index x f' 'prove --index 99 f' \
		'prove --index -1 f' 'consistency --size1 0 f' 'store f' \
		'verify --leaf 00 f' 'verify --chunk 1 --chunk 2 f f' \
		'root --leaves lines --chunk-size 4K f' \
		'prove --leaves lines --index 0 --size 0 f' \
		'consistency --leaves lines --size1 1 --size2 0 f' \
		'prove --index 18446744073709551616 f' \
		'root --leaves lines --chunks f' 'nonsense' \
		'root --leaves hex f'; do
		refuses 2 prov-merkle $args
	done
	refuses 3 prov-merkle root nowhere
	refuses 3 prov-merkle root .
	prov-merkle prove --leaves lines --index 1 f >p
	refuses 3 prov-merkle verify p nowhere
}
