# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds the native program or library that one Makefile.in describes:
#
#   make -f tools/native.mk dir=freerdp major=2
#
# It runs in the top build directory, like module.mk. What is built once per major version of FreeRDP gets major=.
# The Makefile.in sets one of
#
#   ADDIN        a FreeRDP addin: goes to lib/freerdp<major>
#   PROGRAM      a program on FreeRDP's server library
#   TESTPROGRAM  a program of START_TEST functions (tests/wine/test.h)
#   BIN          a program for users: goes to bin
#   LIBRARY      a library for users: goes to lib
#   PRELOAD      a library of the tests, to be named in LD_PRELOAD
#   ARCHIVE      objects that others link
#
# and C_SRCS, EXTRADEFS, EXTRALIBS, VERSION_SCRIPT. USES names directories with an ARCHIVE, whose headers are found and
# which are linked; TESTED_SRCS are sources of other directories, named from the top of the tree, that are compiled in.

include config.mk

dirsrc := $(srcdir)/$(dir)
include $(dirsrc)/Makefile.in

obj     := $(dir)$(major:%=/%)
target  := $(if $(ADDIN),lib/freerdp$(major)/$(ADDIN),$(if $(BIN),bin/$(BIN),$(if $(LIBRARY),lib/$(LIBRARY),\
           $(obj)/$(or $(PROGRAM),$(TESTPROGRAM),$(PRELOAD),$(ARCHIVE)))))
objects := $(C_SRCS:%.c=$(obj)/%.o) $(TESTED_SRCS:%.c=$(obj)/%.o) $(if $(TESTPROGRAM),$(obj)/testlist.o)
shared  := $(if $(ADDIN)$(LIBRARY)$(PRELOAD),-shared)
used    := $(if $(ARCHIVE),,$(foreach d,$(USES),$(d)/lib$(notdir $(d)).a))

package_cflags := $(if $(major),$(FREERDP$(major)_CFLAGS)) $(if $(PROGRAM),$(SERVER_CFLAGS)) \
                  $(if $(filter common,$(dir)),$(INIH_CFLAGS)) $(if $(BIN),$(JANSSON_CFLAGS) $(NCURSES_CFLAGS))
package_libs   := $(if $(major),$(FREERDP$(major)_LIBS)) $(if $(PROGRAM),$(SERVER_LIBS)) \
                  $(if $(filter common,$(USES)),$(INIH_LIBS)) $(if $(BIN),$(JANSSON_LIBS) $(NCURSES_LIBS))
cflags := -I$(dirsrc) $(USES:%=-I$(srcdir)/%) -Iinclude -I$(srcdir)/include $(if $(TESTPROGRAM),-I$(srcdir)/tests $(if $(major),,-I$(srcdir))) $(EXTRADEFS) \
          $(if $(ADDIN)$(ARCHIVE),-DWINEDVC_DLLDIR='"$(libdir)/wine"' -DWINEDVC_BINDIR='"$(bindir)"') \
          $(if $(ADDIN)$(ARCHIVE)$(BIN)$(TESTPROGRAM),-DWINEDVC_VERSION='"$(version)"') $(if $(shared)$(ARCHIVE),-fPIC) \
          -pthread $(warnings) $(patsubst -I%,-isystem %,$(package_cflags)) $(map_paths)
rules  := $(dirsrc)/Makefile.in $(srcdir)/tools/native.mk config.mk

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all
all: $(target)
	@:

ifdef ARCHIVE
$(target): $(objects) $(rules)
	$(call quiet,AR,$@)rm -f $@ && ar rcs $@ $(objects)
else
$(target): $(objects) $(used) $(VERSION_SCRIPT:%=$(dirsrc)/%) $(rules)
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(CC) $(shared) $(VERSION_SCRIPT:%=-Wl$(,)--version-script=$(dirsrc)/%) -pthread $(CFLAGS) \
	    $(LDFLAGS) $(objects) -o $@ -Wl,--start-group $(used) -Wl,--end-group -Wl,--as-needed $(package_libs) $(EXTRALIBS)
endif

compile = $(call quiet,CC,$@)$(CC) $(cflags) $(own_warnings) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(C_SRCS:%.c=$(obj)/%.o): $(obj)/%.o: $(dirsrc)/%.c $(rules)
	@mkdir -p $(@D)
	$(compile)

$(TESTED_SRCS:%.c=$(obj)/%.o): $(obj)/%.o: $(srcdir)/%.c $(rules)
	@mkdir -p $(@D)
	$(compile)

$(obj)/testlist.o: $(obj)/testlist.c
	$(call quiet,CC,$@)$(CC) $(cflags) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(obj)/testlist.c: $(srcdir)/tools/testlist $(C_SRCS:%=$(dirsrc)/%) $(rules)
	@mkdir -p $(@D)
	$(call quiet,GEN,$@)$< $(filter %.c,$^) > $@

, := ,

-include $(objects:.o=.d)
