/* Where to knock and when: who is asked, in which order, how many at once, and who is never asked. */
#include "probes/endpoints/discover.h"

#include "probes/servers/family.h"
#include "tests/unit/ledger_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define MINUTES(n) ((n)*60.0)

static struct settings settings;
static struct discoverer *discover;
static struct obs_status *status;

static int begin(void **state)
{
	(void)state;
	settings_init(&settings);
	settings.discover = DISCOVER_MINE;
	status = running();
	return 0;
}

static int end(void **state)
{
	(void)state;
	discover_free(discover);
	discover = NULL;
	obs_status_free(status);
	settings_fini(&settings);
	return 0;
}

static void start(void)
{
	discover_free(discover);
	discover = discover_new(&settings);
	discover_see(discover, status);
}

static const char *next(double seconds)
{
	static struct probe knock;

	return discover_next(discover, at(seconds), &knock) ? knock.url : "nothing";
}

static void tell(const char *url, bool is_server, enum outcome outcome)
{
	discover_tell(discover, url, is_server, outcome, at(1));
}

/* Knocks until nobody is left and says whether a door of that host was among those asked. */
static bool is_asked(const char *host)
{
	struct probe knock;
	bool was_asked = false;

	start();
	while (discover_next(discover, at(0), &knock)) {
		was_asked = was_asked || strstr(knock.url, host);
		tell(knock.url, false, OUTCOME_REFUSED);
	}
	return was_asked;
}

/* ---- the order of doors ---- */

static void a_machine_of_two_ports(void)
{
	settings.ports[0] = 443;
	settings.ports[1] = 11434;
}

/* This machine itself comes first; its one plain door is left waiting. */
static void pass_own_round(void)
{
	assert_string_equal(next(0), "http://127.0.0.1:11434");
}

static void doors_are_asked_one_at_a_time_https_first(void **state)
{
	(void)state;
	a_machine_of_two_ports();
	with_peer(status, "n2", "gpu1");
	start();
	pass_own_round();
	assert_string_equal(next(0), "https://gpu1.tail4c1d.ts.net");
	assert_string_equal(next(0), "nothing");
	tell("https://gpu1.tail4c1d.ts.net", false, OUTCOME_REFUSED);
	assert_string_equal(next(1), "http://gpu1.tail4c1d.ts.net:11434");
	tell("http://gpu1.tail4c1d.ts.net:11434", false, OUTCOME_REFUSED);
	assert_string_equal(next(1), "nothing");
}

static void a_door_that_answers_strangely_has_its_mounts_asked(void **state)
{
	static const char *const mounts[] = { "/ollama", "/llama", "/api", "/v1" };
	char url[64];

	(void)state;
	a_machine_of_two_ports();
	with_peer(status, "n2", "gpu1");
	start();
	pass_own_round();
	assert_string_equal(next(0), GPU1);
	tell(GPU1, false, OUTCOME_ANSWERED);
	for (size_t i = 0; i < ARRAY_LEN(mounts); i++) {
		snprintf(url, sizeof(url), GPU1 "%s", mounts[i]);
		assert_string_equal(next(1), url);
		tell(url, i == 0, OUTCOME_ANSWERED);
	}
	assert_string_equal(next(1), "http://gpu1.tail4c1d.ts.net:11434");
}

static void the_mounts_of_a_server_at_the_root_are_not_asked(void **state)
{
	(void)state;
	a_machine_of_two_ports();
	with_peer(status, "n2", "gpu1");
	start();
	pass_own_round();
	assert_string_equal(next(0), GPU1);
	tell(GPU1, true, OUTCOME_ANSWERED);
	assert_string_equal(next(1), "http://gpu1.tail4c1d.ts.net:11434");
}

static void a_knock_tells_whom_and_where(void **state)
{
	struct probe knock;

	(void)state;
	a_machine_of_two_ports();
	with_peer(status, "n2", "gpu1");
	start();
	assert_true(discover_next(discover, at(0), &knock));
	assert_string_equal(knock.peer_id, "");
	assert_string_equal(knock.address, "127.0.0.1");
	assert_true(discover_next(discover, at(0), &knock));
	assert_string_equal(knock.peer_id, "n2");
	assert_string_equal(knock.address, "100.64.0.2");
}

