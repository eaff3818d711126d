/* An observation of the capture helper: one line of its protocol.
 *
 * man/tsllm-capture.8 defines each word and key. What a line does not report is NAN, 0 or "", and an
 * unknown word is SNIFFED_OTHER. Totals are since the start of the helper, which SNIFFED_HELLO marks. */
#ifndef TSLLM_MODEL_SNIFFED_H
#define TSLLM_MODEL_SNIFFED_H

#include <stdbool.h>
#include <stdint.h>

enum sniffed_word {
	SNIFFED_OTHER,
	SNIFFED_HELLO,
	SNIFFED_DEVICE,
	SNIFFED_PATH,
	SNIFFED_RTT,
	SNIFFED_MISS,
	SNIFFED_DERP,
	SNIFFED_FLOW,
	SNIFFED_EXCHANGE,
	SNIFFED_STATS,
	SNIFFED_END,
	SNIFFED_COUNT
};

enum sniffed_method {
	SNIFFED_BY_OTHER,
	SNIFFED_BY_DISCO,
	SNIFFED_BY_TURNAROUND,
	SNIFFED_BY_WIREGUARD,
	SNIFFED_BY_STUN,
	SNIFFED_BY_TCP,
	SNIFFED_BY_ACK,
	SNIFFED_BY_DERP
};

struct sniffed_place {
	char text[56]; /* "10.99.0.11:41641", "[fd7a:115c:a1e0::2]:443", or without a port */
	char host[48]; /* without brackets */
	int port;      /* 0: none */
};

struct sniffed {
	enum sniffed_word word;
	int64_t at_us, sent_us, begun_us; /* wall clock; 0: not reported, or of a round trip */
	double protocol;
	char name[64]; /* of a device */
	struct sniffed_place local, remote, client, server;
	int64_t vni; /* 0: direct */
	char disco[65];
	double rx_bytes, tx_bytes, rx_packets, tx_packets, pings, pongs, lost;
	enum sniffed_method method;
	double us;
	double connections, open, up_bytes, down_bytes, exchanges;
	bool is_open; /* an exchange that is not over yet */
	double ttfb_us, ttft_us, ttft_max_us, gap_us, chunks, tokens, tokens_per_s;
	bool is_estimated;
	double received, dropped, paths, flows;
};

#endif
