/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "canon.h"
#include "claims.h"
#include "sources.h"
#include "timefmt.h"

/* Design: the levels of the vectors, in basis points. */
enum {
	R_DIGEST = 10000,
	R_VERSION = 6000,
	R_OTHER = 2000,
	M_PROOF = 10000,	/* a code justification with a proof */
	M_JUSTIFIED = 8000,
	M_STATED = 6000,
	M_INVESTIGATING = 4000,
	SCANNER_P = 1000,
	SCANNER_C = 10000,
	SCANNER_R_EPOCH = 6000	/* with a feed epoch; else R_OTHER */
};

/* A voice before it is sorted to its claim. */
struct entry {
	size_t claim, voice;
	struct lattice_claim lattice;
};

struct work {
	struct claims *out;
	struct arena *arena;
	const struct claims_input *in;
	struct sources sources;
	struct match_multi by_finding;	/* component NUL id -> claim */
	struct match_multi by_id;	/* id or alias -> claim of a finding */
	size_t findings;
	struct map by_claim;		/* component NUL id -> claim + 1 */
	size_t claim_room, voices, voice_room;
	struct entry *entry;
	size_t entries, entry_room;
};

/* --- what is read --------------------------------------------------------- */

static enum status
check_digest(const struct json *v, const char *name, struct err *e)
{
	const struct json *text = json_get(v, name);
	struct digest d;

	if (digest_read(json_text(text), &d))
		return ERR_OK;
	return err_input(e, text != NULL ? text->offset : v->offset,
	    "'%s' is no digest, expected sha256: and 64 hex digits", name);
}

static enum status
check_time(const struct json *v, const char *name, struct err *e)
{
	const struct json *text = json_get(v, name);
	struct instant t;

	if (text == NULL || timefmt_rfc3339(json_text(text), &t))
		return ERR_OK;
	return err_input(e, text->offset, "'%s' is no RFC 3339 time", name);
}

static enum status
check_statement(const struct json *v, struct err *e)
{
	enum lattice_status status;

	if (!lattice_status(json_get_text(v, "status"), &status))
		return err_input(e, v->offset, "'status' is unknown, expected "
		    "not_affected, affected, fixed or under_investigation");
	if (check_digest(v, "source", e) != ERR_OK ||
	    check_time(v, "timestamp", e) != ERR_OK)
		return ERR_INPUT;
	return check_time(v, "updated", e);
}

static enum status
check_finding(const struct json *v, struct err *e)
{
	const struct json *sources = json_get(v, "sources");
	enum policy_severity severity;

	if (!policy_severity(json_get_text(v, "severity"), &severity))
		return err_input(e, v->offset, "'severity' is unknown");
	if (json_count(sources) == 0)
		return err_input(e, v->offset, "a finding has no sources");
	JSON_EACH(source, sources)
		if (check_digest(source, "source", e) != ERR_OK)
			return ERR_INPUT;
	return ERR_OK;
}

enum status
claims_check(const struct json *evidence, struct err *e)
{
	const struct json *documents = json_get(evidence, "documents");
	const struct json *findings = json_get(evidence, "findings");
	const struct json *vex = json_get(evidence, "vex");

	if (documents != NULL)
		JSON_EACH(v, documents)
			if (check_digest(v, "source", e) != ERR_OK)
				return ERR_INPUT;
	if (findings != NULL)
		JSON_EACH(v, findings)
			if (check_finding(v, e) != ERR_OK)
				return ERR_INPUT;
	if (vex != NULL)
		JSON_EACH(v, vex)
			if (check_statement(v, e) != ERR_OK)
				return ERR_INPUT;
	return ERR_OK;
}

/* --- claims by name ------------------------------------------------------- */

static size_t
claim_at(struct work *w, struct slice component, struct slice id)
{
	struct claims *out = w->out;
	bool fresh;
	size_t *at = map_put(&w->by_claim, match_pair(w->arena, component, id),
	    &fresh);

	if (!fresh)
		return *at;
	*at = out->count;
	if (out->count == w->claim_room) {
		w->claim_room = w->claim_room > 0 ? w->claim_room * 2 : 256;
		out->claim = mem_array(out->claim, w->claim_room,
		    sizeof(*out->claim));
	}
	out->claim[out->count] = (struct claim){ .component = component,
	    .id = id };
	return out->count++;
}

