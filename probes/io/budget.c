/* Through tailscaled's dial, a connection takes three descriptors here: curl's, and those of the SOCKS
 * proxy towards curl and towards tailscaled. */
#include "probes/io/budget.h"

#include <errno.h>
#include <sys/resource.h>

#define RESERVED 32 /* for the loop, the screen, files, a child and its pipes, look-ups, tailscaled */
#define EACH 3
#define TALKING_MAX 64
#define KEPT_MAX 256

void budget_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static size_t connections(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return TALKING_MAX + KEPT_MAX;
	return limit.rlim_cur > RESERVED ? (size_t)(limit.rlim_cur - RESERVED) / EACH : 0;
}

size_t budget_talking(void)
{
	size_t half = connections() / 2;

	return half > TALKING_MAX ? TALKING_MAX : half ? half : 1;
}

size_t budget_kept(void)
{
	size_t all = connections(), talking = budget_talking();
	size_t left = all > talking ? all - talking : 0;

	return left > KEPT_MAX ? KEPT_MAX : left ? left : 1;
}

bool budget_is_spent(int os_error)
{
	return os_error == EMFILE || os_error == ENFILE || os_error == ENOMEM || os_error == ENOBUFS ||
	       os_error == EADDRNOTAVAIL || os_error == EAGAIN;
}
