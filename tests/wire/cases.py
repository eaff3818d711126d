"""One line a test: a name, packets (a fixture's name or a function), how they are saved, arguments, and what must be so.

The musts were written down before there was any output: for the fixtures from `tcpdump -nn -tt -r`, for the scenes from
what they are. expected/NAME.txt holds the whole output besides; `make golden` writes that, and no must.
"""
from functools import partial as of

import payloads
import scenes_flows as flows
import scenes_lies as lies
import scenes_paths as paths
from pcap import LINKS
from talk import S, T0

US4, US6 = "-l 10.0.0.1", "-l fd00::1"
INSIDE, INSIDE6 = "-l 100.64.0.1", "-l fd7a:115c:a1e0::1"
LAB = "-l 10.99.0.10 -u 41641 -d 10.99.0.1:8441 -d 10.99.0.2:8442"
GPU1, GPU3, RELAY = "remote=10.99.0.11:41641 vni=0", "remote=10.99.0.13:41641 vni=0", "remote=10.99.0.14:40000"
PEER4, PEER6 = "remote=10.0.0.2:41641", "remote=[fd00::2]:41641"
NOTHING = "no path; no rtt; no miss; no flow; no exchange; no derp"
QUIET = "no miss; no flow; no exchange; no derp"
PINGED = ("1 rtt method=disco us=212 {0} vni={1}; 1 rtt method=turnaround us=80 {0}; 2 rtt; 1 path; "
          "path {0} vni={1} disco=a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf "
          "rx_bytes={2} tx_bytes={2} rx_packets=1 tx_packets=1 packets=exact pings=1 pongs=1 lost=0; " + QUIET)
BUSY = "path remote=10.0.0.2:41641 rx_bytes=1280000 rx_packets=10000"
NO_STREAM = "no exchange tokens=0..; no exchange ttft_us=0.."
STREAM = "1 exchange; exchange state=done ttfb_us=10000 ttft_us=342000 gap_us=3300 tokens=40 "\
         "tokens_per_s=300..306 estimated=0"
PLAIN = {}


def pinged(ipv6, vni=0):
    return PINGED.format(PEER6 if ipv6 else PEER4, vni, 136 if vni else 128)


