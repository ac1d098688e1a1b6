// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Asking for the addresses of names in access rules.

#include "serve/named_rules.h"

#include <algorithm>

namespace timeball::serve {

using namespace std::chrono_literals;

namespace {

constexpr auto retry_interval = 60s;

Address host_mask(Family family)
{
    Address mask = Address::any(family);
    std::fill_n(mask.octets.begin(), mask.size(), std::byte{0xff});
    return mask;
}

config::RestrictEntry entry_for(const config::RestrictName& name, const Address& address)
{
    config::RestrictEntry entry = name.entry;
    entry.address = address;
    entry.address.scope = 0;
    if (entry.mask.is_any() || entry.mask.family != address.family)
        entry.mask = host_mask(address.family);
    for (std::size_t i = 0; i < entry.mask.octets.size(); ++i)
        entry.address.octets[i] &= entry.mask.octets[i];
    return entry;
}

} // namespace

struct NamedRules::Question {
    config::RestrictName name;
    std::vector<Address> addresses;
    bool has_warned = false;
    EventLoop::Owned pending; // the question, or the time to ask again
};

NamedRules::NamedRules(Resolver& resolver, EventLoop& loop, Log& log, std::function<void()> changed)
    : resolver_{resolver}, loop_{loop}, log_{log}, changed_{std::move(changed)}
{
}

NamedRules::~NamedRules() = default;

void NamedRules::set(const std::vector<config::RestrictName>& names)
{
    const auto old = std::exchange(questions_, {});
    for (const config::RestrictName& name : names) {
        auto question = std::make_unique<Question>();
        question->name = name;
        const auto known = std::find_if(old.begin(), old.end(), [&](const auto& q) {
            return q->name.host == name.host && q->name.family == name.family;
        });
        if (known != old.end())
            question->addresses = (*known)->addresses;
        questions_.push_back(std::move(question));
    }
    for (const auto& question : questions_)
        ask(*question);
}

void NamedRules::ask(Question& question)
{
    question.pending = resolver_.resolve(question.name.host, question.name.family,
        [this, &question](const Resolver::Answer& answer) { take(question, answer); });
}

void NamedRules::take(Question& question, const Resolver::Answer& answer)
{
    if (!answer) {
        if (!std::exchange(question.has_warned, true))
            log_.write(Severity::warning,
                "restrict " + question.name.host
                    + (answer.error() == ResolveError::not_found
                            ? ": the name has no address"
                            : ": the name could not be looked up")
                    + "; the rule waits for one");
        question.pending = loop_.after(retry_interval, [this, &question] { ask(question); });
        return;
    }
    question.has_warned = false;
    auto addresses = *answer;
    std::sort(addresses.begin(), addresses.end());
    if (addresses != question.addresses) {
        question.addresses = std::move(addresses);
        changed_();
    }
}

std::vector<config::RestrictEntry> NamedRules::entries() const
{
    std::vector<config::RestrictEntry> all;
    for (const auto& question : questions_)
        for (const Address& address : question->addresses)
            all.push_back(entry_for(question->name, address));
    return all;
}

} // namespace timeball::serve
