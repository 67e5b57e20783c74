#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

@test "prov-check: says what is wrong, where in the document, where in the schema" {
	echo '{"$id":"https://example.com/s","properties":{"a":{"type":"integer"},"b":{"items":{"maxLength":2}}},"required":["c"]}' >s.json
	printf '{"a":"x",\n"b":["ok","long"]}\n' >d.json
	status_is 1 prov-check --schema s.json d.json >out
	cat >want <<'JSON'
{"errors":[{"instance":"","keyword":"https://example.com/s#/required","message":"member \"c\" is missing","offset":0},{"instance":"/a","keyword":"https://example.com/s#/properties/a/type","message":"string, expected \"integer\"","offset":5},{"instance":"/b/1","keyword":"https://example.com/s#/properties/b/items/maxLength","message":"4 characters, expected at most 2","offset":20}],"kind":"prov.check/v1","name":"d.json","schema":"https://example.com/s","valid":false}
JSON
	same want out
	valid_against prov.check/v1 out
}

@test "prov-check: a valid document is exit 0 and says so" {
	echo '{"type":"object"}' >s.json
	echo '{}' | status_is 0 prov-check --schema s.json >out
	echo '{"kind":"prov.check/v1","name":"-","valid":true}' >want
	same want out
}

@test "prov-check: one record a document, offsets count in the stream" {
	echo '{"type":"string"}' >s.json
	printf '"a"\n1\n"b"\n' | status_is 1 prov-check --schema s.json >out
	[ "$(jq -c .valid out | tr '\n' ' ')" = "true false true " ]
	[ "$(jq -c '.errors[0].offset // empty' out)" = 4 ]
}

@test "prov-check: the branch that came nearest explains a union" {
	cat >s.json <<'JSON'
{"anyOf":[{"type":"string"},{"type":"object","properties":{"n":{"type":"object","properties":{"deep":{"const":1}}}}},{"type":"null"}]}
JSON
	echo '{"n":{"deep":2}}' | status_is 1 prov-check --schema s.json >out
	jq -e '.errors | length == 2 and .[0].message ==
	    "none of the 3 branches holds; branch 1 comes nearest" and
	    .[1].instance == "/n/deep"' out
}

@test "prov-check: the suites' drafts differ where they should" {
	echo '{"type":"integer"}' >s.json
	echo '1.0' >d.json
	status_is 0 prov-check -q --schema s.json --draft draft-07 d.json
	status_is 0 prov-check -q --schema s.json --draft 2020-12 d.json
	status_is 1 prov-check -q --schema s.json --draft draft-04 d.json
	refuses 2 prov-check --schema s.json --draft draft-05 d.json
}

@test "prov-check: --draft overrides \$schema, and a draft unknown here is exit 2" {
	# An array of items is a tuple before 2020-12 only.
	echo '[1,"a"]' >d.json
	items='"items":[{"type":"integer"},{"type":"string"}]'
	for uri in http://json-schema.org/draft-07/schema# \
	    https://json-schema.org/draft-07/schema; do
		echo '{"$schema":"'$uri'",'"$items"'}' >s.json
		status_is 0 prov-check -q --schema s.json d.json
		refuses 2 prov-check --schema s.json --draft 2020-12 d.json
	done
	for uri in https://json-schema.org/draft/2019-09/schema \
	    http://json-schema.org/draft-06/schema# https://example.com/mine; do
		echo '{"$schema":"'$uri'",'"$items"'}' >s.json
		refuses 2 prov-check --schema s.json d.json
		grep -qF "\"\$schema\" is none of draft-04, draft-07 and 2020-12: $uri" refuses.err
		status_is 0 prov-check -q --schema s.json --draft draft-07 d.json
	done
	# What is referred to keeps its own.
	mkdir dir
	echo '{"$schema":"http://json-schema.org/draft-07/schema#","$id":"https://example.com/old",'"$items"'}' >dir/old.json
	echo '{"$ref":"https://example.com/old"}' >s.json
	status_is 0 prov-check -q --schema s.json --schema-dir dir --draft 2020-12 d.json
}

