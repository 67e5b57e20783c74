#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup_file() {
	local tools=()
	for path in "$BUILDDIR"/tools/* "$SRCDIR/tools/prov-gate"; do
		[ -f "$path" ] && [ -x "$path" ] || continue
		case ${path##*/} in prov-jq|prov-fetch|*.o) continue ;; esac
		tools+=("$path")
	done
	options "${tools[@]}" >"$BATS_FILE_TMPDIR/options"
	[ "$(wc -l <"$BATS_FILE_TMPDIR/options")" -gt 200 ]
	"$SRCDIR/ci/gen-completion" "$BATS_FILE_TMPDIR/made" "${tools[@]}"
}

# options TOOL...: "TOOL VERB OPTION" for all that --help names; VERB is - where
# the tool has none.
options() {
	local path verb
	for path; do
		for verb in - $("$path" --help |
		    sed -n 's/^  \([a-z][a-z0-9-]*\)  .*/\1/p'); do
			"$path" ${verb#-} --help | sed -n "s/^  .\{4\}--\([a-z][a-z0-9-]*\).*/${path##*/} $verb \1/p"
		done
	done
}

# each_option FUNCTION: calls FUNCTION TOOL VERB OPTION for all of them.
each_option() {
	local tool verb option
	while read -r tool verb option; do
		"$1" "$tool" "${verb#-}" "$option" ||
			{ echo "$tool $verb: no --$option"; return 1; }
	done <"$BATS_FILE_TMPDIR/options"
}

in_bash() {
	[ "$loaded" = "$1" ] || . "$BATS_FILE_TMPDIR/made/bash/$1"
	loaded=$1
	COMP_WORDS=("$1" ${2:+"$2"} "--$3")
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	"_${1//-/_}"
	[[ " ${COMPREPLY[*]} " == *" --$3 "* ]]
}
@test "completion: bash offers every long option of every tool and verb" {
	loaded=
	each_option in_bash
}

in_zsh() {
	[ "$loaded" = "$1" ] || text=$(<"$BATS_FILE_TMPDIR/made/zsh/_$1")
	loaded=$1
	[[ $text == *"'*--$3["* ]]
}
@test "completion: zsh knows every long option, and the files parse" {
	loaded=
	each_option in_zsh
	command -v zsh >/dev/null || return 0
	for file in "$BATS_FILE_TMPDIR"/made/zsh/*; do zsh -n "$file"; done
}

in_fish() {
	[ "$loaded" = "$1" ] || text=$(<"$BATS_FILE_TMPDIR/made/fish/$1.fish")
	loaded=$1
	[[ $text == *$'\n'"complete -c $1${2:+ -n '__fish_seen_subcommand_from $2'} -l $3 "* ]]
}
@test "completion: fish knows every long option, and the files parse" {
	loaded=
	each_option in_fish
	command -v fish >/dev/null || return 0
	for file in "$BATS_FILE_TMPDIR"/made/fish/*; do fish -n "$file"; done
}

@test "completion: bash offers verbs, and files behind an option that wants one" {
	. "$BATS_FILE_TMPDIR/made/bash/prov-pack"
	COMP_WORDS=(prov-pack ver) COMP_CWORD=1
	_prov_pack
	[ "${COMPREPLY[*]}" = verify ]
	COMP_WORDS=(prov-pack verify --key ver) COMP_CWORD=3
	_prov_pack
	[ "${#COMPREPLY[@]}" -eq 0 ]
	complete -p prov-pack | grep -q -- '-o default'
}

@test "completion: the build made the same files that are made here" {
	[ -d "$BUILDDIR/completion" ] || skip "a build for another machine"
	diff -r -x stamp "$BATS_FILE_TMPDIR/made" "$BUILDDIR/completion"
}
