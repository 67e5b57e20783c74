/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint - signed notes and the checkpoints of transparency logs (C2SP
 * signed-note and tlog-checkpoint, layer 3).
 */
#ifndef CHECKPOINT_H
#define CHECKPOINT_H

#include "digest.h"
#include "key.h"

enum {
	NOTE_SIZE_MAX = 64 * 1024,	/* a checkpoint is some 300 bytes */
	NOTE_SIGNATURES_MAX = 64,	/* C2SP wants 16 at least */
	NOTE_KEY_ID = 4
};

struct note_signature {
	struct slice name;
	uint8_t key_id[NOTE_KEY_ID];
	struct slice signature;		/* behind the key id */
};

/* What points into the text, but for the signatures (in the arena). */
struct checkpoint {
	struct slice text;		/* what is signed, with its last LF */
	struct slice origin;
	uint64_t size;
	struct digest root;
	struct note_signature *signatures;
	size_t count;			/* 1 at least */
};

enum status checkpoint_read(struct slice note, struct arena *a,
    struct checkpoint *out, struct err *e);

/* Who is expected to have signed. */
struct note_signer {
	struct slice name;
	const uint8_t *key_id;		/* NOTE_KEY_ID bytes */
	const struct key *key;
	enum crypt_scheme scheme;
	enum crypt_hash hash;
};

/* ERR_OK: a signature under that name and id verifies and none under them
 * fails.  Signatures under others are passed over.  ERR_NO: with why. */
enum status checkpoint_verify(const struct checkpoint *c,
    const struct note_signer *by, struct err *e);

/* --- writing ------------------------------------------------------------ */

/* The key id of an Ed25519 key under a name: the first bytes of
 * SHA-256(name LF 0x01 key), as C2SP signed-note has it.  ERR_INPUT for
 * another type of key, and for a name that is empty or has a space or '+'. */
enum status checkpoint_key_id(struct slice name, const struct key *key,
    uint8_t id[NOTE_KEY_ID], struct err *e);
/* The text that is signed, and a signature's line, which an empty line keeps
 * apart; see sign_checkpoint. */
void checkpoint_body(struct buf *out, struct slice origin, uint64_t size,
    const struct digest *root);
void checkpoint_line(struct buf *out, struct slice name,
    const uint8_t id[NOTE_KEY_ID], struct slice signature);

#endif
