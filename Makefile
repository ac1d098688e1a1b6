# SPDX-License-Identifier: BSD-2-Clause
# Copyright The timeball authors
# The front door of a fresh clone: it installs what is missing, runs autoreconf
# and configure, and builds in build/. Packagers go their own way (README):
# configure writes a GNUmakefile, which make then takes instead of this file.

all:
	+@contrib/dev/build

check:
	+@contrib/dev/check

clean:
	+@contrib/dev/clean

distclean maintainer-clean:
	+@contrib/dev/clean --all

help:
	@contrib/dev/help

# Whatever else is asked for is asked of the build in build/.
.DEFAULT:
	+@contrib/dev/build $@

.PHONY: all check clean distclean maintainer-clean help
