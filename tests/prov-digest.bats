#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

# hash FILE: the hex digest of its bytes, by another program.
hash() {
	sha256sum "$1" | cut -d' ' -f1
}

@test "prov-digest: --canonical is RFC 8785 and one LF" {
	printf '{"b": [1.0, 2e0],\n "a": "x\\u00e9\\/"}' >in
	printf '{"a":"x\303\251/","b":[1,2]}\n' >want
	prov-digest --canonical in >out
	same want out
	prov-digest --canonical <in >out
	same want out
}

@test "prov-digest: a descriptor is the digest of the canonical bytes without the LF" {
	printf '{"b":1,"a":2}' >in
	printf '{"a":2,"b":1}' >canonical
	printf '{"digest":{"sha256":"%s"},"name":"in"}\n' \
		"$(hash canonical)" >want
	prov-digest in >out
	same want out
	sed 's/,"name":"in"//' want >want.stdin
	prov-digest <in >out
	same want.stdin out
	prov-digest - <in >out
	same want.stdin out
}

@test "prov-digest: every published RFC 8785 input gives its output" {
	need_shared
	local n=0
	for f in "$SHARED"/vectors/jcs/input/*.json; do
		prov-digest --canonical "$f" >out
		head -c -1 out >trimmed
		same "$SHARED/vectors/jcs/output/${f##*/}" trimmed
		n=$((n + 1))
	done
	[ "$n" -ge 6 ]
}

@test "prov-digest: JSONTestSuite: every y_ is accepted, every n_ refused with an offset" {
	need_shared
	local y=0 n=0
	for f in "$SHARED"/vectors/json/y_*.json; do
		prov-digest "$f" >out
		y=$((y + 1))
	done
	for f in "$SHARED"/vectors/json/n_*.json; do
		refuses 2 prov-digest "$f"
		grep -Eq '[.]json: [0-9]+: ' refuses.err || {
			cat refuses.err
			return 1
		}
		n=$((n + 1))
	done
	for f in "$SHARED"/vectors/json/i_*.json; do
		local got=0
		prov-digest "$f" >out 2>err || got=$?
		[ "$got" -eq 0 ] || [ "$got" -eq 2 ]
	done
	[ "$y" -ge 50 ] && [ "$n" -ge 100 ]
}

@test "prov-digest: duplicate keys are refused after unescaping, at the second one" {
	while read -r offset text; do
		printf '%s' "$text" >in
		refuses 2 prov-digest in
		grep -q "^prov-digest: in: $offset: found key" refuses.err
		refuses 2 prov-digest --canonical in
	done <<-'END'
	7 {"a":1,"a":2}
	7 {"a":1,"\u0061":2}
	13 {"b":1,"a":2,"b":3}
	12 {"x":{"k":0,"k":0}}
	END
}

@test "prov-digest: whole numbers that a double changes are refused, or told of" {
	printf '[9007199254740993]' >in
	refuses 2 prov-digest in
	grep -q '9007199254740993' refuses.err
	prov-digest --lossy-numbers --canonical in >out
	printf '[9007199254740992]\n' >want
	same want out
	prov-digest --lossy-numbers in >out
	grep -q '"annotations":{"lossy":true}' out
	printf '[9007199254740992]' >in
	prov-digest --lossy-numbers in >out
	[ "$(grep -c lossy out)" -eq 0 ]
}

@test "prov-digest: what is written is read and written the same again" {
	printf '[1e19,123456789012345680000,1E400e]' >in
	refuses 2 prov-digest in
	printf '[1.2345678901234567e19,1e20,5e-324,-0.0,1.5E300]' >in
	prov-digest --canonical in >one
	prov-digest --canonical one >two
	same one two
	printf '[12345678901234567000,100000000000000000000,5e-324,0,1.5e+300]\n' >want
	same want one
}

@test "prov-digest: one descriptor per document of a stream" {
	printf '1\n{"a":1}\n\n[]\n' >in
	prov-digest <in >out
	[ "$(wc -l <out)" -eq 3 ]
	prov-digest --canonical <in >out
	printf '1\n{"a":1}\n[]\n' >want
	same want out
}

@test "prov-digest: documents need a line feed between them" {
	for text in '[][]' '[] []' '1 2' '{}null' '""""'; do
		printf '%s' "$text" >in
		refuses 2 prov-digest in
		refuses 2 prov-digest --canonical in
	done
	printf '[]\r\n[]' >in
	prov-digest in >out
	[ "$(wc -l <out)" -eq 2 ]
}

@test "prov-digest: an offset is the stream's, with the record's number" {
	printf '[1]\n[2]\n[3,]\n' >in
	refuses 2 prov-digest in
	grep -q "^prov-digest: in: 11: found ']'.*(record 3)" refuses.err
}

