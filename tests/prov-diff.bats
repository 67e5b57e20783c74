#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

is() { jq -e "$2" "$1" >/dev/null || { echo "not so: $2"; head -c 2000 "$1"; return 1; }; }
inputs=$SHARED/vectors/inputs

# bom NAME@VERSION...: an SBOM of npm packages.
bom() {
	printf '{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"application","name":"app","version":"1"}},"components":['
	sep=
	for c; do
		printf '%s{"type":"library","name":"%s","purl":"pkg:npm/%s"}' "$sep" "${c%@*}" "$c"
		sep=,
	done
	printf ']}'
}

# scan ID=NAME@VERSION...: a Grype report; ID may be ID+ALIAS.
scan() {
	printf '{"descriptor":{"name":"grype"},"matches":['
	sep=
	for m; do
		id=${m%%=*} c=${m#*=} alias=
		case $id in *+*) alias="{\"id\":\"${id#*+}\"}" id=${id%+*} ;; esac
		printf '%s{"vulnerability":{"id":"%s","severity":"High"},"relatedVulnerabilities":[%s],"artifact":{"name":"%s","version":"%s","purl":"pkg:npm/%s"}}' \
		    "$sep" "$id" "$alias" "${c%@*}" "${c#*@}" "$c"
		sep=,
	done
	printf ']}'
}

@test "prov-diff: the two proton-bridge SBOMs differ as jq says" {
	need_shared
	need_command jq
	for v in 1.6.3 1.8.0; do
		prov-normalize "$inputs/cyclonedx/proton-bridge-$v.json" >$v.ev
		jq -r '[.metadata.component] + .components | .[].purl | sub("[?].*$"; "")' \
		    "$inputs/cyclonedx/proton-bridge-$v.json" | LC_ALL=C sort -u >$v.purls
	done
	LC_ALL=C comm -23 1.6.3.purls 1.8.0.purls >want.old
	LC_ALL=C comm -13 1.6.3.purls 1.8.0.purls >want.new
	prov-diff --base 1.6.3.ev --only 1.8.0.ev >diff
	jq -r '.components|(.removed[], (.changed[]|select(.from != .to).from))' diff | LC_ALL=C sort >got.old
	jq -r '.components|(.added[], (.changed[]|select(.from != .to).to))' diff | LC_ALL=C sort >got.new
	same want.old got.old
	same want.new got.new
	[ -s want.new ]
	is diff '.components.changed|length == 8'
	is diff '.components.changed|all(.what|index("version"))'
	valid_against prov.diff/v1 diff
}

@test "prov-diff: evidence with itself is empty, and --exit-code says so" {
	need_command jq
	bom a@1 b@2 >b.json
	prov-normalize b.json >ev
	prov-diff --base ev --exit-code --only ev >diff
	is diff '[.components,.findings,.vex,.unknowns|.[]|length]|add == 0'
	is diff '.base == .head'
	bom a@1 b@3 | prov-normalize >other
	status_is 1 prov-diff --base ev --exit-code --only other >diff
	is diff '.components.changed == [{from:"pkg:npm/b@2",to:"pkg:npm/b@3",what:["version"]}]'
	prov-diff --base ev --only other >again
	same diff again
}

@test "prov-diff: the head comes through with the diff, and digests leave it out" {
	need_command jq
	bom a@1 | prov-normalize >base
	bom a@2 | prov-normalize >head
	prov-diff --base base head >with
	prov-diff --base base with >twice
	same with twice
	is with ".diff.head == \"sha256:$(prov-digest head | jq -r .digest.sha256)\""
	is with ".diff.base == \"sha256:$(prov-digest base | jq -r .digest.sha256)\""
	jq -cS 'del(.diff)' with >a
	jq -cS . head >b
	same b a
	prov-diff --base base <head >stdin
	same with stdin
	valid_against prov.evidence/v1 with
}