static void this_machine_is_asked_on_plain_ports_only(void **state)
{
	struct probe knock;

	(void)state;
	start();
	while (discover_next(discover, at(0), &knock)) {
		assert_true(strncmp(knock.url, "http://127.0.0.1", 16) == 0);
		assert_null(strstr(knock.url + 8, "/"));
		tell(knock.url, false, OUTCOME_REFUSED);
	}
}

static void at_most_eight_doors_are_asked_at_once(void **state)
{
	char id[32], name[32];

	(void)state;
	a_machine_of_two_ports();
	for (int i = 0; i < 20; i++) {
		snprintf(id, sizeof(id), "p%02d", i);
		snprintf(name, sizeof(name), "gpu%d", i);
		with_peer(status, id, name);
	}
	start();
	for (int i = 0; i < 8; i++)
		assert_string_not_equal(next(0), "nothing");
	assert_string_equal(next(0), "nothing");
	assert_int_equal(discover_wait(discover, at(0)), -1);
	tell("http://127.0.0.1:11434", false, OUTCOME_REFUSED);
	assert_int_equal(discover_wait(discover, at(1)), 0);
	assert_string_not_equal(next(1), "nothing");
	assert_string_equal(next(1), "nothing");
}

static void a_peer_that_swallows_two_connects_is_left_alone_and_goes_on_later(void **state)
{
	(void)state;
	settings.ports[0] = 11434;
	settings.ports[1] = 8080;
	settings.ports[2] = 8000;
	with_peer(status, "n2", "gpu1");
	start();
	pass_own_round();
	assert_string_equal(next(0), "http://gpu1.tail4c1d.ts.net:11434");
	tell("http://gpu1.tail4c1d.ts.net:11434", false, OUTCOME_CONNECT_TIMEOUT);
	assert_string_equal(next(1), "http://gpu1.tail4c1d.ts.net:8080");
	tell("http://gpu1.tail4c1d.ts.net:8080", false, OUTCOME_CONNECT_TIMEOUT);
	assert_string_equal(next(1), "nothing");
	assert_string_equal(next(1 + MINUTES(5)), "http://gpu1.tail4c1d.ts.net:8000");
}

/* What a peer does with connects, second by second; this machine refuses them all. */
struct firewall {
	int open; /* the one port that is not dropped; 0: none */
	bool refuses_the_rest;
	size_t connects;
	double found;    /* at that second, 0: not */
	char silent[64]; /* a connect without an answer, in flight */
	double ends;
};

static enum outcome connect_to(struct firewall *wall, const struct probe *probe, double now)
{
	char suffix[16];

	snprintf(suffix, sizeof(suffix), "net:%d", wall->open);
	if (!*probe->peer_id)
		return OUTCOME_REFUSED;
	assert_string_equal(wall->silent, ""); /* one connection at a time */
	wall->connects++;
	if (wall->open && strstr(probe->url, suffix)) {
		wall->found = wall->found > 0 ? wall->found : now;
		return OUTCOME_ANSWERED;
	}
	return wall->refuses_the_rest ? OUTCOME_REFUSED : OUTCOME_CONNECT_TIMEOUT;
}

static void play(struct firewall *wall, double from, double to)
{
	for (double now = from; now <= to; now++) {
		struct probe probe;

		if (*wall->silent && now >= wall->ends) {
			discover_tell(discover, wall->silent, false, OUTCOME_CONNECT_TIMEOUT, at(now));
			wall->silent[0] = '\0';
		}
		while (discover_next(discover, at(now), &probe)) {
			enum outcome outcome = connect_to(wall, &probe, now);

			if (outcome != OUTCOME_CONNECT_TIMEOUT) {
				discover_tell(
					discover, probe.url, outcome == OUTCOME_ANSWERED, outcome, at(now));
				continue;
			}
			snprintf(wall->silent, sizeof(wall->silent), "%.60s", probe.url);
			wall->ends = now + 2;
		}
	}
}

