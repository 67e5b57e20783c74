/* SPDX-License-Identifier: Apache-2.0 */
/* ustar reads what tarout writes, to the byte, and nothing else. */
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "tap.h"
#include "tarout.h"
#include "ustar.h"
#include "zst.h"

static const char long_name[] = "attestations/0123456789012345678901234567890"
    "12345678901234567890123456789012.dsse.json";

static const char too_long[] = "0123456789012345678901234567890123456789"
    "0123456789012345678901234567890123456789012345678901234567890";

static enum status
collect(void *ctx, struct slice bytes, struct err *e)
{
	(void)e;
	buf_slice(ctx, bytes);
	return ERR_OK;
}

static void
make(struct buf *tar)
{
	struct tarout *t = tarout_open(collect, tar);
	struct err e;

	ok(t != NULL &&
	    tarout_begin(t, "manifest.json", 5, &e) == ERR_OK &&
	    tarout_data(t, SLICE("he"), &e) == ERR_OK &&
	    tarout_data(t, SLICE("llo"), &e) == ERR_OK &&
	    tarout_begin(t, long_name, 0, &e) == ERR_OK &&
	    tarout_begin(t, "chunks/00000000.chunk", 512, &e) == ERR_OK,
	    "libarchive takes three entries");
	for (int i = 0; i < 512; i++)
		(void)tarout_data(t, SLICE("x"), &e);
	ok(tarout_finish(t, &e) == ERR_OK, "and ends");
	tarout_close(t);
}

/* Everything an archive says, as text; step bytes are fed at a time. */
static enum status
read_all(struct slice tar, size_t step, struct buf *told, struct err *e)
{
	struct ustar r;
	enum status rc = ERR_OK;

	ustar_init(&r);
	for (size_t at = 0; rc == ERR_OK && at < tar.len; at += step) {
		struct slice in = slice_cut(tar, at, at + step), data;
		enum ustar_event event;

		do {
			rc = ustar_next(&r, &in, &event, &data, e);
			if (rc != ERR_OK)
				return rc;
			if (event == USTAR_ENTRY)
				buf_printf(told, "[%s:%llu:", r.name,
				    (unsigned long long)r.size);
			if (event == USTAR_DATA)
				buf_slice(told, data);
			if (event == USTAR_END)
				buf_text(told, "]");
		} while (event != USTAR_MORE);
	}
	return rc != ERR_OK ? rc : ustar_finish(&r, e);
}

static void
test_round(struct slice tar)
{
	struct buf told = { 0 }, again = { 0 };
	struct err e;
	bool same = true;

	ok(tar.len == USTAR_RECORD, "padded to one record");
	ok(read_all(tar, tar.len, &told, &e) == ERR_OK, "read at once: %s",
	    told.len > 0 ? "entries" : e.text);
	ok(told.len > 5 && memcmp(told.data, "[manifest.json:5:hello][att",
	    27) == 0, "names, sizes and bytes come out");
	for (size_t step = 1; step < 1500; step += 7) {
		buf_reset(&again);
		same &= read_all(tar, step, &again, &e) == ERR_OK &&
		    slice_eq(buf_get(&told), buf_get(&again));
	}
	ok(same, "pieces of any length give the same");
	buf_free(&told);
	buf_free(&again);
}

/* No byte outside the data may change; every prefix ends too early. */
static void
test_flips(struct buf *tar)
{
	struct buf told = { 0 };
	struct err e;
	size_t accepted = 0, short_ok = 0;

	for (size_t i = 0; i < tar->len; i++) {
		tar->data[i] ^= 1;
		buf_reset(&told);
		if (read_all(buf_get(tar), tar->len, &told, &e) == ERR_OK)
			accepted++;
		tar->data[i] ^= 1;
	}
	ok(accepted == 5 + 512, "a flip is seen everywhere but in the %d "
	    "bytes of data (%zu)", 5 + 512, accepted);
	for (size_t n = 0; n < tar->len; n++)
		if (read_all(slice_cut(buf_get(tar), 0, n), 4096, &told, &e)
		    == ERR_OK)
			short_ok++;
	ok(short_ok == 0, "a cut archive is refused");
	buf_byte(tar, 0);
	ok(read_all(buf_get(tar), 4096, &told, &e) == ERR_INPUT &&
	    strstr(e.text, "after the end") != NULL, "one byte more: %s",
	    e.text);
	tar->len--;
	buf_free(&told);
}

static void
test_names(void)
{
	static const char *const bad[] = { "", "/x", "a//b", "a/", "../a",
		"a/..", "./a", "a/./b", "a b", "a\\b", "a\nb", "\xc3\xa4",
		too_long };
	const char *why;
	size_t refused = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused += !ustar_name(slice_of(bad[i]), &why);
	ok(refused == sizeof(bad) / sizeof(bad[0]), "bad names are refused");
	ok(ustar_name(slice_of(long_name), &why) &&
	    ustar_name(SLICE("..a/b..c"), &why), "good ones are not");
}

static void
test_zst(struct slice tar)
{
	struct buf packed = { 0 }, plain = { 0 };
	struct zst_writer *w = zst_writer_open(collect, &packed);
	struct zst_reader *r = zst_reader_open();
	struct slice in, out;
	struct err e;
	bool good = true;

	ok(w != NULL && zst_write(w, tar, &e) == ERR_OK &&
	    zst_finish(w, &e) == ERR_OK && zst_is_frame(buf_get(&packed)),
	    "zstd: one frame");
	for (size_t i = 0; i < packed.len; i++) {
		in = slice_cut(buf_get(&packed), i, i + 1);
		do {
			good &= zst_read(r, &in, &out, &e) == ERR_OK;
			buf_slice(&plain, out);
		} while (good && (in.len > 0 || out.len > 0));
		good &= (zst_read_finish(r, &e) == ERR_OK) ==
		    (i + 1 == packed.len);
	}
	ok(good && slice_eq(buf_get(&plain), tar), "zstd: the same bytes");
	in = SLICE("\0");
	ok(zst_read(r, &in, &out, &e) == ERR_INPUT, "zstd: %s", e.text);
	zst_writer_close(w);
	zst_reader_close(r);
	buf_free(&packed);
	buf_free(&plain);
}

int
main(void)
{
	struct buf tar = { 0 };

	make(&tar);
	test_round(buf_get(&tar));
	test_flips(&tar);
	test_names();
	test_zst(buf_get(&tar));
	buf_free(&tar);
	return done();
}
