/* The jail, from inside: what is left works, what is forbidden kills. Each attempt is a child process. */
#include "capture/jail.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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

	if (room == MAP_FAILED || write(ends[1], &letter, 1) != 1 || poll(&wanted, 1, 1000) != 1 ||
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_forbidden_kills),
		cmocka_unit_test(reading_waiting_and_writing_is_left),
	};

	if (pipe(ends))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
