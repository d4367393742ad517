#!/bin/busybox sh
# First program of the guest: load the modules, put a writable layer over the host's files, hand over to agent.py there.
b=/bin/busybox
$b mkdir -p /proc /sys /dev /host /layer /merged
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for module in /modules/*; do $b insmod "$module" || echo "guest: no $module"; done
$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,ro,cache=loose host /host &&
$b mount -t tmpfs layer /layer && $b mkdir /layer/upper /layer/work &&
$b mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work merged /merged || $b poweroff -f
for folder in proc sys dev; do $b mount --move /$folder /merged/$folder; done
$b mount -t tmpfs run /merged/run
export PYTHONPATH=@PATHS@ OPENBLAS_NUM_THREADS=1
exec $b switch_root /merged @PYTHON@ @AGENT@ @UNPACKED@
