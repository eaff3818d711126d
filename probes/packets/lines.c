/* Three tables: the keys that each word needs, the field and type of each key, the methods. A line is parsed
 * in one pass. */
#include "probes/packets/lines.h"

#include "probes/base/digits.h"
#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX (INT64_C(1) << 53)
#define NEEDS_MAX 5

enum kind { COUNT, DURATION, DECIMAL, STAMP, VNI, PLACE, PLACE_OR_HOST, HEX, NAME, METHOD, STATE, FLAG };

struct field {
	const char *key;
	enum kind kind;
	size_t at;
};

#define FIELD(key, kind, member)                                                                             \
	{                                                                                                    \
		key, kind, offsetof(struct sniffed, member)                                                  \
	}

static const struct field fields[] = {
	FIELD("at", STAMP, at_us),
	FIELD("sent", STAMP, sent_us),
	FIELD("begun", STAMP, begun_us),
	FIELD("protocol", COUNT, protocol),
	FIELD("name", NAME, name),
	FIELD("local", PLACE, local),
	FIELD("remote", PLACE, remote),
	FIELD("vni", VNI, vni),
	FIELD("disco", HEX, disco),
	FIELD("rx_bytes", COUNT, rx_bytes),
	FIELD("tx_bytes", COUNT, tx_bytes),
	FIELD("rx_packets", COUNT, rx_packets),
	FIELD("tx_packets", COUNT, tx_packets),
	FIELD("pings", COUNT, pings),
	FIELD("pongs", COUNT, pongs),
	FIELD("lost", COUNT, lost),
	FIELD("method", METHOD, method),
	FIELD("us", DURATION, us),
	FIELD("client", PLACE_OR_HOST, client),
	FIELD("server", PLACE, server),
	FIELD("connections", COUNT, connections),
	FIELD("open", COUNT, open),
	FIELD("up_bytes", COUNT, up_bytes),
	FIELD("down_bytes", COUNT, down_bytes),
	FIELD("exchanges", COUNT, exchanges),
	FIELD("state", STATE, is_open),
	FIELD("ttfb_us", COUNT, ttfb_us),
	FIELD("ttft_us", COUNT, ttft_us),
	FIELD("ttft_max_us", COUNT, ttft_max_us),
	FIELD("gap_us", COUNT, gap_us),
	FIELD("chunks", COUNT, chunks),
	FIELD("tokens", COUNT, tokens),
	FIELD("tokens_per_s", DECIMAL, tokens_per_s),
	FIELD("estimated", FLAG, is_estimated),
	FIELD("received", COUNT, received),
	FIELD("dropped", COUNT, dropped),
	FIELD("paths", COUNT, paths),
	FIELD("flows", COUNT, flows),
};

static const struct word {
	const char *word, *needs[NEEDS_MAX];
} words[SNIFFED_COUNT] = {
	[SNIFFED_HELLO] = { WIRE_HELLO, { "protocol" } },
	[SNIFFED_DEVICE] = { WIRE_DEVICE, { "name" } },
	[SNIFFED_PATH] = { WIRE_PATH, { "at", "remote", "rx_bytes", "tx_bytes" } },
	[SNIFFED_RTT] = { WIRE_RTT, { "at", "method", "remote", "us" } },
	[SNIFFED_MISS] = { WIRE_MISS, { "at", "remote", "sent" } },
	[SNIFFED_DERP] = { WIRE_DERP, { "at", "remote", "rx_bytes", "tx_bytes" } },
	[SNIFFED_FLOW] = { WIRE_FLOW, { "at", "client", "server", "up_bytes", "down_bytes" } },
	[SNIFFED_EXCHANGE] = { WIRE_EXCHANGE, { "at", "begun", "client", "server", "state" } },
	[SNIFFED_STATS] = { WIRE_STATS, { "at" } },
	[SNIFFED_END] = { WIRE_END, { NULL } },
};

static const struct {
	const char *name;
	enum sniffed_method method;
} methods[] = {
	{ WIRE_METHOD_DISCO, SNIFFED_BY_DISCO },
	{ WIRE_METHOD_TURNAROUND, SNIFFED_BY_TURNAROUND },
	{ WIRE_METHOD_WIREGUARD, SNIFFED_BY_WIREGUARD },
	{ WIRE_METHOD_STUN, SNIFFED_BY_STUN },
	{ WIRE_METHOD_TCP, SNIFFED_BY_TCP },
	{ WIRE_METHOD_ACK, SNIFFED_BY_ACK },
	{ WIRE_METHOD_DERP, SNIFFED_BY_DERP },
};

