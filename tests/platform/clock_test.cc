// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The clocks: the kernel's through a kernel that is made up (no test touches the machine's), the
// software clock and its arithmetic, and the one that is only looked at.

#include "platform/clock_reading.h"
#include "platform/kernel_clock.h"
#include "platform/none_clock.h"
#include "platform/software_clock.h"
#include "platform/steered_time.h"

#include <atomic>
#include <cerrno>
#include <random>
#include <thread>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::platform;
using namespace std::chrono_literals;

// --- the kernel's clock ------------------------------------------------------

namespace {

// A kernel that remembers what it was asked. Its clock stands still but for steps.
struct FakeKernel {
    Nanoseconds time = 1800000000s;
    timex state{};
    std::vector<timex> requests;
    int refusal = 0;
    bool has_setoffset = true;
};
FakeKernel* fake = nullptr;

int fake_adjust(timex* t)
{
    if (t->modes != 0) {
        if (fake->refusal != 0 || (!fake->has_setoffset && (t->modes & ADJ_SETOFFSET))) {
            errno = fake->refusal != 0 ? fake->refusal : EINVAL;
            return -1;
        }
        fake->requests.push_back(*t);
    }
    if (t->modes & ADJ_FREQUENCY)
        fake->state.freq = t->freq;
    if (t->modes & ADJ_TICK)
        fake->state.tick = t->tick;
    if (t->modes & ADJ_STATUS)
        fake->state.status = t->status;
    if (t->modes & ADJ_MAXERROR)
        fake->state.maxerror = t->maxerror;
    if (t->modes & ADJ_ESTERROR)
        fake->state.esterror = t->esterror;
    if (t->modes & ADJ_TAI)
        fake->state.tai = static_cast<int>(t->constant);
    if (t->modes & ADJ_SETOFFSET) {
        fake->time += std::chrono::seconds{t->time.tv_sec} + Nanoseconds{t->time.tv_usec};
        fake->state.status |= STA_UNSYNC;
    }
    *t = fake->state;
    return 0;
}

int fake_read(timespec* t)
{
    *t = {fake->time / 1s, (fake->time % 1s).count()};
    return 0;
}

int fake_set(const timespec* t)
{
    fake->time = since_zero(*t);
    return 0;
}

constexpr KernelCalls fake_calls{fake_adjust, fake_read, fake_set, 100};

} // namespace

TEST_GROUP(KernelClock)
{
    FakeKernel kernel;
    void setup() override
    {
        kernel.state.tick = 10000;
        fake = &kernel;
    }
    void teardown() override
    {
        fake = nullptr;
    }
};

TEST(KernelClock, BeginsWithTheCorrectionInForceAndChangesNothing)
{
    kernel.state.freq = -12 * 65536;
    kernel.state.tick = 10001;
    const KernelClock clock{fake_calls};
    DOUBLES_EQUAL(88, clock.frequency().ppm(), 1e-9);
    CHECK(kernel.requests.empty());
    CHECK(clock.now() == Instant<Utc>{1800000000s});
}

TEST(KernelClock, SetsTheWholeFrequency)
{
    KernelClock clock{fake_calls};
    CHECK(clock.set_frequency(Frequency::ppm(-37.25)).has_value());
    LONGS_EQUAL(-37.25 * 65536, kernel.state.freq);
    LONGS_EQUAL(10000, kernel.state.tick);
    DOUBLES_EQUAL(-37.25, clock.frequency().ppm(), 1e-9);
}

TEST(KernelClock, LengthensTheTickForAFastSlew)
{
    KernelClock clock{fake_calls};
    CHECK(clock.set_frequency(Frequency::ppm(12345)).has_value());
    LONGS_EQUAL(10123, kernel.state.tick);
    DOUBLES_EQUAL(45, kernel.state.freq / 65536.0, 1e-4);
    DOUBLES_EQUAL(12345, clock.frequency().ppm(), 1e-4);

    CHECK(clock.set_frequency(Frequency::ppm(20)).has_value());
    LONGS_EQUAL(10000, kernel.state.tick);
    LONGS_EQUAL(20 * 65536, kernel.state.freq);
}

