/* Capabilities are dropped first, then no-new-privs is set, which seccomp requires of a process without
 * CAP_SYS_ADMIN. Only this file includes libcap-ng and libseccomp. */
#include "capture/jail.h"

#include <cap-ng.h>
#include <seccomp.h>

#include <errno.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* System calls that stay allowed: reading (a file, a ring), waiting, the time, memory, exiting. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(lseek),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(getsockname),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
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

/* System calls that stay allowed with certain arguments only. Writing to a capture socket would send packets,
 * so only standard output and error may be written to; dup() stays forbidden, so no other descriptor can
 * become one of them. Of libpcap's queries, its counters are allowed, and whether a device that fell silent
 * is still up. */
static const struct {
	int call;
	unsigned count;
	struct scmp_arg_cmp arguments[2];
} in_part[] = {
	{ SCMP_SYS(write), 1, { { 0, SCMP_CMP_EQ, STDOUT_FILENO, 0 } } },
	{ SCMP_SYS(write), 1, { { 0, SCMP_CMP_EQ, STDERR_FILENO, 0 } } },
	{ SCMP_SYS(mmap), 1, { { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } } },
	{ SCMP_SYS(ioctl), 1, { { 1, SCMP_CMP_EQ, SIOCGIFFLAGS, 0 } } },
	{ SCMP_SYS(getsockopt), 2,
		{ { 1, SCMP_CMP_EQ, SOL_PACKET, 0 }, { 2, SCMP_CMP_EQ, PACKET_STATISTICS, 0 } } },
	{ SCMP_SYS(getsockopt), 2, { { 1, SCMP_CMP_EQ, SOL_SOCKET, 0 }, { 2, SCMP_CMP_EQ, SO_ERROR, 0 } } },
};

/* Only root can empty the bounding set. It may stay: once no capability is left, it grants nothing. */
int jail_drop_rights(char *trouble, size_t size)
{
	capng_clear(CAPNG_SELECT_ALL);
	if (!capng_apply(CAPNG_SELECT_CAPS) && !capng_apply(CAPNG_SELECT_AMBIENT) &&
		capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE)
		return 0;
	snprintf(trouble, size, "its capabilities cannot be dropped");
	return -1;
}

static int allow_in_part(scmp_filter_ctx filter)
{
	int error = 0;

	for (size_t i = 0; !error && i < sizeof(in_part) / sizeof(*in_part); i++)
		error = seccomp_rule_add_array(
			filter, SCMP_ACT_ALLOW, in_part[i].call, in_part[i].count, in_part[i].arguments);
	return error;
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

	if (jail_drop_rights(trouble, size))
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		snprintf(trouble, size, "no-new-privs: %s", strerror(errno));
		return -1;
	}
	error = shut_system_calls();
	if (error)
		snprintf(trouble, size, "seccomp: %s", strerror(-error));
	return error ? -1 : 0;
}
