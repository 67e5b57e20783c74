# SPDX-License-Identifier: Apache-2.0
# prov-cache events: what ends the validity of entries, and the ledger of it.
load helper

# Entries are made up by tests/cacheload: decided at @1700000000, for an hour,
# with signer n % 3 + 1 (a digest of that number), feed nvd at epoch 5.
at=@1700000001
load_entries() { "$BUILDDIR/tests/cacheload" "$@"; }
key_of() { load_entries print "$1" 1; }
id_of() { printf %s "$1" | sha256sum | cut -c1-64; }
get() { prov-cache get --cache c --at $at "$@"; }
stat_of() { prov-cache stats --cache c | jq -r ".$1"; }

event() {	# SEQUENCE KIND MEMBER...
	printf '{"effectiveAt":"2026-01-01T00:00:00Z",%s"event":"%s",%s"kind":"prov.event/v1","ledger":"sha256:%s",%s"reason":"test","sequence":%d%s}\n' \
		"${epoch:+\"epoch\":\"$epoch\",}" "$2" \
		"${feed:+\"feed\":\"$feed\",}" "$(id_of ledger)" \
		"${policy:+\"policy\":\"sha256:$policy\",}" "$1" \
		"${signer:+,\"signer\":\"sha256:$signer\"}"
}

# signed [FILE]: each of its lines in an envelope, by the key of the keyring
# "ring", made when there is none.
signed() {
	if [ ! -e ring ]; then
		private_keys keys
		dsse-key keyring --add keys/ed25519.pub --name ops --role event \
			-o ring
	fi
	while IFS= read -r line; do
		printf %s "$line" | dsse-sign -k keys/ed25519.key \
			--type application/vnd.prov.event+json
	done <"${1-/dev/stdin}"
}
apply() { prov-cache events --cache c --apply --keyring ring "$@"; }

@test "prov-cache events --apply: revokes, rotates, advances; in order, once" {
	load_entries put c 0 6 >keys0
	{
		signer=$(id_of 2) event 0 SignerRevoked
		signer=$(id_of 1) event 1 SignerRotated
		feed=nvd epoch=6 event 2 FeedEpochAdvanced
		policy=$(id_of 3) event 3 PolicyUpdated
	} >log
	signed log >envelopes
	head -n 1 envelopes >first
	apply first
	refuses 1 prov-cache get --cache c --at $at "$(key_of 1)"
	get "$(key_of 0)" >/dev/null
	head -n 2 envelopes >two
	apply two
	refuses 1 prov-cache get --cache c --at $at "$(key_of 0)"
	generation=$(stat_of generation)
	apply <two
	[ "$(stat_of generation)" = "$generation" ]
	get "$(key_of 2)" >/dev/null
	apply --require-signed envelopes
	refuses 1 prov-cache get --cache c --at $at "$(key_of 2)"
	prov-cache events --cache c >got
	same log got
	# what is in the ledger says nothing new unsigned
	generation=$(stat_of generation)
	prov-cache events --cache c --apply log
	[ "$(stat_of generation)" = "$generation" ]
	prov-cache check --cache c
	prov-cache metrics --cache c | grep -qxF \
		'provcache_invalidations_total{type="signer"} 2'
}

@test "prov-cache events --apply: an event that is not signed ends entries once, and is in no ledger" {
	load_entries put c 0 3 >keys0
	signer=$(id_of 2) event 7 SignerRevoked >log
	prov-cache events --cache c --apply log
	refuses 1 prov-cache get --cache c --at $at "$(key_of 1)"
	get "$(key_of 0)" >/dev/null
	prov-cache events --cache c >got
	prov-cache events --cache c --root >>got
	[ ! -s got ]
	[ "$(stat_of events)" -eq 0 ]
	# once: what is put afterwards stays
	load_entries put c 1 1 >/dev/null
	prov-cache events --cache c --apply log
	get "$(key_of 1)" >/dev/null
	prov-cache check --cache c
}

