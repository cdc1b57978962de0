#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The bundled guest under Spelunk and under qemu-system-aarch64 (TCG), in turns; prints how their times compare.
# QEMU has no SPE: there the guest does the same work unprofiled. Spelunk runs it profiled (interval 4096)
# and unprofiled. Times are those of the whole processes, start-up included.
#   compare-qemu.sh [ROUNDS [SCALE]]    default: 3 20
set -eu
rounds=${1:-3}
scale=${2:-20}
command -v qemu-system-aarch64 >/dev/null || {
    echo "compare-qemu.sh: qemu-system-aarch64 is not there (Debian: qemu-system-arm)" >&2
    exit 2
}
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
guest=$home/integration-tests/guests/prebuilt/guest.elf

# Runs a command whose guest must end well, and prints its seconds.
seconds() {
    began=$(date +%s.%N)
    if ! "$@" >"$out/log" 2>&1 </dev/null || ! grep -q 'all checks passed' "$out/log"; then
        cat "$out/log" >&2
        echo "compare-qemu.sh: the guest did not end well" >&2
        exit 1
    fi
    echo "$(date +%s.%N) $began" | awk '{ printf "%.2f", $1 - $2 }'
}

qemu() {
    seconds qemu-system-aarch64 -M virt,gic-version=3 -cpu cortex-a72 -m 256M -accel tcg -nographic -nic none -monitor none \
        -serial stdio -semihosting -kernel "$guest" -append "scale=$scale"
}

spelunk() {
    seconds "$home/spelunk" run -o "$out/profile" --append "scale=$scale $1"
}

mips() {
    sed -n 's/.*"mips": *\([0-9.]*\).*/\1/p' "$out/profile/summary.json"
}

echo "scale=$scale: seconds of each process, in turns; MIPS are Spelunk's guest instructions"
round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    q=$(qemu)
    on=$(spelunk "")
    on_mips=$(mips)
    off=$(spelunk "spe=off")
    off_mips=$(mips)
    echo "$q $on $off" >>"$out/times"
    echo "round $round: QEMU $q s; Spelunk profiled $on s ($on_mips MIPS), unprofiled $off s ($off_mips MIPS)"
done

# Prints the median of the ratio of a column to QEMU's.
ratio() {
    awk -v c="$1" '{ print $c / $1 }' "$out/times" | sort -n |
        awk '{ v[NR] = $1 } END { m = int((NR + 1) / 2); printf "%.2f", NR % 2 ? v[m] : (v[m] + v[m + 1]) / 2 }'
}
echo "Spelunk takes $(ratio 2) times as long as QEMU profiled, $(ratio 3) times unprofiled (medians of $rounds rounds)"