FIXTURES = [
    ("direct-handshake", "direct-handshake", PLAIN, LAB,
     # The response went by DERP, so that there is no round trip of WireGuard's; two pings of gpu1's waited for our two
     # pongs in session 11; gpu3 never answered at that address.
     f"3 rtt method=disco {GPU1}; rtt us=278 {GPU1}; rtt us=217 {GPU1}; rtt us=303 {GPU1};"
     f"rtt method=turnaround us=89 {GPU1};"
     f"3 rtt method=disco {RELAY} vni=3; each rtt method=disco {RELAY} vni=3 has us=290..430; rtt us=352 {RELAY};"
     f"3 rtt method=turnaround {RELAY} vni=3; 3 rtt method=disco {RELAY} vni=11; no rtt method=turnaround {RELAY} vni=11;"
     f"no rtt method=wireguard; no miss; no path lost=1..; path {GPU3} pings=2 pongs=0;"
     f"path {GPU1} rx_bytes=464 tx_bytes=628 rx_packets=4 tx_packets=5 packets=exact pings=3 pongs=3;"
     f"path {RELAY} vni=11 pings=3 pongs=3 disco=d64f49a8*; path {RELAY} vni=3 pings=3 pongs=3 disco=b8f06c0a*;"
     "derp remote=10.99.0.2:8442 rx_bytes=0 tx_bytes=314; derp remote=10.99.0.1:8441 rx_bytes=973 tx_bytes=0"),
    ("direct-handshake.inner", "direct-handshake.inner", PLAIN, "-l 100.64.0.1",
     # A SYN that is refused is no SYN and ACK.
     "no rtt; no exchange; no flow open=1; no flow up_bytes=1..; no flow down_bytes=1.."),
    ("derp", "derp", PLAIN, LAB,
     f"derp remote=10.99.0.1:8441 rx_bytes=1261 tx_bytes=1122; 1 derp; each rtt method=derp has us=450..511;"
     f"rtt method=derp;"
     f"2 rtt method=disco {GPU1}; rtt us=191 {GPU1}; rtt us=179 {GPU1}; rtt method=turnaround us=115 {GPU1};"
     f"rtt method=disco us=389 {RELAY} vni=3; rtt method=turnaround us=72 {RELAY}; no miss; no path lost=1..;"
     f"path {GPU1} rx_bytes=0 tx_bytes=0 pings=2 pongs=2; no path tx_bytes=1.."),
    ("derp.inner", "derp.inner", PLAIN, "", NOTHING),
    ("peer-relay", "peer-relay", PLAIN, LAB,
     # The STUN server of the second region answers from the first one's address.
     f"path {RELAY} vni=3 rx_bytes=1632 tx_bytes=1632 rx_packets=12 tx_packets=12 packets=exact pings=2 pongs=2 lost=0;"
     f"2 rtt method=disco {RELAY} vni=3; rtt us=319 {RELAY}; rtt us=330 {RELAY}; rtt method=turnaround us=128 {RELAY};"
     f"3 rtt method=disco {GPU1}; rtt us=178 {GPU1}; rtt us=219 {GPU1}; 3 rtt method=turnaround {GPU1};"
     f"path {GPU1} rx_bytes=0 tx_bytes=32 tx_packets=1 lost=0; 3 rtt method=stun;"
     f"rtt method=stun us=109 remote=10.99.0.1:41363;"
     "rtt method=stun us=95 remote=10.99.0.2:39626; rtt method=stun us=47 remote=10.99.0.2:39626; no miss;"
     "derp remote=10.99.0.1:8441 rx_bytes=326 tx_bytes=91; derp remote=10.99.0.2:8442 rx_bytes=27 tx_bytes=157"),
    ("peer-relay.inner", "peer-relay.inner", PLAIN, "", NOTHING),
    ("path-drop", "path-drop", PLAIN, LAB,
     # The ping of …35.624558 is the first without a pong, …60.126946 the last; CurAddr was left 3.7 s after the former.
     f"path {GPU1} pings=20 pongs=12 lost=8 rx_bytes=7808 tx_bytes=8960 rx_packets=61 tx_packets=70; no path lost=9..;"
     f"12 rtt method=disco {GPU1}; each rtt method=disco has us=113..562; 12 rtt method=turnaround {GPU1};"
     "rtt method=disco us=151; rtt method=disco us=113 at=1795396965171078; rtt method=disco us=349;"
     "1 miss sent=1795396935624558; miss sent=1795396935624558 at=1795396935624558..1795396936124558;"
     "each miss has sent=1795396935624558..1795396960126946; no miss at=1795396965171079..;"
     "derp remote=10.99.0.2:8442 rx_bytes=11140 tx_bytes=13274; derp remote=10.99.0.1:8441 rx_bytes=0 tx_bytes=2691"),
    ("bulk-gro", "bulk-gro", PLAIN, LAB,
     f"path {GPU1} rx_bytes=6412144 tx_bytes=12992 tx_packets=133 packets=estimated pings=1 pongs=1 lost=0;"
     f"path {GPU1} rx_packets=4880..5000; rtt method=disco us=213 {GPU1}; rtt method=turnaround us=166 {GPU1}; no miss;"
     f"rtt method=disco us=395 {RELAY} vni=3; rtt method=turnaround us=123 {RELAY}; no path lost=1..;"
     "derp remote=10.99.0.1:8441 rx_bytes=424 tx_bytes=1109; derp remote=10.99.0.2:8442 rx_bytes=60 tx_bytes=414"),
    ("bulk-gro.inner", "bulk-gro.inner", PLAIN, "",
     "1 flow;"
     "flow client=100.64.0.1 server=100.64.0.2:9000 connections=2 open=0 up_bytes=237 down_bytes=6000758 exchanges=2;"
     f"2 rtt method=tcp; rtt method=tcp us=1354; rtt method=tcp us=652; 2 exchange state=done; {NO_STREAM};"
     "exchange ttfb_us=2452 down_bytes=6000205; exchange ttfb_us=1841 up_bytes=130 down_bytes=553"),
    ("stream.inner", "stream.inner", PLAIN, "",
     # First data 6.3 and 5.3 ms after the request by the client's clock; 31 and 34 chunks for the 40 tokens on the wire.
     "2 rtt method=tcp; rtt method=tcp us=558 remote=100.64.0.2:443; rtt method=tcp us=437 remote=100.64.0.2:8081;"
     "2 exchange; 2 exchange state=done begun=1795395816438765..1795395817731993;"
     "exchange server=100.64.0.2:443 ttfb_us=3810 ttft_us=6155 ttft_max_us=- tokens=30..33 tokens_per_s=194..218;"
     "exchange server=100.64.0.2:8081 ttfb_us=891 ttft_us=5380 ttft_max_us=- tokens=33..36 tokens_per_s=198..224;"
     "exchange server=100.64.0.2:443 gap_us=3200..3600; exchange server=100.64.0.2:8081 gap_us=3200..3600;"
     "flow server=100.64.0.2:443 connections=1 open=0 up_bytes=1786 down_bytes=10686 exchanges=1;"
     "flow server=100.64.0.2:8081 connections=1 open=0 up_bytes=1108 down_bytes=9673 exchanges=1"),
]

