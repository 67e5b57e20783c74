/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "canon.h"
#include "msg.h"
#include "output.h"

void
output_open(struct output *out, const char *path)
{
	struct err e;

	*out = (struct output){ .name = "<stdout>", .file.fd = STDOUT_FILENO };
	if (path == NULL || strcmp(path, "-") == 0)
		return;
	out->name = path;
	out->to_file = true;
	if (io_file_create(&out->file, path, 0666, false, &e) != ERR_OK)
		msg_die_err(path, &e);
}

static void
write_out(struct output *out, struct slice bytes)
{
	struct err e;

	if (io_write(out->file.fd, bytes.data, bytes.len, &e) != ERR_OK)
		msg_die_err(out->name, &e);
	out->written += bytes.len;
}

void
output_flush(struct output *out)
{
	write_out(out, buf_get(&out->pending));
	buf_reset(&out->pending);
}

void
output_bytes(struct output *out, struct slice bytes)
{
	if (bytes.len >= OUTPUT_HOLD) {
		output_flush(out);
		write_out(out, bytes);
		return;
	}
	buf_slice(&out->pending, bytes);
	if (out->pending.len >= OUTPUT_HOLD)
		output_flush(out);
}

uint64_t
output_mark(const struct output *out)
{
	return out->written + out->pending.len;
}

void
output_take_back(struct output *out, uint64_t mark)
{
	if (mark < out->written)
		mark = out->written;
	if (mark < output_mark(out))
		out->pending.len = (size_t)(mark - out->written);
}

void
output_json(struct output *out, const struct json *v)
{
	canon_write(&out->pending, v);
	buf_byte(&out->pending, '\n');
	if (out->pending.len >= OUTPUT_HOLD)
		output_flush(out);
}

void
output_commit(struct output *out)
{
	struct err e;

	output_flush(out);
	buf_free(&out->pending);
	/* Some file systems tell of a failed write only at close(2). */
	if (!out->to_file) {
		int fd = dup(STDOUT_FILENO);

		if (fd < 0 || close(fd) != 0) {
			(void)err_system(&e, "cannot write");
			msg_die_err(out->name, &e);
		}
		return;
	}
	if (io_file_commit(&out->file, &e) != ERR_OK)
		msg_die_err(out->name, &e);
}

void
output_abandon(struct output *out)
{
	buf_free(&out->pending);
	if (out->to_file)
		io_file_abandon(&out->file);
}

void
output_document(const char *path, const struct json *v)
{
	struct output out;

	output_open(&out, path);
	output_json(&out, v);
	output_commit(&out);
}
