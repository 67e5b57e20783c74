/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard - work that a fault or a clock ends, and not the process (layer 0).
 *
 * For mapped files: what somebody else does to one is met as a signal.  One
 * guard is active at a time.  The clock ends only what stands in the foreign
 * code between guard_enter and guard_leave (a lock that is not given back),
 * where nothing of ours is half done.
 */
#ifndef GUARD_H
#define GUARD_H

/* The signals' actions are ours from the first hold to the last release;
 * while no guard is active they do what was done before. */
void guard_hold(void);
void guard_release(void);

/*
 * Calls fn; 0, or the signal that ended it: SIGBUS, SIGSEGV, SIGABRT, or
 * SIGALRM after so many seconds without a step forward (0: no clock).  What
 * fn holds then is lost.  Between guard_hold and guard_release.
 */
int guard_run(int seconds, void (*fn)(void *ctx), void *ctx);

/* Inside fn: around each call of foreign code.  The clock counts from here. */
void guard_enter(void);
void guard_leave(void);

#endif
