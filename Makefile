# SPDX-License-Identifier: BSD-2-Clause
# Copyright The timeball authors
# The front door.
all:
	@test -x configure || autoreconf -i
	@mkdir -p build
	@test -f build/GNUmakefile || (cd build && ../configure -q)
	@$(MAKE) -C build
