# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds the PE module that one Makefile.in of Wine's format describes:
#
#   make -f tools/module.mk dir=dlls/mstscax arch=x86_64
#
# It runs in the top build directory, once per module, because every Makefile.in sets the same variables:
#
#   MODULE       a DLL (with MODULE's .spec file beside it) or a program; goes to lib/wine/<arch>-windows
#   TESTDLL      the DLL that this directory tests: makes <dll>_test.exe, with the DLL beside it
#   TESTPROGRAM  a test program that native.mk builds as well
#   MINGW_SRCS   C files of a test that see mingw-w64's headers only, not Wine's and ours
#   IMPORTS  EXTRADLLFLAGS  C_SRCS  RC_SRCS  PARENTSRC  as in Wine
#                a C file of a test that says #pragma makedep testdll becomes, with its .spec file, a DLL x.dll
#                that the test program carries as its resource x.dll of the type TESTDLL
#   IDL_SRCS     each says what is made of it: #pragma makedep header, proxy, register or typelib
#
# IIDs of include/*.idl are in no import library: one C file of each module includes "initguid.h" after
# the system's headers and before ours.

include config.mk

modsrc := $(srcdir)/$(dir)
include $(modsrc)/Makefile.in

obj     := $(dir)/$(arch)-windows
dlldir  := lib/wine/$(arch)-windows
winegcc := $(WINEGCC) -b $($(arch)_target) -mno-cygwin
bits    := $(if $(filter i386,$(arch)),-m32,-m64)
test    := $(or $(TESTPROGRAM),$(if $(TESTDLL),$(basename $(TESTDLL))_test))
target  := $(if $(test),$(obj)/$(test).exe,$(dlldir)/$(MODULE))
spec    := $(if $(filter %.dll,$(MODULE)),$(modsrc)/$(basename $(MODULE)).spec)

has_pragma = $(foreach f,$(IDL_SRCS),$(if $(shell grep -s 'pragma makedep.*$(1)' $(modsrc)/$(f)),$(f)))
proxies   := $(patsubst %.idl,$(obj)/%,$(call has_pragma,proxy))
headers   := $(patsubst %.idl,$(obj)/%.h,$(call has_pragma,header))
resources := $(patsubst %.idl,$(obj)/%_r.res,$(call has_pragma,register)) \
             $(patsubst %.idl,$(obj)/%_l.res,$(call has_pragma,typelib)) $(RC_SRCS:%.rc=$(obj)/%.res)
testdlls  := $(if $(test),$(patsubst %.c,%,$(foreach f,$(C_SRCS),$(if $(shell grep -s 'pragma makedep testdll' \
             $(modsrc)/$(f)),$(f)))))
objects   := $(filter-out $(testdlls:%=$(obj)/%.o),$(C_SRCS:%.c=$(obj)/%.o)) $(MINGW_SRCS:%.c=$(obj)/%.o) \
             $(if $(test),$(obj)/testlist.o) $(proxies:%=%_p.o) $(if $(proxies),$(obj)/dlldata.o)

includes := -I$(obj) -I$(modsrc) $(if $(PARENTSRC),-I$(modsrc)/$(PARENTSRC)) -Iinclude -I$(srcdir)/include \
            $(if $(test),-I$(srcdir)/tests)
cflags   := -D__WINESRC__ $(includes) $(EXTRADEFS) $(warnings) -fvisibility=hidden $(map_paths)
rules    := $(modsrc)/Makefile.in $(srcdir)/tools/module.mk config.mk

export WINEBUILD
export WIDL_TIME_OVERRIDE := $(or $(SOURCE_DATE_EPOCH),0)

vpath %.c $(modsrc) $(if $(PARENTSRC),$(modsrc)/$(PARENTSRC))

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all
all: $(target) $(if $(TESTDLL),$(obj)/$(TESTDLL))
	@:

