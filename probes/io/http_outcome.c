/* How a call ended: turns curl's result code, errno, OpenSSL's verify code and, if there is nothing else, the
 * error message into an enum outcome.
 *
 * The diagnosis depends on telling "refused", "silent" and "not HTTP" apart, so a test against a real
 * socket pins each case. Times come from curl's microseconds; what did not happen is NAN. */
#include "probes/base/digits.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/io/budget.h"
#include "probes/io/http_call.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TOO_LARGE 100 /* CURLE_TOO_LARGE, since curl 8.6: the same */

static long info_number(const struct http_call *call, CURLINFO info)
{
	long number = 0;

	curl_easy_getinfo(call->easy, info, &number);
	return number;
}

static double info_offset(const struct http_call *call, CURLINFO info)
{
	curl_off_t number = 0;

	curl_easy_getinfo(call->easy, info, &number);
	return (double)number;
}

/* The codes are OpenSSL's verify codes. Curl itself checks the name, and has only a message for a
 * mismatch. */
static enum tls_trouble tls_trouble(long verify_code, const char *text)
{
	static const struct {
		long code;
		enum tls_trouble trouble;
	} codes[] = {
		{ 2, TLS_UNTRUSTED },
		{ 10, TLS_EXPIRED },
		{ 18, TLS_UNTRUSTED },
		{ 19, TLS_UNTRUSTED },
		{ 20, TLS_UNTRUSTED },
		{ 21, TLS_UNTRUSTED },
		{ 62, TLS_NAME_MISMATCH },
	};
	static const struct {
		const char *part;
		enum tls_trouble trouble;
	} parts[] = {
		{ "alert internal error", TLS_ALERT_INTERNAL },
		{ "certificate subject name", TLS_NAME_MISMATCH },
		{ "wrong version number", TLS_NOT_TLS },
		{ "packet length too long", TLS_NOT_TLS },
		{ "http request", TLS_NOT_TLS },
	};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].code == verify_code)
			return codes[i].trouble;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (text_contains_fold(text, parts[i].part))
			return parts[i].trouble;
	return TLS_OTHER;
}

static void keep_words(struct http_call *call)
{
	text_clean(call->answer.tls_text, sizeof(call->answer.tls_text), call->error, strlen(call->error));
}

/* In TLS 1.3 the client is done with the handshake first: that it showed no certificate is held against it by
 * an alert in place of the answer, which a reset may overtake. */
static enum outcome end_outcome(struct http_call *call)
{
	if (call->header_lines)
		return OUTCOME_TRUNCATED;
	if (!call->wants_certificate)
		return OUTCOME_CLOSED;
	call->answer.tls = TLS_WANTS_CERTIFICATE;
	keep_words(call);
	return OUTCOME_TLS;
}

/* If the other side just hangs up during the handshake, that says nothing about TLS. */
static enum outcome tls_outcome(struct http_call *call, CURLcode result)
{
	static const char *const hung_up[] = { "SSL_ERROR_SYSCALL", "Connection reset", "unexpected eof",
		"Broken pipe" };
	/* It is set, too, where nothing was to be verified. */
	long verify_code =
		result == CURLE_PEER_FAILED_VERIFICATION ? info_number(call, CURLINFO_SSL_VERIFYRESULT) : 0;

	for (size_t i = 0; i < ARRAY_LEN(hung_up); i++)
		if (text_contains_fold(call->error, hung_up[i]))
			return end_outcome(call);
	call->answer.tls = call->wants_certificate && strstr(call->error, " alert ")
				   ? TLS_WANTS_CERTIFICATE
				   : tls_trouble(verify_code, call->error);
	keep_words(call);
	return OUTCOME_TLS;
}

static enum outcome connect_outcome(struct http_call *call)
{
	int os_error = call->own_error ? call->own_error : (int)info_number(call, CURLINFO_OS_ERRNO);

	call->answer.os_error = os_error;
	if (call->own_error || budget_is_spent(os_error))
		return OUTCOME_NOT_TRIED;
	return os_error == ECONNREFUSED ? OUTCOME_REFUSED
	       : os_error == ETIMEDOUT  ? OUTCOME_CONNECT_TIMEOUT
					: OUTCOME_UNREACHABLE;
}

/* The reply of a SOCKS5 proxy about the connection that it tried to make. */
static enum outcome proxy_outcome(const struct http_call *call)
{
	switch ((int)info_number(call, CURLINFO_PROXY_ERROR)) {
	case CURLPX_REPLY_CONNECTION_REFUSED:
		return OUTCOME_REFUSED;
	case CURLPX_REPLY_TTL_EXPIRED:
		return OUTCOME_CONNECT_TIMEOUT;
	default:
		return OUTCOME_UNREACHABLE;
	}
}

