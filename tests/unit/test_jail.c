/* The jail, from inside: what is left works, what is forbidden kills. Each attempt is a child process. */
#include "capture/device.h"
#include "capture/jail.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/sched.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static int ends[2]; /* of a pipe */

static void open_a_file(void)
{
	open("/etc/passwd", O_RDONLY);
}

static void write_a_file(void)
{
	open("/dev/null", O_WRONLY | O_CREAT, 0600);
}

static void open_a_socket(void)
{
	socket(AF_INET, SOCK_STREAM, 0);
}

static void open_a_packet_socket(void)
{
	socket(AF_PACKET, SOCK_RAW, 0);
}

static void connect_a_socket(void)
{
	connect(ends[0], NULL, 0);
}

static void send_on_a_socket(void)
{
	send(ends[1], "x", 1, 0);
}

static void send_a_message(void)
{
	sendmsg(ends[1], &(struct msghdr){ .msg_iov = NULL }, 0);
}

static void write_to_another_descriptor(void)
{
	if (write(ends[1], "x", 1) != 1)
		syscall(SYS_exit_group, 0);
}

static void write_in_pieces(void)
{
	char letter = 'x';

	if (writev(ends[1], &(struct iovec){ &letter, 1 }, 1) != 1)
		syscall(SYS_exit_group, 0);
}

static void write_in_place(void)
{
	if (pwrite(ends[1], "x", 1, 0) != 1)
		syscall(SYS_exit_group, 0);
}

/* The upper half of the register is not part of the number for the kernel. */
static void write_to_a_number_that_wraps(void)
{
	syscall(SYS_write, (INT64_C(1) << 32) + ends[1], "x", 1);
}

static void make_it_standard_output(void)
{
	dup2(ends[1], STDOUT_FILENO);
}

static void make_it_the_lowest(void)
{
	fcntl(ends[1], F_DUPFD, 0);
}

static void set_an_option(void)
{
	setsockopt(ends[1], SOL_PACKET, PACKET_TX_RING, "", 0);
}

static void get_another_option(void)
{
	getsockopt(ends[1], SOL_SOCKET, SO_PEERCRED, NULL, NULL);
}

static void take_an_interface_down(void)
{
	ioctl(ends[1], SIOCSIFFLAGS, NULL);
}

static void make_memory_run_later(void)
{
	mprotect((void *)(uintptr_t)4096, 4096, PROT_READ | PROT_EXEC);
}

static void start_a_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
}

static void start_a_process(void)
{
	fork();
}

static void kill_a_process(void)
{
	kill(getppid(), 0);
}

static void change_its_user(void)
{
	if (setuid(65534))
		_exit(0);
}