LINK_CASES = [
    (f"{link}-v{6 if ipv6 else 4}", of(paths.pings, ipv6), {"link": link}, US6 if ipv6 else US4, pinged(ipv6))
    for link in LINKS for ipv6 in (False, True)
] + [
    (f"relay-on-{link}-v6", of(paths.pings, True, 7), {"link": link}, US6, pinged(True, 7)) for link in ("qinq", "sll2")
] + [
    (f"null-family-{number}", of(paths.pings, True), {"link": "null", "ipv6": number}, US6, pinged(True))
    for number in (10, 24, 28)
] + [
    ("big-endian", paths.pings, {"order": ">"}, US4, pinged(False)),
    ("big-endian-null", paths.pings, {"order": ">", "link": "null"}, US4, pinged(False)),
    ("nanoseconds", paths.pings, {"nanoseconds": True}, US4, pinged(False)),
    ("nanoseconds-big-endian", of(paths.pings, True), {"nanoseconds": True, "order": ">"}, US6, pinged(True)),
]

PING_CASES = [
    ("relay-v4", of(paths.pings, False, 7), PLAIN, US4, pinged(False, 7)),
    ("relay-v6", of(paths.pings, True, 0xFFFFFF), PLAIN, US6, pinged(True, 0xFFFFFF)),
    ("relay-sessions", paths.relay, PLAIN, US4,
     "2 rtt; rtt method=disco vni=7 us=1000; rtt method=disco vni=8 us=490; 2 path;"
     "path vni=7 rx_bytes=136 tx_bytes=136 pings=1;"
     f"path vni=8 rx_bytes=0 pings=1 pongs=1; {QUIET}"),
    ("relay-not-yet-bound", paths.relay_alone, PLAIN, US4,
     f"no path disco=*; path vni=7 rx_bytes=0; no rtt method=disco; {QUIET}"),
    ("not-geneve", paths.not_geneve, PLAIN, US4, NOTHING),
    ("copies", paths.copies, PLAIN, US4, pinged(False)),
    ("guessed-address", paths.dead_candidates, PLAIN, "", "4 rtt method=disco us=212; each path has local=10.0.0.1:41641"),
    ("two-ports", paths.pings, PLAIN, US4 + " -u 1 -u 41641", pinged(False)),
    ("not-our-port", paths.pings, PLAIN, US4 + " -u 41642", NOTHING),
    ("not-our-address", paths.pings, PLAIN, "-l 10.0.0.9", NOTHING),
    ("period", of(paths.late_pong, 300_000), PLAIN, US4 + " -p 100", f"1 rtt us=300000; 14 stats; {QUIET}"),
    ("pong-after-4.9-s", of(paths.late_pong, 4_900_000), PLAIN, US4,
     f"1 rtt method=disco us=4900000; path pings=1 pongs=1 lost=0; {QUIET}"),
    ("pong-after-5.1-s", of(paths.late_pong, 5_100_000), PLAIN, US4, f"no rtt; path pings=1 pongs=0; {QUIET}"),
    ("never-answered", of(paths.unanswered, 0), PLAIN, US4, f"no rtt; path pings=1 pongs=0 rx_packets=0; {QUIET}"),
    ("answered-no-more", of(paths.unanswered, 3), PLAIN, US4,
     f"3 rtt method=disco us=212; 1 miss; miss sent={T0 + 9 * S} at={T0 + 9 * S + 212}..{T0 + 9 * S + 500_000};"
     "path pings=4 pongs=3 lost=1"),
    ("data-instead-of-a-pong", of(paths.unanswered, 3, payloads.data(9)), PLAIN, US4,
     f"3 rtt; path pings=4 pongs=3 lost=0 rx_packets=1; {QUIET}"),
    ("pong-in-a-joined-packet", of(paths.unanswered, 3, payloads.data(9, 4 * 1312) + bytes(110)), PLAIN, US4,
     f"3 rtt; path pings=4 pongs=3 lost=0 rx_bytes=5248..5358 packets=estimated; {QUIET}"),
    ("pong-behind-a-small-packet", of(paths.unanswered, 3, payloads.data(9) + bytes(110)), PLAIN, US4,
     f"3 rtt; path pings=4 pongs=3 lost=0 rx_bytes=128..238; {QUIET}"),
    ("comes-back", paths.comes_back, PLAIN, US4,
     f"6 rtt method=disco us=212; path pings=9 pongs=6 lost=3; miss sent={T0 + 9 * S}; no miss at={T0 + 24_300_000}.."),
    ("late-but-not-yet-missed", of(paths.late_once, 380 * 1000), PLAIN, US4,
     f"6 rtt; rtt us=380000; path pings=6 pongs=6 lost=0; {QUIET}"),
    ("missed-and-taken-back", of(paths.late_once, 700 * 1000), PLAIN, US4,
     f"6 rtt; rtt us=700000; path pings=6 pongs=6 lost=0; 1 miss;"
     f"miss sent={T0 + 12 * S} at={T0 + 12 * S}..{T0 + 12 * S + 500_000}"),
    ("far-away", paths.far_away, PLAIN, US4, f"4 rtt; each rtt has us=900000; path pings=4 pongs=4 lost=0; {QUIET}"),
    ("dead-candidates", paths.dead_candidates, PLAIN, US4,
     f"4 rtt method=disco us=212; path {PEER4} pings=4 pongs=4 lost=0; 4 path remote=192.168.* pings=4 pongs=0;"
     f"5 path; {QUIET}"),
    ("unsolicited-pongs", paths.unsolicited_pongs, PLAIN, US4, f"no rtt; no path pongs=1..; no path lost=1..; {QUIET}"),
    ("two-pings-two-pongs", of(paths.two_pings, 2), PLAIN, US4, f"no rtt; path pings=2 pongs=2 lost=0; {QUIET}"),
    ("two-pings-one-pong", of(paths.two_pings, 1), PLAIN, US4, f"no rtt; path pings=2 pongs=1 lost=0; {QUIET}"),
    ("two-pings-of-its", paths.two_pings_of_its, PLAIN, US4, f"no rtt; {QUIET}"),
    ("mtu-probes", paths.probes, PLAIN, US4, f"no rtt; path lost=0; {QUIET}"),
    ("pong-before-its-ping", paths.reordered, PLAIN, US4, f"1 rtt; rtt method=disco us=300; no path lost=1..; {QUIET}"),
    ("roams", paths.roams, PLAIN, US4,
     f"4 rtt method=disco; 2 rtt us=212 {PEER4}; 2 rtt us=450 remote=10.0.0.3:41641; each path has disco=a0a1a2a3* lost=0;"
     f"2 path; path {PEER4} pings=2 rx_bytes=0; path remote=10.0.0.3:41641 pings=2 pongs=2 rx_bytes=256; {QUIET}"),
    ("pong-of-another-key", paths.pong_of_another_key, PLAIN, US4, f"rtt us=212; no path lost=1..; {QUIET}"),
    ("clock-back-an-hour", of(paths.clock_steps, -paths.HOUR), PLAIN, US4,
     f"5 rtt; each rtt method=disco has us=212; no path lost=1..; 3 rtt at={T0 - paths.HOUR}..{T0};"
     f"stats at={T0 - paths.HOUR}..{T0}; {QUIET}"),
    ("clock-ahead-an-hour", of(paths.clock_steps, paths.HOUR), PLAIN, US4,
     f"5 rtt; each rtt has us=212; no path lost=1..; {QUIET}"),
    ("clock-ahead-ten-years", of(paths.clock_steps, 87600 * paths.HOUR), PLAIN, US4,
     f"5 rtt; each rtt has us=212; {QUIET}"),
    ("clock-back-a-millisecond", of(paths.clock_steps, -1000), PLAIN, US4,
     f"each rtt has us=212; no path lost=1..; {QUIET}"),
    ("handshake-v4", paths.handshake, PLAIN, US4,
     f"1 rtt; rtt method=wireguard us=700 {PEER4} vni=0; 1 path;"
     f"path rx_bytes=92 tx_bytes=180 rx_packets=1 tx_packets=2 disco=-; {QUIET}"),
    ("handshake-v6", of(paths.handshake, True), PLAIN, US6,
     f"1 rtt; rtt method=wireguard us=700 {PEER6}; path rx_bytes=92 tx_bytes=180; {QUIET}"),
    ("handshake-relay", of(paths.handshake, False, 9), PLAIN, US4,
     f"1 rtt; rtt method=wireguard us=700 vni=9; path vni=9 rx_bytes=100 tx_bytes=196; {QUIET}"),
    ("handshake-of-its", paths.handshake_of_its, PLAIN, US4,
     f"1 rtt; rtt method=wireguard us=450; path rx_bytes=436 tx_bytes=92; {QUIET}"),
    ("handshake-retries", paths.handshake_retries, PLAIN, US4,
     f"1 rtt; rtt method=wireguard us=700; path rx_bytes=184 tx_bytes=296; {QUIET}"),
    ("handshake-by-derp", paths.handshake_by_derp, PLAIN, US4, f"no rtt; path rx_bytes=220 tx_bytes=148 lost=0; {QUIET}"),
    ("response-from-elsewhere", paths.response_from_elsewhere, PLAIN, US4,
     f"no rtt us=0..699; no rtt us=701..; no path lost=1..; path {PEER4} tx_bytes=148;"
     f"path remote=10.0.0.3:41641 rx_bytes=92; {QUIET}"),
    ("cookie", paths.cookie, PLAIN, US4, f"1 rtt; rtt method=wireguard us=650; path rx_bytes=64 tx_bytes=148; {QUIET}"),
    ("bulk", paths.bulk, PLAIN, US4,
     f"path {PEER4} rx_bytes=1064640..1064750 tx_bytes=28160 packets=estimated pings=4 pongs=3 lost=0; 3 rtt;"
     f"each rtt has us=212; {QUIET}"),
    ("another-wireguard", paths.another_wireguard, PLAIN, US4 + " -u 41641",
     f"1 path; path {PEER4} pings=1; 1 rtt; {QUIET}"),
    ("stun-v4", paths.stun, PLAIN, US4,
     f"2 rtt; rtt method=stun us=8000 remote=10.0.1.2:3478; rtt method=stun us=15100 remote=10.0.1.1:3478; no path;"
     f"{QUIET}"),
    ("stun-v6", of(paths.stun, True), PLAIN, US6,
     f"2 rtt; rtt method=stun us=8000 remote=[fd00::102]:3478; rtt method=stun us=15100 remote=[fd00::101]:3478; no path;"
     f"{QUIET}"),
    ("derp-named", paths.derp, PLAIN, US4 + " -d 10.0.1.1:443",
     "1 derp; derp local=10.0.0.1:50000 remote=10.0.1.1:443 rx_bytes=360 tx_bytes=287; rtt method=derp us=12000;"
     "no rtt us=40000; no path; no flow"),
    ("derp-not-named", paths.derp, PLAIN, US4, NOTHING),
    ("strangers", paths.strangers, PLAIN, US4,
     f"1 rtt; rtt method=disco us=212; 1 path; path rx_bytes=0 tx_bytes=0 rx_packets=0 pings=1; {QUIET}"),
    ("crowd", paths.crowd, {"golden": False}, US4,
     f"{BUSY}; no rtt; no miss; stats paths=100..5000; no stats paths=5001.."),
    ("crowd-of-connections", paths.crowd_of_connections, {"golden": False}, INSIDE,
     "no miss; flow server=100.64.0.1:8081; no stats flows=5001.."),
]

