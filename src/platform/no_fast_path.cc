// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A build without XDP (configure --without-xdp).

#include "platform/fast_path.h"

namespace timeball::platform {

Result<std::unique_ptr<FastPath>, std::string> make_fast_path(
    const std::vector<std::string>&, const config::MruConfig&, HostClock&, Log&)
{
    return unexpected(std::string{"this program was built without XDP"});
}

} // namespace timeball::platform