@test "prov-cache events --apply: a forged event does not stand in the way of the ledger" {
	load_entries put c 0 3 >keys0
	signer=$(id_of 2) event 0 SignerRevoked >forged
	prov-cache events --cache c --apply forged
	signer=$(id_of 1) event 0 SignerRevoked >log
	signer=$(id_of 2) event 1 SignerRevoked >>log
	signed log >envelopes
	apply --require-signed envelopes
	refuses 1 prov-cache get --cache c --at $at "$(key_of 0)"
	prov-cache events --cache c >got
	same log got
	# one beside the ledger known ends entries, and changes nothing in it
	signer=$(id_of 3) event 0 SignerRevoked >forged
	get "$(key_of 2)" >/dev/null
	prov-cache events --cache c --apply forged
	refuses 1 prov-cache get --cache c --at $at "$(key_of 2)"
	prov-cache events --cache c >got
	same log got
	# the same event, at first unsigned, takes its place and ends nothing anew
	signer=$(id_of 3) event 2 SignerRotated >>log
	tail -n 1 log | prov-cache events --cache c --apply
	load_entries put c 2 1 >/dev/null
	signed log >envelopes
	apply envelopes
	get "$(key_of 2)" >/dev/null
	[ "$(stat_of events)" -eq 3 ]
}

@test "prov-cache events --apply: a feed's epoch of the far future, or that is none, is refused" {
	load_entries put c 0 1 >keys0
	for epoch in 2026-03-02T00:00:01Z 9999-12-31T00:00:00Z 2026-W11 \
	    2026-03-03 9999999999999999 tomorrow -1 1.5 2026-W54; do
		feed=nvd epoch=$epoch event 0 FeedEpochAdvanced >log
		refuses 2 prov-cache events --cache c --apply \
			--at 2026-03-01T00:00:00Z log || { echo "$epoch"; return 1; }
		refuses 2 prov-cache invalidate --cache c --feed nvd \
			--before $epoch --at 2026-03-01T00:00:00Z ||
			{ echo "$epoch"; return 1; }
	done
	[ "$(stat_of generation)" -eq 0 ]
	get "$(key_of 0)" >/dev/null
	n=0
	for epoch in 2026-W09 2026-02-27T00:00:00Z 2026-03-02T00:00:00Z; do
		feed=f$n epoch=$epoch event $n FeedEpochAdvanced >>good
		n=$((n + 1))
	done
	prov-cache events --cache c --apply --at 2026-03-01T00:00:00Z good
}

