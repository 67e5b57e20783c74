#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Small documents, each with several of the traps that readers of its format
# fall into.
load helper

# evidence FILE FILTER: what the evidence of a document has.
evidence() {
	prov-normalize "$1" >evidence.json || return
	jq -c "$2" evidence.json >got
}

@test "cyclonedx: nested components, refs that look like purls, one purl under two refs" {
	need_command jq
	cat >cdx.json <<-'END'
	{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"application","name":"app","version":"1","bom-ref":"root","components":[{"type":"library","name":"inner","version":"1","purl":"pkg:npm/inner@1"}]},"tools":{"components":[{"type":"application","name":"toolx"}]}},
	"components":[{"type":"library","bom-ref":"pkg:npm/other@9","name":"a","version":"1","purl":"pkg:npm/a@1","hashes":[{"alg":"SHA-256","content":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}],"licenses":[{"license":{"id":"MIT"}}],"components":[{"type":"library","bom-ref":"n1","name":"deep","version":"2","purl":"pkg:npm/deep@2","pedigree":{"ancestors":[{"type":"library","name":"anc","version":"0"}]}}]},
	{"type":"library","bom-ref":"a2","name":"a","version":"1","purl":"pkg:npm/a@1?arch=x","hashes":[{"alg":"SHA-1","content":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}],"licenses":[{"license":{"id":"Apache-2.0"}}]},
	{"type":"library","bom-ref":"bad","name":"stdlib","version":"1.22","purl":"pkg:golang/stdlib@1.22"}],
	"dependencies":[{"ref":"root","dependsOn":["pkg:npm/other@9"]},{"ref":"root","dependsOn":["n1","ghost"],"provides":["bad"]},{"ref":"a2","dependsOn":[]},{"ref":"n1","dependsOn":["n1","a2"]}],
	"vulnerabilities":[{"id":"CVE-1-1","affects":[{"ref":"a2"}]},{"id":"CVE-1-1","affects":[{"ref":"n1"}],"analysis":{"state":"not_affected","justification":"code_not_reachable"}},{"id":"CVE-2-2","analysis":{"state":"exploitable","response":["update"]},"affects":[{"ref":"pkg:npm/other@9","versions":[{"range":"vers:npm/>=1.0.0|<2.0.0","status":"affected"},{"version":"1","status":"unaffected"}]}]},{"id":"CVE-3-3","analysis":{"state":"in_triage"},"affects":[{"ref":"pkg:npm/a@1"}]}]}
	END
	evidence cdx.json '[.components[] | .key]'
	cat >want <<-'END'
	["pkg:npm/a@1","name:app@1","name:stdlib@1.22","pkg:npm/deep@2","pkg:npm/inner@1"]
	END
	same want got
	evidence cdx.json '.components[] | select(.key == "pkg:npm/a@1") | [.hashes, .licenses]'
	cat >want <<-'END'
	[{"sha1":["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"],"sha256":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]},["Apache-2.0","MIT"]]
	END
	same want got
	evidence cdx.json '.dependencies[] | [.ref, .dependsOn]'
	cat >want <<-'END'
	["name:app@1",["pkg:npm/a@1","pkg:npm/deep@2"]]
	["pkg:npm/deep@2",["pkg:npm/a@1","pkg:npm/deep@2"]]
	["pkg:npm/a@1",[]]
	END
	same want got
	evidence cdx.json '[.unknowns[].component]'
	cat >want <<-'END'
	["name:app@1","name:stdlib@1.22"]
	END
	same want got
}