static void
add_finding(struct work *w, const struct json *v)
{
	struct slice component = json_get_text(v, "component");
	struct slice id = json_get_text(v, "id");
	const struct json *aliases = json_get(v, "aliases");
	size_t at = claim_at(w, component, id);
	struct claim *c = &w->out->claim[at];

	c->finding = v;
	if (!policy_severity(json_get_text(v, "severity"), &c->severity))
		c->severity = POLICY_UNKNOWN;
	c->suppressed = json_true(json_get(v, "suppressed"));
	match_multi_add(&w->by_finding, match_pair(w->arena, component, id),
	    at);
	match_multi_add(&w->by_id, id, at);
	if (aliases == NULL)
		return;
	JSON_EACH(alias, aliases) {
		if (slice_eq(json_text(alias), id))
			continue;
		match_multi_add(&w->by_finding, match_pair(w->arena, component,
		    json_text(alias)), at);
		match_multi_add(&w->by_id, json_text(alias), at);
	}
}

static void
mark_new(struct work *w)
{
	const struct json *diff = json_get(w->in->evidence, "diff");
	const struct json *list = json_get(json_get(diff, "findings"),
	    "introduced");

	if (list == NULL)
		return;
	JSON_EACH(v, list) {
		const struct match_link *l = match_multi_find(&w->by_finding,
		    match_pair(w->arena, json_get_text(v, "component"),
		    json_get_text(v, "id")));

		if (l != NULL)
			w->out->claim[l->value].is_new = true;
	}
}

/* --- voices --------------------------------------------------------------- */

static size_t
add_voice(struct work *w, const struct claims_voice *v)
{
	struct claims *out = w->out;

	if (w->voices == w->voice_room) {
		w->voice_room = w->voice_room > 0 ? w->voice_room * 2 : 256;
		out->voice = mem_array(out->voice, w->voice_room,
		    sizeof(*out->voice));
	}
	out->voice[w->voices] = *v;
	return w->voices++;
}

static void
add_entry(struct work *w, size_t claim, const struct claims_voice *voice,
    const struct lattice_claim *lattice)
{
	struct entry *e;

	if (w->entries == w->entry_room) {
		w->entry_room = w->entry_room > 0 ? w->entry_room * 2 : 256;
		w->entry = mem_array(w->entry, w->entry_room,
		    sizeof(*w->entry));
	}
	e = &w->entry[w->entries++];
	*e = (struct entry){ claim, add_voice(w, voice), *lattice };
	e->lattice.order = e->voice;
}

/* What all voices of one statement share. */
struct spoken {
	const struct json *json;
	const struct sources_one *source;
	struct lattice_claim lattice;
	struct claims_voice voice;
	bool about_code;
};

static bool
is_about_code(const struct json *statement)
{
	struct slice word = json_get_text(statement, "justification");
	struct slice native = json_get_text(statement,
	    "nativeJustification");
	size_t colon = slice_find(native, ':');

	return slice_starts(word, "vulnerable_code_") ||
	    slice_starts(slice_cut(native, colon + 1, native.len), "code_");
}

static int
strength_of(const struct spoken *s)
{
	switch (s->lattice.status) {
	case LATTICE_UNDER_INVESTIGATION:
		return M_INVESTIGATING;
	case LATTICE_NOT_AFFECTED:
		if (json_get(s->json, "justification") != NULL ||
		    json_get(s->json, "nativeJustification") != NULL)
			return M_JUSTIFIED;
		return M_STATED;
	default:
		return M_STATED;
	}
}

/* The time a statement speaks of; false when it has none. */
static bool
time_of(const struct json *statement, struct instant *t)
{
	struct slice text = json_get_text(statement, "updated");

	if (text.data == NULL)
		text = json_get_text(statement, "timestamp");
	return text.data != NULL && timefmt_rfc3339(text, t);
}

static int64_t
age_of(struct instant t, int64_t at)
{
	int64_t sec = at - t.sec - (t.nsec > 0);

	return sec > 0 ? sec / TIMEFMT_DAY : 0;
}

