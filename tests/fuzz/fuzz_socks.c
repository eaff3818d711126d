/* The SOCKS5 door: what a client wishes, what tailscaled answers. A header is never more than it should be. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/mem.h"
#include "probes/io/socks_wire.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_LINES 8 /* of a dial request, the empty one included */

static void check_dial(const struct socks_wish *wish)
{
	char request[1024];
	size_t lines = 0;

	check(strlen(wish->host) && !wish->host[strcspn(wish->host, " \r\n\t")], "a host is one word");
	check(wish->port >= 0 && wish->port <= 65535, "a wish has a port");
	socks_dial_request(request, sizeof(request), wish);
	for (const char *at = request; (at = strstr(at, "\r\n")); at += 2)
		lines++;
	check(lines == HEADER_LINES + 1, "no host adds a header");
}

static void check_answer_to_dial(const char *text, bool is_last)
{
	size_t head = SIZE_MAX;
	enum socks_reply reply = socks_dial_read_answer(text, is_last, &head);

	check(reply != SOCKS_UNFINISHED || !is_last, "what has ended is not unfinished");
	check(reply != SOCKS_GRANTED || head <= strlen(text), "a head ends in the answer");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	const unsigned char *bytes = (const unsigned char *)text;
	struct socks_wish wish;

	socks_read_greeting(bytes, size);
	if (socks_read_wish(bytes, size, &wish) == SOCKS_GRANTED)
		check_dial(&wish);
	check_answer_to_dial(text, false);
	check_answer_to_dial(text, true);
	free(text);
	return 0;
}
