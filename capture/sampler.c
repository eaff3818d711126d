/* Dispatches each packet: UDP of tailscaled, TCP to a DERP server, TCP inside the tunnel. Everything else is
 * ignored. */
#include "capture/sampler.h"

#include "capture/wire.h"

#define STEP_BACK_US 1000000   /* packets of two devices are out of order by less than this */
#define STEP_AHEAD_US 60000000 /* a longer step: the machine slept */

int sampler_init(struct sampler *sampler, const struct options *options, struct lines *lines)
{
	*sampler = (struct sampler){ .options = options, .lines = lines };
	if (paths_init(&sampler->paths, options, lines) || flows_init(&sampler->flows, options, lines))
		return -1;
	return derp_init(&sampler->derp, options, lines);
}

void sampler_fini(struct sampler *sampler)
{
	paths_fini(&sampler->paths);
	flows_fini(&sampler->flows);
	derp_fini(&sampler->derp);
}

/* ---- time ---- */

static void report(struct sampler *sampler)
{
	paths_report(&sampler->paths, sampler->now_us);
	derp_report(&sampler->derp, sampler->now_us);
	flows_report(&sampler->flows, sampler->now_us);
	lines_begin(sampler->lines, WIRE_STATS);
	lines_time(sampler->lines, "at", sampler->now_us);
	lines_number(sampler->lines, "received", (int64_t)sampler->received);
	lines_number(sampler->lines, "dropped", (int64_t)sampler->dropped);
	lines_number(sampler->lines, "paths", (int64_t)sampler->paths.table.used);
	lines_number(sampler->lines, "flows", (int64_t)sampler->flows.flows.used);
	lines_end(sampler->lines);
}

void sampler_pass_time(struct sampler *sampler, int64_t now_us)
{
	int64_t step = now_us - sampler->now_us;

	if (!sampler->report_us || step < -STEP_BACK_US || step > STEP_AHEAD_US) {
		paths_forget_waiting(&sampler->paths);
		sampler->report_us = now_us + sampler->options->period_us;
	} else if (step < 0) {
		return;
	}
	sampler->now_us = now_us;
	if (now_us >= sampler->paths.due_us)
		paths_pass_time(&sampler->paths, now_us);
	if (now_us < sampler->report_us)
		return;
	report(sampler);
	sampler->report_us = now_us + sampler->options->period_us;
}

int64_t sampler_due_us(const struct sampler *sampler)
{
	return sampler->paths.due_us < sampler->report_us ? sampler->paths.due_us : sampler->report_us;
}

void sampler_end(struct sampler *sampler, const char *reason)
{
	report(sampler);
	lines_begin(sampler->lines, WIRE_END);
	lines_time(sampler->lines, "at", sampler->now_us);
	lines_word(sampler->lines, "reason", reason);
	lines_end(sampler->lines);
	lines_flush(sampler->lines);
}

/* ---- packets ---- */

static bool has_port(const uint16_t *ports, size_t count, uint16_t port)
{
	for (size_t i = 0; i < count; i++)
		if (ports[i] == port)
			return true;
	return false;
}

static bool is_local(struct sampler *sampler, const struct place *place)
{
	const struct options *options = sampler->options;

	if (sampler->last_local < options->local_count &&
		place_is_same_host(&options->locals[sampler->last_local], place))
		return true;
	for (size_t i = 0; i < options->local_count; i++) {
		if (!place_is_same_host(&options->locals[i], place))
			continue;
		sampler->last_local = i;
		return true;
	}
	return place_is_loopback(place);
}

static void see_udp(struct sampler *sampler, const struct packet *packet)
{
	const struct options *options = sampler->options;
	bool is_outgoing = is_local(sampler, &packet->from);
	uint16_t port = is_outgoing ? packet->from.port : packet->to.port;
	struct underlay underlay;

	if (options->udp_port_count && !has_port(options->udp_ports, options->udp_port_count, port))
		return;
	if (!underlay_read(&underlay, packet) || (!is_outgoing && !is_local(sampler, &packet->to)))
		return;
	paths_see(&sampler->paths, packet, &underlay, is_outgoing);
}

static bool is_inside(const struct options *options, const struct packet *packet)
{
	if (place_is_tailnet(&packet->from) && place_is_tailnet(&packet->to))
		return true;
	return place_is_loopback(&packet->from) && place_is_loopback(&packet->to) &&
	       (has_port(options->services, options->service_count, packet->from.port) ||
		       has_port(options->services, options->service_count, packet->to.port));
}

static void see_tcp(struct sampler *sampler, const struct packet *packet)
{
	bool from_here = is_local(sampler, &packet->from), to_here = is_local(sampler, &packet->to);

	if (derp_see(&sampler->derp, packet) || !is_inside(sampler->options, packet))
		return;
	flows_see(&sampler->flows, packet,
		from_here == to_here ? DIRECTION_INSIDE
		: from_here          ? DIRECTION_OUT
				     : DIRECTION_IN);
}

void sampler_see(struct sampler *sampler, enum link link, const struct frame *frame)
{
	struct packet packet;

	sampler->received++;
	if (frame->at_us >= sampler_due_us(sampler) || frame->at_us < sampler->now_us)
		sampler_pass_time(sampler, frame->at_us);
	else
		sampler->now_us = frame->at_us;
	if (packet_read(&packet, link, frame))
		(packet.is_tcp ? see_tcp : see_udp)(sampler, &packet);
}