TEST(KernelClock, NeverAsksForMoreThanTheKernelTakes)
{
    KernelClock clock{fake_calls};
    for (const double ppm : {-1e6, -1e5, -500.0, 500.0, 1e5, 1e6}) {
        CHECK(clock.set_frequency(Frequency::ppm(ppm)).has_value());
        CHECK(kernel.state.tick >= 9000 && kernel.state.tick <= 11000);
        CHECK(std::labs(kernel.state.freq) <= 500 * 65536);
    }
}

TEST(KernelClock, SwitchesOffWhoeverSteeredBefore)
{
    kernel.state.status = STA_PLL | STA_PPSFREQ | STA_PPSTIME | STA_INS | STA_NANO;
    KernelClock clock{fake_calls};
    CHECK(clock.set_frequency({}).has_value());
    CHECK(kernel.requests.front().modes == ADJ_OFFSET_SINGLESHOT); // ends an adjtime()
    LONGS_EQUAL(0, kernel.requests.front().offset);
    LONGS_EQUAL(STA_UNSYNC, kernel.state.status);
}

TEST(KernelClock, StepsByNanosecondsEitherWay)
{
    KernelClock clock{fake_calls};
    const auto start = clock.now();
    for (const Nanoseconds by : {Nanoseconds{1}, Nanoseconds{-1}, Nanoseconds{-1500ms}}) {
        const auto before = clock.now();
        const auto after = clock.step(by);
        CHECK(after.has_value());
        CHECK(*after == before + by);
        CHECK(clock.now() == *after);
    }
    CHECK(clock.now() == start - 1500ms);
    for (const timex& t : kernel.requests)
        if (t.modes & ADJ_SETOFFSET)
            CHECK(t.time.tv_usec >= 0 && t.time.tv_usec < 1000000000);
}

TEST(KernelClock, StepsWhereTheKernelCanOnlyBeSet)
{
    kernel.has_setoffset = false;
    KernelClock clock{fake_calls};
    const auto before = clock.now();
    CHECK(clock.step(-2500ms).value() == before - 2500ms);
}

TEST(KernelClock, TellsTheKernelWhatIsKnown)
{
    KernelClock clock{fake_calls};
    clock.announce({Leap::insert, 2500us, 12us, 37});
    LONGS_EQUAL(STA_INS, kernel.state.status);
    LONGS_EQUAL(2500, kernel.state.maxerror);
    LONGS_EQUAL(12, kernel.state.esterror);
    LONGS_EQUAL(37, kernel.state.tai);

    clock.announce({Leap::none, 100s, 1s, std::nullopt});
    LONGS_EQUAL(0, kernel.state.status);
    LONGS_EQUAL(16000000, kernel.state.maxerror);
    LONGS_EQUAL(37, kernel.state.tai);

    clock.announce({});
    LONGS_EQUAL(STA_UNSYNC, kernel.state.status);
}

TEST(KernelClock, RemindsTheKernelAfterAStep)
{
    KernelClock clock{fake_calls};
    clock.announce({Leap::none, 2500us, 12us, std::nullopt});
    CHECK(clock.step(1s).has_value());
    LONGS_EQUAL(0, kernel.state.status);
}

TEST(KernelClock, ReportsARefusalAndKeepsItsAccount)
{
    kernel.refusal = EPERM;
    KernelClock clock{fake_calls};
    CHECK(clock.set_frequency(Frequency::ppm(5)).error() == std::errc::operation_not_permitted);
    CHECK(clock.step(1s).error() == std::errc::operation_not_permitted);
    clock.announce({});
    DOUBLES_EQUAL(0, clock.frequency().ppm(), 0);
    CHECK(kernel.requests.empty());
}

TEST(KernelClock, TriesWhetherItMaySteerAndChangesNothing)
{
    kernel.state.freq = 123456;
    kernel.state.tick = 10002;
    kernel.state.status = STA_PLL;
    CHECK_FALSE(refusal_to_steer(fake_calls));
    LONGS_EQUAL(123456, kernel.state.freq);
    LONGS_EQUAL(10002, kernel.state.tick);
    LONGS_EQUAL(STA_PLL, kernel.state.status);
    kernel.refusal = EPERM;
    CHECK(refusal_to_steer(fake_calls) == std::errc::operation_not_permitted);
}

TEST(KernelClock, ReadsThisMachinesClock)
{
    const KernelClock clock;
    CHECK(clock.now() <= clock.now() + 1s);
    CHECK(clock.precision().log2 < -10);
    CHECK(abs(clock.frequency()) <= clock.max_frequency());
}

