/* The MAC addresses of the configuration find their machines by every name that a person may type. */
#include "probes/tailscaled/macs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/status_help.h"

static const char *const names[] = { "gpu1", "GPU1", "gpu1.tail4c1d.ts.net", "gpu1.tail4c1d.ts.net.", "n2",
	"100.64.0.2" };

static const char *mac_of(const char *peer, const char *mac)
{
	static char found[32];
	struct obs_status *status = running();
	struct settings settings;

	with_peer(status, "n2", "gpu1");
	with_peer(status, "n3", "gpu2");
	settings_init(&settings);
	mem_replace(&settings_peer(&settings, peer)->mac, mac);
	assert_ptr_equal(macs_fill(status, &settings), status);
	settings_fini(&settings); /* the status has its own copy */
	snprintf(found, sizeof(found), "%s", status->peers[0].mac);
	assert_string_equal(status->peers[1].mac, "");
	obs_status_free(status);
	return found;
}

static void a_machine_is_meant_by_any_of_its_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_string_equal(mac_of(names[i], "3c:7c:3f:1e:88:a0"), "3c:7c:3f:1e:88:a0");
}

static void another_machine_is_not(void **state)
{
	(void)state;
	assert_string_equal(mac_of("gpu", "3c:7c:3f:1e:88:a0"), "");
	assert_string_equal(mac_of("gpu1.tail9.ts.net", "3c:7c:3f:1e:88:a0"), "");
	assert_string_equal(mac_of("gpu1", ""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_is_meant_by_any_of_its_names),
		cmocka_unit_test(another_machine_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