/* Curl reports the connect time only once the whole chain of TCP, SOCKS and TLS is up. */
static enum outcome timeout_outcome(struct http_call *call)
{
	if (!call->has_dialed || info_offset(call, CURLINFO_CONNECT_TIME_T) > 0)
		return OUTCOME_SILENT;
	if (!call->has_begun_tls)
		return OUTCOME_CONNECT_TIMEOUT;
	call->answer.tls = TLS_TIMEOUT;
	keep_words(call);
	return OUTCOME_TLS;
}

static enum outcome outcome_of(struct http_call *call, CURLcode result)
{
	if (call->is_foreign) {
		call->answer.os_error = EPERM;
		return OUTCOME_REFUSED;
	}
	if (call->is_too_big || strstr(call->error, "Too large response headers"))
		return OUTCOME_TOO_BIG;
	if (call->is_enough)
		return OUTCOME_ANSWERED;
	switch ((int)result) {
	case CURLE_OK: /* also if a connection ends within the headers */
		return call->header_lines && !call->has_whole_header ? OUTCOME_TRUNCATED : OUTCOME_ANSWERED;
	case CURLE_URL_MALFORMAT:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
		return OUTCOME_UNRESOLVED;
	case CURLE_COULDNT_CONNECT:
		return connect_outcome(call);
	case CURLE_PROXY:
		return proxy_outcome(call);
	case CURLE_OPERATION_TIMEDOUT:
		return timeout_outcome(call);
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
		return end_outcome(call);
	case CURLE_OUT_OF_MEMORY: /* one header line over curl's own cap */
	case TOO_LARGE:
		return OUTCOME_TOO_BIG;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_SETFAILED:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CLIENTCERT:
		return tls_outcome(call, result);
	default:
		return OUTCOME_NOT_HTTP;
	}
}

/* "Nov 23 09:30:00 2027 GMT". Always English, so strptime(), which depends on the locale, will not do. */
static int64_t parse_expiry(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm = { 0 };
	char month[4] = "";
	const char *found;

	if (sscanf(text, "%3s %d %d:%d:%d %d GMT", month, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
		    &tm.tm_year) != 6 ||
		!(found = strstr(months, month)))
		return 0;
	tm.tm_mon = (int)(found - months) / 3;
	tm.tm_year -= 1900;
	return (int64_t)timegm(&tm) * 1000;
}

static int64_t cert_expiry(const struct http_call *call)
{
	static const char label[] = "Expire date:";
	struct curl_certinfo *chain = NULL;

	if (curl_easy_getinfo(call->easy, CURLINFO_CERTINFO, &chain) || !chain || chain->num_of_certs < 1)
		return 0;
	for (const struct curl_slist *line = chain->certinfo[0]; line; line = line->next)
		if (text_has_prefix(line->data, label))
			return parse_expiry(line->data + sizeof(label) - 1);
	return 0;
}

static double span_ms(const struct http_call *call, CURLINFO from, CURLINFO to)
{
	double end = info_offset(call, to);

	return end > 0 ? digits_round((end - info_offset(call, from)) / 1000) : NAN;
}

/* Through a proxy, curl's connect time ends at the proxy and its TLS time begins there: neither is the
 * server's. */
void http_outcome_figures(const struct http_call *call, struct answer *answer)
{
	bool is_timed = call->has_dialed && !call->has_proxy;

	answer->bytes_sent = (double)info_number(call, CURLINFO_REQUEST_SIZE);
	answer->bytes_received =
		info_number(call, CURLINFO_HEADER_SIZE) + info_offset(call, CURLINFO_SIZE_DOWNLOAD_T);
	answer->is_reused = !call->has_dialed && answer->bytes_sent > 0;
	answer->connect_ms =
		is_timed ? span_ms(call, CURLINFO_NAMELOOKUP_TIME_T, CURLINFO_CONNECT_TIME_T) : NAN;
	answer->tls_ms = is_timed ? span_ms(call, CURLINFO_CONNECT_TIME_T, CURLINFO_APPCONNECT_TIME_T) : NAN;
	answer->ttfb_ms = call->header_lines
				  ? span_ms(call, CURLINFO_PRETRANSFER_TIME_T, CURLINFO_STARTTRANSFER_TIME_T)
				  : NAN;
	answer->local_port = (int)info_number(call, CURLINFO_LOCAL_PORT);
}

void http_outcome_read(struct http_call *call, CURLcode result)
{
	call->answer.outcome = outcome_of(call, result);
	http_outcome_figures(call, &call->answer);
	if (call->is_https)
		call->answer.cert_not_after = cert_expiry(call);
}
