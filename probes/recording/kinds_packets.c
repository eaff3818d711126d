/* The members of what the capture helper says. */
#include "probes/model/sniffed.h"
#include "probes/recording/kinds_parts.h"

/* clang-format off */

static const struct member place_members[] = {
	MEMBER(sniffed_place, text, CHARS, .most = 56), MEMBER(sniffed_place, host, CHARS, .most = 48),
	MEMBER(sniffed_place, port, INT),
};
SHAPE(place, sniffed_place);

/* Of what ends in itself, the text would make each of them a key. */
static const struct member far_place_members[] = {
	MEMBER(sniffed_place, text, CHARS, .most = 56, .is_key = true), MEMBER(sniffed_place, host, CHARS, .most = 48),
	MEMBER(sniffed_place, port, INT),
};
SHAPE(far_place, sniffed_place);

static const struct member client_members[] = {
	MEMBER(sniffed_place, text, CHARS, .most = 56), MEMBER(sniffed_place, host, CHARS, .most = 48, .is_key = true),
	MEMBER(sniffed_place, port, INT),
};
SHAPE(client, sniffed_place);

static const struct member sniffed_members[] = {
	MEMBER(sniffed, word, ENUM, .most = SNIFFED_COUNT - 1, .is_key = true),
	TIME(sniffed, at_us), TIME(sniffed, sent_us), TIME(sniffed, begun_us),
	NUMBER(sniffed, protocol), MEMBER(sniffed, name, CHARS, .most = 64, .is_key = true),
	MEMBER(sniffed, local, STRUCT, .shape = &place), MEMBER(sniffed, remote, STRUCT, .shape = &far_place),
	MEMBER(sniffed, client, STRUCT, .shape = &client), MEMBER(sniffed, server, STRUCT, .shape = &far_place),
	MEMBER(sniffed, vni, INT64, .is_key = true), MEMBER(sniffed, disco, CHARS, .most = 65),
	COUNTER(sniffed, rx_bytes), COUNTER(sniffed, tx_bytes), SLOW(sniffed, rx_packets),
	SLOW(sniffed, tx_packets), SLOW(sniffed, pings), COUNTER(sniffed, pongs), COUNTER(sniffed, lost),
	MEMBER(sniffed, method, ENUM, .most = SNIFFED_BY_DERP, .is_key = true), NUMBER(sniffed, us),
	COUNTER(sniffed, connections), COUNTER(sniffed, open), COUNTER(sniffed, up_bytes), COUNTER(sniffed, down_bytes),
	COUNTER(sniffed, exchanges), BOOL(sniffed, is_open), NUMBER(sniffed, ttfb_us), NUMBER(sniffed, ttft_us),
	NUMBER(sniffed, ttft_max_us), NUMBER(sniffed, gap_us), NUMBER(sniffed, chunks), NUMBER(sniffed, tokens),
	NUMBER(sniffed, tokens_per_s), BOOL(sniffed, is_estimated), SLOW(sniffed, received),
	COUNTER(sniffed, dropped), SLOW(sniffed, paths), SLOW(sniffed, flows),
};
PUBLIC_SHAPE(sniffed, sniffed);

static const struct member capture_members[] = {
	ENUM(obs_capture, state, CAPTURE_COUNT - 1), TEXT(obs_capture, trouble), TEXT(obs_capture, fix),
};
PUBLIC_SHAPE(capture, obs_capture);
/* clang-format on */
