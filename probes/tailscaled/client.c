/* Sends requests and says in words what went wrong. */
#include "probes/tailscaled/client.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/when.h"
#include "probes/io/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 5000
#define CLI_ANSWER_MS 10000
#define DEADLINE_SHARE 0.8
#define RETRY_SOCKET_MS 30000
#define ANSWER_BYTES_MAX (32 * 1024 * 1024)

struct daemon_ask {
	struct client *way;
	const char *socket; /* to which it was sent */
	daemon_bytes_fn *bytes;
	daemon_done_fn *done;
	void *data;
	struct http_call *call;
	struct run *run;
	bool was_refused;
	char said[160]; /* the first bytes of the answer */
	size_t said_length;
	bool wants_json; /* from the CLI */
};

static bool is_socket_named(const struct client *way)
{
	return *way->settings->socket != '\0';
}

const char *client_socket(const struct client *way)
{
	return way->socket;
}

/* Switches to the first socket that can be trusted now, if there is one. */
static void find_socket(struct client *way)
{
	const char *socket = is_socket_named(way) ? NULL : socket_search_next(&way->search);

	if (!socket)
		return;
	way->socket = socket;
	way->uses_cli = false;
}

void client_init(
	struct client *way, struct uv_loop_s *loop, struct http *http, const struct settings *settings)
{
	*way = (struct client){
		.loop = loop, .http = http, .settings = settings, .search = { .places = socket_places }
	};
	way->socket = is_socket_named(way) ? settings->socket : socket_places[0];
	find_socket(way);
}

static const char *cli_of(const struct client *way)
{
	return *way->settings->tailscale ? way->settings->tailscale : "tailscale";
}

/* What was tried, for the sentence that tailscaled cannot be reached. */
static void keep_tried(struct client *way, const struct client_result *result)
{
	char foreign[160];

	if (*socket_search_foreign(&way->search, foreign, sizeof(foreign)))
		text_set(way->tried, sizeof(way->tried), "%s: not used without --socket", foreign);
	else if (result->os_error == ENOENT)
		text_set(way->tried, sizeof(way->tried), "no socket at %s",
			is_socket_named(way) ? way->socket : socket_places[0]);
	else
		text_set(way->tried, sizeof(way->tried), "%s: %s",
			is_socket_named(way) ? way->socket : socket_places[0],
			result->os_error ? strerror(result->os_error) : "no answer");
}

void client_next(struct client *way, const struct client_result *result)
{
	if (!is_socket_named(way)) {
		socket_search_refuse(&way->search, result->socket);
		if (socket_search_next(&way->search)) {
			find_socket(way);
			return;
		}
	}
	keep_tried(way, result);
	way->uses_cli = true;
	way->retry_socket = when_now().mono_ms + RETRY_SOCKET_MS;
}

static int feed(void *data, const char *bytes, size_t length)
{
	struct daemon_ask *ask = data;
	size_t room = sizeof(ask->said) - ask->said_length, more = length < room ? length : room;

	memcpy(ask->said + ask->said_length, bytes, more);
	ask->said_length += more;
	ask->was_refused = ask->was_refused || ask->bytes(ask->data, bytes, length) < 0;
	return ask->was_refused ? -1 : 0;
}

static void finish(struct daemon_ask *ask, const struct client_result *result)
{
	daemon_done_fn *done = ask->done;
	void *data = ask->data;

	free(ask);
	done(data, result);
}

/* The first line of the answer, clean. */
static const char *said_line(const struct daemon_ask *ask, char *line, size_t size)
{
	size_t length = 0;

	while (length < ask->said_length && ask->said[length] && ask->said[length] != '\n')
		length++;
	return text_clean(line, size, ask->said, length);
}

/* ---- the socket ---- */

static bool may_not_open(const struct answer *answer)
{
	return answer->os_error == EACCES || answer->os_error == EPERM;
}

static bool is_forbidden(const struct answer *answer)
{
	return may_not_open(answer) || answer->status == 401 || answer->status == 403;
}

static void judge_answer(const char *socket, const struct answer *answer, struct client_result *result)
{
	result->socket = socket;
	result->is_good = answer->outcome == OUTCOME_ANSWERED && answer->status == 200;
	result->os_error = answer->os_error;
	result->status = answer->status;
	result->is_closed = answer->outcome == OUTCOME_REFUSED ||
			    (answer->outcome == OUTCOME_UNREACHABLE && !is_forbidden(answer));
	result->trouble = result->is_good                           ? DAEMON_FINE
			  : may_not_open(answer)                    ? DAEMON_CLOSED
			  : is_forbidden(answer)                    ? DAEMON_DENIED
			  : answer->status && answer->status != 200 ? DAEMON_MALFORMED
			  : answer->outcome == OUTCOME_TOO_BIG      ? DAEMON_MALFORMED
								    : DAEMON_SILENT;
	if (answer->status && answer->status != 200)
		text_set(result->text, sizeof(result->text), "%s answers HTTP %d", socket, answer->status);
	else if (answer->os_error)
		text_set(result->text, sizeof(result->text), "%s: %s", socket, strerror(answer->os_error));
	else if (answer->outcome == OUTCOME_TOO_BIG)
		text_set(result->text, sizeof(result->text), "%s answers with more than %d MB", socket,
			ANSWER_BYTES_MAX / (1024 * 1024));
	else
		text_set(result->text, sizeof(result->text), "%s did not answer in full", socket);
}

