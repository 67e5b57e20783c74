#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

# verdict.json: a fail with a hostile component name.
setup_file() {
	export R=$BATS_FILE_TMPDIR
	PATH="$BUILDDIR/tools:$SRCDIR/tools:$PATH"
	cd "$R"
	cat >app.cdx.json <<'JSON'
{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,
"metadata":{"component":{"type":"application","bom-ref":"app","name":"<b>app|`x`</b>","version":"1\u001b[31m"}},
"components":[{"type":"library","bom-ref":"a","name":"left-pad","version":"1.3.0","purl":"pkg:npm/left-pad@1.3.0"}],
"vulnerabilities":[{"id":"CVE-2020-1234","ratings":[{"severity":"critical"}],"affects":[{"ref":"a"}]}]}
JSON
	cat >policy.json <<'JSON'
{"kind":"prov.policy/v1","name":"p","version":"1","gates":{"maxSeverity":"high"}}
JSON
	prov-normalize app.cdx.json >evidence
	prov-decide --policy policy.json --no-cache --at 2026-01-12T00:00:00Z \
	    --statement-out statement evidence >verdict.json || [ $? -eq 1 ]
	dsse-key generate --type ed25519 --no-passphrase -o key.pem
	dsse-sign -k key.pem statement >envelope
}

@test "prov-report: text says status, gate, component and id, and masks controls" {
	status_is 0 prov-report "$R/verdict.json" >out
	[ "$(head -1 out)" = 'fail: <b>app|`x`</b> 1\x1b[31m (default, policy p 1)' ]
	grep -q 'FAIL maxSeverity: CVE-2020-1234 in pkg:npm/left-pad@1.3.0' out
	! grep -q "$(printf '\033')" out
}

@test "prov-report: HTML and Markdown let nothing of the names through" {
	status_is 0 prov-report --html "$R/verdict.json" >out
	grep -q '&lt;b&gt;app|`x`&lt;/b&gt;' out
	! grep -q '<b>' out
	! grep -Eiq '<script|http-equiv|src=|href=' out
	status_is 0 prov-report --markdown "$R/verdict.json" >out
	grep -q '\\<b\\>app\\|\\`x\\`\\</b\\>' out
}

@test "prov-report: SARIF is valid and names the violation" {
	status_is 0 prov-report --sarif "$R/verdict.json" >out
	[ "$(jq -r '.runs[0].results[0] | .ruleId + " " + .level' out)" = "maxSeverity error" ]
	need_shared
	status_is 0 prov-check -q --schema-dir "$SHARED/schemas" \
	    --format-assertion out
}

@test "prov-report: JUnit counts a blocked gate as a failure" {
	status_is 0 prov-report --junit "$R/verdict.json" >out
	grep -q '<testsuite name="[^"]*" tests="[0-9]*" failures="1"' out
	grep -q 'name="maxSeverity CVE-2020-1234 pkg:npm/left-pad@1.3.0"><failure' out
}

@test "prov-report: the badge says in words what its colour says" {
	status_is 0 prov-report --badge "$R/verdict.json" >out
	grep -q 'aria-label="verdict fail, trust [0-9]* of 100"' out
}

@test "prov-report: a signed verdict is shown with what was not checked" {
	status_is 0 prov-report "$R/envelope" >out
	grep -q 'Signatures were not checked' out
	grep -q '^fail: ' out
}

@test "prov-report: a verdict that is not what its id says is exit 1" {
	sed 's/"status":"fail"/"status":"warn"/' "$R/verdict.json" >bad.json
	refuses 1 prov-report bad.json
}

@test "prov-report: other documents are refused" {
	echo '{"kind":"prov.diff/v1"}' >other.json
	refuses 2 prov-report other.json
	refuses 2 prov-report --text --html "$R/verdict.json"
}
