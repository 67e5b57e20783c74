/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/random.h>

#include "map.h"

enum {
	SLOTS_FIRST = 16
};

struct map_slot {
	const char *key;	/* NULL: free */
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

static uint32_t
hash_of(struct slice key)
{
	uint64_t h = seed() ^ key.len;
	const char *p = key.data;
	size_t left = key.len;

	while (left > 0) {
		uint64_t word = 0;
		size_t n = left < sizeof(word) ? left : sizeof(word);

		memcpy(&word, p, n);
		h = mix(h ^ word, UINT64_C(0x9e3779b97f4a7c15));
		p += n;
		left -= n;
	}
	h = mix(h ^ seed(), UINT64_C(0xd6e8feb86659fd93));
	return (uint32_t)(h ^ h >> 32);
}

/* The slot that holds key, or the free one where it belongs. */
static struct map_slot *
probe(const struct map *m, struct slice key, uint32_t hash)
{
	for (size_t i = hash & m->mask;; i = (i + 1) & m->mask) {
		struct map_slot *s = &m->slot[i];

		if (s->key == NULL || (s->hash == hash && s->len == key.len &&
		    (key.len == 0 ||
		    memcmp(s->key, key.data, key.len) == 0)))
			return s;
	}
}

static void
resize(struct map *m, size_t slots)
{
	struct map old = *m;

	m->slot = mem_array(NULL, slots, sizeof(*m->slot));
	memset(m->slot, 0, slots * sizeof(*m->slot));
	m->mask = slots - 1;
	for (size_t i = 0; old.slot != NULL && i <= old.mask; i++) {
		struct map_slot *s = &old.slot[i];

		if (s->key != NULL)
			*probe(m, (struct slice){ s->key, s->len },
			    s->hash) = *s;
	}
	mem_free(old.slot);
}

void
map_reserve(struct map *m, size_t count)
{
	size_t slots = m->slot == NULL ? SLOTS_FIRST : m->mask + 1;

	/* By four: every time all that is there moves. */
	while (slots / 3 * 2 < count)
		slots *= m->slot == NULL ? 2 : 4;
	if (m->slot == NULL || slots > m->mask + 1)
		resize(m, slots);
}

static void
occupy(struct map *m, struct map_slot *s, struct slice key, uint32_t hash)
{
	/* An empty key still needs a pointer that is not NULL. */
	s->key = key.data != NULL ? key.data : "";
	s->len = (uint32_t)key.len;
	s->hash = hash;
	s->value = 0;
	m->count++;
}

size_t *
map_put(struct map *m, struct slice key, bool *fresh)
{
	uint32_t hash = hash_of(key);
	struct map_slot *s;

	map_reserve(m, m->count + 1);
	s = probe(m, key, hash);
	*fresh = s->key == NULL;
	if (*fresh)
		occupy(m, s, key, hash);
	return &s->value;
}

size_t *
map_put_copy(struct map *m, struct slice key, struct arena *a, bool *fresh)
{
	uint32_t hash = hash_of(key);
	struct map_slot *s;

	map_reserve(m, m->count + 1);
	s = probe(m, key, hash);
	*fresh = s->key == NULL;
	if (*fresh)
		occupy(m, s, arena_slice(a, key), hash);
	return &s->value;
}

void
map_prefetch(const struct map *m, struct slice key)
{
	if (m->slot != NULL)
		__builtin_prefetch(&m->slot[hash_of(key) & m->mask]);
}

void
map_find_many(const struct map *m, const struct slice *key, size_t count,
    size_t **value)
{
	uint32_t hash[MAP_MANY];

	for (size_t i = 0; i < count; i++)
		value[i] = NULL;
	if (m->slot == NULL)
		return;
	/* Each step waits for memory that the one before it asked for. */
	for (size_t i = 0; i < count; i++) {
		hash[i] = hash_of(key[i]);
		__builtin_prefetch(&m->slot[hash[i] & m->mask]);
	}
	for (size_t i = 0; i < count; i++)
		__builtin_prefetch(m->slot[hash[i] & m->mask].key);
	for (size_t i = 0; i < count; i++) {
		struct map_slot *s = probe(m, key[i], hash[i]);

		if (s->key != NULL)
			value[i] = &s->value;
	}
}

size_t *
map_find(const struct map *m, struct slice key)
{
	struct map_slot *s;

	if (m->slot == NULL)
		return NULL;
	s = probe(m, key, hash_of(key));
	return s->key == NULL ? NULL : &s->value;
}

void
map_free(struct map *m)
{
	mem_free(m->slot);
	*m = (struct map){ NULL, 0, 0 };
}
