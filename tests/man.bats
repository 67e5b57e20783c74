#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The manual pages: every example is run, in a folder that has the files the
# pages speak of.
load helper

setup_file() {
	export M=$BATS_FILE_TMPDIR/m
	PATH="$BUILDDIR/tools:$SRCDIR/tools:$PATH"
	local app=$SRCDIR/golden/app policies=$SRCDIR/golden/policies
	mkdir "$M" && cd "$M"
	export HOME=$M/home
	mkdir home
	cp "$app/shop-front-1.5.0.cdx.json" app.cdx.json
	cp "$app/shop-front-1.5.0.grype.json" grype.json
	cp "$app/shop-front.openvex.json" vex.json
	cp "$policies/simple.json" policy.json
	cp "$policies/simple.budget.json" budget.json
	jq '.environments.production = {}' budget.json >b && mv b budget.json
	for name in bom sbom a b; do cp app.cdx.json $name.json; done
	cp grype.json scan.json
	cp vex.json vendor-vex.json
	echo '{"SchemaVersion":2,"ArtifactName":"app","ArtifactType":"filesystem","Results":[]}' >trivy.json
	prov-normalize "$app"/shop-front-1.4.0.*.json >old.json
	cp old.json last.json
	prov-normalize app.cdx.json grype.json vex.json >new.json
	cp new.json evidence.json
	prov-decide --policy policy.json --no-cache --decision-out decision.json \
	    --inputs-out inputs.json --statement-out statement.json \
	    -o verdict.json evidence.json
	for name in ci release a b c key next ops; do
		dsse-key generate --type ed25519 --no-passphrase -o $name.pem
		dsse-key public $name.pem >$name.pub
		cp -p $name.pem $name.key
	done
	echo secret >pass
	dsse-key generate --type ecdsa-p256 --format cosign \
	    --passphrase-file pass -o cosign.key
	dsse-key keyring --add ci.pub --name ci --role verdict -o k1.json
	dsse-key keyring --keyring k1.json --add release.pub --name release \
	    --role verdict -o k2.json
	dsse-key keyring --keyring k2.json --add ops.pub --name ops \
	    --role event -o keyring.json
	cp keyring.json ring.json
	dsse-sign -k ci.pem -o verdict.dsse statement.json
	dsse-sign -k release.pem -o statement.dsse statement.json
	echo artifact >app.tar
	for name in image.tar release.tar.gz other; do cp app.tar $name; done
	prov-digest --raw app.tar >subjects
	echo '{"tests":1}' >predicate.json
	cp predicate.json build.json
	dsse-sign -k a.key -k b.key --statement \
	    --predicate-type https://example.com/p --subjects subjects \
	    -o app.dsse predicate.json
	seq 120 >log
	prov-gate --sbom app.cdx.json --policy policy.json --key ci.pem \
	    --no-cache --at 2026-01-12T00:00:00Z -o proof.tar
	prov-gate --sbom app.cdx.json --findings grype.json --vex vex.json \
	    --policy policy.json --key ci.pem -o warm.tar
	export S B P PROV_SCHEMAS=$SRCDIR/golden/schemas
	S=$(printf '%064d' 1) B=$(printf '%064d' 2) P=$(printf '%064d' 3)
}

# The examples of a page, one a record: .Dl lines and literal displays, roff
# escapes undone, prompts taken off.
examples() {
	awk '
	function clean(s) {
		gsub(/\\\(dq/, "\"", s); gsub(/\\&/, "", s); gsub(/\\e/, "\\", s)
		gsub(/\\-/, "-", s); sub(/^\$ /, "", s)
		return s
	}
	/^\.Sh EXAMPLES/ { on = 1; next }
	/^\.Sh/ { on = 0 }
	on && /^\.Bd/ { text = ""; display = 1; next }
	display && /^\.Ed/ { printf "%s%c", text, 0; display = 0; next }
	display { text = text clean($0) "\n"; next }
	on && /^\.Dl/ {
		sub(/^\.Dl /, ""); s = $0
		if (s ~ /^".*"$/) s = substr(s, 2, length(s) - 2)
		printf "%s\n%c", clean(s), 0
	}' "$1"
}

@test "man: every example runs" {
	need_command jq
	local page n=0 failed=0 example got
	for page in "$SRCDIR"/man/*.[1-8]; do
		rm -rf here && cp -a "$M" here && cd here
		export HOME=$PWD/home
		while IFS= read -r -d '' example; do
			# What needs a registry, a public log's keys, others'
			# schemas, or a value from another day is not run.
			case $example in
			*...*|*skopeo*|*trusted_root*|*--schema-dir*|*' ID '*) continue ;;
			esac
			# Where the page writes a file that is there already.
			for word in $example; do
				case $word in
				release.key|ci.pem|key.pem|ci.pub|key.pub|release.pub)
					case $example in
					*"-o $word"*) rm -f "$word" ;;
					esac ;;
				esac
			done
			got=0
			bash -o pipefail -c "$example" >out 2>err </dev/null ||
				got=$?
			n=$((n + 1))
			[ $got -le 1 ] && ! grep -q -- '--help' err || {
				echo "${page##*/}: exit $got: $example"
				cat err
				failed=1
			}
		done < <(examples "$page")
		cd ..
	done
	[ $n -ge 40 ]
	[ $failed -eq 0 ]
}

@test "man: pages and --help agree, and mandoc has nothing to say" {
	"$SRCDIR/ci/check-man" "$BUILDDIR"
}
