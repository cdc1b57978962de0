#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A round trip of a hypercall from a VM through the KVM of Debian's kernel at EL2 (hypercall.c): the instructions that host and
# VM execute for it, and the nanoseconds of processor time that Spelunk takes here. Both are differences of a run with MANY calls
# and one with FEW, in turns, so that neither boot nor start of the VM is in them. Prints each round, and the medians.
# Needs what 'spelunk debian fetch' gets, in the folder CACHE if that is set.
#   hypercalls.sh [ROUNDS [MANY [FEW]]]    default: 3 1000000 1000
set -eu
rounds=${1:-3}
many=${2:-1000000}
few=${3:-1000}
command -v aarch64-linux-gnu-gcc >/dev/null || {
    echo "hypercalls.sh: aarch64-linux-gnu-gcc is not there (Debian: gcc-aarch64-linux-gnu, libc6-dev-arm64-cross)" >&2
    exit 2
}
cache=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/spelunk/debian}
home=$(cd "$(dirname "$0")/../.." && pwd -P)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
aarch64-linux-gnu-gcc -std=gnu11 -O2 -static "$(dirname "$0")/hypercall.c" -o "$out/hypercall"

# Sets spent: seconds of processor time of all children so far. Not in a subshell, which has children of its own.
spent() {
    times >"$out/times"
    spent=$(awk 'END { gsub("s", ""); split($1, user, "m"); split($2, kernel, "m")
        printf "%.2f", 60 * (user[1] + kernel[1]) + user[2] + kernel[2] }' "$out/times")
}

# Sets instructions, and seconds of processor time. The event records nothing.
timed() { # CALLS
    spent
    before=$spent
    "$home/spelunk" record --el 2 --cache "$cache" -o "$out/profile" --event dummy -- "$out/hypercall" "$1" 2>"$out/err" </dev/null || {
        cat "$out/err" >&2
        echo "hypercalls.sh: the VM did not come to its end" >&2
        exit 1
    }
    instructions=$(sed -n 's/.*; \([0-9,]*\) guest instructions.*/\1/p' "$out/err" | tr -d ,)
    spent
    seconds=$(echo "$spent $before" | awk '{ printf "%.2f", $1 - $2 }')
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { m = int((NR + 1) / 2); print NR % 2 ? v[m] : (v[m] + v[m + 1]) / 2 }'; }

round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    timed "$few"
    few_instructions=$instructions few_seconds=$seconds
    timed "$many"
    each=$(echo "$instructions $few_instructions $many $few" | awk '{ printf "%.1f", ($1 - $2) / ($3 - $4) }')
    nanoseconds=$(echo "$seconds $few_seconds $many $few" | awk '{ printf "%.0f", ($1 - $2) / ($3 - $4) * 1e9 }')
    echo "round $round: $each instructions, $nanoseconds ns"
    echo "$each" >>"$out/each"
    echo "$nanoseconds" >>"$out/nanoseconds"
done
echo "a round trip of a hypercall: $(median "$out/each") instructions, $(median "$out/nanoseconds") ns (medians of $rounds rounds)"
