"""The loops of `kernels`, for MicroPython's viper emitter: same names, same results, some forty times as fast.

viper's `ptr16` reads unsigned and `ptr32` reads without sign on 64-bit ports: signed values are read as
`(v ^ 0x8000) - 0x8000`, and 32-bit arrays are read back here only where they cannot be negative.
"""
# ruff: noqa: F821  (ptr16, ptr32: viper's own types)

import micropython


@micropython.viper
def sums(buf: ptr16, n: int, out: ptr32):
    x = 0
    y = 0
    z = 0
    i = 0
    end = 3 * n
    while i < end:
        x += (buf[i] ^ 0x8000) - 0x8000
        y += (buf[i + 1] ^ 0x8000) - 0x8000
        z += (buf[i + 2] ^ 0x8000) - 0x8000
        i += 3
    out[0] = x
    out[1] = y
    out[2] = z


@micropython.viper
def spreads(buf: ptr16, n: int, means: ptr16, out: ptr32):
    x = 0
    y = 0
    z = 0
    mx = (means[0] ^ 0x8000) - 0x8000
    my = (means[1] ^ 0x8000) - 0x8000
    mz = (means[2] ^ 0x8000) - 0x8000
    i = 0
    end = 3 * n
    while i < end:
        d = (buf[i] ^ 0x8000) - 0x8000 - mx
        if d < 0:
            d = 0 - d
        x += d
        d = (buf[i + 1] ^ 0x8000) - 0x8000 - my
        if d < 0:
            d = 0 - d
        y += d
        d = (buf[i + 2] ^ 0x8000) - 0x8000 - mz
        if d < 0:
            d = 0 - d
        z += d
        i += 3
    out[0] = x
    out[1] = y
    out[2] = z


@micropython.viper
def jerks(buf: ptr16, n: int, out: ptr32):
    x = 0
    y = 0
    z = 0
    i = 3
    end = 3 * n
    while i < end:
        d = (buf[i] ^ 0x8000) - (buf[i - 3] ^ 0x8000)
        if d < 0:
            d = 0 - d
        x += d
        d = (buf[i + 1] ^ 0x8000) - (buf[i - 2] ^ 0x8000)
        if d < 0:
            d = 0 - d
        y += d
        d = (buf[i + 2] ^ 0x8000) - (buf[i - 1] ^ 0x8000)
        if d < 0:
            d = 0 - d
        z += d
        i += 3
    out[0] = x
    out[1] = y
    out[2] = z


@micropython.viper
def lows(buf: ptr16, n: int, means: ptr16, out: ptr32):
    axis = 0
    end = 3 * n
    while axis < 3:
        total = 0
        five = 0 - 5 * ((means[axis] ^ 0x8000) - 0x8000)
        i = axis
        while i < axis + 12:
            five += (buf[i] ^ 0x8000) - 0x8000
            i += 3
        while i < end:
            five += (buf[i] ^ 0x8000) - 0x8000
            if five < 0:
                total -= five
            else:
                total += five
            five -= (buf[i - 12] ^ 0x8000) - 0x8000
            i += 3
        out[axis] = total
        axis += 1


@micropython.viper
def isqrt(v: int) -> int:
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


@micropython.viper
def magnitudes(buf: ptr16, n: int, mag: ptr16) -> int:
    total = 0
    j = 0
    i = 0
    while i < n:
        x = ((buf[j] ^ 0x8000) - 0x8000) >> 1
        y = ((buf[j + 1] ^ 0x8000) - 0x8000) >> 1
        z = ((buf[j + 2] ^ 0x8000) - 0x8000) >> 1
        j += 3
        v = x * x + y * y + z * z
        root = 0
        bit = 1 << 28
        while bit:
            trial = root + bit
            root >>= 1
            if v >= trial:
                v -= trial
                root += bit
            bit >>= 2
        mag[i] = root
        total += root
        i += 1
    return total


@micropython.viper
def spread(series: ptr16, n: int, mean: int) -> int:
    total = 0
    i = 0
    while i < n:
        d = (series[i] ^ 0x8000) - 0x8000 - mean
        if d < 0:
            d = 0 - d
        total += d
        i += 1
    return total


