/* Snapshots made by hand, for the tests of everything that is seen. Free them with snapshot_free(). */
#ifndef TSLLM_TESTS_SAMPLE_SNAPSHOT_H
#define TSLLM_TESTS_SAMPLE_SNAPSHOT_H

#include "probes/model/snapshot.h"

struct snapshot *sample_fleet(void);       /* 12 peers, 10 endpoints in various states, 3 mounts, 4 events */
struct snapshot *sample_stale(void);       /* the same, and tailscaled has gone silent */
struct snapshot *sample_start(void);       /* nothing is known yet */
struct snapshot *sample_first_peers(void); /* peers, and doors that are being asked */
struct snapshot *sample_no_daemon(void);
struct snapshot *sample_logged_out(void);
struct snapshot *sample_nobody_serves(void);
/* sample_clients.c: the fleet again, as the capture helper lets one see it. */
struct snapshot *sample_clients(void);  /* 8 flows of all sorts, and what packets tell of paths */
struct snapshot *sample_watching(void); /* the helper runs and saw no flow yet */
struct snapshot *sample_no_right(void); /* it lacks its right */
struct snapshot *sample_no_helper(void);
struct snapshot *sample_capture_ended(void); /* it failed; the flows that it saw are still there */
struct snapshot *sample_hostile_clients(void);
struct snapshot *sample_hostile(void); /* names as long and as odd as the door lets in */
struct snapshot *sample_crowd(size_t peers, size_t endpoints);

#endif