/* ---- values ---- */

/* Stores the canonical form, which is also how tailscaled prints addresses. */
static int take_place(struct sniffed_place *place, const char *value, bool may_lack_port)
{
	char host[sizeof(place->text)];
	unsigned char binary[16];
	bool has_bracket = *value == '[';
	const char *end = has_bracket ? strchr(value, ']') : value + strcspn(value, ":"), *port;
	int family = has_bracket ? AF_INET6 : AF_INET;

	if (!has_bracket && end && *end == ':' && strchr(end + 1, ':')) { /* IPv6 without a port */
		family = AF_INET6;
		end = value + strlen(value);
	}
	if (!end || (size_t)(end - value) >= sizeof(host))
		return -1;
	snprintf(host, sizeof(host), "%.*s", (int)(end - value) - has_bracket, value + has_bracket);
	port = end + (has_bracket ? 1 : 0);
	place->port = *port == ':' ? (int)text_number(port + 1, 65535) : 0;
	if (inet_pton(family, host, binary) != 1 || place->port < 0 || (*port && *port != ':') ||
		(!place->port && (*port || !may_lack_port)))
		return -1;
	inet_ntop(family, binary, place->host, sizeof(place->host));
	if (place->port)
		snprintf(place->text, sizeof(place->text), family == AF_INET6 ? "[%s]:%d" : "%s:%d",
			place->host, place->port);
	else
		snprintf(place->text, sizeof(place->text), "%s", place->host);
	return 0;
}

static int take_count(double *number, const char *value)
{
	int64_t count = text_number(value, NUMBER_MAX);

	*number = (double)count;
	return count < 0 ? -1 : 0;
}

static int take_duration(double *number, const char *value)
{
	int failed = take_count(number, value);

	*number = digits_round(*number);
	return failed;
}

static int take_decimal(double *number, const char *value)
{
	size_t whole = strspn(value, "0123456789");
	size_t part = value[whole] == '.' ? strspn(value + whole + 1, "0123456789") : 0;

	if (!whole || whole > 15 || value[whole + (part ? 1 + part : 0)])
		return -1;
	*number = strtod(value, NULL);
	return 0;
}

static int take_integer(int64_t *number, const char *value, int64_t most)
{
	*number = text_number(value, most);
	return *number < 0 ? -1 : 0;
}

static int take_hex(char *to, size_t size, const char *value)
{
	size_t length = strspn(value, "0123456789abcdef");

	if (!length || value[length] || length >= size)
		return -1;
	memcpy(to, value, length + 1);
	return 0;
}

static int take_name(char *to, size_t size, const char *value)
{
	if (strlen(value) >= size)
		return -1;
	memcpy(to, value, strlen(value) + 1);
	return 0;
}

/* An unknown method is not an error: a newer helper may have more. */
static int take_method(enum sniffed_method *method, const char *value)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(methods[i].name, value) == 0)
			*method = methods[i].method;
	return 0;
}

static int take_choice(bool *chosen, const char *value, const char *yes, const char *no)
{
	*chosen = strcmp(value, yes) == 0;
	return *chosen || strcmp(value, no) == 0 ? 0 : -1;
}

static int take_value(struct sniffed *sniffed, const struct field *field, const char *value)
{
	void *at = (char *)sniffed + field->at;

	switch (field->kind) {
	case COUNT:
		return take_count(at, value);
	case DURATION:
		return take_duration(at, value);
	case DECIMAL:
		return take_decimal(at, value);
	case STAMP:
		return take_integer(at, value, INT64_MAX);
	case VNI:
		return take_integer(at, value, 0xffffff);
	case PLACE:
	case PLACE_OR_HOST:
		return take_place(at, value, field->kind == PLACE_OR_HOST);
	case HEX:
		return take_hex(at, sizeof(sniffed->disco), value);
	case NAME:
		return take_name(at, sizeof(sniffed->name), value);
	case METHOD:
		return take_method(at, value);
	case STATE:
		return take_choice(at, value, "open", "done");
	case FLAG:
		return take_choice(at, value, "1", "0");
	}
	return -1;
}

/* ---- a line ---- */

static void init(struct sniffed *sniffed)
{
	*sniffed = (struct sniffed){ .word = SNIFFED_OTHER };
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (fields[i].kind == COUNT || fields[i].kind == DURATION || fields[i].kind == DECIMAL)
			*(double *)((char *)sniffed + fields[i].at) = NAN;
}

