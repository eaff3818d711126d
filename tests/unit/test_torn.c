/* Long names in two-byte letters: wherever one is cut, the cut is between letters.
 *
 * Each is tried with no letter and with one letter of one byte before it, so that a cut at a fixed byte would
 * tear one of the two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/texts.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"
#include "tests/unit/ledger_help.h"

#define OL "ollama-0.17.4/"

/* "éé…" of so many bytes, or one more. */
static const char *long_name(char *name, size_t bytes, bool is_odd)
{
	snprintf(name, TEXT_CAP, "%s", is_odd ? "x" : "");
	for (size_t i = 0; i < bytes / 2; i++)
		memcpy(name + is_odd + 2 * i, "\xc3\xa9", 3);
	return name;
}

static void see_text(void *data, enum text_form form, enum secret_kind kind, const char **text)
{
	size_t size = 4 * strlen(*text) + 8;
	char *cleaned = mem_alloc(size);

	(void)data;
	(void)form;
	(void)kind;
	text_clean(cleaned, size, *text, strlen(*text));
	assert_string_equal(cleaned, *text);
	free(cleaned);
}

static void assert_whole_letters(struct ledger *l, struct when now)
{
	struct snapshot *snapshot;

	judge(l, now);
	snapshot = take_snapshot(l, now);
	texts_visit(snapshot, see_text, NULL);
	snapshot_free(snapshot);
}

static void the_end_that_answered_a_ping(void **state)
{
	char name[TEXT_CAP];

	(void)state;
	for (int is_odd = 0; is_odd < 2; is_odd++) {
		struct ledger *l = watching(GPU1);

		answers_ping(l, PING_DISCO, 1, long_name(name, 200, is_odd), "", at(1));
		assert_whole_letters(l, at(2));
		answers_ping(l, PING_TSMP, 1, "", long_name(name, 200, is_odd), at(3));
		assert_whole_letters(l, at(4));
	}
}

static void a_peer_relay_without_a_number(void **state)
{
	char name[TEXT_CAP];

	(void)state;
	for (int is_odd = 0; is_odd < 2; is_odd++) {
		struct ledger *l = watching(GPU1);

		for (int i = 0; i < 2; i++) {
			struct obs_status *status = running();
			struct obs_peer *peer = by_peer_relay(with_peer(status, GPU1_ID, "gpu1"));

			peer->peer_relay = arena_copy(status->arena, long_name(name, 200, is_odd));
			sees(l, at(2 + 2 * i), status);
		}
		assert_verdict(take(l, at(5)), "peer-relayed");
		assert_whole_letters(l, at(5));
	}
}

static void ollama_lists(struct ledger *l, double seconds, const char *name)
{
	char body[2 * TEXT_CAP];

	snprintf(body, sizeof(body),
		"{\"models\":[{\"name\":\"%s\",\"expires_at\":\"2026-11-23T09:00:00Z\",\"size_vram\":1}]}",
		name);
	says_at(l, at(seconds), "/api/ps", 200,
		"Content-Type: application/json\nDate: Mon, 23 Nov 2026 00:36:14 GMT\n", body);
}

static void two_models_of_which_one_made_room(void **state)
{
	char one[TEXT_CAP], other[TEXT_CAP];

	(void)state;
	for (int is_odd = 0; is_odd < 2; is_odd++) {
		struct ledger *l = watching_a("ollama", GPU1);

		ollama_lists(l, 0, long_name(one, 240, is_odd));
		ollama_lists(l, 10, long_name(other, 250, false));
		assert_verdict(take(l, at(14)), "evicted");
		assert_whole_letters(l, at(14));
	}
}

/* The event tells the verdict, which repeats where a server sends us. */
static void an_event_that_tells_a_long_verdict(void **state)
{
	char name[TEXT_CAP], header[2 * TEXT_CAP];

	(void)state;
	for (int is_odd = 0; is_odd < 2; is_odd++) {
		struct ledger *l = watching_a("ollama", GPU1);

		answers(l, at(0), OL "loaded-idle/api-ps");
		take(l, at(1));
		snprintf(header, sizeof(header), "Location: /%s\n", long_name(name, 200, is_odd));
		says_at(l, at(10), "/api/ps", 302, header, "");
		assert_verdict(take(l, at(11)), "redirected");
		assert_true(take(l, at(11))->event_count > 0);
		assert_whole_letters(l, at(11));
	}
}

static void a_mount_of_a_long_host_and_path(void **state)
{
	char host[TEXT_CAP], path[TEXT_CAP];

	(void)state;
	for (int is_odd = 0; is_odd < 2; is_odd++) {
		struct ledger *l = watching_a("ollama", GPU1);
		const struct obs_mount mount = { .host = long_name(host, 240, is_odd),
			.service = "",
			.port = 443,
			.path = long_name(path, 240, false),
			.target = "http://127.0.0.1:11434",
			.url = "",
			.backend = "http://127.0.0.1:11434",
			.is_funnel = true };

		sees_serve(l, &mount, 1);
		watches_own(l, "ollama", "http://127.0.0.1:11434");
		is_refused(l, at(1));
		is_refused(l, at(11));
		take(l, at(12));
		assert_whole_letters(l, at(12));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_end_that_answered_a_ping, forget),
		cmocka_unit_test_teardown(a_peer_relay_without_a_number, forget),
		cmocka_unit_test_teardown(two_models_of_which_one_made_room, forget),
		cmocka_unit_test_teardown(an_event_that_tells_a_long_verdict, forget),
		cmocka_unit_test_teardown(a_mount_of_a_long_host_and_path, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
