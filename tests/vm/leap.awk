# SPDX-License-Identifier: BSD-2-Clause
# Copyright The timeball authors
# Judges a leap second by the witness's lines: what was seen from `before` until
# shortly before it (at 2400 s, less what the guest took to start), and from
# `after` on; in seconds since the witness began.
# A smear of 1200 s ends at the leap second.
#   look SECONDS ERROR-NS MAXERROR ESTERROR PPM TICK STATUS STATE TAI
#   served SECONDS LEAP STRATUM ERROR-NS
function magnitude(x) {
    return x < 0 ? -x : x
}
function check(is_so, that) {
    print (is_so ? "   yes: " : "   NO:  ") that
    failed += !is_so
}
$1 == "look" && $2 >= before && $2 < 2370 {
    armed += $9 == (what == "deleted" ? 2 : 1) # TIME_INS, TIME_DEL
    tai_before = $10
    looks++
}
$1 == "look" && $2 >= after {
    tai_after = $10
    state = $9
    if (magnitude($3) > worst)
        worst = magnitude($3)
    unsynchronized += $9 == 5
}
$1 == "served" && $2 >= before && $2 < 2370 {
    bits_before[$3]++
    asked++
}
$1 == "served" && $2 >= after {
    bits_after[$3]++
    asked_after++
    if ($4 == 0 || $4 >= 16)
        unsynchronized++
    if (magnitude($5) > served_worst)
        served_worst = magnitude($5)
}
$1 == "served" && $2 >= 1796 && $2 < 1804 && what == "smeared" {
    middle = $5
}
END {
    bits = what == "deleted" ? 2 : what == "inserted" ? 1 : 0
    tai = what == "deleted" ? 36 : 38
    check(looks && asked && asked_after, "there were looks at the clock and answers to a client")
    check(bits_before[bits] == asked, "clients were told leap " bits " before")
    check(bits_after[0] == asked_after, "and leap 0 a minute after")
    check(armed == looks, "the kernel was told before")
    check(worst < 1000000, "the clock is right a minute after: within " worst " ns")
    check(tai_before == 37 && tai_after == tai, "TAI - UTC went from 37 to " tai)
    check(unsynchronized == 0 && state == 0, "no alarm after")
    check(served_worst < 1000000, "what is served is right afterwards: within " served_worst " ns")
    if (what == "smeared")
        check(magnitude(magnitude(middle) - 500000000) < 20000000,
            "half of the second is told in the middle of the smear: " middle " ns")
    exit failed > 0
}