@micropython.viper
def copy(src: ptr16, src_at: int, count: int, dst: ptr16, dst_at: int):
    i = 0
    while i < count:
        dst[dst_at + i] = src[src_at + i]
        i += 1


@micropython.viper
def turn(src: ptr16, src_at: int, n: int, frame: ptr16, dst: ptr16):
    i = 0
    end = 3 * n
    while i < end:
        x = (src[src_at + i] ^ 0x8000) - 0x8000
        y = (src[src_at + i + 1] ^ 0x8000) - 0x8000
        z = (src[src_at + i + 2] ^ 0x8000) - 0x8000
        row = 0
        while row < 9:
            v = x * ((frame[row] ^ 0x8000) - 0x8000)
            v += y * ((frame[row + 1] ^ 0x8000) - 0x8000)
            v += z * ((frame[row + 2] ^ 0x8000) - 0x8000)
            v >>= 10
            if v > 32767:
                v = 32767
            elif v < -32768:
                v = -32768
            dst[i] = v
            i += 1
            row += 3


@micropython.viper
def lead(work: ptr16, form: ptr16, up: ptr16, out: ptr32):
    ux = (up[0] ^ 0x8000) - 0x8000
    uy = (up[1] ^ 0x8000) - 0x8000
    uz = (up[2] ^ 0x8000) - 0x8000
    later = 3 * form[2]
    x = 0
    y = 0
    z = 0
    rises = 0
    moves = 0
    i = 3 * form[0]
    end = 3 * form[1] - later
    while i < end:
        a = (work[i] ^ 0x8000) - 0x8000
        b = (work[i + 1] ^ 0x8000) - 0x8000
        c = (work[i + 2] ^ 0x8000) - 0x8000
        rise = (a * ux + b * uy + c * uz) >> 10
        rises += rise * rise
        moves += a * a + b * b + c * c
        x += rise * ((work[i + later] ^ 0x8000) - 0x8000)
        y += rise * ((work[i + later + 1] ^ 0x8000) - 0x8000)
        z += rise * ((work[i + later + 2] ^ 0x8000) - 0x8000)
        i += 3
    out[0] = x
    out[1] = y
    out[2] = z
    out[3] = rises
    out[4] = moves


@micropython.viper
def smooth(src: ptr16, total: int, means: ptr16, form: ptr16, work: ptr16):
    axes = form[0]
    shift = form[1]
    last = axes * (total - 1)
    axis = 0
    while axis < axes:
        four = ((means[axis] ^ 0x8000) - 0x8000) * 4
        now = (src[axis] ^ 0x8000) - 0x8000
        before = now
        i = axis
        while i <= last + axis:
            after = now
            if i < last:
                after = (src[i + axes] ^ 0x8000) - 0x8000
            v = (before + 2 * now + after - four) >> shift
            if v > 1023:
                v = 1023
            elif v < -1023:
                v = -1023
            work[i] = v
            before = now
            now = after
            i += axes
        axis += 1


@micropython.viper
def energies(work: ptr16, count: int, out: ptr32):
    total = 0
    out[0] = 0
    i = 0
    while i < count:
        v = (work[i] ^ 0x8000) - 0x8000
        total += v * v
        i += 1
        out[i] = total