static void
begin_statement(struct work *w, const struct json *v, struct spoken *s)
{
	const struct lattice_rules *rules = &w->in->policy->rules;
	const struct sources_one *d = sources_find(&w->sources,
	    json_get_text(v, "source"));

	*s = (struct spoken){ .json = v, .source = d };
	(void)lattice_status(json_get_text(v, "status"), &s->lattice.status);
	s->lattice.p = sources_provenance(d);
	s->lattice.source = d->source;
	s->lattice.has_signer = d->has_signer;
	s->lattice.signer = d->signer;
	s->lattice.has_time = time_of(v, &s->lattice.time);
	s->lattice.strength = strength_of(s);
	s->about_code = is_about_code(v);
	s->voice = (struct claims_voice){ .statement = v, .rule = d->rule,
	    .origin = d->origin, .age = -1 };
	s->lattice.freshness = rules->floor;
	if (s->lattice.has_time) {
		s->voice.age = age_of(s->lattice.time, w->in->at);
		s->lattice.freshness = lattice_freshness(s->voice.age,
		    rules->half_life, rules->floor);
	}
}

static void
speak(struct work *w, const struct spoken *s, const struct match *m,
    size_t claim)
{
	struct claims_voice voice = s->voice;
	struct lattice_claim l = s->lattice;
	const struct match_component *c = match_find(&w->out->index,
	    w->out->claim[claim].component);
	const struct policy_source *rule = s->voice.rule;
	bool is_signed;
	bool attested = sources_attested(s->source, json_get(w->in->evidence,
	    "subject"), c != NULL ? c->json : NULL, &is_signed);

	voice.match = m->kind;
	voice.proof = s->about_code && is_signed &&
	    l.status == LATTICE_NOT_AFFECTED;
	if (voice.proof)
		l.strength = M_PROOF;
	l.c = rule != NULL && rule->c >= 0 ? rule->c :
	    match_coverage(m->kind);
	if (rule != NULL && rule->r >= 0)
		l.r = rule->r;
	else if (m->by_digest || attested)
		l.r = R_DIGEST;
	else
		l.r = m->kind == MATCH_VERSION ? R_VERSION : R_OTHER;
	add_entry(w, claim, &voice, &l);
}

static bool
is_cve(struct slice id)
{
	return slice_starts(id, "CVE-");
}

/* The findings on a component that a statement's id or aliases name: through
 * the findings' aliases first.  False: none. */
static bool
speak_on_findings(struct work *w, const struct spoken *s,
    const struct match *m, struct slice component)
{
	struct slice id = json_get_text(s->json, "id");
	const struct json *aliases = json_get(s->json, "aliases");
	const struct match_link *l = match_multi_find(&w->by_finding,
	    match_pair(w->arena, component, id));
	bool spoke = l != NULL;

	for (; l != NULL; l = match_multi_next(&w->by_finding, l))
		speak(w, s, m, l->value);
	if (spoke || aliases == NULL)
		return spoke;
	JSON_EACH(alias, aliases) {
		/* Two CVE ids are never aliases. */
		if (is_cve(id) && is_cve(json_text(alias)))
			continue;
		l = match_multi_find(&w->by_finding,
		    match_pair(w->arena, component, json_text(alias)));
		for (; l != NULL; l = match_multi_next(&w->by_finding, l)) {
			speak(w, s, m, l->value);
			spoke = true;
		}
		if (spoke)
			break;
	}
	return spoke;
}

/* The id findings prefer for this one, where they agree on one. */
static struct slice
preferred_id(const struct work *w, struct slice id)
{
	const struct match_link *l = match_multi_find(&w->by_id, id);
	struct slice found = id;

	for (bool first = true; l != NULL;
	    l = match_multi_next(&w->by_id, l), first = false) {
		struct slice other = w->out->claim[l->value].id;

		if (slice_eq(other, id))
			return id;
		if (!first && !slice_eq(other, found))
			return id;
		found = other;
	}
	return found;
}

