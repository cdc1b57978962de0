#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the guests with aarch64-linux-gnu-gcc: the same bytes on every build with the same compiler.
#   build.sh [OUTPUT_DIR]   builds all guests (default: target beside this script)
#   build.sh --check        builds guest.elf, hypervisor.elf and vmm and compares them with those in prebuilt:
#                           0 the same, 1 different, 77 cannot be compared here
set -eu

here=$(cd "$(dirname "$0")" && pwd)
prefix=${CROSS_COMPILE:-aarch64-linux-gnu-}

usage() {
	sed -n 's/^# \{0,1\}//;3,6p' "$0"
}

check=false
case ${1-} in
--check) check=true ;;
-h | --help) usage; exit 0 ;;
-*) usage >&2; exit 2 ;;
esac

if ! command -v "${prefix}gcc" >/dev/null 2>&1; then
	echo "build.sh: ${prefix}gcc is not there; install it (Debian: gcc-aarch64-linux-gnu) or set CROSS_COMPILE" >&2
	exit 77
fi

if $check; then
	output=$(mktemp -d)
	trap 'rm -rf "$output"' EXIT
else
	output=${1:-$here/target}
	mkdir -p "$output"
	output=$(cd "$output" && pwd)
fi

# Base A64 without FP/SIMD and without LSE; nothing in the output names a time or a folder.
common="-march=armv8-a -mgeneral-regs-only -mno-outline-atomics -ffreestanding -fno-pic -fno-pie
	-ffile-prefix-map=$here=."
cflags="$common -std=gnu11 -O2 -Wall -Wextra -Werror -fno-builtin -fno-common -fno-stack-protector
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-tree-loop-distribute-patterns
	-fno-jump-tables"
ldflags="-nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,max-page-size=4096
	-Wl,--fatal-warnings"

cd "$here"
objects=$output/objects
rm -rf "$objects"
mkdir -p "$objects"