static void a_server_behind_a_firewall_that_drops_the_rest_is_found(void **state)
{
	static const int ports[] = { 8080, 1234, 5001, 10000 };

	(void)state;
	with_peer(status, "n2", "gpu1");
	for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
		struct firewall wall = { .open = ports[i] };

		start();
		play(&wall, 1, MINUTES(5));
		if (wall.found == 0 || (ports[i] == 1234 && wall.found > 90))
			fail_msg("port %d was asked after %.0f s", ports[i], wall.found);
	}
}

static void a_peer_that_drops_everything_costs_little(void **state)
{
	struct firewall wall = { 0 };

	(void)state;
	with_peer(status, "n2", "gpu1");
	start();
	play(&wall, 1, 60);
	assert_in_range(wall.connects, 3, 6);
	play(&wall, 61, MINUTES(10));
	assert_in_range(wall.connects, 16, 20);
	play(&wall, MINUTES(10) + 1, MINUTES(120));
	wall.connects = 0;
	play(&wall, MINUTES(120) + 1, MINUTES(720));
	assert_in_range(wall.connects, 16, 20); /* two an hour, and so still the whole list */
}

static void ports_that_refuse_do_not_slow_a_round_down(void **state)
{
	struct firewall wall = { .open = 10000, .refuses_the_rest = true };

	(void)state;
	with_peer(status, "n2", "gpu1");
	start();
	play(&wall, 1, 2);
	assert_true(wall.found > 0);
}

static void a_key_gets_through_the_whole_list(void **state)
{
	struct firewall wall = { .open = 10000 };

	(void)state;
	with_peer(status, "n2", "gpu1");
	start();
	play(&wall, 1, 4);
	for (int i = 0; i < 4; i++) { /* pressed every 12 s: the list still comes to its end */
		discover_again(discover);
		play(&wall, 5 + i * 12, 4 + (i + 1) * 12);
	}
	assert_true(wall.found > 0);
	assert_in_range(wall.connects, 15, 35);
}

static void a_key_during_a_probe_starts_the_round_again_after_it(void **state)
{
	(void)state;
	settings.ports[0] = 11434;
	settings.ports[1] = 8080;
	with_peer(status, "n2", "gpu1");
	start();
	pass_own_round();
	assert_string_equal(next(0), "http://gpu1.tail4c1d.ts.net:11434");
	tell("http://gpu1.tail4c1d.ts.net:11434", false, OUTCOME_REFUSED);
	assert_string_equal(next(1), "http://gpu1.tail4c1d.ts.net:8080");
	discover_again(discover);
	assert_string_equal(next(1), "nothing");
	tell("http://gpu1.tail4c1d.ts.net:8080", false, OUTCOME_REFUSED);
	assert_string_equal(next(1), "http://gpu1.tail4c1d.ts.net:11434");
}

static bool is_gpu1(const void *data, const char *peer_id)
{
	return *(const bool *)data && strcmp(peer_id, "n2") == 0;
}

static void a_peer_that_is_held_waits_and_no_other(void **state)
{
	bool is_held = true;

	(void)state;
	a_machine_of_two_ports();
	with_peer(status, "n2", "gpu1");
	with_peer(status, "n3", "gpu2");
	start();
	discover_hold(discover, is_gpu1, &is_held);
	pass_own_round();
	assert_string_equal(next(0), "https://gpu2.tail4c1d.ts.net");
	assert_string_equal(next(0), "nothing");
	assert_in_range(discover_wait(discover, at(0)), 1, 1000); /* it looks again, and not all the time */
	is_held = false;
	assert_string_equal(next(0), GPU1);
}

/* How many of its ports a round asks of gpu1, and whether this one is among them. */
static size_t count_ports(double seconds, int port, bool *is_asked)
{
	struct probe probe;
	size_t count = 0;
	char suffix[16];

	snprintf(suffix, sizeof(suffix), "net:%d", port);
	while (discover_next(discover, at(seconds), &probe)) {
		count += *probe.peer_id != 0;
		*is_asked = *is_asked || strstr(probe.url, suffix);
		discover_tell(discover, probe.url, false, OUTCOME_REFUSED, at(seconds));
	}
	return count;
}