@test "prov-digest: a record larger than the reads, and many small ones, are the same" {
	awk 'BEGIN { for (i = 0; i < 200000; i++)
		printf "{\"n\": %d, \"a\": \"%s\"}\n", i, "text" }' >in
	prov-digest --canonical in >out
	awk 'BEGIN { for (i = 0; i < 200000; i++)
		printf "{\"a\":\"%s\",\"n\":%d}\n", "text", i }' >want
	same want out
	{
		printf '['
		sed '$!s/$/,/' in
		printf ']'
	} >array
	{
		printf '['
		tr '\n' ',' <want | sed 's/,$//'
		printf ']\n'
	} >want.array
	prov-digest --canonical array >out
	same want.array out
	prov-digest --canonical <array >out
	same want.array out
}

@test "prov-digest: a million small records take constant memory" {
	need_command awk
	awk 'BEGIN { for (i = 0; i < 1000000; i++) print "{\"i\":" i "}" }' >in
	# The window for the largest document takes 1 GiB of address space.
	if grep -q '^SAN_CFLAGS = -f' "$BUILDDIR/Makefile"; then
		prov-digest in >out
	else
		(ulimit -v 1200000 && exec prov-digest in) >out
	fi
	[ "$(wc -l <out)" -eq 1000000 ]
}

@test "prov-digest: --raw digests bytes, whatever they are" {
	head -c 3000000 /dev/zero >in
	printf '{"digest":{"sha256":"%s"},"name":"in"}\n' "$(hash in)" >want
	prov-digest --raw in >out
	same want out
	: >empty
	prov-digest --raw empty >out
	grep -q e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 out
}

@test "prov-digest: --verdict-id leaves out verdictId and at, and nothing else" {
	printf '{"kind":"prov.verdict/v1","status":"pass"}' >bare
	printf '{"verdictId":"x","at":"2026-01-01T00:00:00Z","kind":"prov.verdict/v1","status":"pass"}' >full
	printf '{"digest":{"sha256":"%s"},"name":"full"}\n' "$(hash bare)" >want
	prov-digest --verdict-id full >out
	same want out
	printf '{"kind":"prov.evidence/v1"}' >other
	refuses 2 prov-digest --verdict-id other
}

@test "prov-digest: files are one line each in the order of the operands" {
	for f in b a c; do printf '"%s"' "$f" >"$f"; done
	prov-digest b a c >out
	[ "$(grep -o '"name":"."' out | tr -d '\n')" = '"name":"b""name":"a""name":"c"' ]
	printf 'b\0a\0c' >names
	prov-digest --files0-from names >out.names
	same out out.names
	printf 'b\0a\0c\0' | prov-digest -0 >out.names
	same out out.names
}

@test "prov-digest: names are what they are: line feeds, escapes, 255 bytes" {
	odd=$(printf 'a\nb\033[31m"\\')
	long=$(printf '%0255d' 0)
	printf '1' >"$odd"
	printf '2' >"$long"
	printf '3' >./-
	printf '%s\0' "$odd" "$long" ./- | prov-digest -0 >list
	[ "$(wc -l <list)" -eq 3 ]
	grep -qF '"name":"a\nb\u001b[31m\"\\"' list
	prov-digest --check list
	prov-digest --check - <list
	printf '[' >"$odd"
	printf '[' >"$long"
	refuses 2 prov-digest -- "$odd"
	grep -qF 'a\x0ab\x1b[31m' refuses.err
}

@test "prov-digest: names that cannot be: each says so, and the others are done" {
	printf '1' >good
	printf 'good\0\0\377\0-\0nosuch\0.\0good' >names
	status_is 3 prov-digest --files0-from names >out 2>err </dev/null
	[ "$(wc -l <out)" -eq 2 ]
	sed 's/^prov-digest: //' err >problems
	cat >want <<-'END'
	names: found an empty name
	\xff: found a name that is not UTF-8, expected one that JSON can hold
	<stdin>: 0: found the end of the input, expected a JSON document
	nosuch: cannot open: No such file or directory
	.: cannot read: Is a directory
	END
	same want problems
	printf '\0' >empty
	status_is 2 prov-digest -0 <empty 2>err
	grep -q '^prov-digest: <stdin>: found an empty name' err
	printf -- '-\0' >stdin
	status_is 2 prov-digest -0 <stdin 2>err
	grep -q 'standard input is named twice' err
}

