#include "probes/tailscaled/log_tap.h"

#include "probes/base/mem.h"
#include "probes/io/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 3000
#define LISTEN_MS 20000
#define LINE_MAX_BYTES 4096

struct log_tap {
	struct http *http;
	struct ledger *ledger;
	void (*changed)(void *data);
	void *data;
	struct http_call *call; /* NULL: not listening */
	bool is_denied;
	char line[LINE_MAX_BYTES];
	size_t line_length;
	struct {
		struct silent {
			char *url, *sign; /* " > 100.64.0.2:443 " */
		} * items;
		size_t count, room;
	} silent;
};

struct log_tap *log_tap_new(struct http *http, struct ledger *ledger, void (*changed)(void *data), void *data)
{
	struct log_tap *log_tap = mem_alloc(sizeof(*log_tap));

	log_tap->http = http;
	log_tap->ledger = ledger;
	log_tap->changed = changed;
	log_tap->data = data;
	return log_tap;
}

void log_tap_free(struct log_tap *log_tap)
{
	for (size_t i = 0; i < log_tap->silent.count; i++) {
		free(log_tap->silent.items[i].url);
		free(log_tap->silent.items[i].sign);
	}
	free(log_tap->silent.items);
	if (log_tap->call)
		http_cancel(log_tap->call);
	free(log_tap);
}

static void read_line(struct log_tap *log_tap)
{
	if (!strstr(log_tap->line, "rejected due to acl"))
		return;
	for (size_t i = 0; i < log_tap->silent.count; i++)
		if (strstr(log_tap->line, log_tap->silent.items[i].sign)) {
			ledger_see(log_tap->ledger,
				&(struct observation){ .kind = OBSERVED_PROOF,
					.url = log_tap->silent.items[i].url,
					.proof = PROOF_ACL },
				when_now());
			log_tap->changed(log_tap->data);
		}
}

static int hear(void *data, const char *bytes, size_t length)
{
	struct log_tap *log_tap = data;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\n') {
			log_tap->line[log_tap->line_length] = '\0';
			read_line(log_tap);
			log_tap->line_length = 0;
		} else if (log_tap->line_length + 1 < sizeof(log_tap->line)) {
			log_tap->line[log_tap->line_length++] = bytes[i];
		}
	}
	return 0;
}

static void done(void *data, const struct answer *answer)
{
	struct log_tap *log_tap = data;

	log_tap->call = NULL;
	log_tap->is_denied = answer->outcome == OUTCOME_ANSWERED && answer->status != 200;
}

static void remember(struct log_tap *log_tap, const char *url, const char *address, int port)
{
	struct silent *silent;
	char sign[128];
	bool is_v6 = strchr(address, ':') != NULL;

	for (size_t i = 0; i < log_tap->silent.count; i++)
		if (strcmp(log_tap->silent.items[i].url, url) == 0)
			return;
	snprintf(sign, sizeof(sign), is_v6 ? " > [%s]:%d " : " > %s:%d ", address, port);
	silent = VEC_PUSH(&log_tap->silent);
	silent->url = mem_copy(url);
	silent->sign = mem_copy(sign);
}

void log_tap_listen(
	struct log_tap *log_tap, const char *url, const char *address, int port, const char *socket)
{
	const struct http_request request = { .url = "http://local-tailscaled.sock/localapi/v0/logtap",
		.unix_socket = socket,
		.connect_ms = CONNECT_MS,
		.total_ms = LISTEN_MS,
		.body_max = SIZE_MAX };

	if (!socket || log_tap->is_denied)
		return;
	remember(log_tap, url, address, port);
	if (log_tap->call)
		return;
	log_tap->line_length = 0;
	log_tap->call = http_get(log_tap->http, &request, hear, done, log_tap);
}