static void each_round_takes_one_of_the_other_ports(void **state)
{
	double now = 0;
	size_t others = 0;

	(void)state;
	with_peer(status, "n2", "gpu1");
	start();
	for (const int *port = discover_ports(discover); *port; port++)
		others++;
	others -= 15;
	for (size_t i = 0; i < others; i++) {
		bool is_asked = false;

		assert_int_equal(count_ports(now, discover_ports(discover)[15 + i], &is_asked), 16);
		assert_true(is_asked);
		now += MINUTES(60);
	}
	assert_true(others >= 4);
}

static void progress_is_told_for_each_peer(void **state)
{
	struct firewall wall = { 0 };
	struct obs_probed progress;
	struct obs_discovery counts;

	(void)state;
	with_peer(status, "n2", "gpu1");
	start();
	discover_progress(discover, "n2", &progress);
	assert_int_equal(progress.asked, 0);
	play(&wall, 1, 6);
	discover_progress(discover, "n2", &progress);
	assert_true(progress.ports >= 19);
	assert_int_equal(progress.asked, 2);
	assert_int_equal(progress.silent, 2);
	assert_false(progress.is_running);
	discover_count(discover, &counts);
	assert_int_equal(counts.silent_peers, 1);
	assert_int_equal(counts.postponed, 14);
	assert_int_equal(counts.pending, 0);
	discover_progress(discover, "nobody", &progress);
	assert_int_equal(progress.asked, 0);
	play(&wall, 7, MINUTES(5));
	discover_progress(discover, "n2", &progress);
	assert_int_equal(progress.asked, 16);
	assert_int_equal(progress.silent, 16);
}

static void an_answer_nobody_asked_for_changes_nothing(void **state)
{
	(void)state;
	a_machine_of_two_ports();
	with_peer(status, "n2", "gpu1");
	start();
	pass_own_round();
	tell(GPU1, true, OUTCOME_ANSWERED);
	assert_string_equal(next(0), GPU1);
	tell(GPU1 "/elsewhere", false, OUTCOME_ANSWERED);
	assert_string_equal(next(0), "nothing");
}

static void a_peer_renamed_while_it_is_asked_is_not_lost(void **state)
{
	(void)state;
	a_machine_of_two_ports();
	with_peer(status, "n2", "gpu1");
	start();
	pass_own_round();
	assert_string_equal(next(0), GPU1);
	status->peers[0].fqdn = "new.tail4c1d.ts.net";
	discover_see(discover, status);
	tell(GPU1, false, OUTCOME_REFUSED);
	discover_see(discover, status);
	assert_string_equal(next(1), "http://new.tail4c1d.ts.net:11434");
}

/* ---- who is asked ---- */

static void machines_of_mine_are_asked_and_tagged_ones(void **state)
{
	(void)state;
	with_peer(status, "n2", "mine");
	with_peer(status, "n3", "other")->user_id = 2;
	with_peer(status, "n4", "tagged")->user_id = 2;
	status->peers[2].tags = list_of(status, "tag:gpu");
	assert_true(is_asked("//mine."));
	assert_false(is_asked("//other."));
	assert_true(is_asked("//tagged."));
	settings.discover = DISCOVER_TAGGED;
	assert_false(is_asked("//mine."));
	assert_true(is_asked("//tagged."));
	settings.discover = DISCOVER_ALL;
	assert_true(is_asked("//other."));
	settings.discover = DISCOVER_OFF;
	assert_false(is_asked("//"));
}

static void phones_are_never_asked(void **state)
{
	static const char *const phones[] = { "iOS", "android", "tvOS" };

	(void)state;
	with_peer(status, "n2", "pocket");
	for (size_t i = 0; i < ARRAY_LEN(phones); i++) {
		status->peers[0].os = phones[i];
		assert_false(is_asked("//pocket."));
	}
	status->peers[0].os = "macOS";
	assert_true(is_asked("//pocket."));
}