@test "prov-check: a vocabulary that is required and not known is exit 2" {
	mkdir dir
	for required in true false; do
		echo '{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://example.com/meta","$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true,"https://example.com/vocab":'$required'}}' >dir/meta.json
		echo '{"$schema":"https://example.com/meta","type":"string"}' >s.json
		echo 1 >d.json
		if $required; then
			refuses 2 prov-check --schema s.json --schema-dir dir d.json
			grep -qF 'requires a vocabulary that is not known: https://example.com/vocab' refuses.err
		else
			# Without the validation vocabulary, type annotates.
			status_is 0 prov-check -q --schema s.json --schema-dir dir d.json
		fi
	done
}

@test "prov-check: format is asserted only where asked" {
	echo '{"format":"date-time"}' >s.json
	echo '"2020-04-13"' >d.json
	status_is 0 prov-check -q --schema s.json d.json
	status_is 1 prov-check -q --schema s.json --format-assertion d.json
}

@test "prov-check: a schema that does not compile is exit 2 and says why" {
	while IFS='|' read -r schema message; do
		echo "$schema" >s.json
		echo 1 >d.json
		refuses 2 prov-check --schema s.json d.json
		grep -qF "$message" refuses.err ||
			{ echo "$schema: $(cat refuses.err)"; return 1; }
	done <<'TABLE'
{"type":"strin"}|"type" is string, expected the name of a type
{"minLength":-1}|"minLength" is number, expected a number that is not negative
{"multipleOf":0.00}|"multipleOf" is number, expected a number above zero
{"pattern":"("}|pattern '(': a regular expression that does not compile
{"pattern":"a++"}|a possessive quantifier, which ECMA-262 does not have
{"$ref":"#/nowhere"}|reference '#/nowhere' leads nowhere
{"$ref":"https://example.com/x.json"}|reference 'https://example.com/x.json' leads nowhere
{"properties":{"a":1}}|expected a schema: an object, true or false
{"allOf":{}}|"allOf" is object, expected an array
{"required":[1]}|"required" is number, expected an array of names
{"required":true}|"required" is boolean, expected an array of names
{"properties":[]}|"properties" is array, expected an object
{"dependentRequired":{"a":[1]}}|"dependentRequired" is number, expected an array of names
TABLE
}

@test "prov-check: a pattern that runs away is exit 2, never valid" {
	echo '{"pattern":"^(a+)+$"}' >s.json
	printf '"%s!"\n' "$(head -c 60 /dev/zero | tr '\0' a)" >d.json
	refuses 2 prov-check --schema s.json d.json
	grep -q 'gave up' refuses.err
}

@test "prov-check: a no stays a no when saying why goes over a limit" {
	echo '{"required":["a"],"properties":{"b":{"pattern":"^(a+)+$"}}}' >s.json
	printf '{"b":"%s!"}\n' "$(head -c 60 /dev/zero | tr '\0' a)" >d.json
	status_is 1 prov-check --schema s.json d.json >out
	jq -e '.valid == false and .more and .errors[0].message == "member \"a\" is missing"' out
}

@test "prov-check: a schema that refers to itself without end is exit 2" {
	echo '{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}' >s.json
	echo 1 >d.json
	refuses 2 prov-check --schema s.json d.json
}

@test "prov-check: a document of 500 levels is checked by a recursive schema" {
	echo '{"items":{"allOf":[{"anyOf":[{"$ref":"#"}]}]},"type":"array"}' >s.json
	{ head -c 500 /dev/zero | tr '\0' '['; head -c 500 /dev/zero | tr '\0' ']'; echo; } >d.json
	status_is 0 prov-check -q --schema s.json d.json
}