@test "cyclonedx: entries that share an id, affected versions, analysis or none" {
	need_command jq
	cat >cdx.json <<-'END'
	{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"application","name":"app","version":"1","bom-ref":"root","components":[{"type":"library","name":"inner","version":"1","purl":"pkg:npm/inner@1"}]},"tools":{"components":[{"type":"application","name":"toolx"}]}},
	"components":[{"type":"library","bom-ref":"pkg:npm/other@9","name":"a","version":"1","purl":"pkg:npm/a@1","hashes":[{"alg":"SHA-256","content":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}],"licenses":[{"license":{"id":"MIT"}}],"components":[{"type":"library","bom-ref":"n1","name":"deep","version":"2","purl":"pkg:npm/deep@2","pedigree":{"ancestors":[{"type":"library","name":"anc","version":"0"}]}}]},
	{"type":"library","bom-ref":"a2","name":"a","version":"1","purl":"pkg:npm/a@1?arch=x","hashes":[{"alg":"SHA-1","content":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}],"licenses":[{"license":{"id":"Apache-2.0"}}]},
	{"type":"library","bom-ref":"bad","name":"stdlib","version":"1.22","purl":"pkg:golang/stdlib@1.22"}],
	"dependencies":[{"ref":"root","dependsOn":["pkg:npm/other@9"]},{"ref":"root","dependsOn":["n1","ghost"],"provides":["bad"]},{"ref":"a2","dependsOn":[]},{"ref":"n1","dependsOn":["n1","a2"]}],
	"vulnerabilities":[{"id":"CVE-1-1","affects":[{"ref":"a2"}]},{"id":"CVE-1-1","affects":[{"ref":"n1"}],"analysis":{"state":"not_affected","justification":"code_not_reachable"}},{"id":"CVE-2-2","analysis":{"state":"exploitable","response":["update"]},"affects":[{"ref":"pkg:npm/other@9","versions":[{"range":"vers:npm/>=1.0.0|<2.0.0","status":"affected"},{"version":"1","status":"unaffected"}]}]},{"id":"CVE-3-3","analysis":{"state":"in_triage"},"affects":[{"ref":"pkg:npm/a@1"}]}]}
	END
	evidence cdx.json '.findings[] | [.component, .id]'
	cat >want <<-'END'
	["pkg:npm/a@1","CVE-1-1"]
	END
	same want got
	evidence cdx.json '.vex[] | [.id, .status, .products[0].key // .products[0].purl, .products[0].versions, .nativeJustification]'
	cat >want <<-'END'
	["CVE-2-2","affected","pkg:npm/a","vers:npm/>=1.0.0|<2.0.0",null]
	["CVE-1-1","not_affected","pkg:npm/deep@2",null,"cyclonedx:code_not_reachable"]
	["CVE-2-2","not_affected","pkg:npm/a@1",null,"cyclonedx:unaffected"]
	["CVE-3-3","under_investigation","pkg:npm/a@1",null,null]
	END
	same want got
}