# Objects are named after the side they belong to: guest.ld places them by that.
for side in kernel user; do
	for source in guest/"$side"/*.S guest/"$side"/*.c; do
		name=$(basename "$source")
		flags=$cflags
		case $name in *.S) flags=$common ;; esac
		# shellcheck disable=SC2086 # lists of flags
		"${prefix}gcc" $flags -c "$source" -o "$objects/$side-${name%.*}.o"
	done
done
"${prefix}gcc" -E -P -undef -x c guest/guest.ld.in -o "$objects/guest.ld"
(
	cd "$objects"
	# shellcheck disable=SC2086
	"${prefix}gcc" $ldflags -Wl,-T,guest.ld kernel-*.o user-*.o -o ../guest.elf
)
# Function symbols stay, static ones too; mapping symbols ($x, $d) are of no use in a report.
"${prefix}objcopy" --strip-debug --wildcard --strip-symbol='$*' --strip-symbol=_start_physical \
	"$output/guest.elf"

# The reference hypervisor. Function symbols stay: --check names the place of what it finds.
hypervisor() { # OUTPUT FLAGS
	for source in hypervisor/*.S hypervisor/*.c; do
		flags=$cflags
		case $source in *.S) flags=$common ;; esac
		# shellcheck disable=SC2086
		"${prefix}gcc" $flags -Os -mstrict-align $2 -c "$source" -o "$objects/hypervisor-$(basename "$source").o"
	done
	# shellcheck disable=SC2086
	"${prefix}gcc" $ldflags -Wl,-T,hypervisor/hypervisor.ld "$objects"/hypervisor-*.o -o "$output/$1"
	"${prefix}objcopy" --strip-debug --wildcard --strip-symbol='$*' "$output/$1"
}
hypervisor hypervisor.elf ""

# The virtual machine monitor for hosts at EL2 is a program for Linux with its C library: dynamic for Debian's own, static
# for an initramfs of one's own. Debian's kernels have pages of 4 KiB: the file has no room for larger ones.
library=false
if echo '#include <stdio.h>' | "${prefix}gcc" -E - >/dev/null 2>&1; then
	library=true
else
	echo "build.sh: no virtual machine monitor: no C library for ${prefix}gcc (Debian: libc6-dev-arm64-cross)" >&2
fi
monitor() { # OUTPUT FLAGS
	"${prefix}gcc" -std=gnu11 -O2 -Wall -Wextra -Werror -ffile-prefix-map="$here"=. "$2" -pthread -s \
		-Wl,--build-id=none,-z,max-page-size=4096,-z,noseparate-code vmm/vmm.c vmm/console.c -o "$1"
}
if $library; then
	monitor "$output/vmm" -pie
fi

if $check; then
	$library || exit 77
	comment() { "${prefix}objcopy" -O binary --only-section=.comment --set-section-flags .comment=alloc "$1" "$output/comment" && tr '\0' '\n' <"$output/comment"; }
	for name in guest.elf hypervisor.elf vmm; do
		if cmp -s "$output/$name" "prebuilt/$name"; then
			echo "build.sh: prebuilt/$name is what the sources give"
			continue
		fi
		wanted=$(comment "prebuilt/$name")
		given=$(comment "$output/$name")
		if [ "$wanted" != "$given" ]; then
			echo "build.sh: cannot compare: prebuilt/$name was built by $wanted, here is $given" >&2
			exit 77
		fi
		echo "build.sh: prebuilt/$name differs from what the sources give; run build.sh and copy $name there" >&2
		exit 1
	done
	exit 0
fi

assembled() { # NAME SOURCE FLAGS
	# shellcheck disable=SC2086
	"${prefix}gcc" $3 -c "$2" -o "$objects/$1.o"
	# shellcheck disable=SC2086
	"${prefix}gcc" $ldflags -Wl,--no-warn-rwx-segments -Wl,-T,tests/flat.ld "$objects/$1.o" -o "$output/$1.elf"
	"${prefix}strip" --strip-debug "$output/$1.elf"
}
for source in tests/*.S; do
	name=$(basename "$source" .S)
	flags=$common
	case $name in
	fp*) flags=$(echo "$common" | sed 's/-mgeneral-regs-only//') ;;
	lender) # one hypervisor as it has to be, and one with each fault
		sed -n 's/^#define \([A-Z0-9_]*\) *[0-9]*\( *\/\/ .*\)\{0,1\}$/\1/p' "$source" | sed '/UNMAPPED/q' | while read -r fault; do
			assembled "lender-$fault" "$source" "$flags -DFAULT=$fault"
		done
		continue
		;;
	esac
	assembled "$name" "$source" "$flags"
done

# The suite: one guest for each area, of suite/AREA.c and what all share.
suite() { # NAME AREA FLAGS
	for source in start.S suite.c "$2.c"; do
		flags="$common -mstrict-align"
		case $source in *.c) flags="$cflags -mstrict-align" ;; esac
		# shellcheck disable=SC2086
		"${prefix}gcc" $flags $3 -c "suite/$source" -o "$objects/suite-$source.o"
	done
	# shellcheck disable=SC2086
	"${prefix}gcc" $ldflags -Wl,--no-warn-rwx-segments -Wl,-T,tests/flat.ld "$objects/suite-start.S.o" "$objects/suite-suite.c.o" \
		"$objects/suite-$2.c.o" -o "$output/$1.elf"
	"${prefix}strip" --strip-debug "$output/$1.elf"
}
for area in registers timer gic psci pmu debug; do
	suite suite-$area $area ""
done
suite suite-smp smp -DSHARED=0
suite suite-smp-shared smp -DSHARED=1
suite suite-system-off end -DEND=SYSTEM_OFF
suite suite-system-reset end -DEND=SYSTEM_RESET

# What a hypervisor sees of what is attempted below it.
for source in start.S attempts.S el2.c; do
	flags=$(echo "$common" | sed 's/-march=armv8-a/-march=armv8.2-a/')
	case $source in *.c) flags="$(echo "$cflags" | sed 's/-march=armv8-a/-march=armv8.2-a/') -mstrict-align" ;; esac
	# shellcheck disable=SC2086
	"${prefix}gcc" $flags -c "el2/$source" -o "$objects/el2-$source.o"
done
# shellcheck disable=SC2086
"${prefix}gcc" $ldflags -Wl,--no-warn-rwx-segments -Wl,-T,tests/flat.ld "$objects/el2-start.S.o" "$objects/el2-attempts.S.o" \
	"$objects/el2-el2.c.o" -o "$output/el2.elf"
"${prefix}strip" --strip-debug "$output/el2.elf"

# Random programs of SPE.
with_vectors=$(echo "$common" | sed 's/-march=armv8-a -mgeneral-regs-only//')
# shellcheck disable=SC2086
"${prefix}gcc" $with_vectors -c random/start.S -o "$objects/random-start.o"
# shellcheck disable=SC2086
"${prefix}gcc" $cflags -mstrict-align -c random/random.c -o "$objects/random.o"
# shellcheck disable=SC2086
"${prefix}gcc" $ldflags -Wl,--no-warn-rwx-segments -Wl,-T,random/random.ld "$objects/random-start.o" "$objects/random.o" -o "$output/random.elf"
"${prefix}strip" --strip-debug "$output/random.elf"

# The programs: FP and SIMD, each object linked for the bare machine (NAME-O2.elf) and for Linux (NAME-O2.linux).
plain=$(echo "$common" | sed 's/-march=armv8-a -mgeneral-regs-only//')
program() { # NAME SOURCE FLAGS: compiles one program at both optimisation levels
	for level in O2 O3; do
		folder=$objects/$level
		# shellcheck disable=SC2086
		"${prefix}gcc" $program_flags -$level $3 -c "programs/$2" -o "$folder/$1.o"
		# shellcheck disable=SC2086
		"${prefix}gcc" $ldflags -Wl,--no-warn-rwx-segments -Wl,-T,programs/libc/bare.ld "$folder/start-bare.o" "$folder/bare.o" \
			"$folder/$1.o" "$folder/string.o" "$folder/printf.o" "$folder/decimal.o" -o "$output/$1-$level.elf"
		# shellcheck disable=SC2086
		"${prefix}gcc" $ldflags "$folder/start-linux.o" \
			"$folder/$1.o" "$folder/string.o" "$folder/printf.o" "$folder/decimal.o" -o "$output/$1-$level.linux"
	done
}
program_flags="$plain -std=gnu11 -Wall -Wextra -Werror -fno-common -fno-stack-protector -fno-math-errno
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-tree-loop-distribute-patterns"
for level in O2 O3; do
	mkdir -p "$objects/$level"
	for source in programs/libc/*.S programs/libc/*.c; do
		name=$(basename "$source")
		# shellcheck disable=SC2086
		"${prefix}gcc" $program_flags -march=armv8-a -$level -c "$source" -o "$objects/$level/${name%.*}.o"
	done
done
for name in kernels sha256 json strings doubles; do
	program $name $name.c -march=armv8-a
done
program sha256-crypto sha256.c "-march=armv8-a+crypto -DUSE_CRYPTO"
program speed-integer speed.c "-march=armv8-a -DKERNEL=0"
program speed-float speed.c "-march=armv8-a -fno-tree-vectorize -DKERNEL=1"
program speed-simd speed.c "-march=armv8-a -DKERNEL=2"
program features features.c -march=armv8.5-a+fp16+fp16fml+dotprod+crypto+crc

# A guest that hangs, for a debugger.
# shellcheck disable=SC2086
"${prefix}gcc" $cflags -O0 -g -mstrict-align -c tests/hangs.c -o "$objects/hangs.o"
# shellcheck disable=SC2086
"${prefix}gcc" $ldflags -Wl,--no-warn-rwx-segments -Wl,-T,programs/libc/bare.ld "$objects/O2/start-bare.o" "$objects/hangs.o" \
	-o "$output/hangs.elf"

if $library; then
	monitor "$output/vmm.linux" -static
fi

# The flat image carries the Linux arm64 boot header that hello.S starts with.
"${prefix}objcopy" -O binary "$output/hello.elf" "$output/hello.bin"
rm -rf "$objects"