/* headscale shares nothing in, and may have a domain for each user. */
static void another_domain_of_headscale_is_not_shared_in(void **state)
{
	(void)state;
	settings.discover = DISCOVER_ALL;
	status->magicdns_suffix = "ada.hs.example.net";
	with_peer(status, "n2", "x")->fqdn = "gpu2.bob.hs.example.net";
	assert_true(is_asked("//gpu2.bob.hs.example.net"));
}

static void what_is_shared_in_or_of_mullvad_is_never_asked(void **state)
{
	(void)state;
	settings.discover = DISCOVER_ALL;
	with_peer(status, "n2", "exit")->is_mullvad = true;
	with_peer(status, "n3", "sharee")->is_sharee = true;
	with_peer(status, "n4", "x")->fqdn = "friend.tail9999.ts.net";
	with_peer(status, "n5", "y")->fqdn = "lookalike.eviltail4c1d.ts.net";
	assert_false(is_asked("//exit."));
	assert_false(is_asked("//sharee."));
	assert_false(is_asked("//friend."));
	assert_false(is_asked("//lookalike."));
}

static void who_cannot_be_reached_is_not_asked(void **state)
{
	(void)state;
	with_peer(status, "n2", "gone")->is_online = false;
	with_peer(status, "n3", "expired")->is_expired = true;
	with_peer(status, "n4", "nowhere")->addresses = list_of(status, "");
	assert_false(is_asked("//gone."));
	assert_false(is_asked("//expired."));
	assert_false(is_asked("//nowhere."));
}

static void whom_the_user_excluded_is_never_asked(void **state)
{
	static const char *const words[] = { "gpu1", "GPU1", "gpu1.tail4c1d.ts.net", "tag:quiet",
		"os:linux" };

	(void)state;
	with_peer(status, "n2", "gpu1")->tags = list_of(status, "tag:quiet");
	strings_add(&settings.exclude, "gpu");
	strings_add(&settings.exclude, "tag:qui");
	strings_add(&settings.exclude, "os:windows");
	assert_true(is_asked("//gpu1."));
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		settings_fini(&settings);
		settings_init(&settings);
		strings_add(&settings.exclude, words[i]);
		if (is_asked("//gpu1."))
			fail_msg("exclude = %s does not hold", words[i]);
	}
}

static void a_name_that_is_no_host_is_not_asked(void **state)
{
	(void)state;
	with_peer(status, "n2", "x")->fqdn = "evil.example/x.tail4c1d.ts.net";
	with_peer(status, "n3", "y")->fqdn = "evil.example:99/.tail4c1d.ts.net";
	with_peer(status, "n4", "z")->fqdn = "";
	assert_false(is_asked("evil"));
	assert_false(is_asked("https://"));
}

/* ---- without a tailnet ---- */

static void no_peer_is_asked_while_tailscale_is_stopped(void **state)
{
	(void)state;
	status->backend = BACKEND_STOPPED;
	with_peer(status, "n2", "gpu1");
	assert_false(is_asked("gpu1"));
	assert_true(is_asked("//127.0.0.1:11434"));
}

/* Asks all that may be asked and says which hosts those were. */
static void assert_all_here(void)
{
	struct probe knock;

	while (discover_next(discover, at(0), &knock)) {
		assert_string_equal(knock.peer_id, "");
		assert_string_equal(knock.address, "127.0.0.1");
		tell(knock.url, false, OUTCOME_REFUSED);
	}
}

static void this_machine_is_asked_without_any_tailscale(void **state)
{
	struct obs_discovery counts;

	(void)state;
	discover = discover_new(&settings);
	discover_see(discover, NULL);
	discover_count(discover, &counts);
	assert_int_equal(counts.peers, 0);
	assert_true(counts.pending > 5);
	assert_all_here();
	discover_count(discover, &counts);
	assert_int_equal(counts.pending, 0);
	settings.discover = DISCOVER_OFF;
	assert_false(is_asked("//"));
}

