/* One HTTP answer, or how the request failed: the input of pure parsers.
 *
 * probes/io/http.c makes it live, tests make it from recordings with answer_from_recording(); after that
 * there is no difference. The text of headers and body is raw: clean it (text_keep) before keeping any of
 * it. */
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
	char tls_text[160];     /* message of the TLS library */
	int64_t cert_not_after; /* wall ms, 0: unknown */
	int status;             /* 0: none */
	char *headers;          /* "Name: value\n" lines, NUL-terminated, without the status line */
	size_t headers_length;
	char *body; /* NUL-terminated */
	size_t body_length;
	bool is_reused;                     /* over a kept-alive connection */
	int os_error;                       /* errno of a failed connect, 0: none */
	int local_port;                     /* of the connection; 0: unknown */
	double connect_ms, tls_ms, ttfb_ms; /* NAN: did not happen */
	double bytes_sent, bytes_received;
	enum body_shape shape; /* this and json are set by answer_examine() */
	struct json *json;     /* the parsed body; NULL: not JSON */
};

void answer_init(struct answer *answer);
void answer_fini(struct answer *answer);
/* Replaces a body that came compressed, which no request allows, by what is in it. Do this before looking for
 * secrets in it. One that cannot be unpacked stays as it is. */
void answer_unpack(struct answer *answer);
/* Sets the shape of the body, and json if it is JSON. The answer must be complete. A byte
 * order mark is dropped: it is no part of JSON (RFC 8259, 8.1). */
void answer_examine(struct answer *answer);

/* The value of a header, every line of that name joined by ", " and cut to size; "" if absent. The case of
 * the name is ignored. */
const char *answer_header(const struct answer *answer, const char *name, char *value, size_t size);
bool answer_header_is(const struct answer *answer, const char *name, const char *value); /* ignores case */
bool answer_header_has(const struct answer *answer, const char *name, const char *part); /* ignores case */
bool answer_has_header(const struct answer *answer, const char *name);
bool answer_body_has(const struct answer *answer, const char *part); /* in the first 4 kB, exact */
bool answer_body_is(const struct answer *answer, const char *text);

/* Parses the raw output of `curl -si`: status line, headers, blank line, body. A last line "(curl exit N:
 * …)" sets the outcome (7 refused; 28 silent; 52 closed; 18 truncated). The answer is examined. Returns -1
 * if it is neither; call answer_fini() in any case. */
int answer_from_recording(struct answer *answer, const char *bytes, size_t length);

#endif
