# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For the steps of tests/packages/debian, which source it in a chroot, as root, in the source tree. The user packer has
# two checkouts, "$one/tree" and "$two/tree", with other modes each.
#
#   say TEXT                    a line of the step's result
#   fail TEXT                   ends the step
#   user COMMAND...             as that user, without a network but for lo
#   install_packages NAME...    of Debian
#   install_build_packages      what debian/control needs to build, and what it cannot name: see debian/README.source

src=$PWD
version=$(< VERSION)
one=/pack/one
two=/pack/in/another/place
export DEBIAN_FRONTEND=noninteractive TZ=UTC

say()  { echo "+++ $*"; }
fail() { echo "FAILED: $*"; exit 1; }

user()
{
    unshare --net sh -c 'ip link set lo up
        exec setpriv --reuid=packer --regid=packer --clear-groups --no-new-privs env HOME=/nonexistent "$@"' sh "$@"
}

# a mirror's index may be older than it says it may be
install_packages() { apt-get -q update || :; apt-get -q install -y --no-install-recommends "$@"; }
install_build_packages()
{
    apt-get -q build-dep -y --no-install-recommends "$src"
    ! dpkg --print-foreign-architectures | grep -q -x i386 ||
        apt-get -q install -y --no-install-recommends libwine-dev:i386
}

id packer > /dev/null 2>&1 || useradd packer
rm -rf /pack
mkdir -p "$one" "$two"
(umask 022; cp -r "$src" "$one/tree")
(umask 002; cp -r "$src" "$two/tree")
chown -R packer: /pack
install -d -m 1777 /tmp/.X11-unix   # every system that was booted has it