@test "prov-check: a schema that lost its way fails every document of its kind" {
	mkdir none some
	echo '{"kind":"prov.inclusion/v1"}' >d.json
	echo '{"kind":"prov.merkle/v1"}' >e.json
	status_is 2 prov-check -q --schema-dir none d.json d.json e.json 2>err
	[ "$(grep -c 'no schema prov.inclusion.v1.schema.json' err)" -eq 2 ]
	[ "$(grep -c 'no schema prov.merkle.v1.schema.json' err)" -eq 1 ]
	# One that does not compile does not take another with it.
	echo '{"$ref":"nowhere.json"}' >some/prov.inclusion.v1.schema.json
	echo '{"$id":"https://e/m","properties":{"root":false}}' >some/prov.merkle.v1.schema.json
	status_is 2 prov-check --schema-dir some d.json d.json e.json 2>err
	[ "$(grep -c 'leads nowhere' err)" -eq 2 ]
	echo '{"kind":"prov.merkle/v1","root":1}' >f.json
	status_is 1 prov-check --schema-dir some e.json f.json >out
	[ "$(jq -c .valid out | tr '\n' ' ')" = "true false " ]
}

@test "prov-check: a schema that only branches cannot take all day to compile" {
	jq -n '{"$defs":{a:{anyOf:[range(20)|{"$ref":"#/$defs/a"}]},
	    b:{allOf:[range(20)|{"$ref":"#/$defs/b"}]}},
	    properties:{x:{anyOf:[range(8)|{properties:{type:{"$ref":"#/$defs/a"}}}]},
	    y:{anyOf:[range(8)|{"$ref":"#/$defs/b"}]}}}' >s.json
	echo '{}' >d.json
	status_is 0 timeout 10 prov-check -q --schema s.json d.json
}

@test "prov-check: no schema and document overflow an 8 MiB stack" {
	{ printf '[%.0s' {1..499}; printf 1; printf ']%.0s' {1..499}; echo; } >arrays.json
	{ printf '{"x":%.0s' {1..499}; printf 1; printf '}%.0s' {1..499}; echo; } >objects.json
	ulimit -s 8192
	while read -r schema; do
		echo "$schema" >s.json
		for file in arrays.json objects.json; do
			local got=0
			prov-check -q --schema s.json $file 2>err || got=$?
			[ "$got" -le 2 ] && ! grep -q Sanitizer err ||
				{ echo "$got $schema: $(head -c 400 err)"; return 1; }
			[ "$got" -ne 2 ] || grep -q 'nest deeper than 3000 calls' err
		done
	done <<'TABLE'
{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[false,{"$ref":"#/$defs/b"}]},"b":{"oneOf":[{"allOf":[{"$ref":"#/$defs/c"}]},false]},"c":{"if":{"items":{"$ref":"#/$defs/a"}},"else":{"anyOf":[{"items":{"$ref":"#/$defs/a"}}]},"type":"array","unevaluatedItems":false}}}
{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"}]}}}
{"$ref":"#/$defs/a","$defs":{"a":{"if":{"$ref":"#/$defs/a"}}}}
{"$ref":"#/$defs/a","$defs":{"a":{"dependentSchemas":{"x":{"$ref":"#/$defs/a"}}}}}
{"$ref":"#/$defs/a","$defs":{"a":{"properties":{"x":{"$ref":"#/$defs/b"}}},"b":{"anyOf":[{"not":{"not":{"oneOf":[{"anyOf":[{"$ref":"#/$defs/a"}]}]}}}]}}}
{"$ref":"#/$defs/a","$defs":{"a":{"contains":{"$ref":"#/$defs/b"}},"b":{"anyOf":[{"not":{"not":{"oneOf":[{"anyOf":[{"$ref":"#/$defs/a"}]}]}}}]}}}
{"$dynamicAnchor":"n","additionalProperties":{"$dynamicRef":"#n"},"items":{"$dynamicRef":"#n"},"unevaluatedProperties":{"$dynamicRef":"#n"},"not":{"type":"number"}}
TABLE
}

