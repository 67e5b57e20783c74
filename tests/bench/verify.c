/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify - verifications a second, ours and libgcrypt's, in one process and
 * of the same signatures; see ci/bench/dsse.  Prints "TYPE OURS LIBGCRYPT".
 */
#include <gcrypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "key.h"
#include "private.h"
#include "secure.h"

enum {
	ROUNDS = 5,	/* the best of them counts: others use the machine */
	EACH = 100	/* ms */
};

static struct arena arena;

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static gcry_sexp_t
expression(const char *format, struct slice a, struct slice b)
{
	gcry_sexp_t s = NULL;
	gcry_mpi_t x = NULL, y = NULL;

	if (gcry_mpi_scan(&x, GCRYMPI_FMT_USG, a.data, a.len, NULL) != 0 ||
	    gcry_mpi_scan(&y, GCRYMPI_FMT_USG, b.data, b.len, NULL) != 0 ||
	    gcry_sexp_build(&s, NULL, format, x, y) != 0)
		abort();
	gcry_mpi_release(x);
	gcry_mpi_release(y);
	return s;
}

/* libgcrypt's key and signature. */
static void
prepare(const struct key *k, const char *curve, struct slice raw,
    gcry_sexp_t *public, gcry_sexp_t *signature)
{
	struct slice r = slice_cut(raw, 0, raw.len / 2);
	struct slice s = slice_cut(raw, raw.len / 2, raw.len);
	struct slice point = k->public.point;
	char q[200] = { 4 };
	char text[100];

	if (k->public.type == CRYPT_RSA) {
		*public = expression("(public-key(rsa(n%m)(e%m)))",
		    k->public.n, k->public.e);
		*signature = expression("(sig-val(rsa(s%m)))", raw, raw);
		return;
	}
	memcpy(q + 1, point.data, point.len);
	if (k->public.type == CRYPT_ED25519) {
		if (gcry_sexp_build(public, NULL, "(public-key(ecc(curve "
		    "Ed25519)(flags eddsa)(q%b)))", (int)point.len,
		    point.data) != 0 ||
		    gcry_sexp_build(signature, NULL,
		    "(sig-val(eddsa(r%b)(s%b)))", (int)r.len, r.data,
		    (int)s.len, s.data) != 0)
			abort();
		return;
	}
	snprintf(text, sizeof(text), "(public-key(ecc(curve \"%s\")(q%%b)))",
	    curve);
	if (gcry_sexp_build(public, NULL, text, (int)point.len + 1, q) != 0)
		abort();
	*signature = expression("(sig-val(ecdsa(r%m)(s%m)))", r, s);
}

static bool
theirs(const struct key *k, struct slice message, gcry_sexp_t public,
    gcry_sexp_t signature)
{
	static const int algorithms[] = { [CRYPT_SHA256] = GCRY_MD_SHA256,
	    [CRYPT_SHA384] = GCRY_MD_SHA384, [CRYPT_SHA512] = GCRY_MD_SHA512 };
	enum crypt_hash hash = key_hash(k);
	int len = (int)crypt_hash_len(hash);
	uint8_t digest[CRYPT_HASH_MAX];
	gcry_sexp_t data = NULL;
	bool good;

	gcry_md_hash_buffer(algorithms[hash], digest, message.data,
	    message.len);
	if (k->public.type == CRYPT_ED25519)
		gcry_sexp_build(&data, NULL, "(data(flags eddsa)(hash-algo "
		    "sha512)(value%b))", (int)message.len, message.data);
	else if (k->public.type == CRYPT_RSA)
		gcry_sexp_build(&data, NULL, "(data(flags pkcs1)(hash "
		    "sha256%b))", len, digest);
	else
		gcry_sexp_build(&data, NULL, "(data(flags raw)(value%b))",
		    len, digest);
	good = gcry_pk_verify(signature, data, public) == 0;
	gcry_sexp_release(data);
	return good;
}

static bool
ours(const struct key *k, struct slice message, struct slice signature)
{
	struct key_message m = { .bytes = message };

	return key_verify(k, &m, signature, NULL) == ERR_OK;
}

static void
measure(const char *name, enum crypt_type type, unsigned bits,
    const char *curve)
{
	static char text[256];
	struct slice message = { text, sizeof(text) }, signature;
	gcry_sexp_t public, sig;
	struct crypt_public half;
	double best[2] = { 0, 0 };
	struct private *p;
	struct key k;

	if (private_generate(type, bits, &p, NULL) != ERR_OK ||
	    private_public(p, &arena, &half, NULL) != ERR_OK ||
	    key_of(&half, &arena, &k, NULL) != ERR_OK ||
	    private_sign(p, key_scheme(&k), key_hash(&k), message, &arena,
	    &signature, NULL) != ERR_OK)
		abort();
	prepare(&k, curve, signature, &public, &sig);
	for (int round = 0; round < 2 * ROUNDS; round++) {
		double start = seconds(), rate;
		int n = 0;

		for (; seconds() - start < EACH / 1e3; n++)
			if (!(round % 2 == 0 ? ours(&k, message, signature) :
			    theirs(&k, message, public, sig)))
				abort();
		rate = n / (seconds() - start);
		if (rate > best[round % 2])
			best[round % 2] = rate;
	}
	printf("%s %.0f %.0f\n", name, best[0], best[1]);
	private_close(p);
}

int
main(void)
{
	secure_free(secure_alloc(1));
	measure("ed25519", CRYPT_ED25519, 0, NULL);
	measure("ecdsa-p256", CRYPT_P256, 0, "NIST P-256");
	measure("ecdsa-p384", CRYPT_P384, 0, "NIST P-384");
	measure("ecdsa-p521", CRYPT_P521, 0, "NIST P-521");
	measure("rsa-2048", CRYPT_RSA, 2048, NULL);
	measure("rsa-4096", CRYPT_RSA, 4096, NULL);
	arena_free(&arena);
	return 0;
}