static void peers_wait_while_the_tailnet_is_away_and_go_on_after_it(void **state)
{
	(void)state;
	a_machine_of_two_ports();
	with_peer(status, "n2", "gpu1");
	start();
	pass_own_round();
	assert_string_equal(next(0), GPU1);
	tell(GPU1, false, OUTCOME_REFUSED);
	discover_see(discover, NULL);
	assert_string_equal(next(1), "nothing");
	discover_see(discover, status);
	assert_string_equal(next(1), "http://gpu1.tail4c1d.ts.net:11434");
}

/* ---- who listens here ---- */

static struct obs_serve serve;

static void this_machine_listens(const char *lines)
{
	struct listeners listeners = { 0 };

	listeners_parse(&listeners, lines);
	discover_see_listeners(discover, &listeners, &serve);
	listeners_fini(&listeners);
}

static void begin_here(const char *lines)
{
	discover_free(discover);
	discover = discover_new(&settings);
	discover_see(discover, NULL);
	assert_true(discover_begins_here(discover, at(0)));
	this_machine_listens(lines);
}

static bool is_asked_here(const char *url)
{
	struct probe knock;
	bool was_asked = false;

	while (discover_next(discover, at(0), &knock)) {
		was_asked = was_asked || strcmp(knock.url, url) == 0;
		tell(knock.url, false, OUTCOME_REFUSED);
	}
	return was_asked;
}

/* 2242 is Aphrodite's (0x08C2), 9999 (0x270F) nobody's. */
static void of_the_other_ports_here_those_are_asked_on_which_something_listens(void **state)
{
	(void)state;
	begin_here("0: 0100007F:08C2 00000000:0000 0A\n0: 0100007F:270F 00000000:0000 0A\n");
	assert_true(discover_has_port(discover, 2242));
	assert_true(is_asked_here("http://127.0.0.1:2242"));
	begin_here("0: 0100007F:270F 00000000:0000 0A\n");
	assert_false(is_asked_here("http://127.0.0.1:2242"));
	begin_here("0: 0100007F:270F 00000000:0000 0A\n");
	assert_false(is_asked_here("http://127.0.0.1:9999"));
	begin_here(""); /* what a container has may be forwarded to it */
	assert_true(is_asked_here("http://127.0.0.1:11434"));
}

static void what_listens_on_v6_alone_is_asked_there(void **state)
{
	static const char on_v6[] =
		"0: 00000000000000000000000001000000:2CAA 00000000000000000000000000000000:0000 0A\n";
	char both[256];
	struct probe knock;

	(void)state;
	settings.ports[0] = 11434;
	begin_here(on_v6);
	assert_true(discover_next(discover, at(0), &knock));
	assert_string_equal(knock.url, "http://[::1]:11434");
	assert_string_equal(knock.address, "::1");
	this_machine_listens(""); /* it is found again by the URL in flight */
	tell(knock.url, false, OUTCOME_REFUSED);
	assert_string_equal(next(0), "nothing");
	assert_false(discover_begins_here(discover, at(1)));
	assert_true(discover_begins_here(discover, at(MINUTES(6))));
	snprintf(both, sizeof(both), "%s0: 0100007F:2CAA 00000000:0000 0A\n", on_v6);
	begin_here(both);
	assert_true(is_asked_here("http://127.0.0.1:11434"));
}

/* 0x01004064 is 100.64.0.1, 0x2CAA 11434. */
static void what_listens_on_the_tailnet_alone_is_asked_there(void **state)
{
	static const char *const lines[] = { "0: 01004064:2CAA 00000000:0000 0A\n",
		"0: 01004064:2CAA 00000000:0000 0A\n0: 0100007F:2CAA 00000000:0000 0A\n" };
	struct obs_mount mount = { .port = 11434 };

	(void)state;
	settings.ports[0] = 11434;
	for (int i = 0; i < 4; i++) {
		serve = (struct obs_serve){ .mounts = &mount, .mount_count = i / 2 };
		discover_free(discover);
		discover = discover_new(&settings);
		discover_see(discover, status);
		discover_see_own(discover, &status->self);
		this_machine_listens(lines[i % 2]);
		assert_int_equal(is_asked_here("http://100.64.0.1:11434"), i == 0);
	}
	serve = (struct obs_serve){ 0 };
}

