#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Debian's kernel with the same initramfs under Spelunk (KVM model) and under qemu-system-aarch64 (TCG), in turns: once
# to init and off again, once with a program that init runs (an integer kernel, REPEATS times). Prints the time from the
# start of the process to init, guest instructions and MIPS, and how the times of the program compare.
# Needs what 'spelunk debian fetch' gets, in the folder CACHE if that is set.
#   compare-linux.sh [ROUNDS [REPEATS]]    default: 3 10
set -eu
rounds=${1:-3}
repeats=${2:-10}
for tool in qemu-system-aarch64 aarch64-linux-gnu-gcc cpio; do
    command -v $tool >/dev/null || {
        echo "compare-linux.sh: $tool is not there (Debian: qemu-system-arm, gcc-aarch64-linux-gnu, cpio)" >&2
        exit 2
    }
done
cache=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/spelunk/debian}
kernel=$(find "$cache/root/boot" -name 'vmlinuz-*' 2>/dev/null | sort | tail -n 1)
[ -n "$kernel" ] || {
    echo "compare-linux.sh: there is no kernel in $cache: type './spelunk debian fetch', or set CACHE" >&2
    exit 2
}
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$home/integration-tests/guests/build.sh" "$out/guests" >/dev/null

# An initramfs whose init runs the program so many times.
initramfs() { # FILE REPEATS
    rm -rf "$out/root"
    mkdir -p "$out/root/bin" "$out/root/dev" "$out/root/proc"
    cp "$cache/root/bin/busybox" "$out/root/bin/busybox"
    cp "$out/guests/speed-integer-O2.linux" "$out/root/speed"
    cat >"$out/root/init" <<EOF
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
exec >/dev/console 2>&1
echo init has started
i=0
while [ \$i -lt $2 ]; do
    /speed
    i=\$((i + 1))
done
echo init has ended
/bin/busybox poweroff -f
EOF
    chmod +x "$out/root/init"
    (cd "$out/root" && find . | cpio --quiet -o -H newc) >"$1"
}
initramfs "$out/short" 0
initramfs "$out/long" "$repeats"

now() { date +%s.%N; }
minus() { echo "$1 $2" | awk '{ printf "%.2f", $1 - $2 }'; }

# Runs a command; sets total (seconds of the process), toinit, and instructions (of Spelunk).
timed() {
    began=$(now)
    { "$@" 2>"$out/err" </dev/null || echo "exit code $?"; } | while IFS= read -r line; do
        case $line in *"init has started"*) now >"$out/init" ;; esac
        printf '%s\n' "$line"
    done >"$out/log"
    total=$(minus "$(now)" "$began")
    grep -q 'init has ended' "$out/log" || {
        cat "$out/log" "$out/err" >&2
        echo "compare-linux.sh: the guest did not come to its end" >&2
        exit 1
    }
    toinit=$(minus "$(cat "$out/init")" "$began")
    grep -a '^checksum' "$out/log" | sort -u | tr -d '\r' >"$out/checksum" || :
    instructions=$(sed -n 's/^spelunk: \([0-9,]*\) instructions in .*/\1/p' "$out/err" | tr -d ,)
}

spelunk() { timed "$home/spelunk" boot --kernel "$kernel" --initrd "$1" --memory 512M --append "quiet"; }
qemu() {
    timed qemu-system-aarch64 -M virt,gic-version=3 -cpu max -m 512M -accel tcg -nographic -nic none -monitor none -serial stdio \
        -no-reboot -kernel "$kernel" -initrd "$1" -append "quiet panic=-1"
}

round=0
: >"$out/ratios"
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    spelunk "$out/short"
    short=$total short_instructions=$instructions short_init=$toinit
    spelunk "$out/long"
    program=$(minus "$total" "$short")
    executed=$((instructions - short_instructions))
    mv "$out/checksum" "$out/expected"
    qemu "$out/short"
    qemu_short=$total qemu_init=$toinit
    qemu "$out/long"
    qemu_program=$(minus "$total" "$qemu_short")
    cmp "$out/checksum" "$out/expected"
    echo "$program $qemu_program" | awk '{ print $1 / $2 }' >>"$out/ratios"
    mips=$(echo "$executed $program" | awk '{ printf "%.0f", $1 / $2 / 1e6 }')
    boot_mips=$(echo "$short_instructions $short" | awk '{ printf "%.0f", $1 / $2 / 1e6 }')
    echo "round $round: to init Spelunk $short_init s, QEMU $qemu_init s; boot and power off $short s" \
        "($short_instructions instructions, $boot_mips MIPS), QEMU $qemu_short s;" \
        "the program $program s ($executed instructions, $mips MIPS), QEMU $qemu_program s"
done
ratio=$(sort -n "$out/ratios" | awk '{ v[NR] = $1 } END { m = int((NR + 1) / 2); printf "%.2f", NR % 2 ? v[m] : (v[m] + v[m + 1]) / 2 }')
echo "the program takes $ratio times as long as under QEMU (median of $rounds rounds); times of processes include their start"