// --- the arithmetic ----------------------------------------------------------

TEST_GROUP(SteeredTime){};

TEST(SteeredTime, IsExactOverYears)
{
    // 2^-20 is exactly representable: one nanosecond gained in each 1048576.
    const SteeredTime time{0, 0, 0, gain_of(Frequency::ratio(0x1p-20))};
    const std::int64_t ten_years = 315576000000000000;
    CHECK(time.at(ten_years).time_since_epoch().count() == ten_years + (ten_years >> 20));
    CHECK(time.at(1048575).time_since_epoch().count() == 1048575);
    CHECK(time.at(1048576).time_since_epoch().count() == 1048577);
}

TEST(SteeredTime, LosesNothingWhenTheRateIsSetOften)
{
    const auto gain = gain_of(Frequency::ratio(0x1p-20));
    SteeredTime time{0, 0, 0, gain};
    std::int64_t count = 0;
    for (int i = 0; i < 1000000; ++i) {
        count += 999;
        time = with_gain(time, count, gain);
    }
    CHECK(time.at(count).time_since_epoch().count() == count + (count >> 20));
}

TEST(SteeredTime, NeitherJumpsNorTurnsBack)
{
    std::mt19937_64 random{7};
    SteeredTime time{1000, 5000000000, 0, 0};
    std::int64_t count = 1000;
    Instant<Utc> last = time.at(count);
    for (int i = 0; i < 100000; ++i) {
        count += static_cast<std::int64_t>(random() % 50);
        const auto before = time.at(count);
        CHECK(before >= last);
        const double rate = (static_cast<double>(random() % 2001) - 1000) * 1e-4;
        time = with_gain(time, count, gain_of(Frequency::ratio(rate)));
        CHECK(time.at(count) == before);
        last = before;
    }
}

TEST(SteeredTime, MovesByWhatIsAsked)
{
    SteeredTime time{0, 1000, 99, gain_of(Frequency::ppm(-3))};
    CHECK(moved(time, -500ns).at(12345) == time.at(12345) - 500ns);
}

// --- the software clock ------------------------------------------------------

TEST_GROUP(SoftwareClock)
{
    Nanoseconds count = 77s;
    Nanoseconds system = 1800000000s;
    SoftwareClock::Sources sources{
        [this] { return count; }, [this] { return Instant<Utc>{system}; }};
    void pass(Nanoseconds span)
    {
        count += span;
        system += span;
    }
};

TEST(SoftwareClock, StartsAtTheSystemsTime)
{
    const SoftwareClock clock{{}, sources};
    CHECK(clock.now() == Instant<Utc>{system});
    CHECK(clock.ahead_of_system() == 0ns);
    pass(100s);
    CHECK(clock.now() == Instant<Utc>{system});
}

TEST(SoftwareClock, IsSteeredAndStepped)
{
    SoftwareClock clock{{}, sources};
    const auto set_at = clock.set_frequency(Frequency::ppm(100));
    CHECK(set_at.value() == Instant<Utc>{system});
    DOUBLES_EQUAL(100, clock.frequency().ppm(), 1e-12);
    pass(10s);
    DOUBLES_EQUAL(1e6, clock.ahead_of_system().count(), 1);
    const auto stepped = clock.step(-3ms);
    CHECK(stepped.value() == clock.now());
    DOUBLES_EQUAL(-2e6, clock.ahead_of_system().count(), 1);
}

TEST(SoftwareClock, GoesOnToTheNanosecondInAnotherProcess)
{
    SoftwareClock first{{250ms, Frequency::ppm(40), 0ns}, sources};
    CHECK(first.set_frequency(Frequency::ppm(-12.3456)).has_value());
    pass(1000s + 1ns);
    CHECK(first.step(-17ms).has_value());

    SoftwareClock second{{0ns, Frequency::ppm(40), 0ns}, sources};
    CHECK(second.recall(first.written_down()));

    CHECK(second.frequency() == Frequency::ppm(-12.3456));
    for (int i = 0; i < 5; ++i) {
        pass(12345678901ns);
        CHECK(second.now() == first.now());
    }
    CHECK(*first.set_frequency(Frequency::ppm(5)) == *second.set_frequency(Frequency::ppm(5)));
    pass(1000s);
    CHECK(second.now() == first.now());
}

