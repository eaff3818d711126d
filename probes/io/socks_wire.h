/* Messages of the SOCKS5 proxy, as pure functions of the bytes received so far: the client's greeting and
 * request (RFC 1928), and the answer of tailscaled's LocalAPI to a `dial`. */
#ifndef TSLLM_IO_SOCKS_WIRE_H
#define TSLLM_IO_SOCKS_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* The reply codes of RFC 1928, section 6. */
enum socks_reply {
	SOCKS_UNFINISHED = -1, /* more bytes are needed */
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

/* 1: the client accepts "no authentication"; 0: it does not; SOCKS_UNFINISHED. */
int socks_read_greeting(const unsigned char *bytes, size_t length);
enum socks_reply socks_read_wish(const unsigned char *bytes, size_t length, struct socks_wish *wish);

void socks_dial_request(char *request, size_t size, const struct socks_wish *wish);
/* text: the bytes received so far, NUL-terminated; is_last: no more will come. If granted, *head is where
 * the bytes of the connection begin. */
enum socks_reply socks_dial_read_answer(const char *text, bool is_last, size_t *head);

#endif
