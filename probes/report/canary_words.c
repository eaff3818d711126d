#include "probes/report/canary_words.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- failures ---- */

static const char *words_of_tls(enum tls_trouble trouble)
{
	static const char *const words[TLS_COUNT] = {
		[TLS_FINE] = "the TLS handshake failed",
		[TLS_ALERT_INTERNAL] = "TLS alert internal error: it has no certificate for this name",
		[TLS_EXPIRED] = "its certificate has expired",
		[TLS_UNTRUSTED] = "its certificate is not trusted here",
		[TLS_NAME_MISMATCH] = "its certificate is for another name",
		[TLS_NOT_TLS] = "it speaks no TLS there",
		[TLS_TIMEOUT] = "the TLS handshake did not finish",
		[TLS_OTHER] = "the TLS handshake failed",
		[TLS_WANTS_CERTIFICATE] = "it wants a client certificate",
	};

	return words[trouble];
}

static const char *words_of_outcome(const struct canary_figures *figures)
{
	static const char *const words[OUTCOME_COUNT] = {
		[OUTCOME_ANSWERED] = "it answered nothing",
		[OUTCOME_REFUSED] = "nothing listens there: connection refused",
		[OUTCOME_UNREACHABLE] = "there is no route to it",
		[OUTCOME_CONNECT_TIMEOUT] = "the connection timed out",
		[OUTCOME_SILENT] = "it took the connection and did not answer",
		[OUTCOME_CLOSED] = "it closed the connection without an answer",
		[OUTCOME_TRUNCATED] = "its answer was cut off",
		[OUTCOME_TOO_BIG] = "its answer is too big",
		[OUTCOME_NOT_HTTP] = "what answers there speaks no HTTP",
		[OUTCOME_UNRESOLVED] = "its name does not resolve on this machine",
		[OUTCOME_NOT_TRIED] = "this machine has no socket or memory left",
	};

	return figures->outcome == OUTCOME_TLS ? words_of_tls(figures->tls) : words[figures->outcome];
}

static const char *words_of_status(const struct canary_figures *figures)
{
	static const struct {
		int status;
		const char *words;
	} table[] = {
		{ 402, "it wants to be paid" },
		{ 404, "it does not know this model, or has no such API" },
		{ 413, "the prompt is too long for it" },
		{ 429, "too many requests, or the quota is used up" },
		{ 502, "it is a proxy, and the server behind it does not answer" },
		{ 503, "it is overloaded, or still loading" },
		{ 504, "it is a proxy, and the server behind it is too slow" },
	};

	if (figures->status == 401 || figures->status == 403)
		return figures->sends_key ? "it rejects the key" : "it wants a key";
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].status == figures->status)
			return table[i].words;
	return figures->status >= 500   ? "the server failed"
	       : figures->status >= 400 ? "it does not take the request"
					: "the answer began, and failed";
}

static void say_span(char *to, size_t size, const struct canary_figures *figures)
{
	char span[32];

	text_add(to, size, "%s", text_span(span, sizeof(span), figures->ended - figures->began));
}

static void say_tokens(char *to, size_t size, const struct canary_figures *figures)
{
	char number[32];

	text_add(to, size, "%s token%s", text_count(number, sizeof(number), figures->tokens),
		figures->tokens == 1 ? "" : "s");
}

static void say_failure(char *to, size_t size, const struct canary *canary)
{
	const struct canary_figures *figures = &canary->figures;

	switch (figures->trouble) {
	case CANARY_NO_ANSWER:
		text_add(to, size, "%s", words_of_outcome(figures));
		break;
	case CANARY_REFUSED:
		text_add(to, size, "%s (HTTP %d)%s%s", words_of_status(figures), figures->status,
			*canary->words ? ": " : "", canary->words);
		break;
	case CANARY_REDIRECTED:
		text_add(to, size, "it redirects to %s, which was not asked", canary->words);
		break;
	case CANARY_NO_TOKEN:
		text_add(to, size, "no token came within ");
		say_span(to, size, figures);
		break;
	case CANARY_STALLED:
		text_add(to, size, "it stalled after ");
		say_tokens(to, size, figures);
		break;
	case CANARY_BROKEN:
		text_add(to, size, "the answer broke off after ");
		say_tokens(to, size, figures);
		break;
	case CANARY_EMPTY:
		text_add(to, size, "the answer has no token in it (HTTP %d)%s%s", figures->status,
			*canary->words ? ": " : "", canary->words);
		break;
	case CANARY_TOO_BIG:
		text_add(to, size, "the answer is too big to be one of a few tokens");
		break;
	default:
		text_add(to, size,
			"nothing may be sent there now: the tailnet is stopped, or its machine is offline");
		break;
	}
}

