#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

@test "prov-digest: --canonical sorts keys and drops white space" {
	printf '{"b": [1.0, 2e0],\n "a": "x"}' >in
	prov-digest --canonical in >out
	printf '{"a":"x","b":[1,2]}\n' >want
	same want out
}
