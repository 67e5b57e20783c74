#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

@test "prov-purl: parse prints the canonical purl, its key and its parts" {
	prov-purl parse 'pkg:NPM/@babel/core@7.0.0?arch=x&B=c%20d#/a/../b/' >out
	cat >want <<-'END'
	{"key":"pkg:npm/%40babel/core@7.0.0?b=c%20d#a/b","kind":"prov.purl/v1","name":"core","namespace":"@babel","purl":"pkg:npm/%40babel/core@7.0.0?arch=x&b=c%20d#a/b","qualifiers":{"arch":"x","b":"c d"},"subpath":"a/b","type":"npm","version":"7.0.0"}
	END
	same want out
	valid_against prov.purl/v1 out
}

@test "prov-purl: absent parts are null, qualifiers an empty object" {
	prov-purl parse pkg:gem/rails >out
	cat >want <<-'END'
	{"key":"pkg:gem/rails","kind":"prov.purl/v1","name":"rails","namespace":null,"purl":"pkg:gem/rails","qualifiers":{},"subpath":null,"type":"gem","version":null}
	END
	same want out
	valid_against prov.purl/v1 out
}

@test "prov-purl: operands and lines of stdin give the same records" {
	prov-purl parse pkg:npm/a@1 pkg:npm/b@2 >want
	printf 'pkg:npm/a@1\npkg:npm/b@2\n' | prov-purl parse >out
	same want out
	printf 'pkg:npm/b@2' | prov-purl parse pkg:npm/a@1 - >out
	same want out
	printf 'pkg:npm/a@1\npkg:npm/b@2' | prov-purl parse -o file
	same want file
	prov-purl parse </dev/null >out
	[ ! -s out ]
}

@test "prov-purl: a purl that does not parse is exit 2" {
	while IFS= read -r bad; do
		refuses 2 prov-purl parse "$bad" || return 1
		printf '%s\n' "$bad" >line
		status_is 2 prov-purl parse <line >out 2>err || return 1
		[ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] || return 1
	done <<-'END'
	npm/a@1
	pkg:npm
	pkg:npm/
	pkg:npm/@1
	pkg:maven/@1.3.4
	pkg%3Amaven/a/b
	pkg:n&g?inx/nginx@0.8.9
	pkg:3nginx/nginx@0.8.9
	pkg:nginx:a/nginx@0.8.9
	pkg:npm/a@1?in%20production=true
	pkg:npm/a@1?x
	pkg:npm/a@1?x=1&X=2
	pkg:npm/a%zz
	pkg:generic/a b
	pkg:golang/stdlib@1.22
	pkg:deb/curl@1
	pkg:cargo/a/b@1
	pkg:julia/Dates
	pkg:swid/Fedora@29
	pkg:vcpkg/boost/asio@1.84.0
	pkg:chrome-extension/dogs
	pkg:cpan/GDT/URI::PackageURL
	END
}

@test "prov-purl: a bad line among good ones is named with offset and record" {
	printf 'pkg:npm/a\nx\npkg:npm/b\n' >in
	status_is 2 prov-purl parse <in >out 2>err
	prov-purl parse pkg:npm/a pkg:npm/b >want
	same want out
	echo 'prov-purl: <stdin>: 10: a purl begins with "pkg:" (record 2)' \
		>want
	same want err
}

@test "prov-purl: --lenient does not ask for the rules of a type" {
	prov-purl parse --lenient pkg:golang/stdlib@1.22 'pkg:generic/a b' |
		jq -r .purl >out
	printf 'pkg:golang/stdlib@1.22\npkg:generic/a%%20b\n' >want
	same want out
	refuses 2 prov-purl parse --lenient pkg:npm
}

# Every parse and validate case of the suite, through the tool.
@test "prov-purl: the suite of the purl specification passes" {
	need_shared
	need_command jq
	local dir=$SHARED/vectors/purl good=0 bad=0
	jq -c '.tests[] | select((.input | type) == "string")' \
		"$dir"/*-test.json >cases
	jq -r 'select(.expected_failure | not) | .input' cases |
		prov-purl parse >got
	jq -cS 'select(.expected_failure | not) | if .test_type == "parse"
	    then .expected_output | {type, namespace, name, version, subpath,
	    qualifiers: (.qualifiers // {})} else .expected_output end' \
		cases >want
	paste -d'\n' want got | jq -cn '[inputs] | _nwise(2) | select(
	    (.[1] | {type, namespace, name, version, subpath, qualifiers})
	    as $parts | .[0] != $parts and .[0] != .[1].purl)' >wrong
	same /dev/null wrong
	good=$(wc -l <want)
	while IFS= read -r input; do
		refuses 2 prov-purl parse "$input" || return 1
		bad=$((bad + 1))
	done < <(jq -r 'select(.expected_failure) | .input' cases)
	[ "$good" -gt 200 ] && [ "$bad" -gt 15 ]
}

# The suites of the unit tests name their files, so that each is a result.
@test "prov-purl: no file of the published suites is left out" {
	need_shared
	for area in purl vers versions; do
		for file in "$SHARED"/vectors/$area/*; do
			name=${file##*/} name=${name%.*}
			[ "$name" = SOURCES ] && continue
			[ $area = purl ] && name=${name%-test}
			cat "$SRCDIR"/tests/unit/{purl,vers,version}.c |
				grep -q "\"$name\"" || { echo "nothing runs $file"; return 1; }
		done
	done
}

