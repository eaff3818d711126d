/* Internal to http: one call, shared by three files. http.c runs it on the loop, http_call.c sets its
 * options and takes its bytes, http_outcome.c reads its result. No other file uses libcurl. */
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
	bool is_https, has_proxy, is_too_big, is_enough;
	bool has_dialed;      /* opened a new connection */
	bool has_begun_tls;
	bool wants_certificate; /* the server asked for the client's */
	curl_socket_t socket; /* of that connection */
	int own_error;        /* errno if no socket could be made for it, 0: none */
	bool is_foreign;      /* another user's process is at the unix socket */
	bool has_whole_header;
	bool is_cancelled; /* while curl was running: removed when it returns */
	bool is_over;      /* its done() is running */
	bool doubts_socket;
	void (*connected)(const struct http_call *call, int local_port); /* before a stream is asked for */
	char error[CURL_ERROR_SIZE];
};

/* A call that curl can run: an easy handle with all options set. */
struct http_call *http_call_new(const struct http_request *request);
/* Makes the call check who owns the process at the unix socket before anything is sent. */
void http_call_doubt(struct http_call *call);
/* Moves the bytes that came into the answer, with the call's own key and these keys hidden. */
void http_call_hand_over(struct http_call *call, const struct strings *keys);
void http_call_free(struct http_call *call);

/* Sets the answer's outcome, TLS trouble and figures from curl's result. */
void http_outcome_read(struct http_call *call, CURLcode result);
/* The figures alone, as far as they are known. */
void http_outcome_figures(const struct http_call *call, struct answer *answer);

#endif
