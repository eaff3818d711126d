/* A child process without a deadline. Its exit status says why it ended: one table maps that to a state and a
 * fix. It is restarted for as long as this program runs, with growing pauses, so that after one setcap in
 * another terminal it works. */
#include "probes/packets/helper.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/base/shell.h"
#include "probes/base/text.h"
#include "probes/base/when.h"
#include "probes/io/machine.h"
#include "probes/io/run.h"
#include "probes/io/timer.h"
#include "probes/model/snapshot.h"
#include "probes/packets/lines.h"
#include "probes/packets/permission.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_DELAY_MS 1000
#define LAST_DELAY_MS 60000
#define RAN_WELL_MS 60000
#define ARGUMENTS_GAP_MS 30000
#define BROKEN_LOGGED 10
#define ARGUMENTS_MAX 256
#define SELF "tsllm-capture"

struct helper {
	struct uv_loop_s *loop;
	struct timer *timer;
	const struct settings *settings;
	struct helper_hooks hooks;
	struct strings arguments;
	bool has_arguments;
	char path[PATH_MAX];
	struct run *run;
	struct lines_cut cut;
	struct when started;
	unsigned failures, broken; /* failures in a row; broken lines of this run */
	enum capture_state state;
	char trouble[400], fix[PATH_MAX + 64];
};

/* What an exit status or errno means. If rest is not NULL, the helper's path and rest are appended to fix. An
 * empty fix means that there is none to offer. */
struct ending {
	int status;
	enum capture_state state;
	const char *trouble, *fix, *rest;
};

static const struct ending exits[] = {
	{ WIRE_EXIT_NO_RIGHT, CAPTURE_NO_PERMISSION, "it lacks the right to capture packets",
		"sudo setcap cap_net_raw+ep ", "" },
	{ WIRE_EXIT_NO_DEVICE, CAPTURE_FAILED, "there is no network device to watch", "", NULL },
	{ WIRE_EXIT_DEVICE_GONE, CAPTURE_FAILED, "a network device went away", "", NULL },
	{ WIRE_EXIT_NO_JAIL, CAPTURE_FAILED, "it could not give up its rights, and so did not begin", "",
		NULL },
	{ WIRE_EXIT_USAGE, CAPTURE_FAILED, "it does not understand this program: they are of two versions",
		"sudo make install", NULL },
	{ WIRE_EXIT_DONE, CAPTURE_FAILED, "it ended", "", NULL },
};

static const struct ending starts[] = {
	{ ENOENT, CAPTURE_MISSING, "it is not installed", "sudo make install", NULL },
	{ EACCES, CAPTURE_NO_PERMISSION, "this user may not run it", "", NULL },
	{ EPERM, CAPTURE_NO_PERMISSION, "this container or service was not given CAP_NET_RAW", "", NULL },
};

static const struct ending other_version = { 0, CAPTURE_FAILED, "it speaks another version of the protocol",
	"sudo make install", NULL };
static const struct ending other_end = { 0, CAPTURE_FAILED, "it failed", "", NULL };

static void start(struct helper *helper);

int64_t helper_delay_ms(unsigned failures)
{
	int64_t delay = FIRST_DELAY_MS;

	while (failures-- && delay < LAST_DELAY_MS)
		delay *= 2;
	return delay < LAST_DELAY_MS ? delay : LAST_DELAY_MS;
}

static const struct ending *ending_of(const struct ending *table, size_t count, int status)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].status == status)
			return &table[i];
	return &other_end;
}

/* ---- state ---- */

static void become(struct helper *helper, enum capture_state state, const char *trouble, const char *fix)
{
	if (helper->state == state && strcmp(helper->trouble, trouble) == 0 && strcmp(helper->fix, fix) == 0)
		return;
	helper->state = state;
	snprintf(helper->trouble, sizeof(helper->trouble), "%s", trouble);
	snprintf(helper->fix, sizeof(helper->fix), "%s", fix);
	log_line("capture: %s%s%s", capture_state_name(state), *trouble ? ": " : "", trouble);
	helper->hooks.changed(helper->hooks.data,
		&(struct obs_capture){ .state = state, .trouble = helper->trouble, .fix = helper->fix });
}

/* words: stderr of the helper, of which the first line is used. */
static void fail(struct helper *helper, const struct ending *ending, const char *words)
{
	char said[TEXT_CAP], trouble[sizeof(helper->trouble)], quoted[PATH_MAX], fix[sizeof(helper->fix)];
	char path[TEXT_CAP];

	text_clean(said, sizeof(said), words, strcspn(words, "\n"));
	text_clean(path, sizeof(path), helper->path, strlen(helper->path));
	trouble[0] = '\0';
	text_add(trouble, sizeof(trouble), "%s: %s%s%s", path, ending->trouble,
		*said && ending == &other_end ? ": " : "", ending == &other_end ? said : "");
	snprintf(fix, sizeof(fix), "%s%s%s", ending->fix,
		ending->rest ? shell_word(quoted, sizeof(quoted), path) : "",
		ending->rest ? ending->rest : "");
	become(helper, ending->state, trouble, fix);
}