$(target): $(objects) $(resources) $(testdlls:%=$(obj)/%.res) $(spec) $(rules)
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(winegcc) $(if $(filter %.dll,$(target)),-shared) \
	    -Wl$(,)--no-insert-timestamp$(if $(test),$(,)--kill-at) \
	    $(EXTRADLLFLAGS) $($(arch)_LDFLAGS) $($(arch)_winelibs) $(spec) $(objects) $(resources) $(testdlls:%=$(obj)/%.res) \
	    -o $@ $(IMPORTS:%=-l%)

$(testdlls:%=$(obj)/%.dll): $(obj)/%.dll: $(obj)/%.o $(modsrc)/%.spec $(rules)
	$(call quiet,LD,$@)$(winegcc) -shared -Wl$(,)--kill-at $($(arch)_LDFLAGS) $($(arch)_winelibs) $(modsrc)/$*.spec $< -o $@ $(IMPORTS:%=-l%)

$(testdlls:%=$(obj)/%.res): $(obj)/%.res: $(obj)/%.dll
	$(call quiet,WRC,$@)echo '$*.dll TESTDLL "$*.dll"' > $(@:.res=.rc) && $(WRC) $(bits) --utf8 -I$(obj) -o $@ $(@:.res=.rc)

$(obj)/%.o: %.c $(headers) $(rules)
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(winegcc) $(cflags) $(own_warnings) $($(arch)_CFLAGS) -MMD -MP -c $< -o $@

$(MINGW_SRCS:%.c=$(obj)/%.o): $(obj)/%.o: %.c $(rules)
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$($(arch)_target)-gcc $(warnings) $(own_warnings) $(map_paths) $($(arch)_CFLAGS) \
	    -MMD -MP -c $< -o $@

$(obj)/testlist.o: $(obj)/testlist.c
	$(call quiet,CC,$@)$(winegcc) $(cflags) $($(arch)_CFLAGS) -MMD -MP -c $< -o $@

$(obj)/testlist.c: $(srcdir)/tools/testlist $(C_SRCS) $(rules)
	@mkdir -p $(@D)
	$(call quiet,GEN,$@)$< $(filter %.c,$^) > $@

$(obj)/$(TESTDLL): | $(dlldir)/$(TESTDLL)
	@mkdir -p $(@D)
	$(call quiet,LN,$@)ln -srf $(dlldir)/$(TESTDLL) $@

$(obj)/%.h: $(modsrc)/%.idl $(rules)
	@mkdir -p $(@D)
	$(call quiet,WIDL,$@)$(WIDL) $(bits) $(includes) -h -o $@ $<

$(proxies:%=%_p.c): $(obj)/%_p.c: $(modsrc)/%.idl $(wildcard $(srcdir)/include/*.idl) $(rules)
	@mkdir -p $(@D)
	$(call quiet,WIDL,$@)$(WIDL) $(bits) $(includes) -h -o $(@:_p.c=.h) $< && $(WIDL) $(bits) $(includes) -p -o $@ $<

$(obj)/dlldata.c: $(rules)
	@mkdir -p $(@D)
	$(call quiet,WIDL,$@)$(WIDL) $(bits) --dlldata-only -o $@ $(notdir $(proxies))

$(proxies:%=%_p.o) $(obj)/dlldata.o: %.o: %.c
	$(call quiet,CC,$@)$(winegcc) $(cflags) $($(arch)_CFLAGS) -MMD -MP -c $< -o $@

$(obj)/%_r.res: $(modsrc)/%.idl $(rules)
	@mkdir -p $(@D)
	$(call quiet,WIDL,$@)$(WIDL) $(bits) $(includes) -r -o $@ $<

$(obj)/%_l.res: $(modsrc)/%.idl $(rules)
	@mkdir -p $(@D)
	$(call quiet,WIDL,$@)$(WIDL) $(bits) $(includes) -t -o $@ $<

$(obj)/%.res: $(modsrc)/%.rc $(wildcard $(modsrc)/*.manifest $(srcdir)/include/wine/*.rc) $(rules)
	@mkdir -p $(@D)
	$(call quiet,WRC,$@)$(WRC) $(bits) --utf8 $(includes) -DWINEDVC_VERSION='"$(version)"' -o $@ $<

, := ,

-include $(objects:.o=.d) $(testdlls:%=$(obj)/%.d)
