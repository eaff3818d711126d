/* Capabilities first, then no-new-privs, which seccomp wants of a process without them. The only includer of
 * libcap-ng and libseccomp. */
#include "capture/jail.h"

#include <cap-ng.h>
#include <seccomp.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>

/* What is left: reading (a file, a ring, its counters), waiting, writing, the time, memory, the end. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(lseek),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(getsockopt),
	SCMP_SYS(getsockname),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(write),
	SCMP_SYS(close),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* The bounding set can be emptied by root alone; without a capability left it holds nothing that could be
 * had. */
static int drop_capabilities(void)
{
	capng_clear(CAPNG_SELECT_ALL);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return -1;
	capng_apply(CAPNG_SELECT_AMBIENT);
	return capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE ? 0 : -1;
}

/* Memory, but none that can be run; and libpcap's question whether a device that fell silent is still up. */
static int allow_in_part(scmp_filter_ctx filter)
{
	int error = seccomp_rule_add(
		filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

	return error ? error
		     : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
			       SCMP_A1(SCMP_CMP_EQ, SIOCGIFFLAGS, 0));
}

static int shut_system_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int error = filter ? allow_in_part(filter) : -ENOMEM;

	for (size_t i = 0; !error && i < sizeof(allowed) / sizeof(*allowed); i++)
		error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	error = error ? error : seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	return error;
}

int jail_enter(char *trouble, size_t size)
{
	int error;

	if (drop_capabilities()) {
		snprintf(trouble, size, "its capabilities cannot be dropped");
		return -1;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		snprintf(trouble, size, "no-new-privs: %s", strerror(errno));
		return -1;
	}
	error = shut_system_calls();
	if (error)
		snprintf(trouble, size, "seccomp: %s", strerror(-error));
	return error ? -1 : 0;
}