@test "prov-digest: a refused file does not hide the others" {
	printf '1' >good
	printf '[' >bad
	status_is 2 prov-digest good bad good >out 2>err
	[ "$(wc -l <out)" -eq 2 ]
	[ "$(wc -l <err)" -eq 1 ]
	status_is 3 prov-digest good bad missing >out 2>err
	[ "$(wc -l <out)" -eq 1 ]
}

@test "prov-digest: what a long refused file has printed is whole records" {
	printf '"first"' >first
	{ seq 20000; printf '['; } >long
	{ yes '"a line of some length, so that a mebibyte is soon full"' |
		head -n 30000; printf '['; } >wide
	prov-digest first >want
	seq 20000 >good
	prov-digest good | sed 's/good/long/' >>want
	status_is 2 prov-digest first long >out 2>/dev/null
	lines=$(wc -l <out)
	[ "$lines" -gt 1 ]
	head -n "$lines" want | cmp - out
	prov-digest --canonical first >want
	sed '$d' wide >>want
	status_is 2 prov-digest --canonical first wide >out 2>/dev/null
	lines=$(wc -l <out)
	[ "$lines" -gt 1 ]
	head -n "$lines" want | cmp - out
	# One document that is larger than what is held back, then a bad one.
	{ printf '{"a":"'; head -c 3000000 /dev/zero | tr '\0' x
	printf '"}\n'; } >large
	printf '[' >bad
	prov-digest --canonical first large >want
	status_is 2 prov-digest --canonical first large bad >out 2>/dev/null
	same want out
	{ cat large; printf '['; } >largebad
	status_is 2 prov-digest --canonical first largebad >out 2>/dev/null
	same want out
}

@test "prov-digest: -o FILE does not appear when a file is refused" {
	printf '1' >good
	printf '[' >bad
	seq 300000 >many
	printf '[' >>many
	printf 'before' >kept
	status_is 2 prov-digest -o out good bad 2>/dev/null
	status_is 3 prov-digest -o out good missing 2>/dev/null
	status_is 2 prov-digest --canonical -o out many 2>/dev/null
	status_is 2 prov-digest -o kept many 2>/dev/null
	[ ! -e out ]
	[ "$(cat kept)" = before ]
	[ -z "$(find . -name '*.tmp')" ]
	prov-digest good good >list
	printf 2 >good
	status_is 1 prov-digest --check list -o out 2>/dev/null
	[ "$(wc -l <out)" -eq 2 ]
}

@test "prov-digest: --check says which files differ" {
	printf '{"a":1}' >one
	printf '[1,2]' >two
	printf '1\n2\n3\n' >stream
	prov-digest one stream two one one >list
	prov-digest --check list >out
	[ ! -s out ]
	printf '{ "a" : 1.0 }' >one
	prov-digest --check list >out
	[ ! -s out ]
	printf '[1,3]' >two
	status_is 1 prov-digest --check list >out 2>err
	prov-digest two >want
	same want out
	grep -q '^prov-digest: two: found sha256:' err
	printf '1\n2\n3\n4\n' >stream
	status_is 1 prov-digest --check list >out 2>err
	grep -q 'stream: found more documents' err
	rm one
	status_is 3 prov-digest --check list >out 2>err
}

@test "prov-digest: --check --raw compares bytes" {
	printf '{"a":1}' >one
	prov-digest --raw one one >list
	prov-digest --raw --check list >out
	printf '{"a": 1}' >one
	status_is 1 prov-digest --raw --check list >out 2>err
	[ "$(wc -l <out)" -eq 2 ]
}

@test "prov-digest: a list that is no list is refused" {
	for text in '{}' '[]' '{"name":"x"}' '{"name":"x","digest":{"sha256":"00"}}' \
	    '{"digest":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}'; do
		printf '%s' "$text" >list
		refuses 2 prov-digest --check list
	done
	: >list
	refuses 2 prov-digest --check list
}

@test "prov-digest: keys are in UTF-16 order whatever their number" {
	printf '{"\357\277\277":1,"\360\237\230\200":2,"\356\200\200":3,"z":4}' >in
	printf '{"z":4,"\360\237\230\200":2,"\356\200\200":3,"\357\277\277":1}\n' >want
	prov-digest --canonical in >out
	same want out
}

@test "prov-digest: limits are refusals" {
	head -c 501 /dev/zero | tr '\0' '[' >deep
	refuses 2 prov-digest deep
	grep -q '500: nesting deeper than the limit of 500' refuses.err
	{
		head -c 500 /dev/zero | tr '\0' '['
		head -c 500 /dev/zero | tr '\0' ']'
	} >deep
	prov-digest deep >out
	head -c 200000 /dev/zero | tr '\0' '[' >deeper
	refuses 2 prov-digest deeper
}