static void make_memory_that_runs(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void remove_a_file(void)
{
	unlink("/nonexistent");
}

static void ask_for_rights(void)
{
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

typedef void (*attempt_fn)(void);

static const struct {
	const char *what;
	attempt_fn attempt;
} forbidden[] = {
	{ "open", open_a_file },
	{ "create", write_a_file },
	{ "socket", open_a_socket },
	{ "packet socket", open_a_packet_socket },
	{ "connect", connect_a_socket },
	{ "send", send_on_a_socket },
	{ "sendmsg", send_a_message },
	{ "write elsewhere", write_to_another_descriptor },
	{ "writev", write_in_pieces },
	{ "pwrite", write_in_place },
	{ "write to a number that wraps", write_to_a_number_that_wraps },
	{ "dup2", make_it_standard_output },
	{ "fcntl", make_it_the_lowest },
	{ "setsockopt", set_an_option },
	{ "getsockopt", get_another_option },
	{ "ioctl", take_an_interface_down },
	{ "mprotect", make_memory_run_later },
	{ "exec", start_a_program },
	{ "fork", start_a_process },
	{ "kill", kill_a_process },
	{ "setuid", change_its_user },
	{ "memory that runs", make_memory_that_runs },
	{ "unlink", remove_a_file },
	{ "prctl", ask_for_rights },
};

static void work_as_usual(void)
{
	struct pollfd wanted = { .fd = ends[0], .events = POLLIN };
	struct timespec now;
	char letter = 'x';
	void *room = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED || write(STDOUT_FILENO, &letter, 1) != 1 || poll(&wanted, 1, 1000) != 1 ||
		read(ends[0], &letter, 1) != 1 || clock_gettime(CLOCK_REALTIME, &now))
		_exit(1);
	munmap(room, 4096);
}

/* How a child ended that tried this in the jail; 2: there was no jail. */
static int status_of(attempt_fn attempt)
{
	const struct rlimit none = { 0, 0 };
	char trouble[256];
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		setrlimit(RLIMIT_CORE, &none);
		if (jail_enter(trouble, sizeof(trouble)))
			_exit(2);
		attempt();
		syscall(SYS_exit_group, 0); /* a sanitizer's _exit() does more */
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void what_is_forbidden_kills(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++) {
		int status = status_of(forbidden[i].attempt);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: wait status %#x", forbidden[i].what, status);
	}
}

static void reading_waiting_and_writing_is_left(void **state)
{
	(void)state;
	assert_int_equal(status_of(work_as_usual), 0);
}

/* ---- a frame through the socket that captures ---- */

enum { SENT = 40, NO_NETWORK, NO_DEVICE, NOT_SENT };

/* A network of this process's own, whose loopback is up. */
static int enter_a_network(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd;

	if (syscall(SYS_unshare, CLONE_NEWNET) || (fd = socket(AF_INET, SOCK_DGRAM, 0)) < 0)
		return -1;
	return ioctl(fd, SIOCSIFFLAGS, &request);
}

/* As the helper does, but for what is sent; exits with one of the above. */
static void forge_a_frame(bool is_jailed)
{
	static struct options options = { .devices = { "lo" }, .device_count = 1 };
	unsigned char frame[60] = { [12] = ETH_P_IP >> 8, [13] = ETH_P_IP & 255 };
	char trouble[DEVICE_TROUBLE_MAX];
	struct devices *devices;
	enum wire_exit status;

	if (enter_a_network())
		syscall(SYS_exit_group, NO_NETWORK);
	devices = devices_open(&options, &status, trouble);
	if (!devices || (is_jailed && jail_enter(trouble, sizeof(trouble))))
		syscall(SYS_exit_group, NO_DEVICE);
	syscall(SYS_exit_group,
		write(devices_fd(devices, 0), frame, sizeof(frame)) == sizeof(frame) ? SENT : NOT_SENT);
}

static int status_of_forgery(bool is_jailed)
{
	const struct rlimit none = { 0, 0 };
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		setrlimit(RLIMIT_CORE, &none);
		forge_a_frame(is_jailed);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void no_frame_leaves_by_the_socket_that_captures(void **state)
{
	int status = status_of_forgery(false);

	(void)state;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_NETWORK) {
		print_message("# only root may have a network of its own\n");
		skip();
	}
	assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : -1, SENT); /* it could be done */
	status = status_of_forgery(true);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
		fail_msg("wait status %#x", status);
}

/* ---- rights ---- */

/* A file of somebody else's that only a capability opens. */
static void open_as_its_user(const char *path)
{
	char trouble[256];

	if (open(path, O_RDONLY) < 0)
		_exit(2); /* not even with the capability */
	if (jail_drop_rights(trouble, sizeof(trouble)))
		_exit(3);
	_exit(open(path, O_RDONLY) < 0 ? 0 : 1);
}

static void without_its_rights_it_opens_what_its_user_may(void **state)
{
	char path[] = "/tmp/tsllm-test-XXXXXX";
	int fd = mkstemp(path), status = 0;
	pid_t child;

	(void)state;
	assert_true(fd >= 0 && fchmod(fd, 0600) == 0);
	if (geteuid() || fchown(fd, 65534, 65534)) {
		unlink(path);
		print_message("# only root may give a file away\n");
		skip();
	}
	child = fork();
	if (child == 0)
		open_as_its_user(path);
	assert_int_equal(waitpid(child, &status, 0), child);
	unlink(path);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_forbidden_kills),
		cmocka_unit_test(reading_waiting_and_writing_is_left),
		cmocka_unit_test(no_frame_leaves_by_the_socket_that_captures),
		cmocka_unit_test(without_its_rights_it_opens_what_its_user_may),
	};

	if (pipe(ends))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
