/* The wording of figures that the diagnosis, views and outputs share. */
#ifndef TSLLM_REPORT_WORDING_H
#define TSLLM_REPORT_WORDING_H

#include "probes/model/snapshot.h"
#include "probes/report/line.h"

/* Written into to, which is returned. Unknown is "–". */
char *wording_loss(char *to, size_t size, double loss);   /* "20 %", a small one "0.4 %" */
char *wording_share(char *to, size_t size, double share); /* "91 %"; must be known */
/* "12 s". A fresh one is "now": an age that is renewed all the time would make the screen flicker. */
char *wording_age(char *to, size_t size, double age_ms);

/* ", proven" or ", inferred"; of a note only the latter, as a healthy row needs no proof. */
const char *wording_certainty(const struct verdict *verdict);

/* "3 min", or "at least 3 min" of what stood when this program first looked. */
char *wording_span(char *to, size_t size, int64_t since, bool was_before, int64_t now);

/* The functions below add to a line what is known. */
void wording_path(char *line, const struct path *path, int64_t now); /* "direct, 10.0.0.1:41641, for 3 min" */
void wording_times(char *line, const struct path *path);             /* "RTT 3.1 ms, p95 4.3 ms, loss 0 %" */
void wording_found(char *line, const struct endpoint *endpoint);     /* "found by port, pinned" */
void wording_certificate(char *line, const struct endpoint *endpoint, int64_t now);
void wording_work(char *line, const struct endpoint *endpoint);  /* "16 running, 7 waiting, KV cache 91 %" */
void wording_speed(char *line, const struct endpoint *endpoint); /* "812 tok/s, TTFT 2540 ms" */
/* That the search for servers goes on; nothing once it has ended. */
void wording_pending(char *line, const struct discovery *discovery);
/* "drops connections: 2 of 19 ports asked for a server so far"; nothing for a peer that was not asked. */
void wording_probed(char *line, const struct probed_ports *probed);

/* "GPU 0 RTX 4090: 21.3 of 25.8 GB used, 98 % busy" */
void wording_gpu(char *line, const struct obs_gpu *gpu);
/* The same of all GPUs of a machine; nothing if it has none that are known. */
void wording_gpus(char *line, const struct snapshot *snapshot, const struct peer *peer);

#endif
