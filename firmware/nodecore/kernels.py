"""The loops over samples, in plain Python: the reference that the viper and numpy twins must equal, bit for bit.

Inputs are int16 (`array('h')`), three axes interleaved. Every accumulator stays within +-2^30 for 160 samples of
+-32767, so that a 32-bit port never leaves small integers; the bound stands beside each.
"""

PEAK = 1023  # `smooth` clips here: 3 axes x 160 samples x 1023^2 < 2^29
MOST = 64  # crossings of a series that are kept
TREE_BYTES = 31


def sums(buf, n, out):
    """Write the three sums of `n` interleaved samples to `out[0..2]` (bound: 160 x 2^15 < 2^23)."""
    x = y = z = 0
    for i in range(0, 3 * n, 3):
        x += buf[i]
        y += buf[i + 1]
        z += buf[i + 2]
    out[0] = x
    out[1] = y
    out[2] = z


def spreads(buf, n, means, out):
    """Write the three sums of |sample - mean| to `out[0..2]` (bound: 160 x 2^16 < 2^24)."""
    x = y = z = 0
    mx = means[0]
    my = means[1]
    mz = means[2]
    for i in range(0, 3 * n, 3):
        d = buf[i] - mx
        x += -d if d < 0 else d
        d = buf[i + 1] - my
        y += -d if d < 0 else d
        d = buf[i + 2] - mz
        z += -d if d < 0 else d
    out[0] = x
    out[1] = y
    out[2] = z


def jerks(buf, n, out):
    """Write the three sums of |sample - previous sample| to `out[0..2]` (bound: 160 x 2^16 < 2^24)."""
    x = y = z = 0
    for i in range(3, 3 * n, 3):
        d = buf[i] - buf[i - 3]
        x += -d if d < 0 else d
        d = buf[i + 1] - buf[i - 2]
        y += -d if d < 0 else d
        d = buf[i + 2] - buf[i - 1]
        z += -d if d < 0 else d
    out[0] = x
    out[1] = y
    out[2] = z


def lows(buf, n, means, out):
    """Write the three sums of |five neighbours - 5 x mean| to `out[0..2]` (bound: 160 x 5 x 2^16 < 2^26); n >= 5."""
    for axis in range(3):
        total = 0
        five = buf[axis] + buf[axis + 3] + buf[axis + 6] + buf[axis + 9] - 5 * means[axis]
        for i in range(axis + 12, 3 * n, 3):
            five += buf[i]
            total += -five if five < 0 else five
            five -= buf[i - 12]
        out[axis] = total


def isqrt(v):
    """Return the integer square root of 0 <= v < 2^30, rounded down."""
    root = 0
    bit = 1 << 28
    while bit:
        trial = root + bit
        root >>= 1
        if v >= trial:
            v -= trial
            root += bit
        bit >>= 2
    return root


def magnitudes(buf, n, mag):
    """Write each sample's vector magnitude at half scale (2048 = 1 g) to `mag` and return their sum.

    Halved first, so that three squares stay below 3 x 2^28 < 2^30; a magnitude is at most 28377.
    """
    total = 0
    j = 0
    for i in range(n):
        x = buf[j] >> 1
        y = buf[j + 1] >> 1
        z = buf[j + 2] >> 1
        j += 3
        root = isqrt(x * x + y * y + z * z)
        mag[i] = root
        total += root
    return total


def spread(series, n, mean):
    """Return the sum of |value - mean| of one series (bound: 160 x 2^16 < 2^24)."""
    total = 0
    for i in range(n):
        d = series[i] - mean
        total += -d if d < 0 else d
    return total


def copy(src, src_at, count, dst, dst_at):
    """Copy `count` int16 values; `src` and `dst` may be one array if `dst_at <= src_at`."""
    for i in range(count):
        dst[dst_at + i] = src[src_at + i]


def turn(src, src_at, n, frame, dst):
    """Write `n` samples from `src[src_at]` on, turned by `frame`, to `dst`, clipped to int16.

    `frame`: nine 1024ths, row by row the new axes on the old ones (bound: 3 x 2^15 x 2^10 < 2^27).
    """
    for i in range(0, 3 * n, 3):
        x = src[src_at + i]
        y = src[src_at + i + 1]
        z = src[src_at + i + 2]
        for axis in range(3):
            v = (x * frame[3 * axis] + y * frame[3 * axis + 1] + z * frame[3 * axis + 2]) >> 10
            if v > 32767:
                v = 32767
            elif v < -32768:
                v = -32768
            dst[i + axis] = v


def lead(work, form, up, out):
    """Write the sum of movement along `up` times the movement `lag` samples later to `out[0..2]`.

    out[3], out[4]: the sums of squares of the movement along `up` and of all of it. `work`: as `smooth` leaves it,
    three axes. `form`: (start, total, lag), samples. `up`: a unit vector, 1024ths. Bound: 160 x (1.74 x 1023)^2 < 2^29.
    """
    later = 3 * form[2]
    x = y = z = rises = moves = 0
    for i in range(3 * form[0], 3 * form[1] - later, 3):
        a = work[i]
        b = work[i + 1]
        c = work[i + 2]
        rise = (a * up[0] + b * up[1] + c * up[2]) >> 10
        rises += rise * rise
        moves += a * a + b * b + c * c
        x += rise * work[i + later]
        y += rise * work[i + later + 1]
        z += rise * work[i + later + 2]
    out[0] = x
    out[1] = y
    out[2] = z
    out[3] = rises
    out[4] = moves