@test "spdx2: inverted edges, both spellings of a category, NONE, other documents" {
	need_command jq
	cat >spdx.json <<-'END'
	{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","dataLicense":"CC0-1.0","name":"d","documentNamespace":"http://x/1","creationInfo":{"created":"2024-01-01T00:00:00Z","creators":["Tool: x"]},"documentDescribes":["SPDXRef-app"],
	"packages":[{"SPDXID":"SPDXRef-app","name":"app","versionInfo":"1","downloadLocation":"NOASSERTION","licenseConcluded":"NOASSERTION","licenseDeclared":"NONE"},{"SPDXID":"SPDXRef-a","name":"a","versionInfo":"1","downloadLocation":"NOASSERTION","licenseDeclared":"MIT AND (Apache-2.0 OR LicenseRef-1)","externalRefs":[{"referenceCategory":"PACKAGE_MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/a@1"},{"referenceCategory":"OTHER","referenceType":"cpe22Type","referenceLocator":"cpe:/a:v:a:1"}],"packageVerificationCode":{"packageVerificationCodeValue":"d6a770ba38583ed4bb4525bd96e50461655d2758"}},{"SPDXID":"SPDXRef-b","name":"b","versionInfo":"2","downloadLocation":"NONE","externalRefs":[{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:v:b:2:*:*:*:*:*:*:*"}],"checksums":[{"algorithm":"SHA256","checksumValue":"00"}]}],
	"hasExtractedLicensingInfos":[{"licenseId":"LicenseRef-1","extractedText":"text","name":"Own"}],
	"relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"DEPENDENCY_OF","relatedSpdxElement":"SPDXRef-app"},{"spdxElementId":"SPDXRef-b","relationshipType":"TEST_DEPENDENCY_OF","relatedSpdxElement":"SPDXRef-a"},{"spdxElementId":"SPDXRef-b","relationshipType":"DEPENDS_ON","relatedSpdxElement":"NONE"},{"spdxElementId":"SPDXRef-a","relationshipType":"GENERATED_FROM","relatedSpdxElement":"SPDXRef-b"},{"spdxElementId":"SPDXRef-app","relationshipType":"DEPENDS_ON","relatedSpdxElement":"DocumentRef-X:SPDXRef-a"}]}
	END
	evidence spdx.json '[.components[].key]'
	cat >want <<-'END'
	["cpe:2.3:a:v:b:2:*:*:*:*:*:*:*","name:app@1","pkg:npm/a@1"]
	END
	same want got
	evidence spdx.json '.dependencies[] | [.ref, .dependsOn]'
	cat >want <<-'END'
	["pkg:npm/a@1",["cpe:2.3:a:v:b:2:*:*:*:*:*:*:*"]]
	["name:app@1",["pkg:npm/a@1"]]
	["cpe:2.3:a:v:b:2:*:*:*:*:*:*:*",[]]
	END
	same want got
	evidence spdx.json '[.unknowns[] | [.reason, .component]]'
	cat >want <<-'END'
	[["Identity","name:app@1"]]
	END
	same want got
	evidence spdx.json '.subject.key'
	cat >want <<-'END'
	"name:app@1"
	END
	same want got
	evidence spdx.json '[.components[].licenses[]]'
	cat >want <<-'END'
	["MIT AND (Apache-2.0 OR LicenseRef-sha256-982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1)"]
	END
	same want got
}

@test "spdx3: inlined elements, roots behind a Sbom, withdrawn statements" {
	need_command jq
	cat >spdx3.json <<-'END'
	{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
	{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2024-01-01T00:00:00Z","createdBy":["https://x/p"]},
	{"type":"Person","spdxId":"https://x/p","creationInfo":"_:c","name":"P"},
	{"type":"SpdxDocument","spdxId":"https://x/d","creationInfo":"_:c","rootElement":[{"type":"software_Sbom","spdxId":"https://x/s","creationInfo":"_:c","rootElement":["https://x/app"],"element":["https://x/app"]}]},
	{"type":"software_Package","spdxId":"https://x/app","creationInfo":"_:c","name":"app","software_packageVersion":"1"},
	{"type":"Relationship","spdxId":"https://x/r","creationInfo":"_:c","from":"https://x/app","relationshipType":"dependsOn","to":[{"type":"software_Package","spdxId":"https://x/a","creationInfo":"_:c","name":"a","software_packageVersion":"1","externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"packageUrl","identifier":"pkg:npm/a@1"}],"verifiedUsing":[{"type":"Hash","algorithm":"sha256","hashValue":"AB"}]}]},
	{"type":"Relationship","spdxId":"https://x/r2","creationInfo":"_:c","from":"https://x/a","relationshipType":"dependsOn","to":["https://spdx.org/rdf/3.0.1/terms/Core/NoneElement"]},
	{"type":"security_Vulnerability","spdxId":"https://x/v","creationInfo":"_:c","externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"cve","identifier":"CVE-2024-9"}]},
	{"type":"security_VexNotAffectedVulnAssessmentRelationship","spdxId":"https://x/x","creationInfo":"_:c","from":"https://x/v","relationshipType":"doesNotAffect","to":["https://x/app"],"security_assessedElement":"https://x/a","security_justificationType":"vulnerableCodeNotPresent"},
	{"type":"security_VexAffectedVulnAssessmentRelationship","spdxId":"https://x/y","creationInfo":"_:c","from":"https://x/v","relationshipType":"affects","to":["https://x/app"],"security_actionStatement":"u","security_withdrawnTime":"2024-02-01T00:00:00Z"}]}
	END
	evidence spdx3.json '[.components[].key]'
	cat >want <<-'END'
	["pkg:npm/a@1","name:app@1"]
	END
	same want got
	evidence spdx3.json '.dependencies[] | [.ref, .dependsOn]'
	cat >want <<-'END'
	["name:app@1",["pkg:npm/a@1"]]
	["pkg:npm/a@1",[]]
	END
	same want got
	evidence spdx3.json '.vex[] | [.id, .status, .justification, .products[0].key, .products[0].subcomponents[0].key, .author]'
	cat >want <<-'END'
	["CVE-2024-9","not_affected","vulnerable_code_not_present","name:app@1","pkg:npm/a@1","P"]
	END
	same want got
	evidence spdx3.json '.subject.key'
	cat >want <<-'END'
	"name:app@1"
	END
	same want got
}

@test "openvex: instants with offsets, products by hash and CPE, subcomponents" {
	need_command jq
	cat >vex.json <<-'END'
	{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2024-01-01T00:00:00Z","version":1,"statements":[
	{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a@1"}],"status":"affected","action_statement":"u","timestamp":"2024-01-02T00:00:00+02:00"},
	{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a@1"}],"status":"not_affected","justification":"component_not_present","timestamp":"2024-01-01T22:30:00Z"},
	{"vulnerability":{"name":"CVE-2"},"products":[{"@id":"http://x","hashes":{"sha-256":"ABAB"},"identifiers":{"cpe23":"cpe:2.3:a:v:p:1:*:*:*:*:*:*:*"}}],"status":"fixed"},
	{"vulnerability":{"name":"CVE-3"},"products":[{"@id":"pkg:oci/img@sha256:00","subcomponents":[{"@id":"pkg:npm/b@2"}]}],"status":"under_investigation"}]}
	END
	evidence vex.json '.vex[] | [.id, .status, .timestamp, .products[0].key, .products[0].cpe, .products[0].digest, .products[0].subcomponents[0].key]'
	cat >want <<-'END'
	["CVE-1","affected","2024-01-01T22:00:00Z","pkg:npm/a@1",null,null,null]
	["CVE-1","not_affected","2024-01-01T22:30:00Z","pkg:npm/a@1",null,null,null]
	["CVE-2","fixed","2024-01-01T00:00:00Z",null,"cpe:2.3:a:v:p:1:*:*:*:*:*:*:*","sha256:abab",null]
	["CVE-3","under_investigation","2024-01-01T00:00:00Z","pkg:oci/img@sha256:00",null,null,"pkg:npm/b@2"]
	END
	same want got
}

@test "csaf: relationships, groups, ids without a CVE, recommended is no status" {
	need_command jq
	cat >csaf.json <<-'END'
	{"document":{"category":"csaf_vex","csaf_version":"2.0","publisher":{"category":"vendor","name":"V","namespace":"https://v.example"},"title":"t","tracking":{"id":"V-1","version":"1","status":"final","revision_history":[],"initial_release_date":"2024-01-01T00:00:00Z","current_release_date":"2024-01-02T00:00:00Z"}},
	"product_tree":{"branches":[{"category":"vendor","name":"V","branches":[{"category":"product_name","name":"os","branches":[{"category":"product_version","name":"8","product":{"product_id":"OS8","name":"os 8","product_identification_helper":{"cpe":"cpe:/o:v:os:8"}}}]},{"category":"product_version","name":"curl-1","product":{"product_id":"CURL","name":"curl","product_identification_helper":{"purl":"pkg:rpm/v/curl@1-1?arch=x86_64"}}}]}],
	"relationships":[{"category":"default_component_of","product_reference":"CURL","relates_to_product_reference":"OS8","full_product_name":{"product_id":"OS8:CURL","name":"curl on os"}}],
	"product_groups":[{"group_id":"G","product_ids":["OS8:CURL"]}]},
	"vulnerabilities":[{"cve":"CVE-2024-1","notes":[],"product_status":{"known_not_affected":["OS8:CURL"],"recommended":["OS8"]},"flags":[{"label":"vulnerable_code_not_present","group_ids":["G"]}]},{"ids":[{"system_name":"X","text":"X-2"}],"notes":[],"product_status":{"first_fixed":["CURL"]}}]}
	END
	evidence csaf.json '.vex[] | [.id, .status, .justification, .products[0].cpe, .products[0].key, .products[0].subcomponents[0].key]'
	cat >want <<-'END'
	["CVE-2024-1","not_affected","vulnerable_code_not_present","cpe:2.3:o:v:os:8:*:*:*:*:*:*:*","name:V/os@8","pkg:rpm/v/curl@1-1"]
	["X-2","fixed",null,null,"pkg:rpm/v/curl@1-1",null]
	END
	same want got
}

@test "osv: one finding a group, the vector is scored, withdrawn records are gone" {
	need_command jq
	cat >osv.json <<-'END'
	{"results":[{"source":{"path":"/x","type":"lockfile"},"packages":[{"package":{"name":"org.x:y","version":"1.0","ecosystem":"Maven"},"vulnerabilities":[{"id":"GHSA-aaaa","modified":"2024-01-01T00:00:00Z","aliases":["CVE-2024-1"],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[{"package":{"ecosystem":"Maven","name":"org.x:y"},"ranges":[{"type":"ECOSYSTEM","events":[{"fixed":"2.0"},{"introduced":"0"}]}]}]},{"id":"GHSA-bbbb","modified":"2024-01-01T00:00:00Z","withdrawn":"2024-02-01T00:00:00Z"}],"groups":[{"ids":["GHSA-aaaa"],"aliases":["CVE-2024-1","GHSA-aaaa"],"max_severity":"9.8"},{"ids":["GHSA-bbbb"],"aliases":[],"max_severity":""}]},{"package":{"name":"curl","version":"7.1-1","ecosystem":"Debian:12"},"vulnerabilities":[],"groups":[]}]}]}
	END
	evidence osv.json '.findings[] | [.id, .aliases, .component, .cvss, .severity, .fix]'
	cat >want <<-'END'
	["CVE-2024-1",["GHSA-aaaa"],"pkg:maven/org.x/y@1.0",980,"critical",{"state":"fixed","versions":["2.0"]}]
	END
	same want got
}

@test "sarif: rejected suppressions, absent results, a run that did not finish" {
	need_command jq
	cat >sarif.json <<-'END'
	{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Grype","rules":[{"id":"CVE-2024-1-a","properties":{"security-severity":"9.8","purls":["pkg:npm/a@1"]}}]}},"results":[{"ruleId":"CVE-2024-1-a","message":{"text":"m"},"suppressions":[{"kind":"external","status":"rejected"}]},{"ruleIndex":0,"ruleId":"CVE-2024-1-a","message":{"text":"m"},"baselineState":"absent"}]},{"tool":{"driver":{"name":"x"}}}]}
	END
	evidence sarif.json '.findings[] | [.id, .component, .cvss, .suppressed]'
	cat >want <<-'END'
	["CVE-2024-1","pkg:npm/a@1",980,null]
	END
	same want got
	evidence sarif.json '[.unknowns[].reason] | sort'
	cat >want <<-'END'
	["FeedGap","Identity"]
	END
	same want got
}

@test "a byte order mark is named" {
	printf '\357\273\277{"version":"2.1.0","runs":[]}' >bom.json
	refuses 2 prov-normalize bom.json
	grep -q 'byte order mark' refuses.err
}

@test "cyclonedx: components nested 240 deep are all inventory" {
	need_command jq
	awk 'BEGIN {
		printf "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":["
		for (i = 0; i < 240; i++)
			printf "{\"type\":\"library\",\"name\":\"n%d\",\"components\":[", i
		for (i = 0; i < 240; i++)
			printf "]}"
		printf "]}"
	}' >nested.json
	evidence nested.json '[(.components|length), (.dependencies|length)]'
	echo '[240,0]' >want
	same want got
}

# A name, a document, and what is true of its evidence; one line each.
@test "one trap each: small documents and what their evidence says" {
	need_command jq
	local name document claim seen=0
	while IFS= read -r name && IFS= read -r document && IFS= read -r claim; do
		printf '%s' "$document" >one.json
		prov-normalize one.json >evidence.json || { echo "$name: refused"; return 1; }
		jq -e "$claim" evidence.json >/dev/null || {
			echo "$name: not so: $claim"
			head -c 2000 evidence.json
			return 1
		}
		prov-ingest one.json | prov-normalize >piped.json
		same evidence.json piped.json
		seen=$((seen + 1))
	done <<-'END'
cyclonedx: an external component's version range is no version
{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"type":"library","name":"a","isExternal":true,"versionRange":"vers:npm/>=1.0.0|<2.0.0","purl":"pkg:npm/a"}]}
.components[0].key == "pkg:npm/a" and .components[0].version == "" and [.unknowns[]|select(.component == "pkg:npm/a")|.reason] == ["Identity"]
cyclonedx: tools are an array, or an object of components and services, in metadata and in vulnerabilities
{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"tools":{"components":[{"type":"application","name":"t"}],"services":[{"name":"s"}]}},"components":[{"type":"library","name":"a","bom-ref":"a"}],"vulnerabilities":[{"id":"CVE-1","tools":{"components":[{"type":"application","name":"t"}]},"affects":[{"ref":"a"}]},{"id":"CVE-2","tools":[{"vendor":"v","name":"n"}],"affects":[{"ref":"a"}]}]}
[.components[].key] == ["name:a@"] or [.components[].key] == ["name:a"] and (.findings|length) == 2
cyclonedx: analysis without a state is a finding
{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"a","bom-ref":"a"}],"vulnerabilities":[{"id":"CVE-1","analysis":{"detail":"x"},"affects":[{"ref":"a"}]}]}
.vex == [] and (.findings|length) == 1
cyclonedx: a bom-ref may be empty, and names nothing
{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"type":"library","name":"a","bom-ref":""},{"type":"library","name":"b","bom-ref":""}],"dependencies":[{"ref":"","dependsOn":[]}]}
(.components|length) == 2 and .dependencies == []
cyclonedx: the purl wins over group, name and version
{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"type":"library","group":"g","name":"x","version":"9","purl":"pkg:maven/org/a@1"}]}
.components[0]|.key == "pkg:maven/org/a@1" and .name == "org:a" and .version == "1"
cyclonedx: hash names of all versions, either case, any length
{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"type":"library","name":"a","hashes":[{"alg":"SHA3-256","content":"AB"},{"alg":"BLAKE2b-256","content":"cd"},{"alg":"BLAKE3","content":"ef"},{"alg":"Streebog-512","content":"01"},{"alg":"SHA-256","content":"abc"}]}]}
.components[0].hashes == {blake2b256:["cd"],blake3:["ef"],sha3_256:["ab"],streebog512:["01"]} and (.unknowns|any(.detail|test("hash")))
cyclonedx: licences by expression, id, name, mixed
{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"type":"library","name":"a","licenses":[{"expression":"MIT OR Apache-2.0"},{"license":{"id":"BSD-2-Clause","acknowledgement":"declared"}},{"license":{"name":"GPL-2.0 WITH x"}}]}]}
.components[0].licenses == ["BSD-2-Clause","GPL-2.0 WITH x","MIT OR Apache-2.0"]
cyclonedx: the same component as subject and in the list is one
{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"application","name":"a","version":"1","bom-ref":"r"}},"components":[{"type":"application","name":"a","version":"1","bom-ref":"r2"}],"dependencies":[{"ref":"r","dependsOn":[]},{"ref":"r2","dependsOn":["r"]}]}
(.components|length) == 1 and (.dependencies|length) == 1
cyclonedx: ratings: info, a method that is no CVSS, a score that is no CVSS
{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"a","bom-ref":"a"}],"vulnerabilities":[{"id":"CVE-1","ratings":[{"severity":"info","method":"OWASP","score":77.7}],"affects":[{"ref":"a"}]},{"id":"CVE-2","references":[{"id":"GHSA-1","source":{"name":"g"}}],"affects":[{"ref":"a"}]}]}
[.findings[]|[.id,.severity,.cvss,.aliases]]|sort == [["CVE-1","negligible",null,[]],["CVE-2","unknown",null,["GHSA-1"]]]
cyclonedx: one reference that does not resolve does not cost the others
{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"a","bom-ref":"a"}],"vulnerabilities":[{"id":"CVE-1","affects":[{"ref":"gone"},{"ref":"a"}]},{"id":"CVE-2","affects":[{"ref":"gone"}],"analysis":{"state":"exploitable"}}]}
(.findings|length) == 1 and (.unknowns|map(select(.detail|test("CVE-[12]")))|length) == 2
cyclonedx: an unknown version of affects is under investigation
{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"a","version":"1","bom-ref":"a"}],"vulnerabilities":[{"id":"CVE-1","analysis":{"state":"exploitable"},"affects":[{"ref":"a","versions":[{"version":"1","status":"unknown"}]}]}]}
[.vex[].status] == ["under_investigation"]
cyclonedx: every composition but complete is incomplete knowledge
{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"a","bom-ref":"a"}],"compositions":[{"aggregate":"incomplete_first_party_only","dependencies":["a"]},{"aggregate":"complete","assemblies":["a"]}]}
[.unknowns[]|select(.reason == "AnalyzerLimit")|.component] == ["name:a"] or [.unknowns[]|select(.reason == "AnalyzerLimit")|.component] == ["name:a@"]
cyclonedx: excluded is kept apart from required and optional
{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"a","scope":"excluded"},{"type":"library","name":"b","scope":"required"},{"type":"library","name":"c","scope":"optional"}]}
[.components[]|[.name,.scope]]|sort == [["a","excluded"],["b",null],["c","optional"]]
spdx2: roots by DESCRIBES, DESCRIBED_BY and documentDescribes; several are an unknown
{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-a","name":"a"},{"SPDXID":"SPDXRef-b","name":"b"},{"SPDXID":"SPDXRef-c","name":"c"}],"documentDescribes":["SPDXRef-c"],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-b"},{"spdxElementId":"SPDXRef-a","relationshipType":"DESCRIBED_BY","relatedSpdxElement":"SPDXRef-DOCUMENT"}]}
.subject.name == "a" and (.unknowns|any(.reason == "Identity" and (.detail|test("several"))))
spdx2: every kind of dependency, in its direction
{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-a","name":"a","purl":"x"},{"SPDXID":"SPDXRef-b","name":"b"}],"relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"HAS_PREREQUISITE","relatedSpdxElement":"SPDXRef-b"},{"spdxElementId":"SPDXRef-a","relationshipType":"DYNAMIC_LINK","relatedSpdxElement":"SPDXRef-b"},{"spdxElementId":"SPDXRef-b","relationshipType":"PREREQUISITE_FOR","relatedSpdxElement":"SPDXRef-a"},{"spdxElementId":"SPDXRef-b","relationshipType":"OPTIONAL_DEPENDENCY_OF","relatedSpdxElement":"SPDXRef-a"},{"spdxElementId":"SPDXRef-b","relationshipType":"CONTAINS","relatedSpdxElement":"SPDXRef-a"},{"spdxElementId":"SPDXRef-b","relationshipType":"GENERATED_FROM","relatedSpdxElement":"SPDXRef-a"},{"spdxElementId":"SPDXRef-b","relationshipType":"OPTIONAL_COMPONENT_OF","relatedSpdxElement":"SPDXRef-a"}]}
[.dependencies[]|[(.ref|.[0:6]),(.dependsOn|map(.[0:6]))]] == [["name:a",["name:b"]]]
spdx2: NOASSERTION on the right says nothing, NONE says there is none
{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-a","name":"a"},{"SPDXID":"SPDXRef-b","name":"b"}],"relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"NOASSERTION"},{"spdxElementId":"SPDXRef-b","relationshipType":"DEPENDS_ON","relatedSpdxElement":"NONE"}]}
[.dependencies[].ref|.[0:6]] == ["name:b"]
spdx2: the purpose of a package in both spellings
{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-a","name":"a","primaryPackagePurpose":"OPERATING_SYSTEM"},{"SPDXID":"SPDXRef-b","name":"b","primaryPackagePurpose":"OPERATING-SYSTEM"}]}
[.components[].type] == ["operating-system","operating-system"]
spdx2: a file as root is no component, and no refusal
{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-a","name":"a"}],"files":[{"SPDXID":"SPDXRef-f","fileName":"./f"}],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-f"}]}
(.components|length) == 1 and .subject.name == "./f"
spdx3: AI packages and datasets are packages, files are none
{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2024-01-01T00:00:00Z","createdBy":["urn:p"]},{"type":"ai_AIPackage","spdxId":"urn:m","name":"m"},{"type":"dataset_DatasetPackage","spdxId":"urn:d","name":"d"},{"type":"software_File","spdxId":"urn:f","name":"f"}]}
[.components[].name]|sort == ["d","m"]
spdx3: packageUrl wins over an external identifier, a verification code is no digest
{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2024-01-01T00:00:00Z","createdBy":["urn:p"]},{"type":"software_Package","spdxId":"urn:a","name":"a","software_packageUrl":"pkg:npm/a@1","externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"packageUrl","identifier":"pkg:npm/b@2"}],"verifiedUsing":[{"type":"PackageVerificationCode","algorithm":"sha1","hashValue":"ab"},{"type":"Hash","algorithm":"sha3_256","hashValue":"CD"}]}]}
.components[0]|.key == "pkg:npm/a@1" and .hashes == {sha3_256:["cd"]}
spdx3: one bare object without a graph
{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","type":"software_Package","spdxId":"urn:a","name":"a","creationInfo":{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2024-01-01T00:00:00Z","createdBy":["urn:p"]}}
(.components|length) == 1
spdx3: an array of contexts, version from CreationInfo
{"@context":["https://spdx.org/rdf/3.0.1/spdx-context.jsonld",{"x":"urn:x"}],"@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.0","created":"2024-01-01T00:00:00Z"},{"type":"software_Package","spdxId":"urn:a","name":"a"}]}
.documents[0].formatVersion == "3.0.0"
spdx3: a vulnerability that an artifact has is a finding without status, scored by its assessments
{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2024-01-01T00:00:00Z","createdBy":["urn:p"]},{"type":"software_Package","spdxId":"urn:a","name":"a"},{"type":"security_Vulnerability","spdxId":"urn:v","name":"CVE-2024-1"},{"type":"Relationship","spdxId":"urn:r","from":"urn:a","relationshipType":"hasAssociatedVulnerability","to":["urn:v"]},{"type":"security_CvssV3VulnAssessmentRelationship","spdxId":"urn:s","from":"urn:v","relationshipType":"hasAssessmentFor","to":["urn:a"],"security_score":9.8,"security_severity":"critical","security_vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},{"type":"security_EpssVulnAssessmentRelationship","spdxId":"urn:e","from":"urn:v","relationshipType":"hasAssessmentFor","to":["urn:a"],"security_probability":0.1}]}
[.findings[]|[.id,.severity,.cvss]] == [["CVE-2024-1","critical",980]] and .vex == []
spdx3: kinds of dependency and containment, incomplete knowledge
{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2024-01-01T00:00:00Z","createdBy":["urn:p"]},{"type":"software_Package","spdxId":"urn:a","name":"a"},{"type":"software_Package","spdxId":"urn:b","name":"b"},{"type":"software_Package","spdxId":"urn:c","name":"c"},{"type":"LifecycleScopedRelationship","spdxId":"urn:1","from":"urn:a","relationshipType":"hasDynamicLink","scope":"runtime","completeness":"incomplete","to":["urn:b"]},{"type":"Relationship","spdxId":"urn:2","from":"urn:b","relationshipType":"contains","to":["urn:c"]},{"type":"Relationship","spdxId":"urn:3","from":"urn:c","relationshipType":"dependsOn","to":["NoAssertionElement"]}]}
[.dependencies[].ref|.[0:6]] == ["name:a"] and (.unknowns|any(.reason == "AnalyzerLimit"))
openvex: a justification on an affected statement is no reason to refuse
{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"A","timestamp":"2024-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a@1"}],"status":"affected","action_statement":"u","justification":"component_not_present"}]}
[.vex[].status] == ["affected"]
openvex: no version in the context is 0.0.1
{"@context":"https://openvex.dev/ns","@id":"x","author":"A","role":"r","timestamp":"2024-01-01T00:00:00Z","version":"1","statements":[{"vulnerability":"CVE-1","products":["pkg:npm/a@1"],"status":"fixed"}]}
.documents[0].formatVersion == "0.0.1" and .vex[0].products[0].key == "pkg:npm/a@1"
openvex: aliases, a product by hashes alone
{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"A","timestamp":"2024-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"GHSA-1","aliases":["CVE-2024-1"]},"products":[{"hashes":{"sha-256":"AB"}}],"status":"fixed"}]}
.vex[0]|.id == "CVE-2024-1" and .aliases == ["GHSA-1"] and .products[0].digest == "sha256:ab"
csaf: an advisory that is no VEX profile holds the same statements
{"document":{"category":"csaf_security_advisory","csaf_version":"2.0","publisher":{"name":"V"},"title":"t","tracking":{"id":"1","status":"final","current_release_date":"2024-01-01T00:00:00Z"}},"product_tree":{"full_product_names":[{"product_id":"A","name":"a","product_identification_helper":{"purl":"pkg:npm/a@1","cpe":"cpe:2.3:a:v:a:1:*:*:*:*:*:*:*","hashes":[{"file_hashes":[{"algorithm":"sha256","value":"AB"}],"filename":"f"}]}}]},"vulnerabilities":[{"cve":"CVE-1","product_status":{"last_affected":["A"]}}]}
.vex[0]|.status == "affected" and ([.products[]|.purl,.cpe,.digest]|map(select(.))|sort) == ["cpe:2.3:a:v:a:1:*:*:*:*:*:*:*","pkg:npm/a@1","sha256:ab"]
grype: what it looked at is an object, a string or unknown
{"descriptor":{"name":"grype"},"source":{"type":"image","target":{"userInput":"img:1","manifestDigest":"sha256:00"}},"matches":[]}
.subject.name == "img:1"
grype: a scan of a directory
{"descriptor":{"name":"grype"},"source":{"type":"directory","target":"/src"},"matches":[]}
.subject.name == "/src"
grype: old reports, without a fix object and with CPEs as objects
{"matches":[{"vulnerability":{"id":"CVE-1","severity":"High","links":[],"cvssV2":{"baseScore":5}},"matchDetails":{"matcher":"x"},"artifact":{"name":"a","version":"1","type":"deb","cpes":[{"cpe":"cpe:2.3:a:v:a:1:*:*:*:*:*:*:*"}]}}],"source":{"type":"image","target":"x"}}
.findings[0].severity == "high"
grype: a related vulnerability is an alias, its CVSS counts
{"descriptor":{"name":"grype"},"matches":[{"vulnerability":{"id":"GHSA-1","severity":"High","fix":{"state":"not-fixed","versions":[]}},"relatedVulnerabilities":[{"id":"CVE-2024-1","cvss":[{"version":"3.1","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","metrics":{"baseScore":9.8}}]}],"artifact":{"name":"a","version":"1","purl":"pkg:npm/a@1"}}]}
.findings[0]|.id == "CVE-2024-1" and .aliases == ["GHSA-1"] and .fix.state == "not_fixed" and .cvss == 980
trivy: no PkgIdentifier: the purl from type and name
{"SchemaVersion":2,"ArtifactName":"i","Results":[{"Class":"lang-pkgs","Type":"jar","Vulnerabilities":[{"VulnerabilityID":"CVE-1","PkgName":"org.x:y","InstalledVersion":"1","FixedVersion":"","Severity":"UNKNOWN","Status":"end_of_life"}]},{"Class":"lang-pkgs","Type":"gomod","Vulnerabilities":[{"VulnerabilityID":"CVE-2","PkgName":"github.com/a/b","InstalledVersion":"v1.0.0","Severity":"LOW"}]},{"Class":"config","Type":"dockerfile"}]}
[.findings[]|[.id,.component,.fix.state]]|sort == [["CVE-1","pkg:maven/org.x/y@1","end_of_life"],["CVE-2","pkg:golang/github.com/a/b@v1.0.0","unknown"]]
osv: an empty report is a scan that found nothing
{"results":[],"experimental_config":{"licenses":{"summary":false}}}
.findings == [] and .documents[0].format == "osv"
osv: ecosystems with a suffix, vectors of several versions, unknown enum values
{"results":[{"source":{"path":"x","type":"os"},"packages":[{"package":{"name":"curl","version":"8.1-r0","ecosystem":"Alpine:v3.19"},"vulnerabilities":[{"id":"ALPINE-CVE-2024-1","modified":"2024-01-01T00:00:00Z","aliases":["CVE-2024-1"],"severity":[{"type":"CVSS_V9","score":"x"},{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],"affected":[{"ranges":[{"type":"WEIRD","events":[{"introduced":"0"},{"last_affected":"9"}]}]}]}],"groups":[{"ids":["ALPINE-CVE-2024-1"],"max_severity":""}]}]}]}
.findings[0]|.id == "CVE-2024-1" and (.component|startswith("pkg:apk/alpine/curl@8.1-r0")) and .cvss == 750
sarif: a result whose rule is an index, and one whose rule is in an extension
{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t","rules":[{"id":"A"}]},"extensions":[{"name":"e","rules":[{"id":"B","properties":{"security-severity":"7.0"}}]}]},"results":[{"rule":{"index":0,"toolComponent":{"index":0}},"message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"f"}}}]},{"ruleIndex":0,"message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"f"}}}]}]}]}
[.findings[]|[.id,.severity]]|sort == [["A","medium"],["B","high"]]
intoto: a predicate that is a string is the document
{"_type":"https://in-toto.io/Statement/v0.1","subject":[{"name":"i","digest":{"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}}],"predicateType":"https://cosign.sigstore.dev/attestation/v1","predicate":{"Data":"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":[{\"type\":\"library\",\"name\":\"a\"}]}","Timestamp":"2024-01-01T00:00:00Z"}}
.documents[0].format == "cyclonedx" and (.components|length) == 1
intoto: the scanner's own report in cosign's vuln predicate
{"_type":"https://in-toto.io/Statement/v0.1","subject":[],"predicateType":"https://cosign.sigstore.dev/attestation/vuln/v1","predicate":{"invocation":{},"scanner":{"uri":"x","result":{"SchemaVersion":2,"ArtifactName":"i","Results":[]}},"metadata":{}}}
.documents[0].format == "trivy"
	END
	[ "$seen" -gt 35 ]
}