TEST(SoftwareClock, DoesNotGoOnWithWhatIsNoneOfItsOwn)
{
    SoftwareClock clock{{}, sources};
    const auto memo = clock.written_down();
    count -= 1s; // another boot
    SoftwareClock other{{}, sources};
    const auto shown = other.now();
    CHECK_FALSE(other.recall(memo));
    CHECK_FALSE(other.recall(""));
    CHECK_FALSE(other.recall("software-clock-2 1 2 3 4 0 "));
    CHECK(other.now() == shown);
}

TEST(SoftwareClock, DoesNotFollowTheSystemWhenThatIsStepped)
{
    const SoftwareClock clock{{}, sources};
    system += 1h;
    CHECK(clock.now() == Instant<Utc>{system} - 1h);
    CHECK(clock.ahead_of_system() == -1h); // so kernel stamps are told right
}

TEST(SoftwareClock, HasTheFlawsItIsGiven)
{
    SoftwareClock clock{{250ms, Frequency::ppm(40), 0ns}, sources};
    CHECK(clock.ahead_of_system() == 250ms);
    pass(1000s);
    DOUBLES_EQUAL(290e6, clock.ahead_of_system().count(), 1);
    // A correction that ends the drift.
    CHECK(clock.set_frequency(Frequency::ratio(1 / (1 + 40e-6) - 1)).has_value());
    DOUBLES_EQUAL(0, clock.frequency().ppm() + 40, 0.01);
    pass(1000s);
    DOUBLES_EQUAL(290e6, clock.ahead_of_system().count(), 2);
}

TEST(SoftwareClock, JittersAsMuchAsAsked)
{
    const SoftwareClock clock{{0ns, {}, 1ms}, sources};
    double sum = 0, squares = 0;
    constexpr int readings = 20000;
    for (int i = 0; i < readings; ++i) {
        pass(1us);
        const double error = Seconds{clock.ahead_of_system()}.count();
        sum += error;
        squares += error * error;
    }
    DOUBLES_EQUAL(0, sum / readings, 3e-5);
    DOUBLES_EQUAL(1e-3, std::sqrt(squares / readings), 3e-5);
}

TEST(SoftwareClock, IsReadByManyWhileItIsSteered)
{
    SoftwareClock clock;
    std::atomic<bool> over{false};
    std::atomic<int> backward{0};
    std::vector<std::thread> readers;
    for (int r = 0; r < 3; ++r)
        readers.emplace_back([&] {
            auto last = clock.now();
            while (!over) {
                const auto now = clock.now();
                if (now < last - 1us) // 10 ppm of a tenth of a second without processor
                    ++backward;
                last = now;
            }
        });
    for (int i = 0; i < 20000; ++i)
        CHECK(clock.set_frequency(Frequency::ppm(i % 2 ? 5 : -5)).has_value());
    over = true;
    for (auto& reader : readers)
        reader.join();
    LONGS_EQUAL(0, backward.load());
}

TEST(SoftwareClock, CountsThisMachinesTime)
{
    const SoftwareClock clock;
    CHECK(clock.ahead_of_system() < 1s && clock.ahead_of_system() > -1s);
    CHECK(clock.precision().log2 <= -20);
}

// --- none --------------------------------------------------------------------

TEST_GROUP(NoneClock){};

TEST(NoneClock, ShowsTheSystemsTimeAndRefusesToChangeIt)
{
    NoneClock clock;
    CHECK_FALSE(clock.is_steered());
    const auto before = system_time();
    const auto now = clock.now();
    CHECK(before <= now && now <= system_time());
    CHECK_FALSE(clock.set_frequency(Frequency::ppm(1)).has_value());
    CHECK_FALSE(clock.step(1s).has_value());
}

TEST_GROUP(MeasuredPrecision){};

TEST(MeasuredPrecision, IsTheSmallestStepSeen)
{
    Nanoseconds time{0};
    int readings = 0;
    const auto precision = measured_precision([&] {
        if (++readings % 5 == 0) // a clock of microseconds
            time += 1us;
        return time;
    });
    LONGS_EQUAL(-19, precision.log2); // 2^-20 is a little less
}

TEST(MeasuredPrecision, EndsForAClockThatStands)
{
    LONGS_EQUAL(-29, measured_precision([] { return Nanoseconds{5}; }).log2);
}