def smooth(src, total, means, form, work):
    """Write `src` less its mean, smoothed by 1-2-1 and scaled down, to `work`, clipped to +-PEAK.

    `means`: one mean an axis. `form`: (axes, shift); `src` and `work` hold `total` samples of `axes` interleaved
    values and may be one array. Before the shift a value is at most 4 x 2^16 = 2^18.
    """
    axes = form[0]
    shift = form[1]
    last = axes * (total - 1)
    for axis in range(axes):
        four = means[axis] * 4
        now = before = src[axis]
        for i in range(axis, axes * total, axes):
            after = src[i + axes] if i < last else now
            v = (before + 2 * now + after - four) >> shift
            if v > PEAK:
                v = PEAK
            elif v < -PEAK:
                v = -PEAK
            work[i] = v
            before = now
            now = after


def energies(work, count, out):
    """Write the running sum of squares: `out[i]` = energy of `work[:i]` (bound: 320 x 3 x 1023^2 < 2^30)."""
    total = 0
    out[0] = 0
    for i in range(count):
        v = work[i]
        total += v * v
        out[i + 1] = total


def similarity(work, energy, form, out):
    """Write how alike the newest samples and those `lag` earlier are, for each lag, to `out[lag - first_lag]`.

    `form`: (axes, start, end, first_lag, end_lag) in samples; samples `start..end` are compared with their like `lag`
    earlier, as far back as there are any. The value is 2 r / (e1 + e2) in 1024ths, -1024..1024, 0 without energy
    (McLeod & Wyvill 2005, "A smarter way to find pitch"). Bounds: 2 r <= e1 + e2 <= 2 x 160 x 3 x 1023^2 < 2^30.
    """
    axes = form[0]
    start = axes * form[1]
    end = axes * form[2]
    first = form[3]
    for lag in range(first, form[4]):
        back = axes * lag
        begin = start if start > back else back
        r = 0
        for i in range(begin, end):
            r += work[i] * work[i - back]
        e = (energy[end] - energy[begin]) + (energy[end - back] - energy[begin - back])
        out[lag - first] = (2 * r) // ((e >> 10) + 1)


def swing(work, form, sums, out):
    """Write one axis of `work`, kept near one period, to `out`; return the sum of its size over the newest epoch.

    `form`: (axes, axis, start, total, width): samples `start..total` are the newest, `width` (2..43) is half the
    period. Two boxes of `width` less one of four widths, times 16: +-32736. `sums`: scratch, 2 * (total + 1) ints.
    Bounds: 4 x width^2 x 1023 < 2^23; the sum of boxes 320 x 43 x 1023 < 2^24; the size 160 x 2^15 < 2^23.
    """
    axes = form[0]
    start = form[2]
    total = form[3]
    w = form[4]
    before = w >> 1
    after = w - before
    second = total + 1
    run = 0
    sums[0] = 0
    j = form[1]
    for i in range(total):
        run += work[j]
        j += axes
        sums[i + 1] = run
    run = 0
    sums[second] = 0
    for i in range(total):
        low = i - before
        high = i + after
        run += sums[high if high < total else total] - sums[low if low > 0 else 0]
        sums[second + i + 1] = run
    size = 0
    scale = (w * w) >> 2
    for i in range(total):
        low = i - after + 1
        high = i + before + 1
        near = sums[second + (high if high < total else total)] - sums[second + (low if low > 0 else 0)]
        low = i - 2 * w
        high = i + 2 * w
        wide = sums[high if high < total else total] - sums[low if low > 0 else 0]
        v = (4 * near - w * wide) // scale
        out[i] = v
        if i >= start:
            size += -v if v < 0 else v
    return size


def crossings(series, total, times, heights):
    """Write when `series` rises through zero, in 16ths of a sample, and how high it gets after; return how many.

    At most MOST are written; times stay below 16 x 320.
    """
    found = 0
    now = series[0]
    for i in range(1, total):
        before = now
        now = series[i]
        if before < 0 and now >= 0 and found < MOST:
            times[found] = 16 * (i - 1) + (-16 * before) // (now - before)
            heights[found] = 0
            found += 1
        if found and now > heights[found - 1]:
            heights[found - 1] = now
    return found


def votes(traits, trees, count):
    """Return the sum of the leaves that `traits` reach in `count` trees (bound: 250 x 128 < 2^15).

    `trees`: TREE_BYTES a tree. A tree: five nodes (trait, threshold as little-endian
    int16, left, right: a node, or 128 + a leaf), then six leaves (int8). A trait up to the threshold goes left.
    """
    at = total = 0
    for _ in range(count):
        node = 0
        while node < 128:
            i = at + 5 * node
            threshold = (trees[i + 1] | trees[i + 2] << 8) ^ 0x8000
            node = trees[i + 3] if traits[trees[i]] + 0x8000 <= threshold else trees[i + 4]
        total += (trees[at + 25 + node - 128] ^ 0x80) - 0x80
        at += TREE_BYTES
    return total


def mix(out, stream, at, size):
    """Exclusive-or `size` bytes of `stream` into `out` from `at` on."""
    for i in range(size):
        out[at + i] ^= stream[i]
