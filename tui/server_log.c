#include "tui/server_log.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/endpoints/api_key.h"
#include "probes/io/log_follow.h"
#include "probes/io/secret.h"
#include "probes/report/log_target.h"

#include <stdlib.h>
#include <string.h>

#define KEY_MAX 4096

struct server_log {
	struct log_wish wish;
	struct log_text text;
	struct log_place place;
	struct log_follow *follow; /* NULL: nothing is read, or it has ended */
	struct strings keys;
	bool has_ended;
};

static void hide_keys(void *data, char *text, size_t length)
{
	const struct server_log *server_log = data;

	for (size_t i = 0; i < server_log->keys.count; i++)
		secret_hide(text, length, server_log->keys.items[i]);
}

static void read_keys(struct server_log *server_log)
{
	const struct settings *settings = server_log->wish.settings;
	struct fault ignored;
	char key[KEY_MAX];

	for (size_t i = 0; i < settings->pins.count; i++)
		if (api_key_read(&settings->pins.items[i], key, sizeof(key), &ignored) == 0 && *key)
			strings_add(&server_log->keys, key);
	memset(key, 0, sizeof(key));
}

/* A command that does not fit is no command. */
static void set_run(struct log_text *text, const char *run)
{
	if (strlen(run) < sizeof(text->run))
		text_set(text->run, sizeof(text->run), "%s", run);
}

static void take_bytes(void *data, const char *bytes, size_t length)
{
	struct server_log *server_log = data;

	log_lines_add(&server_log->text.lines, bytes, length);
	server_log->wish.changed(server_log->wish.data);
}

/* What to type instead is said only if this did not work. */
static void take_end(void *data, const char *why)
{
	struct server_log *server_log = data;
	struct log_text *text = &server_log->text;

	log_follow_free(server_log->follow);
	server_log->follow = NULL;
	server_log->has_ended = true;
	log_lines_end(&text->lines);
	text_set(text->why, sizeof(text->why), "%s",
		*why                       ? why
		: server_log->wish.follows ? "the log has ended"
					   : "");
	if (*why)
		set_run(text, server_log->place.run);
	server_log->wish.changed(server_log->wish.data);
}

static void open_here(struct server_log *server_log, const struct log_target *target)
{
	const struct log_search search = { .root = "",
		.port = target->port,
		.host = target->host,
		.usual_unit = target->usual->unit,
		.usual_file = target->usual->file };
	const struct log_reader reader = { .bytes = take_bytes, .ended = take_end, .data = server_log };
	struct log_text *text = &server_log->text;
	struct log_facts facts;

	log_facts_read(&search, &facts);
	log_place_choose(&facts, &server_log->place);
	text_set(text->what, sizeof(text->what), "%s", server_log->place.what);
	if (!*server_log->place.why) {
		server_log->follow = log_follow_new(
			server_log->wish.loop, &server_log->place, server_log->wish.follows, &reader);
		return;
	}
	text_set(text->why, sizeof(text->why), "%s", server_log->place.why);
	set_run(text, server_log->place.run);
}

static void tell_of_peer(struct log_text *text, const struct peer *peer, const struct log_target *target)
{
	if (peer)
		text_set(text->why, sizeof(text->why), "the log is on %s, and is read there", peer->name);
	text_set(text->run, sizeof(text->run), "%s", target->run);
	text_set(text->run_on, sizeof(text->run_on), "%s", target->run_on);
	text_set(text->hint, sizeof(text->hint), "%s", target->hint);
}

struct server_log *server_log_open(
	const struct log_wish *wish, const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	struct server_log *server_log = mem_alloc(sizeof(*server_log));
	struct log_target target;

	server_log->wish = *wish;
	server_log->text.lines.hide = hide_keys;
	server_log->text.lines.data = server_log;
	log_target_of(snapshot, endpoint, &target);
	if (target.is_here) {
		read_keys(server_log);
		open_here(server_log, &target);
	} else {
		tell_of_peer(&server_log->text, endpoint->peer < 0 ? NULL : &snapshot->peers[endpoint->peer],
			&target);
	}
	server_log->has_ended = !server_log->follow;
	return server_log;
}

void server_log_free(struct server_log *server_log)
{
	if (!server_log)
		return;
	log_follow_free(server_log->follow);
	log_place_fini(&server_log->place);
	log_lines_fini(&server_log->text.lines);
	for (size_t i = 0; i < server_log->keys.count; i++)
		memset(server_log->keys.items[i], 0, strlen(server_log->keys.items[i]));
	strings_fini(&server_log->keys);
	free(server_log);
}

const struct log_text *server_log_text(const struct server_log *server_log)
{
	return &server_log->text;
}

bool server_log_has_ended(const struct server_log *server_log)
{
	return server_log->has_ended;
}
