#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes configure; only autoconf is needed.
set -e
cd "$(dirname "$0")"
exec autoconf --force
