/* tsllm-capture: open, drop every right, and only then read.
 *
 * Arguments are checked, devices opened and addresses learned first, because nothing of that can be done
 * afterwards. From jail_enter() on there are packets, lines and the clock. */
#include "capture/device.h"
#include "capture/guess.h"
#include "capture/jail.h"
#include "capture/sampler.h"
#include "capture/wire.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LAG_US 250000 /* a frame is handed over up to that long after it came */

struct program {
	struct options options;
	struct devices *devices;
	struct lines lines;
	struct sampler sampler;
	char trouble[DEVICE_TROUBLE_MAX];
};

static int complain(const char *trouble, int status)
{
	fprintf(stderr, "tsllm-capture: %s\n", trouble);
	return status;
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

static void guess_frame(void *data, enum link link, const struct frame *frame)
{
	guess_see(data, link, frame);
}

/* Reads the beginning of a file to learn whose it is, and opens it again. */
static int learn_locals(struct program *program, enum wire_exit *status)
{
	struct guess guess = { .count = 0 };

	while (!guess_has_enough(&guess) &&
		devices_read(program->devices, 0, guess_frame, &guess, program->trouble) > 0)
		;
	devices_close(program->devices);
	guess_tell(&guess, &program->options);
	program->devices = devices_open(&program->options, status, program->trouble);
	return program->devices ? 0 : -1;
}

static int read_file(struct program *program)
{
	int more = 1;

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

/* Milliseconds until time has to pass. */
static int patience(const struct sampler *sampler)
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
	fds[count] = (struct pollfd){ .fd = program->lines.fd }; /* its reader may leave */
	if (poll(fds, count + 1, patience(&program->sampler)) > 0 && fds[count].revents & (POLLERR | POLLHUP))
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

static int run(struct program *program)
{
	enum wire_exit status = WIRE_EXIT_NO_DEVICE;
	bool is_guessed = program->options.file && !program->options.local_count;

	program->devices = devices_open(&program->options, &status, program->trouble);
	if (!program->devices || (is_guessed && learn_locals(program, &status)))
		return complain(program->trouble, status);
	lines_init(&program->lines, STDOUT_FILENO);
	if (sampler_init(&program->sampler, &program->options, &program->lines))
		return complain("no memory", WIRE_EXIT_NO_JAIL);
	if (jail_enter(program->trouble, sizeof(program->trouble)))
		return complain(program->trouble, WIRE_EXIT_NO_JAIL);
	say_hello(program);
	return program->options.file ? read_file(program) : watch(program);
}

int main(int argc, char **argv)
{
	static struct program program;
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (options_read(&program.options, argc, argv, program.trouble, sizeof(program.trouble))) {
		complain(program.trouble, WIRE_EXIT_USAGE);
		fputs("Try tsllm-capture -h.\n", stderr);
		return WIRE_EXIT_USAGE;
	}
	if (program.options.wants_help || program.options.wants_version) {
		fputs(program.options.wants_help ? options_usage : "tsllm-capture " TSLLM_VERSION "\n",
			stdout);
		return WIRE_EXIT_DONE;
	}
	status = run(&program);
	sampler_fini(&program.sampler);
	return status; /* its devices are closed by the kernel: libpcap would ask for what is forbidden now */
}