/* A statement about the subject as a whole speaks of every component. */
static bool
speak_on_whole(struct work *w, const struct spoken *s, const struct match *m)
{
	const struct json *aliases = json_get(s->json, "aliases");
	struct slice id = json_get_text(s->json, "id");
	const struct match_link *l = match_multi_find(&w->by_id, id);
	bool spoke = l != NULL;

	for (; l != NULL; l = match_multi_next(&w->by_id, l))
		speak(w, s, m, l->value);
	for (uint32_t i = 0; !spoke && aliases != NULL && i < aliases->len;
	    i++) {
		struct slice alias = json_text(&aliases->u.item[i]);

		if (is_cve(id) && is_cve(alias))
			continue;
		l = match_multi_find(&w->by_id, alias);
		for (; l != NULL; l = match_multi_next(&w->by_id, l)) {
			speak(w, s, m, l->value);
			spoke = true;
		}
	}
	return spoke;
}

static void
add_future(struct work *w, const struct json *v)
{
	struct json u = json_object();
	struct slice time = json_get_text(v, "updated");
	struct slice source = json_get_text(v, "source");

	if (time.data == NULL)
		time = json_get_text(v, "timestamp");
	json_set_z(w->arena, &u, "detail", arena_printf(w->arena,
	    "dated %.*s by %.*s", (int)time.len, time.data, (int)source.len,
	    source.data));
	json_set(w->arena, &u, "id", json_string(json_get_text(v, "id")));
	json_set_z(w->arena, &u, "reason", "FutureStatement");
	json_push(w->arena, &w->out->unknowns, u);
}

static void
add_unmatched(struct work *w, const struct json *v,
    const struct match_miss *miss)
{
	struct json u = json_object(), nearest = json_object();

	json_set(w->arena, &u, "id", json_string(json_get_text(v, "id")));
	json_set_opt(w->arena, &u, "justification", json_get(v,
	    "justification"));
	if (miss->nearest != NULL) {
		json_set(w->arena, &nearest, "component",
		    json_string(miss->nearest->key));
		json_set_z(w->arena, &nearest, "differs", miss->differs);
		json_set(w->arena, &u, "nearest", nearest);
	}
	json_set(w->arena, &u, "product", json_string(miss->product));
	json_set_z(w->arena, &u, "reason", miss->reason);
	json_set_opt(w->arena, &u, "source", json_get(v, "source"));
	json_set_opt(w->arena, &u, "status", json_get(v, "status"));
	json_push(w->arena, &w->out->unmatched, u);
}

static void
add_statement(struct work *w, const struct json *v)
{
	struct match_index *index = &w->out->index;
	struct slice subject = index->item[index->count].key;
	const struct match *whole = NULL;
	struct match_miss miss;
	struct spoken s;
	struct instant t;

	if (time_of(v, &t) && (t.sec > w->in->at ||
	    (t.sec == w->in->at && t.nsec > 0))) {
		add_future(w, v);
		return;
	}
	match_statement(index, v, &miss);
	if (index->found_count == 0) {
		add_unmatched(w, v, &miss);
		return;
	}
	begin_statement(w, v, &s);
	if (index->found[index->found_count - 1].component == index->count) {
		whole = &index->found[index->found_count - 1];
		if (!speak_on_whole(w, &s, whole))
			speak(w, &s, whole, claim_at(w, subject,
			    preferred_id(w, json_get_text(v, "id"))));
	}
	for (size_t i = 0; i < index->found_count; i++) {
		const struct match *m = &index->found[i];
		struct slice key = index->item[m->component].key;

		if (m->component == index->count ||
		    (whole != NULL && slice_eq(key, subject)))
			continue;
		if (!speak_on_findings(w, &s, m, key))
			speak(w, &s, m, claim_at(w, key, preferred_id(w,
			    json_get_text(v, "id"))));
	}
}

/* Scanners speak where no statement does. */
static void
add_scanners(struct work *w)
{
	bool *spoken = arena_zalloc(w->arena, w->findings + 1);

	for (size_t i = 0; i < w->entries; i++)
		if (w->entry[i].claim < w->findings)
			spoken[w->entry[i].claim] = true;
	for (size_t i = 0; i < w->findings; i++) {
		struct claim *c = &w->out->claim[i];
		const struct json *sources = json_get(c->finding, "sources");

		if (spoken[i] || sources == NULL)
			continue;
		c->undecided = true;
		JSON_EACH(v, sources) {
			const struct sources_one *d = sources_find(
			    &w->sources, json_get_text(v, "source"));
			struct claims_voice voice = { .match = MATCH_NONE,
			    .origin = d->origin, .age = -1 };
			struct lattice_claim l = {
				.status = LATTICE_AFFECTED, .p = SCANNER_P,
				.c = SCANNER_C, .r = d->has_epoch ?
				    SCANNER_R_EPOCH : R_OTHER,
				.strength = M_STATED,
				.freshness = LATTICE_ONE,
				.source = d->source
			};

			add_entry(w, i, &voice, &l);
		}
	}
}

