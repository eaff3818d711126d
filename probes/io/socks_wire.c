/* Messages of the SOCKS5 proxy. Neither side may send ahead, so a message that is too long is refused, not
 * kept for later. */
#include "probes/io/socks_wire.h"

#include "probes/base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "VER NMETHODS METHODS"; method 0 is no authentication. */
int socks_read_greeting(const unsigned char *bytes, size_t length)
{
	if (length < 2 || length < 2u + bytes[1])
		return SOCKS_UNFINISHED;
	return bytes[0] == 5 && length == 2u + bytes[1] && memchr(bytes + 2, 0, bytes[1]);
}

static bool is_host(const char *host)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";

	return host[0] && !host[strspn(host, plain)];
}

/* Length in bytes of an address of that ATYP; 0: unknown type. A name begins with its own length. */
static size_t address_length(unsigned char type, unsigned char first)
{
	return type == 1 ? 4 : type == 3 ? 1u + first : type == 4 ? 16 : 0;
}

/* "VER CMD RSV ATYP ADDR PORT" */
enum socks_reply socks_read_wish(const unsigned char *bytes, size_t length, struct socks_wish *wish)
{
	size_t address, whole;

	if (length < 5)
		return SOCKS_UNFINISHED;
	address = address_length(bytes[3], bytes[4]);
	whole = 4 + address + 2;
	if (bytes[0] != 5)
		return SOCKS_FAILED;
	if (bytes[1] != 1)
		return SOCKS_NO_COMMAND;
	if (!address)
		return SOCKS_NO_ADDRESS_TYPE;
	if (length < whole)
		return SOCKS_UNFINISHED;
	if (bytes[3] == 3)
		snprintf(wish->host, sizeof(wish->host), "%.*s", bytes[4], (const char *)bytes + 5);
	else
		inet_ntop(bytes[3] == 1 ? AF_INET : AF_INET6, bytes + 4, wish->host, sizeof(wish->host));
	wish->port = bytes[whole - 2] << 8 | bytes[whole - 1];
	return length == whole && is_host(wish->host) ? SOCKS_GRANTED : SOCKS_FAILED;
}

void socks_dial_request(char *request, size_t size, const struct socks_wish *wish)
{
	snprintf(request, size,
		"POST /localapi/v0/dial HTTP/1.1\r\n"
		"Host: local-tailscaled.sock\r\n"
		"Upgrade: ts-dial\r\nConnection: upgrade\r\n"
		"Dial-Host: %s\r\nDial-Port: %d\r\nDial-Network: tcp\r\n"
		"Content-Length: 0\r\n\r\n",
		wish->host, wish->port);
}

/* The reason for a refusal is in the body, which may arrive after the head. */
static bool has_whole_body(const char *head, const char *body)
{
	static const char name[] = "\r\nContent-Length: ";
	const char *header = strstr(head, name);

	return header && header < body && strlen(body) >= strtoul(header + sizeof(name) - 1, NULL, 10);
}

enum socks_reply socks_dial_read_answer(const char *text, bool is_last, size_t *head)
{
	const char *end = strstr(text, "\r\n\r\n");

	if (end && text_has_prefix(text, "HTTP/1.1 101")) {
		*head = (size_t)(end + 4 - text);
		return SOCKS_GRANTED;
	}
	if (!is_last && !(end && has_whole_body(text, end + 4)))
		return SOCKS_UNFINISHED;
	if (!text_has_prefix(text, "HTTP/1.1 502"))
		return SOCKS_FAILED;
	return text_contains_fold(text, "refused") ? SOCKS_REFUSED : SOCKS_UNREACHABLE;
}
