/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rsa - RSA with a public key (layer 1).
 *
 * For public numbers only (see limb.h); padding is the caller's.
 */
#ifndef RSA_H
#define RSA_H

#include <stdint.h>

#include "mem.h"

enum {
	RSA_MAX = 1024		/* bytes of a modulus */
};

/*
 * RSAVP1 of RFC 8017 5.2.2: writes signature^exponent mod n, as long as n.
 * All are big-endian: n odd, without leading zeros and of at most RSA_MAX
 * bytes; the exponent odd, 3 or more, of at most 4 bytes; the signature as
 * long as n.  False if the signature is not below n.
 */
bool rsa_public(struct slice n, struct slice exponent, struct slice signature,
    uint8_t *out);

#endif
