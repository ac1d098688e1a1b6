// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The fast path by XDP: the program of serve/xdp, its maps, and the interfaces it is on. All on the
// control loop. What the program goes by is memory that both have mapped; interfaces are held by
// links, so that the program leaves them when this process does, however it ends.

#include "base/handle.h"
#include "platform/fast_path.h"
#include "platform/file_descriptor.h"
#include "serve/xdp/page.h"

#include <bpf/libbpf.h>

#include <span>

namespace timeball::platform {

class XdpFastPath final : public FastPath {
public:
    // Room for so many clients; rounded down to a power of two.
    static Result<std::unique_ptr<XdpFastPath>, std::string> load(
        HostClock& clock, Log& log, std::uint32_t most_clients);
    ~XdpFastPath() override;

    // One sentence if it cannot be had. Nothing happens to one that is held already.
    std::string hold(const std::string& name, std::uint32_t index);

    void publish(const ntp::ServedTime& time) override;
    std::vector<std::string> obey(const FastSetting& setting) override;
    FastCounts counts() const override;
    std::vector<std::uint64_t> rule_hits() const override;
    Page clients(std::uint64_t from) const override;

    // For tests, who run the program themselves: obey() without touching an interface, and its
    // descriptor.
    std::vector<std::string> obey_without_holding(const FastSetting& setting);
    int program() const { return program_; }

private:
    struct Unmap {
        std::size_t octets;
        void operator()(const void* memory) const noexcept;
    };
    using Mac = std::array<std::uint16_t, 3>; // an Ethernet address, as on the wire
    struct Held {
        std::string name;
        std::uint32_t index;
        FileDescriptor link;
    };

    XdpFastPath(HostClock& clock, Log& log, Handle<bpf_object, bpf_object__close> object);
    Result<void, std::string> find_parts(std::uint32_t clients);
    serve::xdp::ClockLine clock_line();
    void write(const serve::xdp::Page& page);
    void write_page();
    void set_doors(const std::vector<FastDoor>& doors, const std::vector<Mac>& macs,
        std::vector<std::string>& faults);
    void set_rules(const std::vector<FastRule>& rules, std::vector<std::string>& faults);

    HostClock& clock_;
    Log& log_;
    Handle<bpf_object, bpf_object__close> object_; // descriptors below are its own
    int program_ = -1, doors_ = -1, rules4_ = -1, rules6_ = -1, hits_ = -1, tallies_ = -1;
    std::size_t processors_ = 1;
    std::unique_ptr<serve::xdp::Board, Unmap> board_; // the program reads it,
    std::unique_ptr<const serve::xdp::ClientRecord[], Unmap> clients_; // and writes these
    std::uint32_t most_clients_ = 0;
    std::array<std::uint64_t, 2> hash_key_{};

    ntp::ServedTime time_;
    FastSetting setting_; // as it is in the maps,
    std::vector<Mac> macs_; // with those of its doors
    serve::xdp::Page manner_{}; // how to answer, without the time
    bool has_rules_ = true; // the maps have all rules of setting_,
    bool is_ready_ = false; // and all the rest
    struct {
        Nanoseconds boot{0}, raw{0};
    } rate_began_; // when the rate between these two was last looked at
    Frequency raw_rate_; // CLOCK_MONOTONIC_RAW against CLOCK_BOOTTIME
    std::vector<Held> held_;
};

} // namespace timeball::platform
