#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

@test "fuzz: every target replays its corpus without a fault" {
	local seen=0
	for target in "$BUILDDIR"/tests/fuzz/fuzz-*; do
		case $target in *.o|*.c) continue ;; esac
		[ -x "$target" ] || continue
		name=${target##*/fuzz-}
		"$target" "$SRCDIR/tests/fuzz/corpus/$name"
		seen=$((seen + 1))
	done
	[ "$seen" -gt 0 ]
}
