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
	python3 python3-jsonschema python3-pyte python3-yaml openssl iproute2 curl
LAB_PACKAGES := util-linux nftables git cmake g++

SOURCES := $(filter-out tui/main.c,$(wildcard probes/*.c probes/*/*.c tui/*.c tui/*/*.c))
CAPTURE_SOURCES := $(filter-out capture/main.c,$(wildcard capture/*.c))
OBJECTS := $(SOURCES:%.c=$(OUT)/%.o) $(OUT)/default_theme.o
UNIT := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(wildcard tests/unit/test_*.c))
TEST_HELP := $(patsubst %.c,$(OUT)/%.o,$(filter-out tests/unit/test_%.c,$(wildcard tests/unit/*.c)))

# What goes beside programs, manuals and themes.
COMPLETIONS := bash-completion/completions/tsllm-top zsh/site-functions/_tsllm-top fish/vendor_completions.d/tsllm-top.fish
MANUALS := $(wildcard man/*.[1-9])
SHARE := $(addprefix tui/share/,alerts.yml grafana.json prometheus.yml tsllm-top.service)
CONTAINER := $(addprefix tui/share/container/,Containerfile compose.yaml serve.json)

.PHONY: all help deps demo test-programs check planted fuzz bench bench-recording bench-history recording pictures soak tailnet tailnet-down tailnet-check tailnet-nightly service-check tailnet-newest asan golden completions alerts install uninstall deb dist packages-check nightly clean format
.DELETE_ON_ERROR:
.PRECIOUS: $(OUT)/%.o

all: $(TOP) $(CAPTURE)

help:
	@echo 'make            build ./tsllm-top and ./tsllm-capture'
	@echo 'make demo       run it against a fake tailnet (a snapshot where there is no terminal); W="--canary qwen3:32b": with these words'
	@echo 'make check      all tests; T=WORD: those whose name, or whose file, holds it; SAN=1: with sanitizers'
	@echo 'make planted    plant known faults into a copy, one at a time: a test must catch each; T=WORD: some of them'
	@echo 'make fuzz       look for bytes from outside that break a parser (clang); T=NAME FUZZ_S=60: one target, so long'
	@echo 'make bench      measure it against its neighbours'
	@echo 'make alerts     make tui/share/alerts.yml anew from the tables of rules'
	@echo 'make recording  make the recording anew that --demo replays: ten minutes of the fake tailnet'
	@echo 'make completions  write the completions of the shells anew, after a change of an option'
	@echo 'make bench-recording   how large the recording of a week is, of simulated DAYS=1'
	@echo 'make bench-history     what 24 hours of history cost: memory of the program, time of a plot'
	@echo 'make soak       run it for S=1800 seconds while everything around it fails: its memory must not grow; SEED=1'
	@echo 'make tailnet-check   try it on a real tailnet on this machine (root, Go); make tailnet, make tailnet-down'
	@echo 'make tailnet-nightly the same, and what takes longer: a healthy tailnet watched for five minutes'
	@echo 'make tailnet-newest  as tailnet-check, with the newest tailscaled that the Go module proxy has'
	@echo 'make service-check   the systemd service, under a real systemd (root, debootstrap, systemd-container)'
	@echo 'make deb        a Debian package, for the release it is built on; make dist: a tarball of the last commit'
	@echo 'make packages-check  build, install, upgrade and purge it in bare Debian 12 and 13, for arm64, in a container (root)'
	@echo 'make nightly    all that takes long, less than two hours of it; T="soak fuzz": some'
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

$(OUT)/%.o: %.c Makefile | deps
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The default theme is a plain file like the others, but compiled in.
$(OUT)/default_theme.c: themes/default.theme Makefile
	@mkdir -p $(@D)
	{ echo '#include "tui/term/theme.h"'; echo 'const char theme_default_text[] ='; \
	  sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $<; echo ';'; } > $@
$(OUT)/default_theme.o: $(OUT)/default_theme.c | deps
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/tests/test_%: $(OUT)/tests/unit/test_%.o $(TEST_HELP) $(OUT)/libtsllm.a
	$(CC) $(ALL_CFLAGS) -o $@ $< $(TEST_HELP) $(OUT)/libtsllm.a $(LIBS) $(TEST_LIBS)

CAPTURE_UNIT := $(addprefix $(OUT)/tests/test_,flows jail table tcp)
$(CAPTURE_UNIT): $(OUT)/libcapture.a
$(CAPTURE_UNIT): TEST_LIBS += $(OUT)/libcapture.a $(CAPTURE_LIBS)

$(OUT)/tests/test_checks: $(OUT)/libfuzz.a
$(OUT)/tests/test_checks: TEST_LIBS += $(OUT)/libfuzz.a $(OUT)/libtsllm.a $(LIBS)

# Each tests/fuzz/fuzz_NAME.c is a target. `make check` runs it on the files of its corpus; `make fuzz` builds it with
# libFuzzer and sanitizers, and searches for FUZZ_S seconds: in T=NAME, or in each target, one for each core at a time.
FUZZ_S ?= 60
FUZZ_JOBS ?= $(shell nproc)
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_CHOSEN = $(or $(T),$(FUZZ_NAMES))
FUZZ := $(FUZZ_NAMES:%=$(OUT)/fuzz_%)
FUZZ_HELP := $(filter-out tests/fuzz/fuzz_%.c tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c)) \
	tests/unit/sample_clients.c tests/unit/sample_snapshot.c tests/unit/status_help.c
FUZZ_ENGINE := $(OUT)/tests/fuzz/replay.o
FUZZ_PARTS := $(FUZZ_ENGINE) $(OUT)/libfuzz.a $(OUT)/libtsllm.a $(OUT)/libcapture.a
FUZZ_BUILD := OUT=build/fuzz CI=1 CC=clang CFLAGS='-O2 -g' LDFLAGS=-fsanitize=fuzzer FUZZ_ENGINE= \
	SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'
FUZZ_RUN := -max_total_time=$(FUZZ_S) -max_len=16384 -timeout=30 -rss_limit_mb=3000 -print_final_stats=1

$(OUT)/libfuzz.a: $(FUZZ_HELP:%.c=$(OUT)/%.o)
$(OUT)/fuzz_%: $(OUT)/tests/fuzz/fuzz_%.o $(FUZZ_PARTS)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(CAPTURE_LIBS)

fuzz:
	@tests/deps.sh clang libclang-rt-dev || true
	@if ! command -v clang >/dev/null; then echo 'fuzz: skipped, there is no clang'; exit 0; fi; \
	$(MAKE) --no-print-directory $(FUZZ_BUILD) $(FUZZ_CHOSEN:%=build/fuzz/fuzz_%) && \
	$(MAKE) --no-print-directory -k -j$(FUZZ_JOBS) $(FUZZ_CHOSEN:%=search-%)

# What a search printed is in build/fuzz/NAME.log.
search-%:
	@mkdir -p build/fuzz/found/$*; said=passed; \
	nice build/fuzz/fuzz_$* $(FUZZ_RUN) -artifact_prefix=build/fuzz/$*- build/fuzz/found/$* tests/fuzz/corpus/$* \
		>build/fuzz/$*.log 2>&1 || said=FAILED; \
	printf 'fuzz: %-12s %s %12s inputs\n' $* $$said "$$(sed -n 's/^stat::number_of_executed_units: *//p' build/fuzz/$*.log)"; \
	[ $$said = passed ] || { tail -n 30 build/fuzz/$*.log; exit 1; }

# The table of options, from which the completions are made.
$(OUT)/options: $(OUT)/tests/house/options.o $(OUT)/libtsllm.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

completions: all $(OUT)/options
	@$(PYTHON) tests/house/completions.py $(OUT)

test-programs: $(TOP) $(CAPTURE) $(UNIT) $(FUZZ) $(OUT)/options
	@:

check: test-programs
	@$(PYTHON) tests/run.py --top $(TOP) --build $(OUT) $(T)

planted: test-programs
	@$(PYTHON) tests/house/planted.py $(T)

golden: test-programs
	@TSLLM_GOLDEN=write $(PYTHON) tests/run.py --top $(TOP) --build $(OUT)

# The shipped alerts, made anew from the tables of rules.
alerts: $(OUT)/tests/test_rules
	@TSLLM_GOLDEN=write $(OUT)/tests/test_rules
	@$(PYTHON) tests/alerts.py > tui/share/alerts.yml

demo: all
	@$(PYTHON) tests/fake/demo.py --top ./tsllm-top -- $(W)

# How large a recording of a week is: in seconds for DAYS=1.
$(OUT)/record_week $(OUT)/plot_day: $(OUT)/%: $(OUT)/tests/bench/%.o $(OUT)/libtsllm.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

DAYS ?= 1
bench-recording: all $(OUT)/record_week
	@$(OUT)/record_week $(DAYS) $(OUT)/week.tsllm
	@$(OUT)/record_week $(DAYS) $(OUT)/week.tsllm 8
	@$(OUT)/record_week $(DAYS) $(OUT)/week.tsllm 20
	@rm -f $(OUT)/week.tsllm

# What 24 hours in memory cost: two minutes.
bench-history: all $(OUT)/record_week $(OUT)/plot_day
	@$(OUT)/record_week 1 $(OUT)/day.tsllm 8
	@$(OUT)/plot_day $(OUT)/day.tsllm
	@$(PYTHON) tests/bench/day.py --top ./tsllm-top $(OUT)/day.tsllm
	@rm -f $(OUT)/day.tsllm

# What --demo replays, made anew: it takes ten minutes.
recording: all
	@rm -f tui/share/demo.tsllm
	@$(PYTHON) tests/fake/record_demo.py --top ./tsllm-top tui/share/demo.tsllm

# What README.md shows.
pictures: all
	@$(PYTHON) tests/pictures.py $(TOP)

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

tailnet-check tailnet-nightly tailnet-newest: all
	@tests/deps.sh $(LAB_PACKAGES) || true
	@$(PYTHON) tests/tailnet/lab.py $(@:tailnet-%=%) --top $(TOP)

# tsllm-top.service under a real systemd, in a Debian of its own.
service-check: all
	@tests/deps.sh debootstrap systemd-container || true
	@$(PYTHON) tests/service/service.py

asan:
	@$(MAKE) --no-print-directory SAN=1 all

# Manuals, and the unit for systemd, name files below PREFIX.
install: all
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(TOP) $(CAPTURE)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/tsllm-top/themes themes/*.theme
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/tsllm-top tui/share/demo.tsllm
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/tsllm-top $(SHARE)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/tsllm-top/container $(CONTAINER)
	sed -i 's|@PREFIX@|$(PREFIX)|' $(DESTDIR)$(PREFIX)/share/tsllm-top/tsllm-top.service
	for manual in $(MANUALS); do \
		install -D -m 644 $$manual $(DESTDIR)$(PREFIX)/share/man/man$${manual##*.}/$${manual##*/} && \
		sed -i 's|/usr/local/|$(PREFIX)/|' $(DESTDIR)$(PREFIX)/share/man/man$${manual##*.}/$${manual##*/} || exit 1; done
	for completion in $(COMPLETIONS); do \
		install -D -m 644 tui/share/completions/$${completion%%/*} $(DESTDIR)$(PREFIX)/share/$$completion || exit 1; done
	@capture/grant.sh '$(DESTDIR)' '$(PREFIX)/bin/tsllm-capture' '$(GROUP)' '$(SETCAP)'

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/tsllm-top $(DESTDIR)$(PREFIX)/bin/tsllm-capture
	for manual in $(MANUALS); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${manual##*.}/$${manual##*/}; done
	rm -f $(COMPLETIONS:%=$(DESTDIR)$(PREFIX)/share/%)
	rm -rf $(DESTDIR)$(PREFIX)/share/tsllm-top

# The time of the last commit, which git archive gives to every file of a tarball: the same sources make the same bytes.
EPOCH = $(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y Makefile)
ARCH ?= $(shell dpkg --print-architecture)
STRIP ?= strip

DEB := build/deb
DEB_FLAGS = DEB_HOST_ARCH=$(ARCH) DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get
deb:
	@tests/deps.sh dpkg-dev
	@umask 022 && rm -rf $(DEB)/root && $(MAKE) --no-print-directory install \
		OUT=$(DEB)/$(ARCH) TOP=$(DEB)/$(ARCH)/tsllm-top CAPTURE=$(DEB)/$(ARCH)/tsllm-capture \
		DESTDIR=$(DEB)/root PREFIX=/usr SETCAP=: GROUP= \
		CFLAGS="$$($(DEB_FLAGS) CPPFLAGS) $$($(DEB_FLAGS) CFLAGS)" LDFLAGS="-Wl,--build-id $$($(DEB_FLAGS) LDFLAGS)"
	@umask 022 && SOURCE_DATE_EPOCH=$(EPOCH) STRIP=$(STRIP) tui/share/deb/build.sh $(DEB)/root $(VERSION) $(ARCH) build

DIST := tsllm-top-$(VERSION)
dist:
	@mkdir -p build
	@git -c tar.umask=0022 archive --format=tar --prefix=$(DIST)/ HEAD | gzip -9n > build/$(DIST).tar.gz
	@echo build/$(DIST).tar.gz

packages-check: dist
	@tests/deps.sh debootstrap || true
	@$(PYTHON) tests/packages/check.py build/$(DIST).tar.gz $(T)

nightly: all
	@$(PYTHON) tests/nightly.py $(T)

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

clean:
	rm -rf build tsllm-top tsllm-capture

-include $(shell find build -name '*.d' -type f 2>/dev/null)