/* It could not be started, perhaps because `make install` restricted it to a group. */
static void fail_to_start(struct helper *helper, int error)
{
	char group[64], path[TEXT_CAP], trouble[sizeof(helper->trouble)], fix[sizeof(helper->fix)];
	enum permission permission =
		error == EACCES ? permission_to_run(helper->path, group, sizeof(group)) : PERMISSION_OTHER;

	if (permission == PERMISSION_OTHER) {
		fail(helper, ending_of(starts, ARRAY_LEN(starts), error), strerror(error));
		return;
	}
	text_clean(path, sizeof(path), helper->path, strlen(helper->path));
	snprintf(trouble, sizeof(trouble),
		permission == PERMISSION_GROUP
			? "%s: only members of the group %s may run it; log in again after joining"
			: "%s: this session began before you joined the group %s; log in again",
		path, group);
	snprintf(fix, sizeof(fix),
		permission == PERMISSION_GROUP ? "sudo usermod -aG %s $USER" : "sg %s -c tsllm-top", group);
	become(helper, CAPTURE_NO_PERMISSION, trouble, fix);
}

/* ---- time ---- */

static void on_timer(void *data)
{
	struct helper *helper = data;

	if (helper->run) { /* running with outdated arguments */
		run_cancel(helper->run);
		helper->run = NULL;
	}
	start(helper);
}

static void start_in(struct helper *helper, int64_t ms)
{
	timer_start(helper->timer, ms);
}

static void start_later(struct helper *helper)
{
	start_in(helper, helper_delay_ms(helper->failures++));
}

/* ---- output ---- */

static int refuse_version(struct helper *helper)
{
	run_cancel(helper->run);
	helper->run = NULL;
	fail(helper, &other_version, "");
	start_later(helper);
	return -1;
}

static int take_line(void *data, const struct sniffed *sniffed, const struct fault *fault)
{
	struct helper *helper = data;

	if (!sniffed) {
		if (helper->broken++ < BROKEN_LOGGED)
			log_line("%s", fault->text);
		return 0;
	}
	if (sniffed->word == SNIFFED_HELLO) {
		if (sniffed->protocol != WIRE_PROTOCOL)
			return refuse_version(helper);
		become(helper, CAPTURE_RUNNING, "", "");
	}
	helper->hooks.saw(helper->hooks.data, sniffed);
	return 0;
}

static int feed(void *data, const char *bytes, size_t length)
{
	struct helper *helper = data;

	return lines_feed(&helper->cut, bytes, length, take_line, helper);
}

/* ---- start and end ---- */

/* A network device that comes and goes, as on a laptop, is not a failure the first time. */
static void ended(void *data, const struct run_result *result)
{
	struct helper *helper = data;
	bool is_gone = result->is_started && result->exit_status == WIRE_EXIT_DEVICE_GONE;

	helper->run = NULL;
	if (when_since(helper->started, when_now()) >= RAN_WELL_MS)
		helper->failures = 0;
	if (is_gone && !helper->failures) {
		helper->failures++;
		start_in(helper, 0);
		return;
	}
	if (result->is_started)
		fail(helper, ending_of(exits, ARRAY_LEN(exits), result->exit_status), result->stderr_text);
	else
		fail_to_start(helper, result->error);
	start_later(helper);
}

static void find(struct helper *helper)
{
	char beside[PATH_MAX];

	snprintf(helper->path, sizeof(helper->path), "%s",
		*helper->settings->helper ? helper->settings->helper : TSLLM_HELPER);
	if (!*helper->settings->helper && access(helper->path, F_OK) != 0 &&
		machine_beside_us(SELF, beside, sizeof(beside)))
		snprintf(helper->path, sizeof(helper->path), "%s", beside);
}

static void start(struct helper *helper)
{
	const char *argv[ARGUMENTS_MAX + 2];
	size_t count = 0;

	find(helper);
	argv[count++] = helper->path;
	for (size_t i = 0; i < helper->arguments.count && i < ARGUMENTS_MAX; i++)
		argv[count++] = helper->arguments.items[i];
	argv[count] = NULL;
	helper->cut = (struct lines_cut){ .length = 0 };
	helper->broken = 0;
	helper->started = when_now();
	helper->run = run_start(helper->loop, argv, RUN_NO_DEADLINE, RUN_NO_CAP, feed, ended, helper);
}

static bool is_same(const struct strings *a, const struct strings *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return a->count == b->count;
}

void helper_set_arguments(struct helper *helper, const struct strings *arguments)
{
	bool had_arguments = helper->has_arguments;

	if (had_arguments && is_same(&helper->arguments, arguments))
		return;
	helper->has_arguments = true;
	strings_forget(&helper->arguments);
	for (size_t i = 0; i < arguments->count; i++)
		strings_add(&helper->arguments, arguments->items[i]);
	if (!had_arguments)
		start(helper);
	else if (helper->run) /* if it does not run, its next start uses them */
		start_in(helper, ARGUMENTS_GAP_MS - when_since(helper->started, when_now()));
}

struct helper *helper_new(
	struct uv_loop_s *loop, const struct settings *settings, const struct helper_hooks *hooks)
{
	struct helper *helper = mem_alloc(sizeof(*helper));

	helper->loop = loop;
	helper->settings = settings;
	helper->hooks = *hooks;
	helper->timer = timer_new(loop, on_timer, helper);
	return helper;
}

void helper_free(struct helper *helper)
{
	if (!helper)
		return;
	run_cancel(helper->run);
	strings_fini(&helper->arguments);
	timer_free(helper->timer);
	free(helper);
}