@test "prov-digest: usage errors" {
	refuses 2 prov-digest --raw --canonical
	refuses 2 prov-digest --check list file
	refuses 2 prov-digest -0 file
	refuses 2 prov-digest --check list --canonical
	refuses 2 prov-digest "$(printf 'bad\377name')"
	printf '1' >a
	printf 'a\0\0a' >names
	status_is 2 prov-digest --files0-from names >out 2>err
	[ "$(wc -l <out)" -eq 2 ]
	status_is 2 prov-digest - - <a >out 2>err
	[ "$(wc -l <out)" -eq 1 ]
}

@test "prov-digest: empty input is refused, and BOM and UTF-16 by name" {
	refuses 2 prov-digest
	printf ' \n\t\n' >in
	refuses 2 prov-digest in
	printf '\357\273\277{}' >in
	refuses 2 prov-digest in
	grep -q 'byte order mark' refuses.err
}

@test "prov-digest: the table of powers is what its generator makes" {
	need_command python3
	python3 "$SRCDIR/ci/gen-powers" >powers.h
	same "$SRCDIR/libcommon/powers.h" powers.h
}

@test "prov-digest: node's canonicalize gives the same bytes" {
	need_shared
	need_peer canonicalize
	find "$SHARED/vectors/inputs" -name '*.json' -size -900k | sort >files
	cat >peer.mjs <<-'END'
	import fs from 'fs';
	const { default: canonicalize } = await import(
	    `${process.env.NODE_PATH}/canonicalize/lib/canonicalize.js`);
	for (const f of fs.readFileSync('files', 'utf8').split('\n'))
		if (f !== '')
			console.log(canonicalize(JSON.parse(fs.readFileSync(f, 'utf8'))));
	END
	node peer.mjs >want
	tr '\n' '\0' <files | prov-digest --lossy-numbers --canonical -0 >out
	same want out
}

# A proof bundle's verdict and the decision made of it.
verdict_and_decision() {
	tar xf "$SRCDIR/golden/packs/good-lite.tar" verdict.json decision.json
	field() { sed "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/" decision.json; }
	verikey=$(field veriKey)
	root=$(field proofRoot)
	feed=$(sed 's/.*"feeds":\["\([^"]*\)"\].*/\1/' decision.json)
}

@test "prov-digest: --verdict-id of a bundle's verdict is the decision's verdictHash" {
	verdict_and_decision
	prov-digest --verdict-id verdict.json >out
	grep -q "\"sha256\":\"$(field verdictHash | cut -d: -f2)\"" out
}

@test "prov-digest: --decision makes the bundle's decision again, to the byte" {
	verdict_and_decision
	prov-digest --decision --verikey "$verikey" --proof-root "$root" \
		--ttl 24h --feed "$feed" verdict.json >out
	head -c -1 out >trimmed
	head -c "$(wc -c <trimmed)" decision.json >want
	same want trimmed
	[ "$(tr -d '\n' <decision.json | wc -c)" -eq "$(wc -c <trimmed)" ]
	valid_against prov.decision/v1 out
	prov-digest --decision --verikey "${verikey#sha256:}" --feed "$feed" \
		--proof-root "$root" --rule "$(sed 's/.*"rules":\["\([^"]*\)"\].*/\1/' \
		decision.json)" <verdict.json >out.rule
	same out out.rule
	prov-digest --decision --verikey "$verikey" --proof-root "$root" \
		--ttl 1h verdict.json >out
	grep -q '"expiresAt":"2026-11-20T01:00:00Z"' out
	grep -q '"feeds":\[\]' out
}

@test "prov-digest: --decision refuses a changed verdict and half a command line" {
	verdict_and_decision
	sed 's/"environment":"[a-z]*"/"environment":"staging"/' verdict.json >changed
	refuses 1 prov-digest --decision --verikey "$verikey" --proof-root "$root" changed
	refuses 2 prov-digest --decision --verikey "$verikey" verdict.json
	refuses 2 prov-digest --decision --proof-root "$root" verdict.json
	refuses 2 prov-digest --decision --verikey 12 --proof-root "$root" verdict.json
	refuses 2 prov-digest --decision --verikey "$verikey" --proof-root "$root" \
		--ttl soon verdict.json
	refuses 2 prov-digest --decision --verikey "$verikey" --proof-root "$root" \
		--feed nvd verdict.json
	refuses 2 prov-digest --decision --verikey "$verikey" --proof-root "$root" \
		--feed nvd=1 --feed nvd=2 verdict.json
	refuses 2 prov-digest --ttl 24h verdict.json
	printf '{"kind":"prov.verdict/v1"}' >short
	refuses 2 prov-digest --decision --verikey "$verikey" --proof-root "$root" short
}
