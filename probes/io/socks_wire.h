/* What is said at the SOCKS5 door, as pure functions of the bytes that have come so far: the client's
 * greeting and wish (RFC 1928), and the answer of tailscaled's LocalAPI to a `dial`. */
#ifndef TSLLM_IO_SOCKS_WIRE_H
#define TSLLM_IO_SOCKS_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* The reply codes of RFC 1928, section 6. */
enum socks_reply {
	SOCKS_UNFINISHED = -1, /* more bytes are needed to tell */
	SOCKS_GRANTED = 0,
	SOCKS_FAILED = 1,
	SOCKS_UNREACHABLE = 4,
	SOCKS_REFUSED = 5,
	SOCKS_TIMED_OUT = 6,
	SOCKS_NO_COMMAND = 7,
	SOCKS_NO_ADDRESS_TYPE = 8
};

struct socks_wish {
	char host[256]; /* a name or an address, safe in an HTTP header */
	int port;
};

/* 1: a client that takes no authentication; 0: another one; SOCKS_UNFINISHED. */
int socks_read_greeting(const unsigned char *bytes, size_t length);
enum socks_reply socks_read_wish(const unsigned char *bytes, size_t length, struct socks_wish *wish);

void socks_dial_request(char *request, size_t size, const struct socks_wish *wish);
/* text: what has come, NUL-terminated; is_last: nothing more will. Granted: head is where the connection's
 * own bytes begin. */
enum socks_reply socks_dial_read_answer(const char *text, bool is_last, size_t *head);

#endif