@test "prov-purl: compare says -1, 0 or 1" {
	while read -r scheme a b want; do
		[ "$(prov-purl compare "$scheme" "$a" "$b")" = "$want" ] || {
			echo "$scheme $a $b is not $want"
			return 1
		}
	done <<-'END'
	semver 1.0.0-rc.1 1.0.0 -1
	semver 1.0.0+a 1.0.0+b 0
	npm 1.10.0 1.9.0 1
	cargo 1.0.0 1.0.0 0
	golang v1.0.0 1.0.0 0
	pypi 1.0 1.0.0 0
	pypi 1!0 2024.1 1
	pypi 1.0.dev1 1.0a1 -1
	maven 1.0-alpha-1 1.0 -1
	maven 1-ga 1 0
	deb 1:0.1 2.0 1
	deb 1.0~rc1 1.0 -1
	rpm 1.0^git1 1.0 1
	rpm 1.0-1 1.0 1
	apk 1.2_rc1 1.2 -1
	apk 1.2-r1 1.2-r10 -1
	alpm 1.0a 1.0 -1
	gem 1.0.a 1.0 -1
	nuget 1.0.0-BETA 1.0.0-beta 0
	composer 1.0-dev 1.0-alpha -1
	hackage 1.0 1.0.0 -1
	cran 0.1-2 0.1.10 -1
	pub 1.0.0+1 1.0.0 1
	conan 1.0 1.0.0 0
	gentoo 1.0_p1 1.0 1
	openssl 1.0.2za 1.0.2z 1
	datetime 2024-01-01T00:00:00Z 2024-01-01T01:00:00+01:00 0
	intdot 1.10 1.9 1
	lexicographic 10 9 -1
	semver 99999999999999999999999 100000000000000000000000 -1
	END
}

@test "prov-purl: compare reads pairs of lines and the published tables hold" {
	need_shared
	for table in "$SHARED"/vectors/versions/*.tsv; do
		scheme=$(basename "$table" .tsv)
		case $scheme in SOURCES) continue ;; npm-loose) scheme=npm ;; esac
		awk -F'\t' '!/^#a/ { print $1 "\t" $3 }' "$table" >pairs
		awk -F'\t' '!/^#a/ { print $2 == "<" ? -1 : $2 == ">" }' \
			"$table" >want
		prov-purl compare "$scheme" <pairs >out
		same want out || { echo "$table"; return 1; }
	done
}

@test "prov-purl: compare refuses an unknown scheme and a line without a tab" {
	refuses 2 prov-purl compare swid 1 2
	refuses 2 prov-purl compare
	refuses 2 prov-purl compare npm 1
	refuses 2 prov-purl compare npm 1 2 3
	printf '1\t2\n1 2\n' >in
	status_is 2 prov-purl compare npm <in >out 2>err
	[ ! -s out ]
	grep -q '^prov-purl: <stdin>: 4: found no tab' err
}

@test "prov-purl: contains answers with its exit status alone" {
	while read -r want range version; do
		status_is "$want" prov-purl contains "$range" "$version" \
			>out 2>err || return 1
		same /dev/null out && same /dev/null err || return 1
	done <<-'END'
	0 vers:npm/>=1.0.0|<2.0.0 1.5.0
	1 vers:npm/>=1.0.0|<2.0.0 2.0.0
	0 vers:npm/>1.0.0 3.0.0
	1 vers:npm/>1.0.0 0.1.0
	0 vers:npm/<2.0.0 1.0.0
	1 vers:npm/!=1.0.0 1.0.0
	0 vers:pypi/1.0 1.0.0
	0 vers:all/* 1
	1 vers:none/* 1
	0 vers:deb/>=1:1.0-1|<1:1.0-3 1:1.0-2
	1 vers:nobody/1 2
	0 vers:nobody/1|>2 1
	END
}

@test "prov-purl: contains reads what is not canonical with a note" {
	while IFS='	' read -r want range version; do
		status_is "$want" prov-purl contains "$range" "$version" \
			>out 2>err || return 1
		same /dev/null out || return 1
		echo "prov-purl: $range: not canonical vers, read leniently" \
			>want.err
		same want.err err || return 1
	done <<-'END'
	0	vers:npm/>=1.0.0| <2.0.0	1.5.0
	1	vers:npm/<2.0.0|>=1.0.0	0.5.0
	0	VERS:NPM/1.0.0|1.0.0	1.0.0
	0	vers:npm/|1.0.0|	1.0.0
	END
	refuses 2 prov-purl contains vers:npm/ 1
	refuses 2 prov-purl contains '>=1' 1
	refuses 2 prov-purl contains 'vers:npm/>=1%2' 1
	refuses 2 prov-purl contains 'vers:nobody/>2' 3
	refuses 2 prov-purl contains 'vers:npm/>2'
}

@test "prov-purl: range writes canonical vers" {
	while IFS='	' read -r scheme native want; do
		[ "$(prov-purl range "$scheme" "$native")" = "$want" ] || {
			echo "$scheme $native: $(prov-purl range "$scheme" "$native")"
			return 1
		}
	done <<-'END'
	npm	^1.2.3 || ~2.0	vers:npm/>=1.2.3|<2.1.0
	maven	[1.0,2.0)	vers:maven/>=1.0|<2.0
	pypi	~=1.4.2	vers:pypi/>=1.4.2|<1.5
	gem	~> 2.0.8	vers:gem/>=2.0.8|<2.1
	END
	prov-purl range 'vers:npm/<2|>=1|1.5' >out 2>err
	echo 'vers:npm/>=1|<2' >want
	same want out
	refuses 2 prov-purl range npm '^'
}

@test "prov-purl: hostile bytes do not reach the terminal" {
	refuses 2 prov-purl parse "$(printf 'pkg:\033[2J\n/x')"
	! grep -q "$(printf '\033')" refuses.err
}
