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
