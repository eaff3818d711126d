/* tsllm-capture: open the devices, drop every privilege, and only then read packets.
 *
 * The environment is cleared before any library can read it. Then arguments are checked, devices opened and
 * addresses read, because none of that is possible later. After jail_enter() only packets, lines and the
 * clock are left. */
#include "capture/device.h"
#include "capture/guess.h"
#include "capture/jail.h"
#include "capture/sampler.h"
#include "capture/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define LAG_US 250000   /* a frame may be delivered this long after it arrived */
#define GRAIN_US 100000 /* resolution of printed times for users other than root */

struct program {
	struct options options;
	struct devices *devices;
	struct lines lines;
	struct sampler sampler;
	struct guess guess;
	char trouble[DEVICE_TROUBLE_MAX];
};

static int complain(const char *trouble, int status)
{
	fprintf(stderr, "tsllm-capture: %s\n", trouble);
	return status;
}

static int complain_of_output(int error)
{
	fprintf(stderr, "tsllm-capture: standard output cannot be written: %s\n", strerror(error));
	return WIRE_EXIT_NO_OUTPUT;
}

static void say_hello(struct program *program)
{
	lines_begin(&program->lines, WIRE_HELLO);
	lines_number(&program->lines, "protocol", WIRE_PROTOCOL);
	lines_word(&program->lines, "version", TSLLM_VERSION);
	lines_end(&program->lines);
	for (size_t i = 0; i < devices_count(program->devices); i++) {
		lines_begin(&program->lines, WIRE_DEVICE);
		lines_word(&program->lines, "name", devices_name(program->devices, i));
		lines_word(&program->lines, "link", devices_link_name(program->devices, i));
		lines_end(&program->lines);
	}
	lines_flush(&program->lines);
}

static void take_frame(void *data, enum link link, const struct frame *frame)
{
	sampler_see(data, link, frame);
}

static void keep_frame(void *data, enum link link, const struct frame *frame)
{
	guess_see(data, link, frame);
}

/* Reads the start of a file to guess whose addresses are local, then processes those frames. Returns like
 * devices_read(). */
static int learn_locals(struct program *program)
{
	struct guess *guess = &program->guess;
	int more = 1;

	while (more > 0 && !guess_is_full(guess, DEVICE_BATCH))
		more = devices_read(program->devices, 0, keep_frame, guess, program->trouble);
	guess_add_locals(guess, &program->options);
	for (size_t i = 0; i < guess->frame_count && !program->lines.is_closed; i++) {
		const struct frame frame = guess_frame(guess, i);

		take_frame(&program->sampler, guess->link, &frame);
	}
	lines_flush(&program->lines);
	return more;
}

static int read_file(struct program *program)
{
	int more = program->options.local_count ? 1 : learn_locals(program);

	while (more > 0 && !program->lines.is_closed) {
		more = devices_read(program->devices, 0, take_frame, &program->sampler, program->trouble);
		lines_flush(&program->lines);
	}
	sampler_end(&program->sampler, more < 0 ? "broken" : "eof");
	return more < 0 ? complain(program->trouble, WIRE_EXIT_NO_INPUT) : WIRE_EXIT_DONE;
}

static int64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Timeout for poll(), in ms, until the sampler needs to run. */
static int wait_ms(const struct sampler *sampler)
{
	int64_t wait_us = sampler_due_us(sampler) + LAG_US - clock_us();

	return wait_us < 0 ? 0 : wait_us > 3600000000 ? 3600000 : (int)(wait_us / 1000) + 1;
}

static void wait(struct program *program)
{
	struct pollfd fds[DEVICES_MAX + 2];
	size_t count = devices_count(program->devices);

	for (size_t i = 0; i < count; i++)
		fds[i] = (struct pollfd){ .fd = devices_fd(program->devices, i), .events = POLLIN };
	fds[count] = (struct pollfd){ .fd = program->lines.fd }; /* to notice when the reader goes away */
	if (poll(fds, count + 1, wait_ms(&program->sampler)) > 0 && fds[count].revents & (POLLERR | POLLHUP))
		program->lines.is_closed = true;
}

static int watch(struct program *program)
{
	int more = 1;

	sampler_pass_time(&program->sampler, clock_us() - LAG_US);
	while (more > 0 && !program->lines.is_closed) {
		wait(program);
		for (size_t i = 0; more > 0 && i < devices_count(program->devices); i++)
			more = devices_read(
				program->devices, i, take_frame, &program->sampler, program->trouble);
		program->sampler.dropped = devices_dropped(program->devices);
		sampler_pass_time(&program->sampler, clock_us() - LAG_US);
		lines_flush(&program->lines);
	}
	if (more > 0)
		return WIRE_EXIT_DONE;
	sampler_end(&program->sampler, "device");
	return complain(program->trouble, WIRE_EXIT_DEVICE_GONE);
}

/* Settings that depend on the source of the packets and on the user. */
static int decide(struct program *program)
{
	struct options *options = &program->options;

	if (options->file)
		return jail_drop_rights(program->trouble, sizeof(program->trouble));
	options->is_discreet = getuid() != 0;
	if (getrandom(&options->seed, sizeof(options->seed), 0) == sizeof(options->seed))
		return 0;
	snprintf(program->trouble, sizeof(program->trouble), "random numbers: %s", strerror(errno));
	return -1;
}

static int run(struct program *program)
{
	enum wire_exit status = WIRE_EXIT_NO_DEVICE;
	int ended;

	if (decide(program))
		return complain(program->trouble, WIRE_EXIT_NO_JAIL);
	program->devices = devices_open(&program->options, &status, program->trouble);
	if (!program->devices)
		return complain(program->trouble, (int)status);
	lines_init(&program->lines, STDOUT_FILENO, program->options.is_discreet ? GRAIN_US : 1);
	if (sampler_init(&program->sampler, &program->options, &program->lines))
		return complain("no memory", WIRE_EXIT_NO_JAIL);
	if (jail_enter(program->trouble, sizeof(program->trouble)))
		return complain(program->trouble, WIRE_EXIT_NO_JAIL);
	if (devices_begin(program->devices, &status, program->trouble))
		return complain(program->trouble, (int)status);
	say_hello(program);
	ended = program->options.file ? read_file(program) : watch(program);
	return program->lines.error ? complain_of_output(program->lines.error) : ended;
}

static int say_text(const char *text)
{
	return fputs(text, stdout) < 0 || fflush(stdout) ? complain_of_output(errno) : WIRE_EXIT_DONE;
}

/* If a standard stream is closed, the next file opened would get its number, and lines would be written to
 * it. */
static int fill_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	static struct program program;
	int status;

	if (clearenv() || fill_standard_streams())
		return WIRE_EXIT_NO_JAIL; /* standard error may be closed, so there is no message */
	signal(SIGPIPE, SIG_IGN);
	if (options_read(&program.options, argc, argv, program.trouble, sizeof(program.trouble))) {
		complain(program.trouble, WIRE_EXIT_USAGE);
		fputs("Try tsllm-capture -h.\n", stderr);
		return WIRE_EXIT_USAGE;
	}
	if (program.options.wants_help || program.options.wants_version)
		return say_text(
			program.options.wants_help ? options_usage : "tsllm-capture " TSLLM_VERSION "\n");
	status = run(&program);
	sampler_fini(&program.sampler);
	return status; /* the kernel closes the devices: libpcap would make forbidden system calls */
}