@test "prov-diff: one key's versions pair up only when one is left on each side" {
	need_command jq
	bom a@1 a@2 | prov-normalize >base
	bom a@2 a@3 | prov-normalize >head
	prov-diff --base base --only head >diff
	is diff '.components == {added:[],removed:[],changed:[{from:"pkg:npm/a@1",to:"pkg:npm/a@3",what:["version"]}]}'
	bom a@1 a@2 | prov-normalize >base
	bom a@3 a@4 | prov-normalize >head
	prov-diff --base base --only head >diff
	is diff '.components == {added:["pkg:npm/a@3","pkg:npm/a@4"],removed:["pkg:npm/a@1","pkg:npm/a@2"],changed:[]}'
}

@test "prov-diff: of several versions those that stay are compared with themselves" {
	need_command jq
	bom a@1 a@2 a@3 >b.json
	prov-normalize b.json >base
	# a@2 has another licence, a@1 became a@4, a@3 stays
	jq -c '.components[0].purl="pkg:npm/a@4"|.components[1].licenses=[{license:{id:"MIT"}}]' b.json | prov-normalize >head
	prov-diff --base base --only head >diff
	is diff '.components == {added:[],removed:[],changed:[{from:"pkg:npm/a@1",to:"pkg:npm/a@4",what:["version"]},{from:"pkg:npm/a@2",to:"pkg:npm/a@2",what:["licenses"]}]}'
	# two gone and one new pair with nobody
	bom a@3 a@4 | prov-normalize >head
	prov-diff --base base --only head >diff
	is diff '.components == {added:["pkg:npm/a@4"],removed:["pkg:npm/a@1","pkg:npm/a@2"],changed:[]}'
	# in the diff of the other direction the sides are exchanged
	prov-diff --base head --only base >back
	is back '.components == {added:["pkg:npm/a@1","pkg:npm/a@2"],removed:["pkg:npm/a@4"],changed:[]}'
	# a group of another name is no version
	printf '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"b","purl":"pkg:npm/a/b@1"},{"type":"library","name":"c","version":"1"}]}' | prov-normalize --subject x >base
	printf '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"b","purl":"pkg:npm/b@2"},{"type":"library","name":"c","version":"2"}]}' | prov-normalize --subject x >head
	prov-diff --base base --only head >diff
	is diff '.components == {added:["pkg:npm/b@2"],removed:["pkg:npm/a/b@1"],changed:[{from:"name:c@1",to:"name:c@2",what:["version"]}]}'
}

# many FILTER: an SBOM of 100,000 packages but for what awk says of each i.
many() {
	awk "BEGIN {
		printf \"{\\\"bomFormat\\\":\\\"CycloneDX\\\",\\\"specVersion\\\":\\\"1.5\\\",\\\"components\\\":[\"
		for (i = 0; i < 100000; i++) {
			v = i % 7; license = \"MIT\"; $1
			printf \"%s{\\\"type\\\":\\\"library\\\",\\\"name\\\":\\\"p%d\\\",\\\"purl\\\":\\\"pkg:npm/p%d@%d\\\",\\\"licenses\\\":[{\\\"license\\\":{\\\"id\\\":\\\"%s\\\"}}]}\", n++ ? \",\" : \"\", i, i, v, license
		}
		printf \"]}\"
	}"
}

@test "prov-diff: a hundred thousand components, of which some came, went and changed" {
	need_command jq
	many 'if (i % 1000 == 1) continue' | prov-normalize --subject x >base
	many 'if (i % 1000 == 2) continue; if (i % 1000 == 3) v += 10; if (i % 1000 == 4) license = "BSD-3-Clause"' | prov-normalize --subject x >head
	timeout 60 prov-diff --base base --only head >diff
	is diff '.components|map_values(length) == {added:100,changed:200,removed:100}'
	is diff '.components.added|index("pkg:npm/p99001@0")'
	is diff '[.components.changed[].what[0]]|group_by(.)|map([.[0],length]) == [["licenses",100],["version",100]]'
}