@test "prov-cache events --apply: one feed keeps to one form of epoch" {
	load_entries put c 0 1 >keys0
	n=0
	for epoch in 2026-W03 2026-01-20T00:00:00Z 7; do
		feed=f$n epoch=$epoch event $n FeedEpochAdvanced >>log
		n=$((n + 1))
	done
	prov-cache events --cache c --apply log
	generation=$(stat_of generation)
	for case in "f0 2026-01-20T00:00:00Z" "f0 8" "f1 2026-W05" "f1 9" \
	    "f2 2026-W05" "f2 2026-01-20T00:00:00Z"; do
		feed=${case% *} epoch=${case#* } event 9 FeedEpochAdvanced >other
		refuses 2 prov-cache events --cache c --apply other ||
			{ echo "$case"; return 1; }
		grep -q 'not of the form' refuses.err
		refuses 2 prov-cache invalidate --cache c --feed "${case% *}" \
			--before "${case#* }"
	done
	# nothing was applied of a stream with one such event
	{ signer=$(id_of 1) event 8 SignerRevoked; cat other; } >both
	refuses 2 prov-cache events --cache c --apply both
	[ "$(stat_of generation)" = "$generation" ]
	get "$(key_of 0)" >/dev/null
	# a form that nobody signed does not keep a ledger out, a signed one stays
	feed=f2 epoch=2026-W03 event 0 FeedEpochAdvanced >signed.log
	signed signed.log >envelopes
	apply --require-signed envelopes
	feed=f2 epoch=8 event 9 FeedEpochAdvanced >other
	refuses 2 prov-cache events --cache c --apply other
	sed 's/"sequence":9/"sequence":1/' other | signed >other.signed
	refuses 2 prov-cache events --cache c --apply --keyring ring other.signed
	# there is no telling whether an entry of another form is older
	prov-cache invalidate --cache c --feed nvd --before 2026-W01
	refuses 1 prov-cache get --cache c --at $at "$(key_of 0)"
}

@test "prov-cache events --apply: a ledger that does not extend the one known" {
	for n in 0 1 2; do signer=$(id_of $n) event $n SignerRevoked; done >log
	signed log >envelopes
	head -n 2 envelopes | apply
	# a fork: the roots that the two have with that event
	{ head -n 1 log; sed -n '2s/test/other/p' log; } >other
	tail -n 1 other | signed >fork
	refuses 1 prov-cache events --cache c --apply --keyring ring fork
	for file in other <(head -n 2 log); do
		root=$(prov-merkle root --leaves lines "$file" | jq -r .root)
		grep -q "$root" refuses.err || { cat refuses.err; return 1; }
	done
	signer=$(id_of 9) event 3 SignerRevoked | signed >gap
	refuses 1 prov-cache events --cache c --apply --keyring ring gap
	[ "$(stat_of events)" -eq 2 ]
	# all or none
	{ cat envelopes; signer=$(id_of 9) event 5 SignerRevoked | signed; } >both
	refuses 1 prov-cache events --cache c --apply --keyring ring both
	[ "$(stat_of events)" -eq 2 ]
	apply envelopes
	[ "$(stat_of events)" -eq 3 ]
	for change in '.event = "SignerLost"' 'del(.signer)' '.feed = "x"' \
		'.sequence = -1' '.extra = 1' '.ledger = "x"' '.reason = ""' \
		'.effectiveAt = "today"'; do
		head -n 1 log | jq -c "$change" >bad
		refuses 2 prov-cache events --cache c --apply bad
		signed bad >bad.signed
		refuses 2 prov-cache events --cache c --apply --keyring ring \
			bad.signed
	done
}

@test "prov-cache events: a fork names both roots wherever it is" {
	for n in 0 1 2 3 4 5 6 7 8; do
		signer=$(id_of $n) event $n SignerRevoked
	done >log
	signed log >envelopes
	apply envelopes
	for n in 0 1 3 4 6 7 8; do
		{ head -n $n log; sed -n "$((n + 1))s/test/other/p" log; } >other
		tail -n 1 other | signed >fork
		refuses 1 prov-cache events --cache c --apply --keyring ring fork
		for file in other <(head -n $((n + 1)) log); do
			root=$(prov-merkle root --leaves lines "$file" |
				jq -r .root)
			grep -q "$root" refuses.err ||
				{ echo "$n"; cat refuses.err; return 1; }
		done
	done
}

@test "prov-cache events: root and proofs of the ledger verify" {
	for n in 0 1 2 3 4 5 6; do signer=$(id_of $n) event $n SignerRevoked; done >log
	signed log >envelopes
	head -n 4 envelopes | apply
	prov-cache events --cache c --root >four
	apply envelopes
	prov-cache events --cache c --root >seven
	valid_against prov.ledger/v1 seven
	prov-merkle root --leaves lines log >want
	[ "$(jq -r .root seven)" = "$(jq -r .root want)" ]
	prov-cache events --cache c --prove 5 --prove 0 >proofs
	valid_against prov.inclusion/v1 proofs
	prov-merkle verify --root "$(jq -r .root seven)" proofs
	sed -n 6p log | head -c -1 >leaf
	head -n 1 proofs | prov-merkle verify - leaf
	prov-cache events --cache c --size1 4 >growth
	valid_against prov.consistency/v1 growth
	prov-merkle verify --root "$(jq -r .root seven)" growth
	[ "$(jq -r .root1 growth)" = "$(jq -r .root four)" ]
	refuses 2 prov-cache events --cache c --prove 7
	refuses 1 prov-cache events --cache c --ledger "$(id_of no)" --prove 0
}

@test "prov-cache events: the ledger is the one that dsse-key keeps" {
	private_keys keys
	dsse-key keyring --add keys/ed25519.pub --name ops --role event -o k0
	dsse-key keyring --keyring k0 --add keys/ecdsa-p256.pub --name a -o k1
	dsse-key keyring --keyring k1 --add keys/ecdsa-p384.pub --name b -o ring
	dsse-key revoke --keyring ring --reason lost --at 2026-01-01T00:00:00Z \
		-k keys/ed25519.key "$(dsse-key id keys/ecdsa-p256.pub)" >events
	dsse-key rotate --keyring ring --reason yearly --at 2026-01-02T00:00:00Z \
		-k keys/ed25519.key "$(dsse-key id keys/ecdsa-p384.pub)" >>events
	apply --require-signed events
	prov-cache events --cache c --root >root
	[ "$(jq -c '[.ledger, .root, .size]' root)" = \
		"$(jq -c '.ledger | [.id, .root, .size]' ring)" ]
}

@test "prov-cache events --require-signed: only a trusted key's events" {
	private_keys keys
	dsse-key keyring --add keys/ed25519.pub --name ops --role event -o ring0
	dsse-key keyring --keyring ring0 --add keys/ed25519-b.pub --name old \
		--role vex -o ring
	id=$(dsse-key id keys/ed25519-b.pub)
	dsse-key revoke --keyring ring --reason lost --at 2026-01-01T00:00:00Z \
		-k keys/ed25519.key "$id" >signed
	apply --require-signed signed
	[ "$(stat_of events)" -eq 1 ]
	prov-cache events --cache c >plain
	prov-cache events --cache d --apply plain
	refuses 1 prov-cache events --cache e --apply --keyring ring \
		--require-signed plain
	refuses 2 prov-cache events --cache e --apply signed
	dsse-key keyring --add keys/ed25519-b.pub --name old --role vex -o wrong
	refuses 1 prov-cache events --cache e --apply --keyring wrong signed
	jq -c '.payload |= (@base64d | sub("lost"; "lest") | @base64)' signed >bad
	refuses 1 prov-cache events --cache e --apply --keyring ring bad
}

@test "prov-cache export, import: the ledgers, and what they ended" {
	load_entries put c 0 4 >keys0
	for n in 0 1 2; do signer=$(id_of $n) event $n SignerRevoked; done >log
	signed log >envelopes
	apply envelopes
	prov-cache events --cache c --root >root
	prov-cache export --cache c >all
	tail -n 3 all >got
	same log got
	prov-cache import --cache d all
	prov-cache events --cache d --root >got
	same root got
	prov-cache export --cache d >again
	same all again
	prov-cache check --cache d
	prov-cache import --cache d all
	# what an older backup has of those signers does not come back
	load_entries put e 0 4 >keys0
	prov-cache export --cache e >older
	status_is 1 prov-cache import --cache d older 2>err
	[ "$(grep -c invalidated err)" -eq "$(wc -l <err)" ]
	# and is ended when the events come after it
	prov-cache import --cache f older all
	refuses 1 prov-cache get --cache f --at $at "$(key_of 1)"
	# events of a backup from elsewhere are none of a ledger
	prov-cache import --cache g --foreign older all
	refuses 1 prov-cache get --cache g --at $at "$(key_of 1)"
	[ "$(prov-cache stats --cache g | jq .events)" -eq 0 ]
	feed=nvd epoch=9999-01-01T00:00:00Z event 3 FeedEpochAdvanced >bad
	refuses 2 prov-cache import --cache d bad
	head -n 1 log >bad
	refuses 2 prov-cache put --cache d bad
}
