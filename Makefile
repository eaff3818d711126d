# tsllm-top: build, check, demo, bench, install. `make help` lists what there is.

PREFIX ?= /usr/local
DESTDIR ?=
CC ?= cc
PYTHON ?= /usr/bin/python3
VERSION := 0.1.0

# SAN=1 builds everything with the address and undefined-behaviour sanitizers, beside the plain build.
SAN ?=
OUT := build/$(if $(SAN),asan,plain)
TOP := $(if $(SAN),$(OUT)/tsllm-top,tsllm-top)

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wwrite-strings \
	-Wpointer-arith -Wvla $(if $(CI),-Werror)
, := ,
SANITIZE := $(if $(SAN),-fsanitize=address$(,)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -D_XOPEN_SOURCE_EXTENDED -I. -I$(OUT) \
	-DTSLLM_VERSION='"$(VERSION)"' -DTSLLM_THEMES='"$(PREFIX)/share/tsllm-top/themes"' \
	$(WARNINGS) $(CFLAGS) $(SANITIZE)
LIBS := -lncursesw -ltinfo -lcurl -lcjson -luv -linih -lm
TEST_LIBS := -lcmocka -lmicrohttpd -lutil

PACKAGES := gcc libc6-dev make libncurses-dev libcurl4-openssl-dev libcjson-dev libuv1-dev libinih-dev \
	libcmocka-dev libmicrohttpd-dev python3 python3-jsonschema python3-pyte openssl
LAB_PACKAGES := iproute2 util-linux nftables curl git cmake g++

SOURCES := $(filter-out tui/main.c,$(wildcard probes/*.c probes/*/*.c tui/*.c))
OBJECTS := $(SOURCES:%.c=$(OUT)/%.o) $(OUT)/default_theme.o
UNIT := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(wildcard tests/unit/test_*.c))
TEST_HELP := $(patsubst %.c,$(OUT)/%.o,$(filter-out tests/unit/test_%.c,$(wildcard tests/unit/*.c)))

.PHONY: all help deps demo check bench tailnet tailnet-down tailnet-check tailnet-nightly asan golden install uninstall clean format
.DELETE_ON_ERROR:

all: deps
	@$(MAKE) --no-print-directory $(TOP)

help:
	@echo 'make            build ./tsllm-top'
	@echo 'make demo       run it against a fake tailnet (a snapshot where there is no terminal)'
	@echo 'make check      all tests; SAN=1: with sanitizers'
	@echo 'make bench      measure it against its neighbours'
	@echo 'make tailnet-check   try it on a real tailnet on this machine (root, Go); make tailnet, make tailnet-down'
	@echo 'make tailnet-nightly the same, and what takes longer: a healthy tailnet watched for five minutes'
	@echo 'make install    PREFIX=$(PREFIX) DESTDIR=$(DESTDIR); make uninstall'
	@echo 'make deps       install the Debian packages that are missing'

deps:
	@tests/deps.sh $(PACKAGES)

$(TOP): $(OUT)/tui/main.o $(OUT)/libtsllm.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(OUT)/libtsllm.a: $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(OUT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The default theme is a plain file like the others, and is compiled in.
$(OUT)/default_theme.c: themes/default.theme
	@mkdir -p $(@D)
	{ echo '#include "tui/theme.h"'; echo 'const char theme_default_text[] ='; \
	  sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $<; echo ';'; } > $@
$(OUT)/default_theme.o: $(OUT)/default_theme.c
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/tests/test_%: tests/unit/test_%.c $(TEST_HELP) $(OUT)/libtsllm.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(TEST_HELP) $(OUT)/libtsllm.a $(LIBS) $(TEST_LIBS)

check: deps
	@$(MAKE) --no-print-directory $(TOP) $(UNIT)
	@$(PYTHON) tests/run.py --top $(TOP) --build $(OUT)

golden: all
	@$(MAKE) --no-print-directory $(UNIT)
	@TSLLM_GOLDEN=write $(PYTHON) tests/run.py --top $(TOP) --build $(OUT)

demo: all
	@$(PYTHON) tests/fake/demo.py --top ./tsllm-top

bench: all
	@$(PYTHON) tests/bench/bench.py --top ./tsllm-top

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
	install -D -m 755 tsllm-top $(DESTDIR)$(PREFIX)/bin/tsllm-top
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/tsllm-top/themes themes/*.theme
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 man/tsllm-top.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 man/tsllm-top.conf.5

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/tsllm-top $(DESTDIR)$(PREFIX)/share/man/man1/tsllm-top.1 \
		$(DESTDIR)$(PREFIX)/share/man/man5/tsllm-top.conf.5
	rm -rf $(DESTDIR)$(PREFIX)/share/tsllm-top

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

clean:
	rm -rf build tsllm-top

-include $(shell find build -name '*.d' 2>/dev/null)