@micropython.viper
def similarity(work: ptr16, energy: ptr32, form: ptr16, out: ptr16):
    # PEAK is added to `work` meanwhile, so that values need no sign: of u = w + PEAK, the sum of w w' is that of u u',
    # less PEAK x `both` (the sum of all u and u'), plus PEAK^2 for each pair. 480 x 2046^2 < 2^31.
    # `work` walks itself, and eight pairs a turn: viper keeps the first two arguments in registers, the rest in memory.
    axes = form[0]
    start = axes * form[1]
    end = axes * form[2]
    first = form[3]
    end_lag = form[4]
    both = 0
    i = 0
    while i < end:
        u = (work[i] ^ 0x8000) - 0x8000 + 1023
        work[i] = u
        both += u
        i += 1
    base = int(work)
    stop = base + 2 * end
    begin = 0  # begin..end is compared with low..high
    low = end
    high = end
    lag = first
    while lag < end_lag:
        back = axes * lag
        while begin < start or begin < back:
            both -= work[begin]
            begin += 1
        while low > begin - back:
            low -= 1
            both += work[low]
        while high > end - back:
            high -= 1
            both -= work[high]
        r = 1023 * 1023 * (end - begin) - 1023 * both
        work = ptr16(base + 2 * begin)
        past = ptr16(base + 2 * low)
        while int(work) <= stop - 16:
            r += (
                work[0] * past[0]
                + work[1] * past[1]
                + work[2] * past[2]
                + work[3] * past[3]
                + work[4] * past[4]
                + work[5] * past[5]
                + work[6] * past[6]
                + work[7] * past[7]
            )
            work = ptr16(int(work) + 16)
            past = ptr16(int(past) + 16)
        while int(work) < stop:
            r += work[0] * past[0]
            work = ptr16(int(work) + 2)
            past = ptr16(int(past) + 2)
        work = ptr16(base)
        e = (energy[end] - energy[begin]) + (energy[high] - energy[low])
        out[lag - first] = (2 * r) // ((e >> 10) + 1)
        lag += 1
    i = 0
    while i < end:
        work[i] = work[i] - 1023
        i += 1


@micropython.viper
def swing(work: ptr16, form: ptr16, sums: ptr32, out: ptr16) -> int:
    axes = form[0]
    start = form[2]
    total = form[3]
    w = form[4]
    before = w >> 1
    after = w - before
    second = total + 1
    run = 0x20000000  # both running sums start high enough to stay positive: |sum| < 2^24
    sums[0] = run
    j = form[1]
    i = 0
    while i < total:
        run += (work[j] ^ 0x8000) - 0x8000
        j += axes
        i += 1
        sums[i] = run
    run = 0x20000000
    sums[second] = run
    i = 0
    while i < total:
        low = i - before
        if low < 0:
            low = 0
        high = i + after
        if high > total:
            high = total
        run += sums[high] - sums[low]
        i += 1
        sums[second + i] = run
    size = 0
    scale = (w * w) >> 2
    i = 0
    while i < total:
        low = i - after + 1
        if low < 0:
            low = 0
        high = i + before + 1
        if high > total:
            high = total
        near = sums[second + high] - sums[second + low]
        low = i - 2 * w
        if low < 0:
            low = 0
        high = i + 2 * w
        if high > total:
            high = total
        v = (4 * near - w * (sums[high] - sums[low])) // scale
        out[i] = v
        if i >= start:
            if v < 0:
                v = 0 - v
            size += v
        i += 1
    return size


@micropython.viper
def crossings(series: ptr16, total: int, times: ptr16, heights: ptr16) -> int:
    found = 0
    now = (series[0] ^ 0x8000) - 0x8000
    i = 1
    while i < total:
        before = now
        now = (series[i] ^ 0x8000) - 0x8000
        if before < 0:
            if now >= 0:
                if found < 64:
                    times[found] = 16 * (i - 1) + (0 - 16 * before) // (now - before)
                    heights[found] = 0
                    found += 1
        if found > 0:
            if now > heights[found - 1]:
                heights[found - 1] = now
        i += 1
    return found


@micropython.viper
def votes(traits: ptr16, trees: ptr8, count: int) -> int:
    at = 0
    total = 0
    while count > 0:
        node = 0
        while node < 128:
            i = at + 5 * node
            threshold = (trees[i + 1] | (trees[i + 2] << 8)) ^ 0x8000
            if (traits[trees[i]] ^ 0x8000) <= threshold:
                node = trees[i + 3]
            else:
                node = trees[i + 4]
        total += (trees[at + node - 103] ^ 0x80) - 0x80
        at += 31
        count -= 1
    return total


@micropython.viper
def mix(out: ptr8, stream: ptr8, at: int, size: int):
    for i in range(size):
        out[at + i] ^= stream[i]