static const struct field *field_of(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strcmp(fields[i].key, key) == 0)
			return &fields[i];
	return NULL;
}

static enum sniffed_word word_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].word && strcmp(words[i].word, word) == 0)
			return (enum sniffed_word)i;
	return SNIFFED_OTHER;
}

static int refuse(struct fault *fault, const char *line, const char *why, const char *what)
{
	fault_say(fault, "the capture helper said '%.120s': %s%s", line, why, what);
	return -1;
}

/* Parses the pairs after the word; pairs is a copy and is modified. seen: one bit for each row of fields. */
static int take_pairs(
	struct sniffed *sniffed, char *pairs, uint64_t *seen, const char *line, struct fault *fault)
{
	char *next;

	for (char *pair = pairs; pair; pair = next) {
		char *equals = strchr(pair, '='), *space = strchr(pair, ' ');
		const struct field *field;

		next = space ? space + 1 : NULL;
		if (space)
			*space = '\0';
		if (!equals || equals == pair || (space && equals > space) || !equals[1])
			return refuse(fault, line, "no key=value: ", pair);
		*equals = '\0';
		field = field_of(pair);
		if (!field)
			continue;
		if (*seen & UINT64_C(1) << (field - fields))
			return refuse(fault, line, "twice ", pair);
		*seen |= UINT64_C(1) << (field - fields);
		if (take_value(sniffed, field, equals + 1))
			return refuse(fault, line, "not understood: ", pair);
	}
	return 0;
}

static int check_needs(const struct word *word, uint64_t seen, const char *line, struct fault *fault)
{
	for (size_t i = 0; i < NEEDS_MAX && word->needs[i]; i++)
		if (!(seen & UINT64_C(1) << (field_of(word->needs[i]) - fields)))
			return refuse(fault, line, "there is no ", word->needs[i]);
	return 0;
}

_Static_assert(ARRAY_LEN(fields) <= 64, "a bit for each field");

int lines_parse(struct sniffed *sniffed, const char *line, size_t length, struct fault *fault)
{
	char whole[WIRE_LINE_MAX], parts[WIRE_LINE_MAX];
	uint64_t seen = 0;
	char *pairs;

	init(sniffed);
	if (length >= WIRE_LINE_MAX) {
		fault_say(fault, "the capture helper said a line of over %d bytes", WIRE_LINE_MAX);
		return -1;
	}
	for (size_t i = 0; i < length; i++)
		if (line[i] < ' ' || line[i] > '~') {
			fault_say(fault, "the capture helper said what is no text");
			return -1;
		}
	snprintf(whole, sizeof(whole), "%.*s", (int)length, line);
	memcpy(parts, whole, length + 1);
	pairs = strchr(parts, ' ');
	if (pairs)
		*pairs++ = '\0';
	if (!*parts)
		return refuse(fault, whole, "there is no word", "");
	sniffed->word = word_of(parts);
	if (sniffed->word == SNIFFED_OTHER)
		return 0;
	if (take_pairs(sniffed, pairs, &seen, whole, fault))
		return -1;
	if (sniffed->word == SNIFFED_RTT)
		sniffed->at_us = 0; /* it counts from when it is read; recordings need no other time */
	return check_needs(&words[sniffed->word], seen, whole, fault);
}

/* ---- lines ---- */

static int end_line(struct lines_cut *cut, lines_fn *take, void *data)
{
	struct sniffed sniffed;
	struct fault fault;
	bool was_reported = cut->is_too_long;
	int broken = was_reported || lines_parse(&sniffed, cut->line, cut->length, &fault);

	cut->length = 0;
	cut->is_too_long = false;
	return was_reported ? 0 : take(data, broken ? NULL : &sniffed, broken ? &fault : NULL);
}

static int refuse_line(struct lines_cut *cut, lines_fn *take, void *data)
{
	struct fault fault;

	cut->is_too_long = true;
	fault_say(&fault, "the capture helper said a line of over %d bytes", WIRE_LINE_MAX);
	return take(data, NULL, &fault);
}

int lines_feed(struct lines_cut *cut, const char *bytes, size_t length, lines_fn *take, void *data)
{
	int end = 0;

	for (size_t i = 0; i < length && !end; i++) {
		if (bytes[i] == '\n')
			end = end_line(cut, take, data);
		else if (cut->length < WIRE_LINE_MAX - 1)
			cut->line[cut->length++] = bytes[i];
		else if (!cut->is_too_long)
			end = refuse_line(cut, take, data);
	}
	return end;
}
