/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map - byte strings to numbers, by hashing (layer 0).
 *
 * Keys are borrowed and must outlive the map.  The hash is seeded anew in
 * every process, so that no input can be made to collide; nothing may come
 * out in the order of the table, which is why there is no iteration: the
 * value is the index into an array that the caller keeps, in an order of its
 * own.
 */
#ifndef MAP_H
#define MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem.h"

/* Zero it to begin. */
struct map {
	struct map_slot *slot;
	struct map_entry *entry;
	size_t mask;		/* slots less one; a power of two less one */
	size_t count;		/* below 4 G */
};

/* Where the value of key is; inserted as 0, with *fresh set, if it was not
 * there.  Valid until the next insertion.  Keys are below 4 GiB. */
size_t *map_put(struct map *m, struct slice key, bool *fresh);
/* NULL if it is not there. */
size_t *map_find(const struct map *m, struct slice key);
/* Inserts a copy of key that lives in a. */
size_t *map_put_copy(struct map *m, struct slice key, struct arena *a,
    bool *fresh);
enum {
	MAP_MANY = 32
};
/* Asks for the memory that key will be looked for in. */
void map_prefetch(const struct map *m, struct slice key);
/* map_find of at most MAP_MANY keys, whose memory is waited for at once. */
void map_find_many(const struct map *m, const struct slice *key,
    size_t count, size_t **value);
/* map_find of a key that mostly is the one that was put in behind that of the
 * call before: *next is its number, 0 at first. */
size_t *map_find_next(const struct map *m, struct slice key, size_t *next);
/* Makes room for count keys. */
void map_reserve(struct map *m, size_t count);
void map_free(struct map *m);

#endif
