/* A page is made when somebody asks for it, once for each snapshot, and metrics in slices, so that keys and answers
 * of servers are read in between. Nothing here asks anybody for anything. */
#include "tui/listen.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/strings.h"
#include "probes/base/text.h"
#include "probes/base/when.h"
#include "probes/io/http_listen.h"
#include "probes/io/timer.h"
#include "probes/model/snapshot.h"
#include "tui/out/exposition.h"
#include "tui/out/exposition_memory.h"
#include "tui/out/http_sd.h"
#include "tui/out/json.h"
#include "tui/out/outputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLICE_BYTES 65536 /* of metrics: about 1 ms */
#define FRESH_PERIODS 3
#define FRESH_LEAST_MS 10000

enum page { PAGE_METRICS, PAGE_SNAPSHOT, PAGE_SD, PAGE_HEALTH, PAGE_COUNT };

static const struct http_page pages[PAGE_COUNT] = {
	[PAGE_METRICS] = { "/metrics", "text/plain; version=0.0.4; charset=utf-8" },
	[PAGE_SNAPSHOT] = { "/snapshot.json", "application/json" },
	[PAGE_SD] = { "/sd", "application/json" },
	[PAGE_HEALTH] = { "/healthz", "text/plain; charset=utf-8" },
};

/* A page in memory. */
struct draft {
	FILE *file;
	char *text;
	size_t length;
};

struct listen {
	struct http_listen *http;
	struct timer *slice;
	struct snapshot *snapshot; /* NULL: none yet */
	int64_t fresh_ms;          /* how old it may be */
	struct strings names;      /* of this machine */
	struct exposition_memory *memory;
	struct exposition *exposition; /* that is being written; NULL: none */
	struct snapshot *exposed;      /* what it is about */
	struct draft draft;
};

static FILE *begin_draft(struct draft *draft)
{
	draft->file = open_memstream(&draft->text, &draft->length);
	if (!draft->file)
		mem_die();
	return draft->file;
}

static void give(struct listen *listen, enum page page, unsigned status, struct draft *draft, bool is_kept)
{
	fclose(draft->file);
	http_listen_give(listen->http, page, status, draft->text, draft->length, is_kept);
}

/* ---- metrics ---- */

static void next_slice(void *data)
{
	struct listen *listen = data;

	if (exposition_step(listen->exposition, SLICE_BYTES)) {
		timer_start(listen->slice, 1);
		return;
	}
	exposition_free(listen->exposition);
	listen->exposition = NULL;
	give(listen, PAGE_METRICS, 200, &listen->draft, listen->exposed == listen->snapshot);
	snapshot_free(listen->exposed);
}

static void begin_metrics(struct listen *listen)
{
	if (listen->exposition)
		return;
	snapshot_hold(listen->snapshot);
	listen->exposed = listen->snapshot;
	listen->exposition = exposition_new(begin_draft(&listen->draft), listen->exposed, listen->memory);
	timer_start(listen->slice, 0);
}

/* ---- the other pages ---- */

static void give_snapshot(struct listen *listen)
{
	struct draft draft;

	json_write_snapshot(begin_draft(&draft), listen->snapshot, false);
	give(listen, PAGE_SNAPSHOT, 200, &draft, true);
}

static void give_sd(struct listen *listen)
{
	struct draft draft;
	const struct print_to to = { .file = begin_draft(&draft) };

	http_sd_print(&to, listen->snapshot);
	give(listen, PAGE_SD, 200, &draft, true);
}

/* Whether snapshots still come. */
static void give_health(struct listen *listen)
{
	int64_t age = when_since(listen->snapshot->taken, when_now());
	bool is_fresh = age <= listen->fresh_ms;
	struct draft draft;

	fprintf(begin_draft(&draft), is_fresh ? "ok\n" : "the last snapshot is %lld s old\n",
		(long long)age / 1000);
	give(listen, PAGE_HEALTH, is_fresh ? 200 : 503, &draft, false);
}

static void give_nothing(struct listen *listen, enum page page)
{
	struct draft draft;

	fputs("no snapshot yet\n", begin_draft(&draft));
	give(listen, page, 503, &draft, false);
}

static void wanted(void *data, size_t page)
{
	static void (*const makers[PAGE_COUNT])(struct listen * listen) = {
		[PAGE_METRICS] = begin_metrics,
		[PAGE_SNAPSHOT] = give_snapshot,
		[PAGE_SD] = give_sd,
		[PAGE_HEALTH] = give_health,
	};
	struct listen *listen = data;

	if (listen->snapshot)
		makers[page](listen);
	else
		give_nothing(listen, (enum page)page);
}

/* ---- names ---- */

static bool is_ours(void *data, const char *host)
{
	struct listen *listen = data;

	return strings_has(&listen->names, host);
}

static void add_name(struct strings *names, const char *name)
{
	char lower[TEXT_CAP];
	size_t length = 0;

	for (; name[length] && length + 1 < sizeof(lower); length++)
		lower[length] = (char)(name[length] >= 'A' && name[length] <= 'Z' ? name[length] + 'a' - 'A'
										  : name[length]);
	lower[length] = '\0';
	if (length)
		strings_add(names, lower);
}

void listen_learn(struct listen *listen, const struct snapshot *snapshot)
{
	const struct peer *self = snapshot->peers;

	if (!listen || !snapshot->peer_count || !self->is_self)
		return;
	strings_forget(&listen->names);
	add_name(&listen->names, self->name);
	add_name(&listen->names, self->fqdn);
	for (const char *const *address = self->addresses; address && *address; address++)
		add_name(&listen->names, *address);
}

/* ---- start and end ---- */

int listen_open(struct listen **opened, struct uv_loop_s *loop, const char *address, double period_s,
	struct fault *fault)
{
	struct listen *listen = *address ? mem_alloc(sizeof(*listen)) : NULL;
	const struct http_listen_hooks hooks = { listen, is_ours, wanted };
	int64_t fresh_ms = (int64_t)(period_s * FRESH_PERIODS * 1000);

	*opened = NULL;
	if (!listen)
		return 0;
	listen->http = http_listen_open(loop, address, pages, PAGE_COUNT, &hooks, fault);
	if (!listen->http) {
		free(listen);
		return -1;
	}
	listen->fresh_ms = fresh_ms > FRESH_LEAST_MS ? fresh_ms : FRESH_LEAST_MS;
	listen->slice = timer_new(loop, next_slice, listen);
	listen->memory = exposition_memory_new();
	*opened = listen;
	return 0;
}

void listen_free(struct listen *listen)
{
	if (!listen)
		return;
	http_listen_close(listen->http);
	timer_free(listen->slice);
	if (listen->exposition) {
		exposition_free(listen->exposition);
		fclose(listen->draft.file);
		free(listen->draft.text);
		snapshot_free(listen->exposed);
	}
	exposition_memory_free(listen->memory);
	snapshot_free(listen->snapshot);
	strings_fini(&listen->names);
	free(listen);
}

void listen_see(struct listen *listen, struct snapshot *snapshot)
{
	if (!listen)
		return;
	snapshot_hold(snapshot);
	snapshot_free(listen->snapshot);
	listen->snapshot = snapshot;
	http_listen_expire(listen->http);
}

void listen_show(struct listen *listen, struct snapshot *snapshot)
{
	listen_learn(listen, snapshot);
	listen_see(listen, snapshot);
}
