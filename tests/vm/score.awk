# SPDX-License-Identifier: BSD-2-Clause
# Copyright The timeball authors
# Reads the witness's lines and sums them up: how far the clock was from the
# truth once it had SETTLED (seconds), and how often it was further away than
# the kernel's maxerror, ever since the clock was first called synchronized.
#   look SECONDS ERROR-NS MAXERROR-US ESTERROR-US PPM TICK-US STATUS STATE TAI
$1 == "look" {
    error = ($3 < 0 ? -$3 : $3) / 1000
    if ($2 >= settled) {
        n++
        sum += error * error
        mean += $3 / 1000
        if (error > max)
            max = error
    }
    if ($9 != 5 || was_synchronized) { # 5: TIME_ERROR
        was_synchronized = 1
        checked++
        if (error > $4)
            outside++
        width[checked] = $4
    }
    last = $0
    if (error >= 1000)
        late = $2
}
$1 == "cpu" {
    cpu = ($2 + $3) / 100
}
END {
    if (n == 0) {
        print "nothing was seen after " settled " s"
        exit 1
    }
    printf "looks after %d s: %d; |real - truth| rms %.1f us, max %.1f us; mean %.1f us\n",
        settled, n, sqrt(sum / n), max, mean / n
    printf "last beyond 1 ms: at %d s\n", late
    printf "maxerror: truth outside in %d of %d looks, mean %.0f us\n", outside, checked,
        checked ? mean_of(width, checked) : 0
    split(last, l, " ")
    printf "adjtimex at the end: maxerror %d us, esterror %d us, frequency %.3f ppm, " \
        "status %s, state %d, tai %d\n", l[4], l[5], l[6] + (l[7] - 10000) * 100, l[8], l[9], l[10]
    printf "processor time: %.2f s\n", cpu
}
function mean_of(values, count, i, total) {
    for (i = 1; i <= count; i++)
        total += values[i]
    return total / count
}