/* --- merging -------------------------------------------------------------- */

static void
add_conflict(struct work *w, const struct claim *c)
{
	struct json u = json_object();
	const struct lattice_claim *won = claims_winner(c);
	int against = -1;

	for (size_t i = 0; i < c->sources; i++)
		if (c->source[i].aside != LATTICE_SUPERSEDED &&
		    (c->source[i].status == LATTICE_AFFECTED) !=
		    (won->status == LATTICE_AFFECTED) &&
		    c->source[i].status != LATTICE_UNDER_INVESTIGATION &&
		    c->source[i].score > against)
			against = c->source[i].score;
	json_set(w->arena, &u, "component", json_string(c->component));
	json_set_z(w->arena, &u, "detail", arena_printf(w->arena,
	    "%s %d against %d", lattice_status_name[won->status], won->score,
	    against));
	json_set(w->arena, &u, "id", json_string(c->id));
	json_set_z(w->arena, &u, "reason", "VexConflict");
	json_push(w->arena, &w->out->unknowns, u);
	w->out->conflicts++;
}

/* Hands every claim its sources, by counting. */
static void
distribute(struct work *w)
{
	struct claims *out = w->out;
	struct lattice_claim *all = arena_array(w->arena, w->entries + 1,
	    sizeof(*all));
	size_t next = 0;

	for (size_t i = 0; i < w->entries; i++)
		out->claim[w->entry[i].claim].sources++;
	for (size_t i = 0; i < out->count; i++) {
		out->claim[i].source = all + next;
		next += out->claim[i].sources;
		out->claim[i].sources = 0;
	}
	for (size_t i = 0; i < w->entries; i++) {
		struct claim *c = &out->claim[w->entry[i].claim];

		c->source[c->sources++] = w->entry[i].lattice;
	}
}

static int
by_name(const void *left, const void *right)
{
	const struct claim *a = left, *b = right;
	int d = slice_cmp(a->component, b->component);

	return d != 0 ? d : slice_cmp(a->id, b->id);
}

static void
merge_all(struct work *w)
{
	struct claims *out = w->out;

	if (out->count > 1)
		qsort(out->claim, out->count, sizeof(*out->claim), by_name);
	for (size_t i = 0; i < out->count; i++) {
		struct claim *c = &out->claim[i];

		lattice_merge(c->source, &c->sources, &w->in->policy->rules,
		    &c->result);
		if (c->result.conflict)
			add_conflict(w, c);
	}
}

void
claims_make(struct claims *out, struct arena *a, const struct claims_input *in)
{
	struct work w = { .out = out, .arena = a, .in = in };
	const struct json *findings = json_get(in->evidence, "findings");
	const struct json *vex = json_get(in->evidence, "vex");

	*out = (struct claims){ .unmatched = json_array(),
	    .unknowns = json_array() };
	match_open(&out->index, a, in->evidence);
	sources_open(&w.sources, a, json_get(in->evidence, "documents"),
	    in->policy, in->keyring, in->at);
	if (findings != NULL)
		JSON_EACH(v, findings)
			add_finding(&w, v);
	w.findings = out->count;
	mark_new(&w);
	if (vex != NULL)
		JSON_EACH(v, vex)
			add_statement(&w, v);
	add_scanners(&w);
	distribute(&w);
	merge_all(&w);
	mem_free(w.entry);
	sources_close(&w.sources);
	map_free(&w.by_claim);
	match_multi_free(&w.by_finding);
	match_multi_free(&w.by_id);
}

void
claims_close(struct claims *c)
{
	match_close(&c->index);
	mem_free(c->claim);
	mem_free(c->voice);
}

/* --- asking --------------------------------------------------------------- */

