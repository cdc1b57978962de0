#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An integer, a floating-point and a SIMD kernel under Spelunk and under qemu-system-aarch64 (TCG), in turns;
# prints guest MIPS and how the times of the whole processes compare. Needs the cross compiler.
#   compare-kernels.sh [ROUNDS]    default: 3
set -eu
rounds=${1:-3}
for tool in qemu-system-aarch64 aarch64-linux-gnu-gcc; do
    command -v $tool >/dev/null || {
        echo "compare-kernels.sh: $tool is not there (Debian: qemu-system-arm, gcc-aarch64-linux-gnu, libc6-dev-arm64-cross)" >&2
        exit 2
    }
done
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$home/integration-tests/guests/build.sh" "$out" >/dev/null

# Runs a command, keeps its checksum, and prints its seconds.
seconds() {
    began=$(date +%s.%N)
    "$@" >"$out/log" 2>&1 </dev/null || { cat "$out/log" >&2; exit 1; }
    ended=$(date +%s.%N)
    grep -a '^checksum' "$out/log" >"$out/checksum"
    echo "$ended $began" | awk '{ printf "%.2f", $1 - $2 }'
}

for kernel in integer float simd; do
    guest=$out/speed-$kernel-O2.elf
    : >"$out/ratios"
    round=0
    while [ "$round" -lt "$rounds" ]; do
        round=$((round + 1))
        q=$(seconds qemu-system-aarch64 -M virt,gic-version=3 -cpu max -m 256M -accel tcg -nographic -nic none -monitor none \
            -serial stdio -semihosting -kernel "$guest")
        mv "$out/checksum" "$out/expected"
        s=$(seconds "$home/spelunk" run "$guest" --hypervisor none -o "$out/profile")
        cmp "$out/checksum" "$out/expected"
        echo "$s $q" | awk '{ print $1 / $2 }' >>"$out/ratios"
        mips=$(sed -n 's/.*"mips": *\([0-9.]*\).*/\1/p' "$out/profile/summary.json")
    done
    ratio=$(sort -n "$out/ratios" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
    echo "$kernel: Spelunk $s s ($mips MIPS), QEMU $q s; Spelunk takes $ratio times as long (median of $rounds)"
done
