# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds plain Windows DLLs and programs, one of each file, as a vendor would: mingw-w64, our public headers, no Wine.
#
#   make -f tools/plugins.mk dir=tests/plugins arch=x86_64
#
# The Makefile.in sets C_SRCS and CXX_SRCS (DLLs), PROGRAM_SRCS and IMPORTS.

include config.mk
include $(srcdir)/$(dir)/Makefile.in

obj     := $(dir)/$(arch)-windows
targets := $(C_SRCS:%.c=$(obj)/%.dll) $(CXX_SRCS:%.cpp=$(obj)/%.dll) $(PROGRAM_SRCS:%.c=$(obj)/%.exe)
rules   := $(srcdir)/$(dir)/Makefile.in $(srcdir)/tools/plugins.mk config.mk

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all
all: $(targets)
	@:

build = -Iinclude -I$(srcdir)/include $(warnings) $(map_paths) $($(arch)_CFLAGS) -MMD -MP -MF $(basename $@).d \
        $($(arch)_LDFLAGS) -o $@ $< $(IMPORTS:%=-l%)

$(obj)/%.dll: $(srcdir)/$(dir)/%.c $(rules)
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$($(arch)_target)-gcc $(own_warnings) -shared -Wl$(,)--kill-at $(build)

$(obj)/%.dll: $(srcdir)/$(dir)/%.cpp $(rules)
	@mkdir -p $(@D)
	$(call quiet,CXX,$@)$($(arch)_target)-g++ -Wextra -static -shared -Wl$(,)--kill-at $(build)

$(obj)/%.exe: $(srcdir)/$(dir)/%.c $(rules)
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$($(arch)_target)-gcc $(own_warnings) $(build)

, := ,

-include $(addsuffix .d,$(basename $(targets)))
