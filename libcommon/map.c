/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/random.h>

#include "map.h"

enum {
	SLOTS_FIRST = 16
};

/* The table holds no more than what most look-ups end at: entries stand beside
 * each other in the order they came, and move only when their array grows. */
struct map_slot {
	uint32_t hash;
	uint32_t entry;		/* one more than its index; 0: free */
};

struct map_entry {
	const char *key;
	uint32_t len;
	uint32_t hash;
	size_t value;
};

static uint64_t
seed(void)
{
	static uint64_t value;

	/* Without entropy the table is still right, only predictable. */
	if (value == 0) {
		if (getrandom(&value, sizeof(value), GRND_NONBLOCK) < 0)
			value = 0;
		value |= 1;
	}
	return value;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide product = (wide)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t
eight(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Fewer than eight bytes, all of them. */
static uint64_t
few(const char *p, size_t n)
{
	uint32_t low, high;

	if (n >= sizeof(low)) {
		memcpy(&low, p, sizeof(low));
		memcpy(&high, p + n - sizeof(high), sizeof(high));
		return (uint64_t)high << 32 | low;
	}
	return n == 0 ? 0 : (uint64_t)(unsigned char)p[0] << 16 |
	    (uint64_t)(unsigned char)p[n / 2] << 8 | (unsigned char)p[n - 1];
}

/* Two words a step; the last ones overlap. */
static uint32_t
hash_of(struct slice key)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t h = seed() ^ key.len, a, b = 0;
	const char *p = key.data;
	size_t left = key.len;

	for (; left > 16; left -= 16, p += 16)
		h = mix(eight(p) ^ odd, eight(p + 8) ^ h);
	if (left >= 8) {
		a = eight(p);
		b = eight(p + left - 8);
	} else {
		a = few(p, left);
	}
	h = mix(a ^ odd, b ^ h);
	h = mix(h ^ seed(), UINT64_C(0xd6e8feb86659fd93));
	return (uint32_t)(h ^ h >> 32);
}

static bool
has_key(const struct map_entry *e, struct slice key)
{
	return e->len == key.len &&
	    (key.len == 0 || memcmp(e->key, key.data, key.len) == 0);
}

/* The slot that holds key, or the free one where it belongs. */
static struct map_slot *
probe(const struct map *m, struct slice key, uint32_t hash)
{
	for (size_t i = hash & m->mask;; i = (i + 1) & m->mask) {
		struct map_slot *s = &m->slot[i];

		if (s->entry == 0 || (s->hash == hash &&
		    has_key(&m->entry[s->entry - 1], key)))
			return s;
	}
}

static void
resize(struct map *m, size_t slots)
{
	mem_free(m->slot);
	m->slot = mem_array(NULL, slots, sizeof(*m->slot));
	memset(m->slot, 0, slots * sizeof(*m->slot));
	m->mask = slots - 1;
	m->entry = mem_array(m->entry, slots / 3 * 2, sizeof(*m->entry));
	for (size_t i = 0; i < m->count; i++) {
		uint32_t hash = m->entry[i].hash;
		size_t k = hash & m->mask;

		while (m->slot[k].entry != 0)
			k = (k + 1) & m->mask;
		m->slot[k] = (struct map_slot){ hash, (uint32_t)i + 1 };
	}
}

void
map_reserve(struct map *m, size_t count)
{
	size_t slots = m->slot == NULL ? SLOTS_FIRST : m->mask + 1;

	while (slots / 3 * 2 < count)
		slots *= 2;
	if (m->slot == NULL || slots > m->mask + 1)
		resize(m, slots);
}

/* Where key is, or was put: a copy of it where there is an arena. */
static size_t *
put(struct map *m, struct slice key, struct arena *a, bool *fresh)
{
	uint32_t hash = hash_of(key);
	struct map_entry *e;
	struct map_slot *s;

	map_reserve(m, m->count + 1);
	s = probe(m, key, hash);
	*fresh = s->entry == 0;
	if (*fresh) {
		e = &m->entry[m->count++];
		*e = (struct map_entry){ a != NULL ? arena_slice(a, key).data :
		    key.data, (uint32_t)key.len, hash, 0 };
		*s = (struct map_slot){ hash, (uint32_t)m->count };
	}
	return &m->entry[s->entry - 1].value;
}

size_t *
map_put(struct map *m, struct slice key, bool *fresh)
{
	return put(m, key, NULL, fresh);
}

size_t *
map_put_copy(struct map *m, struct slice key, struct arena *a, bool *fresh)
{
	return put(m, key, a, fresh);
}

void
map_prefetch(const struct map *m, struct slice key)
{
	if (m->slot != NULL)
		__builtin_prefetch(&m->slot[hash_of(key) & m->mask]);
}

/* The value of what the slot holds; NULL if it is free. */
static size_t *
value_of(const struct map *m, const struct map_slot *s)
{
	return s->entry == 0 ? NULL : &m->entry[s->entry - 1].value;
}

void
map_find_many(const struct map *m, const struct slice *key, size_t count,
    size_t **value)
{
	const struct map_slot *s[MAP_MANY];
	uint32_t hash[MAP_MANY];

	for (size_t i = 0; i < count; i++)
		value[i] = NULL;
	if (m->slot == NULL)
		return;
	/* Each step waits for memory that the one before it asked for; what is
	 * not in its own slot is found without that. */
	for (size_t i = 0; i < count; i++) {
		hash[i] = hash_of(key[i]);
		s[i] = &m->slot[hash[i] & m->mask];
		__builtin_prefetch(s[i]);
	}
	for (size_t i = 0; i < count; i++)
		if (s[i]->entry != 0)
			__builtin_prefetch(&m->entry[s[i]->entry - 1]);
	for (size_t i = 0; i < count; i++)
		if (s[i]->entry != 0)
			__builtin_prefetch(m->entry[s[i]->entry - 1].key);
	for (size_t i = 0; i < count; i++)
		value[i] = value_of(m, probe(m, key[i], hash[i]));
}

size_t *
map_find(const struct map *m, struct slice key)
{
	return m->slot == NULL ? NULL :
	    value_of(m, probe(m, key, hash_of(key)));
}

size_t *
map_find_next(const struct map *m, struct slice key, size_t *next)
{
	const struct map_slot *s;

	if (*next < m->count && has_key(&m->entry[*next], key))
		return &m->entry[(*next)++].value;
	if (m->slot == NULL)
		return NULL;
	s = probe(m, key, hash_of(key));
	if (s->entry != 0)
		*next = s->entry;
	return value_of(m, s);
}

void
map_free(struct map *m)
{
	mem_free(m->slot);
	mem_free(m->entry);
	*m = (struct map){ NULL, NULL, 0, 0 };
}