static void a_peer_that_went_is_not_asked_on(void **state)
{
	(void)state;
	a_machine_of_two_ports();
	with_peer(status, "n2", "gpu1");
	start();
	pass_own_round();
	assert_string_equal(next(0), GPU1);
	status->peers[0].is_online = false;
	discover_see(discover, status);
	tell(GPU1, false, OUTCOME_CONNECT_TIMEOUT);
	assert_string_equal(next(2), "nothing");
	status->peers[0].is_online = true;
	discover_see(discover, status);
	assert_string_equal(next(3), "http://gpu1.tail4c1d.ts.net:11434");
}

static void peers_that_left_make_room_for_those_that_came(void **state)
{
	char id[32], name[32];

	(void)state;
	settings.ports[0] = 443;
	start();
	for (int wave = 0; wave < 3; wave++) {
		struct obs_status *fleet = running();

		for (int i = 0; i < 900; i++) {
			snprintf(id, sizeof(id), "n%d-%d", wave, i);
			snprintf(name, sizeof(name), "p%d-%d", wave, i);
			with_peer(fleet, id, name);
		}
		for (int poll = 0; poll < 3; poll++)
			discover_see(discover, fleet);
		obs_status_free(fleet);
	}
	assert_true(strstr(next(3), "//p2-") != NULL);
	for (int i = 0; i < 900; i++) {
		struct probe knock;

		if (discover_next(discover, at(3), &knock))
			tell(knock.url, false, OUTCOME_REFUSED);
	}
	assert_string_equal(next(3), "nothing");
}

/* ---- rounds ---- */

/* Ends gpu1's one-door round at that second. */
static void end_round_at(double seconds, bool is_server)
{
	assert_string_equal(next(seconds), GPU1);
	discover_tell(discover, GPU1, is_server, is_server ? OUTCOME_ANSWERED : OUTCOME_REFUSED, at(seconds));
	assert_string_equal(next(seconds), "nothing");
}

static void rounds_that_find_nothing_come_later_and_later(void **state)
{
	static const double gaps[] = { 5, 10, 20, 40, 60, 60 };
	double now = 0;

	(void)state;
	settings.ports[0] = 443;
	with_peer(status, "n2", "gpu1");
	start();
	assert_string_equal(next(0), GPU1);
	discover_tell(discover, GPU1, false, OUTCOME_REFUSED, at(0));
	for (size_t i = 0; i < ARRAY_LEN(gaps); i++) {
		assert_string_equal(next(now + MINUTES(gaps[i]) - 1), "nothing");
		now += MINUTES(gaps[i]);
		end_round_at(now, false);
	}
	now += MINUTES(60);
	end_round_at(now, true);
	assert_string_equal(next(now + MINUTES(5)), GPU1);
}

static void a_key_starts_every_round_anew(void **state)
{
	(void)state;
	settings.ports[0] = 443;
	with_peer(status, "n2", "gpu1");
	start();
	end_round_at(0, false);
	discover_again(discover);
	assert_int_equal(discover_wait(discover, at(2)), 0);
	end_round_at(2, false);
	assert_string_equal(next(3), "nothing");
}

static void the_next_round_is_waited_for(void **state)
{
	(void)state;
	settings.ports[0] = 443;
	discover = discover_new(&settings);
	assert_int_equal(discover_wait(discover, at(0)), -1);
	with_peer(status, "n2", "gpu1");
	discover_see(discover, status);
	assert_int_equal(discover_wait(discover, at(0)), 0);
	end_round_at(0, false);
	assert_int_equal(discover_wait(discover, at(60)), 4 * 60000);
	assert_int_equal(discover_wait(discover, at(MINUTES(9))), 0);
}

