/* All signals whose default is to end the program, not only the usual ones: a script's USR1, an expired CPU
 * limit, a timer inherited from the parent. */
#include "tui/term/deadly.h"

#include "probes/base/mem.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

static void (*restore_first)(void);

static void restore_and_die(int signal_number)
{
	sigset_t one;

	restore_first();
	signal(signal_number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, signal_number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	raise(signal_number);
}

static void catch_one(int signal_number)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = restore_and_die;
	sigemptyset(&action.sa_mask);
	sigaction(signal_number, &action, NULL);
}

void deadly_catch(void (*restore)(void))
{
	static const int signals[] = {
		SIGSEGV,
		SIGBUS,
		SIGABRT,
		SIGILL,
		SIGFPE,
		SIGTRAP,
		SIGSYS,
		SIGTERM,
		SIGHUP,
		SIGINT,
		SIGQUIT,
		SIGUSR1,
		SIGUSR2,
		SIGALRM,
		SIGVTALRM,
		SIGPROF,
		SIGXCPU,
		SIGXFSZ,
		SIGIO,
#ifdef SIGPWR
		SIGPWR,
#endif
#ifdef SIGSTKFLT
		SIGSTKFLT,
#endif
	};

	restore_first = restore;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		catch_one(signals[i]);
#ifdef SIGRTMIN
	for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
		catch_one(number);
#endif
}
