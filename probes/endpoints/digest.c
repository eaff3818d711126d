/* Reduces raw bytes to evidence: a few headers, the first bytes of the body, the timings. */
#include "probes/endpoints/digest.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXCERPT_BYTES 160

static const char *keep_header(const struct answer *answer, const char *name, struct arena *arena)
{
	char value[TEXT_CAP];

	return text_keep(arena, answer_header(answer, name, value, sizeof(value)));
}

/* The redirect target without its query, which may contain a key. */
static const char *keep_location(const char *location, struct arena *arena)
{
	char bare[TEXT_CAP];

	url_bare(location, bare, sizeof(bare));
	return text_keep(arena, *bare || !*location ? bare : "?");
}

static bool has_scheme(const char *location)
{
	return location[strcspn(location, ":/?#")] == ':';
}

bool digest_leaves(const char *location, const char *url)
{
	struct url from, to;
	char bare[512];

	if (!has_scheme(location) && !text_has_prefix(location, "//"))
		return false;
	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(location, "?#"), location);
	if (url_split(&from, url) < 0 || url_split(&to, bare) < 0)
		return true;
	return from.is_https != to.is_https || from.port != to.port || strcmp(from.host, to.host) != 0;
}

/* In whole seconds; a date is read as unknown. */
static double retry_after(const struct answer *answer)
{
	char value[16];
	int64_t seconds = text_number(answer_header(answer, "Retry-After", value, sizeof(value)), 86400);

	return seconds < 0 ? NAN : (double)seconds;
}

/* Does not cut a UTF-8 character in two. */
static size_t excerpt_length(const struct answer *answer)
{
	size_t length = EXCERPT_BYTES;

	if (answer->body_length <= EXCERPT_BYTES)
		return answer->body_length;
	while (length > EXCERPT_BYTES - 4 && ((unsigned char)answer->body[length] & 0xc0) == 0x80)
		length--;
	return length;
}

void digest_answer(struct obs_answer *obs, const struct answer *answer, const char *url, const char *path,
	struct arena *arena)
{
	size_t length = excerpt_length(answer);
	char location[TEXT_CAP];

	answer_header(answer, "Location", location, sizeof(location));
	*obs = (struct obs_answer){
		.url = url,
		.path = path,
		.is_reused = answer->is_reused,
		.outcome = answer->outcome,
		.os_error = answer->os_error,
		.tls = answer->tls,
		.tls_text = text_keep(arena, answer->tls_text),
		.cert_not_after = answer->cert_not_after,
		.status = answer->status,
		.shape = answer->shape,
		.excerpt = text_keep_n(arena, answer->body, length),
		.server_header = keep_header(answer, "Server", arena),
		.via_header = keep_header(answer, "Via", arena),
		.content_type = keep_header(answer, "Content-Type", arena),
		.location = keep_location(location, arena),
		.has_date = answer_has_header(answer, "Date"),
		.retry_after_s = retry_after(answer),
		.connect_ms = answer->connect_ms,
		.tls_ms = answer->tls_ms,
		.ttfb_ms = answer->ttfb_ms,
		.bytes_sent = answer->bytes_sent,
		.bytes_received = answer->bytes_received,
		.server = "",
	};
	obs->leaves_host = *location && digest_leaves(location, url);
}
