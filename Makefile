# tsllm-top: build, check, demo, bench, install. `make help` lists the targets.

PREFIX ?= /usr/local
DESTDIR ?=
CC ?= cc
PYTHON ?= /usr/bin/python3
# tsllm-capture gets this capability, its only privilege. Packagers set it to `true` and grant it in the package.
SETCAP ?= PATH=$$PATH:/sbin:/usr/sbin setcap cap_net_raw+ep
# If this group exists at `make install`, only its members may run tsllm-capture.
GROUP ?= tsllm
VERSION := 0.1.0

# SAN=1 builds everything with the address and undefined-behaviour sanitizers, in a directory of its own.
SAN ?=
OUT := build/$(if $(SAN),asan,plain)
TOP := $(if $(SAN),$(OUT)/tsllm-top,tsllm-top)
CAPTURE := $(if $(SAN),$(OUT)/tsllm-capture,tsllm-capture)

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wwrite-strings \
	-Wpointer-arith -Wvla $(if $(CI),-Werror)
, := ,
SANITIZE := $(if $(SAN),-fsanitize=address$(,)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -D_XOPEN_SOURCE_EXTENDED -I. -I$(OUT) \
	-DTSLLM_VERSION='"$(VERSION)"' -DTSLLM_THEMES='"$(if $(SAN),$(CURDIR)/themes,$(PREFIX)/share/tsllm-top/themes)"' \
	-DTSLLM_DEMO='"$(if $(SAN),$(CURDIR)/tui/share,$(PREFIX)/share/tsllm-top)/demo.tsllm"' \
	-DTSLLM_HELPER='"$(PREFIX)/bin/tsllm-capture"' \
	$(WARNINGS) $(CFLAGS) $(SANITIZE)
LIBS := -lncursesw -ltinfo -lcurl -lz -lzstd -lcjson -luv -linih -lunistring -lmicrohttpd -lm
CAPTURE_LIBS := -lpcap -lcap-ng -lseccomp
TEST_LIBS := -lcmocka -lutil

PACKAGES := gcc libc6-dev make libncurses-dev libcurl4-openssl-dev zlib1g-dev libzstd-dev libcjson-dev libuv1-dev libinih-dev \
	libunistring-dev libpcap-dev libcap-ng-dev libseccomp-dev libcap2-bin libcmocka-dev libmicrohttpd-dev \
	python3 python3-jsonschema python3-pyte openssl iproute2
LAB_PACKAGES := util-linux nftables curl git cmake g++

SOURCES := $(filter-out tui/main.c,$(wildcard probes/*.c probes/*/*.c tui/*.c tui/*/*.c))
CAPTURE_SOURCES := $(filter-out capture/main.c,$(wildcard capture/*.c))
OBJECTS := $(SOURCES:%.c=$(OUT)/%.o) $(OUT)/default_theme.o
UNIT := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(wildcard tests/unit/test_*.c))
TEST_HELP := $(patsubst %.c,$(OUT)/%.o,$(filter-out tests/unit/test_%.c,$(wildcard tests/unit/*.c)))

# What goes beside programs, manuals and themes.
SHARE := $(addprefix tui/share/,alerts.yml grafana.json prometheus.yml tsllm-top.service)

.PHONY: all help deps demo test-programs check planted fuzz bench bench-recording recording soak tailnet tailnet-down tailnet-check tailnet-nightly asan golden install uninstall clean format
.DELETE_ON_ERROR:
.PRECIOUS: $(OUT)/%.o

all: deps
	@$(MAKE) --no-print-directory $(TOP) $(CAPTURE)

help:
	@echo 'make            build ./tsllm-top and ./tsllm-capture'
	@echo 'make demo       run it against a fake tailnet (a snapshot where there is no terminal)'
	@echo 'make check      all tests; T=WORD: those whose name, or whose file, holds it; SAN=1: with sanitizers'
	@echo 'make planted    plant known faults into a copy, one at a time: a test must catch each; T=WORD: some of them'
	@echo 'make fuzz       look for bytes from outside that break a parser (clang); T=NAME FUZZ_S=60: one target, so long'
	@echo 'make bench      measure it against its neighbours'
	@echo 'make recording  make the recording anew that --demo replays: ten minutes of the fake tailnet'
	@echo 'make bench-recording   how large the recording of a week is, of simulated DAYS=1'
	@echo 'make soak       run it for S=1800 seconds while everything around it fails: its memory must not grow; SEED=1'
	@echo 'make tailnet-check   try it on a real tailnet on this machine (root, Go); make tailnet, make tailnet-down'
	@echo 'make tailnet-nightly the same, and what takes longer: a healthy tailnet watched for five minutes'
	@echo 'make install    PREFIX=$(PREFIX) DESTDIR=$(DESTDIR); make uninstall'
	@echo 'make deps       install the Debian packages that are missing'

deps:
	@tests/deps.sh $(PACKAGES)

$(TOP): $(OUT)/tui/main.o $(OUT)/libtsllm.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(CAPTURE): $(OUT)/capture/main.o $(OUT)/libcapture.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(CAPTURE_LIBS)

$(OUT)/libtsllm.a: $(OBJECTS)
$(OUT)/libcapture.a: $(CAPTURE_SOURCES:%.c=$(OUT)/%.o)
$(OUT)/lib%.a:
	@rm -f $@
	$(AR) qcs $@ $^

$(OUT)/capture/%.o: WARNINGS += -Wconversion
# If a test ends in a call to a helper, keep the test's frame: a failure in the helper must show it in the backtrace.
$(OUT)/tests/%: CFLAGS += -fno-optimize-sibling-calls

$(OUT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The default theme is a plain file like the others, but compiled in.
$(OUT)/default_theme.c: themes/default.theme Makefile
	@mkdir -p $(@D)
	{ echo '#include "tui/term/theme.h"'; echo 'const char theme_default_text[] ='; \
	  sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $<; echo ';'; } > $@
$(OUT)/default_theme.o: $(OUT)/default_theme.c
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/tests/test_%: $(OUT)/tests/unit/test_%.o $(TEST_HELP) $(OUT)/libtsllm.a
	$(CC) $(ALL_CFLAGS) -o $@ $< $(TEST_HELP) $(OUT)/libtsllm.a $(LIBS) $(TEST_LIBS)

CAPTURE_UNIT := $(addprefix $(OUT)/tests/test_,flows jail table tcp)
$(CAPTURE_UNIT): $(OUT)/libcapture.a
$(CAPTURE_UNIT): TEST_LIBS += $(OUT)/libcapture.a $(CAPTURE_LIBS)

$(OUT)/tests/test_checks: $(OUT)/libfuzz.a
$(OUT)/tests/test_checks: TEST_LIBS += $(OUT)/libfuzz.a $(OUT)/libtsllm.a $(LIBS)

# Each tests/fuzz/fuzz_NAME.c is a target. `make check` runs it on the files of its corpus; `make fuzz` builds it with
# libFuzzer and sanitizers, and searches for FUZZ_S seconds: in T=NAME, or in each target in turn.
FUZZ_S ?= 60
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_CHOSEN = $(or $(T),$(FUZZ_NAMES))
FUZZ := $(FUZZ_NAMES:%=$(OUT)/fuzz_%)
FUZZ_HELP := $(filter-out tests/fuzz/fuzz_%.c tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c)) \
	tests/unit/sample_clients.c tests/unit/sample_snapshot.c tests/unit/status_help.c
FUZZ_ENGINE := $(OUT)/tests/fuzz/replay.o
FUZZ_PARTS := $(FUZZ_ENGINE) $(OUT)/libfuzz.a $(OUT)/libtsllm.a $(OUT)/libcapture.a
FUZZ_BUILD := OUT=build/fuzz CC=clang CFLAGS='-O2 -g' LDFLAGS=-fsanitize=fuzzer FUZZ_ENGINE= \
	SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'
FUZZ_RUN := -max_total_time=$(FUZZ_S) -max_len=16384 -timeout=10 -rss_limit_mb=3000 -print_final_stats=1

$(OUT)/libfuzz.a: $(FUZZ_HELP:%.c=$(OUT)/%.o)
$(OUT)/fuzz_%: $(OUT)/tests/fuzz/fuzz_%.o $(FUZZ_PARTS)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(CAPTURE_LIBS)

fuzz:
	@if ! command -v clang >/dev/null; then echo 'fuzz: skipped, there is no clang'; exit 0; fi; \
	$(MAKE) --no-print-directory $(FUZZ_BUILD) $(FUZZ_CHOSEN:%=build/fuzz/fuzz_%) && \
	for name in $(FUZZ_CHOSEN); do mkdir -p build/fuzz/found/$$name && echo "fuzz: $$name" && \
		build/fuzz/fuzz_$$name $(FUZZ_RUN) -artifact_prefix=build/fuzz/$$name- \
			build/fuzz/found/$$name tests/fuzz/corpus/$$name || exit 1; done

test-programs: $(TOP) $(CAPTURE) $(UNIT) $(FUZZ)
	@:

check: deps
	@$(MAKE) --no-print-directory test-programs
	@$(PYTHON) tests/run.py --top $(TOP) --build $(OUT) $(T)

planted: all
	@$(MAKE) --no-print-directory test-programs
	@$(PYTHON) tests/house/planted.py $(T)

golden: all
	@$(MAKE) --no-print-directory test-programs
	@TSLLM_GOLDEN=write $(PYTHON) tests/run.py --top $(TOP) --build $(OUT)

demo: all
	@$(PYTHON) tests/fake/demo.py --top ./tsllm-top

# How large a recording of a week is: in seconds for DAYS=1.
$(OUT)/record_week: $(OUT)/tests/bench/record_week.o $(OUT)/libtsllm.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

DAYS ?= 1
bench-recording: all
	@$(MAKE) --no-print-directory $(OUT)/record_week
	@$(OUT)/record_week $(DAYS) $(OUT)/week.tsllm
	@$(OUT)/record_week $(DAYS) $(OUT)/week.tsllm busy
	@rm -f $(OUT)/week.tsllm

# What --demo replays, made anew: it takes ten minutes.
recording: all
	@rm -f tui/share/demo.tsllm
	@$(PYTHON) tests/fake/record_demo.py --top ./tsllm-top tui/share/demo.tsllm

bench: all
	@$(PYTHON) tests/bench/bench.py --top ./tsllm-top

# Duration in seconds, and the seed of the random events, keys and window sizes.
S ?= 1800
SEED ?= 1
soak: all
	@$(PYTHON) tests/soak/soak.py --top $(TOP) --seconds $(S) --seed $(SEED)

tailnet: all
	@$(PYTHON) tests/tailnet/lab.py up --top $(TOP)

tailnet-down:
	@$(PYTHON) tests/tailnet/lab.py down

tailnet-check tailnet-nightly: all
	@tests/deps.sh $(LAB_PACKAGES) || true
	@$(PYTHON) tests/tailnet/lab.py $(@:tailnet-%=%) --top $(TOP)

asan:
	@$(MAKE) --no-print-directory SAN=1 all

install: all
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin tsllm-top tsllm-capture
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/tsllm-top/themes themes/*.theme
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/tsllm-top tui/share/demo.tsllm
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 man/tsllm-top.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 man/tsllm-top.conf.5
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man7 man/tsllm-top-outputs.7
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 man/tsllm-capture.8
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/tsllm-top $(SHARE)
	sed 's|@PREFIX@|$(PREFIX)|' tui/share/tsllm-top.service > $(DESTDIR)$(PREFIX)/share/tsllm-top/tsllm-top.service
	@capture/grant.sh '$(DESTDIR)' '$(PREFIX)/bin/tsllm-capture' '$(GROUP)' '$(SETCAP)'

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/tsllm-top $(DESTDIR)$(PREFIX)/bin/tsllm-capture \
		$(DESTDIR)$(PREFIX)/share/man/man1/tsllm-top.1 $(DESTDIR)$(PREFIX)/share/man/man5/tsllm-top.conf.5 \
		$(DESTDIR)$(PREFIX)/share/man/man7/tsllm-top-outputs.7 $(DESTDIR)$(PREFIX)/share/man/man8/tsllm-capture.8
	rm -rf $(DESTDIR)$(PREFIX)/share/tsllm-top

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

clean:
	rm -rf build tsllm-top tsllm-capture

-include $(shell find build -name '*.d' 2>/dev/null)
