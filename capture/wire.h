/* The line protocol of tsllm-capture(8): its words, shared with its readers.
 *
 * A line is at most WIRE_LINE_MAX bytes of printable ASCII with its newline: a word, then key=value fields in
 * any order, each preceded by one space. A reader skips words and keys that it does not know. Totals count
 * from the start of the helper and do not shrink while its tables have room, so a lost line does no harm.
 * Times (`at`, `sent`, `begun`) are microseconds of wall time, spans (`us`, `…_us`) microseconds. An address
 * is "10.99.0.11:41641" or "[fd7a:115c:a1e0::2]:443", as tailscaled prints it. man/tsllm-capture.8 is the
 * specification. */
#ifndef TSLLM_CAPTURE_WIRE_H
#define TSLLM_CAPTURE_WIRE_H

#define WIRE_PROTOCOL 1
#define WIRE_LINE_MAX 512

/* hello protocol version */
#define WIRE_HELLO "hello"
/* device name link: a watched device */
#define WIRE_DEVICE "device"
/* path at local remote vni disco rx_bytes tx_bytes rx_packets tx_packets packets pings pongs lost */
#define WIRE_PATH "path"
/* rtt at method local remote vni us */
#define WIRE_RTT "rtt"
/* miss at local remote vni sent: a ping that should have been answered by now */
#define WIRE_MISS "miss"
/* derp at local remote rx_bytes tx_bytes */
#define WIRE_DERP "derp"
/* flow at client server connections open up_bytes down_bytes exchanges */
#define WIRE_FLOW "flow"
/* exchange begun at client server state ttfb_us ttft_us ttft_max_us gap_us chunks tokens tokens_per_s
 * estimated exchanges up_bytes down_bytes */
#define WIRE_EXCHANGE "exchange"
/* stats at received dropped paths flows: every period, even if nothing came */
#define WIRE_STATS "stats"
/* end at reason */
#define WIRE_END "end"

/* rtt method= */
#define WIRE_METHOD_DISCO "disco"           /* our ping to its pong */
#define WIRE_METHOD_TURNAROUND "turnaround" /* the peer's ping to our pong: this machine's own delay */
#define WIRE_METHOD_WIREGUARD "wireguard"   /* handshake initiation to response */
#define WIRE_METHOD_STUN "stun"             /* to a DERP region's STUN server */
#define WIRE_METHOD_TCP "tcp"               /* SYN to SYN/ACK, inside the tunnel */
#define WIRE_METHOD_ACK "ack"   /* data to its acknowledgement, inside the tunnel: an upper bound */
#define WIRE_METHOD_DERP "derp" /* data to its acknowledgement on a DERP connection: our half only */

/* Exit statuses, after sysexits.h. */
enum wire_exit {
	WIRE_EXIT_DONE = 0,
	WIRE_EXIT_USAGE = 64,
	WIRE_EXIT_NO_INPUT = 66,    /* the file cannot be read */
	WIRE_EXIT_NO_DEVICE = 69,   /* no device to watch */
	WIRE_EXIT_NO_JAIL = 70,     /* privileges could not be dropped, so it did not start */
	WIRE_EXIT_NO_OUTPUT = 74,   /* its lines cannot be written */
	WIRE_EXIT_DEVICE_GONE = 75, /* start it again: devices cannot be reopened without privileges */
	WIRE_EXIT_NO_RIGHT = 77     /* cap_net_raw is missing */
};

#endif
