/* Inside of http: one call, shared by the three files that make it up. http.c runs it on the loop,
 * http_call.c says what it may do, http_outcome.c what became of it. These three are all that know libcurl. */
#ifndef TSLLM_IO_HTTP_CALL_H
#define TSLLM_IO_HTTP_CALL_H

#include "probes/base/mem.h"
#include "probes/base/strings.h"
#include "probes/io/http.h"

#include <curl/curl.h>

struct http_call {
	struct http *http;
	struct http_call *next, *previous;
	CURL *easy;
	struct curl_slist *headers, *dial;
	http_bytes_fn *bytes;
	http_done_fn *done;
	void *data;
	char *key; /* "": none */
	struct answer answer;
	struct bytes header, body;
	size_t header_lines, header_bytes, body_bytes, body_max;
	bool is_https, has_proxy, is_too_big;
	bool has_dialed;      /* opened a connection of its own */
	curl_socket_t socket; /* of that connection */
	int own_error;        /* errno where no socket could be made for it, 0: none */
	bool is_foreign;      /* another user answers at the unix socket */
	bool has_whole_header;
	bool is_cancelled; /* while curl was at work: goes as soon as it is not */
	bool is_over;      /* its done is running */
	char error[CURL_ERROR_SIZE];
};

/* A call that curl can run: the easy handle with everything set. */
struct http_call *http_call_new(const struct http_request *request);
/* Nothing is sent before it is known who answers at the unix socket. */
void http_call_doubt(struct http_call *call);
/* The answer gets the bytes that came, without our key and these in them. */
void http_call_hand_over(struct http_call *call, const struct strings *keys);
void http_call_free(struct http_call *call);

/* Fills the answer's outcome, TLS trouble and figures from curl's result. */
void http_outcome_settle(struct http_call *call, CURLcode result);

#endif