static void http_done(void *data, const struct answer *answer)
{
	struct daemon_ask *ask = data;
	struct client_result result = { .text = "" };

	char line[TEXT_CAP];

	judge_answer(ask->socket, answer, &result);
	if (answer->status && answer->status != 200 && *said_line(ask, line, sizeof(line)))
		text_add(result.text, sizeof(result.text), ": “%s”", line);
	result.was_refused = ask->was_refused && answer->status == 200;
	finish(ask, &result);
}

/* A silent daemon must be reported before the deadline of --once ends the program. */
static long patience_ms(const struct client *way, long most)
{
	double share = way->settings->deadline_s * 1000 * DEADLINE_SHARE;

	return share < (double)most ? (long)share : most;
}

static void ask_socket(struct daemon_ask *ask, const char *path)
{
	char url[128];
	long patience = patience_ms(ask->way, ANSWER_MS);
	const struct http_request request = { .url = url,
		.unix_socket = ask->socket,
		.connect_ms = patience,
		.total_ms = patience,
		.body_max = ANSWER_BYTES_MAX };

	snprintf(url, sizeof(url), "http://local-tailscaled.sock/localapi/v0/%s", path);
	ask->call = http_get(ask->way->http, &request, feed, http_done, ask);
}

/* ---- the CLI ---- */

/* On macOS the CLI prints an error as its answer, and ends with 0. */
static bool says_no_json(const struct daemon_ask *ask)
{
	return ask->wants_json && ask->said_length && !strchr("{[n \t\r\n", ask->said[0]);
}

static void say_failure(const struct daemon_ask *ask, const struct run_result *run, const char *words,
	struct client_result *result)
{
	const struct client *way = ask->way;

	if (result->trouble == DAEMON_DENIED || result->trouble == DAEMON_CLOSED)
		text_set(result->text, sizeof(result->text), "“%s”", words);
	else if (!run->is_started && run->error == ENOENT)
		text_set(result->text, sizeof(result->text), "%s and no `%s` command", way->tried,
			cli_of(way));
	else if (!run->is_started)
		text_set(result->text, sizeof(result->text), "%s; and %s: %s", way->tried, cli_of(way),
			strerror(run->error));
	else if (run->timed_out || !*words)
		text_set(result->text, sizeof(result->text), "%s; and `%s`: %s", way->tried, cli_of(way),
			run->timed_out ? "does not end" : "failed");
	else
		text_set(result->text, sizeof(result->text), "%s; and `%s`: “%s”", way->tried, cli_of(way),
			words);
}

static void judge_run(
	const struct daemon_ask *ask, const struct run_result *run, struct client_result *result)
{
	char words[TEXT_CAP];
	bool is_complete = run->is_started && !run->timed_out && !run->too_big;
	bool is_chatter = is_complete && says_no_json(ask);

	text_clean(words, sizeof(words), run->stderr_text, strcspn(run->stderr_text, "\n"));
	if (!*words || is_chatter)
		said_line(ask, words, sizeof(words));
	result->is_good = is_complete && run->exit_status == 0 && !is_chatter;
	result->trouble = result->is_good                                  ? DAEMON_FINE
			  : text_contains_fold(words, "permission denied") ? DAEMON_CLOSED
			  : text_contains_fold(words, "denied")            ? DAEMON_DENIED
			  : run->is_started                                ? DAEMON_MISSING
									   : DAEMON_ABSENT;
	say_failure(ask, run, words, result);
}

static void run_done(void *data, const struct run_result *run)
{
	struct daemon_ask *ask = data;
	struct client *way = ask->way;
	struct client_result result = { .text = "" };

	judge_run(ask, run, &result);
	result.was_refused = ask->was_refused && !says_no_json(ask);
	if (way->retry_socket <= when_now().mono_ms || !run->is_started) {
		way->uses_cli = false;
		socket_search_forget(&way->search);
	}
	finish(ask, &result);
}

/* The CLI finds the socket itself, unless one was named or is known to work. */
void client_command(const struct client *way, const char *const *words, struct client_command *command)
{
	size_t count = 0;

	command->argv[count++] = cli_of(way);
	if (is_socket_named(way) || !way->uses_cli) {
		snprintf(command->option, sizeof(command->option), "--socket=%s", client_socket(way));
		command->argv[count++] = command->option;
	}
	while (*words && count + 1 < ARRAY_LEN(command->argv))
		command->argv[count++] = *words++;
	command->argv[count] = NULL;
}

static void ask_cli(struct daemon_ask *ask, const char *const *words)
{
	struct client_command command;

	client_command(ask->way, words, &command);
	for (; *words; words++)
		ask->wants_json = ask->wants_json || strcmp(*words, "--json") == 0;
	ask->run = run_start(ask->way->loop, command.argv, patience_ms(ask->way, CLI_ANSWER_MS),
		ANSWER_BYTES_MAX, feed, run_done, ask);
}

struct daemon_ask *client_start(struct client *way, const char *path, const char *const *words,
	daemon_bytes_fn *bytes, daemon_done_fn *done, void *data)
{
	struct daemon_ask *ask = mem_alloc(sizeof(*ask));

	*ask = (struct daemon_ask){ .way = way, .bytes = bytes, .done = done, .data = data };
	find_socket(way);
	ask->socket = client_socket(way);
	if (way->uses_cli)
		ask_cli(ask, words);
	else
		ask_socket(ask, path);
	return ask;
}

void client_cancel(struct daemon_ask *ask)
{
	if (!ask)
		return;
	if (ask->call)
		http_cancel(ask->call);
	if (ask->run)
		run_cancel(ask->run);
	free(ask);
}
