/* One line: how the traffic of this machine is shared between the kinds of path. */
#ifndef TSLLM_VIEWS_TRAFFIC_H
#define TSLLM_VIEWS_TRAFFIC_H

#include "probes/model/snapshot.h"
#include "tui/term/canvas.h"

void traffic_draw(struct canvas *canvas, const struct snapshot *snapshot, int y);

#endif