const struct lattice_claim *
claims_winner(const struct claim *c)
{
	return &c->source[c->result.winner];
}

const struct claims_voice *
claims_voice(const struct claims *all, const struct lattice_claim *source)
{
	return &all->voice[source->order];
}

bool
claims_open(const struct claim *c)
{
	enum lattice_status status = claims_winner(c)->status;

	return status == LATTICE_AFFECTED ||
	    status == LATTICE_UNDER_INVESTIGATION;
}

/* --- writing -------------------------------------------------------------- */

enum {
	/* What most have; verdicts are large for their claims. */
	SOURCE_MEMBERS = 12,
	CLAIM_MEMBERS = 10
};

static const char *const aside_name[] = {
	NULL, "LowerProvenance", "UnderInvestigation", "Superseded"
};

static struct json
source_json(struct arena *a, const struct claims *all,
    const struct lattice_claim *l)
{
	const struct claims_voice *v = claims_voice(all, l);
	const struct json *s = v->statement;
	struct json o = json_object();
	struct slice author = json_get_text(s, "author");

	json_room(a, &o, SOURCE_MEMBERS);
	json_set_opt(a, &o, "action", json_get(s, "action"));
	if (author.len > 0)
		json_set(a, &o, "author", json_string(author));
	json_set(a, &o, "c", json_int(a, l->c));
	if (v->rule != NULL && v->rule->class.data != NULL)
		json_set(a, &o, "class", json_string(v->rule->class));
	json_set(a, &o, "freshness", json_int(a, l->freshness));
	json_set_opt(a, &o, "impact", json_get(s, "impact"));
	json_set_opt(a, &o, "justification", json_get(s, "justification"));
	json_set_z(a, &o, "match", s == NULL ? "scanner" :
	    match_kind_name[v->match]);
	json_set_opt(a, &o, "nativeJustification", json_get(s,
	    "nativeJustification"));
	if (v->origin.data != NULL)
		json_set(a, &o, "origin", json_string(v->origin));
	json_set(a, &o, "p", json_int(a, l->p));
	json_set(a, &o, "r", json_int(a, l->r));
	json_set(a, &o, "score", json_int(a, l->score));
	if (l->aside != LATTICE_IN)
		json_set_z(a, &o, "setAside", aside_name[l->aside]);
	if (l->has_signer)
		json_set(a, &o, "signer", digest_value(a, &l->signer));
	json_set(a, &o, "source", digest_value(a, &l->source));
	json_set_z(a, &o, "status", lattice_status_name[l->status]);
	json_set(a, &o, "strength", json_int(a, l->strength));
	json_set_opt(a, &o, "timestamp", json_get(s, "timestamp"));
	json_set_opt(a, &o, "updated", json_get(s, "updated"));
	return o;
}

struct json
claims_json(struct arena *a, const struct claims *all, const struct claim *c,
    const char *excluded)
{
	const struct lattice_claim *won = claims_winner(c);
	const struct json *fix = json_get(json_get(c->finding, "fix"),
	    "versions");
	struct json o = json_object(), sources = json_array();

	json_room(a, &o, CLAIM_MEMBERS);
	json_room(a, &sources, (uint32_t)c->sources);
	for (size_t i = 0; i < c->sources; i++)
		json_push(a, &sources, source_json(a, all, &c->source[i]));
	canon_sort(a, &sources);
	json_set(a, &o, "component", json_string(c->component));
	json_set(a, &o, "conflict", json_bool(c->result.conflict));
	if (excluded != NULL)
		json_set_z(a, &o, "excluded", excluded);
	if (json_count(fix) > 0)
		json_set_opt(a, &o, "fix", fix);
	json_set(a, &o, "id", json_string(c->id));
	if (c->is_new)
		json_set(a, &o, "new", json_bool(true));
	json_set(a, &o, "score", json_int(a, c->result.score));
	if (c->finding != NULL)
		json_set_z(a, &o, "severity", policy_severity_name[
		    c->severity]);
	json_set(a, &o, "sources", sources);
	json_set_z(a, &o, "status", lattice_status_name[won->status]);
	if (c->undecided)
		json_set(a, &o, "undecided", json_bool(true));
	json_set(a, &o, "winner", digest_value(a, &won->source));
	return o;
}