LIE_CASES = [
    ("cut-below-the-magic", of(lies.cut_to, range(0, 34)), PLAIN, US4, NOTHING),
    ("cut-below-the-magic-v6", of(lies.cut_to, range(0, 54), True), PLAIN, US6, NOTHING),
    ("cut-behind-the-key", of(lies.cut_to, range(74, 124)), PLAIN, US4,
     f"50 rtt; each rtt method=disco has us=212; path pings=50 pongs=50; {QUIET}"),
    ("cut-behind-the-key-v6", of(lies.cut_to, range(94, 144), True), PLAIN, US6,
     f"50 rtt; each rtt has us=212; path pings=50 pongs=50; {QUIET}"),
    ("data-cut", of(lies.data_cut_to, 44), PLAIN, US4,
     f"path rx_bytes=65600 tx_bytes=960 tx_packets=10 packets=estimated; {QUIET}"),
    ("data-cut-v6", of(lies.data_cut_to, 64, True), PLAIN, US6,
     f"path rx_bytes=65600 tx_bytes=960 tx_packets=10 packets=estimated; {QUIET}"),
    ("data-cut-too-far", of(lies.data_cut_to, 28), PLAIN, US4, NOTHING),
    ("connection-cut", of(lies.connection_cut_to, 40), {"link": "raw"}, INSIDE,
     "flow connections=1 open=0 up_bytes=300 down_bytes=600; 1 rtt method=tcp; rtt method=tcp us=800;"
     "no exchange tokens=0..; no path"),
    ("connection-cut-too-far", of(lies.connection_cut_to, 33), {"link": "raw"}, INSIDE, NOTHING),
    *((f"snaplen-{size}", paths.pings, {"snaplen": size}, US4, "no rtt us=213..; no path rx_bytes=129..; no miss; no flow")
      for size in (14, 20, 33, 34, 41, 42, 43, 46, 50, 57, 58, 60)),
    ("lies-v4", lies.lies, PLAIN, US4, NOTHING),
    ("lies-v6", of(lies.lies, True), PLAIN, US6, NOTHING),
    ("length-left-out-v4", lies.length_left_out, PLAIN, US4, f"1 rtt; rtt method=disco us=200; {QUIET}"),
    ("length-left-out-v6", of(lies.length_left_out, True), PLAIN, US6, f"1 rtt; rtt method=disco us=200; {QUIET}"),
    ("wrong-versions", lies.wrong_versions, PLAIN, US4, NOTHING),
    ("wrong-versions-raw", lies.wrong_versions, {"link": "raw"}, US4, NOTHING),
    ("tcp-lies", lies.tcp_lies, PLAIN, INSIDE, NOTHING),
    ("first-fragments", lies.fragments, PLAIN, US4, f"1 path; path rx_bytes=6560 pings=0 pongs=0; no rtt; {QUIET}"),
    ("later-fragments", of(lies.fragments, True), PLAIN, US4, NOTHING),
    ("options-of-ip", lies.options_of_ip, PLAIN, US4, f"1 rtt; rtt method=disco us=212; {QUIET}"),
    ("extension-headers", lies.extension_headers, PLAIN, US6, NOTHING),
    ("padded", lies.padded, PLAIN, US4, f"path rx_bytes=128 rx_packets=4 packets=exact; {QUIET}"),
    ("noise-raw", lies.noise, {"link": "raw"}, US4, NOTHING),
    ("noise-ethernet", lies.noise, {"link": "ethernet"}, US4, NOTHING),
]