/* ---- a request ---- */

static const char *by_whom(const struct canary_figures *figures)
{
	return figures->counted == CANARY_COUNTED_BY_SERVER ? "as the server counts"
							    : "counting each event as one";
}

static void say_speed(char *to, size_t size, const struct canary_figures *figures)
{
	char speed[32];

	if (!isnan(figures->tokens_per_s))
		text_add(to, size, "%s tok/s", text_speed(speed, sizeof(speed), figures->tokens_per_s));
	else
		text_add(to, size, "speed unknown");
	text_add(to, size, " (");
	say_tokens(to, size, figures);
	text_add(to, size, ", %s)", by_whom(figures));
}

static void say_answer(char *to, size_t size, const struct canary_figures *figures)
{
	char number[32];

	if (figures->is_whole)
		text_add(to, size, "the whole answer at once after %s ms: no first token to be seen; ",
			text_ms(number, sizeof(number), figures->total_ms));
	else
		text_add(to, size, "first token%s after %s ms%s; ",
			figures->is_thinking ? " (a thought)" : "",
			text_ms(number, sizeof(number), figures->ttft_ms),
			figures->was_cold ? ", the model was not loaded" : "");
	say_speed(to, size, figures);
	if (figures->has_more)
		text_add(to, size, "; it wrote more than it was asked for, so the connection was closed");
}

char *canary_words_say(char *to, size_t size, const struct canary *canary, int64_t now_ms)
{
	const struct canary_figures *figures = &canary->figures;
	char span[32];

	*to = '\0';
	text_span(span, sizeof(span), now_ms - figures->began);
	switch (figures->state) {
	case CANARY_WAITING:
		text_add(to, size, "waiting for the first token, %s", span);
		break;
	case CANARY_STREAMING:
		text_add(to, size, "tokens are coming, %s", span);
		break;
	case CANARY_CANCELLED:
		text_add(to, size, "cancelled after ");
		say_span(to, size, figures);
		text_add(to, size, "%s", isnan(figures->ttft_ms) ? ", before the first token" : "");
		break;
	case CANARY_FAILED:
		text_add(to, size, "failed: ");
		say_failure(to, size, canary);
		break;
	default:
		say_answer(to, size, figures);
		break;
	}
	return to;
}

/* ---- where the time went ---- */