@test "prov-check: unknown content is exit 2 and names what was looked for" {
	echo '{"hello":1}' >d.json
	refuses 2 prov-check d.json
	grep -q 'CycloneDX' refuses.err
}

@test "prov-check: own documents are recognised by kind" {
	printf '{"kind":"prov.inclusion/v1","leafIndex":0}\n' >d.json
	status_is 1 prov-check --schema-dir "$SRCDIR/golden/schemas" d.json >out
	[ "$(jq -r .format out)" = prov.inclusion/v1 ]
}

@test "prov-check: CycloneDX's own 1.6 cases decide as they are named" {
	need_shared
	local n=0
	for file in "$SHARED"/vectors/schema/cyclonedx-1.6/*.json; do
		case ${file##*/} in valid-*) want=0 ;; *) want=1 ;; esac
		status_is $want prov-check --format-assertion \
		    --schema-dir "$SHARED/schemas" "$file" >out ||
			{ echo "$file"; return 1; }
		[ $want -eq 0 ] || jq -e '.errors[0].instance | type == "string"' out >/dev/null
		n=$((n + 1))
	done
	[ "$n" -eq 36 ]
}

@test "prov-check: the golden corpus decides as it is named, and where EXPECT says" {
	local corpus=$SRCDIR/golden/check n=0
	[ "$(find "$corpus" -name 'valid-*' | wc -l)" -ge 20 ]
	[ "$(find "$corpus" -name 'invalid-*' | wc -l)" -ge 40 ]
	[ "$(wc -l <"$corpus/EXPECT")" -eq "$(find "$corpus" -name 'invalid-*' | wc -l)" ]
	need_shared
	local args=(--format-assertion --rules --at 2026-01-01T00:00:00Z --schema-dir "$SHARED/schemas")
	for file in "$corpus"/valid-*; do
		status_is 0 prov-check "${args[@]}" "$file" >out ||
			{ cat out; return 1; }
	done
	while IFS=$'\t' read -r name rule pointer; do
		status_is 1 prov-check "${args[@]}" "$corpus/$name" >out ||
			{ echo "$name: $(cat out)"; return 1; }
		jq -e --arg p "$pointer" --arg r "$rule" '
		    ([.rules[]? | select(.severity == "error")]) as $broken |
		    if $r == "schema" then (.valid | not) and ($broken | length < 2)
			and any(.errors[]; .instance == $p)
		    else .valid and ($broken | length == 1) and
			($broken[0] | .rule == $r and .instance == $p) end' out >/dev/null ||
			{ echo "$name: $(cat out)"; return 1; }
		n=$((n + 1))
	done <"$corpus/EXPECT"
	[ "$n" -ge 40 ]
}

@test "prov-check: the golden corpus is what golden/gen-check makes" {
	mkdir made
	"$SRCDIR/golden/gen-check" "$PWD/made"
	diff -r made "$SRCDIR/golden/check"
}

@test "prov-check: ci/validate-corpus passes ours and fails one that is misnamed" {
	need_shared
	PROV_SCHEMAS=$SHARED/schemas BUILD=$BUILDDIR status_is 0 "$SRCDIR/ci/validate-corpus" >out ||
		{ cat out; return 1; }
	grep -q '^validate-corpus: [0-9][0-9]* documents$' out
	mkdir other
	cp "$SRCDIR/golden/check/invalid-vex-status.json" other/valid-vex-status.json
	PROV_SCHEMAS=$SHARED/schemas BUILD=$BUILDDIR status_is 1 "$SRCDIR/ci/validate-corpus" "$PWD/other" >out
	grep -q 'valid-vex-status.json: exit 1, expected 0' out
}

