#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Result, identity, then format by format what other readers get wrong.
load helper

# is FILE 'JQ': the expression is true of the evidence.
is() { jq -e "$2" "$1" >/dev/null || { echo "not so: $2"; jq -c . "$1" | head -c 3000; return 1; }; }
# evidence JSON [OPTION...]: the text normalised, in file ev.
evidence() { local text=$1; shift; printf '%s' "$text" | prov-normalize "$@" >ev; }
cdx() { printf '{"bomFormat":"CycloneDX","specVersion":"1.5",%s}' "$1"; }
spdx() { printf '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT",%s}' "$1"; }
vex() { printf '{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"A","timestamp":"2024-01-01T00:00:00Z","version":1,"statements":[%s]}' "$1"; }
grype() { printf '{"descriptor":{"name":"grype"},"matches":[%s]}' "$1"; }
match() { printf '{"vulnerability":{"id":"%s","severity":"%s"},"relatedVulnerabilities":[%s],"artifact":{"name":"a","version":"1","purl":"pkg:npm/a@1"}}' "$1" "$2" "$3"; }

@test "prov-normalize: counts of every real file agree with jq" {
	need_shared
	need_command jq
	local name='(.purl // ((.group//"")+"/"+.name+"@"+(.version//"")))'
	while IFS='|' read -r pattern member count; do
		for file in "$SHARED"/vectors/inputs/$pattern; do
			want=$(jq "$count" "$file")
			prov-normalize "$file" >ev
			got=$(jq ".$member|length" ev)
			[ "$got" -eq "$want" ] || { echo "$file: $got $member, jq counts $want"; return 1; }
			valid_against prov.evidence/v1 ev
			prov-ingest "$file" | prov-normalize >piped
			same ev piped
		done
	done <<TABLE
cyclonedx/[djlp]*.json|components|[.metadata.component, (.components[]?|recurse(.components[]?))|select(.)|$name]|unique|length
cyclonedx/[dlp]*.json|dependencies|[.dependencies[].ref]|unique|length
cyclonedx/*.json|vex|[.vulnerabilities[]?|select(.analysis.state)]|length
cyclonedx/vex*.json|findings|[.vulnerabilities[]?|select(.analysis.state|not)]|length
spdx23/*.json|components|.packages|length
spdx3/*.json|components|[."@graph"[]|select(.type|endswith("Package"))]|length
openvex/*.json|vex|.statements|length
csaf/*.json|vex|[.vulnerabilities[].product_status|del(.recommended)|keys[]]|length
grype/*.json|findings|[.matches[]|[(.artifact|.purl,.name,.version), .vulnerability.id]]|unique|length
grype/*.json|components|[.matches[].artifact|[.purl,.name,.version]]|unique|length
trivy/*.json|findings|[.Results[]?.Vulnerabilities[]?|[.PkgName,.InstalledVersion,.VulnerabilityID]]|unique|length
osv/*.json|findings|[.results[].packages[].groups[]]|length
sarif/*.json|findings|[.runs[].results[]|[.ruleId,.locations[0].physicalLocation.artifactLocation.uri]]|unique|length
TABLE
}

@test "prov-normalize: documents in any order, twice, as records or files: the same bytes" {
	need_command jq
	cdx '"components":[{"type":"library","name":"a","purl":"pkg:npm/a@1"}]' >b
	grype "$(match CVE-2024-0001 High '')" >f
	vex '{"vulnerability":{"name":"CVE-2024-0001"},"status":"fixed","products":[{"@id":"pkg:npm/a@1"}]}' >v
	prov-normalize b f v >want
	prov-normalize v b f >got; same want got
	prov-normalize f v v b b >got; same want got
	prov-ingest v f b | prov-normalize >got; same want got
	{ prov-ingest v; cat f; echo; cat b; } >mixed
	prov-normalize mixed >got; same want got
	is want '[.documents[].role] == ["sbom","findings","vex"] or ([.documents[].role]|sort == ["findings","sbom","vex"])'
	valid_against prov.evidence/v1 want
}

@test "prov-normalize: the same software in CycloneDX and in SPDX has the same components" {
	need_command jq
	prov-normalize "$SRCDIR/golden/formats/good-pair.cdx.json" >c
	prov-normalize "$SRCDIR/golden/formats/good-pair.spdx.json" >s
	prov-normalize "$SRCDIR/golden/formats/good-pair.spdx3.json" >t
	for f in c s t; do jq -c .components,.dependencies,.subject.key $f >$f.components; done
	same c.components s.components
	same c.components t.components
	is c '.components|length == 4'
}

# Components are read while the document is parsed, if bomFormat came first.
@test "prov-normalize: members of a document in any order: the same evidence, the same faults" {
	need_command jq
	one='{"type":"library","bom-ref":"1","name":"a","version":"1","purl":"pkg:npm/a@1"}'
	two='{"type":"library","bom-ref":"2","name":"b","version":"1","components":[{"type":"library","bom-ref":"3","name":"c"}]}'
	head='"bomFormat":"CycloneDX","specVersion":"1.5"'
	list="\"components\":[$one,$two]"
	other="\"x\":{$head,\"components\":[{\"name\":\"y\"},{\"name\":\"z\"}]}"
	edges='"dependencies":[{"ref":"1","dependsOn":["2","3"]}]'
	printf '{%s,%s,%s}' "$list" "$edges" "$head" >whole
	prov-normalize whole >want
	is want '[.components[].key] == ["name:b@1","name:c","pkg:npm/a@1"]'
	while read -r text; do
		echo "$text" >file
		prov-normalize file >got
		same want got
		prov-ingest file | prov-normalize >got
		same want got
	done <<-TABLE
	{$head,$list,$edges}
	{$edges,$head,$list}
	{$head,$other,$list,$edges}
	{$head,$list,$edges,$other}
	{$other,$list,$edges,$head}
	{$other,$head,$list,$edges}
	{"content":{$head,"components":[$two,$one]},$head,$list,$edges,"canonicalDigest":"x"}
	TABLE
	# in an envelope, a Statement, and beside what makes it one
	type='"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"https://cyclonedx.org/bom"'
	printf '{%s,"predicate":{%s,%s,%s}}' "$type" "$head" "$list" "$edges" >file
	prov-normalize file >got
	same want got
	printf '{%s,%s,"components":[{"name":"y"},{"name":"z"}],"predicate":{%s,%s,%s}}' "$head" "$type" "$head" "$list" "$edges" >file
	prov-normalize file >got
	same want got
	# the array beside what a string or a payload holds is not that one's
	printf '{%s,"components":[{"name":"y"},{"name":"z"}],"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"https://cosign.sigstore.dev/attestation/v1","predicate":{"Data":%s}}' "$head" "$(jq -Rs . whole)" >file
	prov-normalize file >got
	same want got
	printf '{%s,%s,"predicate":%s}' "$head" "$type" "$(cat whole)" | jq -c '{bomFormat,components:[{name:"y"},{name:"z"}],payloadType:"application/vnd.in-toto+json",payload:(del(.bomFormat,.specVersion)|tojson|@base64),signatures:[]}' >file
	grep -q '^{"bomFormat":"CycloneDX","components"' file
	prov-normalize file >got
	same want got
	for role in vex findings; do
		vulnerability='"vulnerabilities":[{"id":"CVE-1","affects":[{"ref":"1"}]},{"id":"CVE-2","affects":[{"ref":"2"}],"analysis":{"state":"in_triage"}}]'
		printf '{%s,%s,%s,%s}' "$list" "$edges" "$vulnerability" "$head" | prov-normalize --role $role >want
		printf '{%s,%s,%s,%s}' "$head" "$list" "$edges" "$vulnerability" | prov-normalize --role $role >got
		same want got
		is got '.dependencies == []'
	done
	# what is wrong is said at its place, and nothing is taken twice
	printf '{%s,"components":[%s,%s,7]}' "$head" "$one" "$two" >file
	refuses 2 prov-normalize file
	[ "$(cat refuses.err)" = 'prov-normalize: file: 255: a component is number, expected an object (record 1)' ]
	printf '{%s,"components":[%s,%s],"metadata":7}' "$head" "$one" "$two" >file
	refuses 2 prov-normalize file
	[ "$(cat refuses.err)" = 'prov-normalize: file: 267: "metadata" is number, expected an object (record 1)' ]
	refuses 2 prov-normalize --format spdx whole
	printf '{%s,%s,%s}\n{%s,"components":[{"name":"q"},{"name":"r"}]}\n' "$head" "$list" "$edges" "$head" >two
	prov-normalize --subject x two >ev
	is ev '[.components[].name] == ["b","c","q","r","a"]'
}

@test "prov-normalize: keys: purl without context, CPE, name" {
	need_command jq
	evidence "$(cdx '"components":[
	 {"type":"library","name":"x","purl":"pkg:deb/debian/libc6@2.36?arch=amd64&distro=debian-12"},
	 {"type":"library","name":"x","purl":"pkg:deb/debian/libc6@2.36?arch=arm64"},
	 {"type":"library","name":"x","purl":"pkg:rpm/fedora/curl@7.50-1?epoch=1&arch=i386"},
	 {"type":"library","name":"x","purl":"pkg:maven/g/a@1?classifier=sources&type=jar"},
	 {"type":"library","name":"n","version":"1","cpe":"cpe:/a:acme:n:1"},
	 {"type":"library","group":"@g","name":"pkg:npm/fake@1","version":"1 2"}]')"
	is ev '[.components[].key]|sort == ["cpe:2.3:a:acme:n:1:*:*:*:*:*:*:*","name:%40g/pkg:npm%2Ffake%401@1%202","pkg:deb/debian/libc6@2.36","pkg:maven/g/a@1?classifier=sources","pkg:rpm/fedora/curl@7.50-1?epoch=1"]'
	is ev '.components[]|select(.key|startswith("pkg:deb"))|.qualifiers == {arch:["amd64","arm64"],distro:["debian-12"]}'
	is ev '.unknowns == [{detail:"no document names its subject",reason:"Identity"}]'
}

@test "prov-normalize: a purl that does not parse is an unknown with its text, not a refusal" {
	need_command jq
	evidence "$(cdx '"components":[{"type":"library","name":"n","version":"1","purl":"pkg:bad"}]')"
	is ev '.components[0].key == "name:n@1"'
	is ev '.unknowns[]|select(.component == "name:n@1")|.reason == "Identity" and (.detail|contains("pkg:bad"))'
}

@test "prov-normalize: quoted text and decoded ranges stay UTF-8" {
	need_command jq
	long=$(printf '%0400d' 0 | sed 's/0/é/g')
	evidence "$(cdx '"components":[{"type":"library","name":"n","version":"1","purl":"pkg:'"x$long"'"}],"vulnerabilities":[{"id":"CVE-1","analysis":{"state":"exploitable"},"affects":[{"ref":"pkg:npm/a","versions":[{"range":"vers:npm/<%88"}]}]}]')"
	prov-digest ev >digest
	is ev '.vex[0].products == []'
}

@test "prov-normalize: names are compared in NFC" {
	need_command jq
	evidence "$(cdx '"components":[{"type":"library","name":"caf\u00e9","version":"1"},{"type":"library","name":"cafe\u0301","version":"1"},
	 {"type":"library","name":"x","purl":"pkg:generic/caf%C3%A9@1"},{"type":"library","name":"x","purl":"pkg:generic/cafe%CC%81@1"}]')"
	is ev '[.components[].key]|sort == ["name:caf%C3%A9@1","pkg:generic/caf%C3%A9@1"]'
}

@test "prov-normalize: the subject: one root, several, none, or the operator's word" {
	need_command jq
	root() { cdx "\"metadata\":{\"component\":{\"type\":\"application\",\"name\":\"$1\",\"version\":\"1\",\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"$(printf %064d "$2")\"}]}}"; }
	root b 1 >b; root a 2 >a
	prov-normalize b >ev
	is ev ".subject == {key:\"name:b@1\",name:\"b\",version:\"1\",digest:\"sha256:$(printf %064d 1)\"}"
	prov-normalize b a >ev
	is ev '.subject.key == "name:a@1" and (.components|length == 2)'
	is ev '.unknowns|length == 1 and (.[0].detail|contains("[\"name:a@1\",\"name:b@1\"]"))'
	prov-normalize --subject b@1 b a >ev
	is ev '.subject.key == "name:b@1" and .unknowns == []'
	prov-normalize --subject other@2 --subject-digest "$(printf %064d 9)" b >ev
	is ev ".subject == {key:\"name:other@2\",name:\"other\",version:\"2\",digest:\"sha256:$(printf %064d 9)\"} and (.components|length == 1)"
	prov-normalize --subject pkg:npm/%40s/x@2 b >ev
	is ev '.subject == {key:"pkg:npm/%40s/x@2",name:"@s/x",purl:"pkg:npm/%40s/x@2",version:"2"}'
	refuses 2 prov-normalize --subject pkg:x b
	refuses 2 prov-normalize --subject-digest abc b
}

@test "prov-normalize: findings of two scanners join through aliases, transitively" {
	need_command jq
	grype "$(match GHSA-aaaa-bbbb-cccc High '{"id":"CVE-2024-0001"}')" >g
	printf '%s' '{"results":[{"packages":[{"package":{"name":"a","version":"1","ecosystem":"npm"},"vulnerabilities":[{"id":"OSV-1","aliases":["GHSA-aaaa-bbbb-cccc"],"database_specific":{"severity":"CRITICAL"}}],"groups":[{"ids":["OSV-1"]}]}]}]}' >o
	prov-normalize g o >ev
	is ev '.findings|length == 1'
	is ev '.findings[0]|.id == "CVE-2024-0001" and .aliases == ["GHSA-aaaa-bbbb-cccc","OSV-1"] and .severity == "critical"'
	is ev '[.findings[0].sources[].severity]|sort == ["critical","high"]'
	prov-normalize o g >other
	same ev other
}

@test "prov-normalize: three scanners that each know two of three names: one finding, three sources" {
	need_command jq
	golang='"name":"example.com/m","version":"v1.0.0","purl":"pkg:golang/example.com/m@v1.0.0"'
	printf '{"descriptor":{"name":"grype"},"matches":[{"vulnerability":{"id":"GHSA-1","severity":"Low"},"artifact":{%s}}]}' "$golang" >a
	printf '{"results":[{"packages":[{"package":{"name":"example.com/m","version":"1.0.0","ecosystem":"Go"},"vulnerabilities":[{"id":"GO-1"},{"id":"GHSA-1"}],"groups":[{"ids":["GO-1","GHSA-1"],"max_severity":"7.5"}]}]}]}' >b
	printf '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"osv-scanner","rules":[{"id":"CVE-2024-0001","deprecatedIds":["CVE-2024-0001","GO-1"],"properties":{"security-severity":"5.0","purls":["pkg:golang/example.com/m@v1.0.0"]}}]}},"results":[{"ruleIndex":0,"ruleId":"CVE-2024-0001","message":{"text":"x"}}]}]}' >c
	prov-normalize --subject x a b c >want
	is want '.findings|length == 1 and .[0].id == "CVE-2024-0001" and .[0].aliases == ["GHSA-1","GO-1"] and ([.[0].sources[].severity]|sort) == ["high","low","medium"] and .[0].severity == "high"'
	for order in "a c b" "b a c" "b c a" "c a b" "c b a" "a b c a b"; do
		# shellcheck disable=SC2086
		prov-normalize --subject x $order >got
		same want got
	done
	# without the middle one nobody knows that the others mean the same
	prov-normalize --subject x a c >ev
	is ev '[.findings[].id]|sort == ["CVE-2024-0001","GHSA-1"]'
}

@test "prov-normalize: npm's CycloneDX, its SPDX and CycloneDX's own tool see one project alike" {
	need_command jq
	need_command npm
	need_peer @cyclonedx/cyclonedx-npm
	for format in cyclonedx spdx; do
		(cd "$PROV_PEERS" && npm sbom --sbom-format $format 2>/dev/null) >$format.json
		prov-normalize $format.json >$format.ev
		# of one kind of file the scope is known, and leaves without edges
		jq -cS '.components[]|del(.scope)' $format.ev | LC_ALL=C sort >$format.components
		jq -cS '.dependencies[]|select(.dependsOn|length > 0)' $format.ev | LC_ALL=C sort >$format.edges
	done
	same cyclonedx.components spdx.components
	same cyclonedx.edges spdx.edges
	[ "$(wc -l <spdx.components)" -eq "$(jq '[.packages[]|.name,.versionInfo]|_nwise(2)' spdx.json -c | sort -u | wc -l)" ]
	"$PROV_PEERS/node_modules/.bin/cyclonedx-npm" --output-file "$PWD/tool.json" "$PROV_PEERS/package.json" 2>/dev/null
	prov-normalize tool.json | jq -r '.components[].key' | LC_ALL=C sort >tool.keys
	jq -r '.components[].key' cyclonedx.ev | LC_ALL=C sort >npm.keys
	same npm.keys tool.keys
}

@test "prov-normalize: two CVE ids are never aliases: an advisory counts for each" {
	need_command jq
	evidence "$(grype "$(match DSA-1 High '{"id":"CVE-2024-0001"},{"id":"CVE-2024-0002"}'),$(match DSA-1 Low '')")"
	is ev '[.findings[]|[.id,.aliases,.severity]] == [["CVE-2024-0001",["DSA-1"],"high"],["CVE-2024-0002",["DSA-1"],"high"]]'
	# Statements join nothing.
	grype "$(match GHSA-aaaa-bbbb-cccc High '')" >g
	vex '{"vulnerability":{"name":"CVE-2024-0009","aliases":["GHSA-aaaa-bbbb-cccc","CVE-2024-0008"]},"status":"fixed","products":[{"@id":"pkg:npm/a@1"}]}' >v
	prov-normalize g v >ev
	is ev '.findings[0].id == "GHSA-aaaa-bbbb-cccc" and .vex[0].aliases == ["GHSA-aaaa-bbbb-cccc"]'
	is ev '.unknowns[]|select(.detail|contains("another CVE"))|.reason == "Identity"'
}

@test "prov-normalize: severities of all spellings, scores from vectors" {
	need_command jq
	evidence "$(grype "$(match CVE-1 Negligible ''),$(match CVE-2 '' ''),$(match CVE-3 CRITICAL '')")"
	is ev '[.findings[].severity] == ["negligible","unknown","critical"]'
	evidence "$(cdx '"components":[{"type":"library","name":"a","bom-ref":"a"}],"vulnerabilities":[
	 {"id":"CVE-1","ratings":[{"severity":"info"}],"affects":[{"ref":"a"}]},
	 {"id":"CVE-2","ratings":[{"score":1.0,"method":"CVSSv31","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affects":[{"ref":"a"}]}]')"
	is ev '.findings|sort_by(.id)|.[0].severity == "negligible" and .[1].cvss == 980 and .[1].severity == "critical"'
}

@test "prov-normalize: a finding on what no SBOM lists is kept, and an unknown" {
	need_command jq
	cdx '"components":[{"type":"library","name":"b","purl":"pkg:npm/b@1"}]' >b
	grype "$(match CVE-2024-0001 High '')" >f
	prov-normalize --subject app@1 b f >ev
	is ev '[.components[].key] == ["pkg:npm/a@1","pkg:npm/b@1"]'
	is ev '.unknowns == [{component:"pkg:npm/a@1",detail:"a finding names a component that no SBOM lists",reason:"Identity"}]'
}

# --- CycloneDX

@test "prov-normalize: CycloneDX: nesting is inventory and no dependency; what is no inventory stays out" {
	need_command jq
	evidence "$(cdx '"metadata":{"component":{"type":"application","name":"app","bom-ref":"r","components":[{"type":"file","name":"m"}]},"tools":{"components":[{"type":"application","name":"tool"}]}},
	 "components":[{"type":"library","name":"a","bom-ref":"a","components":[{"type":"library","name":"b","components":[{"type":"library","name":"c"}]}],"pedigree":{"ancestors":[{"type":"library","name":"old"}]}}],
	 "services":[{"name":"svc"}],"formulation":[{"components":[{"type":"library","name":"f"}]}]')"
	is ev '[.components[].name]|sort == ["a","app","b","c","m"]'
	is ev '.dependencies == []'
}

@test "prov-normalize: CycloneDX: no entry is unknown, an empty one is a leaf, repeated ones unite, provides is no edge" {
	need_command jq
	evidence "$(cdx '"components":[{"type":"library","name":"a","bom-ref":"a"},{"type":"library","name":"b","bom-ref":"b"},{"type":"library","name":"c","bom-ref":"c"}],
	 "dependencies":[{"ref":"a","dependsOn":["b"]},{"ref":"a","dependsOn":["c","a"]},{"ref":"b"},{"ref":"b","provides":["c"]}]')"
	is ev '.dependencies == [{ref:"name:a",dependsOn:["name:a","name:b","name:c"]},{ref:"name:b",dependsOn:[]}]'
}

@test "prov-normalize: CycloneDX: references that dangle or mean two things are unknowns" {
	need_command jq
	evidence "$(cdx '"components":[{"type":"library","name":"a","bom-ref":"x"},{"type":"library","name":"b","bom-ref":"x"},{"type":"library","name":"c","bom-ref":"c"}],
	 "dependencies":[{"ref":"c","dependsOn":["nowhere","x"]},{"ref":"gone","dependsOn":["c"]}]')" --subject app@1
	is ev '[.unknowns[]|[.component,.detail]]|sort == [[null,"1 dependency entries name no component"],["name:a","another component has the same reference"],["name:b","another component has the same reference"],["name:c","2 of its dependencies name no component"]]'
	is ev '.dependencies == [{ref:"name:c",dependsOn:[]}]'
}

@test "prov-normalize: CycloneDX: bom-ref is no identity; one purl under two refs is one component" {
	need_command jq
	evidence "$(cdx '"components":[{"type":"library","name":"a","version":"1","bom-ref":"pkg:npm/evil@9"},
	 {"type":"library","name":"b","purl":"pkg:npm/b@1","bom-ref":"1","licenses":[{"license":{"id":"MIT"}}]},
	 {"type":"library","name":"b","purl":"pkg:npm/b@1?package-id=7","bom-ref":"2","licenses":[{"expression":"MIT OR ISC"}],"hashes":[{"alg":"SHA3-256","content":"'"$(printf %064d 1 | tr 1 A)"'"}]}],
	 "dependencies":[{"ref":"1","dependsOn":["2"]}]')"
	is ev '[.components[].key] | sort == ["name:a@1","pkg:npm/b@1"]'
	is ev '.components[]|select(.name == "b")|.licenses == ["MIT OR ISC","MIT"] or .licenses == ["MIT","MIT OR ISC"]'
	is ev '.components[]|select(.name == "b")|.hashes.sha3_256[0]|endswith("0a")'
	is ev '.dependencies[0].dependsOn == ["pkg:npm/b@1"]'
}

@test "prov-normalize: CycloneDX: licences by id, name and expression; scope; incomplete compositions" {
	need_command jq
	evidence "$(cdx '"components":[{"type":"library","name":"a","bom-ref":"a","scope":"excluded","licenses":[{"license":{"name":"Own, v2"}},{"license":{"id":"MIT"}}]},{"type":"library","name":"b","bom-ref":"b","scope":"required"}],
	 "compositions":[{"aggregate":"incomplete","assemblies":["a"]},{"aggregate":"complete","dependencies":["b"]},{"aggregate":"unknown"}]')" --subject app@1
	is ev '.components[]|select(.name == "a")|.scope == "excluded" and .licenses == ["MIT","Own, v2"]'
	is ev '.components[]|select(.name == "b")|has("scope")|not'
	is ev '[.unknowns[]|[.reason,.component]]|sort == [["AnalyzerLimit",null],["AnalyzerLimit","name:a"]]'
}

@test "prov-normalize: CycloneDX: analyses are statements, vulnerabilities without one are findings" {
	need_command jq
	evidence "$(cdx '"metadata":{"timestamp":"2024-05-01T10:00:00+02:00","supplier":{"name":"S"}},"components":[{"type":"library","name":"a","purl":"pkg:npm/a@1","bom-ref":"r"}],"vulnerabilities":[
	 {"id":"CVE-1","affects":[{"ref":"r"}]},
	 {"id":"CVE-2","analysis":{"detail":"x"},"affects":[{"ref":"r"}]},
	 {"id":"CVE-3","analysis":{"state":"not_affected","justification":"protected_at_perimeter"},"affects":[{"ref":"r"}]},
	 {"id":"CVE-4","analysis":{"state":"false_positive"},"affects":[{"ref":"r"}]},
	 {"id":"CVE-5","analysis":{"state":"exploitable","response":["update","rollback"],"lastUpdated":"2024-06-01T00:00:00Z"},"affects":[{"ref":"r"}]},
	 {"id":"CVE-6","analysis":{"state":"resolved_with_pedigree"},"affects":[{"ref":"r"}]},
	 {"id":"CVE-7","analysis":{"state":"in_triage"},"affects":[{"ref":"r"}]}]')"
	is ev '[.findings[].id] == ["CVE-1","CVE-2"]'
	is ev '[.vex|sort_by(.id)[]|[.id,.status]] == [["CVE-3","not_affected"],["CVE-4","not_affected"],["CVE-5","affected"],["CVE-6","fixed"],["CVE-7","under_investigation"]]'
	is ev '.vex[]|select(.id == "CVE-3")|.justification == "inline_mitigations_already_exist" and .nativeJustification == "cyclonedx:protected_at_perimeter" and .author == "S" and .timestamp == "2024-05-01T08:00:00Z"'
	is ev '.vex[]|select(.id == "CVE-4")|(has("justification")|not) and .nativeJustification == "cyclonedx:false_positive"'
	is ev '.vex[]|select(.id == "CVE-5")|.action == "rollback; update" and .timestamp == "2024-06-01T00:00:00Z"'
	is ev '[.documents[].role]|sort == ["findings","sbom","vex"]'
}

@test "prov-normalize: CycloneDX: versions of affects: another version, a range, one that is spared" {
	need_command jq
	evidence "$(cdx '"components":[{"type":"library","name":"a","purl":"pkg:npm/a@1.5","bom-ref":"r"}],"vulnerabilities":[
	 {"id":"CVE-1","analysis":{"state":"exploitable"},"affects":[{"ref":"r","versions":[{"version":"1.4"},{"range":"vers:npm/>=2.0|<1.0"},{"version":"1.5","status":"unaffected"}]}]},
	 {"id":"CVE-2","affects":[{"ref":"r","versions":[{"range":"vers:npm/>=1|<2","status":"unaffected"}]}]},
	 {"id":"CVE-2","affects":[{"ref":"pkg:npm/z@1"}]}]')"
	is ev '.vex[]|select(.status == "affected")|.products == [{key:"pkg:npm/a@1.4",purl:"pkg:npm/a@1.4",subcomponents:[]},{purl:"pkg:npm/a",subcomponents:[],versions:"vers:npm/<1.0|>=2.0"}]'
	is ev '.vex[]|select(.status == "not_affected")|[.products[].key] == ["pkg:npm/a@1.5"]'
	is ev '[.findings[].component] == ["pkg:npm/z@1"]'
}

@test "prov-normalize: CycloneDX: a BOM-Link means the component of that very BOM, decoded" {
	need_command jq
	cdx '"serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":2,"components":[{"type":"library","name":"a","purl":"pkg:npm/a@1","bom-ref":"ref/a b"}]' >b
	link() { cdx "\"vulnerabilities\":[{\"id\":\"CVE-1\",\"analysis\":{\"state\":\"in_triage\"},\"affects\":[{\"ref\":\"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/$1#ref%2Fa%20b\"}]}]"; }
	link 2 >v
	prov-normalize --subject app@1 v b >ev
	is ev '.vex[0].products == [{key:"pkg:npm/a@1",purl:"pkg:npm/a@1",subcomponents:[]}] and .unknowns == []'
	link 1 >v
	prov-normalize --subject app@1 v b >ev
	is ev '.vex[0].products == [] and (.unknowns[0].detail|contains("not here"))'
}

@test "prov-normalize: CycloneDX: with --role vex its components only resolve references" {
	need_command jq
	cdx '"metadata":{"component":{"type":"application","name":"v"}},"components":[{"type":"library","name":"a","purl":"pkg:npm/a@1","bom-ref":"r"}],"vulnerabilities":[{"id":"CVE-1","analysis":{"state":"in_triage"},"affects":[{"ref":"r"}]}]' >v
	prov-normalize --role vex --subject app@1 v >ev
	is ev '.components == [] and .vex[0].products[0].key == "pkg:npm/a@1" and [.documents[].role] == ["vex"]'
	prov-normalize --subject app@1 v >ev
	is ev '.components|length == 2'
}

# --- SPDX 2

@test "prov-normalize: SPDX 2: edges in both directions, containment none, NONE a leaf" {
	need_command jq
	evidence "$(spdx '"packages":[{"SPDXID":"SPDXRef-a","name":"a"},{"SPDXID":"SPDXRef-b","name":"b"},{"SPDXID":"SPDXRef-c","name":"c"},{"SPDXID":"SPDXRef-d","name":"d"}],"documentDescribes":["SPDXRef-a"],
	 "relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-b"},
	 {"spdxElementId":"SPDXRef-c","relationshipType":"DEV_DEPENDENCY_OF","relatedSpdxElement":"SPDXRef-a"},
	 {"spdxElementId":"SPDXRef-a","relationshipType":"CONTAINS","relatedSpdxElement":"SPDXRef-d"},
	 {"spdxElementId":"SPDXRef-b","relationshipType":"DEPENDS_ON","relatedSpdxElement":"NONE"},
	 {"spdxElementId":"SPDXRef-c","relationshipType":"DEPENDS_ON","relatedSpdxElement":"NOASSERTION"},
	 {"spdxElementId":"SPDXRef-b","relationshipType":"GENERATED_FROM","relatedSpdxElement":"SPDXRef-d"}]')"
	is ev '.dependencies|sort_by(.ref) == [{ref:"name:a",dependsOn:["name:b","name:c"]},{ref:"name:b",dependsOn:[]}]'
	is ev '.subject.key == "name:a" and .unknowns == []'
}

@test "prov-normalize: SPDX 2: elements of other documents keep their prefix and are unknowns" {
	need_command jq
	evidence "$(spdx '"packages":[{"SPDXID":"SPDXRef-a","name":"a"},{"SPDXID":"SPDXRef-b","name":"b"}],
	 "relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-a"},{"spdxElementId":"SPDXRef-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"DocumentRef-x:SPDXRef-b"}]')"
	is ev '.dependencies == [] and .unknowns == [{component:"name:a",detail:"a relationship names an element of another document",reason:"Identity"}]'
}

@test "prov-normalize: SPDX 2: both spellings of the category, several purls, one that is bad" {
	need_command jq
	evidence "$(spdx '"packages":[{"SPDXID":"SPDXRef-a","name":"a","externalRefs":[{"referenceCategory":"PACKAGE_MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/b@1"},{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/a@1"},{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"junk"}]},
	 {"SPDXID":"SPDXRef-c","name":"c","versionInfo":"1","externalRefs":[{"referenceCategory":"OTHER","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:acme:c:1:*:*:*:*:*:*:*"}]}]')" --subject x@1
	is ev '[.components[].key]|sort == ["cpe:2.3:a:acme:c:1:*:*:*:*:*:*:*","pkg:npm/a@1"]'
}

@test "prov-normalize: SPDX 2: licences: NOASSERTION and NONE are none, LicenseRefs mean their text" {
	need_command jq
	one() { spdx "\"hasExtractedLicensingInfos\":[{\"licenseId\":\"LicenseRef-1\",\"extractedText\":\"$1\"},{\"licenseId\":\"LicenseRef-2\",\"extractedText\":\"y\",\"name\":\"Nice\"}],\"packages\":[{\"SPDXID\":\"SPDXRef-a\",\"name\":\"a\",\"licenseDeclared\":\"LicenseRef-1 OR MIT\",\"licenseConcluded\":\"NONE\",\"checksums\":[{\"algorithm\":\"SHA1\",\"checksumValue\":\"$(printf %040d 1)\"},{\"algorithm\":\"ADLER32\",\"checksumValue\":\"00000001\"}]},{\"SPDXID\":\"SPDXRef-b\",\"name\":\"b\",\"licenseDeclared\":\"LicenseRef-2\",\"licenseConcluded\":\"NOASSERTION\"}]"; }
	evidence "$(one x)"
	is ev '.components[]|select(.name == "a")|.licenses == ["LicenseRef-sha256-2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 OR MIT"] and (.hashes|keys == ["sha1"])'
	is ev '.components[]|select(.name == "b")|.licenses == ["Nice"]'
	mv ev first
	evidence "$(one z)"
	! cmp -s first ev
}

@test "prov-normalize: SPDX 2: wrapped as its first schema and as GitHub exports it" {
	need_command jq
	spdx '"packages":[{"SPDXID":"SPDXRef-a","name":"a"}],"documentDescribes":["SPDXRef-a"]' >plain
	prov-normalize plain >want
	for w in Document sbom; do
		printf '{"%s":%s}' $w "$(cat plain)" | prov-normalize >got
		same want got
	done
}

# --- SPDX 3

ctx='"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"'
info='{"type":"CreationInfo","@id":"_:c","created":"2024-01-01T00:00:00Z","createdBy":["urn:p"],"specVersion":"3.0.1"},{"type":"Person","spdxId":"urn:p","name":"Pat","creationInfo":"_:c"}'

@test "prov-normalize: SPDX 3: references as IRIs or inlined; root through collections; None and NoAssertion" {
	need_command jq
	evidence "{$ctx,\"@graph\":[$info,
	 {\"type\":\"SpdxDocument\",\"spdxId\":\"urn:d\",\"rootElement\":[\"urn:s\"]},
	 {\"type\":\"software_Sbom\",\"spdxId\":\"urn:s\",\"rootElement\":[\"urn:a\"]},
	 {\"type\":\"software_Package\",\"spdxId\":\"urn:a\",\"name\":\"a\",\"software_packageUrl\":\"pkg:npm/a@1\"},
	 {\"type\":\"Relationship\",\"spdxId\":\"urn:r\",\"from\":\"urn:a\",\"relationshipType\":\"dependsOn\",\"to\":[{\"type\":\"software_Package\",\"spdxId\":\"urn:b\",\"name\":\"b\",\"externalIdentifier\":[{\"type\":\"ExternalIdentifier\",\"externalIdentifierType\":\"packageUrl\",\"identifier\":\"pkg:npm/b@2\"}]}]},
	 {\"type\":\"Relationship\",\"spdxId\":\"urn:r2\",\"from\":\"urn:b\",\"relationshipType\":\"dependsOn\",\"to\":[\"https://spdx.org/rdf/3.0.1/terms/Core/NoneElement\"]},
	 {\"type\":\"Relationship\",\"spdxId\":\"urn:r3\",\"from\":\"urn:a\",\"relationshipType\":\"hasDeclaredLicense\",\"to\":[\"https://spdx.org/licenses/MIT\"]},
	 {\"type\":\"Relationship\",\"spdxId\":\"urn:r4\",\"from\":\"urn:b\",\"relationshipType\":\"hasConcludedLicense\",\"to\":[\"expandedlicensing_NoAssertionLicense\"]},
	 {\"type\":\"Relationship\",\"spdxId\":\"urn:r5\",\"from\":\"urn:a\",\"relationshipType\":\"contains\",\"to\":[\"urn:b\"]}]}"
	is ev '.subject.key == "pkg:npm/a@1" and .unknowns == []'
	is ev '.dependencies|sort_by(.ref) == [{ref:"pkg:npm/a@1",dependsOn:["pkg:npm/b@2"]},{ref:"pkg:npm/b@2",dependsOn:[]}]'
	is ev '[.components[]|select(.licenses != [])|.key,.licenses] == ["pkg:npm/a@1",["MIT"]]'
}

@test "prov-normalize: SPDX 3: a LicenseRef means its text, found by customIdToUri, inlined or not" {
	need_command jq
	text='LicenseRef-sha256-2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
	license='{"type":"simplelicensing_SimpleLicensingText","spdxId":"urn:t1","simplelicensing_licenseText":"x"}'
	while IFS='|' read -r element want; do
		evidence "{$ctx,\"@graph\":[$info,$license,
		 {\"type\":\"simplelicensing_SimpleLicensingText\",\"spdxId\":\"urn:t2\",\"name\":\"Nice\",\"simplelicensing_licenseText\":\"y\"},
		 {\"type\":\"software_Package\",\"spdxId\":\"urn:a\",\"name\":\"a\",\"creationInfo\":\"_:c\"},
		 {\"type\":\"Relationship\",\"spdxId\":\"urn:r\",\"from\":\"urn:a\",\"relationshipType\":\"hasDeclaredLicense\",\"to\":[$element]}]}" --subject x@1
		jq -c '.components[0].licenses' ev >got
		echo "$want" >expected
		same expected got
	done <<-TABLE
	{"type":"simplelicensing_LicenseExpression","spdxId":"urn:l","simplelicensing_licenseExpression":"LicenseRef-1 OR MIT","simplelicensing_customIdToUri":[{"type":"DictionaryEntry","key":"LicenseRef-1","value":"urn:t1"}]}|["$text OR MIT"]
	{"type":"simplelicensing_LicenseExpression","spdxId":"urn:l","simplelicensing_licenseExpression":"LicenseRef-9","simplelicensing_customIdToUri":[{"type":"DictionaryEntry","key":"LicenseRef-9","value":"urn:t2"}]}|["Nice"]
	{"type":"simplelicensing_LicenseExpression","spdxId":"urn:l","simplelicensing_licenseExpression":"LicenseRef-9","simplelicensing_customIdToUri":[{"type":"DictionaryEntry","key":"LicenseRef-9","value":"urn:elsewhere"}]}|["LicenseRef-9"]
	{"type":"simplelicensing_LicenseExpression","spdxId":"urn:l","simplelicensing_licenseExpression":"NOASSERTION"}|[]
	"urn:t1"|["$text"]
	"urn:t2"|["Nice"]
	"https://spdx.org/licenses/MIT"|["MIT"]
	"expandedlicensing_NoneLicense"|[]
	TABLE
}

@test "prov-normalize: SPDX 3: VEX relationships, with and without prefixes; withdrawn ones do not count" {
	need_command jq
	evidence "{$ctx,\"@graph\":[$info,
	 {\"type\":\"software_Package\",\"spdxId\":\"urn:a\",\"name\":\"a\",\"software_packageUrl\":\"pkg:npm/a@1\"},
	 {\"type\":\"security_Vulnerability\",\"spdxId\":\"urn:v\",\"externalIdentifier\":[{\"type\":\"ExternalIdentifier\",\"externalIdentifierType\":\"cve\",\"identifier\":\"CVE-2024-0001\"}]},
	 {\"type\":\"security_VexNotAffectedVulnAssessmentRelationship\",\"spdxId\":\"urn:1\",\"creationInfo\":\"_:c\",\"relationshipType\":\"doesNotAffect\",\"from\":\"urn:v\",\"to\":[\"urn:a\"],\"security_justificationType\":\"vulnerableCodeNotPresent\",\"security_publishedTime\":\"2024-02-01T00:00:00Z\"},
	 {\"type\":\"VexAffectedVulnAssessmentRelationship\",\"spdxId\":\"urn:2\",\"creationInfo\":\"_:c\",\"relationshipType\":\"affects\",\"from\":\"urn:v\",\"to\":[\"urn:a\"],\"actionStatement\":\"upgrade\",\"suppliedBy\":[\"urn:p\"]},
	 {\"type\":\"security_VexFixedVulnAssessmentRelationship\",\"spdxId\":\"urn:3\",\"relationshipType\":\"fixedIn\",\"from\":\"urn:v\",\"to\":[\"urn:a\"],\"security_withdrawnTime\":\"2024-03-01T00:00:00Z\"}]}" --subject x@1
	is ev '[.vex|sort_by(.status)[]|[.status,.justification,.action,.author,.timestamp]] == [["affected",null,"upgrade","Pat","2024-01-01T00:00:00Z"],["not_affected","vulnerable_code_not_present",null,"Pat","2024-02-01T00:00:00Z"]]'
	is ev '.vex[0].id == "CVE-2024-0001" and .vex[0].products[0].key == "pkg:npm/a@1"'
}

# --- OpenVEX

@test "prov-normalize: OpenVEX: products by purl, CPE, hashes and names; subcomponents; inherited time" {
	need_command jq
	evidence "$(vex '{"vulnerability":{"name":"CVE-2024-0001"},"status":"not_affected","justification":"component_not_present","timestamp":"2024-06-01T00:00:00.500+01:00",
	 "products":[{"@id":"pkg:oci/img@sha256%3Aabc?arch=amd64","subcomponents":[{"@id":"pkg:npm/a"}]},{"@id":"https://example.com/p"},{"@id":"urn:x","identifiers":{"cpe23":"cpe:2.3:a:acme:n:*:*:*:*:*:*:*:*"},"hashes":{"sha-256":"AB","sha3-256":"cd"}}]},
	 {"vulnerability":{"name":"CVE-2024-0002"},"status":"fixed","products":[{"@id":"pkg:npm/b@1"}]}')" --subject x@1
	is ev '.vex[]|select(.id == "CVE-2024-0001")|.timestamp == "2024-05-31T23:00:00.5Z"'
	is ev '.vex[]|select(.id == "CVE-2024-0001")|.products|map(.subcomponents) == [[],[],[],[{purl:"pkg:npm/a"}]] or (map(.subcomponents)|flatten == [{purl:"pkg:npm/a"}])'
	is ev '.vex[]|select(.id == "CVE-2024-0001")|[.products[]|.cpe,.digest,.key,.purl|values]|sort == ["cpe:2.3:a:acme:n:*:*:*:*:*:*:*:*","name:https:%2F%2Fexample.com%2Fp","pkg:oci/img@sha256:abc","pkg:oci/img@sha256:abc?arch=amd64","sha256:ab","sha3_256:cd"]'
	is ev '.vex[]|select(.id == "CVE-2024-0002")|.timestamp == "2024-01-01T00:00:00Z" and .author == "A"'
}

@test "prov-normalize: OpenVEX: a product whose subcomponents are all lost does not become the whole" {
	need_command jq
	evidence "$(vex '{"vulnerability":{"name":"CVE-2024-0001"},"status":"fixed","products":[{"@id":"pkg:npm/a@1","subcomponents":[{"@id":"pkg:bad"}]}]}')" --subject x@1
	is ev '.vex[0].products == [] and .unknowns[0].reason == "Identity"'
}

@test "prov-normalize: OpenVEX: statements without products speak of the Statement's subjects" {
	need_command jq
	printf '{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://openvex.dev/ns","subject":[{"name":"pkg:npm/a@1","digest":{"sha256":"%064d"}}],"predicate":%s}' 7 \
	    "$(vex '{"vulnerability":{"name":"CVE-2024-0001"},"status":"fixed"}')" >s
	prov-normalize --subject x@1 s >ev
	is ev ".vex[0].products == [{digest:\"sha256:$(printf %064d 7)\",key:\"pkg:npm/a@1\",purl:\"pkg:npm/a@1\",subcomponents:[]}]"
	is ev ".documents[0].subjects == [\"sha256:$(printf %064d 7)\"]"
}

@test "prov-normalize: OpenVEX: in a Statement only what is said of its subjects counts" {
	need_command jq
	hex=$(printf %064d 7)
	st() { printf '{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://openvex.dev/ns","subject":[{"name":"img","digest":{"sha256":"%s"}}],"predicate":%s}' "$hex" \
	    "$(vex "{\"vulnerability\":{\"name\":\"CVE-2024-0001\"},\"status\":\"fixed\",\"products\":[$1]}")"; }
	st "{\"@id\":\"pkg:oci/img@sha256%3A$hex\"},{\"@id\":\"pkg:oci/other@sha256%3A${hex%7}8\"}" >s
	prov-normalize --subject x@1 s >ev
	is ev "[.vex[0].products[].key] == [\"pkg:oci/img@sha256:$hex\"] and [.unknowns[].reason] == [\"Provenance\"]"
	st "{\"@id\":\"x\",\"hashes\":{\"sha-256\":\"$hex\"}}" >s
	prov-normalize --subject x@1 s >ev
	is ev '.vex[0].products|length == 1'
	is ev '.unknowns == []'
}

@test "prov-normalize: in-toto vulns of both versions are findings on the subjects" {
	need_command jq
	for r in '{"vulnerability":{"id":"CVE-2024-0001","severity":[{"method":"nvd","score":"9.8"}]}}' '{"id":"CVE-2024-0001","severity":[{"method":"CVSS_V3","score":"9.8"}],"annotations":[]}'; do
		printf '{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://in-toto.io/attestation/vulns/v0.2","subject":[{"name":"pkg:npm/a@1","digest":{"sha256":"%064d"}}],"predicate":{"scanner":{"uri":"u","result":[%s]}}}' 7 "$r" | prov-normalize >ev
		is ev '.findings[0]|.component == "pkg:npm/a@1" and .id == "CVE-2024-0001" and .cvss == 980 and .severity == "critical"'
		is ev '[.documents[].role] == ["findings"]'
	done
}

@test "prov-normalize: OpenVEX: 0.0.1 is read whole" {
	need_command jq
	evidence '{"@context":"https://openvex.dev/ns","@id":"x","author":"A","timestamp":"2023-01-01T00:00:00Z","version":"1","statements":[{"vulnerability":"CVE-2023-0001","products":["pkg:oci/i@1"],"subcomponents":["pkg:npm/a@1"],"status":"not_affected","justification":"component_not_present"}]}' --subject x@1
	is ev '.vex[0]|.id == "CVE-2023-0001" and .products == [{key:"pkg:oci/i@1",purl:"pkg:oci/i@1",subcomponents:[{key:"pkg:npm/a@1",purl:"pkg:npm/a@1"}]}]'
}

# --- CSAF

csaf() { printf '{"document":{"category":"csaf_vex","csaf_version":"2.0","title":"t","publisher":{"name":"Pub"},"tracking":{"id":"1","status":"%s","current_release_date":"2024-01-01T00:00:00Z"}},%s}' "${2:-final}" "$1"; }

@test "prov-normalize: CSAF: relationships are product and part; groups expand; recommended says nothing" {
	need_command jq
	evidence "$(csaf '"product_tree":{"branches":[{"category":"vendor","name":"Red","branches":[
	 {"category":"product_name","name":"Linux 9","product":{"product_id":"L9","name":"Linux 9","product_identification_helper":{"cpe":"cpe:/o:red:linux:9"}}},
	 {"category":"product_version","name":"curl-1","product":{"product_id":"C","name":"curl-1","product_identification_helper":{"purl":"pkg:rpm/red/curl@1"}}}]}],
	 "relationships":[{"category":"default_component_of","product_reference":"C","relates_to_product_reference":"L9","full_product_name":{"product_id":"L9:C","name":"curl of L9"}}],
	 "product_groups":[{"group_id":"G","product_ids":["L9:C"]}]},
	 "vulnerabilities":[{"cve":"CVE-2024-0001","product_status":{"known_not_affected":["L9:C"],"recommended":["L9"]},"flags":[{"label":"vulnerable_code_not_present","group_ids":["G"]}],"threats":[{"category":"impact","details":"none","group_ids":["G"]}]},
	 {"ids":[{"system_name":"x","text":"X-1"}],"product_status":{"first_fixed":["C"]}}]')" --subject x@1
	is ev '.vex|length == 2'
	is ev '.vex[]|select(.id == "CVE-2024-0001")|.status == "not_affected" and .justification == "vulnerable_code_not_present" and .impact == "none" and .author == "Pub" and .products == [{cpe:"cpe:2.3:o:red:linux:9:*:*:*:*:*:*:*",key:"name:Red/Linux%209",subcomponents:[{key:"pkg:rpm/red/curl@1",purl:"pkg:rpm/red/curl@1"}]}]'
	is ev '.vex[]|select(.id == "X-1")|.status == "fixed"'
}

@test "prov-normalize: CSAF: flags, impacts and remediations date what they say, the release says it again" {
	need_command jq
	tree='"product_tree":{"full_product_names":[{"product_id":"A","name":"a"},{"product_id":"B","name":"b"},{"product_id":"C","name":"c"}],"product_groups":[{"group_id":"G","product_ids":["A"]}]}'
	evidence "$(csaf "$tree,\"vulnerabilities\":[{\"cve\":\"CVE-1\",\"product_status\":{\"known_not_affected\":[\"A\",\"B\"],\"known_affected\":[\"C\"]},
	 \"flags\":[{\"label\":\"component_not_present\",\"date\":\"2023-05-01T02:00:00+02:00\",\"group_ids\":[\"G\"]},{\"label\":\"component_not_present\",\"product_ids\":[\"B\"]}],
	 \"threats\":[{\"category\":\"impact\",\"details\":\"none\",\"date\":\"2023-06-01T00:00:00Z\",\"product_ids\":[\"A\"]},{\"category\":\"exploit_status\",\"details\":\"wild\",\"date\":\"2023-12-01T00:00:00Z\",\"product_ids\":[\"A\"]}],
	 \"remediations\":[{\"category\":\"vendor_fix\",\"details\":\"update\",\"date\":\"2024-02-01T00:00:00Z\",\"product_ids\":[\"C\"]}]}]")" --subject x@1
	is ev '[.vex[]|[.products[0].key,.timestamp,.updated]]|sort == [["name:a","2023-06-01T00:00:00Z","2024-01-01T00:00:00Z"],["name:b","2024-01-01T00:00:00Z",null],["name:c","2024-02-01T00:00:00Z",null]]'
}

@test "prov-normalize: CSAF: ranges, contradictions and drafts" {
	need_command jq
	tree='"product_tree":{"branches":[{"category":"vendor","name":"V","branches":[{"category":"product_name","name":"P","branches":[{"category":"product_version_range","name":"vers:generic/>=1.0|<=2.0 ","product":{"product_id":"R","name":"r"}}]}]}]}'
	evidence "$(csaf "$tree,\"vulnerabilities\":[{\"cve\":\"CVE-1\",\"product_status\":{\"known_affected\":[\"R\"],\"fixed\":[\"R\"]}}]")" --subject x@1
	is ev '.vex[0].status == "affected" and .vex[0].products == [{key:"name:V/P",subcomponents:[],versions:"vers:generic/>=1.0|<=2.0"}]'
	is ev '.unknowns == [{detail:"CVE-1: a product stands in several status groups",reason:"VexConflict"}]'
	evidence "$(csaf "$tree,\"vulnerabilities\":[{\"cve\":\"CVE-1\",\"product_status\":{\"known_affected\":[\"R\"]}}]" draft)" --subject x@1
	is ev '.vex == [] and .unknowns[0].reason == "Provenance"'
}

# --- scanners

@test "prov-normalize: Grype: fix states old and new, ignored matches, an empty purl, the database's date" {
	need_command jq
	evidence '{"descriptor":{"name":"grype","db":{"status":{"built":"2026-01-05T08:00:00+01:00"}}},"matches":[
	 {"vulnerability":{"id":"CVE-1","severity":"Low","fix":{"state":"wont-fix","versions":[]}},"artifact":{"name":"a","version":"1","purl":""}},
	 {"vulnerability":{"id":"CVE-2","severity":"Low","fixedInVersion":"2"},"artifact":{"name":"a","version":"1","purl":"","cpes":[{"cpe":"x"}]},"matchDetails":{}}],
	 "ignoredMatches":[{"vulnerability":{"id":"CVE-3","severity":"High"},"artifact":{"name":"a","version":"1"},"appliedIgnoreRules":[{"vex-status":"not_affected"}]}]}'
	is ev '[.findings|sort_by(.id)[]|[.component,.fix.state,.suppressed]] == [["name:a@1","wont_fix",null],["name:a@1","fixed",null],["name:a@1","unknown",true]]'
	is ev '.feeds == {grype:"2026-01-05T07:00:00Z"} and .documents[0].feeds == ["grype"]'
}

@test "prov-normalize: Grype: what VEX made it ignore is a suppressed finding, and no statement" {
	need_command jq
	ignored='{"vulnerability":{"id":"CVE-2024-0001","severity":"High"},"artifact":{"name":"a","version":"1","purl":"pkg:npm/a@1"},"appliedIgnoreRules":[{"vex-status":"not_affected","vex-justification":"vulnerable_code_not_present","namespace":"vex"}]}'
	printf '{"descriptor":{"name":"grype"},"matches":[],"ignoredMatches":[%s]}' "$ignored" >g
	vex '{"vulnerability":{"name":"CVE-2024-0001"},"products":[{"@id":"pkg:npm/a@1"}],"status":"not_affected","justification":"vulnerable_code_not_present"}' >v
	printf '{"SchemaVersion":2,"ArtifactName":"i","Results":[{"Class":"lang-pkgs","Type":"npm","Vulnerabilities":[{"VulnerabilityID":"CVE-2024-0001","PkgName":"a","InstalledVersion":"1","Severity":"LOW","PkgIdentifier":{"PURL":"pkg:npm/a@1"}}]}]}' >t
	prov-normalize --subject x g >ev
	is ev '.vex == [] and (.findings|length == 1 and .[0].suppressed and .[0].sources[0].suppressed)'
	# the statement stands beside it, and takes nothing away
	prov-normalize --subject x g v >ev
	is ev '(.vex|length == 1 and .[0].status == "not_affected") and (.findings|length == 1 and .[0].suppressed)'
	# a scanner that was not told still speaks
	prov-normalize --subject x g v t >ev
	is ev '.findings|length == 1 and .[0].suppressed == null and .[0].severity == "high" and ([.[0].sources[]|[.severity,.suppressed]]|sort) == [["high",true],["low",null]]'
	# matched and ignored in one report: it is matched
	printf '{"descriptor":{"name":"grype"},"matches":[%s],"ignoredMatches":[%s]}' "$(echo "$ignored" | jq -c 'del(.appliedIgnoreRules)')" "$ignored" | prov-normalize --subject x >ev
	is ev '.findings|length == 1 and .[0].suppressed == null'
}

@test "prov-normalize: Trivy: Status is no VEX; several fixed versions; secrets are no findings; no results are a gap" {
	need_command jq
	evidence '{"SchemaVersion":2,"ArtifactName":"img","Results":[{"Class":"secret","Vulnerabilities":[{"VulnerabilityID":"S","PkgName":"s"}]},
	 {"Class":"os-pkgs","Type":"debian","Vulnerabilities":[{"VulnerabilityID":"CVE-1","PkgName":"curl","InstalledVersion":"1:7.0","FixedVersion":"1:7.1, 1:8.0","Severity":"HIGH","Status":"not_affected"}],
	  "ExperimentalModifiedFindings":[{"Type":"vulnerability","Status":"ignored","Finding":{"VulnerabilityID":"CVE-2","PkgName":"curl","InstalledVersion":"1:7.0","Status":"fix_deferred"}}]}]}'
	is ev '[.findings|sort_by(.id)[]|[.id,.component,.fix.state,.fix.versions,.suppressed]] == [["CVE-1","pkg:deb/debian/curl@1:7.0","fixed",["1:7.1","1:8.0"],null],["CVE-2","pkg:deb/debian/curl@1:7.0","deferred",[],true]]'
	is ev '.vex == [] and .subject.key == "name:img" and .unknowns == []'
	evidence '{"SchemaVersion":2,"ArtifactName":"img"}'
	is ev '.unknowns[0].reason == "FeedGap"'
}

@test "prov-normalize: osv-scanner: one finding a group, CVE first, vectors, fixes, withdrawn and uncalled" {
	need_command jq
	evidence '{"results":[{"source":{"path":"x"},"packages":[{"package":{"name":"example.com/m","version":"1.0.0","ecosystem":"Go"},
	 "vulnerabilities":[{"id":"GO-1","aliases":["CVE-1","GHSA-1"],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],"affected":[{"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.3"}]},{"type":"GIT","events":[{"fixed":"abc"}]}]}]},{"id":"GHSA-1"},{"id":"GO-2"},{"id":"GO-3","withdrawn":"2024-01-01T00:00:00Z"}],
	 "groups":[{"ids":["GO-1","GHSA-1"],"max_severity":"7.5"},{"ids":["GO-2"],"experimentalAnalysis":{"GO-2":{"called":false}}},{"ids":["GO-3"]}]}]}]}'
	is ev '.findings|length == 2'
	is ev '.findings[]|select(.id == "CVE-1")|.component == "pkg:golang/example.com/m@v1.0.0" and .aliases == ["GHSA-1","GO-1"] and .cvss == 750 and .severity == "high" and .fix == {state:"fixed",versions:["1.2.3"]}'
	is ev '.findings[]|select(.id == "GO-2")|.suppressed'
}

@test "prov-normalize: SARIF: rules by index and by name, levels, suppressions, purls, runs that did not run" {
	need_command jq
	evidence '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t","rules":[{"id":"CVE-2024-0001-openssl","properties":{"security-severity":"9.8","purls":["pkg:deb/debian/openssl@1"]}},{"id":"R2","defaultConfiguration":{"level":"note"}}]}},"results":[
	 {"ruleIndex":0,"message":{"text":"x"}},
	 {"ruleId":"R2/part","locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"}}}]},
	 {"ruleId":"R3","level":"error","suppressions":[{"kind":"inSource"}],"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"}}}]},
	 {"ruleId":"R4","kind":"pass","suppressions":[{"kind":"external","status":"rejected"}],"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"}}}]},
	 {"ruleId":"R5","baselineState":"absent"}]},{"tool":{"driver":{"name":"u"}}}]}' --subject x@1
	is ev '[.findings|sort_by(.id)[]|[.id,.component,.severity,.cvss,.suppressed]] == [["CVE-2024-0001","pkg:deb/debian/openssl@1","critical",980,null],["R2/part","name:a.c","low",null,null],["R3","name:a.c","high",null,true],["R4","name:a.c","none",null,null]]'
	is ev '[.unknowns[].reason]|sort == ["FeedGap","Identity"]'
}

@test "prov-normalize: feeds: the operator's word goes before the report's, the older of two holds" {
	need_command jq
	printf '{"descriptor":{"name":"grype","db":{"built":"2026-01-05T00:00:00Z"}},"matches":[],"source":{}}' >a
	printf '{"descriptor":{"name":"grype","db":{"built":"2026-01-04T00:00:00Z"}},"matches":[],"source":{"target":"t"}}' >b
	prov-normalize --subject x@1 --feed grype=2026-01-01T00:00:00Z a >ev
	is ev '.feeds == {grype:"2026-01-01T00:00:00Z"}'
	prov-normalize --subject x@1 a b >ev
	is ev '.feeds == {grype:"2026-01-04T00:00:00Z"} and .unknowns[0].reason == "FeedGap"'
}

@test "prov-normalize: one document of each format gives the evidence it always gave" {
	local seen=0
	while read -r want name; do
		got=$(prov-normalize "$SRCDIR/golden/formats/$name" | sha256sum | cut -c1-64)
		[ "$got" = "$want" ] || { echo "$name: $got, expected $want"; return 1; }
		prov-ingest "$SRCDIR/golden/formats/$name" | prov-normalize | sha256sum >piped
		grep -q "^$want" piped
		seen=$((seen + 1))
	done <"$SRCDIR/golden/formats/evidence.sha256"
	[ "$seen" -eq "$(ls "$SRCDIR"/golden/formats/good-*.json | wc -l)" ]
	[ "$seen" -ge 11 ]
}

@test "prov-normalize: a record's content must have the digest that the record states" {
	need_command jq
	cdx '"components":[{"type":"library","name":"a","version":"1"}]' | prov-ingest >rec
	prov-normalize rec >want
	# written another way it is the same content
	jq . rec >pretty; prov-normalize pretty >got; same want got
	jq -c '{size,role,name,kind,formatVersion,format,digest,content,canonicalDigest}' rec >reversed
	prov-normalize reversed >got; same want got
	jq -c '.content.components[0].name="b"' rec >bad; refuses 2 prov-normalize bad
	grep -q 'does not have the canonicalDigest' refuses.err
	jq -c '.canonicalDigest="sha256:'"$(printf %064d 0)"'"' rec >bad; refuses 2 prov-normalize bad
	jq -c '.canonicalDigest="md5:00"' rec >bad; refuses 2 prov-normalize bad
	grep -q 'canonicalDigest is no digest' refuses.err
}

# deep N: an SBOM with arrays nested N deep, itself one of them.
deep() {
	printf '{"bomFormat":"CycloneDX","specVersion":"1.5","x":'
	head -c $(($1 - 1)) /dev/zero | tr '\0' '['
	head -c $(($1 - 1)) /dev/zero | tr '\0' ']'
	printf '}'
}

@test "prov-normalize: a file may be nested 500 deep, as for prov-ingest, and its record deeper" {
	deep 500 >good
	deep 501 >bad
	prov-normalize good >direct
	prov-ingest good >rec
	prov-normalize rec >piped
	same direct piped
	for tool in prov-ingest prov-normalize; do
		refuses 2 $tool bad
		sed "s/^$tool: //" refuses.err >$tool.err
	done
	grep -q 'nesting deeper than the limit of 500' prov-ingest.err
	# the offset is the same, and the file is named
	[ "$(cut -d: -f1,2 prov-ingest.err)" = "$(cut -d: -f1,2 prov-normalize.err)" ]
}

@test "prov-normalize: trust that cannot be read ends it with 2 or 3" {
	printf '{}' >none
	cdx '"components":[]' >sbom
	for tool in prov-ingest prov-normalize; do
		refuses 3 $tool --keyring nosuch --feed a=1 sbom
		refuses 2 $tool --keyring none --feed a=1 sbom
		refuses 3 $tool --trusted-root nosuch --feed a=1 sbom
		refuses 2 $tool --trusted-root none --trusted-root none sbom
	done
}

@test "prov-normalize: a record that was tampered with in shape is refused" {
	need_command jq
	cdx '"components":[]' | prov-ingest >rec
	jq -c '.extra=1' rec >bad; refuses 2 prov-normalize bad
	jq -c 'del(.format)' rec >bad; refuses 2 prov-normalize bad
	jq -c '.format="nosuch"' rec >bad; refuses 2 prov-normalize bad
	jq -c '.content={}' rec >bad; refuses 2 prov-normalize bad
	refuses 2 prov-normalize </dev/null
}

# many [ROOTREF]: CycloneDX of so many components that a thread reads them, each
# with two dependencies, one entry and one reference of which name nothing; the
# one with ROOTREF depends on the first.
many() {
	awk -v root="${1:-root}" 'BEGIN {
		n = 8000
		printf "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"metadata\":{\"component\":{\"type\":\"application\",\"bom-ref\":\"%s\",\"name\":\"app\",\"version\":\"1\"}},\n\"components\":[", root
		for (i = 0; i < n; i++)
			printf "%s\n{\"type\":\"library\",\"bom-ref\":\"ref-%d\",\"name\":\"p%d\",\"version\":\"%d.0\",\"purl\":\"pkg:npm/p%d@%d.0\",\"description\":\"%060d\",\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"%08x%056d\"}],\"licenses\":[{\"license\":{\"id\":\"%s\"}}]}", i ? "," : "", i, i, i % 9, i, i % 9, i, i * 40503 % 65536, i, i % 3 ? "MIT" : "ISC"
		printf "],\n\"dependencies\":[{\"ref\":\"%s\",\"dependsOn\":[\"ref-0\"]}", root
		for (i = 0; i < n; i++)
			printf ",\n{\"ref\":\"ref-%d\",\"dependsOn\":[\"ref-%d\",\"ref-%d\"]}", i, i * 7 % n, (i * 13 + 5) % n
		printf ",{\"ref\":\"nosuch\",\"dependsOn\":[]},{\"ref\":\"ref-1\",\"dependsOn\":[\"nosuch\"]}]}\n"
	}'
}

@test "prov-normalize: many components are read by a thread, in whatever order members come" {
	need_command jq
	many >big
	[ "$(wc -c <big)" -gt 2000000 ]
	prov-normalize big >want
	is want '(.components|length == 8001) and (.dependencies|length == 8001)'
	is want '[.unknowns[].detail] == ["1 of its dependencies name no component", "1 dependency entries name no component"]'
	is want '.dependencies | map(select(.ref == "pkg:npm/p1@1.0")) == [{"dependsOn":["pkg:npm/p18@0.0","pkg:npm/p7@7.0"],"ref":"pkg:npm/p1@1.0"}]'
	is want '.dependencies | map(select(.ref == "name:app@1")) == [{"dependsOn":["pkg:npm/p0@0.0"],"ref":"name:app@1"}]'
	# in canonical order, with white space, with edges before what they name
	jq -cS . big >sorted
	jq . big >spaced
	jq -c '{bomFormat,dependencies,specVersion,components,metadata}' big >before
	jq -c '{components,dependencies,metadata,specVersion,bomFormat}' big >unmarked
	# with escapes, which the text has not
	sed 's/"ref-/"r\\u0065f-/g; s/"purl"/"p\\u0075rl"/g' big >escaped
	for file in sorted spaced before unmarked escaped; do
		prov-normalize $file >got
		same want got
		prov-ingest $file | prov-normalize >got
		same want got
		prov-normalize <$file >got
		same want got
	done
	# beside others it says the same of itself
	prov-normalize big spaced >got
	same want got
}

@test "prov-normalize: what a document of many components gets wrong at its end is what it gets wrong in few" {
	need_command jq
	many >big
	head -c -3 big >bad
	refuses 2 prov-normalize bad
	sed 's/^prov-normalize/prov-ingest/' refuses.err >want
	refuses 2 prov-ingest bad
	same want refuses.err
	sed 's/"bom-ref":"ref-7999"/"bom-ref":7999/' big >bad
	at=$(grep -abo '"bom-ref":7999' bad | cut -d: -f1)
	refuses 2 prov-normalize bad
	echo "prov-normalize: bad: $((at + 10)): \"bom-ref\" is number, expected a string (record 1)" >want
	same want refuses.err
	sed 's/\["nosuch"\]/["nosuch",7]/' big >bad
	at=$(grep -abo '"nosuch",7' bad | cut -d: -f1)
	refuses 2 prov-normalize bad
	echo "prov-normalize: bad: $((at + 9)): an element of dependsOn is number, expected a string (record 1)" >want
	same want refuses.err
	sed 's/"name":"p7990",/&"name":"again",/' big >bad
	at=$(grep -abo '"name":"again"' bad | cut -d: -f1)
	refuses 2 prov-normalize bad
	echo "prov-normalize: bad: $at: found key 'name' twice in one object" >want
	same want refuses.err
	# nothing of a bad one is left in what comes after it
	refuses 2 prov-normalize bad big
}

@test "prov-normalize: a reference that the root takes away means nothing to edges that were read" {
	need_command jq
	many ref-5 >late
	# The same without a thread and a sieve: out of an envelope.
	jq -c '{payloadType:"application/vnd.in-toto+json",signatures:[{sig:"AA=="}],payload:({_type:"https://in-toto.io/Statement/v1",predicateType:"https://cyclonedx.org/bom",subject:[{name:"x",digest:{sha256:"ab"}}],predicate:.}|tojson|@base64)}' late >envelope
	jq -cS . late >last
	prov-normalize envelope | jq -cS '{components,dependencies,unknowns}' >want
	for file in late last; do
		prov-normalize $file | jq -cS '{components,dependencies,unknowns}' >got
		same want got
	done
	is want '[.unknowns[].detail] | contains(["another component has the same reference"])'
}

@test "prov-normalize: a large record is held against its digest, whoever wrote it" {
	need_command jq
	many >big
	prov-normalize big >want
	prov-ingest big >rec
	jq . rec >spaced
	prov-normalize spaced >got
	same want got
	cat rec rec >twice
	prov-normalize twice >got
	same want got
	# one digit of a hash in the middle
	sed 's/\(description":"0*400\)0"/\11"/' rec >bad
	[ "$(wc -c <bad)" -eq "$(wc -c <rec)" ]
	! cmp -s rec bad
	refuses 2 prov-normalize bad
	grep -q 'the content does not have the canonicalDigest that the record states' refuses.err
	cat rec bad >second
	refuses 2 prov-normalize second
	grep -q '(record 2)' refuses.err
}

@test "prov-normalize: where no thread can be had it does the same without" {
	not_sanitized "its library comes first"
	cat >none.c <<'C'
#include <errno.h>
#include <pthread.h>
int pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*f)(void *),
    void *arg)
{
	(void)t;
	(void)a;
	(void)f;
	(void)arg;
	return EAGAIN;
}
C
	cc -shared -fPIC -o none.so none.c 2>/dev/null ||
		skip "cannot make a shared object"
	many >big
	prov-ingest big >rec
	prov-normalize big >want
	LD_PRELOAD=$PWD/none.so prov-ingest big >got
	same rec got
	for file in big rec; do
		LD_PRELOAD=$PWD/none.so prov-normalize $file >got
		same want got
	done
	head -c 1500000 big >cut
	status_is 2 env LD_PRELOAD="$PWD/none.so" prov-normalize cut >got 2>err
	[ ! -s got ]
}