static void the_search_is_counted(void **state)
{
	struct obs_discovery counts;

	(void)state;
	a_machine_of_two_ports();
	with_peer(status, "n2", "gpu1");
	start();
	discover_count(discover, &counts);
	assert_string_equal(counts.mode, "mine");
	assert_string_equal(counts.ports, "443 11434");
	assert_string_equal(counts.now, "");
	assert_int_equal(counts.peers, 1);
	assert_int_equal(counts.asked, 0);
	pass_own_round();
	assert_string_equal(next(0), GPU1);
	discover_count(discover, &counts);
	assert_string_equal(counts.now, GPU1);
	assert_int_equal(counts.asked, 2);
	tell("http://127.0.0.1:11434", false, OUTCOME_REFUSED);
	tell(GPU1, false, OUTCOME_REFUSED);
	discover_count(discover, &counts);
	assert_int_equal(counts.pending, 1);
	assert_int_equal(counts.silent_peers, 0);
	settings.ports[0] = 0;
	start();
	discover_count(discover, &counts);
	assert_non_null(strstr(counts.ports, "443 11434 8080"));
	assert_non_null(strstr(counts.ports, " 10000, and one a round of "));
}

static void every_usual_port_is_some_familys_or_of_tailscale_serve(void **state)
{
	size_t count = 0;

	(void)state;
	start();
	for (const int *port = discover_ports(discover); *port; port++, count++) {
		bool is_known = server_facts_is_serve_port(*port);

		for (size_t i = 0; families[i] && !is_known; i++)
			for (size_t k = 0; families[i]->facts.ports[k]; k++)
				is_known = is_known || families[i]->facts.ports[k] == *port;
		if (!is_known)
			fail_msg("nobody is said to listen on %d", *port);
	}
	assert_true(count >= 15);
	for (size_t i = 0; families[i]; i++)
		for (size_t k = 0; families[i]->facts.ports[k]; k++)
			assert_true(discover_has_port(discover, families[i]->facts.ports[k]));
}

#define SAYS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(doors_are_asked_one_at_a_time_https_first),
		SAYS(a_door_that_answers_strangely_has_its_mounts_asked),
		SAYS(the_mounts_of_a_server_at_the_root_are_not_asked),
		SAYS(a_knock_tells_whom_and_where),
		SAYS(this_machine_is_asked_on_plain_ports_only),
		SAYS(at_most_eight_doors_are_asked_at_once),
		SAYS(a_peer_that_swallows_two_connects_is_left_alone_and_goes_on_later),
		SAYS(a_server_behind_a_firewall_that_drops_the_rest_is_found),
		SAYS(a_peer_that_drops_everything_costs_little),
		SAYS(ports_that_refuse_do_not_slow_a_round_down),
		SAYS(a_key_gets_through_the_whole_list),
		SAYS(a_key_during_a_probe_starts_the_round_again_after_it),
		SAYS(a_peer_that_is_held_waits_and_no_other),
		SAYS(each_round_takes_one_of_the_other_ports),
		SAYS(progress_is_told_for_each_peer),
		SAYS(an_answer_nobody_asked_for_changes_nothing),
		SAYS(a_peer_renamed_while_it_is_asked_is_not_lost),
		SAYS(machines_of_mine_are_asked_and_tagged_ones),
		SAYS(phones_are_never_asked),
		SAYS(another_domain_of_headscale_is_not_shared_in),
		SAYS(what_is_shared_in_or_of_mullvad_is_never_asked),
		SAYS(who_cannot_be_reached_is_not_asked),
		SAYS(whom_the_user_excluded_is_never_asked),
		SAYS(a_name_that_is_no_host_is_not_asked),
		SAYS(no_peer_is_asked_while_tailscale_is_stopped),
		SAYS(this_machine_is_asked_without_any_tailscale),
		SAYS(peers_wait_while_the_tailnet_is_away_and_go_on_after_it),
		SAYS(of_the_other_ports_here_those_are_asked_on_which_something_listens),
		SAYS(what_listens_on_v6_alone_is_asked_there),
		SAYS(what_listens_on_the_tailnet_alone_is_asked_there),
		SAYS(a_peer_that_went_is_not_asked_on),
		SAYS(peers_that_left_make_room_for_those_that_came),
		SAYS(rounds_that_find_nothing_come_later_and_later),
		SAYS(a_key_starts_every_round_anew),
		SAYS(the_next_round_is_waited_for),
		SAYS(the_search_is_counted),
		SAYS(every_usual_port_is_some_familys_or_of_tailscale_serve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