@test "prov-check: own schemas fit their metaschema, without a network" {
	for file in "$SRCDIR"/golden/schemas/*.schema.json; do
		status_is 0 prov-check --schema "$SRCDIR/golden/schemas/meta/2020-12.json" \
		    --schema-dir "$SRCDIR/golden/schemas" "$file" >out ||
			{ cat out; return 1; }
	done
	# A schema may name the metaschema as what it refers to.
	echo '{"$ref":"https://json-schema.org/draft/2020-12/schema"}' >s.json
	echo '{"type":"strin"}' >d.json
	PROV_SCHEMAS=$SRCDIR/golden/schemas status_is 1 prov-check -q --schema s.json d.json
}

@test "prov-check: in-toto Statements have a schema of ours" {
	local h
	h=$(printf '%064d' 7)
	export PROV_SCHEMAS=$SRCDIR/golden/schemas
	echo '{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://e/x","subject":[{"name":"a","digest":{"sha256":"'$h'","gitCommit":"abc"}}],"predicate":{}}' >st.json
	status_is 0 prov-check --format-assertion st.json
	while read -r program; do
		jq -c "$program" st.json >bad.json
		status_is 1 prov-check -q --format-assertion bad.json ||
			{ echo "$program"; return 1; }
	done <<'TABLE'
.subject = []
.subject[0].digest = {}
.subject[0].digest.sha256 |= .[1:]
.subject[0].digest.sha256 = "G" * 64
del(.predicateType)
.predicateType = "no uri"
.predicate = []
TABLE
}

@test "prov-check: agrees with ajv on every real input that has a schema" {
	need_shared
	need_peer ajv ajv-formats ajv-draft-04
	cat >ajv.js <<'JS'
const fs = require('fs'), path = require('path');
const dir = process.argv[2] + '/schemas/';
const read = f => JSON.parse(fs.readFileSync(f, 'utf8'));
const file = d => d.bomFormat ? `bom-${d.specVersion}.schema.json`
  : d.spdxVersion ? `spdx-${d.spdxVersion.slice(5)}.schema.json`
  : d.runs ? 'sarif-2.1.0.schema.json'
  : d.document ? 'csaf-2.0.schema.json'
  : JSON.stringify(d['@context'] || '').includes('spdx.org') ? 'spdx-3.0.1.schema.json'
  : 'openvex-0.2.0.schema.json';
for (const f of process.argv.slice(3)) {
  const d = read(f), s = read(dir + file(d));
  const uri = s.$schema || '';
  const Ajv = uri.includes('draft-04') ? require('ajv-draft-04')
    : uri.includes('2020-12') ? require('ajv/dist/2020') : require('ajv');
  const ajv = new Ajv({strict: false, validateFormats: false, unicodeRegExp: false});
  for (const r of ['spdx.schema.json', 'jsf-0.82.schema.json', 'cryptography-defs.schema.json'])
    if (!uri.includes('2020') && !uri.includes('draft-04')) try { ajv.addSchema(read(dir + r), s.$id && new URL(r, s.$id).href); } catch (e) {}
  if (s.$id && s.$id.includes('csaf')) {
    const D4 = require('ajv-draft-04');
    for (const r of ['cvss-v2.0.json', 'cvss-v3.0.json', 'cvss-v3.1.json']) {
      const c = read(dir + r); delete c.$schema; const id = (c.id || c.$id).split('?')[0]; delete c.id; c.$id = id;
      ajv.addSchema(c);
    }
  }
  console.log((ajv.compile(s)(d) ? 'true ' : 'false ') + f);
}
JS
	local files=("$SHARED"/vectors/inputs/{cyclonedx,spdx23,spdx3,openvex,csaf,sarif}/*.json)
	node ajv.js "$SHARED" "${files[@]}" >want
	prov-check --schema-dir "$SHARED/schemas" "${files[@]}" >out || [ $? -eq 1 ]
	jq -r '"\(.valid) \(.name)"' out >got
	same want got
}

@test "prov-check: agrees with ajv on 2,000 mutations of the real inputs" {
	need_shared
	need_peer ajv ajv-draft-04
	local n=0 schema
	mkdir made
	node "$SRCDIR/tests/peers/check-mutations.js" "$SHARED" 2000 13 made \
	    "$SHARED"/vectors/inputs/{cyclonedx,spdx23,spdx3,openvex,csaf,sarif}/*.json
	for file in made/*.ndjson; do
		schema=$(basename "$file" .ndjson)
		status_is 1 prov-check --schema-dir "$SHARED/schemas" \
		    --schema "$SHARED/schemas/$schema" "$file" >out
		jq .valid out >got
		same "${file%.ndjson}.want" got
		n=$((n + $(wc -l <got)))
	done
	[ "$n" -eq 2000 ]
	# Both answers occur often, or this would show little.
	[ "$(cat made/*.want | grep -c true)" -gt 400 ]
	[ "$(cat made/*.want | grep -c false)" -gt 400 ]
}

@test "prov-check: --rules finds each fault by its name" {
	echo true >any.json
	while IFS='|' read -r rule severity pointer document; do
		echo "$document" >d.json
		prov-check --schema any.json --rules --at 2026-01-01T00:00:00Z \
		    d.json >out || [ $? -eq 1 ]
		jq -e --arg r "$rule" --arg s "$severity" --arg p "$pointer" \
		    '[.rules[]? | select(.rule == $r and .severity == $s and
		    .instance == $p)] | length == 1' out >/dev/null ||
			{ echo "$rule: $(cat out)"; return 1; }
		valid_against prov.check/v1 out
	done <<'TABLE'
ref-unique|error|/components/1/bom-ref|{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"bom-ref":"a"},{"bom-ref":"a"}]}
ref-exists|error|/dependencies/0/dependsOn/0|{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"bom-ref":"a"}],"dependencies":[{"ref":"a","dependsOn":["b"]}]}
purl|error|/components/0/components/0/purl|{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"components":[{"purl":"pkg:"}]}]}
hash-length|error|/components/0/hashes/0|{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"hashes":[{"alg":"SHA-256","content":"00"}]}]}
time|warning|/metadata/timestamp|{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"timestamp":"2030-01-01T00:00:00Z"}}
time|error|/metadata/timestamp|{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"timestamp":"yesterday"}}
ntia-supplier|warning|/components/0|{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"a"}]}
ntia-author|warning||{"bomFormat":"CycloneDX","specVersion":"1.6"}
ref-exists|error|/relationships/0/relatedSpdxElement|{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-x"}]}
ntia-identifier|warning|/packages/0|{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a"}]}
ref-unique|error|/@graph/1/spdxId|{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"spdxId":"https://e/a"},{"spdxId":"https://e/a"}]}
cisa-hash|warning|/components/0|{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"a","licenses":[{"expression":"MIT"}]}]}
cisa-license|warning|/components/0|{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"a","licenses":[]}]}
cisa-tool|warning||{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"tools":{"components":[]}}}
cisa-context|warning||{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"lifecycles":[]}}
cisa-hash|warning|/packages/0|{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","checksums":[]}]}
cisa-license|warning|/packages/0|{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a"}]}
cisa-tool|warning||{"spdxVersion":"SPDX-2.3","creationInfo":{"creators":["Organization: a"]}}
cisa-context|warning||{"spdxVersion":"SPDX-2.3","creationInfo":{"comment":""}}
ntia-author|warning||{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","created":"2025-01-01T00:00:00Z"}]}
ntia-time|warning||{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]}
ntia-relationship|warning||{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"Relationship","relationshipType":"hasDeclaredLicense"}]}
cisa-tool|warning||{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","createdUsing":[]}]}
cisa-context|warning||{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Sbom"}]}
cisa-hash|warning|/@graph/0|{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"https://e/a"}]}
cisa-license|warning|/@graph/0|{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"https://e/a"},{"spdxId":"https://e/r","type":"Relationship","relationshipType":"dependsOn","from":"https://e/a"}]}
vex-status|error|/statements/0|{"@context":"https://openvex.dev/ns/v0.2.0","timestamp":"2025-01-01T00:00:00Z","statements":[{"status":"not_affected","products":[{"@id":"pkg:npm/a"}]}]}
vex-complete|error|/statements/0|{"@context":"https://openvex.dev/ns/v0.2.0","timestamp":"2025-01-01T00:00:00Z","statements":[{"status":"fixed"}]}
purl|error|/statements/0/products/0/@id|{"@context":"https://openvex.dev/ns/v0.2.0","timestamp":"2025-01-01T00:00:00Z","statements":[{"status":"fixed","products":[{"@id":"pkg:npm"}]}]}
TABLE
}

@test "prov-check: a document with every minimum element is asked for none" {
	echo true >any.json
	while read -r document; do
		echo "$document" >d.json
		prov-check --schema any.json --rules --fail-on warning \
		    --at 2026-01-01T00:00:00Z d.json >out ||
			{ cat out; return 1; }
		jq -e 'has("rules") | not' out >/dev/null || { cat out; return 1; }
	done <<'DOCUMENTS'
{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"timestamp":"2025-01-01T00:00:00Z","authors":[{"name":"w"}],"tools":{"components":[{"name":"t"}]},"lifecycles":[{"phase":"build"}]},"components":[{"bom-ref":"a","name":"a","version":"1","supplier":{"name":"s"},"purl":"pkg:npm/a@1","hashes":[{"alg":"MD5","content":"d41d8cd98f00b204e9800998ecf8427e"}],"licenses":[{"expression":"MIT"}]}],"dependencies":[{"ref":"a"}]}
{"bomFormat":"CycloneDX","specVersion":"1.4","metadata":{"timestamp":"2025-01-01T00:00:00Z","tools":[{"name":"t"}],"lifecycles":[{"phase":"build"}]},"components":[],"dependencies":[{"ref":"urn:cdx:a"}]}
{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","creationInfo":{"created":"2025-01-01T00:00:00Z","creators":["Organization: o","Tool: t"],"comment":"at build"},"packages":[{"SPDXID":"SPDXRef-a","name":"a","versionInfo":"1","supplier":"Organization: s","licenseDeclared":"NOASSERTION","checksums":[{"algorithm":"MD5","checksumValue":"d41d8cd98f00b204e9800998ecf8427e"}],"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/a@1"}]}],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-a"}]}
{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","@id":"_:c","created":"2025-01-01T00:00:00Z","createdBy":["https://e/o"],"createdUsing":["https://e/t"]},{"type":"software_Sbom","spdxId":"https://e/s","software_sbomType":["build"]},{"type":"software_Package","spdxId":"https://e/a","name":"a","software_packageVersion":"1","suppliedBy":"https://e/o","software_packageUrl":"pkg:npm/a@1","verifiedUsing":[{"algorithm":"md5","hashValue":"d41d8cd98f00b204e9800998ecf8427e"}]},{"type":"Relationship","spdxId":"https://e/r","relationshipType":"hasDeclaredLicense","from":"https://e/a","to":["https://spdx.org/licenses/MIT"]},{"type":"Relationship","spdxId":"https://e/q","relationshipType":"contains","from":"https://e/s","to":["https://e/a"]}]}
DOCUMENTS
}

@test "prov-check: --fail-on decides which findings are a no" {
	echo true >any.json
	echo '{"bomFormat":"CycloneDX","specVersion":"1.6"}' >d.json
	status_is 0 prov-check -q --schema any.json --rules d.json
	status_is 1 prov-check -q --schema any.json --rules --fail-on warning d.json
	refuses 2 prov-check --schema any.json --fail-on warning d.json
	refuses 2 prov-check --schema any.json --rules --fail-on note d.json
}

@test "prov-check: --text is lines for people" {
	echo '{"type":"string"}' >s.json
	echo 1 >d.json
	status_is 1 prov-check --schema s.json --text d.json >out
	cat >want <<'TEXT'
d.json: not valid
d.json: 0: : number, expected "string" (#/type)
TEXT
	same want out
}

@test "prov-check: --text masks what a terminal would act on" {
	echo '{"additionalProperties":{"type":"string"}}' >s.json
	printf '{"\\u001b[2J\\u009b31m":1}\n' >d.json
	status_is 1 prov-check --schema s.json --text d.json >out
	grep -qF 'd.json: 22: /\x1b[2J\xc2\x9b31m: number, expected "string"' out
	[ "$(LC_ALL=C tr -d '\n -~' <out | wc -c)" -eq 0 ]
}

@test "prov-check: --sarif is one log that fits SARIF's schema" {
	echo '{"properties":{"a":{"type":"integer"}}}' >s.json
	echo '{"a":"x"}' >'d e.json'
	echo '{"bomFormat":"CycloneDX","specVersion":"1.6","dependencies":[{"ref":"x"}]}' >f.json
	status_is 1 prov-check --schema s.json --rules --sarif 'd e.json' f.json >out
	jq -e '.runs | length == 1 and (.[0].results[0] | .ruleId == "schema"
	    and .level == "error" and .message.text ==
	    "/a: string, expected \"integer\" (#/properties/a/type)" and
	    (.locations[0] | .physicalLocation ==
	    {artifactLocation:{uri:"d%20e.json"},region:{byteOffset:5}} and
	    .logicalLocations[0].fullyQualifiedName == "/a"))' out
	jq -e '[.runs[0].results[] | select(.ruleId == "ref-exists")] | length == 1' out
	jq -e '.runs[0].tool.driver.rules | map(.id) | index("schema") and
	    index("ref-exists") and (unique | length) == length' out
	# Nothing wrong is a log without results.
	echo '{}' | status_is 0 prov-check --schema s.json --sarif >none
	jq -e '.runs[0].results == []' none
	need_shared
	status_is 0 prov-check -q --schema-dir "$SHARED/schemas" --format-assertion out none
}

@test "prov-check: --junit is a test case a document, well-formed whatever it says" {
	echo '{"additionalProperties":{"type":"string"}}' >s.json
	printf '{"<&\\u0001\\uffff\\"":1}\n{}\n' >d.json
	status_is 1 prov-check --schema s.json --junit d.json >out
	printf '%s\n' '<?xml version="1.0" encoding="UTF-8"?>' \
	    '<testsuite name="prov-check" tests="2" failures="1" errors="0" skipped="0">' \
	    '  <testcase classname="prov-check" name="d.json"><failure message="not valid">' \
	    'd.json: 20: /&lt;&amp;��&quot;: number, expected &quot;string&quot; (#/additionalProperties/type)' \
	    '</failure></testcase>' \
	    '  <testcase classname="prov-check" name="d.json at 23"/>' \
	    '</testsuite>' >want
	same want out
	echo 1 >one
	refuses 2 prov-check --schema s.json --junit --sarif one
	command -v xmllint >/dev/null || return 0
	xmllint --noout out
}

@test "prov-check: a name that is no text is still a record" {
	echo true >any.json
	echo 1 >$'d\xff.json'
	status_is 0 prov-check --schema any.json $'d\xff.json' >out
	echo '{"kind":"prov.check/v1","name":"?","valid":true}' >want
	same want out
}

@test "prov-check: duplicates and bad UTF-8 are refused before validation" {
	echo true >any.json
	echo '{"a":1,"\u0061":2}' >d.json
	refuses 2 prov-check --schema any.json d.json
	printf '"\xff"\n' >d.json
	refuses 2 prov-check --schema any.json d.json
}