static const char *source_of_path(const char *source)
{
	static const struct {
		const char *source, *words;
	} table[] = {
		{ "disco", "one round trip, by disco pongs" },
		{ "wireguard", "one round trip, by WireGuard packets" },
		{ "tcp", "one round trip, by TCP handshakes" },
		{ "ping", "one round trip, by a ping" },
		{ "ack", "one round trip at most, by acknowledgements" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (strcmp(source, table[i].source) == 0)
			return table[i].words;
	return "one round trip";
}

static double known(double ms)
{
	return isnan(ms) ? 0 : ms;
}

/* What is left of the time to the first token. */
static double rest_of(const struct canary_figures *figures)
{
	double rest = figures->ttft_ms - known(figures->connect_ms) - known(figures->tls_ms) -
		      known(figures->path_ms) - known(figures->queue_ms) - known(figures->load_ms) -
		      known(figures->prefill_ms);

	return rest < 0 ? 0 : rest;
}

/* What it may hold: those of queue, load and prefill that are not known by themselves. */
static const char *source_of_rest(const struct canary_figures *figures)
{
	static const char *const words[2][2][2] = {
		{ { "what the server does not tell", "prefill, and what the server does not tell" },
			{ "load, and what the server does not tell",
				"load and prefill: the server does not tell them apart" } },
		{ { "queue, and what the server does not tell",
			  "queue and prefill: the server does not tell them apart" },
			{ "queue and load: the server does not tell them apart",
				"queue, load and prefill: the server does not tell them apart" } },
	};

	return words[isnan(figures->queue_ms)][isnan(figures->load_ms)][isnan(figures->prefill_ms)];
}

size_t canary_words_parts(const struct canary *canary, struct canary_part parts[CANARY_PARTS])
{
	static const char measured[] = "measured here", told[] = "as the server says", unknown[] = "unknown";
	const struct canary_figures *figures = &canary->figures;
	const struct canary_part all[CANARY_PARTS] = {
		{ "TCP connect", figures->connect_ms, measured },
		{ "TLS", figures->tls_ms, measured },
		{ "path", figures->path_ms, source_of_path(canary->path_source) },
		{ "queue", figures->queue_ms, "until the answer began (inferred)" },
		{ "load", figures->load_ms, told },
		{ "prefill", figures->prefill_ms, told },
		{ "rest", rest_of(figures), source_of_rest(figures) },
		{ "decode", figures->decode_ms, figures->is_decode_by_server ? told : measured },
	};

	for (size_t i = 0; i < CANARY_PARTS; i++) {
		parts[i] = all[i];
		if (isnan(all[i].ms))
			parts[i].source = unknown;
	}
	return CANARY_PARTS;
}

/* ---- a series ---- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct canary_range range_of(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_value);
	if (!count)
		return (struct canary_range){ 0, NAN, NAN, NAN };
	return (struct canary_range){ count, values[0], (values[(count - 1) / 2] + values[count / 2]) / 2,
		values[count - 1] };
}

void canary_words_sum(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct canary_sum *sum)
{
	double ttfts[CANARY_COUNT_MAX], speeds[CANARY_COUNT_MAX];
	size_t ttft_count = 0, speed_count = 0;

	*sum = (struct canary_sum){ 0 };
	for (size_t i = 0; i < endpoint->canaries.count && i < CANARY_COUNT_MAX; i++) {
		const struct canary_figures *figures =
			&snapshot->canaries[endpoint->canaries.first + i].figures;

		sum->done += figures->state == CANARY_DONE;
		sum->failed += figures->state == CANARY_FAILED;
		sum->cancelled += figures->state == CANARY_CANCELLED;
		if (figures->state != CANARY_DONE || figures->number == 1)
			continue;
		if (!isnan(figures->ttft_ms))
			ttfts[ttft_count++] = figures->ttft_ms;
		if (!isnan(figures->tokens_per_s))
			speeds[speed_count++] = figures->tokens_per_s;
	}
	sum->ttft_ms = range_of(ttfts, ttft_count);
	sum->tokens_per_s = range_of(speeds, speed_count);
}

static bool was_sent(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->canaries.count; i++) {
		const struct canary_figures *figures =
			&snapshot->canaries[endpoint->canaries.first + i].figures;

		if (figures->trouble != CANARY_HALTED && figures->outcome != OUTCOME_NOT_TRIED)
			return true;
	}
	return false;
}

const struct endpoint *canary_words_endpoint(const struct snapshot *snapshot, const char *url)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (strcmp(snapshot->endpoints[i].url, url) == 0)
			return &snapshot->endpoints[i];
	return NULL;
}

enum status canary_words_status(const struct snapshot *snapshot, const char *url)
{
	const struct endpoint *endpoint = canary_words_endpoint(snapshot, url);
	struct canary_sum sum;

	if (!endpoint || !was_sent(snapshot, endpoint))
		return STATUS_UNKNOWN;
	canary_words_sum(snapshot, endpoint, &sum);
	if (!(sum.done + sum.failed))
		return STATUS_UNKNOWN;
	if (sum.failed)
		return sum.done ? STATUS_DEGRADED : STATUS_DOWN;
	return STATUS_OK;
}
