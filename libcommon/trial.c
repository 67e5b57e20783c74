/* SPDX-License-Identifier: Apache-2.0 */
#include "trial.h"

static struct json *
last(struct trial *r)
{
	return &r->checks.u.item[r->checks.len - 1];
}

static struct json *
add(struct trial *r, const char *check, const char *result)
{
	struct json o = json_object();

	json_set_z(r->a, &o, "check", check);
	json_set_z(r->a, &o, "result", result);
	json_push(r->a, &r->checks, o);
	return last(r);
}

void
trial_text(struct trial *r, struct json *o, const char *name, struct slice s)
{
	json_set(r->a, o, name, json_string(bundle_text(r->a,
	    arena_slice(r->a, s))));
}

void
trial_pass(struct trial *r, const char *check)
{
	add(r, check, "pass");
}

void
trial_skip(struct trial *r, const char *check, const char *why)
{
	trial_text(r, add(r, check, "skip"), "reason", slice_of(why));
}

struct json *
trial_fail(struct trial *r, const char *check, const struct err *why)
{
	struct json *o = add(r, check, "fail");
	enum status status = why->code == ERR_SYSTEM ? ERR_SYSTEM : ERR_NO;

	trial_text(r, o, "reason", slice_of(why->text));
	if (r->status == ERR_OK && r->e != NULL)
		*r->e = *why;
	r->status = err_worst(r->status, status);
	if (r->e != NULL)
		r->e->code = r->status;
	return o;
}

bool
trial_judge(struct trial *r, const char *check, enum status status,
    const struct err *why)
{
	if (status == ERR_OK)
		trial_pass(r, check);
	else
		trial_fail(r, check, why);
	return status == ERR_OK;
}

void
trial_index(struct trial *r, size_t i)
{
	json_set(r->a, last(r), "index", json_uint(r->a, i));
}

void
trial_name(struct trial *r, struct slice name)
{
	trial_text(r, last(r), "name", name);
}

void
trial_ignored(struct trial *r, const struct json *paths)
{
	json_set(r->a, last(r), "ignored", *paths);
}

void
trial_time(struct trial *r, struct instant at)
{
	struct bundle_result *out = r->out;

	json_set_z(r->a, last(r), "time", timefmt_text(r->a, at.sec));
	for (size_t i = 0; i < out->time_count; i++)
		if (timefmt_cmp(r->times[i], at) == 0)
			return;
	r->times[out->time_count] = at;
	out->times[out->time_count++] = at.sec;
}

enum status
trial_digest(void *ctx, enum crypt_hash hash, uint8_t *out, struct err *e)
{
	struct trial *r = ctx;

	if (r->b->is_dsse) {
		crypt_digest(hash, buf_get(&r->pae), out);
		return ERR_OK;
	}
	if (r->policy->artifact == NULL)
		return err_no(e, "no artifact was given");
	return r->policy->artifact->digest(r->policy->artifact->ctx, hash,
	    out, e);
}
