// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The reference algorithm in the RFC's own symbols and order. Two gains are those of the kernel
// discipline, which ntpd uses where it can: PLL is 4 and an update counts for up to 8 polls.
// Printed are 65536 (an erratum) and one poll; with ntpd's own loop (16 and one poll) all errors
// would be several times larger. In these situations it then does as ntpd 4.2.8 does.

#include "rfc5905.h"

#include <algorithm>
#include <cmath>

namespace timeball::bench {

namespace {

constexpr double PHI = 15e-6, MAXDISP = 16, MINDISP = 0.01, MAXDIST = 1, PRECISION = 0x1p-20;
constexpr double STEPT = 0.128, WATCH = 900, MAXFREQ = 500e-6;
constexpr double PLL = 4, FLL = 18, AVG = 4, ALLAN = 2048, SGATE = 3, PGATE = 4;
constexpr int LIMIT = 30, NMIN = 3;

double log2d(int poll)
{
    return std::ldexp(1.0, poll);
}
double square(double x)
{
    return x * x;
}

} // namespace

Rfc5905::Rfc5905(std::size_t peers, int minpoll, int maxpoll)
    : minpoll_{minpoll}, maxpoll_{maxpoll}, poll_{minpoll}, peers_(peers)
{
    for (Peer& p : peers_)
        clear(p);
}

void Rfc5905::clear(Peer& p)
{
    p = Peer{};
    p.filter.fill({0, 0, MAXDISP, MAXDISP});
}

std::optional<Seconds> Rfc5905::polled(std::size_t peer, Seconds now)
{
    Peer& p = peers_[peer];
    p.reach = p.reach << 1 & 0xff;
    if ((p.reach & 7) == 0 && p.reach != 0) // three polls without an answer
        return filter(p, {now.count(), 0, MAXDISP, MAXDISP}, now.count());
    return std::nullopt;
}

std::optional<Seconds> Rfc5905::take(std::size_t peer, const RfcSample& s, Seconds now)
{
    Peer& p = peers_[peer];
    p.reach |= 1;
    p.root_delay = s.root_delay.count();
    p.root_disp = s.root_dispersion.count();
    const Stage newest{s.t.count(), s.offset.count(), s.delay.count(), s.dispersion.count()};
    return filter(p, newest, now.count());
}

// A.5.2 clock_filter()
std::optional<Seconds> Rfc5905::filter(Peer& p, const Stage& newest, double now)
{
    for (Stage& f : p.filter)
        f.disp = std::min(f.disp + PHI * (newest.t - p.filter[0].t), MAXDISP);
    std::shift_right(p.filter.begin(), p.filter.end(), 1);
    p.filter[0] = newest;

    auto f = p.filter;
    // By delay; but what is older than the Allan intercept, as ntpd has it, also by its age.
    const auto distance = [&](const Stage& s) {
        return s.disp >= MAXDISP ? MAXDISP : s.delay + (newest.t - s.t > ALLAN ? s.disp : 0);
    };
    std::stable_sort(f.begin(), f.end(),
        [&](const Stage& a, const Stage& b) { return distance(a) < distance(b); });
    const double was = p.offset;
    p.offset = f[0].offset;
    p.delay = f[0].delay;
    p.disp = p.jitter = 0;
    int m = 0;
    for (int i = 0; i < stages; ++i) {
        p.disp += f[static_cast<std::size_t>(i)].disp / std::ldexp(1.0, i + 1);
        if (f[static_cast<std::size_t>(i)].disp < MAXDISP) {
            ++m;
            p.jitter += square(f[static_cast<std::size_t>(i)].offset - f[0].offset);
        }
    }
    if (m == 0)
        return std::nullopt;
    p.jitter = std::max(std::sqrt(p.jitter / std::max(m - 1, 1)), PRECISION);

    // Use a sample only once, and never one older than the last, but anything before the first.
    if (f[0].t <= p.t && update_ >= 0)
        return std::nullopt;
    // Popcorn spike suppressor.
    if (p.t > 0 && std::fabs(p.offset - was) > SGATE * p.jitter && f[0].t - p.t < 2 * log2d(poll_))
        return std::nullopt;
    p.t = f[0].t;
    return select(now);
}

double Rfc5905::root_distance(const Peer& p, double now) const
{
    return std::max(MINDISP, p.root_delay + p.delay) / 2 + p.root_disp + p.disp + PHI * (now - p.t)
        + p.jitter;
}

bool Rfc5905::is_fit(const Peer& p, double now) const
{
    return p.reach != 0 && p.t > 0 && root_distance(p, now) < MAXDIST + PHI * log2d(poll_);
}

// A.5.5.1 clock_select(): the largest clique of correctness intervals.
std::vector<std::size_t> Rfc5905::intersect(double now) const
{
    struct Edge {
        double at;
        int type;
    };
    std::vector<Edge> edges;
    std::vector<std::size_t> fit;
    for (std::size_t i = 0; i < peers_.size(); ++i) {
        const Peer& p = peers_[i];
        if (!is_fit(p, now))
            continue;
        const double d = root_distance(p, now);
        fit.push_back(i);
        edges.insert(edges.end(), {{p.offset - d, -1}, {p.offset, 0}, {p.offset + d, 1}});
    }
    std::sort(edges.begin(), edges.end(),
        [](const Edge& a, const Edge& b) { return a.at != b.at ? a.at < b.at : a.type < b.type; });
    const int n = static_cast<int>(fit.size());
    for (int allow = 0; 2 * allow < n; ++allow) {
        int found = 0, chime = 0;
        double low = 2e9, high = -2e9;
        for (auto e = edges.begin(); e != edges.end(); ++e) {
            chime -= e->type;
            if (chime >= n - allow) {
                low = e->at;
                break;
            }
            found += e->type == 0;
        }
        chime = 0;
        for (auto e = edges.rbegin(); e != edges.rend(); ++e) {
            chime += e->type;
            if (chime >= n - allow) {
                high = e->at;
                break;
            }
            found += e->type == 0;
        }
        if (found > allow || high <= low)
            continue;
        std::erase_if(fit, [&](std::size_t i) {
            const double d = root_distance(peers_[i], now);
            return peers_[i].offset + d < low || peers_[i].offset - d > high;
        });
        return fit;
    }
    return {};
}

// The cluster algorithm: drop the outlier of largest selection jitter until that no longer helps.
void Rfc5905::cluster(std::vector<std::size_t>& v, double now) const
{
    std::sort(v.begin(), v.end(), [&](std::size_t a, std::size_t b) {
        return root_distance(peers_[a], now) < root_distance(peers_[b], now);
    });
    while (v.size() > static_cast<std::size_t>(NMIN)) {
        double max = -1, min = 1e9;
        auto worst = v.begin();
        for (auto i = v.begin(); i != v.end(); ++i) {
            double sum = 0;
            for (const std::size_t j : v)
                sum += square(peers_[j].offset - peers_[*i].offset);
            const double select_jitter = std::sqrt(sum / static_cast<double>(v.size() - 1));
            if (select_jitter * root_distance(peers_[*i], now) > max) {
                max = select_jitter * root_distance(peers_[*i], now);
                worst = i;
            }
            min = std::min(min, peers_[*i].jitter);
        }
        double sum = 0;
        for (const std::size_t j : v)
            sum += square(peers_[j].offset - peers_[*worst].offset);
        if (std::sqrt(sum / static_cast<double>(v.size() - 1)) < min)
            break;
        v.erase(worst);
    }
}

double Rfc5905::combine(const std::vector<std::size_t>& v, double now) const
{
    double y = 0, z = 0;
    for (const std::size_t i : v) {
        const double x = root_distance(peers_[i], now);
        y += 1 / x;
        z += peers_[i].offset / x;
    }
    return z / y;
}

std::optional<Seconds> Rfc5905::select(double now)
{
    auto survivors = intersect(now);
    if (survivors.empty()) {
        system_peer_.reset();
        return std::nullopt;
    }
    cluster(survivors, now);
    if (!system_peer_
        || std::find(survivors.begin(), survivors.end(), *system_peer_) == survivors.end())
        system_peer_ = survivors.front();

    // clock_update(): only what is newer than the last update.
    const double t = peers_[*system_peer_].t;
    if (t <= update_)
        return std::nullopt;
    update_ = t;
    const double offset = combine(survivors, now);
    const Peer& p = peers_[*system_peer_];
    root_delay_ = p.root_delay + p.delay;
    root_disp_ = p.root_disp + std::sqrt(square(p.jitter) + square(jitter_))
        + std::max(p.disp + PHI * (now - t) + std::fabs(offset), MINDISP);
    const auto step = local_clock(t, offset);
    if (step) {
        std::for_each(peers_.begin(), peers_.end(), clear);
        system_peer_.reset();
        update_ = -1;
    }
    return step;
}

// A.5.5.6.1 local_clock()
std::optional<Seconds> Rfc5905::local_clock(double t, double offset)
{
    const double mu = t - t_;
    if (std::fabs(offset) > STEPT) {
        if (state_ == State::sync) {
            state_ = State::spik;
            return std::nullopt;
        }
        if (state_ != State::nset && mu < WATCH)
            return std::nullopt;
        if (state_ == State::freq)
            freq_ = std::clamp(freq_ + (offset - base_offset_) / mu, -MAXFREQ, MAXFREQ);
        return step_clock(t, offset);
    }
    jitter_ = std::sqrt(square(jitter_)
        + (square(std::max(std::fabs(offset - last_), PRECISION)) - square(jitter_)) / AVG);
    if (state_ == State::nset) {
        reset_clock(State::freq, offset, t);
        return std::nullopt;
    }
    if (state_ == State::freq && mu < WATCH)
        return std::nullopt;
    freq_ = std::clamp(freq_ + frequency_change(mu, offset), -MAXFREQ, MAXFREQ);
    reset_clock(State::sync, offset, t);
    adjust_poll();
    return std::nullopt;
}

double Rfc5905::frequency_change(double mu, double offset) const
{
    if (state_ == State::freq) // what was measured while nothing was corrected
        return (offset - base_offset_) / mu;
    double freq = 0;
    if (log2d(poll_) > ALLAN / 2)
        freq += (offset - base_offset_) / (std::max(mu, ALLAN) * std::max(FLL - poll_, AVG));
    const double d = 4 * PLL * log2d(poll_);
    return freq + offset * std::min(mu, 8 * log2d(poll_)) / (d * d);
}

std::optional<Seconds> Rfc5905::step_clock(double t, double offset)
{
    const bool first = state_ == State::nset;
    count_ = 0;
    poll_ = minpoll_;
    reset_clock(first ? State::freq : State::sync, 0, t);
    return Seconds{offset};
}

void Rfc5905::reset_clock(State state, double offset, double t)
{
    state_ = state;
    last_ = base_offset_ = offset;
    t_ = t;
}

void Rfc5905::adjust_poll()
{
    if (std::fabs(base_offset_) < PGATE * jitter_) {
        count_ += poll_;
        if (count_ > LIMIT) {
            count_ = LIMIT;
            if (poll_ < maxpoll_) {
                count_ = 0;
                ++poll_;
            }
        }
    } else {
        count_ -= poll_ << 1;
        if (count_ < -LIMIT) {
            count_ = -LIMIT;
            if (poll_ > minpoll_) {
                count_ = 0;
                --poll_;
            }
        }
    }
}

std::optional<Seconds> Rfc5905::root_distance(Seconds now) const
{
    if (update_ < 0)
        return std::nullopt;
    return Seconds{root_delay_ / 2 + root_disp_ + PHI * (now.count() - update_)};
}

// A.5.6.1 clock_adjust()
Frequency Rfc5905::adjust()
{
    // While the frequency is being measured nothing is corrected.
    if (state_ == State::nset || state_ == State::freq)
        return Frequency::ratio(freq_);
    const double d = base_offset_ / (PLL * std::min(log2d(poll_), ALLAN));
    base_offset_ -= d;
    return Frequency::ratio(std::clamp(freq_ + d, -MAXFREQ, MAXFREQ));
}

} // namespace timeball::bench
