/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

#include "guard.h"

static struct {
	sigjmp_buf jump;
	volatile sig_atomic_t active;
	volatile sig_atomic_t inside;	/* foreign code is running */
	volatile sig_atomic_t ticks;	/* seconds since it was entered */
	volatile sig_atomic_t limit;
	volatile sig_atomic_t armed;	/* the clock is running */
	unsigned holders;
	struct sigaction old_bus, old_segv, old_abrt, old_alarm;
} guard;

static void
on_fault(int sig)
{
	if (guard.active) {
		guard.active = 0;
		siglongjmp(guard.jump, sig);
	}
	/* Not ours: let it happen again under the action that was there. */
	(void)sigaction(sig, sig == SIGBUS ? &guard.old_bus :
	    sig == SIGSEGV ? &guard.old_segv : &guard.old_abrt, NULL);
}

static void
set_clock(int seconds)
{
	struct itimerval tick = { { seconds, 0 }, { seconds, 0 } };

	guard.armed = seconds > 0;
	(void)setitimer(ITIMER_REAL, &tick, NULL);
}

/* The clock runs on after a guard, for the next one; when it finds none, it
 * stops. */
static void
on_tick(int sig)
{
	if (!guard.active)
		set_clock(0);
	if (!guard.active || ++guard.ticks <= guard.limit || !guard.inside)
		return;
	guard.active = 0;
	siglongjmp(guard.jump, sig);
}

void
guard_hold(void)
{
	struct sigaction fault = { .sa_handler = on_fault,
		.sa_flags = SA_NODEFER };
	struct sigaction clock = { .sa_handler = on_tick,
		.sa_flags = SA_NODEFER | SA_RESTART };

	if (guard.holders++ > 0)
		return;
	(void)sigaction(SIGBUS, &fault, &guard.old_bus);
	(void)sigaction(SIGSEGV, &fault, &guard.old_segv);
	(void)sigaction(SIGABRT, &fault, &guard.old_abrt);
	(void)sigaction(SIGALRM, &clock, &guard.old_alarm);
}

void
guard_release(void)
{
	if (--guard.holders > 0)
		return;
	set_clock(0);
	(void)sigaction(SIGBUS, &guard.old_bus, NULL);
	(void)sigaction(SIGSEGV, &guard.old_segv, NULL);
	(void)sigaction(SIGABRT, &guard.old_abrt, NULL);
	(void)sigaction(SIGALRM, &guard.old_alarm, NULL);
}

int
guard_run(int seconds, void (*fn)(void *ctx), void *ctx)
{
	int sig;

	guard.ticks = 0;
	guard.limit = seconds;
	guard.inside = 0;
	guard.active = 1;
	if (seconds > 0 && !guard.armed)
		set_clock(1);
	sig = sigsetjmp(guard.jump, 0);
	if (sig == 0)
		fn(ctx);
	guard.active = 0;
	return sig;
}

void
guard_enter(void)
{
	guard.ticks = 0;
	guard.inside = 1;
}

void
guard_leave(void)
{
	guard.inside = 0;
}
