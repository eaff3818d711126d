/* The endpoints of a chain, and what is answered there. What the live source does between an answer and the
 * ledger is done in the same order here, without the waiting. */
#define _GNU_SOURCE
#include "tests/fuzz/chain.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/digest.h"
#include "probes/endpoints/owner.h"
#include "probes/io/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* text with what stands for a planted word replaced by it; on the heap. */
static char *plant(const char *text, size_t *length, const char *sign, const char *word)
{
	struct bytes bytes = { NULL, 0, 0 };
	const char *at = text, *end = text + *length, *found;

	while ((found = memmem(at, (size_t)(end - at), sign, strlen(sign)))) {
		bytes_add(&bytes, at, (size_t)(found - at));
		bytes_add(&bytes, word, strlen(word));
		at = found + strlen(sign);
	}
	bytes_add(&bytes, at, (size_t)(end - at));
	*length = bytes.length;
	return bytes.text;
}

static void declare(const struct chain *chain)
{
	const struct obs_status *status = ledger_status(chain->ledger);
	const struct obs_peer *peer;
	struct url url;

	if (url_split(&url, chain->url) < 0)
		return;
	peer = status ? owner_peer(status, url.host, NULL) : NULL;
	ledger_see(chain->ledger,
		&(struct observation){ .kind = OBSERVED_ENDPOINT,
			.endpoint =
				&(struct obs_endpoint){
					.url = chain->url,
					.peer_id = peer ? peer->id : "",
					.address = peer ? owner_address(peer) : "",
					.at = url.is_https ? "https" : ":80",
					.port = url.port,
					.found_by = chain->is_pinned ? FOUND_CONFIG : FOUND_PORT,
					.is_pinned = chain->is_pinned,
					.is_own = chain->is_own,
					.is_of_tailnet = peer != NULL,
					.has_key = !chain->is_key_withheld,
					.is_key_withheld = chain->is_key_withheld,
					.server = chain->family ? chain->family->facts.name : "",
				} },
		chain->now);
}

/* %HOST% and %OUTSIDE% are hosts, and nothing else. */
static void expand_host(char *url, size_t size, const char *word)
{
	static const struct {
		const char *sign, *host;
	} hosts[] = { { "%HOST%", PLANTED_HOST }, { "%OUTSIDE%", PLANTED_OUTSIDE } };
	const char *slashes = strstr(word, "://"), *at = slashes ? slashes + 3 : word;

	snprintf(url, size, "%s", word);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		const char *rest = at + strlen(hosts[i].sign);

		if (text_has_prefix(at, hosts[i].sign) && (!*rest || strchr(":/.", *rest)))
			snprintf(url, size, "%.*s%s%s", (int)(at - word), word, hosts[i].host, rest);
	}
}

/* URL, and in any order: the name of a family, "own", "found", "withheld". */
void chain_endpoint(struct chain *chain, const struct command *command)
{
	char text[600];
	struct url url;

	expand_host(text, sizeof(text), command->words[1]);
	if (url_split(&url, text) < 0 || url_join(&url, chain->url, sizeof(chain->url)) < 0) {
		chain->url[0] = '\0';
		return;
	}
	chain->family = NULL;
	chain->is_pinned = true;
	chain->is_own = chain->is_key_withheld = false;
	for (size_t i = 2; i < WORDS_MAX; i++) {
		chain->is_own |= strcmp(command->words[i], "own") == 0;
		chain->is_key_withheld |= strcmp(command->words[i], "withheld") == 0;
		chain->is_pinned &= strcmp(command->words[i], "found") != 0;
		if (family_by_name(command->words[i]))
			chain->family = family_by_name(command->words[i]);
	}
	identify_init(&chain->identification);
	declare(chain);
}

void chain_drop(struct chain *chain, const struct command *command)
{
	(void)command;
	if (*chain->url)
		ledger_see(chain->ledger,
			&(struct observation){ .kind = OBSERVED_DROPPED, .url = chain->url }, chain->now);
	chain->url[0] = '\0';
}

/* The request of the endpoint's family with that path; "": the primary one, which tells whether it is up. */
static const struct request *request_of(const struct family *family, const char *path)
{
	if (family && !*path)
		return &family->requests[family_primary(family)];
	for (size_t i = 0; family && i < family->request_count; i++)
		if (strcmp(family->requests[i].path, path) == 0)
			return &family->requests[i];
	return NULL;
}

static void report(
	struct chain *chain, const struct answer *answer, const struct request *request, bool is_primary)
{
	struct arena *arena = arena_new();
	struct obs_answer obs;
	struct reading reading;

	digest_answer(&obs, answer, chain->url, request ? request->path : "/", arena);
	reading_init(&reading, arena);
	if (request && answer->outcome == OUTCOME_ANSWERED) {
		obs.is_expected = request->read(answer, &reading);
		reading.key_rejected = reading.wants_key && !chain->is_key_withheld;
		reading.wants_key = reading.wants_key && chain->is_key_withheld;
		obs.reading = &reading;
	}
	obs.cost = request ? request->cost : COST_FREE;
	obs.is_primary = is_primary;
	if (chain->family)
		obs.server = chain->family->facts.name;
	ledger_see(
		chain->ledger, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &obs }, chain->now);
	arena_free(arena);
}

/* An endpoint without a family is recognised first, and judged where nobody recognises it. */
static void recognise(struct chain *chain, const struct answer *answer)
{
	identify_step(&chain->identification, answer);
	chain->family = chain->identification.family;
	if (chain->family)
		declare(chain);
	report(chain, answer, NULL, !chain->family && !chain->identification.ask);
	if (!chain->identification.ask)
		identify_init(&chain->identification);
}

static void hear(struct chain *chain, const struct answer *answer, const char *path)
{
	const struct request *request = request_of(chain->family, path);

	if (chain->family)
		report(chain, answer, request, request && request == request_of(chain->family, ""));
	else
		recognise(chain, answer);
}

/* The bytes come as a server wrote them; our key is hidden in them where http hides it. */
void chain_answer(struct chain *chain, const struct command *command)
{
	size_t length = command->length;
	char *bytes = plant(command->body, &length, "%KEY%", PLANTED_KEY);
	struct answer answer;

	if (*chain->url && answer_from_recording(&answer, bytes, length) == 0) {
		secret_hide(answer.headers, answer.headers_length, PLANTED_KEY);
		secret_hide(answer.body, answer.body_length, PLANTED_KEY);
		answer_examine(&answer);
		answer.connect_ms = 0.5;
		answer.ttfb_ms = 3;
		hear(chain, &answer, command->words[1]);
		answer_fini(&answer);
	} else if (*chain->url) {
		answer_fini(&answer);
	}
	free(bytes);
}

/* What came instead of an answer. */
void chain_outcome(struct chain *chain, const struct command *command)
{
	struct answer answer;

	if (!*chain->url)
		return;
	answer_init(&answer);
	answer.outcome = (enum outcome)(chain_number(command->words[1], 99) % OUTCOME_COUNT);
	if (answer.outcome == OUTCOME_TLS)
		answer.tls = (enum tls_trouble)(chain_number(command->words[2], 99) % TLS_COUNT);
	hear(chain, &answer, "");
	answer_fini(&answer);
}
