/* One HTTP answer, or what came instead: the bytes that pure parsers read.
 *
 * probes/io/http.c fills it live, tests fill it from recordings with answer_from_recording(); from there on
 * both are the same. Header and body text is raw: whoever keeps any of it cleans it (text_keep). */
#ifndef TSLLM_IO_ANSWER_H
#define TSLLM_IO_ANSWER_H

#include "probes/base/json.h"
#include "probes/model/obs.h"

#include <stdbool.h>
#include <stddef.h>

#define ANSWER_BODY_MAX (4 * 1024 * 1024)
#define ANSWER_HEADERS_MAX (64 * 1024)

struct answer {
	enum outcome outcome;
	enum tls_trouble tls;
	char tls_text[160];     /* the TLS library's words */
	int64_t cert_not_after; /* wall ms, 0: unknown */
	int status;             /* 0: none came */
	char *headers;          /* "Name: value\n" lines, NUL-terminated, without the status line */
	size_t headers_length;
	char *body; /* NUL-terminated */
	size_t body_length;
	bool is_reused;                     /* over a kept-alive connection */
	int os_error;                       /* errno of a failed connect, 0: none */
	double connect_ms, tls_ms, ttfb_ms; /* NAN: did not happen */
	double bytes_sent, bytes_received;
	enum body_shape shape; /* these two by answer_examine() */
	struct json *json;     /* the parsed body, NULL where it is none */
};

void answer_init(struct answer *answer);
void answer_fini(struct answer *answer);
/* Decides the shape of the body and parses it where it is JSON; for an answer that is complete. */
void answer_examine(struct answer *answer);

/* The value of a header, every line of that name joined by ", " and cut to size, name without case; "" where
 * absent. */
const char *answer_header(const struct answer *answer, const char *name, char *value, size_t size);
bool answer_header_is(const struct answer *answer, const char *name, const char *value); /* without case */
bool answer_header_has(const struct answer *answer, const char *name, const char *part); /* without case */
bool answer_has_header(const struct answer *answer, const char *name);
bool answer_body_has(const struct answer *answer, const char *part); /* in the first 4 kB, exact */
bool answer_body_is(const struct answer *answer, const char *text);

/* The raw output of `curl -si`: status line, headers, blank line, body. A line "(curl exit N: …)" at the end
 * becomes the outcome it tells (7 refused; 28 silent; 52 closed; 18 truncated). The answer is examined.
 * Returns -1 if it is neither; the answer is to be finished in any case. */
int answer_from_recording(struct answer *answer, const char *bytes, size_t length);

#endif