@test "prov-diff: hashes and licences of the same version are a change" {
	need_command jq
	bom a@1 >b.json
	prov-normalize b.json >base
	jq -c '.components[0].licenses=[{license:{id:"MIT"}}]|.components[0].hashes=[{alg:"SHA-1",content:"'"$(printf %040d 1)"'"}]' b.json | prov-normalize >head
	prov-diff --base base --only head >diff
	is diff '.components.changed == [{from:"pkg:npm/a@1",to:"pkg:npm/a@1",what:["hashes","licenses"]}]'
}

@test "prov-diff: an upgrade that keeps the CVE introduces nothing" {
	need_command jq
	bom a@1 >b1.json; scan CVE-2024-0001=a@1 CVE-2024-0002=a@1 >f1.json
	bom a@2 >b2.json; scan CVE-2024-0001=a@2 CVE-2024-0003=a@2 >f2.json
	prov-normalize b1.json f1.json >base
	prov-normalize b2.json f2.json >head
	prov-diff --base base --only head >diff
	is diff '.findings.introduced == [{component:"pkg:npm/a@2",id:"CVE-2024-0003",severity:"high"}]'
	is diff '.findings.resolved == [{component:"pkg:npm/a@1",id:"CVE-2024-0002",severity:"high"}]'
	is diff '.findings.changed == [{component:"pkg:npm/a@2",id:"CVE-2024-0001",what:["component"]}]'
}

@test "prov-diff: an id that became an alias is the same finding, another CVE is not" {
	need_command jq
	bom a@1 >b.json
	scan GHSA-aaaa-bbbb-cccc=a@1 >f1.json
	scan GHSA-aaaa-bbbb-cccc+CVE-2024-0001=a@1 >f2.json
	prov-normalize b.json f1.json >base
	prov-normalize b.json f2.json >head
	prov-diff --base base --only head >diff
	is diff '.findings.introduced == [] and .findings.resolved == []'
	scan DSA-1+CVE-2024-0001=a@1 >f1.json
	scan DSA-1+CVE-2024-0002=a@1 >f2.json
	prov-normalize b.json f1.json >base
	prov-normalize b.json f2.json >head
	prov-diff --base base --only head >diff
	is diff '[.findings.introduced[].id] == ["CVE-2024-0002"] and [.findings.resolved[].id] == ["CVE-2024-0001"]'
}

@test "prov-diff: a base without findings: those on what came in are introduced" {
	need_command jq
	bom a@1 b@1 >b1.json; bom a@1 b@2 c@1 >b2.json
	scan CVE-2024-0001=a@1 CVE-2024-0002=b@2 CVE-2024-0003=c@1 >f.json
	prov-normalize b1.json >base
	prov-normalize b2.json f.json >head
	prov-diff --base base --only head >diff
	is diff '[.findings.introduced[].id] == ["CVE-2024-0002","CVE-2024-0003"]'
	is diff '.findings.resolved == []'
}

@test "prov-diff: statements count by what they say, not by their document" {
	need_command jq
	v='{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"A","timestamp":"2024-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"CVE-2024-0001"},"products":[{"@id":"pkg:npm/a@1"}],"status":"fixed"}]}'
	echo "$v" | prov-normalize >base
	echo "$v" | jq -c '.statements+=[{vulnerability:{name:"CVE-2024-0002"},products:[{"@id":"pkg:npm/a@1"}],status:"under_investigation"}]' | prov-normalize >head
	prov-diff --base base --only head >diff
	is diff '[.vex.added[].id] == ["CVE-2024-0002"] and .vex.removed == []'
}

@test "prov-diff: what is no evidence is refused" {
	need_command jq
	bom a@1 | prov-normalize >ev
	refuses 2 prov-diff ev
	refuses 2 prov-diff --base ev "$SRCDIR/golden/formats/bad-unknown-object.json"
	refuses 2 prov-diff --base "$SRCDIR/golden/formats/bad-unknown-object.json" ev
	jq -c '.extra=1' ev >extra
	refuses 2 prov-diff --base ev extra
	cat ev ev >two
	refuses 2 prov-diff --base ev two
	refuses 3 prov-diff --base nosuch ev
	refuses 2 prov-diff --base ev ev ev
}