FLOW_CASES = [
    ("stream-v4", flows.stream, PLAIN, INSIDE,
     STREAM + "; exchange ttft_max_us=- client=100.64.0.1:40000 server=100.64.0.2:8081 up_bytes=1108;"
     "rtt method=tcp us=800; no path"),
    ("stream-v6", of(flows.stream, ipv6=True), PLAIN, INSIDE6,
     STREAM + "; exchange server=[fd7a:115c:a1e0::2]:8081; rtt method=tcp us=800"),
    ("stream-raw", flows.stream, {"link": "raw"}, INSIDE, STREAM),
    ("stream-of-ours", of(flows.stream, client="100.64.0.2:40000", server="100.64.0.1:8081"), PLAIN, INSIDE,
     STREAM + "; flow client=100.64.0.2 server=100.64.0.1:8081 connections=1 open=0 exchanges=1"),
    ("stream-on-loopback", of(flows.stream, client="127.0.0.1:40000", server="127.0.0.1:8081"), PLAIN, INSIDE + " -s 8081",
     STREAM + "; flow client=127.0.0.1 server=127.0.0.1:8081 connections=1 open=0 up_bytes=1108 exchanges=1"),
    ("loopback-not-served", of(flows.stream, client="127.0.0.1:40000", server="127.0.0.1:8082"), PLAIN, INSIDE + " -s 8081",
     NOTHING),
    ("doubled-on-loopback", flows.doubled_on_loopback, PLAIN, INSIDE + " -s 8081",
     STREAM + "; flow server=127.0.0.1:8081 connections=1 open=0 up_bytes=1108 exchanges=1"),
    ("long-headers", of(flows.stream, head=b"H" * 700), PLAIN, INSIDE, STREAM + "; exchange ttft_max_us=-"),
    ("prefill-of-a-minute", of(flows.stream, 5000, 60 * S), PLAIN, INSIDE,
     "1 exchange; exchange state=done ttfb_us=5000 ttft_us=60000000 tokens=40 estimated=0"),
    ("headers-with-first-chunk", flows.headers_with_first, PLAIN, INSIDE,
     "1 exchange;"
     "exchange state=done ttfb_us=342000 ttft_us=0..342000 gap_us=3300 tokens=39..40 tokens_per_s=295..310 estimated=0;"
     "no exchange ttft_max_us=0..341999"),
    ("headers-then-first-chunk", flows.headers_then_first_at_once, PLAIN, INSIDE,
     "1 exchange; exchange ttfb_us=342000 ttft_us=342000..342050 gap_us=3300 tokens=40 tokens_per_s=295..310 estimated=0"),
    ("coalesced", flows.coalesced, PLAIN, INSIDE,
     "1 exchange; exchange ttft_us=110000 tokens=38..42 tokens_per_s=270..333 estimated=1"),
    ("coalesced-by-five", of(flows.coalesced, 12, 10, 5), PLAIN, INSIDE,
     "1 exchange; exchange ttft_us=110000 tokens=56..68 tokens_per_s=270..333 estimated=1"),
    ("tls-stream", flows.tls_stream, PLAIN, INSIDE,
     "1 exchange;"
     "exchange state=done ttfb_us=3800 ttft_us=203800 gap_us=3300 tokens=39..41 tokens_per_s=294..310 estimated=0;"
     "flow exchanges=1"),
    ("tls-stream-long-request", of(flows.tls_stream, 20, 1390), PLAIN, INSIDE,
     "1 exchange; exchange ttft_us=203800 tokens=19..21"),
    ("download", flows.download, PLAIN, INSIDE,
     f"1 exchange; exchange ttfb_us=3000 state=done; {NO_STREAM}; flow down_bytes=1499593 up_bytes=107 exchanges=1"),
    ("download-joined", of(flows.download, 61400), PLAIN, INSIDE,
     f"1 exchange; {NO_STREAM}; flow down_bytes=1473805 up_bytes=107"),
    ("download-slowly", of(flows.download, total=100_000, gap=2000), PLAIN, INSIDE,
     f"1 exchange; {NO_STREAM}; flow down_bytes=99673 up_bytes=107"),
    ("download-with-holes", flows.download_with_holes, PLAIN, INSIDE,
     f"1 exchange; {NO_STREAM}; flow connections=1 down_bytes=199141 up_bytes=107"),
    ("upload", flows.upload, PLAIN, INSIDE,
     f"1 exchange; exchange ttfb_us=5040 up_bytes=599264 down_bytes=150; {NO_STREAM}; flow up_bytes=599264"),
    ("answer-at-once", flows.answer_at_once, PLAIN, INSIDE,
     f"1 exchange; exchange ttfb_us=900000 up_bytes=1108 down_bytes=420; {NO_STREAM}"),
    ("answer-in-three", of(flows.answer_at_once, ((185, 4000), (1228, 300), (900, 300))), PLAIN, INSIDE,
     f"1 exchange; exchange ttfb_us=900000 down_bytes=2313; {NO_STREAM}"),
    ("kept-alive", flows.kept_alive, PLAIN, INSIDE,
     "3 exchange; 3 exchange state=done; exchange ttfb_us=5000 ttft_us=200000 tokens=30;"
     "exchange ttfb_us=5000 ttft_us=50000 tokens=60;"
     "exchange ttfb_us=1500 ttft_us=- tokens=- down_bytes=400; flow connections=1 exchanges=3"),
    ("comments-first", flows.comments_first, PLAIN, INSIDE,
     "1 exchange; exchange state=done ttfb_us=10000 ttft_us=40000000 gap_us=3300 tokens=39..41 tokens_per_s=295..310"),
    ("slow-tokens", flows.slow_tokens, PLAIN, INSIDE,
     "1 exchange state=done; exchange state=done ttfb_us=5000 ttft_us=30005000 gap_us=2000000 tokens=12 tokens_per_s=0..1"),
    ("stalled", flows.stalled, PLAIN, INSIDE,
     "1 exchange state=done; exchange state=done ttft_us=105000 tokens=40 estimated=0 gap_us=3300;"
     "ever exchange state=open"),
    ("sent-twice", flows.sent_twice, PLAIN, INSIDE,
     "1 exchange; exchange ttft_us=342000 tokens=39..41; flow connections=1 up_bytes=1108 down_bytes=10574"),
    ("syn-answered", flows.opening, PLAIN, INSIDE,
     "1 rtt; rtt method=tcp us=800 local=100.64.0.1* remote=100.64.0.2*; flow connections=1 open=1"),
    ("syn-sent-twice", of(flows.opening, twice=True), PLAIN, INSIDE, "no rtt; flow connections=1 open=1"),
    ("syn-refused", of(flows.opening, refused=True), PLAIN, INSIDE,
     "no rtt; no exchange; no flow open=1; no flow exchanges=1.."),
    ("syn-of-theirs", of(flows.opening, theirs=True), PLAIN, INSIDE,
     "no rtt us=800; flow client=100.64.0.2 server=100.64.0.1:8081 connections=1 open=1"),
    ("middle-of-a-connection", flows.middle_of_a_connection, PLAIN, INSIDE,
     "flow client=100.64.0.1 server=100.64.0.2:8081 connections=1 open=0 up_bytes=300 down_bytes=3000 exchanges=3;"
     "3 exchange; each exchange has ttfb_us=5000"),
    ("acknowledgements", flows.acknowledgements, PLAIN, INSIDE,
     "rtt method=ack us=900; no rtt us=0..799; no rtt us=25000; no rtt us=40000"),
    ("others-inside", flows.others_inside, PLAIN, INSIDE, NOTHING),
]

CASES = FIXTURES + LINK_CASES + PING_CASES + LIE_CASES + FLOW_CASES
