// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The driver of the local clock.

#include "refclock/local.h"

namespace timeball::refclock {

namespace {

// What is claimed of a clock that nobody has compared with another one.
constexpr Seconds claim{0.01};

class Local final : public Driver {
public:
    Local(const Surroundings& surroundings, DriverUser& user)
        : clock_{surroundings.clock}, user_{user}
    {
    }

    Result<void, std::string> open() override { return {}; }
    void close() override { }
    void look() override { user_.take({.when = clock_.now(), .uncertainty = claim}); }
    std::string device() const override { return std::string{clock_.name()}; }
    Precision precision() const override { return clock_.precision(); }

private:
    SystemClock& clock_;
    DriverUser& user_;
};

} // namespace

std::unique_ptr<Driver> make_local(
    const config::RefclockConfig&, const Surroundings& surroundings, DriverUser& user)
{
    return std::make_unique<Local>(surroundings, user);
}

} // namespace timeball::refclock
